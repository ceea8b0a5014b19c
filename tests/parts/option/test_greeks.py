"""Delta and vega of the threshold estimator, against differences of itself and two estimators that share no formula."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.greeks import bumped, likelihood_ratio
from gigawatt.parts.option.lock import Estimate, value_share
from gigawatt.parts.option.rung import Market
from gigawatt.parts.price_test import PriceTest

SHARE = Market(203.71, 0.5, 0.037, 0.02)
MEAN = PriceTest("mean", 10)
STEPS = 63


@pytest.mark.parametrize(
    "test",
    [PriceTest("close"), PriceTest("spot"), MEAN, PriceTest("geometric", 10), PriceTest("stay", 3)],
    ids=str,
)
@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"open_days": np.arange(2.0, 80.0), "correlation": 0.4, "strike": 50.0},
        {"open_days": np.arange(2.0, 80.0), "correlation": -0.3, "strike": 190.0, "exercise": "at expiry"},
    ],
    ids=["free", "strike at vesting", "call at expiry"],
)
def test_slopes_are_the_differences_of_the_smooth_estimator(test, terms) -> None:
    def value(market: Market) -> Estimate:
        return value_share(market, test, 230.0, 0.25, log2_paths=10, replicates=2, **terms)

    found, bump = value(SHARE), 1e-5
    spots = [value(replace(SHARE, spot=203.71 * factor)).value for factor in (1.0 - bump, 1.0 + bump)]
    volatilities = [value(replace(SHARE, volatility=0.5 * factor)).value for factor in (1.0 - bump, 1.0 + bump)]
    assert found.delta == pytest.approx((spots[1] - spots[0]) / (2.0 * bump * 203.71), rel=1e-3)
    assert found.vega == pytest.approx((volatilities[1] - volatilities[0]) / (bump * 1.0), rel=1e-3)


def test_slopes_of_a_plain_call_are_black_scholes() -> None:
    found = value_share(
        SHARE, PriceTest("close"), 1e-6, 1.0, days=4, strike=220.0, exercise="at expiry", log2_paths=4, replicates=2
    )

    def call(spot: float, volatility: float) -> float:
        return float(black_scholes(1.0, spot, 220.0, 1.0, 0.037, 0.02, volatility))

    assert found.delta == pytest.approx((call(203.81, 0.5) - call(203.61, 0.5)) / 0.2, rel=1e-6)
    assert found.vega == pytest.approx((call(203.71, 0.501) - call(203.71, 0.499)) / 0.002, rel=1e-5)


@pytest.mark.parametrize("estimator", [likelihood_ratio, bumped])
def test_slopes_agree_with_estimators_that_share_no_formula(estimator) -> None:
    exact = value_share(SHARE, MEAN, 230.0, 0.25, log2_paths=12)
    found = [estimator(SHARE, MEAN, 230.0, 0.25, STEPS, log2_paths=12, seed=seed) for seed in range(12)]
    for name in ("value", "delta", "vega"):
        draws = np.array([getattr(one, name) for one in found])
        noise = draws.std(ddof=1) / math.sqrt(len(draws))
        assert noise < 0.1 * getattr(exact, name)
        assert abs(draws.mean() - getattr(exact, name)) < 4.0 * noise


def test_slopes_are_steadier_than_those_of_bumps_and_likelihood_ratios() -> None:
    smooth = [value_share(SHARE, MEAN, 230.0, 0.25, log2_paths=10, replicates=2, seed=seed) for seed in range(8)]
    others = [
        [estimator(SHARE, MEAN, 230.0, 0.25, STEPS, log2_paths=11, seed=seed) for seed in range(8)]
        for estimator in (likelihood_ratio, bumped)
    ]
    for name in ("delta", "vega"):
        noise = np.std([getattr(one, name) for one in smooth])
        assert all(np.std([getattr(one, name) for one in found]) > 4.0 * noise for found in others)


def test_delta_carries_an_honest_error() -> None:
    found = [value_share(SHARE, MEAN, 230.0, 0.25, log2_paths=7, replicates=12, seed=seed) for seed in range(40)]
    for name in ("delta", "vega"):
        spread = np.std([getattr(one, name) for one in found], ddof=1)
        stated = np.sqrt(np.mean([getattr(one, f"{name}_error") ** 2 for one in found]))
        assert 0.7 < stated / spread < 1.4
