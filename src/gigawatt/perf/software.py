"""Software constants: a few numbers of frameworks and engines, the same for all models, chips and sources.

Software    of training frameworks
FITTED      their values
Engine      of inference engines
RECORDED    engines that record a step once and replay it, with a scheduler between steps, as serving engines do
LAUNCHED    engines that launch every kernel of every step from the host, and answer one fixed batch

Fitted to measured latencies are the layer gap and the wait of launched engines (FasterTransformer, Neuron), `grouped`
and the sequence gap of recorded ones (vLLM, SGLang, TensorRT-LLM); `bench/perf_serving.py` repeats the fit and leaves
each source out of it. Half of the requests in step is an assumption. `grouped` stands at the bound of its fit: kernels
of experts were not among the calibrated ones, and their immaturity is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Software:
    """Constants of the software around kernels; fitted by `bench/perf_accuracy.py`.

    Arguments:
        vector: time of element-wise work over that of an ideal stream of its bytes.
        overlap_data: share of the traffic of data parallelism that hides behind computation.
        overlap_model: share of the traffic between parts of a model that hides behind computation.
        host: time the host needs to start one kernel of a training framework, s.
        hop: latency of a step of a collective from one scale-up domain to the next, s, steps inside both included.
        sustained: time of products and attention in a long run over that of the kernels alone.
        moe_year: growth of the time of models with experts for each year the software is older than REFERENCE.
    """

    vector: float = 1.138
    overlap_data: float = 0.98
    overlap_model: float = 0.335
    host: float = 32.9e-6
    hop: float = 90.5e-6
    sustained: float = 1.151
    moe_year: float = 0.435


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
        grouped: arithmetic time of the products of experts over that of plain products of the same shapes.
        sequence_gap: s between two steps for each sequence of a group that attends alone: scheduling, sampling,
            streaming of its token.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
    """

    layer_gap: float
    wait: float
    grouped: float
    sequence_gap: float
    burst: float


RECORDED: Final = Engine(layer_gap=0.0, wait=1.0, grouped=3.0, sequence_gap=20.0e-6, burst=0.5)
LAUNCHED: Final = Engine(layer_gap=59.4e-6, wait=2.67, grouped=1.0, sequence_gap=0.0, burst=0.0)

SPREAD: Final = MappingProxyType({"static": 1.26, "token": 1.58, "throughput": 1.39, "first": 6.1})
"""Factors around a prediction within which nine of ten measurements lie, each source left out of the fit: of a static
answer's latency, of the time a token, of tokens a second at full load, and of the time to the first token in a loop."""
