"""Laws of training: what more of anything does, limits in closed form, symmetries, and units."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gigawatt.errors import InputError
from gigawatt.perf.compute import BACKWARD_ATTENTION, compute_times
from gigawatt.perf.fault import layout_faults
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.layout import ATTENTION, layouts, workloads
from gigawatt.perf.memory import PARTS, memory_parts
from gigawatt.perf.model import Experts, Transformer
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED
from gigawatt.perf.system import Chip, Level, System
from gigawatt.perf.traffic import weights_held
from gigawatt.perf.training import BLOCK, CONVENTIONS, TIMES, Training, model_flops, train
from laws.perf_worlds import (
    BARE,
    IDEAL,
    TrainingWorld,
    better,
    endless,
    farther,
    faster_clock,
    near,
    plain_models,
    quicker_kernels,
    quicker_software,
    systems,
    training_worlds,
    transformers,
)

some = settings(max_examples=30, deadline=None)
few = settings(max_examples=15, deadline=None)
factors = st.floats(1.001, 8.0)

LAYERS = ("layers", "full", "windowed", "recurrent", "dense", "moe")
"""Counts of layers: a model of twice the layers has twice as many of each kind."""

SCALES = ("peak", "hbm_bandwidth", "tdp")


def never_slower(after: Training, before: Training, even: NDArray[np.bool_]) -> bool:
    # Of uneven stages, the mean one hides the traffic of data parallelism, which a faster one may do less of.
    return bool(np.all(after.step <= before.step * (1 + np.where(even, 1e-9, 5e-3))))


def never_less(after: Floats, before: Floats) -> bool:
    return bool(np.all(after >= before * (1 - 1e-9)))


@some
@given(training_worlds())
def test_every_layout_that_breaks_no_rule_has_a_time_and_a_memory(world: TrainingWorld) -> None:
    done = train(*world.parts)
    parts = np.stack([getattr(done, name) for name in TIMES])
    assert np.all(np.isfinite(parts))
    assert np.all(parts >= 0)
    assert np.all(done.step > 0)
    assert np.all(np.isfinite(done.memory.total))
    assert parts.sum(axis=0) == near(done.step, rel=1e-12)
    assert not np.any(layout_faults(world.shape, world.layout, world.work))


@some
@given(training_worlds(), factors, st.sampled_from(SCALES))
def test_a_better_chip_never_takes_longer(world: TrainingWorld, factor: float, name: str) -> None:
    faster = better(world.chips, name, factor)
    assert never_slower(train(world.shape, faster, world.layout, world.work), train(*world.parts), world.even)


@some
@given(training_worlds(), factors, st.integers(0, 3))
def test_a_better_network_at_any_level_never_takes_longer(world: TrainingWorld, factor: float, level: int) -> None:
    at = min(level, len(world.chips.level_bandwidth) - 1)
    faster = better(world.chips, "level_bandwidth", factor, at)
    after = train(world.shape, faster, world.layout, world.work)
    assert never_slower(after, train(*world.parts), world.even)


@some
@given(training_worlds(), st.floats(1e-7, 1e-3))
def test_a_farther_network_is_never_faster(world: TrainingWorld, seconds: float) -> None:
    far = train(world.shape, farther(world.chips, seconds), world.layout, world.work)
    assert never_slower(train(*world.parts), far, world.even)


@some
@given(training_worlds(), st.integers(2, 5))
def test_more_sequences_and_longer_ones_never_take_less_time_or_memory(world: TrainingWorld, factor: int) -> None:
    before = train(*world.parts)
    for name in ("batch", "tokens"):
        more = replace(world.work, **{name: factor * getattr(world.work, name)})
        after = train(world.shape, world.chips, world.layout, more)
        assert never_slower(before, after, world.even)
        assert never_less(after.memory.total, before.memory.total)


@some
@given(training_worlds(), st.integers(2, 4))
def test_more_layers_or_words_never_take_less_time_or_memory(world: TrainingWorld, factor: int) -> None:
    before = train(*world.parts)
    deeper = replace(world.shape, **{name: factor * getattr(world.shape, name) for name in LAYERS})
    wordier = replace(world.shape, vocab=factor * world.shape.vocab)
    for larger in (deeper, wordier):
        after = train(larger, world.chips, world.layout, world.work)
        assert never_slower(before, after, world.even)
        assert never_less(after.memory.total, before.memory.total)


@st.composite
def uneven_stages(draw: st.DrawFn) -> tuple[Shape, Hardware, int]:
    """A model whose layers do not divide over so many stages."""
    stages = draw(st.integers(2, 12))
    layers = stages * draw(st.integers(1, 8)) + draw(st.integers(1, stages - 1))
    model = replace(draw(plain_models()), layers=layers)
    return shapes([model]), hardware([draw(systems())]), stages


@some
@given(uneven_stages(), st.integers(1, 64), st.integers(1, 4096))
def test_layers_that_do_not_divide_are_split_so_that_the_slowest_stage_is_the_fastest(
    parts: tuple[Shape, Hardware, int], batch: int, tokens: int
) -> None:
    shape, chips, stages = parts
    layers, work = int(shape.layers[0]), workloads(batch, tokens)
    whole = train(shape, chips, layouts(), work, software=BARE)
    layer = float((whole.step - whole.head - whole.optimiser)[0]) / layers
    slowest = min(
        max(-(-(layers - last) // (stages - 1)) * layer, last * layer + float(whole.head[0]))
        for last in range(layers // stages + 1)
    )
    done = train(shape, chips, layouts(pp=stages), work, software=BARE)
    assert done.step - done.bubble - done.pipeline - done.optimiser == near(slowest)


@some
@given(training_worlds(), st.integers(1, 4))
def test_weights_are_those_of_whole_layers(world: TrainingWorld, more: int) -> None:
    """Rounding of the layers of a stage never adds one (26 layers and a predictor over as many stages)."""
    layers = world.shape.layers + more
    shape = replace(world.shape, layers=layers, dense=world.shape.dense + more, full=world.shape.full + more)
    work = replace(world.work, predictors=np.ones_like(world.work.predictors))
    for stages in (layers + 1, layers, np.ones_like(layers)):
        common, experts = weights_held(shape, replace(world.layout, pp=stages), work)
        many = np.ceil((layers + 1) / stages)
        bare = replace(shape, vocab=0 * layers, positions=0 * layers)
        ends = np.where(stages > 1, shape.hidden * (shape.vocab + shape.positions), shape.embedding_parameters)
        held = common * world.layout.tp + experts * world.layout.ep * world.layout.expert_tp - ends
        assert held == near(bare.parameters * many / layers, rel=1e-6)


@some
@given(training_worlds(), st.integers(1, 40))
def test_one_layer_more_never_lowers_what_sharded_weights_need(world: TrainingWorld, more: int) -> None:
    layout = replace(world.layout, zero=np.full_like(world.layout.zero, 3.0))
    deeper = replace(
        world.shape,
        layers=world.shape.layers + more,
        dense=world.shape.dense + more,
        full=world.shape.full + more,
    )
    # Of different kinds of layers the mean one is taken, and so is a share of the last norm, which is a millionth.
    alike = world.shape.moe + world.shape.windowed + world.shape.recurrent == 0
    before, after = (memory_parts(shape, layout, world.work).total for shape in (world.shape, deeper))
    assert np.min((after / before)[alike], initial=1.0) >= 1 - 1e-6


@some
@given(training_worlds(), st.integers(2, 64))
def test_more_and_smaller_arrays_of_the_same_peak_never_wait_longer_for_operands(
    world: TrainingWorld, factor: int
) -> None:
    """What instructions that wait for operands slow down is products, and nothing that only moves."""
    work = replace(world.work, attention=np.full_like(world.work.attention, ATTENTION.index("fused")))
    large, small = (replace(world.chips, cycle_flops=world.chips.cycle_flops * size) for size in (factor, 1.0))
    rest = replace(CALIBRATED, attention_best=1e9)
    times = [compute_times(world.shape, each, world.layout, work, FITTED, rest).attention for each in (large, small)]
    stored = np.maximum(times[1], 1e-30)
    assert np.all(times[0] <= stored * (1 + 1e-3))


@some
@given(training_worlds(), factors)
def test_more_memory_changes_nothing_but_what_fits(world: TrainingWorld, factor: float) -> None:
    before = train(*world.parts)
    larger = better(world.chips, "hbm_capacity", factor)
    after = train(world.shape, larger, world.layout, world.work)
    assert np.array_equal(after.step, before.step)
    assert np.all(after.feasible >= before.feasible)
    just = replace(
        world.chips, hbm_capacity=(1 + 1e-9) * world.chips.hbm_capacity * before.memory.total / before.capacity
    )
    assert np.all(train(world.shape, just, world.layout, world.work).feasible)
    assert np.all(before.memory.too_much(just) == -1)
    short = better(just, "hbm_capacity", 1 - 1e-8)
    assert not np.any(train(world.shape, short, world.layout, world.work).feasible)
    assert np.all(before.memory.too_much(short) >= 0)


@some
@given(training_worlds())
def test_what_is_sharded_further_holds_no_more_states_and_gradients(world: TrainingWorld) -> None:
    held = [
        memory_parts(world.shape, replace(world.layout, zero=0 * world.layout.zero + z), world.work) for z in range(4)
    ]
    for one, two in pairwise(held):
        assert np.all(two.states <= one.states)
        assert np.all(two.gradients <= one.gradients)


def alone(shape: Shape, chips: Hardware, batch: float, tokens: float, **given_: object) -> Training:
    work = workloads(batch, tokens, **given_)  # type: ignore[arg-type]
    return train(shape, chips, layouts(), work, software=BARE, kernels=IDEAL)


@some
@given(transformers(), systems(), st.integers(1, 8), st.integers(1, 8192), st.sampled_from(("bf16", "fp8", "fp4")))
def test_with_everything_else_free_a_step_takes_its_flop_over_the_peak(
    model: Transformer, system: System, batch: int, tokens: int, number_format: str
) -> None:
    shape, chips = shapes([model]), endless(hardware([system]))
    done = alone(shape, chips, batch, tokens, number_format=number_format)
    fast, wide = (chips.rate(code)[0] for code in (workloads(1, 1, number_format=number_format).number_format[0], 2))
    head = 2 * shape.hidden * shape.vocab
    products = 3 * ((shape.matmul_flops - head) / fast + head / wide)
    attention = (1 + BACKWARD_ATTENTION) * shape.attention_flops(tokens) / wide
    assert done.step == near(batch * tokens * (products + attention), rel=1e-3)


@some
@given(transformers(), systems(), st.integers(1, 64), st.integers(1, 4096))
def test_one_chip_has_no_traffic_and_no_waiting(model: Transformer, system: System, batch: int, tokens: int) -> None:
    for zero in range(4):
        done = train(shapes([model]), hardware([system]), layouts(zero=zero), workloads(batch, tokens))
        for name in ("tensor", "expert", "context", "pipeline", "bubble", "data"):
            assert getattr(done, name) == 0


@st.composite
def even_splits(draw: st.DrawFn) -> tuple[Transformer, dict[str, int]]:
    """A dense model and degrees that divide everything it has."""
    model = draw(plain_models())
    tp = 2 ** draw(st.integers(0, model.kv_heads.bit_length() - 1))
    return model, {"tp": tp, "dp": draw(st.integers(1, 8)), "cp": draw(st.integers(1, 4))}


@some
@given(even_splits(), systems(), st.integers(1, 8), st.integers(1, 512))
def test_chips_that_share_the_work_evenly_and_talk_for_free_need_so_much_less_time(
    split: tuple[Transformer, dict[str, int]], system: System, batch: int, tokens: int
) -> None:
    model, degrees = split
    shape, chips = shapes([model]), endless(hardware([system]))
    work = workloads(batch * degrees["dp"], tokens * degrees["cp"])
    once, shared = (
        train(shape, chips, cut, work, software=BARE, kernels=IDEAL) for cut in (layouts(), layouts(**degrees))
    )
    assert shared.step * shared.chips == near(once.step, rel=1e-3)


@some
@given(plain_models(), systems(), st.integers(2, 8), st.integers(1, 4), st.integers(1, 64), st.integers(1, 3))
def test_a_pipeline_waits_for_p_less_one_of_v_m(
    model: Transformer, system: System, stages: int, parts: int, passes: int, layers: int
) -> None:
    # (p - 1) / (v m) of the computation (Narayanan et al. 2021, section 2.2); the output is left out.
    model = replace(model, layers=layers * stages * parts)
    shape, chips = replace(shapes([model]), vocab=np.zeros(1)), endless(hardware([system]))
    work = workloads(passes, 128)
    done = train(shape, chips, layouts(pp=stages, interleave=parts), work, software=BARE, kernels=IDEAL)
    busy = done.step - done.bubble
    assert done.bubble / busy == near((stages - 1) / (parts * passes), rel=1e-6)
    assert busy * stages == near(train(shape, chips, layouts(), work, software=BARE, kernels=IDEAL).step, rel=1e-6)


@some
@given(training_worlds(), st.integers(2, 4))
def test_replicas_with_the_same_share_each_compute_the_same(world: TrainingWorld, factor: int) -> None:
    """Data parallelism moves gradients and changes nothing that one replica computes."""
    spread = replace(world.layout, dp=factor * world.layout.dp, shards=factor * world.layout.shards)
    more = replace(world.work, batch=factor * world.work.batch)
    one = train(*world.parts, software=BARE)
    two = train(world.shape, world.chips, spread, more, software=BARE)
    for name in ("forward", "backward", "attention", "vector", "recompute", "host", "context", "head"):
        assert getattr(two, name) == near(getattr(one, name), rel=1e-9)
    assert np.array_equal(two.tokens, factor * one.tokens)


@some
@given(training_worlds(), st.integers(2, 4))
def test_tokens_and_work_of_a_step_do_not_depend_on_how_it_is_cut(world: TrainingWorld, factor: int) -> None:
    work = replace(world.work, batch=factor * world.work.batch)
    wider = replace(world.layout, micro_batch=factor * world.layout.micro_batch)
    small, large = (train(world.shape, world.chips, cut, work) for cut in (world.layout, wider))
    assert np.array_equal(small.tokens, large.tokens)
    for name in CONVENTIONS:
        counts = [done.flops_rate(world.shape, work, name) * done.step * done.chips for done in (small, large)]
        assert counts[0] == near(counts[1], rel=1e-12)
        assert counts[0] == near(model_flops(world.shape, work, name), rel=1e-12)


@some
@given(even_splits(), systems(), st.integers(1, 4), st.integers(2, 6))
def test_a_batch_in_one_pass_or_in_many_takes_the_same_where_passes_cost_nothing(
    split: tuple[Transformer, dict[str, int]], system: System, micro: int, passes: int
) -> None:
    model, degrees = split
    shape, chips = shapes([model]), endless(hardware([system]))
    work = workloads(micro * passes * degrees["dp"], 64 * degrees["cp"])
    cuts = [layouts(micro_batch=size, **degrees) for size in (micro, micro * passes)]
    many, one = (train(shape, chips, cut, work, software=BARE, kernels=IDEAL).step for cut in cuts)
    assert many == near(one, rel=1e-3)


@some
@given(plain_models(), st.integers(1, 6))
def test_experts_that_are_all_active_do_the_work_of_one_feed_forward_part_and_a_router(
    model: Transformer, power: int
) -> None:
    count = 2**power
    dense = replace(model, ffn=count * model.ffn)
    parted = replace(model, experts=Experts(count, count, model.ffn))
    one, two = shapes([dense]), shapes([parted])
    router = 2 * model.layers * model.hidden * count
    assert two.matmul_flops - router == near(one.matmul_flops, rel=1e-12)
    assert np.array_equal(one.attention_flops(1000.0), two.attention_flops(1000.0))
    chips = endless(hardware([System("s", Chip("c", {"bf16": 1e15}, 1e12, 1e12), 1, (Level("n", 8, 1e11),))]))
    times = [alone(shape, chips, 2, 256).step for shape in (one, two)]
    assert times[1] == near(times[0] + 3 * 512 * router / 1e15, rel=1e-3)


@some
@given(training_worlds(), st.randoms(use_true_random=False))
def test_the_order_of_configurations_is_the_order_of_results(world: TrainingWorld, dice: object) -> None:
    order = list(range(world.count))
    dice.shuffle(order)  # type: ignore[attr-defined]
    straight, mixed = train(*world.parts), train(*world.take(order).parts)
    for name in ("step", *TIMES, "tokens", "chips", "peak", "capacity", "fault"):
        assert getattr(mixed, name) == near(getattr(straight, name)[order], rel=1e-12)
    for name in PARTS:
        assert getattr(mixed.memory, name) == near(getattr(straight.memory, name)[order], rel=1e-12)


@few
@given(training_worlds(), st.integers(1, 3))
def test_a_configuration_alone_equals_the_same_among_thousands_in_any_block(world: TrainingWorld, more: int) -> None:
    many = np.arange(BLOCK + more) % world.count
    crowd = train(*world.take(many.tolist()).parts)
    for at in (0, BLOCK - 1, BLOCK, BLOCK + more - 1):
        single = train(*world.take([int(many[at])]).parts)
        for name in ("step", *TIMES):
            assert getattr(crowd, name)[at] == near(getattr(single, name)[0], rel=1e-12)
        assert crowd.memory.total[at] == near(single.memory.total[0], rel=1e-12)


@some
@given(training_worlds(), st.floats(0.01, 100.0))
def test_another_unit_of_time_changes_all_times_alike_and_nothing_else(world: TrainingWorld, factor: float) -> None:
    """Dimensional analysis: rates times a factor, and latencies over it, those of kernels and of the host too."""
    plain = train(*world.parts)
    constants = {"software": quicker_software(factor), "kernels": quicker_kernels(factor)}
    scaled = train(world.shape, faster_clock(world.chips, factor), world.layout, world.work, **constants)  # type: ignore[arg-type]
    for name in ("step", *TIMES):
        # What is left when equal amounts are subtracted is rounded.
        slack = 1e-12 * float(np.max(plain.step))
        assert getattr(scaled, name) * factor == near(getattr(plain, name), slack=slack)
    for item in fields(plain.memory):
        assert np.array_equal(getattr(scaled.memory, item.name), getattr(plain.memory, item.name))
    assert scaled.mfu(world.shape, world.work) == near(plain.mfu(world.shape, world.work), rel=1e-9)


@some
@given(transformers(), st.floats(13.0, 17.0), st.floats(11.0, 14.0), st.floats(9.0, 13.0))
def test_a_chip_of_which_only_peak_and_memory_are_known_trains(
    model: Transformer, peak: float, bandwidth: float, capacity: float
) -> None:
    chip = Chip("invented", {"bf16": 10**peak}, 10**capacity, 10**bandwidth)
    chips = hardware([System("invented", chip, 8, (Level("net", 8, 1e11),))])
    for number_format in ("bf16", "fp8", "fp4"):
        done = train(shapes([model]), chips, layouts(dp=16), workloads(32, 1024, number_format=number_format))
        assert np.isfinite(done.step)
        assert 0 < done.mfu(shapes([model]), workloads(32, 1024), "causal") < 1


def test_a_layout_of_two_groups_and_three_is_refused() -> None:
    with pytest.raises(InputError, match="layout: 2 configurations; expected 1 or 3"):
        train(*[part.take([0, 0, 0]) for part in _small()[:2]], layouts(tp=[1, 2]), workloads(8, 128))


def _small() -> tuple[Shape, Hardware]:
    model = Transformer("small", 4, 512, 8, 8, 64, 2048, True, 32_000)
    system = System("s", Chip("c", {"bf16": 1e15}, 1e11, 1e12), 8, (Level("n", 8, 1e11),))
    return shapes([model]), hardware([system])
