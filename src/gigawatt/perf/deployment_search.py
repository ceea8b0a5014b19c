"""Search of deployments: how to lay a model over chips for serving, and how many requests to run at once.

Deployments          what was found
DeploymentCounts     how many points were computed, and why the others were not
search_deployments   the search
why_deployment       why the best beats another, in words

Better is more tokens a second and chip, and more tokens a second for each user; an operator chooses from the front of
the two. Memory is exact and tested first; requests beyond what it holds wait outside and make nothing faster, so that
the largest concurrency is what fits. Then a bound: no token comes sooner than a step without prompts yields it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.deployment import Formats
from gigawatt.perf.deployment_space import DeploymentSpace, Points, deployment_grid, least_waits, said_deployment
from gigawatt.perf.pareto import Indices, Kept, beaten, best, front, nothing, rounded
from gigawatt.perf.serving import decode_latency
from gigawatt.perf.sieve import SLACK

BLOCK: Final = 32768
"""Points made at once; `bench/perf.py` measures which number is best."""

PILOT: Final = 2048
"""Points, evenly spread over a space, that are computed before the others so that bounds bite from the start."""

PARTS: Final = ("products", "experts", "attention", "vector", "exchange", "idle", "gap")
"""Parts of a step."""

ENOUGH: Final = (2, 4, 8, 16, 32, 64)
"""Multiples of a number of chips that are tried where it is not enough."""


@dataclass(frozen=True, slots=True, eq=False)
class DeploymentCounts:
    """Where the points went.

    Arguments:
        points: deployments times formats times concurrencies.
        infeasible: of those, in which the weights or a single sequence do not fit.
        waiting: in which further requests only wait for memory, so that a smaller concurrency yields as much.
        bounded: excluded by a bound; how many depends on the size of a block.
        missed: computed, and slower than the targets.
        computed: computed in full.
    """

    points: int
    infeasible: int
    waiting: int
    bounded: int
    missed: int
    computed: int


@dataclass(frozen=True, slots=True, eq=False)
class Deployments:
    """The best deployments and the front.

    Arguments:
        space: what was searched.
        best: those with the most tokens a second and chip, best first.
        front: those that no other beats both in tokens a second and chip and in tokens a second for each user; most
            for a chip first.
        counts: where all others went.
    """

    space: DeploymentSpace
    best: Points
    front: Points
    counts: DeploymentCounts


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What was kept and counted so far: best, front, counts in the order of DeploymentCounts, and the point nearest to
    the targets with its largest latency over its target."""

    leading: Kept
    edge: Kept
    counts: Indices
    excess: float
    nearest: Indices


def search_deployments(
    space: DeploymentSpace,
    *,
    ttft: float = np.inf,
    tpot: float = np.inf,
    top: int = 10,
    bounded: bool = True,
    block: int = BLOCK,
) -> Deployments:
    """The deployments that yield most tokens a second and chip within latency targets, and the front.

    Arguments:
        space: the deployments (`deployment_space`).
        ttft, tpot: s to the first token, and from one to the next, at most.
        top: how many of the best to keep.
        bounded: skip what a bound excludes; otherwise all that fits is computed, for the same result.
        block: points made at once; decides time and memory of the search and not its result.

    Raises:
        InputError: a number is out of range.
        ModelError: nothing fits, or nothing is within the targets; with what is nearest.
    """
    for name, given in (("ttft", ttft), ("tpot", tpot)):
        if not given > 0:
            raise InputError(f"search: {name}: {given} s; expected more than 0.")
    for name, given in (("top", top), ("block", block)):
        if given < 1:
            raise InputError(f"search: {name}: {given}; expected at least 1.")
    targets = ttft, tpot
    start = _State(nothing(2), nothing(2), np.zeros(5, dtype=np.int64), np.inf, np.zeros(0, dtype=np.int64))
    rivals = None
    if bounded:
        spread = np.unique(np.linspace(0, space.size - 1, min(PILOT, space.size)).astype(np.int64))
        rivals = _taken(space, start, spread, None, targets, top)
    state = start
    for first in range(0, space.size, block):
        index = np.arange(first, min(first + block, space.size))
        state = _taken(space, state, index, rivals, targets, top)
    if state.leading.index.size == 0:
        raise ModelError(_nothing(space, state.nearest, ttft, tpot))
    counts = DeploymentCounts(space.size, *state.counts.tolist())
    return Deployments(space, space.points(state.leading.index), space.points(state.edge.index), counts)


def why_deployment(found: Deployments, against: int = 1) -> str:
    """Why the best deployment beats another: rates, latencies, and the parts of a step with the requests both run.

    Arguments:
        found: a search.
        against: place of the other among the best; 1 is the second.

    Raises:
        InputError: there is no such place.
    """
    points, space = found.best, found.space
    if not 0 < against < points.concurrency.size:
        raise InputError(f"why: against: {against}; expected a place from 1 to {points.concurrency.size - 1}.")
    context = np.asarray(space.requests.isl, np.float64) + np.asarray(space.requests.osl, np.float64) / 2
    many = points.service.decoding
    step = decode_latency(space.shape, space.chips, points.cut, points.number, context, batch=many, engine=space.engine)
    each = {name: np.broadcast_to(getattr(step, name), many.shape) * points.cut.chips / many for name in PARTS}
    more = {name: float(part[against] - part[0]) for name, part in each.items()}
    telling = [name for name in sorted(more, key=lambda name: -abs(more[name])) if abs(more[name]) > 0]
    parts = ", ".join(f"{name} {1e3 * more[name]:+.3g} ms" for name in telling)
    said = [
        f"{said_deployment(points.cut, points.number, at)}, {points.concurrency[at]:g} at once: "
        f"{points.chip_rate[at]:.4g} tokens/s a chip, {points.user_rate[at]:.3g} a user, "
        f"{points.service.ttft[at]:.3g} s to the first"
        for at in (0, against)
    ]
    return f"{said[0]}. {said[1]}. Chip time for each next token, second less first: {parts or 'the same'}."


