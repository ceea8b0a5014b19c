"""Searches: what trying everything finds, whatever is skipped, in whatever blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.memory import memory_parts
from gigawatt.perf.pareto import front, nothing, rounded
from gigawatt.perf.search import Search, search, why
from gigawatt.perf.shape import shapes
from gigawatt.perf.shortage import fewest_chips
from gigawatt.perf.sieve import least_steps
from gigawatt.perf.space import Space, training_space
from gigawatt.perf.training import TIMES, train

MODELS = {name: shapes([find_model(name)]) for name in ("GPT3-175B", "Llama3-70B", "Mixtral-8x22B", "Llama2-7B")}
SYSTEMS = {name: hardware([find_system(name)]) for name in ("A100-SXM-80GB", "H100-SXM-80GB", "TPU-v5p")}
H100 = SYSTEMS["H100-SXM-80GB"]


def space_of(model: str = "Llama3-70B", chips: int | list[int] = 32, batch: int = 64, **more: object) -> Space:
    return training_space(MODELS[model], chips, workloads(batch, 4096), **more)


def found_by_trying(space: Space, chips: object, top: int) -> tuple[list[int], list[int]]:
    """Numbers of the best and of the front, every layout computed."""
    index = np.arange(space.size)
    steps, peaks = [], []
    for part in space.blocks(space.size):
        done = train(space.shape, chips, space.layout(part), space.workload(part))
        steps.append(np.where(done.feasible, done.step, np.inf))
        peaks.append(done.memory.total)
    step, peak = rounded(np.concatenate(steps)), np.concatenate(peaks)
    count = space.layout(index).chips
    fits = np.flatnonzero(np.isfinite(step))
    order = fits[np.argsort(rounded(np.concatenate(steps)[fits] * count[fits]), kind="stable")]
    values = np.stack([step, peak, count][: 2 + (len(space.counts) > 1)])
    return order[:top].tolist(), front(nothing(len(values)), fits, values[:, fits]).index.tolist()


def result(found: Search) -> tuple[list[int], list[int]]:
    return found.top.tolist(), found.edge.tolist()


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)),
    st.sampled_from(sorted(SYSTEMS)),
    st.sampled_from([16, 24, 32]),
    st.integers(1, 20),
    st.integers(200, 5000),
)
def test_a_search_finds_what_trying_everything_finds(model: str, system: str, chips: int, top: int, block: int) -> None:
    space = space_of(model, chips, 48, only={"cp": [1, 2], "interleave": [1, 2], "micro_batch": [1, 2]})
    expected = found_by_trying(space, SYSTEMS[system], top)
    if expected[0]:
        assert result(search(space, SYSTEMS[system], top=top, block=block)) == expected


def test_a_search_over_several_numbers_of_chips_has_them_as_an_objective() -> None:
    space = space_of(chips=[16, 32, 64], only={"cp": [1], "interleave": [1]})
    found = search(space, H100, block=1000)
    assert result(found) == found_by_trying(space, H100, 10)
    assert len(set(found.front_layout.chips)) > 1


def test_a_search_over_formats_finds_what_trying_everything_finds() -> None:
    space = space_of(number_formats=["bf16", "fp8"], only={"cp": [1]})
    found = search(space, H100)
    assert result(found) == found_by_trying(space, H100, 10)
    assert len(set(space.formats(found.top).tolist())) == 1


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(MODELS)), st.sampled_from(sorted(SYSTEMS)), st.integers(0, 10_000))
def test_no_layout_is_faster_than_its_bound(model: str, system: str, seed: int) -> None:
    space = space_of(model, [64, 96, 1024], 192, number_formats=["bf16", "fp8"], uneven=True)
    index = np.sort(np.random.default_rng(seed).integers(0, space.size // 2, 300))
    layout, work = space.layout(index), space.workload(index)
    done = train(space.shape, SYSTEMS[system], layout, work)
    least = least_steps(space.shape, SYSTEMS[system], layout, work)
    assert np.all(least <= done.step)
    assert np.median(least / done.step) > 0.5


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(MODELS)), st.integers(0, 10_000))
def test_the_memory_that_decides_is_that_of_the_whole_model(model: str, seed: int) -> None:
    space = space_of(model, 64)
    index = np.random.default_rng(seed).integers(0, space.size, 300)
    layout, work = space.layout(index), space.workload(index)
    whole = train(space.shape, H100, layout, work).memory.total
    assert memory_parts(space.shape, layout, work).total == pytest.approx(whole, rel=1e-12)


def test_the_result_is_the_same_whatever_is_skipped_and_in_whatever_blocks() -> None:
    space = space_of()
    whole = search(space, H100, bounded=False)
    for block in (777, 4096, 10**6):
        part = search(space, H100, block=block)
        assert result(part) == result(whole)
        assert part.best.step.tobytes() == whole.best.step.tobytes()
        assert part.counts.infeasible == whole.counts.infeasible


def test_every_layout_is_counted_once_and_bounds_spare_most() -> None:
    found = search(space_of(), H100)
    counts = found.counts
    assert sum(counts.infeasible) + counts.bounded + counts.computed == counts.layouts == found.space.size
    assert counts.bounded > counts.computed
    assert f"{counts.computed:,} computed" in str(counts)


def test_the_best_come_first_and_the_front_trades_time_for_memory() -> None:
    found = search(space_of(), H100, top=20)
    assert np.all(np.diff(found.best.step) >= 0)
    assert np.all(found.best.feasible)
    assert found.front.step[0] == found.best.step[0]
    assert np.all(np.diff(found.front.step) > 0)
    assert np.all(np.diff(found.front.memory.total) < 0)


def test_the_best_of_each_family_differ_in_how_chips_are_split() -> None:
    space = space_of()
    found, whole = search(space, H100, top=5, apart=True), search(space, H100, top=1)
    assert len(set(space.family(found.top).tolist())) == 5
    assert found.top[0] == whole.top[0]
    everything = search(space, H100, top=5, apart=True, bounded=False)
    assert found.top.tolist() == everything.top.tolist()


def test_why_the_best_wins_is_said_by_the_parts_that_differ() -> None:
    found = search(space_of(), H100, apart=True)
    text = why(found)
    apart = found.best.step[1] - found.best.step[0]
    parts = {name: getattr(found.best, name)[1] - getattr(found.best, name)[0] for name in TIMES}
    largest = max(parts, key=lambda name: abs(parts[name]))
    assert f"{found.best.step[0]:.4g} s a step" in text
    assert f"({apart:+.3g} s" in text
    assert f"difference: {largest} {parts[largest]:+.3g} s" in text


def test_why_says_nothing_that_follows_from_the_degrees() -> None:
    found = search(space_of(), H100, apart=True, top=20)
    against = int(np.argmax(found.layout.tp != found.layout.tp[0]))
    assert found.layout.expert_tp[against] != found.layout.expert_tp[0]
    assert "expert tp" not in why(found, against)


def test_why_wants_a_place_among_the_best() -> None:
    with pytest.raises(InputError, match="expected a place from 1 to 9"):
        why(search(space_of(), H100), 10)


def test_where_nothing_fits_the_error_has_the_part_the_nearest_layout_and_the_fewest_chips() -> None:
    space = space_of("GPT3-175B", 16, 48)
    with pytest.raises(
        ModelError, match=r"none of .* fits; too much are the states.*Nearest is tp 16.*GB of 8\d\.\d GB"
    ):
        search(space, H100)
    enough = fewest_chips(space, H100, 4096)
    assert enough is not None and enough > 16
    with pytest.raises(ModelError, match=f"Fewest chips that would do: {enough}"):
        search(space, H100)
    search(space_of("GPT3-175B", enough, 48), H100)


@pytest.mark.parametrize(("name", "words"), [("top", "top: 0"), ("block", "block: 0")])
def test_a_search_of_nothing_is_refused(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        search(space_of(), H100, **{name: 0})


def test_a_search_on_two_systems_is_refused() -> None:
    with pytest.raises(InputError, match="2 systems; expected one"):
        search(space_of(), hardware([find_system("A100-SXM-80GB"), find_system("H100-SXM-80GB")]))
