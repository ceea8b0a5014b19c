"""Vesting conditions of the Open Cap Format: written from tranches, and read as far as they go.

conditions    the conditions of a warrant's tranches
tranches      the tranches of an issuance, and what it leaves unsaid
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field
from fractions import Fraction

from gigawatt.parts.warrant.codec import Json
from gigawatt.parts.warrant.ocf_file import Found, Item
from gigawatt.parts.warrant.terms import Between, Event, Tranche, Warrant

UNSAID = Event("a condition that the file does not state")


@dataclass(frozen=True, slots=True)
class Partial:
    """Tranches as far as the format states them.

    Arguments:
        tranches: those with a number of shares.
        missing: what is not said, each in a sentence.
        unsaid: the event that stands for a condition nobody stated.
    """

    tranches: tuple[Tranche, ...]
    missing: tuple[str, ...]
    unsaid: Event = field(default=UNSAID)


def conditions(warrant: Warrant) -> list[Json]:
    """One condition for each tranche, all open from the start.

    A tranche behind locks becomes an event, one behind a date alone that date, one behind nothing the start. A number
    of shares that is not public is written as 0, as nothing is said about it.
    """
    start: list[Json] = []
    listed: list[Json] = []
    for name, tranche in zip(warrant.names, warrant.tranches, strict=True):
        trigger: dict[str, Json] = {"type": "VESTING_EVENT"}
        if tranche.price is None and tranche.counter is None:
            day = tranche.not_before or warrant.issued
            trigger = {"type": "VESTING_SCHEDULE_ABSOLUTE", "date": day.isoformat()}
        shares = 0.0 if isinstance(tranche.shares, Between) else tranche.shares
        start.append(f"tranche {name}")
        listed.append(
            {
                "id": f"tranche {name}",
                "quantity": f"{shares:.0f}",
                "trigger": trigger,
                "next_condition_ids": [],
            }
        )
    first: Json = {
        "id": "start",
        "quantity": "0",
        "trigger": {"type": "VESTING_START_DATE"},
        "next_condition_ids": start,
    }
    return [first, *listed]


def tranches(found: Found, quantity: float, issued: datetime.date) -> Partial:
    """The tranches of an issuance.

    Arguments:
        found: the issuance with its vesting terms.
        quantity: shares of the whole warrant.
        issued: day of the issuance, from which dates count where vesting has no start of its own.

    Raises:
        InputError: a condition in no known form.
    """
    exact = found.issuance.get("vestings")
    if exact is not None:
        return _dated(found, exact, issued)
    if found.vesting is None:
        return Partial((Tranche(shares=quantity),), ())
    listed = found.vesting.get("vesting_conditions")
    if not isinstance(listed, list) or not listed:
        raise found.fault("vesting_terms_id", "the vesting terms have no `vesting_conditions`; at least one expected.")
    return _Graph(found, quantity, found.started or issued, issued).read(listed)


def _dated(found: Found, exact: Json, issued: datetime.date) -> Partial:
    if not isinstance(exact, list):
        raise found.fault("vestings", "a list of dates and amounts expected.")
    made = []
    for number, item in enumerate(exact, 1):
        place = f"vestings[{number}]"
        if not isinstance(item, dict):
            raise found.fault(place, "a date and an amount expected.")
        day = max(found.day_in(item.get("date"), f"{place}.date"), issued)
        made.append(Tranche(shares=found.number_in(item.get("amount"), f"{place}.amount"), not_before=day))
    return Partial(tuple(made), ())


@dataclass(frozen=True, slots=True)
class _Graph:
    """The conditions of one issuance while they are read."""

    found: Found
    quantity: float
    start: datetime.date
    issued: datetime.date
    days: dict[str, datetime.date] = field(default_factory=dict)
    made: list[Tranche] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    so_far: list[Fraction] = field(default_factory=lambda: [Fraction(0)])

    def read(self, listed: list[Json]) -> Partial:
        for number, item in enumerate(listed, 1):
            place = f"vesting_conditions[{number}]"
            trigger = item.get("trigger") if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not isinstance(trigger, dict):
                raise self.found.fault(place, "`id` and `trigger` expected.")
            self.condition(str(item["id"]), item, trigger, place)
        return Partial(tuple(tranche for tranche in self.made if tranche.shares), tuple(self.missing))

    def condition(self, name: str, item: Item, trigger: Item, place: str) -> None:
        kind = trigger.get("type")
        if kind == "VESTING_START_DATE":
            self.days[name] = self.start
            self.add(name, item, place, Tranche(shares=0.0, not_before=max(self.start, self.issued)))
        elif kind == "VESTING_SCHEDULE_ABSOLUTE":
            self.days[name] = self.found.day_in(trigger.get("date"), f"{place}.trigger.date")
            self.add(name, item, place, Tranche(shares=0.0, not_before=max(self.days[name], self.issued)))
        elif kind == "VESTING_SCHEDULE_RELATIVE":
            self.relative(name, item, trigger, place)
        elif kind == "VESTING_EVENT":
            self.missing.append(f"what makes `{name}` happen: the format names the event and no gigawatts or prices.")
            self.add(name, item, place, Tranche(shares=0.0, counter=Event(name)))
        else:
            raise self.found.fault(
                f"{place}.trigger.type",
                f"`{kind}` is unknown. Known: VESTING_EVENT, VESTING_SCHEDULE_ABSOLUTE, VESTING_SCHEDULE_RELATIVE, "
                "VESTING_START_DATE.",
            )

    def relative(self, name: str, item: Item, trigger: Item, place: str) -> None:
        base, period = trigger.get("relative_to_condition_id"), trigger.get("period")
        if not isinstance(period, dict) or period.get("type") not in ("DAYS", "MONTHS"):
            raise self.found.fault(f"{place}.trigger.period", "a period of DAYS or MONTHS expected.")
        # The field was called `repetitions` before version 1.2.
        length, times = period.get("length"), period.get("occurrences", period.get("repetitions", 1))
        if not isinstance(length, int) or not isinstance(times, int) or not 0 <= length * times <= 73_000 or times < 1:
            raise self.found.fault(f"{place}.trigger.period", "whole `length` and `occurrences` expected.")
        if str(base) not in self.days:
            self.missing.append(f"when `{name}` vests: it counts from `{base}`, which has no date.")
            self.add(name, item, place, Tranche(shares=0.0, counter=Event(name)))
            return
        first = self.days[str(base)]
        for time in range(1, times + 1):
            step = length * time
            day = first + datetime.timedelta(days=step) if period["type"] == "DAYS" else _months(first, step)
            self.days[name] = day
            label = name if times == 1 else f"{name} {time}"
            self.add(label, item, place, Tranche(shares=0.0, not_before=max(day, self.issued)))

    def add(self, name: str, item: Item, place: str, shape: Tranche) -> None:
        """A tranche of this shape with the condition's number of shares, rounded by what has accumulated."""
        before = self.so_far[0]
        if "quantity" in item:
            size = Fraction(self.found.number_in(item["quantity"], f"{place}.quantity"))
        else:
            size = self.portion(item.get("portion"), place)
        self.so_far[0] = before + size
        shares = float(round(before + size) - round(before))
        # `dataclasses.replace` would do, but a condition has only these.
        self.made.append(Tranche(shares=shares, counter=shape.counter, not_before=shape.not_before, name=name))

    def portion(self, portion: Json, place: str) -> Fraction:
        if not isinstance(portion, dict):
            raise self.found.fault(place, "`quantity` or `portion` expected.")
        top = Fraction(self.found.number_in(portion.get("numerator"), f"{place}.portion.numerator"))
        bottom = Fraction(self.found.number_in(portion.get("denominator"), f"{place}.portion.denominator"))
        if bottom <= 0:
            raise self.found.fault(f"{place}.portion.denominator", f"{float(bottom):g} given, above 0 expected.")
        of = Fraction(self.quantity) - (self.so_far[0] if portion.get("remainder") is True else 0)
        return of * top / bottom


def _months(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or its last day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
