"""Reads the terms of one contract from texts, numbers and lists, and says what is wrong with them.

Numbers come as text with blanks or as numbers, dates with or without seconds, lists as lists or as a single value;
inside the package each thing has one form.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.debt.calendar import Cycle, Recurrence, parse_cycle


@dataclass(frozen=True, slots=True)
class Reader:
    """The raw terms of one contract and where they stand.

    Arguments:
        raw: term by name, capitals disregarded.
        place: what opens every message, such as `lam01`.
    """

    raw: Mapping[str, object]
    place: str

    def fault(self, name: str, problem: str) -> InputError:
        """The error for one term."""
        return InputError(f"{self.place}.{name}: {problem}")

    def given(self, name: str) -> bool:
        """Whether a term has a value; an empty text is none."""
        value = self.raw.get(name.casefold())
        return value is not None and not (isinstance(value, str) and not value.strip()) and value != []

    def need(self, name: str, why: str) -> None:
        """Refuse a contract that lacks a term."""
        if not self.given(name):
            raise self.fault(name, f"missing. {why}")

    def text(self, name: str) -> str:
        """A term as text, empty where it is not given."""
        value = self.raw.get(name.casefold())
        if not self.given(name):
            return ""
        if not isinstance(value, str):
            raise self.fault(name, f"`{value}` is no text; write a text.")
        return value.strip()

    def word(self, name: str, known: Mapping[str, str] | tuple[str, ...], default: str) -> str:
        """A term that is one of a few words, capitals disregarded."""
        text = self.text(name)
        return self._known(name, text, known) if text else default

    def words(self, name: str, known: Mapping[str, str] | tuple[str, ...]) -> tuple[str, ...]:
        """A term that lists such words."""
        values = self._list(name)
        texts = [part for value in values for part in re.split(r"[,;\s]+", str(value).strip(" []")) if part]
        return tuple(self._known(name, text, known) for text in texts)

    def number(self, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A term as a finite number within bounds, or nothing."""
        value = self.raw.get(name.casefold())
        return self._number(name, value, low, high) if self.given(name) else None

    def numbers(self, name: str, low: float = -math.inf) -> tuple[float, ...]:
        """A term as a list of finite numbers; a single value is a list of one."""
        return tuple(self._number(name, value, low, math.inf) for value in self._list(name))

    def amount(self, name: str, default: float, low: float = -math.inf, high: float = math.inf) -> float:
        """A term as a finite number, or what the standard takes where none is given."""
        value = self.number(name, low, high)
        return default if value is None else value

    def date(self, name: str) -> datetime.datetime | None:
        """A term as a date, or nothing."""
        return self._date(name, self.raw.get(name.casefold())) if self.given(name) else None

    def dates(self, name: str) -> tuple[datetime.datetime, ...]:
        """A term as a list of dates that rise."""
        found = tuple(self._date(name, value) for value in self._list(name))
        if any(later <= sooner for sooner, later in itertools.pairwise(found)):
            raise self.fault(name, "the dates do not rise; write them in order, each once.")
        return found

    def cycle(self, name: str) -> Cycle | None:
        """A term as a cycle that repeats, or nothing."""
        return self._cycle(name, self.raw.get(name.casefold()), 1) if self.given(name) else None

    def cycles(self, name: str) -> tuple[Cycle, ...]:
        """A term as a list of cycles."""
        return tuple(self._cycle(name, value, 1) for value in self._list(name))

    def period(self, name: str) -> Cycle:
        """A term as a single period, none at all where it is not given."""
        value = self.raw.get(name.casefold())
        return self._cycle(name, value, 0) if self.given(name) else Cycle(0, "D")

    def recurrence(self, what: str, start: datetime.datetime | None, *, at_start: bool = False) -> Recurrence:
        """The terms `cycleAnchorDateOf...` and `cycleOf...`.

        Arguments:
            what: what recurs, such as `RateReset`.
            start: from where a cycle without an anchor is counted.
            at_start: such a cycle begins at the start itself, not one cycle later.
        """
        anchor, cycle = self.date(f"cycleAnchorDateOf{what}"), self.cycle(f"cycleOf{what}")
        if anchor is None and cycle is not None and start is not None:
            anchor = start if at_start else cycle.after(start, 1)
        return Recurrence(anchor, cycle)

    def _list(self, name: str) -> list[object]:
        value = self.raw.get(name.casefold())
        if not self.given(name):
            return []
        return list(value) if isinstance(value, list | tuple) else [value]

    def _known(self, name: str, text: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
        meaning = known if isinstance(known, Mapping) else {word: word for word in known}
        if text.upper() not in meaning:
            raise self.fault(name, f"`{text}` is not known. {did_you_mean(text.upper(), meaning)}")
        return meaning[text.upper()]

    def _number(self, name: str, value: object, low: float, high: float) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            raise self.fault(name, f"`{value}` is no number; write digits with a point, such as 0.05.") from None
        if not math.isfinite(number):
            raise self.fault(name, f"`{value}` is no finite number; write digits with a point, such as 0.05.")
        if not low <= number <= high:
            bounds = f"at least {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
            raise self.fault(name, f"{number:g} is out of range, it is {bounds}; the sign follows contractRole.")
        return number

    def _date(self, name: str, value: object) -> datetime.datetime:
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=None)
        if isinstance(value, datetime.date):
            return datetime.datetime.combine(value, datetime.time())
        moment = parse_moment(str(value))
        if moment is None:
            raise self.fault(name, f"`{value}` is no date; write 2027-03-31 or 2027-03-31T00:00:00.")
        return moment

    def _cycle(self, name: str, value: object, least: int) -> Cycle:
        cycle = parse_cycle(str(value))
        if cycle is None or cycle.count < least:
            raise self.fault(
                name,
                f"`{value}` is no cycle; write P, a count{' from 1' if least else ''}, one of D W M Q H Y and the stub "
                "L0 (long) or L1 (short), such as P3ML1.",
            )
        return cycle


def parse_moment(text: str) -> datetime.datetime | None:
    """A date with or without a time of day, or nothing where the text is none of the years 1600 to 9000."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or not 1600 <= int(found[1]) <= 9000:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        # The standard writes the end of a day as 24:00, which is the start of the next.
        moment = datetime.datetime(year, month, day, hour % 24, minute, second)
    except ValueError:
        return None
    if hour == 24:
        return moment + datetime.timedelta(days=1) if not minute and not second else None
    return moment


_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?)?")
