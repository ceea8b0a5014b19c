"""Pictures over time that several sections share: fans, lines with labels at their ends, and their tables.

Data types: `Line` (one series with its label and look), `Band` (the space between two quantiles).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gigawatt.dates import month_text
from gigawatt.parts.figure import Floats
from gigawatt.report import svg
from gigawatt.report.context import NARROW, WIDE
from gigawatt.report.markup import Html, el, number

Drawing: TypeAlias = Callable[[float, str], Html]
"""Draws a picture of a width, with the class that says on which screens it is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One series of a picture.

    Arguments:
        name: its label at the right end.
        months: month of each value (year * 12 + month - 1).
        values: in the unit of the picture.
        colour: colour class.
        look: further classes, such as `dashed`.
    """

    name: str
    months: Sequence[int]
    values: Floats
    colour: str
    look: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The space between two quantiles."""

    name: str
    months: Sequence[int]
    low: Floats
    high: Floats
    colour: str


def both(draw: Drawing) -> Html:
    """A large picture in its two widths, of which a screen shows one."""
    return el("div", draw(WIDE, "wide"), draw(NARROW, "narrow"), class_="picture")


def chart(
    size: tuple[float, float],
    span: tuple[int, int],
    label: str,
    unit: str,
    lines: Sequence[Line],
    band: Band | None = None,
    *,
    class_: str | None = None,
    extra: Sequence[Html] = (),
    named: bool = True,
    room: float = 0.0,
) -> Html:
    """Lines with their names at the right end, over a band.

    Arguments:
        size: width and height in pixels.
        span: first and last month of the axis.
        label: what the picture shows, for those who cannot see it.
        unit: above the axis.
        lines: series, the most important last.
        band: drawn below them.
        class_: `wide` or `narrow`.
        extra: marks drawn on top, in the same scales as `frame` gives.
        named: write the names at the ends.
        room: pixels kept free below for `extra`.
    """
    frame, marks = frame_of(size, span, lines, band, named=named, room=room)
    parts = [svg.y_axis(frame, marks, unit), svg.year_axis(frame)]
    if band is not None:
        upper, lower = frame.points(band.months, band.high), frame.points(band.months, band.low)
        parts.append(svg.area(upper, lower, f"band {band.colour}", band.name))
    for this in lines:
        points = frame.points(this.months, this.values)
        last = f"{this.name}: {number(float(this.values[-1]))} {unit} at the end"
        parts.append(svg.line(points, f"line {this.colour} {this.look}".strip(), last))
        if len(points) < 24:
            parts += [svg.dot(x, y, 1.8, f"fill {this.colour}") for x, y in points]
    if named:
        parts += end_labels(frame, lines)
    return svg.svg(frame, label, *parts, *extra, hover=hover_of(frame, lines, band, unit), class_=class_)


def frame_of(
    size: tuple[float, float],
    span: tuple[int, int],
    lines: Sequence[Line],
    band: Band | None = None,
    *,
    named: bool = True,
    room: float = 0.0,
) -> tuple[svg.Plot, tuple[float, ...]]:
    """Scales and ticks that hold every value and zero."""
    values = [this.values for this in lines] + ([band.low, band.high] if band else [])
    everything = np.concatenate([np.ravel(v) for v in values]) if values else np.zeros(1)
    low, high = min(0.0, float(everything.min())), max(float(everything.max()), 0.0)
    marks = svg.ticks(low, high if high > low else low + 1.0, 5 if size[1] > 220 else 3)
    right = 14.0
    if named:
        longest = max((len(this.name) for this in lines), default=0)
        right = min(16 + 7.6 * longest, 0.36 * size[0])
    left = 16 + 6.6 * max(len(t) for t in svg.tick_texts(marks))
    return svg.plot(size, span, marks, (30, right, 26 + room, left)), marks


def end_labels(frame: svg.Plot, lines: Sequence[Line], gap: float = 14.0) -> list[Html]:
    """The names of lines at the right of their last values, moved apart where they would overlap."""
    wanted = [frame.y(float(this.values[-1])) for this in lines]
    room = frame.width - frame.right - 12
    return [
        svg.text(frame.right + 7, y + 4, svg.fit(this.name, room), f"label {this.colour}")
        for this, y in zip(lines, svg.spread(wanted, gap, frame.top, frame.bottom), strict=True)
    ]


def hover_of(frame: svg.Plot, lines: Sequence[Line], band: Band | None, unit: str) -> str:
    """What is read off at each month: every line, and the ends of the band."""
    steps = sorted({month for this in lines for month in this.months})
    rows = []
    for this in reversed(lines):
        at = dict(zip(this.months, this.values, strict=True))
        rows.append((this.name, this.colour, [number(float(at[m])) if m in at else "" for m in steps]))
    if band is not None:
        ends = dict(zip(band.months, zip(band.low, band.high, strict=True), strict=True))
        texts = [f"{number(float(ends[m][0]))} to {number(float(ends[m][1]))}" if m in ends else "" for m in steps]
        rows.append((band.name, band.colour, texts))
    return svg.hovers(frame, steps, [month_text(m) for m in steps], unit, rows)
