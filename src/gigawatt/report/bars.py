"""Horizontal bars with what is known of their ends: a standard error and a band.

Data types: `Bar`, `Row` (bars under one name).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gigawatt.report import strokes, svg
from gigawatt.report.markup import Html, number

BESIDE = 500.0
"""From this width in pixels on, names stand beside their bars and not above them."""

THICK, GAP = 11.0, 4.0
"""Height of a bar and the space below it, in pixels."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its error and band, in the unit of the picture.

    Arguments:
        value: where the bar ends.
        colour: colour class.
        title: what is said of it when it is pointed at.
        error: standard error; drawn as a dark end.
        band: low and high end of a thin line; none where there is no band.
        shown: the value as text, as `number` writes it by default.
    """

    value: float
    colour: str
    title: str
    error: float = 0.0
    band: tuple[float, float] | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A name, what is said of it when it is pointed at, and its bars from top to bottom."""

    name: str
    full: str
    bars: tuple[Bar, ...]


def bars(
    rows: Sequence[Row],
    unit: str,
    label: str,
    width: float,
    class_: str,
    *,
    ends: tuple[float, float] | None = None,
) -> Html:
    """Rows of bars over one scale that holds all of them and zero.

    Arguments:
        rows: from top to bottom.
        unit: of all values.
        label: what the picture shows, for those who cannot see it.
        width: in pixels.
        class_: on which screens it is shown.
        ends: of the scale, where they are given.
    """
    beside = width > BESIDE
    words = 0.34 * width if beside else 0.0
    above = 0.0 if beside else 18.0
    heights = [max(len(row.bars) * (THICK + GAP), 18.0) + 8.0 + above for row in rows]
    top, height = 28.0, 28.0 + sum(heights) + 24.0
    low, high = ends or reach(rows)
    marks = svg.ticks(low, high, 6 if beside else 4)
    values = 8 + 6.8 * max((len(_shown(bar)) for row in rows for bar in row.bars), default=4)
    x = svg.Scale(marks[0], marks[-1], words + 10 if beside else 1.0, width - values)
    frame = svg.Plot(width, height, x, svg.Scale(0, 1, height - 24, top))
    parts = [svg.text(x.start, 14, unit, "unit")]
    for mark, name in zip(marks, svg.tick_texts(marks), strict=True):
        parts.append(svg.rule(x(mark), top - 4, x(mark), height - 22, "zero" if mark == 0 else "grid"))
        side = "start" if x(mark) < 10 and len(name) > 1 else "middle"
        parts.append(svg.text(x(mark), height - 6, name, "tick", side))
    y = top
    for row, tall in zip(rows, heights, strict=True):
        block = len(row.bars) * (THICK + GAP)
        at = y + above + (tall - above - block) / 2
        place = (0.0, y + tall / 2 + 4) if beside else (7.0, y + 14)
        shown = svg.fit(row.name, words if beside else width - 7, 6.6)
        parts.append(svg.named(*place, shown, row.full, "strong halo"))
        for i, bar in enumerate(row.bars):
            parts += _bar(x, at + i * (THICK + GAP), bar)
            parts.append(svg.text(width, at + i * (THICK + GAP) + THICK - 1, _shown(bar), "small", "end"))
        y += tall
    return svg.svg(frame, label, *parts, class_=class_)


def _bar(x: svg.Scale, y: float, bar: Bar) -> list[Html]:
    left, right = sorted((x.inside(0.0), x.inside(bar.value)))
    middle = y + THICK / 2
    marks = [svg.rect(left, y, max(right - left, 1.0), THICK, f"layer {bar.colour}")]
    if bar.error > 0:
        low, high = x.inside(bar.value - bar.error), x.inside(bar.value + bar.error)
        marks.append(svg.rect(low, y, max(high - low, 1.0), THICK, f"fill {bar.colour}"))
    if bar.band is not None:
        low, high = (x.inside(end) for end in bar.band)
        ends = ((end, middle - 3, end, middle + 3) for end in (low, high))
        marks.append(strokes.lines([(low, middle, high, middle), *ends], "whisker"))
    return [svg.group(*marks, title=bar.title)]


def _shown(bar: Bar) -> str:
    return bar.shown or number(bar.value)


def reach(rows: Sequence[Row]) -> tuple[float, float]:
    """The lowest and highest end of anything that is drawn, and zero."""
    found = [0.0]
    for row in rows:
        for bar in row.bars:
            found += [bar.value - bar.error, bar.value + bar.error, *(bar.band or ())]
    low, high = min(found), max(found)
    return (low, high) if high > low else (0.0, 1.0)
