"""Software constants: a few numbers of frameworks and engines, the same for all models, chips and sources.

Software    of training frameworks
FITTED      their values
Engine      of inference engines
RECORDED    engines that record a step once and replay it, with a scheduler between steps, as serving engines do
LAUNCHED    engines that launch every kernel of every step from the host, and answer one fixed batch

Fitted to measured latencies are the layer gap and the wait of launched engines, `grouped` and the sequence gap of
recorded ones; `bench/perf_serving.py` repeats the fit and leaves each source out of it. The other constants of engines
are estimates, made with the measurements in sight: how many requests arrive in step, what launching kernels and
reaching the engine take, and how often scores pass through memory. Kernels of experts were not among the calibrated
ones, and how far they lag behind plain products is in `grouped`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Software:
    """Constants of the software around kernels; fitted by `bench/perf_training.py`.

    Arguments:
        overlap_data: share of the traffic of data parallelism that hides behind computation where collectives run on
            the same arrays as products; engines of their own hide all of it.
        overlap_model: share of the traffic of tensor, context and pipeline parallelism that hides behind computation;
            exchanges of experts do not hide.
        host: time the host needs to start one kernel of a training framework, s.
        hop: latency of a step of a collective from one scale-up domain to the next, s, steps inside both included.
        sustained: time of products and attention in a long run over that of the kernels alone.
        gap: from the end of a kernel to the start of the next where the host is ahead, s.
        moe_year: growth of the time of models with experts for each year the software is older than REFERENCE.
    """

    overlap_data: float = 0.678
    overlap_model: float = 0.874
    host: float = 60.2e-6
    hop: float = 92.8e-6
    sustained: float = 1.178
    gap: float = 13.8e-6
    moe_year: float = 0.247


FITTED = Software()
"""The fit to all sources."""

REFERENCE = 2026.0
"""The year whose software is the yardstick."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Constants of an inference engine.

    Arguments:
        layer_gap: s a layer waits for the launch of its small kernels; none where a step is replayed.
        wait: time of an exchange between chips over that of the bare collective: chips whose kernels are launched by
            different processes arrive at different times; replayed ones arrive together.
        grouped: arithmetic time of the products of experts over what the chip sustains in large plain products.
        sequence_gap: s between two steps for each sequence of a group that attends alone: scheduling, sampling,
            streaming of its token.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
        eager: s a layer adds to a step that carries prompts: its sizes are never those of a recorded step, so that
            its kernels are launched one by one.
        scores: bytes that each score of a prompt's attention moves; none where attention is one kernel. With scores in
            32 bits: written, read for the softmax, written, read for the values, and 8 more for masks and copies.
        at_once: whether a chip may form a small sum by reading what all others have, in one step, as kernels do that
            serving engines bring along.
        front: s from a request to the engine and from its first token back to the user: parsed, cut into tokens, sent.
    """

    layer_gap: float
    wait: float
    grouped: float
    sequence_gap: float
    burst: float
    eager: float = 0.0
    scores: float = 0.0
    front: float = 0.0
    at_once: bool = False


RECORDED: Final = Engine(
    layer_gap=0.0,
    wait=1.0,
    grouped=5.4,
    sequence_gap=20.0e-6,
    burst=0.3,
    eager=0.12e-3,
    front=50e-3,
    at_once=True,
)
LAUNCHED: Final = Engine(
    layer_gap=22.0e-6, wait=3.41, grouped=1.0, sequence_gap=0.0, burst=0.0, scores=24.0, front=15e-3
)
