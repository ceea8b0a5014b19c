"""What the terms of a contract function may be: annotations that its form in a scenario is read from.

Data types: `Name`, `Term`, `OneOf`, `When` (what an annotation says), and the annotated types built from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from gigawatt.parts.observable import Amount


@dataclass(frozen=True, slots=True)
class Name:
    """The term names something in the scenario: a party, deal, share or lab."""

    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """The term is an amount in this kind of unit."""

    unit: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The term is one of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class When:
    """The term is a month or a period such as `2027-01` or `2027-H1`."""


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
Counter: TypeAlias = Annotated[str, OneOf(("bought", "received"))]
Ratio: TypeAlias = Annotated[Amount, Term("1")]
