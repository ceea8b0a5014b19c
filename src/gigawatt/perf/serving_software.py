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
        layer_gap: s a layer waits for the launch of its small kernels; none where a step is replayed.
        wait: time of an exchange between chips over that of the bare collective: chips whose kernels are launched by
            different processes arrive at different times; replayed ones arrive together.
        grouped: arithmetic time of the products of experts over that of plain products of the same shapes.
        step_gap, sequence_gap: s the host works for a step and for each sequence in it, while the chips work.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
    """

    layer_gap: float
    wait: float
    grouped: float
    step_gap: float
    sequence_gap: float
    burst: float


RECORDED: Final = Engine(0.0, 1.0, 1.9, 4.3e-3, 29e-6, 0.3)
LAUNCHED: Final = Engine(60e-6, 2.67, 1.0, 0.0, 0.0, 0.0)
