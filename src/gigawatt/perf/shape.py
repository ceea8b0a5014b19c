"""Shape: many models as arrays, one entry a configuration, and what one can count on them.

Shape     the dimensions of models, each an array with the configurations last
shapes    the models of some configurations, stacked

Counts are exact up to norms of queries and keys, sinks and convolutions, which are far below a thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.check import positions, require_kind
from gigawatt.perf.formats import Floats
from gigawatt.perf.model import Transformer


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Dimensions of models as arrays `(config,)`; build with `shapes`.

    Arguments:
        full, windowed, recurrent: layers with ordinary, windowed and linear attention.
        dense, moe: layers with an ordinary feed-forward part, and with experts.
        qk_dim, v_dim: width of a head's queries and keys, and of its values.
        mlp: matrices of a feed-forward part, 2 or 3.
        q_rank, kv_rank, rope, nope: of latent attention; kv_rank is 0 where there is none.
        expert_ffn, shared_ffn: inner width of one expert, and of all shared experts together.
        state_in, state_out, state: per recurrent layer, the widths of its projections and its state's values.
    """

    layers: Floats
    hidden: Floats
    heads: Floats
    kv_heads: Floats
    qk_dim: Floats
    v_dim: Floats
    ffn: Floats
    mlp: Floats
    vocab: Floats
    tied: Floats
    positions: Floats
    biased: Floats
    full: Floats
    windowed: Floats
    window: Floats
    recurrent: Floats
    state_in: Floats
    state_out: Floats
    state: Floats
    dense: Floats
    moe: Floats
    experts: Floats
    active: Floats
    expert_ffn: Floats
    shared_ffn: Floats
    q_rank: Floats
    kv_rank: Floats
    rope: Floats
    nope: Floats

    def take(self, index: ArrayLike) -> Shape:
        """The shapes at some positions, in that order.

        Arguments:
            index: integers `(config,)`.

        Raises:
            InputError: there is no such position.
        """
        chosen = positions("model", index, self.layers.size)
        return Shape(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})

    @property
    def attention_parameters(self) -> Floats:
        """Weights of the attention matrices of one layer with ordinary or windowed attention."""
        q_width = self.heads * self.qk_dim
        plain = self.hidden * (q_width + self.kv_heads * (self.qk_dim + self.v_dim))
        through = xp.where(self.q_rank > 0, self.q_rank * (self.hidden + q_width), self.hidden * q_width)
        spread = self.kv_rank * self.heads * (self.nope + self.v_dim)
        latent = through + self.hidden * (self.kv_rank + self.rope) + spread
        return xp.where(self.kv_rank > 0, latent, plain) + self.heads * self.v_dim * self.hidden

    @property
    def recurrent_parameters(self) -> Floats:
        """Weights of the projections of one recurrent layer."""
        return self.hidden * (self.state_in + self.state_out)

    @property
    def expert_parameters(self) -> Floats:
        """Weights of one expert."""
        return self.mlp * self.hidden * self.expert_ffn

    def _matrices(self, experts: Floats) -> Floats:
        mixing = (self.full + self.windowed) * self.attention_parameters + self.recurrent * self.recurrent_parameters
        dense = self.dense * self.mlp * self.hidden * self.ffn
        shared = self.mlp * self.hidden * self.shared_ffn + self.hidden * self.experts
        return mixing + dense + self.moe * (experts * self.expert_parameters + shared)

    @property
    def _vectors(self) -> Floats:
        norms = (2 * self.layers + 1) * self.hidden * (1 + self.biased)
        width = self.heads * self.qk_dim + 2 * self.kv_heads * self.qk_dim
        return norms + self.biased * self.layers * (width + 2 * self.hidden + (self.mlp - 1) * self.ffn)

    @property
    def embedding_parameters(self) -> Floats:
        """Weights of the tables of tokens and positions and of an output of its own."""
        return self.hidden * (self.vocab * (2 - self.tied) + self.positions)

    @property
    def parameters(self) -> Floats:
        """All weights."""
        return self._matrices(self.experts) + self._vectors + self.embedding_parameters

    @property
    def active_parameters(self) -> Floats:
        """Weights one token uses, embedding included."""
        return self._matrices(self.active) + self._vectors + self.embedding_parameters

    @property
    def matmul_parameters(self) -> Floats:
        """Weights that one token is multiplied with, the output included and table look-ups left out."""
        return self._matrices(self.active) + self.hidden * self.vocab

    @property
    def matmul_flops(self) -> Floats:
        """FLOP per token, forward, of all products with weights."""
        return 2 * self.matmul_parameters

    def keys(self, length: ArrayLike, *, causal: bool = True) -> tuple[Floats, Floats]:
        """How many keys a token of a sequence meets on average.

        Arguments:
            length: tokens of the sequence, `(config,)`.
            causal: whether a token sees only those before it.

        Returns:
            In a layer with ordinary attention, and in one with a window.
        """
        tokens = xp.asarray(length, dtype=xp.float64)
        if not causal:
            return tokens, xp.minimum(tokens, self.window)
        seen = xp.minimum(tokens, self.window)
        return tokens / 2, seen - seen * seen / (2 * tokens)

    def attention_flops(self, length: ArrayLike, *, causal: bool = True) -> Floats:
        """FLOP per token, forward, of scores and weighted values (and of the states of recurrent layers).

        Arguments:
            length: tokens of the sequence, `(config,)`.
            causal: count each token's own keys only; False counts the full square, as some publications do.
        """
        full, windowed = self.keys(length, causal=causal)
        pair = 2 * self.heads * (self.qk_dim + self.v_dim)
        # A state is decayed and corrected, added to and read: three products of its size.
        return pair * (self.full * full + self.windowed * windowed) + 6 * self.recurrent * self.state

    def flops(self, length: ArrayLike, *, causal: bool = True) -> Floats:
        """FLOP per token of a forward pass over sequences of some length."""
        return self.matmul_flops + self.attention_flops(length, causal=causal)

    @property
    def decode_flops(self) -> Floats:
        """FLOP for each token in the cache of one layer, when one new token attends to it.

        With a latent the heads work on the cached vector itself, after their matrices were moved to the query and the
        result (DeepSeek-V2, 2024, section 2.1.2); the products with those matrices are the ones listed by `matmuls`.
        """
        plain = self.qk_dim + self.v_dim
        return 2 * self.heads * xp.where(self.kv_rank > 0, 2 * self.kv_rank + self.rope, plain)

    def experts_met(self, tokens: ArrayLike) -> Floats:
        """How many experts of a layer some tokens meet together, if they choose evenly and independently.

        Arguments:
            tokens: tokens of a step, `(config,)`.
        """
        share = self.active / xp.maximum(self.experts, 1.0)
        return xp.asarray(self.experts * (1 - (1 - share) ** xp.asarray(tokens, dtype=xp.float64)))

    @property
    def kv_values(self) -> Floats:
        """Values one token leaves in the cache of one layer with ordinary or windowed attention."""
        plain = self.kv_heads * (self.qk_dim + self.v_dim)
        return xp.where(self.kv_rank > 0, self.kv_rank + self.rope, plain)

    def kv_bytes(self, context: ArrayLike, value_bytes: ArrayLike) -> Floats:
        """Bytes of the cache of one sequence in all layers, the states of recurrent layers (4 bytes) included.

        Arguments:
            context: tokens in the cache, `(config,)`.
            value_bytes: bytes of one value, `(config,)`.
        """
        tokens = xp.asarray(context, dtype=xp.float64)
        held = self.full * tokens + self.windowed * xp.minimum(tokens, self.window)
        return held * self.kv_values * xp.asarray(value_bytes, dtype=xp.float64) + 4 * self.recurrent * self.state


