"""Year fractions: how a loan counts the days between two dates.

Source: ACTUS technical specification and ISDA 2006 definitions, section 4.16.
"""

from __future__ import annotations

import datetime
from calendar import isleap, monthrange
from collections.abc import Callable

from gigawatt.parts.debt.calendar import business_days

DAY_COUNTS = {
    "AA": "AA",
    "A/AISDA": "AA",
    "A360": "A360",
    "A/360": "A360",
    "A365": "A365",
    "A/365": "A365",
    "30E360": "30E360",
    "30E/360": "30E360",
    "30E360ISDA": "30E360ISDA",
    "30E/360ISDA": "30E360ISDA",
    "28E336": "28E336",
    "28E/336": "28E336",
    "B252": "B252",
    "BUS252": "B252",
}
"""Each convention by the names under which it is written."""


def year_fraction(
    convention: str,
    start: datetime.datetime,
    end: datetime.datetime,
    *,
    maturity: datetime.datetime | None = None,
    calendar: str = "NC",
) -> float:
    """Years between two dates, as the convention counts them; negative when the end comes first.

    Arguments:
        convention: a value of `DAY_COUNTS`.
        start: first date; a time of 23:59:59 closes its day, so that this day has passed.
        end: last date, read in the same way.
        maturity: last date of the contract, where `30E360ISDA` treats the end of February by itself.
        calendar: whose business days `B252` counts.
    """
    first, last = _midnight(start), _midnight(end)
    if last < first:
        return -year_fraction(convention, end, start, maturity=maturity, calendar=calendar)
    if convention == "B252":
        return business_days(first, last, calendar) / 252
    if convention == "30E360ISDA":
        return _thirty_isda(first, last, _midnight(maturity) if maturity else None)
    return _COUNTS[convention](first, last)


def _midnight(moment: datetime.datetime) -> datetime.date:
    closes = (moment.hour, moment.minute, moment.second) == (23, 59, 59)
    return moment.date() + datetime.timedelta(days=1) if closes else moment.date()


def _actual_actual(first: datetime.date, last: datetime.date) -> float:
    if first.year == last.year:
        return (last - first).days / (366 if isleap(first.year) else 365)
    opening = (datetime.date(first.year + 1, 1, 1) - first).days / (366 if isleap(first.year) else 365)
    closing = (last - datetime.date(last.year, 1, 1)).days / (366 if isleap(last.year) else 365)
    return opening + (last.year - first.year - 1) + closing


def _months_of(length: int, first: datetime.date, last: datetime.date) -> float:
    months = (last.year - first.year) * 12 + last.month - first.month
    return (months * length + min(last.day, length) - min(first.day, length)) / (12 * length)


def _thirty_isda(first: datetime.date, last: datetime.date, maturity: datetime.date | None) -> float:
    opening = 30 if _closes_month(first) else first.day
    final_february = last == maturity and last.month == 2
    closing = 30 if _closes_month(last) and not final_february else last.day
    return ((last.year - first.year) * 360 + (last.month - first.month) * 30 + closing - opening) / 360


def _closes_month(date: datetime.date) -> bool:
    return date.day == monthrange(date.year, date.month)[1]


_COUNTS: dict[str, Callable[[datetime.date, datetime.date], float]] = {
    "AA": _actual_actual,
    "A360": lambda first, last: (last - first).days / 360,
    "A365": lambda first, last: (last - first).days / 365,
    "30E360": lambda first, last: _months_of(30, first, last),
    "28E336": lambda first, last: _months_of(28, first, last),
}
