"""Clauses that keep an account between two sides: advances set off against bills, returns on money in, banked use.

Data types: `SetOff` (an advance and the bills it is credited to), `Returned` (what may come back for what was put in),
`TakeOrPay` (a minimum whose shortfall earns credits).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.clause import CASH, Clause, Lane, must_be
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Observable, positive
from gigawatt.parts.view import Bound, Memory, Shape, View
from gigawatt.parts.wrapper import parted


@dataclass(frozen=True, slots=True)
class SetOff(Clause):
    """Bills of which a share is set off against an advance, as far as the advance was paid and is not used up.

    The bill inside is told that what was set off was paid.
    """

    share: Observable
    advance: Clause
    bill: Clause

    def __post_init__(self) -> None:
        must_be(self.share, "1", "a share of each bill")
        _cash(self.advance, self.bill)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (*self.advance.lanes, *self.bill.lanes)

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.share, self.advance, self.bill)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        return np.zeros((bound.count, view.paths)), np.zeros((len(self.bill.lanes), bound.count, view.paths)), inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        left, _, inside = memory
        shares, share = self.share.step(bound.parts[0], inside[0], view)
        advances, put_in = self.advance.step(bound.parts[1], inside[1], view)
        bills, billed = self.bill.step(bound.parts[2], inside[2], view)
        total = billed.sum(axis=0)
        credit = np.minimum(total * share, left) / np.where(total > 0, total, 1.0)
        credited = np.broadcast_to(billed * credit, (len(self.bill.lanes), *left.shape))
        wide = (bound.count, view.paths)
        dues = [np.broadcast_to(part, (len(part), *wide)) for part in (put_in, billed - credited)]
        return (left, credited, (shares, advances, bills)), np.concatenate(dues)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        left, credited, (shares, advances, bills) = memory
        own = len(self.advance.lanes)
        advances = self.advance.settle(bound.parts[1], advances, due[:own], paid[:own])
        bills = self.bill.settle(bound.parts[2], bills, due[own:] + credited, paid[own:] + credited)
        left = positive(left - credited.sum(axis=0)) + paid[:own].sum(axis=0)
        return left, credited, (shares, advances, bills)

    def __str__(self) -> str:
        return f"{self.advance}; {self.share} of each bill is set off against it: {self.bill}"


@dataclass(frozen=True, slots=True)
class Returned(Clause):
    """Money that is put in, and payments back that end at a multiple of what was put in."""

    multiple: Observable
    advance: Clause
    back: Clause

    def __post_init__(self) -> None:
        must_be(self.multiple, "1", "a multiple")
        _cash(self.advance, self.back)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (*self.advance.lanes, *self.back.lanes)

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.multiple, self.advance, self.back)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        nothing = np.zeros((bound.count, view.paths))
        return nothing, nothing, inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        put_in, returned, inside = memory
        multiples, multiple = self.multiple.step(bound.parts[0], inside[0], view)
        advances, asked = self.advance.step(bound.parts[1], inside[1], view)
        backs, back = self.back.step(bound.parts[2], inside[2], view)
        cut = parted(back, multiple * put_in - returned)
        wide = (bound.count, view.paths)
        dues = [np.broadcast_to(part, (len(part), *wide)) for part in (asked, cut)]
        return (put_in, returned, (multiples, advances, backs)), np.concatenate(dues)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        put_in, returned, (multiples, advances, backs) = memory
        own = len(self.advance.lanes)
        advances = self.advance.settle(bound.parts[1], advances, due[:own], paid[:own])
        backs = self.back.settle(bound.parts[2], backs, due[own:], paid[own:])
        inside = (multiples, advances, backs)
        return put_in + paid[:own].sum(axis=0), returned + paid[own:].sum(axis=0), inside

    def __str__(self) -> str:
        return f"{self.advance}; {self.back}, until {self.multiple} times what was put in has come back"


@dataclass(frozen=True, slots=True)
class TakeOrPay(Clause):
    """A bill for use, and at least a minimum; a shortfall that was paid is credited against use above later minima.

    Arguments:
        use: what the use of a month would cost (USD/month).
        minimum: what is owed in any case (USD/month).
        lasts: months after which a credit that was not used is lost; oldest credits are used first.
    """

    payer: str
    payee: str
    use: Observable
    minimum: Observable
    lasts: int

    def __post_init__(self) -> None:
        must_be(self.use, "USD/month", "a bill")
        must_be(self.minimum, "USD/month", "a minimum")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (Lane(self.payer, self.payee),)

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Observable, ...]:
        return (self.use, self.minimum)

    def shape(self) -> Shape:
        return ("TakeOrPay", self.lasts, self.use.shape(), self.minimum.shape())

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        nothing = np.zeros((bound.count, view.paths))
        return np.zeros((self.lasts, bound.count, view.paths)), nothing, inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        credits, _, inside = memory
        uses, use = self.use.step(bound.parts[0], inside[0], view)
        minima, minimum = self.minimum.step(bound.parts[1], inside[1], view)
        use, minimum = positive(use), positive(minimum)
        older = np.cumsum(credits, axis=0) - credits
        taken = np.clip(positive(use - minimum) - older, 0.0, credits)
        due = np.broadcast_to(np.maximum(use, minimum), credits.shape[1:]) - taken.sum(axis=0)
        short = np.broadcast_to(positive(minimum - use), credits.shape[1:])
        return (credits - taken, short, (uses, minima)), positive(due)[np.newaxis]

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        credits, short, inside = memory
        earned = short * (paid[0] / np.where(due[0] > 0, due[0], 1.0))
        return np.concatenate((credits[1:], earned[np.newaxis])), short, inside

    def __str__(self) -> str:
        credit = f"what is paid for no use counts towards more use for {self.lasts} months"
        return f"{self.payer} pays {self.payee} {self.use}, at least {self.minimum}; {credit}"


def _cash(*clauses: Clause) -> None:
    for clause in clauses:
        if any(lane.asset != CASH for lane in clause.lanes):
            raise UnitError(f"an advance and its bills must be in cash, but in `{clause}` shares move.")
