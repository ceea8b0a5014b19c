"""Laws of inference: what more of anything does, limits in closed form, symmetries, and units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Formats, Passing, deployments, formats
from gigawatt.perf.formats import Floats, format_bytes
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.inference import StepTime, step_time
from gigawatt.perf.model import Experts, Transformer
from gigawatt.perf.pools import pool_service
from gigawatt.perf.serving import Requests, Service, decode_latency, prompt_latency, serve, static_latency
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import LAUNCHED, RECORDED, Engine
from gigawatt.perf.system import Chip, Level, System
from laws.perf_worlds import (
    BARE_ENGINE,
    IDEAL,
    ServingWorld,
    better,
    cuts,
    endless,
    farther,
    faster_clock,
    near,
    plain_models,
    quicker_engine,
    quicker_kernels,
    serving_worlds,
    systems,
    transformers,
)

some = settings(max_examples=25, deadline=None)
factors = st.floats(1.001, 8.0)
engines = st.sampled_from((RECORDED, LAUNCHED))

SCALES = ("peak", "hbm_bandwidth", "tdp")


def step(world: ServingWorld, chips: Hardware | None = None, **given_: object) -> StepTime:
    batch = replace(world.batch, **{name: given_.pop(name) for name in list(given_) if name in Passing.__slots__})
    return step_time(world.shape, chips or world.chips, world.cut, world.number, batch, **given_)  # type: ignore[arg-type]


def asked(world: ServingWorld, concurrency: Floats | float) -> Requests:
    return Requests(world.batch.tokens, 1 + 64 * np.asarray(world.batch.width), concurrency)


def never_slower(after: Floats, before: Floats) -> bool:
    return bool(np.all(after <= before * (1 + 1e-9)))


@some
@given(serving_worlds(), engines, st.booleans())
def test_every_deployment_has_a_time_that_its_parts_add_up_to(
    world: ServingWorld, engine: Engine, steady: bool
) -> None:
    done = step(world, engine=engine, steady=steady)
    parts = [getattr(done, name) for name in StepTime.__slots__ if name not in ("total", "flops", "moved", "sent")]
    assert all(np.all(np.isfinite(part) & (part >= 0)) for part in parts)
    assert np.sum(np.stack(parts), axis=0) == near(done.total, rel=1e-12)
    assert np.all(done.total > 0)


@some
@given(serving_worlds(), factors, st.sampled_from(SCALES), engines)
def test_a_better_chip_never_takes_longer(world: ServingWorld, factor: float, name: str, engine: Engine) -> None:
    faster = better(world.chips, name, factor)
    assert never_slower(step(world, faster, engine=engine).total, step(world, engine=engine).total)


@some
@given(serving_worlds(), factors, st.integers(0, 3), engines)
def test_a_better_network_at_any_level_never_takes_longer(
    world: ServingWorld, factor: float, level: int, engine: Engine
) -> None:
    at = min(level, len(world.chips.level_bandwidth) - 1)
    faster = better(world.chips, "level_bandwidth", factor, at)
    assert never_slower(step(world, faster, engine=engine).total, step(world, engine=engine).total)


@some
@given(serving_worlds(), st.floats(1e-7, 1e-3))
def test_a_farther_network_is_never_faster(world: ServingWorld, seconds: float) -> None:
    assert never_slower(step(world).total, step(world, farther(world.chips, seconds)).total)


@some
@given(serving_worlds(), st.integers(1, 50_000), st.sampled_from(("context", "tokens", "prefix", "width")))
def test_longer_contexts_prompts_and_guesses_never_speed_a_step(world: ServingWorld, more: int, name: str) -> None:
    more = min(more, 8) if name == "width" else more
    longer = step(world, **{name: np.asarray(getattr(world.batch, name)) + more})
    assert never_slower(step(world).total, longer.total)


@some
@given(serving_worlds(), st.integers(1, 300))
def test_more_sequences_never_speed_a_step_that_only_decodes(world: ServingWorld, more: int) -> None:
    few = Passing(decoding=np.asarray(world.batch.decoding) + 1, context=world.batch.context)
    many = replace(few, decoding=few.decoding + more)
    assert never_slower(step_time(*world.place, few).total, step_time(*world.place, many).total)


@some
@given(serving_worlds(), factors, st.sampled_from(SCALES), engines)
def test_a_user_alone_never_waits_longer_on_a_better_chip(
    world: ServingWorld, factor: float, name: str, engine: Engine
) -> None:
    chips = replace(world.chips, hbm_capacity=np.full_like(world.chips.hbm_capacity, 1e15))
    one = asked(world, 1.0)
    before = serve(world.shape, chips, world.cut, world.number, one, engine=engine)
    after = serve(world.shape, better(chips, name, factor), world.cut, world.number, one, engine=engine)
    assert never_slower(after.ttft, before.ttft)
    assert never_slower(after.tpot, before.tpot)
    assert never_slower(before.tokens, after.tokens)


def roomy(chips: Hardware) -> Hardware:
    """The same chips with memory for any cache, so that no request waits for it."""
    return replace(chips, hbm_capacity=np.full_like(chips.hbm_capacity, 1e15))


def blockless(chips: Hardware) -> Hardware:
    """The same chips on one array that works on any part of a product, so that no block is padded."""
    one = np.ones_like(chips.arrays)
    return replace(roomy(chips), arrays=one, rows=one / 2**30, columns=one / 2**30, depth=one / 2**30)


@some
@given(
    serving_worlds(), factors, st.sampled_from((*SCALES, "level_bandwidth")), st.integers(1, 1000), st.integers(1, 500)
)
def test_many_users_never_get_less_or_later_on_a_better_chip(
    world: ServingWorld, factor: float, name: str, many: int, answer: int
) -> None:
    """Up to the rounds of the fixed point that are left out."""
    chips, ask = roomy(world.chips), Requests(world.batch.tokens, float(answer), float(many))
    before = serve(world.shape, chips, world.cut, world.number, ask)
    after = serve(world.shape, better(chips, name, factor), world.cut, world.number, ask)
    assert np.all(after.ttft <= before.ttft * 1.02)
    assert np.all(after.tpot <= before.tpot * 1.05)
    assert np.all(after.tokens >= before.tokens / 1.02)


@some
@given(serving_worlds(), st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 500))
def test_more_users_never_get_less_together_nor_each_more_or_earlier(
    world: ServingWorld, many: int, more: int, answer: int
) -> None:
    few, all_of_them = (
        serve(
            world.shape,
            blockless(world.chips),
            world.cut,
            world.number,
            Requests(world.batch.tokens, float(answer), float(users)),
        )
        for users in (many, many + more)
    )
    assert np.all(all_of_them.ttft >= few.ttft / 1.05)
    assert np.all(all_of_them.tpot >= few.tpot / 1.05)
    assert np.all(all_of_them.tokens >= few.tokens / 1.05)


@some
@given(serving_worlds(), st.integers(1, 1000), st.integers(1, 500))
def test_one_more_user_changes_little_at_the_edge_of_a_block(world: ServingWorld, many: int, answer: int) -> None:
    """A step may then last up to twice as long; a first token waits for one such step more, not for one a user."""
    chips = roomy(world.chips)
    few, more = (
        serve(world.shape, chips, world.cut, world.number, Requests(world.batch.tokens, float(answer), float(users)))
        for users in (many, many + 1)
    )
    assert np.all(more.ttft <= 2.1 * few.ttft)
    assert np.all(more.tokens >= few.tokens / 2.1)


@some
@given(serving_worlds(), st.integers(0, 600))
def test_a_prompt_is_never_read_faster_because_others_decode(world: ServingWorld, many: int) -> None:
    prompt = replace(world.batch, decoding=0.0, prompts=1.0)
    mixed = replace(prompt, decoding=float(many))
    assert never_slower(step_time(*world.place, prompt).total, step_time(*world.place, mixed).total)


@some
@given(serving_worlds(), factors, st.sampled_from(SCALES))
def test_a_static_answer_never_takes_longer_on_a_better_chip_nor_less_for_more(
    world: ServingWorld, factor: float, name: str
) -> None:
    given_ = (
        np.asarray(world.batch.tokens),
        1 + 8 * np.asarray(world.batch.width),
        1 + np.asarray(world.batch.decoding),
    )
    before = static_latency(*world.place, *given_)
    faster = better(world.chips, name, factor)
    assert never_slower(static_latency(world.shape, faster, world.cut, world.number, *given_), before)
    for place in range(3):
        more = [part + (at == place) for at, part in enumerate(given_)]
        assert never_slower(before, static_latency(*world.place, *more))


@some
@given(serving_worlds(), factors)
def test_more_memory_never_makes_a_deployment_infeasible(world: ServingWorld, factor: float) -> None:
    length = np.asarray(world.batch.context) + 1
    larger = better(world.chips, "hbm_capacity", factor)
    before = capacity(*world.place, length)
    after = capacity(world.shape, larger, world.cut, world.number, length)
    assert np.all(after.sequences >= before.sequences)
    assert np.array_equal(after.weights, before.weights)
    one = Requests(length, 2.0, 1.0)
    lost = np.isnan(serve(world.shape, larger, world.cut, world.number, one).tokens)
    assert not np.any(lost & ~np.isnan(serve(*world.place, one).tokens))


@some
@given(serving_worlds(), st.integers(1, 100_000))
def test_longer_sequences_never_leave_room_for_more_of_them(world: ServingWorld, more: int) -> None:
    length = np.asarray(world.batch.context) + 1
    before, after = (capacity(*world.place, tokens) for tokens in (length, length + more))
    assert np.all(after.sequences <= before.sequences)
    assert np.all(after.sequence >= before.sequence)
    assert np.array_equal(after.weights, before.weights)


@some
@given(serving_worlds(), st.integers(2, 4), st.sampled_from(("layers", "vocab")))
def test_a_larger_model_never_leaves_more_room(world: ServingWorld, factor: int, name: str) -> None:
    kinds = ("layers", "full", "windowed", "recurrent", "dense", "moe") if name == "layers" else (name,)
    larger = replace(world.shape, **{kind: factor * getattr(world.shape, kind) for kind in kinds})
    length = np.asarray(world.batch.context) + 1
    before, after = capacity(*world.place, length), capacity(larger, *world.place[1:], length)
    assert np.all(after.weights >= before.weights)
    assert np.all(after.sequences <= before.sequences)


@some
@given(serving_worlds(), st.integers(1, 600))
def test_as_many_requests_are_in_the_loop_as_come_and_go(world: ServingWorld, many: int) -> None:
    """Little's law: requests in work are the rate times the time each stays."""
    chips = replace(world.chips, hbm_capacity=np.full_like(world.chips.hbm_capacity, 1e15))
    ask = asked(world, float(many))
    got = serve(world.shape, chips, world.cut, world.number, ask)
    stay = got.ttft - got.queue + (np.asarray(ask.osl) - 1) * got.tpot
    assert got.requests * stay == near(got.running, rel=1e-9)
    assert np.all(got.tokens == got.requests * ask.osl)
    assert np.all(got.running <= many)
    assert np.all(got.ttft >= got.prefill * (1 - 1e-12))


