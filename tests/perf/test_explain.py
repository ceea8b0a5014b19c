"""What binds a configuration, and what would help it."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.explain import FIXED, RESOURCES, hastened, sensitivities
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.served import Load, serve_on
from gigawatt.perf.serving import Requests
from gigawatt.perf.software import FITTED, RECORDED, Engine, Software
from gigawatt.perf.trained import train_on

H100 = find_system("H100-SXM-80GB")
LLAMA = find_model("Llama3-70B")


def test_the_shares_of_a_training_step_add_up_to_all_of_it() -> None:
    run = train_on(LLAMA, H100, 64, workloads(64, 4096), layouts(tp=8, pp=4, dp=2, interleave=4))
    assert sum(each.share for each in run.sensitivities()) == pytest.approx(1.0, abs=2e-3)


@settings(max_examples=12, deadline=None)
@given(users=st.integers(1, 200), tp=st.sampled_from([2, 4, 8]))
def test_the_shares_of_a_served_load_add_up_to_all_of_it(users: int, tp: int) -> None:
    run = serve_on(LLAMA, H100, formats("fp8"), tp, Load(1024, 128, users), deployments([float(tp)]))
    assert sum(each.share for each in run.sensitivities()) == pytest.approx(1.0, abs=2e-2)


def test_a_stream_waits_for_memory_alone() -> None:
    def rate(chips: Hardware, quicker: float) -> Floats:
        return chips.hbm_bandwidth * np.ones(chips.arrays.shape)

    first, *rest = sensitivities(rate, hardware([H100]))
    assert (first.resource, first.share) == ("memory", pytest.approx(1.0))
    assert first.gain == pytest.approx(0.1)
    assert all(each.gain == 0 for each in rest)


def test_a_wait_is_shortened_by_shorter_fixed_times_alone() -> None:
    def rate(chips: Hardware, quicker: float) -> Floats:
        return np.full(chips.arrays.shape, quicker)

    first, *rest = sensitivities(rate, hardware([H100]))
    assert (first.resource, first.gain) == ("fixed", pytest.approx(0.1))
    assert all(each.share == 0 for each in rest)


def test_inner_and_outer_networks_are_told_apart() -> None:
    def rate(chips: Hardware, quicker: float) -> Floats:
        return chips.level_bandwidth[-1]

    shares = {each.resource: each.share for each in sensitivities(rate, hardware([H100]))}
    assert shares["outside"] == pytest.approx(1.0)
    assert shares["inside"] == 0


def test_every_resource_is_asked_once() -> None:
    run = train_on(LLAMA, H100, 64, workloads(64, 4096), layouts(tp=8, pp=4, dp=2, interleave=4))
    assert sorted(each.resource for each in run.sensitivities()) == sorted(RESOURCES)


def test_the_most_binding_resource_comes_first() -> None:
    run = train_on(LLAMA, H100, 64, workloads(64, 4096), layouts(tp=8, pp=4, dp=2, interleave=4))
    shares = [each.share for each in run.sensitivities()]
    assert shares == sorted(shares, reverse=True)
    assert run.sensitivities()[0].resource == "compute"


@pytest.mark.parametrize("constants", [CALIBRATED, FITTED, RECORDED], ids=lambda constants: type(constants).__name__)
def test_only_times_are_hastened(constants: Kernels | Software | Engine) -> None:
    quick = hastened(constants, 2.0)
    for item in fields(constants):
        before, after = getattr(constants, item.name), getattr(quick, item.name)
        assert after == (before / 2 if item.name in FIXED else before)


def test_requests_are_those_of_the_load() -> None:
    asked = Load(1024, 128, cached=0.5).requests(7.0)
    assert (asked.concurrency, asked.cached) == (7.0, 0.5)
    assert isinstance(asked, Requests)
