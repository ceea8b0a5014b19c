import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gigawatt.errors import InputError
from gigawatt.parts.option.touch import (
    cash_at_expiry,
    cash_at_touch,
    cash_if_untouched,
    share_at_expiry,
    share_at_touch,
    share_if_untouched,
)

PRICE = st.floats(20.0, 300.0)
TERMS = st.tuples(st.floats(0.0, 10.0), st.floats(-0.05, 0.2), st.floats(-0.05, 0.2), st.floats(0.0, 1.5))


def by_hitting_time(spot: float, mark: float, years: float, rate: float, dividend: float, volatility: float) -> float:
    """Expected discount factor at the first touch, by the density of its time."""
    gap, drift = math.log(mark / spot), rate - dividend - 0.5 * volatility**2

    def density(time: float) -> float:
        spread = volatility * math.sqrt(time)
        bell = math.exp(-0.5 * ((gap - drift * time) / spread) ** 2) / math.sqrt(2.0 * math.pi)
        return math.exp(-rate * time) * abs(gap) / (spread * time) * bell

    return float(quad(density, 0.0, years, epsabs=1e-13, epsrel=1e-12, limit=500)[0])


@pytest.mark.parametrize("mark", [60.0, 95.0, 130.0])
@pytest.mark.parametrize(
    ("rate", "dividend", "volatility"),
    [(0.05, 0.0, 0.3), (0.0, 0.0, 0.3), (0.03, 0.03, 0.5), (0.0, 0.2, 0.2), (-0.05, 0.0, 0.2), (-0.3, -0.32, 0.2)],
)
def test_cash_at_touch_is_its_discount_over_the_law_of_the_time(
    mark: float, rate: float, dividend: float, volatility: float
) -> None:
    value = cash_at_touch(100.0, mark, 1.0, 2.0, rate, dividend, volatility)
    assert float(value) == pytest.approx(by_hitting_time(100.0, mark, 2.0, rate, dividend, volatility), abs=1e-11)


@given(PRICE, PRICE, TERMS)
def test_touched_and_untouched_share_out_the_sure_thing(
    spot: float, mark: float, terms: tuple[float, float, float, float]
) -> None:
    years, rate, dividend, _ = terms
    cash = cash_at_expiry(spot, mark, 1.0, *terms) + cash_if_untouched(spot, mark, 1.0, *terms)
    share = share_at_expiry(spot, mark, *terms) + share_if_untouched(spot, mark, *terms)
    assert float(cash) == pytest.approx(math.exp(-rate * years), abs=1e-10)
    assert float(share) == pytest.approx(spot * math.exp(-dividend * years), rel=1e-10)


@given(PRICE, PRICE, st.floats(0.0, 5.0), st.floats(0.0, 0.2), st.floats(0.0, 0.2), st.floats(0.0, 1.5))
def test_cash_sooner_is_worth_no_less_than_cash_later(
    spot: float, mark: float, years: float, rate: float, dividend: float, volatility: float
) -> None:
    terms = (spot, mark, 1.0, years, rate, dividend, volatility)
    assert 1.0 >= cash_at_touch(*terms) >= cash_at_expiry(*terms) - 1e-10


@given(PRICE, st.floats(0.0, 5.0), st.floats(0.0, 0.2), st.floats(0.0, 0.2), st.floats(0.0, 1.5))
def test_a_mark_further_up_is_worth_no_more(
    mark: float, years: float, rate: float, dividend: float, volatility: float
) -> None:
    near, far = (cash_at_touch(100.0, one, 1.0, years, rate, dividend, volatility, "up") for one in (mark, mark * 1.1))
    assert far <= near + 1e-12


def test_a_share_without_dividends_is_worth_its_price_if_it_vests_at_any_touch_of_the_spot() -> None:
    assert share_at_touch(100.0, 100.0, 5.0, 0.04, 0.0, 0.5) == 100.0


@pytest.mark.parametrize(("where", "spot"), [("up", 120.0), ("down", 80.0), ("either", 100.0)])
def test_a_mark_already_passed_is_touched_today(where: Literal["up", "down", "either"], spot: float) -> None:
    assert cash_at_touch(spot, 100.0, 5.0, 1.0, 0.1, 0.0, 0.2, where) == 5.0
    assert cash_if_untouched(spot, 100.0, 5.0, 1.0, 0.1, 0.0, 0.2, where) == 0.0
    assert share_at_touch(spot, 100.0, 1.0, 0.1, 0.0, 0.2, where, 0.01) == spot - 0.01


def test_without_volatility_the_mark_is_met_at_a_certain_time() -> None:
    value = cash_at_touch(100.0, 105.0, 1.0, 1.0, 0.1, 0.0, 0.0)
    assert float(value) == pytest.approx(100.0 / 105.0, rel=1e-11)
    assert cash_at_touch(100.0, 95.0, 1.0, 1.0, 0.1, 0.0, 0.0) == 0.0


def test_without_time_only_a_mark_already_met_pays() -> None:
    assert cash_at_touch(100.0, np.array([99.0, 100.0, 101.0]), 1.0, 0.0, 0.1, 0.0, 0.3).tolist() == [0.0, 1.0, 0.0]


def test_a_penny_warrant_is_a_share_at_the_mark_less_the_penny() -> None:
    terms = (203.71, 600.0, 5.0, 0.037, 0.0, 0.5)
    penny = cash_at_touch(203.71, 600.0, 0.01, 5.0, 0.037, 0.0, 0.5)
    expected = float(share_at_touch(*terms) - penny)
    assert float(share_at_touch(*terms, where="up", strike=0.01)) == pytest.approx(expected, abs=1e-12)


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(InputError, match=r"Did you mean `up`"):
        cash_at_touch(100.0, 110.0, 1.0, 1.0, 0.0, 0.0, 0.2, "upp")
