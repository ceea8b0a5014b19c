"""Scrambled points fill every dimension evenly; bridges have the covariance of Brownian motion."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import qmc

from gigawatt.errors import UnitError
from gigawatt.parts.option.paths import Sobol, bridge, brownian, midpoints, scrambled, sobol
from gigawatt.parts.stream import stream


def test_without_scrambling_the_points_are_those_of_the_sobol_sequence() -> None:
    directions = sobol(7, 6)
    plain = Sobol(directions, np.zeros(7, np.uint32), np.arange(64) / 64, np.zeros(64))
    points = np.concatenate(list(plain.blocks(3)), axis=1) / 64
    expected = qmc.Sobol(7, scramble=False).random(64)
    np.testing.assert_array_equal(np.unique(points.T, axis=0), np.unique(expected, axis=0))


def test_every_dimension_visits_every_cell_once() -> None:
    points = scrambled(sobol(40, 8), stream(1, "x", 0))
    cells = np.concatenate(list(points.blocks(5)), axis=1)
    np.testing.assert_array_equal(np.sort(cells, axis=1), np.tile(np.arange(256), (40, 1)))


def test_any_two_of_the_first_dimensions_share_the_square_evenly() -> None:
    points = scrambled(sobol(2, 8), stream(1, "x", 0))
    first, second = next(points.blocks())
    boxes = (first >> 4) * 16 + (second >> 4)
    np.testing.assert_array_equal(np.sort(boxes), np.arange(256))


def test_the_size_of_a_block_changes_no_path() -> None:
    points = scrambled(sobol(9, 7), stream(1, "x", 0))
    whole = next(points.blocks(7))
    np.testing.assert_array_equal(np.concatenate(list(points.blocks(2)), axis=1), whole)


def test_more_dimensions_leave_the_first_ones_alone() -> None:
    few, many = (next(scrambled(sobol(count, 6), stream(3, "x", 0)).blocks()) for count in (4, 11))
    np.testing.assert_array_equal(few, many[:4])


def test_normals_lie_in_the_cell_of_their_point() -> None:
    points = scrambled(sobol(1, 10), stream(1, "x", 0))
    np.testing.assert_array_equal(np.floor(points.uniform * 1024), np.arange(1024))
    np.testing.assert_allclose(points.normal, ndtri(points.uniform), rtol=2e-2)
    assert np.mean(np.square(points.normal)) == pytest.approx(1.0, abs=1e-12)
    assert points.normal.sum() == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("steps", [1, 2, 7, 252])
def test_the_bridge_visits_every_day_once_after_its_neighbours(steps) -> None:
    known = {0, steps}
    for day, left, right in midpoints(steps):
        assert left < day < right
        assert {left, right} <= known
        assert day not in known
        known.add(day)
    assert known == set(range(steps + 1))


def test_bridges_are_exactly_brownian_in_their_covariance() -> None:
    steps = 12
    # One unit of each normal at a time gives the linear map from normals to bridges.
    weights = bridge(np.eye(steps - 1, dtype=np.uint32), np.array([0.0, 1.0]), np.empty((steps + 1, steps - 1)))
    time = np.arange(steps + 1) / steps
    expected = np.minimum(time, time[:, None]) - time * time[:, None]
    np.testing.assert_allclose(weights @ weights.T, expected, atol=1e-14)


def test_paths_end_at_their_first_dimension_and_have_independent_steps() -> None:
    paths = np.concatenate([block.copy() for block in brownian(10, 13, 1)], axis=1)
    assert paths.shape == (11, 8192)
    assert not paths[0].any()
    assert np.var(paths[10]) == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(np.cov(np.diff(paths, axis=0)), np.eye(10) / 10, atol=0.003)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (next(brownian(5, 6, seed)).tobytes() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_replicates_are_uncorrelated_on_average() -> None:
    blocks = np.array([next(brownian(1, 8, 1, replicate=number))[1] for number in range(60)])
    correlations = np.corrcoef(blocks)[np.triu_indices(60, 1)]
    assert abs(correlations.mean()) < 0.05


@pytest.mark.parametrize(("dimensions", "log2_points", "said"), [(21202, 3, "21201"), (0, 3, "1 to"), (3, 30, "24")])
def test_what_the_tables_do_not_hold_is_refused(dimensions, log2_points, said) -> None:
    with pytest.raises(UnitError, match=said):
        sobol(dimensions, log2_points)
