"""Share prices by trading day inside monthly steps.

Between month ends the logarithm of a share price is a Brownian bridge of 21 days; the month's jumps fall before the
opening of days drawn evenly. Days are drawn only for shares that somebody watches by day.

Data types: `Daily` (a share price whose days are drawn), `Days` (one month of it), `Gaps` (its jumps). Prices are
logarithms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gigawatt.parts.figure import Floats
from gigawatt.parts.price_test import TRADING_DAYS
from gigawatt.parts.process import Jumps, SharePrice, Surroundings, mixing
from gigawatt.parts.stream import BLOCK, stream

DAYS = TRADING_DAYS // 12
"""Trading days in a month."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """By how much some days open above the close before: the jumps.

    Arguments:
        day, path: (jump,) where each belongs.
        size: (jump,) in logarithms.
    """

    day: NDArray[np.intp]
    path: NDArray[np.intp]
    size: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """The days of one month, in logarithms.

    Arguments:
        closes: (day + 1, path) closes; the first row is the close before the month.
        gaps: of all shares whose prices went into it.
    """

    closes: Floats
    gaps: tuple[Gaps, ...]

    def over(self, index: Days, first: Floats) -> Days:
        """The same measured against what an index grew since it stood at `first`."""
        down = tuple(Gaps(gaps.day, gaps.path, -gaps.size) for gaps in index.gaps)
        return Days(self.closes - index.closes + first, self.gaps + down)

    @property
    def opens(self) -> Floats:
        """What each day opens at (day, path)."""
        opens = self.closes[:-1].copy()
        for gaps in self.gaps:
            np.add.at(opens, (gaps.day, gaps.path), gaps.size)
        return opens

    def tops(self, spread: Floats, luck: Floats) -> Floats:
        """The highest price of each day (day, path), drawn exactly between its opening and its close.

        Arguments:
            spread: (path or 1,) standard deviation of a day.
            luck: (day, path) uniform numbers.

        The maximum of a Brownian bridge from x to y over a day lies above m with chance exp(-2 (m-x) (m-y) / s^2).
        """
        opens, closes = self.opens, self.closes[1:]
        return np.asarray(0.5 * (opens + closes + np.sqrt((opens - closes) ** 2 - 2.0 * spread**2 * np.log1p(-luck))))


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """A share price whose days are drawn.

    Arguments:
        process: the price by month.
        prices: (month, path) at month ends.
        jumps: of each month; none where the price has none.
        world: as given to the process.
    """

    process: SharePrice
    prices: Floats
    jumps: Jumps | None
    world: Surroundings

    @property
    def spread(self) -> Floats:
        """Standard deviation of a day without jumps (path or 1,)."""
        return np.asarray(self.world.draws.of(self.process.volatility) / np.sqrt(TRADING_DAYS))

    @property
    def first(self) -> Floats:
        """The price before the first month (path or 1,)."""
        return np.asarray(np.log(self.world.draws.of(self.process.first)))

    def normals(self, month: int) -> Floats:
        """Standard normals of a month (day, path), not yet correlated with those of other shares."""
        random = stream(self.world.seed, f"days/{self.process.name}/{month}", self.world.block)
        # Path by path: few paths cost little, and are the first of many.
        return np.ascontiguousarray(random.standard_normal((self.prices.shape[1], DAYS)).T)

    def days(self, month: int, shocks: Floats) -> Days:
        """The days of a month.

        Arguments:
            month: since the first.
            shocks: (day, path) standard normals.
        """
        end = np.log(self.prices[month])
        begin = np.log(self.prices[month - 1]) if month else np.broadcast_to(self.first, end.shape)
        closes = np.empty((DAYS + 1, len(end)))
        closes[0], steps = begin, closes[1:]
        # A walk less its mean step ends where it began: the bridge.
        np.subtract(shocks, shocks.mean(axis=0), out=steps)
        steps *= self.spread
        steps += (end - begin - (self.jumps.sums[month] if self.jumps else 0.0)) / DAYS
        gaps = self._gaps(self.jumps, month) if self.jumps else ()
        for jump in gaps:
            np.add.at(steps, (jump.day, jump.path), jump.size)
        accumulate(closes)
        closes[DAYS] = end
        return Days(closes, gaps)

    def _gaps(self, jumps: Jumps, month: int) -> tuple[Gaps, ...]:
        """Jumps before the opening of days drawn evenly: one after another, they add up to those of the month."""
        counts = jumps.counts[month]
        path = np.flatnonzero(counts)
        if not path.size:
            return ()
        number, total = counts[path], jumps.sums[month, path]
        spread = np.broadcast_to(jumps.spread, counts.shape)[path]
        random = stream(self.world.seed, f"jump days/{self.process.name}/{month}", self.world.block)
        days, apart = [], []
        for _ in range(int(number.max())):
            days.append((DAYS * random.random(BLOCK)[path]).astype(np.intp))
            apart.append(random.standard_normal(BLOCK)[path])
        exists = [i < number for i in range(len(days))]
        mean = sum((size * real for size, real in zip(apart, exists, strict=True)), np.zeros(1)) / number
        # Equal normal sizes, given their sum, are its equal parts and normal deviations that add up to nothing.
        return tuple(
            Gaps(day[real], path[real], (total / number + spread * (size - mean))[real])
            for day, size, real in zip(days, apart, exists, strict=True)
        )


class Month:
    """One month of several shares, drawn as they are asked for.

    Arguments:
        dailies: process to its days.
        weights: from `mixed`.
        month: since the first.
    """

    def __init__(self, dailies: Mapping[str, Daily], weights: Mapping[str, Mapping[str, float]], month: int) -> None:
        self.dailies, self.weights, self.month = dailies, weights, month
        self.normals: dict[str, Floats] = {}
        self.drawn: dict[str, Days] = {}

    def days(self, name: str) -> Days:
        """The days of a share price."""
        if name not in self.drawn:
            for other in self.weights[name].keys() - self.normals.keys():
                self.normals[other] = self.dailies[other].normals(self.month)
            terms = [
                self.normals[other] if weight == 1.0 else weight * self.normals[other]
                for other, weight in self.weights[name].items()
            ]
            self.drawn[name] = self.dailies[name].days(
                self.month, terms[0] if len(terms) == 1 else sum(terms[1:], terms[0])
            )
        return self.drawn[name]


def mixed(names: tuple[str, ...], correlations: Mapping[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    """How the shocks of each share's days are mixed from independent ones, so that they correlate as those of months.

    Arguments:
        names: processes whose days are drawn, in the order of the scenario.
        correlations: of pairs of processes; others than these are left out.

    Returns:
        Process to processes and their weights.
    """
    pairs = {pair: value for pair, value in correlations.items() if set(pair) <= set(names)}
    tied = [name for name in names if any(name in pair for pair in pairs)]
    lower = mixing(tied, pairs)
    weights = {name: {name: 1.0} for name in names}
    for i, name in enumerate(tied):
        weights[name] = {other: float(w) for other, w in zip(tied, lower[i], strict=True) if w}
    return weights


def accumulate(rows: Floats) -> Floats:
    """Every row added to the next one, in place; several times faster than `cumsum` along the first axis."""
    for before, after in pairwise(list(rows)):
        np.add(before, after, out=after)
    return rows
