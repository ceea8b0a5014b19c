"""Runs in pools: prompts read on some replicas and answers written on others, in deployments that are found.

Pooled     the run
pool_on    the best of the pairs of deployments, with as many replicas of each kind as keep up with each other
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gigawatt.errors import InputError
from gigawatt.perf.candidates import deployment_candidates, taken
from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.inference import StepTime
from gigawatt.perf.model import Transformer
from gigawatt.perf.pools import Pools, matched, pool_service
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.served import Load
from gigawatt.perf.serving import decode_latency, prompt_latency
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.system import System

FEWER: Final = (1.0, 0.95, 0.9, 0.8, 0.65, 0.5)
"""Shares of the requests at which readers are just busy all the time that are tried, for a shorter wait."""

HALVINGS: Final = 14
"""Halvings of the range of batches, in logarithms."""

KINDS: Final = 24
"""Deployments of each kind that are paired, those with the highest rate a chip."""


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A model in service with pools; arrays have one configuration.

    Arguments:
        model, system, number: what is served on what, in which formats.
        chips: all chips that are paid for.
        load: what users ask.
        reader, writer: deployments.
        readers, writers: replicas of each.
        users: requests at once.
        service: what users get.
        watts: power of the nodes, before the facility's own.
        tried, fitting: pairs looked at, and those of them that hold the model and meet the targets.
    """

    model: Transformer
    system: System
    number: Formats
    chips: int
    load: Load
    reader: Deployment
    writer: Deployment
    readers: int
    writers: int
    users: float
    service: Pools
    watts: float
    tried: int
    fitting: int

    @property
    def rate(self) -> float:
        """Tokens of answers a second on all chips."""
        return float(self.service.tokens[0])


def pool_on(model: Transformer, system: System, number: Formats, chips: int, load: Load) -> Pooled:
    """A model in service on some chips, with pools.

    Arguments:
        model, system, number: what is served on what.
        chips: all chips, both pools together.
        load: what users ask; shares of a prompt that are cached and guesses of a draft are not part of it.

    Raises:
        InputError: there are too few chips for two replicas, or the targets are out of reach.
    """
    if load.cached or load.guesses:
        raise InputError("pools: a cached share or guesses of a draft given; expected neither, pools do without them.")
    if chips < 2:
        raise InputError(f"pools: {chips} chip; expected at least 2, one to read and one to write.")
    shape, hard = shapes([model]), hardware([system])
    grid = deployment_candidates(model, system, chips - 1)
    reader, read = _readers(shape, hard, grid, number, load)
    writer, write, batch = _writers(shape, hard, grid, number, load)
    if not reader.tp.size or not writer.tp.size:
        raise InputError(
            f"pools: {model.name} does not fit on {chips:,} {system.name}, or the targets are out of reach."
        )
    a, b, less, up = (
        part.ravel()
        for part in np.meshgrid(
            np.arange(reader.tp.size), np.arange(writer.tp.size), np.array(FEWER), np.array([0, 1]), indexing="ij"
        )
    )
    ratio = matched(read[a], write[b])
    writers = np.maximum(np.floor(chips / (writer.chips[b] + ratio * reader.chips[a])), 1.0)
    readers = np.maximum(np.floor(ratio * writers) + up, 1.0)
    readers = np.maximum(np.minimum(readers, np.floor((chips - writers * writer.chips[b]) / reader.chips[a])), 0.0)
    kept = np.flatnonzero(readers >= 1)
    if not kept.size:
        raise InputError(
            f"pools: {chips} chips hold no reader and writer of {model.name} together; expected more chips."
        )
    a, b, less, readers, writers = (part[kept] for part in (a, b, less, readers, writers))
    cuts = taken(reader, a), taken(writer, b)
    most = np.minimum(readers * read[a], writers * write[b])
    round_trip = batch[b] / write[b] + 1 / read[a] * cuts[0].attention_dp
    users = np.full(a.size, load.users) if load.users else np.maximum(np.floor(less * most * round_trip), 1.0)
    found = pool_service(shape, hard, *cuts, number, load.isl, load.osl, users, readers=readers, writers=writers)
    fine = np.isfinite(found.tokens) & (found.ttft <= (load.ttft or np.inf)) & (found.tpot <= (load.tpot or np.inf))
    if not np.any(fine):
        first, after = 1e3 * float(np.nanmin(found.ttft)), 1e3 * float(np.nanmin(found.tpot))
        raise InputError(
            f"pools: the targets are out of reach of {model.name} on {chips:,} {system.name}: at best the first token "
            f"comes after {first:,.4g} ms and the next ones after {after:,.4g} ms."
        )
    best = int(np.argmax(np.where(fine, found.tokens, -np.inf)))
    one = Pools(*(getattr(found, name)[[best]] for name in Pools.__slots__))
    pair = taken(cuts[0], [best]), taken(cuts[1], [best])
    counts = int(readers[best]), int(writers[best])
    watts = _watts(shape, hard, pair, counts, number, load, one, chips)
    return Pooled(
        model, system, number, chips, load, *pair, *counts, float(users[best]), one, watts, a.size, int(np.sum(fine))
    )


