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


@pytest.mark.parametrize(("running", "tokens", "steps"), [(2048.0, 64.0, 600.0), (4096.0, 16.0, 2000.0)])
def test_as_many_of_the_prompts_that_arrive_apart_share_a_step_as_arrive_during_one(
    running: float, tokens: float, steps: float
) -> None:
    found = loop(running, tokens, steps)
    assert found.filled > 1
    arriving = (1 - RECORDED.burst) * running / found.round
    assert found.filled == pytest.approx(arriving * found.both.total, rel=0.03)


def test_no_more_steps_carry_prompts_than_an_answer_has() -> None:
    found = loop(400.0, tokens=16.0, steps=4.0)
    line = min(RECORDED.burst * 399, 200.0)
    carrying = (1 - RECORDED.burst) * 399 / found.filled + RECORDED.burst * 399 / line / 2
    assert carrying <= 4.0 * (1 + 1e-9)


def test_where_prompts_fill_every_step_the_rest_of_them_waits() -> None:
    """Tokens a second are then what steps full of prompts yield."""
    found = loop(400.0, tokens=8192.0, steps=4.0)
    assert found.filled == 1
    assert found.round == pytest.approx(400.0 * found.both.total, rel=0.01)
    assert found.first > 50 * found.after


def test_few_users_never_share_a_step() -> None:
    assert loop(4.0).filled == 1


def test_one_user_is_not_delayed_by_others() -> None:
    found = loop(1.0)
    assert found.first == pytest.approx(RECORDED.front + found.alone)
    assert found.after == pytest.approx(200.0 * found.plain.total)


@pytest.mark.parametrize("running", [2.0, 30.0, 400.0])
def test_more_rounds_change_less_than_a_thousandth(running: float, monkeypatch: pytest.MonkeyPatch) -> None:
    few = loop(running).round
    monkeypatch.setattr(batching, "ROUNDS", 30)
    assert loop(running).round == pytest.approx(few, rel=1e-3)
