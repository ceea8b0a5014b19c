"""Law 6: on any one path of any world the engine and the slow bookkeeper agree to the cent."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.scenario.scenario import Scenario
from test_twin import disagreements
from worlds import worlds


@settings(max_examples=25, deadline=None)
@given(worlds(), st.integers(0, 5))
def test_the_twin_agrees_on_any_path_of_any_world(world: Scenario, path: int) -> None:
    assert disagreements(world, world.seed, (path,)) == []
