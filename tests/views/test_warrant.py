from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.engine.result import Result
from gigawatt.views.warrant import vested_shares, vesting
from report.world import run


def with_guessed_rungs() -> Result:
    found = run()
    contracts = tuple(
        replace(c, figures=(*c.figures, replace(c.figures[0], kind="ordered", terms=(0.0, 1.0, 1.0, 2.0))))
        if c.name == "warrant"
        else c
        for c in found.scenario.contracts
    )
    return replace(found, scenario=replace(found.scenario, contracts=contracts))


def test_each_tranche_has_its_chance_and_month() -> None:
    table, vested = vesting(run()), run().array("vested")
    assert [row[:2] for row in table.rows] == [("warrant", 1), ("warrant", 2), ("warrant", 3)]
    assert [row[3] for row in table.rows] == pytest.approx([100 * float((row >= 0).mean()) for row in vested])


def test_a_higher_rung_vests_no_more_surely_than_a_lower_one() -> None:
    chances = [float(chance or 0) for chance in vesting(run()).column("probability")]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0


def test_shares_vested_are_summed_on_each_path() -> None:
    moved = run().at("moved", run().months("moved")[-1]).values.astype(float).sum(axis=0)
    (row,) = vested_shares(run()).rows
    assert row[1:] == pytest.approx((*np.quantile(moved, [0.1, 0.5, 0.9]), moved.mean()), rel=1e-6)


def test_a_ladder_that_is_drawn_makes_the_result_a_range_and_the_note_says_so() -> None:
    assert "range over ladders" in vesting(with_guessed_rungs()).note
    assert "range over ladders" in vested_shares(with_guessed_rungs()).note
    assert "range over ladders" not in vesting(run()).note


def test_a_world_without_shares_says_so() -> None:
    found = run()
    without = replace(found, scenario=found.scenario.with_contracts(found.scenario.contracts[:3]))
    bare = replace(without, read=lambda block, name: found.read(block, name)[..., :0, :])
    bare.__dict__["labels"] = {**found.labels, "grant": ()}
    assert vesting(bare).rows == ()
    assert vesting(bare).note == "No contract hands over shares."
