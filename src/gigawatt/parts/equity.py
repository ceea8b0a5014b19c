"""Clauses that hold a stake: shares issued for money, notes that convert, preferred shares.

Data types: `Issue`, `Convertible`, `Preferred`. Shares follow money that was really paid, in the month after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.clause import CASH, Clause, Lane, must_be
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Observable, positive, true
from gigawatt.parts.view import Bound, Memory, Shape, View


@dataclass(frozen=True, slots=True)
class Issue(Clause):
    """For money that the clause inside was paid, the payee gives the payer shares a month later, at that month's price.

    Arguments:
        share: what is given.
        price: of a share when the money is paid (USD/share).
        inner: pays money along one lane.
    """

    share: str
    price: Observable
    inner: Clause

    def __post_init__(self) -> None:
        must_be(self.price, "USD/share", "the price of a share")
        if len(self.inner.lanes) != 1 or self.inner.lanes[0].asset != CASH:
            raise UnitError(f"shares are issued for money that one party pays another, not for `{self.inner}`.")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        money = self.inner.lanes[0]
        return (money, Lane(money.payee, money.payer, self.share))

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.price, self.inner)

    def start(self, bound: Bound, view: View) -> Memory:
        nothing = np.zeros((bound.count, view.paths))
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        return nothing, nothing + 1.0, inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        bought, _, (prices, inner) = memory
        prices, price = self.price.step(bound.parts[0], prices, view)
        inner, money = self.inner.step(bound.parts[1], inner, view)
        due = np.stack((np.broadcast_to(money[0], bought.shape), bought))
        return (bought, price, (prices, inner)), due

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        _, price, (prices, inner) = memory
        inner = self.inner.settle(bound.parts[1], inner, due[:1], paid[:1])
        return paid[0] / price, price, (prices, inner)

    def __str__(self) -> str:
        return f"{self.inner}, for shares of {self.share} at {self.price}"


@dataclass(frozen=True, slots=True)
class Convertible(Clause):
    """Money that becomes shares when a condition holds, and is otherwise repaid with interest.

    Arguments:
        amount: lent (USD), in the first month in which `lent` holds.
        rate: interest, which joins what is owed each month (1/month).
        price: at which it converts (USD/share).
        converts: when it does.
        matured: when what has not converted is due.
        solvent: 1 while the issuer has missed no payment; afterwards what is owed is due in cash.
    """

    investor: str
    issuer: str
    share: str
    amount: Observable
    lent: Observable
    rate: Observable
    price: Observable
    converts: Observable
    matured: Observable
    solvent: Observable

    def __post_init__(self) -> None:
        must_be(self.amount, "USD", "an amount lent")
        must_be(self.rate, "1/month", "an interest rate")
        must_be(self.price, "USD/share", "the price of conversion")
        for condition in (self.lent, self.converts, self.matured, self.solvent):
            must_be(condition, "1", "a condition")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        back = Lane(self.issuer, self.investor)
        return (Lane(self.investor, self.issuer), back, Lane(self.issuer, self.investor, self.share))

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Observable, ...]:
        return (self.amount, self.lent, self.rate, self.price, self.converts, self.matured, self.solvent)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        nothing = np.zeros((bound.count, view.paths))
        return nothing, nothing.astype(bool), inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        owed, asked, inside = memory
        steps = [p.step(b, m, view) for p, b, m in zip(self.parts(), bound.parts, inside, strict=True)]
        amount, lent, rate, price, converts, matured, solvent = (value for _, value in steps)
        alive, ended = true(solvent), true(matured)
        asks = true(lent) & ~asked & alive
        owed = owed * (1.0 + rate)
        now = true(converts) & alive & ~ended
        shares = np.where(now, owed / price, 0.0)
        cash = np.where(ended | ~alive, owed, 0.0)
        due = np.stack(np.broadcast_arrays(np.where(asks, amount, 0.0), cash, shares))
        return (np.where(now, 0.0, owed), asked | true(lent), tuple(m for m, _ in steps)), due

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        owed, asked, inside = memory
        return positive(owed - paid[1]) + paid[0], asked, inside

    def __str__(self) -> str:
        lends = f"{self.investor} lends {self.issuer} {self.amount} when {self.lent} at {self.rate}"
        turns = f"which becomes shares of {self.share} at {self.price} when {self.converts}"
        return f"{lends}, {turns}, or is due when {self.matured}"


@dataclass(frozen=True, slots=True)
class Preferred(Clause):
    """Money in for a fixed dividend and a first claim among the owners; unpaid dividends stay owed and earn it too.

    A solvent issuer pays no more than its cash at the start of the month beyond a reserve, so that a dividend or a
    redemption is put off where it is short. Once the issuer has missed a payment the preference is due.

    Arguments:
        amount: put in (USD), in the first month in which `paid_in` holds.
        rate: dividend (1/month).
        current: 1 where dividends are paid each month, 0 where they wait for redemption (ratio).
        redeemed: when the shares are bought back.
        preference: claim in a default as a multiple of the money still in (ratio).
        cash: of the issuer (USD).
        reserve: cash it keeps (USD).
        solvent: 1 while the issuer has missed no payment.
    """

    investor: str
    issuer: str
    amount: Observable
    paid_in: Observable
    rate: Observable
    current: Observable
    redeemed: Observable
    preference: Observable
    cash: Observable
    reserve: Observable
    solvent: Observable

    def __post_init__(self) -> None:
        must_be(self.rate, "1/month", "a dividend")
        for amount in (self.amount, self.cash, self.reserve):
            must_be(amount, "USD", "an amount")
        for ratio in (self.paid_in, self.current, self.redeemed, self.preference, self.solvent):
            must_be(ratio, "1", "a ratio or a condition")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        back = Lane(self.issuer, self.investor, rank=2)
        return (Lane(self.investor, self.issuer), back, back)

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Observable, ...]:
        when = (self.amount, self.paid_in, self.rate, self.current, self.redeemed, self.preference)
        return (*when, self.cash, self.reserve, self.solvent)

    def shape(self) -> Shape:
        return ("Preferred", *(part.shape() for part in self.parts()))

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        nothing = np.zeros((bound.count, view.paths))
        return nothing, nothing, nothing.astype(bool), nothing + 1.0, inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        stake, dividends, asked, _, inside = memory
        steps = [p.step(b, m, view) for p, b, m in zip(self.parts(), bound.parts, inside, strict=True)]
        amount, paid_in, rate, current, redeemed, preference, cash, reserve, solvent = (v for _, v in steps)
        alive, ends = true(solvent), true(redeemed)
        asks = true(paid_in) & ~asked & alive
        dividends = dividends + rate * (stake + dividends)
        claim = np.where(alive, 1.0, preference)
        at_hand = np.where(alive, positive(np.subtract(cash, reserve)), np.inf)
        paying = np.minimum(np.where(true(current) | ends | ~alive, dividends, 0.0), at_hand)
        back = np.minimum(np.where(ends | ~alive, stake * claim, 0.0), at_hand - paying)
        due = np.stack(np.broadcast_arrays(np.where(asks, amount, 0.0), paying, back))
        return (stake, dividends, asked | true(paid_in), claim, tuple(m for m, _ in steps)), due

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        stake, dividends, asked, claim, inside = memory
        stake = positive(stake - paid[2] / np.where(claim > 0, claim, 1.0)) + paid[0]
        return stake, positive(dividends - paid[1]), asked, claim, inside

    def __str__(self) -> str:
        puts = (
            f"{self.investor} puts {self.amount} into {self.issuer} when {self.paid_in} for a dividend of {self.rate}"
        )
        return f"{puts}, bought back when {self.redeemed}, with a claim of {self.preference} times it in a default"
