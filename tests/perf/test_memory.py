"""Memory in training: the published formula, sharding, what does not fit, and measured peaks."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from training_rows import chosen, predicted, runs, training_rows

from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.memory import PARTS, Memory, memory_of, memory_parts
from gigawatt.perf.shape import shapes

GPT3 = shapes([find_model("GPT3-175B")])
A100, GB300 = (hardware([find_system(name)]) for name in ("A100-SXM-80GB", "GB300-NVL72"))


def parts(batch: float = 64, attention: str = "stored", year: float = 2022, **degrees: object) -> Memory:
    work = workloads(batch, 2048, attention=attention, year=year)
    return memory_parts(GPT3, layouts(**degrees), work)  # type: ignore[arg-type]


@pytest.mark.parametrize(("recompute", "scores"), [("none", 1), ("selective", 0)])
def test_activations_follow_korthikanti(recompute: str, scores: float) -> None:
    # s b h (34 + 5 a s / h) / t with sequence parallelism (Korthikanti et al. 2022, equations 4 and 6): of the 34, the
    # mask of the second dropout's input is a byte that is kept here as part of the two for the residuals.
    s, h, a, t = 2048, 12288, 96, 8
    layer = s * h / t * (34 + scores * 5 * a * s / h)
    assert parts(tp=8, pp=8, recompute=recompute).activations == pytest.approx(96 * layer, rel=1e-9)


def test_without_sequence_parallelism_norms_and_residuals_stay_whole() -> None:
    # s b h (10 + 24 / t), equation 2, scores left to be computed again.
    s, h, t = 2048, 12288, 8
    held = parts(tp=8, pp=8, recompute="selective", sequence_parallel=False).activations
    assert held == pytest.approx(96 * s * h * (10 + 24 / t), rel=1e-9)


def test_full_recomputation_keeps_inputs_of_layers() -> None:
    assert parts(tp=8, pp=8, recompute="full").activations == pytest.approx(96 * 2 * 2048 * 12288 / 8)


def test_an_interleaved_pipeline_has_more_in_flight() -> None:
    # 1 + (p - 1) / (p m) of the plain schedule (Korthikanti et al. 2022, section 4.2.3).
    plain, parted = (parts(tp=8, pp=8, interleave=many).activations for many in (1, 3))
    assert parted / plain == pytest.approx(1 + 7 / (8 * 3))


def test_a_short_batch_has_fewer_micro_batches_in_flight_than_stages() -> None:
    assert parts(batch=2, tp=8, pp=8).activations == pytest.approx(parts(tp=8, pp=8).activations / 4)


def test_each_level_of_sharding_divides_one_part_more() -> None:
    levels = [parts(batch=64, tp=8, dp=64, zero=zero) for zero in range(4)]
    whole = levels[0]
    assert levels[1].states == pytest.approx(whole.states / 64)
    assert levels[1].gradients == whole.gradients
    assert levels[2].gradients == pytest.approx(whole.gradients / 64)
    assert levels[2].weights == whole.weights
    assert levels[3].weights < whole.weights / 10


def test_states_take_sixteen_bytes_more_for_each_weight_in_full_precision() -> None:
    held = parts(tp=8)
    assert held.gradients / held.weights == pytest.approx(4 / 2)
    assert held.states / held.weights == pytest.approx(12 / 2)
    assert held.weights == pytest.approx(2 * GPT3.parameters / 8, rel=1e-3)


def test_what_does_not_fit_is_named() -> None:
    held = parts(dp=8)
    assert not held.fits(A100)
    assert PARTS[int(held.too_much(A100)[0])] == "gradients"
    small = parts(tp=8, pp=16, dp=8, recompute="full")
    assert small.fits(GB300)
    assert small.too_much(GB300) == -1


def test_parts_add_up() -> None:
    held = parts(tp=8, pp=8)
    assert held.total == pytest.approx(sum(float(getattr(held, name)[0]) for name in PARTS))


def test_weights_that_are_frozen_are_kept_in_the_format_of_the_products_and_need_no_inputs() -> None:
    layout = layouts(tp=8)
    free, frozen = (
        memory_parts(GPT3, layout, workloads(8, 2048, number_format="fp8", frozen=flag)) for flag in (False, True)
    )
    assert frozen.weights == pytest.approx(free.weights / 2)
    assert frozen.gradients == frozen.states == 0
    assert frozen.activations < free.activations


def test_products_of_eight_bits_keep_their_inputs_in_eight_bits() -> None:
    wide, narrow = (memory_parts(GPT3, layouts(), workloads(1, 2048, number_format=name)) for name in ("bf16", "fp8"))
    # Inputs of the attention and of the two matrices of the feed-forward part, of hidden and four times hidden width.
    assert wide.activations - narrow.activations == pytest.approx(96 * 2048 * 12288 * (1 + 1 + 4))


def test_two_directions_hold_both_ends_of_the_model_and_one_micro_batch_more() -> None:
    plain, both = (parts(tp=8, pp=8, schedule=name) for name in ("1f1b", "dual_pipe"))
    assert both.weights == pytest.approx(2 * plain.weights)
    assert both.activations == pytest.approx(plain.activations * 9 / 8)


def test_a_gigabyte_of_memory_is_a_power_of_two() -> None:
    assert memory_of(A100) == pytest.approx(80 * 2**30)


def test_what_comes_and_goes_in_an_old_pipeline_loses_most_to_holes() -> None:
    old, new = (parts(tp=8, pp=8, recompute="full", year=year) for year in (2022, 2025))
    assert old.context - new.context == pytest.approx(4e9 + 0.23 * (new.activations + new.working + new.logits))
    assert parts(tp=8, year=2022).context == parts(tp=8, year=2025).context


def test_runs_whose_recomputation_is_known_are_hardly_ever_said_not_to_fit() -> None:
    known = ("full", "none", "selective(attn)", "minimal")
    # A layer on its own was measured with policies under which the whole model would not fit.
    rows = [row for row in training_rows() if row["recompute"] in known and not row["metric"].startswith("layer")]
    data = runs(rows)
    _, done = predicted(data)
    over = (done.memory.total / done.capacity)[chosen(data, done)]
    assert len(rows) > 350
    assert np.mean(over > 1) < 0.04
    assert np.all(over < 1.11)


def test_measured_peaks_of_a_large_run_are_met_within_five_percent() -> None:
    rows = [row for row in training_rows() if row["group"] == "BLOOM22" and re.search(r"peak_mem_gb=\d", row["notes"])]
    data = runs(rows)
    _, done = predicted(data)
    peaks = np.array([float(re.findall(r"peak_mem_gb=([\d.]+)", row["notes"])[0]) * 1e9 for row in rows])
    assert len(rows) > 80
    error = done.memory.total / peaks - 1
    assert np.mean(np.abs(error)) < 0.05
    assert np.mean(error < -0.03) < 0.1
