"""Two measures side by side: what they mean, what the main contracts are worth under each, and why the two differ."""

from __future__ import annotations

from gigawatt.parts.clause import CASH
from gigawatt.parts.process import SharePrice
from gigawatt.report.markup import Html, el, join, number, table
from gigawatt.report.told import COLOURS, Told, values
from gigawatt.value.measure import EXPLAINED, assumptions


def measures(told: Told) -> Html:
    """What the measures mean, what the main contracts are worth under each, and what sets them apart."""
    cards = [
        el("article", el("h3", el("span", class_=f"chip {COLOURS[m]}"), m.capitalize()), el("p", EXPLAINED[m]))
        for m in told.measures
    ]
    parts = [el("div", *cards, class_="pair"), values(told, told.main, "The main contracts, measure by measure")]
    if len(told.measures) > 1:
        head = ["What", "Real-world", "Risk-neutral"]
        parts.append(table("Why they differ", head, _reasons(told), words=(1, 2), computed=False))
    return join(parts)


def _reasons(told: Told) -> list[list[str]]:
    """What one measure assumes and the other does not, for the shares and parties of the main contracts."""
    page, pricing = told.page, assumptions(told.found.scenario)
    lanes = [lane for contract in told.main for lane in contract.clause.lanes]
    dividends, spreads = dict(pricing.dividends), dict(pricing.spreads)
    rate = f"the curve, {number(100 * float(pricing.curve.zero(page.scenario.months / 12.0)))} %/year to the horizon"
    rows: list[list[str]] = []
    for name in dict.fromkeys(lane.asset for lane in lanes if lane.asset != CASH):
        share = next(s for s in page.scenario.shares if s.name == name)
        process = next(p for p in page.scenario.processes if p.name == share.price)
        if isinstance(process, SharePrice):
            grows = join([page.cited(process.drift), "; in a bust ", page.cited(process.bust_drift)])
            less = [", less ", page.cited(dividends[name]), " of dividends"] if name in dividends else []
            rows.append([f"A share of {page.share(name)} grows by", grows, join([rate, *less])])
    for party in dict.fromkeys(name for lane in lanes for name in (lane.payer, lane.payee)):
        if party in spreads:
            more = join(["the curve plus ", page.cited(spreads[party])])
            rows += [[f"{page.party(party)} discounts at", more, "the curve"]]
    lowered = join(["later: the normal score of their speed is lower by ", page.cited(pricing.premium)])
    return [*rows, ["Gigawatts come", "as simulated", lowered]]
