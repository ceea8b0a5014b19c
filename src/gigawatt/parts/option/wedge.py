"""One share delivered when two things have happened: its price has reached a mark, and so have the gigawatts online.

The data type is a pair of distances to two marks, moved by two correlated Brownian motions; made independent, they
move in a wedge whose corner angle is arccos(-rho), and the chance that neither mark is reached is the weight left
inside. A drift weighs each end point (Girsanov). The usual Bessel series for the density (He, Keirstead, Rebholz
1998; Zhou 2001; Metzler 2010) loses all digits once that weight is large, so the same density is used in the form of
Sommerfeld and Carslaw: mirror images of the start, and one integral for what goes around the corner. No term of that
form is larger than the density of the unrestrained motion.
"""

# The letters are those of the formulas and of the published tables, where S and H are never s and h.
# ruff: noqa: N803

from __future__ import annotations

from dataclasses import dataclass
from math import acos, acosh, asin, atan2, ceil, exp, hypot, inf, log, log2, pi, sqrt

import numpy as np
from scipy.special import expit, log_ndtr, ndtr

from gigawatt.errors import UnitError
from gigawatt.parts.option.argument import Array, finite, not_negative, positive

__all__ = ["both_hit_probability", "share_on_price_and_gw"]

# Beyond 8.5 standard deviations lies less than 1e-17 of the probability.
REACH = 8.5
# Panels of two standard deviations with 10 nodes integrate a normal density to 1e-12.
PANEL, NODES = 2.0, 10
# Where the chance of being away has this much left to fall, panels of dates meet; dates matter by dividends only.
FALLS = (0.002, 0.2, 0.98)


def share_on_price_and_gw(
    S: float,
    H: float,
    T: float,
    r: float,
    q: float,
    v: float,
    G0: float,
    G_target: float,
    G_drift: float,
    G_vol: float,
    rho: float,
) -> float:
    """One share, free of any strike, delivered once the price and the gigawatts have each reached their mark.

    The two need not be there at the same time: the highest price and the highest gigawatts count, both by T. With
    the share as numeraire the value is `S` times the mean of `exp(-q t)` at the later of the two dates; under that
    measure the gigawatts drift by `rho v G_vol` more.

    Arguments:
        S: share price today, USD.
        H: the price mark, USD; a price at or above it today has reached it.
        T: years to the last day.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year, 0 or more; dividends before delivery are lost.
        v: volatility of the price, per square root of a year, 0 or more.
        G0: gigawatts online today.
        G_target: the mark in gigawatts; a G0 at or above it has reached it.
        G_drift: gigawatts added per year under the pricing measure, of either sign.
        G_vol: gigawatts per square root of a year, 0 or more; at 0 the mark is reached on a known date or never.
        rho: correlation of the two, strictly between -1 and 1.

    Returns:
        The value today, USD, accurate to about 1e-9 of the share price.

    Raises:
        UnitError: a number is not finite or out of its range.

    Source: Geman, El Karoui, Rochet (1995) for the numeraire; `both_hit_probability` for the joint law.
    """
    for name, given in (("S", S), ("H", H), ("T", T)):
        positive(name, given)
    for name, given in (("q", q), ("v", v), ("G_vol", G_vol)):
        not_negative(name, given)
    for name, given in (("r", r), ("G0", G0), ("G_target", G_target), ("G_drift", G_drift)):
        finite(name, given)
    _require_correlation(rho)
    price = _Race.of(log(H / S), r - q + v * v / 2, v)
    power = _Race.of(G_target - G0, G_drift + rho * v * G_vol, G_vol)
    return float(S * _later_discounted(price, power, rho, T, q))


def both_hit_probability(
    distance_1: float, drift_1: float, distance_2: float, drift_2: float, rho: float, T: float
) -> float:
    """The chance that two correlated Brownian motions of unit volatility have both reached their marks by T.

    Arguments:
        distance_1: how far above the first motion its mark lies, per volatility; 0 or less means reached.
        drift_1: drift of the first motion per volatility and year.
        distance_2: the same for the second motion.
        drift_2: drift of the second motion per volatility and year.
        rho: correlation, strictly between -1 and 1.
        T: years.

    Returns:
        A probability, accurate to about 1e-11.

    Raises:
        UnitError: a number is not finite or out of its range.

    Source: Sommerfeld (1896) and Carslaw (1919) for the density in a wedge; He, Keirstead, Rebholz (1998) for drift.
    """
    for name, given in (("distance_1", distance_1), ("drift_1", drift_1)):
        finite(name, given)
    for name, given in (("distance_2", distance_2), ("drift_2", drift_2)):
        finite(name, given)
    positive("T", T)
    _require_correlation(rho)
    first, second = _Race.of(distance_1, drift_1, 1.0), _Race.of(distance_2, drift_2, 1.0)
    return _later_discounted(first, second, rho, T, 0.0)


