"""The smallest terminal shock with which a path passes a price test.

Data types: `Fan` (log prices that are straight lines in the terminal shock), `Threshold`. Every price test is monotone
in the level of prices, and with a fixed Brownian bridge every log price rises with the terminal shock; so a path
passes exactly when the shock is at least its threshold. Rows are days, columns are paths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.parts.figure import Floats
from gigawatt.parts.price_test import PriceTest

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fan:
    """Log prices on every day as straight lines in the terminal shock, a standard normal number.

    Arguments:
        level: (day, path) log price at shock 0; row 0 is today.
        slope: (day, 1) what one unit of the shock adds; 0 today.
        excess: (day - 1, path) standard exponential draws times half the variance of a day, from which `spot` draws
            the highest price between two closes; empty for other tests.
    """

    level: Floats
    slope: Floats
    excess: Floats

    @property
    def steps(self) -> int:
        return len(self.level) - 1


@dataclass(frozen=True, slots=True)
class Threshold:
    """The smallest terminal shock that passes, and what decides it, for derivatives.

    Arguments:
        shock: (path,) infinite where no shock passes, minus infinite where every shock does.
        time: (path,) time of the deciding closes, as a share of the whole; their mean where several decide.
        height: (path,) log price at these closes, at the threshold; weighted likewise.
        spread: (path,) how far the highest price between the closes exceeds them, from volatility alone.
    """

    shock: Floats
    time: Floats
    height: Floats
    spread: Floats


def threshold(test: PriceTest, fan: Fan, log_mark: Floats, first: Days, last: Days) -> Threshold:
    """The threshold of a test that must hold on one of the days `first` to `last`.

    Arguments:
        test: the price test; its window must be full, so it never holds before day `test.days`.
        fan: log prices.
        log_mark: (path,) or (1,) logarithm of the mark.
        first: (path,) or (1,) first day that counts, from 1.
        last: (path,) or (1,) last day that counts.
    """
    if test.statistic in ("mean", "vwap"):
        return _of_means(fan, test.days, log_mark, first, last)
    return decide(test, fan, log_mark, by_day(test, fan, log_mark), first, last)


def by_day(test: PriceTest, fan: Fan, log_mark: Floats) -> Floats:
    """The threshold of every single day, (day, path) from day 1; infinite until the window is full.

    Not for arithmetic means, which have no closed form.
    """
    if test.statistic == "spot":
        return of_highs(fan, log_mark)
    if test.statistic == "geometric":
        lines = -rolling_sum(fan.level[1:], test.days)
        lines += test.days * log_mark
        with np.errstate(invalid="ignore"):
            lines /= rolling_sum(fan.slope[1:], test.days)
    else:
        lines = log_mark - fan.level[1:]
        lines /= fan.slope[1:]
        if test.days > 1:
            lines = rolling_rank(lines, test.days, test.need or test.days)
    lines[: test.days - 1] = np.inf
    return lines


def decide(test: PriceTest, fan: Fan, log_mark: Floats, lines: Floats, first: Days, last: Days) -> Threshold:
    """The lowest of the thresholds by day among the days that count."""
    day = np.arange(1, len(lines) + 1)[:, None]
    if np.any(first > test.days):
        lines = np.where(day < first, np.inf, lines)
    if np.any(last < len(lines)):
        lines = np.where(day > last, np.inf, lines)
    row = lowest(lines)
    shock = np.take_along_axis(lines, row[None], axis=0)[0]
    steps = fan.steps
    height, flat = np.broadcast_to(log_mark, shock.shape), np.zeros_like(shock)
    if test.statistic == "spot":
        return _highs_decide(fan, height, shock, row)
    if test.statistic == "geometric":
        return Threshold(shock, np.maximum(row + 1 - 0.5 * (test.days - 1), 1.0) / steps, height, flat)
    if test.days > 1:
        # The order statistic is the threshold of one close of the window: find which.
        back = np.maximum(row - np.arange(test.days)[:, None], 0)
        closes = (log_mark - np.take_along_axis(fan.level[1:], back, axis=0)) / fan.slope[1:, 0][back]
        row = row - np.abs(closes - np.where(np.isfinite(shock), shock, 0.0)).argmin(axis=0)
    return Threshold(shock, (np.maximum(row, 0) + 1) / steps, height, flat)


def lowest(lines: Floats) -> NDArray[np.intp]:
    """The row of the smallest value in every column: by groups of rows, which NumPy searches faster."""
    count, paths = lines.shape
    group = max(math.isqrt(count), 1)
    whole = count - count % group
    best = lines[:whole].reshape(-1, group, paths).min(axis=1).argmin(axis=0) * group
    rows = best + np.arange(group)[:, None]
    row = best + np.take_along_axis(lines, rows, axis=0).argmin(axis=0)
    for rest in range(whole, count):
        lower = lines[rest] < np.take_along_axis(lines, row[None], axis=0)[0]
        row = np.where(lower, rest, row)
    return np.asarray(row)


def rolling_sum(rows: Floats, window: int) -> Floats:
    """Sums over the last `window` rows; over fewer where there are no more."""
    sums = rows.copy()
    for row in range(1, len(rows)):
        sums[row] += sums[row - 1]
        if row >= window:
            sums[row] -= rows[row - window]
    return sums


def rolling_rank(rows: Floats, window: int, need: int) -> Floats:
    """The `need`-th smallest of the last `window` rows; the first `window - 1` rows are not filled in.

    Every window is the end of one stretch of `window` rows and the beginning of the next; the lists of highest values
    of all ends and beginnings are built by insertion, and two lists merge with a few minima and maxima (after van Herk
    1992, who did it for the maximum).
    """
    if need < window - need + 1:
        return -rolling_rank(-rows, window, window - need + 1)
    keep, paths = window - need + 1, rows.shape[1]
    out = np.full_like(rows, np.inf)
    ends = np.full((window + 1, keep, paths), -np.inf)
    beginning = np.empty((keep, paths))
    for start in range(0, len(rows) - window + 1, window):
        for row in range(window - 1, -1, -1):
            ends[row] = ends[row + 1]
            _insert(ends[row], rows[start + row])
        out[start + window - 1] = ends[0, keep - 1]
        beginning[:] = -np.inf
        for row in range(min(window - 1, len(rows) - start - window)):
            _insert(beginning, rows[start + window + row])
            end, merged = ends[row + 1], out[start + window + row]
            np.maximum(end[keep - 1], beginning[keep - 1], out=merged)
            for taken in range(1, keep):
                np.maximum(merged, np.minimum(end[taken - 1], beginning[keep - taken - 1]), out=merged)
    return out


def _insert(highest: Floats, row: Floats) -> None:
    """Puts a row into lists of highest values, sorted downwards."""
    for place in highest:
        lower = np.minimum(place, row)
        np.maximum(place, row, out=place)
        row = lower


def of_highs(fan: Fan, log_mark: Floats) -> Floats:
    """Thresholds by day of the highest price since the close before.

    The highest log price between closes x0 and x1 reaches h when (h - x0) (h - x1) <= e v^2 dt / 2 with a standard
    exponential e: the law of the maximum of a Brownian bridge, drawn. The smaller root in the shock is the threshold.
    """
    near, far = (log_mark - fan.level[:-1]), (log_mark - fan.level[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = fan.slope[:-1], fan.slope[1:]
        # a b x^2 - (a far + b near) x + near far - excess = 0; a = 0 on the first day.
        half = 0.5 * (a * far + b * near)
        root = np.sqrt(np.square(0.5 * (a * far - b * near)) + a * b * fan.excess)
        constant = near * far - fan.excess
        lines = np.where(half > 0.0, constant / (half + root), (half - root) / (a * b))
        lines[0] = np.where(near[0] > 0.0, far[0] - fan.excess[0] / near[0], -np.inf) / b[0]
    return np.asarray(lines)


def _highs_decide(fan: Fan, log_mark: Floats, shock: Floats, row: NDArray[np.intp]) -> Threshold:
    finite = np.where(np.isfinite(shock), shock, 0.0)
    x0 = np.take_along_axis(fan.level, row[None], axis=0)[0] + fan.slope[row, 0] * finite
    x1 = np.take_along_axis(fan.level, row[None] + 1, axis=0)[0] + fan.slope[row + 1, 0] * finite
    # Each close counts with the distance of the other one: the derivative of the product.
    total = np.maximum(2.0 * log_mark - x0 - x1, 1e-300)
    before = np.where(total > 1e-300, (log_mark - x1) / total, 0.5)
    excess = np.take_along_axis(fan.excess, row[None], axis=0)[0]
    time = (row + 1 - before) / fan.steps
    return Threshold(shock, time, before * x0 + (1.0 - before) * x1, 2.0 * excess / total)


def _of_means(fan: Fan, days: int, log_mark: Floats, first: Days, last: Days) -> Threshold:
    """Threshold of the arithmetic mean, by Newton's method within a window and exchange of windows.

    The geometric mean is never above the arithmetic one, so its threshold lies at or above the one sought. The
    logarithm of a mean is a convex function of the shock: from above, Newton's method comes down without overshooting,
    and so does exchanging the window for the one whose mean exceeds the mark most.
    """
    geometric = PriceTest("geometric", days)
    start = decide(geometric, fan, log_mark, by_day(geometric, fan, log_mark), first, last)
    shock, time, height = start.shock.copy(), start.time.copy(), np.array(start.height)
    log_mark = np.broadcast_to(log_mark, shock.shape)
    first, last = np.broadcast_to(first, shock.shape), np.broadcast_to(last, shock.shape)
    live, level = np.flatnonzero(np.isfinite(shock)), fan.level
    if live.size < shock.size:
        level = level.take(live, axis=1)
    end = np.rint(time[live] * fan.steps + 0.5 * (days - 1)).astype(np.int64)
    back = np.arange(days)[:, None]
    while live.size:
        day = end - back
        part, slope = np.take_along_axis(level, day, axis=0), fan.slope[day, 0]
        found, weight = _newton(part, slope, shock[live], log_mark[live])
        shock[live] = found
        time[live] = (weight * day).sum(axis=0) / fan.steps
        height[live] = (weight * (part + slope * found)).sum(axis=0)
        end, mean = _highest_mean(level, fan.slope, found, days, first[live], last[live])
        higher = np.flatnonzero(mean > np.exp(log_mark[live]) * (1.0 + 1e-10))
        live, level, end = live[higher], level.take(higher, axis=1), end[higher]
    return Threshold(shock, time, height, np.zeros_like(shock))


def _newton(level: Floats, slope: Floats, shock: Floats, log_mark: Floats) -> tuple[Floats, Floats]:
    """The shock at which the mean of one window reaches its mark, and the share of each day in that mean."""
    for _ in range(50):
        price = np.exp(level + slope * shock - log_mark)
        total = price.sum(axis=0)
        step = np.log(total / len(level)) * total / (price * slope).sum(axis=0)
        shock = shock - step
        if np.abs(step).max() < 1e-11 * (1.0 + np.abs(shock).max()):
            break
    return shock, price / total


def _highest_mean(
    level: Floats, slope: Floats, shock: Floats, days: int, first: Days, last: Days
) -> tuple[Days, Floats]:
    """The last day of the window with the highest mean price at the given shocks, and that mean."""
    all_open, first_shut = int(first.max()), int(last.min())
    best, highest = np.full(shock.shape, days), np.full(shock.shape, -np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        # Days after `last` may overflow; they are never looked at.
        price = slope[1:] * shock
        price += level[1:]
        np.exp(price, out=price)
        total = np.zeros_like(shock)
        for row, today in enumerate(price):
            total += today
            if row >= days:
                total -= price[row - days]
            if row >= days - 1:
                above = total > highest
                if row + 1 < all_open:
                    above &= row + 1 >= first
                if row + 1 > first_shut:
                    above &= row + 1 <= last
                np.copyto(highest, total, where=above)
                np.copyto(best, row + 1, where=above)
    return best, highest / days
