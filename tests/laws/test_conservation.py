"""Law 1: money, shares and gigawatts are neither made nor lost, on every path, in every month."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.figure import Floats
from gigawatt.scenario.scenario import Scenario
from worlds import toy, worlds

some = settings(max_examples=25, deadline=None)
ROUNDING = 1e-12


def run(world: Scenario) -> Result:
    return simulate(world, 6, world.seed, keep="all", workers=1)


def scale(result: Result) -> float:
    """The largest amount of money in sight, against which rounding is judged."""
    return float(max(np.abs(result["cash"].values).max(), result.array("due").max(initial=0.0), 1.0))


def by_party(result: Result, amounts: Floats, side: str) -> Floats:
    """Cash lanes (month, lane, path) summed by payer or payee (month, party, path)."""
    rows = result.places.row["party"]
    total = np.zeros((len(amounts), len(rows), amounts.shape[-1]))
    for row, (_, lane) in enumerate(result.places.lanes[: result.places.cash]):
        total[:, rows[getattr(lane, side)]] += amounts[:, row]
    return total


@some
@given(worlds())
def test_the_money_of_all_parties_together_never_changes(world: Scenario) -> None:
    result = run(world)
    total = result["cash"].sum("party").values
    opening = sum(party.cash.terms[0] if party.cash.certain else np.nan for party in world.parties)
    moved = np.abs(total - total[0]).max()
    assert moved <= ROUNDING * scale(result) * world.months
    if np.isfinite(opening):
        assert np.abs(total[0] - opening).max() <= ROUNDING * scale(result) * world.months


@some
@given(worlds())
def test_cash_moves_by_what_was_paid_and_raised_and_by_what_a_default_destroys(world: Scenario) -> None:
    result = run(world)
    told = np.asarray(result.array("told"), float)
    flow = by_party(result, told, "payee") - by_party(result, told, "payer")
    raised = np.diff(np.asarray(result.array("raised"), float), axis=0)
    flow[1:, result.places.funded] += raised
    flow[1:, result.places.capital] -= raised.sum(axis=1)
    rest = np.diff(result["cash"].values, axis=0) - flow[1:]
    inside = [row for row in range(len(world.parties)) if row != result.places.capital]
    missed = np.asarray(result.array("missed"), int)[inside]
    explained = np.arange(1, world.months)[:, None, None] == missed
    lost = np.where(explained, rest[:, inside], 0.0)
    slack = ROUNDING * scale(result) * world.months
    assert (lost <= slack).all()
    assert np.abs(rest[:, inside] - lost).max(initial=0.0) <= slack
    assert np.abs(rest[:, result.places.capital] + lost.sum(axis=1)).max(initial=0.0) <= slack


@some
@given(worlds())
def test_shares_move_in_full_and_stay_where_they_went(world: Scenario) -> None:
    result = run(world)
    due, told = (np.asarray(result.array(name), float)[:, result.places.cash :] for name in ("due", "told"))
    np.testing.assert_array_equal(due, told)
    held = told[:, result.places.grants].cumsum(axis=0)
    np.testing.assert_allclose(result["moved"].values, held, rtol=1e-12, atol=1e-6)


@some
@given(worlds())
def test_what_is_paid_between_two_parties_is_the_sum_of_their_lanes(world: Scenario) -> None:
    result = run(world)
    told = np.asarray(result.array("told"), float)[:, : result.places.cash]
    assert abs(result["paid"].values[-1].sum(axis=0) - told.sum(axis=(0, 1))).max() <= 1e-9 * scale(result)


@some
@given(worlds())
def test_the_power_of_campuses_is_the_sum_of_phases_that_have_come(world: Scenario) -> None:
    result = run(world)
    ready, first = np.asarray(result.array("ready"), float), 0
    months = world.first + np.arange(world.months)[:, None, None]
    for row, campus in enumerate(world.campuses):
        come = ready[first : first + len(campus.phases)] <= months
        power = np.array([phase.power.terms[0] for phase in campus.phases])
        first += len(campus.phases)
        if not all(phase.power.certain for phase in campus.phases):
            continue
        np.testing.assert_allclose(result["powered"].values[:, row], np.einsum("tkp,k->tp", come, power), atol=1e-12)


def test_a_default_with_costs_sends_what_it_destroys_to_the_capital_party() -> None:
    result = simulate(toy(), 200, 7, keep="all", workers=1)
    assert (np.asarray(result.array("missed"), int) >= 0).sum() > 10
    total = result["cash"].sum("party").values
    assert np.abs(total - total[0]).max() <= ROUNDING * scale(result) * 72
