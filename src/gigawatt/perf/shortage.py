"""Shortage: what to say when no layout fits: which part of memory is too much, and what would be nearest.

refuse_shortage    the error
fewest_chips       chips on which some layout fits
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NoReturn

import numpy as np

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.memory import PARTS, Memory, memory_of, memory_parts
from gigawatt.perf.pareto import Indices
from gigawatt.perf.space import Only, Space, said, training_space

SPARING: Final[Only] = {"micro_batch": (1,), "interleave": (1,), "schedule": ("1f1b",)}
"""What layouts that spare memory have."""

NEAR: Final = 16
"""Up to so many times the chips, every number of whole nodes is tried."""

FAR: Final = (32, 64, 128, 256, 512, 1024)
"""Multiples of the chips that are tried beyond that."""


def refuse_shortage(space: Space, chips: Hardware, block: int) -> NoReturn:
    """Raise what is to be said of a space in which nothing fits.

    Arguments:
        space: the layouts.
        chips: the system, one.
        block: layouts made at once.

    Raises:
        ModelError: always.
    """
    least, nearest, held = np.inf, -1, None
    for index, memory in _memories(space, block):
        at = int(np.argmin(memory.total))
        if memory.total[at] < least:
            least, nearest = float(memory.total[at]), int(index[at])
            held = {name: float(getattr(memory, name)[at]) for name in PARTS}
    parts = sorted((held or {}).items(), key=lambda part: -part[1])
    room = float(memory_of(chips)[0])
    listing = ", ".join(f"{name} {size / 1e9:.1f} GB" for name, size in parts if size > least / 100)
    fewest = fewest_chips(space, chips, block)
    fix = f"Fewest chips that would do: {fewest}." if fewest else "More chips would not help: try shorter sequences."
    raise ModelError(
        f"search: none of {space.size:,} layouts on {', '.join(map(str, space.counts))} chips fits; too much are the "
        f"{parts[0][0]}. Nearest is {said(space.layout([nearest]), 0)}: {least / 1e9:.1f} GB of {room / 1e9:.1f} GB "
        f"({listing}). {fix}"
    )


def fewest_chips(space: Space, chips: Hardware, block: int) -> int | None:
    """The fewest chips, in whole nodes, on which a layout that spares memory fits.

    Arguments:
        space: layouts, of which model, workload and the largest number of chips are used.
        chips: the system, one.
        block: layouts made at once.

    Returns:
        Chips, or None where even the largest of FAR is not enough.
    """
    most, node = max(space.counts), int(chips.node[0])
    near = range(most // node * node + node, NEAR * most + 1, node)
    tried: list[int] = [*near, *(most * multiple for multiple in FAR)]
    for count in tried:
        try:
            sparing = training_space(space.shape, count, space.work, only=SPARING)
        except InputError:
            # No layout of so many chips divides.
            continue
        if any(np.any(memory.fits(chips)) for _, memory in _memories(sparing, block)):
            return count
    return None


def _memories(space: Space, block: int) -> Iterator[tuple[Indices, Memory]]:
    for index in space.blocks(block):
        yield index, memory_parts(space.shape, space.layout(index), space.workload(index[:1]))
