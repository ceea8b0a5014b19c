"""The holder's side: what a warrant takes off the price of a gigawatt.

Rebate   value per gigawatt over paths
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.value.accounting.arrays import Floats, change, fitted, numbers, periods
from gigawatt.value.accounting.revenue import progress

LEVELS = (0.1, 0.5, 0.9)
"""The quantiles a band shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Rebate:
    """Value per gigawatt bought.

    Arguments:
        per_gigawatt: (path,) USD/GW, of the paths on which anything is bought, in their order.
        overall: USD/GW, mean value over mean gigawatts, all paths; paths with few gigawatts do not swell it.
        without: share of paths on which nothing is bought; they are in no band.
    """

    per_gigawatt: Floats
    overall: float
    without: float

    def band(self, levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
        """Quantiles over paths, USD/GW."""
        return tuple(float(value) for value in np.quantile(self.per_gigawatt, levels))

    def discount(self, price: ArrayLike, levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
        """Quantiles of the effective discount on the price of a gigawatt, a share of it.

        Arguments:
            price: USD/GW, one number or (path,) of the paths on which anything is bought.
            levels: which quantiles.

        Raises:
            InputError: a price that is not above 0, or of another number of paths.
        """
        cost = fitted("price", numbers("price", price, 0.0), self.per_gigawatt.shape)
        if np.any(cost <= 0.0):
            raise InputError("price: holds a price of 0, from which nothing can be taken; write USD/GW above 0.")
        return tuple(float(value) for value in np.quantile(self.per_gigawatt / cost, levels))


def rebate_per_gigawatt(value: ArrayLike, gigawatts: ArrayLike) -> Rebate:
    """What a warrant gives back for each gigawatt bought.

    Arguments:
        value: (path,) or one number, USD: fair value at grant of the shares that vest, or their value when they do.
            Which one it is decides what the rebate means; both have their use.
        gigawatts: (path,) or one number, GW bought, in one basis (chip, IT or facility).

    Raises:
        InputError: a negative number, shapes that do not fit, or no path on which anything is bought.
    """
    bought = np.atleast_1d(numbers("gigawatts", gigawatts, 0.0))
    worth = np.atleast_1d(numbers("value", value, 0.0))
    paths = (max(bought.size, worth.size),)
    bought, worth = fitted("gigawatts", bought, paths), fitted("value", worth, paths)
    some = bought > 0.0
    if not np.any(some):
        raise InputError("gigawatts: nothing is bought on any path, so there is no rebate per gigawatt.")
    return Rebate(worth[some] / bought[some], float(worth.mean() / bought.mean()), float(1.0 - some.mean()))


def hardware_cost(purchases: ArrayLike, expected: ArrayLike, value: ArrayLike) -> Floats:
    """What the hardware costs the holder once the warrant's value is taken off, in proportion to purchases.

    Consideration from a vendor lowers the price of what is bought from it; a rebate for a cumulative level of
    purchases is spread over the purchases that lead to it, if it is probable and can be estimated.

    Arguments:
        purchases: (period, path) USD, before the warrant.
        expected: USD, all purchases it relates to, as seen at each period's end, of a shape as in `progress`.
        value: (period, path) or one number, USD, of the shares the holder holds to be probable at each period's end.

    Returns:
        (period, path) USD a period.

    Raises:
        InputError: as in `progress`, or a negative value.

    Source: 705-20-25-1 (reduction of the purchase price) and 705-20-25-10 (rebates for cumulative purchases).
    """
    flow = periods("purchases", purchases, 0.0)
    worth = fitted("value", numbers("value", value, 0.0), flow.shape)
    return np.asarray(flow - change(worth * progress(flow, expected)))
