"""Contract functions: what each form owes, and that all of them can be offered in a scenario."""

from __future__ import annotations

import inspect
from typing import get_args, get_type_hints

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.contract import (
    FORMS,
    Tranche,
    build,
    cloud,
    commitment,
    flow,
    lease,
    operating_costs,
    payment,
    power_bill,
    purchase,
    revenue_share,
    sales,
    staged_investment,
    warrant,
)
from gigawatt.parts.terms import Name, Term, When
from viewing import dues, view

START = 2026 * 12
MONTHS = [
    view(
        START + month,
        {
            "online": [online],
            "running": [online],
            "received": [online + 1],
            "bought": [2 * online],
            "used": [online / 2],
            "loaded": [online / 2],
            "revenue": [7.0],
            "solvent": [float(month < 3)],
            "average": [100.0 * month],
        },
    )
    for month, online in zip(range(-1, 4), [0.0, 1.0, 3.0, 3.0, 4.0], strict=True)
]


def test_a_purchase_is_paid_when_hardware_is_delivered() -> None:
    assert dues(purchase("cloud", "amd", "amd", "10 USD/GW"), MONTHS) == [[10], [20], [0], [10]]


def test_a_building_is_paid_when_it_is_energised() -> None:
    assert dues(build("cloud", "lab", "amd", "10 USD/GW"), MONTHS) == [[10], [20], [0], [10]]


def test_a_cloud_is_paid_for_what_is_used_and_at_least_for_a_share_of_what_is_online() -> None:
    terms = ("lab", "cloud", "amd", "10 USD/GW/month")
    assert dues(cloud(*terms, "0.2", "2026-01", "2026-03"), MONTHS) == [[5], [15], [15], [0]]
    assert dues(cloud(*terms, "0.9", "2026-01", "2026-03"), MONTHS) == [[9], [27], [27], [0]]


def test_a_lease_is_paid_for_all_that_is_online() -> None:
    clause = lease("lab", "cloud", "amd", "10 USD/GW/month", "2026-02", "2030-01")
    assert dues(clause, MONTHS) == [[0], [30], [30], [40]]


def test_a_commitment_is_paid_in_equal_parts_that_add_up_to_its_total() -> None:
    clause = commitment("lab", "cloud", "90 USD", "2026-02", "2026-04")
    assert dues(clause, MONTHS) == [[0], [30], [30], [30]]


def test_a_staged_investment_follows_the_gigawatts_up_to_its_cap_while_the_investee_is_solvent() -> None:
    assert dues(staged_investment("amd", "lab", "amd", "10 USD/GW", "25 USD"), MONTHS) == [[10], [15], [0], [0]]
    assert dues(staged_investment("amd", "lab", "amd", "10 USD/GW", "1 kUSD"), MONTHS) == [[10], [20], [0], [0]]


def test_a_payment_is_made_once_and_only_to_a_solvent_party() -> None:
    assert dues(payment("amd", "lab", "9 USD", "2026-02"), MONTHS) == [[0], [9], [0], [0]]
    assert dues(payment("amd", "lab", "9 USD", "2026-04"), MONTHS) == [[0], [0], [0], [0]]


def test_a_flow_runs_between_its_dates() -> None:
    assert dues(flow("amd", "lab", "9 USD/month", "2026-02", "2026-03"), MONTHS) == [[0], [9], [9], [0]]


def test_sales_are_the_labs_revenue_and_its_costs_a_share_of_it_and_a_fixed_part() -> None:
    assert dues(sales("world", "lab"), MONTHS[:2]) == [[7]]
    assert dues(operating_costs("lab", "world", "0.5", "2 USD/month"), MONTHS[:2]) == [[5.5]]


def test_a_revenue_share_ends_with_its_window_or_its_cap() -> None:
    assert dues(revenue_share("lab", "amd", "0.5", "9 USD", "2026-02", "2026-12"), MONTHS) == [[0], [3.5], [3.5], [2]]


