"""Double-entry books of the issuer: what every period posts on every path.

Ledger        postings by account, period and path
RollForward   equity from its opening to its closing balance
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.value.accounting.arrays import SLACK, Floats, change, fitted, numbers, refuse
from gigawatt.value.accounting.liability import equity_dates, marks
from gigawatt.value.accounting.measurement import Award, parts
from gigawatt.value.accounting.revenue import Excess, reduction

ACCOUNTS = (
    "receivable",
    "strike cash",
    "contract asset",
    "warrant liability",
    "equity",
    "revenue",
    "contra-revenue",
    "customer incentive expense",
    "remeasurement",
)
"""Assets, obligations and equity first, then income. `equity` is additional paid-in capital and the par value."""


@dataclass(frozen=True, slots=True, eq=False)
class RollForward:
    """Equity from period to period; every array is (period, path), USD.

    Arguments:
        opening: at the start of the period.
        recognised: grant or later measure of shares recognised while the warrant is equity.
        reclassified: liability that becomes equity.
        settled: liability that ends because its shares are issued.
        strike: paid in on exercise.
        closing: at the end of the period.
    """

    opening: Floats
    recognised: Floats
    reclassified: Floats
    settled: Floats
    strike: Floats
    closing: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Postings of the issuer; debits are positive and credits negative.

    Arguments:
        postings: (account, period, path) USD, accounts in the order of `ACCOUNTS`.
        equity: how equity came about.
    """

    postings: Floats
    equity: RollForward

    def flow(self, account: str) -> Floats:
        """What one account is debited with in each period, (period, path), USD.

        Raises:
            InputError: no such account.
        """
        if account not in ACCOUNTS:
            raise InputError(f"`{account}` is no account. {did_you_mean(account, ACCOUNTS)}")
        return np.asarray(self.postings[ACCOUNTS.index(account)])

    def balance(self, account: str) -> Floats:
        """The debit balance of one account at the end of each period, (period, path), USD; credits are negative.

        Raises:
            InputError: no such account.
        """
        return np.cumsum(self.flow(account), axis=0)

    @property
    def imbalance(self) -> float:
        """The largest amount by which the debits and credits of a period differ on any path, USD."""
        return float(np.max(np.abs(self.postings.sum(axis=0))))


def ledger(
    warrant: Award,
    count: ArrayLike,
    met: ArrayLike,
    revenue: ArrayLike,
    done: ArrayLike,
    *,
    exercised: ArrayLike = 0.0,
    fair_values: ArrayLike | None = None,
    equity_from: ArrayLike = 0,
    excess: Excess = "expense",
    cashless: bool = False,
) -> Ledger:
    """The issuer's books of a warrant given to a customer.

    Shares stand in the balance sheet once they are recognised in revenue or have met their gigawatts, whichever is
    more; the part that has met them ahead of revenue is a contract asset at grant value.

    Arguments:
        warrant: shares, fair values at grant and strikes.
        count: (tranche, period, path) from `counted`.
        met: (tranche, period, path) part of each tranche whose gigawatts, purchases or time have been met.
        revenue: (period, path) USD.
        done: from `progress`.
        exercised: (tranche, period, path) shares issued at each period's end; no more than have been met by then.
        fair_values: (tranche, period, path) USD a share at each period's end, for a liability.
        equity_from: period from whose end on the warrant is equity, one for all or (path,); 0 is from the grant.
        excess: as in `reduction`.
        cashless: the strike is paid in shares withheld, so that no cash comes in.

    Raises:
        InputError: shapes that do not fit, numbers out of range, more shares exercised than met.

    Source: 606-10-32-25 to 32-27 (revenue), 718-10-25-2 (credit to equity or liability), 718-30-35-1 (remeasurement).
    """
    cut = reduction(warrant, count, met, revenue, done, excess=excess)
    length, paths = cut.gross.shape
    shape = (len(warrant.shares), length, paths)
    shares, at_grant = warrant.shares[:, None, None], warrant.fair_value[:, None, None]
    attained = parts("met", met, shape)
    issued = fitted("exercised", numbers("exercised", exercised, 0.0), shape)
    issued_so_far = np.cumsum(issued, axis=1)
    room = shares * attained
    refuse("exercised", issued, issued_so_far > room * (1.0 + SLACK), "no more is exercised than has been met by then")

    standing = shares * np.maximum(cut.recognised, attained)
    held = standing - issued_so_far
    before = np.concatenate([np.zeros_like(held[:, :1]), held[:, :-1]], axis=1)
    added = change(standing)

    dates = equity_dates(equity_from, paths)
    mark = marks(warrant, fair_values, dates, length)
    risen = np.diff(mark, axis=1, prepend=np.broadcast_to(at_grant, (len(shares), 1, paths)))
    loss = (before * risen + added * (mark - at_grant)).sum(axis=0)

    now = np.arange(length)[:, None]
    is_equity, turns = now >= dates, (now == dates) & (dates > 0)
    recognised = np.where(is_equity, (added * mark).sum(axis=0), 0.0)
    reclassified = np.where(turns, (before * mark).sum(axis=0), 0.0)
    settled = np.where(is_equity, 0.0, (issued * mark).sum(axis=0))
    marked = np.where(is_equity & ~turns, 0.0, (before * risen).sum(axis=0))
    owed = marked + np.where(is_equity, 0.0, (added * mark).sum(axis=0)) - settled - reclassified
    strike = np.zeros_like(cut.gross) if cashless else (issued * warrant.strike[:, None, None]).sum(axis=0)

    moved = recognised + reclassified + settled + strike
    closing = np.cumsum(moved, axis=0)
    asset = change(cut.asset)
    # Taken from zero rather than negated, so that an account nothing touched shows no minus sign.
    credits = (0.0 - owed, 0.0 - moved, 0.0 - cut.gross)
    postings = np.stack([cut.gross, strike, asset, *credits, cut.contra, cut.expense, loss])
    return Ledger(postings, RollForward(closing - moved, recognised, reclassified, settled, strike, closing))
