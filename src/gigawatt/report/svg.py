"""SVG: scales, ticks, axes and marks, as small functions that return markup.

Data types: `Scale` (values to places), `Plot` (a picture's size, margins and scales).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gigawatt.report.markup import Html, coordinate, el, join

Points = Sequence[tuple[float, float]]

LINKS = frozenset({"a", "and", "at", "by", "for", "from", "in", "of", "on", "that", "the", "to", "who", "with"})
"""Words that a shortened name does not end with."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values between `low` and `high` to places between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        span = self.high - self.low or 1.0
        return self.start + (float(value) - self.low) / span * (self.end - self.start)

    def inside(self, value: float) -> float:
        """The place of the nearest value within the scale."""
        return self(min(max(value, self.low), self.high))


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture: its size in pixels and its two scales; what lies outside of them is margin."""

    width: float
    height: float
    x: Scale
    y: Scale

    @property
    def left(self) -> float:
        """Left edge of what is inside the margins."""
        return self.x.start

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x.end

    @property
    def top(self) -> float:
        """Top edge."""
        return self.y.end

    @property
    def bottom(self) -> float:
        """Bottom edge."""
        return self.y.start

    def points(self, xs: Iterable[float], ys: Iterable[float]) -> list[tuple[float, float]]:
        """Places of a series."""
        return [(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True)]


def ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """About so many round values that span `low` to `high`; the first and last lie at or outside the ends."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return (low, low + 1.0)
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def plot(
    size: tuple[float, float],
    x: tuple[float, float],
    y: Sequence[float],
    margins: tuple[float, float, float, float] = (14, 14, 26, 40),
) -> Plot:
    """A picture of a size, for values of x between two ends and of y between the first and last tick.

    Arguments:
        size: width and height in pixels.
        x: first and last value.
        y: ticks.
        margins: top, right, bottom, left.
    """
    (width, height), (top, right, bottom, left) = size, margins
    return Plot(width, height, Scale(*x, left, width - right), Scale(y[0], y[-1], height - bottom, top))


def line(points: Points, class_: str, title: str = "") -> Html:
    """A line through points."""
    return el("path", *_title(title), d=_path(points), class_=class_)


def area(points: Points, lower: Points, class_: str, title: str = "") -> Html:
    """The area between two lines of equal length."""
    return el("path", *_title(title), d=f"{_path([*points, *reversed(lower)])}Z", class_=class_)


def rule(x1: float, y1: float, x2: float, y2: float, class_: str) -> Html:
    """A straight line."""
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, title: str = "") -> Html:
    """A rectangle; one of negative height is turned over."""
    if height < 0:
        y, height = y + height, -height
    return el("rect", *_title(title), x=x, y=y, width=max(width, 0.0), height=height, class_=class_)


def dot(x: float, y: float, radius: float, class_: str, title: str = "") -> Html:
    """A filled circle."""
    return el("circle", *_title(title), cx=x, cy=y, r=radius, class_=class_)


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Html:
    """Words at a place; `anchor` is start, middle or end."""
    return el("text", words, x=x, y=y, class_=class_ or None, text_anchor=None if anchor == "start" else anchor)


def group(*children: str, title: str = "", class_: str | None = None) -> Html:
    """Marks that belong together."""
    return el("g", *_title(title), *children, class_=class_)


def ribbon(left: tuple[float, float, float], right: tuple[float, float, float], class_: str, title: str) -> Html:
    """A band that flows from one side to the other; a side is its x, its top and its bottom."""
    (x1, a1, b1), (x2, a2, b2) = left, right
    middle = coordinate((x1 + x2) / 2)
    c = coordinate
    d = (
        f"M{c(x1)} {c(a1)}C{middle} {c(a1)} {middle} {c(a2)} {c(x2)} {c(a2)}"
        f"V{c(b2)}C{middle} {c(b2)} {middle} {c(b1)} {c(x1)} {c(b1)}Z"
    )
    return el("path", *_title(title), d=d, class_=class_)


def y_axis(frame: Plot, marks: Sequence[float], unit: str = "") -> Html:
    """Horizontal grid lines with their values at the left, and the unit above the topmost."""
    parts = [rule(frame.left, frame.y(v), frame.right, frame.y(v), "zero" if v == 0 else "grid") for v in marks]
    names = tick_texts(marks)
    parts += [text(frame.left - 6, frame.y(v) + 4, n, "tick", "end") for v, n in zip(marks, names, strict=True)]
    return join([*parts, text(2, frame.top - 13, unit, "unit")] if unit else parts)


