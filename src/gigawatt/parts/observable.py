"""Observables: expressions over the world of a month that know their unit.

    online("amd") * "15 bnUSD/GW"          average("amd", 30) >= "600 USD/share"

Data types: `Observable` and its final forms `Read`, `Constant`, `Window`, `Binary`, `Growth`, `Latch`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.dates import month_text
from gigawatt.errors import UnitError
from gigawatt.parts.figure import Figure, Floats, literal
from gigawatt.parts.view import Bound, Memory, Shape, View
from gigawatt.parts.words import SIGNS, said
from gigawatt.units import ONE, Unit, unit


@dataclass(frozen=True, slots=True)
class Observable(ABC):
    """Something a contract may look at, with a unit; combine with + - * / and >=."""

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """Unit of the value."""

    @abstractmethod
    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        """New memory and this month's values (contract, path or 1); conditions may come as booleans."""

    def start(self, bound: Bound, view: View) -> Memory:
        """Memory before the first month, given the opening view."""
        return tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))

    def parts(self) -> tuple[Observable, ...]:
        """The observables inside."""
        return ()

    def named(self) -> tuple[str, str] | None:
        """Kind and name of the entity it looks at."""
        return None

    def figures(self) -> tuple[Figure, ...]:
        """The figures it holds itself."""
        return ()

    def shape(self) -> Shape:
        """Everything two observables must share to be stacked."""
        return (type(self).__name__, *(part.shape() for part in self.parts()))

    def __add__(self, other: Amount) -> Observable:
        return Binary("+", self, lift(other))

    def __sub__(self, other: Amount) -> Observable:
        return Binary("-", self, lift(other))

    def __mul__(self, other: Amount) -> Observable:
        return Binary("*", self, lift(other))

    def __truediv__(self, other: Amount) -> Observable:
        return Binary("/", self, lift(other))

    def __ge__(self, other: Amount) -> Observable:
        return Binary(">=", self, lift(other))


Amount: TypeAlias = Observable | Figure | str | float
"""Anything that can be read as an observable: text and numbers become constants."""

LONG_AGO = 2000 * 12
"""A window that opens before this month has, for people, only an end."""

FAR_OFF = 9000 * 12
"""A window that closes after this month has, for people, only a beginning."""

ROUNDING = 1e-9
"""A mark counts as reached when less than this share of it is missing."""


@dataclass(frozen=True, slots=True)
class Read(Observable):
    """One row of one table of the view, such as the energised gigawatts of a deal."""

    table: str
    kind: str
    name: str
    of: Unit

    @property
    def unit(self) -> Unit:
        return self.of

    def named(self) -> tuple[str, str]:
        return self.kind, self.name

    def shape(self) -> Shape:
        return ("Read", self.table)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        return memory, view.tables[self.table][bound.rows]

    def __str__(self) -> str:
        return said(self.table, self.name)


@dataclass(frozen=True, slots=True)
class Constant(Observable):
    """A figure of the scenario; uncertain figures differ by path."""

    figure: Figure

    @property
    def unit(self) -> Unit:
        return self.figure.unit

    def figures(self) -> tuple[Figure, ...]:
        return (self.figure,)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        return memory, bound.values[0]

    def __str__(self) -> str:
        return str(self.figure) if self.figure.certain else f"({self.figure})"


@dataclass(frozen=True, slots=True)
class Window(Observable):
    """1 from a first to a last month, both included, and 0 outside."""

    first: Figure
    last: Figure

    @property
    def unit(self) -> Unit:
        return ONE

    def figures(self) -> tuple[Figure, ...]:
        return (self.first, self.last)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        first, last = bound.values
        return memory, np.logical_and(first <= view.month, view.month <= last)

    def __str__(self) -> str:
        first, last = (int(figure.terms[0]) for figure in (self.first, self.last))
        if first <= LONG_AGO:
            return f"until {month_text(last)}"
        return f"from {month_text(first)} " + ("on" if last >= FAR_OFF else f"to {month_text(last)}")


