"""Models from a Hugging Face `config.json` on disk.

read_model    the model a file describes

A family is a `model_type`; what it does without saying so in the file (gates, biases, tied output, windows) is in the
tables of `config_families`, as its reference implementation has it.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

from gigawatt.errors import InputError, did_you_mean
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
from gigawatt.perf.config_fields import example, read_file, switches, whole, words
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.sheet import Sheet, SheetError

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
    config = read_file(file)
    try:
        return _read(Sheet(config.values), name or file.resolve().parent.name)
    except SheetError as error:
        raise InputError("\n".join(str(problem) for problem in map(config.problem, error.faults))) from None
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def _read(outer: Sheet, title: str) -> Transformer:
    inner = outer.part("text_config")
    outer.stop()
    fields = inner or outer
    says = fields if fields.has("model_type") else outer
    family = says.word("model_type", "")
    fields.stop()
    if family not in FAMILIES:
        _unknown(says, family)
    try:
        made = _named(title, family, fields)
    except InputError:
        # What could not be read is the cause, and not what was made without it.
        fields.stop()
        raise
    fields.stop()
    return made


def _unknown(fields: Sheet, family: str) -> None:
    for names, has in OTHERS.items():
        if family in names.split():
            fields.refuse("model_type", f"`{family}` has {has}.")
    known = did_you_mean(family, FAMILIES)
    fix = f"{known} A model of another family can be given by its dimensions, as a Transformer."
    fields.refuse("model_type", f"no family of models `{family}`. {fix}" if family else f"missing. {fix}")


def _named(title: str, family: str, fields: Sheet) -> Transformer:
    if family == "mpt":
        return _mpt(title, fields)
    layers = whole(fields, "num_hidden_layers", "n_layer")
    hidden = whole(fields, "hidden_size", "n_embd", "n_embed")
    heads = whole(fields, "num_attention_heads", "n_head")
    fields.stop()
    if heads == 0:
        fields.refuse(
            "num_attention_heads" if fields.has("num_attention_heads") else "n_head", "0; expected 1 or more."
        )
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
        vocab=whole(fields, "vocab_size"),
        tied=fields.flag("tie_word_embeddings", family in TIED),
        positions=_positions(family, hidden, fields),
        biased=fields.flag(BIAS.get(family, ""), family in BIASED),
        latent=latent,
        experts=experts,
        window=_window(family, layers, fields),
        recurrent=_recurrent(family, layers, heads, fields),
    )


def _kv_heads(family: str, heads: int, fields: Sheet) -> int:
    if family != "falcon":
        return whole(fields, "num_key_value_heads", default=heads)
    if fields.flag("multi_query", True) and not fields.flag("new_decoder_architecture", False):
        return 1
    return whole(fields, "num_kv_heads", default=heads)


def _width(hidden: int, heads: int, fields: Sheet) -> int:
    if hidden % heads and not fields.has("head_dim"):
        name = "num_attention_heads" if fields.has("num_attention_heads") else "n_head"
        fields.refuse(name, f"{heads}; expected a divisor of the width {hidden}, or `head_dim` as well.")
    return whole(fields, "head_dim", default=hidden // heads)


def _ffn(family: str, hidden: int, fields: Sheet) -> int:
    if family == "opt":
        return whole(fields, "ffn_dim")
    ffn = whole(
        fields, "intermediate_size", "n_inner", "ffn_hidden_size", default=4 * hidden if family in WIDE else None
    )
    return whole(fields, "intermediate_size_mlp", default=ffn) if family == "llama4_text" else ffn


def _positions(family: str, hidden: int, fields: Sheet) -> int:
    if family == "gpt2":
        return whole(fields, "n_positions", "max_position_embeddings")
    if family != "opt":
        return 0
    narrow = whole(fields, "word_embed_proj_dim", default=hidden)
    if narrow != hidden:
        what = f"{narrow}; expected hidden_size, {hidden}: an embedding of another width is not described."
        fields.refuse("word_embed_proj_dim", what)
    # The first position of the table is number 2.
    return whole(fields, "max_position_embeddings") + 2


def _mpt(title: str, fields: Sheet) -> Transformer:
    attention = fields.part("attn_config") or Sheet({}, ("attn_config",), fields.faults)
    hidden, heads = whole(fields, "d_model"), whole(fields, "n_heads")
    fields.stop()
    if heads == 0:
        fields.refuse("n_heads", "0; expected 1 or more.")
    learned = fields.flag("learned_pos_emb", True) and not attention.flag("alibi", False)
    return Transformer(
        name=title,
        layers=whole(fields, "n_layers"),
        hidden=hidden,
        heads=heads,
        kv_heads=whole(attention, "kv_n_heads", default=heads),
        head_dim=hidden // heads,
        ffn=hidden * whole(fields, "expansion_ratio", default=4),
        gated=False,
        vocab=whole(fields, "vocab_size"),
        tied=fields.flag("tie_word_embeddings", True),
        positions=whole(fields, "max_seq_len") if learned else 0,
        biased=not fields.flag("no_bias", False),
    )


def _latent(family: str, fields: Sheet) -> Latent | None:
    if family not in ("deepseek_v2", "deepseek_v3", "kimi_k2"):
        return None
    return Latent(
        q_rank=whole(fields, "q_lora_rank", default=0),
        kv_rank=whole(fields, "kv_lora_rank"),
        rope=whole(fields, "qk_rope_head_dim"),
        nope=whole(fields, "qk_nope_head_dim"),
        value=whole(fields, "v_head_dim"),
    )


def _experts(family: str, fields: Sheet) -> Experts | None:
    count = whole(fields, "num_local_experts", "num_experts", "n_routed_experts", default=0)
    if count == 0:
        return None
    ffn = whole(fields, "moe_intermediate_size", "intermediate_size")
    shared = whole(fields, "n_shared_experts", default=int(family == "llama4_text"))
    for name in ("shared_expert_intermediate_size", "shared_intermediate_size"):
        if fields.has(name):
            width = whole(fields, name)
            if ffn and width % ffn:
                fields.refuse(name, f"{width}; expected a multiple of the width of an expert, {ffn}.")
            shared = width // max(ffn, 1)
    return Experts(
        count=count,
        active=whole(fields, "num_experts_per_tok", "experts_per_token"),
        ffn=ffn,
        shared=shared,
        dense_layers=whole(fields, "first_k_dense_replace", default=0),
        every=whole(fields, "decoder_sparse_step", "moe_layer_freq", "interleave_moe_layer_step", default=1),
    )


def _window(family: str, layers: int, fields: Sheet) -> Window | None:
    size = whole(fields, "sliding_window", "attention_chunk_size", default=0)
    if size == 0 or (family in SWITCHED and not fields.flag("use_sliding_window", False)):
        return None
    kinds = words(fields, "layer_types")
    if not kinds:
        return Window(size, whole(fields, "sliding_window_pattern", default=PERIODS.get(family, 0)))
    period = _period("layer_types", kinds, NEAR, layers, fields)
    return None if period == 1 else Window(size, period)


def _period(name: str, kinds: list[str], others: tuple[str, ...], layers: int, fields: Sheet) -> int:
    """Of how many layers one attends to all tokens; 0 where none does."""
    if len(kinds) != layers:
        fields.refuse(name, f"{len(kinds)} entries; expected {layers}, one for each layer.")
    for kind in kinds:
        if kind not in (FULL, *others):
            fields.refuse(name, f"no kind of layers `{kind}`. {did_you_mean(kind, (FULL, *others))}")
    full = [at for at, kind in enumerate(kinds, 1) if kind == FULL]
    if not full:
        return 0
    period = full[1] - full[0] if len(full) > 1 else layers
    if any(two - one != period for one, two in pairwise(full)) or layers // period != len(full):
        where = ", ".join(map(str, full[:6])) + (", ..." if len(full) > 6 else "")
        fields.refuse(
            name, f"layers {where} of {layers} attend to all tokens; expected one in every few, evenly spaced."
        )
    return period


def _recurrent(family: str, layers: int, heads: int, fields: Sheet) -> Recurrent | None:
    if family in MINIMAX:
        period = _lightning(family, layers, fields)
        if period == 1:
            return None
        # Keys, values and the gate of lightning attention all have as many heads as the queries (MiniMax-01, 2025).
        width = whole(fields, "head_dim")
        return Recurrent(period or layers + 1, heads, heads, width, width)
    if family != "qwen3_next":
        return None
    kinds = words(fields, "layer_types")
    given = whole(fields, "full_attention_interval", default=4)
    period = _period("layer_types", kinds, (LINEAR,), layers, fields) if kinds else given
    if period == 1:
        return None
    return Recurrent(
        period=period or layers + 1,
        key_heads=whole(fields, "linear_num_key_heads"),
        value_heads=whole(fields, "linear_num_value_heads"),
        key_dim=whole(fields, "linear_key_head_dim"),
        value_dim=whole(fields, "linear_value_head_dim"),
    )


def _lightning(family: str, layers: int, fields: Sheet) -> int:
    """Of how many layers one has ordinary attention; 0 where none has."""
    name = "attn_type_list" if fields.has("attn_type_list") else "layer_types"
    ordinary = switches(fields, "attn_type_list")
    kinds = [FULL if each else LINEAR for each in ordinary] or words(fields, "layer_types")
    if not kinds and family == "minimax_m2":
        return 1
    if not kinds:
        fields.missing("attn_type_list", example("attn_type_list"))
        fields.stop()
    return _period(name, kinds, (LINEAR,), layers, fields)