@dataclass(frozen=True, slots=True)
class _Race:
    """One motion on its way to a mark: distance and drift per volatility, or the known date of arrival."""

    distance: float
    drift: float
    date: float | None = None

    @classmethod
    def of(cls, gap: float, drift: float, volatility: float) -> _Race:
        if gap <= 0:
            return cls(0.0, 0.0, 0.0)
        if volatility == 0:
            return cls(gap, drift, gap / drift if drift > 0 else inf)
        return cls(gap / volatility, drift / volatility)

    def discounted(self, T: float, q: float) -> float:
        """The mean of `exp(-q t)` at the date t of arrival, counting arrivals by T only."""
        if T == 0:
            return 0.0
        rate, spread = sqrt(self.drift**2 + 2 * q), sqrt(T)
        near = self.distance * (self.drift - rate) + float(log_ndtr((rate * T - self.distance) / spread))
        far = self.distance * (self.drift + rate) + float(log_ndtr((-rate * T - self.distance) / spread))
        return exp(near) + exp(far)

    def away(self, dates: Array) -> Array:
        """The chance not to have arrived by each of these dates."""
        spread = np.sqrt(dates)
        mirrored = 2 * self.distance * self.drift + log_ndtr((-self.drift * dates - self.distance) / spread)
        return np.asarray(ndtr((self.distance - self.drift * dates) / spread) - np.exp(mirrored))


def _require_correlation(rho: float) -> None:
    if not -1 < rho < 1:
        raise UnitError(f"rho: {rho} given; a correlation strictly between -1 and 1 expected.")


def _later_discounted(first: _Race, second: _Race, rho: float, T: float, q: float) -> float:
    """The mean of `exp(-q t)` at the later of two arrivals, counting only pairs that are both there by T."""
    if first.date is None and second.date is not None:
        first, second = second, first
    if first.date is not None and second.date is not None:
        date = max(first.date, second.date)
        return exp(-q * date) if date <= T else 0.0
    if first.date is not None:
        if first.date > T:
            return 0.0
        before = second.discounted(first.date, 0.0) * exp(-q * first.date)
        return before + second.discounted(T, q) - second.discounted(first.date, q)
    # What the later arrival pays is what both pay, less what the earlier one pays.
    earlier = 1 - exp(-q * T) * _neither(first, second, rho, T)
    if q:
        earlier -= q * _discounted_wait(first, second, rho, T, q)
    return min(max(first.discounted(T, q) + second.discounted(T, q) - earlier, 0.0), 1.0)


def _discounted_wait(first: _Race, second: _Race, rho: float, T: float, q: float) -> float:
    """The integral over dates up to T of `exp(-q t)` times the chance that neither motion has arrived."""
    # Independent motions cost little, so they carry most of any steep fall; the rest is taken where either falls.
    many, fine = _nodes(np.linspace(0.0, T, 1001))
    falls = first.away(many), second.away(many)
    independent = float((np.exp(-q * many) * falls[0] * falls[1]) @ fine)
    if rho == 0:
        return independent
    marks = [np.interp(fall[-1] + (1 - fall[-1]) * np.array(FALLS), fall[::-1], many[::-1]) for fall in falls]
    dates, weights = _nodes(np.unique([0.0, *marks[0], *marks[1], T]))
    chance = np.array([_neither(first, second, rho, float(date)) for date in dates])
    rest = chance - first.away(dates) * second.away(dates)
    return independent + float((np.exp(-q * dates) * rest) @ weights)


def _neither(first: _Race, second: _Race, rho: float, T: float) -> float:
    """The chance that neither motion has arrived by T: the weight left in the wedge.

    Lengths are per sqrt(T). The weight is taken in polar coordinates about the corner, over the reach of the
    unrestrained motion, with panels graded towards the walls, where the density falls to nothing.
    """
    scale, skew, corner = sqrt(T), sqrt(1 - rho * rho), acos(-rho)
    wall_1, wall_2 = first.distance / scale, second.distance / scale
    start = ((wall_1 - rho * wall_2) / skew, wall_2)
    end = (start[0] - (first.drift - rho * second.drift) / skew * scale, start[1] - second.drift * scale)
    radius, angle = hypot(*start), atan2(start[1], start[0])
    target, bearing = hypot(*end), atan2(end[1], end[0])
    low, high = max(target - REACH, 0.0), target + REACH
    half = asin(REACH / target) if target > REACH else inf
    # A bearing is known up to whole turns; take the one nearest to the middle of the wedge.
    bearing += 2 * pi * round((corner / 2 - bearing) / (2 * pi))
    left, right = max(bearing - half, 0.0), min(bearing + half, corner)
    if left >= right:
        return 0.0
    r, r_weight = _nodes(_edges(low, high, PANEL, 1 / radius / 32 if low == 0 else inf, inf))
    layers = [1 / (wall * high) if wall else inf for wall in (wall_2, wall_1)]
    theta, theta_weight = _nodes(_edges(left, right, PANEL / high, *layers))
    free = -((r - target) ** 2)[:, None] / 2 - np.outer(r * target, 2 * np.sin((theta - bearing) / 2) ** 2)
    weight = r_weight * r
    return float(weight @ _in_wedge(r * radius, theta, angle, corner, free) @ theta_weight)


