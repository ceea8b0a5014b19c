"""Laws 2 and 4: nobody pays more than it has, seniors come first, and gigawatts keep their order."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import given, settings

from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.figure import Floats
from gigawatt.scenario.scenario import Scenario
from worlds import toy, worlds

some = settings(max_examples=30, deadline=None)


def run(world: Scenario) -> Result:
    return simulate(world, 6, world.seed, keep="all", workers=1)


def ledger(result: Result) -> tuple[Floats, Floats]:
    due, told = (np.asarray(result.array(name), float)[:, : result.places.cash] for name in ("due", "told"))
    return due, told


def classes(result: Result) -> dict[str, dict[int, list[int]]]:
    """Cash lanes of every party inside, by rank."""
    outside = {p.name for p in result.scenario.parties if p.outside}
    found: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, (_, lane) in enumerate(result.places.lanes[: result.places.cash]):
        if lane.payer not in outside:
            found[lane.payer][lane.rank].append(row)
    return found


def breaches(result: Result) -> int:
    """Months and paths in which a junior lane got something though a senior one of the same payer did not get all."""
    due, told = ledger(result)
    total, slack = 0, 1e-9 * (1.0 + due.max(initial=0.0))
    for ranks in classes(result).values():
        short = np.zeros((len(due), due.shape[-1]), dtype=bool)
        for rank in sorted(ranks):
            paid, owed = told[:, ranks[rank]], due[:, ranks[rank]]
            total += int((short & (paid.sum(axis=1) > slack)).sum())
            short |= (owed - paid).max(axis=1) > slack
    return total


@some
@given(worlds())
def test_nobody_inside_pays_more_than_it_has(world: Scenario) -> None:
    result = run(world)
    inside = [row for row, party in enumerate(world.parties) if not party.outside]
    cash = result["cash"].values[:, inside]
    assert cash.min() >= -1e-6 * max(1.0, np.abs(cash).max())


@some
@given(worlds())
def test_a_lane_gets_something_between_nothing_and_what_is_due(world: Scenario) -> None:
    due, told = ledger(run(world))
    assert due.min(initial=0.0) >= 0
    assert told.min(initial=0.0) >= 0
    assert (told <= due * (1 + 1e-12)).all()


@some
@given(worlds())
def test_a_senior_lane_is_paid_before_a_junior_one(world: Scenario) -> None:
    assert breaches(run(world)) == 0


@some
@given(worlds())
def test_lanes_of_equal_rank_are_paid_in_proportion(world: Scenario) -> None:
    result = run(world)
    due, told = ledger(result)
    slack = 1e-9 * (1.0 + due.max(initial=0.0))
    for ranks in classes(result).values():
        for rows in ranks.values():
            owed, paid = due[:, rows], told[:, rows]
            total = owed.sum(axis=1, keepdims=True)
            share = np.divide(paid.sum(axis=1, keepdims=True), total, out=np.ones_like(total), where=total > 0)
            assert np.abs(paid - owed * share).max() <= slack


@some
@given(worlds())
def test_a_party_that_pays_all_it_owes_has_missed_nothing_and_one_that_does_not_has(world: Scenario) -> None:
    result = run(world)
    due, told = ledger(result)
    missed = np.asarray(result.array("missed"), int)
    months, names = np.arange(world.months)[:, None], [p.name for p in world.parties]
    for payer, ranks in classes(result).items():
        rows = [row for own in ranks.values() for row in own]
        lacking = 1.0 - told[:, rows].sum(axis=1) / np.maximum(due[:, rows].sum(axis=1), 1e-300)
        owing = due[:, rows].sum(axis=1) > 0
        at = missed[names.index(payer)]
        assert not (owing & (lacking > 1e-11) & ((at < 0) | (at > months))).any()
        assert (lacking[at[at >= 0], np.flatnonzero(at >= 0)] > 0).all()


def test_seniority_is_put_to_the_test() -> None:
    result = simulate(toy(), 300, 7, keep="all", workers=1)
    due, told = ledger(result)
    ranks = {rank for own in classes(result).values() for rank in own}
    assert ranks == {0, 1, 2}
    assert (told < due * 0.99).any()
    assert breaches(result) == 0


@some
@given(worlds())
def test_online_is_at_most_delivered_financed_purchased_and_contracted(world: Scenario) -> None:
    result = run(world)
    chain = [result[name].values for name in ("online", "delivered", "financed", "purchased", "contracted")]
    for small, large in pairwise(chain):
        assert (small <= large + 1e-12).all()
    for curve in chain:
        assert (np.diff(curve, axis=0) >= -1e-12).all()


@some
@given(worlds())
def test_whatever_is_energised_has_power(world: Scenario) -> None:
    result = run(world)
    opening = np.asarray([d.opening.terms[0] if d.opening.certain else d.opening.terms[-1] for d in world.deals])
    powered = result["powered"].values.sum(axis=1)
    assert (result["online"].values.sum(axis=1) <= opening.sum() + powered + 1e-9).all()


@some
@given(worlds())
def test_a_deal_energises_no_more_than_its_opening_and_the_phases_that_feed_it(world: Scenario) -> None:
    result = run(world)
    phases = [phase for campus in world.campuses for phase in campus.phases]
    ready = np.asarray(result.array("ready"), float)
    months = world.first + np.arange(world.months)[:, None]
    for row, deal in enumerate(world.deals):
        room = np.full((world.months, ready.shape[-1]), deal.opening.terms[-1])
        for number, phase in enumerate(phases):
            room += (phase.deal == deal.name) * phase.power.terms[-1] * (ready[number] <= months)
        assert (result["online"].values[:, row] <= room + 1e-9).all()


@some
@given(worlds())
def test_chips_that_work_and_carry_load_are_among_those_energised(world: Scenario) -> None:
    result = run(world)
    online, working, used = (result[name].values for name in ("online", "working", "used"))
    assert (used >= 0).all()
    assert (used <= working + 1e-12).all()
    assert (working <= online + 1e-12).all()
