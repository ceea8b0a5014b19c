"""Quasi-random Brownian paths: scrambled Sobol points, normals, and the Brownian bridge.

Data types: `Sobol` (the points of one scrambling). Rows are dimensions or days, columns are paths.

Of 2^k points each dimension visits each of 2^k equal cells once. So the points are kept as the numbers of their cells,
and the normal number that belongs to a cell is looked up: a whole scrambling needs the inverse normal distribution
only 2^k times, whatever the number of days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Floats
from gigawatt.parts.stream import stream

Words = NDArray[np.uint32]

LOG2_BLOCK = 12
"""Paths handled at once, as a power of two; `bench/value.py` measures the neighbours."""

DIMENSIONS = 21201
"""Most dimensions for which direction numbers are known (Joe and Kuo 2008)."""


@dataclass(frozen=True, slots=True)
class Sobol:
    """All points of one scrambling of the Sobol sequence, made block by block in the order (dimension, path).

    Arguments:
        directions: (dimension, bit) direction numbers, already scrambled; as many bits as a cell's number has.
        shift: (dimension,) digital shift.
        uniform: (cell,) where in its cell a point lies, from 0 to 1 over all cells; the same for every dimension.
        normal: (cell,) the standard normal numbers that belong to these.

    Point number n is the shift, XOR the direction numbers of the bits that are set in n.
    """

    directions: Words
    shift: Words
    uniform: Floats
    normal: Floats

    def blocks(self, log2_block: int = LOG2_BLOCK) -> Iterator[Words]:
        """The cells of the points as (dimension, path), in blocks of `2**log2_block` paths."""
        bits = self.directions.shape[1]
        inner = min(log2_block, bits)
        first = np.empty((len(self.shift), 1 << inner), np.uint32)
        first[:, 0] = self.shift
        for bit in range(inner):
            half = 1 << bit
            np.bitwise_xor(first[:, :half], self.directions[:, bit, None], out=first[:, half : 2 * half])
        for block in range(1 << (bits - inner)):
            outer = [inner + bit for bit in range(bits - inner) if block >> bit & 1]
            move = np.bitwise_xor.reduce(self.directions[:, outer], axis=1)
            yield first ^ move[:, None]


def sobol(dimensions: int, log2_points: int) -> Words:
    """Direction numbers of the unscrambled sequence, read off its points 1, 3, 7, 15, ...

    Arguments:
        dimensions: how many.
        log2_points: base-2 logarithm of the number of points that will be used.

    Returns:
        (dimension, bit) words of as many bits as there are columns.

    Raises:
        UnitError: more dimensions than the tables have, or not between 2 and 2^24 points.
    """
    if not 1 <= dimensions <= DIMENSIONS:
        raise UnitError(
            f"{dimensions} dimensions of a Sobol sequence: 1 to {DIMENSIONS} expected; use fewer days or longer steps."
        )
    if not 1 <= log2_points <= 24:
        raise UnitError(f"2^{log2_points} paths: an exponent between 1 and 24 expected.")
    # Imported when needed: it takes long to load.
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=False)
    words = np.empty((dimensions, log2_points), np.uint32)
    for bit in range(log2_points):
        # Points come in the order of a Gray code: point 2^(bit+1) - 1 is direction number `bit` alone.
        engine.fast_forward((2 << bit) - 1 - engine.num_generated)
        words[:, bit] = np.ldexp(engine.random(1)[0], log2_points)
    return words


def scrambled(directions: Words, rng: np.random.Generator) -> Sobol:
    """A random linear scrambling with a digital shift, after which every point is uniform by itself (Matousek 1998).

    The place of a point within its cell is drawn once for each cell and mirrored, and the normal numbers are scaled to
    a variance of one, so that every day of every path has the right mean and variance over the paths.

    Arguments:
        directions: (dimension, bit) words of the unscrambled sequence.
        rng: the random numbers of this scrambling; those of a dimension do not depend on how many follow.
    """
    dimensions, bits = directions.shape
    cells = 1 << bits
    lower = (np.arange(cells // 2) + np.maximum(rng.random(cells // 2), 1e-9)) / cells
    normal = ndtri(lower)
    normal = np.concatenate([normal, -normal[::-1]])
    normal /= np.sqrt(np.mean(np.square(normal)))
    draws = rng.integers(0, cells, (dimensions, bits + 1), dtype=np.uint32)
    mixed = np.zeros_like(directions)
    for bit in range(bits):
        own = np.uint32(1 << bit)
        above = np.uint32(cells - (2 << bit))
        mask = (draws[:, bit] & above | own)[:, None]
        mixed |= (np.bitwise_count(directions & mask) & 1).astype(np.uint32) << np.uint32(bit)
    return Sobol(mixed, draws[:, bits], np.concatenate([lower, 1.0 - lower[::-1]]), normal)


def bridge(words: Words, normal: Floats, out: Floats) -> Floats:
    """Brownian bridges from 0 to 0 over one unit of time, coarse to fine.

    Arguments:
        words: (steps - 1, path) cells of points, the most important dimension first.
        normal: (cell,) standard normal numbers.
        out: (steps + 1, path), overwritten; equal steps in the unit of time, one after the other, so that a row never
            leaves the fast cache.

    Returns:
        `out`, its first and last row zero.
    """
    steps = len(out) - 1
    out[0] = out[steps] = 0.0
    part = np.empty(out.shape[1])
    for word, (day, left, right) in zip(words, midpoints(steps), strict=True):
        row = out[day]
        before, after = day - left, right - day
        # Cells are in range; `clip` spares NumPy a copy.
        normal.take(word, out=row, mode="clip")
        row *= np.sqrt(before * after / ((before + after) * steps))
        if before == after:
            np.add(out[left], out[right], out=part)
            part *= 0.5
        else:
            np.multiply(out[left], after / (before + after), out=part)
            row += part
            np.multiply(out[right], before / (before + after), out=part)
        row += part
    return out


def midpoints(steps: int) -> Iterator[tuple[int, int, int]]:
    """The days between 0 and `steps`, halving the longest gaps first, each with its known neighbours."""
    gaps = [(0, steps)]
    while gaps:
        finer = []
        for left, right in gaps:
            if right - left > 1:
                day = (left + right) // 2
                yield day, left, right
                finer += [(left, day), (day, right)]
        gaps = finer


def brownian(
    steps: int, log2_paths: int, seed: int, *, replicate: int = 0, log2_block: int = LOG2_BLOCK
) -> Iterator[Floats]:
    """Brownian motion over one unit of time, in blocks of paths; the first dimension is the terminal value.

    Arguments:
        steps: equal steps in the unit of time.
        log2_paths: base-2 logarithm of the number of paths.
        seed: the run's seed.
        replicate: number of the independent scrambling.
        log2_block: base-2 logarithm of the paths in a block.

    Returns:
        Blocks of (steps + 1, path), starting at 0; multiply by the square root of the years. Every block is written
        over the one before.
    """
    points = scrambled(sobol(steps, log2_paths), stream(seed, "option/sobol", replicate))
    path = np.empty((steps + 1, 1 << min(log2_block, log2_paths)))
    for words in points.blocks(log2_block):
        bridge(words[1:], points.normal, path)
        terminal = points.normal[words[0]]
        for day in range(1, steps + 1):
            path[day] += terminal * (day / steps)
        yield path