def test_a_power_bill_is_for_the_energy_of_what_carries_load_around_the_clock() -> None:
    hours = 365.25 / 12 * 24
    [[bill], *_] = dues(power_bill("cloud", "world", "amd", "50 USD/MWh"), MONTHS)
    assert bill == pytest.approx(0.5 * 1000 * hours * 50)


TRANCHES = (
    Tranche("10 shares", "2 GW", "100 USD/share"),
    Tranche("20 shares", "5 GW", "90 USD/share"),
    Tranche("40 shares", "8 GW", "500 USD/share"),
)


def test_a_tranche_vests_when_gigawatts_and_price_have_both_been_reached_and_the_strike_is_paid() -> None:
    clause = warrant("amd", "lab", "V", "amd", "3 USD/share", 30, "2030-10", TRANCHES)
    months = dues(clause, MONTHS)
    shares, strikes = ([month[side::2] for month in months] for side in (0, 1))
    assert shares == [[0, 0, 0], [10, 20, 0], [0, 0, 0], [0, 0, 0]]
    assert strikes == [[0, 0, 0], [30, 60, 0], [0, 0, 0], [0, 0, 0]]


def test_marks_need_not_be_reached_in_the_same_month() -> None:
    rungs = (Tranche("10 shares", "2 GW", "100 USD/share"),)
    prices, gigawatts = [0, 120, 90, 90], [0, 0, 1, 3]
    months = [
        view(START + t, {"bought": [g], "average": [p]}) for t, (p, g) in enumerate(zip(prices, gigawatts, strict=True))
    ]
    clause = warrant("amd", "lab", "V", "amd", "3 USD/share", 30, "2030-10", rungs)
    assert [month[0] for month in dues(clause, months)] == [0, 0, 10]


def test_a_rung_may_count_deliveries_instead_of_purchases() -> None:
    rungs = (Tranche("10 shares", "2 GW", "100 USD/share", counts="received"),)
    months = [view(START + t, {"bought": [9], "received": [g], "average": [200]}) for t, g in enumerate([0, 1, 2])]
    clause = warrant("amd", "lab", "V", "amd", "3 USD/share", 30, "2030-10", rungs)
    assert [month[0] for month in dues(clause, months)] == [0, 10]


def test_nothing_vests_after_expiry() -> None:
    clause = warrant("amd", "lab", "V", "amd", "3 USD/share", 30, "2026-01", TRANCHES[:1])
    assert dues(clause, MONTHS) == [[0, 0]] * 4


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_what_it_is_and_what_each_term_may_be(name: str) -> None:
    form = FORMS[name]
    assert form.__name__ == name
    assert inspect.getdoc(form)
    for term, hint in get_type_hints(form, include_extras=True).items():
        if term in ("return", "days", "tranches"):
            continue
        assert isinstance(get_args(hint)[1], Name | Term | When), f"{name}.{term} does not say what it is"


WRONG = {
    "an amount for a rate": lambda: lease("lab", "cloud", "amd", "12 bnUSD/GW", "2026-01", "2030-01"),
    "a rate for an amount": lambda: purchase("cloud", "amd", "amd", "12 bnUSD/GW/year"),
    "a share in dollars": lambda: revenue_share("lab", "amd", "5 USD", "1 USD", "2026-01", "2030-01"),
    "power in shares": lambda: warrant(
        "amd", "lab", "V", "amd", "3 USD/share", 30, "2030-10", (Tranche("1 share", "1 share", "1 USD/share"),)
    ),
    "a date that is none": lambda: flow("amd", "lab", "9 USD/month", "2026-02", "soon"),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
def test_a_term_in_the_wrong_unit_is_refused(make: type[object]) -> None:
    with pytest.raises(UnitError):
        make()


def test_contracts_read_as_english() -> None:
    assert str(staged_investment("nvidia", "lab", "d", "10 bnUSD/GW", "100 bnUSD")) == (
        "while lab has missed no payment: nvidia pays lab the growth in gigawatts of d as stated that are energised "
        "times 10 bnUSD/GW, up to 100 bnUSD in all"
    )
    assert str(purchase("cloud", "amd", "d", "30 bnUSD/GW")) == (
        "cloud pays amd the growth in gigawatts received under d times 30 bnUSD/GW"
    )
