"""Minimum bills with credits and exits, prepaid bills and power purchase agreements, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gigawatt.errors import InputError
from gigawatt.parts.offtake import Exit, power_purchase, prepaid_cloud, prepaid_purchase, take_or_pay
from viewing import dues, view

START = 2026 * 12
HOURS = 365.25 / 12 * 24
"""In a month."""


def months(**tables: list[float]) -> list[object]:
    count = max(len(row) for row in tables.values())
    always = {"solvent": 1.0, "running": 0.0, "loaded": 0.0, "received": 0.0, "used": 0.0, "level": 0.0}
    return [
        view(START - 1 + t, {name: [tables.get(name, [value] * count)[t]] for name, value in always.items()})
        for t in range(count)
    ]


CAPACITY = ("lab", "cloud", "amd", "10 USD/GW/month", "0.8", 6, "2026-01", "2026-12")


def test_a_shortfall_that_was_paid_is_credited_later() -> None:
    found = dues(take_or_pay(*CAPACITY), months(running=[1.0] * 5, loaded=[0, 0.5, 1, 1, 1]))
    assert found == [[8], [8], [9], [10]]


def test_nothing_is_owed_or_credited_outside_the_term() -> None:
    clause = take_or_pay("lab", "cloud", "amd", "10 USD/GW/month", "0.8", 6, "2026-02", "2026-03")
    found = dues(clause, months(running=[1.0] * 5, loaded=[0, 0.0, 1, 1, 1]))
    assert found == [[0], [10], [10], [0]]


def test_capacity_that_is_not_needed_is_given_up_for_a_fee_from_its_date_on() -> None:
    exits = (Exit("1 GW", first="2026-02", fee="5 USD", below="0.6"),)
    idle = months(running=[2.0] * 5, loaded=[0, 1, 1, 2, 0])
    assert dues(take_or_pay(*CAPACITY, exits=exits), idle) == [[16, 0], [8, 5], [8, 0], [8, 0]]


def test_capacity_that_is_used_is_kept() -> None:
    exits = (Exit("1 GW", first="2026-02", fee="5 USD", below="0.6"),)
    busy = months(running=[2.0] * 4, loaded=[0, 1, 1.5, 2])
    assert [fee for _, fee in dues(take_or_pay(*CAPACITY, exits=exits), busy)] == [0, 0, 0]


def test_capacity_is_given_up_for_nothing_where_a_milestone_is_missed() -> None:
    exits = (Exit("1 GW", by="2026-02", milestone="2 GW"),)
    late = months(running=[0, 1, 1, 3, 3], loaded=[0, 1, 1, 3, 1])
    assert dues(take_or_pay(*CAPACITY, exits=exits), late) == [[10], [0], [20], [16]]
    in_time = months(running=[0, 1, 2, 3], loaded=[0, 1, 1, 3])
    assert dues(take_or_pay(*CAPACITY, exits=exits), in_time)[2] == [pytest.approx(24)]


def test_capacity_that_was_late_costs_no_fee_when_it_is_not_needed_either() -> None:
    exits = (Exit("1 GW", first="2026-03", fee="5 USD", below="1", by="2026-02", milestone="2 GW"),)
    late = months(running=[0, 1, 1, 1], loaded=[0, 0, 0, 0])
    assert [fee for _, fee in dues(take_or_pay(*CAPACITY, exits=exits), late)] == [0, 0, 0]


def test_a_prepaid_purchase_is_set_off_against_its_bills() -> None:
    clause = prepaid_purchase("lab", "cloud", "amd", "10 USD/GW", "7 USD", "2026-01", "0.5")
    assert dues(clause, months(received=[0, 0, 1, 2, 3])) == [[7, 0], [0, 5], [0, 8], [0, 10]]


def test_a_prepaid_cloud_is_set_off_against_its_rent() -> None:
    clause = prepaid_cloud(
        "lab", "cloud", "amd", "10 USD/GW/month", "0.5", "2026-02", "2026-04", "7 USD", "2026-01", "0.5"
    )
    found = dues(clause, months(running=[2.0] * 6, loaded=[0, 1, 1, 2, 2, 2]))
    assert found == [[7, 0], [0, 5], [0, 18], [0, 20], [0, 0]]


ENERGY = ("cloud", "rental", "2 GW", "50 USD/MWh", "2026-01", "2027-12")


def megawatt_hours(found: list[list[float]]) -> list[float]:
    return [round(month[0] / (1000 * HOURS), 6) for month in found]


def test_all_contracted_power_is_paid_for_around_the_clock() -> None:
    assert megawatt_hours(dues(power_purchase(*ENERGY), months(used=[0, 0]))) == [100]


def test_energy_that_is_not_used_is_paid_for_up_to_the_minimum_and_never_more_than_contracted() -> None:
    found = dues(power_purchase(*ENERGY, deal="amd", take_or_pay="0.5"), months(used=[0, 0.2, 1.5, 9]))
    assert megawatt_hours(found) == [50, 75, 100]


def test_the_price_of_energy_rises_on_each_anniversary() -> None:
    found = dues(power_purchase(*ENERGY, escalation="10 %/year"), months(used=[0.0] * 26))
    assert megawatt_hours(found) == [*[100] * 12, *[110] * 12, 0]


def test_a_contract_for_differences_is_paid_by_the_side_that_is_better_off() -> None:
    market = [1000 * HOURS * price for price in (0.0, 40.0, 50.0, 65.0)]
    found = dues(power_purchase(*ENERGY, market="rental"), months(level=market))
    per_hour = [[round(amount / (2000 * HOURS), 6) for amount in month] for month in found]
    assert per_hour == [[10, 0], [0, 0], [0, 15]]


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a term that ends before it begins": (
        lambda: power_purchase("lab", "cloud", "1 GW", "50 USD/MWh", "2027-01", "2026-01"),
        "last: `2026-01` is too early",
    ),
    "differences on what a deal uses": (
        lambda: power_purchase(*ENERGY, deal="amd", market="rental"),
        "leave `deal` out",
    ),
    "an exit for no reason": (lambda: Exit("1 GW"), "needs `first`"),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_terms_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
