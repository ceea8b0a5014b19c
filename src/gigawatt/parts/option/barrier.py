"""Options that begin or cease when the share touches a barrier, watched without a break.

A barrier is of one of four kinds: `do` down-and-out, `di` down-and-in, `uo` up-and-out, `ui` up-and-in.
"""

from __future__ import annotations

import math

import numpy as np

from gigawatt.errors import UnitError
from gigawatt.parts.option.argument import (
    Array,
    Floats,
    Kind,
    call_or_put,
    deviation,
    finite,
    kind,
    not_negative,
    positive,
)
from gigawatt.parts.option.black_scholes import black_scholes, market
from gigawatt.parts.option.quadrature import panels
from gigawatt.parts.option.touch import direction, discount_to_touch, survival


def barrier(
    which: Kind,
    sign: Floats,
    spot: Floats,
    strike: Floats,
    mark: Floats,
    rebate: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
) -> Array:
    """Value of a call or put that begins or ceases when the share touches the barrier.

    Arguments:
        which: `do`, `di`, `uo` or `ui`.
        sign: 1 for a call, -1 for a put.
        spot, strike, mark: prices of the share today, of exercise, and of the barrier.
        rebate: sum paid at the touch if the option is knocked out, or at expiry if it was never knocked in.
        years: time to expiry.
        rate, dividend: per year; either may be negative.
        volatility: per square root of a year.

    Returns:
        Value today. A spot on the barrier or beyond it has touched it.

    Raises:
        UnitError: a price at or below zero (the strike may be zero), a negative time or volatility, a missing number.
        InputError: an unknown kind.

    Source: Merton 1973; Reiner & Rubinstein 1991a; written here by the moments of the surviving price.
    """
    sign, strike, rebate = call_or_put("sign", sign), not_negative("strike", strike), finite("rebate", rebate)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark = positive("mark", mark)
    toward = direction("down" if kind("which", which)[0] == "d" else "up", spot, mark)
    growth, interest, spread = (rate - dividend) * years, rate * years, deviation(volatility, years)
    out = np.exp(-interest) * _surviving_payoff(toward, sign, spot, strike, mark, growth, spread)
    if which[1] == "o":
        return np.asarray(out + rebate * discount_to_touch(toward, spot, mark, growth, interest, spread))
    alive = survival(toward, spot, mark, mark, growth - 0.5 * spread**2, spread)
    vanilla = black_scholes(sign, spot, strike, years, rate, dividend, volatility)
    return np.asarray(np.maximum(vanilla - out, 0.0) + rebate * np.exp(-interest) * alive)


def partial_time_end(
    which: Kind,
    sign: float,
    spot: float,
    strike: float,
    mark: float,
    first: float,
    years: float,
    rate: float,
    dividend: float,
    volatility: float,
    *,
    one_sided: bool = False,
) -> float:
    """Value of a barrier option whose barrier is watched only from `first` years on until expiry.

    Arguments:
        which: `do`, `di`, `uo` or `ui`.
        first: years from today until the watch begins, not after `years`.
        one_sided: whether a share that stands beyond the barrier when the watch begins has thereby touched it. If
            not, only a touch counts, from whichever side, and up and down are the same. Others as in `barrier`.

    Raises:
        UnitError: a watch that begins after expiry, and as in `barrier`.

    Source: Heynen & Kat 1994b, types B1 and B2 (`one_sided`); here as one integral over the price at `first`.
    """
    kind("which", which)
    vanilla = float(black_scholes(sign, spot, strike, years, rate, dividend, volatility))
    left = _time_left(first, years)
    density, points, weights = _law(spot, mark, strike, first, left, rate - dividend, volatility)
    prices = np.exp(points)
    down = barrier("do", sign, prices, strike, mark, 0.0, left, rate, dividend, volatility)
    up = barrier("uo", sign, prices, strike, mark, 0.0, left, rate, dividend, volatility)
    value = down + up if not one_sided else down if which[0] == "d" else up
    out = math.exp(-rate * first) * float(weights @ (value * density))
    return out if which[1] == "o" else max(vanilla - out, 0.0)


