"""Cost: dollars for a million tokens, from the price of a chip-hour or from power and capital.

million_tokens    USD for a million tokens at a price of a chip-hour
power_price       USD a chip-hour for electricity
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import FROM_ZERO, POSITIVE, Bounds, numbers
from gigawatt.perf.formats import Floats

HOUR: Final = 3600.0
"""Seconds of an hour."""

LARGEST: Final = 1e9
"""No price of electricity is further from 0, USD/MWh."""


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
    require_lengths("cost", price=price, chips=chips, tokens=tokens, used=used)
    hour, many = numbers("price", price, FROM_ZERO), numbers("chips", chips, POSITIVE)
    rate, share = numbers("tokens", tokens, POSITIVE), numbers("used", used, Bounds(0, 1, above=True))
    return np.asarray(1e6 * hour * many / (HOUR * rate * share))


def power_price(power: ArrayLike, price: ArrayLike) -> Floats:
    """What electricity costs, USD a chip-hour, `(config,)`.

    Arguments:
        power: W a chip at the meter, `(config,)`.
        price: USD/MWh, `(config,)`; below 0 where one is paid for taking it.

    Raises:
        InputError: one of them is no number, or the power is negative.
    """
    require_lengths("electricity", power=power, price=price)
    return numbers("power", power, FROM_ZERO) * numbers("price", price, Bounds(-LARGEST, LARGEST)) / 1e6
