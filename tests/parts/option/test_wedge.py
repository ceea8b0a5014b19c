# The letters are those of the formulas under test.
# ruff: noqa: N803, N806

from math import acos, exp, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.special import ive
from scipy.stats import norm

from gigawatt.errors import UnitError
from gigawatt.parts.option import wedge
from gigawatt.parts.option.wedge import both_hit_probability, share_on_price_and_gw

WARRANT = {"S": 203.71, "H": 400, "T": 5.0, "r": 0.037, "q": 0.0, "v": 0.5}
POWER = {"G0": 0.0, "G_target": 6.0, "G_drift": 1.2, "G_vol": 0.8, "rho": 0.6}
TERMS = {**WARRANT, **POWER}


def hit(distance, drift, T):
    return norm.cdf((drift * T - distance) / sqrt(T)) + exp(2 * drift * distance) * norm.cdf(
        (-distance - drift * T) / sqrt(T)
    )


@pytest.mark.parametrize(
    ("terms", "value"),
    [
        ({"H": 600, "rho": 0.3}, 90.10292),
        ({"H": 300, "T": 3.0, "G_target": 2.0, "G_drift": 0.8, "G_vol": 0.5, "rho": -0.4}, 95.53059),
        ({}, 135.23571),
    ],
)
def test_the_share_meets_a_value_confirmed_by_simulation(terms, value):
    assert share_on_price_and_gw(**{**TERMS, **terms}) == pytest.approx(value, abs=1e-5)


@given(st.floats(0.01, 5), st.floats(-2, 2), st.floats(0.01, 50), st.floats(-2, 2), st.floats(0.1, 4))
@settings(max_examples=60, deadline=None)
def test_uncorrelated_motions_arrive_independently(a, b, c, d, T):
    assert both_hit_probability(a, b, c, d, 0.0, T) == pytest.approx(hit(a, b, T) * hit(c, d, T), abs=1e-10)


def neither_by_series(a, b, c, d, rho):
    """The chance that neither has arrived after a year, by the Bessel series and a plain grid of polar nodes."""
    skew, corner = sqrt(1 - rho * rho), acos(-rho)
    start = np.array([(a - rho * c) / skew, c])
    pull = -np.array([(b - rho * d) / skew, d])
    radius, angle = np.hypot(*start), np.arctan2(start[1], start[0])
    nodes, weights = np.polynomial.legendre.leggauss(150)
    r, theta = (nodes + 1) * (radius + 12) / 2, (nodes + 1) * corner / 2
    n = np.arange(1, 120)
    waves = np.sin(n * pi / corner * angle)[:, None] * np.sin(np.outer(n, pi / corner * theta))
    density = 2 / corner * ive(n * pi / corner, np.outer(r * radius, np.ones(len(n)))) @ waves
    ends = r[:, None, None] * np.stack([np.cos(theta), np.sin(theta)], axis=-1)
    weight = np.exp((ends - start) @ pull - pull @ pull / 2 - ((r - radius) ** 2)[:, None] / 2)
    return (radius + 12) * corner / 4 * np.einsum("i,ij,j", weights * r, density * weight, weights)


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.2, 0.7, 0.95])
@pytest.mark.parametrize(("a", "b", "c", "d"), [(1.0, 0.3, 1.5, 0.5), (0.4, -0.3, 0.9, 0.3), (0.8, 0.7, 0.3, 0.7)])
def test_the_images_and_the_bessel_series_give_the_same_law(a, b, c, d, rho):
    expected = 1 - (1 - hit(a, b, 1)) - (1 - hit(c, d, 1)) + neither_by_series(a, b, c, d, rho)
    assert both_hit_probability(a, b, c, d, rho, 1.0) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("rho", [-0.9, 0.5, 0.9])
def test_a_simulation_with_bridges_between_its_dates_agrees(rho):
    paths, dates, T = 8_000, 300, 4.0
    marks, drifts = np.array([1.8, 2.5]), np.array([0.4, 0.7])
    rng = np.random.default_rng(20240601)
    shocks = rng.standard_normal((2, dates, paths)) * sqrt(T / dates)
    shocks[1] = rho * shocks[0] + sqrt(1 - rho * rho) * shocks[1]
    gaps = marks[:, None, None] - np.cumsum(shocks + (drifts * T / dates)[:, None, None], axis=1)
    before = np.concatenate([np.broadcast_to(marks[:, None, None], (2, 1, paths)), gaps[:, :-1]], axis=1)
    crossed = np.exp(-2 * np.maximum(before, 0) * np.maximum(gaps, 0) * dates / T)
    away = np.prod(1 - crossed, axis=1)
    both = (1 - away[0]) * (1 - away[1])
    error = both.std() / sqrt(paths)
    assert both_hit_probability(1.8, 0.4, 2.5, 0.7, rho, T) == pytest.approx(both.mean(), abs=4 * error)
    assert error < 0.006


@given(
    st.floats(0.01, 6),
    st.floats(-3, 3),
    st.floats(0.01, 60),
    st.floats(-30, 30),
    st.floats(-0.99, 0.95),
)
@settings(max_examples=40, deadline=None)
def test_the_chance_is_symmetric_within_its_bounds_and_grows_with_correlation(a, b, c, d, rho):
    value = both_hit_probability(a, b, c, d, rho, 1.0)
    one, other = hit(a, b, 1.0), both_hit_probability(0.0, 0.0, c, d, 0.0, 1.0)
    assert value == pytest.approx(both_hit_probability(c, d, a, b, rho, 1.0), abs=1e-9)
    assert one + other - 1 - 1e-9 <= value <= min(one, other) + 1e-9
    assert value <= both_hit_probability(a, b, c, d, rho + 0.04, 1.0) + 1e-9


