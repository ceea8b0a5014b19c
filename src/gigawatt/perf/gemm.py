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

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import FORMATS, SCALED, Codes, Floats, format_bytes
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.size import require_sizes
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
    power = chips.tdp / xp.asarray(rate, dtype=xp.float64)
    # Operands and results travel across the package, whose side grows with the square root of its dies.
    cap = kernels.power_cap * (1 + kernels.dies * (xp.sqrt(chips.dies) - 1))
    size = chips.cycle_flops**3
    return xp.asarray(kernels.best * power / (power + cap) * size / (size + kernels.small_array**3))


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

    Raises:
        InputError: a size is no number of at least 0, a format is unknown, or lengths differ.
    """
    m, n, k, groups = (xp.asarray(size, dtype=xp.float64) for size in (m, n, k, groups))
    require_sizes("product", chips, m=m, n=n, k=k, groups=groups)
    codes: Codes = xp.asarray(number_format, dtype=xp.intp)
    value = format_bytes(codes)
    weight = value if weight_format is None else format_bytes(weight_format)
    rate = chips.rate(codes)

    share = sustained_share(rate, chips, kernels)
    blocks = codes == FORMATS.index("fp8_block")
    if xp.any(blocks):
        # Matrix units that know four bits apply scales of blocks themselves.
        applied = chips.peak[FORMATS.index("fp4")] > chips.peak[FORMATS.index("fp8")]
        share = xp.where(blocks & ~applied, kernels.block, 1.0) * share
    busiest = _waves(m, n, k, groups, chips)
    if xp.any(groups > 1):
        # A few products that leave arrays idle together take no longer than one after the other, each split in depth.
        apart = groups * _waves(m, n, k, xp.ones_like(groups), chips)
        busiest = xp.where(groups > 1, xp.minimum(busiest, apart), busiest)
    compute = busiest / (rate * share / chips.arrays)

    scaled = xp.isin(codes, xp.array([FORMATS.index(name) for name in SCALED]))
    activation = xp.where(scaled, value, RESULT_BYTES)
    columns = xp.ceil(n * RESULT_BYTES / LINE) * LINE
    moved = groups * (xp.ceil(k * weight / LINE) * LINE * n + xp.ceil(k * activation / LINE) * LINE * m + columns * m)
    memory = stream_time(moved, chips, kernels)

    own = [kernels.scaling_block, kernels.scaling_fp4]
    start = xp.select([codes == FORMATS.index("fp8_block"), codes == FORMATS.index("fp4")], own, kernels.scaling_tensor)
    passed = groups * m * k * (RESULT_BYTES + value) / (chips.hbm_bandwidth * kernels.hbm)
    scaling = xp.where(scaled & ~xp.asarray(fused, dtype=xp.bool_), start + passed, 0.0)

    # A product without rows, such as that of experts a model does not have, is never launched.
    real = m * n * k * groups > 0
    launch, scaling = xp.where(real, kernels.launch, 0.0), xp.where(real, scaling, 0.0)
    compute, memory = xp.where(real, compute, 0.0), xp.where(real, memory, 0.0)
    longer, shorter = xp.maximum(compute, memory), xp.minimum(compute, memory)
    ratio = shorter / xp.maximum(longer, xp.finfo(xp.float64).tiny)
    joined = longer * (1 + ratio**kernels.blend) ** (1 / kernels.blend)
    return GemmTime(launch, scaling, compute, memory, launch + scaling + joined)


def _waves(m: Floats, n: Floats, k: Floats, groups: Floats, chips: Hardware) -> Floats:
    """FLOP the busiest array does, padding and waiting for the last wave included."""
    least: Floats | None = None
    depth = xp.ceil(k / chips.depth) * chips.depth
    for factor in (1.0, 2.0):
        rows = chips.rows * factor
        blocks = xp.maximum(groups * xp.ceil(m / rows) * xp.ceil(n / chips.columns), 1.0)
        split = xp.clip(xp.floor(chips.arrays / blocks), 1.0, xp.maximum(1.0, depth / SPLIT))
        work = xp.ceil(blocks * split / chips.arrays) / split * 2 * rows * chips.columns * depth
        least = work if least is None else xp.minimum(least, work)
    return xp.asarray(least)
