"""Streams: how long memory takes to deliver some bytes."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels


def stream_time(moved: ArrayLike, chips: Hardware, kernels: Kernels = CALIBRATED) -> Floats:
    """How long a chip's memory takes to read or write some bytes in one go, without the launch of a kernel.

    Short streams never reach full speed: beyond the ideal time T of endless ones they take sqrt(ramp T) more.

    Arguments:
        moved: bytes, `(config,)` or with leading axes.
        chips: hardware, `(config,)`.
        kernels: constants.

    Returns:
        Seconds, in the shape of `moved`.
    """
    ideal = xp.asarray(moved, dtype=xp.float64) / chips.hbm_bandwidth
    return xp.asarray(ideal / kernels.hbm + xp.sqrt(kernels.hbm_ramp * ideal))