def test_finer_panels_change_nothing_even_for_a_nearly_certain_build(monkeypatch):
    hard = [(0.05, 0.9, 80.0, 75.0, -0.95), (1.5, 0.3, 120.0, 118.0, 0.95), (3.0, -1.0, 0.02, 0.0, 0.8)]
    coarse = [both_hit_probability(*case, 1.0) for case in hard]
    monkeypatch.setattr(wedge, "PANEL", 1.0)
    monkeypatch.setattr(wedge, "NODES", 14)
    assert [both_hit_probability(*case, 1.0) for case in hard] == pytest.approx(coarse, abs=1e-10)


@pytest.mark.parametrize("correlation", [0.999999, -0.999999])
def test_near_perfect_correlation_tends_to_a_single_motion(correlation):
    # Equal motions arrive together at the farther mark; opposite ones without drift are the two sides of a corridor.
    value = both_hit_probability(1.0, 0.2, 1.4, 0.2, correlation, 1.0)
    if correlation > 0:
        assert value == pytest.approx(hit(1.4, 0.2, 1.0), abs=1e-3)
    else:
        still = both_hit_probability(1.0, 0.0, 1.4, 0.0, correlation, 1.0)
        corridor = sum((-1) ** k * (norm.sf(1.0 + 2.4 * k) + norm.sf(1.4 + 2.4 * k)) * 2 for k in range(6))
        assert still == pytest.approx(hit(1.0, 0, 1) + hit(1.4, 0, 1) - corridor, abs=1e-3)


def test_a_mark_already_reached_leaves_the_other_alone():
    gap, drift = log(400 / 203.71) / 0.5, (0.037 + 0.125) / 0.5
    assert share_on_price_and_gw(**{**TERMS, "G0": 6.0}) == pytest.approx(203.71 * hit(gap, drift, 5.0), abs=1e-9)
    tilted = (1.2 + 0.6 * 0.5 * 0.8) / 0.8
    value = share_on_price_and_gw(**{**TERMS, "H": 200})
    assert value == pytest.approx(203.71 * hit(6 / 0.8, tilted, 5.0), abs=1e-9)
    assert share_on_price_and_gw(**{**TERMS, "H": 200, "G0": 7.0}) == 203.71


def test_a_build_without_uncertainty_is_there_on_its_date_or_too_late():
    gap, drift = log(400 / 203.71) / 0.5, (0.037 + 0.125) / 0.5
    in_time = share_on_price_and_gw(**{**TERMS, "G_vol": 0.0, "G_drift": 1.5})
    assert in_time == pytest.approx(203.71 * hit(gap, drift, 5.0), abs=1e-9)
    assert share_on_price_and_gw(**{**TERMS, "G_vol": 0.0, "G_drift": 1.1}) == 0.0
    assert share_on_price_and_gw(**{**TERMS, "G_vol": 0.0, "G_drift": -1.0}) == 0.0


@pytest.mark.parametrize("q", [0.0, 0.05])
def test_as_uncertainty_vanishes_the_build_becomes_a_date(q):
    certain, nearly = (share_on_price_and_gw(**{**TERMS, "q": q, "G_drift": 2.0, "G_vol": vol}) for vol in (0.0, 1e-5))
    assert nearly == pytest.approx(certain, abs=1e-3)


def test_a_price_without_uncertainty_crosses_on_its_date():
    value = share_on_price_and_gw(**{**TERMS, "v": 0.0, "r": 0.2, "q": 0.01})
    crossing = log(400 / 203.71) / 0.19
    late = hit(7.5, 1.5, 5.0) - hit(7.5, 1.5, crossing)
    assert 203.71 * (exp(-0.01 * crossing) * hit(7.5, 1.5, crossing) + exp(-0.05) * late) < value
    assert value < 203.71 * exp(-0.01 * crossing) * hit(7.5, 1.5, 5.0)


@pytest.mark.parametrize("terms", [{}, {"rho": -0.5, "q": 0.1}, {"G_vol": 0.2}])
def test_dividends_are_lost_until_the_later_of_the_two_dates(terms):
    terms = {**TERMS, "q": 0.08, **terms}
    q, gap = terms["q"], log(400 / 203.71) / 0.5
    tilted = terms["G_drift"] / terms["G_vol"] + terms["rho"] * 0.5
    dates = np.linspace(0.0, 5.0, 31)
    chance = [
        both_hit_probability(gap, (0.037 - q + 0.125) / 0.5, 6 / terms["G_vol"], tilted, terms["rho"], float(t))
        for t in dates[1:]
    ]
    # By parts: what arrives late is discounted, and each date's arrivals are the growth of the chance.
    expected = 203.71 * (exp(-q * 5) * chance[-1] + q * simpson(np.exp(-q * dates) * [0.0, *chance], x=dates))
    assert share_on_price_and_gw(**terms) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"v": -0.1}, {"G_vol": -1.0}, {"rho": 1.0}, {"rho": -1.2}, {"rho": float("nan")}, {"q": -0.1}, {"T": 0.0}),
        *({"S": -1.0}, {"H": 0.0}, {"r": float("inf")}, {"G_drift": float("nan")}, {"G_target": float("inf")}),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(UnitError, match=name):
        share_on_price_and_gw(**{**TERMS, **wrong})


def test_the_bare_chance_refuses_what_it_cannot_mean():
    with pytest.raises(UnitError, match="rho"):
        both_hit_probability(1.0, 0.0, 1.0, 0.0, 1.0, 1.0)
    with pytest.raises(UnitError, match="drift_2"):
        both_hit_probability(1.0, 0.0, 1.0, float("nan"), 0.0, 1.0)
