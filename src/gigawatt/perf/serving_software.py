"""Software of inference: what engines add to the kernels, in a few numbers that are the same for all products.

Engine      the constants
RECORDED    of engines that record a step once and replay it, with a scheduler between steps, as serving engines do
LAUNCHED    of engines that launch every kernel of every step from the host, and answer one fixed batch

Fitted to measured latencies; `bench/perf_serving.py` repeats the fit and leaves each source out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gigawatt.perf.kernels import Kernels


@dataclass(frozen=True, slots=True)
class Engine:
    """Constants of an inference engine.

    Arguments:
        latency: start-up latency of kernels and exchanges over that of calibrated ones, which ran one by one. Kernels
            launched from the host come late; those of a replayed step start while the one before them ends.
        layer_gap: s a layer waits for the launch of its small kernels; none where a step is replayed.
        wait: time of an exchange between chips over that of the bare collective: chips whose kernels are launched by
            different processes arrive at different times; replayed ones arrive together.
        grouped: time of the products of experts over that of plain products of the same shapes.
        step_gap, sequence_gap: s the host works for a step and for each sequence in it, while the chips work.
        burst: share of the requests of a closed loop that arrive together, because their predecessors ended together.
    """

    latency: float
    layer_gap: float
    wait: float
    grouped: float
    step_gap: float
    sequence_gap: float
    burst: float

    def kernels(self, bare: Kernels) -> Kernels:
        """The kernels as this engine starts them."""
        return replace(bare, **{name: getattr(bare, name) * self.latency for name in STARTS})


STARTS: Final = ("launch", "hbm_ramp", "decode_latency", "collective", "step", "exchange_base", "exchange_step")
"""Constants of kernels that are latencies of their start."""

RECORDED: Final = Engine(1.0, 0.0, 1.0, 1.0, 2e-3, 20e-6, 0.5)
LAUNCHED: Final = Engine(1.0, 68e-6, 2.6, 1.0, 0.0, 0.0, 0.0)
