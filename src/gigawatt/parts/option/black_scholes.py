"""Options that look at one date, or start at one: European, digital, gap, forward start, exchange.

Rates, dividend yields and volatilities are per year and continuously compounded; volatilities are standard deviations
of the log price. A call is 1, a put is -1. Every argument may be a number or an array.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from gigawatt.parts.option.argument import (
    TINY,
    Array,
    Floats,
    call_or_put,
    correlation,
    deviation,
    finite,
    not_negative,
    positive,
)


def black(sign: Floats, forward: Floats, strike: Floats, spread: Floats) -> Array:
    """Expected payoff, not discounted, of a call or put on a lognormal price.

    Arguments:
        sign: 1 for a call, -1 for a put.
        forward: the expected price.
        strike: the strike in the same money; at or below zero a call is simply exercised.
        spread: standard deviation of the log price.

    Returns:
        Expected payoff, never below that of the expected price.

    Source: Black 1976.
    """
    sign, forward, strike = (np.asarray(one, dtype=np.float64) for one in (sign, forward, strike))
    spread = np.maximum(np.asarray(spread, dtype=np.float64), TINY)
    with np.errstate(divide="ignore"):
        ahead = (np.log(forward) - np.log(np.maximum(strike, 0.0))) / spread + 0.5 * spread
    value = sign * (forward * ndtr(sign * ahead) - strike * ndtr(sign * (ahead - spread)))
    return np.asarray(np.maximum(value, np.maximum(sign * (forward - strike), 0.0)))


def black_scholes(
    sign: Floats, spot: Floats, strike: Floats, years: Floats, rate: Floats, dividend: Floats, volatility: Floats
) -> Array:
    """Value of a European call or put.

    Arguments:
        sign: 1 for a call, -1 for a put.
        spot: price of the share today, above zero.
        strike: zero or above.
        years: time to expiry.
        rate, dividend: per year, continuously compounded; either may be negative.
        volatility: per square root of a year; at zero the value is that of a certain price.

    Returns:
        Value today in the money of the spot.

    Raises:
        UnitError: a spot at or below zero, a negative strike, time or volatility, a number that is missing.

    Source: Black & Scholes 1973; Merton 1973 for the dividend yield.
    """
    sign, strike = call_or_put("sign", sign), not_negative("strike", strike)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    forward = spot * np.exp((rate - dividend) * years)
    return np.asarray(np.exp(-rate * years) * black(sign, forward, strike, deviation(volatility, years)))


def market(
    spot: Floats, years: Floats, rate: Floats, dividend: Floats, volatility: Floats
) -> tuple[Array, Array, Array, Array, Array]:
    """The five arguments that every formula on one share has, looked at and as arrays."""
    return (
        positive("spot", spot),
        not_negative("years", years),
        finite("rate", rate),
        finite("dividend", dividend),
        not_negative("volatility", volatility),
    )


def cash_or_nothing(
    sign: Floats,
    spot: Floats,
    strike: Floats,
    cash: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
) -> Array:
    """Value of a fixed sum paid at expiry if the share then stands above (call) or below (put) the strike.

    Source: Reiner & Rubinstein 1991b; arguments as in `black_scholes`.
    """
    sign, strike, cash = call_or_put("sign", sign), not_negative("strike", strike), finite("cash", cash)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    ahead = _ahead(spot, strike, (rate - dividend) * years, deviation(volatility, years), -0.5)
    return np.asarray(cash * np.exp(-rate * years) * ndtr(sign * ahead))


def share_or_nothing(
    sign: Floats, spot: Floats, strike: Floats, years: Floats, rate: Floats, dividend: Floats, volatility: Floats
) -> Array:
    """Value of one share delivered at expiry if it then stands above (call) or below (put) the strike.

    Source: Cox & Rubinstein 1985; arguments as in `black_scholes`.
    """
    sign, strike = call_or_put("sign", sign), not_negative("strike", strike)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    ahead = _ahead(spot, strike, (rate - dividend) * years, deviation(volatility, years), 0.5)
    return np.asarray(spot * np.exp(-dividend * years) * ndtr(sign * ahead))


def gap(
    sign: Floats,
    spot: Floats,
    trigger: Floats,
    strike: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
) -> Array:
    """Value of an option that is exercised at the strike whenever the share passes the trigger, at a loss too.

    Source: Reiner & Rubinstein 1991b; arguments as in `black_scholes`.
    """
    share = share_or_nothing(sign, spot, trigger, years, rate, dividend, volatility)
    return np.asarray(
        call_or_put("sign", sign)
        * (share - cash_or_nothing(sign, spot, trigger, strike, years, rate, dividend, volatility))
    )


def forward_start(
    sign: Floats,
    spot: Floats,
    strike_ratio: Floats,
    start: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
) -> Array:
    """Value of an option whose strike is set at `start`, as a ratio of the share price then.

    Arguments:
        strike_ratio: strike over spot at `start`.
        start: years from today until the strike is set, not after `years`.
        years: years from today until expiry; the others as in `black_scholes`.

    Raises:
        UnitError: a start after expiry, and as in `black_scholes`.

    Source: Rubinstein 1990.
    """
    start, years = not_negative("start", start), not_negative("years", years)
    not_negative("years from start to expiry", years - start)
    later = black_scholes(sign, 1.0, strike_ratio, years - start, rate, dividend, volatility)
    return np.asarray(positive("spot", spot) * np.exp(-finite("dividend", dividend) * start) * later)


def exchange(
    spot_got: Floats,
    spot_given: Floats,
    years: Floats,
    dividend_got: Floats,
    dividend_given: Floats,
    volatility_got: Floats,
    volatility_given: Floats,
    rho: Floats,
    number_got: Floats = 1.0,
    number_given: Floats = 1.0,
) -> Array:
    """Value of the right to give some shares of one kind for some of another at expiry.

    Arguments:
        spot_got, spot_given: prices today of the share received and of the share delivered.
        rho: correlation of their log prices.
        number_got, number_given: how many of each; the others as in `black_scholes`. No rate of interest matters.

    Raises:
        UnitError: a correlation outside -1 to 1, and as in `black_scholes`.

    Source: Margrabe 1978.
    """
    years, rho = not_negative("years", years), correlation("rho", rho)
    first, second = not_negative("volatility_got", volatility_got), not_negative("volatility_given", volatility_given)
    variance = np.square(first - second) + 2.0 * first * second * (1.0 - rho)
    got = not_negative("number_got", number_got) * positive("spot_got", spot_got)
    given = not_negative("number_given", number_given) * positive("spot_given", spot_given)
    got = got * np.exp(-finite("dividend_got", dividend_got) * years)
    given = given * np.exp(-finite("dividend_given", dividend_given) * years)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = black(1.0, got, given, deviation(np.sqrt(variance), years))
    return np.where(got > 0.0, value, 0.0)


def _ahead(spot: Array, strike: Array, growth: Array, spread: Array, half: float) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(spot) - np.log(strike) + growth) / spread + half * spread)
