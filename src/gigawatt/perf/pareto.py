"""Fronts: the best of a stream of points, and those that no other point beats in everything.

Kept      points kept so far
nothing   none yet
best      the few with the smallest first objective, after some more points
front     those no other is as good as in every objective, after some more points
beaten    which points a kept one is as good as in every objective
rounded   values without the noise of their last bits

Every objective is smaller where it is better. What is kept depends on the points alone, not on their order or on how
they were cut into blocks; of points that are equal in every objective the one with the smallest index stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gigawatt.perf.formats import Floats

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

NOISE: Final = 16
"""Last bits of a float that depend on the order of sums; values that differ in no others are equal."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Points kept, in ascending order of their first objective.

    Arguments:
        index: which points, `(point,)`.
        values: their objectives, `(objective, point)`.
    """

    index: Indices
    values: Floats


def nothing(objectives: int) -> Kept:
    """No points yet, of so many objectives."""
    return Kept(np.zeros(0, dtype=np.int64), np.zeros((objectives, 0)))


def best(
    kept: Kept, index: Indices, values: Floats, count: int, *, group: Callable[[Indices], Indices] | None = None
) -> Kept:
    """The `count` points with the smallest first objective; the next objectives and then the index break ties.

    Arguments:
        kept: those so far.
        index, values: more points, `(point,)` and `(objective, point)`.
        count: how many to keep.
        group: which group each point belongs to, where only the best of each group may stay.
    """
    if group is None and index.size > count:
        # No more than `count` can stay, and sorting those alone is much faster than sorting all.
        limit = np.partition(values[0], count - 1)[count - 1]
        near = np.flatnonzero(values[0] <= limit)
        index, values = index[near], values[:, near]
    joined = _joined(kept, index, values)
    order = _sorted(joined)
    if group is not None:
        order = order[np.sort(np.unique(group(joined.index[order]), return_index=True)[1])]
    order = order[:count]
    return Kept(joined.index[order], joined.values[:, order])


def front(kept: Kept, index: Indices, values: Floats) -> Kept:
    """The points that no other is as good as in every objective.

    Arguments:
        kept: those so far.
        index, values: more points, `(point,)` and `(objective, point)`.
    """
    joined = _joined(kept, index, values)
    order = _sorted(joined)
    stays = order[_undominated(joined.values[:, order])]
    return Kept(joined.index[stays], joined.values[:, stays])


def beaten(kept: Kept, values: Floats) -> Flags:
    """Which points some kept point is as good as, or better than, in every objective.

    Arguments:
        kept: points of a front.
        values: points to test, `(objective, point)`; lower bounds of a point's objectives test it before it is known.
    """
    if kept.index.size == 0:
        return np.zeros(values.shape[1], dtype=np.bool_)
    if len(values) == 1:
        return np.asarray(np.min(kept.values[0]) <= values[0])
    if len(values) == 2:
        lowest = np.minimum.accumulate(kept.values[1])
        before = np.searchsorted(kept.values[0], values[0], side="right") - 1
        return np.asarray((before >= 0) & (lowest[before] <= values[1]))
    found = np.zeros(values.shape[1], dtype=np.bool_)
    for level in np.unique(values[-1]):
        asked, able = values[-1] == level, kept.values[-1] <= level
        found[asked] = beaten(Kept(kept.index[able], kept.values[:-1, able]), values[:-1, asked])
    return found


def rounded(values: Floats) -> Floats:
    """Positive values rounded to 36 binary digits, so that ties are ties whatever block they were computed in."""
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
    return ((bits + (1 << (NOISE - 1))) >> NOISE << NOISE).view(np.float64)


def _joined(kept: Kept, index: Indices, values: Floats) -> Kept:
    return Kept(np.concatenate([kept.index, index]), np.concatenate([kept.values, values], axis=1))


def _sorted(points: Kept) -> NDArray[np.intp]:
    return np.lexsort((points.index, *points.values[::-1]))


def _undominated(values: Floats) -> NDArray[np.intp]:
    """Positions of the front of points in lexicographic order."""
    if values.shape[1] == 0 or len(values) == 1:
        return np.arange(min(1, values.shape[1]))
    if len(values) == 2:
        lowest = np.minimum.accumulate(values[1])
        return np.flatnonzero(np.concatenate([[True], values[1, 1:] < lowest[:-1]]))
    # The last objective has few values, such as a number of chips: each level meets the fronts of those below it.
    found = np.zeros(0, dtype=np.intp)
    for level in np.unique(values[-1]):
        own = np.flatnonzero(values[-1] == level)
        rivals = Kept(found.astype(np.int64), values[:-1, found])
        own = own[~beaten(rivals, values[:-1, own])]
        own = own[_undominated(values[:-1, own])]
        found = np.sort(np.concatenate([found, own]))
    return found