@some
@given(transformers(), systems(), st.integers(1, 4096), st.sampled_from(("bf16", "fp8", "fp4")))
def test_with_everything_else_free_prompts_take_their_flop_over_the_peak(
    model: Transformer, system: System, tokens: int, number_format: str
) -> None:
    shape, chips = shapes([model]), endless(hardware([system]))
    number, many = formats(number_format), 64.0
    batch = Passing(prompts=many, tokens=float(tokens))
    done = step_time(shape, chips, deployments(), number, batch, engine=BARE_ENGINE, kernels=IDEAL)
    fast, wide = chips.rate(number.product)[0], chips.rate(2)[0]
    head = 2 * shape.hidden * shape.vocab
    router = 2 * shape.moe * shape.hidden * shape.experts
    products = tokens * ((shape.matmul_flops - head - router) / fast + router / wide) + head / wide
    # The states of recurrent layers are a stream here, which is free.
    attention = tokens * (shape.attention_flops(tokens) - 6 * shape.recurrent * shape.state) / wide
    assert done.total == near(many * (products + attention), rel=2e-3)


@some
@given(transformers(), systems(), st.integers(0, 100_000), st.sampled_from(("bf16", "fp8", "fp4")))
def test_one_sequence_takes_the_bytes_of_its_weights_and_its_cache_over_the_bandwidth(
    model: Transformer, system: System, context: int, number_format: str
) -> None:
    number = formats(number_format)
    chips = better(hardware([system]), "peak", 1e15)
    shape = shapes([model])
    done = decode_latency(shape, chips, deployments(), number, float(context), engine=BARE_ENGINE, kernels=IDEAL)
    wide = shape.hidden * (shape.vocab + shape.moe * shape.experts)
    weights = (shape.matmul_parameters - wide) * format_bytes(number.weight) + 2 * wide
    cache = shape.kv_bytes(context, 2.0) - 4 * shape.recurrent * shape.state
    states = 8 * shape.recurrent * shape.state
    least = (weights + cache + states) / chips.hbm_bandwidth
    # Beyond that there are only the activations, and rows that are padded to whole accesses.
    assert done.total >= least * (1 - 1e-3)
    slack = (done.moved - weights - cache - states) / chips.hbm_bandwidth
    assert done.total <= (least + slack) * 1.2
    assert done.products + done.experts >= weights / chips.hbm_bandwidth * (1 - 1e-3)


