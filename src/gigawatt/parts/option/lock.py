"""Shares that vest when a price test over days holds and a gigawatt mark is reached.

Data types: `Estimate` (a value with its standard error), `Ladder` (all tranches on the same
paths). Randomised quasi-Monte Carlo over Brownian bridges; the terminal shock is integrated exactly on every path.
"""

# The letters are those of the published tables.
# ruff: noqa: N803

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Floats
from gigawatt.parts.option.argument import count
from gigawatt.parts.option.discrete import share_on_touch_daily
from gigawatt.parts.option.paths import scrambled, sobol
from gigawatt.parts.option.rung import Exercise, Market, Rung, Terms
from gigawatt.parts.option.vesting import dimensions, samples, vested
from gigawatt.parts.price_test import TRADING_DAYS, PriceTest
from gigawatt.parts.stream import stream

LOG2_BLOCK = 11
"""Paths handled at once, as a power of two; measured with windows of 30 days in 1,260."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its slopes, each with the standard error over independent scramblings.

    Arguments:
        value: USD per share, or of all shares for a total.
        error: standard error of the value.
        probability: of vesting, under the pricing measure; for a total the expected part of the shares that vests.
        delta: USD per USD of spot.
        delta_error: its standard error.
        vega: USD per unit of volatility; a hundredth of it is the change for one point.
        vega_error: its standard error.
    """

    value: float
    error: float
    probability: float
    delta: float
    delta_error: float
    vega: float
    vega_error: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs valued on the same paths: one estimate per rung, and the total weighted by shares."""

    rungs: tuple[Estimate, ...]
    total: Estimate


def value_share(
    market: Market,
    test: PriceTest,
    mark: float | Floats,
    years: float,
    *,
    days: int = TRADING_DAYS,
    open_days: Floats | None = None,
    correlation: float = 0.0,
    speed: Floats | None = None,
    latched: bool = False,
    strike: float = 0.0,
    exercise: Exercise = "at vesting",
    log2_paths: int = 14,
    replicates: int = 8,
    seed: int = 1,
) -> Estimate:
    """One share that vests when a price test holds and a gigawatt mark is reached; arguments as in `value_ladder`."""
    return value_ladder(
        market,
        [Rung(test, mark, open_days)],
        years,
        days=days,
        correlation=correlation,
        speed=speed,
        latched=latched,
        strike=strike,
        exercise=exercise,
        log2_paths=log2_paths,
        replicates=replicates,
        seed=seed,
    ).total


def value_ladder(
    market: Market,
    rungs: Sequence[Rung],
    years: float,
    *,
    days: int = TRADING_DAYS,
    correlation: float = 0.0,
    speed: Floats | None = None,
    latched: bool = False,
    strike: float = 0.0,
    exercise: Exercise = "at vesting",
    log2_paths: int = 14,
    replicates: int = 8,
    seed: int = 1,
) -> Ladder:
    """Tranches of shares on the same paths.

    Arguments:
        market: the share.
        rungs: the tranches; those with open days must have equally many, sampled together.
        years: time to expiry.
        days: trading days a year; the closes are `years * days` equal steps, the first one step from now.
        correlation: of the share's shock over the whole time with the speed of deployment as a normal score.
        speed: (sample,) by which deployments are ranked, larger is faster; none ranks by the sum of open days.
        latched: the price test may have held on any day, also before the gigawatts; else on or after their day.
        strike: USD/share.
        exercise: `at vesting` delivers the share against the strike on the day of vesting, without choice, as suits a
            penny warrant; `at expiry` is a European call at expiry on what has vested.
        log2_paths: base-2 logarithm of the paths in a scrambling.
        replicates: independent scramblings; at least two, since they give the standard error.
        seed: the run's seed; the same seed gives the same bytes.

    Returns:
        Estimates. A dividend until vesting is the chance that an independent clock has not rung, so it only shortens
        the days that count; likewise interest on the strike. A share that has vested is kept to expiry. That matters
        with a correlation only: the speed of deployment then tells of the shock over the whole time, so that a share
        sold on the day of vesting would fetch less of what is still to come.

    Raises:
        UnitError: what cannot be valued, with what was expected.
    """
    steps = round(years * days) if math.isfinite(years) else 0
    terms = Terms(market, tuple(rungs), years, steps, correlation, latched, strike, exercise)
    means = _means(terms, speed, log2_paths, replicates, seed)
    shares = np.array([rung.shares for rung in rungs])
    total = np.tensordot(means, shares, axes=(1, 0))
    total[:, 1] /= shares.sum()
    return Ladder(tuple(_estimate(means[:, rung]) for rung in range(len(rungs))), _estimate(total))


def share_on_rolling_mean_daily(
    S: float, H: float, T: float, m: int, window: int, r: float, q: float, v: float
) -> float:
    """One share when the mean of the last `window` of m equal dates first reaches H, tested from date `window` on.

    Arguments:
        S: share price today, USD.
        H: the mark, USD.
        T: years to the last date.
        m: number of dates.
        window: dates in the mean.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year; dividends before delivery are lost.
        v: volatility, per square root of a year.

    Raises:
        UnitError: a number that is out of its range, a window longer than the dates.
    """
    return _share_daily(PriceTest("mean", count("window", window)), S, H, T, m, r, q, v)


def share_on_x_of_y_days(
    S: float, H: float, T: float, m: int, window: int, need: int, r: float, q: float, v: float
) -> float:
    """One share when `need` of the last `window` of m equal dates first reach H, tested from date `window` on.

    Arguments:
        S: share price today, USD.
        H: the mark, USD.
        T: years to the last date.
        m: number of dates.
        window: dates looked at.
        need: dates among them on which the price must be at the mark or above.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year; dividends before delivery are lost.
        v: volatility, per square root of a year.

    Raises:
        UnitError: a number that is out of its range, a window longer than the dates.
    """
    return _share_daily(PriceTest("days", count("window", window), count("need", need)), S, H, T, m, r, q, v)


def _share_daily(
    test: PriceTest, spot: float, mark: float, years: float, dates: float, r: float, q: float, v: float
) -> float:
    """With the first close at the mark on the same paths as control variate, whose value is known."""
    market, steps = Market(spot, v, r, q), count("m", dates)
    rungs = (Rung(test, mark), Rung(PriceTest("close"), mark))
    terms = Terms(market, rungs, years, steps, 0.0, False, 0.0, "at vesting")
    value, control = _means(terms, None, 13, 16, 1)[:, :, 0].T
    known = share_on_touch_daily(spot, mark, years, steps, r, q, v)
    return float(value.mean() - _slope(control, value) * (control.mean() - known))


def _slope(known: Floats, sought: Floats) -> float:
    """Of the regression line over scramblings; 0 where the control does not vary."""
    centred = known - known.mean()
    spread = float(centred @ centred)
    return float(centred @ sought) / spread if spread > 0.0 else 0.0


def _means(terms: Terms, speed: Floats | None, log2_paths: int, replicates: int, seed: int) -> Floats:
    """Means over the paths of every scrambling: (replicate, rung, [value, probability, delta, vega])."""
    if replicates < 2:
        raise UnitError(f"{replicates} replicates: at least 2 expected, since they give the standard error.")
    directions, drawn = sobol(dimensions(terms), log2_paths), samples(terms.rungs, speed)
    sums = np.zeros((replicates, len(terms.rungs), 4))
    path = np.empty((terms.steps + 1, 1 << min(LOG2_BLOCK, log2_paths)))
    for replicate in range(replicates):
        points = scrambled(directions, stream(seed, "option/sobol", replicate))
        for words in points.blocks(LOG2_BLOCK):
            sums[replicate] += vested(terms, drawn, points, words, path)
    return sums / 2.0**log2_paths


def _estimate(means: Floats) -> Estimate:
    """From (replicate, [value, probability, delta, vega])."""
    value, probability, delta, vega = means.mean(axis=0).tolist()
    error, _, delta_error, vega_error = (means.std(axis=0, ddof=1) / math.sqrt(len(means))).tolist()
    return Estimate(value, error, probability, delta, delta_error, vega, vega_error)
