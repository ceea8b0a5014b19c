"""Capacity: what fits, and what is said when something does not."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.capacity import USABLE, capacity, require_fit
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes

H100 = hardware([find_system("H100-SXM-80GB")])
LLAMA = shapes([find_model("Llama3-70B")])


def test_weights_of_a_dense_model_are_its_parameters_times_their_bytes() -> None:
    found = capacity(LLAMA, H100, deployments(), formats("bf16"), 1.0)
    assert found.weights == pytest.approx(2 * LLAMA.parameters, rel=1e-3)


def test_the_sequences_that_are_said_to_fit_fill_the_memory() -> None:
    cut, number = deployments(tp=8), formats("fp8", kv="fp8")
    found = capacity(LLAMA, H100, cut, number, 4096.0)
    used = found.weights + found.workspace + found.sequence * found.sequences
    assert used <= USABLE * 80e9 < used + found.sequence
    assert found.sequence == pytest.approx(LLAMA.kv_bytes(4096.0, 1.0) / 8)


def test_groups_that_attend_alone_hold_their_own_sequences() -> None:
    shape, chips = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H200-SXM-141GB")])
    shared, alone = (
        capacity(shape, chips, cut, formats("fp8_block"), 4096.0).sequences
        for cut in (deployments(tp=32, ep=32), deployments(tp=1, ep=32, attention_dp=32))
    )
    assert alone > 10 * shared > 0


def test_weights_that_do_not_fit_are_named_with_the_layout_that_would() -> None:
    with pytest.raises(ModelError, match=r"no room for the weights: weights 141\.\d GB.* Nearest that fits: tp 2\."):
        require_fit(LLAMA, H100, deployments(), formats("bf16"), 2048.0, 1.0)


def test_a_cache_that_does_not_fit_is_named_with_the_nearest_concurrency() -> None:
    cut, number = deployments(tp=4), formats("fp8")
    room = int(capacity(LLAMA, H100, cut, number, 8192.0).sequences[0])
    require_fit(LLAMA, H100, cut, number, 8192.0, room)
    with pytest.raises(ModelError, match=rf"no room for the cache.* Nearest that fits: concurrency {room} or tp 8"):
        require_fit(LLAMA, H100, cut, number, 8192.0, room + 1)


def test_the_first_configuration_that_does_not_fit_is_named() -> None:
    with pytest.raises(ModelError, match="configuration 1: "):
        require_fit(LLAMA, H100, deployments(tp=[8, 1, 1]), formats("bf16"), 2048.0, np.ones(3))


def test_a_concurrency_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"capacity: concurrency: 0; expected a finite number above 0"):
        require_fit(LLAMA, H100, deployments(tp=8), formats("bf16"), 2048.0, 0.0)


@pytest.mark.parametrize("wrong", [-1.0, 0.0, float("nan")])
def test_a_length_of_nothing_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match=rf"capacity: length: {wrong:g}; expected a finite number above 0"):
        capacity(LLAMA, H100, deployments(tp=8), formats("bf16"), wrong)


def test_lengths_that_do_not_line_up_are_refused() -> None:
    with pytest.raises(InputError, match=r"capacity: length: 2 values, and layout has 3"):
        capacity(LLAMA, H100, deployments(tp=[2, 4, 8]), formats("bf16"), [1024.0, 2048.0])