def _taken(
    space: DeploymentSpace,
    state: _State,
    index: Indices,
    rivals: _State | None,
    targets: tuple[float, float],
    top: int,
) -> _State:
    """The state after some more points; with rivals, what cannot beat them is skipped."""
    ttft, tpot = targets
    cut, number, level = space.take(index)
    room = space.room(cut, number)
    fits, idle = room >= 1, (level > 0) & (space.levels[level - 1] >= room)
    worth = np.flatnonzero(fits & ~idle)
    total = worth.size
    if rivals is not None and total:
        cut, number, level = space.take(index[worth])
        many = np.minimum(space.levels[level], room[worth])
        least = least_waits(space, cut, number)
        tokens = np.max(np.asarray(space.requests.osl, np.float64))
        values = np.stack([rounded(least * (tokens - 1) / tokens * cut.chips / many), rounded(least)])
        limit = min(_limit(state.leading, top), _limit(rivals.leading, top) * (1 + SLACK))
        slower = Kept(rivals.edge.index, rivals.edge.values * (1 + SLACK))
        lost = (beaten(state.edge, values) | beaten(slower, values)) & (values[0] > limit)
        worth = worth[~(lost | (least > tpot))]
    skipped = total - worth.size
    index = index[worth]
    counts = np.array([np.sum(~fits), np.sum(fits & idle), skipped, 0, index.size])
    if index.size == 0:
        return replace(state, counts=state.counts + counts)
    done = space.points(index)
    excess = np.maximum(done.service.ttft / ttft, done.service.tpot / tpot)
    within = excess <= 1
    counts[3] = np.sum(~within)
    closest = int(np.argmin(excess))
    if excess[closest] < state.excess:
        state = replace(state, excess=float(excess[closest]), nearest=index[[closest]])
    # Both are costs: chip-seconds of a token, and a user's seconds of a token.
    values = np.stack([rounded(1 / done.chip_rate), rounded(done.service.tpot)])[:, within]
    index = index[within]
    leading, edge = best(state.leading, index, values, top), front(state.edge, index, values)
    return replace(state, leading=leading, edge=edge, counts=state.counts + counts)


def _limit(leading: Kept, top: int) -> float:
    return float(leading.values[0, -1]) if leading.index.size == top else np.inf


def _nothing(space: DeploymentSpace, nearest: Indices, ttft: float, tpot: float) -> str:
    """What to say where no deployment fits, or none is fast enough."""
    most = int(np.max(space.grid.chips))
    wanted = f"search: no deployment is within {ttft:g} s to the first token and {tpot:g} s between tokens"
    if nearest.size:
        near = space.points(nearest)
        return (
            f"{wanted}. Nearest: {said_deployment(near.cut, near.number, 0)}, {near.concurrency[0]:g} at once, with "
            f"{near.service.ttft[0]:.3g} s and {near.service.tpot[0]:.3g} s."
        )
    cut, number, _ = space.take(np.arange(0, space.size, space.levels.size))
    held = space.held(cut, number)
    if np.any(held.sequences >= 1):
        waits = least_waits(space, cut, number)[held.sequences >= 1]
        return (
            f"{wanted}: a step for a single request takes {np.min(waits):.3g} s. "
            f"Try more than {most} chips or narrower formats."
        )
    parts = {"weights": held.weights, "workspace": held.workspace, "cache of one sequence": held.sequence}
    sizes = np.stack(np.broadcast_arrays(*parts.values()))
    at = int(np.argmin(np.sum(sizes, axis=0)))
    listing = ", ".join(f"{name} {size / 1e9:.1f} GB" for name, size in zip(parts, sizes[:, at], strict=True))
    fix = "Try a chip with more memory, or narrower formats."
    for multiple in ENOUGH:
        larger = deployment_grid(space.shape, most * multiple)
        kinds = Formats(*(getattr(space.number, item.name)[:, None] for item in fields(Formats)))
        fits = np.any(space.held(larger, kinds).sequences >= 1, axis=0)
        if np.any(fits):
            fix = f"Fewest chips that would do: {np.min(larger.chips[fits]):g}."
            break
    return (
        f"search: no deployment of up to {most} chips has room for one sequence; too much is the "
        f"{list(parts)[int(np.argmax(sizes[:, at]))]}. Nearest is {said_deployment(cut, number, at)}: "
        f"{np.sum(sizes[:, at]) / 1e9:.1f} GB of {np.max(held.usable) / 1e9:.1f} GB usable ({listing}). {fix}"
    )
