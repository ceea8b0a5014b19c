import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr

from gigawatt.errors import UnitError
from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.lookback import lookback_fixed, lookback_floating

CARRIES = [0.0, 1e-12, 1e-6, -1e-4, 1e-3, 4.4e-3, 4.6e-3, 0.05, -0.1]
TERMS = st.tuples(st.floats(0.0, 5.0), st.floats(-0.05, 0.2), st.floats(-0.05, 0.2), st.floats(0.0, 1.5))


def mean_excess_of_highest(level: float, years: float, carry: float, volatility: float) -> float:
    """Expected excess of the highest price over a level, for a spot of 100, by the law of the highest price."""
    spread, drift = volatility * math.sqrt(years), (carry - 0.5 * volatility**2) * years

    def beyond(y: float) -> float:
        image = math.exp(2.0 * drift * y / spread**2 + float(log_ndtr((-y - drift) / spread)))
        return 100.0 * math.exp(y) * (float(ndtr((drift - y) / spread)) + image)

    low = math.log(level / 100.0)
    top = max(low, 0.0, drift) + 14.0 * spread
    return float(quad(beyond, low, top, points=[max(low, drift)], epsabs=1e-11, epsrel=1e-12, limit=500)[0])


@pytest.mark.parametrize("carry", CARRIES)
@pytest.mark.parametrize("level", [100.0, 130.0])
def test_a_call_on_the_highest_price_follows_the_law_of_the_highest_price(carry: float, level: float) -> None:
    value = lookback_fixed(1, 100.0, level, 1.5, 0.05, 0.05 - carry, 0.3)
    expected = math.exp(-0.075) * mean_excess_of_highest(level, 1.5, carry, 0.3)
    assert float(value) == pytest.approx(expected, abs=2e-10)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("level", [70.0, 100.0, 140.0])
def test_equal_rate_and_dividend_is_the_limit_of_nearly_equal_ones(sign: float, level: float) -> None:
    around = [float(lookback_fixed(sign, 100.0, level, 1.0, 0.03, 0.03 + one, 0.25)) for one in (-1e-3, 0.0, 1e-3)]
    assert around[1] == pytest.approx(0.5 * (around[0] + around[2]), abs=2e-3)
    assert min(around[0], around[2]) < around[1] < max(around[0], around[2])


@given(st.floats(50.0, 200.0), st.floats(100.0, 200.0), TERMS)
def test_floating_put_and_fixed_call_differ_by_what_is_sure(
    strike: float, highest: float, terms: tuple[float, float, float, float]
) -> None:
    years, rate, dividend, _ = terms
    put = lookback_floating(-1, 100.0, *terms, extreme=max(highest, strike))
    call = lookback_fixed(1, 100.0, strike, *terms, extreme=max(highest, strike))
    sure = strike * math.exp(-rate * years) - 100.0 * math.exp(-dividend * years)
    assert float(put - call) == pytest.approx(sure, abs=1e-8)


@given(st.floats(50.0, 200.0), st.sampled_from([1.0, -1.0]), TERMS)
def test_looking_back_is_worth_no_less_than_the_last_price(
    strike: float, sign: float, terms: tuple[float, float, float, float]
) -> None:
    assert lookback_fixed(sign, 100.0, strike, *terms) >= black_scholes(sign, 100.0, strike, *terms) - 1e-9


def test_without_time_the_value_is_the_payoff() -> None:
    assert float(lookback_floating(1, 100.0, 0.0, 0.05, 0.0, 0.3, 80.0)) == pytest.approx(20.0, abs=1e-9)
    assert float(lookback_floating(-1, 100.0, 0.0, 0.05, 0.0, 0.3, 130.0)) == pytest.approx(30.0, abs=1e-9)
    assert float(lookback_fixed(1, 100.0, 90.0, 0.0, 0.05, 0.0, 0.3, 120.0)) == pytest.approx(30.0, abs=1e-9)


@pytest.mark.parametrize("carry", [0.1, 0.0, -0.1])
def test_without_volatility_the_extreme_is_at_one_end(carry: float) -> None:
    rise = max(math.exp(carry), 1.0) * 100.0
    assert float(lookback_fixed(1, 100.0, 90.0, 1.0, 0.0, -carry, 0.0)) == pytest.approx(rise - 90.0, abs=1e-9)
    fall = min(math.exp(carry), 1.0) * 100.0
    assert float(lookback_fixed(-1, 100.0, 110.0, 1.0, 0.0, -carry, 0.0)) == pytest.approx(110.0 - fall, abs=1e-9)


def test_todays_spot_belongs_to_the_extreme_so_far() -> None:
    terms = (100.0, 0.5, 0.1, 0.0, 0.3)
    assert lookback_floating(1, *terms, extreme=120.0) == lookback_floating(1, *terms)


def test_a_put_with_a_strike_of_zero_is_worth_nothing() -> None:
    assert lookback_fixed(-1, 100.0, 0.0, 1.0, 0.05, 0.0, 0.4) == 0.0


def test_rates_and_dividends_broadcast_across_equality() -> None:
    values = lookback_floating(1, 100.0, 1.0, 0.05, np.array([0.0, 0.05, 0.1]), 0.3)
    alone = [float(lookback_floating(1, 100.0, 1.0, 0.05, one, 0.3)) for one in (0.0, 0.05, 0.1)]
    np.testing.assert_allclose(values, alone, rtol=1e-14)


def test_a_lowest_price_of_zero_is_refused() -> None:
    with pytest.raises(UnitError, match=r"extreme: 0.0 given"):
        lookback_floating(1, 100.0, 0.5, 0.1, 0.0, 0.3, 0.0)
