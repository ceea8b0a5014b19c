"""What is valued by simulation: a share and the tranches that hang on its price and on gigawatts.

Data types: `Market` (the share), `Rung` (one tranche), `Terms` (all that is asked, checked).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Floats
from gigawatt.parts.price_test import PriceTest

Exercise = Literal["at vesting", "at expiry"]


@dataclass(frozen=True, slots=True)
class Market:
    """The share that is priced: lognormal, under the pricing measure.

    Arguments:
        spot: price today, USD/share.
        volatility: per square root of a year, 0.5 for 50 %.
        rate: continuously compounded interest per year.
        dividend: continuous dividend yield per year.

    Raises:
        UnitError: a spot or volatility that is not positive, anything that is not finite.
    """

    spot: float
    volatility: float
    rate: float = 0.0
    dividend: float = 0.0

    def __post_init__(self) -> None:
        for name in ("spot", "volatility"):
            given = getattr(self, name)
            if not (math.isfinite(given) and given > 0.0):
                hint = "; 50 % is written 0.5" if name == "volatility" else " in USD/share"
                raise UnitError(f"market: `{name}` is {given}; a positive number expected{hint}.")
        for name in ("rate", "dividend"):
            if not math.isfinite(getattr(self, name)):
                raise UnitError(f"market: `{name}` is {getattr(self, name)}; a number per year expected, such as 0.04.")

    @property
    def drift(self) -> float:
        """Of the log price, per year, under the pricing measure."""
        return self.rate - self.dividend - 0.5 * self.volatility**2


@dataclass(frozen=True, slots=True)
class Rung:
    """One tranche: shares that vest when a price test and a gigawatt mark are both reached.

    Arguments:
        test: how the price is looked at.
        mark: USD/share; an array of equally likely draws where the mark is unknown. Rungs with draws must have equally
            many: draw number n of one rung goes with draw number n of the others.
        open_days: trading day from the start on which the gigawatt mark is reached, one for each sampled deployment,
            infinite where it never is; none where there is no gigawatt mark.
        shares: weight of the rung in the total.

    Raises:
        UnitError: a mark or number of shares that is not positive, an open day that is not a number.
    """

    test: PriceTest
    mark: float | Floats
    open_days: Floats | None = None
    shares: float = 1.0

    def __post_init__(self) -> None:
        marks = np.atleast_1d(np.asarray(self.mark, np.float64))
        wrong = marks[~(np.isfinite(marks) & (marks > 0.0))]
        if marks.ndim != 1 or not marks.size or wrong.size:
            raise UnitError(
                f"rung {self.test}: a mark of {wrong[0] if wrong.size else self.mark}; a positive price in USD/share "
                "expected, or a list of such prices."
            )
        if not (math.isfinite(self.shares) and self.shares > 0.0):
            raise UnitError(f"rung {self.test}: {self.shares} shares; a positive number expected.")
        if self.test.index is not None:
            raise UnitError(
                f"rung {self.test}: a test against an index is valued with the ratio's own spot, volatility and mark; "
                "state those and leave `index` out."
            )
        days = np.asarray([0.0] if self.open_days is None else self.open_days, np.float64)
        if days.ndim != 1 or not days.size or np.isnan(days).any():
            raise UnitError(
                f"rung {self.test}: open days must be a list of trading days from the start, infinite where never."
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is valued: rungs on one share until one day.

    Arguments:
        market: the share.
        rungs: the tranches.
        years: time to expiry.
        steps: trading days until then.
        correlation: of the share's shock over the whole time with the speed of deployment.
        latched: whether the price test may have held before the gigawatts.
        strike: USD/share.
        exercise: when the strike is paid.

    Raises:
        UnitError: an expiry before the first close, a window longer than the time, samples that do not go together.
    """

    market: Market
    rungs: tuple[Rung, ...]
    years: float
    steps: int
    correlation: float
    latched: bool
    strike: float
    exercise: Exercise

    def __post_init__(self) -> None:
        if not (math.isfinite(self.years) and self.years > 0.0 and self.steps >= 1):
            raise UnitError(
                f"expiry in {self.years} years and {self.steps} trading days: at least a day after the start expected."
            )
        if not self.rungs:
            raise UnitError("no rungs to value; at least one expected.")
        for rung in self.rungs:
            if rung.test.days > self.steps:
                raise UnitError(
                    f"rung {rung.test}: a window of {rung.test.days} days is longer than the {self.steps} trading days "
                    "to expiry, so it could never be full."
                )
        for what, sizes in (
            ("open days", {len(rung.open_days) for rung in self.rungs if rung.open_days is not None}),
            ("draws of the mark", {size for rung in self.rungs if (size := np.size(rung.mark)) > 1}),
        ):
            if len(sizes) > 1:
                raise UnitError(
                    f"rungs with {sorted(sizes)} {what}: equally many expected, since they are drawn together."
                )
        if not -1.0 < self.correlation < 1.0:
            raise UnitError(f"a correlation of {self.correlation}: a number strictly between -1 and 1 expected.")
        if not (math.isfinite(self.strike) and self.strike >= 0.0):
            raise UnitError(f"a strike of {self.strike}: a price in USD/share, 0 or more, expected.")
        if self.exercise not in get_args(Exercise):
            raise UnitError(f"exercise `{self.exercise}` is unknown; one of {', '.join(get_args(Exercise))} expected.")
