"""Wrappers: each adds one idea, and their order is meaning."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.clause import Lane, Once, Pay
from gigawatt.parts.cumulative import ramp
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import during, growth, online
from gigawatt.parts.wrapper import All, Arrears, Guaranteed, Ranked, Upto, While
from viewing import dues, view

MONTHS = [view(24312 + month, {"online": [1.0]}) for month in range(-1, 5)]
RENT = Pay("lab", "cloud", online("amd") * "10 USD/GW/month")
FEE = Pay("lab", "vendor", lift("30 USD/month"))
EARLY = during("2026-01", "2026-03")


def test_while_owes_only_while_its_condition_holds() -> None:
    assert dues(While(EARLY, RENT), MONTHS) == [[10], [10], [10], [0], [0]]


def test_upto_stops_at_its_cap_on_what_was_paid() -> None:
    assert dues(Upto(lift("25 USD"), RENT), MONTHS) == [[10], [10], [5], [0], [0]]


def test_what_was_not_paid_does_not_count_towards_a_cap() -> None:
    assert dues(Upto(lift("25 USD"), RENT), MONTHS, paid=[0.5, 0.0]) == [[10], [10], [10], [10], [0]]


def test_upto_cuts_several_lanes_in_the_same_proportion() -> None:
    assert dues(Upto(lift("60 USD"), All((RENT, FEE))), MONTHS)[:3] == [[10, 30], [5, 15], [0, 0]]


def test_arrears_owe_again_what_was_not_paid() -> None:
    assert dues(Arrears(RENT), MONTHS, paid=[0.0, 0.5]) == [[10], [20], [20], [10], [10]]


def test_arrears_of_while_keep_an_old_debt_alive_and_while_of_arrears_forgives_it() -> None:
    unpaid = [0.0] * 5
    assert dues(Arrears(While(EARLY, RENT)), MONTHS, unpaid) == [[10], [20], [30], [30], [30]]
    assert dues(While(EARLY, Arrears(RENT)), MONTHS, unpaid) == [[10], [20], [30], [0], [0]]


def test_arrears_of_upto_owe_the_cap_in_the_end_and_upto_of_arrears_never_owe_more_than_is_left() -> None:
    unpaid = [0.0] * 5
    assert dues(Arrears(Upto(lift("25 USD"), RENT)), MONTHS, unpaid) == [[10], [20], [25], [25], [25]]
    assert dues(Upto(lift("25 USD"), Arrears(RENT)), MONTHS, unpaid) == [[10], [20], [25], [25], [25]]
    paid = [1.0, 0.0, 0.0, 0.0, 0.0]
    assert dues(Upto(lift("25 USD"), Arrears(RENT)), MONTHS, paid) == [[10], [10], [15], [15], [15]]


def test_debt_that_is_forgiven_gives_the_cap_inside_back() -> None:
    """A cap counts what was paid; while an unpaid debt is owed it counts as well, and once forgiven no longer."""
    gap = [view(24312 + month, {"online": [float(month != 1)]}) for month in range(-1, 5)]
    clause = While(online("amd") >= "1 GW", Arrears(Upto(lift("15 USD"), RENT)))
    assert dues(clause, gap, paid=[0.0]) == [[10], [0], [10], [5], [0]]


def test_a_guarantor_owes_next_month_what_was_missed() -> None:
    clause = Guaranteed("bank", lift("1 kUSD"), RENT)
    paid = [np.array([0.4, 1.0]), np.array([1.0, 1.0])]
    assert dues(clause, MONTHS, paid) == [[10, 0], [10, 6], [10, 0], [10, 0], [10, 0]]


def test_a_guarantor_owes_no_more_than_its_cap_in_all() -> None:
    never = [np.array([0.0, 1.0])] * 5
    assert dues(Guaranteed("bank", lift("25 USD"), RENT), MONTHS, never) == [
        [10, 0],
        [10, 10],
        [10, 10],
        [10, 5],
        [10, 0],
    ]


def test_a_guarantor_owes_once_what_it_does_not_pay_itself() -> None:
    neither = [np.array([0.0, 0.0])] * 2
    assert dues(Guaranteed("bank", lift("25 USD"), RENT), MONTHS, neither)[2:4] == [[10, 10], [10, 0]]


def test_a_guarantee_leaves_no_arrears_inside() -> None:
    clause = Guaranteed("bank", lift("1 kUSD"), Arrears(RENT))
    assert dues(clause, MONTHS, paid=[np.array([0.0, 1.0])])[1] == [10, 10]


def test_the_lanes_of_a_guarantee_are_those_inside_and_the_same_from_the_guarantor() -> None:
    clause = Guaranteed("bank", lift("1 kUSD"), Ranked(0, All((RENT, FEE))))
    assert clause.lanes == (
        Lane("lab", "cloud", "cash", 0),
        Lane("lab", "vendor", "cash", 0),
        Lane("bank", "cloud", "cash", 0),
        Lane("bank", "vendor", "cash", 0),
    )


def test_a_rank_changes_the_order_of_payment_and_nothing_else() -> None:
    assert [lane.rank for lane in Ranked(0, All((RENT, FEE))).lanes] == [0, 0]
    assert dues(Ranked(0, RENT), MONTHS) == dues(RENT, MONTHS)


def test_all_owes_the_lanes_of_its_clauses_in_order_and_tells_each_its_own() -> None:
    clause = All((Arrears(RENT), All((FEE, Arrears(FEE)))))
    assert dues(clause, MONTHS, paid=[np.array([0.0, 0.0, 1.0])])[:2] == [[10, 30, 30], [20, 30, 30]]


def test_a_fee_whose_moment_falls_outside_a_window_is_never_owed() -> None:
    late = Once("lab", "cloud", lift("7 USD"), during("2026-04", "2026-05"))
    assert dues(While(EARLY, late), MONTHS) == [[0]] * 5


def test_a_cap_on_cash_is_in_dollars_and_one_on_shares_in_shares() -> None:
    shares = Pay("vendor", "lab", growth(online("amd")) * "5 shares/GW", asset="V")
    Upto(lift("9 shares"), shares)
    with pytest.raises(UnitError, match=r"a cap must be in share, but `9 USD` is in `USD`"):
        Upto(lift("9 USD"), shares)
    with pytest.raises(UnitError, match=r"a cap must be in USD, but `9 USD/month` is in `USD/month`"):
        Upto(lift("9 USD/month"), RENT)
    with pytest.raises(UnitError, match=r"a cap must be in USD, but `9 GW` is in `GW`"):
        Guaranteed("bank", lift("9 GW"), RENT)


def test_a_condition_with_a_unit_is_refused() -> None:
    with pytest.raises(UnitError, match=r"a condition must be in 1, but `energised gigawatts of amd` is in `GW`"):
        While(online("amd"), RENT)


def test_wrappers_read_as_english() -> None:
    whole = Ranked(0, Guaranteed("bank", lift("9 bnUSD"), Arrears(Upto(lift("25 USD"), While(EARLY, FEE)))))
    assert str(whole) == (
        "from 2026-01 to 2026-03: lab pays vendor 30 USD/month, up to 25 USD in all; "
        "what stays unpaid remains owed; bank makes good what is missed, up to 9 bnUSD in all (rank 0)"
    )


def test_a_guarantee_may_have_a_cap_that_falls_over_time() -> None:
    falls = ramp("2026-02", "2026-05")
    clause = Guaranteed("vendor", lift("40 USD") - falls * "40 USD", RENT)
    unpaid = [[0.0, 1.0], [0.5, 1.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    found = dues(clause, MONTHS, paid=[np.array(share) for share in unpaid])
    assert found == [[10, 0], [10, 10], [10, 5], [10, 0], [10, 0]]


def test_a_guarantee_of_one_side_leaves_what_the_other_side_misses_to_it() -> None:
    both = All((RENT, Pay("cloud", "lab", lift("3 USD/month"))))
    clause = Guaranteed("vendor", lift("40 USD"), both, of="lab")
    assert [lane.payer for lane in clause.lanes] == ["lab", "cloud", "vendor"]
    assert dues(clause, MONTHS, paid=[0.0])[:3] == [[10, 3, 0], [10, 3, 10], [10, 3, 0]]


def test_a_guarantee_of_one_side_says_whose() -> None:
    assert str(Guaranteed("vendor", lift("4 USD"), RENT, of="lab")).endswith(
        "what is missed by lab, up to 4 USD in all"
    )
