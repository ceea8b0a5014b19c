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
from gigawatt.perf.layout import SCHEDULES, Layout, Workload
from gigawatt.perf.memory import Memory, memory_parts
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.stream import stream_time
from gigawatt.perf.traffic import Traffic, traffic_times, weights_held

CONVENTIONS: Final = ("causal", "square", "weights", "recomputed")
"""How work is counted: `causal` attention to earlier tokens only; `square` to all pairs; `weights` all pairs and the
products with weights, embeddings left out; `recomputed` all pairs and a second forward pass of the layers."""

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
    shape, chips, layout, work = lined_up(shape, chips, layout, work)
    if strict:
        refuse_faults(shape, layout, work)
    return blockwise(_block, (shape, chips, layout, work), (software, kernels), BLOCK)


def _block(
    shape: Shape, chips: Hardware, layout: Layout, work: Workload, software: Software, kernels: Kernels
) -> Training:
    done = compute_times(shape, chips, layout, work, software, kernels)
    sent = traffic_times(shape, chips, layout, work, software, kernels)
    hidden = _exposed(done, sent, layout, work, software)
    layers = np.maximum(shape.layers, 1.0)
    all_layers = layers + work.predictors
    stages = layout.pp
    most = np.ceil(all_layers / stages)
    # What does not divide is missing where it helps most, on the last stage, which has the output as well.
    last = np.where(stages > 1, np.floor(all_layers / stages), all_layers)

    names = ("forward", "backward", "attention", "vector", "recompute", "host")
    inner = {name: getattr(done, name) / layers for name in names}
    inner |= {name: part / layers for name, part in hidden.items() if name != "pipeline"}
    layer = sum(inner.values(), np.zeros_like(layers))
    with_head = last * layer + done.head > most * layer
    held = np.where(with_head, last, most)
    count = np.ceil(work.batch / (layout.dp * layout.micro_batch))

    parts = {name: count * held * part for name, part in inner.items()}
    parts["head"] = count * np.where(with_head, done.head, 0.0)
    sends = layout.interleave * hidden["pipeline"]
    parts["pipeline"] = count * sends
    mean = (all_layers * layer + done.head) / stages + sends
    weight = done.weight_gradient / layers * all_layers / stages
    parts["bubble"] = _bubble(mean, weight, layout)
    parts["data"] = _data(done, sent, layout, work, software, count, held / layers)
    common, experts = weights_held(shape, layout, work)
    own = (common + experts) / np.where(layout.zero > 0, layout.shards, 1.0)
    # Gradients in, states in and out, weights out in 16 bits.
    updated = (work.gradient_bytes + 2 * work.state_bytes + 2) * own * (1 - work.frozen)
    parts["optimiser"] = software.vector * stream_time(updated, chips, kernels)
    return Training(
        step=sum(parts.values(), np.zeros_like(layers)),
        **parts,
        tokens=work.batch * work.tokens,
        chips=layout.chips,
        peak=chips.rate(work.number_format),
        memory=memory_parts(shape, layout, work),
        capacity=chips.hbm_capacity,
        fault=layout_faults(shape, layout, work),
    )


def _exposed(
    done: Compute, sent: Traffic, layout: Layout, work: Workload, software: Software
) -> dict[str, Floats]:
    """What of the traffic inside a model nothing hides, for all layers and one micro-batch."""
    share = software.overlap_model * work.overlapped
    window = done.forward + done.backward + done.attention + done.vector + done.recompute
    found = {}
    for name in ("tensor", "expert", "context"):
        time = getattr(sent, name)
        found[name] = time - share * np.minimum(time, window)
    found["pipeline"] = sent.pipeline * (1 - share)
    return found


def _bubble(mean: Floats, weight: Floats, layout: Layout) -> Floats:
    """Waiting in a pipeline: all other stages once for each part (Narayanan et al. 2021, section 2.2).

    Gradients of weights fill part of the wait in a zero-bubble schedule (Qi et al. 2023, table 2), and two directions
    at once halve it (DeepSeek-V3, 2024, table 2).
    """
    plain = (layout.pp - 1) / layout.interleave * mean
    filled = (layout.pp - 1) / layout.interleave * (mean - 2 * weight)
    both = np.maximum(layout.pp / 2 - 1, 0.0) * (mean - 2 * weight)
    chosen = [layout.schedule == SCHEDULES.index("zero_bubble"), layout.schedule == SCHEDULES.index("dual_pipe")]
    return np.maximum(np.select(chosen, [filled, both], plain), 0.0)


def _data(
    done: Compute,
    sent: Traffic,
    layout: Layout,
    work: Workload,
    software: Software,
    count: Floats,
    held: Floats,
) -> Floats:
    share = software.overlap_data * work.overlapped
    window = held * (done.forward + done.backward + done.attention + done.vector + done.recompute)
    each = sent.sharded - share * np.minimum(sent.sharded, window)
    once = sent.gradient - share * np.minimum(sent.gradient, window)
    return count * each + once
