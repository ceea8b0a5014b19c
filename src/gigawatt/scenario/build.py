"""From the checked form of a scenario to the frozen value the engine runs; all problems are found at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gigawatt.catalog import Catalog
from gigawatt.errors import GigawattError, Problem, ScenarioError, did_you_mean
from gigawatt.parts.contract import FORMS
from gigawatt.parts.figure import Figure
from gigawatt.parts.process import MeanReverting, Process, Regime, SCurve, SharePrice, mixing
from gigawatt.parts.world import Campus, Deal, Earning, Funding, Lab, Party, Phase, Share
from gigawatt.scenario import schema
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.contracts import contract
from gigawatt.scenario.figures import FigureReader
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.patch import Layers
from gigawatt.scenario.performance import Performances, mix_of, performances
from gigawatt.scenario.pricing import pricing
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.scenario.terms import contract_form
from gigawatt.units import unit


def build(layers: Layers, catalog: Catalog) -> Scenario:
    """The scenario a text describes.

    Arguments:
        layers: the text, base and patches merged.
        catalog: all claims; only those published by the scenario's date are used.

    Raises:
        ScenarioError: everything that is wrong, each with `file:line:col`.
    """
    problems: list[Problem] = []
    nothing = FigureReader(catalog, catalog, layers, {}, problems)
    form = Builder(layers, nothing, problems).form(schema.ScenarioForm, layers.data, ())
    if form is None:
        raise ScenarioError(problems)
    try:
        visible = catalog.as_of(form.as_of)
    except GigawattError as error:
        raise ScenarioError([*problems, layers.problem(("as_of",), str(error))]) from error
    builder = Builder(layers, FigureReader(visible, catalog, layers, form.figures, problems), problems)
    scenario = _scenario(builder, form, catalog.version)
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenario


def _scenario(b: Builder, form: schema.ScenarioForm, catalog_version: str) -> Scenario:
    first, last = b.month(form.start, ("start",)), b.month(form.end, ("end",), last=True)
    if not first <= last or last - first >= 600:
        b.wrong(("end",), f"`{form.end}` does not lie 1 to 600 months after the start `{form.start}`.")
        last = first
    recovery = b.figures(form.recovery, ("recovery",))
    parties = tuple(_party(b, name, party, recovery) for name, party in form.parties.items())
    b.known(form.capital, [p.name for p in parties if p.outside], "outside party", ("capital",))
    processes = tuple(p for name, raw in form.processes.items() if (p := _process(b, name, raw)) is not None)
    b.known(form.regime, [p.name for p in processes if isinstance(p, Regime)], "regime process", ("regime",))
    names = {
        "party": tuple(form.parties),
        "deal": tuple(form.deals),
        "share": tuple(form.shares),
        "lab": tuple(form.labs),
        "process": tuple(form.processes),
    }
    yields = performances(b, form)
    common = b.figure(form.common_delay, ("common_delay",), "1")
    return Scenario(
        name=form.name,
        title=form.title,
        as_of=form.as_of,
        first=first,
        last=last,
        paths=form.paths,
        seed=form.seed,
        capital=form.capital,
        regime=form.regime,
        parties=parties,
        shares=tuple(_share(b, name, share, names, processes) for name, share in form.shares.items()),
        processes=processes,
        correlations=_correlations(b, form, processes),
        campuses=tuple(_campus(b, name, campus, names, common) for name, campus in form.campuses.items()),
        deals=tuple(
            d for name, deal in form.deals.items() if (d := _deal(b, name, deal, form, names, yields)) is not None
        ),
        labs=tuple(_lab(b, name, lab, form, names, processes, yields) for name, lab in form.labs.items()),
        contracts=tuple(_contracts(b, form, names)),
        catalog_version=catalog_version,
        text=json.dumps(b.layers.data, ensure_ascii=False),
        notes=tuple(form.notes),
        pricing=pricing(b, form.pricing, names) if form.pricing else None,
    )


def _party(b: Builder, name: str, form: schema.PartyForm, recovery: Mapping[str, Figure]) -> Party:
    path: Path = ("parties", name)
    funding = Funding(**b.figures(form.funding, (*path, "funding"))) if form.funding else None
    cash = b.figures(form, path)["cash"]
    return Party(name, form.title, cash, recovery["cash"], recovery["inflow"], form.outside, funding)


def _process(b: Builder, name: str, raw: dict[str, Any]) -> Process | None:
    path: Path = ("processes", name)
    kind = str(raw.get("form", ""))
    if kind not in schema.PROCESS_FORMS:
        b.wrong((*path, "form"), f"no process form `{kind}`. {did_you_mean(kind, schema.PROCESS_FORMS)}")
        return None
    form = b.form(schema.PROCESS_FORMS[kind], raw, path)
    if form is None:
        return None
    figures: dict[str, Any] = b.figures(form, path)
    match form:
        case schema.RegimeForm():
            return Regime(name, unit("1"), **figures)
        case schema.SharePriceForm():
            jumps = b.figures(form.jumps, (*path, "jumps")) if form.jumps else None
            triple = (jumps["rate"], jumps["mean"], jumps["spread"]) if jumps else None
            return SharePrice(name, unit("USD/share"), **figures, jumps=triple)
    try:
        of = unit(form.unit)
    except GigawattError as error:
        b.wrong((*path, "unit"), str(error))
        return None
    for key in ("first", "level", "saturation"):
        if key in figures and not figures[key].unit.same_dimension(of):
            b.wrong((*path, key), f"`{figures[key].unit}` given, a unit such as `{of}` expected.")
    return (
        MeanReverting(name, of, **figures)
        if isinstance(form, schema.MeanRevertingForm)
        else SCurve(name, of, **figures)
    )


def _share(
    b: Builder, name: str, form: schema.ShareForm, names: Mapping[str, tuple[str, ...]], processes: tuple[Process, ...]
) -> Share:
    path: Path = ("shares", name)
    b.known(form.issuer, names["party"], "party", (*path, "issuer"))
    prices = [p.name for p in processes if isinstance(p, SharePrice)]
    b.known(form.price, prices, "share_price process", (*path, "price"))
    return Share(name, form.issuer, b.figures(form, path)["outstanding"], form.price)


def _correlations(
    b: Builder, form: schema.ScenarioForm, processes: tuple[Process, ...]
) -> tuple[tuple[str, str, float], ...]:
    moving = [p.name for p in processes if isinstance(p, SharePrice | MeanReverting)]
    pairs: dict[tuple[str, str], float] = {}
    for i, entry in enumerate(form.correlation):
        for j, name in enumerate(entry.between):
            b.known(name, moving, "process with shocks", ("correlation", i, "between", j))
        one, two = entry.between
        if one == two or (one, two) in pairs or (two, one) in pairs:
            b.wrong(("correlation", i), f"the pair `{one}`, `{two}` is given twice or with itself.")
        pairs[one, two] = entry.value
    if all(name in moving for pair in pairs for name in pair):
        tied = [name for name in moving if any(name in pair for pair in pairs)]
        try:
            mixing(tied, pairs)
        except ScenarioError as error:
            b.wrong(("correlation",), error.problems[0].message)
    return tuple((one, two, value) for (one, two), value in pairs.items())


def _campus(
    b: Builder, name: str, form: schema.CampusForm, names: Mapping[str, tuple[str, ...]], common: Figure
) -> Campus:
    path: Path = ("campuses", name)
    b.known(form.owner, names["party"], "party", (*path, "owner"))
    figures = b.figures(form, path)
    if figures["delay"].kind in ("ordered", "split"):
        b.wrong((*path, "delay"), f"a delay cannot be `{figures['delay'].kind}`; use uniform, triangular or lognormal.")
    phases, before = [], 0
    for i, phase in enumerate(form.phases):
        at: Path = (*path, "phases", i)
        b.known(phase.deal, names["deal"], "deal", (*at, "deal"))
        month = b.month(phase.month, (*at, "month"))
        if month < before:
            b.wrong((*at, "month"), f"`{phase.month}` comes before the phase above it; phases in order expected.")
        before = month
        phases.append(Phase(month, b.figures(phase, at)["power"], phase.deal, phase.certain))
    return Campus(name, form.title, form.owner, tuple(phases), figures["delay"], common, figures["built"])


def _deal(
    b: Builder,
    name: str,
    form: schema.DealForm,
    whole: schema.ScenarioForm,
    names: Mapping[str, tuple[str, ...]],
    yields: Performances,
) -> Deal | None:
    path: Path = ("deals", name)
    for role in ("buyer", "supplier", "financier"):
        b.known(getattr(form, role), names["party"], "party", (*path, role))
    if form.lab is not None:
        b.known(form.lab, names["lab"], "lab", (*path, "lab"))
    b.known(form.system, whole.systems, "system", (*path, "system"))
    begins = b.month(form.schedule.begins, (*path, "schedule", "begins"))
    ends = b.month(form.schedule.ends, (*path, "schedule", "ends"), last=True)
    if ends < begins:
        b.wrong((*path, "schedule", "ends"), f"`{form.schedule.ends}` is before the start `{form.schedule.begins}`.")
    figures: dict[str, Any] = b.figures(form, path)
    system = whole.systems.get(form.system)
    if system is None:
        return None
    own = b.figures(system, ("systems", form.system))
    figures |= own if system.h100e is not None else {**own, "h100e": None}
    return Deal(
        name=name,
        title=form.title,
        buyer=form.buyer,
        supplier=form.supplier,
        financier=form.financier,
        system=form.system,
        stated=form.stated,
        status=form.status,
        begins=begins,
        ends=ends,
        lead=form.lead,
        lifetime=system.lifetime,
        lab=form.lab,
        performance=yields.get((form.system, mix_of(whole, form.lab))),
        **figures,
    )


def _lab(
    b: Builder,
    name: str,
    form: schema.LabForm,
    whole: schema.ScenarioForm,
    names: Mapping[str, tuple[str, ...]],
    processes: tuple[Process, ...],
    yields: Performances,
) -> Lab:
    path: Path = ("labs", name)
    b.known(name, names["party"], "party", path)
    units = {p.name: p.unit for p in processes}
    earnings = []
    for key, entry in form.earnings.items():
        at: Path = (*path, "earnings", key)
        b.known(entry.process, units, "process", (*at, "process"))
        factors = tuple(b.figure(raw, (*at, "factors", i), "") for i, raw in enumerate(entry.factors))
        of = units.get(entry.process, unit("1"))
        for factor in factors:
            of = of * factor.unit
        if entry.process in units and not of.same_dimension(unit("USD/month")):
            b.wrong(at, f"the process times its factors is in `{of}`, a unit such as `USD/month` expected.")
        earnings.append(Earning(key, entry.process, factors))
    reference = yields.get((form.earns_on or "", mix_of(whole, name)))
    return Lab(name, tuple(earnings), **b.figures(form, path), reference=reference)


def _contracts(b: Builder, form: schema.ScenarioForm, names: Mapping[str, tuple[str, ...]]) -> Iterable[Contract]:
    for name, raw in form.contracts.items():
        path: Path = ("contracts", name)
        kind = str(raw.get("form", ""))
        if kind not in FORMS:
            b.wrong((*path, "form"), f"no contract form `{kind}`. {did_you_mean(kind, FORMS)}")
            continue
        checked = b.form(contract_form(kind), raw, path)
        if checked is not None:
            yield contract(b, name, kind, checked, names)
