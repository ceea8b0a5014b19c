"""At what value a share of the warrant stands in the balance sheet, as equity or as a liability.

A liability is marked to fair value until it is settled or becomes equity. The mark never reaches revenue: what revenue
loses stays at the fair value of the grant date, and changes that come from the form of the consideration are shown
elsewhere in the income statement (606-10-32-25A).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError
from gigawatt.value.accounting.arrays import Floats, fitted, numbers, refuse
from gigawatt.value.accounting.measurement import Award

Indices = NDArray[np.int64]


def equity_dates(equity_from: ArrayLike, paths: int) -> Indices:
    """On each path, the first period at whose end the warrant is equity.

    Arguments:
        equity_from: one number or (path,): 0 is equity from the grant; a number past the last period is never.
        paths: how many paths there are.

    Raises:
        InputError: a negative or broken number, or another number of paths.
    """
    dates = fitted("equity_from", numbers("equity_from", equity_from, 0.0), (paths,))
    refuse("equity_from", dates, dates != np.floor(dates), "it is the whole number of a period, counted from 0")
    return dates.astype(np.int64)


def marks(warrant: Award, fair_values: ArrayLike | None, dates: Indices, length: int) -> Floats:
    """The value of one share of each tranche at the end of each period, as the balance sheet shows it.

    Arguments:
        warrant: with the fair values at grant, which hold throughout for an award that is equity from the grant.
        fair_values: (tranche, period, path) USD a share at each period's end, lowered for share-price marks and not for
            gigawatts; may be left out where all paths are equity from the grant.
        dates: (path,) from `equity_dates`; from there on the value of that date holds.
        length: number of periods.

    Returns:
        (tranche, period, path) USD a share.

    Raises:
        InputError: a liability without fair values, or values that do not fit.

    Source: 718-10-55-9 and 718-30-35-1 (liabilities are remeasured until settled); from the date of the change on the
    award is measured as if it were granted that day, as 718-20-55-135 has it for a liability modified into equity.
    """
    shape = (len(warrant.shares), length, len(dates))
    at_grant = np.broadcast_to(warrant.fair_value[:, None, None], shape)
    if fair_values is None:
        if np.any(dates > 0):
            raise InputError("fair_values: missing. A warrant that is a liability is remeasured every period.")
        return at_grant
    values = fitted("fair_values", numbers("fair_values", fair_values, 0.0), shape)
    at = np.minimum(np.arange(length)[:, None], dates[None, :])
    frozen = np.take_along_axis(values, np.broadcast_to(at[None], shape), axis=1)
    return np.where(dates == 0, at_grant, frozen)
