"""Spread: the band around a figure that is shown, as factors; the one place where figures get their bands.

Band      the two factors
band      of a kind of figure on a system
joined    of a product of figures with independent errors
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from gigawatt.perf.interval import interval, regime
from gigawatt.perf.model import Transformer
from gigawatt.perf.system import System

SHARE: Final = 0.9
"""Share of the measurements inside a band."""


@dataclass(frozen=True, slots=True)
class Band:
    """What a figure is multiplied with to reach the ends of its band; the middle need not be one."""

    low: float
    high: float

    def inverse(self) -> Band:
        """The band of one over the figure: of a time where this is that of a rate."""
        return Band(1 / self.high, 1 / self.low)


def band(kind: str, system: System | None = None) -> Band:
    """The band of a kind of figure.

    Arguments:
        kind: a name of `regimes()`: `token`, `first` and `static` are times, `throughput` and training are rates.
        system: where; chips whose kernels were never measured have wider bands where that is known.

    Raises:
        InputError: there is no such kind.
    """
    found = interval(1.0, regime(kind, system), SHARE)
    return Band(float(found.low), float(found.high))


def training_kind(model: Transformer) -> str:
    """The kind of figure a training rate of a model is."""
    return "training dense" if model.experts is None else "training experts"


def joined(first: Band, *others: Band) -> Band:
    """The band of a product of figures whose errors are independent: the ends add in quadrature of their logarithms."""
    low = sum(math.log(each.low) ** 2 for each in (first, *others))
    high = sum(math.log(each.high) ** 2 for each in (first, *others))
    return Band(math.exp(-math.sqrt(low)), math.exp(math.sqrt(high)))
