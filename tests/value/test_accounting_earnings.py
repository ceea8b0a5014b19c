import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.value.accounting.earnings import Earnings, earnings, issuable_at_end
from gigawatt.value.accounting.measurement import award

PENNY = award([100], [1.0], 0.01)
DEAR = award([100], [1.0], 40.0)


def one(warrant: object = PENNY, income: float = 900.0, price: float = 50.0, **more: object) -> Earnings:
    words = {"satisfied": 0.0, "issuable": 0.0, "penny": True} | more
    return earnings(warrant, [[income]], 300.0, price, **words)


def shares(found: Earnings) -> tuple[float, float]:
    return float(found.basic_shares[0, 0]), round(float(found.diluted_shares[0, 0]), 9)


def test_shares_whose_gigawatts_are_not_reached_are_in_neither_number() -> None:
    found = one()
    assert shares(found) == (300.0, 300.0)
    assert (found.basic[0, 0], found.diluted[0, 0]) == (3.0, 3.0)


def test_shares_that_could_be_issued_today_are_in_the_diluted_number_alone() -> None:
    # Treasury stock: 100 x 0.01 = 1 buys 1/50 = 0.02 shares back, so 99.98 are added.
    assert shares(one(issuable=1.0)) == (300.0, 399.98)


def test_penny_shares_are_in_the_basic_number_from_the_day_no_condition_is_left() -> None:
    # Free of conditions for a quarter of the period: 25 in basic, and in diluted from the start of the period.
    assert shares(one(issuable=1.0, satisfied=0.25)) == (325.0, 399.98)


def test_shares_once_free_of_conditions_stay_in_the_diluted_number_when_the_price_falls_back() -> None:
    assert shares(one(issuable=0.0, satisfied=0.25)) == (325.0, 399.98)


def test_penny_shares_free_for_the_whole_period_dilute_no_further() -> None:
    found = one(issuable=1.0, satisfied=1.0)
    assert shares(found) == (400.0, 400.0)
    assert found.diluted[0, 0] == found.basic[0, 0] == 2.25


def test_shares_with_a_true_strike_are_in_the_basic_number_only_once_issued() -> None:
    # 100 x 40 = 4,000 buys 4,000 / 50 = 80 back: 20 are added. Issued, all 100 are outstanding.
    assert shares(one(DEAR, penny=False, issuable=1.0, satisfied=1.0)) == (300.0, 320.0)
    assert shares(one(DEAR, penny=False, issuable=1.0, satisfied=1.0, issued=100.0)) == (400.0, 400.0)


def test_a_strike_above_the_price_adds_nothing() -> None:
    assert shares(one(DEAR, price=30.0, penny=False, issuable=1.0)) == (300.0, 300.0)


def test_cost_not_recognised_yet_counts_as_paid_in() -> None:
    # (4,000 + 500) / 50 = 90 bought back.
    assert shares(one(DEAR, penny=False, issuable=1.0, unrecognised=500.0)) == (300.0, 310.0)


def test_in_a_loss_nothing_dilutes() -> None:
    found = one(income=-900.0, issuable=1.0)
    assert shares(found) == (300.0, 300.0)
    assert found.diluted[0, 0] == -3.0


def test_a_gain_on_the_liability_leaves_the_diluted_number() -> None:
    # (900 - 300) / 399.98; basic keeps the gain.
    found = one(issuable=1.0, gain=300.0)
    assert found.basic[0, 0] == 3.0
    assert found.diluted[0, 0] == pytest.approx(600 / 399.98)


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(1.0, 500.0), st.floats(0.0, 1.0), st.booleans(), st.floats(-1e8, 1e8))
def test_diluted_is_never_above_basic(income: float, price: float, free: float, penny: bool, gain: float) -> None:
    found = one(DEAR, income=income, price=price, satisfied=free, issuable=1.0, penny=penny, gain=gain)
    assert found.diluted[0, 0] <= found.basic[0, 0]


def test_a_tranche_needs_its_gigawatts_and_its_share_price_at_the_end_of_the_period() -> None:
    # Paths: enough of both; price too low for the second; too few gigawatts for either.
    found = issuable_at_end([[6.0, 6.0, 0.5]], [1.0, 6.0], [[600.0, 599.0, 900.0]], [0.0, 600.0])
    np.testing.assert_array_equal(found[:, 0], [[True, True, False], [True, False, False]])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"price": 0.0}, "price"),
        ({"income": float("nan")}, "income"),
        ({"satisfied": 2.0}, "satisfied"),
        ({"issued": 1.0}, "no more is issued"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        one(**change)


def test_a_company_without_shares_is_refused() -> None:
    with pytest.raises(InputError, match="outstanding"):
        earnings(PENNY, [[1.0]], 0.0, 1.0, satisfied=0.0, issuable=0.0, penny=True)
