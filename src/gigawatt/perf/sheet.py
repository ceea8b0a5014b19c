"""Sheets: what a user writes of a model or a chip, read field by field; every mistake is kept with its place.

Fault         one mistake: where it is and what to do
Sheet         one mapping of names to values
SheetError    all mistakes of a sheet
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from gigawatt.errors import InputError, UnitError, did_you_mean
from gigawatt.units import quantity, unit

LONGEST: Final = 60
"""Characters of a wrong value that a message repeats."""

Place = tuple[str | int, ...]

SHORT: Final = {
    "Hz": "1/s",
    "kHz": "e3 1/s",
    "MHz": "e6 1/s",
    "GHz": "e9 1/s",
    "ms": "e-3 s",
    "us": "e-6 s",
    "µs": "e-6 s",
    "ns": "e-9 s",
}
"""Words of spec sheets and of latencies that the vocabulary of units has no need of otherwise."""

_SHORT: Final = re.compile(rf"(?<=[\d\s.])\s*({'|'.join(SHORT)})\s*$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake.

    Arguments:
        place: the way to the value: names and positions.
        message: what was given, what is expected, and the fix.
        key: whether the name is wrong and not the value.
        absent: the name of a field that is missing there, and `example`, what one writes.
    """

    place: Place
    message: str
    key: bool = False
    absent: str = ""
    example: str = ""


class SheetError(InputError):
    """A sheet that makes no sense; holds every mistake found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{'.'.join(map(str, each.place))}: {each.message}" for each in faults))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One mapping of a file.

    Arguments:
        values: what is written.
        place: where it stands.
        faults: mistakes so far, of the whole file.
    """

    values: Mapping[str, object]
    place: Place = ()
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, name: str, message: str, key: bool = False) -> None:
        """Note a mistake."""
        self.faults.append(Fault((*self.place, name) if name else self.place, message, key))

    def refuse(self, name: str, message: str) -> NoReturn:
        """Note a mistake after which nothing else can be read, and raise what was noted."""
        self.wrong(name, message)
        raise SheetError(self.faults)

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self.values.get(name) is not None

    def only(self, known: Iterable[str]) -> None:
        """Note every name that means nothing here."""
        names = list(known)
        for name in self.values:
            if name not in names:
                self.wrong(name, f"nothing of that name is expected here. {did_you_mean(name, names)}", key=True)

    def number(self, name: str, of: str, example: str) -> float | None:
        """A quantity above 0 in a unit; None where it is missing or wrong.

        Arguments:
            name: the field.
            of: the unit it is returned in, such as `byte/s`.
            example: what one writes, such as `3.35 TB/s`.
        """
        raw = self.values.get(name)
        if raw is None:
            return None
        try:
            value = amount(raw, of, example)
        except InputError as error:
            self.wrong(name, str(error))
            return None
        if not value > 0:
            self.wrong(name, f"`{raw}`; expected more than 0, such as `{example}`.")
            return None
        return value

    def whole(self, name: str, example: str, *, default: int | None = None, least: int = 1) -> int:
        """A whole number; `least` stands in for one that is missing without a default, or wrong."""
        raw = self.values.get(name)
        if raw is None:
            if default is not None:
                return default
            self.missing(name, example)
        elif isinstance(raw, bool) or not isinstance(raw, int | float) or raw % 1 != 0 or raw < least:
            self.wrong(name, f"{shown(raw)}; expected a whole number of at least {least}, such as {example}.")
        else:
            return int(raw)
        return least

    def missing(self, name: str, example: str) -> None:
        """Note that a field is missing."""
        said = f"`{name}` is missing; add it, such as `{name}: {example}`."
        self.faults.append(Fault(self.place, said, absent=name, example=example))

    def flag(self, name: str, default: bool) -> bool:
        """A truth value."""
        raw = self.values.get(name)
        if isinstance(raw, bool):
            return raw
        if raw is not None:
            self.wrong(name, f"{shown(raw)}; expected true or false.")
        return default

    def word(self, name: str, default: str) -> str:
        """A text."""
        raw = self.values.get(name)
        if isinstance(raw, str):
            return raw
        if raw is not None:
            self.wrong(name, f"{shown(raw)}; expected a text.")
        return default

    def part(self, name: str) -> Sheet | None:
        """The mapping in a field; None where it is missing or something else."""
        raw = self.values.get(name)
        if raw is None:
            return None
        if isinstance(raw, dict):
            return Sheet(raw, (*self.place, name), self.faults)
        self.wrong(name, f"{shown(raw)}; expected a mapping of names to values.")
        return None

    def parts(self, name: str) -> list[Sheet]:
        """The mappings of a list; none where it is missing or something else."""
        raw = self.values.get(name)
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.wrong(name, f"{shown(raw)}; expected a list, each entry after a `-`.")
            return []
        found = []
        for at, each in enumerate(raw):
            if isinstance(each, dict):
                found.append(Sheet(each, (*self.place, name, at), self.faults))
            else:
                said = f"{shown(each)}; expected a mapping of names to values."
                self.faults.append(Fault((*self.place, name, at), said))
        return found

    def refused(self, error: InputError) -> None:
        """Note what a thing refused of its own fields; its message is ``kind `name`: field: what is wrong``."""
        place, _, said = str(error).partition("`: ")[2].partition(": ")
        top, _, inner = place.partition(".")
        inside = self.part(top) if inner else None
        if inside is None:
            self.wrong(top, said or str(error))
        else:
            inside.wrong(inner, said)

    def stop(self) -> None:
        """Raise what was noted.

        Raises:
            SheetError: there was a mistake.
        """
        if self.faults:
            raise SheetError(self.faults)


def shown(raw: object) -> str:
    """A value as it stands in a file, as far as a message has room: a text keeps its quotes."""
    try:
        return f"`{json.dumps(raw, default=str)[:LONGEST]}`"
    except (ValueError, RecursionError):
        return "a value too large to show"


def amount(raw: object, of: str, example: str) -> float:
    """A quantity as people write it, in a unit.

    Arguments:
        raw: a text such as `3.35 TB/s`, `700 W`, `1.755 GHz` or `50 ms`; a bare number where a plain one is expected.
        of: the unit it is returned in.
        example: what one writes.

    Raises:
        InputError: it is no finite number with a unit that fits.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise InputError(f"`{raw}`; expected a number with its unit, such as `{example}`.")
    text = _SHORT.sub(lambda found: _grown(found[1]), str(raw).strip())
    try:
        given = quantity(text)
        if given.unit.text == "1" and not unit(of).same_dimension(given.unit):
            raise InputError(f"`{raw}` has no unit; expected one, such as `{example}`.")
        value = given.to(of)
    except UnitError as error:
        said = str(error).replace(text, str(raw))
        raise InputError(f"{said} Expected a number such as `{example}`.") from None
    if not math.isfinite(value):
        raise InputError(f"`{raw}` is not finite; expected a number such as `{example}`.")
    return value


def _grown(word: str) -> str:
    power, _, rest = SHORT[word].rpartition(" ")
    return f"{power} {rest}"
