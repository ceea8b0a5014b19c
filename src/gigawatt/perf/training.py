"""Training: step time, utilisation and memory of many models on many systems in many layouts at once.

Training      the result, every part of a step apart
train         the model
model_flops   work of a step under each convention in use
CONVENTIONS   the conventions
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.arrays import xp
from gigawatt.perf.batch import blockwise, distinct, lined_up
from gigawatt.perf.compute import SYSTOLIC, Compute, compute_times
from gigawatt.perf.fault import layout_faults, refuse_faults
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import SCHEDULES, Layout, Workload
from gigawatt.perf.memory import Memory, memory_of, memory_parts
from gigawatt.perf.pipeline import bubble, split, weight_share
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.stream import stream_time
from gigawatt.perf.traffic import Traffic, traffic_times, weights_held

CONVENTIONS: Final = ("causal", "square", "weights", "recomputed")
"""How work is counted: `causal` attention to earlier tokens only; `square` to all pairs; `weights` all pairs and the
products with weights, embeddings left out; `recomputed` all pairs and a second forward pass of the layers."""

COMPUTED_BY: Final = ("tp", "cp", "ep", "expert_tp", "micro_batch", "recompute", "sequence_parallel")
"""What the computation of a micro-batch depends on in a layout."""

BLOCK: Final = 16384
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
        return xp.asarray((self.fault == 0) & (self.memory.total <= self.capacity))

    def flops_rate(self, shape: Shape, work: Workload, convention: str = "causal") -> Floats:
        """FLOP/s a chip does for the model, counted under a convention."""
        return model_flops(shape, work, convention) / self.step / self.chips

    def mfu(self, shape: Shape, work: Workload, convention: str = "causal") -> Floats:
        """Share of the peak that does work for the model, counted under a convention."""
        return self.flops_rate(shape, work, convention) / self.peak


TIMES: Final = tuple(item.name for item in fields(Training))[1:15]
"""Names of the parts of a step."""


def model_flops(shape: Shape, work: Workload, convention: str = "causal") -> Floats:
    """Work of a step: three times the forward pass, or as a convention counts it; frozen weights have no gradients.

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
    passes = 3 - work.frozen
    if convention == "square":
        weights = 2 * shape.active_parameters
    elif convention == "recomputed":
        output = 2 * shape.hidden * shape.vocab
        again = (passes + 1) * (shape.matmul_flops - output) + 4 * attention
        return work.batch * work.tokens * (again + passes * output)
    return work.batch * work.tokens * (passes * weights + 3 * attention)


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
    done = _computed(*parts, software, kernels)
    return blockwise(_block, (*parts, done), (software, kernels), BLOCK)


def _computed(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, software: Software, kernels: Kernels
) -> Compute:
    """The computation; of one model on one system once for all layouts that are equal in what it depends on."""
    if not shape.layers.size == chips.arrays.size == work.batch.size == 1:
        return blockwise(compute_times, (shape, chips, layout, work), (software, kernels), BLOCK)
    first, which = distinct([getattr(layout, name) for name in COMPUTED_BY])
    done = blockwise(compute_times, (shape, chips, layout.take(first), work), (software, kernels), BLOCK)
    return Compute(*(getattr(done, item.name)[which] for item in fields(Compute)))


def _block(
    shape: Shape,
    chips: Hardware,
    layout: Layout,
    work: Workload,
    done: Compute,
    software: Software,
    kernels: Kernels,
) -> Training:
    sent = traffic_times(shape, chips, layout, work, software, kernels)
    hidden, left = _exposed(done, sent, layout, work, software)
    layers = xp.maximum(shape.layers, 1.0)
    all_layers = layers + work.predictors
    stages = layout.pp
    names = ("forward", "backward", "attention", "vector", "recompute", "host")
    inner = {name: getattr(done, name) / layers for name in names}
    inner |= {name: part / layers for name, part in hidden.items() if name != "pipeline"}
    layer = sum(inner.values(), xp.zeros_like(layers))
    most, last = split(all_layers, stages, done.head / xp.maximum(layer, 1e-30), work)
    with_head = last * layer + done.head > most * layer
    held = xp.where(with_head, last, most)
    count = xp.ceil(work.batch / (layout.dp * layout.micro_batch))

    parts = {name: count * held * part for name, part in inner.items()}
    parts["head"] = count * xp.where(with_head, done.head, 0.0)
    sends = layout.interleave * hidden["pipeline"]
    parts["pipeline"] = count * sends
    mean = (all_layers * layer + done.head) / stages + sends
    weight = weight_share(shape, layout, work) * (done.busy + done.host) / layers * all_layers / stages
    parts["bubble"] = bubble(mean, weight, count, layout)
    aside = xp.where(chips.cycle_flops >= SYSTOLIC, 1.0, software.overlap_data)
    parts["data"] = _data(sent, left * all_layers / layers / stages, count, work.overlapped * aside)
    common, experts = weights_held(shape, layout, work)
    own = (common + experts) / xp.where(layout.zero > 0, layout.shards, 1.0)
    # Gradients in, for their norm as well, and set to zero; states in and out, weights out in 16 bits.
    updated = (3 * work.gradient_bytes + 2 * work.state_bytes + 2) * own * (1 - work.frozen)
    parts["optimiser"] = stream_time(updated, chips, kernels)
    return Training(
        step=sum(parts.values(), xp.zeros_like(layers)),
        **parts,
        tokens=work.batch * work.tokens,
        chips=layout.chips,
        peak=chips.rate(work.number_format),
        memory=memory_parts(shape, layout, work),
        capacity=memory_of(chips),
        fault=layout_faults(shape, layout, work),
    )


def _exposed(
    done: Compute, sent: Traffic, layout: Layout, work: Workload, software: Software
) -> tuple[dict[str, Floats], Floats]:
    """What of the traffic inside a model nothing hides, and the time left to hide more; all layers, one micro-batch."""
    share = software.overlap_model * work.overlapped
    # An exchange of tokens stands between router and experts, so that only another micro-batch can hide it.
    # With two directions at once, one computes while the other exchanges tokens (DeepSeek-V3, 2024, section 3.2.1).
    both = xp.where(layout.schedule == SCHEDULES.index("dual_pipe"), 1.0, 0.0)
    left = done.busy + done.host
    found = {}
    for name, most in (("tensor", share), ("context", share), ("expert", both)):
        time = getattr(sent, name)
        hidden = most * xp.minimum(time, left)
        found[name], left = time - hidden, left - hidden
    found["pipeline"] = sent.pipeline * (1 - share)
    return found, left


def _data(sent: Traffic, left: Floats, count: Floats, share: Floats) -> Floats:
    """What of the traffic of data parallelism nothing hides, in `left` seconds of each of `count` micro-batches."""
    hidden = share * xp.minimum(sent.sharded, left)
    once = share * xp.minimum(sent.gradient, left - hidden)
    return count * (sent.sharded - hidden) + sent.gradient - once
