"""Serving: the fixed point holds, limits are those of a closed loop, and published latencies are near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.batching import ROUNDS
from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Passing, deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.inference import step_time
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.pools import pool_service
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
POOLS = (LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"))


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
    assert got.ttft == pytest.approx(RECORDED.front + prompt_latency(*WHERE, 1024.0).total)
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
        ({"isl": 0.0}, r"requests: isl: 0; expected a finite number of at least 1\."),
        ({"concurrency": float("nan")}, r"requests: concurrency: nan; expected a finite number of at least 1\."),
        ({"cached": 1.5}, r"requests: cached: 1\.5; expected a number from 0 to 0\.999\."),
        ({"skew": 0.5}, r"requests: skew: 0\.5; expected a finite number of at least 1\."),
    ],
)
def test_requests_that_cannot_be_are_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        served(**wrong)


def one(part: np.ndarray, at: int) -> float:
    flat = np.ravel(part)
    return float(flat[at % flat.size])


def plain(at: int, cuts: np.ndarray, asked: dict[str, np.ndarray]) -> dict[str, float]:
    """What one configuration yields, in plain numbers: the batch and the prompts in a step found in three rounds."""
    ask = {name: float(part[at]) for name, part in asked.items()}
    where = (LLAMA, H200, deployments(*cuts[at]), WHERE[3])
    stages, groups = float(cuts[at][1]), float(cuts[at][3])
    fresh, prefix = ask["isl"] * (1 - ask["cached"]), ask["isl"] * ask["cached"]
    pieces = float(-(-fresh // ask["chunk"]))
    held = capacity(*where, ask["isl"] + ask["osl"], workspace_tokens=ask["chunk"]).sequences
    running = min(ask["concurrency"], one(held, 0))
    room = min(max(ask["chunk"] * groups * stages / fresh, 1.0), max(running / 2, 1.0))
    width = ask["guesses"] + 1
    steps = (ask["osl"] - 1) / sum(ask["accepted"] ** k for k in range(int(ask["guesses"]) + 1))
    part, known = fresh / pieces, prefix + (fresh - fresh / pieces) / 2

    def seconds(decoding: float, prompts: float, steady: bool = True) -> float:
        passing = Passing(decoding, ask["isl"] + ask["osl"] / 2, width, prompts, part, known)
        return one(step_time(*where, passing, steady=steady, skew=ask["skew"]).total, 0)

    own, slower = RECORDED.front + pieces * seconds(0.0, 1.0, steady=False), 1 + ask["guesses"] * ask["draft"]
    few, share = min(groups, room), 1 - RECORDED.burst
    line = min(max(RECORDED.burst * (running - 1), few), room)
    behind = RECORDED.burst * (running - 1) * pieces / line / 2
    others = share * (running - 1) * pieces
    least = min(max(others / max(steps - behind, 1e-9), few), room)
    decoding, filled = running, max(line, least)
    pure, mixed = seconds(decoding, 0.0), seconds(decoding, filled)
    each = (mixed - seconds(decoding, few)) / (filled - few) if filled > few else 0.0
    for again in range(ROUNDS + 1):
        queued = max(mixed + each * (line - filled), pure)
        carrying = others / filled + behind
        mean = (others / filled * mixed + behind * queued) / carrying if carrying else 0.0
        met = min(carrying, steps)
        first = own + behind * queued + (carrying - met) * mean
        after = (steps * slower - met) * pure + met * mean
        if again == ROUNDS:
            break
        rest = first + after - others / filled * (mixed - pure) - share * pieces * each
        arrive = share * pieces * (running * pure + max(mixed - pure - each * filled, 0.0)) / rest if rest > 0 else room
        filled = min(max(arrive, least), room)
        decoding = min(max(running * after / (first + after), 1.0), running)
        pure, mixed = seconds(decoding, 0.0), seconds(decoding, filled)
    rate = running / (first + after)
    queue = (ask["concurrency"] - running) / rate
    return {"ttft": first + queue, "tpot": after / (ask["osl"] - 1), "tokens": rate * ask["osl"], "decoding": decoding}


def test_many_loads_at_once_equal_a_plain_calculation_for_each() -> None:
    many, draw = 40, np.random.default_rng(5)
    cuts = np.array([[4, 1, 1, 1], [8, 1, 1, 1], [2, 2, 1, 1], [2, 1, 1, 4]])[draw.integers(0, 4, many)]
    guesses = draw.integers(0, 4, many).astype(float)
    asked = {
        "isl": draw.integers(16, 20_000, many).astype(float),
        "osl": draw.integers(2, 2000, many).astype(float),
        "concurrency": draw.integers(1, 2000, many).astype(float),
        "chunk": draw.choice([512.0, 2048.0, 8192.0], many),
        "cached": draw.choice([0.0, 0.5], many),
        "guesses": guesses,
        "accepted": draw.choice([0.5, 0.8], many),
        "draft": draw.choice([0.0, 0.05], many),
        "skew": draw.choice([1.0, 1.5], many),
    }
    got = serve(LLAMA, H200, deployments(*cuts.T), WHERE[3], Requests(**asked))
    for at in range(many):
        for name, value in plain(at, cuts, asked).items():
            assert getattr(got, name)[at] == pytest.approx(value, rel=1e-9), (at, name)


@pytest.mark.parametrize("cached", [0.25, 0.9])
def test_what_is_cached_of_a_prompt_is_its_prefix(cached: float) -> None:
    got = served(isl=8192.0, cached=cached, concurrency=1.0)
    read = prompt_latency(*WHERE, 8192.0 * (1 - cached), prefix=8192.0 * cached).total
    assert got.ttft - RECORDED.front == pytest.approx(read)


def test_a_prompt_that_fits_into_a_chunk_is_not_cut_and_a_longer_one_is_read_in_parts() -> None:
    whole, wide = (served(isl=8192.0, concurrency=1.0, chunk=chunk).prefill for chunk in (8192.0, 16384.0))
    assert whole == wide
    quarter = prompt_latency(*WHERE, 2048.0, prefix=3072.0).total
    assert served(isl=8192.0, concurrency=1.0, chunk=2048.0).prefill == pytest.approx(4 * quarter)


def test_smaller_chunks_of_a_prompt_never_speed_it_up() -> None:
    read = [float(served(isl=8192.0, concurrency=1.0, chunk=chunk).prefill[0]) for chunk in (8192.0, 4096.0, 1024.0)]
    assert read == sorted(read)


@settings(max_examples=30, deadline=None)
@given(st.floats(1.0, 4.0), st.floats(1.0, 3.0), st.integers(1, 4096))
def test_busier_experts_never_serve_more(skew: float, factor: float, many: int) -> None:
    where = (shapes([find_model("DeepSeek-V3")]), H200, deployments(1, 1, 16, 16), formats("fp8_block"))
    fair, skewed = (
        serve(*where, Requests(1024.0, 256.0, float(many), skew=load)).tokens for load in (skew, skew * factor)
    )
    assert skewed <= fair * (1 + 1e-9)


def test_a_model_without_experts_does_not_know_skew() -> None:
    assert served(skew=3.0).tokens == served().tokens


def test_requests_swap_with_their_results() -> None:
    isl, many = np.array([512.0, 4096.0, 1500.0]), np.array([8.0, 64.0, 300.0])
    order = np.array([2, 0, 1])
    there = serve(*WHERE, Requests(isl, 256.0, many))
    back = serve(*WHERE, Requests(isl[order], 256.0, many[order]))
    for name in Service.__slots__:
        np.testing.assert_array_equal(getattr(there, name)[order], getattr(back, name))


@pytest.mark.parametrize("wrong", [float("nan"), 0.0, -1.0, float("inf")])
@pytest.mark.parametrize(
    ("place", "ask"),
    [
        ("prompt: tokens", lambda figure: prompt_latency(*WHERE, figure)),
        ("prompt: batch", lambda figure: prompt_latency(*WHERE, 128.0, batch=figure)),
        ("decode: batch", lambda figure: decode_latency(*WHERE, 128.0, batch=figure)),
        ("static batch: osl", lambda figure: static_latency(*WHERE, 128.0, figure, 8.0)),
        ("pools: concurrency", lambda figure: pool_service(*POOLS, 2048.0, 256.0, figure)),
        ("pools: readers", lambda figure: pool_service(*POOLS, 2048.0, 256.0, 8.0, readers=figure)),
    ],
)
def test_figures_that_are_no_counts_are_refused_with_their_place(
    place: str, ask: Callable[[float], object], wrong: float
) -> None:
    with pytest.raises(InputError, match=rf"{place}: {wrong:g}; expected a finite number"):
        ask(wrong)


def test_arrays_that_do_not_line_up_are_refused_with_both_lengths() -> None:
    where = (LLAMA, H200, deployments(tp=[2, 4, 8]), formats("fp8"))
    with pytest.raises(InputError, match=r"decode: batch: 2 values, and layout has 3; expected one for all"):
        decode_latency(*where, 128.0, batch=np.array([1.0, 2.0]))
    with pytest.raises(InputError, match=r"requests: isl: 2 values, and layout has 3"):
        serve(*where, Requests(np.array([1.0, 2.0]), 128.0, 8.0))
    with pytest.raises(InputError, match=r"pools: osl: 2 values, and reader has 3"):
        pool_service(LLAMA, H200, where[2], deployments(tp=4), where[3], 128.0, np.array([1.0, 2.0]), 8.0)


MISFIT = (LLAMA, H200, deployments(tp=[7, 4]), formats("fp8", kv="fp8"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda **how: serve(*MISFIT, Requests(1024.0, 512.0, 32.0), **how).tokens,
        lambda **how: prompt_latency(*MISFIT, 1024.0, **how).total,
        lambda **how: decode_latency(*MISFIT, 1024.0, **how).total,
        lambda **how: static_latency(*MISFIT, 1024.0, 512.0, 8.0, **how),
        lambda **how: pool_service(LLAMA, H200, *MISFIT[2:3] * 2, MISFIT[3], 1024.0, 512.0, 32.0, **how).tokens,
    ],
)
def test_a_deployment_that_cannot_cut_its_model_is_refused_or_gives_no_number(ask: Callable[..., np.ndarray]) -> None:
    with pytest.raises(InputError, match=r"\[0\]: tp: 7; expected a divisor of the 64 heads\. Nearest that fits: 8\."):
        ask()
    assert np.isnan(ask(strict=False)).tolist() == [True, False]


def test_a_prompt_in_the_cache_is_not_read_again() -> None:
    assert served(isl=8192.0, cached=0.9).ttft < 0.3 * served(isl=8192.0).ttft
    assert served(isl=8192.0, cached=0.9).tokens > served(isl=8192.0).tokens


def test_a_draft_yields_the_sum_of_the_chances_that_all_before_were_right() -> None:
    assert tokens_per_step(3, 0.8) == pytest.approx(1 + 0.8 + 0.8**2 + 0.8**3)
    assert tokens_per_step(0, 0.8) == 1


def test_a_draft_that_is_always_right_yields_all_it_proposes_and_the_token_of_the_step() -> None:
    assert tokens_per_step(3, 1.0) == 4
    with pytest.raises(InputError, match=r"draft: accepted: 1\.5; expected a number from 0 to 1\."):
        tokens_per_step(3, 1.5)


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
