"""A contract on a page: in words, to each side, year by year, and the figures it rests on."""

from __future__ import annotations

from gigawatt.parts.clause import CASH
from gigawatt.report.cells import plus, shown, span
from gigawatt.report.markup import Html, bn, details, el, join, table
from gigawatt.report.told import COLOURS, Told, card, title
from gigawatt.report.warrant_value import warrant_value
from gigawatt.report.years import fans
from gigawatt.scenario.scenario import Contract
from gigawatt.value.movers import movers

LONG = 600
"""Letters above which the words of a contract unfold on demand."""

WALKED = 12
"""Where more contracts are told at length, their pictures cannot be walked through: that would weigh too much."""


def contract_card(told: Told, contract: Contract) -> Html:
    """A contract that unfolds; open where it was asked for or is a warrant.

    Arguments:
        told: the valuation.
        contract: one of its contracts.
    """
    detail = told.detail(contract)
    last = told.measures[-1]
    gain = told.gain(contract, last).value
    words = f" {plus(gain)} bn USD to {told.gainer(contract)}, {last}"
    years, figures = _years(told, contract), _figures(told, contract)
    beside = el("div", years, figures, class_="pair") if detail is None else join([years, figures])
    inside = [_words(contract), _sides(told, contract), beside]
    if detail is not None:
        pricing = told.found.flows[last]
        inside.append(warrant_value(told.page, pricing, detail, COLOURS["risk-neutral"]))
    if contract.name in told.found.chosen:
        first = told.measures[0]
        moved = movers(told.found.flows[first], told.value(contract, first))
        inside.append(shown(moved, f"{title(contract)}: what moves its value, {first}"))
    head = el("summary", el("h3", title(contract)), el("span", words))
    return el("details", head, *inside, class_="card", id=card(contract), open=contract.name in told.open)


def _words(contract: Contract) -> Html:
    said = str(contract.clause)
    parts = said.split("; ")
    if len(parts) == 1:
        return el("p", said, class_="say")
    shown = el("ul", *(el("li", part) for part in parts), class_="say")
    return details(f"In words: {len(parts)} clauses", shown) if len(said) > LONG else shown


def _sides(told: Told, contract: Contract) -> Html:
    rows = []
    for measure in told.measures:
        for side in told.value(contract, measure).sides:
            never, most = bn(side.lost), bn(side.exposure)
            rows.append([told.page.party(side.party), measure, plus(side.value), span(side.value), never, most])
    head = ["Side", "Measure", "Value ±", "p10 to p90", "Never paid to it", "Most still to come"]
    return table(f"{title(contract)}: worth to each side (bn USD)", head, rows, words=(1,))


def _years(told: Told, contract: Contract) -> Html:
    """What is paid by year under the first measure; where shares move, under every one."""
    moved = any(lane.asset != CASH for lane in contract.clause.lanes)
    shown = told.measures if moved else told.measures[:1]
    page, walked = told.page, contract.name in told.open and len(told.open) <= WALKED
    drawn = [el("div", fans(page, told.found.flows[m], contract.name, COLOURS[m], walked=walked)) for m in shown]
    return drawn[0] if len(drawn) == 1 else el("div", *drawn, class_="pair")


def _figures(told: Told, contract: Contract) -> Html:
    """The named figures of a contract, each once, leading to its source; those of a ladder stand with the ladder."""
    prefix = f"contracts.{contract.name}."
    detail = told.detail(contract)
    skipped = f"{prefix}tranches[" if detail is not None and detail.value is not None else "\0"
    found = {f.name: f for f in contract.figures if f.name and not f.name.startswith(skipped)}
    items: list[Html] = []
    for name, figure in found.items():
        label = name.removeprefix(prefix).removeprefix("figures.").replace("_", " ")
        items += [el("dt", label), el("dd", told.page.cited(figure))]
    if not items:
        return el("p", "No figures of its own.", class_="note")
    listed = el("dl", *items, class_="terms")
    many = len(found) > 8
    return el("div", el("h4", "Figures"), details(f"{len(found)} figures", listed) if many else listed)
