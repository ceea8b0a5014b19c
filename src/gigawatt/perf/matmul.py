"""Products with weights: which matrices one token meets, so that a layer's time is one call of `gemm_time`.

Matmuls    the inner and outer widths of all kinds of matrices, `(matmul, config)`
matmuls    the matrices of some models, cut over the chips of a tensor-parallel group
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.shape import Shape

NAMES: Final = (
    "qkv",
    "q_down",
    "q_up",
    "kv_down",
    "kv_up",
    "out",
    "state_in",
    "state_out",
    "up",
    "down",
    "router",
    "expert_up",
    "expert_down",
    "shared_up",
    "shared_down",
    "head",
)
"""The kinds of matrices, in the order a token meets them."""

COLUMNS: Final = ("qkv", "q_up", "kv_up", "state_in", "up", "expert_up", "shared_up", "head")
"""Kinds whose result is cut over a tensor-parallel group."""

ROWS: Final = ("out", "state_out", "down", "expert_down", "shared_down")
"""Kinds whose sum is cut over a tensor-parallel group; a reduction follows."""

EXPERT: Final = ("expert_up", "expert_down")
"""Kinds of which each expert has its own matrix and sees its share of the tokens."""


@dataclass(frozen=True, slots=True, eq=False)
class Matmuls:
    """Kinds of matrices; `n` and `k` are 1 and `layers` 0 where a model has none of a kind.

    Arguments:
        n: columns of a chip's part of the matrix, `(matmul, config)`.
        k: rows of a chip's part of the matrix, `(matmul, config)`.
        layers: layers that have such a matrix, `(matmul, config)`; 1 for the head.
        experts: matrices of the kind in a layer, `(matmul, config)`: the number of experts, or 1.
        share: share of the tokens each of these matrices sees, `(matmul, config)`.
    """

    n: Floats
    k: Floats
    layers: Floats
    experts: Floats
    share: Floats


def matmuls(shape: Shape, tp: ArrayLike = 1, expert_tp: ArrayLike | None = None) -> Matmuls:
    """The matrices of models, as one chip of a tensor-parallel group sees them.

    Arguments:
        shape: the models, `(config,)`.
        tp: chips a matrix is cut over, `(config,)`.
        expert_tp: chips an expert's matrices are cut over; the same as `tp` by default.
    """
    cut = xp.asarray(tp, dtype=xp.float64)
    cut_expert = cut if expert_tp is None else xp.asarray(expert_tp, dtype=xp.float64)
    h, q, up = shape.hidden, shape.heads * shape.qk_dim, shape.mlp - 1
    attending, latent = shape.full + shape.windowed, shape.kv_rank > 0
    ranked = latent & (shape.q_rank > 0)
    spread = shape.heads * (shape.nope + shape.v_dim)
    kv = shape.kv_heads * (shape.qk_dim + shape.v_dim)
    # One copy of a head's keys is kept on every chip when there are fewer heads than chips.
    kept = xp.maximum(kv / cut, shape.qk_dim + shape.v_dim) * cut
    table = {
        "qkv": (h, q + kept, attending * ~latent),
        "q_down": (h, shape.q_rank, attending * ranked),
        "q_up": (xp.where(ranked, shape.q_rank, h), q, attending * latent),
        "kv_down": (h, shape.kv_rank + shape.rope, attending * latent),
        "kv_up": (shape.kv_rank, spread, attending * latent),
        "out": (shape.heads * shape.v_dim, h, attending),
        "state_in": (h, shape.state_in, shape.recurrent),
        "state_out": (shape.state_out, h, shape.recurrent),
        "up": (h, up * shape.ffn, shape.dense),
        "down": (shape.ffn, h, shape.dense),
        "router": (h, shape.experts, shape.moe),
        "expert_up": (h, up * shape.expert_ffn, shape.moe),
        "expert_down": (shape.expert_ffn, h, shape.moe),
        "shared_up": (h, up * shape.shared_ffn, shape.moe * (shape.shared_ffn > 0)),
        "shared_down": (shape.shared_ffn, h, shape.moe * (shape.shared_ffn > 0)),
        "head": (h, shape.vocab, xp.ones_like(h)),
    }
    n, k, layers, experts, share = [], [], [], [], []
    for name in NAMES:
        rows, columns, many = table[name]
        over = cut_expert if name in EXPERT else cut
        n.append(xp.where(many > 0, columns / over if name in COLUMNS else columns, 1.0))
        k.append(xp.where(many > 0, rows / over if name in ROWS else rows, 1.0))
        layers.append(many)
        experts.append(xp.maximum(shape.experts, 1.0) if name in EXPERT else xp.ones_like(h))
        share.append(shape.active / xp.maximum(shape.experts, 1.0) if name in EXPERT else xp.ones_like(h))
    return Matmuls(*(xp.stack(xp.broadcast_arrays(*part)) for part in (n, k, layers, experts, share)))
