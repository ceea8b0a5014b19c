"""Yields: what a chip of a system brings on a mix of work, in tokens a second and in watts.

Use         one part of a mix: a model, how long its prompts and answers are, and how soon users want them
Yields      what a chip of each system brings on a mix
yields      it, for many systems in two vectorised calls
Error       how far measurements lie from predictions
errors      of tokens a second: what all systems share of it, and what each has of its own

Every use runs in the layout and at the concurrency at which a chip yields most tokens while the first token and those
after it come in time. Between the concurrencies that are tried, yields are read off a line in logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.deployment import Formats, deployments
from gigawatt.perf.formats import Codes, Floats, format_code
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.interval import regime
from gigawatt.perf.model import Transformer
from gigawatt.perf.power import chip_power
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.system import System

GROUPS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Chips of a replica that are tried."""

LOADS: Final = tuple(0.5 * 4.0**step for step in range(7))
"""Requests in work for each chip of a replica that are tried; FINER more in between, in the best layout."""

FINER: Final = 5

TRIED: Final = 3
"""Layouts of a system's middle sheet that are tried on its other sheets."""

WINDOW: Final = 4
"""How many loads are tried there, from the one before the middle sheet's best."""

COMMON: Final = 0.5
"""Share of the variance of errors that all systems have in common, with engines, models and users; an assumption."""


@dataclass(frozen=True, slots=True)
class Use:
    """One part of a mix.

    Arguments:
        model: what answers.
        share: of the tokens of all answers.
        isl, osl: tokens of a prompt and of an answer.
        ttft, tpot: s to the first token, and from one to the next, at most.
        format: of weights and products; `cache` of keys and values.
        cached: share of a prompt whose keys and values are there already.
        most: requests a replica has in work at most.

    Raises:
        InputError: a figure is out of its bounds.
    """

    model: Transformer
    share: float
    isl: float
    osl: float
    ttft: float
    tpot: float
    format: str = "fp8"
    cache: str = "fp8"
    cached: float = 0.0
    most: float = math.inf

    def __post_init__(self) -> None:
        for name in ("share", "ttft", "tpot"):
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise InputError(f"{name}: {value:g}; expected a finite number above 0.")
        for name in (self.format, self.cache):
            format_code(name)
        Requests(self.isl, self.osl, 1.0, cached=self.cached)
        if not self.most >= 1:
            raise InputError(f"most: {self.most:g}; expected at least 1.")


@dataclass(frozen=True, slots=True, eq=False)
class Yields:
    """What a chip of each system brings on a mix.

    Arguments:
        tokens: of answers a second, `(system,)`.
        power: W while it works, without its host, `(system,)`.
        limit: W at most, `(system,)`.
        replica: chips of a replica of each use, `(use, system)`.
    """

    tokens: Floats
    power: Floats
    limit: Floats
    replica: Floats


