"""Tests of a share price over days: spot, close, mean, a stay without a break, some days of many.

Data type: `PriceTest`. Prices are (day, path); trading days only, of which a month has 21 and a year 252.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Floats

Statistic = Literal["spot", "close", "mean", "vwap", "geometric", "stay", "days"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)

TRADING_DAYS = 252
"""Trading days in a year; a month has a twelfth of them."""


@dataclass(frozen=True, slots=True)
class PriceTest:
    """When a share price counts as having reached a mark.

    Arguments:
        statistic: `spot` (any moment), `close` (the close of a day), `mean` (arithmetic mean of the closes of the
            last `days`), `vwap` (weighted by volume; without volumes every day weighs the same), `geometric`
            (geometric mean), `stay` (each of the last `days` closes), `days` (`need` of the last `days` closes).
        days: length of the window in trading days; 1 for `spot` and `close`.
        need: closes that must reach the mark, for `days` alone.
        index: name of the share or index against which the price is measured since issue; none for the price itself.

    Raises:
        UnitError: an unknown statistic, a window of no days, more days needed than the window has.
    """

    statistic: Statistic = "close"
    days: int = 1
    need: int = 0
    index: str | None = None

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS:
            raise UnitError(f"a price test of `{self.statistic}` is unknown; one of {', '.join(STATISTICS)} expected.")
        if self.days < 1:
            raise UnitError(f"a price test over {self.days} days: a window of at least 1 day expected.")
        if self.statistic in ("spot", "close") and self.days != 1:
            raise UnitError(
                f"a price test `{self.statistic}` looks at 1 day, not at {self.days}; "
                "use `mean`, `stay` or `days` for a window."
            )
        if self.statistic == "days" and not 1 <= self.need <= self.days:
            raise UnitError(f"{self.need} of {self.days} days: `need` must lie between 1 and `days`.")
        if self.statistic != "days" and self.need:
            raise UnitError(f"`need` belongs to the test `days`, not to `{self.statistic}`.")

    def holds(self, prices: Floats, mark: Floats | float, volumes: Floats | None = None) -> NDArray[np.bool_]:
        """On which days the test holds, given closes; `spot` is taken at the closes as well.

        Arguments:
            prices: (day, path) closes, or price over index as a ratio.
            mark: (path,) or a number in the same unit.
            volumes: (day, path) or (day, 1) volumes for `vwap`; equal when absent.

        Returns:
            (day, path); never before the window is full.
        """
        if self.statistic in ("spot", "close"):
            return np.asarray(prices >= mark)
        if self.statistic in ("stay", "days"):
            need = self.need or self.days
            return self._window((prices >= mark).astype(np.float64), 0.0) >= need - 0.5
        if self.statistic == "geometric":
            return self._window(np.log(prices), -np.inf) >= self.days * np.log(mark)
        if self.statistic == "vwap" and volumes is not None:
            money, volume = self._window(prices * volumes, -np.inf), self._window(volumes + 0.0 * prices, 1.0)
            return np.asarray(money >= mark * volume)
        return np.asarray(self._window(prices, -np.inf) >= self.days * np.asarray(mark))

    def _window(self, values: Floats, before: float) -> Floats:
        """Sums over the last `days` (day, path); `before` until the window is full."""
        total = np.cumsum(values, axis=0)
        sums = np.full_like(total, before)
        if len(total) >= self.days:
            sums[self.days - 1] = total[self.days - 1]
            sums[self.days :] = total[self.days :] - total[: -self.days]
        return sums

    def __str__(self) -> str:
        words = {
            "spot": "at any moment",
            "close": "at the close",
            "mean": f"in the mean of {self.days} closes",
            "vwap": f"in the volume-weighted mean of {self.days} days",
            "geometric": f"in the geometric mean of {self.days} closes",
            "stay": f"at each of {self.days} closes without a break",
            "days": f"at {self.need} of {self.days} closes",
        }[self.statistic]
        return words if self.index is None else f"{words}, relative to {self.index}"
