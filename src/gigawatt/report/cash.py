"""The section on cash of every party, and on the payments it misses."""

from __future__ import annotations

from gigawatt import dates
from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Floats
from gigawatt.report import svg
from gigawatt.report.context import Context, counts, ends_of_years, one, when
from gigawatt.report.markup import Html, bn, details, el, join, number, percent, table
from gigawatt.report.series import Band, Line, chart, frame_of
from gigawatt.views.fan import Timing, fan, timings

STRIP = 26.0


def cash(page: Context) -> Html:
    """Cash of each party, with the months in which it first misses a payment: labs, whom they deal with, the rest."""
    inside = [p.name for p in page.result.scenario.parties if not p.outside]
    if not inside:
        return join(["Every party of this scenario stands outside."])
    found = fan(page.result, "cash", groups={name: (name,) for name in inside})
    missed = {timing.label: timing for timing in timings(page.result, "missed")}
    labs, near = page.result.labels["lab"], _near(page)
    order = sorted(inside, key=lambda n: (n != page.focus.lab, n not in labs, n not in near, -missed[n].chance))
    months = found.labels["month"]
    ends = ends_of_years(months, page.mark)
    at = [months.index(month) for month in ends]
    cards = {}
    for name in order:
        low, middle, high = (one(found, q, name) / 1e9 for q in ("p10", "p50", "p90"))
        rows = [
            [month, number(float(low[i])), number(float(middle[i])), number(float(high[i]))]
            for month, i in zip(ends, at, strict=True)
        ]
        cards[name] = el(
            "article",
            el("h4", page.party(name)),
            el("p", _misses(missed[name]), class_="note"),
            _cash_picture(page, name, counts(months), low, middle, high, missed[name]),
            details("Numbers", table(f"{page.party(name)}: cash (bn USD)", ["Month", "p10", "p50", "p90"], rows)),
        )
    outside = [p.title for p in page.result.scenario.parties if p.outside]
    note = (
        "Line: median cash at the end of the month; band: 10 % to 90 % quantile. Bars below the axis: share of paths "
        "in which the party first misses a payment in that month, scaled to its own highest bar. In that month the "
        "cost of default takes what cash is left, so bands may end at zero."
    )
    rest = f" Without limit and not drawn: {', '.join(outside)}." if outside else ""
    heads = ["Party", "Misses a payment", "Median month (p10 to p90)", f"Cash {page.mark}: p10", "p50", "p90"]
    mark = months.index(page.mark)
    summary = [
        [page.party(name), *when(missed[name]), *(bn(float(one(found, q, name)[mark])) for q in ("p10", "p50", "p90"))]
        for name in order
    ]
    first = [name for name in order if name in near or name in labs]
    last = [name for name in order if name not in first]
    between = [el("h3", "Other parties")] if first and last else []
    return join(
        [
            el("p", note + rest, class_="note"),
            el("div", *(cards[name] for name in first), class_="cards") if first else "",
            *between,
            el("div", *(cards[name] for name in last), class_="cards") if last else "",
            table("Who misses a payment, and cash (bn USD)", heads, summary),
        ]
    )


def _near(page: Context) -> set[str]:
    """Parties of the deals in the focus, owners of their campuses, and whoever pays its lab or is paid by it."""
    scenario, own, lab = page.result.scenario, page.own, page.focus.lab
    found = {party for d in scenario.deals if d.name in own for party in (d.buyer, d.supplier, d.financier)}
    found |= {campus.owner for campus in scenario.campuses if any(phase.deal in own for phase in campus.phases)}
    for contract in scenario.contracts:
        for lane in contract.clause.lanes:
            if lane.asset == CASH and lab in (lane.payer, lane.payee):
                found |= {lane.payer, lane.payee}
    return found


def _misses(timing: Timing) -> str:
    if not timing.quantiles:
        return "Misses no payment on any path."
    return f"Misses a payment in {percent(timing.chance)} of paths, median {dates.month_text(timing.quantiles[1])}."


def _cash_picture(
    page: Context,
    name: str,
    xs: list[int],
    low: Floats,
    middle: Floats,
    high: Floats,
    missed: Timing,
) -> Html:
    tint, size = page.tint(name), (300.0, 210.0)
    lines = [Line("median", xs, middle, tint, "thick")]
    band = Band("p10 to p90", xs, low, high, tint)
    frame, _ = frame_of(size, page.span, lines, band, named=False, room=STRIP if missed.months.any() else 0.0)
    floor = size[1] - 2
    width = max((frame.right - frame.left) / len(missed.months) - 0.3, 0.6)
    peak = float(missed.months.max()) or 1.0
    bars = [
        svg.rect(
            frame.x(page.span[0] + t) - width / 2,
            floor - share / peak * (STRIP - 6),
            width,
            share / peak * (STRIP - 6),
            "miss",
            f"{dates.month_text(page.span[0] + t)}: {percent(float(share))} of paths first miss a payment",
        )
        for t, share in enumerate(missed.months)
        if share > 0
    ]
    label = (
        f"Cash of {page.party(name)}: median {number(float(middle[-1]))} bn USD at the end, 80 % of paths between "
        f"{number(float(low[-1]))} and {number(float(high[-1]))} bn USD. {_misses(missed)}"
    )
    return chart(size, page.span, label, "bn USD", lines, band, named=False, extra=bars, room=STRIP if bars else 0.0)
