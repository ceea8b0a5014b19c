"""Collectives: how long chips of a group take to exchange data, over every network the group spans.

collective_time         all-gather, reduce-scatter, all-reduce, all-to-all
point_to_point_time     one chip to one other

A group fills the innermost network first. Each network carries its part: inside a domain of n chips a share (n - 1)/n
of the data, between domains what is left after the part inside. Large messages are cut into pieces, so the networks
work at the same time and the slowest decides; latencies of all networks add up.

On a torus a group of n chips spans log n / log(domain) of the dimensions, at least one, and uses the links of those;
an all-to-all also crosses a quarter of a ring for each dimension. In a mesh each chip uses its links to the group.
These rules are derived; only switched domains of 2 to 8 chips were measured.
"""

from __future__ import annotations

from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.size import require_sizes
from gigawatt.perf.system import TOPOLOGIES

COLLECTIVES: Final = ("all_gather", "reduce_scatter", "all_reduce", "all_to_all")
"""The kinds of exchange."""


def members(group: ArrayLike, stride: ArrayLike, chips: Hardware) -> Floats:
    """How many members of a group one member reaches through each network.

    Arguments:
        group: chips of the group, `(config,)`.
        stride: distance between neighbours of the group in the order of chips, `(config,)`; a data-parallel group
            around tensor-parallel groups of 8 has stride 8.
        chips: hardware, `(config,)`.

    Returns:
        Members joined at each level, those of inner levels counted as one, `(level, config)`; the product is the group.
    """
    group, stride = xp.broadcast_arrays(xp.asarray(group, xp.float64), xp.asarray(stride, xp.float64))
    counts, inside = [], xp.ones_like(group)
    last = len(chips.level_chips) - 1
    for level, joined in enumerate(chips.level_chips):
        reached = group if level == last else xp.clip(xp.floor(joined / stride), 1.0, group)
        # A group that does not fill whole domains is spread evenly over the fewest that hold it.
        reached = group / xp.ceil(group / reached)
        counts.append(reached / inside)
        inside = reached
    return xp.stack(counts)


