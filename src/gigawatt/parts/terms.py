"""What the terms of a contract function may be: annotations that its form in a scenario is read from.

Data types: `Name`, `Term`, `OneOf`, `When`, `Count` (what an annotation says), and the annotated types built from them.
A term may also be a frozen dataclass of terms, a tuple of such, or `None` where it may be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, TypeAlias

from gigawatt import dates
from gigawatt.errors import InputError
from gigawatt.parts.observable import Amount, Constant, lift


@dataclass(frozen=True, slots=True)
class Name:
    """The term names something in the scenario: a party, deal, share, lab, or a process in this kind of unit."""

    kind: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """The term is an amount in this kind of unit, and at most so much where a bound is given (internal units)."""

    unit: str
    most: float | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """The term is one of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class When:
    """The term is a month or a period such as `2027-01` or `2027-H1`."""


@dataclass(frozen=True, slots=True)
class Count:
    """The term is a whole number between two bounds, both included."""

    low: int
    high: int


Party: TypeAlias = Annotated[str, Name("party")]
Deal: TypeAlias = Annotated[str, Name("deal")]
Share: TypeAlias = Annotated[str, Name("share")]
Lab: TypeAlias = Annotated[str, Name("lab")]
Date: TypeAlias = Annotated[str, When()]
Money: TypeAlias = Annotated[Amount, Term("USD")]
MoneyPerMonth: TypeAlias = Annotated[Amount, Term("USD/month")]
MoneyPerPower: TypeAlias = Annotated[Amount, Term("USD/GW")]
MoneyPerPowerMonth: TypeAlias = Annotated[Amount, Term("USD/GW/month")]
MoneyPerShare: TypeAlias = Annotated[Amount, Term("USD/share")]
Shares: TypeAlias = Annotated[Amount, Term("share")]
Power: TypeAlias = Annotated[Amount, Term("GW")]
Counter: TypeAlias = Annotated[str, OneOf(("bought", "received", "running"))]
Ratio: TypeAlias = Annotated[Amount, Term("1")]
Part: TypeAlias = Annotated[Amount, Term("1", most=1.0)]
Discount: TypeAlias = Annotated[Amount, Term("1", most=0.95)]
Rate: TypeAlias = Annotated[Amount, Term("1/month")]
MoneyPerEnergy: TypeAlias = Annotated[Amount, Term("USD/MWh")]
Months: TypeAlias = Annotated[int, Count(1, 120)]
Progress: TypeAlias = Annotated[str, OneOf(("received", "running"))]
Load: TypeAlias = Annotated[str, OneOf(("running", "loaded"))]
Interest: TypeAlias = Annotated[str, Name("process", "1/month")]
RentalPrice: TypeAlias = Annotated[str, Name("process", "USD/GW/month")]
PowerPrice: TypeAlias = Annotated[str, Name("process", "USD/MWh")]


def nonzero(amount: Amount) -> bool:
    """Whether an amount is anything but a plain 0."""
    lifted = lift(amount)
    return not (isinstance(lifted, Constant) and lifted.figure.certain and lifted.figure.terms[0] == 0)


def ordered(**named: str | None) -> None:
    """Refuse dates that do not follow one another; the last must lie after the first. Those not given are left out.

    Arguments:
        named: terms and their dates, in the order in which they must come.

    Raises:
        InputError: names both terms.
    """
    found = [(name, date, dates.period(date)) for name, date in named.items() if date is not None]
    pairs = [(one, two, one[2].first <= two[2].first) for one, two in pairwise(found)]
    if len(found) > 1:
        pairs.append((found[0], found[-1], found[0][2].first < found[-1][2].last))
    for (one, early, _), (two, late, _), fine in pairs:
        if not fine:
            raise InputError(f"{two}: `{late}` is too early; it must lie after `{one}`, which is `{early}`.")
