"""Arguments of the pricing formulas, looked at once where they enter: arrays of float64.

Data types: `Floats` is what a caller may give, `Array` is what a formula works with and returns; arguments broadcast
against one another, and a result of plain numbers is an array without axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError, UnitError, did_you_mean

Array: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = float | Array

Kind = Literal["do", "di", "uo", "ui"]
"""Down or up, and out or in: where the barrier lies and what a touch does."""

Side = Literal["down", "up", "either"]
"""Where the barrier lies: below the spot, above it, or on whichever side of it the spot happens to be."""

Word = TypeVar("Word", bound=str)

TINY = 1e-12
"""The least standard deviation of a log price: nearer to zero no value moves by more than 1e-12 of the spot."""


def finite(name: str, value: Floats) -> Array:
    """A number or an array of numbers, none of them missing.

    Arguments:
        name: the argument's name, for the message.
        value: what was given.

    Returns:
        The same as float64.

    Raises:
        UnitError: not a number, or `nan` or infinity among them.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise UnitError(f"{name}: {value!r} is not a number; a number or an array of numbers expected.") from None
    if not np.isfinite(array).all():
        raise UnitError(f"{name}: {_first(array, ~np.isfinite(array))} given; a finite number expected.")
    return array


def positive(name: str, value: Floats) -> Array:
    """As `finite`, and each number above zero."""
    array = finite(name, value)
    if not (array > 0.0).all():
        raise UnitError(f"{name}: {_first(array, array <= 0.0)} given; a number above zero expected.")
    return array


def not_negative(name: str, value: Floats) -> Array:
    """As `finite`, and each number zero or above."""
    array = finite(name, value)
    if not (array >= 0.0).all():
        raise UnitError(f"{name}: {_first(array, array < 0.0)} given; zero or a number above it expected.")
    return array


def correlation(name: str, value: Floats) -> Array:
    """As `finite`, and each number from -1 to 1."""
    array = finite(name, value)
    if not (np.abs(array) <= 1.0).all():
        raise UnitError(f"{name}: {_first(array, np.abs(array) > 1.0)} given; a correlation from -1 to 1 expected.")
    return array


def call_or_put(name: str, value: Floats) -> Array:
    """As `finite`, and each number 1 for a call or -1 for a put."""
    array = finite(name, value)
    if not (np.abs(array) == 1.0).all():
        raise UnitError(f"{name}: {_first(array, np.abs(array) != 1.0)} given; 1 for a call or -1 for a put expected.")
    return array


def count(name: str, value: float, least: int = 1) -> int:
    """A whole number, such as a number of dates or of days, that is not below `least`."""
    number = float(finite(name, value))
    if number != int(number) or number < least:
        raise UnitError(f"{name}: {value} given; a whole number of at least {least} expected.")
    return int(number)


def kind(name: str, value: str) -> Kind:
    """One of the four kinds of barrier: `do`, `di`, `uo`, `ui`."""
    return _one_of(name, value, get_args(Kind))


def side(name: str, value: str) -> Side:
    """One of `down`, `up` and `either`."""
    return _one_of(name, value, get_args(Side))


def deviation(volatility: Array, years: Array) -> Array:
    """Standard deviation of a log price after some years, kept from zero so that limits need no formula."""
    return np.maximum(volatility * np.sqrt(years), TINY)


def _one_of(name: str, value: str, words: Sequence[Word]) -> Word:
    for word in words:
        if word == value:
            return word
    raise InputError(f"{name}: `{value}` is unknown. {did_you_mean(str(value), words)}")


def _first(array: Array, wrong: NDArray[np.bool_]) -> float:
    return float(array[wrong].flat[0]) if array.ndim else float(array)
