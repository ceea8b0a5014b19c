"""The sections on gigawatts: what is energised, and how far announcements are from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt import dates
from gigawatt.parts.figure import Floats
from gigawatt.parts.world import Deal
from gigawatt.report import svg
from gigawatt.report.context import Context, counts, ends_of_years, long_month, one
from gigawatt.report.markup import Html, details, el, figure, join, legend, number, table
from gigawatt.report.series import Line, both, chart
from gigawatt.views.fan import fan

ALL = "all deals"
QUANTILES = ("p10", "p50", "p90")
CURVES = {
    "announced": ("announced", "cx", "dashed"),
    "contracted": ("binding", "ci", "thin"),
    "financed": ("financed", "ci", "dotted"),
    "delivered": ("delivered", "ci", "dashdot"),
    "online": ("energised", "ca", "thick"),
}
"""The five gigawatt curves: what they are called, and how they look everywhere."""


def energised(page: Context) -> Html:
    """The fan of energised gigawatts, by supplier."""
    deals = page.result.scenario.deals
    suppliers = {s: tuple(d.name for d in deals if d.supplier == s) for s in dict.fromkeys(d.supplier for d in deals)}
    whole = {ALL: tuple(d.name for d in deals)}
    table_ = fan(page.result, "online", groups={**suppliers, **whole})
    months = table_.labels["month"]
    # The largest layer lies at the bottom, where it can be read against the axis.
    order = sorted(suppliers, key=lambda s: -float(one(table_, "mean", s)[-1]))
    means = [one(table_, "mean", supplier) for supplier in order]
    low, middle, high = (one(table_, q, ALL) for q in QUANTILES)

    def draw(width: float, class_: str) -> Html:
        return _stack(page, width, class_, counts(months), order, means, (low, middle, high))

    names = [page.party(s) for s in order]
    head = ["Month", "p10", "p50 (median)", "p90", "Mean", *names]

    def rows(wanted: Sequence[str]) -> list[list[str]]:
        at = [months.index(m) for m in wanted]
        columns = [low, middle, high, one(table_, "mean", ALL), *means]
        return [[months[i], *(number(float(c[i])) for c in columns)] for i in at]

    note = (
        "Cumulative energised facility power of all deals. Layers are the mean of each supplier; means add up, medians "
        "do not, so the top of the stack is the mean of the total. The lines are the 10 %, 50 % and 90 % quantiles of "
        "the total, formed on each path."
    )
    ends = ends_of_years(months, page.mark)
    caption = "Energised gigawatts at year ends: quantiles of the total, means by supplier (GW)"
    every = () if len(ends) == len(months) else (details("Every month", table("All months (GW)", head, rows(months))),)
    return join(
        [
            figure("Energised gigawatts by supplier of the hardware", note, both(draw)),
            table(caption, head, rows(ends)),
            *every,
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
    longest = max(len(page.party(name)) for name in order) if order else 0
    right = min(16 + 7.5 * max(longest, 15), (0.22 if width > 500 else 0.34) * width)
    frame = svg.plot((width, 430 if width > 500 else 360), page.span, marks, (32, right, 26, 40))
    layers, labels = [], []
    base = np.zeros(len(xs))
    for name, mean in zip(order, means, strict=True):
        upper = base + mean
        title = f"{page.party(name)}: mean {number(float(mean[-1]))} GW at the end"
        layers.append(svg.area(frame.points(xs, upper), frame.points(xs, base), f"layer {page.tint(name)}", title))
        labels.append((float(base[-1] + upper[-1]) / 2, page.party(name), page.tint(name)))
        base = upper
    lines = []
    for name, values, look in (
        ("10 % below", low, "dashed"),
        ("median", middle, "thick"),
        ("90 % below", high, "dashed"),
    ):
        lines.append(svg.line(frame.points(xs, values), f"line ci {look}", f"{name} at the end: {values[-1]:.1f} GW"))
        labels.append((float(values[-1]), f"{name} {number(float(values[-1]))}", "ci"))
    places = svg.spread([frame.y(value) for value, _, _ in labels], 14, frame.top, frame.bottom)
    room = width - frame.right - 12
    words = [
        svg.text(frame.right + 7, y + 4, svg.fit(label, room), f"label {colour}")
        for y, (_, label, colour) in zip(places, labels, strict=True)
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
        f"Energised gigawatts from {long_month(xs[0])} to {long_month(xs[-1])}: at the end the median is "
        f"{middle[-1]:.1f} GW, with 80 % of paths between {low[-1]:.1f} and {high[-1]:.1f} GW."
    )
    parts = [svg.y_axis(frame, marks, "GW"), *layers, svg.year_axis(frame), *lines, *words]
    return svg.svg(frame, label, *parts, hover=hover, class_=class_)


def announced_to_energised(page: Context) -> Html:
    """The five curves of all deals, then of each deal."""
    deals = page.result.scenario.deals
    groups = {ALL: tuple(d.name for d in deals), **{d.name: (d.name,) for d in deals}}
    curves: dict[str, tuple[tuple[str, ...], dict[str, tuple[Floats, Floats, Floats]]]] = {}
    for name in page.kept(*CURVES):
        found = fan(page.result, name, groups=groups)
        lows, middles, highs = found.values[:3]
        spread_ = {g: (lows[:, i], middles[:, i], highs[:, i]) for i, g in enumerate(groups)}
        curves[name] = (found.labels["month"], spread_)
    missing = [CURVES[name][0] for name in CURVES if name not in curves]

    def lines(group: str, tint: str) -> list[Line]:
        found = []
        for name, (months, spread_) in curves.items():
            words, colour, look = CURVES[name]
            shade = tint if name == "online" else colour
            found.append(Line(words, counts(months), spread_[group][1], shade, look))
        return found

    def draw(width: float, class_: str) -> Html:
        size = (width, 400.0 if width > 500 else 340.0)
        return chart(size, page.span, _sentence(lines(ALL, "ca"), "All deals"), "GW", lines(ALL, "ca"), class_=class_)

    def rows(group: str) -> list[list[str]]:
        columns = []
        for months, spread_ in curves.values():
            at = {month: i for i, month in enumerate(months)}
            columns.append([spread_[group][k][at[m]] for k in (1,) for m in page.result.year_ends])
        return [
            [month, *(number(float(column[i])) for column in columns)] for i, month in enumerate(page.result.year_ends)
        ]

    head = ["Month", *(CURVES[name][0].capitalize() for name in curves)]
    cards = [
        _card(
            page,
            deal,
            lines(deal.name, page.tint(deal.supplier)),
            table(f"{deal.title}: medians (GW)", head, rows(deal.name)),
        )
        for deal in deals
    ]
    note = (
        "Medians of the sums over all deals; gigawatts of facility power. "
        "Announced: the parties' words. Binding: what they must take or deliver. Financed: orders for which money was "
        "found. Delivered: hardware that has arrived. Energised: delivered hardware that has power. "
        "Curves with dots were kept at year ends."
    )
    if missing:
        note += f" This run did not keep: {', '.join(missing)}."
    return join(
        [
            figure("Announced, binding, financed, delivered, energised: all deals", note, both(draw)),
            table("All deals at year ends: medians (GW)", head, rows(ALL)),
            el("h3", "Deal by deal"),
            legend([(f"{CURVES[n][1]} {CURVES[n][2]}", CURVES[n][0]) for n in curves if n != "online"], lines=True),
            el("p", "The thick line, in the supplier's colour, is what is energised.", class_="note"),
            el("div", *cards, class_="cards"),
            _deals(page, curves["online"]),
        ]
    )


def _sentence(lines: Sequence[Line], what: str) -> str:
    ends = ", ".join(f"{this.name} {number(float(this.values[-1]))} GW" for this in lines)
    return f"{what}, medians at the end of the horizon: {ends}."


def _card(page: Context, deal: Deal, lines: list[Line], numbers: Html) -> Html:
    span = page.span
    picture = chart((300, 190), span, _sentence(lines, deal.title), "GW", lines, named=False)
    who = f"{page.party(deal.supplier)} supplies {page.party(deal.buyer)}; {page.party(deal.financier)} pays"
    return el("article", el("h4", deal.title), el("p", who, class_="note"), picture, details("Numbers", numbers))


def _deals(page: Context, online: tuple[tuple[str, ...], dict[str, tuple[Floats, Floats, Floats]]]) -> Html:
    months, spread_ = online
    at = months.index(page.mark)
    rows = []
    for deal in page.result.scenario.deals:
        low, middle, high = (number(float(curve[at])) for curve in spread_[deal.name])
        schedule = f"{dates.month_text(deal.begins)} to {dates.month_text(deal.ends)}"
        stated = f"{deal.stated} power" if deal.stated != "unknown" else "not said"
        facts = [deal.status.replace("_", " "), schedule, deal.system, stated]
        rows.append(
            [
                deal.title,
                f"{middle} ({low} to {high})",
                page.cited(deal.capacity),
                page.cited(deal.binding),
                *facts,
                *(page.cited(f) for f in (deal.becomes_binding, deal.to_facility, deal.capex)),
            ]
        )
    head = [
        "Deal",
        f"Energised {page.mark}: p50 (p10 to p90), GW",
        "Announced",
        "Binding",
        "Status",
        "Schedule",
        "System",
    ]
    head += ["Stated as", "Rest becomes binding", "To facility power", "To be financed"]
    return table("What was agreed, as stated, and what is energised", head, rows, words=(4, 5, 6, 7))
