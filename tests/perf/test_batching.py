"""Batching: at the fixed point as many prompts share a step as arrive during one, and nothing changes any more."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.perf import batching
from gigawatt.perf.batching import Asked, Loop, settled
from gigawatt.perf.deployment import Passing, deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.inference import StepTime, step_time
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import RECORDED

WHERE = (
    shapes([find_model("Llama3-8B")]),
    hardware([find_system("H100-SXM-80GB")]),
    deployments(tp=1),
    formats("bf16"),
)


def step(passing: Passing, steady: bool) -> StepTime:
    return step_time(*WHERE, passing, steady=steady)


def loop(running: float, tokens: float = 256.0, steps: float = 200.0) -> Loop:
    many, single = np.array([running]), np.ones(1)
    prompt = Passing(prompts=1.0, tokens=tokens)
    room = np.maximum(np.minimum(8192.0 / tokens, many / 2), 1.0)
    return settled(
        step,
        Asked(many, prompt, single, tokens + 0.5 * steps * single, single, steps * single, single, single, room),
        RECORDED,
    )


@pytest.mark.parametrize("running", [256.0, 512.0])
def test_as_many_prompts_share_a_step_as_arrive_during_one(running: float) -> None:
    found = loop(running, tokens=64.0, steps=64.0)
    assert found.filled > 1
    assert found.filled == pytest.approx(running / found.round * found.both.total, rel=1e-2)


def test_few_users_never_share_a_step() -> None:
    assert loop(4.0).filled == 1


def test_one_user_is_not_delayed_by_others() -> None:
    found = loop(1.0)
    assert found.first == pytest.approx(RECORDED.front + found.alone)
    assert found.after == pytest.approx(200.0 * found.plain.total)


@pytest.mark.parametrize("running", [2.0, 30.0, 400.0])
def test_another_round_changes_less_than_a_thousandth(running: float, monkeypatch: pytest.MonkeyPatch) -> None:
    few = loop(running).round
    monkeypatch.setattr(batching, "ROUNDS", 30)
    assert loop(running).round == pytest.approx(few, rel=1e-3)
