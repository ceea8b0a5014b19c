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
        hop: latency of a step of a collective between scale-up domains, s; that of the network's sheet if longer.
        sustained: time of products and attention in a long run over that of the kernels alone.
        dense_year: growth of the time of dense models for each year the software is older than REFERENCE.
        moe_year: the same where experts are dispatched.
    """

    vector: float = 1.3
    overlap_data: float = 0.8
    overlap_model: float = 0.3
    host: float = 6e-6
    hop: float = 8e-6
    sustained: float = 1.1
    dense_year: float = 0.0
    moe_year: float = 0.2


FITTED = Software()
"""The fit to all sources."""

REFERENCE = 2026.0
"""The year whose software is the yardstick."""
