"""Observables: units are checked when built, values follow the view."""

from __future__ import annotations

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.observable import Binary, lift
from gigawatt.parts.readings import cash, during, growth, larger, once_reached, online, price, smaller, solvent, used
from gigawatt.units import unit
from viewing import values, view


def online_views(*gigawatts: float) -> list:  # type: ignore[type-arg]
    return [view(month, {"online": [value]}) for month, value in enumerate(gigawatts)]


def test_text_numbers_and_figures_become_constants() -> None:
    assert values(lift("300 MW"), online_views(0, 1)) == [[0.3]]
    assert values(lift(2), online_views(0, 1)) == [[2.0]]
    assert lift(lift(2)) == lift(2)


def test_observables_combine() -> None:
    months = online_views(0.0, 2.0)
    assert values(online("amd") * "3 USD/GW", months) == [[6.0]]
    assert values(online("amd") / "4 GW", months) == [[0.5]]
    assert values(online("amd") + "1 GW", months) == [[3.0]]
    assert values(online("amd") - "3 GW", months) == [[-1.0]]
    assert values(larger(online("amd"), "5 GW"), months) == [[5.0]]
    assert values(smaller(online("amd"), "5 GW"), months) == [[2.0]]
    assert values(online("amd") >= "2 GW", months) == [[1.0]]
    assert values(online("amd") >= "2.1 GW", months) == [[0.0]]


def test_ten_phases_of_a_tenth_reach_a_mark_of_one() -> None:
    total = sum([0.1] * 10)
    assert total < 1
    assert values(online("amd") >= "1 GW", online_views(0, total, 1 - 1e-6)) == [[1.0], [0.0]]


def test_units_multiply_and_divide() -> None:
    assert (online("amd") * "12 bnUSD/GW/year").unit.same_dimension(unit("USD/month"))
    assert (cash("lab") / "10 months").unit.same_dimension(unit("USD/month"))
    assert growth(online("amd")).unit.same_dimension(unit("GW/month"))
    assert (online("amd") >= "1 GW").unit == unit("1")


@pytest.mark.parametrize("combine", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a >= b, larger, smaller])
def test_adding_or_comparing_unlike_things_is_refused_with_both_units(combine: type[Binary]) -> None:
    with pytest.raises(UnitError, match="`GW` and `USD` are not of the same kind"):
        combine(online("amd"), cash("lab"))  # type: ignore[call-arg]


def test_growth_counts_rises_only_and_starts_from_the_opening() -> None:
    assert values(growth(online("amd")), online_views(1.0, 1.5, 1.2, 2.0)) == [[0.5], [0.0], [0.8]]


def test_growth_remembers_values_and_not_arrays() -> None:
    first, second = online_views(1.0, 3.0)
    observable = growth(online("amd"))
    second.tables["online"][:] = first.tables["online"]
    assert values(observable, [first, second]) == [[0.0]]


def test_a_latch_stays_once_it_was_reached() -> None:
    reached = once_reached(online("amd") >= "1 GW")
    assert values(reached, online_views(0, 0.5, 1.0, 0.2)) == [[0.0], [1.0], [1.0]]


def test_a_latch_is_kept_path_by_path() -> None:
    months = [view(month, {"online": pair}) for month, pair in enumerate([[0, 0], [2, 0], [0, 2]])]
    assert values(once_reached(online("amd") >= "1 GW"), months) == [[1.0, 0.0], [1.0, 1.0]]


def test_a_window_is_open_from_its_first_to_its_last_month() -> None:
    months = [view(2027 * 12 + month, {}) for month in range(-1, 4)]
    assert values(during("2027-02", "2027-03"), months) == [[0.0], [1.0], [1.0], [0.0]]


def test_observables_of_one_form_share_a_shape_and_others_do_not() -> None:
    one, other = online("amd") * "3 USD/GW", online("nvidia") * "5 bnUSD/GW"
    assert one.shape() == other.shape()
    assert one.shape() != (used("amd") * "3 USD/GW").shape()
    assert one.shape() != (online("amd") / "3 GW").shape()
    assert larger(1, 2).shape() != smaller(1, 2).shape()


def test_observables_read_as_english() -> None:
    assert str(growth(online("amd")) * "10 bnUSD/GW") == "the growth in energised gigawatts of amd times 10 bnUSD/GW"
    assert str(once_reached(price("V") >= "600 USD/share")) == "share price of V at least 600 USD/share, once reached"
    assert str(larger(used("amd"), "1 GW")) == "the larger of [gigawatts of amd that carry load] and [1 GW]"
    assert str(solvent("lab")) == "lab has missed no payment"
    assert str(during("2027-H2", "2028")) == "from 2027-07 to 2028-12"
