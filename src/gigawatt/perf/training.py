"""Training: step time, utilisation and memory of many models on many systems in many layouts at once.

Training      the result, every part of a step apart
train         the model
model_flops   work of a step under each convention in use
CONVENTIONS   the conventions
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.batch import blockwise, lined_up
from gigawatt.perf.compute import Compute, compute_times
from gigawatt.perf.fault import layout_faults, refuse_faults
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, Layout, Workload
from gigawatt.perf.memory import Memory, memory_of, memory_parts
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.stream import stream_time
from gigawatt.perf.traffic import Traffic, traffic_times, weights_held

CONVENTIONS: Final = ("causal", "square", "weights", "recomputed")
"""How work is counted: `causal` attention to earlier tokens only; `square` to all pairs; `weights` all pairs and the
products with weights, embeddings left out; `recomputed` all pairs and a second forward pass of the layers."""

SYSTOLIC: Final = 16384.0
"""bf16 FLOP a cycle from which arrays are large and few, and engines of their own move data; on chips of many small
arrays, collectives take arrays and memory from the products behind which they hide."""

BLOCK: Final = 4096
"""Configurations computed together, so that arrays stay in cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Training of some configurations; all times are of one step, s `(config,)`, and the parts add up to `step`.

    Arguments:
        step: all of it.
        forward, backward, attention, vector, recompute, host, head: computation of the slowest stage.
        tensor, expert, context, pipeline: traffic between parts of a model that nothing hides.
        bubble: waiting at the start and the end of a pipeline.
        data: gathers of weights and reductions of gradients that nothing hides.
        optimiser: update of the weights.
        tokens: trained in a step, on all chips.
        chips: all of them.
        peak: FLOP/s of one chip in the format of the products.
        memory: bytes by part.
        capacity: bytes of memory a chip has.
        fault: code of the rule a layout breaks (`layout_faults`), 0 where none is.
    """

    step: Floats
    forward: Floats
    backward: Floats
    attention: Floats
    vector: Floats
    recompute: Floats
    host: Floats
    head: Floats
    tensor: Floats
    expert: Floats
    context: Floats
    pipeline: Floats
    bubble: Floats
    data: Floats
    optimiser: Floats
    tokens: Floats
    chips: Floats
    peak: Floats
    memory: Memory
    capacity: Floats
    fault: Codes

    @property
    def rate(self) -> Floats:
        """Tokens per second and chip."""
        return self.tokens / self.step / self.chips

    @property
    def arithmetic(self) -> Floats:
        """Share of a step in which matrix units work, `(config,)`."""
        return (self.forward + self.backward + self.attention + self.recompute + self.head) / self.step

    @property
    def feasible(self) -> Floats:
        """Whether the layout breaks no rule and fits into memory, `(config,)`."""
        return np.asarray((self.fault == 0) & (self.memory.total <= self.capacity))

    def flops_rate(self, shape: Shape, work: Workload, convention: str = "causal") -> Floats:
        """FLOP/s a chip does for the model, counted under a convention."""
        return model_flops(shape, work, convention) / self.step / self.chips

    def mfu(self, shape: Shape, work: Workload, convention: str = "causal") -> Floats:
        """Share of the peak that does work for the model, counted under a convention."""
        return self.flops_rate(shape, work, convention) / self.peak


TIMES: Final = tuple(item.name for item in fields(Training))[1:15]
"""Names of the parts of a step."""


def model_flops(shape: Shape, work: Workload, convention: str = "causal") -> Floats:
    """Work of a step: three times the forward pass, or as a convention counts it.

    Arguments:
        shape, work: `(config,)`.
        convention: one of CONVENTIONS.

    Returns:
        FLOP, `(config,)`.

    Raises:
        InputError: there is no such convention.
    """
    if convention not in CONVENTIONS:
        raise InputError(f"no convention `{convention}`. {did_you_mean(convention, CONVENTIONS)}")
    attention = shape.attention_flops(work.tokens, causal=convention == "causal")
    weights = shape.matmul_flops
    if convention == "square":
        weights = 2 * shape.active_parameters
    elif convention == "recomputed":
        weights = shape.matmul_flops - 2 * shape.hidden * shape.vocab
        return work.batch * work.tokens * (4 * (weights + attention) + 6 * shape.hidden * shape.vocab)
    return 3 * work.batch * work.tokens * (weights + attention)


def train(
    shape: Shape,
    chips: Hardware,
    layout: Layout,
    work: Workload,
    *,
    strict: bool = True,
    software: Software = FITTED,
    kernels: Kernels = CALIBRATED,
) -> Training:
    """One training step of each configuration.

    Arguments:
        shape: models, `(config,)` (`shapes`).
        chips: systems, `(config,)` (`hardware`).
        layout: how they are cut, `(config,)` or one for all (`layouts`).
        work: what they are trained on, `(config,)` or one for all (`workloads`).
        strict: refuse layouts that break a rule; otherwise they get its code and a time as if parts were uneven.
        software, kernels: constants.

    Returns:
        Times, rates and memory.

    Raises:
        InputError: a layout breaks a rule.
    """
    whole = lined_up(shape, chips, layout, work)
    if strict:
        refuse_faults(whole[0], whole[2], whole[3])
    # One model, and one system with one workload, stay single, so that what depends on them alone is computed once.
    single = chips.arrays.size == 1 and work.batch.size == 1
    parts = (shape, chips, whole[2], work) if single else (shape, whole[1], whole[2], whole[3])
    return blockwise(_block, parts, (software, kernels), BLOCK)


def _block(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, software: Software, kernels: Kernels
) -> Training:
    done = compute_times(shape, chips, layout, work, software, kernels)
    sent = traffic_times(shape, chips, layout, work, software, kernels)
    hidden, left = _exposed(done, sent, layout, work, software)
    layers = np.maximum(shape.layers, 1.0)
    all_layers = layers + work.predictors
    stages = layout.pp
    names = ("forward", "backward", "attention", "vector", "recompute", "host")
    inner = {name: getattr(done, name) / layers for name in names}
    inner |= {name: part / layers for name, part in hidden.items() if name != "pipeline"}
    layer = sum(inner.values(), np.zeros_like(layers))
    most, last = _split(all_layers, stages, done.head / np.maximum(layer, 1e-30), work)
    with_head = last * layer + done.head > most * layer
    held = np.where(with_head, last, most)
    count = np.ceil(work.batch / (layout.dp * layout.micro_batch))

    parts = {name: count * held * part for name, part in inner.items()}
    parts["head"] = count * np.where(with_head, done.head, 0.0)
    sends = layout.interleave * hidden["pipeline"]
    parts["pipeline"] = count * sends
    mean = (all_layers * layer + done.head) / stages + sends
    weight = _weight_share(shape, layout, work) * (done.busy + done.host) / layers * all_layers / stages
    parts["bubble"] = _bubble(mean, weight, count, layout)
    aside = np.where(chips.cycle_flops >= SYSTOLIC, 1.0, software.overlap_data)
    parts["data"] = _data(sent, left * all_layers / layers / stages, count, work.overlapped * aside)
    common, experts = weights_held(shape, layout, work)
    own = (common + experts) / np.where(layout.zero > 0, layout.shards, 1.0)
    # Gradients in, states in and out, weights out in 16 bits.
    updated = (work.gradient_bytes + 2 * work.state_bytes + 2) * own * (1 - work.frozen)
    parts["optimiser"] = stream_time(updated, chips, kernels)
    return Training(
        step=sum(parts.values(), np.zeros_like(layers)),
        **parts,
        tokens=work.batch * work.tokens,
        chips=layout.chips,
        peak=chips.rate(work.number_format),
        memory=memory_parts(shape, layout, work),
        capacity=memory_of(chips),
        fault=layout_faults(shape, layout, work),
    )


def _split(layers: Floats, stages: Floats, head: Floats, work: Workload) -> tuple[Floats, Floats]:
    """Layers of the fullest stage and of the last one, which has the output as well.

    Where layers do not divide, or a model has further outputs, the last stage gets as few as make the slowest stage
    the fastest: the fullest has as many as its share, rounded down or up.
    """
    even = (np.mod(layers, stages) == 0) & (work.predictors == 0)
    if np.all(even):
        return layers / stages, layers / stages
    share, others, fewest = (layers + head) / stages, np.maximum(stages - 1, 1.0), np.floor(layers / stages)
    best = most = last = layers / stages
    for number, fullest in enumerate((np.floor(share), np.ceil(share))):
        tail = np.clip(layers - fullest * others, 0.0, fewest)
        others_have = np.ceil((layers - tail) / others)
        slowest = np.maximum(others_have, tail + head)
        better = ~even & ((slowest < best) | (number == 0))
        best, most, last = (
            np.where(better, new, old) for new, old in ((slowest, best), (others_have, most), (tail, last))
        )
    return np.where(stages > 1, most, layers), np.where(stages > 1, last, layers)


def _exposed(
    done: Compute, sent: Traffic, layout: Layout, work: Workload, software: Software
) -> tuple[dict[str, Floats], Floats]:
    """What of the traffic inside a model nothing hides, and the time left to hide more; all layers, one micro-batch."""
    share = software.overlap_model * work.overlapped
    # An exchange of tokens stands between router and experts, so that only another micro-batch can hide it.
    # With two directions at once, one computes while the other exchanges tokens (DeepSeek-V3, 2024, section 3.2.1).
    both = np.where(layout.schedule == SCHEDULES.index("dual_pipe"), 1.0, 0.0)
    left = done.busy + done.host
    found = {}
    for name, most in (("tensor", share), ("context", share), ("expert", both)):
        time = getattr(sent, name)
        hidden = most * np.minimum(time, left)
        found[name], left = time - hidden, left - hidden
    found["pipeline"] = sent.pipeline * (1 - share)
    return found, left


def _weight_share(shape: Shape, layout: Layout, work: Workload) -> Floats:
    """Share of the work in layers that gradients of weights are.

    Of work and not of time, so that a chip that is faster at them never waits longer for it.
    """
    products = shape.matmul_flops - 2 * shape.hidden * shape.vocab
    attention = shape.attention_flops(work.tokens)
    again = np.where(layout.recompute == RECOMPUTE.index("full"), 1.0, 0.0)
    whole = (3 - work.frozen + again) * products + (3.5 + again) * attention
    return (1 - work.frozen) * products / whole


def _bubble(mean: Floats, weight: Floats, count: Floats, layout: Layout) -> Floats:
    """Waiting in a pipeline: all other stages once for each part (Narayanan et al. 2021, section 2.2).

    Gradients of weights fill part of the wait in a zero-bubble schedule (Qi et al. 2023, table 2), and two directions
    at once halve it (DeepSeek-V3, 2024, table 2).
    """
    both = layout.schedule == SCHEDULES.index("dual_pipe")
    others = np.where(both, np.maximum(layout.pp / 2 - 1, 0.0), (layout.pp - 1) / layout.interleave)
    # There is no more to fill with than all gradients of weights of a step.
    filled = np.where(layout.schedule > 0, np.minimum(2 * others, count) * weight, 0.0)
    return np.maximum(others * mean - filled, 0.0)


def _data(sent: Traffic, left: Floats, count: Floats, share: Floats) -> Floats:
    """What of the traffic of data parallelism nothing hides, in `left` seconds of each of `count` micro-batches."""
    hidden = share * np.minimum(sent.sharded, left)
    once = share * np.minimum(sent.gradient, left - hidden)
    return count * (sent.sharded - hidden) + sent.gradient - once
