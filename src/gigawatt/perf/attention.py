"""Attention: how long scores, softmax and weighted values take, over a prompt and over a cache.

prompt_keys               keys a token of a prompt meets on average
prefill_attention_time    all tokens of a prompt or of a training sequence, forward
decode_attention_time     one new token for each sequence, reading its cache
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.stream import stream_time


def attention_share(chips: Hardware, kernels: Kernels = CALIBRATED) -> Floats:
    """Which share of its peak a chip sustains in attention over long sequences, `(config,)`."""
    return xp.asarray(kernels.attention_best * chips.cycle_flops / (chips.cycle_flops + kernels.attention_array))


def prompt_keys(tokens: ArrayLike, prefix: ArrayLike, window: ArrayLike = xp.inf) -> Floats:
    """How many keys a token of a prompt meets on average, where each sees itself and those before it.

    Arguments:
        tokens: new tokens, `(config,)`.
        prefix: tokens before them that are in the cache already, `(config,)`.
        window: keys a token sees at most, `(config,)`; infinite where there is no window.

    Returns:
        Keys, `(config,)`; half the tokens and the whole prefix without a window.
    """
    new, known, most = (xp.asarray(part, dtype=xp.float64) for part in (tokens, prefix, window))
    # The tokens whose window is not full yet see all before them, the others as many as it holds.
    growing = xp.clip(most - known, 0.0, new)
    seen = growing * (known + growing / 2)
    full = xp.where(new > growing, xp.minimum(most, known + new) * (new - growing), 0.0)
    return xp.asarray(xp.where(new > 0, (seen + full) / xp.maximum(new, xp.finfo(xp.float64).tiny), known))


def prefill_attention_time(
    sequences: ArrayLike,
    tokens: ArrayLike,
    keys: ArrayLike,
    heads: ArrayLike,
    kv_heads: ArrayLike,
    qk_dim: ArrayLike,
    v_dim: ArrayLike,
    chips: Hardware,
    number_format: ArrayLike,
    *,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """How long one layer's attention takes for all tokens of some sequences, in one fused kernel.

    Arguments:
        sequences: sequences on the chip, `(config,)`.
        tokens: new tokens of each, `(config,)`.
        keys: keys a token meets on average, `(config,)`: `prompt_keys`, or `Shape.keys`.
        heads, kv_heads: heads on the chip, `(config,)`.
        qk_dim, v_dim: width of a head's keys and values, `(config,)`.
        chips: hardware, `(config,)`.
        number_format: format codes of the products, `(config,)`.
        kernels: constants.

    Returns:
        Seconds, `(config,)`.
    """
    tokens, keys, heads = (xp.asarray(part, dtype=xp.float64) for part in (tokens, keys, heads))
    qk_dim, v_dim, kv_heads = (xp.asarray(part, dtype=xp.float64) for part in (qk_dim, v_dim, kv_heads))
    queries = xp.asarray(sequences, dtype=xp.float64) * tokens
    work = 2 * queries * heads * (qk_dim + v_dim) * (keys + kernels.attention_pad)
    compute = work / (chips.rate(number_format) * attention_share(chips, kernels))
    vector = kernels.attention_vector * queries * heads * qk_dim
    # Queries in and results out in 16 bits; keys and values of the new tokens once.
    moved = 2 * queries * (heads + kv_heads) * (qk_dim + v_dim)
    return xp.asarray(kernels.launch + xp.maximum(compute + vector, stream_time(moved, chips, kernels)))


def decode_attention_time(
    cache: ArrayLike,
    work: ArrayLike,
    chips: Hardware,
    number_format: ArrayLike,
    *,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """How long one layer's attention takes for the next token of all sequences on a chip.

    Arguments:
        cache: bytes of the layer's cache that are read, all sequences together, `(config,)`.
        work: FLOP of scores and weighted values, all sequences together, `(config,)`; it matters where many heads
            share one latent.
        chips: hardware, `(config,)`.
        number_format: format codes of the products, `(config,)`.
        kernels: constants.

    Returns:
        Seconds, `(config,)`; zero where there is no cache.
    """
    read = xp.asarray(cache, dtype=xp.float64)
    memory = read / (chips.hbm_bandwidth * kernels.decode_hbm)
    compute = xp.asarray(work, dtype=xp.float64) / (chips.rate(number_format) * attention_share(chips, kernels))
    return xp.asarray(xp.where(read > 0, kernels.decode_latency + xp.maximum(memory, compute), 0.0))
