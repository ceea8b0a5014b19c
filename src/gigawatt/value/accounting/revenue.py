"""What a customer's warrant takes from revenue, period by period.

progress    how much of the expected purchases has become revenue
Reduction   gross revenue, what is taken from it, and what has vested ahead of it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.value.accounting.arrays import SLACK, Floats, change, fitted, numbers, periods, refuse
from gigawatt.value.accounting.measurement import Award, parts

Excess = Literal["expense", "revenue"]


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Revenue less consideration payable to the customer; arrays are (period, path), USD, flows unless said.

    Arguments:
        gross: revenue before the warrant.
        contra: taken from revenue; below zero where an estimate falls and revenue comes back.
        expense: consideration beyond all revenue of the customer so far.
        asset: at the period's end, grant value of what has vested ahead of the revenue it belongs to.
        recognised: (tranche, period, path) part of each tranche recognised by the period's end.
    """

    gross: Floats
    contra: Floats
    expense: Floats
    asset: Floats
    recognised: Floats

    @property
    def net(self) -> Floats:
        """Revenue as reported, (period, path), USD."""
        return np.asarray(self.gross - self.contra)


def progress(revenue: ArrayLike, expected: ArrayLike) -> Floats:
    """Actual over expected total purchases, with the expectation of each period.

    Arguments:
        revenue: (period, path) USD, recognised from the related purchases.
        expected: (period, path) USD, all purchases the warrant relates to, past and future, as seen at the period's
            end. Or one number, (path,) or (period, 1).

    Returns:
        (period, path) between 0 and 1; 1 where nothing has been and nothing will be bought, because no revenue is left
        against which a value could wait.

    Raises:
        InputError: a negative amount, or an expectation below what has been bought already.

    Source: 606-10-32-27 (recognised with the related revenue), 606-10-32-14 and 32-43 (estimates updated, catch-up).
    """
    flow = periods("revenue", revenue, 0.0)
    so_far = np.cumsum(flow, axis=0)
    total = fitted("expected", numbers("expected", expected, 0.0), flow.shape)
    refuse("expected", total, total < so_far * (1.0 - SLACK), "it is at least what has been bought by then")
    total = np.maximum(total, so_far)
    return np.divide(so_far, total, out=np.ones_like(total), where=total > 0.0)


def reduction(
    warrant: Award,
    count: ArrayLike,
    met: ArrayLike,
    revenue: ArrayLike,
    done: ArrayLike,
    *,
    excess: Excess = "expense",
) -> Reduction:
    """Takes the grant-date value of the shares that count from revenue, in proportion to purchases.

    By the end of each period the sum taken is fair value at grant x shares that count x progress; a period takes the
    difference, so that every change of an estimate is caught up at once.

    Arguments:
        warrant: shares and fair values at grant.
        count: (tranche, period, path) from `counted`.
        met: (tranche, period, path) part of each tranche whose gigawatts, purchases or time have been met.
        revenue: (period, path) USD.
        done: `progress`, (period, path) for purchases all tranches relate to, or (tranche, period, path).
        excess: where all that has been taken would exceed all revenue of the customer so far: `expense` shows the rest
            as an expense, `revenue` lets revenue fall below zero. Topic 606 is silent; the rule before it
            (605-50-45-9) allowed the first, on cumulative amounts, and so does this.

    Raises:
        InputError: shapes that do not fit, numbers out of range, an unknown word.

    Source: 606-10-32-25 and 32-27, 718-10-25-2C (as if cash had been paid).
    """
    if excess not in get_args(Excess):
        raise InputError(f"excess: `{excess}` is unknown. {did_you_mean(str(excess), get_args(Excess))}")
    flow = periods("revenue", revenue, 0.0)
    shape = (len(warrant.shares), *flow.shape)
    share = fitted("count", numbers("count", count, 0.0, 1.0), shape)
    recognised = share * fitted("done", numbers("done", done, 0.0, 1.0), shape)
    ahead = np.maximum(parts("met", met, shape) - recognised, 0.0)
    taken = np.einsum("k,ktp->tp", warrant.grant_value, recognised)
    most = np.cumsum(flow, axis=0) if excess == "expense" else taken
    from_revenue = np.minimum(taken, most)
    return Reduction(
        flow,
        change(from_revenue),
        change(taken - from_revenue),
        np.einsum("k,ktp->tp", warrant.grant_value, ahead),
        recognised,
    )
