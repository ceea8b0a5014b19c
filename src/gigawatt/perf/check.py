"""Checks: figures people give are numbers, within their bounds; what is not is refused with its place.

Bounds           what a figure may be
require_number   refuses one figure that may not be
require_flag     refuses what is no truth value
require_kind     refuses what is no chip, no model, no system where one belongs
numbers          figures of many configurations as an array, or a refusal
positions        places in a list as an array, or a refusal
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Final

from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp

Floats = NDArray[xp.float64]

LONGEST: Final = 40
"""Characters of a wrong figure that a message repeats."""

LARGE: Final = 1e6
"""An upper bound beyond this is only mentioned to those who exceed it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a figure may be.

    Arguments:
        least, most: the bounds, themselves allowed.
        whole: whether it has to be a whole number.
        above: whether `least` itself is not allowed.
        endless: whether it may be infinite.
        hint: how a message ends, such as `such as 1.2`.
    """

    least: float
    most: float = math.inf
    whole: bool = False
    above: bool = False
    endless: bool = False
    hint: str = ""

    def fit(self, values: Floats) -> NDArray[xp.bool_]:
        """Which values may be."""
        fine = (values > self.least if self.above else values >= self.least) & (values <= self.most)
        fine &= ~xp.isinf(values) | self.endless
        return xp.asarray(fine & (xp.floor(values) == values) if self.whole else fine)

    def words(self, value: float) -> str:
        """What was expected in the place of a value."""
        kind = (
            "a whole number" if self.whole else "a number" if self.endless or self.most < LARGE else "a finite number"
        )
        if self.most < LARGE and not self.above:
            said = f"{kind} from {self.least:g} to {self.most:g}"
        elif value > self.most:
            said = f"{kind} of at most {self.most:g}"
        else:
            said = f"{kind} {'above' if self.above else 'of at least'} {self.least:g}"
            said += f" and at most {self.most:g}" if self.most < LARGE else ""
        return said + (", or infinite" if self.endless and self.whole else "") + (f", {self.hint}" if self.hint else "")


POSITIVE: Final = Bounds(0, above=True)
COUNT: Final = Bounds(1, whole=True)
SHARE: Final = Bounds(0, 1)
FLAG: Final = Bounds(0, 1, whole=True)
FROM_ZERO: Final = Bounds(0)
YEAR: Final = Bounds(1990, 2100, hint="in years, such as 2024.5")


def require_number(place: str, given: object, bounds: Bounds) -> None:
    """Refuses a figure that is no number or out of its bounds.

    Arguments:
        place: what it is, for the message, such as ``chip `x`: clock``.
        given: the figure.
        bounds: what it may be.

    Raises:
        InputError: it may not be; the message has the place, the figure and the bounds.
    """
    value = _value(given)
    if not bounds.fit(xp.asarray(value)):
        raise InputError(f"{place}: {_shown(given)}; expected {bounds.words(value)}.")


def require_flag(place: str, given: object) -> None:
    """Refuses what is no truth value.

    Raises:
        InputError: it is none.
    """
    if not isinstance(given, bool | xp.bool_):
        raise InputError(f"{place}: {_shown(given)}; expected True or False.")


def require_kind(place: str, given: object, kind: type, example: str) -> None:
    """Refuses a thing of another kind, or a list that has one.

    Arguments:
        place: what it is, for the message; with its position where it is in a list.
        given: the thing, or a tuple or list of things.
        kind: what each has to be.
        example: what one writes.

    Raises:
        InputError: it is something else.
    """
    for at, item in enumerate(given) if isinstance(given, tuple | list) else [(None, given)]:
        if not isinstance(item, kind):
            where = "" if at is None else f"[{at}]"
            raise InputError(f"{place}{where}: {_shown(item)}; expected `{kind.__name__}`, such as {example}.")


def numbers(name: str, given: ArrayLike | None, bounds: Bounds, *, whose: str = "") -> Floats:
    """Figures of configurations as an array, `(config,)`, or without dimension where one number was given.

    Arguments:
        name: of the figure, for the message.
        given: one number for all configurations, or one each; truth values, as 0 and 1, where those are the bounds.
        bounds: what each may be.
        whose: what it belongs to, such as `layout`; the message then names the configuration as `layout[2].tp`.

    Raises:
        InputError: one may not be, there are none, or they have more than one dimension.
    """
    try:
        raw = xp.asarray(given)
    except ValueError:
        raise InputError(f"{_place(whose, name, None)}: lists of lists; expected a number or a list of them.") from None
    if raw.ndim > 1 or not raw.size:
        what = f"an array of shape {raw.shape}" if raw.size else "empty"
        raise InputError(f"{_place(whose, name, None)}: {what}; expected a number or a list of them.")
    plain = raw.dtype.kind in ("iufb" if (bounds.least, bounds.most) == (0, 1) else "iuf")
    # Whatever NumPy would turn into numbers by itself, such as text and None, is looked at one by one.
    items = None if plain else xp.asarray(given, dtype=object)
    values = xp.array(raw, xp.float64) if items is None else xp.array([_value(item) for item in items.flat])
    wrong = xp.atleast_1d(~bounds.fit(values))
    if xp.any(wrong):
        at = int(xp.argmax(wrong))
        value = float(values.flat[at])
        place = _place(whose, name, at if whose or raw.size > 1 else None)
        what = f"{value:g}" if items is None else _shown(items.flat[at])
        raise InputError(f"{place}: {what}; expected {bounds.words(value)}.")
    return values.reshape(raw.shape)


def positions(name: str, given: ArrayLike, count: int) -> NDArray[xp.intp]:
    """Places in a list as an array of whole numbers, of the shape given.

    Arguments:
        name: what they are, for the message.
        given: places, the first is 0.
        count: length of the list.

    Raises:
        InputError: one is not in the list, or no whole number.
    """
    raw = xp.asarray(given)
    if raw.dtype.kind == "b":
        raise InputError(f"{name}: {raw.flat[0]}; expected a whole number from 0 to {count - 1}.")
    if raw.size and (raw.dtype.kind not in "iu" or raw.min() < 0 or raw.max() >= count):
        raw = numbers(name, raw.ravel(), Bounds(0, count - 1, whole=True)).reshape(raw.shape)
    return raw.astype(xp.intp)


def _place(whose: str, name: str, at: int | None) -> str:
    where = "" if at is None else f"[{at}]"
    return f"{whose}{where}.{name}" if whose else f"{name}{where}"


def _value(given: object) -> float:
    """A number as it is counted with; nan, which fits nowhere, for all that is none or too long for one."""
    if isinstance(given, bool | xp.bool_) or not isinstance(given, Real):
        return math.nan
    try:
        return float(given)
    except OverflowError:
        return math.nan


def _shown(given: object) -> str:
    if isinstance(given, str):
        return f"the text `{given[:LONGEST]}`"
    if isinstance(given, int) and given.bit_length() > 100:
        # Python refuses to print the longest ones.
        return f"a number of about {int(given.bit_length() * math.log10(2)) + 1} digits"
    return str(given)[:LONGEST]
