"""What a transformer refuses, and the kinds of layers it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.library import find_model
from gigawatt.perf.model import Experts, Recurrent, Transformer, Window

SMALL = Transformer("small", 4, 64, 4, 2, 16, 256, True, 1000)


def test_the_kind_of_attention_follows_from_the_heads() -> None:
    assert SMALL.attention == "gqa"
    assert replace(SMALL, kv_heads=4).attention == "mha"
    assert replace(SMALL, kv_heads=1).attention == "mqa"
    assert find_model("DeepSeek-V3").attention == "mla"


def test_one_layer_in_a_period_attends_to_all_tokens() -> None:
    assert replace(SMALL, window=Window(128, 2)).windowed_layers == 2
    assert replace(SMALL, window=Window(128)).windowed_layers == 4


def test_dense_layers_and_interleaving_leave_the_other_layers_to_experts() -> None:
    assert find_model("DeepSeek-V3").moe_layers == 58
    assert find_model("Llama4-Maverick").moe_layers == 24
    assert SMALL.moe_layers == 0


def test_a_hybrid_keeps_ordinary_attention_in_one_layer_of_a_period() -> None:
    assert find_model("Qwen3-Next-80B-A3B").recurrent_layers == 36


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers": 0}, "layers: 0; expected a whole number of at least 1"),
        ({"kv_heads": 3}, "kv_heads: 3; expected a divisor of heads, 4"),
        ({"experts": Experts(4, 8, 64)}, "experts.active: 8; expected at most experts.count, 4"),
        ({"experts": Experts(4, 2, 0)}, "experts.ffn: 0; expected a whole number of at least 1"),
        ({"window": Window(0)}, "window.size: 0; expected a whole number of at least 1"),
        ({"recurrent": Recurrent(0, 1, 1, 8, 8)}, "recurrent.period: 0; expected at least 1"),
    ],
)
def test_a_dimension_that_cannot_be_is_refused_with_its_place(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(SMALL, **change)
    assert f"model `small`: {said}" in str(caught.value)