def _readers(shape: Shape, hard: Hardware, grid: Deployment, number: Formats, load: Load) -> tuple[Deployment, Floats]:
    """Deployments that can read, and requests a second of each."""
    spent = prompt_latency(shape, hard, grid, number, load.isl, batch=grid.attention_dp).total
    fits = capacity(shape, hard, grid, number, load.isl).sequences >= 1
    fine = np.flatnonzero(fits & (spent <= (load.ttft or np.inf)))
    rate = (grid.attention_dp / spent)[fine]
    order = np.argsort(-rate / grid.chips[fine], kind="stable")[:KINDS]
    return taken(grid, fine[order]), rate[order]


def _writers(
    shape: Shape, hard: Hardware, grid: Deployment, number: Formats, load: Load
) -> tuple[Deployment, Floats, Floats]:
    """Deployments that can write, requests a second of each, and how many it writes at once."""
    length = load.isl + load.osl
    room = capacity(shape, hard, grid, number, length, workspace_tokens=2048.0).sequences
    wanted = load.tpot or np.inf

    def pace(many: Floats) -> Floats:
        return decode_latency(shape, hard, grid, number, load.isl + load.osl / 2, batch=np.maximum(many, 1.0)).total

    low, high = np.zeros(grid.tp.shape), np.log(np.maximum(room, 1.0))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fine = pace(np.exp(middle)) <= wanted
        low, high = np.where(fine, middle, low), np.where(fine, high, middle)
    many = np.maximum(np.floor(np.exp(low)), 1.0)
    step = pace(many)
    kept = np.flatnonzero((room >= 1) & (step <= wanted))
    rate = (many / (np.maximum(load.osl - 1, 1.0) * step))[kept]
    order = np.argsort(-rate / grid.chips[kept], kind="stable")[:KINDS]
    return taken(grid, kept[order]), rate[order], many[kept][order]


def _watts(
    shape: Shape,
    hard: Hardware,
    pair: tuple[Deployment, Deployment],
    counts: tuple[int, int],
    number: Formats,
    load: Load,
    found: Pools,
    chips: int,
) -> float:
    reading = prompt_latency(shape, hard, pair[0], number, load.isl, batch=pair[0].attention_dp)
    batch = np.maximum(found.writing, 1.0)
    writing = decode_latency(shape, hard, pair[1], number, load.isl + load.osl / 2, batch=batch)
    drawn, used = 0.0, 0.0
    for step, busy, cut, many in zip((reading, writing), (found.reading, np.ones(1)), pair, counts, strict=True):
        whole = many * float(cut.chips[0])
        drawn += whole * float((node_power(hard, _chip(hard, number, step, busy)) / hard.node)[0])
        used += whole
    return drawn + (chips - used) * float(hard.idle[0])


def _chip(hard: Hardware, number: Formats, step: StepTime, busy: Floats) -> Floats:
    return chip_power(hard, number.product, *(busy * part / step.total for part in (step.flops, step.moved, step.sent)))
