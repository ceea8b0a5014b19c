"""Fronts: what is kept of a stream is what a look at all points would keep, however the stream is cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.pareto import Kept, beaten, best, front, nothing, rounded


def points(seed: int, objectives: int, count: int) -> np.ndarray:
    # Few different values, so that ties are frequent.
    return np.random.default_rng(seed).integers(0, 12, (objectives, count)).astype(np.float64)


def as_good(values: np.ndarray, one: int, other: int) -> bool:
    """Whether a point is as good as another in everything, and comes first where they are equal."""
    mine, theirs = values[:, one], values[:, other]
    return bool(np.all(mine <= theirs) and (np.any(mine < theirs) or one < other))


def plain_front(values: np.ndarray) -> set[int]:
    count = values.shape[1]
    return {at for at in range(count) if not any(as_good(values, rival, at) for rival in range(count) if rival != at)}


def streamed(values: np.ndarray, order: np.ndarray, block: int) -> Kept:
    kept = nothing(len(values))
    for at in range(0, order.size, block):
        index = order[at : at + block]
        kept = front(kept, index, values[:, index])
    return kept


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 60), st.integers(1, 70))
def test_a_streamed_front_is_the_front_of_all_points(seed: int, objectives: int, count: int, block: int) -> None:
    values = points(seed, objectives, count)
    order = np.random.default_rng(seed).permutation(count)
    assert set(streamed(values, order, block).index.tolist()) == plain_front(values)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 70), st.integers(1, 9))
def test_the_streamed_best_are_the_best_of_all_points(seed: int, count: int, block: int, few: int) -> None:
    values = points(seed, 2, count)
    kept = nothing(2)
    for at in range(0, count, block):
        index = np.arange(at, min(at + block, count))
        kept = best(kept, index, values[:, index], few)
    assert kept.index.tolist() == sorted(range(count), key=lambda at: (*values[:, at], at))[:few]


def test_the_best_of_each_group_stays_where_groups_are_asked_for() -> None:
    index, values = np.arange(6), np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    kept = nothing(1)
    for block in (slice(0, 2), slice(2, 6)):
        kept = best(kept, index[block], values[:, block], 2, group=lambda numbers: numbers // 3)
    assert kept.index.tolist() == [0, 3]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 40))
def test_a_point_is_beaten_where_a_kept_one_is_as_good_in_everything(seed: int, objectives: int, count: int) -> None:
    values, asked = points(seed, objectives, count), points(seed + 1, objectives, 50)
    kept = streamed(values, np.arange(count), count)
    expected = [bool(np.any(np.all(values <= asked[:, [at]], axis=0))) for at in range(50)]
    assert beaten(kept, asked).tolist() == expected


def test_nothing_beats_nobody() -> None:
    assert not np.any(beaten(nothing(2), np.ones((2, 3))))


def test_the_noise_of_a_sum_is_rounded_away_and_a_difference_that_counts_is_not() -> None:
    times = np.array([0.1 + 0.2, 0.3, 0.3 * (1 + 1e-9)])
    assert rounded(times)[0] == rounded(times)[1] < rounded(times)[2]


def test_rounding_keeps_values_and_their_order() -> None:
    times = np.sort(np.random.default_rng(1).lognormal(size=1000))
    assert np.allclose(rounded(times), times, rtol=1e-10)
    assert np.all(np.diff(rounded(times)) >= 0)
