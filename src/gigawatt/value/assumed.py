"""What a value of one warrant assumes beyond its file, in sentences; and when the holder exercises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gigawatt.parts.warrant.machine import Policy
from gigawatt.parts.warrant.terms import Between, Level, MeanStrike, Strike
from gigawatt.scenario.instrument import Growth, Instrument
from gigawatt.value.direct import Method
from gigawatt.value.ladder import PENNY
from gigawatt.value.risk import events, indices, riskless

METHODS: Mapping[Method, str] = MappingProxyType(
    {
        "closed form": "In closed form",
        "ladder": "By quasi-random paths of daily closes, with the last shock of each path integrated out",
        "simulation": "Simulated day by day on quasi-random paths",
    }
)


def policy_of(instrument: Instrument) -> Policy:
    """As soon as possible where every strike is below 1 % of the price, as waiting earns nothing; else at expiry."""
    warrant = instrument.warrant
    rules = {warrant.strike_of(tranche) for tranche in warrant.tranches}
    least = _end(instrument.market.price, 0)
    return "soon" if all(_strike(rule) < PENNY * least for rule in rules) else "expiry"


def assumed(instrument: Instrument, policy: Policy, draws: int, methods: Mapping[Method, str]) -> tuple[str, ...]:
    """Sentences on what is assumed.

    Arguments:
        instrument: as in the file.
        policy: as chosen.
        draws: how many draws of what is not public there are.
        methods: by which draws were valued, with the reason where days had to be simulated.
    """
    return tuple(_assumed(instrument, policy, draws, methods))


def _assumed(instrument: Instrument, policy: Policy, draws: int, methods: Mapping[Method, str]) -> Iterator[str]:
    warrant, market = instrument.warrant, instrument.market
    yield (
        f"Today is the issue, {warrant.issued}. The share is lognormal with a constant volatility and earns interest "
        "less dividends, over 252 trading days a year; no default, no jumps, no price of the firm's own."
    )
    for method, why in methods.items():
        yield f"{METHODS[method]}{f', because {why}' if why else ''}."
    if policy == "soon":
        yield "Exercised as soon as vested: the strike is next to nothing, so waiting earns nothing."
    else:
        yield "What has vested is held to the expiry and then exercised if the share is above the strike."
    free = riskless(instrument)
    if free:
        unit = "gigawatt" if {"purchased", "delivered", "energised"} & set(free) else "counter"
        yield f"The file gives no course of {_listed(free)}: no {unit} risk is borne, and these marks count as reached."
    moving = [name for name, course in instrument.deployment.items() if isinstance(course, Growth)]
    if moving:
        yield f"{_listed(moving)} grows at random by the drift given, from which no premium for risk is taken."
    names = [name for name in events(warrant) if warrant.early is None or name != warrant.early.event]
    if names:
        yield f"{_listed(names)} counts as having happened at the issue."
    if warrant.early is not None:
        yield f"`{warrant.early.event}`, which would end the warrant early, is taken never to happen."
    if indices(warrant):
        yield f"{_listed(indices(warrant))} is taken to grow by interest alone, with no volatility of its own."
    if warrant.adjustment.dividends != "none" and _end(market.dividend, 1):
        yield "Dividends that adjust the terms are paid quarterly, in dollars as expected today."
    if warrant.holding or warrant.registered is not None:
        yield "Nothing is taken off for shares that cannot be sold at once."
    if draws > 1:
        yield (
            f"Figures that are not public: {len(instrument.unknowns())}. Each of {draws} draws, uniform over every "
            "interval and independent, is valued by itself: p10 to p90 is the range of these values, not the spread of "
            "outcomes."
        )


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _strike(rule: Strike) -> float:
    """The most a strike can be; a mean price is never next to nothing."""
    return float("inf") if isinstance(rule, MeanStrike) else _end(rule, 1)


def _end(level: Level, end: int) -> float:
    return (level.low, level.high)[end] if isinstance(level, Between) else level
