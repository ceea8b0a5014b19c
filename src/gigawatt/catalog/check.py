"""Checks of the catalogue: units, sources, formulas, ranges and age, and what it covers.

Finding    one thing wrong or doubtful about one claim
Coverage   how many claims there are by file, kind and confidence
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gigawatt.catalog.claim import Claim, days
from gigawatt.catalog.formula import evaluate, references
from gigawatt.catalog.store import Catalog
from gigawatt.errors import CatalogError, UnitError, did_you_mean
from gigawatt.units import unit

TOLERANCE = 0.005
"""By how much, relative to the figure, a derived claim may differ from its formula; printed figures are rounded."""

FAST = frozenset(
    {"share_price", "market_cap", "rental_price", "ownership_cost", "power_price", "memory_price", "stack_price"}
)
"""Quantities that move so fast that a figure older than a year is doubtful."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something about one claim.

    Arguments:
        level: `error` where the claim cannot be relied on, `warning` where it is doubtful.
        claim: id of the claim.
        message: what is wrong and what was expected.
    """

    level: str
    claim: str
    message: str

    def __str__(self) -> str:
        return f"{self.level}: {self.claim}: {self.message}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many claims there are, by file, kind and confidence.

    Arguments:
        total: the number of claims.
        files: by the file they stand in.
        kinds: by the way they came about.
        confidence: by confidence band.
    """

    total: int
    files: Mapping[str, int]
    kinds: Mapping[str, int]
    confidence: Mapping[str, int]

    def rows(self) -> tuple[tuple[str, str, int, float], ...]:
        """A table with the columns group, name, number of claims, share of all claims."""
        groups = (("file", self.files), ("kind", self.kinds), ("confidence", self.confidence))
        return tuple(
            (group, name, number, number / self.total) for group, counts in groups for name, number in counts.items()
        )


def check(catalog: Catalog) -> list[Finding]:
    """Everything wrong or doubtful about the visible claims, errors first.

    Whether ids are unique and cells well-formed is settled when files are read.
    """
    newest = max((days(claim.as_of)[1] for claim in catalog), default="")
    return sorted(
        finding
        for claim in catalog
        for finding in (
            *_units(claim, catalog),
            *_sources(claim, catalog),
            *_range(claim),
            *_formula(claim, catalog),
            *_age(claim, min(newest, catalog.records.compiled)),
        )
    )


def coverage(catalog: Catalog) -> Coverage:
    """How many visible claims there are by file, kind and confidence."""

    def count(of: Callable[[Claim], str]) -> Mapping[str, int]:
        return MappingProxyType(dict(sorted(Counter(map(of, catalog)).items())))

    return Coverage(len(catalog), count(lambda c: c.origin), count(lambda c: c.kind), count(lambda c: c.confidence))


def recompute(claim: Claim, catalog: Catalog) -> float:
    """What the formula of a derived claim gives, in internal units.

    Raises:
        CatalogError: there is no formula, it is no arithmetic, or one of its claims is not visible.
    """
    if not claim.formula:
        raise CatalogError(f"claim `{claim.id}` has no formula.")
    return evaluate(claim.formula, lambda name: catalog[name].central)


def _units(claim: Claim, catalog: Catalog) -> Iterator[Finding]:
    measure = catalog.records.measures.get(claim.quantity)
    if measure is None:
        hint = did_you_mean(claim.quantity, catalog.records.measures)
        yield Finding("error", claim.id, f"unknown quantity `{claim.quantity}`. {hint}")
        return
    if "date" in (claim.unit, measure.unit):
        if claim.unit != measure.unit:
            yield Finding(
                "error", claim.id, f"unit `{claim.unit}` does not fit `{measure.unit}` of `{claim.quantity}`."
            )
        elif claim.unit == "date":
            try:
                days(claim.text)
            except CatalogError as error:
                yield Finding("error", claim.id, str(error))
        return
    try:
        if not unit(claim.unit).same_dimension(unit(measure.unit)):
            yield Finding(
                "error", claim.id, f"unit `{claim.unit}` does not fit `{measure.unit}` of `{claim.quantity}`."
            )
    except UnitError as error:
        yield Finding("error", claim.id, str(error))


def _sources(claim: Claim, catalog: Catalog) -> Iterator[Finding]:
    for name in claim.sources:
        source = catalog.records.sources.get(name)
        if source is None:
            yield Finding("error", claim.id, f"unknown source `{name}`. {did_you_mean(name, catalog.records.sources)}")
        elif not (claim.locator or source.publisher):
            yield Finding("error", claim.id, f"source `{name}` has neither a publisher nor a locator.")
    if not claim.sources and claim.kind not in ("assumed", "derived"):
        yield Finding("error", claim.id, f"a {claim.kind} figure needs a source.")


def _range(claim: Claim) -> Iterator[Finding]:
    given = [end for end in (claim.low, claim.value, claim.high) if end is not None]
    if given != sorted(given):
        yield Finding(
            "error", claim.id, "low, value and high must rise; they are " + ", ".join(f"{end:g}" for end in given) + "."
        )


def _formula(claim: Claim, catalog: Catalog) -> Iterator[Finding]:
    if not claim.formula:
        if claim.kind == "derived" and not claim.note:
            yield Finding(
                "error", claim.id, "a derived figure needs a formula, or a note that says which inputs are missing."
            )
        return
    absent = [name for name in references(claim.formula) if name not in catalog]
    if catalog.date and absent and all(name in catalog.records.claims for name in absent):
        yield Finding("warning", claim.id, f"its formula rests on `{absent[0]}`, which is younger than {catalog.date}.")
        return
    try:
        result, stated = recompute(claim, catalog), _stated(claim)
    except (CatalogError, UnitError) as error:
        yield Finding("error", claim.id, str(error))
        return
    if abs(result - stated) > TOLERANCE * abs(stated):
        off = f"{result / claim.scale:g} {claim.unit} where the claim has {stated / claim.scale:g}"
        yield Finding("error", claim.id, f"its formula gives {off}.")


def _stated(claim: Claim) -> float:
    """The figure a formula must meet: the value, or the only end there is."""
    if claim.one_sided:
        return next(end for end in (claim.low, claim.high) if end is not None) * claim.scale
    return claim.central


def _age(claim: Claim, newest: str) -> Iterator[Finding]:
    """A fast quantity is doubtful when it holds for a day more than a year before the catalogue's newest."""
    if claim.quantity in FAST and days(claim.as_of)[1] < f"{int(newest[:4]) - 1}{newest[4:]}":
        yield Finding("warning", claim.id, f"is of {claim.as_of}, more than 12 months before {newest}.")
