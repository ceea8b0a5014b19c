"""The sections on funding gaps and on the revenue of the labs."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.engine.array import Labelled
from gigawatt.parts.world import Funding
from gigawatt.report import svg
from gigawatt.report.context import Context, counts, ends_of_years, long_month, one
from gigawatt.report.markup import Html, bn, details, el, figure, join, number, percent, table
from gigawatt.report.series import Band, Line, both, chart
from gigawatt.views.fan import fan


def gaps(page: Context) -> Html:
    """What the lab in the focus lacks at the end of each year after raising all it can, then what the others lack.

    Gaps of several parties are not summed: each is measured against the party's own target.
    """
    funded = page.result.labels["funded"]
    if not funded:
        return join(["No party of this scenario has funding rules."])
    found = fan(page.result, "gap")
    order = sorted(funded, key=lambda name: (name != page.focus.lab, -float(one(found, "mean", name).sum())))
    first = order[0]

    def draw(width: float, class_: str) -> Html:
        return _bars(page, found, first, (width, 330.0), class_)

    rows = [[month, *cells] for month, cells in zip(found.labels["month"], _cells(found, first), strict=True)]
    title = f"Funding gap of {page.party(first)} at year ends"
    note = join(
        [
            f"Cash that {page.party(first)} lacks to what it wants to hold, ",
            _target(page, first),
            " of payments, after raising all the equity and debt its rules allow, at the end of each year. Bars: mean. "
            "Dot and line beside: median and 10 % to 90 % quantile.",
        ]
    )
    head = ["Month", "Chance of a gap", "p10", "p50", "p90", "Mean"]
    return join(
        [
            figure(title, note, both(draw)),
            table(f"{title} (bn USD)", head, rows),
            _others(page, found, order[1:]),
            _debt(page, order),
        ]
    )


def _others(page: Context, found: Labelled, order: Sequence[str]) -> Html:
    """Gaps of the parties that are not in the focus, each against its own target."""
    if not order:
        return join([])
    lacking = [name for name in order if float(one(found, "positive", name).max()) > 0]
    at = found.labels["month"].index(page.mark)
    cards = [
        el(
            "article",
            el("h4", page.party(name)),
            el("p", _worst(page, found, name), class_="note"),
            _bars(page, found, name, (300.0, 190.0), None),
        )
        for name in lacking
    ]
    rows = [[page.party(name), _target(page, name), *_cells(found, name)[at]] for name in order]
    head = ["Party", "Wants to hold, of payments", "Chance of a gap", "p10", "p50", "p90", "Mean"]
    note = "Gaps do not add up: every party measures its own by its own target. Each picture has its own axis."
    return join(
        [
            el("h3", "Funding gaps of other parties"),
            el("p", note, class_="note"),
            details(f"Year by year: {len(cards)} parties with a gap on some path", el("div", *cards, class_="cards"))
            if cards
            else "",
            table(f"Funding gap of each other party at the end of {long_month(page.mark)} (bn USD)", head, rows),
        ]
    )


def _target(page: Context, name: str) -> Html:
    rules = next((p.funding for p in page.result.scenario.parties if p.name == name), None)
    return page.cited(rules.target) if isinstance(rules, Funding) else join(["some months"])


def _cells(found: Labelled, name: str) -> list[list[str]]:
    """Chance of a gap, quantiles and mean (bn USD) of a party in each month."""
    chance = [percent(float(share)) for share in one(found, "positive", name)]
    columns = [[bn(float(v)) for v in one(found, q, name)] for q in ("p10", "p50", "p90", "mean")]
    return [list(cells) for cells in zip(chance, *columns, strict=True)]


def _worst(page: Context, found: Labelled, name: str) -> str:
    means, chances = one(found, "mean", name), one(found, "positive", name)
    at = int(means.argmax())
    month = long_month(found.labels["month"][at])
    return f"Largest at the end of {month}: mean {bn(float(means[at]))} bn USD, {percent(float(chances[at]))} of paths."


def _bars(page: Context, found: Labelled, name: str, size: tuple[float, float], class_: str | None) -> Html:
    """Bars of the mean, with the quantiles beside them, by year."""
    months, tint, title = found.labels["month"], page.tint(name), page.party(name)
    low, middle, high, mean = (one(found, q, name) / 1e9 for q in ("p10", "p50", "p90", "mean"))
    marks = svg.ticks(0, max(float(high.max()), float(mean.max()), 0.1), 5 if size[1] > 220 else 3)
    left = 16 + 6.6 * max(len(t) for t in svg.tick_texts(marks))
    frame = svg.plot(size, (0, len(months)), marks, (28, 12, 26, left))
    step = frame.x(1) - frame.x(0)
    every = max(1, round(26 / step))
    parts = [svg.y_axis(frame, marks, "bn USD"), svg.rule(frame.left, frame.bottom, frame.right, frame.bottom, "base")]
    for i, month in enumerate(months):
        told = f"{title}, {month}: mean {number(float(mean[i]))} bn USD"
        top, at = frame.y(float(mean[i])), frame.x(i) + 0.75 * step
        parts.append(svg.rect(frame.x(i) + 0.2 * step, top, 0.42 * step, frame.bottom - top, f"layer {tint}", told))
        quantiles = (("p10", low), ("p50", middle), ("p90", high))
        told = ", ".join(f"{q} {number(float(v[i]))}" for q, v in quantiles)
        parts.append(
            svg.group(
                svg.rule(at, frame.y(float(low[i])), at, frame.y(float(high[i])), "line ci"),
                svg.dot(at, frame.y(float(middle[i])), 3.2 if step > 34 else 2.4, "fill ci"),
                title=f"{title}, {month}: {told} bn USD",
            )
        )
        if i % every == 0:
            words = month[:4] if step > 34 else f"’{month[2:4]}"
            parts.append(svg.text(frame.x(i) + step / 2, frame.bottom + 17, words, "tick", "middle"))
    ends = ", ".join(f"{m[:4]} {number(float(v))}" for m, v in zip(months, mean, strict=True))
    return svg.svg(frame, f"Mean funding gap of {title} by year, in bn USD: {ends}.", *parts, class_=class_)


def _debt(page: Context, order: Sequence[str]) -> Html:
    held = page.kept("raised", "debt")
    if not held:
        return join([])
    found = {name: fan(page.result, name, months=[page.mark]) for name in held}
    words = {"raised": "Raised so far", "debt": "Debt"}
    head = ["Party", *(f"{words[name]}: {q}" for name in held for q in ("p10", "p50", "p90"))]
    rows = [
        [page.party(party), *(bn(float(one(found[n], q, party)[0])) for n in held for q in ("p10", "p50", "p90"))]
        for party in order
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
    for lab in sorted(labs, key=lambda name: name != page.focus.lab):
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