def tick_texts(marks: Sequence[float]) -> tuple[str, ...]:
    """Ticks with as many decimals as their step needs, and no more."""
    step = min((b - a for a, b in pairwise(marks)), default=1.0)
    digits = next((d for d in range(4) if abs(round(step, d) - step) < step * 1e-6), 4)
    return tuple(f"{v:,.{digits}f}".replace("-", "−") for v in marks)


def year_axis(frame: Plot, *, grid: bool = False, below: float | None = None) -> Html:
    """A time axis: a mark at each January and the year in the middle of its months.

    Arguments:
        frame: its x values are months counted as year * 12 + month - 1.
        grid: draw the marks through the whole picture.
        below: where the axis lies; the bottom of the picture by default.
    """
    y = frame.bottom if below is None else below
    first, last = int(frame.x.low), int(frame.x.high)
    wide = frame.x(12) - frame.x(0)
    every = max(1, math.ceil(36 / wide)) if wide > 0 else 1
    parts = [rule(frame.left, y, frame.right, y, "base")]
    for year in range(first // 12, last // 12 + 1):
        january = year * 12
        if january >= first:
            parts.append(rule(frame.x(january), frame.top if grid else y, frame.x(january), y + 4, "grid year"))
        begins, ends = max(january, first), min(january + 12, last + 1)
        if every > 1:
            if year % every == 0 and january >= first and frame.right - frame.x(january) > 14:
                parts.append(text(frame.x(january), y + 17, str(year), "tick", "middle"))
        elif frame.x(ends) - frame.x(begins) >= 30:
            parts.append(text((frame.x(begins) + frame.x.inside(ends)) / 2, y + 17, str(year), "tick", "middle"))
    return join(parts)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to stand `gap` apart, in the same order and between two ends if they fit."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [min(max(place, low), high) for place in places]
    for before, here in pairwise(order):
        moved[here] = max(moved[here], moved[before] + gap)
    limit = high
    for here in reversed(order):
        moved[here] = min(moved[here], limit)
        limit = moved[here] - gap
    return moved


def fit(words: str, width: float, per_letter: float = 7.4) -> str:
    """Words cut so that they take about this many pixels; a bold letter takes 7.4 on average, a small one 6."""
    most = max(3, int(width / per_letter))
    return words if len(words) <= most else words[: most - 1].rstrip(" ,.(") + "…"


def short(words: str, most: int = 18) -> str:
    """A name for a picture: whole words up to so many letters, without a preposition at the end."""
    if len(words) <= most:
        return words
    kept = words[:most].rsplit(" ", 1)[0].split(" ")
    while len(kept) > 1 and kept[-1] in LINKS:
        kept.pop()
    return " ".join(kept).rstrip(" ,.(;")[: most - 1] + "…"


def named(x: float, y: float, shown: str, full: str, class_: str, anchor: str = "start") -> Html:
    """A label that tells the full name when pointed at, where it shows less."""
    mark = text(x, y, shown, class_, anchor)
    return mark if full in shown else group(mark, title=full)


def svg(frame: Plot, label: str, *parts: str, hover: Html | str = "", class_: str | None = None) -> Html:
    """The picture itself, with a sentence for those who cannot see it.

    Arguments:
        frame: size.
        label: what the picture shows, with its main numbers.
        parts: marks, drawn in order.
        hover: what `hovers` made; lets a reader walk through the months.
        class_: `wide` or `narrow` where one of two is shown.
    """
    return el(
        "svg",
        *parts,
        viewBox=f"0 0 {coordinate(frame.width)} {coordinate(frame.height)}",
        role="img",
        aria_label=label,
        class_=class_,
        data_hover=str(hover) or None,
        tabindex="0" if hover else None,
    )


def hovers(
    frame: Plot, xs: Sequence[float], names: Sequence[str], unit: str, rows: Iterable[tuple[str, str, Sequence[str]]]
) -> str:
    """What a reader sees of each month under the pointer, as JSON for the page's script.

    Arguments:
        frame: the picture.
        xs: x value of each step.
        names: what each step is called, such as `2027-03`.
        unit: of all values.
        rows: name, colour class and the text at each step.
    """
    return json.dumps(
        {
            "x": [round(frame.x(x), 1) for x in xs],
            "y": [round(frame.top, 1), round(frame.bottom, 1)],
            "n": "|".join(names),
            "u": unit,
            "r": [{"n": name, "c": colour, "v": "|".join(values)} for name, colour, values in rows],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _title(words: str) -> tuple[Html, ...]:
    return (el("title", words),) if words else ()


def _path(points: Points) -> str:
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
