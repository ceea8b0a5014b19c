"""Laws of gigawatts that count by what they yield."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from gigawatt.engine.run import simulate
from gigawatt.parts.performance import Performance
from gigawatt.scenario.scenario import Scenario
from worlds import worlds

some = settings(max_examples=25, deadline=None)
MONEY = ("cash", "revenue", "paid", "used")


def scaled(performance: Performance | None, factor: float) -> Performance | None:
    if performance is None:
        return None
    return replace(performance, tokens=tuple(factor * rate for rate in performance.tokens))


def with_yields(world: Scenario, factor: float, *, labs: bool = True) -> Scenario:
    """The world with all systems faster by a factor, with or without those that the labs' earnings speak of."""
    return replace(
        world,
        deals=tuple(replace(deal, performance=scaled(deal.performance, factor)) for deal in world.deals),
        labs=tuple(replace(b, reference=scaled(b.reference, factor)) for b in world.labs) if labs else world.labs,
    )


@some
@given(worlds())
def test_systems_that_are_all_faster_alike_earn_the_same(world: Scenario) -> None:
    one, two = (simulate(w, 6, world.seed, keep="all", workers=1) for w in (world, with_yields(world, 3.0)))
    for name in MONEY:
        a, b = one[name].values, two[name].values
        assert np.abs(a - b).max(initial=0.0) <= 1e-9 * max(1.0, np.abs(a).max(initial=0.0)), name


@some
@given(worlds())
def test_deals_on_the_reference_itself_earn_as_if_nobody_knew_any_yield(world: Scenario) -> None:
    """To the bit, whatever is open in the sheet of the reference."""
    reference = next((lab.reference for lab in world.labs if lab.reference), None)
    same = replace(world, deals=tuple(replace(deal, performance=reference) for deal in world.deals))
    blind = replace(
        same,
        deals=tuple(replace(deal, performance=None) for deal in same.deals),
        labs=tuple(replace(lab, reference=None) for lab in same.labs),
    )
    one, two = (simulate(w, 6, world.seed, keep="all", workers=1) for w in (same, blind))
    for name in MONEY:
        assert one.array(name).tobytes() == two.array(name).tobytes(), name


@some
@given(worlds())
def test_faster_systems_never_support_less_revenue(world: Scenario) -> None:
    """In the first month, before what is earned changes what is built."""
    one, two = (simulate(w, 6, world.seed, keep="all", workers=1) for w in (world, with_yields(world, 2.0, labs=False)))
    assert (two["revenue"].values[0] >= one["revenue"].values[0] * (1 - 1e-12)).all()


@some
@given(worlds())
def test_a_path_counts_the_same_however_many_paths_there_are(world: Scenario) -> None:
    few, many = (simulate(world, paths, world.seed, keep="all", workers=1) for paths in (3, 13))
    for name in MONEY:
        assert few.array(name).tobytes() == np.ascontiguousarray(many.array(name)[..., :3]).tobytes(), name
