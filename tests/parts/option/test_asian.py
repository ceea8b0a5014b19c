import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss

from gigawatt.errors import UnitError
from gigawatt.parts.option.asian import (
    arithmetic_asian_continuous,
    arithmetic_asian_discrete,
    geometric_asian_continuous,
    geometric_asian_discrete,
    share_if_geometric_mean,
)
from gigawatt.parts.option.black_scholes import black, black_scholes

SIGN = st.sampled_from([1.0, -1.0])
STRIKE = st.floats(0.0, 200.0)
MARKET = st.tuples(st.floats(-0.02, 0.2), st.floats(0.0, 0.2), st.floats(0.0, 1.0))


def put_on_three(strike: float, first: float, last: float, rate: float, volatility: float) -> float:
    """A put on the mean of three prices from a spot of 100, by brute integration over the first two."""
    step = 0.5 * (last - first)
    nodes, weights = leggauss(800)
    z, chance = 9.0 * nodes, 9.0 * weights * np.exp(-40.5 * nodes**2) / math.sqrt(2.0 * math.pi)
    drift = rate - 0.5 * volatility**2
    one = 100.0 * np.exp(drift * first + volatility * math.sqrt(first) * z)[:, None]
    two = one * np.exp(drift * step + volatility * math.sqrt(step) * z)
    left = np.maximum(strike - (one + two) / 3.0, 0.0)
    inner = black(-1, two / 3.0 * math.exp(rate * step), left, volatility * math.sqrt(step))
    return math.exp(-rate * last) * float(chance @ inner @ chance)


@pytest.mark.parametrize(
    ("strike", "first", "last", "volatility"),
    [(100.0, 0.1, 1.0, 0.6), (100.0, 0.5, 1.0, 1.5), (80.0, 0.6, 1.0, 0.3), (100.0, 0.001, 1.0, 0.3)],
)
def test_a_mean_of_three_prices_is_valued_as_by_brute_force(
    strike: float, first: float, last: float, volatility: float
) -> None:
    value = arithmetic_asian_discrete(-1, 100.0, strike, first, last, 3, 0.05, 0.0, volatility)
    assert value == pytest.approx(put_on_three(strike, first, last, 0.05, volatility), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(STRIKE, st.floats(0.0, 1.0), st.floats(0.0, 2.0), st.integers(1, 8), MARKET)
def test_call_less_put_is_a_forward_on_the_mean(
    strike: float, first: float, span: float, dates: int, market: tuple[float, float, float]
) -> None:
    last, (rate, dividend, _) = first + span, market
    call, put = (arithmetic_asian_discrete(one, 100.0, strike, first, last, dates, *market) for one in (1, -1))
    times = np.linspace(first, last, dates) if dates > 1 else np.array([last])
    mean = 100.0 * float(np.exp((rate - dividend) * times).mean())
    assert call - put == pytest.approx(math.exp(-rate * last) * (mean - strike), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(STRIKE, st.floats(0.0, 1.0), st.floats(0.0, 2.0), st.integers(1, 8), MARKET)
def test_a_call_on_the_arithmetic_mean_is_worth_no_less_than_on_the_geometric(
    strike: float, first: float, span: float, dates: int, market: tuple[float, float, float]
) -> None:
    terms = (1.0, 100.0, strike, first, first + span, dates, *market)
    assert arithmetic_asian_discrete(*terms) >= geometric_asian_discrete(*terms) - 1e-8


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_mean_of_one_price_is_that_price(sign: float) -> None:
    european = float(black_scholes(sign, 100.0, 95.0, 0.7, 0.05, 0.02, 0.4))
    for formula in (arithmetic_asian_discrete, geometric_asian_discrete):
        assert formula(sign, 100.0, 95.0, 0.7, 0.7, 1, 0.05, 0.02, 0.4) == pytest.approx(european, rel=1e-13)


def test_many_dates_come_to_the_continuous_mean() -> None:
    continuous = arithmetic_asian_continuous(1, 100.0, 95.0, 1.0, 0.05, 0.02, 0.4)
    errors = [
        arithmetic_asian_discrete(1, 100.0, 95.0, 0.5 / n, 1.0 - 0.5 / n, n, 0.0, -0.03, 0.4) * math.exp(-0.05)
        - continuous
        for n in (20, 40)
    ]
    assert abs(errors[1]) < 2e-3
    assert abs(errors[1]) < 0.3 * abs(errors[0])


def test_many_dates_come_to_the_continuous_geometric_mean() -> None:
    continuous = float(geometric_asian_continuous(-1, 100.0, 95.0, 1.0, 0.05, 0.02, 0.4))
    assert geometric_asian_discrete(-1, 100.0, 95.0, 1e-3, 1.0, 1000, 0.05, 0.02, 0.4) == pytest.approx(
        continuous, abs=2e-2
    )


def test_the_geometric_mean_of_ten_months_has_its_published_value() -> None:
    """Clewlow & Strickland 1998, p. 118-123, as in the test suite of QuantLib."""
    assert geometric_asian_discrete(1, 100.0, 100.0, 0.1, 1.0, 10, 0.06, 0.03, 0.2) == pytest.approx(
        5.3425606635, abs=1e-9
    )


@pytest.mark.parametrize(("volatility", "years"), [(0.0, 1.0), (1e-9, 1.0), (0.3, 0.0)])
def test_without_chance_the_continuous_mean_is_certain(volatility: float, years: float) -> None:
    mean = 100.0 * (math.expm1(0.05 * years) / (0.05 * years) if years else 1.0)
    value = arithmetic_asian_continuous(1, 100.0, 90.0, years, 0.05, 0.0, volatility)
    assert value == pytest.approx(math.exp(-0.05 * years) * (mean - 90.0), rel=1e-12)


def test_a_small_volatility_joins_smoothly_to_none() -> None:
    still, moving = (arithmetic_asian_continuous(1, 100.0, 90.0, 1.0, 0.05, 0.0, one) for one in (0.0, 1e-4))
    assert moving == pytest.approx(still, abs=1e-9)


@given(st.floats(50.0, 200.0), st.floats(0.0, 5.0), MARKET)
def test_a_share_for_a_mean_of_one_close_is_a_share_or_nothing(
    mark: float, years: float, market: tuple[float, float, float]
) -> None:
    rate, dividend, volatility = market
    value = share_if_geometric_mean(100.0, mark, years, 1, 1 / 252, rate, dividend, volatility)
    assert 0.0 <= value <= 100.0 * math.exp(-dividend * years) + 1e-12
    more = share_if_geometric_mean(100.0, 0.9 * mark, years, 1, 1 / 252, rate, dividend, volatility)
    assert more >= value


def test_a_window_that_began_before_today_is_refused() -> None:
    with pytest.raises(UnitError, match="a window that begins today or later"):
        share_if_geometric_mean(100.0, 120.0, 0.1, 30, 1 / 252, 0.05, 0.0, 0.3)


def test_dates_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(UnitError, match="before the first date"):
        arithmetic_asian_discrete(1, 100.0, 100.0, 1.0, 0.5, 10, 0.05, 0.0, 0.3)


def test_no_dates_are_refused() -> None:
    with pytest.raises(UnitError, match="dates: 0 given"):
        arithmetic_asian_discrete(1, 100.0, 100.0, 0.0, 0.5, 0, 0.05, 0.0, 0.3)
