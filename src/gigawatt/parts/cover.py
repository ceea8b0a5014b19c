"""What a lender asks of a borrower: cover of debt service, collateral, and a sweep of excess cash flow.

Data types: `Cover` (the terms), `Seen` (one month's values of a loan's observables), `Books` (what a loan remembers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.parts.clause import must_be
from gigawatt.parts.figure import Figure, Floats, literal
from gigawatt.parts.observable import ROUNDING, Constant, Observable, positive
from gigawatt.parts.terms import nonzero
from gigawatt.parts.view import Shape

Truths: TypeAlias = NDArray[np.bool_]

YEAR = 12
"""Months over which the cover of debt service is taken."""

_NO_FLOW, _NO_CASH, _NONE, _ONE = (Constant(literal(text)) for text in ("0 USD/month", "0 USD", "0", "1"))
_ANY_MONTH = literal(0.0)


@dataclass(frozen=True, slots=True)
class Cover:
    """What pays for a loan, and what is asked of it.

    Arguments:
        income: cash flow that is there for debt service (USD/month).
        sculpt: cover to which a sculpted repayment is cut (ratio).
        sweep: share of last month's excess cash flow that repays the loan early (ratio).
        dscr: least cover of debt service over the last twelve months (ratio; 0 asks for nothing).
        cash: of the borrower at the start of the month (USD).
        tested: first month in which the cover is tested.
        base: most that may be owed (USD); None where there is no collateral.
    """

    income: Observable = _NO_FLOW
    sculpt: Observable = _ONE
    sweep: Observable = _NONE
    dscr: Observable = _NONE
    cash: Observable = _NO_CASH
    tested: Figure = _ANY_MONTH
    base: Observable | None = None

    def __post_init__(self) -> None:
        must_be(self.income, "USD/month", "a cash flow")
        for ratio, what in ((self.sculpt, "a cover"), (self.sweep, "a sweep"), (self.dscr, "a cover")):
            must_be(ratio, "1", what)
        if self.base is not None:
            must_be(self.base, "USD", "the worth of collateral")

    @property
    def watched(self) -> bool:
        """Whether a cover is asked for, so that twelve months must be remembered."""
        return nonzero(self.dscr)

    def parts(self) -> tuple[Observable, ...]:
        """The observables, in the order of `Seen`."""
        own = (self.income, self.sculpt, self.sweep, self.dscr, self.cash)
        return own if self.base is None else (*own, self.base)

    def shape(self) -> Shape:
        """What two loans' covers must share to be stacked, besides their parts."""
        return (self.watched, self.base is None)


NO_COVER = Cover()
"""Nothing is asked."""


class Seen(NamedTuple):
    """One month's values (contract, path or 1) of the observables of `Loan` and `Cover`, in their order."""

    draw: Floats
    limit: Floats
    rate: Floats
    fee: Floats
    joins: Floats
    opening: Floats
    solvent: Floats
    income: Floats
    sculpt: Floats
    sweep: Floats
    dscr: Floats
    cash: Floats
    base: Floats | None = None


class Books(NamedTuple):
    """What a loan remembers; arrays are (contract, path) in USD.

    Arguments:
        balance: principal owed.
        drawn: of the commitment so far.
        overdue: interest and fees that were due and not paid.
        excess: of last month's cash flow over its debt service.
        incomes, services: of the last twelve months (month, contract, path).
    """

    balance: Floats
    drawn: Floats
    overdue: Floats
    excess: Floats
    incomes: Floats
    services: Floats


def breach(books: Books, seen: Seen) -> Truths:
    """Whether cash flow of the last twelve months fell short of the cover asked for."""
    needed = seen.dscr * books.services.sum(axis=0)
    return np.asarray(books.incomes.sum(axis=0) < needed * (1.0 - ROUNDING))


def above(books: Books, seen: Seen) -> Truths:
    """Whether more is owed than the collateral allows."""
    return np.asarray(books.balance > (np.inf if seen.base is None else seen.base * (1.0 + ROUNDING)))


def room(books: Books, seen: Seen) -> Floats:
    """What may still be drawn (USD)."""
    room = seen.limit - books.drawn
    return positive(room if seen.base is None else np.minimum(room, seen.base - books.balance))


def swept(books: Books, seen: Seen, service: Floats, breach: Truths) -> Floats:
    """What goes to early repayment: a share of last month's excess, or all of it, as far as there is cash for it."""
    at_hand = positive(np.subtract(seen.cash, service))
    return np.asarray(np.where(breach, 1.0, seen.sweep) * np.minimum(books.excess, at_hand))


def pushed(months: Floats, newest: Floats) -> Floats:
    """The last months without the oldest and with the newest; nothing where none are remembered."""
    if not len(months):
        return months
    return np.concatenate((months[1:], np.broadcast_to(newest, months.shape[1:])[np.newaxis]))
