"""Earnings per share with a warrant whose shares are contingently issuable.

Earnings   basic and diluted earnings per share and the shares behind them
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.value.accounting.arrays import SLACK, Floats, fitted, numbers, periods, refuse
from gigawatt.value.accounting.measurement import Award


@dataclass(frozen=True, slots=True, eq=False)
class Earnings:
    """Earnings per share, every array (period, path).

    Arguments:
        basic: USD a share.
        diluted: USD a share; equal to `basic` where the warrant would raise it.
        basic_shares: weighted average.
        diluted_shares: weighted average with what the warrant adds.
    """

    basic: Floats
    diluted: Floats
    basic_shares: Floats
    diluted_shares: Floats


def issuable_at_end(level: ArrayLike, marks: ArrayLike, price: ArrayLike, price_marks: ArrayLike) -> NDArray[np.bool_]:
    """Whether shares could be issued if the period's end were the end of the contingency.

    Arguments:
        level: (period, path) gigawatts or purchases so far.
        marks: (tranche,) level each tranche needs.
        price: (period, path) share price at the period's end, USD, or the mean the contract looks at.
        price_marks: (tranche,) USD a share each tranche needs.

    Returns:
        (tranche, period, path).

    Raises:
        InputError: numbers that are negative or not finite, or shapes that do not fit.

    Source: 260-10-45-48 b and 45-50 to 45-54 (market price at the period's end; the state of all else unchanged).
    """
    reached = periods("level", level, 0.0)
    closes = fitted("price", numbers("price", price, 0.0), reached.shape)
    goals = np.atleast_1d(numbers("marks", marks, 0.0))
    prices = fitted("price_marks", numbers("price_marks", price_marks, 0.0), goals.shape)
    return np.asarray((reached >= goals[:, None, None]) & (closes >= prices[:, None, None]))


def earnings(
    warrant: Award,
    income: ArrayLike,
    outstanding: ArrayLike,
    price: ArrayLike,
    *,
    satisfied: ArrayLike,
    issuable: ArrayLike,
    issued: ArrayLike = 0.0,
    penny: bool,
    unrecognised: ArrayLike = 0.0,
    gain: ArrayLike = 0.0,
) -> Earnings:
    """Basic and diluted earnings per share.

    Arguments:
        warrant: shares and strikes.
        income: (period, path) USD available to common shareholders, after contra-revenue.
        outstanding: (period, path) weighted average of common shares, without any from this warrant.
        price: (period, path) average market price in the period, USD.
        satisfied: (tranche, period, path) part of the period during which no condition was left, 0 to 1.
        issuable: (tranche, period, path) whether shares could be issued if the period's end were the end of the
            contingency, from `issuable_at_end`; a tranche that waits for time alone is always issuable.
        issued: (tranche, period, path) weighted average of shares issued on exercise.
        penny: whether the strike is little or nothing, as 0.01 USD is. Such shares are in basic earnings per share
            from the day no condition is left, exercised or not; others only once issued.
        unrecognised: (tranche, period, path) average cost not recognised yet, USD, which the treasury stock method
            counts as paid in.
        gain: (period, path) USD, gain (loss below zero) on remeasuring a liability that the diluted number would not
            have if the warrant were equity.

    Raises:
        InputError: shapes that do not fit, numbers out of range, more issued than free of conditions.

    Source: 260-10-45-10 and 45-13 (basic), 45-22, 45-23 and 45-29 (treasury stock method), 45-48 a and b and
    718-10-45-1 (contingently issuable), 45-17 (nothing antidilutive).
    """
    profit = periods("income", income)
    common = fitted("outstanding", numbers("outstanding", outstanding, 0.0), profit.shape)
    refuse("outstanding", common, common <= 0.0, "it is above 0")
    average = fitted("price", numbers("price", price, 0.0), profit.shape)
    refuse("price", average, average <= 0.0, "it is above 0")
    shape = (len(warrant.shares), *profit.shape)
    free = fitted("satisfied", numbers("satisfied", satisfied, 0.0, 1.0), shape)
    could = np.maximum(fitted("issuable", numbers("issuable", issuable, 0.0, 1.0), shape), free > 0.0)
    given = fitted("issued", numbers("issued", issued, 0.0), shape)
    shares = warrant.shares[:, None, None]
    refuse("issued", given, given > shares * free * (1.0 + SLACK), "no more is issued than is free of conditions")

    in_basic = shares * free if penny else given
    waiting = shares * could - given
    cost = fitted("unrecognised", numbers("unrecognised", unrecognised, 0.0), shape)
    paid_in = warrant.strike[:, None, None] * waiting + cost
    bought_back = np.minimum(paid_in / average, waiting)
    extra = np.maximum(given + waiting - bought_back - in_basic, 0.0).sum(axis=0)

    basic_shares = common + in_basic.sum(axis=0)
    basic = profit / basic_shares
    remeasured = fitted("gain", numbers("gain", gain), profit.shape)
    candidate = (profit - remeasured) / (basic_shares + extra)
    lowers = candidate < basic
    return Earnings(
        basic, np.where(lowers, candidate, basic), basic_shares, np.where(lowers, basic_shares + extra, basic_shares)
    )
