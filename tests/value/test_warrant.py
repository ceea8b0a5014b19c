"""Warrants of a scenario: both locks, correlated, against closed forms and against the monthly simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import lift
from gigawatt.parts.option.touch import share_at_touch
from gigawatt.parts.process import SharePrice
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import unit
from gigawatt.value.books import contra, rebate
from gigawatt.value.case import Case, case, delayed, dilute, without_gigawatts, worth
from gigawatt.value.contract import contract_values
from gigawatt.value.flows import Flows, flows
from gigawatt.value.ladder import Ladder, exercise, ladder, open_days, under_premium
from gigawatt.value.payoff import final_prices, grid, truths
from gigawatt.value.valuation import valuation
from gigawatt.value.warrant import warrant_value
from priced import valued_toy

SHARES = 160e6


def world(*tranches: Tranche, strike: str = "0.01 USD/share", **more: object) -> Scenario:
    """The toy world with one warrant, a share of known volatility and no jumps."""
    terms: dict[str, object] = {
        "issuer": "vendor",
        "holder": "lab",
        "share": "V",
        "deal": "d",
        "strike": lift(strike),
        "days": 1,
        "expiry": "2031-12",
        "tranches": tuple(replace(t, shares=lift(t.shares), price=t.price and lift(t.price)) for t in tranches),
        "test": "spot",
        "need": 0,
        "relative_to": None,
        "price_latched": True,
        "power_latched": True,
        **more,
    }
    toy = valued_toy()
    known = tuple(
        replace(p, volatility=literal("0.5"), jumps=None) if isinstance(p, SharePrice) else p for p in toy.processes
    )
    clause = warrant(**terms)  # type: ignore[arg-type]
    contract = Contract("grant", "warrant", "A grant", clause, (), tuple(terms.items()))
    return replace(toy.with_contracts((*toy.contracts, contract)), processes=known)


def simulated(scenario: Scenario, paths: int = 400) -> tuple[Flows, Ladder]:
    found = flows(scenario, "risk-neutral", paths, workers=1)
    return found, ladder(scenario, scenario.contracts[-1])


ONE = Tranche("160e6 shares", None, "600 USD/share")


def test_without_a_gigawatt_mark_a_warrant_is_worth_its_closed_form():
    found, this = simulated(world(ONE), 5)
    value = warrant_value(found, this, 1, workers=1)
    rate = float(found.scenario.pricing.curve.zero(this.months / 12))
    exact = SHARES * float(share_at_touch(203.71, 600, this.months / 12, rate, 0.0, 0.5, strike=0.01))
    assert abs(value.total.mean - exact) < max(4 * value.total.error, 0.003 * exact)
    assert value.certain_gigawatts.mean == value.total.mean
    assert value.rungs[0].vests == value.rungs[0].price_lock


def test_the_monthly_simulation_and_the_ladder_agree():
    rungs = tuple(
        Tranche("50e6 shares", lift(f"{k} GW"), f"{220 + 60 * k} USD/share", counts="received") for k in (1, 2)
    )
    scenario = world(*rungs, days=21, test="mean")
    found, this = simulated(scenario, 5000)
    side = next(s for s in contract_values(found, ("grant",))[0].sides if s.party == "lab")
    value = warrant_value(found, this, 1, workers=1)
    assert abs(side.value.mean - value.total.mean) < 4 * np.hypot(side.value.error, value.total.error) + 0.01 * 1e9


def test_a_fast_build_goes_with_a_high_share_where_they_are_correlated():
    found, this = simulated(world(replace(ONE, power=lift("3 GW"))))
    base = case(found, this, 0)
    values = [float(worth(replace(base, correlation=rho), 1, 9)["total"]) for rho in (-0.6, 0.0, 0.6)]
    assert values[0] < values[1] < values[2]


def test_a_premium_for_the_risk_of_gigawatts_costs_the_holder():
    found, this = simulated(world(replace(ONE, power=lift("3 GW"))))
    base = case(found, this, 0)
    assert float(worth(replace(base, premium=0.5), 1, 9)["total"]) < 0.97 * float(worth(base, 1, 9)["total"])


def test_gigawatts_that_come_late_are_worth_less_and_those_that_come_at_once_most():
    found, this = simulated(world(replace(ONE, power=lift("3 GW"))))
    base = case(found, this, 0)
    values = [float(worth(one, 1, 9)["total"]) for one in (delayed(base, 40), base, without_gigawatts(base))]
    assert values[0] < values[1] < values[2]


def test_unknown_marks_give_a_range_and_not_a_point():
    mark = Figure("mark", unit("USD/share"), "uniform", (300.0, 600.0))
    found, this = simulated(world(replace(ONE, price=mark)), 40)
    assert not this.certain
    value = warrant_value(found, this, 1, draws=12, workers=1)
    low, _, high = value.total.band
    assert high > 1.15 * low
    assert low < value.total.mean < high


def test_two_workers_value_what_one_values():
    mark = Figure("mark", unit("USD/share"), "uniform", (300.0, 600.0))
    found, this = simulated(world(replace(ONE, price=mark, power=lift("3 GW"))), 40)
    one, two = (warrant_value(found, this, 1, greeks=True, draws=4, workers=w) for w in (1, 2))
    assert one.total == two.total
    assert one.sensitivities == two.sensitivities


def test_slopes_agree_with_bumping():
    found, this = simulated(world(ONE), 5)
    base = case(found, this, 0)
    slopes = worth(base, 1, 11)

    def at(**market: float) -> float:
        return float(worth(replace(base, market=replace(base.market, **market)), 1, 11)["total"])

    spot = base.market.spot
    assert slopes["delta"] == pytest.approx((at(spot=spot + 1) - at(spot=spot - 1)) / 2, rel=0.01)
    assert slopes["vega"] == pytest.approx((at(volatility=0.51) - at(volatility=0.49)) / 0.02, rel=0.02)


def test_dilution_solves_its_own_equation():
    found, this = simulated(world(Tranche("160e6 shares", None, "250 USD/share")), 5)
    base = case(found, this, 0)
    plain = float(worth(base, 1)["total"])
    value, fall = dilute(base, 1, plain)
    part = base.outstanding / (base.outstanding + base.shares)
    firm = replace(base, market=replace(base.market, spot=base.market.spot + value / base.outstanding))
    assert value == pytest.approx(part * float(worth(firm, 1)["total"]), rel=2e-3)
    assert fall == pytest.approx(part * plain / base.outstanding, rel=1e-12)


def test_a_strike_near_the_market_is_paid_as_late_as_possible():
    assert exercise(0.01, 200.0) == "at vesting"
    assert exercise(150.0, 200.0) == "at expiry"


def test_open_days_are_the_ends_of_months_and_never_where_a_mark_is_missed():
    found, _ = simulated(world(replace(ONE, power=lift("3 GW"))))
    days = open_days(found, "bought/d", 3.0)
    assert (days[np.isfinite(days)] % 21 == 0).all()
    assert np.isinf(open_days(found, "bought/d", 1e3)).all()


def test_a_premium_takes_slower_deployments():
    speed = np.arange(1000.0)
    days = -speed[None] * 1.0
    shifted, rank = under_premium(days, speed, 0.5)
    assert (np.diff(rank) > 0).all()
    assert abs((-shifted[0] < 500).mean() - 0.6915) < 0.01


def test_the_grid_of_payoffs_is_everything_at_the_top_and_nothing_at_the_bottom():
    rungs = tuple(Tranche("80e6 shares", lift(f"{k} GW"), f"{300 * k} USD/share") for k in (1, 2))
    found, this = simulated(world(*rungs), 5)
    shown = grid(found, this)
    assert (shown.values[0] == 0).all()
    assert shown.values[-1, -1] == pytest.approx(SHARES * (shown.prices[-1] - 0.01))
    assert (np.diff(shown.values, axis=0) >= 0).all()
    assert (np.diff(shown.values, axis=1) >= 0).all()


def test_what_must_be_true_makes_it_true():
    found, this = simulated(world(ONE), 5)
    base = case(found, this, 0)
    value = float(worth(base, 1)["total"])
    asked = truths((base,), 1.5 * value, value, 1)
    spot = next(t for t in asked if t.what == "share price today")
    assert spot.needed is not None
    moved: Case = replace(base, market=replace(base.market, spot=spot.needed))
    assert float(worth(moved, 1)["total"]) == pytest.approx(1.5 * value, rel=0.02)
    later = next(t for t in asked if "later" in t.what)
    assert later.needed is None


def test_more_gigawatts_need_a_lower_final_price():
    rungs = tuple(Tranche("80e6 shares", lift(f"{k} GW"), f"{100 * k} USD/share") for k in (1, 2))
    found, this = simulated(world(*rungs), 5)
    one, two = (truth.needed for truth in final_prices(found, this, 40e9))
    assert one == pytest.approx(40e9 / 80e6 + 0.01, rel=1e-3)
    assert two == pytest.approx(40e9 / 160e6 + 0.01, rel=1e-3)
    assert final_prices(found, this, 1e15)[0].needed is None


def test_terms_a_ladder_cannot_hold_are_named_and_left_to_the_simulation():
    scenario = world(replace(ONE, not_before="2027-01"))
    with pytest.raises(InputError, match=r"tranches\[0\].not_before"):
        simulated(scenario, 3)
    found = valuation(scenario, "risk-neutral", ["grant"], 30, workers=1)
    assert found.details[0].value is None
    assert "not_before" in found.details[0].why


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"contracts": ["grnt"]}, "Did you mean `grant`"),
        ({"worth": "34"}, "worth `34`"),
        ({"worth": "-3 bnUSD"}, "above 0"),
        ({"worth": "3 GW"}, "worth `3 GW`"),
        ({"paths": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, said):
    with pytest.raises(InputError, match=said):
        valuation(world(ONE), "risk-neutral", **options)


def test_what_a_warrant_takes_from_revenue_is_in_the_end_the_fair_value_of_what_the_gigawatts_earned():
    scenario = world(replace(ONE, power=lift("3 GW"), counts="received"))
    found = flows(scenario, "real-world", 300, workers=1)
    this = ladder(scenario, scenario.contracts[-1])
    value = warrant_value(found, this, 1, workers=1)
    taken = contra(found, value)
    came = found.counters["received/d"][this.months - 1] >= 3.0 * (1 - 1e-9)
    assert 0.05 < came.mean() < 0.95
    total = taken.contra.sum(axis=0) + taken.expense.sum(axis=0)
    np.testing.assert_allclose(total, np.where(came, value.rungs[0].granted, 0.0), atol=0.01)


def test_a_rebate_on_a_gigawatt_is_what_the_shares_are_worth_over_what_was_received():
    scenario = world(replace(ONE, power=lift("1 GW"), price=lift("210 USD/share"), counts="received"))
    found = flows(scenario, "risk-neutral", 300, workers=1)
    this = ladder(scenario, scenario.contracts[-1])
    shown = rebate(found, this)
    assert shown is not None
    (row,) = found.lanes("grant")[-1:]
    gigawatts = found.counters["received/d"][this.months - 1]
    assert shown.rows[0][1] == pytest.approx(found.value[row].mean() / gigawatts.mean() / 1e9, rel=0.02)
    assert rebate(found, replace(this, deal="e")) is None
