"""Options on the highest or the lowest price of the share until expiry, watched without a break.

The extreme so far takes in today's spot: a highest price below the spot, or a lowest above it, counts as the spot.
Rates are per year and continuously compounded; every argument may be a number or an array.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from gigawatt.parts.option.argument import Array, Floats, call_or_put, deviation, not_negative, positive
from gigawatt.parts.option.black_scholes import black, market

NODES = 0.1 * np.cos((2.0 * np.arange(10) + 1.0) * np.pi / 20.0)
"""Where the formula is evaluated when growth is too near to zero for it."""


def lookback_fixed(
    sign: Floats,
    spot: Floats,
    strike: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    extreme: Floats | None = None,
) -> Array:
    """Value of a call on the highest price, or of a put on the lowest, with a fixed strike.

    Arguments:
        sign: 1 for a call on the highest price, -1 for a put on the lowest.
        spot: price of the share today, above zero.
        strike: zero or above.
        years: time to expiry.
        rate, dividend: per year; either may be negative, and they may be equal.
        volatility: per square root of a year.
        extreme: highest (call) or lowest (put) price so far; none where the watch begins today.

    Returns:
        Value today in the money of the spot.

    Raises:
        UnitError: a price at or below zero (the strike may be zero), a negative time or volatility, a missing number.

    Source: Conze & Viswanathan 1991.
    """
    sign, strike = call_or_put("sign", sign), not_negative("strike", strike)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    highest, lowest = _so_far(sign, spot, extreme)
    growth, spread = (rate - dividend) * years, deviation(volatility, years)
    top, bottom = np.maximum(highest, strike), np.minimum(lowest, strike)
    # A strike of zero cannot be undercut, and its logarithm must not be taken.
    rise, fall = _rise(spot, top, growth, spread), _fall(spot, np.where(bottom > 0.0, bottom, spot), growth, spread)
    call, put = top - strike + rise, strike - bottom + np.where(bottom > 0.0, fall, 0.0)
    return np.asarray(np.exp(-rate * years) * np.where(sign > 0.0, call, put))


def lookback_floating(
    sign: Floats,
    spot: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    extreme: Floats | None = None,
) -> Array:
    """Value of a call struck at the lowest price until expiry, or of a put struck at the highest.

    Arguments:
        extreme: lowest (call) or highest (put) price so far; the others as in `lookback_fixed`.

    Source: Goldman, Sosin & Gatto 1979; Garman 1989 for equal rate and dividend.
    """
    sign = call_or_put("sign", sign)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    highest, lowest = _so_far(-sign, spot, extreme)
    growth, spread = (rate - dividend) * years, deviation(volatility, years)
    forward = spot * np.exp(growth)
    call = forward - lowest + _fall(spot, lowest, growth, spread)
    put = highest - forward + _rise(spot, highest, growth, spread)
    return np.asarray(np.exp(-rate * years) * np.where(sign > 0.0, call, put))


def _so_far(sign: Array, spot: Array, extreme: Floats | None) -> tuple[Array, Array]:
    """Highest and lowest price so far, of which only the one that the sign asks for is meant."""
    if extreme is None:
        return spot, spot
    given = positive("extreme", extreme)
    return np.maximum(np.where(sign > 0.0, given, spot), spot), np.minimum(np.where(sign < 0.0, given, spot), spot)


def _rise(spot: Array, level: Array, growth: Array, spread: Array) -> Array:
    """Expected excess of the highest price over a level that is not below the spot."""
    excess = black(1.0, spot * np.exp(growth), level, spread)
    return np.asarray(np.maximum(excess + spot * _reflected(1.0, np.log(spot / level), growth, spread), 0.0))


def _fall(spot: Array, level: Array, growth: Array, spread: Array) -> Array:
    """Expected shortfall of the lowest price under a level that is not above the spot."""
    excess = black(-1.0, spot * np.exp(growth), level, spread)
    return np.asarray(np.maximum(excess + spot * _reflected(-1.0, np.log(spot / level), growth, spread), 0.0))


def _reflected(sign: float, gap: Array, growth: Array, spread: Array) -> Array:
    """What the reflected paths add, per unit of spot; its pole at zero growth is only apparent."""
    gap, growth, spread = np.broadcast_arrays(gap, growth, spread)
    power = 2.0 * growth / spread**2
    near = np.abs(power) < 0.1
    value = _away_from_zero(sign, gap, np.where(near, 0.1, power), spread)
    if near.any():
        # The function is smooth across zero, so its values around zero give it at zero.
        around = _away_from_zero(sign, gap[..., None], NODES, spread[..., None])
        value = np.where(near, _interpolated(np.where(near, power, 0.0), around), value)
    return value


def _away_from_zero(sign: float, gap: Array, power: Array, spread: Array) -> Array:
    growth = 0.5 * power * spread**2
    ahead = (gap + growth) / spread + 0.5 * spread
    direct = np.exp(growth + log_ndtr(sign * ahead))
    return np.asarray(sign * (direct - np.exp(-power * gap + log_ndtr(sign * (ahead - power * spread)))) / power)


def _interpolated(power: Array, values: Array) -> Array:
    """Value at `power` of the polynomial through the values at `NODES`, the last axis."""
    total = np.zeros(power.shape)
    for index, node in enumerate(NODES):
        others = np.delete(NODES, index)
        total = total + values[..., index] * np.prod((power[..., None] - others) / (node - others), axis=-1)
    return total