@some
@given(transformers(), systems(), st.integers(1, 256), st.integers(1, 4096), engines)
def test_one_chip_exchanges_nothing(model: Transformer, system: System, many: int, tokens: int, engine: Engine) -> None:
    place = shapes([model]), hardware([system]), deployments(), formats("bf16")
    done = step_time(*place, Passing(decoding=many, context=tokens, prompts=1.0, tokens=tokens), engine=engine)
    assert done.exchange == 0
    assert done.sent == 0
    assert done.idle == 0


@some
@given(serving_worlds(), st.randoms(use_true_random=False), engines)
def test_the_order_of_configurations_is_the_order_of_results(world: ServingWorld, dice: object, engine: Engine) -> None:
    order = list(range(world.count))
    dice.shuffle(order)  # type: ignore[attr-defined]
    mixed = world.take(order)
    one, two = step(world, engine=engine), step(mixed, engine=engine)
    for name in StepTime.__slots__:
        assert getattr(two, name) == near(np.broadcast_to(getattr(one, name), len(order))[order], rel=1e-12)


@some
@given(serving_worlds(), st.integers(1, 100))
def test_a_configuration_alone_equals_the_same_among_others(world: ServingWorld, many: int) -> None:
    together, served = step(world), serve(*world.place, asked(world, float(many)))
    for at in range(world.count):
        lone = world.take([at])
        single, service = step(lone), serve(*lone.place, asked(lone, float(many)))
        for name in StepTime.__slots__:
            assert getattr(single, name) == near(getattr(together, name)[at], rel=1e-12)
        for name in Service.__slots__:
            # Differences of nearly equal steps are rounded, and the number of prompts in a step follows from them.
            assert getattr(service, name) == near(getattr(served, name)[at], rel=1e-6)


