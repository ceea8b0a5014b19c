"""Traffic in training: how long the collectives of one micro-batch and of one step take, before anything hides them.

Traffic          the parts
traffic_times    the parts from models, chips, layouts and workloads
weights_held     weights one chip computes with, those of experts apart
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gigawatt.perf.arrays import xp
from gigawatt.perf.collective import collective_time, point_to_point_time
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import Kernels
from gigawatt.perf.layout import RECOMPUTE, Layout, Workload
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import Software

VALUE = 2.0
"""Bytes of a value that is exchanged: activations and gathered weights travel in 16 bits."""

TENSORS = 12.0
"""Tensors of weights and biases of a layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Times of collectives, s `(config,)`.

    Arguments:
        tensor: of tensor parallelism in all layers for one micro-batch, both ways and again where layers are.
        expert: dispatch and combine of all layers for one micro-batch.
        context: keys and values of all layers for one micro-batch.
        pipeline: of a boundary between two stages for one micro-batch, both ways.
        sharded: gathers of weights and reductions of gradients of one stage's layers for one micro-batch (ZeRO-3).
        gradient: reductions of gradients and gathers of weights, once a step.
    """

    tensor: Floats
    expert: Floats
    context: Floats
    pipeline: Floats
    sharded: Floats
    gradient: Floats


def weights_held(shape: Shape, layout: Layout, work: Workload) -> tuple[Floats, Floats]:
    """Weights of the fullest stage that one chip computes with, before any sharding over data parallelism.

    Returns:
        Those every replica has, and those of experts, `(config,)`.
    """
    experts = shape.moe * shape.experts * shape.expert_parameters
    body = shape.parameters - experts - shape.embedding_parameters
    ends = xp.where(layout.pp > 1, shape.hidden * (shape.vocab + shape.positions), shape.embedding_parameters)
    stages = xp.ceil((shape.layers + work.predictors) / layout.pp) / xp.maximum(shape.layers, 1.0)
    return (body * stages + ends) / layout.tp, experts * stages / (layout.ep * layout.expert_tp)


def traffic_times(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, software: Software, kernels: Kernels
) -> Traffic:
    """The traffic of training, `(config,)` throughout."""
    outside = xp.maximum(chips.level_latency[1:], software.hop)
    hops = xp.concatenate([chips.level_latency[:1], outside])
    sheet, chips = chips, replace(chips, level_latency=hops)
    rows = layout.micro_batch * work.tokens / layout.cp
    none = xp.zeros_like(rows)
    passes = xp.where(layout.recompute == RECOMPUTE.index("full"), 3.0, 2.0)
    hidden = VALUE * rows * shape.hidden

    tensor = expert = context = pipeline = none
    if xp.any(layout.tp > 1):
        cut = shape.layers + shape.dense + shape.moe * (layout.expert_tp > 1)
        tensor = passes * cut * collective_time("all_reduce", hidden, layout.tp, chips, kernels=kernels)
    if xp.any(layout.ep > 1):
        sent = hidden * shape.active * layout.expert_tp / layout.tp
        once = collective_time(
            "all_to_all", sent, layout.ep, sheet, stride=layout.expert_tp, copies=shape.active, kernels=kernels
        )
        expert = 2 * passes * shape.moe * once
    if xp.any(layout.cp > 1):
        keys = VALUE * layout.micro_batch * work.tokens * shape.kv_heads * (shape.qk_dim + shape.v_dim)
        keys = keys / xp.minimum(layout.tp, shape.kv_heads)
        once = collective_time("all_gather", keys, layout.cp, chips, stride=layout.tp, kernels=kernels)
        context = (1 + passes) * (shape.full + shape.windowed) * once
    if xp.any(layout.pp > 1):
        # Each chip of a tensor-parallel group sends its part (Narayanan et al. 2021, section 4.1).
        boundary = hidden / layout.tp
        inside = layout.tp * layout.cp * layout.dp
        pipeline = xp.where(layout.pp > 1, 2 * point_to_point_time(boundary, inside, sheet, kernels=kernels), 0.0)
    return Traffic(tensor, expert, context, pipeline, *_data(shape, chips, layout, work, kernels))


def _data(shape: Shape, chips: Hardware, layout: Layout, work: Workload, kernels: Kernels) -> tuple[Floats, Floats]:
    common, experts = weights_held(shape, layout, work)
    trained = 1 - work.frozen
    group = layout.dp * layout.cp
    own_group = xp.maximum(group * layout.tp / (layout.ep * layout.expert_tp), 1.0)
    sharded, gradient = xp.zeros_like(common), xp.zeros_like(common)
    whole = layout.zero >= 3
    for weights, members, stride in (
        (common, group, layout.tp),
        (experts, own_group, layout.ep * layout.expert_tp),
    ):
        if not xp.any((members > 1) & (weights > 0)):
            continue
        shards = xp.minimum(layout.shards, members)
        copies = members / shards
        reduced = trained * weights * work.gradient_bytes
        if xp.any(whole):
            messages = xp.maximum(shape.layers, 1.0) * xp.where(work.overlapped > 0, 1.0, TENSORS)
            part = VALUE * weights / messages
            gather = collective_time("all_gather", part, shards, chips, stride=stride, kernels=kernels)
            scatter = collective_time(
                "reduce_scatter", reduced / messages, shards, chips, stride=stride, kernels=kernels
            )
            rest = reduced / shards
            between = collective_time("all_reduce", rest, copies, chips, stride=stride * shards, kernels=kernels)
            sharded = sharded + xp.where(whole, messages * (2 * gather + scatter), 0.0)
            gradient = gradient + xp.where(whole, between, 0.0)
        if not xp.all(whole):
            # A reduction in two halves, gradients in their own format and weights in 16 bits where states are sharded.
            volume = xp.where(layout.zero > 0, (reduced + trained * weights * VALUE) / 2, reduced)
            once = collective_time("all_reduce", volume, members, chips, stride=stride, kernels=kernels)
            gradient = gradient + xp.where(whole, 0.0, once)
    return sharded, gradient
