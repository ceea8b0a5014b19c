"""Discounted flows of contracts, and what they are worth to each side."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.parts.contract import commitment
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import lift
from gigawatt.parts.wrapper import Arrears, Guaranteed
from gigawatt.value.contract import contract_values, path_weights
from gigawatt.value.flows import Flows, flows
from gigawatt.value.measure import under
from gigawatt.value.movers import movers
from priced import priced, valued_toy
from worlds import bare, contracts, toy

MONTHS = 12


def paying(cash: str = "100 bnUSD", **spreads: str) -> Flows:
    """A world in which one party pays another 1 bn a month for a year."""
    clause = commitment("lab", "cloud", "12 bnUSD", "2026-01", "2026-12")
    world = bare(clause, cash={"lab": cash, "cloud": "0 USD"}, months=MONTHS)
    return flows(priced(world, **spreads), "real-world", 3, workers=1)


def annuity(rate: float) -> float:
    """A billion at the end of each of twelve months."""
    return float(1e9 * np.exp(-rate * np.arange(1, MONTHS + 1) / 12).sum())


def test_a_certain_payment_is_worth_its_discounted_sum():
    found = paying()
    assert abs(found.value[0] - annuity(0.04)).max() < 0.01


def test_each_side_discounts_at_its_own_cost_of_money():
    (value,) = contract_values(paying(lab="6 %/year", cloud="2 %/year"))
    lab, cloud = value.sides
    assert lab.party == "lab"
    assert abs(lab.value.mean + annuity(0.10)) < 0.01
    assert abs(cloud.value.mean - annuity(0.06)) < 0.01


def test_what_is_never_paid_is_counted_as_lost_to_whom_it_was_due():
    found = paying(cash="6.5 bnUSD")
    assert abs(found.value[0] + found.missed[0] - annuity(0.04)).max() < 0.01
    (value,) = contract_values(found)
    assert value.sides[1].lost > 4e9
    assert value.sides[0].lost == 0


def test_arrears_are_lost_once_and_only_if_they_are_never_paid():
    clause = Arrears(commitment("lab", "cloud", "12 bnUSD", "2026-01", "2026-12"))
    world = priced(bare(clause, cash={"lab": "6.5 bnUSD", "cloud": "0 USD"}, months=MONTHS))
    found = flows(world, "real-world", 2, workers=1)
    left = 5.5e9 * np.exp(-0.04)
    assert abs(found.missed[0] - left).max() < 0.01


def test_what_a_guarantor_makes_good_is_not_lost():
    clause = Guaranteed("vendor", lift("3 bnUSD"), commitment("lab", "cloud", "12 bnUSD", "2026-01", "2026-12"))
    cash = {"lab": "6.5 bnUSD", "cloud": "0 USD", "vendor": "50 bnUSD"}
    world = priced(bare(clause, cash=cash, months=MONTHS + 3))
    (value,) = contract_values(flows(world, "real-world", 2, workers=1))
    cloud = next(side for side in value.sides if side.party == "cloud")
    assert 2.2e9 < cloud.lost < 2.5e9


def test_what_is_still_to_come_falls_to_nothing_at_the_end():
    found = flows(valued_toy(), "real-world", 50, workers=1)
    assert abs(found.after[-1]).max() == 0
    assert found.after[0].max() > 1e9


def test_under_the_pricing_measure_the_sides_of_a_contract_sum_to_nothing():
    for value in contract_values(flows(valued_toy(lab="7 %/year"), "risk-neutral", 300, workers=1)):
        total = sum(side.value.mean for side in value.sides)
        assert abs(total) <= 1e-6 * max(abs(side.value.mean) for side in value.sides) + 1


def test_a_share_grows_at_the_curve_under_the_pricing_measure_in_boom_and_bust_and_with_jumps():
    found = flows(valued_toy(), "risk-neutral", 10_000, workers=1)
    gap = found.martingales[0]
    assert abs(gap.mean()) < 4 * gap.std() / 100
    assert gap.std() > 50


def test_what_is_not_traded_keeps_its_real_world_probabilities():
    world = valued_toy()
    real, neutral = (flows(world, measure, 40, workers=1) for measure in ("real-world", "risk-neutral"))
    np.testing.assert_array_equal(real.counters["bought/d"], neutral.counters["bought/d"])
    np.testing.assert_array_equal(real.draws, neutral.draws)


def test_a_premium_gives_less_weight_to_paths_on_which_gigawatts_come_early():
    found = flows(valued_toy("0.4"), "risk-neutral", 2000, workers=1)
    weights = path_weights(found)
    assert abs(weights.mean() - 1) < 0.02
    assert np.average(found.speed, weights=weights) < found.speed.mean() - 0.2 * found.speed.std()
    assert (path_weights(flows(valued_toy("0.4"), "real-world", 5, workers=1)) == 1).all()


def test_the_figure_a_value_hangs_on_is_found_and_no_other():
    world = valued_toy()
    found = flows(world, "risk-neutral", 1500, workers=1)
    purchase = contract_values(found)[0]
    shown = movers(found, purchase)
    assert shown.rows[0][0] == "capacity"
    assert float(shown.rows[0][1] or 0) > 0.2
    assert float(shown.rows[0][3] or 0) > float(shown.rows[0][2] or 0)
    payment = contract_values(found)[-1]
    assert payment.contract.form != "warrant"
    assert movers(found, payment).rows == ()


def test_two_workers_find_what_one_finds():
    world = valued_toy()
    one, two = (flows(world, "real-world", 3000, workers=workers) for workers in (1, 2))
    for name in ("value", "payer", "missed", "yearly", "draws"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_shares_handed_over_count_at_the_price_of_their_month():
    rungs = (Tranche("1e6 shares", "0 GW", "1e-6 USD/share"),)
    clause = warrant("vendor", "lab", "V", "d", "0 USD/share", 30, "2030-10", rungs)
    world = priced(toy().with_contracts(()))
    found = flows(world.with_contracts(contracts(clause)), "risk-neutral", 2000, workers=1)
    lane = found.places.cash
    assert (found.shares[0] == 1e6).all()
    value = found.value[lane]
    assert abs(value.mean() - 203.71e6) < 4 * value.std() / np.sqrt(2000)


def test_a_world_without_a_curve_cannot_be_valued():
    with pytest.raises(InputError, match="no `pricing`"):
        flows(toy(), "real-world", 2)
    with pytest.raises(InputError, match="no `pricing`"):
        under(toy(), "risk-neutral")
