"""The small world of the report with a curve and the terms of its warrant, valued under both measures."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import lru_cache

from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import lift
from gigawatt.parts.pricing import Curve, Pricing
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.value.payoff import Truth
from gigawatt.value.valuation import Valuation, valuation
from report.world import between, known, scenario


def priced(*, drawn: bool = False, **terms: object) -> Scenario:
    """The small world with something to discount by, and a warrant with terms.

    Arguments:
        drawn: whether its price marks are drawn; each draw is valued by itself, which takes its time.
        terms: of the warrant, to be changed.
    """
    world = scenario()
    spreads = tuple((name, known(f"pricing.spreads.{name}", "5 %/year")) for name in ("lab", "vendor"))
    pricing = Pricing(Curve((5.0,), (0.04,)), spreads, (), known("pricing.correlation", "0.3"), literal("0.2"))
    contracts = tuple(_warrant(c, drawn, terms) if c.form == "warrant" else c for c in world.contracts)
    return replace(world, contracts=contracts, pricing=pricing)


def _warrant(old: Contract, drawn: bool, changed: dict[str, object]) -> Contract:
    def mark(name: str, low: str, high: str) -> Figure:
        return between(name, low, high) if drawn else known(name, low)

    figures = [
        (
            known("contracts.warrant.shares", "26_666_666 shares", "amd-openai-warrant.shares"),
            known(f"contracts.warrant.{k}.power", f"{k / 2} GW"),
            mark(f"contracts.warrant.{k}.price", f"{180 + 20 * k} USD/share", f"{200 + 66 * k} USD/share"),
        )
        for k in (1, 2)
    ]
    rungs = tuple(Tranche(*map(lift, row)) for row in figures)
    given = inspect.signature(warrant).bind(
        "vendor", "lab", "V", "first", lift(known("contracts.warrant.strike", "0.01 USD/share")), 20, "2030-10", rungs
    )
    given.apply_defaults()
    terms = given.arguments | changed
    named = tuple(figure for row in figures for figure in row)
    return replace(old, clause=warrant(**terms), figures=named, terms=tuple(terms.items()))


@lru_cache(maxsize=1)
def every() -> Valuation:
    """All contracts under both measures."""
    return valuation(priced(), paths=200, seed=1, workers=1)


@lru_cache(maxsize=1)
def chosen() -> Valuation:
    """The rent and the warrant, with everything that can be asked, on a few draws of the marks."""
    found = valuation(priced(drawn=True), contracts=["rent", "warrant"], paths=3, seed=1, greeks=True, workers=1)
    # Looking for what must be true takes long, and a page only tells what was found.
    truths = Truth("share price today", 708.4, "USD/share", 203.71), Truth("volatility", None, "%", 55.0)
    return replace(found, details=tuple(replace(detail, truths=truths, amount=5e9) for detail in found.details))
