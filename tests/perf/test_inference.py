"""One step of inference: equal to a plain sum over layers, right in its limits, and better with better chips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.attention import decode_attention_time, prefill_attention_time
from gigawatt.perf.collective import collective_time, point_to_point_time
from gigawatt.perf.deployment import Deployment, Formats, Passing, deployments, formats
from gigawatt.perf.formats import format_bytes, format_code
from gigawatt.perf.gemm import gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.inference import PASSES, SORTS, StepTime, step_time
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.library import built_in_models, built_in_systems, find_model, find_system
from gigawatt.perf.matmul import EXPERT, NAMES, matmuls
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import LAUNCHED, RECORDED, Engine
from gigawatt.perf.system import TOPOLOGIES

BF16 = format_code("bf16")
MODELS = list(built_in_models().values())
SYSTEMS = list(built_in_systems().values())
BARE = Engine(layer_gap=0.0, wait=1.0, grouped=1.0, sequence_gap=0.0, burst=0.0)
PARTS = ("products", "experts", "attention", "vector", "exchange", "idle", "gap")


def one(part: np.ndarray) -> float:
    return float(np.ravel(part)[0])


def plain(shape: Shape, chips: Hardware, cut: Deployment, number: Formats, batch: Passing, engine: Engine) -> float:
    """The seconds of one configuration, added up layer by layer and matrix by matrix."""
    tp, pp, ep, groups = (int(one(count)) for count in (cut.tp, cut.pp, cut.ep, cut.attention_dp))
    lots = max(min(pp, batch.decoding + batch.prompts), 1.0)
    decoding, prompts = batch.decoding / lots, max(batch.prompts / lots, min(batch.prompts, 1.0))
    together = decoding * batch.width + prompts * batch.tokens
    decoding, prompts = (many / min(groups, max(many, 1.0)) for many in (decoding, prompts))
    rows = decoding * batch.width + prompts * batch.tokens
    layers = -(-int(one(shape.layers)) // pp) / one(shape.layers)
    table = matmuls(shape, cut.tp, cut.group / cut.ep)
    total = 0.0
    for kind, name in enumerate(NAMES):
        if one(table.layers[kind]) == 0:
            continue
        n, k, m, many = table.n[kind], table.k[kind], rows, 1.0
        weight, product = (BF16, BF16) if name in ("head", "router") else (number.weight, number.product)
        if name == "head":
            m = decoding + prompts
        if name in EXPERT:
            weight = product = number.expert
            many = one(shape.experts_met(together)) / ep
            m = together * one(shape.active) / ep / many
        time = gemm_time(m, n, k, chips, product, weight_format=weight, groups=many, fused=True)
        compute = one(time.compute)
        if name in EXPERT:
            rate = one(chips.rate(product))
            ideal = 2 * m * one(n) * one(k) * many / rate / one(sustained_share(rate, chips))
            compute = max(compute, engine.grouped * ideal)
        both = (compute**CALIBRATED.blend + one(time.memory) ** CALIBRATED.blend) ** (1 / CALIBRATED.blend)
        total += (one(time.launch) + both) * (1 / pp if name == "head" else one(table.layers[kind]) * layers)
    heads, kv_heads = (-(-one(count) // tp) for count in (shape.heads, shape.kv_heads))
    held = one(shape.kv_values) * (1.0 if one(shape.kv_rank) > 0 else kv_heads / one(shape.kv_heads))
    for many, reach in ((one(shape.full), np.inf), (one(shape.windowed), one(shape.window))):
        seen = min(batch.context, reach)
        cache = decoding * seen * held * one(format_bytes(number.kv))
        work = decoding * batch.width * seen * one(shape.decode_flops) * heads / one(shape.heads)
        spent = one(decode_attention_time(cache, work, chips, BF16))
        if prompts * batch.tokens > 0:
            keys = float(np.mean(np.minimum(batch.prefix + np.arange(batch.tokens) + 0.5, reach)))
            sizes = prompts, batch.tokens, keys, heads, kv_heads, shape.qk_dim, shape.v_dim
            spent += one(prefill_attention_time(*sizes, chips, BF16))
            if engine.scores > 0:
                ideal = prompts * batch.tokens * (batch.prefix + batch.tokens) * heads * engine.scores
                ideal /= one(chips.hbm_bandwidth)
                spent += ideal / CALIBRATED.hbm + (CALIBRATED.hbm_ramp * ideal) ** 0.5
        total += many * layers * spent
    state = 8 * (decoding + prompts) * one(shape.state) / tp
    if state > 0:
        ideal = state / one(chips.hbm_bandwidth)
        stream = ideal / CALIBRATED.hbm + (CALIBRATED.hbm_ramp * ideal) ** 0.5
        total += one(shape.recurrent) * layers * (CALIBRATED.launch + stream)
    hidden = 2 * rows * one(shape.hidden)
    inner = one(shape.dense) * one(shape.ffn)
    inner += one(shape.moe) * (one(shape.active) * one(shape.expert_ffn) + one(shape.shared_ffn))
    passed = hidden * (PASSES * one(shape.layers) + SORTS * one(shape.moe) * one(shape.active) / tp)
    passed += 2 * rows * one(shape.mlp) * inner / tp
    total += engine.layer_gap * one(shape.layers) * layers
    total += passed * layers / one(chips.hbm_bandwidth) / CALIBRATED.hbm
    moe = one(shape.moe) * layers
    sums = 2 * one(shape.layers) * layers - (moe if groups > 1 else 0)
    summed = one(collective_time("all_reduce", hidden, tp, chips))
    topology, joined = TOPOLOGIES[int(one(chips.level_topology[0]))], one(chips.level_chips[0])
    if engine.at_once and topology != "torus" and 1 < tp <= joined:
        share = (tp - 1) / (joined - 1) if topology == "mesh" else 1.0
        read = CALIBRATED.wire_gather * hidden * (tp - 1) / share / one(chips.level_bandwidth[0])
        summed = min(summed, CALIBRATED.collective + CALIBRATED.step + one(chips.level_latency[0]) + read)
    exchanged = sums * summed
    if groups > 1:
        copies = min(one(shape.active), ep)
        routed = hidden * max(copies, 1.0) / tp
        for width in (min(one(format_bytes(number.expert)) / 2, 1.0), 1.0):
            exchanged += moe * one(collective_time("all_to_all", width * routed, tp * groups, chips, copies=copies))
    exchanged += one(collective_time("all_gather", 2 * (decoding + prompts) * shape.vocab, tp, chips)) / pp
    if pp > 1:
        exchanged += one(point_to_point_time(hidden / tp, tp * groups, chips))
    total += exchanged * engine.wait
    host = engine.sequence_gap * (batch.decoding + batch.prompts) / groups
    launched = engine.eager * one(shape.layers) * layers * lots if batch.prompts > 0 else 0.0
    return total * max(lots, pp) + host + launched


def world(many: int) -> tuple[Shape, Hardware, Deployment, Formats, Passing]:
    """Configurations of all kinds, drawn with a fixed seed."""
    draw = np.random.default_rng(7)
    cuts = np.array([[1, 1, 1, 1], [8, 1, 8, 1], [4, 2, 2, 1], [1, 1, 8, 8], [2, 4, 1, 4]])[draw.integers(0, 5, many)].T
    codes = draw.choice([format_code(name) for name in ("bf16", "fp8", "fp8_block", "fp4")], (4, many))
    batch = Passing(
        decoding=draw.integers(1, 300, many).astype(float),
        context=draw.integers(1, 20_000, many).astype(float),
        width=draw.integers(1, 4, many).astype(float),
        prompts=draw.integers(0, 4, many).astype(float),
        tokens=draw.integers(1, 8192, many).astype(float),
        prefix=draw.integers(0, 4096, many).astype(float),
    )
    return (
        shapes(MODELS, draw.integers(0, len(MODELS), many)),
        hardware(SYSTEMS, draw.integers(0, len(SYSTEMS), many)),
        deployments(*cuts),
        Formats(*codes),
        batch,
    )


@pytest.mark.parametrize("engine", [RECORDED, LAUNCHED])
def test_many_configurations_at_once_equal_a_plain_sum_for_each(engine: Engine) -> None:
    many = 60
    shape, chips, cut, number, batch = world(many)
    together = step_time(shape, chips, cut, number, batch, engine=engine).total
    alone = [
        plain(
            shape.take([at]),
            chips.take([at]),
            Deployment(*(getattr(cut, name)[[at]] for name in Deployment.__slots__)),
            Formats(*(getattr(number, name)[[at]] for name in Formats.__slots__)),
            Passing(*(float(np.asarray(getattr(batch, name))[at]) for name in Passing.__slots__)),
            engine,
        )
        for at in range(many)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-9)


def test_the_parts_add_up_to_the_total() -> None:
    for steady in (True, False):
        time = step_time(*world(200), steady=steady)
        np.testing.assert_allclose(sum(getattr(time, part) for part in PARTS), time.total, rtol=1e-12)
        assert all(np.all(getattr(time, part) >= 0) for part in PARTS)


def test_the_order_of_configurations_does_not_matter() -> None:
    shape, chips, cut, number, batch = world(50)
    back = np.arange(50)[::-1]
    turned = step_time(
        shape.take(back),
        chips.take(back),
        Deployment(*(getattr(cut, name)[back] for name in Deployment.__slots__)),
        Formats(*(getattr(number, name)[back] for name in Formats.__slots__)),
        Passing(*(np.asarray(getattr(batch, name))[back] for name in Passing.__slots__)),
    )
    np.testing.assert_array_equal(turned.total[back], step_time(shape, chips, cut, number, batch).total)


def test_more_bandwidth_flops_or_faster_links_never_slow_a_step() -> None:
    shape, chips, cut, number, batch = world(300)
    before = step_time(shape, chips, cut, number, batch).total
    memory = replace(chips, hbm_bandwidth=1.5 * chips.hbm_bandwidth)
    # More of everything that limits arithmetic: rate, and with it the power it may draw.
    flops = replace(chips, peak=1.5 * chips.peak, tdp=1.5 * chips.tdp)
    links = replace(chips, level_bandwidth=1.5 * chips.level_bandwidth)
    assert np.all(step_time(shape, memory, cut, number, batch).total < before)
    assert np.all(step_time(shape, flops, cut, number, batch).total <= before)
    assert np.all(step_time(shape, links, cut, number, batch).total <= before)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 256), st.integers(1, 50_000), st.integers(1, 8192), st.floats(1.01, 4))
def test_more_sequences_context_or_tokens_take_longer(many: int, context: int, tokens: int, factor: float) -> None:
    shape, chips = shapes([find_model("Llama3-8B")]), hardware([find_system("H100-SXM-80GB")])

    def total(**given: float) -> float:
        return one(step_time(shape, chips, deployments(), formats("bf16"), Passing(**given)).total)

    assert total(decoding=many * factor, context=context) > total(decoding=many, context=context)
    assert total(decoding=many, context=context * factor) >= total(decoding=many, context=context)
    assert total(prompts=1, tokens=tokens * factor) > total(prompts=1, tokens=tokens)


def stripped(model: str, batch: Passing, kernels: object) -> tuple[Shape, Hardware, StepTime]:
    shape, chips = shapes([find_model(model)]), hardware([find_system("H100-SXM-80GB")])
    time = step_time(shape, chips, deployments(), formats("bf16"), batch, engine=BARE, kernels=kernels)
    return shape, chips, time


def test_one_sequence_on_kernels_without_latency_streams_the_weights_and_nothing_else() -> None:
    ideal = replace(CALIBRATED, launch=0.0, hbm=1.0, hbm_ramp=0.0, decode_latency=0.0, blend=1e3)
    shape, chips, time = stripped("Llama3-70B", Passing(decoding=1.0, context=0.0), ideal)
    weights = 2 * one(shape.matmul_parameters)
    assert one(time.products) == pytest.approx(weights / one(chips.hbm_bandwidth), rel=2e-3)
    assert one(time.moved) == pytest.approx(weights, rel=2e-3)


def test_a_step_does_the_flop_its_tokens_need() -> None:
    for model in ("Llama3-8B", "DeepSeek-V3", "Qwen3-30B-A3B", "gpt-oss-120b"):
        shape, _, time = stripped(model, Passing(decoding=4096.0, context=1000.0), CALIBRATED)
        seen = one(shape.full) * 1000 + one(shape.windowed) * min(1000, one(shape.window))
        expected = 4096 * (one(shape.matmul_flops) + seen * one(shape.decode_flops))
        assert one(time.flops) == pytest.approx(expected, rel=1e-6)


def test_a_group_that_attends_alone_has_whole_prompts() -> None:
    shape, chips = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H200-SXM-141GB")])
    where = shape, chips, deployments(ep=8, attention_dp=8), formats("fp8_block")
    lone, each = (step_time(*where, Passing(prompts=many, tokens=4096.0)) for many in (1.0, 8.0))
    assert lone.attention == each.attention
    assert lone.experts < each.experts


def test_nothing_to_do_takes_no_time() -> None:
    _, _, time = stripped("Llama3-8B", Passing(), CALIBRATED)
    assert one(time.total) == 0


def test_a_prompt_in_a_pipeline_passes_as_a_whole_however_many_others_decode() -> None:
    where = shapes([find_model("Llama3-70B")]), hardware([find_system("H100-SXM-80GB")]), deployments(tp=4, pp=4)

    def step(decoding: float, prompts: float) -> StepTime:
        passing = Passing(decoding=decoding, context=1024.0, prompts=prompts, tokens=4096.0)
        return step_time(*where, formats("bf16"), passing)

    alone = one(step(0.0, 1.0).total)
    times = [one(step(decoding, 1.0).total) for decoding in (1.0, 2.0, 3.0, 64.0)]
    assert alone <= times[0] * 1.001
    assert times == sorted(times)
    # As many prompts as stages take as long as one, and do four times as much.
    assert one(step(64.0, 4.0).total) == pytest.approx(times[-1], rel=0.01)


def test_what_is_done_in_a_pipeline_is_what_its_tokens_need() -> None:
    where = shapes([find_model("Llama3-70B")]), hardware([find_system("H100-SXM-80GB")])
    batch = Passing(decoding=6.0, context=1024.0, prompts=1.0, tokens=512.0)
    flat, deep = (step_time(*where, deployments(pp=pp), formats("bf16"), batch) for pp in (1, 4))
    assert one(deep.flops) == pytest.approx(one(flat.flops) / 4, rel=1e-9)


@pytest.mark.parametrize("skew", [0.5, -1.0, float("nan")])
def test_experts_that_are_less_busy_than_the_mean_are_refused(skew: float) -> None:
    with pytest.raises(InputError, match=rf"step: skew: {skew:g}; expected a finite number of at least 1"):
        step_time(*world(1), skew=skew)


def test_what_passes_and_where_line_up_or_are_refused() -> None:
    shape, chips, cut, number, _ = world(3)
    with pytest.raises(InputError, match=r"step: decoding: 2 values, and shape has 3"):
        step_time(shape, chips, cut, number, Passing(decoding=[1.0, 2.0]))


def test_busier_experts_take_longer() -> None:
    shape, chips = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H200-SXM-141GB")])
    cut, number = deployments(tp=1, ep=32, attention_dp=32), formats("fp8_block")
    batch = Passing(decoding=8192.0, context=1000.0)
    even, uneven = (one(step_time(shape, chips, cut, number, batch, skew=skew).experts) for skew in (1.0, 2.0))
    assert uneven > even


def test_a_pipeline_that_drains_idles_and_one_that_does_not_keeps_its_stages_busy() -> None:
    shape, chips = shapes([find_model("Llama3-70B")]), hardware([find_system("A100-SXM-80GB")])
    batch = Passing(prompts=4.0, tokens=512.0)
    drained, steady = (
        step_time(shape, chips, deployments(pp=4), formats("bf16"), batch, steady=steady, engine=BARE)
        for steady in (False, True)
    )
    assert one(steady.idle) == 0
    assert one(drained.total) == pytest.approx(one(steady.total) * 7 / 4)


def test_small_sums_take_one_step_where_all_chips_are_joined_and_large_ones_go_around() -> None:
    shape, cut, number = shapes([find_model("Llama3-70B")]), deployments(tp=8), formats("fp8")
    for name, gains in (("H100-SXM-80GB", True), ("MI300X", True), ("TPU-v5p", False)):
        chips = hardware([find_system(name)])
        for batch, small in ((Passing(decoding=1.0, context=64.0), True), (Passing(prompts=8.0, tokens=8192.0), False)):
            ring, once = (
                step_time(shape, chips, cut, number, batch, engine=replace(RECORDED, at_once=one_step)).exchange
                for one_step in (False, True)
            )
            assert (once < ring) == (gains and small), (name, small)
            assert once <= ring


def test_scores_that_pass_through_memory_grow_with_the_square_of_a_prompt() -> None:
    where = (
        shapes([find_model("Llama3-8B")]),
        hardware([find_system("Inferentia2")]),
        deployments(tp=8),
        formats("bf16"),
    )
    fused, stored = (replace(LAUNCHED, scores=size) for size in (0.0, LAUNCHED.scores))

    def more(tokens: float) -> float:
        passing = Passing(prompts=1.0, tokens=tokens)
        with_scores, without = (step_time(*where, passing, engine=engine).attention for engine in (stored, fused))
        return one(with_scores - without)

    assert more(16384.0) == pytest.approx(4 * more(8192.0), rel=0.05)
