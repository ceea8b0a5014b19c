"""Transformers: what a language model is made of, as far as time, memory and power depend on it.

Transformer   layers, attention, feed-forward part, vocabulary
Latent        attention through a low-rank latent (MLA)
Experts       a feed-forward part of which each token uses a few experts
Window        layers that look back a limited distance
Recurrent     layers with a state of fixed size in place of a cache (linear attention)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from gigawatt.errors import InputError
from gigawatt.perf.check import Bounds, require_flag, require_number

LARGEST: Final = 1e12
"""No dimension is larger, so that products of several are still numbers."""

MAY_BE_NONE: Final = ("q_rank", "shared", "dense_layers", "rope", "period", "positions")
"""Dimensions that may be 0."""


@dataclass(frozen=True, slots=True)
class Latent:
    """Attention whose keys and values are read from one latent vector a token (DeepSeek-V2, 2024, section 2.1).

    Arguments:
        q_rank: width of the latent of the queries; 0 where queries are projected directly.
        kv_rank: width of the latent that is cached.
        rope: width of the part of a head that carries the position, shared by all heads in the cache.
        nope: width of the part of a head without position.
        value: width of a head's values.
    """

    q_rank: int
    kv_rank: int
    rope: int
    nope: int
    value: int


@dataclass(frozen=True, slots=True)
class Experts:
    """A feed-forward part made of experts.

    Arguments:
        count: experts in a layer.
        active: experts each token is sent to.
        ffn: inner width of one expert.
        shared: experts, of the same width, that every token passes.
        dense_layers: layers at the start that have an ordinary feed-forward part.
        every: of the remaining layers, one in `every` has experts.
    """

    count: int
    active: int
    ffn: int
    shared: int = 0
    dense_layers: int = 0
    every: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """Layers that attend to the last `size` tokens only; one layer in `period` attends to all (0: none does)."""

    size: int
    period: int = 0


@dataclass(frozen=True, slots=True)
class Recurrent:
    """Layers of linear attention; one layer in `period` keeps ordinary attention.

    Arguments:
        period: layers between two with ordinary attention.
        key_heads, value_heads: heads of the keys (and queries), and of the values (and the gate).
        key_dim, value_dim: width of a head; the state of a layer is value_heads x key_dim x value_dim.
    """

    period: int
    key_heads: int
    value_heads: int
    key_dim: int
    value_dim: int


@dataclass(frozen=True, slots=True)
class Transformer:
    """A decoder-only language model, by its dimensions.

    Arguments:
        name: what people call it.
        layers, hidden, heads, kv_heads, head_dim: of the attention.
        ffn: inner width of the dense feed-forward part.
        gated: whether the feed-forward part has a gate (three matrices, not two).
        vocab: rows of the embedding.
        tied: whether the output uses the embedding's matrix.
        positions: rows of a learned table of positions; 0 for rotary, ALiBi or none.
        biased: whether linear layers and norms have biases.
        latent, experts, window, recurrent: the kinds of layers beyond the plain ones.

    Raises:
        InputError: a dimension is no whole number or too small, or the parts contradict each other.
    """

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    gated: bool
    vocab: int
    tied: bool = False
    positions: int = 0
    biased: bool = False
    latent: Latent | None = None
    experts: Experts | None = None
    window: Window | None = None
    recurrent: Recurrent | None = None

    def __post_init__(self) -> None:
        own = f"model `{self.name}`: "
        for name in ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab", "positions"):
            require_number(own + name, getattr(self, name), _bounds(name))
        for name in ("gated", "tied", "biased"):
            require_flag(own + name, getattr(self, name))
        self._refuse(self.heads % self.kv_heads == 0, "kv_heads", self.kv_heads, f"a divisor of heads, {self.heads}")
        for kind in (Latent, Experts, Window, Recurrent):
            place = kind.__name__.lower()
            part = getattr(self, place)
            self._refuse(part is None or isinstance(part, kind), place, part, f"`{kind.__name__}`, or None")
            for item in fields(kind) if part is not None else ():
                require_number(f"{own}{place}.{item.name}", getattr(part, item.name), _bounds(item.name))
        if self.experts is not None:
            active, count = self.experts.active, self.experts.count
            self._refuse(active <= count, "experts.active", active, f"at most experts.count, {count}")
            first = self.experts.dense_layers
            self._refuse(first <= self.layers, "experts.dense_layers", first, f"at most layers, {self.layers}")
        if self.recurrent is not None:
            self._refuse(self.recurrent.period >= 1, "recurrent.period", self.recurrent.period, "at least 1")
            self._refuse(self.window is None, "recurrent", "together with window", "one of the two, not both")

    def _refuse(self, fine: bool, place: str, given: object, expected: str) -> None:
        if not fine:
            raise InputError(f"model `{self.name}`: {place}: {given}; expected {expected}.")

    @property
    def moe_layers(self) -> int:
        """Layers whose feed-forward part is made of experts."""
        return 0 if self.experts is None else (self.layers - self.experts.dense_layers) // self.experts.every

    @property
    def recurrent_layers(self) -> int:
        """Layers of linear attention."""
        return 0 if self.recurrent is None else self.layers - self.layers // self.recurrent.period

    @property
    def windowed_layers(self) -> int:
        """Layers that look back a limited distance."""
        if self.window is None:
            return 0
        return self.layers - (self.layers // self.window.period if self.window.period else 0)

    @property
    def attention(self) -> str:
        """The kind of attention: `mla`, `mha`, `mqa` or `gqa`, followed by `+window` or `+linear`."""
        shared = "mha" if self.kv_heads == self.heads else "mqa" if self.kv_heads == 1 else "gqa"
        extra = "+window" if self.window else "+linear" if self.recurrent else ""
        return ("mla" if self.latent else shared) + extra


def _bounds(name: str) -> Bounds:
    return Bounds(0 if name in MAY_BE_NONE else 1, LARGEST, whole=True)