def _in_wedge(z: Array, theta: Array, angle: float, corner: float, free: Array) -> Array:
    """The density on (radius, angle) of motions that have stayed in the wedge.

    Arguments:
        z: (radius,) the radius times that of the start.
        theta: (angle,) in radians from the second wall.
        angle: the start's.
        corner: the wedge's, below pi.
        free: (radius, angle) the logarithm of the unrestrained density, but for its constant.

    An image is seen within half a turn only. The integral for what goes around the corner has a pole that crosses
    its path where an image comes into sight; a midpoint rule misses the pole by just a logistic function, which
    turns the sudden sight of each image into a gradual one. Both are entire in the angle, and so is their sum.
    """
    order = pi / corner
    ahead, mirrored = theta - angle, theta + angle
    # Rows in which what goes around the corner has underflown need no integral.
    shade = 1 + np.cos(ahead)
    rows = z * shade.min() < 45
    largest = float(z[rows].max(initial=0.0))
    step = min(0.5, 0.7 * order / sqrt(largest)) if largest else 0.5
    with np.errstate(divide="ignore"):
        # Where the pole lies beyond the path of steepest descent the rule does not feel it.
        felt = order * np.where(z * step > 2 * pi * order, np.arcsin(np.minimum(2 * pi * order / (z * step), 1)), inf)
    total = np.zeros_like(free)
    turns = ceil(pi / (2 * corner)) + 1
    for sign, base in ((1.0, ahead), (-1.0, mirrored)):
        for turn in range(-turns, turns + 1):
            image = base + 2 * corner * turn
            hidden = order * (np.abs(image) - pi)
            gradual = (np.abs(hidden) < felt[:, None]) & (hidden < pi)
            seen = np.where(gradual, expit(-2 * pi * hidden / step), hidden < 0)
            nearer = -2 * np.sin((image + ahead) / 2) * np.sin((image - ahead) / 2)
            total += sign * seen * np.exp(np.where(seen > 0, free + np.outer(z, nearer), -inf))
    if rows.any():
        kept = z[rows]
        last = order * acosh(1 + 40 / kept.min()) if kept.min() > 0 else 40.0
        y = step * (np.arange(ceil(min(last, 40.0) / step), dtype=np.float64) + 0.5)
        fading = np.exp(np.outer(kept, -2 * np.sinh(y / (2 * order)) ** 2))
        around = fading @ (_around(y, ahead, order) - _around(y, mirrored, order))
        total[rows] -= step / (2 * pi) * around * np.exp(free[rows] - np.outer(kept, shade))
    return total / (2 * pi)


def _around(y: Array, angle: Array, order: float) -> Array:
    """The kernel on (node, angle) of the integral for what goes around the corner."""
    rise = 2 * np.sinh(y / 2)[:, None] ** 2
    one, other = order * (pi + angle), order * (pi - angle)
    return np.asarray(
        np.sin(one) / (rise + 2 * np.sin(one / 2) ** 2) + np.sin(other) / (rise + 2 * np.sin(other / 2) ** 2)
    )


def _edges(low: float, high: float, widest: float, at_low: float, at_high: float) -> Array:
    """Panel edges at most this far apart that double in width away from a fine first and last panel."""
    length = high - low
    inner = [length * 2.0**-k for k in range(1, 1 + max(ceil(log2(length / at_low)), 0))] if at_low < inf else []
    outer = [length * 2.0**-k for k in range(1, 1 + max(ceil(log2(length / at_high)), 0))] if at_high < inf else []
    marks = {0.0, length, *inner, *(length - part for part in outer)}
    marks |= set(np.linspace(0.0, length, ceil(length / widest) + 1).tolist())
    return low + np.array(sorted(marks))


def _nodes(edges: Array) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on panels between these edges."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()
