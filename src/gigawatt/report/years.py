"""What a contract pays in each calendar year, way by way, as small pictures.

Data type: `Year` (what is paid in it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.report import strokes, svg
from gigawatt.report.markup import Html, bn, details, el, join, number, table
from gigawatt.report.subject import Subject
from gigawatt.value.contract import path_weights
from gigawatt.value.estimate import estimate
from gigawatt.value.flows import Flows
from gigawatt.value.table import ways
from gigawatt.views.band import LEVELS
from gigawatt.views.table import BILLION

SIZE = 366.0, 150.0
"""Width and height in pixels of a picture, which is as wide on a desk as on a phone."""

LEAST, SMALL = 1e7, "less than 0.01 bn USD on nine of ten paths in every year."
"""Ways below this (USD) have no picture but these words: exercise prices of a cent and the like."""


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year: 10, 50 and 90 % quantile and mean of what is paid in it (USD)."""

    year: int
    low: float
    middle: float
    high: float
    mean: float


def fans(page: Subject, flows: Flows, contract: str, colour: str, *, walked: bool = True) -> Html:
    """One picture for each way in which a contract pays in more than one year, and all numbers behind them.

    Arguments:
        page: the scenario.
        flows: a simulation under a measure.
        contract: its name.
        colour: colour class of the measure.
        walked: whether a reader can walk through the years of a picture; a table holds the same numbers.
    """
    every = {_way(page, way): spread(flows, amounts) for way, amounts in ways(flows, contract).items()}
    found = {way: years for way, years in every.items() if any(max(abs(y.low), abs(y.high)) >= LEAST for y in years)}
    notes = [el("p", f"{way}, {flows.measure}: {SMALL}", class_="note") for way in every if way not in found]
    if not found:
        return join(notes)
    numbers = _numbers(found, flows.measure)
    if all(sum(1 for y in years if y.mean) == 1 for years in found.values()):
        return join([numbers, *notes])
    pictures = [
        el("figure", el("figcaption", f"{way}, {flows.measure}, bn USD a year"), _picture(way, years, colour, walked))
        for way, years in found.items()
    ]
    return join([*pictures, *notes, details("Numbers by year", numbers)])


def _numbers(found: dict[str, tuple[Year, ...]], measure: str) -> Html:
    several = len(found) > 1
    rows = [
        [str(y.year), *([way] if several else []), *(bn(v) for v in (y.mean, y.low, y.middle, y.high))]
        for way, years in found.items()
        for y in years
        if y.mean
    ]
    head = ["Year", *(["Way"] if several else []), "Mean", "p10", "p50", "p90"]
    return table(f"Years in which something is paid, {measure} (bn USD)", head, rows, words=(1,) if several else ())


def spread(flows: Flows, amounts: Floats) -> tuple[Year, ...]:
    """Quantiles and mean of each year, under the weights of the measure.

    Arguments:
        flows: a simulation under a measure.
        amounts: (year, path) USD.
    """
    found = []
    for year, paths in zip(flows.years, amounts, strict=True):
        if flows.measure == "real-world":
            low, middle, high = (float(q) for q in np.quantile(paths, LEVELS))
            found.append(Year(year, low, middle, high, float(paths.mean())))
        else:
            weighed = estimate(paths, path_weights(flows))
            found.append(Year(year, *weighed.band, weighed.mean))
    return tuple(found)


def _way(page: Subject, way: str) -> str:
    """`amd > openai, amd shares` for people."""
    pair, _, kind = way.partition(", ")
    payer, payee = pair.split(" > ")
    pays = f"{page.party(payer)} to {page.party(payee)}"
    return f"{pays}, shares of {page.share(kind.removesuffix(' shares'))}" if kind else pays


def _picture(way: str, years: Sequence[Year], colour: str, walked: bool) -> Html:
    scaled = [(y.low / BILLION, y.middle / BILLION, y.high / BILLION, y.mean / BILLION) for y in years]
    low, high = min(0.0, *(min(s) for s in scaled)), max(0.0, *(max(s) for s in scaled))
    marks = svg.ticks(low, high if high > low else low + 1.0, 3)
    left = 12 + 6.6 * max(len(t) for t in svg.tick_texts(marks))
    first, last = years[0].year, years[-1].year
    frame = svg.plot(SIZE, (first - 0.5, last + 0.5), marks, (8, 6, 22, left))
    wide = min(0.72 * (frame.x(1) - frame.x(0)), 28.0)
    every = 1 if frame.x(1) - frame.x(0) >= 30 else 2
    names = [svg.text(frame.x(y.year), frame.bottom + 16, str(y.year)) for y in years[::every]]
    starts = [frame.x(y.year) - wide / 2 for y in years]
    spans = [(x, frame.y(s[2]), wide, frame.y(s[0]) - frame.y(s[2])) for x, s in zip(starts, scaled, strict=True)]
    middles = [(x, frame.y(s[1]), x + wide, frame.y(s[1])) for x, s in zip(starts, scaled, strict=True)]
    means = [(frame.x(y.year), frame.y(s[3])) for y, s in zip(years, scaled, strict=True)]
    most = max(years, key=lambda y: y.mean)
    label = f"{way}: most is paid in {most.year}, {bn(most.mean)} bn USD on average, {bn(most.low)} to {bn(most.high)}."
    return svg.svg(
        frame,
        label,
        svg.y_axis(frame, marks),
        el("g", *names, class_="ticks", text_anchor="middle"),
        strokes.boxes(spans, f"later {colour}"),
        strokes.lines(middles, f"line thick {colour}"),
        strokes.dots(means, "ci"),
        hover=_hover(frame, years, scaled, colour) if walked else "",
        class_="small-picture",
    )


def _hover(
    frame: svg.Plot, years: Sequence[Year], scaled: Sequence[tuple[float, float, float, float]], colour: str
) -> str:
    """What is read off at each year."""
    rows = [
        ("mean", colour, [number(s[3]) for s in scaled]),
        ("median", colour, [number(s[1]) for s in scaled]),
        ("p10 to p90", colour, [f"{number(s[0])} to {number(s[2])}" for s in scaled]),
    ]
    return svg.hovers(frame, [y.year for y in years], [str(y.year) for y in years], "bn USD", rows)
