"""Equity by the gigawatt, notes, preferred shares, capped returns and residual values, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gigawatt.errors import InputError
from gigawatt.parts.facility import Chips
from gigawatt.parts.financing import (
    Round,
    capped_return,
    convertible,
    preferred,
    residual_value_guarantee,
    staged_equity,
)
from viewing import dues, view

START = 2026 * 12


def months(**tables: list[float]) -> list[object]:
    always = {"solvent": 1.0, "cash": 1e9, "price": 10.0, "running": 0.0, "received": 0.0, "revenue": 100.0}
    count = max(len(row) for row in tables.values())
    return [
        view(START - 1 + t, {name: [tables.get(name, [value] * count)[t]] for name, value in always.items()})
        for t in range(count)
    ]


EQUITY = ("cloud", "lab", "V", "amd", "100 USD/GW", "250 USD")
GROWING = {"running": [0.0, 1.0, 2.0, 3.0, 4.0]}


def test_each_gigawatt_buys_shares_at_the_market_price_less_a_discount() -> None:
    found = dues(staged_equity(*EQUITY, discount="0.2"), months(**GROWING, price=[1.0, 10.0, 20.0, 50.0, 50.0]))
    assert found == [[100, 0], [100, 12.5], [50, 6.25], [0, 1.25]]


def test_an_agreed_valuation_fixes_the_price() -> None:
    agreed = (Round("2026-01", "500 USD"),)
    found = dues(staged_equity(*EQUITY, rounds=agreed, outstanding="100 shares"), months(**GROWING))
    assert found == [[100, 0], [100, 20], [50, 20], [0, 10]]


def test_the_last_round_sets_the_price_from_its_month_on() -> None:
    rounds = (Round("2026-01", "500 USD"), Round("2026-02", "1000 USD"), Round("2026-03", "250 USD"))
    found = dues(staged_equity(*EQUITY, rounds=rounds, outstanding="100 shares"), months(**GROWING))
    assert found == [[100, 0], [100, 20], [50, 10], [0, 20]]


NOTE = ("cloud", "lab", "V", "100 USD", "2026-01", "0 %/year", "2026-03", "2026-05", "8 USD/share")


@pytest.mark.parametrize(("price", "shares"), [(20.0, 12.5), (10.0, 12.5), (5.0, 25.0)])
def test_a_note_converts_at_the_cap_or_the_discounted_price_whichever_is_lower(price: float, shares: float) -> None:
    found = dues(convertible(*NOTE, discount="0.2"), months(price=[price] * 6))
    assert found == [[100, 0, 0], [0, 0, 0], [0, 0, shares], [0, 0, 0], [0, 0, 0]]


def test_a_round_that_does_not_qualify_converts_nothing() -> None:
    found = dues(convertible(*NOTE, qualifies="12 USD/share"), months(price=[10.0] * 6))
    assert found[2:] == [[0, 0, 0], [0, 0, 0], [0, 100, 0]]


def test_preferred_dividends_are_paid_or_accrue_as_agreed() -> None:
    terms = ("cloud", "lab", "100 USD", "2026-01", "12 %/year", "2026-03")
    assert dues(preferred(*terms), months(cash=[1e9] * 4)) == [[100, 0, 0], [0, 1, 0], [0, 1, 100]]
    assert dues(preferred(*terms, dividends="accrues"), months(cash=[1e9] * 4))[2] == [0, pytest.approx(2.01), 100]


def test_a_share_of_revenue_ends_at_a_multiple_of_the_money_in() -> None:
    clause = capped_return("cloud", "lab", "20 USD", "2026-01", "0.25", "3", "2026-02", "2027-01")
    assert dues(clause, months(cash=[1e9] * 6)) == [[20, 0], [0, 25], [0, 25], [0, 10], [0, 0]]


@pytest.mark.parametrize(("received", "paid"), [(1.0, 36.0), (3.0, 8.0), (4.0, 0.0), (0.0, 40.0)])
def test_a_guarantor_pays_what_assets_are_worth_less_than_guaranteed_up_to_its_cap(
    received: float, paid: float
) -> None:
    chips = (Chips("amd", "16 USD/GW", depreciation="150 %/year"),)
    clause = residual_value_guarantee("lab", "cloud", "2026-02", "50 USD", "40 USD", chips)
    assert dues(clause, months(received=[0.0, received, received, received])) == [[0], [paid], [0]]


WRONG = {
    "a valuation of how many shares": (
        lambda: staged_equity(*EQUITY, rounds=(Round("2026-01", "5 USD"),)),
        "outstanding: missing",
    ),
    "rounds that go back": (
        lambda: staged_equity(
            *EQUITY, rounds=(Round("2026-05", "5 USD"), Round("2026-01", "5 USD")), outstanding="1 share"
        ),
        "`2026-01` is too early",
    ),
    "a note that matures before it is lent": (
        lambda: convertible("cloud", "lab", "V", "1 USD", "2027-01", "1 %/year", "2027-02", "2026-01", "1 USD/share"),
        "maturity: `2026-01` is too early",
    ),
    "a redemption before the money is in": (
        lambda: preferred("cloud", "lab", "1 USD", "2027-01", "1 %/year", "2026-01"),
        "redemption: `2026-01` is too early",
    ),
    "a return that ends before it begins": (
        lambda: capped_return("cloud", "lab", "1 USD", "2026-01", "0.1", "2", "2027-01", "2026-01"),
        "last: `2026-01` is too early",
    ),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_terms_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
