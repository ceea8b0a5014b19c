"""A prediction as one page: the answer, where the time goes, what binds, rooflines, and what it assumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.cli.perf_picture import bases_picture, binds_picture, roofline_picture, stack_picture
from gigawatt.cli.perf_told import Told
from gigawatt.report.markup import Html, el, figure, join, number, prose, table
from gigawatt.report.shell import Section, save, shell

if TYPE_CHECKING:
    from gigawatt.views.table import Cell, Table

WIDE, NARROW = 960.0, 360.0
"""Widths of the two forms of a picture, in pixels: for a screen and for a phone."""

HEADLINES = 4
"""Figures that stand in the head."""

WORDS = ("layout", "unit", "resource", "part", "kernels", "under the roof of", "system", "figure")
"""Columns of words."""

Draw = Callable[[float, str], Html]


def write(told: Told, path: Path) -> None:
    """Write a prediction as a page.

    Arguments:
        told: what there is to tell.
        path: the file to write.

    Raises:
        RunError: the file cannot be written.
    """
    save(render(told), path)


def render(told: Told) -> str:
    """A prediction as the text of one HTML file that asks nothing of any network."""
    sections = [Section("answer", "The answer", join(_answers(told)))]
    if told.stacks:
        drawn = (
            figure(stack.title, "Parts are what is left where one hides behind another.", _both(stack_picture(stack)))
            for stack in told.stacks
        )
        listed = [_table(each) for name, each in told.details.items() if name.startswith("parts")]
        sections.append(Section("time", "Where the time goes", join([*drawn, *listed])))
    if "binds" in told.details:
        binds = told.details["binds"]
        note = f"Of the time, how much waits for each resource. {binds.note}"
        picture = figure("Who is waited for", note, _both(binds_picture(binds)))
        sections.append(Section("binds", "What binds, and what would help", join([picture, _table(binds)])))
    if told.roofs:
        note = (
            "Both axes are logarithmic. The slope is the memory's bandwidth, the flat lines are the peaks of the "
            "formats in use; a dot is a kind of kernel, the larger the more time it takes."
        )
        pictures = [figure(roof.title, note, _both(roofline_picture(roof))) for roof in told.roofs]
        listed = [_table(each) for name, each in told.details.items() if name.startswith("roofline")]
        sections.append(Section("roofline", "Kernels and the roofline", join([*pictures, *listed])))
    if "memory" in told.details:
        sections.append(Section("memory", "Memory", _table(told.details["memory"])))
    notes = el("ul", *(el("li", prose(note)) for note in told.notes))
    sections.append(Section("notes", "What it assumes", el("div", notes, class_="notes")))
    return shell(told.title, "prediction", _head(told), sections, told.made)


def _head(told: Told) -> Html:
    lead = told.notes[0] if told.notes else ""
    return el(
        "header",
        el("p", "gigawatt performance", class_="kicker"),
        el("h1", told.title),
        el("p", prose(lead), class_="lead"),
        *_tiles(told),
        el("p", el("b", "Provenance: "), prose(told.made), class_="note"),
    )


def _tiles(told: Told) -> list[Html]:
    run = told.tables.get("run")
    if run is None:
        return []
    tiles = []
    for record in run.records():
        value, low, high = (record[name] for name in ("value", "low", "high"))
        if not isinstance(value, float) or not isinstance(low, float) or not isinstance(high, float):
            continue
        ends = f"{number(low)} to {number(high)}"
        shown = el("dd", f"{number(value)} {record['unit']}"), el("dd", ends, class_="note")
        tiles.append(el("div", el("dt", str(record["figure"])), *shown))
    return [el("dl", *tiles[:HEADLINES], class_="tiles")]


def _answers(told: Told) -> list[Html]:
    found = []
    for name, each in told.tables.items():
        if "cost" in each.names():
            note = "Thin lines: nine of ten measurements lie inside."
            found.append(figure(each.title, note, _both(bases_picture(each))))
        found.append(_table(each))
        if each.note and name == "run":
            found.append(el("p", each.note, class_="note"))
    return found


def _table(given: Table) -> Html:
    names = given.names()
    if {"figure", "unit"} <= set(names):
        # On a phone a column of units would be out of sight, so that they stand with the names.
        rows = [[f"{row[0]}, {row[-1]}", *map(_cell, row[1:-1])] for row in given.rows]
        return table(given.title, names[:-1], rows)
    heads = [f"{name}, {unit}" if unit not in ("", "1") else name for name, unit in given.columns]
    words = [at for at, column in enumerate(given.columns) if column.name in WORDS]
    return table(given.title, heads, ([_cell(cell) for cell in row] for row in given.rows), words=words)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else number(float(cell))


def _both(draw: Draw) -> Html:
    return join([draw(WIDE, "wide"), draw(NARROW, "narrow")])
