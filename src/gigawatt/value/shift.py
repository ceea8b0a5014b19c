"""How the value of one warrant moves when what it rests on does, on common draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.scenario.instrument import Course, Growth, Instrument
from gigawatt.value.counter import random, sure
from gigawatt.value.daily import simulate
from gigawatt.value.direct import Sampling, Worth, direct
from gigawatt.value.payoff import Truth, root
from gigawatt.value.warrant import Sensitivity

QUICK_LOG2_PATHS, QUICK_REPLICATES = 9, 2
"""Paths of each try when looking for what must be true."""

SPOT, POINT = 0.01, 0.01
"""Steps in the price (relative) and in volatility, wide because a simulated payoff jumps."""


def evaluate(instrument: Instrument, how: Sampling, greeks: bool = False) -> Worth:
    """Value of a warrant with no open figure, by formulas where they reach and else day by day."""
    found = direct(instrument, how, greeks)
    return simulate(instrument, how).worth if isinstance(found, str) else found


def priced(this: Instrument, more: float) -> Instrument:
    """The same at a price of today that is higher by a share of itself."""
    return replace(this, market=replace(this.market, price=sure(this.market.price) * (1.0 + more)))


def shaken(this: Instrument, more: float) -> Instrument:
    """The same with a volatility higher by so much."""
    return replace(this, market=replace(this.market, volatility=sure(this.market.volatility) + more))


def faster(this: Instrument, factor: float) -> Instrument:
    """The same with counters that grow so many times as fast on average."""

    def course(way: Course) -> Course:
        if isinstance(way, Growth):
            return replace(way, drift=sure(way.drift) * factor)
        return replace(way, levels=tuple(sure(level) * factor for level in way.levels))

    return replace(this, deployment={name: course(way) for name, way in this.deployment.items()})


def correlated(this: Instrument, more: float) -> Instrument:
    """The same with random counters correlated more with the price."""

    def course(way: Course) -> Course:
        if not isinstance(way, Growth):
            return way
        return replace(way, correlation=min(max(sure(way.correlation) + more, -0.999), 0.999))

    return replace(this, deployment={name: course(way) for name, way in this.deployment.items()})


def moved(cases: Sequence[Instrument], how: Sampling) -> tuple[Sensitivity, ...]:
    """How the value moves: slopes of formulas and ladders, differences on common draws for all else.

    Arguments:
        cases: draws of what is not public.
        how: policy and numbers of paths.
    """
    base = [evaluate(case, how, greeks=True) for case in cases]
    prices = [sure(case.market.price) for case in cases]
    steps = (("share price", f"+1 USD from {np.mean(prices):,.2f}"), ("volatility", "+1 point"))
    slopes = (
        _slope(cases, how, [worth.delta for worth in base], priced, SPOT, [1.0 / price for price in prices]),
        _slope(cases, how, [worth.vega for worth in base], shaken, POINT, [POINT] * len(cases)),
    )
    found = [_change(name, step, changes) for (name, step), changes in zip(steps, slopes, strict=True)]
    bumps: list[tuple[str, str, Callable[[Instrument], Instrument]]] = [("interest", "+1 point", _dearer)]
    if any(random(way) for way in cases[0].deployment.values()):
        bumps.append(("correlation of counters and share", "+0.1", _by(correlated, 0.1)))
    if cases[0].deployment:
        bumps.append(("growth of counters", "-10 %", _by(faster, 0.9)))
    for name, step, bump in bumps:
        changed = [evaluate(bump(case), how) for case in cases]
        found.append(_change(name, step, [_difference(c, b) for c, b in zip(changed, base, strict=True)]))
    return tuple(found)


def _slope(
    cases: Sequence[Instrument],
    how: Sampling,
    known: Sequence[float | None],
    change: Callable[[Instrument, float], Instrument],
    bump: float,
    scales: Sequence[float],
) -> list[Floats]:
    """Changes of each case: from known slopes, or else central differences on common draws.

    Arguments:
        cases: draws of what is not public.
        how: policy and numbers of paths.
        known: slopes where they are known.
        change: what is bumped.
        bump: the step of a difference.
        scales: the step for which the change is told, in the unit of that step.
    """
    changes = []
    for case, slope, scale in zip(cases, known, scales, strict=True):
        if slope is not None:
            changes.append(np.array([slope * (1.0 if change is priced else scale)]))
        else:
            high, low = (evaluate(change(case, sign * bump), how) for sign in (1.0, -1.0))
            changes.append(0.5 * scale / bump * _difference(high, low))
    return changes


def _by(change: Callable[[Instrument, float], Instrument], amount: float) -> Callable[[Instrument], Instrument]:
    return lambda this: change(this, amount)


def _dearer(this: Instrument) -> Instrument:
    return replace(this, market=replace(this.market, rate=sure(this.market.rate) + 0.01))


def _difference(changed: Worth, base: Worth) -> Floats:
    """By replicate where both have them; a bump may move a warrant from one method to the other."""
    if changed.totals.size == base.totals.size:
        return np.asarray(changed.totals - base.totals)
    return np.array([changed.total - base.total])


def _change(name: str, step: str, changes: Sequence[Floats]) -> Sensitivity:
    """Mean over draws, and the standard error of the simulation."""
    errors = [float(one.std(ddof=1) / np.sqrt(one.size)) if one.size > 1 else 0.0 for one in changes]
    error = float(np.sqrt(np.square(errors).sum()) / len(changes))
    return Sensitivity(name, step, float(np.mean([one.mean() for one in changes])), error)


def diluted(cases: Sequence[Instrument], how: Sampling, worths: Sequence[Worth], total: float) -> tuple[float, float]:
    """Value where the firm is what moves at random, and the fall of an old share that did not know of the warrant.

    New shares come out of the equity of all: with n old shares, m new ones and a value f of the warrant by spot, the
    warrant W solves W = n / (n + m) f(S + W / n) (Galai and Schneller 1978); the slope of f between S and a first guess
    solves it to second order in m / n.

    Arguments:
        cases: draws of what is not public.
        how: policy and numbers of paths.
        worths: what these are worth.
        total: mean value over all draws (USD).

    Returns:
        Value (USD) and fall (USD/share).
    """
    ratios, falls = [], []
    for case, worth in zip(cases, worths, strict=True):
        old = sure(case.market.outstanding)
        part = old / (old + case.warrant.shares)
        spot, value = sure(case.market.price), worth.total
        falls.append(part * value / old)
        higher = evaluate(priced(case, falls[-1] / spot), how).total if value else 0.0
        slope = (higher - value) / falls[-1] if value else 0.0
        ratios.append(part / (1.0 - part * slope / old))
    return total * float(np.mean(ratios)), float(np.mean(falls))


def needed(cases: Sequence[Instrument], how: Sampling, amount: float, value: float) -> tuple[Truth, ...]:
    """What must be true for a warrant to be worth an amount, one thing at a time.

    Arguments:
        cases: draws of what is not public, on common draws of all else.
        how: policy; numbers of paths are smaller ones.
        amount: USD.
        value: mean over all draws (USD).
    """
    quick = Sampling(how.policy, QUICK_LOG2_PATHS, QUICK_REPLICATES, how.seed)

    def mean(change: Callable[[Instrument], Instrument]) -> float:
        return float(np.mean([evaluate(change(case), quick).total for case in cases]))

    now = mean(lambda case: case)
    wanted = amount * now / value if value else amount

    def found(change: Callable[[Instrument, float], Instrument], low: float, high: float) -> float | None:
        return root(lambda x: mean(lambda case: change(case, x)) - wanted, low, high)

    def times(base: float, factor: float | None) -> float | None:
        return None if factor is None else base * factor

    spot = float(np.mean([sure(case.market.price) for case in cases]))
    volatility = 100.0 * float(np.mean([sure(case.market.volatility) for case in cases]))
    shares = cases[0].warrant.shares

    def spread(case: Instrument, factor: float) -> Instrument:
        return shaken(case, (factor - 1.0) * sure(case.market.volatility))

    def dearer(case: Instrument, factor: float) -> Instrument:
        return priced(case, factor - 1.0)

    def free(case: Instrument, factor: float) -> Instrument:
        return priced(replace(case, deployment={}), factor - 1.0)

    truths = [
        Truth("gain on each share at exercise, if every share has vested", amount / shares, "USD/share", None),
        Truth("share price today", times(spot, found(dearer, 0.05, 10.0)), "USD/share", spot),
        Truth("volatility", times(volatility, found(spread, 0.2, 4.0)), "%", volatility),
    ]
    if cases[0].deployment:
        sure_price = times(spot, found(free, 0.05, 10.0))
        truths.insert(2, Truth("share price today, if all counters were sure", sure_price, "USD/share", spot))
        truths.append(Truth("counters grow, times as fast", found(faster, 0.0, 10.0), "1", 1.0))
    return tuple(truths)
