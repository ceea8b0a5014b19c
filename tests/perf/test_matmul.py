"""The matrices of a layer add up to the model."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.perf.library import built_in_models, find_model
from gigawatt.perf.matmul import COLUMNS, EXPERT, NAMES, ROWS, matmuls
from gigawatt.perf.shape import shapes

ALL = shapes(list(built_in_models().values()))


def test_all_matrices_together_are_the_models_weights() -> None:
    parts = matmuls(ALL)
    weights = (parts.n * parts.k * parts.layers * parts.experts).sum(axis=0)
    matrices = ALL.matmul_parameters + ALL.moe * (ALL.experts - ALL.active) * ALL.expert_parameters
    np.testing.assert_allclose(weights, matrices, rtol=1e-12)


def test_the_work_of_a_token_is_two_flop_for_each_weight_it_meets() -> None:
    parts = matmuls(ALL)
    work = (2 * parts.n * parts.k * parts.layers * parts.experts * parts.share).sum(axis=0)
    np.testing.assert_allclose(work, ALL.matmul_flops, rtol=1e-12)


def test_a_tensor_parallel_group_cuts_columns_or_rows_but_never_both() -> None:
    shape = shapes([find_model("Llama3-70B")])
    whole, part = matmuls(shape), matmuls(shape, tp=8)
    for position, name in enumerate(NAMES):
        ratio = (part.n * part.k / (whole.n * whole.k))[position, 0]
        present = whole.layers[position, 0] > 0
        assert ratio == (1 / 8 if present and name in COLUMNS + ROWS else 1)


def test_keys_are_copied_when_there_are_more_chips_than_heads_with_keys() -> None:
    shape = shapes([find_model("Llama3-70B")])
    qkv = matmuls(shape, tp=16).n[NAMES.index("qkv"), 0]
    assert qkv == 64 * 128 / 16 + 2 * 128


def test_experts_may_be_cut_differently_from_the_rest() -> None:
    shape = shapes([find_model("DeepSeek-V3")])
    parts = matmuls(shape, tp=8, expert_tp=1)
    for name in EXPERT:
        position = NAMES.index(name)
        assert (parts.n * parts.k)[position, 0] == (matmuls(shape).n * matmuls(shape).k)[position, 0]


@pytest.mark.parametrize(("name", "absent"), [("Llama3-8B", "kv_up"), ("DeepSeek-V3", "qkv"), ("Llama3-8B", "router")])
def test_a_matrix_a_model_lacks_is_in_no_layer(name: str, absent: str) -> None:
    assert matmuls(shapes([find_model(name)])).layers[NAMES.index(absent)] == 0
