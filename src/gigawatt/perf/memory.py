"""Memory in training: what a chip holds at the peak, part by part, and which part does not fit.

Memory          the parts
PARTS           their names in order
memory_parts    the parts from models, layouts and workloads

Activations are those of Korthikanti et al. (2022), section 4, written for any attention and feed-forward part.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import ATTENTION, RECOMPUTE, Layout, Workload
from gigawatt.perf.shape import Shape
from gigawatt.perf.traffic import weights_held

CONTEXT: Final = 3e9
"""Bytes of the driver, of libraries and of the buffers of collectives."""

FRAGMENTS: Final = (0.12, 0.02)
"""Memory lost between blocks over what is in use, before and after allocators could grow a block in place."""

GROWING: Final = 2023.8
"""When allocators of training frameworks learned that (PyTorch 2.1, October 2023)."""

SCORE_BYTES: Final = 5.0
"""Bytes kept for each score that is stored: its softmax, the mask and what was dropped (Korthikanti 2022, eq. 1)."""

LOGIT_BYTES: Final = 6.0
"""Bytes of each logit while the loss is computed: in full precision, and its gradient in 16 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Bytes on the fullest chip, `(config,)`.

    Arguments:
        weights: in 16 bits, and what gathers of sharded weights need at once.
        gradients: as far as they are kept.
        states: of the optimiser, full-precision copies of the weights, and of narrower gradients, included.
        activations: kept for the backward pass, of all micro-batches in flight.
        working: of the layer that is being computed, again where layers are.
        logits: of the output, while the loss is computed.
        context: of libraries, buffers of collectives, and what is lost between blocks.
    """

    weights: Floats
    gradients: Floats
    states: Floats
    activations: Floats
    working: Floats
    logits: Floats
    context: Floats

    @property
    def total(self) -> Floats:
        """All parts together."""
        return sum((getattr(self, name) for name in PARTS), np.zeros_like(self.weights))

    def fits(self, chips: Hardware) -> Floats:
        """Whether it all fits, `(config,)`."""
        return np.asarray(self.total <= chips.hbm_capacity)

    def too_much(self, chips: Hardware) -> Codes:
        """The largest part where it does not fit, as position in PARTS; -1 where it does, `(config,)`."""
        stacked = np.stack(np.broadcast_arrays(*(getattr(self, name) for name in PARTS)))
        return np.where(self.total <= chips.hbm_capacity, -1, np.argmax(stacked, axis=0))


PARTS: Final = tuple(item.name for item in fields(Memory))
"""Names of the parts."""


def memory_parts(shape: Shape, layout: Layout, work: Workload) -> Memory:
    """What the fullest chip holds at the peak.

    Arguments:
        shape, layout, work: `(config,)`.

    Returns:
        Bytes of each part, `(config,)`.
    """
    common, experts = weights_held(shape, layout, work)
    group = layout.dp * layout.cp
    shards = layout.shards
    own = np.clip(group * layout.tp / (layout.ep * layout.expert_tp), 1.0, shards)

    def held(least: float) -> Floats:
        cut = layout.zero >= least
        return np.where(cut, common / shards + experts / own, common + experts)

    layers = np.maximum(shape.layers, 1.0)
    gathered = np.where(layout.zero >= 3, 2 * 2 * (common / layers + experts / layers), 0.0)
    trained = 1 - work.frozen
    saved, fleeting = _layer(shape, layout, work)
    stage = np.ceil((shape.layers + work.predictors) / layout.pp)
    count = np.ceil(work.batch / (layout.dp * layout.micro_batch))
    deep = np.where(layout.interleave > 1, 1 + (layout.pp - 1) / (layout.pp * layout.interleave), 1.0)
    flight = np.minimum(count, layout.pp) * deep
    rows = layout.micro_batch * work.tokens / layout.cp
    # The first stage has most micro-batches in flight, the last one has the logits.
    first = stage * flight * saved
    last = stage * deep * saved
    logits = LOGIT_BYTES * rows * shape.vocab / layout.tp
    ends = last + logits > first
    widened = np.where(work.gradient_bytes < 4, 4.0, 0.0)
    parts = {
        "weights": 2 * held(3) + gathered,
        "gradients": trained * work.gradient_bytes * held(2),
        "states": trained * (work.state_bytes + widened) * held(1),
        "activations": np.where(ends, last, first),
        "working": fleeting,
        "logits": np.where(ends, logits, 0.0),
    }
    lost = np.where(work.year < GROWING, *FRAGMENTS)
    return Memory(**parts, context=CONTEXT + lost * sum(parts.values(), np.zeros_like(rows)))


def _layer(shape: Shape, layout: Layout, work: Workload) -> tuple[Floats, Floats]:
    """Bytes a layer keeps for one micro-batch, and what it needs only while it is computed."""
    rows = layout.micro_batch * work.tokens / layout.cp
    layers = np.maximum(shape.layers, 1.0)
    spread = np.where(layout.sequence_parallel > 0, layout.tp, 1.0)
    stored = work.attention == ATTENTION.index("stored")
    dropped = np.where(stored, 2.0, 0.0)
    # Inputs of two norms, of the attention and of the feed-forward part, and what was dropped from two residuals.
    whole = (8 + dropped) * shape.hidden / spread
    attending = (shape.full + shape.windowed) / layers
    heads = 2 * (shape.heads + shape.kv_heads) * shape.qk_dim + 2 * (shape.heads + shape.kv_heads) * shape.v_dim
    inner = 2 * (shape.mlp - 1) + 2
    feed = shape.dense * inner * shape.ffn + shape.moe * inner * shape.shared_ffn
    own = shape.moe * shape.active * (inner * shape.expert_ffn * layout.expert_tp + 4 * shape.hidden)
    split = (attending * heads + (feed + own) / layers) / layout.tp
    scores = np.where(stored, SCORE_BYTES * shape.heads * work.tokens / layout.tp, 0.0)
    body = rows * (whole + split)
    full = layout.recompute == RECOMPUTE.index("full")
    selective = layout.recompute == RECOMPUTE.index("selective")
    input_only = 2 * rows * shape.hidden / spread
    kept = np.where(full, input_only, body + np.where(selective, 0.0, rows * scores))
    fleeting = np.where(full, body + rows * scores, np.where(selective, rows * scores, 0.0))
    return kept, fleeting
