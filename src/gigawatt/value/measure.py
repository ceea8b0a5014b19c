"""The switch of measure: real-world probabilities for planning, risk-neutral ones for what is traded."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from gigawatt.errors import InputError
from gigawatt.parts.figure import Figure
from gigawatt.parts.pricing import Pricing
from gigawatt.parts.process import SharePrice
from gigawatt.scenario.scenario import Scenario

Measure = Literal["real-world", "risk-neutral"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

EXPLAINED: dict[Measure, str] = {
    "real-world": "Shares grow as the scenario expects; each side discounts at the curve plus its own cost of money. "
    "This is what a plan expects a contract to bring.",
    "risk-neutral": "Shares grow at the curve less dividends, whatever anybody expects of them, and everybody "
    "discounts at the curve. What is not traded (gigawatts, demand, rents) keeps its real-world "
    "probabilities, less the stated premium for bearing their risk. This is what a contract would cost to "
    "replace.",
}
"""What each measure means, for people."""


def assumptions(scenario: Scenario) -> Pricing:
    """What the scenario says a valuation assumes.

    Raises:
        InputError: it says nothing; shows the least that must be written.
    """
    if scenario.pricing is None:
        raise InputError(
            f"scenario `{scenario.name}` has no `pricing`, so nothing in it can be discounted. Add at least\n"
            "pricing:\n  rates:\n    - {years: 5, rate: 3.7 %/year}"
        )
    return scenario.pricing


def under(scenario: Scenario, measure: Measure) -> Scenario:
    """The scenario with the probabilities of a measure.

    Arguments:
        scenario: its processes are real-world.
        measure: under `risk-neutral` every share price grows at the forward rates less its dividend yield, in boom
            and bust alike, so that its discounted price with dividends is a martingale; all else is unchanged.

    Raises:
        InputError: the scenario has no `pricing`.
    """
    if measure == "real-world":
        return scenario
    pricing = assumptions(scenario)
    dividends = dict(pricing.dividends)
    forwards = pricing.curve.forwards(scenario.months)
    yields = {share.price: dividends.get(share.name) for share in scenario.shares}
    processes = tuple(
        replace(process, carry=tuple(float(f) - paid(yields.get(process.name)) for f in forwards))
        if isinstance(process, SharePrice)
        else process
        for process in scenario.processes
    )
    return replace(scenario, processes=processes)


def paid(dividend: Figure | None) -> float:
    """A dividend yield as one number (1/month): the middle of its range, nothing where none is named."""
    return 0.0 if dividend is None else dividend.central
