"""Fit the kernel constants to the measurements, on all chips and with each chip left out.

    python3 bench/perf_kernels.py

prints the constants for `gigawatt/perf/kernels.py` and the mean absolute logarithmic error of every chip, in the fit,
left out of it, and left out together with its kin of the same architecture. It takes some seconds.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from calibration import Measured, chips_of, errors, kin, measurements

from gigawatt.perf.kernels import CALIBRATED, Kernels

# Constants fitted together, with the kinds of measurements that tell them, and their bounds.
GROUPS: list[tuple[tuple[str, ...], dict[str, tuple[float, float]]]] = [
    (
        ("gemm", "hbm"),
        {
            "launch": (0.3e-6, 8e-6),
            "power_cap": (0.01e-12, 1e-12),
            "dies": (0.0, 3.0),
            "block": (0.4, 1.0),
            "best": (0.5, 1.0),
            "small_array": (1.0, 3000.0),
            "hbm": (0.6, 0.97),
            "hbm_ramp": (1e-9, 20e-6),
            "blend": (1.5, 20.0),
            "scaling_tensor": (1e-9, 40e-6),
            "scaling_block": (1e-9, 40e-6),
            "scaling_fp4": (1e-9, 40e-6),
        },
    ),
    (
        ("prefill_attention",),
        {
            "attention_best": (0.3, 1.0),
            "attention_array": (1.0, 3000.0),
            "attention_pad": (0.1, 1000.0),
            "attention_vector": (1e-14, 1e-10),
        },
    ),
    (("decode_attention",), {"decode_latency": (1e-6, 60e-6), "decode_hbm": (0.5, 1.0)}),
    (
        ("latency",),
        {
            "collective": (1e-6, 20e-6),
            "step": (1e-8, 5e-6),
            "exchange_base": (1e-6, 20e-6),
            "exchange_step": (1e-8, 5e-6),
        },
    ),
    (
        ("bandwidth",),
        {f"wire_{name}": (1.0, 3.0) for name in ("gather", "scatter", "reduce", "exchange")}
        | {f"copy_{name}": (1e-3, 3.0) for name in ("gather", "scatter", "reduce", "exchange")},
    ),
]


def fitted(
    found: list[Measured], bounds: dict[str, tuple[float, float]], start: Kernels, without: tuple[str, ...] = ()
) -> Kernels:
    kept = [data.take(~np.isin(data.names, without)) for data in found]
    low, high = (np.array([pair[side] for pair in bounds.values()]) for side in (0, 1))

    def kernels(scaled: np.ndarray) -> Kernels:
        return replace(start, **dict(zip(bounds, (low + (high - low) * scaled).tolist(), strict=True)))

    def residuals(scaled: np.ndarray) -> np.ndarray:
        return np.concatenate([errors(data, kernels(scaled)) for data in kept])

    first = (np.array([getattr(start, name) for name in bounds]) - low) / (high - low)
    # A soft loss, so that a format a chip does in software does not bend the constants of all others.
    first = np.clip(first, 1e-3, 1 - 1e-3)
    solved = least_squares(residuals, first, bounds=(0.0, 1.0), loss="soft_l1", f_scale=0.15, x_scale="jac")
    return kernels(solved.x)


def main() -> None:
    every, best = measurements(), CALIBRATED
    for kinds, bounds in GROUPS:
        found = [every[kind] for kind in kinds]
        best = fitted(found, bounds, best)
        for name in bounds:
            print(f"    {name}: float = {getattr(best, name):.4g}")
        for chip in chips_of(found):
            left_out = fitted(found, bounds, best, without=(chip,))
            alone = fitted(found, bounds, best, without=kin(chip))
            for data in found:
                own = data.take(data.names == chip)
                if len(own.x):
                    means = [np.abs(errors(own, kernels)).mean() for kernels in (best, left_out, alone)]
                    inside, outside, apart = (f"{mean:6.1%}" for mean in means)
                    print(f"{data.kind:18} {chip:15} fitted {inside}   left out {outside}   with its kin {apart}")


if __name__ == "__main__":
    main()
