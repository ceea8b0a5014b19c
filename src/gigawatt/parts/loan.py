"""A loan as a clause: draws, interest, repayment, covenants, a sweep, and acceleration when the borrower fails.

Data type: `Loan`. A month bears interest of a twelfth of the yearly rate on what was owed at its start (30/360); what a
lender asks besides stands in `cover.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gigawatt.dates import month_text
from gigawatt.parts.clause import Clause, Lane, must_be
from gigawatt.parts.cover import NO_COVER, YEAR, Books, Cover, Seen, Truths, above, breach, pushed, room, swept
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.observable import Observable, positive, true
from gigawatt.parts.terms import nonzero
from gigawatt.parts.view import Bound, Memory, Shape, View

Repayment: TypeAlias = Literal["bullet", "straight", "level", "sculpted"]

_IN_WORDS = {
    "bullet": "in one sum at maturity",
    "straight": "in equal parts",
    "level": "in equal sums of interest and principal",
    "sculpted": "as cash flow over its cover allows",
}


@dataclass(frozen=True, slots=True)
class Loan(Clause):
    """Money lent and paid back with interest; when the borrower has missed a payment, all of it is due at once.

    Arguments:
        draw: what the borrower asks for (USD/month).
        limit: most that may ever be drawn (USD).
        rate: interest on what is owed at the start of a month (1/month).
        fee: on what is not yet drawn, while it may be (1/month).
        joins: share of the interest that joins the principal instead of being paid (ratio).
        opening: owed before the first month (USD).
        solvent: 1 while the borrower has missed no payment.
        first, available: months between which it may be drawn, both included.
        begins: month after which it is repaid.
        maturity: month in which what is left is due.
        repayment: after `begins`: nothing before maturity, equal parts, equal sums of interest and principal, or
            what cash flow leaves above a cover.
        cover: covenants, sweep and sculpting.
        in_cash: False where what is drawn is not handed over but left unpaid, such as deferred rent.
    """

    lender: str
    borrower: str
    draw: Observable
    limit: Observable
    rate: Observable
    fee: Observable
    joins: Observable
    opening: Observable
    solvent: Observable
    first: Figure
    available: Figure
    begins: Figure
    maturity: Figure
    repayment: Repayment = "bullet"
    cover: Cover = NO_COVER
    in_cash: bool = True

    def __post_init__(self) -> None:
        must_be(self.draw, "USD/month", "a draw")
        must_be(self.limit, "USD", "a commitment")
        must_be(self.rate, "1/month", "an interest rate")
        must_be(self.fee, "1/month", "a fee")
        must_be(self.joins, "1", "a share of interest")
        must_be(self.opening, "USD", "an opening balance")
        must_be(self.solvent, "1", "a condition")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        back = Lane(self.borrower, self.lender)
        return (Lane(self.lender, self.borrower), back, back) if self.in_cash else (back, back)

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Observable, ...]:
        own = (self.draw, self.limit, self.rate, self.fee, self.joins, self.opening, self.solvent)
        return (*own, *self.cover.parts())

    def figures(self) -> tuple[Figure, ...]:
        return (self.first, self.available, self.begins, self.maturity, self.cover.tested)

    def shape(self) -> Shape:
        parts = tuple(part.shape() for part in self.parts())
        return ("Loan", self.repayment, self.in_cash, *self.cover.shape(), *parts)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        _, opening = self.opening.step(bound.parts[5], inside[5], view)
        none = np.zeros((bound.count, view.paths))
        year = np.zeros((YEAR if self.cover.watched else 0, bound.count, view.paths))
        return Books(opening + none, none, none, none, year, year), inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        books, inside = memory
        steps = [p.step(b, m, view) for p, b, m in zip(self.parts(), bound.parts, inside, strict=True)]
        seen = Seen(*(value for _, value in steps))
        first, available, begins, maturity, tested = bound.values
        alive = true(seen.solvent)
        whole = ~alive | (maturity <= view.month)
        open_ = (first <= view.month) & (view.month <= available) & ~whole
        later = view.month > begins
        stopped = breach(books, seen) & (tested <= view.month) | above(books, seen)
        interest, joined = self._interest(books, seen, open_, whole)
        part = self._part(books.balance, interest, maturity - view.month + 1.0, seen)
        part = np.where(later, np.minimum(positive(part), books.balance), 0.0)
        early = np.where(stopped | later, swept(books, seen, interest + part, stopped), 0.0)
        principal = np.where(whole, books.balance, np.minimum(part + early, books.balance))
        drawn = np.where(open_ & ~stopped, np.minimum(positive(seen.draw), room(books, seen)), 0.0)
        due = (drawn, interest, principal) if self.in_cash else (interest, principal)
        service = interest + part
        books = Books(
            balance=books.balance + joined if self.in_cash else books.balance + joined + drawn,
            drawn=books.drawn if self.in_cash else books.drawn + drawn,
            overdue=interest,
            excess=positive(seen.income - service),
            incomes=pushed(books.incomes, seen.income),
            services=pushed(books.services, service),
        )
        return (books, tuple(m for m, _ in steps)), np.stack(np.broadcast_arrays(*due))

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        books, inside = memory
        lent = paid[0] if self.in_cash else 0.0
        books = books._replace(
            balance=positive(books.balance - paid[-1]) + lent,
            drawn=books.drawn + lent,
            overdue=positive(books.overdue - paid[-2]),
        )
        return books, inside

    def _interest(self, books: Books, seen: Seen, open_: Truths, whole: Truths) -> tuple[Floats, Floats]:
        """Interest and fees that are due, with what is overdue, and the interest that joins the principal (USD)."""
        joined = np.where(whole, 0.0, seen.joins * seen.rate * books.balance)
        fee = np.where(open_, seen.fee * (seen.limit - books.drawn), 0.0)
        return books.overdue + seen.rate * (books.balance + books.overdue) - joined + fee, joined

    def _part(self, balance: Floats, interest: Floats, left: Floats, seen: Seen) -> Floats:
        """What is repaid this month by plan, when so many months are left (this one counts)."""
        left = np.maximum(left, 1.0)
        match self.repayment:
            case "straight":
                return balance / left
            case "level":
                # An annuity without interest is an equal part; a rate that is no 0 keeps the other branch finite.
                rate = np.where(seen.rate > 0, seen.rate, 1.0)
                annuity = rate * balance / -np.expm1(-left * np.log1p(rate))
                return np.where(seen.rate > 0, annuity - rate * balance, balance / left)
            case "sculpted":
                return np.asarray(seen.income / seen.sculpt - interest)
            case _:
                return np.zeros_like(balance)

    def __str__(self) -> str:
        said = []
        if nonzero(self.opening):
            said.append(f"{self.borrower} owes {self.lender} {self.opening}")
        if nonzero(self.limit):
            said.append(
                f"{self.lender} lends {self.borrower} {self.draw}, up to {self.limit}"
                if self.in_cash
                else f"{self.borrower} may owe {self.lender} {self.draw}"
            )
        said += [
            f"at {self.rate}",
            f"repaid {_IN_WORDS[self.repayment]}",
            f"until {month_text(int(self.maturity.central))}",
        ]
        said += [f"asking for a cover of {self.cover.dscr}"] if self.cover.watched else []
        said += [f"owing at most {self.cover.base}"] if self.cover.base is not None else []
        return ", ".join(said)
