"""Stakes: shares for money that was paid, notes that convert, preferred shares."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.clause import Pay
from gigawatt.parts.cumulative import since
from gigawatt.parts.equity import Convertible, Issue, Preferred
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import cash, during, price, solvent
from gigawatt.parts.view import View
from gigawatt.parts.wrapper import All, While
from viewing import dues, view

START = 2026 * 12


def months(count: int, **tables: Sequence[float]) -> list[View]:
    always = {"solvent": [1.0], "cash": [1e9], "price": [10.0]} | tables
    return [
        view(START + t, {name: [float(row[min(t + 1, len(row) - 1)])] for name, row in always.items()})
        for t in range(-1, count)
    ]


MONEY = While(during("2026-01", "2026-02"), Pay("cloud", "lab", lift("100 USD/month")))


def test_shares_follow_the_month_after_at_the_price_when_the_money_was_paid() -> None:
    found = dues(Issue("V", price("V"), MONEY), months(3, price=[1, 10, 20, 40]))
    assert found == [[100, 0], [100, 10], [0, 5]]


def test_shares_are_issued_for_what_was_paid_and_not_for_what_was_due() -> None:
    found = dues(Issue("V", price("V"), MONEY), months(3), paid=[0.5, 0])
    assert found == [[100, 0], [100, 5], [0, 0]]


def test_shares_go_from_the_payee_to_the_payer() -> None:
    lanes = Issue("V", price("V"), MONEY).lanes
    assert [(lane.payer, lane.payee, lane.asset) for lane in lanes] == [("cloud", "lab", "cash"), ("lab", "cloud", "V")]


def test_shares_are_issued_along_one_lane_of_money_only() -> None:
    with pytest.raises(UnitError, match="money that one party pays another"):
        Issue("V", price("V"), All((MONEY, MONEY)))


def note() -> Convertible:
    """100 USD in January at 12 %, converting at 8 USD once the price reaches 20 USD from March on, due in May."""
    return Convertible(
        "cloud",
        "lab",
        "V",
        amount=lift("100 USD"),
        lent=during("2026-01", "2026-01"),
        rate=lift("12 %/year"),
        price=lift("8 USD/share"),
        converts=since("2026-03") * (price("V") >= "20 USD/share"),
        matured=since("2026-05"),
        solvent=solvent("lab"),
    )


def test_a_note_converts_with_its_interest_and_is_then_done() -> None:
    found = dues(note(), months(6, price=[0, 30, 30, 10, 20, 30]))
    assert found == [[100, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, pytest.approx(100 * 1.01**3 / 8)], [0, 0, 0], [0, 0, 0]]


def test_a_note_that_has_not_converted_is_due_with_interest_until_it_is_paid() -> None:
    found = dues(note(), months(6), paid=[1, 1, 1, 1, 0.5])
    owed = 100 * 1.01**4
    assert found[4:] == [[0, pytest.approx(owed), 0], [0, pytest.approx(owed / 2 * 1.01), 0]]


def test_a_note_is_due_in_cash_once_the_issuer_has_missed_a_payment() -> None:
    found = dues(note(), months(4, price=[30], solvent=[1, 1, 0]), paid=[1, 0, 0, 0])
    assert found[1:] == [[0, pytest.approx(100 * 1.01**k), 0] for k in (1, 2, 3)]


def stake(current: str = "1", reserve: str = "0 USD") -> Preferred:
    """100 USD in January for 12 %, bought back from April on, with a claim of 1.5 times in a default."""
    return Preferred(
        "cloud",
        "lab",
        amount=lift("100 USD"),
        paid_in=during("2026-01", "2026-01"),
        rate=lift("12 %/year"),
        current=lift(current),
        redeemed=since("2026-04"),
        preference=lift("1.5"),
        cash=cash("lab"),
        reserve=lift(reserve),
        solvent=solvent("lab"),
    )


def test_preferred_shares_pay_their_dividend_until_they_are_bought_back() -> None:
    assert dues(stake(), months(5)) == [[100, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 100], [0, 0, 0]]


def test_dividends_that_accrue_are_paid_with_the_redemption() -> None:
    found = dues(stake(current="0"), months(5))
    accrued = pytest.approx(100 * (1.01**3 - 1))
    assert found == [[100, 0, 0], [0, 0, 0], [0, 0, 0], [0, accrued, 100], [0, 0, 0]]


def test_an_issuer_without_cash_beyond_its_reserve_puts_dividends_and_redemption_off() -> None:
    found = dues(stake(reserve="50 USD"), months(6, cash=[0, 0, 50, 52, 100, 50, 200]))
    assert [[round(x, 6) for x in month] for month in found] == [
        [100, 0, 0],
        [0, 0, 0],
        [0, 2, 0],
        [0, 1.0101, 48.9899],
        [0, 0, 0],
        [0, 1.025303, 51.0101],
    ]


def test_in_a_default_the_preference_is_due_behind_debt() -> None:
    found = dues(stake(), months(4, solvent=[1, 1, 0], cash=[0]), paid=[1, 0.5, 0.5])
    assert found[1:3] == [[0, 1, 150], [0, pytest.approx(0.5 + 0.505), 75]]
    assert [lane.rank for lane in stake().lanes] == [1, 2, 2]


def test_they_read_as_english() -> None:
    assert str(Issue("V", price("V"), MONEY)).endswith("for shares of V at share price of V")
    assert str(note()).startswith("cloud lends lab 100 USD when from 2026-01 to 2026-01 at 12 %/year")
    assert str(stake()).startswith(
        "cloud puts 100 USD into lab when from 2026-01 to 2026-01 for a dividend of 12 %/year"
    )
