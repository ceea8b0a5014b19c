"""Sieves: what of a block of layouts is worth computing, and what is kept of it.

State           what was kept and counted so far
Sieve           the steps from a block of numbers to the next state
least_steps     step times that layouts cannot be below, from far fewer computations
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.memory import PARTS, memory_parts
from gigawatt.perf.pareto import Indices, Kept, beaten, best, front, nothing, rounded
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.space import Space
from gigawatt.perf.training import Training, train

SLACK: Final = 1e-9
"""Relative difference below which two computations of a time may be the same."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What was kept and counted so far.

    Arguments:
        fastest: the best layouts by chip-seconds of a step.
        edge: the front of step time, peak memory and, where they differ, chips.
        infeasible: layouts that do not fit, by their largest part of memory, `(part,)`.
        bounded: layouts a bound excluded.
        computed: layouts computed in full.
    """

    fastest: Kept
    edge: Kept
    infeasible: NDArray[np.int64]
    bounded: int
    computed: int

    @property
    def eased(self) -> State:
        """The same a little slower, so that it beats nothing that may be equal to it."""
        slower = [
            np.concatenate([kept.values[:1] * (1 + SLACK), kept.values[1:]]) for kept in (self.fastest, self.edge)
        ]
        return replace(self, fastest=Kept(self.fastest.index, slower[0]), edge=Kept(self.edge.index, slower[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """From a block of layouts to what is kept of it.

    Arguments:
        space: the layouts.
        chips: the system, one.
        top: how many of the best to keep.
        apart: whether to keep only the best layout of each family.
        software, kernels: constants.
    """

    space: Space
    chips: Hardware
    top: int
    apart: bool
    software: Software
    kernels: Kernels

    @property
    def empty(self) -> State:
        """The state before the first block."""
        several = len(self.space.counts) > 1
        return State(nothing(1), nothing(2 + several), np.zeros(len(PARTS), dtype=np.int64), 0, 0)

    def take(self, state: State, index: Indices, rivals: State | None) -> State:
        """The state after one more block.

        Arguments:
            state: the state before.
            index: numbers of layouts, ascending and above those before, all of one number format, `(config,)`.
            rivals: what else a layout must beat to be worth computing; without it all that fits is computed.
        """
        space, chips = self.space, self.chips
        layout, work = space.layout(index), space.workload(index[:1])
        memory = memory_parts(space.shape, layout, work)
        blamed = memory.too_much(chips)
        infeasible = state.infeasible + np.bincount(blamed[blamed >= 0], minlength=len(PARTS))
        fits = np.flatnonzero(blamed < 0)
        index, layout, peak = index[fits], layout.take(fits), memory.total[fits]
        if rivals is not None and fits.size:
            least = least_steps(space.shape, chips, layout, work, software=self.software, kernels=self.kernels)
            limit = min(self._limit(state), self._limit(rivals))
            values = self._values(state, least, layout, peak)
            lost = beaten(state.edge, values) | beaten(rivals.edge, values)
            left = np.flatnonzero(~lost | (rounded(least * layout.chips) <= limit))
            index, layout, peak = index[left], layout.take(left), peak[left]
        bounded = state.bounded + fits.size - index.size
        if index.size == 0:
            return replace(state, infeasible=infeasible, bounded=bounded)
        done = train(space.shape, chips, layout, work, strict=False, software=self.software, kernels=self.kernels)
        return State(
            fastest=best(
                state.fastest,
                index,
                rounded(done.step * layout.chips)[None],
                self.top,
                group=space.family if self.apart else None,
            ),
            edge=front(state.edge, index, self._values(state, done.step, layout, peak)),
            infeasible=infeasible,
            bounded=bounded,
            computed=state.computed + index.size,
        )

    def timed(self, index: Indices) -> Training:
        """The training of layouts by their numbers, `(config,)`."""
        layout, work = self.space.layout(index), self.space.workload(index)
        return train(self.space.shape, self.chips, layout, work, software=self.software, kernels=self.kernels)

    def _limit(self, state: State) -> float:
        kept = state.fastest
        return float(kept.values[0, -1]) if kept.index.size == self.top else np.inf

    def _values(self, state: State, step: Floats, layout: Layout, peak: Floats) -> Floats:
        return np.stack([rounded(step), peak, layout.chips][: len(state.edge.values)])


def least_steps(
    shape: Shape,
    chips: Hardware,
    layout: Layout,
    work: Workload,
    *,
    software: Software = FITTED,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """Step times that layouts cannot be below.

    How states and weights are sharded changes memory, the traffic of data parallelism and the update of the weights,
    and nothing else. So all layouts that differ in it alone share one computation, and none is faster than that
    without these two parts.

    Arguments:
        shape, chips, work: one each.
        layout: `(config,)`; neighbours that differ in sharding alone are computed once.
        software, kernels: constants.

    Returns:
        s, `(config,)`.
    """
    whole = replace(layout, zero=np.zeros_like(layout.zero), shards=layout.dp * layout.cp)
    new = np.zeros(layout.tp.size, dtype=np.bool_)
    new[:1] = True
    for item in fields(Layout):
        column = getattr(whole, item.name)
        new[1:] |= column[1:] != column[:-1]
    done = train(shape, chips, whole.take(new), work, strict=False, software=software, kernels=kernels)
    least = (done.step - done.data - done.optimiser) * (1 - SLACK)
    return np.asarray(least[np.cumsum(new) - 1])
