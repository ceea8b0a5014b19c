"""The sections on funding gaps and on the revenue of the labs."""

from __future__ import annotations

import numpy as np

from gigawatt.report import svg
from gigawatt.report.context import Context, counts, ends_of_years, long_month, one
from gigawatt.report.markup import Html, bn, figure, join, legend, number, percent, table
from gigawatt.report.series import Band, Line, both, chart
from gigawatt.views.fan import fan

EVERYBODY = "all"


def gaps(page: Context) -> Html:
    """What funded parties lack at the end of each year after raising all they can."""
    funded = page.result.labels["funded"]
    if not funded:
        return join(["No party of this scenario has funding rules."])
    groups = {**{name: (name,) for name in funded}, EVERYBODY: funded}
    found = fan(page.result, "gap", groups=groups)
    months = found.labels["month"]
    order = sorted(funded, key=lambda name: -float(one(found, "mean", name).sum()))
    means = {name: one(found, "mean", name) / 1e9 for name in order}
    total = np.sum(list(means.values()), axis=0)
    low, middle, high = (one(found, q, EVERYBODY) / 1e9 for q in ("p10", "p50", "p90"))
    chance = one(found, "positive", EVERYBODY)

    def draw(width: float, class_: str) -> Html:
        marks = svg.ticks(0, max(float(high.max()), float(total.max()), 0.1))
        frame = svg.plot(
            (width, 330.0), (0, len(months)), marks, (28, 12, 26, 16 + 6.6 * len(svg.tick_texts(marks)[-1]))
        )
        step = frame.x(1) - frame.x(0)
        parts = [
            svg.y_axis(frame, marks, "bn USD"),
            svg.rule(frame.left, frame.bottom, frame.right, frame.bottom, "base"),
        ]
        for i, month in enumerate(months):
            x, base = frame.x(i) + 0.2 * step, 0.0
            for name in order:
                value = float(means[name][i])
                title = f"{page.party(name)}, {month}: mean {number(value)} bn USD"
                tall = frame.y(base) - frame.y(base + value)
                parts.append(svg.rect(x, frame.y(base + value), 0.42 * step, tall, f"layer {page.tint(name)}", title))
                base += value
            at = frame.x(i) + 0.75 * step
            quantiles = ", ".join(
                f"{q} {number(float(v[i]))}" for q, v in (("p10", low), ("p50", middle), ("p90", high))
            )
            parts.append(
                svg.group(
                    svg.rule(at, frame.y(float(low[i])), at, frame.y(float(high[i])), "line ci"),
                    svg.dot(at, frame.y(float(middle[i])), 3.2, "fill ci"),
                    title=f"{month}, all: {quantiles} bn USD",
                )
            )
            words = month[:4] if step > 34 else f"’{month[2:4]}"
            parts.append(svg.text(frame.x(i) + step / 2, frame.bottom + 17, words, "tick", "middle"))
        ends = ", ".join(f"{m[:4]} {number(float(v))}" for m, v in zip(months, total, strict=True))
        return svg.svg(frame, f"Mean funding gap of all parties by year, in bn USD: {ends}.", *parts, class_=class_)

    head = ["Month", "Chance of a gap", "p10", "p50", "p90", "Mean", *(f"{page.party(n)} (mean)" for n in order)]
    columns = [low, middle, high, total, *means.values()]
    rows = [
        [month, percent(float(chance[i])), *(number(float(c[i])) for c in columns)] for i, month in enumerate(months)
    ]
    note = (
        "Cash that parties lack to the months of payments they want to hold, after raising all the equity and debt "
        "their rules allow, at the end of each year. Bars: mean of each party; they add up. Dot and line beside: "
        "median and 10 % to 90 % quantile of the total."
    )
    return join(
        [
            figure("Funding gap at year ends", note, both(draw), legend((page.tint(n), page.party(n)) for n in order)),
            table("Funding gap at year ends (bn USD)", head, rows),
            _debt(page),
        ]
    )


def _debt(page: Context) -> Html:
    held = page.kept("raised", "debt")
    if not held:
        return join([])
    found = {name: fan(page.result, name, months=[page.mark]) for name in held}
    words = {"raised": "Raised so far", "debt": "Debt"}
    head = ["Party", *(f"{words[name]}: {q}" for name in held for q in ("p10", "p50", "p90"))]
    rows = [
        [page.party(party), *(bn(float(one(found[n], q, party)[0])) for n in held for q in ("p10", "p50", "p90"))]
        for party in page.result.labels["funded"]
    ]
    return table(f"Equity and debt raised under funding rules by {page.mark} (bn USD)", head, rows)


def revenue(page: Context) -> Html:
    """Revenue of each lab against what its customers would pay."""
    labs = page.result.labels["lab"]
    if not labs:
        return join(["This scenario has no AI lab."])
    got = fan(page.result, "revenue")
    wanted = fan(page.result, "demand") if page.kept("demand") else None
    months = got.labels["month"]
    xs, ends = counts(months), ends_of_years(months, page.mark)
    parts = []
    for lab in labs:
        low, middle, high = (12 * one(got, q, lab) / 1e9 for q in ("p10", "p50", "p90"))
        lines = [Line("revenue", xs, middle, page.tint(lab), "thick")]
        if wanted is not None:
            lines.insert(0, Line("demand", xs, 12 * one(wanted, "p50", lab) / 1e9, "ci", "dashed"))
        band = Band("revenue p10 to p90", xs, low, high, page.tint(lab))
        label = (
            f"Revenue of {page.party(lab)} at a yearly rate: median {number(float(middle[-1]))} bn USD in "
            f"{long_month(xs[-1])}, 80 % of paths between {number(float(low[-1]))} and {number(float(high[-1]))}."
        )
        parts.append(_revenue_of(page, lab, label, lines, band, list(months), ends))
    return join(parts)


def _revenue_of(
    page: Context, lab: str, label: str, lines: list[Line], band: Band, months: list[str], ends: list[str]
) -> Html:
    def draw(width: float, class_: str) -> Html:
        return chart(
            (width, 360 if width > 500 else 300), page.span, label, "bn USD a year", lines, band, class_=class_
        )

    note = (
        "Twelve times the revenue of the month. Line: median; band: 10 % to 90 % quantile. Demand is what customers "
        "would pay had the lab compute for all; revenue is the smaller of demand and what its compute supports."
    )
    columns = [band.low, lines[-1].values, band.high, *(this.values for this in lines[:-1])]
    head = ["Month", "Revenue p10", "Revenue p50", "Revenue p90", *("Demand p50" for _ in lines[:-1])]
    rows = [[month, *(number(float(c[months.index(month)])) for c in columns)] for month in ends]
    title = f"Revenue and demand of {page.party(lab)}"
    return join([figure(title, note, both(draw)), table(f"{title} (bn USD a year)", head, rows)])
