"""Models from a Hugging Face `config.json` on disk.

read_model    the model a file describes

A family is a `model_type`; what a family does without saying so in the file (gates, biases, tied output, windows) is in
the tables below, as its reference implementation has it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gigawatt.errors import InputError, Problem, did_you_mean
from gigawatt.perf.config_fields import Fields, read_fields
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window

PLAIN: Final = ("gpt2", "gpt_neox", "bloom", "mpt", "nemotron")
"""Families whose feed-forward part has no gate."""

TIED: Final = ("gpt2", "bloom", "mpt", "gemma", "gemma2", "gemma3_text", "cohere")
"""Families whose output uses the embedding unless the file says otherwise."""

BIASED: Final = ("gpt2", "gpt_neox", "bloom")
"""Families with biases in all linear layers and norms."""

GATED: Final = (
    "llama",
    "llama4_text",
    "mistral",
    "mixtral",
    "qwen2",
    "qwen2_moe",
    "qwen3",
    "qwen3_moe",
    "qwen3_next",
    "deepseek_v2",
    "deepseek_v3",
    "kimi_k2",
    "glm4_moe",
    "gpt_oss",
    "gemma",
    "gemma2",
    "gemma3_text",
    "phi3",
    "olmo2",
    "granite",
    "cohere",
)
"""Families with a gate in the feed-forward part."""

FAMILIES: Final = (*PLAIN, *GATED)
"""The values of `model_type` that are understood."""

PERIODS: Final = {"gemma2": 2, "gemma3_text": 6, "gpt_oss": 2, "llama4_text": 4}
"""One layer in so many attends to all tokens, in families that mix it with windows; 0 in all others."""

SWITCHED: Final = ("qwen2", "qwen2_moe", "qwen3", "qwen3_moe")
"""Families that use their window only if `use_sliding_window` is true."""


def read_model(path: Path | str, name: str | None = None) -> Transformer:
    """The model a `config.json` describes.

    Arguments:
        path: the file, or the folder it lies in.
        name: what to call the model; the folder's name by default.

    Raises:
        InputError: the file cannot be read, a field is missing or wrong, or the family is unknown.
    """
    where = Path(path)
    file = where / "config.json" if where.is_dir() else where
    outer = read_fields(file)
    fields = outer.part("text_config") if outer.has("text_config") else outer
    family = fields.word("model_type") or outer.word("model_type")
    if family not in FAMILIES:
        _unknown(outer if not fields.has("model_type") else fields, family)
    title = name or file.resolve().parent.name
    try:
        return _named(title, family, fields)
    except InputError as error:
        raise InputError(f"{file}: {error}" if str(file) not in str(error) else str(error)) from None


def _unknown(fields: Fields, family: str) -> None:
    known = did_you_mean(family, FAMILIES)
    fix = f"{known} A model of another family can be given by its dimensions, as a Transformer."
    if family:
        fields.refuse("model_type", f"no family of models `{family}`. {fix}".rstrip("."))
    raise InputError(str(Problem(fields.file, 0, 0, "model_type", f"missing. {fix}")))


def _named(title: str, family: str, fields: Fields) -> Transformer:
    if family == "mpt":
        return _mpt(title, fields)
    layers = fields.whole("num_hidden_layers", "n_layer")
    hidden = fields.whole("hidden_size", "n_embd", "n_embed")
    heads = fields.whole("num_attention_heads", "n_head")
    if heads == 0:
        fields.refuse("num_attention_heads" if fields.has("num_attention_heads") else "n_head", "0; expected 1 or more")
    latent, experts = _latent(family, fields), _experts(family, fields)
    wide = 4 * hidden if family in BIASED else None
    ffn = fields.whole("intermediate_size", "n_inner", default=wide)
    if family == "llama4_text":
        ffn = fields.whole("intermediate_size_mlp", default=ffn)
    width = latent.rope + latent.nope if latent else fields.whole("head_dim", default=hidden // heads)
    return Transformer(
        name=title,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=heads if latent else fields.whole("num_key_value_heads", default=heads),
        head_dim=width,
        ffn=ffn,
        gated=family not in PLAIN,
        vocab=fields.whole("vocab_size"),
        tied=fields.flag("tie_word_embeddings", family in TIED),
        positions=fields.whole("n_positions", "max_position_embeddings") if family == "gpt2" else 0,
        biased=family in BIASED,
        latent=latent,
        experts=experts,
        window=_window(family, layers, fields),
        recurrent=_recurrent(fields) if family == "qwen3_next" else None,
    )


def _mpt(title: str, fields: Fields) -> Transformer:
    attention = fields.part("attn_config")
    hidden, heads = fields.whole("d_model"), fields.whole("n_heads")
    if heads == 0:
        fields.refuse("n_heads", "0; expected 1 or more")
    learned = fields.flag("learned_pos_emb", True) and not attention.flag("alibi", False)
    return Transformer(
        name=title,
        layers=fields.whole("n_layers"),
        hidden=hidden,
        heads=heads,
        kv_heads=attention.whole("kv_n_heads", default=heads),
        head_dim=hidden // heads,
        ffn=hidden * fields.whole("expansion_ratio", default=4),
        gated=False,
        vocab=fields.whole("vocab_size"),
        tied=fields.flag("tie_word_embeddings", True),
        positions=fields.whole("max_seq_len") if learned else 0,
        biased=not fields.flag("no_bias", False),
    )


def _latent(family: str, fields: Fields) -> Latent | None:
    if family not in ("deepseek_v2", "deepseek_v3", "kimi_k2"):
        return None
    return Latent(
        q_rank=fields.whole("q_lora_rank", default=0),
        kv_rank=fields.whole("kv_lora_rank"),
        rope=fields.whole("qk_rope_head_dim"),
        nope=fields.whole("qk_nope_head_dim"),
        value=fields.whole("v_head_dim"),
    )


def _experts(family: str, fields: Fields) -> Experts | None:
    count = fields.whole("num_local_experts", "num_experts", "n_routed_experts", default=0)
    if count == 0:
        return None
    ffn = fields.whole("moe_intermediate_size", "intermediate_size")
    shared = fields.whole("n_shared_experts", default=int(family == "llama4_text"))
    if fields.has("shared_expert_intermediate_size"):
        shared = fields.whole("shared_expert_intermediate_size") // max(ffn, 1)
    return Experts(
        count=count,
        active=fields.whole("num_experts_per_tok", "experts_per_token"),
        ffn=ffn,
        shared=shared,
        dense_layers=fields.whole("first_k_dense_replace", default=0),
        every=fields.whole("decoder_sparse_step", "moe_layer_freq", "interleave_moe_layer_step", default=1),
    )


def _window(family: str, layers: int, fields: Fields) -> Window | None:
    size = fields.whole("sliding_window", "attention_chunk_size", default=0)
    if size == 0 or (family in SWITCHED and not fields.flag("use_sliding_window", False)):
        return None
    kinds = fields.words("layer_types")
    if not kinds:
        return Window(size, fields.whole("sliding_window_pattern", default=PERIODS.get(family, 0)))
    full = kinds.count("full_attention")
    if full == len(kinds):
        return None
    period = layers // full if full else 0
    if period and layers // period != full:
        fields.refuse("layer_types", f"{full} of {layers} layers attend to all tokens; expected one in every few")
    return Window(size, period)


def _recurrent(fields: Fields) -> Recurrent:
    return Recurrent(
        period=fields.whole("full_attention_interval", default=4),
        key_heads=fields.whole("linear_num_key_heads"),
        value_heads=fields.whole("linear_num_value_heads"),
        key_dim=fields.whole("linear_key_head_dim"),
        value_dim=fields.whole("linear_value_head_dim"),
    )
