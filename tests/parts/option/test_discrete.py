# The letters are those of the formulas under test.
# ruff: noqa: N803, N806

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from gigawatt.errors import InputError, UnitError
from gigawatt.parts.option import discrete
from gigawatt.parts.option.discrete import barrier_discrete, share_on_touch_daily

PUBLISHED = {"S": 100, "K": 100, "T": 0.2, "m": 50, "r": 0.1, "q": 0.0, "v": 0.3}
WARRANT = {"S": 203.71, "H": 600, "T": 5.0, "m": 1260, "r": 0.037, "q": 0.0, "v": 0.5}


@pytest.mark.parametrize(
    ("H", "published", "digits"),
    [
        (85, 6.322, 6.3222401405),
        (88, 6.242, 6.2421695411),
        (95, 4.907, 4.9067890354),
        (97, 3.834, 3.8339777052),
        (99, 2.337, 2.3363868958),
    ],
)
def test_a_down_and_out_call_meets_broadie_glasserman_kou_1997(H, published, digits):
    value = barrier_discrete(1, H=H, kind="do", **PUBLISHED)
    assert value == pytest.approx(published, abs=1e-3)
    assert value == pytest.approx(digits, abs=1e-9)


@pytest.mark.parametrize(("m", "H", "T", "value"), [(1260, 600, 5.0, 118.26376716), (504, 300, 2.0, 144.60743806)])
def test_a_share_on_daily_touch_meets_an_independent_recursion(m, H, T, value):
    assert share_on_touch_daily(**{**WARRANT, "H": H, "T": T, "m": m}) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("m", [2, 12, 252])
def test_halving_the_panels_changes_nothing(m, monkeypatch):
    def both():
        touch = share_on_touch_daily(**{**WARRANT, "m": m, "q": 0.02})
        return touch, barrier_discrete(1, H=97, kind="do", **{**PUBLISHED, "m": m})

    coarse = both()
    monkeypatch.setattr(discrete, "PANEL", discrete.PANEL / 2)
    assert both() == pytest.approx(coarse, abs=1e-9)


def two_date_value(cp, kind, S, K, H, T, r, q, v):
    """The value on two dates, from the bivariate normal law of the two log prices."""
    side = 1 if kind[0] == "d" else -1
    spread = v * np.array([sqrt(T / 2), sqrt(T)])
    law = multivariate_normal([0, 0], [[1, sqrt(0.5)], [sqrt(0.5), 1]])

    def box(sign_2, bound_2, shift):
        centre = log(S) + (r - q + shift * v * v / 2) * np.array([T / 2, T])
        corner = np.array([side * (centre[0] - log(H)), sign_2 * (centre[1] - bound_2)]) / spread
        signs = np.array([side, sign_2])
        cov = [[1, signs[0] * signs[1] * sqrt(0.5)], [signs[0] * signs[1] * sqrt(0.5), 1]]
        return multivariate_normal(law.mean, cov).cdf(corner)

    def living(shift):
        if cp == side:
            return box(side, side * max(side * log(K), side * log(H)), shift)
        return max(box(side, log(H), shift) - box(side, log(K), shift), 0.0) if side * log(K / H) > 0 else 0.0

    out = cp * (S * exp(-q * T) * living(1) - K * exp(-r * T) * living(-1))
    if kind[1] == "o":
        return out
    high, low = ((log(S / K) + (r - q + k * v * v / 2) * T) / (v * sqrt(T)) for k in (1, -1))
    return cp * (S * exp(-q * T) * norm.cdf(cp * high) - K * exp(-r * T) * norm.cdf(cp * low)) - out


@pytest.mark.parametrize("cp", [1, -1])
@pytest.mark.parametrize("kind", ["do", "di", "uo", "ui"])
@pytest.mark.parametrize("H", [85.0, 99.0, 118.0])
def test_two_dates_agree_with_the_bivariate_normal_law(cp, kind, H):
    terms = {"S": 100.0, "K": 104.0, "H": H, "T": 0.8, "r": 0.04, "q": 0.01, "v": 0.35}
    assert barrier_discrete(cp, m=2, kind=kind, **terms) == pytest.approx(two_date_value(cp, kind, **terms), abs=1e-8)


