"""Spaces of deployments: every way to cut a replica, and bounds that are bounds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.deployment import formats
from gigawatt.perf.deployment_space import DeploymentSpace, deployment_grid, deployment_space, least_waits
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests
from gigawatt.perf.shape import shapes

MODELS = {name: shapes([find_model(name)]) for name in ("Llama3-70B", "DeepSeek-V3", "gpt-oss-120b", "Qwen3-30B-A3B")}
NUMBER = [formats("bf16"), formats("fp8", kv="fp8")]
ASKED = Requests(isl=1024, osl=256, concurrency=512)


def space_of(
    model: str = "Llama3-70B", most: int = 8, asked: Requests = ASKED, system: str = "H100-SXM-80GB", **more: object
) -> DeploymentSpace:
    return deployment_space(MODELS[model], hardware([find_system(system)]), asked, most, NUMBER, **more)


def plain(model: str, most: int) -> set[tuple[float, ...]]:
    shape = MODELS[model]
    heads, kv_heads, experts = (int(part[0]) for part in (shape.heads, shape.kv_heads, shape.experts))
    found = set()
    for tp, pp, ep, alone in product(range(1, most + 1), repeat=4):
        cut = heads % tp == 0 and (kv_heads % tp == 0 or tp % kv_heads == 0)
        spread = ep == alone == 1
        if experts:
            spread = (tp * alone) % ep == experts % ep == 0 and shape.expert_ffn[0] % (tp * alone / ep) == 0
        if tp * pp * alone <= most and pp <= shape.layers[0] and cut and spread:
            found.add((float(tp), float(pp), float(ep), float(alone)))
    return found


@pytest.mark.parametrize(("model", "most"), [("Llama3-70B", 16), ("DeepSeek-V3", 12), ("Qwen3-30B-A3B", 7)])
def test_a_grid_has_every_way_to_cut_a_replica_once(model: str, most: int) -> None:
    grid = deployment_grid(MODELS[model], most)
    listed = list(zip(grid.tp.tolist(), grid.pp.tolist(), grid.ep.tolist(), grid.attention_dp.tolist(), strict=True))
    assert len(listed) == len(set(listed))
    assert set(listed) == plain(model, most)


def test_a_space_has_every_deployment_in_every_format_at_every_concurrency() -> None:
    space = space_of(concurrency=[1, 8, 64])
    cut, number, level = space.take(np.arange(space.size))
    listed = set(zip(cut.tp.tolist(), cut.pp.tolist(), number.weight.tolist(), level.tolist(), strict=True))
    assert len(listed) == space.size == 3 * len(NUMBER) * space.grid.tp.size


def test_concurrencies_double_in_two_steps_up_to_that_of_the_requests() -> None:
    assert space_of(asked=Requests(isl=1, osl=2, concurrency=10)).levels.tolist() == [1, 2, 3, 4, 6, 8, 10]


def test_no_more_requests_run_at_once_than_memory_holds() -> None:
    space = space_of(concurrency=[10_000])
    index = np.arange(space.size)
    cut, number, _ = space.take(index)
    room = space.room(cut, number)
    fits = room >= 1
    assert np.any(room < 10_000)
    assert np.array_equal(space.points(index).concurrency[fits], np.minimum(room, 10_000)[fits])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)),
    st.sampled_from(["H100-SXM-80GB", "MI300X", "TPU-v5p"]),
    st.integers(1, 8000),
    st.integers(2, 3000),
    st.sampled_from([(0, 0.0), (3, 0.7)]),
    st.integers(0, 10_000),
)
def test_no_token_comes_sooner_than_its_bound(
    model: str, system: str, isl: int, osl: int, draft: tuple[int, float], seed: int
) -> None:
    asked = Requests(isl=isl, osl=osl, concurrency=2048, guesses=draft[0], accepted=draft[1])
    space = space_of(model, 32, asked, system)
    index = np.random.default_rng(seed).integers(0, space.size, 100)
    cut, number, _ = space.take(index)
    fits = space.room(cut, number) >= 1
    done = space.points(index[fits])
    least = least_waits(space, done.cut, done.number)
    assert np.all(least <= done.service.tpot)
    assert np.all(least * (osl - 1) / osl * done.cut.chips / done.concurrency <= 1 / done.chip_rate)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"most": 0}, "most: 0; expected at least 1 chip"),
        ({"concurrency": []}, "expected at least one number"),
        ({"asked": Requests(isl=10, osl=1, concurrency=4)}, "osl: 1; expected answers of at least 2 tokens"),
        ({"asked": Requests(isl=np.array([10, 20]), osl=8, concurrency=4)}, "2 kinds of requests; expected one"),
    ],
)
def test_a_space_that_cannot_be_says_why(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        space_of(**arguments)


def test_a_space_without_formats_is_refused() -> None:
    with pytest.raises(InputError, match="no formats"):
        deployment_space(MODELS["Llama3-70B"], hardware([find_system("MI300X")]), ASKED, 8, [])
