"""Kernels of a step under the roofline of a chip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.deployment import Passing, deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.inference import step_time
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.roofline import Kernel, Roofline, step_roofline, training_roofline
from gigawatt.perf.shape import shapes
from gigawatt.perf.training import model_flops, train

H100 = hardware([find_system("H100-SXM-80GB")])
LLAMA = shapes([find_model("Llama3-70B")])


@settings(max_examples=30, deadline=None)
@given(batch=st.integers(1, 256), context=st.integers(64, 32768), name=st.sampled_from(["Llama3-70B", "Mixtral-8x7B"]))
def test_no_kernel_of_a_step_is_above_its_roof(batch: int, context: int, name: str) -> None:
    shape = shapes([find_model(name)])
    found = step_roofline(shape, H100, deployments([8.0]), formats("fp8"), Passing(decoding=batch, context=context))
    assert len(found.kernels) >= 4
    assert all(kernel.rate <= found.roof(kernel) * (1 + 1e-9) for kernel in found.kernels)


def test_kernels_of_a_step_do_the_work_of_the_step() -> None:
    passing, cut, number = Passing(decoding=32.0, context=2048.0), deployments([8.0]), formats("bf16")
    step = step_time(LLAMA, H100, cut, number, passing)
    found = step_roofline(LLAMA, H100, cut, number, passing)
    assert found.flops == pytest.approx(float(step.flops[0]))
    assert sum(kernel.seconds for kernel in found.kernels) == pytest.approx(float((step.products + step.attention)[0]))


def test_kernels_of_a_prompt_do_the_work_of_the_prompt() -> None:
    passing, cut, number = Passing(prompts=2.0, tokens=2048.0), deployments([4.0]), formats("bf16")
    step = step_time(LLAMA, H100, cut, number, passing, steady=False)
    assert step_roofline(LLAMA, H100, cut, number, passing).flops == pytest.approx(float(step.flops[0]), rel=1e-6)


def test_kernels_of_a_training_step_do_the_work_for_the_model() -> None:
    work, layout = workloads(32, 4096), layouts(tp=8, dp=2)
    found = training_roofline(LLAMA, H100, layout, work)
    assert found.flops * 16 == pytest.approx(float(model_flops(LLAMA, work)[0]), rel=0.03)


def test_kernels_take_as_long_as_the_parts_of_the_step() -> None:
    work, layout = workloads(32, 4096), layouts(tp=8, dp=2)
    found, done = training_roofline(LLAMA, H100, layout, work), train(LLAMA, H100, layout, work)
    share = sum(kernel.seconds for kernel in found.kernels) / float(done.step[0])
    assert 0.4 < share < 1.0


def test_recomputation_adds_a_forward_pass() -> None:
    work = workloads(32, 4096)
    plain, again = (
        training_roofline(LLAMA, H100, layouts(tp=8, dp=2, recompute=kind), work).flops for kind in ("none", "full")
    )
    assert 1.3 < again / plain < 1.36


def test_a_batch_of_one_is_bound_by_memory_and_a_long_prompt_by_compute() -> None:
    cut, number = deployments([8.0]), formats("bf16")
    one = step_roofline(LLAMA, H100, cut, number, Passing(decoding=1.0, context=128.0))
    assert {one.bound(kernel) for kernel in one.kernels} == {"memory"}
    many = step_roofline(LLAMA, H100, cut, number, Passing(prompts=1.0, tokens=8192.0))
    assert many.bound(many.kernels[0]) == "compute"


def test_the_roof_is_the_lower_of_slope_and_peak() -> None:
    line = Roofline((), bandwidth=10.0, ceilings={"bf16": 100.0})
    steep, flat = Kernel("a", 5.0, 1.0, 1.0, 100.0), Kernel("b", 50.0, 1.0, 1.0, 100.0)
    assert (line.roof(steep), line.roof(flat)) == (50.0, 100.0)
    assert (line.bound(steep), line.bound(flat)) == ("memory", "compute")


def test_kernels_come_the_longest_first() -> None:
    found = step_roofline(LLAMA, H100, deployments([8.0]), formats("fp8"), Passing(decoding=8.0, context=1024.0))
    assert np.all(np.diff([kernel.seconds for kernel in found.kernels]) <= 0)
