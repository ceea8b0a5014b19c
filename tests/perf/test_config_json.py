"""Models from a `config.json`: families by their own keys, and mistakes with their place and fix.

The fields are those of the public files; the sizes of a family's largest model are checked against the built-in one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.config_families import FAMILIES
from gigawatt.perf.config_json import read_model
from gigawatt.perf.library import find_model
from gigawatt.perf.model import Transformer

LLAMA: Mapping[str, object] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_attention_heads": 64,
    "num_hidden_layers": 80,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
DEEPSEEK = {
    "model_type": "deepseek_v3",
    "first_k_dense_replace": 3,
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "kv_lora_rank": 512,
    "moe_intermediate_size": 2048,
    "moe_layer_freq": 1,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_attention_heads": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 61,
    "num_key_value_heads": 128,
    "q_lora_rank": 1536,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 129280,
}
PUBLIC: dict[str, Mapping[str, object]] = {
    "Llama3-70B": LLAMA,
    "DeepSeek-V3": DEEPSEEK,
    "Kimi-K2": DEEPSEEK
    | {
        "model_type": "kimi_k2",
        "first_k_dense_replace": 1,
        "n_routed_experts": 384,
        "num_attention_heads": 64,
        "num_key_value_heads": 64,
        "vocab_size": 163840,
    },
    "Llama4-Maverick": {
        "model_type": "llama4",
        "text_config": {
            "model_type": "llama4_text",
            "attention_chunk_size": 8192,
            "head_dim": 128,
            "hidden_size": 5120,
            "interleave_moe_layer_step": 2,
            "intermediate_size": 8192,
            "intermediate_size_mlp": 16384,
            "num_attention_heads": 40,
            "num_experts_per_tok": 1,
            "num_hidden_layers": 48,
            "num_key_value_heads": 8,
            "num_local_experts": 128,
            "vocab_size": 202048,
        },
    },
    "Mixtral-8x7B": {
        "model_type": "mixtral",
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_attention_heads": 32,
        "num_experts_per_tok": 2,
        "num_hidden_layers": 32,
        "num_key_value_heads": 8,
        "num_local_experts": 8,
        "sliding_window": None,
        "vocab_size": 32000,
    },
    "Qwen3-235B-A22B": {
        "model_type": "qwen3_moe",
        "decoder_sparse_step": 1,
        "head_dim": 128,
        "hidden_size": 4096,
        "intermediate_size": 12288,
        "moe_intermediate_size": 1536,
        "num_attention_heads": 64,
        "num_experts": 128,
        "num_experts_per_tok": 8,
        "num_hidden_layers": 94,
        "num_key_value_heads": 4,
        "sliding_window": None,
        "use_sliding_window": False,
        "vocab_size": 151936,
    },
    "gpt-oss-120b": {
        "model_type": "gpt_oss",
        "head_dim": 64,
        "hidden_size": 2880,
        "intermediate_size": 2880,
        "layer_types": ["sliding_attention", "full_attention"] * 18,
        "num_attention_heads": 64,
        "num_experts_per_tok": 4,
        "num_hidden_layers": 36,
        "num_key_value_heads": 8,
        "num_local_experts": 128,
        "sliding_window": 128,
        "vocab_size": 201088,
    },
    "Qwen3-Next-80B-A3B": {
        "model_type": "qwen3_next",
        "full_attention_interval": 4,
        "head_dim": 256,
        "hidden_size": 2048,
        "intermediate_size": 5120,
        "linear_key_head_dim": 128,
        "linear_num_key_heads": 16,
        "linear_num_value_heads": 32,
        "linear_value_head_dim": 128,
        "moe_intermediate_size": 512,
        "num_attention_heads": 16,
        "num_experts": 512,
        "num_experts_per_tok": 10,
        "num_hidden_layers": 48,
        "num_key_value_heads": 2,
        "shared_expert_intermediate_size": 512,
        "vocab_size": 151936,
    },
    "Gemma2-27B": {
        "model_type": "gemma2",
        "head_dim": 128,
        "hidden_size": 4608,
        "intermediate_size": 36864,
        "num_attention_heads": 32,
        "num_hidden_layers": 46,
        "num_key_value_heads": 16,
        "sliding_window": 4096,
        "vocab_size": 256000,
    },
    "BLOOM-176B": {
        "model_type": "bloom",
        "n_embed": 14336,
        "n_inner": None,
        "n_layer": 70,
        "num_attention_heads": 112,
        "vocab_size": 250880,
    },
    "GPT2-XL": {
        "model_type": "gpt2",
        "n_embd": 1600,
        "n_head": 25,
        "n_layer": 48,
        "n_positions": 1024,
        "vocab_size": 50257,
    },
    "GPT-NeoX-20B": {
        "model_type": "gpt_neox",
        "hidden_size": 6144,
        "intermediate_size": 24576,
        "num_attention_heads": 64,
        "num_hidden_layers": 44,
        "tie_word_embeddings": False,
        "vocab_size": 50432,
    },
    "MPT-7b": {
        "model_type": "mpt",
        "attn_config": {"alibi": True, "attn_type": "multihead_attention"},
        "d_model": 4096,
        "expansion_ratio": 4,
        "learned_pos_emb": True,
        "max_seq_len": 2048,
        "n_heads": 32,
        "n_layers": 32,
        "no_bias": True,
        "vocab_size": 50368,
    },
}


def written(folder: Path, config: object) -> Path:
    file = folder / "config.json"
    file.write_text(config if isinstance(config, str) else json.dumps(config, indent=2), "utf-8")
    return file


def refused(folder: Path, config: object) -> str:
    with pytest.raises(InputError) as caught:
        read_model(written(folder, config))
    return str(caught.value)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_file_gives_the_built_in_model(name: str, tmp_path: Path) -> None:
    assert read_model(written(tmp_path, PUBLIC[name]), name) == find_model(name)


def test_a_folder_stands_for_the_file_in_it_and_names_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "my-llama"
    folder.mkdir()
    written(folder, LLAMA)
    assert read_model(folder) == replace(find_model("Llama3-70B"), name="my-llama")


def test_heads_with_keys_and_the_width_of_a_head_may_follow_from_the_others(tmp_path: Path) -> None:
    config = {name: value for name, value in LLAMA.items() if name != "num_key_value_heads"}
    model = read_model(written(tmp_path, config))
    assert (model.kv_heads, model.head_dim) == (64, 128)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_asks_for_its_sizes(family: str, tmp_path: Path) -> None:
    message = refused(tmp_path, {"model_type": family})
    assert "missing. Add `" in message
    assert message.startswith(str(tmp_path / "config.json"))


def test_a_missing_field_is_named_with_an_example(tmp_path: Path) -> None:
    config = {name: value for name, value in LLAMA.items() if name != "vocab_size"}
    assert ": vocab_size: missing. Add `vocab_size`, such as 128256." in refused(tmp_path, config)


def test_a_misspelt_field_is_recognised(tmp_path: Path) -> None:
    config = {("vocab_sizes" if name == "vocab_size" else name): value for name, value in LLAMA.items()}
    assert "Did you mean `vocab_sizes`?" in refused(tmp_path, config)


@pytest.mark.parametrize("value", ['"80"', "80.5", "-1", "true", "[80]"])
def test_a_wrong_type_is_refused_with_its_line(value: str, tmp_path: Path) -> None:
    text = json.dumps(LLAMA, indent=2).replace('"num_hidden_layers": 80', f'"num_hidden_layers": {value}')
    line = text.split('"num_hidden_layers"')[0].count("\n") + 1
    message = refused(tmp_path, text)
    assert f"config.json:{line}:3: num_hidden_layers: {value}; expected a whole number, such as 32." in message


def test_a_wrong_field_inside_another_is_named_with_both(tmp_path: Path) -> None:
    outer = dict(PUBLIC["Llama4-Maverick"])
    outer["text_config"] = dict(outer["text_config"], hidden_size="wide")  # type: ignore[call-overload]
    assert 'text_config.hidden_size: "wide"; expected a whole number' in refused(tmp_path, outer)


def test_an_unknown_family_lists_those_that_are_known(tmp_path: Path) -> None:
    message = refused(tmp_path, dict(LLAMA, model_type="lama"))
    assert "config.json:5:3: model_type: no family of models `lama`." in message
    assert "Did you mean `llama`?" in message


def test_a_file_without_a_family_says_so(tmp_path: Path) -> None:
    assert "model_type: missing." in refused(tmp_path, {"hidden_size": 1})


def test_dimensions_that_contradict_each_other_are_refused_with_the_file(tmp_path: Path) -> None:
    message = refused(tmp_path, dict(LLAMA, num_key_value_heads=7))
    assert message.startswith(str(tmp_path / "config.json"))
    assert "kv_heads: 7; expected a divisor of heads, 64" in message


def test_no_heads_at_all_are_refused(tmp_path: Path) -> None:
    assert "num_attention_heads: 0; expected 1 or more." in refused(tmp_path, dict(LLAMA, num_attention_heads=0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"model_type": "llama",}', ":1:24: no JSON: "),
        ("[1, 2]", "expected an object in braces"),
        ("", ":1:1: no JSON: "),
    ],
)
def test_a_file_that_is_no_json_object_is_refused_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"No such file or directory\. Expected the config\.json"):
        read_model(tmp_path / "config.json")


def test_layers_of_one_kind_only_have_no_window(tmp_path: Path) -> None:
    config = dict(PUBLIC["gpt-oss-120b"], layer_types=["full_attention"] * 36)
    assert read_model(written(tmp_path, config)).window is None


def test_a_family_with_a_switch_has_no_window_while_it_is_off(tmp_path: Path) -> None:
    config = dict(PUBLIC["Qwen3-235B-A22B"], sliding_window=4096)
    model: Transformer = read_model(written(tmp_path, config))
    assert model.window is None
    assert read_model(written(tmp_path, dict(config, use_sliding_window=True))).windowed_layers == 94
