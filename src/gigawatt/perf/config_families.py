"""Families of models, by the `model_type` of their `config.json`, and what each does without saying so in the file.

FAMILIES    those that are understood
OTHERS      those that are known and cannot be described
"""

from __future__ import annotations

from typing import Final

PLAIN: Final = ("gpt2", "gpt_neox", "bloom", "mpt", "nemotron", "falcon", "opt")
"""Families whose feed-forward part has no gate."""

TIED: Final = ("gpt2", "bloom", "mpt", "gemma", "gemma2", "gemma3_text", "cohere", "falcon", "opt", "grok-1")
"""Families whose output uses the embedding unless the file says otherwise."""

BIASED: Final = ("gpt2", "gpt_neox", "bloom", "opt")
"""Families with biases in all linear layers and norms, unless the file says otherwise."""

BIAS: Final = {"falcon": "bias", "opt": "enable_bias"}
"""The field that says whether there are biases, in families that have one."""

WIDE: Final = ("gpt2", "gpt_neox", "bloom", "falcon")
"""Families whose feed-forward part is four times as wide as the model unless the file says otherwise."""

MINIMAX: Final = ("minimax", "minimax_text_01", "minimax_m1", "minimax_m2")
"""Families whose file says layer by layer whether attention is linear."""

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
    "grok-1",
    *MINIMAX,
)
"""Families with a gate in the feed-forward part."""

FAMILIES: Final = (*PLAIN, *GATED)
"""The values of `model_type` that are understood."""

PERIODS: Final = {"gemma2": 2, "gemma3_text": 6, "gpt_oss": 2, "llama4_text": 4}
"""One layer in so many attends to all tokens, in families that mix it with windows; 0 in all others."""

SWITCHED: Final = ("qwen2", "qwen2_moe", "qwen3", "qwen3_moe")
"""Families that use their window only if `use_sliding_window` is true."""

OTHERS: Final = {
    "mamba mamba2 falcon_mamba falcon_h1 jamba zamba2 bamba nemotron_h granitemoehybrid recurrent_gemma rwkv lfm2": (
        "layers with a state space, which is not described"
    ),
    "bert roberta distilbert xlm-roberta deberta-v2 modernbert electra t5 mt5 umt5 bart mbart pegasus whisper": (
        "an encoder, and only decoders are described"
    ),
    "openelm deci nemotron-nas gemma3n gemma3n_text": (
        "layers that differ in their widths, and all layers of a model are taken to be alike"
    ),
}
"""Families that are known and cannot be described by the dimensions of a `Transformer`, with what they have."""