def partial_time_start(
    which: Kind,
    sign: float,
    spot: float,
    strike: float,
    mark: float,
    last: float,
    years: float,
    rate: float,
    dividend: float,
    volatility: float,
) -> float:
    """Value of a barrier option whose barrier is watched only from today until `last` years from today.

    Arguments:
        which: `do`, `di`, `uo` or `ui`.
        last: years from today until the watch ends, not after `years`. Others as in `barrier`.

    Raises:
        UnitError: a watch that ends after expiry, and as in `barrier`.

    Source: Heynen & Kat 1994b, type A; here as one integral over the price at `last`.
    """
    vanilla = float(black_scholes(sign, spot, strike, years, rate, dividend, volatility))
    toward = 1.0 if kind("which", which)[0] == "d" else -1.0
    left = _time_left(last, years)
    density, points, weights = _law(spot, mark, strike, last, left, rate - dividend, volatility)
    line, spread = math.log(mark), float(deviation(np.asarray(volatility), np.asarray(last)))
    room = toward * (math.log(spot) - line)
    living = np.maximum(-np.expm1(-2.0 * max(room, 0.0) * np.maximum(toward * (points - line), 0.0) / spread**2), 0.0)
    value = black_scholes(sign, np.exp(points), strike, left, rate, dividend, volatility)
    out = math.exp(-rate * last) * float(weights @ (value * living * density))
    return out if which[1] == "o" else max(vanilla - out, 0.0)


def _surviving_payoff(
    toward: Array, sign: Array, spot: Array, strike: Array, mark: Array, growth: Array, spread: Array
) -> Array:
    """Expected payoff, not discounted, on the paths that never touch."""
    share_drift, cash_drift = growth + 0.5 * spread**2, growth - 0.5 * spread**2
    # Beyond the strike as seen from the barrier; a strike on the dead side leaves the whole living side.
    level = np.where(toward > 0.0, np.maximum(strike, mark), np.minimum(strike, mark))
    forward = spot * np.exp(growth)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = forward * survival(toward, spot, mark, level, share_drift, spread)
        far = far - strike * survival(toward, spot, mark, level, cash_drift, spread)
    whole = forward * survival(toward, spot, mark, mark, share_drift, spread)
    whole = whole - strike * survival(toward, spot, mark, mark, cash_drift, spread)
    # A down call and an up put pay beyond the level, the other two between the barrier and the level.
    payoff = np.where(sign == toward, sign * far, sign * (whole - far))
    payoff = np.where((strike == 0.0) & (toward < 0.0), np.where(sign > 0.0, whole, 0.0), payoff)
    return np.maximum(payoff, 0.0)


def _time_left(first: float, years: float) -> float:
    if not_negative("first", first) > not_negative("years", years):
        raise UnitError(f"watch: it begins or ends after {first} years, later than expiry after {years} years.")
    return years - first


def _law(
    spot: float, mark: float, strike: float, first: float, left: float, carry: float, volatility: float
) -> tuple[Array, Array, Array]:
    """Density, points and weights of the log price at `first`, fine near the barrier and the strike."""
    line = math.log(positive("mark", mark))
    spread, later = (float(deviation(np.asarray(volatility), np.asarray(one))) for one in (first, left))
    middle = math.log(spot) + (carry - 0.5 * volatility**2) * first
    if spread < 1e-9:
        return np.ones(1), np.full(1, middle), np.ones(1)
    low, high = middle - 9.0 * spread, middle + 9.0 * spread + spread**2
    layers = [(line, later), (middle, spread), (middle + spread**2, spread)]
    layers.append((line, spread**2 / (2.0 * abs(math.log(spot) - line) + spread)))
    if strike > 0.0:
        layers.append((math.log(strike), later))
    points, weights = panels(low, high, layers)
    density = np.exp(-0.5 * np.square((points - middle) / spread)) / (spread * math.sqrt(2.0 * math.pi))
    return density, points, weights
