"""Leaves: a payment each month, and a payment once."""

from __future__ import annotations

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.clause import Lane, Once, Pay
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import growth, online
from viewing import dues, view

MONTHS = [view(month, {"online": [value]}) for month, value in enumerate([0.0, 1.0, 3.0, 2.0])]
RENT = online("amd") * "10 USD/GW/month"


def test_a_payment_is_due_each_month_at_its_rate() -> None:
    assert dues(Pay("lab", "cloud", RENT), MONTHS) == [[10.0], [30.0], [20.0]]


def test_what_would_be_a_negative_payment_is_nothing() -> None:
    assert dues(Pay("lab", "cloud", RENT - "20 USD/month"), MONTHS) == [[0.0], [10.0], [0.0]]


def test_a_single_payment_is_due_in_the_first_month_its_condition_holds() -> None:
    assert dues(Once("lab", "cloud", lift("7 USD"), online("amd") >= "2 GW"), MONTHS) == [[0.0], [7.0], [0.0]]


def test_a_single_payment_is_due_in_full_whatever_the_size_of_its_condition() -> None:
    condition = (online("amd") / "10 GW") * (online("amd") >= "2 GW")
    assert dues(Once("lab", "cloud", lift("7 USD"), condition), MONTHS) == [[0.0], [7.0], [0.0]]


def test_a_single_payment_that_would_be_negative_is_nothing() -> None:
    assert dues(Once("lab", "cloud", lift("-7 USD"), online("amd") >= "2 GW"), MONTHS) == [[0.0], [0.0], [0.0]]


def test_the_amount_of_a_single_payment_is_that_of_its_month() -> None:
    clause = Once("lab", "cloud", online("amd") * "10 USD/GW", online("amd") >= "2 GW")
    assert dues(clause, MONTHS) == [[0.0], [30.0], [0.0]]


def test_a_leaf_has_one_lane_of_ordinary_rank() -> None:
    assert Pay("lab", "cloud", RENT).lanes == (Lane("lab", "cloud", "cash", 1),)
    assert Once("v", "lab", lift("5 shares"), lift(1), asset="V").lanes == (Lane("v", "lab", "V", 1),)


def test_a_monthly_payment_of_an_amount_is_refused_with_both_units() -> None:
    with pytest.raises(
        UnitError, match=r"must be in USD/month, but `energised gigawatts of amd times 12 bnUSD/GW` is in `bnUSD`"
    ):
        Pay("lab", "cloud", online("amd") * "12 bnUSD/GW")


def test_a_single_payment_of_a_rate_is_refused_with_both_units() -> None:
    with pytest.raises(UnitError, match=r"a single payment must be in USD, but `12 bnUSD/year` is in `bnUSD/year`"):
        Once("lab", "cloud", lift("12 bnUSD/year"), lift(1))


def test_shares_are_paid_in_shares() -> None:
    Pay("vendor", "lab", growth(online("amd")) * "5 shares/GW", asset="V")
    with pytest.raises(UnitError, match="must be in share/month"):
        Pay("vendor", "lab", growth(online("amd")) * "5 USD/GW", asset="V")


def test_a_condition_has_no_unit() -> None:
    with pytest.raises(UnitError, match=r"a condition must be in 1, but `energised gigawatts of amd` is in `GW`"):
        Once("lab", "cloud", lift("7 USD"), online("amd"))


def test_leaves_read_as_english() -> None:
    assert str(Pay("lab", "cloud", lift("1 bnUSD/year"))) == "lab pays cloud 1 bnUSD/year"
    once = Once("amd", "lab", lift("5 shares"), online("amd") >= "1 GW", asset="AMD")
    assert str(once) == "amd gives lab 5 shares of AMD when energised gigawatts of amd at least 1 GW"
