"""Software of inference: what engines add to the kernels, in a few numbers that are the same for all products.

Engine      the constants
RECORDED    of engines that record a step once and replay it, with a scheduler between steps, as serving engines do
LAUNCHED    of engines that launch every kernel of every step from the host, and answer one fixed batch

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
