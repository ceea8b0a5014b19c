"""Models from a Hugging Face `config.json` on disk.

read_model    the model a file describes

A family is a `model_type`; what it does without saying so in the file (gates, biases, tied output, windows) is in the
tables of `config_families`, as its reference implementation has it.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

from gigawatt.errors import InputError, Problem, did_you_mean
from gigawatt.perf.config_families import (
    BIAS,
    BIASED,
    FAMILIES,
    MINIMAX,
    OTHERS,
    PERIODS,
    PLAIN,
    SWITCHED,
    TIED,
    WIDE,
)
from gigawatt.perf.config_fields import Fields, read_fields
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window

FULL: Final = "full_attention"
"""What `layer_types` calls a layer that attends to all tokens."""

NEAR: Final = ("sliding_attention", "chunked_attention")
"""What it calls those that do not look further back than a window."""

LINEAR: Final = "linear_attention"
"""What it calls those with a state in place of a cache."""


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
    for names, has in OTHERS.items():
        if family in names.split():
            fields.refuse("model_type", f"`{family}` has {has}")
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
    return Transformer(
        name=title,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=heads if latent else _kv_heads(family, heads, fields),
        head_dim=latent.rope + latent.nope if latent else _width(hidden, heads, fields),
        ffn=_ffn(family, hidden, fields),
        gated=family not in PLAIN,
        vocab=fields.whole("vocab_size"),
        tied=fields.flag("tie_word_embeddings", family in TIED),
        positions=_positions(family, hidden, fields),
        biased=fields.flag(BIAS.get(family, ""), family in BIASED),
        latent=latent,
        experts=experts,
        window=_window(family, layers, fields),
        recurrent=_recurrent(family, layers, heads, fields),
    )


def _kv_heads(family: str, heads: int, fields: Fields) -> int:
    if family != "falcon":
        return fields.whole("num_key_value_heads", default=heads)
    if fields.flag("multi_query", True) and not fields.flag("new_decoder_architecture", False):
        return 1
    return fields.whole("num_kv_heads", default=heads)


def _width(hidden: int, heads: int, fields: Fields) -> int:
    if hidden % heads and not fields.has("head_dim"):
        name = "num_attention_heads" if fields.has("num_attention_heads") else "n_head"
        fields.refuse(name, f"{heads}; expected a divisor of the width {hidden}, or `head_dim` as well")
    return fields.whole("head_dim", default=hidden // heads)


def _ffn(family: str, hidden: int, fields: Fields) -> int:
    if family == "opt":
        return fields.whole("ffn_dim")
    ffn = fields.whole(
        "intermediate_size", "n_inner", "ffn_hidden_size", default=4 * hidden if family in WIDE else None
    )
    return fields.whole("intermediate_size_mlp", default=ffn) if family == "llama4_text" else ffn


def _positions(family: str, hidden: int, fields: Fields) -> int:
    if family == "gpt2":
        return fields.whole("n_positions", "max_position_embeddings")
    if family != "opt":
        return 0
    narrow = fields.whole("word_embed_proj_dim", default=hidden)
    if narrow != hidden:
        what = f"{narrow}; expected hidden_size, {hidden}: an embedding of another width is not described"
        fields.refuse("word_embed_proj_dim", what)
    # The first position of the table is number 2.
    return fields.whole("max_position_embeddings") + 2


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
    for name in ("shared_expert_intermediate_size", "shared_intermediate_size"):
        if fields.has(name):
            whole = fields.whole(name)
            if ffn and whole % ffn:
                fields.refuse(name, f"{whole}; expected a multiple of the width of an expert, {ffn}")
            shared = whole // max(ffn, 1)
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
    period = _period("layer_types", kinds, NEAR, layers, fields)
    return None if period == 1 else Window(size, period)


def _period(name: str, kinds: list[str], others: tuple[str, ...], layers: int, fields: Fields) -> int:
    """Of how many layers one attends to all tokens; 0 where none does."""
    if len(kinds) != layers:
        fields.refuse(name, f"{len(kinds)} entries; expected {layers}, one for each layer")
    for kind in kinds:
        if kind not in (FULL, *others):
            fields.refuse(name, f"no kind of layers `{kind}`. {did_you_mean(kind, (FULL, *others))}".rstrip("."))
    full = [at for at, kind in enumerate(kinds, 1) if kind == FULL]
    if not full:
        return 0
    period = full[1] - full[0] if len(full) > 1 else layers
    if any(two - one != period for one, two in pairwise(full)) or layers // period != len(full):
        where = ", ".join(map(str, full[:6])) + (", ..." if len(full) > 6 else "")
        fields.refuse(
            name, f"layers {where} of {layers} attend to all tokens; expected one in every few, evenly spaced"
        )
    return period


def _recurrent(family: str, layers: int, heads: int, fields: Fields) -> Recurrent | None:
    if family in MINIMAX:
        period = _lightning(family, layers, fields)
        if period == 1:
            return None
        # Keys, values and the gate of lightning attention all have as many heads as the queries (MiniMax-01, 2025).
        width = fields.whole("head_dim")
        return Recurrent(period or layers + 1, heads, heads, width, width)
    if family != "qwen3_next":
        return None
    kinds = fields.words("layer_types")
    given = fields.whole("full_attention_interval", default=4)
    period = _period("layer_types", kinds, (LINEAR,), layers, fields) if kinds else given
    if period == 1:
        return None
    return Recurrent(
        period=period or layers + 1,
        key_heads=fields.whole("linear_num_key_heads"),
        value_heads=fields.whole("linear_num_value_heads"),
        key_dim=fields.whole("linear_key_head_dim"),
        value_dim=fields.whole("linear_value_head_dim"),
    )


def _lightning(family: str, layers: int, fields: Fields) -> int:
    """Of how many layers one has ordinary attention; 0 where none has."""
    name = "attn_type_list" if fields.has("attn_type_list") else "layer_types"
    ordinary = fields.switches("attn_type_list")
    kinds = [FULL if each else LINEAR for each in ordinary] or fields.words("layer_types")
    if not kinds and family == "minimax_m2":
        return 1
    if not kinds:
        fields.missing("attn_type_list")
    return _period(name, kinds, (LINEAR,), layers, fields)
