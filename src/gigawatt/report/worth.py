"""All contracts of a valuation at a glance: bars under each measure, sorted by size, and their table."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.report.bars import Bar, Row, bars, reach
from gigawatt.report.cells import plus
from gigawatt.report.context import NARROW
from gigawatt.report.markup import Html, details, el, figure, join, legend, number
from gigawatt.report.series import both
from gigawatt.report.told import COLOURS, Told, title, values
from gigawatt.scenario.scenario import Contract
from gigawatt.value.measure import Measure
from gigawatt.views.table import BILLION

STEPS = (100.0, 10.0, 1.0, 0.0)
"""Sizes (bn USD) that part the contracts into pictures, since a small one cannot be seen beside a large one."""

MANY = 14
"""More contracts than these in one picture, or after the first ones, unfold on demand."""

NOTE = (
    "Bar: mean; its strong end: one standard error to either side; line: 10 % and 90 % quantile of the paths. Sorted "
    "by the larger mean."
)


def worth(told: Told) -> Html:
    """Pictures and table of all values."""
    order = sorted(told.contracts, key=told.size, reverse=True)
    parts: list[Html] = [
        el(
            "p",
            "To the party that gains; other parties stand with each contract. Cash and shares alone are counted: what "
            "a buyer does with the hardware is another contract's revenue.",
        ),
        legend((COLOURS[measure], measure) for measure in told.measures),
    ]
    drawn = 0
    for group, words in _groups(told, order):
        first = drawn == 0 or drawn + len(group) <= MANY
        drawn += len(group)
        rows = [_row(told, contract) for contract in group]
        picture = _picture(rows, words) if first else _halves(rows, words)
        parts.append(picture if first else details(_count(rows, words), picture))
    listed = values(told, order, "All contracts, the largest first")
    parts.append(listed if len(order) <= MANY else details(f"All {len(order)} contracts as a table", listed))
    return join(parts)


def _count(rows: Sequence[Row], words: str) -> str:
    return f"{len(rows)} contract{'s' if len(rows) > 1 else ''} {words}"


def _groups(told: Told, order: Sequence[Contract]) -> list[tuple[list[Contract], str]]:
    """Contracts of about equal size together, and the size in words."""
    found = []
    for i, least in enumerate(STEPS):
        most = STEPS[i - 1] if i else float("inf")
        group = [contract for contract in order if least <= told.size(contract) / BILLION < most]
        words = f"of {least:g} to {most:g} bn USD" if i else f"of {least:g} bn USD and more"
        if group:
            found.append((group, words if least else f"below {most:g} bn USD"))
    return found


def _picture(rows: Sequence[Row], words: str) -> Html:
    """Bars in two widths."""

    def draw(width: float, class_: str) -> Html:
        return bars(rows, "bn USD", _label(rows, words), width, class_)

    return figure(f"Contracts {words}", NOTE, both(draw))


def _halves(rows: Sequence[Row], words: str) -> Html:
    """Bars in one width, over one scale, in two columns where there is room: half the bytes of two widths."""
    most = (len(rows) + 1) // 2
    halves = [half for half in (rows[:most], rows[most:]) if half]
    drawn = [bars(half, "bn USD", _label(half, words), NARROW, "small-picture", ends=reach(rows)) for half in halves]
    return figure(f"Contracts {words}", NOTE, el("div", *drawn, class_="pair"))


def _label(rows: Sequence[Row], words: str) -> str:
    return f"{_count(rows, words)}; the largest is {rows[0].full} with {rows[0].bars[0].title}."


def _row(told: Told, contract: Contract) -> Row:
    full = f"{title(contract)}, to {told.gainer(contract)}"
    return Row(title(contract), full, tuple(_bar(told, contract, measure) for measure in told.measures))


def _bar(told: Told, contract: Contract, measure: Measure) -> Bar:
    value = told.gain(contract, measure).value
    low, _, high = (end / BILLION for end in value.band)
    words = f"{measure}: {plus(value)} bn USD, p10 to p90 {number(low)} to {number(high)}"
    return Bar(value.mean / BILLION, COLOURS[measure], words, value.error / BILLION, (low, high))
