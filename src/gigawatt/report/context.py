"""What every section of a report draws from: the result, its subject, and the colours of its parties.

Data type: `Context`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gigawatt import dates
from gigawatt.catalog import Catalog
from gigawatt.engine.array import Labelled
from gigawatt.engine.result import Result
from gigawatt.parts.figure import Figure, Floats
from gigawatt.report import colours
from gigawatt.report.markup import Html, percent
from gigawatt.report.subject import Subject, subject
from gigawatt.views.fan import Timing
from gigawatt.views.focus import Focus, focus, others

WIDE, NARROW = 900.0, 370.0
"""Widths in pixels of the two drawings of every large picture: for desks and for phones."""

MARK = "2030-12"
"""The month at which a report adds up, or the last year end before it within the horizon."""


@dataclass(frozen=True, slots=True)
class Context:
    """A result, ready to be drawn.

    Arguments:
        result: the run.
        subject: its scenario, with names and sources.
        colour: party to colour class.
        mark: the month for which totals are told.
        focus: the deals the report is about.
        others: the other programmes in the market.
    """

    result: Result
    subject: Subject
    colour: Mapping[str, str]
    mark: str
    focus: Focus
    others: tuple[Focus, ...]

    def party(self, name: str) -> str:
        """What people call a party."""
        return self.subject.party(name)

    def deal(self, name: str) -> str:
        """What people call a deal."""
        return self.subject.deal(name)

    def short(self, party: str) -> str:
        """What people call a party, short enough for a picture."""
        return self.subject.short(party)

    def cited(self, figure: Figure, words: str = "") -> Html:
        """A figure of the scenario that tells its source."""
        return self.subject.cited(figure, words)

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the deals the report is about."""
        return self.focus.names(self.result.scenario)

    @property
    def theirs(self) -> str:
        """Those deals in words: `OpenAI's deals`, or `all deals`."""
        return f"{possessive(self.focus.title)} deals" if self.focus.lab else self.focus.title

    def tint(self, party: str) -> str:
        """Colour class of a party."""
        return self.colour.get(party, colours.OTHER)

    @property
    def span(self) -> tuple[int, int]:
        """First and last month of the horizon."""
        return self.result.scenario.first, self.result.scenario.last

    def kept(self, *names: str) -> tuple[str, ...]:
        """Those of some quantities that this run kept."""
        held = self.result.keys()
        return tuple(name for name in names if name in held)


def context(result: Result, catalog: Catalog | None = None) -> Context:
    """Everything a report draws from.

    Arguments:
        result: the run.
        catalog: where claims are looked up; the built-in catalogue by default.
    """
    scenario = result.scenario
    about, rest = focus(scenario), others(scenario)
    own, foreign = about.names(scenario), [scenario.deals[i] for group in rest for i in group.deals]
    deals = [deal for deal in scenario.deals if deal.name in own]
    # Suppliers stand beside each other in the first picture, so their hues come first and all differ.
    first = [d.supplier for d in deals], [b.party for b in scenario.labs], [d.buyer for d in deals]
    then = [d.financier for d in deals], [c.owner for c in scenario.campuses if {p.deal for p in c.phases} & set(own)]
    market = [d.supplier for d in foreign], [d.buyer for d in foreign], [c.owner for c in scenario.campuses]
    inside = [p.name for p in scenario.parties if not p.outside]
    found = [name for group in (*first, *then, *market, inside) for name in group]
    ends = [month for month in result.year_ends if month <= MARK]
    return Context(
        result=result,
        subject=subject(scenario, catalog),
        colour=colours.classes(found),
        mark=ends[-1] if ends else result.year_ends[0],
        focus=about,
        others=rest,
    )


def possessive(title: str) -> str:
    """Whose: `OpenAI's`, `the clouds'`."""
    return f"{title}'" if title.endswith("s") else f"{title}'s"


def counts(months: Iterable[str]) -> list[int]:
    """Months as counts, year * 12 + month - 1."""
    return [dates.month(month) for month in months]


def one(table: Labelled, statistic: str, label: str) -> Floats:
    """One line of a fan: a statistic of an entity, by month."""
    axis = table.dims[-1]
    return np.asarray(table.sel(**{"statistic": statistic, axis: label}).values, dtype=np.float64)


def ends_of_years(months: Iterable[str], mark: str) -> list[str]:
    """The Decembers among months, with the mark and the last month."""
    found = list(months)
    return [month for month in found if month.endswith("-12") or month in (mark, found[-1])]


def long_month(month: str | int) -> str:
    """A month in words: `December 2030`."""
    count = dates.month(month) if isinstance(month, str) else month
    return f"{calendar.month_name[count % 12 + 1]} {count // 12}"


def when(timing: Timing) -> tuple[str, str]:
    """How likely and when: the chance, and the median month with the months of the 10 and 90 % quantiles."""
    if not timing.quantiles:
        return percent(timing.chance), "–"
    low, middle, high = (dates.month_text(month) for month in timing.quantiles)
    return percent(timing.chance), f"{middle} ({low} to {high})" if low != high else middle
