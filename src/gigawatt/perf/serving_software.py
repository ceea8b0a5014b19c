"""Software of inference: what engines add to the kernels, in a few numbers that are the same for all products.

Engine      the constants
RECORDED    of engines that record a step once and replay it, with a scheduler between steps, as serving engines do
LAUNCHED    of engines that launch every kernel of every step from the host, and answer one fixed batch

Fitted to measured latencies; `bench/perf_serving.py` repeats the fit and leaves each source out of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Engine:
    """Constants of an inference engine.

    Arguments:
        layer_gap: s a layer waits for the launch of its kernels; none where a step is replayed.
        moe_gap: s more a layer with experts takes: routing, sorting, weighting.
        step_gap: s between two steps: scheduler, sampling, streaming of tokens.
        wait: time of an exchange between chips over that of the bare collective. Chips whose kernels are launched from
            different processes arrive at different times; replayed ones arrive together.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
    """

    layer_gap: float
    moe_gap: float
    step_gap: float
    wait: float
    burst: float


RECORDED: Final = Engine(layer_gap=0.0, moe_gap=30e-6, step_gap=3e-3, wait=1.0, burst=0.5)
LAUNCHED: Final = Engine(layer_gap=68e-6, moe_gap=30e-6, step_gap=0.0, wait=2.6, burst=0.0)
