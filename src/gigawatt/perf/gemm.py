"""Matrix products: how long C = A B takes, from the shape, the number format and the structure of the chip.

GemmTime           the parts of a product's time
sustained_share    which share of its peak a chip sustains
gemm_time          the time of products

A product is cut into blocks of C. They go to the compute arrays in waves, and a last wave that is not full costs as
much as a full one, unless the depth can be split so that idle arrays help. An array sustains what the power limit
allows. Meanwhile memory delivers A and B and takes C. The two times are joined by a power mean, which is a roofline
with a rounded corner. Narrow formats first scale their activations in a kernel of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.perf.formats import FORMATS, SCALED, Codes, Floats, format_bytes
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.stream import stream_time

LINE: Final = 32.0
"""Bytes of the smallest access to memory; rows that end inside one are padded to its end."""

SPLIT: Final = 512.0
"""Least depth that is worth giving to an array of its own."""

RESULT_BYTES: Final = 2.0
"""Bytes of a value of the activations around a product, and of its result."""


@dataclass(frozen=True, slots=True, eq=False)
class GemmTime:
    """The parts of a product's time, s; arrays of the shape of the product's sizes.

    Arguments:
        launch: of the kernel.
        scaling: of activations for narrow formats, its kernel included.
        compute: of the arrays alone.
        memory: of the streams alone.
        total: of all of it.
    """

    launch: Floats
    scaling: Floats
    compute: Floats
    memory: Floats
    total: Floats


def sustained_share(rate: ArrayLike, chips: Hardware, kernels: Kernels = CALIBRATED) -> Floats:
    """Which share of its peak a chip sustains in large products.

    Arguments:
        rate: peak in the format, FLOP/s, `(config,)`.
        chips: hardware, `(config,)`.
        kernels: constants.
    """
    power = chips.tdp / np.asarray(rate, dtype=np.float64)
    # Operands and results travel across the package, whose side grows with the square root of its dies.
    cap = kernels.power_cap * (1 + kernels.dies * (np.sqrt(chips.dies) - 1))
    size = chips.cycle_flops**3
    return np.asarray(kernels.best * power / (power + cap) * size / (size + kernels.small_array**3))


def gemm_time(
    m: ArrayLike,
    n: ArrayLike,
    k: ArrayLike,
    chips: Hardware,
    number_format: ArrayLike,
    *,
    weight_format: ArrayLike | None = None,
    groups: ArrayLike = 1,
    fused: ArrayLike = False,
    kernels: Kernels = CALIBRATED,
) -> GemmTime:
    """How long products of m x k activations with k x n weights take.

    Arguments:
        m, n, k: sizes, `(config,)` or with leading axes such as `(matmul, config)`.
        chips: hardware, `(config,)`.
        number_format: format codes of the product, `(config,)`.
        weight_format: format codes of the weights in memory where they are stored narrower.
        groups: equal products launched together, as for experts; `n` and `k` are those of one.
        fused: whether scaling of activations is done by the operator before, so that it costs nothing here.
        kernels: constants.

    Returns:
        Seconds, broadcast over all sizes.
    """
    m, n, k, groups = (np.asarray(size, dtype=np.float64) for size in (m, n, k, groups))
    codes: Codes = np.asarray(number_format, dtype=np.intp)
    value = format_bytes(codes)
    weight = value if weight_format is None else format_bytes(weight_format)
    rate = chips.rate(codes)

    share = sustained_share(rate, chips, kernels)
    blocks = codes == FORMATS.index("fp8_block")
    if np.any(blocks):
        # Matrix units that know four bits apply scales of blocks themselves.
        applied = chips.peak[FORMATS.index("fp4")] > chips.peak[FORMATS.index("fp8")]
        share = np.where(blocks & ~applied, kernels.block, 1.0) * share
    compute = _waves(m, n, k, groups, chips) / (rate * share / chips.arrays)

    scaled = np.isin(codes, [FORMATS.index(name) for name in SCALED])
    activation = np.where(scaled, value, RESULT_BYTES)
    columns = np.ceil(n * RESULT_BYTES / LINE) * LINE
    moved = groups * (np.ceil(k * weight / LINE) * LINE * n + np.ceil(k * activation / LINE) * LINE * m + columns * m)
    memory = stream_time(moved, chips, kernels)

    own = [kernels.scaling_block, kernels.scaling_fp4]
    start = np.select([codes == FORMATS.index("fp8_block"), codes == FORMATS.index("fp4")], own, kernels.scaling_tensor)
    passed = groups * m * k * (RESULT_BYTES + value) / (chips.hbm_bandwidth * kernels.hbm)
    scaling = np.where(scaled & ~np.asarray(fused, dtype=np.bool_), start + passed, 0.0)

    # A product without rows, such as that of experts a model does not have, is never launched.
    real = m * n * k * groups > 0
    launch, scaling = np.where(real, kernels.launch, 0.0), np.where(real, scaling, 0.0)
    compute, memory = np.where(real, compute, 0.0), np.where(real, memory, 0.0)
    longer, shorter = np.maximum(compute, memory), np.minimum(compute, memory)
    ratio = shorter / np.maximum(longer, np.finfo(np.float64).tiny)
    joined = longer * (1 + ratio**kernels.blend) ** (1 / kernels.blend)
    return GemmTime(launch, scaling, compute, memory, launch + scaling + joined)


def _waves(m: Floats, n: Floats, k: Floats, groups: Floats, chips: Hardware) -> Floats:
    """FLOP the busiest array does, padding and waiting for the last wave included."""
    least: Floats | None = None
    depth = np.ceil(k / chips.depth) * chips.depth
    for factor in (1.0, 2.0):
        rows = chips.rows * factor
        blocks = np.maximum(groups * np.ceil(m / rows) * np.ceil(n / chips.columns), 1.0)
        split = np.clip(np.floor(chips.arrays / blocks), 1.0, np.maximum(1.0, depth / SPLIT))
        work = np.ceil(blocks * split / chips.arrays) / split * 2 * rows * chips.columns * depth
        least = work if least is None else np.minimum(least, work)
    return np.asarray(least)
