"""Spaces of deployments: every way to lay a model over up to so many chips, in some formats, at some concurrencies.

DeploymentSpace     points by number
deployment_space    the space
deployment_grid     every way to cut a replica
Points              some of the points, and what they yield
least_waits         times between tokens that no deployment is below
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.capacity import Capacity, capacity
from gigawatt.perf.deployment import Deployment, Formats, deployments
from gigawatt.perf.formats import FORMATS, Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.pareto import Indices
from gigawatt.perf.serving import Requests, Service, decode_latency, serve, tokens_per_step
from gigawatt.perf.shape import Shape
from gigawatt.perf.sieve import SLACK
from gigawatt.perf.software import RECORDED, Engine
from gigawatt.perf.space import divisors


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Deployments with formats and requests at once, `(point,)`, and what they yield.

    Arguments:
        cut, number, concurrency: what was chosen.
        service: latencies and rates of a replica.
    """

    cut: Deployment
    number: Formats
    concurrency: Floats
    service: Service

    @property
    def chip_rate(self) -> Floats:
        """Tokens a second and chip, `(point,)`."""
        return self.service.tokens / self.cut.chips

    @property
    def user_rate(self) -> Floats:
        """Tokens a second each user gets, `(point,)`."""
        return 1 / self.service.tpot


@dataclass(frozen=True, slots=True, eq=False)
class DeploymentSpace:
    """Deployments, formats and concurrencies by number; build with `deployment_space`.

    Arguments:
        shape, chips: model and system, one each.
        grid: ways to cut a replica, `(deployment,)`.
        number: formats, `(formats,)`.
        levels: concurrencies, ascending, `(level,)`.
        requests: what users ask, one.
        engine, kernels: constants.
    """

    shape: Shape
    chips: Hardware
    grid: Deployment
    number: Formats
    levels: Floats
    requests: Requests
    engine: Engine
    kernels: Kernels

    @property
    def size(self) -> int:
        """How many points there are."""
        return int(self.grid.tp.size * self.number.weight.size * self.levels.size)

    def take(self, index: Indices) -> tuple[Deployment, Formats, Codes]:
        """Deployments, formats and positions of the concurrency of the points with some numbers, `(point,)`."""
        rest, level = np.divmod(index, self.levels.size)
        kind, place = np.divmod(rest, self.grid.tp.size)
        cut = Deployment(**{item.name: getattr(self.grid, item.name)[place] for item in fields(Deployment)})
        return cut, Formats(**{item.name: getattr(self.number, item.name)[kind] for item in fields(Formats)}), level

    def held(self, cut: Deployment, number: Formats) -> Capacity:
        """What chips hold, and how many sequences fit."""
        length = np.asarray(self.requests.isl, np.float64) + np.asarray(self.requests.osl, np.float64)
        return capacity(self.shape, self.chips, cut, number, length, workspace_tokens=self.requests.chunk)

    def room(self, cut: Deployment, number: Formats) -> Floats:
        """Requests that can be in work at once: what memory holds, and no more than the engine runs."""
        return np.asarray(np.minimum(self.held(cut, number).sequences, self.requests.most))

    def points(self, index: Indices) -> Points:
        """The points with some numbers, computed; their concurrency is no more than there is room for."""
        cut, number, level = self.take(index)
        many = np.maximum(np.minimum(self.levels[level], self.room(cut, number)), 1.0)
        asked = replace(self.requests, concurrency=many)
        done = serve(self.shape, self.chips, cut, number, asked, engine=self.engine, kernels=self.kernels)
        return Points(cut, number, many, done)


