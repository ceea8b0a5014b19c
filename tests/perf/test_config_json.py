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
from gigawatt.perf.config_families import FAMILIES, OTHERS
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
    "Falcon-7B": {
        "model_type": "falcon",
        "alibi": False,
        "bias": False,
        "hidden_size": 4544,
        "multi_query": True,
        "new_decoder_architecture": False,
        "num_attention_heads": 71,
        "num_hidden_layers": 32,
        "parallel_attn": True,
        "vocab_size": 65024,
    },
    "Falcon-180B": {
        "model_type": "falcon",
        "bias": False,
        "hidden_size": 14848,
        "multi_query": True,
        "new_decoder_architecture": True,
        "num_attention_heads": 232,
        "num_hidden_layers": 80,
        "num_kv_heads": 8,
        "tie_word_embeddings": False,
        "vocab_size": 65024,
    },
    "OPT-66B": {
        "model_type": "opt",
        "ffn_dim": 36864,
        "hidden_size": 9216,
        "max_position_embeddings": 2048,
        "num_attention_heads": 72,
        "num_hidden_layers": 64,
        "vocab_size": 50272,
        "word_embed_proj_dim": 9216,
    },
    "Grok-1-314B": {
        "model_type": "grok-1",
        "hidden_size": 6144,
        "intermediate_size": 32768,
        "num_attention_heads": 48,
        "num_experts": 8,
        "num_experts_per_tok": 2,
        "num_hidden_layers": 64,
        "num_key_value_heads": 8,
        "vocab_size": 131072,
    },
    "GLM-4.5-355B-A32B": {
        "model_type": "glm4_moe",
        "first_k_dense_replace": 3,
        "head_dim": 128,
        "hidden_size": 5120,
        "intermediate_size": 12288,
        "moe_intermediate_size": 1536,
        "n_routed_experts": 160,
        "n_shared_experts": 1,
        "num_attention_heads": 96,
        "num_experts_per_tok": 8,
        "num_hidden_layers": 92,
        "num_key_value_heads": 8,
        "tie_word_embeddings": False,
        "vocab_size": 151552,
    },
    "MiniMax-Text-01-456B": {
        "model_type": "minimax_text_01",
        "attn_type_list": [0, 0, 0, 0, 0, 0, 0, 1] * 10,
        "head_dim": 128,
        "hidden_size": 6144,
        "intermediate_size": 9216,
        "num_attention_heads": 64,
        "num_experts_per_tok": 2,
        "num_hidden_layers": 80,
        "num_key_value_heads": 8,
        "num_local_experts": 32,
        "shared_intermediate_size": 0,
        "vocab_size": 200064,
    },
    "MiniMax-M2-230B-A10B": {
        "model_type": "minimax",
        "attn_type_list": [1] * 62,
        "head_dim": 128,
        "hidden_size": 3072,
        "intermediate_size": 1536,
        "num_attention_heads": 48,
        "num_experts_per_tok": 8,
        "num_hidden_layers": 62,
        "num_key_value_heads": 8,
        "num_local_experts": 256,
        "shared_intermediate_size": 0,
        "vocab_size": 200064,
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
    place = f"config.json:{line}:3: num_hidden_layers"
    assert f"{place}: `{value}`; expected a whole number of at least 0, such as 32." in message


def test_all_wrong_fields_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    wrong = {"vocab_size": "many", "intermediate_size": None, "tie_word_embeddings": "no"}
    said = refused(tmp_path, dict(LLAMA, **wrong)).splitlines()
    assert len(said) == 3
    assert "intermediate_size: missing. Add `intermediate_size`, such as 4096." in said[0]
    assert ':11:3: vocab_size: `"many"`; expected a whole number' in said[1]
    assert ':12:3: tie_word_embeddings: `"no"`; expected true or false.' in said[2]


def test_a_wrong_field_inside_another_is_named_with_both(tmp_path: Path) -> None:
    outer = dict(PUBLIC["Llama4-Maverick"])
    outer["text_config"] = dict(outer["text_config"], hidden_size="wide")  # type: ignore[call-overload]
    message = refused(tmp_path, {"hidden_size": 5120} | outer)
    assert 'text_config.hidden_size: `"wide"`; expected a whole number' in message
    assert "config.json:8:5: " in message


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


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["sliding_attention", "full_attention"] * 12, "24 entries; expected 36, one for each layer."),
        (["sliding_attention", "ful_attention"] * 18, "Did you mean `full_attention`?"),
        (
            ["full_attention"] * 18 + ["sliding_attention"] * 18,
            "layers 1, 2, 3, 4, 5, 6, ... of 36 attend to all tokens",
        ),
        (["full_attention", "sliding_attention", "sliding_attention"] * 11 + ["full_attention"] * 3, "evenly spaced."),
        (["sliding_attention"] * 17 + ["full_attention"] * 2 + ["sliding_attention"] * 17, "evenly spaced."),
    ],
)
def test_kinds_of_layers_that_no_period_describes_are_refused(kinds: list[str], said: str, tmp_path: Path) -> None:
    message = refused(tmp_path, dict(PUBLIC["gpt-oss-120b"], layer_types=kinds))
    assert ": layer_types: " in message
    assert said in message


