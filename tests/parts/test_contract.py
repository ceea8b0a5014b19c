"""Contract functions: what each form owes, and that all of them can be offered in a scenario."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest

from gigawatt.errors import InputError, UnitError
from gigawatt.parts.contract import (
    FORMS,
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
)
from gigawatt.parts.terms import Count, Name, OneOf, Term, When
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


def test_deferred_rent_waits_with_interest_and_is_repaid_in_equal_parts() -> None:
    terms = ("lab", "cloud", "amd", "10 USD/GW/month", "2026-01", "2026-03")
    clause = lease(*terms, deferred="0.5", until="2026-02", repaid="2026-04", deferral_rate="120 %/year")
    steady = [view(START + month, {"online": [1.0], "solvent": [1.0]}) for month in range(-1, 5)]
    # 5 and, with interest, 5.5 wait; half of 10.5 is repaid in March with interest of 1.05.
    assert [[round(x, 6) for x in month] for month in dues(clause, steady)] == [
        [5, 0, 0],
        [5, 0, 0],
        [10, 1.05, 5.25],
        [0, 0.525, 5.25],
        [0, 0, 0],
    ]


def test_rent_is_put_off_no_more_and_what_waited_is_due_once_the_tenant_has_missed_a_payment() -> None:
    terms = ("lab", "cloud", "amd", "10 USD/GW/month", "2026-01", "2026-12")
    clause = lease(*terms, deferred="0.5", until="2026-06", repaid="2026-12")
    months = [view(START + month, {"online": [1.0], "solvent": [float(month < 1)]}) for month in range(-1, 3)]
    assert dues(clause, months) == [[5, 0, 0], [10, 0, 5], [10, 0, 0]]


def test_a_deferral_without_an_end_is_refused() -> None:
    with pytest.raises(InputError, match="repaid: missing"):
        lease("lab", "cloud", "amd", "10 USD/GW/month", "2026-01", "2026-12", deferred="0.5", until="2026-06")


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


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_what_it_is_and_what_each_term_may_be(name: str) -> None:
    form = FORMS[name]
    assert form.__name__ == name
    assert inspect.getdoc(form)
    for term, hint in get_type_hints(form, include_extras=True).items():
        assert term == "return" or says(hint), f"{name}.{term} does not say what it is"


def says(hint: object) -> bool:
    """Whether an annotation says what a term may be: one thing, a list of groups of terms, or nothing."""
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        return all(inside is NoneType or says(inside) for inside in get_args(hint))
    if get_origin(hint) is tuple:
        group = get_args(hint)[0]
        return is_dataclass(group) and all(says(one) for one in get_type_hints(group, include_extras=True).values())
    return hint in (int, bool) or isinstance(get_args(hint)[1], Count | Name | OneOf | Term | When)


WRONG = {
    "an amount for a rate": lambda: lease("lab", "cloud", "amd", "12 bnUSD/GW", "2026-01", "2030-01"),
    "a rate for an amount": lambda: purchase("cloud", "amd", "amd", "12 bnUSD/GW/year"),
    "a share in dollars": lambda: revenue_share("lab", "amd", "5 USD", "1 USD", "2026-01", "2030-01"),
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
