"""A valuation as one page: measures, all contracts at a glance, each contract by itself, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gigawatt.catalog import Catalog
from gigawatt.report import sources
from gigawatt.report.cells import plus, shown
from gigawatt.report.context import long_month
from gigawatt.report.contract_card import contract_card
from gigawatt.report.markup import Html, bn, details, el, join, prose
from gigawatt.report.measures import measures
from gigawatt.report.shell import Section, save, shell
from gigawatt.report.subject import subject
from gigawatt.report.told import Told, link, title
from gigawatt.report.worth import worth
from gigawatt.value.table import exposure
from gigawatt.value.valuation import Valuation

MOST = 4
"""Contracts whose values stand in the head."""


def render(valuation: Valuation, catalog: Catalog | None = None) -> str:
    """A valuation as the text of one HTML file.

    Arguments:
        valuation: what contracts are worth.
        catalog: where the claims of figures are looked up; the built-in catalogue by default.

    Returns:
        HTML with inline pictures, style and script, and a content security policy that allows nothing else.
    """
    told = Told(subject(valuation.scenario, catalog), valuation)
    sections = [
        Section("measures", "Two questions, two measures", measures(told)),
        Section("worth", "All values", worth(told)),
        Section("contracts", "Contract by contract", _contracts(told)),
    ]
    if not valuation.chosen:
        sections.append(Section("exposure", "Who is exposed to whom", _exposure(told)))
    sections.append(Section("rests", "What it rests on", _rests(told)))
    name = f"{valuation.scenario.title}: what its contracts are worth"
    return shell(name, "valuation", _head(told), sections, str(valuation))


def write(valuation: Valuation, path: Path, catalog: Catalog | None = None) -> None:
    """Write a valuation.

    Arguments:
        valuation: what contracts are worth.
        path: the file to write.
        catalog: as for `render`.

    Raises:
        RunError: the file cannot be written.
    """
    save(render(valuation, catalog), path)


def _head(told: Told) -> Html:
    """Title, date, summary and the main values."""
    scenario, found = told.found.scenario, told.found
    start = long_month(scenario.first)
    made = ". The same scenario, version and seed give the same page."
    return el(
        "header",
        el("p", "gigawatt valuation", class_="kicker"),
        el("h1", scenario.title),
        el("p", f"As of {scenario.as_of}; discounted to the start of {start}, on {found.paths:,} paths."),
        el("p", _lead(told), class_="lead"),
        el("dl", *_tiles(told), class_="tiles"),
        el("p", el("b", "Provenance: "), str(found), made, class_="note"),
    )


def _lead(told: Told) -> str:
    count = len(told.contracts)
    many = f"{count} contracts are worth to those who signed them" if count > 1 else "a contract is worth to its sides"
    said = [f"What {many}."]
    for contract in told.main[:2]:
        name, detail = f"{title(contract)}, to {told.gainer(contract)}", told.detail(contract)
        simulated = ", ".join(f"{plus(told.gain(contract, m).value)} {m}" for m in told.measures)
        if detail is not None and detail.value is not None:
            exact = f"{plus(detail.value.total)} bn USD risk-neutral, valued tranche by tranche"
            said.append(f"{name}: {exact}; as simulated with the whole scenario {simulated}.")
        else:
            said.append(f"{name}: {simulated} (bn USD).")
    if len(told.measures) > 1:
        said.append("Real-world is what a plan expects, risk-neutral what it would cost to replace.")
    return " ".join(said)


def _tiles(told: Told) -> list[Html]:
    """The values of the main contracts, one by one, under the last measure."""
    found = []
    for contract in told.main[:MOST]:
        detail, gain, words = told.detail(contract), told.gain(contract, told.measures[-1]).value, "paths"
        measure = told.measures[-1]
        if detail is not None and detail.value is not None:
            gain, measure, words = detail.value.total, "risk-neutral", "draws of unknown terms"
        spread = f"{measure}, ± {bn(gain.error)}; 80 % of {words}: {bn(gain.band[0])} to {bn(gain.band[2])}"
        found.append(
            el(
                "div",
                el("dt", link(contract), f", to {told.gainer(contract)}"),
                el("dd", f"{bn(gain.mean)} bn USD"),
                el("dd", spread, class_="note"),
            )
        )
    return found


def _contracts(told: Told) -> Html:
    note = (
        "± is the standard error from the number of paths; p10 to p90 is the spread of the paths. Most still to come: "
        "on nine of ten paths less is outstanding at any year's end. In the small pictures a box spans p10 to p90 of a "
        "year, its line is the median and its dot the mean; nothing is discounted there, and shares count at the price "
        "of the month in which they are handed over."
    )
    cards = [contract_card(told, contract) for contract in told.contracts]
    return join([el("p", note, class_="note"), *cards])


def _exposure(told: Told) -> Html:
    found = exposure(next(iter(told.found.flows.values())))
    names = [(told.page.party(str(row[0])), told.page.party(str(row[1])), *row[2:]) for row in found.rows]
    first = shown(replace(found, rows=tuple(names[:10])), f"The ten largest, {told.measures[0]}", words=(1,))
    if len(names) <= 10:
        return first
    every = shown(replace(found, rows=tuple(names)), f"Every pair, {told.measures[0]}", words=(1,), note=False)
    return join([first, details(f"Every pair: {len(names)}", every)])


def _rests(told: Told) -> Html:
    notes = [el("li", prose(note)) for note in told.found.scenario.notes]
    listed = el("div", el("h3", "Notes of the scenario"), el("ul", *notes), class_="notes") if notes else ""
    return join([listed, sources.assumptions(told.page, contracts=False)])