@some
@given(plain_models(), st.integers(1, 5), st.integers(1, 64))
def test_experts_that_are_all_active_do_the_work_of_one_feed_forward_part_and_a_router(
    model: Transformer, power: int, many: int
) -> None:
    count = 2**power
    chips = hardware([System("s", Chip("c", {"bf16": 1e15}, 1e12, 1e12), 1, (Level("n", 8, 1e11),))])
    parted = replace(model, experts=Experts(count, count, model.ffn))
    one, two = (
        decode_latency(shapes([each]), chips, deployments(), formats("bf16"), 100.0, batch=float(many))
        for each in (replace(model, ffn=count * model.ffn), parted)
    )
    router = 2 * model.layers * model.hidden * count
    assert two.flops - many * router == near(one.flops, rel=1e-9)


@some
@given(serving_worlds(), st.integers(1, 500), st.integers(2, 8))
def test_so_many_times_the_replicas_serve_so_many_times_the_requests(
    world: ServingWorld, many: int, factor: int
) -> None:
    isl, osl = world.batch.tokens, 1 + 16 * np.asarray(world.batch.width)
    chips = replace(world.chips, hbm_capacity=np.full_like(world.chips.hbm_capacity, 1e15))
    place = world.shape, chips, world.cut, world.cut, world.number, isl, osl
    one = pool_service(*place, float(many))
    more = pool_service(*place, float(many * factor), readers=float(factor), writers=float(factor))
    assert more.requests == near(factor * one.requests, rel=1e-9)
    for name in ("ttft", "tpot", "transfer", "reading", "writing"):
        assert getattr(more, name) == near(getattr(one, name), rel=1e-9)


