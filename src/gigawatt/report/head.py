"""The head of a report: what was simulated, and what came out, in one paragraph of numbers."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt import dates
from gigawatt.parts.world import Deal
from gigawatt.report.context import Context, long_month, one
from gigawatt.report.markup import Html, bn, el, join, number, percent
from gigawatt.views.fan import Timing, fan, timings

ALL = "all"


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of the head.

    Arguments:
        online: energised gigawatts at the mark: 10, 50 and 90 % quantile.
        announced: announced gigawatts then (median, or the middle of what was announced).
        missed: for each lab, when it first misses a payment.
        gap: funding gap of all at the mark: median and 90 % quantile (USD), and the chance of one; None without
            funding rules.
    """

    online: tuple[float, float, float]
    announced: float
    missed: tuple[Timing, ...]
    gap: tuple[float, float, float] | None


def summary(page: Context) -> Summary:
    """What the paths say at the mark."""
    result, mark = page.result, [page.mark]
    everything = {ALL: tuple(d.name for d in result.scenario.deals)}
    online = fan(result, "online", groups=everything, months=mark).values[:3, 0, 0]
    if page.kept("announced"):
        announced = float(one(fan(result, "announced", groups=everything, months=mark), "p50", ALL)[0])
    else:
        announced = sum(_announced(deal, dates.month(page.mark)) for deal in result.scenario.deals)
    missed = {timing.label: timing for timing in timings(result, "missed")}
    gap = None
    if result.labels["funded"]:
        found = fan(result, "gap", groups={ALL: result.labels["funded"]}, months=mark)
        middle, high, chance = (float(one(found, s, ALL)[0]) for s in ("p50", "p90", "positive"))
        gap = middle, high, chance
    labs = tuple(missed[lab] for lab in result.labels["lab"])
    return Summary((float(online[0]), float(online[1]), float(online[2])), announced, labs, gap)


def _announced(deal: Deal, month: int) -> float:
    """Gigawatts announced for a month, from the middle of each figure."""
    months = deal.ends - deal.begins + 1
    share = min(max((month - deal.begins + 1) / months, 0.0), 1.0)
    return deal.opening.central + deal.capacity.central * deal.to_facility.central * share


def head(page: Context) -> Html:
    """Title, date, summary, notes and provenance."""
    scenario, found = page.result.scenario, summary(page)
    span = f"{long_month(scenario.first)} to {long_month(scenario.last)}"
    made = str(page.result.provenance)
    notes = [el("li", note) for note in scenario.notes]
    return el(
        "header",
        el("p", "gigawatt report", class_="kicker"),
        el("h1", scenario.title),
        el("p", f"As of {scenario.as_of}. Simulated from {span} on {page.result.provenance.paths:,} paths."),
        el("p", sentences(page, found), class_="lead"),
        el("dl", *_tiles(page, found), class_="tiles"),
        el("div", el("h2", "Read this first"), el("ul", *notes), class_="notes") if notes else "",
        el(
            "p",
            el("b", "Provenance: "),
            made,
            ". The same scenario, version and seed give the same bytes.",
            class_="note",
        ),
    )


def sentences(page: Context, found: Summary) -> str:
    """The result in a paragraph."""
    low, middle, high = found.online
    share = f", {percent(min(middle / found.announced, 1.0))} of it" if found.announced > 0 else ""
    said = [
        f"By {long_month(page.mark)} the deals of this scenario add up to {number(found.announced)} GW announced, "
        f"as facility power. The median path has {number(middle)} GW energised{share}; on 80 % of paths it is between "
        f"{number(low)} and {number(high)} GW."
    ]
    for timing in found.missed:
        lab = page.party(timing.label)
        if timing.quantiles:
            middle_month = long_month(timing.quantiles[1])
            said.append(
                f"{lab} misses a payment on {percent(timing.chance)} of paths before the horizon ends; on those, the "
                f"median month of the first one is {middle_month}."
            )
        else:
            said.append(f"{lab} misses a payment on no path.")
    if found.gap is not None:
        median, high_gap, chance = found.gap
        said.append(
            f"At the end of {long_month(page.mark)} some party cannot raise all the cash it wants to hold on "
            f"{percent(chance)} of paths; together they lack {bn(median)} bn USD in the median and at least "
            f"{bn(high_gap)} bn USD on one path in ten."
        )
    return " ".join(said)


def _tiles(page: Context, found: Summary) -> list[Html]:
    low, middle, high = found.online
    tiles = [
        (
            f"Energised, {long_month(page.mark)}",
            f"{number(middle)} GW",
            f"80 % of paths: {number(low)} to {number(high)} GW",
        ),
        (f"Announced, {long_month(page.mark)}", f"{number(found.announced)} GW", "facility power, all deals"),
    ]
    tiles += [
        (f"{page.party(t.label)} misses a payment", percent(t.chance), f"of paths by {long_month(page.span[1])}")
        for t in found.missed[:2]
    ]
    if found.gap is not None:
        tiles.append(
            (f"Funding gap, {long_month(page.mark)}", f"{bn(found.gap[0])} bn USD", f"p90: {bn(found.gap[1])} bn USD")
        )
    return [
        el("div", el("dt", name), join([el("dd", value), el("dd", more, class_="note")])) for name, value, more in tiles
    ]
