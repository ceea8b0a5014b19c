"""The section on what is energised: the focus by supplier, then the other programmes in the market."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt import dates
from gigawatt.parts.figure import Floats
from gigawatt.report import svg
from gigawatt.report.context import Context, counts, ends_of_years, long_month, one
from gigawatt.report.markup import Html, details, figure, join, number, table
from gigawatt.report.series import Line, both, chart
from gigawatt.views.fan import fan
from gigawatt.views.focus import Focus

TOTAL = "total"
QUANTILES = ("p10", "p50", "p90")


def energised(page: Context) -> Html:
    """The fan of energised gigawatts of the focus, by supplier, and a smaller picture of everybody else."""
    own = page.own
    deals = [d for d in page.result.scenario.deals if d.name in own]
    suppliers = {s: tuple(d.name for d in deals if d.supplier == s) for s in dict.fromkeys(d.supplier for d in deals)}
    table_ = fan(page.result, "online", groups={**suppliers, TOTAL: own})
    months = table_.labels["month"]
    # The largest layer lies at the bottom, where it can be read against the axis.
    order = sorted(suppliers, key=lambda s: -float(one(table_, "mean", s)[-1]))
    means = [one(table_, "mean", supplier) for supplier in order]
    low, middle, high = (one(table_, q, TOTAL) for q in QUANTILES)

    def draw(width: float, class_: str) -> Html:
        return _stack(page, width, class_, counts(months), order, means, (low, middle, high))

    head = ["Month", "p10", "p50 (median)", "p90", "Mean", *(page.party(s) for s in order)]

    def rows(wanted: Sequence[str]) -> list[list[str]]:
        at = [months.index(m) for m in wanted]
        columns = [low, middle, high, one(table_, "mean", TOTAL), *means]
        return [[months[i], *(number(float(c[i])) for c in columns)] for i in at]

    note = (
        f"Cumulative energised facility power of {page.theirs}. Layers are the mean of each supplier; means add up, "
        "medians do not, so the top of the stack is the mean of the total. The lines are the 10 %, 50 % and 90 % "
        "quantiles of the total, formed on each path."
    )
    ends = ends_of_years(months, page.mark)
    caption = f"Energised gigawatts of {page.theirs} at year ends: quantiles of the total, means by supplier (GW)"
    every = () if len(ends) == len(months) else (details("Every month", table("All months (GW)", head, rows(months))),)
    return join(
        [
            figure(f"Energised gigawatts of {page.theirs}, by supplier of the hardware", note, both(draw)),
            table(caption, head, rows(ends)),
            *every,
            _market(page),
        ]
    )


def _stack(
    page: Context,
    width: float,
    class_: str,
    xs: list[int],
    order: list[str],
    means: list[Floats],
    total: tuple[Floats, Floats, Floats],
) -> Html:
    low, middle, high = total
    top = max(float(high.max()), float(np.sum(means, axis=0).max()), 0.1)
    marks = svg.ticks(0, top)
    longest = max(len(page.short(name)) for name in order) if order else 0
    right = min(16 + 7.5 * max(longest, 15), (0.22 if width > 500 else 0.34) * width)
    frame = svg.plot((width, 430 if width > 500 else 360), page.span, marks, (32, right, 26, 40))
    layers = []
    labels: list[tuple[float, str, str, str]] = []
    base = np.zeros(len(xs))
    for name, mean in zip(order, means, strict=True):
        upper = base + mean
        title = f"{page.party(name)}: mean {number(float(mean[-1]))} GW at the end"
        layers.append(svg.area(frame.points(xs, upper), frame.points(xs, base), f"layer {page.tint(name)}", title))
        labels.append((float(base[-1] + upper[-1]) / 2, page.short(name), page.party(name), page.tint(name)))
        base = upper
    lines = []
    for name, values, look in (
        ("10 % below", low, "dashed"),
        ("median", middle, "thick"),
        ("90 % below", high, "dashed"),
    ):
        lines.append(svg.line(frame.points(xs, values), f"line ci {look}", f"{name} at the end: {values[-1]:.1f} GW"))
        words = f"{name} {number(float(values[-1]))}"
        labels.append((float(values[-1]), words, words, "ci"))
    places = svg.spread([frame.y(value) for value, *_ in labels], 14, frame.top, frame.bottom)
    room = width - frame.right - 12
    names = [
        svg.named(frame.right + 7, y + 4, svg.fit(label, room), full, f"label {colour}")
        for y, (_, label, full, colour) in zip(places, labels, strict=True)
    ]
    reads = [("p90", "ci", high), ("median", "ci", middle), ("p10", "ci", low)]
    reads += [(f"{page.party(n)} (mean)", page.tint(n), m) for n, m in reversed(list(zip(order, means, strict=True)))]
    hover = svg.hovers(
        frame,
        xs,
        [dates.month_text(x) for x in xs],
        "GW",
        [(name, colour, [number(float(v)) for v in values]) for name, colour, values in reads],
    )
    label = (
        f"Energised gigawatts of {page.theirs} from {long_month(xs[0])} to {long_month(xs[-1])}: at the end the median "
        f"is {middle[-1]:.1f} GW, with 80 % of paths between {low[-1]:.1f} and {high[-1]:.1f} GW."
    )
    parts = [svg.y_axis(frame, marks, "GW"), *layers, svg.year_axis(frame), *lines, *names]
    return svg.svg(frame, label, *parts, hover=hover, class_=class_)


def _market(page: Context) -> Html:
    """What is energised for others than the focus, by programme."""
    if not page.others:
        return join([])
    scenario = page.result.scenario
    # Titles need not be unique, so places name the sums.
    groups = {str(i): group for i, group in enumerate(page.others)}
    members = {key: group.names(scenario) for key, group in groups.items()}
    whole = tuple(name for names in members.values() for name in names)
    found = fan(page.result, "online", groups={**members, TOTAL: whole})
    months = found.labels["month"]
    xs, at = counts(months), months.index(page.mark)
    order = sorted(groups, key=lambda key: float(one(found, "p50", key)[-1]))
    lines = [
        Line(svg.short(groups[key].title), xs, one(found, "p50", key), _tint(page, groups[key]), "thick")
        for key in order
    ]
    ends = ", ".join(f"{this.name} {number(float(this.values[-1]))} GW" for this in reversed(lines))

    def draw(width: float, class_: str) -> Html:
        label = f"Energised gigawatts of other programmes, medians at the end of the horizon: {ends}."
        return chart((width, 250.0), page.span, label, "GW", lines, class_=class_)

    def bands(key: str) -> list[str]:
        return [number(float(one(found, q, key)[i])) for i in (at, -1) for q in QUANTILES]

    note = (
        f"Programmes of the same market that do not feed {page.focus.title}: the median of each. They are not part of "
        "any total of this report."
    )
    head = ["Programme", "Deals", *(f"{month}: {q}" for month in (page.mark, months[-1]) for q in QUANTILES)]
    rows = [
        [groups[key].title, "; ".join(page.deal(name) for name in members[key]), *bands(key)] for key in reversed(order)
    ]
    if len(rows) > 1:
        rows.append(["All of these", "–", *bands(TOTAL)])
    return join(
        [
            figure("Other programmes in the market", note, both(draw)),
            table("Other programmes in the market: energised gigawatts (GW)", head, rows, words=(1,)),
        ]
    )


def _tint(page: Context, group: Focus) -> str:
    deal = page.result.scenario.deals[group.deals[0]]
    return page.tint(deal.lab or deal.buyer)