def shapes(models: Sequence[Transformer], index: ArrayLike | None = None) -> Shape:
    """The dimensions of models, stacked into arrays.

    Arguments:
        models: different models, or one for each configuration.
        index: which model each configuration has, integers `(config,)`; by default all in order.

    Raises:
        InputError: there is no model, or none at a position.
    """
    example = "`find_model('Llama3-70B')`"
    if isinstance(models, Transformer) or not models:
        given = "empty" if not isinstance(models, Transformer) else "one that is in no list"
        raise InputError(f"models: {given}; expected a list of at least one, such as [{example}].")
    require_kind("models", models, Transformer, example)
    rows = [_row(model) for model in models]
    names = [item.name for item in fields(Shape)]
    stacked = Shape(**{name: xp.array([row[name] for row in rows], dtype=xp.float64) for name in names})
    return stacked if index is None else stacked.take(index)


def _row(model: Transformer) -> dict[str, float]:
    latent, experts, recurrent = model.latent, model.experts, model.recurrent
    keys = recurrent.key_heads * recurrent.key_dim if recurrent else 0
    values = recurrent.value_heads * recurrent.value_dim if recurrent else 0
    return {
        "layers": model.layers,
        "hidden": model.hidden,
        "heads": model.heads,
        "kv_heads": model.kv_heads,
        "qk_dim": latent.rope + latent.nope if latent else model.head_dim,
        "v_dim": latent.value if latent else model.head_dim,
        "ffn": model.ffn,
        "mlp": 3 if model.gated else 2,
        "vocab": model.vocab,
        "tied": model.tied,
        "positions": model.positions,
        "biased": model.biased,
        "full": model.layers - model.windowed_layers - model.recurrent_layers,
        "windowed": model.windowed_layers,
        "window": model.window.size if model.window else xp.inf,
        "recurrent": model.recurrent_layers,
        "state_in": 2 * keys + 2 * values + (2 * recurrent.value_heads if recurrent else 0),
        "state_out": values,
        "state": values * recurrent.key_dim if recurrent else 0,
        "dense": model.layers - model.moe_layers,
        "moe": model.moe_layers,
        "experts": experts.count if experts else 0,
        "active": experts.active if experts else 0,
        "expert_ffn": experts.ffn if experts else 0,
        "shared_ffn": experts.shared * experts.ffn if experts else 0,
        "q_rank": latent.q_rank if latent else 0,
        "kv_rank": latent.kv_rank if latent else 0,
        "rope": latent.rope if latent else 0,
        "nope": latent.nope if latent else 0,
    }
