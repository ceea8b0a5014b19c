"""Observables that depend on more than one month: stocks, last month's value, and the calendar.

    aged(growth(received("amd")) * "30 bnUSD/GW", "25 %/year")          since("2028-01") * "1 %/year"

Data types: `Stock`, `Before`, `Relative`, `Ramp`, `Escalator`, `Not`, all final forms of `Observable`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt import dates
from gigawatt.dates import month_text
from gigawatt.errors import UnitError
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.observable import Amount, Observable, lift, true
from gigawatt.parts.view import Bound, Memory, View
from gigawatt.units import ONE, Unit, unit

MONTH = unit("month")


@dataclass(frozen=True, slots=True)
class Stock(Observable):
    """What has flowed in so far; each month a share of what was there is lost before the month's inflow joins."""

    inflow: Observable
    loss: Observable
    opening: Observable

    def __post_init__(self) -> None:
        _same(self.loss, "1/month", "a loss")
        if not self.opening.unit.same_dimension(self.unit):
            raise UnitError(f"an opening stock must be in `{self.unit}`, but `{self.opening}` is not.")

    @property
    def unit(self) -> Unit:
        return self.inflow.unit * MONTH

    def parts(self) -> tuple[Observable, ...]:
        return (self.inflow, self.loss, self.opening)

    def start(self, bound: Bound, view: View) -> Memory:
        inside = tuple(p.start(b, view) for p, b in zip(self.parts(), bound.parts, strict=True))
        _, opening = self.opening.step(bound.parts[2], inside[2], view)
        return opening + np.zeros((bound.count, view.paths)), inside

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        stock, inside = memory
        steps = [p.step(b, m, view) for p, b, m in zip(self.parts(), bound.parts, inside, strict=True)]
        stock = stock * (1.0 - steps[1][1]) + steps[0][1]
        return (stock, tuple(m for m, _ in steps)), stock

    def __str__(self) -> str:
        return f"[{self.inflow}] so far, less {self.loss}"


