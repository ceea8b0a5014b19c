"""Counts of parameters, FLOP and cache against published figures and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.library import built_in_models, find_model, rows_of
from gigawatt.perf.shape import shapes

PUBLISHED = {row["title"]: row for row in rows_of("models")}
COUNTED = 5
"""Digits from which on a size is a count of the weights; a size of fewer is a rounded one, or just a name."""


def digits(size: str) -> int:
    return len(f"{float(size):.12g}".partition("e")[0].replace(".", "").strip("0"))


@pytest.mark.parametrize("name", [name for name, row in PUBLISHED.items() if digits(row["parameters"]) >= COUNTED])
def test_parameters_agree_with_the_published_count(name: str) -> None:
    counted = shapes([find_model(name)]).parameters[0]
    assert counted == pytest.approx(float(PUBLISHED[name]["parameters"]), rel=1e-3)


@pytest.mark.parametrize("name", [name for name, row in PUBLISHED.items() if digits(row["parameters"]) < COUNTED])
def test_parameters_agree_with_a_rounded_size_as_far_as_it_goes(name: str) -> None:
    counted = shapes([find_model(name)]).parameters[0]
    assert counted == pytest.approx(float(PUBLISHED[name]["parameters"]), rel=0.03)


@pytest.mark.parametrize("name", ["Llama2-7B", "Llama3-70B", "Llama3.1-405B", "Qwen3-0.6B", "Mixtral-8x7B"])
def test_a_model_without_extra_norms_is_counted_to_the_last_parameter(name: str) -> None:
    # Norms of queries and keys, 2 x 128 in each of 28 layers, are the only ones left out.
    left_out = {"Qwen3-0.6B": 28 * 2 * 128}.get(name, 0)
    assert shapes([find_model(name)]).parameters[0] + left_out == float(PUBLISHED[name]["parameters"])


@pytest.mark.parametrize("name", [name for name, row in PUBLISHED.items() if row["active_parameters"]])
def test_active_parameters_agree_with_the_published_count(name: str) -> None:
    shape = shapes([find_model(name)])
    # Publishers count the table of tokens or leave it out, and round to a billion, or to a tenth of one.
    counts = (shape.active_parameters[0], shape.active_parameters[0] - shape.hidden[0] * shape.vocab[0])
    published = float(PUBLISHED[name]["active_parameters"])
    unit = 1e9 if published % 1e9 == 0 else 1e8
    assert min(abs(count - published) for count in counts) < unit / 2 + 0.03 * published


def test_a_dense_model_does_two_flop_for_each_weight_it_meets() -> None:
    shape = shapes([find_model("Llama3-8B")])
    met = shape.parameters - shape.hidden * shape.vocab - (2 * shape.layers + 1) * shape.hidden
    assert shape.matmul_flops == pytest.approx(2 * met)


def test_attention_of_a_whole_sequence_is_the_formula_of_the_literature() -> None:
    # 4 s h per token and layer forward without a causal mask (Narayanan et al. 2021, section 5), half of it with one.
    shape = shapes([find_model("GPT3-175B")])
    assert shape.attention_flops(2048, causal=False) == pytest.approx(4 * 96 * 12288 * 2048)
    assert shape.attention_flops(2048) == pytest.approx(2 * 96 * 12288 * 2048)


def test_training_flops_are_those_of_the_sc21_formula() -> None:
    # 72 B s L h^2 (1 + s/(6h) + V/(12 L h)) (Korthikanti et al. 2022), three times the forward pass.
    shape = shapes([find_model("GPT3-175B")])
    h, layers, s, vocab = 12288, 96, 2048, 51200
    formula = 72 * layers * h**2 * (1 + s / (6 * h) + vocab / (12 * layers * h))
    assert 3 * shape.flops(s, causal=False) == pytest.approx(formula, rel=1e-9)


def test_the_cache_of_a_model_with_a_latent_holds_576_values_a_token_and_layer() -> None:
    # 512 + 64, DeepSeek-V3 technical report (2024), section 4.2.
    assert shapes([find_model("DeepSeek-V3")]).kv_bytes(1, 2) == 61 * 576 * 2


def test_the_cache_of_grouped_heads_holds_keys_and_values_of_each_group() -> None:
    assert shapes([find_model("Llama3-70B")]).kv_bytes(1000, 2) == 1000 * 80 * 2 * 8 * 128 * 2


def test_a_window_bounds_the_cache_and_the_keys_of_its_layers_only() -> None:
    shape = shapes([find_model("gpt-oss-120b")])
    short, long = shape.kv_bytes(128, 1), shape.kv_bytes(100_000, 1)
    assert long - short == 18 * (100_000 - 128) * 2 * 8 * 64
    assert shape.keys(1e6)[1] == pytest.approx(128, rel=1e-3)


def test_a_window_wider_than_the_sequence_changes_nothing() -> None:
    full, windowed = shapes([find_model("gpt-oss-120b")]).keys(100)
    assert full == windowed == 50


def test_one_token_meets_its_own_experts_and_many_tokens_meet_all() -> None:
    shape = shapes([find_model("DeepSeek-V3"), find_model("Llama3-8B")])
    assert shape.experts_met(1).tolist() == pytest.approx([8, 0])
    assert shape.experts_met(1e5).tolist() == pytest.approx([256, 0])


def test_heads_on_one_latent_work_on_the_cached_vector_itself() -> None:
    shape = shapes([find_model("DeepSeek-V3"), find_model("Llama3-8B")])
    assert shape.decode_flops.tolist() == [2 * 128 * (512 + 64 + 512), 2 * 32 * (128 + 128)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(sorted(built_in_models())), min_size=1, max_size=6), st.integers(1, 200_000))
def test_stacked_models_count_as_they_do_alone(names: list[str], length: int) -> None:
    models = list(built_in_models().values())
    index = [list(built_in_models()).index(name) for name in names]
    stacked = shapes(models, index)
    alone = [shapes([models[position]]) for position in index]
    assert stacked.parameters.tolist() == [shape.parameters[0] for shape in alone]
    assert stacked.flops(length).tolist() == [shape.flops(length)[0] for shape in alone]
    assert stacked.kv_bytes(length, 2).tolist() == [shape.kv_bytes(length, 2)[0] for shape in alone]


def test_counts_are_64_bit_and_have_the_configurations_last() -> None:
    shape = shapes(list(built_in_models().values()))
    assert shape.parameters.shape == (len(built_in_models()),)
    assert shape.parameters.dtype == np.float64
