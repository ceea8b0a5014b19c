"""The terms of a warrant, as its parties sign them.

Between      a figure that is not public, known only to lie between two others
Mark         a counter of gigawatts, money or performance that must reach a level
PriceMark    a share price, market value or price against an index that must reach a level
Event        something that must have happened
Some         a number of conditions out of several
MeanStrike   a strike that is a share of a mean price on a later day
Tranche      shares behind a price lock, a counter lock and dates
Warrant      all of it
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gigawatt.errors import InputError
from gigawatt.parts.price_test import PriceTest

Day: TypeAlias = datetime.date
Place: TypeAlias = tuple[str | int, ...]

POWERS = ("purchased", "delivered", "energised")
"""Counters of gigawatts, three different ones; `paid` counts USD; any other name is a measure of performance."""

COUNTERS = (*POWERS, "paid")


@dataclass(frozen=True, slots=True, order=True)
class Between:
    """A figure that is not public: somewhere between two values, so that nobody mistakes a guess for a term."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:,.12g} to {self.high:,.12g}"


Level: TypeAlias = float | Between


@dataclass(frozen=True, slots=True)
class Mark:
    """A counter must reach a level.

    Arguments:
        counter: `purchased`, `delivered` or `energised` (GW), `paid` (USD, cumulative), or the name of a measure.
        level: in the counter's unit.
        latched: once reached it stays reached; otherwise it must hold on the day of vesting.
        after, before: first and last day on which reaching it counts; none for no bound.
    """

    counter: str
    level: Level
    latched: bool = True
    after: Day | None = None
    before: Day | None = None


@dataclass(frozen=True, slots=True)
class PriceMark:
    """A share price must pass a test.

    Arguments:
        level: in USD/share, in USD of market value, or a ratio, as `of` says.
        test: how the price is looked at.
        of: `price`, market `value`, or `index`: the price over the index that the test names, both as of issue 1.
        latched, after, before: as of a `Mark`.
    """

    level: Level
    test: PriceTest = field(default_factory=PriceTest)
    of: Literal["price", "value", "index"] = "price"
    latched: bool = True
    after: Day | None = None
    before: Day | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something must have happened, such as `loan received`."""

    name: str


@dataclass(frozen=True, slots=True)
class Some:
    """At least `need` of several conditions must hold."""

    need: int
    parts: tuple[Condition, ...]


Condition: TypeAlias = Mark | PriceMark | Event | Some


def either(*parts: Condition) -> Some:
    """One of the conditions is enough: the earlier opens the lock."""
    return Some(1, parts)


def both(*parts: Condition) -> Some:
    """All of the conditions must hold."""
    return Some(len(parts), parts)


def leaves(condition: Condition | None) -> Iterator[Mark | PriceMark | Event]:
    """The marks and events a condition is made of, in order."""
    if isinstance(condition, Some):
        for part in condition.parts:
            yield from leaves(part)
    elif condition is not None:
        yield condition


@dataclass(frozen=True, slots=True)
class MeanStrike:
    """A strike fixed later: a share of the mean price on the day another tranche has vested.

    Arguments:
        share: of the mean, such as 0.9.
        days: trading days in the mean, the day of vesting being the last.
        after: name of the tranche whose vesting fixes it.
        weighted: by volume where volumes are known; otherwise every day weighs the same.
    """

    share: float
    days: int
    after: str
    weighted: bool = True


Strike: TypeAlias = float | Between | MeanStrike


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """Shares that vest together, independent of all other tranches.

    Arguments:
        shares: how many, before any split.
        price: the price lock, made of price marks; none where the price does not matter.
        counter: the counter lock, made of marks and events; none where vesting is a matter of time.
        joined: whether `both` locks must be open or `either` is enough.
        not_before: vests on this day at the earliest; alone it makes the tranche a time-based one.
        deadline: vests on this day at the latest, or never.
        exercise: what must hold before vested shares can be exercised; none for nothing further.
        strike: this tranche's own strike (USD/share); none for the warrant's.
        name: unique; its number from 1 where it has none.
    """

    shares: Level
    price: Condition | None = None
    counter: Condition | None = None
    joined: Literal["both", "either"] = "both"
    not_before: Day | None = None
    deadline: Day | None = None
    exercise: Condition | None = None
    strike: Strike | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class EarlyExpiry:
    """The warrant ends a number of trading days after something has happened."""

    event: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class TransferLock:
    """No transfer before the earlier of a date and an event; at least one of them is given."""

    until: Day | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the warrant does about splits and cash dividends.

    Arguments:
        splits: number of shares, strike and price marks are rescaled.
        dividends: `none`; `strike` lowers the strike by each dividend; `shares` buys more shares with it, at the close
            before, and lowers the strike in proportion. Price marks stay.
    """

    splits: bool = True
    dividends: Literal["none", "strike", "shares"] = "none"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the terms: where, and what to do about it."""

    place: Place
    message: str

    def __str__(self) -> str:
        shown = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return f"{shown.lstrip('.') or 'warrant'}: {self.message}"


class TermsError(InputError):
    """Terms that make no sense; holds every fault found."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{name}: {fault}" for fault in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant:
    """The right to buy shares of the issuer at a strike, in tranches that vest behind locks.

    Arguments:
        issuer, holder: the parties.
        share: name of the share.
        shares: all tranches together, before any split.
        strike: USD/share, or the rule by which it is fixed.
        issued, expiry: first and last day.
        tranches: in the order of the contract, which numbers them from 1.
        early: an earlier end; none for none.
        exercise: the holder pays in `cash`, or gives up shares worth the strike (`net`).
        automatic: what can be exercised and is worth it on the last day is exercised net, even if forgotten.
        unexercisable: what has vested but cannot be exercised on the last day is `exercised` all the same, or `lapsed`.
        holding: calendar days from exercise until shares may be sold.
        registered: day before which shares cannot be sold; none for no such day.
        transfer: until when the holder cannot pass the warrant on; none for freely.
        adjustment: for splits and dividends.

    Raises:
        TermsError: the terms contradict themselves; every fault at once.
    """

    issuer: str
    holder: str
    share: str
    shares: float
    strike: Strike
    issued: Day
    expiry: Day
    tranches: tuple[Tranche, ...]
    early: EarlyExpiry | None = None
    exercise: Literal["cash", "net"] = "net"
    automatic: bool = True
    unexercisable: Literal["exercised", "lapsed"] = "lapsed"
    holding: int = 0
    registered: Day | None = None
    transfer: TransferLock | None = None
    adjustment: Adjustment = field(default_factory=Adjustment)

    def __post_init__(self) -> None:
        from gigawatt.parts.warrant.check import faults

        found = faults(self)
        if found:
            raise TermsError(f"{self.issuer} warrant to {self.holder}", found)

    @property
    def names(self) -> tuple[str, ...]:
        """The tranches' names, numbers from 1 where they have none."""
        return tuple(tranche.name or str(number) for number, tranche in enumerate(self.tranches, 1))

    def strike_of(self, tranche: Tranche) -> Strike:
        """The strike of one tranche: its own, or else the warrant's."""
        return self.strike if tranche.strike is None else tranche.strike
