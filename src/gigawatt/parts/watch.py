"""Tests of share prices over days, as contracts read them once a month.

A test is turned round: instead of asking whether it holds at one mark, the highest mark is found at which it holds,
so that one pass over the days serves every tranche and every path.

Data type: `Watch` (a share, a test, and how long it counts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gigawatt.parts.daily import DAYS, Daily, Month, accumulate, mixed
from gigawatt.parts.figure import Floats
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.stream import stream

NO_END = 10**6
"""A calendar month after all others."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A share price under a test.

    Arguments:
        share: name of the share.
        test: how it is tested.
        last: calendar month (year * 12 + month - 1) after which the test no longer counts.
    """

    share: str
    test: PriceTest
    last: int = NO_END

    @classmethod
    def read(cls, label: str) -> Watch:
        """The watch behind a label."""
        share, statistic, days, need, index, last = label.split("/")
        found = STATISTICS[[str(known) for known in STATISTICS].index(statistic)]
        return cls(share, PriceTest(found, int(days), int(need), index or None), int(last))

    @property
    def label(self) -> str:
        """The name of its row."""
        test = self.test
        return f"{self.share}/{test.statistic}/{test.days}/{test.need}/{test.index or ''}/{self.last}"

    @property
    def shares(self) -> tuple[str, ...]:
        """The share, and the one it is measured against."""
        return (self.share,) if self.test.index is None else (self.share, self.test.index)


def watched(
    watches: Sequence[Watch],
    prices: Mapping[str, str],
    dailies: Mapping[str, Daily],
    correlations: Mapping[tuple[str, str], float],
    first: int,
) -> tuple[Floats, Floats]:
    """The highest marks at which tests hold, by month.

    Arguments:
        watches: what is tested; at least one.
        prices: share to the process of its price.
        dailies: process to its days, for every share under a test and every index, in the order of the scenario.
        correlations: of the monthly shocks; those of the days are the same.
        first: calendar month of the first month.

    Returns:
        Twice (month, watch, path) in USD/share: the highest mark at which a test held on any day of the month, and
        the one at which it holds at the last close. 0 until a window is full, and after a test's last month.
    """
    months, paths = next(iter(dailies.values())).prices.shape
    highest, latest = np.zeros((months, len(watches), paths)), np.zeros((months, len(watches), paths))
    weights = mixed(tuple(dailies), correlations)
    rows: dict[tuple[str, ...], list[int]] = {}
    for row, watch in enumerate(watches):
        rows.setdefault(watch.shares, []).append(row)
    pasts: dict[tuple[str, ...], Floats] = {}
    for t in range(months):
        month = Month(dailies, weights, t)
        for shares, every in rows.items():
            own = [row for row in every if first + t <= watches[row].last]
            if not own:
                continue
            names = [prices[share] for share in shares]
            days = month.days(names[0])
            if len(names) > 1:
                days = days.over(month.days(names[1]), dailies[names[1]].first)
            closes = np.concatenate((pasts.get(shares, days.closes[:0]), np.exp(days.closes[1:])))
            for test in dict.fromkeys(watches[row].test for row in own):
                if test.statistic == "spot":
                    held = np.exp(days.tops(_spread(names, dailies, correlations), _luck(names, dailies, t)))
                else:
                    held = held_at(test, closes[-(test.days - 1 + DAYS) :])
                same = [row for row in own if watches[row].test == test]
                if len(held):
                    highest[t, same], latest[t, same] = held.max(axis=0), held[-1]
            kept = max(watches[row].test.days for row in every) - 1
            pasts[shares] = closes[max(len(closes) - kept, 0) :]
    return highest, latest


def held_at(test: PriceTest, closes: Floats) -> Floats:
    """The highest mark at which a test holds on each day that has a full window.

    Arguments:
        test: any but `spot`, which closes cannot tell.
        closes: (day, path) those before the first window included.

    Returns:
        (day, path) in USD/share; one row fewer than days for each day by which the window exceeds one.
    """
    days = test.days
    if len(closes) < days:
        return closes[:0]
    match test.statistic:
        case "mean" | "vwap":
            return _sums(closes, days) / days
        case "geometric":
            return np.asarray(np.exp(_sums(np.log(closes), days) / days))
        case "stay":
            return _lowest(closes, days)
        case "days":
            place = days - test.need
            return np.partition(sliding_window_view(closes, days, axis=0), place, axis=-1)[..., place]
        case _:
            return closes


def _sums(values: Floats, days: int) -> Floats:
    total = accumulate(np.concatenate((np.zeros((1, values.shape[1])), values)))
    return total[days:] - total[:-days]


def _lowest(values: Floats, days: int) -> Floats:
    """Lowest of each window: windows double in length until two of them cover the whole."""
    length = 1
    while 2 * length <= days:
        values = np.minimum(values[:-length], values[length:])
        length *= 2
    rest = days - length
    return np.minimum(values[: len(values) - rest], values[rest:])


def _spread(
    names: Sequence[str], dailies: Mapping[str, Daily], correlations: Mapping[tuple[str, str], float]
) -> Floats:
    """Standard deviation of a day of the price, or of the price over its index (path or 1,)."""
    spreads = [dailies[name].spread for name in names]
    if len(spreads) == 1:
        return spreads[0]
    (one, two), pair = spreads, (names[0], names[1])
    tie = correlations.get(pair, correlations.get(pair[::-1], 0.0))
    return np.asarray(np.sqrt(one**2 + two**2 - 2.0 * tie * one * two))


def _luck(names: Sequence[str], dailies: Mapping[str, Daily], month: int) -> Floats:
    """Uniform numbers behind the highest moment of each day (day, path)."""
    daily = dailies[names[0]]
    random = stream(daily.world.seed, f"moments/{'/'.join(names)}/{month}", daily.world.block)
    return random.random((daily.prices.shape[1], DAYS)).T
