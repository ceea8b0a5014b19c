"""Dates as the field writes them: `2026`, `2026-H2`, `2027Q2`, `2026-07`, `2026-07-15`.

    month       a count of calendar months, year * 12 + (month of the year - 1): July 2026 is 24318
    Period      a first and a last month, both included

Fiscal years are refused: they begin in another month in every company.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from gigawatt.errors import UnitError


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole months.

    Arguments:
        first: its first month, as a count.
        last: its last month, as a count; the same as `first` for a single month or day.
    """

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, month: int) -> bool:
        return self.first <= month <= self.last

    def __str__(self) -> str:
        first, last = month_text(self.first), month_text(self.last)
        return first if first == last else f"{first} to {last}"


def period(text: str) -> Period:
    """The months that a date covers: `2026-H2` is July to December 2026.

    Arguments:
        text: a year, half-year, quarter, month or day.

    Raises:
        UnitError: no such date; the message holds the likely fix.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None or int(found["year"]) == 0:
        raise UnitError(f"`{text}` is no date. {_fix(text.strip())}")
    january = int(found["year"]) * 12
    if found["part"]:
        length, parts = (6, 2) if found["part"] == "H" else (3, 4)
        index = int(found["index"])
        if not 1 <= index <= parts:
            name = "half-years H1 and H2" if parts == 2 else "quarters Q1 to Q4"
            raise UnitError(f"`{text}` is no date: a year has the {name}.")
        return Period(january + (index - 1) * length, january + index * length - 1)
    if not found["month"]:
        return Period(january, january + 11)
    if not 1 <= int(found["month"]) <= 12:
        raise UnitError(f"`{text}` is no date: months run from 01 to 12, written year first, as in `2026-07`.")
    only = january + int(found["month"]) - 1
    if found["day"] and not 1 <= int(found["day"]) <= _days(only):
        raise UnitError(f"`{text}` is no date: {month_text(only)} has the days 01 to {_days(only)}.")
    return Period(only, only)


def month(text: str) -> int:
    """The count of a single month: `2026-07` is 2026 * 12 + 6.

    Arguments:
        text: a month, or a day in it.

    Raises:
        UnitError: no such month, or a longer period.
    """
    span = period(text)
    if len(span) > 1:
        raise UnitError(f"`{text}` spans {len(span)} months; write one month, such as `{month_text(span.first)}`.")
    return span.first


def day(text: str, *, latest: bool = False) -> datetime.date:
    """The earliest day of a date, or its latest.

    Arguments:
        text: a year, half-year, quarter, month or day.
        latest: take the last day instead of the first.

    Raises:
        UnitError: no such date; the message holds the likely fix.
    """
    span = period(text)
    found = _DATE.fullmatch(text.strip())
    if found and found["day"]:
        return datetime.date(int(found["year"]), int(found["month"]), int(found["day"]))
    count = span.last if latest else span.first
    return datetime.date(count // 12, count % 12 + 1, _days(count) if latest else 1)


def month_text(count: int) -> str:
    """A month for people: 24318 is `2026-07`.

    Arguments:
        count: months since the start of year 0, from January of year 1 to December 9999.

    Raises:
        UnitError: the count lies outside that range.
    """
    if not 12 <= count < 120_000:
        raise UnitError(f"{count} is no month; it counts months since year 0, so July 2026 is {2026 * 12 + 6}.")
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-?(?P<part>[HQ])(?P<index>[0-9])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?",
)
_FISCAL = re.compile(r"\bFY|FY\b|fiscal|[0-9]FY|FY[0-9]", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(?!0000)[0-9]{4}(?![0-9])")
_PART = re.compile(r"(?P<part>[HQ])\s*(?P<index>[1-4])|(?P<index2>[1-4])\s*(?P<part2>[HQ])", re.IGNORECASE)
_MONTH_AND_DAY = re.compile(r"(0?[1-9]|1[0-2])(?:[-/.](0?[1-9]|[12][0-9]|3[01]))?")
_FORMS = "`2026`, `2026-H2`, `2027-Q2`, `2026-07` or `2026-07-15`"
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _days(count: int) -> int:
    return calendar.monthrange(count // 12, count % 12 + 1)[1]


def _fix(text: str) -> str:
    """What to write in place of a text that has none of the forms of a date."""
    if _FISCAL.search(text):
        return "Fiscal years differ by company; write the calendar months meant, such as `2026-02`."
    meant, year = "", _YEAR.search(text)
    rest = text.replace(year[0], " ", 1).strip(" -/.,") if year else ""
    if year and (part := _PART.fullmatch(rest)):
        meant = f"{year[0]}-{(part['part'] or part['part2']).upper()}{part['index'] or part['index2']}"
    elif year and re.fullmatch(r"[A-Za-z]{3,9}", rest) and rest[:3].lower() in _NAMES:
        meant = f"{year[0]}-{_NAMES.index(rest[:3].lower()) + 1:02d}"
    elif year and (found := _MONTH_AND_DAY.fullmatch(rest)) and (year.start() == 0 or not found[2]):
        # With the year last, 03/04 is a day in April here and in March there, so no guess is made.
        meant = f"{year[0]}-{int(found[1]):02d}" + (f"-{int(found[2]):02d}" if found[2] else "")
    return f"Did you mean `{meant}`?" if meant else f"Write {_FORMS}."
