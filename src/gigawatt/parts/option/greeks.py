"""How a chance of vesting moves with the spot and the volatility, without ever differentiating an indicator.

Data types: `Reach` (a chance per path with its derivatives), `Slopes` (delta and vega of one estimate).

Once the terminal shock is integrated out, the value is a smooth function of the threshold of each path, and the
threshold moves with spot and volatility by the implicit function theorem. `likelihood_ratio` and `bumped` estimate the
same slopes from plain simulation: they share no formula with it and serve as its check.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from gigawatt.parts.figure import Floats
from gigawatt.parts.option.paths import brownian
from gigawatt.parts.option.rung import Market
from gigawatt.parts.option.threshold import Threshold
from gigawatt.parts.price_test import PriceTest


@dataclass(frozen=True, slots=True)
class Reach:
    """The chance per path that the terminal shock reaches its threshold, and its derivatives; each (path,)."""

    chance: Floats
    by_log_spot: Floats
    by_volatility: Floats


def reach(market: Market, years: float, point: Threshold, correlation: float, score: Floats) -> tuple[Reach, Reach]:
    """Both chances that the shock reaches its threshold: weighted by the share price, and by cash.

    Arguments:
        market: the share.
        years: time to the terminal shock.
        point: thresholds.
        correlation: of the terminal shock with `score`.
        score: (path,) standard normal score that is already drawn.

    Returns:
        The chance under the share measure, times the share measure's density of the score, and the chance under the
        pricing measure.
    """
    root, own = math.sqrt(years), math.sqrt(1.0 - correlation**2)
    spread = market.volatility * root
    gap = (point.shock - correlation * score) / own
    by_spot, by_volatility = slopes_of_threshold(market, years, point)

    weight = np.exp(correlation * spread * score - 0.5 * (correlation * spread) ** 2)
    weight_slope = correlation * root * (score - correlation * spread)
    share = weight * ndtr(own * spread - gap)
    dense = weight * _density(own * spread - gap)
    cash_dense = _density(gap) / own
    return (
        Reach(share, -dense / own * by_spot, share * weight_slope + dense * own * root - dense / own * by_volatility),
        Reach(ndtr(-gap), -cash_dense * by_spot, -cash_dense * by_volatility),
    )


def slopes_of_threshold(market: Market, years: float, point: Threshold) -> tuple[Floats, Floats]:
    """How the threshold moves with the log of the spot and with volatility, by the implicit function theorem."""
    slope = market.volatility * math.sqrt(years) * point.time
    carried = math.log(market.spot) + (market.rate - market.dividend) * years * point.time
    rise = (point.height - carried + point.spread) / market.volatility - 0.5 * market.volatility * years * point.time
    return -1.0 / slope, -rise / slope


def _density(shock: Floats) -> Floats:
    return np.exp(-0.5 * np.square(shock)) / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Slopes:
    """Derivatives of the value of one share.

    Arguments:
        value: USD.
        delta: USD per USD of spot.
        vega: USD per unit of volatility; a hundredth of it is the change for one point.
    """

    value: float
    delta: float
    vega: float


def likelihood_ratio(
    market: Market, test: PriceTest, mark: float, years: float, steps: int, *, log2_paths: int = 14, seed: int = 1
) -> Slopes:
    """Value and slopes of a share that vests by a price test, by weighing plain paths with the score of their density.

    Arguments:
        market: the share; a dividend is paid until vesting.
        test: the price test, at closes.
        mark: USD/share.
        years: time to expiry.
        steps: equal trading days until then.
        log2_paths: base-2 logarithm of the number of paths.
        seed: of the scrambling.

    Returns:
        Slopes; the density is that of the share measure (Broadie and Glasserman 1996, section 3).
    """
    sums = np.zeros(3)
    step = years / steps
    for path in brownian(steps, log2_paths, seed):
        kept = _kept(market, test, mark, years, path)
        normal = np.diff(path, axis=0) * math.sqrt(steps)
        first = normal[0] / (market.volatility * math.sqrt(step))
        score = ((np.square(normal) - 1.0) / market.volatility + normal * math.sqrt(step)).sum(axis=0)
        sums += market.spot * kept.sum(), (kept * (1.0 + first)).sum(), market.spot * (kept * score).sum()
    value, delta, vega = sums / 2.0**log2_paths
    return Slopes(float(value), float(delta), float(vega))


def bumped(
    market: Market,
    test: PriceTest,
    mark: float,
    years: float,
    steps: int,
    *,
    bump: float = 0.01,
    log2_paths: int = 14,
    seed: int = 1,
) -> Slopes:
    """Value and slopes of a share that vests by a price test, by central differences of plain paths on common draws.

    Arguments:
        market: the share; a dividend is paid until vesting.
        test: the price test, at closes.
        mark: USD/share.
        years: time to expiry.
        steps: equal trading days until then.
        bump: share by which spot and volatility are moved up and down.
        log2_paths: base-2 logarithm of the number of paths.
        seed: of the scrambling.
    """
    low, high = 1.0 - bump, 1.0 + bump
    spots = [replace(market, spot=market.spot * factor) for factor in (low, high)]
    volatilities = [replace(market, volatility=market.volatility * factor) for factor in (low, high)]
    sums = np.zeros(5)
    for path in brownian(steps, log2_paths, seed):
        moved = (market, *spots, *volatilities)
        sums += [case.spot * _kept(case, test, mark, years, path).sum() for case in moved]
    value, spot_low, spot_high, volatility_low, volatility_high = sums / 2.0**log2_paths
    return Slopes(
        float(value),
        float((spot_high - spot_low) / (2.0 * bump * market.spot)),
        float((volatility_high - volatility_low) / (2.0 * bump * market.volatility)),
    )


def _kept(market: Market, test: PriceTest, mark: float, years: float, path: Floats) -> Floats:
    """What is left of a share after dividends at vesting, 0 where it never vests: (path,), under the share measure."""
    steps = len(path) - 1
    days = np.arange(1, steps + 1)[:, None] * (years / steps)
    drift = market.drift + market.volatility**2
    prices = market.spot * np.exp(drift * days + market.volatility * math.sqrt(years) * path[1:])
    holds = test.holds(prices, mark)
    return np.where(holds.any(axis=0), np.exp(-market.dividend * days[holds.argmax(axis=0), 0]), 0.0)
