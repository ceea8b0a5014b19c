"""Constants of kernels: a few numbers with a physical meaning, the same for all products.

Kernels      the constants
CALIBRATED   their values, fitted to medians of kernel measurements on eight chips

The measurements are those of the aiconfigurator project (Apache-2.0), as medians; `bench/perf_kernels.py` repeats the
fit, and reports how far a chip is off when it is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kernels:
    """Constants of kernels; times in s, energies in J.

    Arguments:
        launch: from one kernel to the next.
        power_cap: energy limit a FLOP of peak at which half of the peak is sustained: a chip with little power for
            each FLOP of its peak clocks down.
        dies: growth of that limit with the side of a package, in dies, across which operands and results travel.
        block: rate of products whose blocks have scales of their own, where matrix units do not apply them, over that
            of products with one scale.
        best: share of the peak that is sustained with power to spare.
        small_array: bf16 FLOP a cycle at which an array sustains half, because operands pass through registers.
        hbm: share of the bandwidth reached by endless streams.
        hbm_ramp: scale of what short streams lose: a stream of ideal time T takes sqrt(hbm_ramp T) more.
        blend: exponent that joins compute and memory time; infinite is a roofline.
        scaling_tensor, scaling_block, scaling_fp4: kernels that scale activations before a narrow product.
        attention_best: share of the peak that attention sustains on large arrays.
        attention_array: bf16 FLOP a cycle at which an array sustains half of it.
        attention_pad: keys computed in vain for each query where blocks cross the diagonal.
        attention_vector: vector work for each value of the queries.
        decode_latency: one layer's decode attention, whatever its size.
        decode_hbm: share of the bandwidth reached by endless caches.
        collective: base latency of a collective.
        step: latency of one step of a ring.
        exchange_base, exchange_step: the same of an all-to-all.
        wire_gather, wire_scatter, wire_reduce, wire_exchange: time on the wire over its ideal.
        copy_gather, copy_scatter, copy_reduce, copy_exchange: time for a chip's own part over the wire's ideal.
    """

    launch: float = 0.931e-6
    power_cap: float = 8.993e-14
    dies: float = 0.9747
    block: float = 0.7662
    best: float = 0.9238
    small_array: float = 835.8
    hbm: float = 0.97
    hbm_ramp: float = 3.379e-6
    blend: float = 4.36
    scaling_tensor: float = 11.95e-6
    scaling_block: float = 2.914e-6
    scaling_fp4: float = 12.37e-6
    attention_best: float = 0.6693
    attention_array: float = 712.6
    attention_pad: float = 213.9
    attention_vector: float = 2.576e-12
    decode_latency: float = 21.37e-6
    decode_hbm: float = 0.8799
    collective: float = 7.34e-6
    step: float = 1.042e-6
    exchange_base: float = 8.955e-6
    exchange_step: float = 0.2557e-6
    wire_gather: float = 1.353
    wire_scatter: float = 1.318
    wire_reduce: float = 1.249
    wire_exchange: float = 1.417
    copy_gather: float = 0.6893
    copy_scatter: float = 0.8375
    copy_reduce: float = 0.4055
    copy_exchange: float = 0.9835


CALIBRATED = Kernels()
"""The fit to all eight chips."""
