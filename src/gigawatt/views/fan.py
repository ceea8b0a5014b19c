"""Fans and timings: what a quantity looks like over all paths, month by month, without holding all months in memory.

Data type: `Timing` (when something happens for the first time, over paths).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.array import Labelled
from gigawatt.engine.record import KEPT
from gigawatt.engine.result import Result
from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Floats

LEVELS = (0.1, 0.5, 0.9)
"""Quantiles of a fan unless others are asked for."""

MEMORY = 1 << 26
"""Bytes read at a time; a month of one quantity is the least."""

FIRSTS = {"missed": "party", "vested": "grant", "ready": "phase"}
"""Arrays that hold one month for each entity and path: their axis."""


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """When something happens for the first time, over paths.

    Arguments:
        label: to whom or what.
        chance: share of paths in which it happens at all.
        quantiles: calendar months (year * 12 + month - 1) at the 10, 50 and 90 % quantile of those paths in which it
            happens; empty where it never does.
        months: (month,) share of all paths in which it happens in each month of the horizon.
    """

    label: str
    chance: float
    quantiles: tuple[int, ...]
    months: Floats

    @property
    def median(self) -> int | None:
        """The middle month of the paths in which it happens, None where it never does."""
        return self.quantiles[len(self.quantiles) // 2] if self.quantiles else None


def fan(
    result: Result,
    name: str,
    levels: Sequence[float] = LEVELS,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    months: Sequence[str] | None = None,
) -> Labelled:
    """Quantiles and mean of a quantity in each month, for every entity or for sums of several.

    Means of parts add up to the mean of their sum; quantiles do not. So a sum is formed on each path first.

    Arguments:
        result: the run.
        name: a quantity, such as `online`.
        levels: quantiles, between 0 and 1.
        groups: name of each sum to the entities in it; every entity by itself if not given.
        months: only these months; all that were kept by default.

    Returns:
        (statistic, month, entity or group): `p10`, `p50`, `p90` for the levels, then `mean` and `positive`, the share
        of paths on which the quantity is above 0.

    Raises:
        InputError: an unknown quantity, entity or month, with the nearest that exists.
    """
    held = result.keys()
    if name not in held:
        raise InputError(f"this run kept no `{name}`. {did_you_mean(name, held)}")
    kept, known, kept_months = KEPT[name], result.labels[KEPT[name].axis], result.months(name)
    sums = {label: (label,) for label in known} if groups is None else groups
    members = [[_find(label, known, f"{name}: no {kept.axis}") for label in group] for group in sums.values()]
    wanted = list(kept_months if months is None else months)
    rows = [_find(month, kept_months, f"`{name}` was not kept for") for month in wanted]
    values = np.empty((len(levels) + 2, len(rows), len(sums)))
    for start, array in _pieces(result, name, rows, len(known)):
        for i, member in enumerate(members):
            total = array[:, member].sum(axis=1, dtype=np.float64)
            part = values[:, start : start + len(total), i]
            part[:-2] = np.quantile(total, levels, axis=-1)
            part[-2], part[-1] = total.mean(axis=-1), (total > 0).mean(axis=-1)
    axis = "group" if groups is not None else "party" if kept.axis == "funded" else kept.axis
    return Labelled(
        name=name,
        values=values,
        dims=("statistic", "month", axis),
        labels={
            "statistic": (*(f"p{100 * level:g}" for level in levels), "mean", "positive"),
            "month": tuple(wanted),
            axis: tuple(sums),
        },
        unit=kept.unit,
        source=str(result.provenance),
    )


def timings(result: Result, name: str) -> tuple[Timing, ...]:
    """When each party first misses a payment, each grant first vests, or each campus phase comes.

    Arguments:
        result: the run.
        name: `missed`, `vested` or `ready`. A phase comes at all where it is built, perhaps after the horizon.

    Raises:
        InputError: another name.
    """
    if name not in FIRSTS:
        raise InputError(f"no timing `{name}`. {did_you_mean(name, FIRSTS)}")
    labels, scenario = result.labels[FIRSTS[name]], result.scenario
    offset = 0 if name == "ready" else scenario.first
    found = []
    for start, array in _pieces(result, name, list(range(len(labels))), 1):
        for label, row in zip(labels[start:], array, strict=False):
            happens = row[(row >= 0) & (row < 120_000)].astype(np.int64) + offset
            inside = happens[(happens >= scenario.first) & (happens <= scenario.last)] - scenario.first
            ends = np.quantile(happens, LEVELS, method="inverted_cdf") if len(happens) else ()
            found.append(
                Timing(
                    label=label,
                    chance=len(happens) / len(row),
                    quantiles=tuple(int(month) for month in ends),
                    months=np.bincount(inside, minlength=scenario.months) / len(row),
                )
            )
    return tuple(found)


def draws(result: Result, names: Sequence[str], levels: Sequence[float] = LEVELS) -> Labelled:
    """Quantiles of what uncertain figures of the scenario were drawn as.

    Arguments:
        result: the run.
        names: of figures, such as `deals.amd.capacity`.
        levels: quantiles, between 0 and 1.

    Returns:
        (statistic, figure) in internal units.

    Raises:
        InputError: no such figure, or a certain one.
    """
    known = result.labels["figure"]
    rows = [_find(name, known, "no uncertain figure") for name in names]
    values = [
        np.quantile(array.astype(np.float64), levels, axis=-1) for _, array in _pieces(result, "figures", rows, 1)
    ]
    return Labelled(
        name="figures",
        values=np.concatenate([np.zeros((len(levels), 0)), *values], axis=1),
        dims=("statistic", "figure"),
        labels={"statistic": tuple(f"p{100 * level:g}" for level in levels), "figure": tuple(names)},
        unit="internal units",
        source=str(result.provenance),
    )


def _pieces(result: Result, name: str, rows: Sequence[int], entities: int) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """Some rows of an array at a time, as many as fit the memory, each with the position of its first row."""
    step = max(1, MEMORY // max(8 * entities * result.provenance.paths, 1))
    for start in range(0, len(rows), step):
        yield start, result.array(name, rows[start : start + step])


def _find(label: str, known: Sequence[str], what: str) -> int:
    if label not in known:
        raise InputError(f"{what} `{label}`. {did_you_mean(label, known)}")
    return known.index(label)
