"""Options on the mean of the share price: geometric in closed form, arithmetic by one recursion.

An arithmetic mean of n prices is S R_1 (w_1 + R_2 (w_2 + R_3 (w_3 + ...))) with independent growth factors R. The
payoff is carried inward, one factor at a time: after each step it is a smooth function of the bracket alone, held as a
spline over the bracket's logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.special import ndtr

from gigawatt.errors import UnitError
from gigawatt.parts.option.argument import Array, Floats, call_or_put, count, deviation, not_negative, positive
from gigawatt.parts.option.black_scholes import black, market
from gigawatt.parts.option.normal import normal_density
from gigawatt.parts.option.quadrature import panels

REACH = 8.5
"""Standard deviations that an integral covers: what lies beyond is below 1e-16."""

FINE = 5.0
"""Spline knots to each standard deviation of a step."""

MESHES = (32, 64, 128)
"""Dates by which a continuous mean is approached; the error falls with their square and is extrapolated away."""


def geometric_asian_continuous(
    sign: Floats, spot: Floats, strike: Floats, years: Floats, rate: Floats, dividend: Floats, volatility: Floats
) -> Array:
    """Value of a call or put on the geometric mean of the price from today until expiry.

    Arguments:
        sign: 1 for a call, -1 for a put.
        spot, strike: price today and strike; the strike may be zero.
        years: time to expiry, over the whole of which the mean is taken.
        rate, dividend: per year, continuously compounded.
        volatility: per square root of a year.

    Returns:
        Value today.

    Raises:
        UnitError: a spot at or below zero, a negative strike, time or volatility, a number that is missing.

    Source: Kemna & Vorst 1990.
    """
    sign, strike = call_or_put("sign", sign), not_negative("strike", strike)
    spot, years, rate, dividend, volatility = market(spot, years, rate, dividend, volatility)
    forward = spot * np.exp(0.5 * (rate - dividend - volatility**2 / 6.0) * years)
    return np.asarray(
        np.exp(-rate * years) * black(sign, forward, strike, deviation(volatility, years) / math.sqrt(3.0))
    )


def geometric_asian_discrete(
    sign: float,
    spot: float,
    strike: float,
    first: float,
    last: float,
    dates: int,
    rate: float,
    dividend: float,
    volatility: float,
) -> float:
    """Value of a call or put on the geometric mean of the price on equally spaced dates, paid on the last.

    Arguments:
        first, last: years from today to the first and to the last date; 0 is today.
        dates: how many dates there are, the first and the last among them; the others as in the continuous form.

    Raises:
        UnitError: a last date before the first, no dates, and as in the continuous form.

    Source: Clewlow & Strickland 1998, p. 118-123; the logarithm of the mean is normal.
    """
    times = _dates(first, last, dates)
    call_or_put("sign", sign), not_negative("strike", strike), market(spot, last, rate, dividend, volatility)
    mean, variance = times.mean(), np.minimum(times[:, None], times).mean()
    forward = spot * math.exp((rate - dividend) * mean - 0.5 * volatility**2 * (mean - variance))
    return math.exp(-rate * last) * float(black(sign, forward, strike, volatility * math.sqrt(variance)))


def share_if_geometric_mean(
    spot: float, mark: float, years: float, window: int, step: float, rate: float, dividend: float, volatility: float
) -> float:
    """Value of one share delivered at expiry if the geometric mean of the last closes has reached the mark.

    Arguments:
        mark: the mean that must be reached, above zero.
        window: how many closes the mean is of; the last is that at expiry.
        step: years from one close to the next, such as 1/252. The others as in `geometric_asian_continuous`.

    Raises:
        UnitError: a window that began before today, and as in `geometric_asian_continuous`.

    Source: the share as numeraire makes the log mean normal with a drift raised by half the variance per year.
    """
    begin = years - (count("window", window) - 1) * float(not_negative("step", step))
    if begin < -1e-12 * max(years, 1.0):
        raise UnitError(
            f"window: {window} closes {step} years apart begin {-begin:.6g} years before today; "
            "a window that begins today or later expected."
        )
    market(spot, years, rate, dividend, volatility)
    times = _dates(max(begin, 0.0), years, window)
    spread = max(volatility * math.sqrt(np.minimum(times[:, None], times).mean()), 1e-12)
    middle = math.log(spot) + (rate - dividend + 0.5 * volatility**2) * float(times.mean())
    return spot * math.exp(-dividend * years) * float(ndtr((middle - math.log(positive("mark", mark))) / spread))


def arithmetic_asian_discrete(
    sign: float,
    spot: float,
    strike: float,
    first: float,
    last: float,
    dates: int,
    rate: float,
    dividend: float,
    volatility: float,
) -> float:
    """Value of a call or put on the arithmetic mean of the price on equally spaced dates, paid on the last.

    Arguments:
        first, last: years from today to the first and to the last date; 0 is today.
        dates: how many dates there are, the first and the last among them.
        sign, spot, strike, rate, dividend, volatility: as in `geometric_asian_continuous`.

    Returns:
        Value today, to about 1e-9 of the spot.

    Raises:
        UnitError: a last date before the first, no dates, and as in `geometric_asian_continuous`.

    Source: Carverhill & Clewlow 1990 for the recursion; here on the payoff instead of the density.
    """
    times = _dates(first, last, dates)
    call_or_put("sign", sign), not_negative("strike", strike), market(spot, last, rate, dividend, volatility)
    put = _put_on_mean(spot, strike, times, np.full(times.size, 1.0 / times.size), rate - dividend, volatility)
    return math.exp(-rate * last) * _by_parity(
        sign, put, spot * float(np.exp((rate - dividend) * times).mean()), strike
    )


def arithmetic_asian_continuous(
    sign: float, spot: float, strike: float, years: float, rate: float, dividend: float, volatility: float
) -> float:
    """Value of a call or put on the arithmetic mean of the price from today until expiry.

    Arguments:
        sign, spot, strike, years, rate, dividend, volatility: as in `geometric_asian_continuous`.

    Returns:
        Value today, to about 1e-8 of the spot at ordinary volatilities.

    Raises:
        UnitError: as in `geometric_asian_continuous`.

    Source: the discrete recursion with trapezoidal weights, extrapolated in the number of dates (Richardson 1911).
    """
    call_or_put("sign", sign), not_negative("strike", strike), market(spot, years, rate, dividend, volatility)
    carry = (rate - dividend) * years
    mean = spot * (math.expm1(carry) / carry if carry else 1.0)
    if volatility * math.sqrt(years) < 1e-7:
        return math.exp(-rate * years) * max(sign * (mean - strike), 0.0)
    puts = []
    for number in MESHES:
        weights = np.full(number + 1, 1.0 / number)
        weights[[0, -1]] *= 0.5
        times = np.linspace(0.0, years, number + 1)
        shift = spot * float(weights @ np.exp((rate - dividend) * times)) / mean
        # The mean of the dates is brought to the continuous mean, so that only the error of its spread is left.
        puts.append(_put_on_mean(spot / shift, strike, times, weights, rate - dividend, volatility))
    put = (puts[0] - 20.0 * puts[1] + 64.0 * puts[2]) / 45.0
    return math.exp(-rate * years) * _by_parity(sign, put, mean, strike)


def _by_parity(sign: float, put: float, mean: float, strike: float) -> float:
    return max(put + mean - strike if sign > 0.0 else put, sign * (mean - strike), 0.0)


def _dates(first: float, last: float, dates: int) -> Array:
    begin, end, number = float(not_negative("first", first)), float(not_negative("last", last)), count("dates", dates)
    if end < begin:
        raise UnitError(f"last: {last} years is before the first date after {first} years.")
    return np.linspace(begin, end, number) if number > 1 else np.array([end])


def _put_on_mean(spot: float, strike: float, times: Array, weights: Array, carry: float, volatility: float) -> float:
    """Expected payoff, not discounted, of a put on a weighted mean of prices on equally spaced dates."""
    number, gap, span = times.size, float(times[0]), float(times[-1] - times[0])
    step = span / max(number - 1, 1)
    if number == 1 or volatility * math.sqrt(span) < 1e-9:
        forward = spot * float(weights @ np.exp(carry * times))
        return float(black(-1.0, forward, strike, volatility * math.sqrt(gap)))
    drift, spread = (carry - 0.5 * volatility**2) * step, volatility * math.sqrt(step)
    payoff, index = _first_payoff(spot, strike, gap, step, float(weights[0]), carry, volatility)
    kink = volatility**2 * (gap if index == 0 else step)
    for date in range(index, number - 1):
        shocks, chances = _normal_points(min(1.0, math.sqrt(kink) / spread))
        factors = np.exp(drift + spread * shocks)
        if date == number - 2:
            return float(chances @ payoff(weights[date] + factors * weights[-1]))
        ahead = times[date + 1 :] - times[date + 1]
        middle = math.log(float(weights[date + 1 :] @ np.exp(carry * ahead)))
        half = 6.0 * volatility * math.sqrt(ahead[-1]) + 0.5 * volatility**2 * float(ahead[-1])
        kink += spread**2
        knots = int(FINE * 2.0 * half / min(math.sqrt(kink), 0.5)) + 48
        grid = np.linspace(middle - half, middle + half, knots)
        values = payoff(weights[date] + np.exp(grid)[:, None] * factors) @ chances
        payoff = _spline(grid, values)
    return float(payoff(weights[-1:])[0])


def _first_payoff(
    spot: float, strike: float, gap: float, step: float, weight: float, carry: float, volatility: float
) -> tuple[Callable[[Array], Array], int]:
    """The payoff once its kink is smoothed, as a function of a bracket, and the date at which that bracket begins."""
    if gap >= step:
        return lambda bracket: black(-1.0, spot * math.exp(carry * gap) * bracket, strike, volatility * gap**0.5), 0
    # A first gap shorter than a step smooths less than the step, so the step is taken inside it. The put ends where
    # the first price alone exceeds the strike, and just before that it bends on ever smaller scales.
    spread, middle = volatility * math.sqrt(gap), math.log(spot) + (carry - 0.5 * volatility**2) * gap
    shocks, chances = np.zeros(1), np.ones(1)
    if spread > 1e-9:
        end = (math.log(strike / weight) - middle) / spread if strike > 0.0 else -REACH
        layers = [(0.0, 1.0), *((end, 4.0**-order) for order in range(1, 8))]
        shocks, chances = panels(-REACH, min(REACH, end), layers)
        chances = chances * normal_density(shocks)
    starts = np.exp(middle + spread * shocks)
    left = strike - weight * starts

    def payoff(bracket: Array) -> Array:
        forward = math.exp(carry * step) * starts * np.asarray(bracket)[..., None]
        puts = black(-1.0, forward, np.maximum(left, 0.0), volatility * math.sqrt(step))
        return np.asarray(puts @ chances)

    return payoff, 1


def _normal_points(smooth: float) -> tuple[Array, Array]:
    """Points and chances of a normal number, for functions smooth over `smooth` standard deviations."""
    half = math.ceil(REACH / (0.5 * max(smooth, 0.005)))
    points = np.linspace(-REACH, REACH, 2 * half + 1)
    chances = np.exp(-0.5 * points**2)
    return points, chances / chances.sum()


def _spline(grid: Array, values: Array) -> Callable[[Array], Array]:
    curve = make_interp_spline(grid, values, k=7)
    return lambda bracket: np.asarray(curve(np.clip(np.log(bracket), grid[0], grid[-1])))
