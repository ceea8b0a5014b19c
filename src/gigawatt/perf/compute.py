"""Computation of one micro-batch in training: products, attention and element-wise work of all layers, both ways.

Compute          the parts, each the mean of a layer, and the output apart
compute_times    the parts from models, chips, layouts and workloads
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gigawatt.perf.arrays import xp
from gigawatt.perf.attention import attention_share, prefill_attention_time
from gigawatt.perf.formats import Floats, format_code
from gigawatt.perf.gemm import gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import Kernels
from gigawatt.perf.layout import ATTENTION, RECOMPUTE, Layout, Workload
from gigawatt.perf.matmul import EXPERT, NAMES, matmuls
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import REFERENCE, Software
from gigawatt.perf.stream import stream_time

BF16: Final = format_code("bf16")

LATENT: Final = (NAMES.index("q_up"), NAMES.index("kv_up"))
"""Kinds of matrices that make heads from a latent."""

FINAL: Final = tuple(NAMES.index(name) for name in ("down", "expert_down", "shared_down"))
"""Kinds of matrices that end a layer."""

SYSTOLIC: Final = 16384.0
"""bf16 FLOP a cycle from which arrays are large and few. Compilers program such chips a whole step at a time, and
engines of their own move data; on chips of many small arrays, collectives take arrays and memory from the products
behind which they hide."""

BACKWARD_ATTENTION: Final = 2.5 / 0.85
"""Time of a fused attention's backward pass over its forward pass: five products for two, at 0.85 of the rate
(Dao 2023, section 3.1 and figure 5; Shah et al. 2024, figures 5 and 6)."""

SCORE_BYTES: Final = (12.0, 14.0)
"""Bytes each score moves where scores are stored in 16 bits, forward and backward: product, softmax, mask, product."""

SYNCHRONOUS: Final = 4096 * 0.35 / 0.75
"""bf16 FLOP a cycle of an array that instructions which wait for their operands can keep busy: on arrays of 4,096 they
reach 35 % of the peak in attention, where others reach 75 % (Shah et al. 2024, abstract)."""

WIDEST: Final = 8
"""16-bit values a thread loads at once; matrix units take rows that start at multiples of it."""

UNALIGNED: Final = 16.0
"""How much longer products of other rows take, on vector units (A100: 19.5 in place of 312 TFLOP/s)."""

LOSS_BYTES: Final = 30.0
"""Bytes each logit moves in the loss: to full precision, its softmax, the gradient, and back to 16 bits."""

BACKWARD_VECTOR: Final = 1.5
"""Bytes of element-wise work backward over forward: each reads a gradient and what was saved, and writes a gradient."""

KERNELS_LAYER: Final = (15.0, 30.0)
"""Kernels of a layer forward and backward, adapters, casts and copies included."""

KERNELS_EXPERTS: Final = (30.0, 45.0)
"""Further kernels of a layer that sorts tokens by expert."""


@dataclass(frozen=True, slots=True, eq=False)
class Compute:
    """Times of one micro-batch on one chip, s `(config,)`; those of layers are of all layers of the model together.

    Arguments:
        forward, backward: products with weights, the output layer left out.
        attention: scores and weighted values, both ways.
        vector: element-wise work, both ways.
        recompute: what is computed again.
        host: what the host takes longer to start kernels than the chip to run them.
        head: output and loss, both ways.
    """

    forward: Floats
    backward: Floats
    attention: Floats
    vector: Floats
    recompute: Floats
    host: Floats
    head: Floats

    @property
    def busy(self) -> Floats:
        """All that the chip computes in layers."""
        return self.forward + self.backward + self.attention + self.vector + self.recompute


def compute_times(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, software: Software, kernels: Kernels
) -> Compute:
    """The computation of one micro-batch, `(config,)` throughout."""
    rows = layout.micro_batch * work.tokens / layout.cp
    forward, data, weight, output, latent, final = _products(shape, chips, layout, work, rows, kernels)
    ahead, back = _attention(shape, chips, layout, work, kernels)
    element = _elementwise(shape, chips, layout, work, rows, kernels)

    slow = software.sustained * _age(shape, work, software)
    forward, data, weight, output, latent, final = (
        slow * part for part in (forward, data, weight, output, latent, final)
    )
    ahead, back, element = slow * ahead, slow * back, slow * element
    full = layout.recompute == RECOMPUTE.index("full")
    # A fused attention keeps no scores; then a selective policy computes element-wise work and heads of a latent again.
    stored = work.attention == ATTENTION.index("stored")
    selective = layout.recompute == RECOMPUTE.index("selective")
    # No gradient needs the result of a layer's last product, and compilers that see a whole step leave it out.
    needless = xp.where(chips.cycle_flops >= SYSTOLIC, final, 0.0)
    again = xp.where(
        full, forward - needless + ahead + element, xp.where(selective, xp.where(stored, ahead, element + latent), 0.0)
    )

    moe = shape.moe / xp.maximum(shape.layers, 1.0)
    starts = (KERNELS_LAYER[0] + moe * KERNELS_EXPERTS[0]) * (1 + full) + KERNELS_LAYER[1] + moe * KERNELS_EXPERTS[1]
    vector = element * (1 + BACKWARD_VECTOR)
    busy = forward + data + weight + ahead + back + vector + again
    # Where kernels run longer than the host needs to start the next one, only the gap between two is lost.
    host = xp.maximum(shape.layers * starts * software.host - busy, shape.layers * starts * software.gap)

    logits = rows * shape.vocab / layout.tp
    loss = slow * stream_time(LOSS_BYTES * logits, chips, kernels)
    head = (1 + work.predictors) * (output + loss)
    return Compute(forward, data + weight, ahead + back, vector, again, host, head)


def _age(shape: Shape, work: Workload, software: Software) -> Floats:
    # Dense models have run near their best since 2021, so only software for experts ages.
    yearly = xp.where(shape.moe > 0, software.moe_year, 0.0)
    return xp.asarray((1 + yearly) ** (REFERENCE - work.year))


def _products(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, rows: Floats, kernels: Kernels
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Forward, gradient of activations, gradient of weights, all of the output layer.

    And of forward: heads of a latent, and what ends a layer.
    """
    table = matmuls(shape, layout.tp, layout.expert_tp)
    used = xp.flatnonzero(xp.any(table.layers > 0, axis=1))
    expert = xp.isin(xp.array(NAMES)[used], xp.array(EXPERT))[:, None]
    head = (used == NAMES.index("head"))[:, None]
    n, k, layers = table.n[used], table.k[used], table.layers[used]
    gathered = layout.ep * layout.expert_tp / layout.tp
    m = rows * table.share[used] * xp.where(expert, gathered, 1.0)
    groups = xp.where(expert, table.experts[used] / layout.ep, 1.0)
    codes = xp.where(head, BF16, work.number_format)
    each = xp.where(head | (layers > 0), layers, 0.0)
    times = []
    for sizes, fused in (((m, n, k), False), ((m, k, n), False), ((k, n, m), True)):
        times.append(each * _gemm(sizes, chips, codes, groups, fused, kernels))
    times[2] = times[2] * (1 - work.frozen)
    body = [xp.sum(time[:-1], axis=0) for time in times]
    latent = xp.sum(times[0][xp.isin(used, xp.array(LATENT))], axis=0)
    final = xp.sum(times[0][xp.isin(used, xp.array(FINAL))], axis=0)
    return body[0], body[1], body[2], times[0][-1] + times[1][-1] + times[2][-1], latent, final


