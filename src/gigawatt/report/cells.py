"""Tables of views as tables of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from gigawatt.report.markup import Html, el, join, number, percent, prose, solid, table
from gigawatt.value.estimate import Estimate
from gigawatt.views.table import BILLION, BN, PERCENT, Cell, Column, Table

UNITS = {BN: "bn USD", "million": "millions", "1": "", PERCENT: ""}
"""How the head of a column names units for people; a percentage has its sign in every cell."""

QUANTILE = re.compile(r"p\d+")


def shown(
    found: Table,
    caption: str,
    *,
    words: Iterable[int] = (),
    note: bool = True,
    snug: bool = False,
    named: Callable[[str], str] = str,
) -> Html:
    """A table of a view, with its note below.

    Arguments:
        found: the table.
        caption: what it holds.
        words: columns of numbers that are words all the same; columns without a unit always are.
        note: whether its note stands below.
        snug: wrap numbers as well, for tables of many columns.
        named: what stands for the text in the first column.
    """
    units = [column.unit for column in found.columns]
    cells = [[text(cell, unit) for cell, unit in zip(row, units, strict=True)] for row in found.rows]
    rows = [[named(first), *rest] for first, *rest in cells]
    plain = {i for i, unit in enumerate(units) if i and not unit} | set(words)
    below = el("p", prose(found.note), class_="note") if note and found.note else ""
    return join([table(caption, [_head(column) for column in found.columns], rows, words=plain, snug=snug), below])


def _head(column: Column) -> str:
    name = column.name if QUANTILE.fullmatch(column.name) else column.name[:1].upper() + column.name[1:]
    unit = UNITS.get(column.unit, column.unit)
    return f"{name} ({unit})" if unit else name


def text(cell: Cell, unit: str) -> str:
    """A cell for people.

    Arguments:
        cell: what stands in it.
        unit: of its column.
    """
    match cell:
        case None:
            return "–"
        case str():
            return cell
        case int():
            return f"{cell:,}"
    return percent(cell / 100.0) if unit == PERCENT else number(cell)


def plus(found: Estimate) -> str:
    """A mean with its standard error, in bn USD: `8.35 ± 0.17`."""
    return f"{number(found.mean / BILLION)} ± {number(found.error / BILLION)}"


def span(found: Estimate) -> Html:
    """The 10 % and 90 % quantile, in bn USD, on one line."""
    return solid(f"{number(found.band[0] / BILLION)} to {number(found.band[2] / BILLION)}")
