"""Serving: the fixed point holds, limits are those of a closed loop, and published latencies are near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.pools import matched, pool_service
from gigawatt.perf.serving import (
    Requests,
    Service,
    decode_latency,
    prompt_latency,
    serve,
    static_latency,
    tokens_per_step,
)
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import LAUNCHED, RECORDED

H200 = hardware([find_system("H200-SXM-141GB")])
A100 = hardware([find_system("A100-SXM-80GB")])
LLAMA = shapes([find_model("Llama3-70B")])
WHERE = (LLAMA, H200, deployments(tp=4), formats("fp8", kv="fp8"))


def served(**asked: float) -> Service:
    return serve(*WHERE, Requests(**({"isl": 1024.0, "osl": 512.0, "concurrency": 32.0} | asked)))


def test_as_many_requests_are_in_the_loop_as_come_and_go() -> None:
    for many in (1.0, 16.0, 256.0):
        got = served(concurrency=many)
        assert got.requests * (got.ttft - got.queue + 511 * got.tpot) == pytest.approx(got.running, rel=1e-9)


def test_requests_beyond_what_memory_holds_wait_outside_and_gain_nothing() -> None:
    full = served(concurrency=1e6)
    assert served(concurrency=float(full.running[0])).tokens == pytest.approx(full.tokens)
    assert full.queue == pytest.approx((1e6 - full.running) / full.requests)


def test_one_request_waits_for_its_own_prompt_and_its_own_tokens_only() -> None:
    got = served(concurrency=1.0)
    assert got.ttft == pytest.approx(prompt_latency(*WHERE, 1024.0).total)
    assert got.tpot == pytest.approx(decode_latency(*WHERE, 1024.0 + 256.0).total)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(16, 8192), st.integers(2, 2048), st.floats(1.05, 4))
def test_more_users_get_more_tokens_together_and_wait_longer(many: int, isl: int, osl: int, factor: float) -> None:
    few, more = (served(concurrency=float(count), isl=float(isl), osl=float(osl)) for count in (many, many * factor))
    # Products are done in whole blocks, so a step that crosses the edge of one is a little worse.
    assert more.tokens >= few.tokens * 0.97
    assert more.ttft >= few.ttft * 0.97
    assert more.tpot >= few.tpot * 0.97


def test_a_faster_chip_never_serves_less() -> None:
    for name in ("hbm_bandwidth", "peak"):
        better = replace(H200, **{name: 1.5 * getattr(H200, name), "tdp": 1.5 * H200.tdp})
        got = serve(LLAMA, better, *WHERE[2:], Requests(1024.0, 512.0, 64.0))
        assert got.tokens > served(concurrency=64.0).tokens


def test_weights_that_do_not_fit_give_no_number() -> None:
    got = serve(LLAMA, H200, deployments(tp=[1, 4]), formats("bf16"), Requests(1024.0, 512.0, 4.0))
    assert np.isnan(got.tokens).tolist() == [True, False]
    assert np.isnan(got.ttft).tolist() == [True, False]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"isl": 0.0}, r"requests: isl: 0; expected a number of at least 1\."),
        ({"concurrency": float("nan")}, r"requests: concurrency: nan; expected a number of at least 1\."),
        ({"cached": 1.5}, r"requests: cached: 1\.5; expected a number of at least 0 and at most 0\.999\."),
        ({"skew": 0.5}, r"requests: skew: 0\.5; expected a number of at least 1\."),
    ],
)
def test_requests_that_cannot_be_are_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        served(**wrong)


def test_a_prompt_in_the_cache_is_not_read_again() -> None:
    assert served(isl=8192.0, cached=0.9).ttft < 0.3 * served(isl=8192.0).ttft
    assert served(isl=8192.0, cached=0.9).tokens > served(isl=8192.0).tokens


def test_a_draft_yields_the_sum_of_the_chances_that_all_before_were_right() -> None:
    assert tokens_per_step(3, 0.8) == pytest.approx(1 + 0.8 + 0.8**2 + 0.8**3)
    assert tokens_per_step(0, 0.8) == 1


def test_guesses_that_are_right_speed_up_a_small_batch_and_wrong_ones_slow_it_down() -> None:
    alone = served(concurrency=1.0).tpot
    assert served(concurrency=1.0, guesses=3.0, accepted=0.8, draft=0.05).tpot < 0.6 * alone
    assert served(concurrency=1.0, guesses=3.0, accepted=0.0, draft=0.05).tpot > 1.1 * alone


def test_requests_that_arrive_together_wait_longer_and_are_then_disturbed_less() -> None:
    apart, together = (
        serve(*WHERE, Requests(4096.0, 512.0, 32.0), engine=replace(RECORDED, burst=share)) for share in (0.0, 1.0)
    )
    assert together.ttft > 3 * apart.ttft
    assert together.tpot < apart.tpot


def test_a_batch_of_prompts_and_its_steps_make_a_static_answer() -> None:
    where = (LLAMA, A100, deployments(tp=8), formats("bf16"))
    one = static_latency(*where, 512.0, 1.0, 8.0)
    assert one == pytest.approx(prompt_latency(*where, 512.0, batch=8.0, engine=LAUNCHED).total)
    two = static_latency(*where, 512.0, 2.0, 8.0)
    step = decode_latency(*where, 512.5, batch=8.0, engine=LAUNCHED).total
    assert two - one == pytest.approx(step, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "tp", "isl", "osl", "batch", "milliseconds"),
    # FasterTransformer's published tables, GPT on A100-SXM-80GB in 16 bits.
    [
        ("GPT3-175B", 8, 512, 32, 8, 2629.97),
        ("FT-GPT-89B", 8, 512, 32, 4, 1133.22),
        ("FT-GPT-20B", 1, 200, 200, 1, 5648),
    ],
)
def test_static_answers_take_what_was_published(
    model: str, tp: int, isl: int, osl: int, batch: int, milliseconds: float
) -> None:
    where = (shapes([find_model(model)]), A100, deployments(tp=tp), formats("bf16"))
    assert 1e3 * static_latency(*where, isl, osl, batch) == pytest.approx(milliseconds, rel=0.12)


def test_readers_and_writers_keep_as_many_requests_in_the_loop_as_there_are() -> None:
    for many in (1.0, 32.0, 5000.0):
        got = pool_service(LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"), 2048.0, 256.0, many)
        assert got.requests * (got.ttft + 255 * got.tpot) == pytest.approx(many, rel=1e-6)
        assert 0 < got.reading <= 1


def test_the_first_token_of_one_request_takes_the_reading_and_the_sending() -> None:
    got = pool_service(LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"), 2048.0, 256.0, 1.0)
    read = prompt_latency(LLAMA, H200, deployments(tp=2), formats("fp8"), 2048.0).total
    assert got.transfer > 0
    assert got.ttft == pytest.approx(read + got.transfer)


def test_matched_readers_are_busy_when_the_writers_are_full() -> None:
    where = (LLAMA, H200, deployments(tp=2), deployments(tp=8), formats("fp8"), 4096.0, 256.0, 5000.0)
    alone = pool_service(*where, readers=1000.0)
    one = pool_service(*where, readers=1.0)
    many = matched(one.requests, alone.requests)
    both = pool_service(*where, readers=np.ceil(many))
    assert both.requests == pytest.approx(alone.requests)
    assert many / np.ceil(many) == pytest.approx(both.reading, rel=1e-6)
