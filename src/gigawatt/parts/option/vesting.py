"""What tranches are worth on a block of paths, once the terminal shock has been integrated out.

Data type: `Samples` (what may differ from path to path besides prices: open days and marks).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Floats
from gigawatt.parts.option.greeks import Reach, reach
from gigawatt.parts.option.paths import Sobol, Words, bridge
from gigawatt.parts.option.rung import Rung, Terms
from gigawatt.parts.option.threshold import Days, Fan, Threshold, by_day, decide, threshold
from gigawatt.parts.price_test import PriceTest

SCORE, MARK, STOP, BRIDGE = range(4)
"""First dimensions of a point: speed of deployment, which marks, when dividends or interest stop it; then the path."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What may differ from path to path besides the price.

    Arguments:
        open_days: of every rung, (sample,) from slow to fast deployments; none where there is no gigawatt mark.
        log_marks: of every rung, (draw,) from low to high, or (1,).
    """

    open_days: tuple[Floats | None, ...]
    log_marks: tuple[Floats, ...]


def samples(rungs: tuple[Rung, ...], speed: Floats | None) -> Samples:
    """Open days and marks, sorted so that nearby points have nearby samples.

    Arguments:
        rungs: the tranches.
        speed: (sample,) by which deployments are ranked; none ranks by the sum of open days.

    Raises:
        UnitError: a speed that does not go with the open days.
    """
    return Samples(_open_days(rungs, speed), _log_marks(rungs))


def _open_days(rungs: tuple[Rung, ...], speed: Floats | None) -> tuple[Floats | None, ...]:
    locked = [np.asarray(rung.open_days, np.float64) for rung in rungs if rung.open_days is not None]
    if not locked:
        return (None,) * len(rungs)
    samples = locked[0].size
    if speed is None:
        speed = -np.sum([np.minimum(days, 1e6) for days in locked if days.size == samples], axis=0)
    if np.shape(speed) != (samples,) or np.isnan(speed).any():
        raise UnitError(
            f"speed has the shape {np.shape(speed)}; one number for each of the {samples} open days expected."
        )
    order = np.argsort(speed, kind="stable")
    return tuple(None if rung.open_days is None else np.asarray(rung.open_days, np.float64)[order] for rung in rungs)


def _log_marks(rungs: tuple[Rung, ...]) -> tuple[Floats, ...]:
    logs = [np.log(np.atleast_1d(np.asarray(rung.mark, np.float64))) for rung in rungs]
    drawn = [marks for marks in logs if marks.size > 1]
    if not drawn:
        return tuple(logs)
    order = np.argsort(np.sum(drawn, axis=0), kind="stable")
    return tuple(marks[order] if marks.size > 1 else marks for marks in logs)


def dimensions(terms: Terms) -> int:
    """How many dimensions a point has: `spot` looks between closes and needs one more for every day."""
    highs = terms.steps if any(rung.test.statistic == "spot" for rung in terms.rungs) else 0
    return BRIDGE + terms.steps - 1 + highs


def vested(terms: Terms, drawn: Samples, points: Sobol, words: Words, path: Floats) -> Floats:
    """Sums over the paths of a block.

    Arguments:
        terms: what is valued.
        drawn: open days and marks.
        points: the scrambling.
        words: (dimension, path) cells of its points in this block.
        path: (day, path) room for the prices, overwritten.

    Returns:
        (rung, [value, probability, delta, vega]).
    """
    score = points.normal[words[SCORE]]
    speed, draw, stop = points.uniform[words[SCORE : STOP + 1]]
    fan = _fan(terms, points, words, path)
    sums = np.zeros((len(terms.rungs), 4))
    lines: dict[tuple[PriceTest, bytes], Floats] = {}
    for number, (rung, mark, days) in enumerate(zip(terms.rungs, drawn.log_marks, drawn.open_days, strict=True)):
        log_mark = mark[(draw * mark.size).astype(np.int64)] if mark.size > 1 else mark
        opened = np.zeros(1) if days is None else days[(speed * days.size).astype(np.int64)]
        key = (rung.test, mark.tobytes())
        if rung.test.statistic not in ("mean", "vwap") and key not in lines:
            # One at a time: the next rung most often has the same mark, and the array fills the cache.
            lines = {key: by_day(rung.test, fan, log_mark)}
        for horizon, (last, share, cash) in enumerate(_horizons(terms, stop)):
            point = _vesting(terms, rung.test, fan, log_mark, lines.get(key), opened, last)
            paid, free = reach(terms.market, terms.years, _exercised(terms, point), terms.correlation, score)
            if horizon == 0:
                sums[number, 1] += reach(terms.market, terms.years, point, terms.correlation, score)[1].chance.sum()
            sums[number] += _slopes(terms.market.spot, share, paid, cash, free)
    return sums


def _slopes(spot: float, share: float, paid: Reach, cash: float, free: Reach) -> Floats:
    """[value, nothing, delta, vega] of shares weighted by `share` and cash weighted by `cash`, summed over paths."""
    value = share * paid.chance + cash * free.chance
    delta = (share * (paid.chance + paid.by_log_spot) + cash * free.by_log_spot) / spot
    vega = share * paid.by_volatility + cash * free.by_volatility
    return np.array([value.sum(), 0.0, delta.sum(), vega.sum()])


def _horizons(terms: Terms, stop: Floats) -> Iterator[tuple[Days, float, float]]:
    """Last days that count, with the dollars of share and of cash that a vesting until then is worth.

    Discounting from a random vesting day needs no vesting day: exp(-c t) is what remains at expiry, exp(-c T), plus
    the rest times the chance that a clock with the distribution that makes it so has not rung by t.
    """
    market, years, steps = terms.market, terms.years, terms.steps
    full = np.array([steps])
    kept, discount = math.exp(-market.dividend * years), math.exp(-market.rate * years)
    yield full, market.spot * kept, -terms.strike * discount
    if terms.exercise == "at expiry":
        return
    for left, share, cash in ((kept, market.spot, 0.0), (discount, 0.0, -terms.strike)):
        if left != 1.0 and (share or cash):
            clock = np.log(left + stop * (1.0 - left)) / math.log(left)
            yield np.floor(clock * steps).astype(np.int64), share * (1.0 - left), cash * (1.0 - left)


def _vesting(
    terms: Terms, test: PriceTest, fan: Fan, log_mark: Floats, lines: Floats | None, opened: Floats, last: Days
) -> Threshold:
    """Threshold of vesting on or before the last day that counts."""
    day = np.ceil(np.clip(opened, 1.0, terms.steps + 1.0)).astype(np.int64)
    first = np.ones(1, np.int64) if terms.latched else day
    if lines is None:
        point = threshold(test, fan, log_mark, first, last)
    else:
        point = decide(test, fan, log_mark, lines, first, last)
    if terms.latched:
        point = replace(point, shock=np.where(day <= last, point.shock, np.inf))
    return point


def _exercised(terms: Terms, point: Threshold) -> Threshold:
    """Threshold of vesting and of a price at expiry above the strike."""
    if terms.exercise == "at vesting" or terms.strike == 0.0:
        return point
    market, log_strike = terms.market, math.log(terms.strike)
    spread = market.volatility * math.sqrt(terms.years)
    shock = (log_strike - math.log(market.spot) - market.drift * terms.years) / spread
    later = shock > point.shock
    return Threshold(
        np.where(later, shock, point.shock),
        np.where(later, 1.0, point.time),
        np.where(later, log_strike, point.height),
        np.where(later, 0.0, point.spread),
    )


def _fan(terms: Terms, points: Sobol, words: Words, path: Floats) -> Fan:
    """Log prices of a block, over the bridge of every path."""
    market, steps = terms.market, terms.steps
    time = np.arange(steps + 1)[:, None] / steps
    spread = market.volatility * math.sqrt(terms.years)
    level = bridge(words[BRIDGE : BRIDGE + steps - 1], points.normal, path)
    level *= spread
    level += math.log(market.spot) + market.drift * terms.years * time
    excess = (-0.5 * spread**2 / steps * np.log(points.uniform))[words[BRIDGE + steps - 1 :]]
    return Fan(level, spread * time, excess)
