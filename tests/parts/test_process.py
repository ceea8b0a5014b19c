"""Processes: shape, independence and errors; their distributions are tested in tests/published."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import ScenarioError
from gigawatt.parts.figure import Draws, Figure, Floats, literal
from gigawatt.parts.process import MeanReverting, Process, Regime, SCurve, SharePrice, Surroundings, mixing
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.units import unit

JUMPS = (Figure("jumps", unit("1/year"), "uniform", (0.0, 0.5)), literal("-0.1"), literal("0.1"))
PROCESSES: dict[str, Process] = {
    "regime": Regime("market", unit("1"), literal("20 months"), literal("6 months"), literal(0)),
    "share": SharePrice(
        "price",
        unit("USD/share"),
        literal("100 USD/share"),
        literal("8 %/year"),
        literal("0.5"),
        literal("0 %/year"),
        JUMPS,
    ),
    "rent": MeanReverting("rent", unit("USD"), literal("9 USD"), literal("6 USD"), literal("6 months"), literal("0.3")),
    "users": SCurve("users", unit("USD"), literal("9 USD"), literal("90 USD"), literal("60 %/year"), literal("0.2")),
}


def run(process: Process, paths: int, months: int = 10, bust: float = 0.0) -> Floats:
    shocks = stream(1, "shocks", 0).standard_normal((months, BLOCK))[:, :paths]
    drawn = Draws({"jumps": JUMPS[0].draw(1, 0)[:paths]}, paths)
    return process.run(Surroundings(1, 0, months, shocks, np.full((months, paths), bust), drawn))


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())
def test_a_process_is_a_month_by_path_array_of_finite_numbers(process: Process) -> None:
    values = run(process, 30)
    assert values.shape == (10, 30)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())
def test_a_path_does_not_depend_on_how_many_paths_are_wanted(process: Process) -> None:
    """Also when a figure of the process is uncertain: its jumps are found by inversion, path by path."""
    np.testing.assert_array_equal(run(process, 7), run(process, BLOCK)[:, :7])


@pytest.mark.parametrize("process", PROCESSES.values(), ids=PROCESSES.keys())
def test_a_process_has_an_opening_in_its_unit(process: Process) -> None:
    assert process.opening.unit.same_dimension(process.unit)


def test_a_regime_is_a_boom_or_a_bust() -> None:
    assert set(np.unique(run(PROCESSES["regime"], BLOCK, 40))) == {0.0, 1.0}


def test_a_regime_may_begin_in_a_bust() -> None:
    bust = Regime("market", unit("1"), literal("20 months"), literal("1e9 months"), literal(1))
    assert (run(bust, 50) == 1).all()


def test_the_average_of_a_calm_share_lies_on_the_line_between_month_ends() -> None:
    calm = SharePrice(
        "calm",
        unit("USD/share"),
        literal("100 USD/share"),
        literal("120 %/year"),
        literal("0"),
        literal("0 1/year"),
    )
    around = Surroundings(1, 0, 3, np.zeros((3, 4)), np.zeros((3, 4)), Draws({}, 4))
    average = calm.average(calm.run(around), 30, around)
    np.testing.assert_allclose(np.log(average[:, 0] / 100), 0.1 * (np.arange(1, 4) - 30 / 30.4375 / 2))


def test_mixing_gives_the_correlations_that_were_asked_for() -> None:
    lower = mixing(["a", "b", "c"], {("a", "b"): 0.5, ("c", "b"): -0.3})
    np.testing.assert_allclose(lower @ lower.T, [[1, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 1]], atol=1e-9)
    assert (np.triu(lower, 1) == 0).all()


def test_correlations_that_cannot_hold_together_are_refused_with_the_pair_to_change() -> None:
    pairs = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}
    with pytest.raises(ScenarioError, match=r"correlation: these correlations cannot hold .* move it towards 0"):
        mixing(["a", "b", "c"], pairs)


def test_nothing_to_mix_is_an_empty_matrix() -> None:
    assert mixing([], {}).shape == (0, 0)
