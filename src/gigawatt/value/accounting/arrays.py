"""Checks at the border of the books: numbers, ranges and shapes of arrays.

Arrays are (period, path) or (tranche, period, path); paths are the last axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError

Floats = NDArray[np.float64]

SLACK = 1e-9
"""Relative rounding that is forgiven where one sum must not exceed another."""


def numbers(name: str, value: ArrayLike, low: float = -np.inf, high: float = np.inf) -> Floats:
    """An array of finite numbers within a range.

    Arguments:
        name: what it is, for the message.
        value: any shape.
        low: the least it may be.
        high: the most it may be.

    Raises:
        InputError: something that is no number, not finite, or out of range; names the first place.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: holds something that is no number; write numbers only.") from None
    refuse(
        name,
        array,
        ~np.isfinite(array) | (array < low) | (array > high),
        f"it is finite{f', at least {low:g}' if low > -np.inf else ''}{f', at most {high:g}' if high < np.inf else ''}",
    )
    return array


def fitted(name: str, array: Floats, shape: tuple[int, ...]) -> Floats:
    """An array spread to a shape that its last axes fit.

    Raises:
        InputError: it does not fit; nothing is cut or repeated otherwise.
    """
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise InputError(f"{name}: has shape {array.shape} where {shape} is expected.") from None


def refuse(name: str, array: Floats, bad: NDArray[np.bool_], expected: str) -> None:
    """Raises at the first bad place of an array.

    Raises:
        InputError: any place is bad.
    """
    if np.any(bad):
        place = tuple(int(index) for index in np.argwhere(bad)[0])
        where = f"{name}{list(place) if place else ''}"
        raise InputError(f"{where}: {float(array[place]):g} is out of range; {expected}.")


def periods(name: str, value: ArrayLike, low: float = -np.inf) -> Floats:
    """A (period, path) array of finite numbers.

    Raises:
        InputError: another number of axes, an empty axis, or a number that is not finite or too low.
    """
    array = numbers(name, value, low)
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"{name}: has shape {array.shape}; write (period, path), with at least one of each.")
    return array


def change(cumulative: Floats) -> Floats:
    """What a (..., period, path) balance moves by in each period, from nothing before the first."""
    return np.diff(cumulative, axis=-2, prepend=0.0)
