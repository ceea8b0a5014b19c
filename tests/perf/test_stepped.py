"""Single steps of inference."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import Passing, deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import decode_latency, prompt_latency
from gigawatt.perf.shape import shapes
from gigawatt.perf.stepped import step_on

H100 = find_system("H100-SXM-80GB")
LLAMA = find_model("Llama3-70B")
FP8 = formats("fp8")


def test_a_step_takes_what_the_latency_of_its_batch_says() -> None:
    cut, model, hard = deployments([8.0]), shapes([LLAMA]), hardware([H100])
    writes = step_on(LLAMA, H100, FP8, 8, Passing(decoding=16.0, context=1024.0), cut)
    assert writes.seconds == pytest.approx(float(decode_latency(model, hard, cut, FP8, 1024, batch=16).total[0]))
    reads = step_on(LLAMA, H100, FP8, 8, Passing(prompts=2.0, tokens=1024.0), cut)
    assert reads.seconds == pytest.approx(float(prompt_latency(model, hard, cut, FP8, 1024, batch=2).total[0]))
    assert (writes.tokens, reads.tokens) == (16, 2048)


def test_the_deployment_that_is_found_is_the_fastest() -> None:
    passing = Passing(decoding=16.0, context=1024.0)
    best = step_on(LLAMA, H100, FP8, 8, passing)
    assert all(
        best.seconds <= step_on(LLAMA, H100, FP8, 8, passing, deployments([float(tp)])).seconds for tp in (2, 4, 8)
    )


def test_a_step_draws_more_than_an_idle_node() -> None:
    run = step_on(LLAMA, H100, FP8, 8, Passing(prompts=4.0, tokens=4096.0))
    assert 300 < run.watts < 1.5 * 700


def test_a_single_sequence_waits_for_memory() -> None:
    found = step_on(LLAMA, H100, FP8, 8, Passing(decoding=1.0, context=1024.0), deployments([2.0])).sensitivities()
    assert found[0].resource == "memory"
    assert found[0].share > 0.5


@pytest.mark.parametrize(
    ("passing", "cut", "said"),
    [
        (Passing(decoding=1e6, context=4096.0), None, "no room for the cache.*Nearest that fits: concurrency"),
        (Passing(prompts=1.0, tokens=1024.0), deployments([1.0]), "layout `tp=1`: Llama3-70B does not fit"),
        (Passing(prompts=1.0, tokens=1024.0), deployments([5.0]), "tp: 5; expected a divisor"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(passing: Passing, cut: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        step_on(LLAMA, H100, formats("bf16"), 8, passing, cut)
