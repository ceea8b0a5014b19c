"""What happened, day by day and path by path: the closes, counters and events that a warrant looks at.

Split, Dividend, Transfer    what happens to the share and to the warrant on one day
Course                       everything on one set of trading days
NEVER                        the row of a day that does not come
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Floats

Rows = NDArray[np.int64]
Dates = NDArray[np.datetime64]

NEVER = 2**40
"""A row beyond every course; sums of it with a number of days stay beyond."""


@dataclass(frozen=True, slots=True)
class Split:
    """Each share becomes `ratio` shares at the start of a day."""

    day: datetime.date
    ratio: float


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend (USD/share) that the price no longer holds from a day on."""

    day: datetime.date
    amount: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """The holder passes the warrant on at the start of a day, where the transfer lock permits it."""

    day: datetime.date
    to: str


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Prices, counters and events on a set of trading days; rows before the issue serve as history of the price.

    Arguments:
        dates: (day,) rising.
        closes: (day, path) USD/share as quoted on the day, not adjusted for later splits.
        counters: name to (day, path) or (day, 1): GW, USD paid so far, or a measure of performance.
        events: name to (path,) or (1,) rows on which they happen, `NEVER` (or any row past
            the end) where they do not.
        indices: name to (day, path) or (day, 1) levels of an index.
        volumes: (day, path) or (day, 1) shares traded, for means by volume.
        outstanding: number, (day, 1) or (day, path) of shares outstanding, without the splits listed here.
        splits, dividends, transfers: in any order.

    Raises:
        InputError: shapes that do not fit, days out of order, or figures that are not finite; everything at once.
    """

    dates: Dates
    closes: Floats
    counters: Mapping[str, Floats] = field(default_factory=dict)
    events: Mapping[str, Rows] = field(default_factory=dict)
    indices: Mapping[str, Floats] = field(default_factory=dict)
    volumes: Floats | None = None
    outstanding: Floats | float | None = None
    splits: tuple[Split, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    transfers: tuple[Transfer, ...] = ()

    def __post_init__(self) -> None:
        wrong = list(self._wrong())
        if wrong:
            raise InputError("\n".join(wrong))

    @property
    def days(self) -> int:
        """Number of trading days."""
        return int(self.closes.shape[0])

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.closes.shape[1])

    def from_day(self, day: datetime.date) -> int:
        """The first row on or after a day; `NEVER` where the course ends before."""
        row = int(np.searchsorted(self.dates, np.datetime64(day, "D"), side="left"))
        return row if row < self.days else NEVER

    def until_day(self, day: datetime.date) -> int:
        """The last row on or before a day; -1 where there is none."""
        return int(np.searchsorted(self.dates, np.datetime64(day, "D"), side="right")) - 1

    def reaches(self, day: datetime.date) -> bool:
        """Whether no trading day up to this one is missing at the end of the course."""
        after = self.dates[-1] + np.timedelta64(1, "D")
        end = np.datetime64(day, "D") + np.timedelta64(1, "D")
        return bool(end <= after or np.busday_count(after, end) == 0)

    def counter(self, name: str) -> Floats:
        """(day, path) or (day, 1) of one counter."""
        if name not in self.counters:
            raise _missing("counts", name, self.counters)
        return self.counters[name]

    def event(self, name: str) -> Rows:
        """(path,) rows of one event."""
        if name not in self.events:
            raise _missing("waits for", name, self.events)
        rows = np.asarray(self.events[name], np.int64)
        return np.broadcast_to(np.where(rows < self.days, rows, NEVER), (self.paths,))

    def index(self, name: str) -> Floats:
        """(day, path) or (day, 1) of one index."""
        if name not in self.indices:
            raise _missing("measures against", name, self.indices)
        return self.indices[name]

    def _wrong(self) -> Sequence[str]:
        if self.closes.ndim != 2 or 0 in self.closes.shape:
            return [f"closes: {self.closes.shape} given, an array (day, path) of at least one day and path expected."]
        wrong = []
        if self.dates.shape != self.closes.shape[:1]:
            wrong.append(f"dates: {self.dates.size} given for {self.days} rows of closes; one date a row expected.")
        elif np.any(self.dates[1:] <= self.dates[:-1]):
            row = int(np.argmax(self.dates[1:] <= self.dates[:-1])) + 1
            wrong.append(f"dates: {self.dates[row]} does not come after {self.dates[row - 1]}; put the days in order.")
        if not np.all(np.isfinite(self.closes) & (self.closes > 0)):
            wrong.append("closes: a price is missing, zero or negative; fill the gap or leave the day out.")
        series = {**self.counters, **self.indices}
        if self.volumes is not None:
            series["volumes"] = self.volumes
        if isinstance(self.outstanding, np.ndarray):
            series["outstanding"] = self.outstanding
        for name, values in series.items():
            if values.shape not in ((self.days, self.paths), (self.days, 1)):
                wrong.append(f"{name}: {values.shape} given, ({self.days}, {self.paths}) or ({self.days}, 1) expected.")
            elif not np.all(np.isfinite(values)):
                wrong.append(f"{name}: a figure is missing or not finite; fill the gap.")
        for name, rows in self.events.items():
            if np.shape(rows) not in ((self.paths,), (1,)):
                wrong.append(f"{name}: {np.shape(rows)} given, ({self.paths},) rows expected.")
        ratios = [s for s in self.splits if not (s.ratio > 0 and np.isfinite(s.ratio))]
        wrong += [f"split on {s.day}: {s.ratio:g} given, a ratio above 0 expected." for s in ratios]
        amounts = [d for d in self.dividends if not (d.amount >= 0 and np.isfinite(d.amount))]
        wrong += [f"dividend on {d.day}: {d.amount:g} given, USD/share from 0 expected." for d in amounts]
        return wrong


def trading_dates(first: datetime.date, days: int) -> Dates:
    """Weekdays from a day on, for courses that no exchange calendar gives.

    Arguments:
        first: the first day, or the Monday after it.
        days: how many.
    """
    start = np.busday_offset(np.datetime64(first, "D"), 0, roll="forward")
    return np.asarray(np.busday_offset(start, np.arange(days)), dtype="datetime64[D]")


def by_day(monthly: Floats, first: datetime.date, dates: Dates) -> Floats:
    """A monthly counter on trading days: what a month adds is known on its last trading day, no sooner.

    Arguments:
        monthly: (month, path) levels at the ends of months; before the first of them the level is 0.
        first: any day of the first month.
        dates: (day,) rising.

    Returns:
        (day, path); the last level holds after the last month.
    """
    months = dates.astype("datetime64[M]").astype(np.int64)
    ends = np.append(months[1:] != months[:-1], True)
    # The course may stop within a month, whose end is then not known yet.
    ends[-1] = np.busday_count(dates[-1] + 1, (dates[-1].astype("datetime64[M]") + 1).astype("datetime64[D]")) == 0
    known = months - np.datetime64(first, "M").astype(np.int64) + ends.astype(np.int64)
    levels = np.concatenate([np.zeros_like(monthly[:1]), monthly])
    return np.asarray(levels[np.clip(known, 0, len(monthly))])


def _missing(verb: str, name: str, names: Mapping[str, object]) -> InputError:
    hint = did_you_mean(name, names) or "It has none at all."
    return InputError(f"the warrant {verb} `{name}`, which the course does not have. {hint}")
