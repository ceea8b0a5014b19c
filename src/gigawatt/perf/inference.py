"""One step of inference: how long a batch of prompts and of next tokens takes to pass through a model.

StepTime             where the time of a step goes, and what a chip computed, moved and sent
step_time            all of it, for many configurations at once

Layers are cut over `tp` chips, whole layers over `pp` stages, experts over `ep` of the `tp * attention_dp` chips of a
stage; with `attention_dp` above 1 there are so many groups that attend each to its own sequences and meet at the
experts. A step with `pp` stages runs as up to `pp` smaller batches in turn, so that all stages work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.perf.attention import decode_attention_time, prefill_attention_time
from gigawatt.perf.collective import collective_time, point_to_point_time
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.formats import Floats, format_bytes, format_code
from gigawatt.perf.gemm import RESULT_BYTES, gemm_time
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.matmul import EXPERT, NAMES, matmuls
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import RECORDED, Engine
from gigawatt.perf.stream import stream_time

PASSES: Final = 8.0
"""Times a layer's vector work reads or writes the hidden state: two norms with their sums, and copies between."""

SORTS: Final = 6.0
"""Times a row is read or written for each of its experts: sorted, scaled, taken from the result, weighted, summed."""

_EXPERTS: Final = np.array([name in EXPERT for name in NAMES])[:, None]
_HEAD: Final = np.array([name == "head" for name in NAMES])[:, None]
_WIDE: Final = np.array([name in ("head", "router") for name in NAMES])[:, None]
_BF16: Final = format_code("bf16")


@dataclass(frozen=True, slots=True, eq=False)
class StepTime:
    """Where the time of a step goes, s, and what the busiest chip does in it; `(config,)` each.

    Arguments:
        products: matrix products outside of experts, the head included.
        experts: products of experts.
        attention: over prompts and caches.
        vector: norms, activations and other small kernels.
        exchange: between the chips of a stage and between stages.
        idle: of a stage that waits for others while the pipeline fills and drains.
        gap: of chips that wait for the host.
        total: of all of it.
        flops: FLOP of a chip.
        moved: bytes a chip reads and writes in its memory.
        sent: bytes a chip sends.
    """

    products: Floats
    experts: Floats
    attention: Floats
    vector: Floats
    exchange: Floats
    idle: Floats
    gap: Floats
    total: Floats
    flops: Floats
    moved: Floats
    sent: Floats


