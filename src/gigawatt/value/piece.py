"""One tranche that can be valued without simulating days, and the formulas for it.

Data type: `Piece`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.parts.option.black_scholes import black
from gigawatt.parts.option.rung import Market
from gigawatt.parts.option.touch import share_at_touch
from gigawatt.parts.option.wedge import both_hit_probability, share_on_price_and_gw
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.machine import Policy
from gigawatt.scenario.instrument import Course, Growth
from gigawatt.value.counter import Horizon, discounted, first_day, random, sure, touched

BUMP = 1e-4
"""Relative step of the slopes of a formula, which is smooth."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One tranche as it can be valued without simulating days.

    Arguments:
        shares, strike: shares and USD/share.
        test, mark, latched: the price mark (USD/share); the test is none where the price does not matter.
        course, level: the counter and its mark; the course is none where it bears no risk.
        first, last: first and last trading day of vesting.
    """

    shares: float
    strike: float
    test: PriceTest | None
    mark: float
    latched: bool
    course: Course | None
    level: float
    first: int
    last: int


def in_wedge(piece: Piece, policy: Policy) -> bool:
    """Whether both marks are watched at every moment and the share is delivered at the later of them."""
    spot = piece.test is not None and piece.test.statistic == "spot" and piece.latched
    return spot and policy == "soon" and piece.first == 0


def formula(piece: Piece, market: Market, horizon: Horizon, policy: Policy) -> float | None:
    """Value of one share in closed form, or none where there is no such form."""
    if piece.last < piece.first:
        return 0.0
    if piece.test is None:
        return (_at_vesting if policy == "soon" else _at_expiry)(piece, market, horizon)
    if not in_wedge(piece, policy):
        return None
    years, rate = horizon.years, market.rate
    share = market.spot, piece.mark, years, rate, market.dividend, market.volatility
    if piece.course is None:
        return float(share_at_touch(*share, "up", piece.strike))
    if not isinstance(piece.course, Growth) or not random(piece.course):
        return None
    course = piece.course
    opening, drift, spread, rho = (
        sure(level) for level in (course.opening, course.drift, course.volatility, course.correlation)
    )
    rho = float(np.clip(rho, -0.999, 0.999))
    distances = math.log(piece.mark / market.spot) / market.volatility, (piece.level - opening) / spread
    drifts = market.drift / market.volatility, drift / spread

    def both(times: Floats) -> Floats:
        pairs = distances[0], drifts[0], distances[1], drifts[1]
        return np.array([both_hit_probability(*pairs, rho, float(time)) for time in times])

    cash = discounted(both, rate, 0.0, years, 8) if piece.strike else 0.0
    return share_on_price_and_gw(*share, opening, piece.level, drift, spread, rho) - piece.strike * cash


def _at_vesting(piece: Piece, market: Market, horizon: Horizon) -> float:
    """A share delivered when a counter reaches its mark: the share as numeraire, and the strike in cash."""
    first, last = horizon.time(piece.first), horizon.time(piece.last)
    course = piece.course
    if not isinstance(course, Growth) or not random(course):
        day = piece.first if course is None else max(first_day(course, piece.level, horizon), piece.first)
        if not day <= piece.last:
            return 0.0
        years = horizon.years * math.ceil(day) / horizon.steps
        return market.spot * math.exp(-market.dividend * years) - piece.strike * math.exp(-market.rate * years)
    distance, spread = piece.level - sure(course.opening), sure(course.volatility)

    def reached(tilt: float, rate: float) -> float:
        drift = sure(course.drift) + tilt

        def chance(years: Floats) -> Floats:
            return np.ones_like(years) if distance <= 0 else touched(distance, drift, spread, years)

        return discounted(chance, rate, first, last)

    share = reached(sure(course.correlation) * spread * market.volatility, market.dividend)
    return market.spot * share - (piece.strike * reached(0.0, market.rate) if piece.strike else 0.0)


def _at_expiry(piece: Piece, market: Market, horizon: Horizon) -> float:
    """A call at expiry if the counter has reached its mark: over where the counter stands on the last day that counts.

    Given where it stands, the chance that it has been at the mark before is that of a Brownian bridge, and the share is
    lognormal.
    """
    years, root = horizon.years, math.sqrt(horizon.years)
    forward = market.spot * math.exp((market.rate - market.dividend) * years)
    spread, discount = market.volatility * root, math.exp(-market.rate * years)
    course = piece.course
    if not isinstance(course, Growth) or not random(course):
        day = 0.0 if course is None else first_day(course, piece.level, horizon)
        return discount * float(black(1.0, forward, piece.strike, spread)) if day <= piece.last else 0.0
    distance, last = piece.level - sure(course.opening), horizon.time(piece.last)
    if distance <= 0:
        return discount * float(black(1.0, forward, piece.strike, spread))
    if last <= 0:
        return 0.0
    width = sure(course.volatility) * math.sqrt(last)
    edge = float(np.clip((distance - sure(course.drift) * last) / width, -9.0, 9.0))
    rho = sure(course.correlation) * math.sqrt(last / years)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    value = 0.0
    for low, high in ((-9.0, edge), (edge, 9.0)):
        score = low + 0.5 * (high - low) * (nodes + 1.0)
        stands = sure(course.drift) * last + width * score
        before = np.exp(np.minimum(-2.0 * distance * (distance - stands) / width**2, 0.0))
        known = forward * np.exp(rho * spread * score - 0.5 * (rho * spread) ** 2)
        call = black(1.0, known, piece.strike, spread * math.sqrt(max(1.0 - rho**2, 0.0)))
        dense = np.exp(-0.5 * score**2) / math.sqrt(2.0 * math.pi)
        value += 0.5 * (high - low) * float(weights @ (dense * before * call))
    return discount * value


def slopes(pieces: Sequence[Piece], market: Market, horizon: Horizon, policy: Policy) -> tuple[float, float]:
    """Delta and vega of all shares together, by central differences of formulas."""

    def total(moved: Market) -> float:
        return sum(piece.shares * (formula(piece, moved, horizon, policy) or 0.0) for piece in pieces)

    found = []
    for name, base in (("spot", market.spot), ("volatility", market.volatility)):
        step = BUMP * base
        high, low = (total(replace(market, **{name: base + sign * step})) for sign in (1.0, -1.0))
        found.append((high - low) / (2.0 * step))
    return found[0], found[1]
