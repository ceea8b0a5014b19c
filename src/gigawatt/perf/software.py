"""Software constants: a few numbers of frameworks and their schedules, the same for all models, chips and sources."""

from __future__ import annotations

from dataclasses import dataclass


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