def deployment_space(
    shape: Shape,
    chips: Hardware,
    requests: Requests,
    most: int,
    number: Sequence[Formats],
    *,
    concurrency: ArrayLike | None = None,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> DeploymentSpace:
    """Every way to lay a model over up to so many chips.

    Arguments:
        shape, chips: the model and the system, one each.
        requests: what users ask, one; its concurrency is the most that is tried.
        most: chips of a replica at most; all numbers up to it are tried.
        number: number formats to choose from (`formats`).
        concurrency: requests at once to choose from; by default two for each doubling up to that of `requests`.
        engine, kernels: constants.

    Raises:
        InputError: there is not one model, system and kind of requests, or a number is out of range.
    """
    others = [getattr(requests, item.name) for item in fields(Requests) if item.name != "concurrency"]
    sizes = {"models": shape.layers.size, "systems": chips.arrays.size, "kinds of requests": np.broadcast(*others).size}
    for name, size in sizes.items():
        if size != 1:
            raise InputError(f"search: {size} {name}; expected one.")
    if not number:
        raise InputError("search: number: no formats; expected at least one, such as `formats('fp8')`.")
    if np.max(requests.osl) < 2:
        raise InputError(f"search: osl: {np.max(requests.osl):g}; expected answers of at least 2 tokens.")
    if most < 1:
        raise InputError(f"search: most: {most}; expected at least 1 chip.")
    limit = float(np.max(requests.concurrency))
    levels = _levels(limit) if concurrency is None else np.unique(np.asarray(concurrency, dtype=np.float64))
    if levels.size == 0 or levels[0] < 1:
        raise InputError(f"search: concurrency: {levels.tolist()}; expected at least one number, and none below 1.")
    kinds = Formats(*(np.concatenate([getattr(one, item.name) for one in number]) for item in fields(Formats)))
    return DeploymentSpace(shape, chips, deployment_grid(shape, most), kinds, levels, requests, engine, kernels)


def deployment_grid(shape: Shape, most: int) -> Deployment:
    """Every way to cut a replica of up to so many chips, `(deployment,)`.

    A tensor-parallel group divides the heads, and divides or is divided by the key-value heads. Experts divide over
    `ep`, and the width of each over the other chips of a stage. Groups that attend alone exist only where they meet at
    experts; without them they would be replicas.

    Arguments:
        shape: the model, one.
        most: chips at most.
    """
    heads, kv_heads = int(shape.heads[0]), int(shape.kv_heads[0])
    experts, width = int(shape.experts[0]), int(shape.expert_ffn[0])
    rows = []
    for tp in divisors(heads):
        if kv_heads % tp and tp % kv_heads:
            continue
        for alone in range(1, most // tp + 1 if experts else 2):
            group = tp * alone
            spreads = (
                [ep for ep in divisors(group) if not experts % ep and not width % (group // ep)] if experts else [1]
            )
            stages = range(1, min(most // group, int(shape.layers[0])) + 1)
            rows += [(tp, pp, ep, alone) for ep in spreads for pp in stages]
    tp_, pp_, ep_, alone_ = np.array(rows, dtype=np.float64).T
    return deployments(tp_, pp_, ep_, alone_)


def least_waits(space: DeploymentSpace, cut: Deployment, number: Formats) -> Floats:
    """Times between tokens that no deployment is below: a step without prompts in which one sequence decodes.

    More sequences never make a step shorter, nor do prompts; how many decode at least follows from nothing simpler
    than the whole loop.

    Arguments:
        space: model, system and requests.
        cut, number: `(config,)`.

    Returns:
        s, `(config,)`.
    """
    asked = space.requests
    context = np.asarray(asked.isl, np.float64) + np.asarray(asked.osl, np.float64) / 2
    width, slower = np.asarray(asked.guesses) + 1.0, 1 + np.asarray(asked.guesses) * np.asarray(asked.draft)
    step = decode_latency(
        space.shape,
        space.chips,
        cut,
        number,
        context,
        width=width,
        skew=asked.skew,
        engine=space.engine,
        kernels=space.kernels,
    )
    gained = tokens_per_step(asked.guesses, asked.accepted)
    return np.asarray(step.total * slower / gained * (1 - SLACK))


def said_deployment(cut: Deployment, number: Formats, at: int) -> str:
    """A deployment in words, such as `tp 8, pp 1, ep 1, attention dp 1, weight fp8, product fp8, kv bf16, expert fp8`.

    Arguments:
        cut, number: deployments and their formats, `(config,)`.
        at: which of them.
    """
    counts = [f"{item.name.replace('_', ' ')} {getattr(cut, item.name)[at]:g}" for item in fields(cut)]
    kinds = [f"{item.name} {FORMATS[int(getattr(number, item.name)[at])]}" for item in fields(number)]
    return ", ".join([*counts, *kinds])


def _levels(most: float) -> Floats:
    doublings = 2.0 ** np.arange(np.floor(np.log2(most)) + 1)
    levels = np.concatenate([doublings, np.floor(1.5 * doublings), [most]])
    return np.unique(levels[levels <= most])
