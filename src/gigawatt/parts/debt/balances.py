"""Many loans of equal shape at once: what is owed and paid period by period, as arrays.

Balances   principal before and after each period, and what is paid in it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError, did_you_mean

Floats = NDArray[np.float64]
Kind = Literal["PAM", "LAM", "NAM", "ANN"]
KINDS = ("PAM", "LAM", "NAM", "ANN")


@dataclass(frozen=True, slots=True)
class Balances:
    """Loans through their periods; every array is (contract, period) with further axes, such as paths, behind.

    Arguments:
        closing: principal after the payment at the end of each period, in money.
        principal: repaid at the end of each period, in money; below zero where interest is left to grow.
        interest: paid at the end of each period, in money.
    """

    closing: Floats
    principal: Floats
    interest: Floats


def balances(
    kind: Kind,
    notional: ArrayLike,
    rate: ArrayLike,
    periods: int,
    *,
    years: ArrayLike = 1 / 12,
    payment: ArrayLike | None = None,
) -> Balances:
    """Principal and interest of many loans with the same dates, drawn at the start of the first period.

    Arguments:
        kind: `PAM` repaid at the end, `LAM` in equal parts, `NAM` by a payment that first covers interest, `ANN` by a
            constant payment that repays it all.
        notional: money, (contract) or (contract, path); not negative.
        rate: interest a year, one for all, (contract) or of the shape of `notional`.
        periods: how many, at least 1; what is still owed is repaid in the last.
        years: length of a period as the loan counts days: one for all, or (period).
        payment: money a period: of principal (LAM), of principal and interest (NAM, ANN); one for all, (contract) or
            of the shape of `notional`. Without it LAM and ANN repay in full, and NAM must have it.

    Raises:
        InputError: an unknown kind, shapes that do not fit, or a value that is missing, negative or not finite.
    """
    if kind not in KINDS:
        raise InputError(f"kind: `{kind}` is not stacked. {did_you_mean(str(kind), KINDS)}")
    if periods < 1:
        raise InputError(f"periods: {periods} is out of range, it is at least 1.")
    owed = _array("notional", notional, low=0.0)
    if owed.ndim == 0:
        raise InputError("notional: is one number; write a list, one amount a contract.")
    interest_rate = _fitted("rate", _array("rate", rate), owed)
    length = _array("years", years, low=0.0)
    if length.shape not in ((), (periods,)):
        raise InputError(f"years: has shape {length.shape}; write one number or {periods}, one a period.")
    length = np.broadcast_to(length, (periods,))
    paid = None if payment is None else _fitted("payment", _array("payment", payment, low=0.0), owed)
    if paid is None and kind == "NAM":
        raise InputError("payment: missing. A NAM repays by a payment that is given; an ANN finds its own.")
    if kind in ("PAM", "LAM"):
        return _straight(owed, interest_rate, length, np.zeros_like(owed) if kind == "PAM" else paid)
    return _with_interest(owed, interest_rate, length, _annuity(owed, interest_rate, length) if paid is None else paid)


def _straight(owed: Floats, rate: Floats, years: Floats, paid: Floats | None) -> Balances:
    """Principal falls by a constant part, so that every period follows from the first without a loop."""
    periods, trail = len(years), (1,) * (owed.ndim - 1)
    part = owed / periods if paid is None else paid
    number = np.arange(1.0, periods + 1.0).reshape(1, periods, *trail)
    closing = number * part[:, None]
    np.subtract(owed[:, None], closing, out=closing)
    np.maximum(closing, 0.0, out=closing)
    closing[:, -1] = 0.0
    opening = np.empty_like(closing)
    opening[:, 0] = owed
    opening[:, 1:] = closing[:, :-1]
    principal = opening - closing
    np.multiply(opening, rate[:, None], out=opening)
    np.multiply(opening, years.reshape(1, periods, *trail), out=opening)
    return Balances(closing, principal, opening)


def _with_interest(owed: Floats, rate: Floats, years: Floats, paid: Floats) -> Balances:
    """A payment covers interest first; each period needs the one before, so periods are a loop and contracts none."""
    closing = np.empty((owed.shape[0], len(years), *owed.shape[1:]))
    principal, interest = np.empty_like(closing), np.empty_like(closing)
    left = owed
    for index, length in enumerate(years):
        interest[:, index] = left * rate * length
        repaid = np.minimum(paid - interest[:, index], left) if index + 1 < len(years) else left
        left = left - repaid
        principal[:, index], closing[:, index] = repaid, left
    return Balances(closing, principal, interest)


def _annuity(owed: Floats, rate: Floats, years: Floats) -> Floats:
    """The constant payment whose value, discounted period by period, is the principal."""
    factors = 1.0 + rate[None] * years.reshape(-1, *(1,) * rate.ndim)
    if np.any(factors <= 0):
        raise InputError("rate: so far below zero that no annuity exists; write a share a year, such as 0.05.")
    return np.asarray(owed / np.sum(1.0 / np.cumprod(factors, axis=0), axis=0), dtype=np.float64)


def _array(name: str, value: ArrayLike, low: float = -np.inf) -> Floats:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: holds something that is no number; write numbers only.") from None
    bad = ~np.isfinite(array) | (array < low)
    if np.any(bad):
        place = tuple(int(index) for index in np.argwhere(bad)[0])
        at_least = "" if np.isinf(low) else f" and at least {low:g}"
        where = f"{name}{list(place) if place else ''}"
        raise InputError(f"{where}: {array[place]:g} is out of range; it is finite{at_least}.")
    return array


def _fitted(name: str, array: Floats, owed: Floats) -> Floats:
    if array.shape == owed.shape[:1] and owed.ndim > 1:
        array = array.reshape(-1, *(1,) * (owed.ndim - 1))
    elif array.shape not in ((), owed.shape):
        raise InputError(f"{name}: has shape {array.shape} for a notional of shape {owed.shape}; use the same shape.")
    return np.broadcast_to(array, owed.shape)
