"""Contracts are expressions: leaves that pay, wrappers that add one idea each, and a group.

    Upto("100 bnUSD", While(solvent("lab"), Pay("vendor", "lab", growth(online("nvidia")) * "10 bnUSD/GW")))

Data types: `Lane` (who owes whom what), `Clause` and its leaves `Pay` and `Once`; the wrappers stand in `wrapper.py`.
Dues are arrays (lane, contract, path): one row of contracts for each lane.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.observable import Observable, positive, true
from gigawatt.parts.view import Bound, Memory, Shape, View
from gigawatt.units import unit

CASH = "cash"


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """A way along which something is owed.

    Arguments:
        payer, payee: parties.
        asset: `cash`, or the name of a share that moves in kind.
        rank: 0 is paid first; equal ranks share what there is in proportion.
    """

    payer: str
    payee: str
    asset: str = CASH
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Clause(ABC):
    """Part of a contract: looks at the view, states what is due, is told what was paid."""

    @property
    @abstractmethod
    def lanes(self) -> tuple[Lane, ...]:
        """The ways along which this clause may owe."""

    @abstractmethod
    def parts(self) -> tuple[Clause | Observable, ...]:
        """The expressions inside."""

    @abstractmethod
    def start(self, bound: Bound, view: View) -> Memory:
        """Memory before the first month."""

    @abstractmethod
    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        """New memory and what is due this month (lane, contract, path)."""

    @abstractmethod
    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        """Memory after the clause learns what its own lanes were paid (lane, contract, path)."""

    @property
    def listens(self) -> bool:
        """Whether it, or a clause inside, remembers what it was paid; others need not be told."""
        return any(isinstance(part, Clause) and part.listens for part in self.parts())

    def named(self) -> tuple[str, str] | None:
        """A clause looks at entities only through observables."""
        return None

    def figures(self) -> tuple[Figure, ...]:
        """A clause holds figures only through observables."""
        return ()

    def shape(self) -> Shape:
        """Everything two clauses must share to be stacked."""
        kinds = tuple(lane.asset == CASH for lane in self.lanes)
        return (type(self).__name__, kinds, *(part.shape() for part in self.parts()))


@dataclass(frozen=True, slots=True)
class Pay(Clause):
    """A payment each month at a rate; what would be negative is nothing."""

    payer: str
    payee: str
    rate: Observable
    asset: str = CASH

    def __post_init__(self) -> None:
        must_be(self.rate, "USD/month" if self.asset == CASH else "share/month", "a monthly payment")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (Lane(self.payer, self.payee, self.asset),)

    def parts(self) -> tuple[Observable, ...]:
        return (self.rate,)

    def start(self, bound: Bound, view: View) -> Memory:
        return self.rate.start(bound.parts[0], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        memory, rate = self.rate.step(bound.parts[0], memory, view)
        return memory, positive(rate)[np.newaxis]

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        return memory

    def __str__(self) -> str:
        return f"{self.payer} pays {self.payee} {self.rate}{'' if self.asset == CASH else f' ({self.asset} shares)'}"


@dataclass(frozen=True, slots=True)
class Once(Clause):
    """One payment, of cash or of any other asset, in the first month a condition holds."""

    payer: str
    payee: str
    amount: Observable
    when: Observable
    asset: str = CASH

    def __post_init__(self) -> None:
        must_be(self.amount, "USD" if self.asset == CASH else "share", "a single payment")
        must_be(self.when, "1", "a condition")

    @property
    def lanes(self) -> tuple[Lane, ...]:
        return (Lane(self.payer, self.payee, self.asset),)

    def parts(self) -> tuple[Observable, ...]:
        return (self.amount, self.when)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        return np.zeros((bound.count, view.paths), dtype=bool), *inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        done, amounts, conditions = memory
        amounts, amount = self.amount.step(bound.parts[0], amounts, view)
        conditions, holds = self.when.step(bound.parts[1], conditions, view)
        now = true(holds) & ~done
        return (done | now, amounts, conditions), only(positive(amount), now)[np.newaxis]

    def settle(self, bound: Bound, memory: Memory, due: Floats, paid: Floats) -> Memory:
        return memory

    def __str__(self) -> str:
        what = str(self.amount) if self.asset == CASH else f"{self.amount} of {self.asset}"
        return f"{self.payer} gives {self.payee} {what} when {self.when}"


def only(due: Floats, holds: NDArray[np.generic]) -> Floats:
    """What is due where a condition holds, nothing elsewhere; next to free while it holds for all or for none.

    Arguments:
        due: (..., contract, path or 1).
        holds: (contract, path or 1), the condition holds where it is above 0.
    """
    now = true(holds)
    if now.all():
        return due
    return np.where(now, due, 0.0) if now.any() else np.zeros((*due.shape[:-1], 1))


def must_be(observable: Observable, expected: str, what: str) -> None:
    """Refuse an observable whose unit is not of the expected kind.

    Raises:
        UnitError: names both units.
    """
    if not observable.unit.same_dimension(unit(expected)):
        raise UnitError(f"{what} must be in {expected}, but `{observable}` is in `{observable.unit}`.")