def collective_time(
    kind: str,
    volume: ArrayLike,
    group: ArrayLike,
    chips: Hardware,
    *,
    stride: ArrayLike = 1,
    copies: ArrayLike = 1,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """How long a collective takes.

    Arguments:
        kind: one of COLLECTIVES.
        volume: bytes of the whole result of an all-gather, of the whole input a chip gives to a reduce-scatter,
            all-reduce or all-to-all, `(config,)` or with leading axes.
        group: chips of the group, `(config,)`.
        chips: hardware, `(config,)`.
        stride: distance between neighbours of the group in the order of chips, `(config,)`.
        copies: of an all-to-all, how many members a token goes to: it crosses an outer network once for all members it
            has in a domain, and is copied inside (DeepSeek-V3, 2024, section 3.2.2), `(config,)`.
        kernels: constants.

    Returns:
        Seconds, in the shape of `volume`; zero for a group of one or nothing to send.

    Raises:
        InputError: there is no such collective, a volume is negative, a group or a stride below 1, or lengths differ.
    """
    if kind not in COLLECTIVES:
        raise InputError(f"no collective `{kind}`. {did_you_mean(kind, COLLECTIVES)}")
    size, count = xp.asarray(volume, dtype=xp.float64), xp.asarray(group, dtype=xp.float64)
    apart, many = xp.asarray(stride, dtype=xp.float64), xp.asarray(copies, dtype=xp.float64)
    require_sizes(f"collective {kind}", chips, volume=size, copies=many)
    require_sizes(f"collective {kind}", chips, 1.0, group=count, stride=apart)
    wire, copy, base, step = _constants(kind, kernels)
    parts, latency, inside = [], xp.asarray(base), xp.ones_like(count * chips.node)
    for level, joined in enumerate(members(count, apart, chips)):
        share = _share(kind, joined, inside, count, many)
        bandwidth = chips.level_bandwidth[level] * _links(kind, joined, level, chips)
        # A chip's own part is copied at the speed of the innermost network, whose links are the widest.
        own = copy / count / chips.level_bandwidth[0] if level == 0 else 0.0
        parts.append(wire * share / bandwidth + own)
        latency = latency + _steps(kind, joined, level, chips) * (step + chips.level_latency[level])
        inside = inside * joined
    passes = 2.0 if kind == "all_reduce" else 1.0
    time = latency + passes * size * xp.max(xp.stack(parts), axis=0)
    return xp.asarray(xp.where((inside > 1) & (size > 0), time, 0.0))


def point_to_point_time(
    volume: ArrayLike, distance: ArrayLike, chips: Hardware, *, kernels: Kernels = CALIBRATED
) -> Floats:
    """How long one chip takes to send to another.

    Arguments:
        volume: bytes, `(config,)`.
        distance: chips between the two in the order of chips, `(config,)`; 1 for neighbours.
        chips: hardware, `(config,)`.
        kernels: constants.

    Returns:
        Seconds, `(config,)`; zero for nothing to send.

    Raises:
        InputError: a volume or a distance is no number of at least 0, or lengths differ.
    """
    size, apart = xp.asarray(volume, dtype=xp.float64), xp.asarray(distance, dtype=xp.float64)
    require_sizes("sending", chips, volume=size, distance=apart)
    level = xp.sum(chips.level_chips[:-1] <= apart, axis=0)
    torus, mesh = TOPOLOGIES.index("torus"), TOPOLOGIES.index("mesh")

    def at(figures: Floats) -> Floats:
        chosen = xp.broadcast_to(level, xp.broadcast_shapes(level.shape, figures.shape[1:]))
        return xp.asarray(xp.take_along_axis(figures, chosen[None, :], axis=0)[0])

    links = xp.select(
        [at(chips.level_topology) == torus, at(chips.level_topology) == mesh],
        [2 * at(chips.level_dimensions), xp.maximum(at(chips.level_chips) - 1, 1.0)],
        1.0,
    )
    time = kernels.collective + kernels.step + at(chips.level_latency)
    return xp.asarray(xp.where(size > 0, time + kernels.wire_gather * size * links / at(chips.level_bandwidth), 0.0))


def _constants(kind: str, kernels: Kernels) -> tuple[float, float, float, float]:
    if kind == "all_to_all":
        return kernels.wire_exchange, kernels.copy_exchange, kernels.exchange_base, kernels.exchange_step
    wire, copy = {
        "all_gather": (kernels.wire_gather, kernels.copy_gather),
        "reduce_scatter": (kernels.wire_scatter, kernels.copy_scatter),
        "all_reduce": (kernels.wire_reduce, kernels.copy_reduce),
    }[kind]
    return wire, copy, kernels.collective, kernels.step


def _share(kind: str, joined: Floats, inside: Floats, count: Floats, many: Floats) -> Floats:
    """Share of the volume that crosses a network."""
    if kind == "all_to_all":
        # Of `many` members chosen evenly among equal domains, so many are the only ones or the first in theirs.
        many, domains = xp.maximum(many, 1.0), count / inside
        first = xp.where(inside > 1, domains * (1 - (1 - 1 / domains) ** many) / many, 1.0)
        return xp.asarray((joined - 1) * inside / count * first)
    return xp.asarray((joined - 1) / joined / inside)


def _steps(kind: str, joined: Floats, level: int, chips: Hardware) -> Floats:
    """Messages one after the other: a ring, or a tree where that is shorter and sums may be formed on the way."""
    dimensions = xp.maximum(chips.level_dimensions[level], 1.0)
    around = dimensions * (joined ** (1 / dimensions) - 1) / 2
    ring = xp.where(chips.level_topology[level] == TOPOLOGIES.index("torus"), xp.ceil(around), joined - 1)
    tree = 2 * xp.log2(joined) + 1
    return xp.asarray(2 * xp.minimum(ring, tree) if kind == "all_reduce" else ring)


def _links(kind: str, joined: Floats, level: int, chips: Hardware) -> Floats:
    """Share of a chip's bandwidth that a group of chips can use."""
    domain, dimensions = chips.level_chips[level], xp.maximum(chips.level_dimensions[level], 1.0)
    spanned = xp.log(xp.maximum(joined, 2.0)) / xp.log(xp.maximum(domain, 2.0))
    used = xp.clip(xp.ceil(spanned * dimensions - 1e-9), 1.0, dimensions)
    torus = used / dimensions
    if kind == "all_to_all":
        torus = torus / xp.maximum(used * joined ** (1 / used) / 4, 1.0)
    mesh = xp.clip((joined - 1) / xp.maximum(domain - 1, 1.0), 1e-9, 1.0)
    topology = chips.level_topology[level]
    chosen = [topology == TOPOLOGIES.index("torus"), topology == TOPOLOGIES.index("mesh")]
    return xp.asarray(xp.select(chosen, [torus, mesh], 1.0))