@some
@given(serving_worlds(), st.floats(0.01, 100.0), engines, st.integers(1, 100))
def test_another_unit_of_time_changes_all_times_alike(
    world: ServingWorld, factor: float, engine: Engine, many: int
) -> None:
    """Dimensional analysis: rates times a factor, and latencies over it, those of kernels and of the host too."""
    chips = faster_clock(world.chips, factor)
    quick = {"engine": quicker_engine(engine, factor), "kernels": quicker_kernels(factor)}
    plain, scaled = step(world, engine=engine), step(world, chips, **quick)
    assert scaled.total * factor == near(plain.total, rel=1e-9)
    for name in ("flops", "moved", "sent"):
        assert getattr(scaled, name) == near(getattr(plain, name), rel=1e-12)
    ask = asked(world, float(many))
    slow = serve(*world.place, ask, engine=engine)
    fast = serve(world.shape, chips, world.cut, world.number, ask, **quick)  # type: ignore[arg-type]
    for name in ("ttft", "tpot", "queue", "prefill", "step"):
        assert getattr(fast, name) * factor == near(getattr(slow, name), rel=1e-6)
    for name in ("requests", "tokens"):
        assert getattr(fast, name) / factor == near(getattr(slow, name), rel=1e-6)


@some
@given(transformers(), st.floats(13.0, 17.0), st.floats(11.0, 14.0))
def test_a_chip_of_which_only_peak_and_memory_are_known_serves(
    model: Transformer, peak: float, bandwidth: float
) -> None:
    chip = Chip("invented", {"bf16": 10**peak}, 1e14, 10**bandwidth)
    chips = hardware([System("invented", chip, 8, (Level("net", 8, 1e11),))])
    for number in (formats("bf16"), formats("fp8", kv="fp8"), formats("fp4")):
        tp = max(size for size in (1, 2, 4, 8) if cuts(model, size))
        got = serve(shapes([model]), chips, deployments(tp=tp), number, Requests(512.0, 64.0, 32.0))
        assert np.all(got.tokens > 0)
        assert np.isfinite(got.ttft + got.tpot)
        assert prompt_latency(shapes([model]), chips, deployments(), number, 512.0).total > 0


@some
@given(serving_worlds())
def test_one_format_for_all_is_the_same_as_the_format_repeated(world: ServingWorld) -> None:
    codes = [np.asarray(getattr(world.number, name))[:1] for name in Formats.__slots__]
    repeated = Formats(*(np.repeat(code, world.count) for code in codes))
    one = step_time(world.shape, world.chips, world.cut, Formats(*codes), world.batch).total
    assert one == near(step_time(world.shape, world.chips, world.cut, repeated, world.batch).total, rel=1e-12)
