"""Searches of deployments: what trying everything finds, within the targets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.deployment import formats
from gigawatt.perf.deployment_search import Deployments, search_deployments, why_deployment
from gigawatt.perf.deployment_space import DeploymentSpace, Points, deployment_space
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.pareto import front, nothing, rounded
from gigawatt.perf.serving import Requests
from gigawatt.perf.shape import shapes

NUMBER = [formats("fp8"), formats("fp8", kv="fp8")]
ASKED = Requests(isl=1024, osl=256, concurrency=256)


def space_of(model: str = "Llama3-70B", most: int = 8, asked: Requests = ASKED) -> DeploymentSpace:
    return deployment_space(shapes([find_model(model)]), hardware([find_system("H100-SXM-80GB")]), asked, most, NUMBER)


def tried(space: DeploymentSpace, ttft: float, tpot: float) -> tuple[list[float], list[float]]:
    """Tokens a second and chip of the best, and of the front, every point computed."""
    index = np.arange(space.size)
    cut, number, _ = space.take(index)
    done = space.points(index[space.room(cut, number) >= 1])
    within = (done.service.ttft <= ttft) & (done.service.tpot <= tpot)
    values = np.stack([rounded(1 / done.chip_rate), rounded(done.service.tpot)])[:, within]
    edge = front(nothing(2), np.arange(values.shape[1]), values)
    return np.unique(1 / values[0])[::-1].tolist(), (1 / edge.values[0]).tolist()


def same(points: Points, rates: list[float]) -> bool:
    return np.allclose(points.chip_rate, rates[: points.chip_rate.size], rtol=1e-9)


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(["Llama3-70B", "gpt-oss-120b", "Qwen3-30B-A3B"]),
    st.sampled_from([1e9, 2.0]),
    st.sampled_from([1e9, 0.04]),
    st.integers(100, 3000),
)
def test_a_search_finds_what_trying_everything_finds(model: str, ttft: float, tpot: float, block: int) -> None:
    space = space_of(model)
    found = search_deployments(space, ttft=ttft, tpot=tpot, top=1, block=block)
    best, edge = tried(space, ttft, tpot)
    assert same(found.best, best)
    assert found.front.chip_rate.size == len(edge)
    assert same(found.front, edge)


def test_the_result_is_the_same_whatever_is_skipped_and_in_whatever_blocks() -> None:
    space = space_of("gpt-oss-120b")
    whole = search_deployments(space, bounded=False)
    for block in (333, 1000):
        part = search_deployments(space, block=block)
        assert np.allclose(part.best.chip_rate, whole.best.chip_rate, rtol=1e-12)
        assert np.allclose(part.front.user_rate, whole.front.user_rate, rtol=1e-12)


def test_every_point_is_counted_once() -> None:
    found = search_deployments(space_of("gpt-oss-120b", 16))
    counts = found.counts
    assert counts.infeasible + counts.waiting + counts.bounded + counts.computed == counts.points == found.space.size


def test_the_front_trades_tokens_for_a_chip_against_tokens_for_a_user() -> None:
    found = search_deployments(space_of())
    assert np.all(np.diff(found.best.chip_rate) <= 0)
    assert found.front.chip_rate.size > 3
    assert np.all(np.diff(found.front.chip_rate) < 0)
    assert np.all(np.diff(found.front.user_rate) > 0)


def test_targets_are_kept_and_cost_tokens() -> None:
    space = space_of()
    free, bound = search_deployments(space), search_deployments(space, ttft=1.0, tpot=0.02)
    for points in (bound.best, bound.front):
        assert np.all(points.service.ttft <= 1.0)
        assert np.all(points.service.tpot <= 0.02)
    assert bound.best.chip_rate[0] < free.best.chip_rate[0]


def test_why_the_best_wins_is_said_by_rates_and_parts_of_a_step() -> None:
    found: Deployments = search_deployments(space_of(), tpot=0.03)
    text = why_deployment(found, 5)
    assert f"{found.best.chip_rate[0]:.4g} tokens/s a chip" in text
    assert f"{found.best.chip_rate[5]:.4g} tokens/s a chip" in text
    assert "ms" in text.split("second less first")[1]
    with pytest.raises(InputError, match="expected a place from 1 to 9"):
        why_deployment(found, 10)


def test_where_nothing_fits_the_error_has_the_part_the_nearest_and_the_fewest_chips() -> None:
    with pytest.raises(
        ModelError, match=r"too much is the weights. Nearest is tp 4, .*Fewest chips that would do: \d+"
    ):
        search_deployments(space_of("DeepSeek-V3", 4))


def test_where_no_target_is_met_the_error_has_the_nearest() -> None:
    with pytest.raises(
        ModelError, match=r"within 0.001 s to the first token .* Nearest: tp \d+, .*, with 0\.\d+ s and"
    ):
        search_deployments(space_of(), ttft=0.001)
    with pytest.raises(ModelError, match="a step for a single request takes"):
        search_deployments(space_of(), tpot=1e-6)


@pytest.mark.parametrize("name", ["ttft", "tpot", "top", "block"])
def test_a_search_for_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"search: {name}: 0"):
        search_deployments(space_of(), **{name: 0})