def _gemm(
    sizes: tuple[Floats, Floats, Floats],
    chips: Hardware,
    codes: Floats,
    groups: Floats,
    fused: bool,
    kernels: Kernels,
) -> Floats:
    # The output layer, last, has a format of its own; `gemm_time` wants one format a configuration.
    m, n, k = sizes
    body = gemm_time(m[:-1], n[:-1], k[:-1], chips, codes[0], groups=groups[:-1], fused=fused, kernels=kernels)
    last = gemm_time(m[-1], n[-1], k[-1], chips, codes[-1], kernels=kernels)
    return xp.concatenate([body.total, last.total[None]])


def _attention(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, kernels: Kernels
) -> tuple[Floats, Floats]:
    sequences, tokens = layout.micro_batch, work.tokens / layout.cp
    heads, kv_heads = shape.heads / layout.tp, xp.maximum(shape.kv_heads / layout.tp, 1.0)
    full, windowed = shape.keys(work.tokens)
    # Only products wait for operands; what moves and what vector units do does not.
    waits = (work.attention == ATTENTION.index("fused")) & (chips.cycle_flops > SYNCHRONOUS)
    units = replace(chips, peak=chips.peak * xp.where(waits, SYNCHRONOUS / chips.cycle_flops, 1.0))

    def flash(keys: Floats) -> Floats:
        sizes = sequences, tokens, keys, heads, kv_heads, shape.qk_dim, shape.v_dim
        return prefill_attention_time(*sizes, units, BF16, kernels=kernels)

    ahead = shape.full * flash(full)
    if xp.any(shape.windowed > 0):
        ahead = ahead + shape.windowed * flash(windowed)
    if xp.any(shape.recurrent > 0):
        states = 6 * shape.recurrent * shape.state / layout.tp * sequences * tokens
        ahead = ahead + states / (units.rate(BF16) * attention_share(chips, kernels))
    back = BACKWARD_ATTENTION * ahead
    stored = work.attention == ATTENTION.index("stored")
    if not xp.any(stored):
        return ahead, back
    # Scores of all pairs, those a mask hides too, are formed by products and go through memory.
    scores = sequences * heads * tokens * work.tokens
    rate = chips.rate(BF16) * sustained_share(chips.rate(BF16), chips, kernels)
    slower = xp.where(xp.mod(shape.qk_dim, WIDEST) > 0, UNALIGNED, 1.0)
    products = 2 * scores * (shape.qk_dim + shape.v_dim) * slower / rate
    layers = shape.full + shape.windowed
    streams = [stream_time(moved * scores, chips, kernels) for moved in SCORE_BYTES]
    plain = layers * (products + streams[0]), layers * (2 * products + streams[1])
    return xp.where(stored, plain[0], ahead), xp.where(stored, plain[1], back)


def _elementwise(
    shape: Shape,
    chips: Hardware,
    layout: Layout,
    work: Workload,
    rows: Floats,
    kernels: Kernels,
) -> Floats:
    """Forward: norms, residuals, activations, rotations, and the sorting of tokens by expert."""
    spread = xp.where(layout.sequence_parallel > 0, layout.tp, 1.0)
    whole = shape.layers * (8 + 12) * shape.hidden / spread
    gate = 2 * (shape.mlp - 1) + 2
    inner = shape.dense * gate * shape.ffn + shape.moe * gate * shape.shared_ffn
    turned = xp.where(shape.positions > 0, 0.0, 4 * (shape.heads + shape.kv_heads) * shape.qk_dim)
    own = shape.active * (gate * shape.expert_ffn * layout.expert_tp + 8 * shape.hidden)
    moved = whole + (inner + (shape.full + shape.windowed) * turned + shape.moe * own) / layout.tp
    layers = xp.maximum(shape.layers, 1.0)
    return layers * stream_time(rows * moved / layers, chips, kernels)
