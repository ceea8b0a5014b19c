"""The ladder of a warrant: the gigawatts and the share price that each tranche asks for, drawn or certain.

Data type: `Mark` (one tranche's terms over the draws).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.observable import Constant
from gigawatt.report import svg
from gigawatt.report.markup import Html, el, figure, join, number, table
from gigawatt.report.series import both
from gigawatt.report.subject import Subject
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import LEAST_MARK, Ladder, markets
from gigawatt.views.band import LEVELS

Ends: TypeAlias = tuple[float, float, float]
"""10, 50 and 90 % quantile over the draws."""

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Mark:
    """What a tranche asks for and gives.

    Arguments:
        number: from 1.
        shares: handed over (shares).
        power: gigawatts to be reached (GW), 0 where none are.
        price: share price to be reached (USD/share), 0 where none is.
        counts: how gigawatts are counted, in a word.
        figures: the figures behind shares, gigawatts and price; none where nothing is asked.
    """

    number: int
    shares: Ends
    power: Ends
    price: Ends
    counts: str
    figures: tuple[Figure | None, Figure | None, Figure | None]


def ladder_marks(flows: Flows, this: Ladder) -> tuple[Mark, ...]:
    """The terms of each tranche over the draws of a simulation.

    Arguments:
        flows: what the paths drew.
        this: the warrant.
    """
    outstanding = flows.of(next(s for s in flows.scenario.shares if s.name == this.share).outstanding)
    found = []
    for i, tranche in enumerate(this.tranches):
        asked = tranche.price if tranche.price is not None else tranche.market_value
        figures = _figure(tranche.shares), _figure(tranche.power), _figure(asked)
        shares, power, price = (_drawn(flows, f) for f in figures)
        if tranche.price is None and tranche.market_value is not None:
            price = price / outstanding
        elif tranche.market_value is not None and (other := _figure(tranche.market_value)) is not None:
            price = np.maximum(price, _drawn(flows, other) / outstanding)
        found.append(Mark(i + 1, _ends(shares), _ends(power), _ends(price), str(tranche.counts), figures))
    return tuple(found)


def _figure(amount: object) -> Figure | None:
    return amount.figure if isinstance(amount, Constant) else None


def _drawn(flows: Flows, figure: Figure | None) -> Floats:
    return np.zeros(1) if figure is None else flows.of(figure)


def _ends(values: Floats) -> Ends:
    low, middle, high = (float(q) for q in np.quantile(values, LEVELS))
    return low, middle, high


def marks(page: Subject, flows: Flows, this: Ladder, name: str, colour: str) -> Html:
    """Picture and table of the ladder.

    Arguments:
        page: the scenario.
        flows: what the paths drew.
        this: the warrant.
        name: what people call it.
        colour: colour class.
    """
    found = ladder_marks(flows, this)
    spot = float(np.mean(markets(flows, this)[0]))

    def draw(width: float, class_: str) -> Html:
        return _picture(found, name, colour, spot, width, class_)

    note = (
        "A box spans the 10 % and 90 % quantile of what is drawn where a mark is not public, the number stands at the "
        f"medians. Dashed: the price at the start, {number(spot)} USD. The price is tested {this.test}"
        f"{', and a mark once met stays met' if this.latched else ''}."
    )
    rows = [
        [
            str(mark.number),
            *(_cell(page, f, ends, scale, least) for f, ends, scale, least in _columns(mark)),
            mark.counts if mark.power[2] > 0 else "–",
        ]
        for mark in found
    ]
    head = ["Tranche", "Shares (millions)", "Gigawatt mark (GW)", "Price mark (USD a share)", "Gigawatts counted as"]
    # Without gigawatts there is no second axis, and the table says it all.
    steps = any(mark.power[2] > 0 for mark in found)
    picture = figure("Ladder of marks", note, both(draw), level=4) if steps else el("p", f"Price tested {this.test}.")
    return join([picture, table(f"{name}: what each tranche asks for", head, rows, words=(4,), computed=False)])


def _columns(mark: Mark) -> list[tuple[Figure | None, Ends, float, float]]:
    shares, power, price = mark.figures
    return [(shares, mark.shares, MILLION, 0.0), (power, mark.power, 1.0, 0.0), (price, mark.price, 1.0, LEAST_MARK)]


def _cell(page: Subject, figure: Figure | None, ends: Ends, scale: float, least: float) -> Html | str:
    low, middle, high = (end / scale for end in ends)
    if figure is None or ends[2] <= least:
        return "none"
    certain = high - low < 1e-9 * max(high, 1.0)
    return page.cited(figure, number(middle) if certain else f"{number(middle)} ({number(low)} to {number(high)})")


def _picture(found: Sequence[Mark], name: str, colour: str, spot: float, width: float, class_: str) -> Html:
    height = 300.0 if width > 500 else 270.0
    powers = svg.ticks(0.0, _top(m.power[2] for m in found))
    # Half a picture below the lowest mark would be empty.
    prices = svg.ticks(
        min([0.8 * spot, *(0.8 * m.price[0] for m in found)]), _top([spot, *(m.price[2] for m in found)])
    )
    left = 16 + 6.6 * max(len(t) for t in svg.tick_texts(prices))
    frame = svg.plot((width, height), (powers[0], powers[-1]), prices, (28, 20, 40, left))
    parts = [
        svg.y_axis(frame, prices, "share price, USD"),
        svg.rule(frame.left, frame.bottom, frame.right, frame.bottom, "base"),
    ]
    for power, words in zip(powers, svg.tick_texts(powers), strict=True):
        parts.append(svg.text(frame.x(power), frame.bottom + 16, words, "tick", "middle"))
    parts.append(svg.text(frame.right, height - 6, "GW reached", "unit", "end"))
    parts.append(svg.rule(frame.left, frame.y(spot), frame.right, frame.y(spot), "plan dashed"))
    for mark in found:
        (a, x, b), (c, y, d) = mark.power, mark.price
        title = f"tranche {mark.number}: {_range(mark.power)} GW, {_range(mark.price)} USD a share"
        wide, tall = max(frame.x(b) - frame.x(a), 6.0), max(frame.y(c) - frame.y(d), 6.0)
        box = svg.rect(
            (frame.x(a) + frame.x(b) - wide) / 2, (frame.y(c) + frame.y(d) - tall) / 2, wide, tall, f"band rim {colour}"
        )
        parts.append(svg.group(box, title=title))
        parts.append(svg.dot(frame.x(x), frame.y(y), 9.0, f"fill {colour}", title))
        parts.append(svg.text(frame.x(x), frame.y(y) + 4, str(mark.number), "on", "middle"))
    said = "; ".join(f"{m.number}: {_range(m.power)} GW and {_range(m.price)} USD" for m in found)
    return svg.svg(frame, f"Marks of {name}: {said}.", *parts, class_=class_)


def _top(values: Iterable[float]) -> float:
    return max(values, default=0.0) or 1.0


def _range(ends: Ends) -> str:
    low, middle, high = ends
    return number(middle) if high <= low else f"{number(low)} to {number(high)}"
