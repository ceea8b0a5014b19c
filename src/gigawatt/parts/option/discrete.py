"""Claims that look at the share price on fixed dates only: a barrier option, and a share delivered at a mark.

The data type is the surviving density: how likely the log price is at each point on the living side of the barrier,
given that no date so far has found it on the other side. Between two dates it is spread by a normal kernel. It has no
kink inside the living side, so panels of Gauss-Legendre nodes that start at the barrier integrate it to near machine
accuracy. Distances are in standard deviations of one step; then the kernel is one small matrix for all panels and
dates.

Sources: Broadie, Glasserman, Kou (1997), A continuity correction for discrete barrier options, for the setting;
Andricopoulos, Widdicks, Duck, Newton (2003), Universal option valuation using quadrature methods, for the recursion.
"""

# The letters are those of the formulas and of the published tables, where S and H are never s and h.
# ruff: noqa: N803

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, log, sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import ndtr

from gigawatt.parts.option import argument
from gigawatt.parts.option.argument import Array

__all__ = ["barrier_discrete", "share_on_touch_daily"]

# Beyond 8.5 standard deviations lies less than 1e-17 of the probability.
REACH = 8.5
# 16 nodes on 4 standard deviations integrate the kernel to 1e-13; a test halves the panels to show it.
PANEL, NODES = 4.0, 16


def barrier_discrete(
    cp: float, S: float, K: float, H: float, T: float, m: int, r: float, q: float, v: float, kind: str
) -> float:
    """A call or put that dies or comes to life when the price is beyond a barrier on one of equally spaced dates.

    Arguments:
        cp: 1 for a call, -1 for a put.
        S: share price today, USD; today is not one of the dates.
        K: strike, USD, 0 or more.
        H: barrier, USD; a price exactly on it counts as beyond.
        T: years to expiry.
        m: number of dates T/m, 2T/m, ..., T.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year.
        v: volatility, per square root of a year.
        kind: `do`, `di`, `uo` or `ui`: down or up, and out or in.

    Returns:
        The value today, USD, accurate to about 1e-10 of the share price.

    Raises:
        UnitError: a number is not finite or out of its range.
        InputError: the kind is unknown.

    Source: Broadie, Glasserman, Kou (1997); the recursion is exact up to quadrature.
    """
    argument.call_or_put("cp", cp)
    argument.not_negative("K", K)
    m = _dates(S, H, T, m, r, q, v)
    side = 1.0 if argument.kind("kind", kind)[0] == "d" else -1.0
    share_drift, cash_drift = r - q + v * v / 2, r - q - v * v / 2
    out = every = 0.0
    # A share counted in shares and a strike counted in cash each need a probability under their own measure.
    for worth, drift in ((cp * S * exp(-q * T), share_drift), (-cp * K * exp(-r * T), cash_drift)):
        if worth:
            living, free = _in_the_money(cp, S, K, H, T, m, drift, v, side)
            out, every = out + worth * living, every + worth * free
    return float(max(out if kind[1] == "o" else every - out, 0.0))


def share_on_touch_daily(S: float, H: float, T: float, m: int, r: float, q: float, v: float) -> float:
    """One share, free of any strike, delivered on the first of equally spaced dates that finds the price at a mark.

    With the share as numeraire the value is `S` times the sum of `exp(-q t)` times the probability that the first
    such date is t: dividends paid before delivery are lost.

    Arguments:
        S: share price today, USD; today is not one of the dates, even if the price is already there.
        H: the mark, USD; the price must be at or above it.
        T: years to the last date.
        m: number of dates T/m, 2T/m, ..., T.
        r: riskless rate, continuous, per year.
        q: dividend yield, continuous, per year.
        v: volatility, per square root of a year.

    Returns:
        The value today, USD, accurate to about 1e-10 of the share price.

    Raises:
        UnitError: a number is not finite or out of its range.

    Source: Broadie, Glasserman, Kou (1997) for the dates; Geman, El Karoui, Rochet (1995) for the numeraire.
    """
    m = _dates(S, H, T, m, r, q, v)
    dates = np.arange(1, m + 1) * (T / m)
    if v == 0.0:
        there = np.flatnonzero(log(S / H) + (r - q) * dates >= 0)
        return float(S * exp(-q * dates[there[0]])) if there.size else 0.0
    step = v * sqrt(T / m)
    start, drift = log(H / S) / step, -(r - q + v * v / 2) * (T / m) / step
    weights = _panel(PANEL, NODES)[1]
    alive = [1.0, *(float(density.sum(axis=0) @ weights) for _, density in _surviving(start, drift, m))]
    return float(S * (-np.diff(alive) @ np.exp(-q * dates)))


