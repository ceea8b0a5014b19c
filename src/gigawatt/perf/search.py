"""Search: the best layouts of a space and its front of step time and memory, without computing most of it.

Search    what was found
Counts    how many layouts were computed, and why the others were not
search    the search
why       why the best beats another, in words

Three sieves, from the cheapest on. Memory is exact and costs a small part of a step time, so that what does not fit is
never timed. A bound from below on the step time, shared by all ways to shard a layout, excludes what is slower than the
k-th best and beaten by the front. What is left is computed in full, block by block; only the best and the front stay.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from gigawatt.errors import InputError
from gigawatt.perf.formats import FORMATS
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import Layout
from gigawatt.perf.memory import PARTS
from gigawatt.perf.pareto import Indices
from gigawatt.perf.shortage import refuse_shortage
from gigawatt.perf.sieve import Sieve
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.space import Space, said
from gigawatt.perf.training import TIMES, Training

BLOCK: Final = 65536
"""Layouts made at once; `bench/perf.py` measures which number is best."""

PILOT: Final = 8192
"""Layouts, evenly spread over a space, that are computed before the others so that bounds bite from the start."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Where the points of a space went.

    Arguments:
        grid: points of the full grid of all values.
        layouts: of those; the others break a rule or repeat a layout.
        infeasible: layouts that do not fit, by their largest part of memory, in the order of `memory.PARTS`.
        bounded: layouts excluded by a bound; how many depends on the size of a block.
        computed: layouts computed in full.
    """

    grid: int
    layouts: int
    infeasible: tuple[int, ...]
    bounded: int
    computed: int

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {many:,}" for name, many in zip(PARTS, self.infeasible, strict=True) if many)
        return (
            f"{self.grid:,} points, of which {self.grid - self.layouts:,} do not divide or repeat another; "
            f"{self.layouts:,} layouts: {sum(self.infeasible):,} do not fit ({parts or 'no part is too much'}), "
            f"{self.bounded:,} excluded by bounds, {self.computed:,} computed."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The best layouts of a space, and its front.

    Arguments:
        space: what was searched.
        top: numbers of the best layouts, best first, `(layout,)`.
        best: their training, `(layout,)`.
        edge: numbers of the layouts of the front, fastest first, `(layout,)`: no other is as good in step time, peak
            memory and, where there are several numbers of them, chips.
        front: their training, `(layout,)`.
        counts: where all others went.
    """

    space: Space
    top: Indices
    best: Training
    edge: Indices
    front: Training
    counts: Counts

    @property
    def layout(self) -> Layout:
        """The best layouts, best first."""
        return self.space.layout(self.top)

    @property
    def front_layout(self) -> Layout:
        """The layouts of the front, fastest first."""
        return self.space.layout(self.edge)


def search(
    space: Space,
    chips: Hardware,
    *,
    top: int = 10,
    apart: bool = False,
    bounded: bool = True,
    block: int = BLOCK,
    software: Software = FITTED,
    kernels: Kernels = CALIBRATED,
) -> Search:
    """The fastest layouts of a space that fit, and the front of step time and peak memory.

    Where a space has several numbers of chips, the best are those with most tokens a second and chip, and chips are a
    third objective of the front.

    Arguments:
        space: the layouts (`training_space`).
        chips: the system, one (`hardware`).
        top: how many of the best to keep.
        apart: keep only the best layout of each family, so that the best differ in how the chips are split.
        bounded: skip what a bound excludes; otherwise all that fits is computed, for the same result.
        block: layouts made at once; decides time and memory of the search and not its result.
        software, kernels: constants.

    Raises:
        InputError: there is not one system, or `top` or `block` is below 1.
        ModelError: nothing fits; with the part of memory that is too much, the layout nearest to fitting, and the
            fewest chips that would do.
    """
    if chips.arrays.size != 1:
        raise InputError(f"search: {chips.arrays.size} systems; expected one.")
    for name, given in (("top", top), ("block", block)):
        if given < 1:
            raise InputError(f"search: {name}: {given}; expected at least 1.")
    sieve = Sieve(space, chips, top, apart, software, kernels)
    rivals = None
    if bounded:
        rivals = sieve.empty
        for index in _pilot(space):
            rivals = sieve.take(rivals, index, None)
        rivals = rivals.eased
    state = sieve.empty
    for index in space.blocks(block):
        state = sieve.take(state, index, rivals)
    if state.computed == 0:
        refuse_shortage(space, chips, block)
    counts = Counts(space.grid, space.size, tuple(state.infeasible.tolist()), state.bounded, state.computed)
    leading, edge = state.fastest.index, state.edge.index
    return Search(space, leading, sieve.timed(leading), edge, sieve.timed(edge), counts)


def why(found: Search, against: int = 1) -> str:
    """Why the best layout beats another: what differs between them, and which parts of the step that lengthens.

    Arguments:
        found: a search.
        against: place of the other layout among the best; 1 is the second.

    Raises:
        InputError: there is no such place.
    """
    if not 0 < against < found.top.size:
        raise InputError(f"why: against: {against}; expected a place from 1 to {found.top.size - 1}.")
    places = np.array([0, against])
    layout, codes = found.layout.take(places), found.space.formats(found.top[places])
    # What follows from the degrees alone is not said again.
    follows = {
        "expert_tp": bool(np.all(layout.expert_tp == layout.tp)),
        "shards": bool(np.all(layout.shards == layout.dp * layout.cp)),
    }
    apart = [item.name for item in fields(Layout) if np.ptp(getattr(layout, item.name)) > 0]
    apart = [name for name in apart if not follows.get(name, False)]
    kinds = [f", {FORMATS[code]}" if np.ptp(codes) > 0 else "" for code in codes.tolist()]
    first, other = (said(layout, at, apart) + kinds[at] for at in range(2))
    done = found.best
    seconds = {name: float(getattr(done, name)[against] - getattr(done, name)[0]) for name in TIMES}
    most = max(abs(value) for value in seconds.values())
    telling = [name for name in sorted(seconds, key=lambda name: -abs(seconds[name])) if abs(seconds[name]) > most / 50]
    parts = ", ".join(f"{name} {seconds[name]:+.3g} s" for name in telling)
    steps, peaks = done.step[places], done.memory.total[places] / 1e9
    more = f"{steps[1] - steps[0]:+.3g} s, {steps[1] / steps[0] - 1:+.2%}"
    return (
        f"{first}: {steps[0]:.4g} s a step, {peaks[0]:.1f} GB. {other}: {steps[1]:.4g} s ({more}), "
        f"{peaks[1]:.1f} GB. The difference: {parts or 'none'}."
    )


def _pilot(space: Space) -> list[Indices]:
    """Evenly spread numbers, those of each number format apart."""
    inner = space.size // len(space.number_formats)
    spread = np.unique(np.linspace(0, inner - 1, min(PILOT, inner)).astype(np.int64))
    return [first * inner + spread for first in range(len(space.number_formats))]
