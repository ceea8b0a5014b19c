# The letters are those of the formulas under test.
# ruff: noqa: N803, N806

from math import exp, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from gigawatt.errors import UnitError
from gigawatt.parts.option import parisian
from gigawatt.parts.option.parisian import share_on_parisian

WARRANT = {"S": 203.71, "H": 600, "D": 30 / 365, "T": 5.0, "r": 0.037, "q": 0.0, "v": 0.5}


def touch(S, H, T, r, q, v):
    """The share at first touch, as the mean of exp(-q t) over the density of the first passage."""
    return S * quad(lambda t: exp(-q * t) * first_passage(t, S, H, r, q, v), 0, T, epsabs=1e-11, limit=200)[0]


def first_passage(t, S, H, r, q, v):
    drift, gap = (r - q + v * v / 2) / v, log(H / S) / v
    return 0.0 if t == 0 else abs(gap) / sqrt(2 * pi * t**3) * exp(-((gap - drift * t) ** 2) / (2 * t))


@pytest.mark.parametrize(("D", "v", "value"), [(60 / 365, 0.65, 127.66504), (30 / 365, 0.5, 102.83605)])
def test_the_share_meets_a_value_confirmed_by_simulation(D, v, value):
    assert share_on_parisian(**{**WARRANT, "D": D, "v": v}) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("share_of_two", [0.1, 0.5, 0.999])
def test_without_drift_the_first_two_delays_follow_a_square_root(share_of_two):
    # Below two delays only one long excursion fits, and its law is the arcsine law's: sqrt((T - D) / D) / pi.
    D, v = 0.5, 0.4
    T = D * (1 + share_of_two)
    value = share_on_parisian(S=100, H=100, D=D, T=T, r=-v * v / 2, q=0.0, v=v)
    assert value == pytest.approx(100 * sqrt(share_of_two) / pi, abs=1e-5)


def talbot(transform, time, count=40):
    """Inversion along the fixed Talbot contour (Abate and Valko 2004)."""
    angle = np.arange(1, count) * pi / count
    cot = 1 / np.tan(angle)
    s = 2 * count / (5 * time) * np.concatenate([[1], angle * (cot + 1j)])
    slope = np.concatenate([[0.5], 1 + 1j * (angle + (angle * cot - 1) * cot)])
    return 2 / (5 * time) * np.sum(np.real(np.exp(s * time) * transform(s) * slope))


@pytest.mark.parametrize("q", [0.0, 0.03])
def test_two_ways_to_invert_the_transform_agree(q):
    D, drift, left = 0.1, 0.3, 4.9
    for transform in (
        lambda s: parisian._from_below(s, 1.2, D, drift, q),
        lambda s: parisian._from_above(s, 0.2, D, drift, q),
    ):
        assert parisian._inverted(transform, left) == pytest.approx(talbot(transform, left), abs=1e-8)


@pytest.mark.parametrize(("S", "q"), [(610.0, 0.0), (700.0, 0.05), (900.0, 0.05)])
def test_a_start_above_the_mark_either_waits_out_the_delay_or_falls_back_to_the_mark(S, q):
    H, D, T, r, v = 600.0, 0.25, 1.5, 0.037, 0.5
    again = quad(
        lambda t: exp(-q * t) * first_passage(t, S, H, r, q, v) * share_on_parisian(H, H, D, T - t, r, q, v) / H,
        0,
        D,
        epsabs=1e-9,
    )[0]
    stays = 1 - quad(lambda t: first_passage(t, S, H, r, q, v), 0, D, epsabs=1e-12)[0]
    expected = S * (exp(-q * D) * stays + again)
    assert share_on_parisian(S, H, D, T, r, q, v) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("S", "q"), [(590.0, 0.0), (400.0, 0.05)])
def test_a_start_below_the_mark_first_has_to_reach_it(S, q):
    H, D, T, r, v = 600.0, 0.25, 1.5, 0.037, 0.5
    expected = quad(
        lambda t: exp(-q * t) * first_passage(t, S, H, r, q, v) * share_on_parisian(H, H, D, T - t, r, q, v) / H * S,
        0,
        T - D,
        epsabs=1e-6,
        limit=200,
    )[0]
    assert share_on_parisian(S, H, D, T, r, q, v) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("q", [0.0, 0.04])
def test_as_the_delay_vanishes_the_value_tends_to_that_of_a_first_touch(q):
    expected = touch(203.71, 600, 5.0, 0.037, q, 0.5)
    far, near, nearest = (share_on_parisian(**{**WARRANT, "D": D, "q": q}) for D in (1e-3, 1e-5, 1e-11))
    assert far < near < nearest
    assert nearest == pytest.approx(expected, abs=1e-3)


def test_a_delay_longer_than_the_term_leaves_nothing():
    assert share_on_parisian(**{**WARRANT, "D": 5.01}) == 0.0
    assert share_on_parisian(**{**WARRANT, "D": 5.01, "S": 900}) == 0.0


def test_a_delay_as_long_as_the_term_needs_a_price_above_the_mark_throughout():
    terms = {"H": 600, "D": 1.0, "T": 1.0, "r": 0.037, "q": 0.02, "v": 0.5}
    stays = 1 - quad(lambda t: first_passage(t, 700, 600, 0.037, 0.02, 0.5), 0, 1, epsabs=1e-12)[0]
    assert share_on_parisian(S=599, **terms) == 0.0
    assert share_on_parisian(S=700, **terms) == pytest.approx(700 * exp(-0.02) * stays, abs=1e-8)


def test_the_value_passes_smoothly_through_the_mark():
    below, at, above = (share_on_parisian(**{**WARRANT, "S": S, "q": 0.02}) for S in (600 - 1e-5, 600, 600 + 1e-5))
    assert below == pytest.approx(at, abs=5e-5)
    assert above == pytest.approx(at, abs=5e-5)


@given(st.floats(50, 1500), st.floats(0.005, 2.0), st.floats(0.1, 1.5), st.floats(0, 0.1))
@settings(max_examples=60, deadline=None)
def test_a_longer_delay_is_never_worth_more(S, D, v, q):
    short, long = (share_on_parisian(**{**WARRANT, "S": S, "D": k * D, "v": v, "q": q}) for k in (1, 1.3))
    assert -1e-6 <= long <= short + 1e-5
    assert short <= S


@pytest.mark.parametrize("v", [0.001, 0.01, 30.0])
def test_extreme_volatilities_give_a_value_between_nothing_and_a_share(v):
    for S in (50.0, 590.0, 700.0):
        assert 0.0 <= share_on_parisian(**{**WARRANT, "S": S, "v": v, "r": -0.05}) <= S


@pytest.mark.parametrize(
    "wrong", [{"D": 0.0}, {"D": -1.0}, {"v": 0.0}, {"v": -0.5}, {"q": -0.01}, {"T": float("inf")}, {"S": 0.0}, {"H": 0}]
)
def test_a_number_out_of_its_range_is_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(UnitError, match=name):
        share_on_parisian(**{**WARRANT, **wrong})
