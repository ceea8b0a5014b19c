"""Training: the plain reference, what more of anything does, limits, and published runs."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from training_reference import step
from training_rows import measured, predicted, runs, training_rows

from gigawatt.errors import InputError
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.layout import ATTENTION, RECOMPUTE, SCHEDULES, Layout, Workload, layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED
from gigawatt.perf.training import BLOCK, CONVENTIONS, TIMES, Training, model_flops, train

MODELS = [find_model(name) for name in ("GPT3-175B", "Llama3-70B", "Mixtral-8x22B", "Qwen3-30B-A3B", "gpt-oss-120b")]
SYSTEMS = [find_system(name) for name in ("A100-SXM-80GB", "H100-SXM-80GB", "GB200-NVL72", "TPU-v5p", "MI300X")]
GPT3, A100 = shapes([MODELS[0]]), hardware([SYSTEMS[0]])


def drawn(count: int, seed: int) -> tuple[Shape, Hardware, Layout, Workload]:
    draw = np.random.default_rng(seed)

    def powers(most: int) -> np.ndarray:
        return 2.0 ** draw.integers(0, most + 1, count)

    shape = shapes(MODELS, draw.integers(0, len(MODELS), count))
    ep = np.where(shape.experts > 0, powers(3), 1.0)
    dp = 8 * powers(3)
    layout = layouts(
        tp=powers(3),
        pp=powers(2),
        dp=dp,
        cp=powers(1),
        ep=ep,
        zero=draw.integers(0, 4, count),
        interleave=powers(1),
        micro_batch=powers(2),
        recompute=[RECOMPUTE[at] for at in draw.integers(0, 3, count)],
        schedule=[SCHEDULES[at] for at in draw.integers(0, 3, count)],
        sequence_parallel=draw.integers(0, 2, count),
    )
    work = workloads(
        1024,
        4096,
        number_format=[("bf16", "fp8", "fp8_block")[at] for at in draw.integers(0, 3, count)],
        year=2021 + 5 * draw.random(count),
        attention=[ATTENTION[at] for at in draw.integers(0, 3, count)],
        overlapped=draw.integers(0, 2, count),
        frozen=draw.integers(0, 2, count),
        predictors=draw.integers(0, 2, count),
    )
    return shape, hardware(SYSTEMS, draw.integers(0, len(SYSTEMS), count)), layout, work


def trained(shape: Shape = GPT3, chips: Hardware = A100, batch: float = 64, **degrees: object) -> Training:
    return train(shape, chips, layouts(**degrees), workloads(batch, 2048))  # type: ignore[arg-type]


def slack(shape: Shape, layout: Layout, work: Workload) -> np.ndarray:
    """Of uneven stages, the mean one hides the traffic of data parallelism, which a faster one may do less of."""
    even = (np.mod(shape.layers, layout.pp) == 0) & (work.predictors == 0)
    return np.where(even, 1e-12, 5e-3)


def test_the_vector_path_equals_the_plain_reference() -> None:
    shape, chips, layout, work = drawn(200, 1)
    plain = [step(shape, chips, layout, work, at) for at in range(200)]
    assert train(shape, chips, layout, work, strict=False).step == pytest.approx(plain, rel=1e-9)


def test_the_parts_of_a_step_add_up_and_none_is_negative() -> None:
    done = train(*drawn(500, 2), strict=False)
    parts = np.stack([getattr(done, name) for name in TIMES])
    assert np.all(parts >= 0)
    assert parts.sum(axis=0) == pytest.approx(done.step, rel=1e-12)


def test_a_configuration_has_the_same_result_alone_and_among_others() -> None:
    shape, chips, layout, work = drawn(BLOCK + 9, 3)
    together = train(shape, chips, layout, work, strict=False)
    for at in (0, BLOCK - 1, BLOCK, BLOCK + 8):
        alone = train(shape.take([at]), chips.take([at]), layout.take([at]), work.take([at]), strict=False)
        assert alone.step[0] == pytest.approx(together.step[at], rel=1e-12)
        assert alone.memory.total[0] == pytest.approx(together.memory.total[at], rel=1e-12)


def test_layouts_that_compute_the_same_are_computed_once_and_keep_their_results() -> None:
    degrees = {"tp": [2, 4, 2, 2], "pp": [4, 4, 8, 4], "dp": [8, 8, 4, 8], "micro_batch": [1, 1, 1, 2]}
    layout, work = layouts(**degrees), workloads(64, 2048)
    together = train(GPT3, A100, layout, work)
    assert together.step.tolist() == [train(GPT3, A100, layout.take([at]), work).step[0] for at in range(4)]


def test_one_model_for_many_layouts_is_the_same_as_the_model_repeated() -> None:
    layout, work = layouts(tp=[1, 2, 4, 8], dp=8), workloads(64, 2048)
    single = train(GPT3, A100, layout, work)
    repeated = train(GPT3.take([0] * 4), A100.take([0] * 4), layout, work.take([0] * 4))
    for name in ("step", *TIMES, "tokens", "chips", "peak", "capacity", "fault"):
        assert getattr(single, name) == pytest.approx(getattr(repeated, name), rel=1e-12)
    assert single.memory.total == pytest.approx(repeated.memory.total)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(1.01, 8), st.sampled_from(["hbm_bandwidth", "level_bandwidth"]))
def test_more_bandwidth_is_never_slower(seed: int, factor: float, name: str) -> None:
    shape, chips, layout, work = drawn(30, seed)
    faster = replace(chips, **{name: getattr(chips, name) * factor})
    before, after = (train(shape, system, layout, work, strict=False) for system in (chips, faster))
    assert np.all(after.step <= before.step * (1 + slack(shape, layout, work)))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(1.01, 4))
def test_longer_latencies_and_older_software_are_never_faster(seed: int, factor: float) -> None:
    shape, chips, layout, work = drawn(30, seed)
    before = train(shape, chips, layout, work, strict=False).step
    far = replace(chips, level_latency=chips.level_latency + 1e-4 * factor)
    old = replace(work, year=work.year - factor)
    for after in (train(shape, far, layout, work, strict=False), train(shape, chips, layout, old, strict=False)):
        assert np.all(after.step >= before * (1 - slack(shape, layout, work)))


def test_alone_there_is_no_traffic_and_no_waiting() -> None:
    done = trained(batch=4)
    for name in ("tensor", "expert", "context", "pipeline", "bubble", "data"):
        assert getattr(done, name) == 0


def test_one_replica_reduces_no_gradients_and_two_do() -> None:
    assert trained(tp=8, pp=8).data == 0
    assert trained(tp=8, pp=8, dp=2).data > 0


def test_twice_the_batch_takes_twice_the_computation_and_the_same_wait() -> None:
    once, twice = (trained(tp=8, pp=8, batch=batch) for batch in (64, 128))
    assert twice.forward == pytest.approx(2 * once.forward)
    assert twice.bubble == pytest.approx(once.bubble)
    assert twice.optimiser == once.optimiser


def test_a_pipeline_waits_for_all_other_stages_once() -> None:
    # (p - 1) / (v m) of the time of even stages (Narayanan et al. 2021, section 2.2), the output and the sends apart.
    plain, twice = (trained(tp=8, pp=8, interleave=parts) for parts in (1, 2))
    inner = sum(getattr(plain, name) for name in TIMES if name not in ("bubble", "head", "data", "optimiser"))
    assert plain.bubble == pytest.approx(7 / 64 * (inner + plain.head / 8), rel=1e-9)
    assert twice.bubble < 0.51 * plain.bubble


def test_schedules_that_fill_the_wait_are_faster() -> None:
    steps = [trained(tp=8, pp=8, schedule=name).step for name in SCHEDULES]
    assert steps[1] < steps[0]
    assert steps[2] < steps[0]


def test_full_recomputation_repeats_the_forward_pass() -> None:
    none, full = (trained(tp=8, pp=8, recompute=policy) for policy in ("none", "full"))
    assert none.recompute == 0
    assert full.recompute > full.forward
    assert full.forward == none.forward


def test_compilers_of_large_arrays_leave_the_last_product_of_a_layer_out_of_a_recomputation() -> None:
    layout, work = layouts(tp=8, pp=8, recompute="full"), workloads(64, 2048)
    small, large = (replace(A100, cycle_flops=np.array([size])) for size in (16383.0, 16384.0))
    again = [train(GPT3, chips, layout, work) for chips in (small, large)]
    # 4 of the 12 h^2 of a layer of GPT-3 lead back to its hidden width.
    assert (again[0].recompute - again[1].recompute) / again[1].forward == pytest.approx(1 / 3, rel=0.05)


def test_weights_that_are_frozen_have_no_gradients() -> None:
    layout = layouts(tp=8, pp=8, dp=2)
    free, frozen = (train(GPT3, A100, layout, workloads(64, 2048, frozen=frozen)) for frozen in (False, True))
    assert frozen.optimiser == 0
    assert frozen.data == 0
    assert frozen.backward < 0.55 * free.backward


def test_large_products_use_less_than_the_peak_in_every_convention_but_recomputation() -> None:
    shape, chips, layout, work = drawn(500, 5)
    done = train(shape, chips, layout, work, strict=False)
    busy = work.frozen == 0
    assert np.all(done.mfu(shape, work)[busy] < 1)
    assert np.all(done.mfu(shape, work) <= done.mfu(shape, work, "square"))


def test_work_is_counted_as_in_the_megatron_paper() -> None:
    # 96 B s l h^2 (1 + s/6h + V/16lh), Narayanan et al. 2021, section 5.1, for GPT-3 175B.
    b, s, layers, h, v = 1536, 2048, 96, 12288, 51200
    known = 96 * b * s * layers * h**2 * (1 + s / (6 * h) + v / (16 * layers * h))
    assert model_flops(GPT3, workloads(b, s), "recomputed") == pytest.approx(known, rel=1e-9)


def test_causal_attention_is_half_of_the_square() -> None:
    work = workloads(1, 8192)
    counts = {name: model_flops(GPT3, work, name) for name in CONVENTIONS}
    causal, square = (3 * 8192 * GPT3.attention_flops(8192, causal=causal) for causal in (True, False))
    assert square == pytest.approx(2 * causal)
    assert counts["weights"] - counts["causal"] == pytest.approx(causal)


def test_heads_that_do_not_start_at_sixteen_bytes_are_slow_where_scores_are_stored() -> None:
    wide, odd = (shapes([replace(MODELS[0], head_dim=size)]) for size in (128, 126))
    stored, fused = (workloads(64, 2048, attention=kind) for kind in ("stored", "fused"))
    layout = layouts(tp=8, pp=8)
    assert train(odd, A100, layout, stored).attention > 1.5 * train(wide, A100, layout, stored).attention
    assert train(odd, A100, layout, fused).attention < train(wide, A100, layout, fused).attention


def test_an_exchange_of_tokens_hides_only_behind_another_direction() -> None:
    model, chips = shapes([MODELS[3]]), hardware([SYSTEMS[1]])
    plain, both = (
        train(model, chips, layouts(pp=4, dp=8, ep=8, schedule=name), workloads(64, 4096))
        for name in ("1f1b", "dual_pipe")
    )
    assert plain.expert > 0
    assert both.expert < 0.1 * plain.expert


def test_engines_of_their_own_hide_gathers_that_shared_arrays_do_not() -> None:
    layout, work = layouts(dp=8, zero=3), workloads(64, 8192)
    shared = train(shapes([MODELS[1]]), hardware([SYSTEMS[1]]), layout, work)
    apart = replace(hardware([SYSTEMS[1]]), cycle_flops=np.array([32768.0]))
    assert shared.data > 0
    assert train(shapes([MODELS[1]]), apart, layout, work).data == 0


def test_waiting_for_the_host_is_a_gap_between_kernels_and_all_of_a_layer_where_it_is_short() -> None:
    long, short = (train(GPT3, A100, layouts(tp=8), workloads(1, tokens)) for tokens in (8192, 64))
    assert long.host == pytest.approx(96 * 45 * FITTED.gap)
    assert short.host + short.forward + short.backward + short.attention + short.vector == pytest.approx(
        96 * 45 * FITTED.host, rel=0.05
    )


def test_a_selective_policy_takes_a_little_longer_and_saves_memory_where_no_scores_are_stored() -> None:
    model, chips = shapes([MODELS[1]]), hardware([SYSTEMS[1]])
    none, selective, full = (
        train(model, chips, layouts(tp=8, recompute=name), workloads(8, 8192)) for name in RECOMPUTE
    )
    assert none.step < selective.step < full.step
    assert none.memory.activations > selective.memory.activations > full.memory.activations


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_kept_of_layers_falls_from_policy_to_policy(seed: int) -> None:
    shape, chips, layout, work = drawn(30, seed)
    none, selective, full = (
        train(shape, chips, replace(layout, recompute=np.full(30, float(code))), work, strict=False).memory.activations
        for code in range(3)
    )
    assert np.all(none >= selective)
    assert np.all(selective >= full)


def test_matrix_units_work_a_share_of_the_time() -> None:
    done = train(*drawn(200, 7), strict=False)
    assert np.all((done.arithmetic > 0) & (done.arithmetic < 1))


def test_an_unknown_convention_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="Did you mean `causal`"):
        model_flops(GPT3, workloads(1, 1), "casual")


def test_parts_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"work: 2 configurations; expected 1 or 3"):
        train(GPT3, A100, layouts(tp=[1, 2, 4]), workloads([8, 16], 2048))


def test_published_runs_are_met_as_closely_as_the_guide_says() -> None:
    data = runs(training_rows())
    said, _ = predicted(data)
    wrong = np.abs(said / measured(data.rows) - 1)
    groups = np.array([row["group"] for row in data.rows])
    good = np.array([row["quality"] in ("A", "B") for row in data.rows])
    bands = {
        "MOSAIC": 0.08, "MEGATRON21": 0.05, "KORTH22": 0.045, "BLOOM22": 0.11,
        "MBRIDGE": 0.125, "MAXTEXT": 0.09, "MLPERF-D": 0.06,
    }  # fmt: skip
    found = {name: float(np.mean(wrong[good & (groups == name)])) for name in bands}
    assert {name: error for name, error in found.items() if error > bands[name]} == {}


def test_every_field_of_a_result_has_one_entry_a_configuration() -> None:
    done = train(*drawn(7, 6), strict=False)
    arrays = [getattr(done, item.name) for item in fields(done) if item.name != "memory"]
    assert {array.shape for array in arrays} == {(7,)}


def test_work_on_frozen_weights_is_two_passes_of_three() -> None:
    whole, frozen = (model_flops(GPT3, workloads(8, 2048, frozen=each), "weights") for each in (False, True))
    attention = 3 * 8 * 2048 * GPT3.attention_flops(2048, causal=False)
    assert frozen - attention == pytest.approx((whole - attention) * 2 / 3)
