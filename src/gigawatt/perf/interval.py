"""Intervals: how far measurements lie from predictions of the same regime, and so around a new one.

Regime        quantiles of measured over predicted, from published measurements
regimes       all of them, by name
regime        the regime of a kind of figure on a system
Interval      bounds of a prediction
interval      bounds within which a share of the measurements of a regime lies

The quantiles are of residuals with the source left out of the fit, each source with the same weight;
`bench/perf_accuracy.py --residuals` writes them. A chip whose kernels were not among the calibrated ones has regimes of
its own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.check import FROM_ZERO, SHARE, Bounds, numbers, require_number
from gigawatt.perf.formats import Floats
from gigawatt.perf.library import DATA
from gigawatt.perf.system import System

LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles that are kept of each regime."""

CALIBRATED_CHIPS: Final = frozenset(
    {
        "A100-SXM-80GB",
        "A100-SXM-40GB",
        "H100-SXM-80GB",
        "H200-SXM-141GB",
        "B200-SXM-180GB",
        "B300-SXM",
        "GB200-NVL72",
        "GB300-NVL72",
        "L40S",
    }
)
"""Chips whose kernels were measured for the calibration, or that have the same compute arrays as one of them."""

INSIDE: Final = Bounds(0, LEVELS[-1] - LEVELS[0] + 1e-9, above=True, hint="as far as residuals are kept")
"""Shares of measurements that an interval may hold."""

UNSEEN: Final = " unseen"
"""What follows the kind of a figure on other chips, where there are measurements of such."""

NORMAL_QUARTILE: Final = 0.6745
"""Upper quartile of a standard normal."""


@dataclass(frozen=True, slots=True)
class Regime:
    """Quantiles of measured over predicted of one kind of figure.

    Arguments:
        name: the kind, with `unseen` for chips without calibrated kernels.
        rows, sources: measurements, and sources they are from.
        quantiles: of measured over predicted, at LEVELS.
    """

    name: str
    rows: int
    sources: int
    quantiles: tuple[float, ...]

    def quantile(self, level: ArrayLike) -> Floats:
        """Measured over predicted at some levels, interpolated in logarithms, flat beyond the outermost.

        Arguments:
            level: from 0 to 1.

        Raises:
            InputError: a level is no number, or not from 0 to 1.
        """
        levels = numbers("level", level, SHARE)
        return np.asarray(np.exp(np.interp(levels, LEVELS, np.log(self.quantiles))))

    @property
    def deviation(self) -> float:
        """Standard deviation of the logarithm of measured over predicted, from the quartiles."""
        low, high = self.quantiles[LEVELS.index(0.25)], self.quantiles[LEVELS.index(0.75)]
        return float(np.log(high / low)) / (2 * NORMAL_QUARTILE)


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Bounds of predictions, in their unit, `(config,)`."""

    low: Floats
    high: Floats


@lru_cache(maxsize=1)
def regimes() -> Mapping[str, Regime]:
    """All regimes, by name."""
    with (DATA / "residuals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return MappingProxyType({row["regime"]: _regime(row) for row in rows})


def _regime(row: Mapping[str, str]) -> Regime:
    quantiles = tuple(float(row[f"p{round(100 * level):02d}"]) for level in LEVELS)
    return Regime(row["regime"], int(row["rows"]), int(row["sources"]), quantiles)


def regime(kind: str, system: System | None = None) -> Regime:
    """The regime of a kind of figure on a system.

    Arguments:
        kind: a name of `regimes()` without `unseen`.
        system: where; None where it does not matter.

    Raises:
        InputError: there is no such kind.
    """
    known = regimes()
    if kind not in known:
        raise InputError(f"no regime `{kind}`. {did_you_mean(kind, list(known))}")
    other = kind + UNSEEN
    unseen = system is not None and system.chip.name not in CALIBRATED_CHIPS
    return known[other] if unseen and other in known else known[kind]


def interval(predicted: ArrayLike, of: Regime, share: float = 0.8) -> Interval:
    """Bounds within which a share of the measurements of a regime lies.

    Arguments:
        predicted: figures in any unit, `(config,)`.
        of: their regime.
        share: of measurements inside, at most 0.9, half of the rest on each side.

    Raises:
        InputError: the share is not between 0 and 0.9, or a figure is negative or no number.
    """
    require_number("share", share, INSIDE)
    low, high = of.quantile([(1 - share) / 2, (1 + share) / 2])
    values = numbers("predicted", predicted, FROM_ZERO)
    return Interval(values * low, values * high)