def _dates(S: float, H: float, T: float, m: float, r: float, q: float, v: float) -> int:
    """The number of dates, once all that the formulas share is found to be in its range."""
    for name, given in (("S", S), ("H", H), ("T", T)):
        argument.positive(name, given)
    argument.finite("r", r)
    argument.finite("q", q)
    argument.not_negative("v", v)
    return argument.count("m", m)


def _in_the_money(
    cp: float, S: float, K: float, H: float, T: float, m: int, drift: float, v: float, side: float
) -> tuple[float, float]:
    """The chances of ending in the money having lived through all dates, and of ending there at all."""
    strike = log(K / S) if K else -inf
    if v == 0.0:
        ends = float(cp * (drift * T - strike) > 0)
        lives = side * (log(S / H) + drift * (T / m)) > 0 and side * (log(S / H) + drift * T) > 0
        return ends * lives, ends
    step = v * sqrt(T / m)
    free = float(ndtr(cp * (drift * T - strike) / (v * sqrt(T))))
    start, move = side * log(S / H) / step, side * drift * (T / m) / step
    mark = side * (log(K / H) / step if K else -inf)
    low, high = (max(mark, 0.0), inf) if cp * side > 0 else (0.0, max(mark, 0.0))
    if m == 1:
        return float(ndtr(high - start - move) - ndtr(low - start - move)), free
    nodes, weights = _panel(PANEL, NODES)
    for first, density in _surviving(start, move, m - 1):
        last_first, last = first, density
    # The last step is done in closed form, so the kink at the strike never meets the quadrature.
    place = PANEL * (last_first + np.arange(len(last)))[:, None] + nodes + move
    chance = ndtr(-(low - place)) - ndtr(-(high - place))
    return float(np.sum(last * chance, axis=0) @ weights), free


def _surviving(start: float, drift: float, steps: int) -> Iterator[tuple[int, Array]]:
    """After each date the surviving density on (panel, node) and the number of its first panel.

    Distances are from the barrier, in standard deviations of one step; panel 0 begins at the barrier. Only panels
    within reach of the unrestrained path are kept, as the surviving density is nowhere above the unrestrained one.
    """
    nodes, weights = _panel(PANEL, NODES)
    nearest = int(np.floor((drift - REACH) / PANEL)) - 1
    farthest = int(np.ceil((drift + REACH) / PANEL)) + 1
    # Row (panel offset, source node), column target node: offsets run from the farthest source upwards.
    offsets = np.arange(farthest, nearest - 1, -1)[:, None, None]
    gap = PANEL * offsets + nodes[None, None, :] - nodes[None, :, None] - drift
    kernel = (_normal(gap) * weights[None, :, None]).reshape(-1, len(nodes))
    first, density = 0, np.zeros((0, len(nodes)))
    for step in range(1, steps + 1):
        mean, width = start + drift * step, REACH * sqrt(step)
        low = max(int(np.floor((mean - width) / PANEL)), 0)
        count = max(int(np.ceil((mean + width) / PANEL)) - low, 0)
        if step == 1:
            density = _normal(PANEL * (low + np.arange(count))[:, None] + nodes - mean)
        elif count:
            density = _spread(density, first, low, count, farthest, nearest, kernel)
        else:
            density = np.zeros((0, len(nodes)))
        first = low
        yield first, density


def _spread(density: Array, first: int, low: int, count: int, farthest: int, nearest: int, kernel: Array) -> Array:
    """The density one step later on panels low, ..., low + count - 1."""
    size = density.shape[1]
    begin = low - farthest
    padded = np.zeros((count + farthest - nearest, size))
    here, there = max(first, begin), min(first + len(density), begin + len(padded))
    if here < there:
        padded[here - begin : there - begin] = density[here - first : there - first]
    windows = sliding_window_view(padded.ravel(), (farthest - nearest + 1) * size)[::size]
    return np.ascontiguousarray(windows) @ kernel


def _panel(width: float, count: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) * (width / 2), weights * (width / 2)


def _normal(x: Array) -> Array:
    return np.exp(-x * x / 2) / sqrt(2 * np.pi)