def step_time(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    batch: Passing,
    *,
    steady: bool = True,
    skew: ArrayLike = 1.0,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long one step of a replica takes.

    Arguments:
        shape: models, `(config,)`.
        chips: hardware, `(config,)`.
        cut: layouts.
        number: formats.
        batch: what passes.
        steady: whether the next batch follows at once, so that the pipeline never drains.
        skew: tokens of the busiest chip's experts over the mean of all, `(config,)`.
        engine, kernels: constants.

    Returns:
        Parts that add up to the total.
    """
    decoding, context, width, prompts, tokens, prefix = np.broadcast_arrays(
        *(np.asarray(getattr(batch, name), dtype=np.float64) for name in Passing.__slots__)
    )
    host = engine.sequence_gap * (decoding + prompts) / cut.attention_dp
    lots = np.maximum(np.minimum(cut.pp, decoding + prompts), 1.0)
    together = (decoding * width + prompts * tokens) / lots
    # The busiest group counts: one that attends alone has whole sequences or none.
    decoding, prompts = (
        many / lots / np.clip(cut.attention_dp, 1.0, np.maximum(many / lots, 1.0)) for many in (decoding, prompts)
    )
    rows = decoding * width + prompts * tokens

    stage = np.ceil(shape.layers / cut.pp) / shape.layers
    turns = np.where(steady, np.maximum(lots, cut.pp), lots + cut.pp - 1)

    dense, grouped, flops, weights = _products(
        shape, chips, cut, number, rows, together, decoding + prompts, stage, skew, engine, kernels
    )
    attended, pair_flops, cache = _attention(
        shape, chips, cut, number, decoding, context, width, prompts, tokens, prefix, stage, kernels
    )
    vector, passed = _vector(shape, chips, cut, rows, stage, engine, kernels)
    exchange, sent = _exchange(shape, chips, cut, rows, decoding + prompts, stage, engine, kernels)

    parts = (dense, grouped, attended, vector, exchange)
    once = np.sum(np.stack(np.broadcast_arrays(*parts)), axis=0)
    dense, grouped, attended, vector, exchange = (np.asarray(part * lots) for part in parts)
    gap = np.where(rows > 0, host, 0.0)
    return StepTime(
        products=dense,
        experts=grouped,
        attention=attended,
        vector=vector,
        exchange=exchange,
        idle=np.asarray(once * (turns - lots)),
        gap=np.asarray(gap),
        total=np.asarray(once * turns + gap),
        flops=np.asarray((flops + pair_flops) * lots),
        moved=np.asarray((weights + cache + passed) * lots),
        sent=np.asarray(sent * lots),
    )


def _products(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    rows: Floats,
    together: Floats,
    sequences: Floats,
    stage: Floats,
    skew: ArrayLike,
    engine: Engine,
    kernels: Kernels,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Seconds outside and inside experts, FLOP and bytes of weights, of one stage."""
    table = matmuls(shape, cut.tp, cut.group / cut.ep)
    met = np.minimum(shape.experts_met(together) / cut.ep, np.maximum(shape.experts / cut.ep, 1.0))
    routed = together * shape.active / cut.ep
    load = routed / np.maximum(met, 1e-300) * np.asarray(skew, dtype=np.float64)
    groups = np.where(_EXPERTS, met, 1.0)
    m = np.where(_EXPERTS, load, np.where(_HEAD, sequences, rows))
    layers = np.where(_HEAD, 1 / cut.pp, table.layers * stage)
    weight = np.where(_EXPERTS, number.expert, np.where(_WIDE, _BF16, number.weight))
    product = np.where(_EXPERTS, number.expert, np.where(_WIDE, _BF16, number.product))
    width = np.broadcast_shapes(m.shape, table.n.shape, layers.shape, chips.arrays.shape)[-1]
    weight, product = (np.broadcast_to(code, (len(NAMES), width)) for code in (weight, product))
    # Hardware is by configuration, formats here also by matrix: the kinds are looked up as configurations of their own.
    flat = chips.take(np.tile(np.arange(width) % chips.arrays.size, len(NAMES)))
    rows_of, columns, depth = (np.broadcast_to(size, (len(NAMES), width)).ravel() for size in (m, table.n, table.k))
    real = np.broadcast_to(groups * (table.layers > 0), (len(NAMES), width)).ravel()
    time = gemm_time(
        rows_of,
        columns,
        depth,
        flat,
        product.ravel(),
        weight_format=weight.ravel(),
        groups=real,
        fused=True,
        kernels=kernels,
    )
    slowed = time.compute * np.where(np.repeat(_EXPERTS[:, 0], width), engine.grouped, 1.0)
    longer, shorter = np.maximum(slowed, time.memory), np.minimum(slowed, time.memory)
    ratio = shorter / np.maximum(longer, np.finfo(np.float64).tiny)
    joined = longer * (1 + ratio**kernels.blend) ** (1 / kernels.blend)
    spent = (time.launch + joined).reshape(len(NAMES), width) * layers
    work = 2 * m * table.n * table.k * groups * layers
    read = table.n * table.k * groups * layers * format_bytes(weight)
    return (
        np.asarray(np.sum(spent * ~_EXPERTS, axis=0)),
        np.asarray(np.sum(spent * _EXPERTS, axis=0)),
        np.asarray(np.sum(work, axis=0)),
        np.asarray(np.sum(read * (m > 0), axis=0)),
    )


def _attention(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    decoding: Floats,
    context: Floats,
    width: Floats,
    prompts: Floats,
    tokens: Floats,
    prefix: Floats,
    stage: Floats,
    kernels: Kernels,
) -> tuple[Floats, Floats, Floats]:
    """Seconds, FLOP and bytes of caches, of one stage."""
    heads = np.maximum(shape.heads / cut.tp, 1.0)
    # Every chip keeps at least one head's keys; a latent is not cut at all.
    kv_heads = np.maximum(shape.kv_heads / cut.tp, 1.0)
    values = np.where(shape.kv_rank > 0, shape.kv_values, shape.kv_values * kv_heads / shape.kv_heads)
    spent = flops = read = np.zeros(())
    for layers, reach in ((shape.full, np.inf), (shape.windowed, shape.window)):
        seen = np.minimum(context, reach)
        cache = decoding * seen * values * format_bytes(number.kv)
        work = decoding * width * seen * shape.decode_flops * heads / shape.heads
        full = prefix + tokens / 2
        keys = np.where(np.isinf(reach), full, np.minimum(full, reach))
        once = decode_attention_time(cache, work, chips, _BF16, kernels=kernels)
        prompt = prefill_attention_time(
            prompts, tokens, keys, heads, kv_heads, shape.qk_dim, shape.v_dim, chips, _BF16, kernels=kernels
        )
        many = layers * stage
        spent = spent + many * (once + np.where(prompts * tokens > 0, prompt, 0.0))
        pair = 2 * prompts * tokens * keys * heads * (shape.qk_dim + shape.v_dim)
        flops = flops + many * (work + pair)
        read = read + many * cache
    state = 8 * (decoding + prompts) * shape.state / cut.tp
    spent = spent + shape.recurrent * stage * np.where(
        state > 0, kernels.launch + stream_time(state, chips, kernels), 0
    )
    return np.asarray(spent), np.asarray(flops), np.asarray(read + shape.recurrent * stage * state)


def _vector(
    shape: Shape, chips: Hardware, cut: Deployment, rows: Floats, stage: Floats, engine: Engine, kernels: Kernels
) -> tuple[Floats, Floats]:
    """Seconds and bytes of small kernels, of one stage."""
    inner = shape.dense * shape.ffn + shape.moe * (shape.active * shape.expert_ffn + shape.shared_ffn)
    sorted_rows = SORTS * shape.moe * shape.active / cut.tp
    moved = (
        RESULT_BYTES
        * rows
        * (shape.hidden * (PASSES * shape.layers + sorted_rows) + shape.mlp * inner / cut.tp)
        * stage
    )
    gaps = shape.layers * engine.layer_gap * stage
    return np.where(rows > 0, gaps + moved / (chips.hbm_bandwidth * kernels.hbm), 0.0), np.asarray(moved)


def _exchange(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    rows: Floats,
    sequences: Floats,
    stage: Floats,
    engine: Engine,
    kernels: Kernels,
) -> tuple[Floats, Floats]:
    """Seconds and bytes sent by a chip, of one stage."""
    hidden = RESULT_BYTES * rows * shape.hidden
    spread = cut.attention_dp > 1
    summed = collective_time("all_reduce", hidden, cut.tp, chips, kernels=kernels)
    moe = shape.moe * stage
    # Groups with sequences of their own send tokens to the experts and get results; otherwise all chips have all rows.
    sums = 2 * shape.layers * stage - np.where(spread, moe, 0.0)
    chosen = np.minimum(shape.active, cut.ep)
    routed = hidden * np.maximum(chosen, 1.0) / cut.tp
    crossed = 2 * collective_time("all_to_all", routed, cut.group, chips, kernels=kernels)
    words = RESULT_BYTES * sequences * shape.vocab
    gathered = collective_time("all_gather", words, cut.tp, chips, kernels=kernels) / cut.pp
    handed = np.where(cut.pp > 1, point_to_point_time(hidden / cut.tp, cut.group, chips, kernels=kernels), 0.0)
    time = sums * summed + np.where(spread, moe * crossed, 0.0) + gathered + handed
    ring = np.where(cut.tp > 1, 2 * hidden * (cut.tp - 1) / cut.tp, 0.0)
    return np.asarray(time * engine.wait), np.asarray(
        sums * ring + np.where(spread, 2 * moe * routed, 0.0) + hidden * (cut.pp > 1)
    )
