"""Cost: dollars for a million tokens, from the price of a chip-hour or from power and capital.

million_tokens    USD for a million tokens at a price of a chip-hour
power_price       USD a chip-hour for electricity
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.formats import Floats

HOUR: Final = 3600.0
"""Seconds of an hour."""


def million_tokens(price: ArrayLike, chips: ArrayLike, tokens: ArrayLike, *, used: ArrayLike = 1.0) -> Floats:
    """What a million tokens cost, USD, `(config,)`.

    Arguments:
        price: USD for a chip-hour, `(config,)`.
        chips: chips that are paid for, `(config,)`.
        tokens: tokens a second of all of them while they work, `(config,)`.
        used: share of the hours in which they work, `(config,)`.

    Raises:
        InputError: a price is negative, or there are no chips, tokens or hours of work.
    """
    given = {"price": price, "chips": chips, "tokens": tokens, "used": used}
    values = {name: np.asarray(part, dtype=np.float64) for name, part in given.items()}
    for name, part in values.items():
        wrong = ~(part >= 0) if name == "price" else ~(part > 0)
        if np.any(wrong):
            expected = "0 or more" if name == "price" else "more than 0"
            raise InputError(f"{name}: {part[wrong].flat[0]:g}; expected {expected}.")
    if np.any(values["used"] > 1):
        raise InputError(f"used: {np.max(values['used']):g}; expected a share of at most 1.")
    return np.asarray(1e6 * values["price"] * values["chips"] / (HOUR * values["tokens"] * values["used"]))


def power_price(power: ArrayLike, price: ArrayLike) -> Floats:
    """What electricity costs, USD a chip-hour, `(config,)`.

    Arguments:
        power: W a chip at the meter, `(config,)`.
        price: USD/MWh, `(config,)`.
    """
    return np.asarray(np.asarray(power, dtype=np.float64) * np.asarray(price, dtype=np.float64) / 1e6)
