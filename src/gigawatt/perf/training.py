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
    count = max(shape.layers.size, chips.arrays.size, layout.tp.size, work.batch.size)
    whole = tuple(_spread(part, count) for part in (shape, chips, layout, work))
    if strict:
        refuse_faults(*(whole[i] for i in (0, 2, 3)))
    blocks = [slice(at, min(at + BLOCK, count)) for at in range(0, count, BLOCK)]
    done = [_block(*(_cut(part, block) for part in whole), software, kernels) for block in blocks]
    return done[0] if len(done) == 1 else _join(done)
