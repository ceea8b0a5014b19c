"""Claims: single figures about the world, with their source, date and confidence.

    Claim   one figure: quantity, subject, value or range, unit, dates, sources, formula
    Source  where figures come from
    Band    the 90 % interval of a claim, in internal units

Dates are texts of any precision: `2026`, `2026-H2`, `2026-Q4`, `2026-10`, `2026-10-06`, and `2026/2028` for a span.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from gigawatt.dates import period
from gigawatt.errors import CatalogError, UnitError
from gigawatt.units import Quantity, unit

FACTORS: Mapping[str, float] = MappingProxyType({"A": 1.05, "B": 1.25, "C": 2.0, "D": 5.0})
"""What a figure is multiplied and divided by to reach the ends of its 90 % interval, by confidence band."""

KINDS = ("reported", "measured", "derived", "estimated", "assumed")
"""How a figure came about: printed by a party, read from a record, computed, modelled by somebody, or supposed."""

VINTAGES = ("source", "figure", "compiled")
"""What the publication date rests on: a dated source, the figure's own date, or the date of the catalogue."""


class Band(NamedTuple):
    """A 90 % interval and its centre, in internal units."""

    low: float
    central: float
    high: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from.

    Arguments:
        id: its name in the catalogue.
        publisher: who says so, and in which document.
        url: the page, empty where none is public.
        date: when it was published, empty where unknown.
        access: excerpt (opening of the page read), transcribed (a public file that quotes it), secondary (a summary).
        licence: licence and attribution, where one is asked for.
    """

    id: str
    publisher: str
    url: str = ""
    date: str = ""
    access: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure about the world, as one or several sources have it.

    Arguments:
        id: its name, such as `amd-openai-warrant.shares`.
        quantity: what is measured; a name of the list of quantities.
        subject: whom or what it speaks about, such as a deal, an accelerator or a company.
        value: the figure in `unit`; None where only a range or a date is known.
        low: lower end of the range in `unit`, None where absent.
        high: upper end of the range in `unit`, None where absent.
        unit: such as `bnUSD/GW`; `date` for a figure that is a date and stands in `text`.
        as_of: the date the figure holds for or was stated.
        period: the time a schedule or a forecast speaks about, empty where it is `as_of`.
        published: when it became public; decides the vintage.
        vintage: what `published` rests on, one of VINTAGES.
        kind: one of KINDS.
        confidence: one of FACTORS.
        grade: the word of the researcher, high, medium or low.
        sources: ids of its sources.
        locator: where in the sources it stands, empty where unknown.
        formula: an expression over claims, such as `{a.shares} * {a.strike}`, empty where there is none.
        text: the date, for a claim in the unit `date`.
        note: a caveat in a sentence, may be empty.
        origin: the file it was read from.
    """

    id: str
    quantity: str
    subject: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    as_of: str
    period: str
    published: str
    vintage: str
    kind: str
    confidence: str
    grade: str
    sources: tuple[str, ...]
    locator: str = ""
    formula: str = ""
    text: str = ""
    note: str = ""
    origin: str = ""

    @property
    def one_sided(self) -> str:
        """`low` or `high` where only that end is known, otherwise empty."""
        if self.value is not None or (self.low is None) == (self.high is None):
            return ""
        return "low" if self.high is None else "high"

    @property
    def factor(self) -> float:
        """What the figure is multiplied and divided by to reach the ends of its 90 % interval."""
        return FACTORS[self.confidence]

    @property
    def scale(self) -> float:
        """How many internal units one of the claim's unit is.

        Raises:
            CatalogError: the claim is a date.
        """
        if self.unit == "date":
            raise CatalogError(f"claim `{self.id}` is a date (`{self.text}`), not a number; read its `text`.")
        return unit(self.unit).factor

    @property
    def central(self) -> float:
        """The central figure in internal units: the value, or the middle of the range.

        Raises:
            CatalogError: the claim is a date, or only one end is known.
        """
        return self.band().central

    def figure(self) -> Quantity:
        """The central figure with its unit."""
        return Quantity(self.central, unit(self.unit))

    def band(self) -> Band:
        """The 90 % interval in internal units.

        An end that is given stands; a missing one is the central figure over or times the factor of the confidence
        band. Without a value the centre is the middle of the range, geometric where both ends are positive.

        Raises:
            CatalogError: the claim is a date, or only one end is known.
        """
        scale = self.scale
        if self.one_sided:
            end = self.low if self.one_sided == "low" else self.high
            raise CatalogError(
                f"claim `{self.id}` gives only the {self.one_sided} end ({end:g} {self.unit}) and so has no centre; "
                "choose a rival claim or write a distribution."
            )
        central = _middle(self.value, self.low, self.high)
        spread = sorted((central / self.factor, central * self.factor))
        low = spread[0] if self.low is None else self.low
        high = spread[1] if self.high is None else self.high
        return Band(low * scale, central * scale, high * scale)

    def __str__(self) -> str:
        if self.unit == "date":
            figure = self.text
        elif self.value is not None:
            figure = f"{self.value:,.12g} {self.unit}"
        elif self.one_sided == "low":
            figure = f"at least {self.low:,.12g} {self.unit}"
        elif self.one_sided == "high":
            figure = f"at most {self.high:,.12g} {self.unit}"
        else:
            figure = f"{self.low:,.12g} to {self.high:,.12g} {self.unit}"
        return f"{self.id}: {figure} ({self.kind}, {self.confidence}, {self.published})"


@lru_cache(maxsize=8192)
def days(text: str) -> tuple[str, str]:
    """The first and the last day of a date text, as ISO dates: `2026-H2` is 2026-07-01 to 2026-12-31.

    Raises:
        CatalogError: the text is no date of the catalogue's grammar.
    """
    if "/" in text:
        opening, _, closing = text.partition("/")
        return days(opening)[0], days(closing)[1]
    try:
        covered = period(text)
    except UnitError as error:
        raise CatalogError(str(error)) from None
    if len(text) == len("2026-10-06"):
        return text, text
    (first_year, begin), (last_year, end) = divmod(covered.first, 12), divmod(covered.last, 12)
    length = calendar.monthrange(last_year, end + 1)[1]
    return f"{first_year:04d}-{begin + 1:02d}-01", f"{last_year:04d}-{end + 1:02d}-{length}"


def _middle(value: float | None, low: float | None, high: float | None) -> float:
    if value is not None:
        return value
    if low is None or high is None:
        raise CatalogError("a claim needs a value, a low end or a high end.")
    return math.sqrt(low * high) if low > 0 and high > 0 else (low + high) / 2
