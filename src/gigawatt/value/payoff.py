"""What a warrant pays at an end that is imagined: a final share price and so many gigawatts; and what an amount needs.

Data types: `Grid` (payoffs over price and gigawatts), `Truth` (one thing that would have to be true).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.optimize import brentq

from gigawatt.errors import GigawattError, InputError
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Constant
from gigawatt.units import number
from gigawatt.value.case import Case, delayed, without_gigawatts, worth
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import Ladder

STEPS = 8
"""Cells of the grid in each direction."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Payoff to the holder over the final share price and the gigawatts reached.

    Arguments:
        prices: (price,) USD/share.
        gigawatts: (power,) GW.
        values: (power, price) USD, on average over the draws of unknown terms.
    """

    prices: Floats
    gigawatts: Floats
    values: Floats


def grid(flows: Flows, this: Ladder) -> Grid:
    """Payoffs if the price rises straight to its final value and stays there, and the gigawatts come in time.

    Arguments:
        flows: what the paths drew.
        this: the warrant.
    """
    marks, powers, shares, strike = _terms(flows, this)
    prices = np.linspace(0.0, 1.5 * max(float(np.quantile(marks, 0.99)), 1.0), STEPS + 1)[1:]
    gigawatts = np.linspace(0.0, float(powers.max(initial=0.0)) or 1.0, STEPS + 1)
    values = np.array([[_pays(marks, powers, shares, strike, price, power) for price in prices] for power in gigawatts])
    return Grid(prices, gigawatts, values)


def final_prices(flows: Flows, this: Ladder, amount: float) -> tuple[Truth, ...]:
    """The final share price at which the warrant pays an amount, for each number of gigawatts up to the last mark.

    Arguments:
        flows: what the paths drew.
        this: the warrant.
        amount: USD.
    """
    marks, powers, shares, strike = _terms(flows, this)
    highest = 20.0 * max(float(marks.max(initial=0.0)), float(strike.max(initial=0.0)), 1.0)

    def missing(price: float, power: float) -> float:
        return _pays(marks, powers, shares, strike, price, power) - amount

    found = []
    for power in range(1, int(powers.max(initial=0.0) + 1e-9) + 1):
        price = root(partial(missing, power=float(power)), 0.0, highest, 1e-6)
        found.append(Truth(f"final share price, with {power} GW in time", price, "USD/share", None))
    return tuple(found)


def _terms(flows: Flows, this: Ladder) -> tuple[Floats, Floats, Floats, Floats]:
    """Price marks, gigawatt marks and shares (rung, path) and the strike (path,)."""
    whole = (flows.paths,)

    def drawn(amount: object) -> Floats:
        return np.broadcast_to(flows.of(amount.figure), whole) if isinstance(amount, Constant) else np.zeros(whole)

    share = next(s for s in flows.scenario.shares if s.name == this.share)
    outstanding = flows.of(share.outstanding)
    marks = np.stack([np.maximum(drawn(t.price), drawn(t.market_value) / outstanding) for t in this.tranches])
    powers = np.stack([drawn(t.power) for t in this.tranches])
    return (
        marks,
        powers,
        np.stack([drawn(t.shares) for t in this.tranches]),
        np.broadcast_to(flows.of(this.strike), whole),
    )


def _pays(marks: Floats, powers: Floats, shares: Floats, strike: Floats, price: float, power: float) -> float:
    given = (marks <= price) * (powers <= power * (1.0 + 1e-9)) * shares
    return float((given.sum(axis=0) * np.maximum(price - strike, 0.0)).mean())


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that would have to be true for the warrant to be worth an amount, all else as it is.

    Arguments:
        what: in words.
        needed: the value it must have; None where no value will do.
        unit: of that value.
        now: what it is taken as, in the same unit; None where there is no such thing.
    """

    what: str
    needed: float | None
    unit: str
    now: float | None


def truths(cases: tuple[Case, ...], amount: float, value: float, seed: int) -> tuple[Truth, ...]:
    """What must be true for a warrant to be worth an amount.

    Arguments:
        cases: a few draws of what is unknown, on common random numbers; what they are worth on average stands for the
            value of all draws.
        amount: USD.
        value: of all draws (USD).
        seed: names the quasi-random numbers.
    """
    spot = float(np.mean([case.market.spot for case in cases]))
    volatility = float(np.mean([case.market.volatility for case in cases]))
    shares = float(np.mean([case.shares for case in cases]))

    def mean(change: Callable[[Case], Case]) -> float:
        return float(np.mean([worth(change(case), seed)["total"] for case in cases]))

    wanted = amount * mean(lambda case: case) / value

    def needed(change: Callable[[Case, float], Case], low: float, high: float) -> float | None:
        return root(lambda x: mean(lambda case: change(case, x)) - wanted, low, high)

    def priced(case: Case, factor: float) -> Case:
        return replace(case, market=replace(case.market, spot=case.market.spot * factor))

    def shaken(case: Case, factor: float) -> Case:
        return replace(case, market=replace(case.market, volatility=case.market.volatility * factor))

    def times(base: float, factor: float | None) -> float | None:
        return None if factor is None else base * factor

    sure = needed(lambda case, f: priced(without_gigawatts(case), f), 0.05, 10.0)
    return (
        Truth("share price at exercise, if every share has vested", amount / shares, "USD/share", None),
        Truth("share price today", times(spot, needed(priced, 0.05, 10.0)), "USD/share", spot),
        Truth("share price today, if all gigawatts were sure", times(spot, sure), "USD/share", spot),
        Truth("volatility", times(100.0 * volatility, needed(shaken, 0.2, 4.0)), "%", 100.0 * volatility),
        Truth("gigawatts come later by (negative: earlier)", needed(delayed, -60.0, 60.0), "month", 0.0),
    )


def root(function: Callable[[float], float], low: float, high: float, part: float = 1e-3) -> float | None:
    """Where a function is nothing between two ends, to a part of their distance; None if it keeps its sign."""
    if function(low) * function(high) > 0:
        return None
    return float(brentq(function, low, high, xtol=part * (high - low), maxiter=60))


def money(text: str) -> float:
    """An amount of money (USD) from text.

    Raises:
        InputError: it is none, or not above 0.
    """
    try:
        found = number(text, "USD")
    except GigawattError as error:
        raise InputError(f"worth `{text}`: {error}") from error
    if not found > 0:
        raise InputError(f"worth `{text}`: an amount above 0 expected, such as `34 bnUSD`.")
    return found
