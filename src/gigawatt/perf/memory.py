"""Memory in training: what a chip holds at the peak, part by part, and which part does not fit.

Memory          the parts
PARTS           their names in order
memory_of       what a chip has
memory_parts    the parts from models, layouts and workloads

Activations are those of Korthikanti et al. (2022), section 4, written for any attention and feed-forward part.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import FORMATS, SCALED, Codes, Floats, format_bytes
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import ATTENTION, RECOMPUTE, SCHEDULES, Layout, Workload
from gigawatt.perf.shape import Shape
from gigawatt.perf.traffic import weights_held

BINARY: Final = 2**30 / 1e9
"""Memory of a chip over what its name says: makers of memory count in powers of two."""

CONTEXT: Final = (6e9, 2e9)
"""Bytes of the driver, of libraries and of the buffers of collectives, in an old pipeline and otherwise."""

FRAGMENTS: Final = (0.25, 0.02)
"""Memory lost between blocks that come and go, over those in use, in an old pipeline and otherwise. Where there is no
pipeline, blocks are given back in the order in which they were asked for, which leaves no holes."""

PADDED: Final = 0.02
"""Memory lost to the sizes in which blocks that stay are handed out."""

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
        return sum((getattr(self, name) for name in PARTS), xp.zeros_like(self.weights))

    def fits(self, chips: Hardware) -> Floats:
        """Whether it all fits, `(config,)`."""
        return xp.asarray(self.total <= memory_of(chips))

    def too_much(self, chips: Hardware) -> Codes:
        """The largest part where it does not fit, as position in PARTS; -1 where it does, `(config,)`."""
        stacked = xp.stack(xp.broadcast_arrays(*(getattr(self, name) for name in PARTS)))
        return xp.where(self.total <= memory_of(chips), -1, xp.argmax(stacked, axis=0))


PARTS: Final = tuple(item.name for item in fields(Memory))
"""Names of the parts."""


def memory_of(chips: Hardware) -> Floats:
    """Bytes a chip has, `(config,)`."""
    return BINARY * chips.hbm_capacity


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
    own = xp.clip(group * layout.tp / (layout.ep * layout.expert_tp), 1.0, shards)

    def held(least: float) -> Floats:
        cut = layout.zero >= least
        return xp.where(cut, common / shards + experts / own, common + experts)

    stage = xp.ceil((shape.layers + work.predictors) / layout.pp)
    # Gathered at once are the layer that is computed and the next one, or, before and after all layers, a table.
    table = shape.hidden * (shape.vocab + shape.positions) / layout.tp
    tables = xp.where(layout.pp > 1, table, shape.embedding_parameters / layout.tp)
    gathered = xp.where(layout.zero >= 3, 2 * xp.maximum(2 * (common - tables + experts) / stage, table), 0.0)
    trained = 1 - work.frozen
    saved, fleeting = _layer(shape, layout, work)
    count = xp.ceil(work.batch / (layout.dp * layout.micro_batch))
    # Interleaved parts have more in flight (Korthikanti 2022, section 4.2.3). Two directions at once have one more, and
    # both ends of the model on each chip (DeepSeek-V3, 2024, table 2); so has one whose gradients of weights wait.
    both = layout.schedule == SCHEDULES.index("dual_pipe")
    waits = layout.schedule > SCHEDULES.index("1f1b")
    parted = (layout.interleave > 1) & (layout.schedule == SCHEDULES.index("1f1b"))
    deep = 1 + xp.where(waits, 1 / layout.pp, xp.where(parted, (layout.pp - 1) / (layout.pp * layout.interleave), 0.0))
    sides = xp.where(both, 2.0, 1.0)
    flight = xp.minimum(count, layout.pp) * deep
    rows = layout.micro_batch * work.tokens / layout.cp
    # The first stage has most micro-batches in flight, the last one has the logits.
    first = stage * flight * saved
    last = stage * deep * saved
    logits = LOGIT_BYTES * rows * shape.vocab / layout.tp
    ends = last + logits > first
    widened = xp.where(work.gradient_bytes < 4, 4.0, 0.0)
    parts = {
        # Weights that are never updated are kept in the format of the products.
        "weights": sides * (xp.where(work.frozen > 0, format_bytes(work.number_format), 2.0) * held(3) + gathered),
        "gradients": sides * trained * work.gradient_bytes * held(2),
        "states": trained * (work.state_bytes + widened) * held(1),
        "activations": xp.where(ends, last, first),
        "working": fleeting,
        "logits": xp.where(ends, logits, 0.0),
    }
    old = (work.year < GROWING) & (layout.pp > 1)
    moving = parts["activations"] + parts["working"] + parts["logits"]
    stays = parts["weights"] + parts["gradients"] + parts["states"]
    lost = xp.where(old, *FRAGMENTS) * moving + PADDED * stays
    return Memory(**parts, context=xp.where(old, *CONTEXT) + lost)


def _layer(shape: Shape, layout: Layout, work: Workload) -> tuple[Floats, Floats]:
    """Bytes a layer keeps for one micro-batch, and what it needs only while it is computed."""
    rows = layout.micro_batch * work.tokens / layout.cp
    layers = xp.maximum(shape.layers, 1.0)
    spread = xp.where(layout.sequence_parallel > 0, layout.tp, 1.0)
    stored = work.attention == ATTENTION.index("stored")
    dropped = xp.where(stored, 2.0, 0.0)
    # Inputs of products are kept as the products read them, and not at all where there is no gradient of weights. Where
    # no scores are left to a selective policy it computes them again, from inputs of norms and of activations, and
    # heads from their latent.
    full = layout.recompute == RECOMPUTE.index("full")
    selective = layout.recompute == RECOMPUTE.index("selective")
    narrow = xp.isin(work.number_format, xp.array([FORMATS.index(name) for name in SCALED]))
    value = xp.where(work.frozen > 0, 0.0, xp.where(narrow, 1.0, 2.0))
    lean = selective & ~stored
    again = xp.where(lean, 0.0, value)
    # Inputs of two norms, of the attention and of the feed-forward part, and what was dropped from two residuals.
    whole = (4 + 2 * again + dropped) * shape.hidden / spread
    attending = (shape.full + shape.windowed) / layers
    heads = 2 * (shape.heads + shape.kv_heads) * (shape.qk_dim + shape.v_dim)
    latent = 2 * (shape.heads * shape.v_dim + shape.q_rank + shape.kv_rank + shape.rope)
    heads = xp.where(lean & (shape.kv_rank > 0), latent, heads)
    inner = 2 * (shape.mlp - 1) + again
    feed = shape.dense * inner * shape.ffn + shape.moe * inner * shape.shared_ffn
    own = (
        shape.moe
        * shape.active
        * (inner * shape.expert_ffn * layout.expert_tp + (xp.where(lean, 0.0, 2.0) + again) * shape.hidden)
    )
    split = (attending * heads + (feed + own) / layers) / layout.tp
    scores = xp.where(stored, SCORE_BYTES * shape.heads * work.tokens / layout.tp, 0.0)
    body = rows * (whole + split)
    input_only = 2 * rows * shape.hidden / spread
    kept = xp.where(full, input_only, body + xp.where(selective, 0.0, rows * scores))
    fleeting = xp.where(full, body + rows * scores, xp.where(selective, rows * scores, 0.0))
    return kept, fleeting
