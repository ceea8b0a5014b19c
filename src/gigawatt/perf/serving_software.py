"""Software of inference: what engines add to the kernels, in a few numbers that are the same for all products.

Engine      the constants
ENGINE      their values, fitted to measured latencies (`bench/perf_serving.py` repeats the fit)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Engine:
    """Constants of an inference engine.

    Arguments:
        layer_gap: s a layer takes for its small kernels: norms, rotation, cache write, activation.
        moe_gap: s more a layer with experts takes: routing, sorting, weighting.
        step_gap: s between two steps of a serving engine: scheduler, sampling, streaming of tokens.
        attention_latency: latency of decode attention on one chip over that of the calibrated kernels, which were
            measured one by one and not inside a recorded graph.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
    """

    layer_gap: float = 10e-6
    moe_gap: float = 30e-6
    step_gap: float = 2e-3
    attention_latency: float = 0.5
    burst: float = 0.5


ENGINE = Engine()
