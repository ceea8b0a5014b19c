"""What a valuation assumes about money and time: interest by maturity, credit spreads, dividends.

Data types: `Curve` (zero rates by maturity), `Pricing` (everything a scenario says about it).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Figure, Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """Zero rates by maturity, continuously compounded, linear in between and flat beyond the ends.

    Arguments:
        years: maturities in ascending order (year).
        rates: a year's continuously compounded rate to each (1/year).

    Raises:
        UnitError: no rate, maturities out of order, or a discount factor that would grow with time where it must
            not: a forward rate below -100 % a year.
    """

    years: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.years or len(self.years) != len(self.rates):
            raise UnitError("a curve needs at least one maturity, and one rate for each.")
        if self.years[0] <= 0 or any(b <= a for a, b in pairwise(self.years)):
            raise UnitError(f"maturities of a curve must rise from above 0, not {list(self.years)}.")
        if not np.isfinite((*self.years, *self.rates)).all():
            raise UnitError("maturities and rates of a curve must be ordinary numbers.")

    def zero(self, years: Floats | float) -> Floats:
        """The zero rate to a time (1/year).

        Arguments:
            years: any shape (year).
        """
        return np.asarray(np.interp(years, self.years, self.rates))

    def discount(self, years: Floats | float) -> Floats:
        """What a dollar at a time is worth today.

        Arguments:
            years: any shape (year).
        """
        return np.asarray(np.exp(-self.zero(years) * np.asarray(years)))

    def months(self, count: int) -> Floats:
        """Discount factors of month ends (month,): row t is t + 1 months from the start."""
        return self.discount(ends(count))

    def forwards(self, count: int) -> Floats:
        """The continuously compounded rate of each month (1/month), (month,)."""
        logs = np.log(self.months(count))
        return -np.diff(logs, prepend=0.0)


def ends(count: int) -> NDArray[np.float64]:
    """Years from the start to the ends of months (month,)."""
    return np.arange(1, count + 1) / 12.0


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a scenario assumes in a valuation.

    Arguments:
        curve: rates without credit risk.
        spreads: a party's cost of money above the curve, by party (1/month); 0 for those not named.
        dividends: dividend yield by share (1/month); 0 for those not named.
        correlation: between how early gigawatts come and the share price of whoever issues a warrant on them, as a
            correlation of normal scores (ratio, -1 to 1).
        premium: what bearing the risk of gigawatts earns, as a Sharpe ratio (ratio): under the pricing measure the
            normal score of how early they come is lower by this much (Wang 2000).
    """

    curve: Curve
    spreads: tuple[tuple[str, Figure], ...]
    dividends: tuple[tuple[str, Figure], ...]
    correlation: Figure
    premium: Figure
