"""The head of a report: what was simulated, and what came out, in one paragraph of numbers."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt import dates
from gigawatt.parts.world import Deal
from gigawatt.report.context import Context, long_month, one, possessive
from gigawatt.report.markup import Html, bn, el, join, number, percent, prose
from gigawatt.views.fan import Timing, fan, timings

FOCUS, OTHERS = "focus", "others"


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of the head.

    Arguments:
        online: energised gigawatts of the focus at the mark: 10, 50 and 90 % quantile.
        announced: its announced gigawatts then (median, or the middle of what was announced).
        market: median of the energised gigawatts of all other programmes then; None where there are none.
        missed: for each lab, that of the focus first, when it first misses a payment.
        gap: funding gap of the focus's lab at the mark: median and 90 % quantile (USD), and the chance of one; None
            where it has no funding rules.
    """

    online: tuple[float, float, float]
    announced: float
    market: float | None
    missed: tuple[Timing, ...]
    gap: tuple[float, float, float] | None


def summary(page: Context) -> Summary:
    """What the paths say at the mark."""
    result, mark = page.result, [page.mark]
    own, deals = page.own, result.scenario.deals
    rest = tuple(deal.name for deal in deals if deal.name not in own)
    groups = {FOCUS: own, OTHERS: rest} if rest else {FOCUS: own}
    energised = fan(result, "online", groups=groups, months=mark)
    low, middle, high = (float(one(energised, q, FOCUS)[0]) for q in ("p10", "p50", "p90"))
    market = float(one(energised, "p50", OTHERS)[0]) if rest else None
    if page.kept("announced"):
        announced = float(one(fan(result, "announced", groups={FOCUS: own}, months=mark), "p50", FOCUS)[0])
    else:
        announced = sum(_announced(deal, dates.month(page.mark)) for deal in deals if deal.name in own)
    missed = {timing.label: timing for timing in timings(result, "missed")}
    gap, lab = None, page.focus.lab
    if lab in result.labels["funded"]:
        found = fan(result, "gap", groups={lab: (lab,)}, months=mark)
        half, worst, chance = (float(one(found, s, lab)[0]) for s in ("p50", "p90", "positive"))
        gap = half, worst, chance
    labs = sorted(result.labels["lab"], key=lambda name: name != lab)
    return Summary((low, middle, high), announced, market, tuple(missed[name] for name in labs), gap)


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
    notes = [el("li", prose(note)) for note in scenario.notes]
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
        f"By {long_month(page.mark)} {page.theirs} add up to {number(found.announced)} GW announced, as facility "
        f"power. The median path has {number(middle)} GW energised{share}; on 80 % of paths it is between "
        f"{number(low)} and {number(high)} GW."
    ]
    if found.market is not None:
        said.append(
            f"The other programmes in the market ({', '.join(group.title for group in page.others)}) have "
            f"{number(found.market)} GW energised by then in the median, which is not counted here."
        )
    said += [_misses(page, timing) for timing in found.missed[:1]]
    if found.gap is not None:
        said.append(_lacks(page, *found.gap))
    said += [_misses(page, timing) for timing in found.missed[1:]]
    return " ".join(said)


def _misses(page: Context, timing: Timing) -> str:
    lab = page.party(timing.label)
    if not timing.quantiles:
        return f"{lab} misses a payment on no path."
    return (
        f"{lab} misses a payment on {percent(timing.chance)} of paths before the horizon ends; on those, the median "
        f"month of the first one is {long_month(timing.quantiles[1])}."
    )


def _lacks(page: Context, median: float, high: float, chance: float) -> str:
    lab, month = page.focus.title, long_month(page.mark)
    if not chance > 0:
        return f"At the end of {month} {lab} has raised all the cash it wants to hold on every path."
    return (
        f"At the end of {month} {lab} cannot raise all the cash it wants to hold on {percent(chance)} of paths; it "
        f"lacks {bn(median)} bn USD in the median and at least {bn(high)} bn USD on one path in ten."
    )


def _tiles(page: Context, found: Summary) -> list[Html]:
    low, middle, high = found.online
    tiles = [
        (
            f"Energised, {long_month(page.mark)}",
            f"{number(middle)} GW",
            f"80 % of paths: {number(low)} to {number(high)} GW",
        ),
        (f"Announced, {long_month(page.mark)}", f"{number(found.announced)} GW", f"facility power, {page.theirs}"),
    ]
    tiles += [
        (f"{page.party(t.label)} misses a payment", percent(t.chance), f"of paths by {long_month(page.span[1])}")
        for t in found.missed[:1]
    ]
    if found.gap is not None:
        tiles.append(
            (
                f"{possessive(page.focus.title)} funding gap",
                f"{bn(found.gap[0])} bn USD",
                f"{long_month(page.mark)}; p90: {bn(found.gap[1])} bn",
            )
        )
    return [
        el("div", el("dt", name), join([el("dd", value), el("dd", more, class_="note")])) for name, value, more in tiles
    ]