@dataclass(frozen=True, slots=True)
class Before(Observable):
    """The value of the month before; in the first month, that of the opening."""

    inner: Observable

    @property
    def unit(self) -> Unit:
        return self.inner.unit

    def parts(self) -> tuple[Observable, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        memory, value = self.inner.step(bound.parts[0], self.inner.start(bound.parts[0], view), view)
        return value, memory

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        last, inner = memory
        inner, value = self.inner.step(bound.parts[0], inner, view)
        return (value, inner), last

    def __str__(self) -> str:
        return f"last month's {self.inner}"


@dataclass(frozen=True, slots=True)
class Relative(Observable):
    """An observable as a multiple of what it was at the opening."""

    inner: Observable

    @property
    def unit(self) -> Unit:
        return ONE

    def parts(self) -> tuple[Observable, ...]:
        return (self.inner,)

    def start(self, bound: Bound, view: View) -> Memory:
        memory, value = self.inner.step(bound.parts[0], self.inner.start(bound.parts[0], view), view)
        return value, memory

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        first, inner = memory
        inner, value = self.inner.step(bound.parts[0], inner, view)
        return (first, inner), np.divide(value, first, dtype=np.float64)

    def __str__(self) -> str:
        return f"{self.inner} over its opening"


@dataclass(frozen=True, slots=True)
class Ramp(Observable):
    """0 before a first month, 1 from a last one on, rising by equal steps in between."""

    first: Figure
    last: Figure

    @property
    def unit(self) -> Unit:
        return ONE

    def figures(self) -> tuple[Figure, ...]:
        return (self.first, self.last)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        first, last = bound.values
        return memory, np.clip((view.month - first + 1.0) / (last - first + 1.0), 0.0, 1.0)

    def __str__(self) -> str:
        first, last = (int(figure.terms[0]) for figure in (self.first, self.last))
        begins = month_text(first)
        return f"(1 from {begins})" if first == last else f"(from {begins} rising to 1 in {month_text(last)})"


@dataclass(frozen=True, slots=True)
class Escalator(Observable):
    """1 in the first year, then one step up each year, each by the same rate (compound)."""

    rate: Observable
    first: Figure

    def __post_init__(self) -> None:
        _same(self.rate, "1/month", "an escalation")

    @property
    def unit(self) -> Unit:
        return ONE

    def parts(self) -> tuple[Observable, ...]:
        return (self.rate,)

    def figures(self) -> tuple[Figure, ...]:
        return (self.first,)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        inner, rate = self.rate.step(bound.parts[0], memory[0], view)
        years = np.maximum((view.month - bound.values[0]) // 12, 0.0)
        return (inner,), (1.0 + 12.0 * rate) ** years

    def __str__(self) -> str:
        return f"(raised by {self.rate} on each anniversary of {month_text(int(self.first.terms[0]))})"


@dataclass(frozen=True, slots=True)
class Not(Observable):
    """1 where a condition does not hold, 0 where it does."""

    inner: Observable

    def __post_init__(self) -> None:
        _same(self.inner, "1", "a condition")

    @property
    def unit(self) -> Unit:
        return ONE

    def parts(self) -> tuple[Observable, ...]:
        return (self.inner,)

    def step(self, bound: Bound, memory: Memory, view: View) -> tuple[Memory, Floats]:
        inner, holds = self.inner.step(bound.parts[0], memory[0], view)
        return (inner,), np.logical_not(true(holds))

    def __str__(self) -> str:
        return f"(1 unless {self.inner})"


def total(inflow: Observable, opening: Amount | None = None) -> Observable:
    """Everything that has flowed in so far (the inflow's unit times months)."""
    return aged(inflow, "0 1/month", opening)


def aged(inflow: Observable, loss: Amount, opening: Amount | None = None) -> Observable:
    """Everything that has flowed in so far and is left when a share is lost each month, as in depreciation.

    Arguments:
        inflow: what joins each month, such as `growth(received("amd")) * "30 bnUSD/GW"`.
        loss: share lost each month of what was there before (1/month); `25 %/year` loses 25 % / 12 a month.
        opening: what there is before the first month; nothing where it is not given.
    """
    nothing = lift(Figure("", inflow.unit * MONTH))
    return Stock(inflow, lift(loss), nothing if opening is None else lift(opening))


def opposite(of: Observable) -> Observable:
    """1 where a condition does not hold (ratio)."""
    return Not(of)


def before(of: Observable) -> Observable:
    """The value of the month before."""
    return Before(of)


def relative(of: Observable) -> Observable:
    """An observable as a multiple of its opening value (ratio)."""
    return Relative(of)


def since(first: str) -> Observable:
    """1 from the first month of a date on, 0 before."""
    return Ramp(moment(first), moment(first))


def ramp(first: str, last: str) -> Observable:
    """0 before the first of two dates, 1 from the second on, rising by equal monthly steps in between.

    Raises:
        UnitError: the second date lies before the first.
    """
    if dates.period(last).first < dates.period(first).first:
        raise UnitError(f"a ramp from {first} to {last}: the second date lies before the first.")
    return Ramp(moment(first), moment(last))


def escalator(rate: Amount, first: str) -> Observable:
    """1 for a year from a date, then raised by a rate on each anniversary (ratio)."""
    return Escalator(lift(rate), moment(first))


def moment(date: str) -> Figure:
    """The first month of a date as a figure, counted as year * 12 + month - 1."""
    return Figure("", ONE, terms=(float(dates.period(date).first),))


def closing(date: str) -> Figure:
    """The last month of a date as a figure, counted as year * 12 + month - 1."""
    return Figure("", ONE, terms=(float(dates.period(date).last),))


def _same(observable: Observable, expected: str, what: str) -> None:
    if not observable.unit.same_dimension(unit(expected)):
        raise UnitError(f"{what} must be in {expected}, but `{observable}` is in `{observable.unit}`.")
