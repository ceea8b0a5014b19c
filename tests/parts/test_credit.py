"""Accounts between two sides: advances set off against bills, returns on money in, credits for what was not used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import UnitError
from gigawatt.parts.clause import Once, Pay
from gigawatt.parts.credit import Returned, SetOff, TakeOrPay
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import during, loaded, online, running
from gigawatt.parts.wrapper import Arrears
from viewing import dues, view

START = 2026 * 12
BILL = Pay("lab", "cloud", online("amd") * "10 USD/GW/month")
ADVANCE = Once("lab", "cloud", lift("12 USD"), during("2026-01", "2026-01"))
MONTHS = [view(START + t, {"online": [1.0]}) for t in range(-1, 6)]


def test_a_share_of_each_bill_is_set_off_until_the_advance_is_used_up() -> None:
    clause = SetOff(lift("0.5"), ADVANCE, BILL)
    assert dues(clause, MONTHS) == [[12, 10], [0, 5], [0, 5], [0, 8], [0, 10], [0, 10]]


def test_only_what_was_paid_in_advance_is_set_off() -> None:
    clause = SetOff(lift("0.5"), ADVANCE, BILL)
    assert dues(clause, MONTHS, paid=[0.5]) == [[12, 10], [0, 5], [0, 9], [0, 10], [0, 10], [0, 10]]


def test_a_bill_that_is_set_off_counts_as_paid() -> None:
    clause = SetOff(lift("1"), ADVANCE, Arrears(BILL))
    assert dues(clause, MONTHS, paid=[1, 0, 0])[1:4] == [[0, 0], [0, 8], [0, 18]]


def test_a_return_ends_at_a_multiple_of_what_was_put_in() -> None:
    clause = Returned(lift("2"), Once("cloud", "lab", lift("12 USD"), during("2026-01", "2026-01")), BILL)
    assert dues(clause, MONTHS) == [[12, 0], [0, 10], [0, 10], [0, 4], [0, 0], [0, 0]]
    assert dues(clause, MONTHS, paid=[0.5, 0.5]) == [[12, 0], [0, 10], [0, 7], [0, 0], [0, 0], [0, 0]]


def use(*gigawatts: float) -> list[object]:
    return [view(START + t, {"loaded": [g], "running": [1.0]}) for t, g in enumerate((0.0, *gigawatts), start=-1)]


def bill(lasts: int) -> TakeOrPay:
    """10 USD a month for each gigawatt used, and at least 8 USD."""
    price = "10 USD/GW/month"
    return TakeOrPay("lab", "cloud", loaded("amd") * price, running("amd") * 0.8 * price, lasts)


def test_a_paid_shortfall_is_credited_against_use_above_the_minimum() -> None:
    assert dues(bill(6), use(0.5, 1, 1, 1)) == [[8], [8], [9], [10]]


def test_a_credit_never_takes_a_bill_below_the_minimum() -> None:
    assert dues(bill(6), use(0, 1, 0.8, 1)) == [[8], [8], [8], [8]]


def test_a_credit_is_lost_after_its_months() -> None:
    assert dues(bill(2), use(0.5, 0.8, 1, 1)) == [[8], [8], [8], [10]]
    assert dues(bill(1), use(0.5, 0.8, 1, 1)) == [[8], [8], [10], [10]]


def test_the_oldest_credit_is_used_first() -> None:
    assert dues(bill(2), use(0.7, 0.6, 0.9, 1)) == [[8], [8], [8], [8]]


def test_only_a_shortfall_that_was_paid_is_credited() -> None:
    assert dues(bill(6), use(0.5, 1, 1), paid=[0.5]) == [[8], [8.5], [10]]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 15).map(lambda k: k / 10), min_size=1, max_size=12),
    st.lists(st.integers(0, 4).map(lambda k: k / 4), min_size=12, max_size=12),
    st.integers(1, 5),
)
def test_take_or_pay_agrees_with_an_account_kept_credit_by_credit(
    used: list[float], paid: list[float], lasts: int
) -> None:
    credits: list[list[float]] = []
    expected = []
    for month, (gigawatts, share) in enumerate(zip(used, paid, strict=False)):
        credits = [[born, left] for born, left in credits if month - born <= lasts]
        above = max(10 * gigawatts - 8, 0.0)
        due = max(10 * gigawatts, 8.0)
        for credit in credits:
            taken = min(above, credit[1])
            credit[1] -= taken
            above -= taken
            due -= taken
        expected.append(due)
        credits.append([month, max(8 - 10 * gigawatts, 0.0) * share])
    found = dues(bill(lasts), use(*used), paid)
    np.testing.assert_allclose(np.ravel(found), expected, atol=1e-9)


def test_shares_are_no_advance() -> None:
    with pytest.raises(UnitError, match="must be in cash"):
        SetOff(lift("0.5"), Once("lab", "cloud", lift("1 share"), during("2026-01", "2026-01"), "V"), BILL)


def test_they_read_as_english() -> None:
    assert str(bill(6)).endswith("; what is paid for no use counts towards more use for 6 months")
    assert "0.5 of each bill is set off against it" in str(SetOff(lift("0.5"), ADVANCE, BILL))
    assert str(Returned(lift("2"), ADVANCE, BILL)).endswith("until 2 times what was put in has come back")