def test_layers_without_a_window_may_come_first_in_each_period(tmp_path: Path) -> None:
    config = dict(PUBLIC["gpt-oss-120b"], layer_types=["full_attention", "sliding_attention"] * 18)
    assert read_model(written(tmp_path, config)).windowed_layers == 18


def test_layers_without_any_ordinary_attention_all_have_the_window_or_the_state(tmp_path: Path) -> None:
    config = dict(PUBLIC["gpt-oss-120b"], layer_types=["sliding_attention"] * 36)
    assert read_model(written(tmp_path, config)).windowed_layers == 36
    config = dict(PUBLIC["MiniMax-Text-01-456B"], attn_type_list=[0] * 80)
    assert read_model(written(tmp_path, config)).recurrent_layers == 80


def test_the_kinds_of_layers_of_a_hybrid_may_be_words(tmp_path: Path) -> None:
    words = (["linear_attention"] * 3 + ["full_attention"]) * 12
    config = dict(PUBLIC["Qwen3-Next-80B-A3B"], layer_types=words)
    assert read_model(written(tmp_path, config), "Qwen3-Next-80B-A3B") == find_model("Qwen3-Next-80B-A3B")
    config = dict(PUBLIC["MiniMax-Text-01-456B"], attn_type_list=None, layer_types=words[:40] * 2)
    assert read_model(written(tmp_path, config)).recurrent_layers == 60


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("MiniMax-Text-01-456B", {"attn_type_list": None}, "attn_type_list: missing."),
        ("MiniMax-Text-01-456B", {"attn_type_list": [0, 2] * 40}, "expected a list of zeros and ones"),
        ("MiniMax-Text-01-456B", {"attn_type_list": [0, 1]}, "attn_type_list: 2 entries; expected 80"),
        ("MiniMax-Text-01-456B", {"shared_intermediate_size": 9000}, "a multiple of the width of an expert, 9216"),
        ("OPT-66B", {"word_embed_proj_dim": 512}, "word_embed_proj_dim: 512; expected hidden_size, 9216"),
        ("OPT-66B", {"ffn_dim": None}, "ffn_dim: missing."),
        ("OPT-66B", {"enable_bias": "no"}, "expected true or false"),
        ("Falcon-180B", {"num_kv_heads": 7}, "kv_heads: 7; expected a divisor of heads, 232"),
        ("Falcon-7B", {"num_attention_heads": 70}, "num_attention_heads: 70; expected a divisor of the width 4544"),
    ],
)
def test_what_a_family_cannot_have_is_refused(name: str, change: dict[str, object], said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, dict(PUBLIC[name], **change))


@pytest.mark.parametrize(("family", "said"), [("mamba2", "a state space"), ("t5", "an encoder"), ("openelm", "widths")])
def test_a_family_that_cannot_be_described_is_refused_with_the_reason(family: str, said: str, tmp_path: Path) -> None:
    message = refused(tmp_path, dict(LLAMA, model_type=family))
    assert f"config.json:5:3: model_type: `{family}` has " in message
    assert said in message


def test_no_family_is_both_understood_and_beyond_description() -> None:
    assert set(FAMILIES).isdisjoint(" ".join(OTHERS).split())
    assert len(set(FAMILIES)) == len(FAMILIES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"a": ' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ('{"model_type": "llama", "hidden_size": 1' + "0" * 5_000 + "}", "a number of thousands of digits"),
        (json.dumps(dict(LLAMA, vocab_size=10**400)), "vocab: a number of about 401 digits; expected a whole number"),
        (
            json.dumps(dict(LLAMA, num_hidden_layers=10**13)),
            "layers: 10000000000000; expected a whole number of at most",
        ),
    ],
)
def test_a_file_beyond_all_measure_is_refused(text: str, said: str, tmp_path: Path) -> None:
    message = refused(tmp_path, text)
    assert message.startswith(str(tmp_path / "config.json"))
    assert said in message
