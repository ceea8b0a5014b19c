import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import UnitError
from gigawatt.parts.option.black_scholes import (
    black_scholes,
    cash_or_nothing,
    exchange,
    forward_start,
    gap,
    share_or_nothing,
)

PRICE = st.floats(1.0, 500.0)
YEARS = st.floats(0.0, 10.0)
RATE = st.floats(-0.05, 0.2)
VOLATILITY = st.floats(0.0, 2.0)


@given(PRICE, st.floats(0.0, 500.0), YEARS, RATE, RATE, VOLATILITY)
def test_call_less_put_is_a_forward(
    spot: float, strike: float, years: float, rate: float, dividend: float, volatility: float
) -> None:
    call, put = (black_scholes(sign, spot, strike, years, rate, dividend, volatility) for sign in (1, -1))
    forward = spot * math.exp(-dividend * years) - strike * math.exp(-rate * years)
    assert float(call - put) == pytest.approx(forward, abs=1e-10)


@given(PRICE, PRICE, YEARS, RATE, RATE, st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_a_call_is_worth_more_the_more_volatile_the_share(
    spot: float, strike: float, years: float, rate: float, dividend: float, volatility: float, more: float
) -> None:
    calm = black_scholes(1, spot, strike, years, rate, dividend, volatility)
    wild = black_scholes(1, spot, strike, years, rate, dividend, volatility + more)
    assert wild >= calm - 1e-11


@given(PRICE, PRICE, YEARS, RATE, RATE, VOLATILITY)
def test_a_call_is_a_share_or_nothing_less_a_strike_or_nothing(
    spot: float, strike: float, years: float, rate: float, dividend: float, volatility: float
) -> None:
    terms = (years, rate, dividend, volatility)
    parts = share_or_nothing(1, spot, strike, *terms) - cash_or_nothing(1, spot, strike, strike, *terms)
    assert float(parts) == pytest.approx(float(black_scholes(1, spot, strike, *terms)), abs=1e-9)
    assert float(gap(1, spot, strike, strike, *terms)) == float(parts)


@given(PRICE, PRICE, YEARS, RATE, RATE, VOLATILITY)
def test_digital_calls_and_puts_share_out_the_sure_thing(
    spot: float, strike: float, years: float, rate: float, dividend: float, volatility: float
) -> None:
    terms = (spot, strike, 7.0, years, rate, dividend, volatility)
    assert float(cash_or_nothing(1, *terms) + cash_or_nothing(-1, *terms)) == pytest.approx(
        7.0 * math.exp(-rate * years)
    )


def test_without_volatility_the_value_is_that_of_a_certain_price() -> None:
    assert float(black_scholes(1, 100.0, 90.0, 2.0, 0.03, 0.01, 0.0)) == pytest.approx(
        100.0 * math.exp(-0.02) - 90.0 * math.exp(-0.06), abs=1e-11
    )


def test_without_time_the_value_is_the_payoff() -> None:
    assert black_scholes(np.array([1, -1]), np.array([100.0, 80.0]), 90.0, 0.0, 0.03, 0.01, 0.4).tolist() == [
        10.0,
        10.0,
    ]


def test_a_strike_of_zero_is_the_share_without_its_dividends() -> None:
    assert float(black_scholes(1, 100.0, 0.0, 3.0, 0.05, 0.02, 0.6)) == pytest.approx(
        100.0 * math.exp(-0.06), rel=1e-15
    )


def test_spots_and_strikes_broadcast() -> None:
    values = black_scholes(1, np.array([[90.0], [110.0]]), np.array([80.0, 100.0, 120.0]), 1.0, 0.0, 0.0, 0.3)
    assert values.shape == (2, 3)
    assert values[1, 2] == black_scholes(1, 110.0, 120.0, 1.0, 0.0, 0.0, 0.3)


@given(PRICE, PRICE, st.floats(0.0, 5.0), RATE, RATE, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.0, 1.0))
def test_exchange_and_its_counterpart_differ_by_the_two_shares(
    got: float, given_: float, years: float, first: float, second: float, one: float, other: float, rho: float
) -> None:
    there = exchange(got, given_, years, first, second, one, other, rho)
    back = exchange(given_, got, years, second, first, other, one, rho)
    shares = got * math.exp(-first * years) - given_ * math.exp(-second * years)
    assert float(there - back) == pytest.approx(shares, abs=1e-10)


def test_exchange_for_a_share_that_does_not_move_is_a_call() -> None:
    call = black_scholes(1, 100.0, 90.0, 2.0, 0.05, 0.01, 0.3)
    assert float(exchange(100.0, 90.0, 2.0, 0.01, 0.05, 0.3, 0.0, 0.4)) == pytest.approx(float(call), rel=1e-14)


def test_a_forward_start_today_is_an_ordinary_option() -> None:
    ordinary = black_scholes(-1, 60.0, 66.0, 1.0, 0.08, 0.04, 0.3)
    assert float(forward_start(-1, 60.0, 1.1, 0.0, 1.0, 0.08, 0.04, 0.3)) == pytest.approx(float(ordinary), rel=1e-14)


def test_a_forward_start_after_expiry_is_refused() -> None:
    with pytest.raises(UnitError, match=r"years from start to expiry: -1.0 given"):
        forward_start(1, 60.0, 1.1, 2.0, 1.0, 0.08, 0.04, 0.3)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("spot", (1, 0.0, 1.0, 1.0, 0.0, 0.0, 0.2)),
        ("strike", (1, 1.0, -1.0, 1.0, 0.0, 0.0, 0.2)),
        ("years", (1, 1.0, 1.0, -1.0, 0.0, 0.0, 0.2)),
        ("rate", (1, 1.0, 1.0, 1.0, math.nan, 0.0, 0.2)),
        ("volatility", (1, 1.0, 1.0, 1.0, 0.0, 0.0, -0.2)),
        ("sign", (0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.2)),
    ],
)
def test_a_term_out_of_range_is_refused_by_name(name: str, terms: tuple[float, ...]) -> None:
    with pytest.raises(UnitError, match=f"^{name}: "):
        black_scholes(*terms)
