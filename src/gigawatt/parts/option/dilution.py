"""Warrants that create new shares, and so are paid in part by the holders of the old ones."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.option.argument import Array, Floats, not_negative, positive
from gigawatt.parts.option.black_scholes import black_scholes, share_or_nothing

STEPS = 100
"""Newton steps at most; each doubles the digits, so that a handful is the rule."""


def warrant_announced(
    spot: Floats,
    strike: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    shares: Floats,
    warrants: Floats,
) -> Array:
    """Value of one warrant on a new share where the share price already allows for the dilution to come.

    Arguments:
        spot: price of one share today, above zero.
        strike: paid to the company for each new share, zero or above.
        years: time to expiry.
        rate, dividend: per year, continuously compounded.
        volatility: per square root of a year.
        shares: shares outstanding, above zero.
        warrants: new shares that the warrants create, zero or above.

    Returns:
        Value of one warrant today.

    Raises:
        UnitError: a spot or number of shares at or below zero, a negative strike, time, volatility or number.

    Source: Hull, Options, Futures, and Other Derivatives, chapter on employee options and warrants.
    """
    shares, warrants = positive("shares", shares), not_negative("warrants", warrants)
    option = black_scholes(1.0, spot, strike, years, rate, dividend, volatility)
    return np.asarray(shares / (shares + warrants) * option)


def warrant_diluted(
    spot: Floats,
    strike: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    shares: Floats,
    warrants: Floats,
) -> Array:
    """Value of one warrant where the firm, shares and warrants together, is what moves at random.

    The warrant W solves W = n/(n+m) C(S + W m/n), with C the Black-Scholes call; arguments as in `warrant_announced`,
    the volatility being that of the firm.

    Source: Galai & Schneller 1978.
    """
    shares, warrants = positive("shares", shares), not_negative("warrants", warrants)
    spot = positive("spot", spot)
    part, more = shares / (shares + warrants), warrants / shares
    value = np.zeros(())
    for _ in range(STEPS):
        firm = spot + more * value
        option = black_scholes(1.0, firm, strike, years, rate, dividend, volatility)
        slope = share_or_nothing(1.0, firm, strike, years, rate, dividend, volatility) / firm
        # The excess is concave and rises, so that Newton steps from below never overshoot.
        step = (part * option - value) / (1.0 - part * more * slope)
        value = value + step
        if (np.abs(step) <= 1e-15 * spot).all():
            break
    return np.asarray(value)