_BINARY: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": partial(np.add, dtype=np.float64),
    "-": partial(np.subtract, dtype=np.float64),
    # Of two conditions both must hold: for booleans this product is `and`.
    "*": np.multiply,
    "/": partial(np.divide, dtype=np.float64),
    "larger": np.maximum,
    "smaller": np.minimum,
    # Ten phases of 0.1 GW add up to a hair less than 1 GW, and must still reach a mark of 1 GW.
    ">=": lambda a, b: np.greater_equal(a, b - np.multiply(ROUNDING, np.abs(b))),
}


@dataclass(frozen=True, slots=True)
class Binary(Observable):
    """Two observables combined; units are checked when it is built."""

    operation: str
    left: Observable
    right: Observable

    def __post_init__(self) -> None:
        if self.operation not in "*/" and not self.left.unit.same_dimension(self.right.unit):
            raise UnitError(
                f"`{self.left} {self.operation} {self.right}`: `{self.left.unit}` and `{self.right.unit}` "
                "are not of the same kind; convert one of them first."
            )

    @property
    def unit(self) -> Unit:
        if self.operation == "*":
            return self.left.unit * self.right.unit
        if self.operation == "/":
            return self.left.unit / self.right.unit
        return ONE if self.operation == ">=" else self.left.unit

    def parts(self) -> tuple[Observable, ...]:
        return (self.left, self.right)

    def shape(self) -> Shape:
        return (self.operation, self.left.shape(), self.right.shape())

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        before, after = memory
        before, left = self.left.step(bound.parts[0], before, view)
        after, right = self.right.step(bound.parts[1], after, view)
        return (before, after), _BINARY[self.operation](left, right)

    def __str__(self) -> str:
        if self.operation in ("larger", "smaller"):
            return f"the {self.operation} of [{self.left}] and [{self.right}]"
        conditions = self.left.unit == ONE and self.right.unit == ONE and _is_condition(self.left)
        return f"{self.left} {'and' if conditions and self.operation == '*' else SIGNS[self.operation]} {self.right}"


def _is_condition(observable: Observable) -> bool:
    """Whether an observable is 0 or 1 by its form."""
    if isinstance(observable, Binary):
        pair = observable.operation == "*" and _is_condition(observable.left) and _is_condition(observable.right)
        return observable.operation == ">=" or pair
    return isinstance(observable, Window | Latch) or (isinstance(observable, Read) and observable.table == "solvent")


@dataclass(frozen=True, slots=True)
class Growth(Observable):
    """How much something rose in the month; a fall counts as nothing."""

    inner: Observable

    @property
    def unit(self) -> Unit:
        return self.inner.unit / unit("month")

    def parts(self) -> tuple[Observable, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        memory, value = self.inner.step(bound.parts[0], self.inner.start(bound.parts[0], view), view)
        return value, memory

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        last, inner = memory
        inner, value = self.inner.step(bound.parts[0], inner, view)
        return (value, inner), positive(np.subtract(value, last, dtype=np.float64))

    def __str__(self) -> str:
        return f"the growth in {self.inner}"


@dataclass(frozen=True, slots=True)
class Latch(Observable):
    """1 from the first month a condition held, whatever happens afterwards."""

    inner: Observable

    @property
    def unit(self) -> Unit:
        return ONE

    def parts(self) -> tuple[Observable, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        return np.zeros((bound.count, view.paths), dtype=bool), self.inner.start(bound.parts[0], view)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        held, inner = memory
        inner, holds = self.inner.step(bound.parts[0], inner, view)
        held = held | true(holds)
        return (held, inner), held

    def __str__(self) -> str:
        return f"{self.inner}, once reached"


def true(condition: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a condition holds: where it is above 0."""
    return np.asarray(condition if condition.dtype == np.bool_ else np.greater(condition, 0), dtype=np.bool_)


def positive(values: Floats) -> Floats:
    """The values, with 0 in place of negative ones."""
    # Looking for one is cheaper than a copy, and there seldom is one.
    return values if values.min(initial=0.0) >= 0.0 else np.maximum(values, 0.0)


def lift(amount: Amount) -> Observable:
    """Text, a number or a figure as a constant; an observable as itself."""
    if isinstance(amount, Observable):
        return amount
    return Constant(amount if isinstance(amount, Figure) else literal(amount))
