"""Wrappers and the group: each adds one idea to the clause inside and forwards the rest.

The order of wrappers is meaning: `Arrears(While(...))` keeps an old debt alive when the condition ends,
`While(Arrears(...))` forgives it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigawatt.parts.clause import CASH, Clause, Lane, must_be, only
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Observable, Window
from gigawatt.parts.view import Bound, Memory, Shape, View


@dataclass(frozen=True, slots=True)
class While(Clause):
    """The inner clause owes only while a condition holds."""

    condition: Observable
    inner: Clause

    def __post_init__(self) -> None:
        must_be(self.condition, "1", "a condition")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return self.inner.lanes

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.condition, self.inner)

    def start(self, bound: Bound, view: View) -> Memory:
        return self.condition.start(bound.parts[0], view), self.inner.start(bound.parts[1], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        conditions, inner = memory
        conditions, holds = self.condition.step(bound.parts[0], conditions, view)
        inner, due = self.inner.step(bound.parts[1], inner, view)
        return (conditions, inner), only(due, holds)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        conditions, inner = memory
        return conditions, self.inner.settle(bound.parts[1], inner, due, paid)

    def __str__(self) -> str:
        when = str(self.condition) if isinstance(self.condition, Window) else f"while {self.condition}"
        return f"{when}: {self.inner}"


@dataclass(frozen=True, slots=True)
class Upto(Clause):
    """The inner clause owes no more, over its life, than a cap on what it has paid."""

    cap: Observable
    inner: Clause

    def __post_init__(self) -> None:
        cash = all(lane.asset == CASH for lane in self.inner.lanes)
        must_be(self.cap, "USD" if cash else "share", "a cap")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return self.inner.lanes

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.cap, self.inner)

    def start(self, bound: Bound, view: View) -> Memory:
        spent = np.zeros((bound.count, view.paths))
        return spent, self.cap.start(bound.parts[0], view), self.inner.start(bound.parts[1], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        spent, caps, inner = memory
        caps, cap = self.cap.step(bound.parts[0], caps, view)
        inner, due = self.inner.step(bound.parts[1], inner, view)
        return (spent, caps, inner), parted(due, cap - spent)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        spent, caps, inner = memory
        return spent + paid.sum(axis=0), caps, self.inner.settle(bound.parts[1], inner, due, paid)

    def __str__(self) -> str:
        return f"{self.inner}, up to {self.cap} in all"


@dataclass(frozen=True, slots=True)
class Arrears(Clause):
    """What is not paid this month is owed again next month.

    The inner clause is told that it was paid in full: what is missing lives on as a debt that only this wrapper keeps.
    """

    inner: Clause

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return self.inner.lanes

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        return np.zeros((len(self.lanes), bound.count, view.paths)), self.inner.start(bound.parts[0], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        owed, inner = memory
        inner, due = self.inner.step(bound.parts[0], inner, view)
        return (owed, inner), due + owed

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        owed, inner = memory
        fresh = due - owed
        return due - paid, self.inner.settle(bound.parts[0], inner, fresh, fresh)

    def __str__(self) -> str:
        return f"{self.inner}; what stays unpaid remains owed"


@dataclass(frozen=True, slots=True)
class Guaranteed(Clause):
    """A guarantor owes next month what the inner clause was not paid this month, up to a cap over its life.

    The inner clause is told that it was paid in full: the guarantor has taken its claim over. The cap may fall over
    time; what the guarantor has paid counts against it.

    Arguments:
        of: whose payments are guaranteed; those of everybody in the clause where it is not given.
    """

    guarantor: str
    cap: Observable
    inner: Clause
    of: str | None = None

    def __post_init__(self) -> None:
        must_be(self.cap, "USD", "a cap")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        lanes = self.inner.lanes
        return (*lanes, *(replace(lanes[i], payer=self.guarantor) for i in self._covered()))

    @property
    def listens(self) -> bool:
        return True

    def parts(self) -> tuple[Clause | Observable, ...]:
        return (self.cap, self.inner)

    def shape(self) -> Shape:
        return ("Guaranteed", tuple(self._covered()), self.cap.shape(), self.inner.shape())

    def start(self, bound: Bound, view: View) -> Memory:
        missing = np.zeros((len(self._covered()), bound.count, view.paths))
        spent = np.zeros((bound.count, view.paths))
        return missing, spent, self.cap.start(bound.parts[0], view), self.inner.start(bound.parts[1], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        missing, spent, caps, inner = memory
        caps, cap = self.cap.step(bound.parts[0], caps, view)
        inner, due = self.inner.step(bound.parts[1], inner, view)
        total = missing.sum(axis=0)
        room = np.maximum(cap - spent, 0.0)
        share = np.minimum(1.0, room / np.where(total > 0, total, 1.0))
        due = np.broadcast_to(due, (len(due), *spent.shape))
        return (missing, spent, caps, inner), np.concatenate((due, missing * share))

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        _, spent, caps, inner = memory
        own, covered = len(self.inner.lanes), self._covered()
        missing = due[covered] - paid[covered]
        told = paid[:own].copy()
        told[covered] = due[covered]
        inner = self.inner.settle(bound.parts[1], inner, due[:own], told)
        return missing, spent + paid[own:].sum(axis=0), caps, inner

    def _covered(self) -> list[int]:
        """Which lanes of the inner clause are guaranteed."""
        return [i for i, lane in enumerate(self.inner.lanes) if self.of in (None, lane.payer) and lane.asset == CASH]

    def __str__(self) -> str:
        whose = f" by {self.of}" if self.of else ""
        return f"{self.inner}; {self.guarantor} makes good what is missed{whose}, up to {self.cap} in all"


@dataclass(frozen=True, slots=True)
class Ranked(Clause):
    """The inner clause with another place in the payer's order of payment (0 is paid first)."""

    rank: int
    inner: Clause

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return tuple(replace(lane, rank=self.rank) for lane in self.inner.lanes)

    def parts(self) -> tuple[Clause, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        return self.inner.start(bound.parts[0], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        return self.inner.step(bound.parts[0], memory, view)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        return self.inner.settle(bound.parts[0], memory, due, paid)

    def __str__(self) -> str:
        return f"{self.inner} (rank {self.rank})"


@dataclass(frozen=True, slots=True)
class All(Clause):
    """Several clauses at once."""

    clauses: tuple[Clause, ...]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return tuple(lane for clause in self.clauses for lane in clause.lanes)

    def parts(self) -> tuple[Clause, ...]:
        return self.clauses

    def start(self, bound: Bound, view: View) -> Memory:
        return tuple(c.start(b, view) for c, b in zip(self.clauses, bound.parts, strict=True))

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        steps = [c.step(b, m, view) for c, b, m in zip(self.clauses, bound.parts, memory, strict=True)]
        wide = (bound.count, view.paths)
        dues = [np.broadcast_to(due, (len(due), *wide)) for _, due in steps]
        return tuple(m for m, _ in steps), np.concatenate(dues)

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        told, first = [], 0
        for clause, inner, remembered in zip(self.clauses, bound.parts, memory, strict=True):
            rows = slice(first, first + len(clause.lanes))
            told.append(clause.settle(inner, remembered, due[rows], paid[rows]))
            first = rows.stop
        return tuple(told)

    def __str__(self) -> str:
        return "; ".join(str(clause) for clause in self.clauses)


def parted(due: Floats, room: Floats) -> Floats:
    """Dues cut in one proportion, so that together they are no more than there is room for.

    Arguments:
        due: (lane, contract, path or 1).
        room: (contract, path); below 0 counts as none.
    """
    room = np.maximum(room, 0.0)
    if len(due) == 1:
        return np.minimum(due, room)
    total = due.sum(axis=0)
    share = np.minimum(1.0, room / np.where(total > 0, total, 1.0))
    return np.asarray(due * share)