@given(st.floats(50, 200), st.floats(50, 200), st.floats(50, 200), st.integers(1, 40), st.floats(0.05, 1.5))
@settings(max_examples=60, deadline=None)
def test_a_knocked_out_option_is_worth_between_nothing_and_the_plain_one(S, K, H, m, v):
    high, low = ((log(S / K) + (0.03 + k * v * v / 2)) / v for k in (1, -1))
    plain = S * norm.cdf(high) - K * exp(-0.03) * norm.cdf(low)
    for kind in ("do", "uo", "di", "ui"):
        assert -1e-9 <= barrier_discrete(1, S, K, H, 1.0, m, 0.03, 0.0, v, kind) <= plain + 1e-9


def test_a_single_date_of_touch_is_a_share_or_nothing():
    spread = 0.5 * sqrt(5)
    chance = norm.cdf((log(203.71 / 600) + (0.037 - 0.02 + 0.125) * 5) / spread)
    value = share_on_touch_daily(**{**WARRANT, "m": 1, "q": 0.02})
    assert value == pytest.approx(203.71 * exp(-0.02 * 5) * chance, abs=1e-9)


def test_a_share_delivered_on_the_first_of_two_dates_keeps_the_later_dividends():
    S, H, T, r, q, v = 100.0, 120.0, 2.0, 0.03, 0.3, 0.4
    far = [(log(H / S) - (r - q + v * v / 2) * t) / (v * sqrt(t)) for t in (1.0, 2.0)]
    neither = multivariate_normal([0, 0], [[1, sqrt(0.5)], [sqrt(0.5), 1]]).cdf(far)
    expected = S * (exp(-q) * norm.sf(far[0]) + exp(-2 * q) * (norm.cdf(far[0]) - neither))
    assert share_on_touch_daily(S, H, T, 2, r, q, v) == pytest.approx(expected, abs=1e-8)


def test_more_dates_can_only_help_a_touch_and_a_continuous_watch_bounds_them():
    values = [share_on_touch_daily(**{**WARRANT, "m": m}) for m in (1, 5, 20, 60, 240)]
    assert values == sorted(values)
    drift, spread, gap = 0.037 + 0.125, 0.5 * sqrt(5), log(600 / 203.71)
    mirrored = exp(2 * drift * gap / 0.25) * norm.cdf((-gap - drift * 5) / spread)
    assert values[-1] < 203.71 * (norm.cdf((drift * 5 - gap) / spread) + mirrored)


def test_without_volatility_the_share_comes_on_the_first_date_past_the_crossing():
    value = share_on_touch_daily(S=100, H=110, T=4.0, m=4, r=0.06, q=0.01, v=0.0)
    assert value == pytest.approx(100 * exp(-0.01 * 2))
    assert share_on_touch_daily(S=100, H=200, T=4.0, m=4, r=0.06, q=0.01, v=0.0) == 0.0


def test_a_vanishing_volatility_tends_to_none():
    terms = {"S": 100, "K": 90, "H": 95, "T": 1.0, "m": 12, "r": 0.05, "q": 0.01}
    still = barrier_discrete(1, v=0.0, kind="do", **terms)
    assert still == pytest.approx(100 * exp(-0.01) - 90 * exp(-0.05))
    assert barrier_discrete(1, v=1e-5, kind="do", **terms) == pytest.approx(still, abs=1e-9)


def test_a_strike_of_nothing_is_a_share_that_may_be_knocked_out():
    value = barrier_discrete(1, kind="do", **{**PUBLISHED, "K": 0, "H": 95, "m": 1})
    assert value == pytest.approx(100 * norm.cdf((log(100 / 95) + 0.145 * 0.2) / (0.3 * sqrt(0.2))), abs=1e-9)


@pytest.mark.parametrize(
    "wrong", [{"v": -0.1}, {"S": 0.0}, {"H": -5.0}, {"T": 0.0}, {"m": 0}, {"m": 2.5}, {"r": float("nan")}]
)
def test_a_number_out_of_its_range_is_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(UnitError, match=name):
        share_on_touch_daily(**{**WARRANT, **wrong})
    with pytest.raises(UnitError, match=name):
        barrier_discrete(1, kind="do", **{**PUBLISHED, "H": 90, **wrong})


def test_an_unknown_kind_or_side_is_refused():
    with pytest.raises(InputError, match="kind"):
        barrier_discrete(1, H=90, kind="down", **PUBLISHED)
    with pytest.raises(UnitError, match="cp"):
        barrier_discrete(0, H=90, kind="do", **PUBLISHED)