class Error(NamedTuple):
    """Measured over predicted: its median, and the standard deviation of its logarithm."""

    median: float
    deviation: float


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The best point of a layout, `(config,)`: tokens a second and what its chips do for them; 0 where none is.

    `low` is the highest load that was in time, `high` the next one.
    """

    low: Floats
    high: Floats
    tokens: Floats
    flops: Floats
    moved: Floats
    sent: Floats


def yields(systems: Sequence[System], mix: Sequence[Use], like: Sequence[int] | None = None) -> Yields:
    """What a chip of each system brings on a mix.

    Arguments:
        systems: spec sheets.
        mix: its uses; shares are taken relative to their sum.
        like: for each system the one whose best layouts are tried first, as sheets of one chip that differ in an open
            figure are cut alike; by default its own.

    Raises:
        InputError: there is no use, or no system.
        ModelError: a use fits nowhere on a system in time.
    """
    if not mix or not systems:
        raise InputError("yields: at least one system and one use of a mix expected.")
    parents = list(range(len(systems)) if like is None else like)
    chips = hardware(systems)
    first = [(s, u, c) for s in sorted(set(parents)) for u, use in enumerate(mix) for c in range(len(_cuts(use)))]
    found = _tried(chips, mix, first, _every(first))
    ranked = _ranked(first, found)
    rest = [
        (s, u, c)
        for s, parent in enumerate(parents)
        if s != parent
        for u in range(len(mix))
        for c in ranked[parent, u][:TRIED]
    ]
    points = {config: (found, at) for at, config in enumerate(first)}
    if rest:
        middle = np.array([found.low[points[parents[s], u, c][1]] for s, u, c in rest])
        begin = np.clip(np.searchsorted(LOADS, middle) - 1, 0, len(LOADS) - WINDOW)
        more = _tried(chips, mix, rest, np.asarray(LOADS)[begin[:, None] + np.arange(WINDOW)])
        points |= {config: (more, at) for at, config in enumerate(rest)}
        ranked |= _ranked(rest, more)
    # A sheet with less memory than the middle one may need a layout of its own.
    lost = [(s, u) for s in range(len(systems)) for u in range(len(mix)) if not ranked.get((s, u))]
    last = [(s, u, c) for s, u in lost if s != parents[s] for c in range(len(_cuts(mix[u])))]
    if last:
        again = _tried(chips, mix, last, _every(last))
        points |= {config: (again, at) for at, config in enumerate(last)}
        ranked |= _ranked(last, again)
    for s, system in enumerate(systems):
        for u, use in enumerate(mix):
            if not ranked.get((s, u)):
                raise ModelError(_nowhere(system, use))
    best = [(s, u, ranked[s, u][0]) for u in range(len(mix)) for s in range(len(systems))]
    ends = np.array([(near.low[at], near.high[at]) for near, at in (points[config] for config in best)])
    return _mixed(chips, mix, best, _tried(chips, mix, best, np.geomspace(ends[:, 0], ends[:, 1], FINER + 2, axis=1)))


def errors(system: System) -> tuple[Error, Error]:
    """How far measurements of tokens a second lie from predictions: what all systems share, and one's own besides.

    Arguments:
        system: whose; chips without calibrated kernels are further off where measurements say so.
    """
    known, own = regime("throughput"), regime("throughput", system)
    shared = COMMON * known.deviation**2
    middle = float(known.quantile(0.5))
    # Two sources that lie off to one side are one draw of what such chips are off by, and no bias of all of them.
    aside = math.log(float(own.quantile(0.5)) / middle)
    alone = max(own.deviation**2 - shared, 0.0) + aside**2
    return Error(middle, math.sqrt(shared)), Error(1.0, math.sqrt(alone))


def _cuts(use: Use) -> list[tuple[int, int, int]]:
    """Layouts that are tried: chips of a group that cuts attention, groups that attend alone, and spread of experts."""
    whole = [(chips, 1, 1) for chips in GROUPS[:6]]
    if use.model.experts is None:
        return whole
    return [(1, chips, chips) for chips in GROUPS] + [(chips, 1, chips) for chips in GROUPS[3:6]]


def _every(configs: Sequence[tuple[int, int, int]]) -> Floats:
    """All loads for each configuration, `(config, load)`."""
    return np.tile(LOADS, (len(configs), 1))


def _tried(chips: Hardware, mix: Sequence[Use], configs: Sequence[tuple[int, int, int]], loads: Floats) -> _Found:
    """The best point of each (system, use, layout) at some ascending loads `(config, load)`."""
    width = loads.shape[1]
    index = np.array(configs, dtype=np.intp)
    system, use = (np.repeat(index[:, part], width) for part in (0, 1))
    table = [_cuts(use) for use in mix]
    cuts = np.array([table[u][c] for _, u, c in configs], dtype=np.float64)
    tp, dp, ep = (np.repeat(cuts[:, part], width) for part in range(3))

    def of(name: str) -> Floats:
        return np.array([getattr(item, name) for item in mix], dtype=np.float64)[use]

    def code(name: str) -> Codes:
        return np.array([format_code(getattr(item, name)) for item in mix], dtype=np.intp)[use]

    many = np.maximum(loads.ravel() * tp * dp, 1.0)
    weights = code("format")
    got = serve(
        shapes([item.model for item in mix]).take(use),
        chips.take(system),
        deployments(tp, 1, ep, dp),
        Formats(weights, weights, code("cache"), weights),
        Requests(of("isl"), of("osl"), many, cached=of("cached"), most=np.maximum(of("most"), 1.0)),
    )
    late = np.log(np.maximum(got.ttft / of("ttft"), np.maximum(got.tpot, 1e-30) / of("tpot")))
    shape = (len(configs), width)
    late = np.where(np.isnan(late), np.inf, late).reshape(shape)
    rate = (got.tokens / (tp * dp)).reshape(shape)
    parts = [np.asarray(part).reshape(shape) for part in (got.flops, got.moved, got.sent)]
    return _in_time(late, rate, parts, loads)


def _in_time(late: Floats, rate: Floats, parts: Sequence[Floats], loads: Floats) -> _Found:
    """The highest load that is in time, between those that were tried.

    Arguments:
        late: logarithm of the time over its target, `(config, load)`.
        rate: tokens a second and chip; `parts` likewise what a chip does.
        loads: requests in work for each chip.
    """
    fits = np.logical_and.accumulate(late <= 0, axis=1)
    below = np.maximum(fits.sum(axis=1) - 1, 0)
    above = np.minimum(below + 1, late.shape[1] - 1)
    rows = np.arange(len(late))
    known = (above > below) & fits[:, 0] & np.isfinite(late[rows, above])
    one, two = (np.where(known, late[rows, column], 0.0) for column in (below, above))
    share = np.clip(-one / np.maximum(two - one, 1e-12), 0.0, 1.0)

    def at(values: Floats) -> Floats:
        low, high = values[rows, below], values[rows, above]
        high = np.where(known, high, low)
        between = np.exp((1 - share) * np.log(np.maximum(low, 1e-30)) + share * np.log(np.maximum(high, 1e-30)))
        return np.asarray(np.where(fits[:, 0], between, 0.0))

    return _Found(loads[rows, below], loads[rows, above], at(rate), *(at(part) for part in parts))


def _ranked(configs: Sequence[tuple[int, int, int]], found: _Found) -> dict[tuple[int, int], list[int]]:
    """For each (system, use) its layouts that are in time, the best first."""
    order: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for (system, use, cut), rate in zip(configs, found.tokens.tolist(), strict=True):
        order.setdefault((system, use), [])
        if rate > 0:
            order[system, use].append((-rate, cut))
    return {key: [cut for _, cut in sorted(rates)] for key, rates in order.items()}


def _mixed(chips: Hardware, mix: Sequence[Use], best: Sequence[tuple[int, int, int]], found: _Found) -> Yields:
    """A chip divides its time so that answers come in the shares of the mix; `best` has all systems of each use."""
    shape = (len(mix), len(chips.arrays))
    rate, flops, moved, sent = (part.reshape(shape) for part in (found.tokens, found.flops, found.moved, found.sent))
    shares = np.array([use.share for use in mix])
    time = (shares / shares.sum())[:, None] / rate
    codes = [format_code(use.format) for use in mix]
    drawn = np.array([chip_power(chips, code, *does) for code, *does in zip(codes, flops, moved, sent, strict=True)])
    cuts = [_cuts(mix[u])[cut] for _, u, cut in best]
    return Yields(
        tokens=1.0 / time.sum(axis=0),
        power=(time * drawn).sum(axis=0) / time.sum(axis=0),
        limit=np.array(chips.tdp),
        replica=np.array([tp * dp for tp, dp, _ in cuts], dtype=np.float64).reshape(shape),
    )


def _nowhere(system: System, use: Use) -> str:
    return (
        f"{use.model.name} on {system.name}: no replica of up to {GROUPS[-1]} chips holds it in `{use.format}` and "
        f"brings the first token after {use.isl:g} in {use.ttft:g} s and the next ones in {1e3 * use.tpot:g} ms. "
        "Expected later targets, a smaller model, a narrower format, or a system with more memory."
    )
