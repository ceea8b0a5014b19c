"""Tables and trees on the terminal; the colours are few and NO_COLOR turns them off."""

from __future__ import annotations

import math
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    from gigawatt.views.table import Cell, Column, Table
    from gigawatt.views.tree import Node

BAND = ("p10", "p50", "p90")
LARGE = 1e5
"""From here on a table counts in millions, so that its columns stay narrow."""


def console() -> Console:
    """Where tables go: standard output, as wide as it is; in a file or pipe as wide as COLUMNS says, else 120."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 120
    return Console(markup=False, highlight=False, emoji=False, width=width)


def draw(tables: Iterable[Table]) -> None:
    """Tables one below the other; a table by month turns its months into columns."""
    out = console()
    for i, table in enumerate(tables):
        if i:
            out.print()
        out.print(_title(table), style="bold")
        if not table.rows:
            out.print(table.note or "Nothing to show.", style="dim")
            continue
        for grid in _by_month(table, out.width) if {"month", *BAND} <= set(table.names()) else (_plain(table),):
            out.print(grid)
        if table.note:
            out.print(table.note, style="dim")


def draw_trees(nodes: Iterable[Node]) -> None:
    """Trees one below the other."""
    out = console()
    for i, node in enumerate(nodes):
        if i:
            out.print()
        for line in _tree(node, set(), out.width - 4):
            out.print(line, soft_wrap=True)


def say(lines: Iterable[str]) -> None:
    """Sentences, wrapped at the width of the terminal."""
    out = console()
    for line in lines:
        out.print(line)


def number(value: float, most: int = 4) -> str:
    """A number in three significant digits, thousands separated: 0.0123, 1.75, 12.3, 1,234.

    Arguments:
        value: the number.
        most: decimals at most.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    decimals = 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{min(max(decimals, 0), most)}f}"


def _grid() -> Grid:
    from rich import box
    from rich.table import Table as Grid

    # One blank of padding and one for the line between columns that is not drawn.
    return Grid(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)


def _title(table: Table) -> str:
    if not {"month", *BAND} <= set(table.names()):
        one = table.rows and "month" in table.names() and _in_title(table, "month")
        return f"{table.title}, {table.column('month')[0]}" if one else table.title
    of = next(column.unit for column in table.columns if column.name in BAND)
    return f"{table.title}, {of if _scale(table) == 1 else f'million {of}s'}"


def _scale(table: Table) -> float:
    cells = [cell for name in BAND for cell in table.column(name)]
    most = max((abs(cell) for cell in cells if isinstance(cell, int | float)), default=0.0)
    return 1e6 if most >= LARGE else 1.0


def _plain(table: Table) -> Grid:
    grid = _grid()
    once = [i for i, column in enumerate(table.columns) if not _in_title(table, column.name)]
    for i in once:
        column = table.columns[i]
        grid.add_column(
            _heading(column), justify="right" if column.unit else "left", no_wrap=bool(column.unit), overflow="fold"
        )
    for row in table.rows:
        grid.add_row(*(_cell(row[i]) for i in once))
    return grid


def _in_title(table: Table, name: str) -> bool:
    """Whether all rows are of one month, which the title then says."""
    return name == "month" and len(set(table.column(name))) == 1


def _heading(column: Column) -> str:
    words = textwrap.wrap(column.name, 12) if column.unit else [column.name]
    return "\n".join([*words, column.unit] if column.unit not in ("", "1") else words)


def _cell(cell: Cell, decimals: int = 4) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else str(cell) if isinstance(cell, int) else number(cell, decimals)


def _by_month(table: Table, width: int) -> Iterable[Grid]:
    """One line a quantile and one column a month, in as many pieces as the width asks for."""
    label, names = table.names()[0], [name for name in table.names()[1:] if name != "month"]
    scale = _scale(table)
    months = list(dict.fromkeys(str(month) for month in table.column("month")))
    cells: dict[tuple[str, str, str], str] = {}
    for record in table.records():
        for name in names:
            value = record[name]
            divided = value / scale if isinstance(value, int | float) and name in BAND else value
            cells[str(record[label]), name, str(record["month"])] = _cell(divided, 2)
    labels = list(dict.fromkeys(str(cell) for cell in table.column(label)))
    units = {column.name: column.unit for column in table.columns}
    words = {name: name if name in BAND or not units[name] else f"{name}, {units[name]}" for name in names}
    # Year ends are called by their years, so that nine of them fit on 80 columns.
    years = {month: month.removesuffix("-12") for month in months}
    fixed = max(map(len, [label, *labels])) + max(map(len, words.values())) + 4
    widest = max([len(text) for text in cells.values()] + [len(year) for year in years.values()]) + 2
    for part in _pieces(months, max(1, (width - fixed) // widest)):
        grid = _grid()
        grid.add_column(label, no_wrap=True)
        grid.add_column("", no_wrap=True)
        for month in part:
            grid.add_column(years[month], justify="right", no_wrap=True)
        for entity in labels:
            for i, name in enumerate(names):
                line = [cells.get((entity, name, month), "") for month in part]
                grid.add_row("" if i else entity, words[name], *line, style="" if name == "p50" else "dim")
        yield grid


def _pieces(months: Sequence[str], count: int) -> Iterable[Sequence[str]]:
    return (months[start : start + count] for start in range(0, len(months), count))


def _tree(node: Node, told: set[Node], width: int, first: str = "", rest: str = "") -> Iterable[Text]:
    """The lines of a tree, in which a source that was told before is named, but not told again.

    Arguments:
        node: its root.
        told: sources told so far.
        width: columns at hand; a word that is longer, such as an address, is not cut, so that it can be copied.
        first, rest: what stands before the first line and before all others.
    """
    from rich.text import Text

    whole = f"{node.label}: {node.value}" if node.value else node.label
    wrapped = textwrap.wrap(whole, max(width - len(rest), 30), break_long_words=False, break_on_hyphens=False)
    children = () if node in told else node.children
    if node.label == "source":
        told.add(node)
    for i, line in enumerate(wrapped):
        styled = Text.assemble((rest + ("│   " if children else "  ") if i else first, "dim"), line)
        if not i and node.children:
            styled.stylize("bold", len(first), len(first) + len(node.label))
        yield styled
    for child in children:
        last = child is children[-1]
        yield from _tree(child, told, width, rest + ("└── " if last else "├── "), rest + ("    " if last else "│   "))
