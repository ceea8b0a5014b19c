"""Options on two shares: one share decides whether the option lives, the other how much it pays."""

from __future__ import annotations

import math

import numpy as np

from gigawatt.parts.option.argument import (
    TINY,
    Array,
    Floats,
    Kind,
    call_or_put,
    correlation,
    deviation,
    finite,
    kind,
    not_negative,
    positive,
)
from gigawatt.parts.option.black_scholes import black, black_scholes, market
from gigawatt.parts.option.normal import bivariate_normal
from gigawatt.parts.option.quadrature import panels


def two_asset_correlation(
    sign: Floats,
    spot_gate: Floats,
    spot_paid: Floats,
    strike_gate: Floats,
    strike_paid: Floats,
    years: Floats,
    rate: Floats,
    dividend_gate: Floats,
    dividend_paid: Floats,
    volatility_gate: Floats,
    volatility_paid: Floats,
    rho: Floats,
) -> Array:
    """Value of a call (put) on one share that pays only if another share ends above (below) a level of its own.

    Arguments:
        sign: 1 for a call, -1 for a put.
        spot_gate, spot_paid: prices today of the share that decides and of the share that is paid.
        strike_gate, strike_paid: the level of the one and the strike of the other, zero or above.
        years: time to expiry.
        rate, dividend_gate, dividend_paid: per year, continuously compounded.
        volatility_gate, volatility_paid: per square root of a year.
        rho: correlation of the log prices, from -1 to 1.

    Returns:
        Value today.

    Raises:
        UnitError: a spot at or below zero, a negative strike, time or volatility, a correlation outside -1 to 1.

    Source: Zhang 1995.
    """
    sign, rho = call_or_put("sign", sign), correlation("rho", rho)
    spot_gate, years, rate, dividend_gate, volatility_gate = market(
        spot_gate, years, rate, dividend_gate, volatility_gate
    )
    spot_paid, _, _, dividend_paid, volatility_paid = market(spot_paid, years, rate, dividend_paid, volatility_paid)
    strike_gate, strike_paid = not_negative("strike_gate", strike_gate), not_negative("strike_paid", strike_paid)
    gate, paid = deviation(volatility_gate, years), deviation(volatility_paid, years)
    with np.errstate(divide="ignore"):
        passed = (np.log(spot_gate) - np.log(strike_gate) + (rate - dividend_gate) * years) / gate - 0.5 * gate
        worth = (np.log(spot_paid) - np.log(strike_paid) + (rate - dividend_paid) * years) / paid - 0.5 * paid
    share = spot_paid * np.exp(-dividend_paid * years)
    share = share * bivariate_normal(sign * (worth + paid), sign * (passed + rho * paid), rho)
    cash = strike_paid * np.exp(-rate * years) * bivariate_normal(sign * worth, sign * passed, rho)
    return np.asarray(np.maximum(sign * (share - cash), 0.0))


def two_asset_barrier(
    which: Kind,
    sign: float,
    spot_paid: float,
    spot_watched: float,
    strike: float,
    mark: float,
    years: float,
    rate: float,
    dividend_paid: float,
    dividend_watched: float,
    volatility_paid: float,
    volatility_watched: float,
    rho: float,
) -> float:
    """Value of an option on one share that begins or ceases when another share touches a barrier.

    Arguments:
        which: `do`, `di`, `uo` or `ui`.
        sign: 1 for a call, -1 for a put.
        spot_paid, spot_watched: prices today of the share that is paid and of the share that is watched.
        strike: of the share that is paid, zero or above.
        mark: barrier of the share that is watched.
        years: time to expiry; the watch lasts as long and has no break.
        rate, dividend_paid, dividend_watched: per year, continuously compounded.
        volatility_paid, volatility_watched: per square root of a year.
        rho: correlation of the log prices, from -1 to 1.

    Returns:
        Value today, to about 1e-12 of the price of the share that is paid.

    Raises:
        UnitError: a spot or mark at or below zero, a negative strike, time or volatility, a correlation outside -1 to
            1; InputError an unknown kind.

    Source: Heynen & Kat 1994a; here as one integral over the final price of the watched share, which does not break
    down where their closed form subtracts large numbers.
    """
    vanilla = float(black_scholes(sign, spot_paid, strike, years, rate, dividend_paid, volatility_paid))
    market(spot_watched, years, rate, dividend_watched, volatility_watched)
    toward = 1.0 if kind("which", which)[0] == "d" else -1.0
    rho = float(correlation("rho", rho))
    paid, watched = (
        float(deviation(np.asarray(one), np.asarray(years))) for one in (volatility_paid, volatility_watched)
    )
    room = toward * math.log(spot_watched / float(positive("mark", mark)))
    drift = (rate - dividend_watched) * years - 0.5 * watched**2
    # Normal numbers of the watched share on the living side of the barrier.
    line = -(toward * room + drift) / watched
    tilt = rho * paid
    low, high = -9.0 + min(tilt, 0.0), 9.0 + max(tilt, 0.0)
    low, high = (max(low, line), high) if toward > 0.0 else (low, min(high, line))
    forward = spot_paid * math.exp((rate - dividend_paid) * years)
    rest = max(paid * math.sqrt((1.0 - rho) * (1.0 + rho)), TINY)
    layers = [(0.0, 1.0), (tilt, 1.0), (line, watched / (2.0 * abs(room) + watched))]
    if strike > 0.0 and tilt != 0.0:
        layers.append(((math.log(strike / forward) + 0.5 * tilt**2) / tilt, rest / abs(tilt)))
    points, weights = panels(low, high, layers) if room > 0.0 else (np.empty(0), np.empty(0))
    living = -np.expm1(-2.0 * (room / watched) * toward * (points - line))
    worth = black(sign, forward * np.exp(tilt * points - 0.5 * tilt**2), strike, rest)
    density = np.exp(-0.5 * points**2) / math.sqrt(2.0 * math.pi)
    out = math.exp(-float(finite("rate", rate)) * years) * float(weights @ (density * living * worth))
    return out if which[1] == "o" else max(vanilla - out, 0.0)
