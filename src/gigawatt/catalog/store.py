"""The catalogue: all claims that were public at a date, and the questions one asks of them.

Catalog   claims, sources and attributes of one vintage; made by `load`, never changed
"""

from __future__ import annotations

import difflib
import hashlib
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from gigawatt.catalog.claim import Claim, Source, days
from gigawatt.catalog.records import Attribute, Measure, Records, Subject, read
from gigawatt.errors import CatalogError, UnitError, did_you_mean
from gigawatt.units import Quantity, unit


@dataclass(frozen=True, slots=True)
class Catalog:
    """The claims of one vintage, keyed by id.

    Arguments:
        records: what the files say, whatever its date.
        date: the last day of the vintage, None for everything.
        claims: the claims visible at that date, each with the sources visible then.
    """

    records: Records
    date: str | None
    claims: Mapping[str, Claim]

    def __getitem__(self, claim_id: str) -> Claim:
        """The claim of that id.

        Raises:
            CatalogError: there is none, or it was not public at the date of the catalogue.
        """
        found = self.claims.get(claim_id)
        if found is not None:
            return found
        hidden = self.records.claims.get(claim_id)
        if hidden is not None:
            raise CatalogError(
                f"claim `{claim_id}` was published on {hidden.published} and does not exist at as_of {self.date}; "
                "choose an older rival claim or a later date."
            )
        raise CatalogError(f"no claim `{claim_id}`. {did_you_mean(claim_id, self._near(claim_id))}")

    def __contains__(self, claim_id: object) -> bool:
        return claim_id in self.claims

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims.values())

    def __len__(self) -> int:
        return len(self.claims)

    def as_of(self, date: str | None) -> Catalog:
        """The catalogue as it could have been known at the end of a date; None for everything.

        Raises:
            CatalogError: the text is no date.
        """
        return _view(self.records, date)

    @property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of all files, whatever the date of the catalogue."""
        return _digest(self.records.files)

    def select(
        self,
        *,
        subject: str | None = None,
        quantity: str | None = None,
        kind: str | None = None,
        text: str | None = None,
    ) -> tuple[Claim, ...]:
        """The claims that meet every condition given, in the order of the files.

        Arguments:
            subject: id of the subject.
            quantity: name of the quantity.
            kind: reported, measured, derived, estimated or assumed.
            text: words that all occur in the id, the note or the title of the subject, in any case.
        """
        words = (text or "").lower().split()
        return tuple(
            claim
            for claim in self
            if (subject is None or claim.subject == subject)
            and (quantity is None or claim.quantity == quantity)
            and (kind is None or claim.kind == kind)
            and all(word in self._words(claim) for word in words)
        )

    def rivals(self, claim: Claim | str) -> tuple[Claim, ...]:
        """The other claims on the same quantity of the same subject; they may disagree, that is data."""
        this = self[claim] if isinstance(claim, str) else claim
        return tuple(
            other for other in self.select(subject=this.subject, quantity=this.quantity) if other.id != this.id
        )

    def newest(self, quantity: str, subject: str) -> Claim:
        """The claim with the latest `as_of`; among equals the one published last.

        Raises:
            CatalogError: no claim on that quantity of that subject is visible.
        """
        found = self.select(subject=subject, quantity=quantity)
        if not found:
            raise self._nothing(quantity, subject)
        return max(found, key=lambda claim: (days(claim.as_of)[1], days(claim.published)[1], claim.id))

    def median(self, quantity: str, subject: str | None = None, kind: str | None = None) -> Quantity:
        """The median of the central figures of all claims on a quantity; claims with one end only are left out.

        Raises:
            CatalogError: no such claim has a centre, or their units differ in kind.
        """
        found = [c for c in self.select(quantity=quantity, subject=subject, kind=kind) if c.unit != "date"]
        whole = [claim for claim in found if not claim.one_sided]
        if not whole:
            raise self._nothing(quantity, subject)
        shown = unit(whole[0].unit)
        try:
            middle = statistics.median(
                Quantity(claim.central, unit(claim.unit)).to(shown.internal()) for claim in whole
            )
        except UnitError as error:
            raise CatalogError(f"the claims on `{quantity}` have no common unit: {error} Name a subject.") from None
        return Quantity(middle, shown)

    def source(self, source_id: str) -> Source:
        """The source of that id.

        Raises:
            CatalogError: there is none, or it is younger than the catalogue.
        """
        found = self.records.sources.get(source_id)
        if found is None:
            raise CatalogError(f"no source `{source_id}`. {did_you_mean(source_id, self.records.sources)}")
        if self.date and found.date and self.records.known_by(found.date) > self.date:
            raise CatalogError(f"source `{source_id}` is of {found.date} and does not exist at as_of {self.date}.")
        return found

    def subject(self, subject_id: str) -> Subject:
        """The subject of that id.

        Raises:
            CatalogError: there is none.
        """
        found = self.records.subjects.get(subject_id)
        if found is None:
            raise CatalogError(f"no subject `{subject_id}`. {did_you_mean(subject_id, self.records.subjects)}")
        return found

    def subjects(self, kind: str | None = None) -> tuple[Subject, ...]:
        """The subjects of a kind that have a visible claim or attribute."""
        named = {claim.subject for claim in self}
        return tuple(
            subject
            for subject in self.records.subjects.values()
            if (kind is None or subject.kind == kind)
            and (subject.id in named or any(map(self._public, self.records.attributes.get(subject.id, ()))))
        )

    def attributes(self, subject_id: str) -> Mapping[str, str]:
        """The facts in words about a subject or a claim, each in its newest version of the vintage.

        Raises:
            CatalogError: neither a subject nor a claim has that id.
        """
        if subject_id not in self.records.claims:
            self.subject(subject_id)
        known = filter(self._public, self.records.attributes.get(subject_id, ()))
        return MappingProxyType({entry.name: entry.value for entry in known})

    def measure(self, quantity: str) -> Measure:
        """The canonical unit and the meaning of a quantity.

        Raises:
            CatalogError: no quantity has that name.
        """
        found = self.records.measures.get(quantity)
        if found is None:
            raise CatalogError(f"no quantity `{quantity}`. {did_you_mean(quantity, self.records.measures)}")
        return found

    def _public(self, entry: Attribute) -> bool:
        return self.date is None or self.records.known_by(entry.published) <= self.date

    def _words(self, claim: Claim) -> str:
        subject = self.records.subjects.get(claim.subject)
        return f"{claim.id} {claim.note} {subject.title if subject else ''}".lower()

    def _near(self, claim_id: str) -> Iterable[str]:
        """The ids that share the first part of a misspelt one, or else those that look like it."""
        start = claim_id.split(".", maxsplit=1)[0]
        same = [name for name in self.claims if name.startswith(f"{start}.")]
        return same or difflib.get_close_matches(claim_id, self.claims, n=5, cutoff=0.5)

    def _nothing(self, quantity: str, subject: str | None) -> CatalogError:
        names = {claim.quantity for claim in self if subject is None or claim.subject == subject}
        place = f" on `{subject}`" if subject else ""
        when = f" at as_of {self.date}" if self.date else ""
        return CatalogError(f"no claim with a figure for `{quantity}`{place}{when}. {did_you_mean(quantity, names)}")


def load(as_of: str | None = None, extra: Sequence[Path] = ()) -> Catalog:
    """The catalogue that comes with the package, with further files if wished.

    Arguments:
        as_of: a date such as `2025-10-13`; only what was public by its end is visible. None for everything.
        extra: further CSV files of claims in the same format, or of sources.

    Raises:
        CatalogError: a file cannot be read, with every mistake as `file:line:column`, or the date is none.
    """
    records = read(extra) if extra else _shipped()
    return _view(records, as_of)


@lru_cache(maxsize=1)
def _shipped() -> Records:
    return read()


def _view(records: Records, as_of: str | None) -> Catalog:
    if as_of is None:
        return Catalog(records, None, MappingProxyType(records.claims))
    cut = days(as_of)[1]
    known = {text: records.known_by(text) <= cut for text in {claim.published for claim in records.claims.values()}}
    visible = {name: _at(claim, cut, records) for name, claim in records.claims.items() if known[claim.published]}
    return Catalog(records, cut, MappingProxyType(visible))


def _at(claim: Claim, cut: str, records: Records) -> Claim:
    """The claim with those of its sources that were public; undated ones count only where no dated one was."""
    dated = {name: records.sources[name].date for name in claim.sources if name in records.sources}
    public = tuple(name for name, date in dated.items() if date and records.known_by(date) <= cut)
    kept = public or tuple(name for name in claim.sources if not dated.get(name))
    return claim if kept == claim.sources else replace(claim, sources=kept)


@lru_cache(maxsize=16)
def _digest(files: tuple[Path, ...]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]
