"""Rights that rest on whether the share ever touches a mark: at the touch, at expiry, or because it never did.

A mark lies `down` (a touch is a price at or below it), `up`, or on `either` side, wherever the spot is not. A spot
that stands on the mark, or beyond it in the given direction, has touched it today. Rates are per year and continuously
compounded; every argument but the side may be a number or an array.

Source of all values: Reiner & Rubinstein 1991b, "Unscrambling the binary code".
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr

from gigawatt.parts.option.argument import Array, Floats, Side, deviation, finite, not_negative, positive, side
from gigawatt.parts.option.black_scholes import market


def cash_at_touch(
    spot: Floats,
    mark: Floats,
    cash: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
) -> Array:
    """Value of a sum paid at the moment the share first touches the mark.

    Arguments:
        spot: price of the share today, above zero.
        mark: price that must be touched, above zero.
        cash: the sum.
        years: time within which the touch counts.
        rate, dividend: per year; either may be negative.
        volatility: per square root of a year.
        where: on which side of the spot the mark lies.

    Returns:
        Value today in the money of the sum.

    Raises:
        UnitError: a spot or mark at or below zero, a negative time or volatility, a number that is missing.
        InputError: an unknown side.
    """
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark, cash = positive("mark", mark), finite("cash", cash)
    toward = direction(where, spot, mark)
    growth, spread = (rate - dividend) * years, deviation(volatility, years)
    return np.asarray(cash * discount_to_touch(toward, spot, mark, growth, rate * years, spread))


def cash_at_expiry(
    spot: Floats,
    mark: Floats,
    cash: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
) -> Array:
    """Value of a sum paid at expiry if the share has touched the mark by then; arguments as in `cash_at_touch`."""
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark, cash, spread = positive("mark", mark), finite("cash", cash), deviation(volatility, years)
    drift = (rate - dividend) * years - 0.5 * spread**2
    touched = touch_probability(direction(where, spot, mark), spot, mark, drift, spread)
    return np.asarray(cash * np.exp(-rate * years) * touched)


def cash_if_untouched(
    spot: Floats,
    mark: Floats,
    cash: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
) -> Array:
    """Value of a sum paid at expiry unless the share has touched the mark; arguments as in `cash_at_touch`."""
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark, cash, spread = positive("mark", mark), finite("cash", cash), deviation(volatility, years)
    drift = (rate - dividend) * years - 0.5 * spread**2
    alive = survival(direction(where, spot, mark), spot, mark, mark, drift, spread)
    return np.asarray(cash * np.exp(-rate * years) * alive)


def share_at_touch(
    spot: Floats,
    mark: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
    strike: Floats = 0.0,
) -> Array:
    """Value of one share delivered, for the strike, at the moment the share first touches the mark.

    With a strike of a cent and the mark above the spot this is a penny warrant that vests at the mark. A share whose
    mark has been passed already is delivered today. Other arguments as in `cash_at_touch`.
    """
    strike = not_negative("strike", strike)
    worth = cash_at_touch(spot, mark, mark - strike, years, rate, dividend, volatility, where)
    spot, mark = positive("spot", spot), positive("mark", mark)
    return np.where(direction(where, spot, mark) * (spot - mark) > 0.0, worth, spot - strike)


def share_at_expiry(
    spot: Floats,
    mark: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
) -> Array:
    """Value of one share delivered at expiry if it has touched the mark by then; arguments as in `cash_at_touch`."""
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark, spread = positive("mark", mark), deviation(volatility, years)
    drift = (rate - dividend) * years + 0.5 * spread**2
    touched = touch_probability(direction(where, spot, mark), spot, mark, drift, spread)
    return np.asarray(spot * np.exp(-dividend * years) * touched)


def share_if_untouched(
    spot: Floats,
    mark: Floats,
    years: Floats,
    rate: Floats,
    dividend: Floats,
    volatility: Floats,
    where: Side = "either",
) -> Array:
    """Value of one share delivered at expiry unless it has touched the mark; arguments as in `cash_at_touch`."""
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    mark, spread = positive("mark", mark), deviation(volatility, years)
    drift = (rate - dividend) * years + 0.5 * spread**2
    alive = survival(direction(where, spot, mark), spot, mark, mark, drift, spread)
    return np.asarray(spot * np.exp(-dividend * years) * alive)


def direction(where: Side, spot: Array, mark: Array) -> Array:
    """1 where the mark lies below the living prices, -1 where it lies above them.

    Arguments:
        where: `down`, `up` or `either`.
        spot, mark: prices.

    Returns:
        1 or -1, of the common shape.
    """
    if side("where", where) == "either":
        return np.where(spot >= mark, 1.0, -1.0)
    return np.full(np.broadcast_shapes(spot.shape, mark.shape), 1.0 if where == "down" else -1.0)


def survival(toward: Array, spot: Array, mark: Array, level: Array, drift: Array, spread: Array) -> Array:
    """Probability that the share ends beyond a level, seen from the mark, and never touches the mark.

    Arguments:
        toward: 1 where the mark lies below, -1 where it lies above.
        level: a price on the living side of the mark, or the mark itself.
        drift: expected log growth until expiry.
        spread: standard deviation of the log price at expiry.

    Returns:
        Probability; zero where the mark has been touched today.

    Source: reflection principle; the image term is kept in logarithms, where it never overflows.
    """
    gap = np.log(mark / spot)
    direct = ndtr(toward * (np.log(spot / level) + drift) / spread)
    image = 2.0 * drift * gap / spread**2
    image = image + log_ndtr(toward * (2.0 * gap + np.log(spot / level) + drift) / spread)
    alive = np.maximum(direct - np.exp(np.minimum(image, 0.0)), 0.0)
    return np.where(toward * (spot - mark) > 0.0, alive, 0.0)


def touch_probability(toward: Array, spot: Array, mark: Array, drift: Array, spread: Array) -> Array:
    """Probability that the share touches the mark; arguments as in `survival`."""
    gap = np.log(mark / spot)
    image = 2.0 * drift * gap / spread**2 + log_ndtr(toward * (gap + drift) / spread)
    touched = ndtr(toward * (gap - drift) / spread) + np.exp(np.minimum(image, 0.0))
    return np.where(toward * (spot - mark) > 0.0, np.minimum(touched, 1.0), 1.0)


def discount_to_touch(toward: Array, spot: Array, mark: Array, growth: Array, interest: Array, spread: Array) -> Array:
    """Expected discount factor to the first touch, zero where there is none before expiry.

    Arguments:
        growth: rate less dividend, times years.
        interest: rate times years; the others as in `survival`.
    """
    alive = toward * (spot - mark) > 0.0
    gap, drift, variance = np.where(alive, np.log(mark / spot), 0.0), growth - 0.5 * spread**2, spread**2
    square = np.square(drift) + 2.0 * interest * variance
    if (square < 0.0).any():
        # A rate so negative that the root is imaginary; the sum of the two terms is real all the same.
        root = np.sqrt(square.astype(np.complex128))
        terms = [
            np.exp((drift + one) * gap / variance + log_ndtr(toward * (gap + one) / spread)) for one in (root, -root)
        ]
        return np.where(alive, np.real(terms[0] + terms[1]), 1.0)
    root = np.sqrt(square)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each exponent in the one of two equal forms that subtracts nothing.
        rising = np.where(drift < 0.0, 2.0 * interest / (root - drift), (drift + root) / variance)
        falling = np.where(drift > 0.0, -2.0 * interest / (root + drift), (drift - root) / variance)
    # Neither term exceeds the largest discount factor there can be; rounding must not make it.
    most = np.maximum(-interest, 0.0)
    first = np.minimum(rising * gap + log_ndtr(toward * (gap + root) / spread), most)
    second = np.minimum(falling * gap + log_ndtr(toward * (gap - root) / spread), most)
    return np.where(alive, np.minimum(np.exp(first) + np.exp(second), np.exp(most)), 1.0)
