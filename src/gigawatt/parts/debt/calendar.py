"""Dates of a debt contract: cycles, end of month, business days.

    Cycle      how often something recurs, and whether the last, odd interval is long or short
    Placed     one date as it is paid, and as it enters interest

The conventions and their names are those of the ACTUS standard.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

from gigawatt.errors import InputError

BUSINESS_DAYS = ("NOS", "SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP")
CALENDARS = {"NC": "NC", "NOCALENDAR": "NC", "MF": "MF", "MONDAYTOFRIDAY": "MF"}
END_OF_MONTH = ("SD", "EOM")
LONGEST = 40_000
"""Dates after which a recurrence is taken to be a slip; a payment every day for a century has fewer."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A period that repeats, such as `P3ML1`: every three months, the last interval short.

    Arguments:
        count: how many units, 0 only for a period that does not repeat.
        unit: `D` days, `W` weeks, `M` months, `Q` quarters, `H` half-years, `Y` years.
        long_stub: an odd rest at the end joins the interval before it (`L0`) or stands alone (`L1`).
    """

    count: int
    unit: str
    long_stub: bool = True

    def __str__(self) -> str:
        return f"P{self.count}{self.unit}L{0 if self.long_stub else 1}"

    def after(self, anchor: datetime.datetime, times: int, *, end_of_month: bool = False) -> datetime.datetime:
        """The date so many cycles after an anchor, counted from the anchor so that no day is lost on the way.

        Arguments:
            anchor: where counting starts.
            times: how many cycles, may be negative.
            end_of_month: an anchor on the last day of its month stays on last days.

        Raises:
            InputError: the date lies outside the years 1 to 9999.
        """
        try:
            if self.unit in _DAYS:
                return anchor + datetime.timedelta(days=_DAYS[self.unit] * self.count * times)
            month = anchor.year * 12 + anchor.month - 1 + _MONTHS[self.unit] * self.count * times
            # Every month has 28 days, so most dates need no look at its length.
            last = 28 if anchor.day <= 28 and not end_of_month else monthrange(month // 12, month % 12 + 1)[1]
            stays = end_of_month and anchor.day == monthrange(anchor.year, anchor.month)[1]
            day = last if stays else min(anchor.day, last)
            return anchor.replace(year=month // 12, month=month % 12 + 1, day=day)
        except (OverflowError, ValueError) as far:
            raise InputError(
                f"{times} cycles of {self} after {anchor:%Y-%m-%d} lie outside the years 1 to 9999; "
                "check the cycle and the payment per cycle, or give maturityDate."
            ) from far


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Something that happens first on an anchor date and then on a cycle.

    Arguments:
        anchor: the first date, if any.
        cycle: how often after it; none for a single date.
    """

    anchor: datetime.datetime | None = None
    cycle: Cycle | None = None

    def dates(
        self, end: datetime.datetime, *, end_of_month: bool = False, with_end: bool = False
    ) -> tuple[datetime.datetime, ...]:
        """All dates before an end, an odd rest treated as the cycle says, and the end itself if asked for.

        Arguments:
            end: where the recurrence stops.
            end_of_month: see `Cycle.after`.
            with_end: add the end; nothing recurs where there is no anchor.

        Raises:
            InputError: more dates than any contract has.

        Source: ACTUS technical specification, schedules S and their stubs.
        """
        if self.anchor is None:
            return ()
        found: list[datetime.datetime] = []
        if self.anchor < end:
            found.append(self.anchor)
        if self.cycle is not None and found:
            following = self.cycle.after(self.anchor, 1, end_of_month=end_of_month)
            while following < end:
                if len(found) == LONGEST:
                    raise InputError(
                        f"{self.cycle} from {self.anchor:%Y-%m-%d} to {end:%Y-%m-%d} has more than {LONGEST:,} dates; "
                        "check the cycle and the last date."
                    )
                found.append(following)
                following = self.cycle.after(self.anchor, len(found), end_of_month=end_of_month)
            if self.cycle.long_stub and following != end and len(found) > 1:
                found.pop()
        return (*found, end) if with_end else tuple(found)

    def endless(self, *, end_of_month: bool = False) -> Iterator[datetime.datetime]:
        """All dates without an end; a single one where there is no cycle."""
        if self.anchor is not None:
            yield self.anchor
            times = 1
            while self.cycle is not None:
                yield self.cycle.after(self.anchor, times, end_of_month=end_of_month)
                times += 1


@dataclass(frozen=True, slots=True)
class Placed:
    """One date of a contract, twice.

    Arguments:
        date: when it is paid.
        basis: the date that enters the counting of days; differs where interest ignores the shift to a business day.
    """

    date: datetime.datetime
    basis: datetime.datetime


def place(date: datetime.datetime, convention: str, calendar: str) -> Placed:
    """Where a date falls once weekends are avoided.

    Arguments:
        date: as scheduled.
        convention: one of `BUSINESS_DAYS`; `SC*` shifts before interest is counted, `CS*` after; `*F` forward, `*P`
            back, `*M*` the other way where the month would change.
        calendar: `NC` every day is a business day, `MF` Monday to Friday.
    """
    if convention == "NOS" or is_business_day(date, calendar):
        return Placed(date, date)
    step = 1 if convention.endswith("F") else -1
    moved = _walk(date, step, calendar)
    if "M" in convention and moved.month != date.month:
        moved = _walk(date, -step, calendar)
    return Placed(moved, date if convention.startswith("C") else moved)


def is_business_day(date: datetime.datetime, calendar: str) -> bool:
    """Whether a calendar works on a date."""
    return calendar == "NC" or date.weekday() < 5


def business_days(first: datetime.date, last: datetime.date, calendar: str) -> int:
    """How many days a calendar works from a first day up to a last, which is not counted."""
    weeks, rest = divmod((last - first).days, 7)
    if calendar == "NC":
        return 7 * weeks + rest
    return 5 * weeks + sum((first.weekday() + day) % 7 < 5 for day in range(rest))


def parse_cycle(text: str) -> Cycle | None:
    """A cycle from its ACTUS text, or nothing where the text is none.

    Arguments:
        text: such as `P1ML1`; the stub may be missing and is then long.
    """
    found = _CYCLE.fullmatch(text.strip().upper())
    return Cycle(int(found[1]), found[2], found[3] != "1") if found else None


def _walk(date: datetime.datetime, step: int, calendar: str) -> datetime.datetime:
    while not is_business_day(date, calendar):
        date += datetime.timedelta(days=step)
    return date


_CYCLE = re.compile(r"P([0-9]{1,5})([DWMQHY])(?:L([01]))?")
_DAYS = {"D": 1, "W": 7}
_MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12}
