"""One warrant of any terms, by simulating closes and counters day by day and running its locks on them.

Prices are drawn under the measure in which the share is the unit of value: what is exercised is then worth a number of
shares at most, however far the price runs, and errors stay small. Chances under the pricing measure are the same paths
weighted by cash over share (Geman, El Karoui, Rochet 1995). What is watched at every moment is seen at the closes and
moved by 0.5826 standard deviations of a day (Broadie, Glasserman and Kou 1997).

Data type: `Daily` (values, and when locks open).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.errors import InputError
from gigawatt.parts.figure import Floats
from gigawatt.parts.option.paths import Words, bridge, scrambled, sobol
from gigawatt.parts.option.rung import Market
from gigawatt.parts.stream import stream
from gigawatt.parts.warrant.course import NEVER, Course, Dates, Dividend, Rows
from gigawatt.parts.warrant.machine import run
from gigawatt.parts.warrant.terms import POWERS, Condition, Mark, MeanStrike, PriceMark, Some, Warrant, leaves
from gigawatt.scenario.instrument import Course as Way
from gigawatt.scenario.instrument import Growth, Instrument
from gigawatt.value.counter import Horizon, random, sure
from gigawatt.value.direct import Sampling, Worth, lognormal
from gigawatt.value.ladder import LEAST_MARK
from gigawatt.value.risk import events, indices, marks

LOG2_BLOCK = 9
"""Paths handled at once, as a power of two; measured with 1,260 and 2,520 days."""

BETWEEN_CLOSES = 0.5826
"""The mean excess of a random walk over a level, in standard deviations of a step: -zeta(1/2) / sqrt(2 pi)."""


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """A warrant simulated day by day.

    Arguments:
        worth: values.
        price_opens, counter_opens: (tranche,) chances that each lock opens by the expiry.
        vests: (tranche, day) chance of vesting on each day; chances are under the pricing measure.
    """

    worth: Worth
    price_opens: Floats
    counter_opens: Floats
    vests: Floats


def simulate(instrument: Instrument, how: Sampling) -> Daily:
    """Value of a warrant, and when its locks open.

    Arguments:
        instrument: with no figure open.
        how: policy and numbers of paths.

    Raises:
        InputError: a window is longer than the days there are, or a strike looks back further than the history.
    """
    market, horizon = lognormal(instrument), Horizon.of(instrument.warrant)
    require_windows(instrument)
    warrant = _at_closes(instrument, market, horizon)
    count = len(warrant.tranches)
    values = np.zeros((how.replicates, count))
    sums, vests = np.zeros((3, 4, count)), np.zeros((count, horizon.steps + 1))
    past = len(instrument.market.history)
    ahead = np.arange(horizon.steps + 1)[:, None] * (horizon.years / horizon.steps)
    for replicate, course in _courses(instrument, market, horizon, how):
        try:
            outcome = run(warrant, course, how.policy)
        except InputError as error:
            raise InputError(f"market.history: {error}") from error
        row, price = outcome.exercised - past, np.where(outcome.exercised < NEVER, outcome.price, 1.0)
        kept = np.exp(-market.dividend * ahead[np.clip(row, 0, horizon.steps), 0])
        values[replicate] += market.spot * (outcome.value() / price * kept).sum(axis=1)
        cash = market.spot * np.exp((market.rate - market.dividend) * ahead) / course.closes[past:]
        steps = (outcome.price_opened, outcome.counter_opened, outcome.vested)
        for number, rows in enumerate(steps):
            sums[number] += _chances(rows - past, cash)
        days = np.minimum(outcome.vested - past, horizon.steps)
        weights = np.where(outcome.vested < NEVER, np.take_along_axis(cash, days, axis=0), 0.0)
        for tranche in range(count):
            vests[tranche] += np.bincount(days[tranche], weights[tranche], horizon.steps + 1)
    values /= 2.0**how.log2_paths
    paths = how.replicates * 2.0**how.log2_paths
    totals = values.sum(axis=1)
    worth = Worth("simulation", values.mean(axis=0), _error(values), totals, float(_error(totals)))
    price, counter, vested = _controlled(sums / paths)
    return Daily(worth, price, counter, vests * (vested / np.maximum(vests.sum(axis=1), 1e-300))[:, None])


def _error(values: Floats) -> Floats:
    """Standard error of the mean over (replicate, ...)."""
    return np.asarray(values.std(axis=0, ddof=1) / math.sqrt(len(values)))


def _chances(rows: Rows, cash: Floats) -> Floats:
    """Sums over paths from which chances are estimated.

    Arguments:
        rows: (tranche, path) days on which something happens.
        cash: (day, path) cash over share, relative to today, which turns shares into chances.

    Returns:
        (4, tranche) of the weights where it happens, of all weights, of their product and of the squares of the latter.
    """
    weight = np.take_along_axis(cash, np.minimum(rows, len(cash) - 1), axis=0)
    hit = np.where(rows < len(cash), weight, 0.0)
    return np.stack([hit.sum(axis=1), weight.sum(axis=1), (hit * weight).sum(axis=1), np.square(weight).sum(axis=1)])


def _controlled(means: Floats) -> Floats:
    """Chances with the weights, of mean 1 on any day, as control variate (Glasserman 2003, section 4.1).

    Arguments:
        means: (what, 4, tranche) means of what `_chances` sums.
    """
    hit, weight, product, square = means.swapaxes(0, 1)
    spread = square - weight * weight
    slope = np.divide(product - hit * weight, spread, out=np.zeros_like(hit), where=spread > 1e-12)
    return np.asarray(np.clip(hit - slope * (weight - 1.0), 0.0, 1.0))


def _courses(instrument: Instrument, market: Market, horizon: Horizon, how: Sampling) -> Iterator[tuple[int, Course]]:
    """Replicate by replicate, blocks of paths with everything the warrant looks at."""
    steps, history = horizon.steps, instrument.market.history
    own = _own_motions(instrument.deployment)
    motions = 1 + len(set(own.values()))
    directions = sobol(motions * steps, how.log2_paths)
    dates = _with_history(horizon.dates, len(history))
    time: Floats = np.arange(steps + 1, dtype=np.float64)[:, None] * (horizon.years / steps)
    before = np.array(history)[:, None]
    steady = _steady(instrument, horizon, len(history))
    outstanding = sure(instrument.market.outstanding)
    dividends = _dividends(instrument, market, horizon)
    for replicate in range(how.replicates):
        points = scrambled(directions, stream(how.seed, "value/daily", replicate))
        for words in points.blocks(LOG2_BLOCK):
            shocks = [
                _motion(words[number::motions], points.normal) * math.sqrt(horizon.years) for number in range(motions)
            ]
            drift = market.drift + market.volatility**2
            closes = market.spot * np.exp(drift * time + market.volatility * shocks[0])
            closes = np.concatenate([np.broadcast_to(before, (len(before), closes.shape[1])), closes])
            counters = dict(steady)
            for name, number in own.items():
                way = instrument.deployment[name]
                if isinstance(way, Growth):
                    level = _level(way, market, time, shocks[0], shocks[number])
                    if _watched(instrument.warrant, name):
                        level[1:] += BETWEEN_CLOSES * sure(way.volatility) * math.sqrt(horizon.years / steps)
                    counters[name] = np.concatenate([np.repeat(level[:1], len(history), axis=0), level])
            yield (
                replicate,
                Course(
                    dates=dates,
                    closes=closes,
                    counters=counters,
                    events=_events(instrument.warrant),
                    indices=_indices(instrument.warrant, market, time, len(history)),
                    outstanding=outstanding,
                    dividends=dividends,
                ),
            )


def _own_motions(deployment: Mapping[str, Way]) -> dict[str, int]:
    """Which motion moves each counter; gigawatts that are given in one line move together."""
    moving = [name for name, course in deployment.items() if random(course)]
    found: dict[str, int] = {}
    for name in moving:
        alike = (one for one in found if {one, name} <= set(POWERS) and deployment[one] == deployment[name])
        found[name] = next((found[one] for one in alike), 1 + len(set(found.values())))
    return found


def _motion(words: Words, normal: Floats) -> Floats:
    """Brownian motion over one unit of time: (step + 1, path), the first dimension the terminal value."""
    steps = len(words)
    path = bridge(words[1:], normal, np.empty((steps + 1, words.shape[1])))
    path += np.arange(steps + 1)[:, None] / steps * normal[words[0]]
    return path


def _level(way: Growth, market: Market, time: Floats, share: Floats, own: Floats) -> Floats:
    """A counter on every day; with the share as unit of value it drifts faster by their covariance."""
    rho, spread = sure(way.correlation), sure(way.volatility)
    drift = sure(way.drift) + rho * spread * market.volatility
    return np.asarray(sure(way.opening) + drift * time + spread * (rho * share + math.sqrt(1.0 - rho * rho) * own))


def _steady(instrument: Instrument, horizon: Horizon, past: int) -> dict[str, Floats]:
    """Counters without chance (day, 1): by plan, or above all their marks where nothing is said of them."""
    rows = np.arange(horizon.steps + 1)
    found: dict[str, Floats] = {}
    for leaf in marks(instrument.warrant):
        if not isinstance(leaf, Mark):
            continue
        way = instrument.deployment.get(leaf.counter)
        if way is None:
            highest = 1.0 + 2.0 * sure(leaf.level)
            level = np.maximum(found.get(leaf.counter, np.zeros((len(rows) + past, 1))), highest)
        elif isinstance(way, Growth):
            level = sure(way.opening) + sure(way.drift) * rows[:, None] * (horizon.years / horizon.steps)
        else:
            known = np.array([horizon.row(day) for day in way.months])
            levels = np.array([0.0, *(sure(reached) for reached in way.levels)])
            level = levels[np.searchsorted(known, rows, side="right")][:, None]
        if way is not None:
            level = np.concatenate([np.repeat(level[:1], past, axis=0), level])
        found[leaf.counter] = level
    return found


def _events(warrant: Warrant) -> dict[str, Rows]:
    """What locks wait for has happened; what would end or free the warrant does not happen."""
    found = {name: np.zeros(1, np.int64) for name in events(warrant)}
    if warrant.early is not None:
        found[warrant.early.event] = np.array([NEVER])
    if warrant.transfer is not None and warrant.transfer.event is not None:
        found.setdefault(warrant.transfer.event, np.array([NEVER]))
    return found


def _indices(warrant: Warrant, market: Market, time: Floats, past: int) -> dict[str, Floats]:
    """Indices that grow by interest alone, since the file holds nothing on their chances."""
    level = np.concatenate([np.ones((past, 1)), np.exp(market.rate * time)])
    return dict.fromkeys(indices(warrant), level)


def _dividends(instrument: Instrument, market: Market, horizon: Horizon) -> tuple[Dividend, ...]:
    """Quarterly dividends as they are expected, for terms that are adjusted by them."""
    if instrument.warrant.adjustment.dividends == "none" or not market.dividend:
        return ()
    growth = market.rate - market.dividend
    paid = 63 * market.dividend * horizon.years / horizon.steps * market.spot
    return tuple(
        Dividend(horizon.dates[row].astype("datetime64[D]").item(), paid * math.exp(growth * horizon.time(row)))
        for row in range(63, horizon.steps + 1, 63)
    )


def _with_history(dates: Dates, past: int) -> Dates:
    """The trading days with as many weekdays before them."""
    if not past:
        return dates
    before = np.busday_offset(dates[0], np.arange(-past, 0), roll="forward")
    return np.concatenate([np.asarray(before, dates.dtype), dates])


def _watched(warrant: Warrant, counter: str) -> bool:
    """Whether all marks on a counter stay reached, so that moments between closes count."""
    return all(leaf.latched for leaf in marks(warrant) if isinstance(leaf, Mark) and leaf.counter == counter)


def _at_closes(instrument: Instrument, market: Market, horizon: Horizon) -> Warrant:
    """The warrant with marks that are watched at every moment lowered to what closes see of them, and none at 0."""
    factor = math.exp(-BETWEEN_CLOSES * market.volatility * math.sqrt(horizon.years / horizon.steps))

    def seen(condition: Condition | None) -> Condition | None:
        if isinstance(condition, Some):
            parts = (seen(part) for part in condition.parts)
            return Some(condition.need, tuple(part for part in parts if part is not None))
        if isinstance(condition, PriceMark):
            level = sure(condition.level) * (factor if condition.test.statistic == "spot" else 1.0)
            # Geometric means look at the logarithm of the mark.
            return replace(condition, level=max(level, LEAST_MARK))
        return condition

    warrant = instrument.warrant
    return replace(warrant, tranches=tuple(replace(t, price=seen(t.price)) for t in warrant.tranches))


def require_windows(instrument: Instrument) -> None:
    """Raises InputError where a window can never be full."""
    known = Horizon.of(instrument.warrant).steps + 1 + len(instrument.market.history)
    for number, tranche in enumerate(instrument.warrant.tranches, 1):
        windows = [leaf.test.days for leaf in leaves(tranche.price) if isinstance(leaf, PriceMark)]
        rule = instrument.warrant.strike_of(tranche)
        windows += [rule.days] if isinstance(rule, MeanStrike) else []
        if max(windows, default=1) > known:
            raise InputError(
                f"warrant.tranches[{number}]: a window of {max(windows)} days is longer than the {known} closes there "
                "are to the expiry with today's and `market.history`; shorten it or give earlier closes."
            )
