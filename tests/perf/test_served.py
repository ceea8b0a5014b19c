"""Runs in serving."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.served import Load, deployment_words, serve_on
from gigawatt.perf.serving import serve
from gigawatt.perf.shape import shapes

H100 = find_system("H100-SXM-80GB")
LLAMA, SMALL = find_model("Llama3-70B"), find_model("Llama3-8B")
FP8 = formats("fp8")


def test_targets_are_met_with_as_many_users_as_they_allow() -> None:
    shape, hard, cut = shapes([LLAMA]), hardware([H100]), deployments([8.0])
    load = Load(1024, 128, ttft=2.0, tpot=0.05)
    run = serve_on(LLAMA, H100, FP8, 8, load, cut)
    assert run.service.ttft[0] <= 2.0
    assert run.service.tpot[0] <= 0.05
    more = serve(shape, hard, cut, FP8, load.requests(math.ceil(1.05 * run.users) + 1))
    assert more.ttft[0] > 2.0 or more.tpot[0] > 0.05 or more.queue[0] > 0


def test_tighter_targets_allow_fewer_users() -> None:
    paces = (0.1, 0.05, 0.03, 0.02)
    cut = deployments([8.0])
    users = [serve_on(LLAMA, H100, FP8, 8, Load(1024, 128, tpot=pace), cut).users for pace in paces]
    assert users == sorted(users, reverse=True)
    assert users[-1] < users[0]


def test_users_are_shared_by_replicas() -> None:
    run = serve_on(SMALL, H100, FP8, 8, Load(1024, 128, users=64), deployments([1.0]))
    assert (run.replicas, run.users) == (8, 8.0)
    alone = serve_on(SMALL, H100, FP8, 1, Load(1024, 128, users=8), deployments([1.0]))
    assert run.rate == pytest.approx(8 * alone.rate)


def test_the_deployment_that_is_found_beats_those_one_could_give() -> None:
    load = Load(1024, 128, ttft=2.0, tpot=0.05)
    best = serve_on(LLAMA, H100, FP8, 8, load)
    for tp in (2, 4, 8):
        assert best.rate >= serve_on(LLAMA, H100, FP8, 8, load, deployments([float(tp)])).rate * (1 - 1e-9)


def test_more_chips_are_more_of_the_same_replicas() -> None:
    load = Load(1024, 128, ttft=2.0, tpot=0.05)
    run = serve_on(LLAMA, H100, FP8, 8, load)
    assert run.on(80).rate == pytest.approx(10 * run.rate)
    assert run.on(80).watts == pytest.approx(10 * run.watts)
    assert run.on(8).watts == pytest.approx(run.watts)


def test_a_cached_share_and_a_draft_make_answers_faster() -> None:
    cut = deployments([8.0])
    plain, cached, draft = (
        serve_on(LLAMA, H100, FP8, 8, load, cut)
        for load in (
            Load(4096, 256, users=16),
            Load(4096, 256, users=16, cached=0.8),
            Load(4096, 256, users=16, guesses=3, accepted=0.8),
        )
    )
    assert cached.service.ttft[0] < plain.service.ttft[0]
    assert draft.service.tpot[0] < plain.service.tpot[0]


def test_deployments_are_written_as_they_are_read() -> None:
    assert deployment_words(deployments([4.0], [2.0])) == "tp=4,pp=2"
    assert deployment_words(deployments([1.0], [1.0], [8.0], [8.0])) == "tp=1,ep=8,attention_dp=8"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"isl": 0}, "isl: 0"),
        ({"osl": 0}, "osl: 0"),
        ({"isl": math.nan}, "isl: nan"),
        ({"isl": math.inf}, "isl: inf"),
        ({"users": 0}, "users: 0"),
        ({"users": -1}, "users: -1"),
        ({"ttft": 0}, "ttft: 0"),
        ({"tpot": -1}, "tpot: -1"),
        ({"tpot": math.nan}, "tpot: nan"),
        ({"cached": 1.5}, "cached: 1.5"),
        ({"accepted": math.nan, "guesses": 1}, "accepted: nan"),
    ],
)
def test_a_load_that_makes_no_sense_is_refused(change: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Load(**({"isl": 1024, "osl": 128} | change))


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ((3, 1, 1, 1), r"tp: 3; expected a divisor of the 64 heads\. Nearest that fits: [24]"),
        ((1, 81, 1, 1), "pp: 81; expected no more stages than the 80 layers. Nearest that fits: 80"),
        ((2, 1, 2, 1), "ep: 2; expected a divisor of the 1 experts. Nearest that fits: 1"),
        ((16, 1, 1, 1), "takes 16 chips; expected at most 8"),
        ((1, 1, 1, 1), "no room for the w.* Nearest that fits: 2 chips as"),
    ],
)
def test_a_deployment_that_cannot_be_is_refused_with_the_nearest(cut: tuple[int, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        serve_on(LLAMA, H100, formats("bf16"), 8, Load(1024, 128, users=1), deployments(*([float(c)] for c in cut)))


def test_targets_out_of_reach_are_refused_with_what_is_in_reach() -> None:
    with pytest.raises(InputError, match=r"out of reach of Llama3-70B.*a single user gets the first token after"):
        serve_on(LLAMA, H100, FP8, 8, Load(1024, 128, tpot=1e-4))


def test_a_model_that_fits_nowhere_is_refused_with_the_chips_that_would_do() -> None:
    with pytest.raises(InputError, match=r"does not fit: no room for.*Nearest that fits: 2 chips as"):
        serve_on(LLAMA, H100, formats("bf16"), 1, Load(1024, 128, users=1))


def test_the_batch_that_decodes_is_what_a_step_is_told_of() -> None:
    run = serve_on(LLAMA, H100, FP8, 8, Load(1024, 128, users=32), deployments([8.0]))
    step = run.step(run.batch())
    assert float(step.total[0]) == pytest.approx(float(run.service.step[0]), rel=0.02)
    assert float(np.ravel(run.step(run.prompt()).total)[0]) > 0
