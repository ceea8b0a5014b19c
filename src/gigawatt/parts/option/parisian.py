"""One share delivered when its price has stayed above a mark for a stated time without a break.

The data type is the Laplace transform, in the time to the last day, of the value counted in shares. The delay itself
is a factor `exp(-(s + q) D)` of that transform; taken out by hand it leaves a function that starts at the earliest
possible delivery, and the inversion never meets the jump there.

Source: Chesney, Jeanblanc-Picque, Yor (1997), Brownian excursions and Parisian barrier options; inversion as in Abate
and Whitt (1995), Numerical inversion of Laplace transforms of probability distributions.
"""

# The letters are those of the formulas and of the published tables, where S and H are never s and h.
# ruff: noqa: N803

from __future__ import annotations

from collections.abc import Callable
from math import comb, exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, wofz

from gigawatt.errors import UnitError
from gigawatt.parts.option.argument import finite, not_negative, positive

__all__ = ["share_on_parisian"]

Complex = NDArray[np.complex128]
# exp(-23) = 1e-10 is the discretisation error of the inversion; round-off then grows to about 1e-11 only.
DAMPING = 23.0
# The value has weak kinks at whole multiples of the delay, so the series needs more than its usual 30 terms.
TERMS, AVERAGED = 4000, 24


def share_on_parisian(S: float, H: float, D: float, T: float, r: float, q: float, v: float) -> float:
    """One share, free of any strike, delivered once the price has stayed above a mark for a time without a break.

    The clock runs while the price is above the mark and falls back to nothing when it touches it. No excursion is
    under way before today: a price that starts at or above the mark starts the clock at nothing today, so the
    earliest delivery is D from now. As D tends to nothing the value tends to that of a share at first touch.

    Arguments:
        S: share price today, USD, on either side of the mark.
        H: the mark, USD, watched continuously.
        D: years without a break, above 0.
        T: years to the last day on which the share may be delivered.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year, 0 or more; dividends before delivery are lost.
        v: volatility, per square root of a year, above 0.

    Returns:
        The value today, USD, accurate to about 1e-8 of the share price; 0 when D is T or more and S is below H.

    Raises:
        UnitError: a number is not finite or out of its range.

    Source: Chesney, Jeanblanc-Picque, Yor (1997): the excursion's length is independent of where it ends.
    """
    for name, given in (("S", S), ("H", H), ("T", T), ("v", v)):
        positive(name, given)
    finite("r", r)
    not_negative("q", q)
    if finite("D", D) <= 0:
        raise UnitError(f"D: {D} given; a number of years above zero expected. Without a delay, price a first touch.")
    if D > T:
        return 0.0
    drift = (r - q + v * v / 2) / v
    height = log(H / S) / v
    left = T - D
    if height > 0:
        later = _inverted(lambda s: _from_below(s, height, D, drift, q), left) if left else 0.0
        return float(S * exp(-q * D) * min(max(later, 0.0), 1.0))
    depth = -height
    at_once = _stays_above(depth, D, drift)
    later = _inverted(lambda s: _from_above(s, depth, D, drift, q), left) if left else 0.0
    return float(S * exp(-q * D) * min(max(at_once + later, 0.0), 1.0))


def _inverted(transform: Callable[[Complex], Complex], time: float) -> float:
    """The function with this Laplace transform at one time (Abate and Whitt 1995, the Euler method)."""
    angles = pi * np.arange(TERMS + AVERAGED + 1)
    points = np.asarray((DAMPING + 2j * angles) / (2 * time), dtype=np.complex128)
    terms = np.real(transform(points)) * np.where(np.arange(len(points)) % 2, -1.0, 1.0)
    terms[0] /= 2
    partial = np.cumsum(terms)[TERMS:]
    weights = np.array([comb(AVERAGED, k) for k in range(AVERAGED + 1)]) / 2.0**AVERAGED
    return float(exp(DAMPING / 2) / time * (weights @ partial))


def _from_below(s: Complex, height: float, D: float, drift: float, q: float) -> Complex:
    """The transform for a start at or below the mark: reach it, then complete an excursion."""
    root = np.sqrt(2 * s + drift * drift + 2 * q)
    return np.exp(height * (drift - root)) * _completed(root, D, drift) / s


def _from_above(s: Complex, depth: float, D: float, drift: float, q: float) -> Complex:
    """The transform for a start above the mark by paths that touch it before the first excursion is long enough."""
    root = np.sqrt(2 * s + drift * drift + 2 * q)
    near, far = depth / sqrt(2 * D), root * sqrt(D / 2)
    # The touch before D, discounted: both parts share the weight of a path that is at the mark exactly at D.
    at_delay = np.exp(-depth * drift - depth * depth / (2 * D) - root * root * D / 2)
    inside = np.real(far) < near
    ahead = np.where(inside, near - far, far - near)
    first = at_delay * wofz(1j * ahead)
    first = np.where(inside, first, 2 * np.exp(-depth * (drift + root)) - first)
    touched: Complex = (first + at_delay * wofz(1j * (near + far))) / 2
    return touched * _completed(root, D, drift) / s


def _completed(root: Complex, D: float, drift: float) -> Complex:
    """From the mark to the first completed excursion, less its delay factor.

    The excursion law enters through psi(z) = 1 + z sqrt(2 pi) exp(z z / 2) N(z); the ratio of psi at the drift to
    psi at the root is formed with exp(-z z / 2) taken out of both, whose quotient is the delay factor.
    """
    z = root * sqrt(D)
    tail = np.exp(-z * z / 2)
    scaled = tail + z * sqrt(pi / 2) * (2 - tail * wofz(1j * z / sqrt(2)))
    mine = drift * sqrt(D)
    return (exp(-mine * mine / 2) + mine * sqrt(2 * pi) * float(ndtr(mine))) / scaled


def _stays_above(depth: float, D: float, drift: float) -> float:
    """The chance that a path starting above the mark does not touch it during the delay."""
    spread = sqrt(D)
    # In logarithms, as at a small volatility the weight of the mirrored path overflows while its chance vanishes.
    mirrored = exp(float(log_ndtr((drift * D - depth) / spread)) - 2 * drift * depth)
    return float(ndtr((depth + drift * D) / spread)) - mirrored
