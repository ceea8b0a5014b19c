"""Systems: spec sheets of chips and the networks that join them; what a sheet leaves open is None.

Chip      compute arrays, memory, power
Level     one network: how many chips it joins, how fast, in which topology
System    a chip, the chips of a node, and its networks from the inside out
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.formats import RATES

TOPOLOGIES: Final = ("switch", "torus", "mesh")
"""How a level joins its chips: through switches, to neighbours in a torus, or each with each."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One accelerator package, as its spec sheet has it.

    Arguments:
        name: what people call it.
        flops: dense FLOP/s by format (RATES); a format that is missing runs at the rate of the next wider one.
        hbm_capacity: memory, bytes.
        hbm_bandwidth: bytes/s.
        arrays: independent matrix units that can work on different blocks of a result (SMs, CUs, MXUs).
        clock: Hz at which `flops` is reached.
        tile: rows and columns of the smallest block of a result one array works on, and the depth it adds up at once.
        sram: on-chip memory shared by the arrays, bytes.
        tdp: sustained power limit of the package, W.
        idle: power of an idle package, W.

    Raises:
        InputError: a figure is not positive, or a format unknown.
    """

    name: str
    flops: Mapping[str, float]
    hbm_capacity: float
    hbm_bandwidth: float
    arrays: int | None = None
    clock: float | None = None
    tile: tuple[int, int, int] | None = None
    sram: float | None = None
    tdp: float | None = None
    idle: float | None = None

    def __post_init__(self) -> None:
        for rate in self.flops:
            if rate not in RATES:
                raise InputError(f"chip `{self.name}`: flops: no rate for `{rate}`. {did_you_mean(rate, RATES)}")
        if not self.flops:
            raise InputError(
                f"chip `{self.name}`: flops: empty; expected FLOP/s of at least one of {', '.join(RATES)}."
            )
        figures = {f"flops.{rate}": value for rate, value in self.flops.items()}
        for name in ("hbm_capacity", "hbm_bandwidth", "arrays", "clock", "sram", "tdp", "idle"):
            figures[name] = getattr(self, name)
        for place, size in zip(("rows", "columns", "depth"), self.tile or (), strict=False):
            figures[f"tile.{place}"] = size
        for place, value in figures.items():
            _positive(f"chip `{self.name}`", place, value)
        object.__setattr__(self, "flops", MappingProxyType(dict(self.flops)))


@dataclass(frozen=True, slots=True)
class Level:
    """One network of a system.

    Arguments:
        name: what people call it, such as `NVLink 5`.
        chips: chips it joins; infinite where there is no bound.
        bandwidth: bytes/s a chip sends and, at the same time, receives, all its links together.
        topology: one of TOPOLOGIES.
        dimensions: of a torus.
        latency: seconds a message takes beyond what calibrated steps take; None where unknown, taken as zero.
    """

    name: str
    chips: float
    bandwidth: float
    topology: str = "switch"
    dimensions: int = 1
    latency: float | None = None

    def __post_init__(self) -> None:
        if self.topology not in TOPOLOGIES:
            known = did_you_mean(self.topology, TOPOLOGIES)
            raise InputError(f"network `{self.name}`: no topology `{self.topology}`. {known}")
        if not self.chips >= 1:
            raise InputError(f"network `{self.name}`: chips: {self.chips}; expected at least 1.")
        _positive(f"network `{self.name}`", "bandwidth", self.bandwidth)
        _positive(f"network `{self.name}`", "dimensions", self.dimensions)


@dataclass(frozen=True, slots=True)
class System:
    """Chips joined by networks.

    Arguments:
        name: what people call it.
        chip: the accelerator.
        node: chips of one host.
        levels: its networks, from the fastest and smallest to the one that joins everything.

    Raises:
        InputError: there is no network, or an outer one joins fewer chips than an inner one.
    """

    name: str
    chip: Chip
    node: int
    levels: tuple[Level, ...] = field(default=())

    def __post_init__(self) -> None:
        _positive(f"system `{self.name}`", "node", self.node)
        if not self.levels:
            raise InputError(f"system `{self.name}`: levels: empty; expected at least one network.")
        for inner, outer in zip(self.levels, self.levels[1:], strict=False):
            if outer.chips < inner.chips:
                raise InputError(
                    f"system `{self.name}`: levels: {outer.name} joins {outer.chips:g} chips and comes after "
                    f"{inner.name} with {inner.chips:g}; expected them from the smallest to the largest."
                )

    @property
    def domain(self) -> float:
        """Chips of one scale-up domain: those the innermost network joins."""
        return self.levels[0].chips

    def with_scale_out(self, bandwidth: float) -> System:
        """The same system with another speed of its outermost network.

        Arguments:
            bandwidth: bytes/s a chip sends.
        """
        return replace(self, levels=(*self.levels[:-1], replace(self.levels[-1], bandwidth=bandwidth)))

    def with_domain(self, chips: float) -> System:
        """The same system with another number of chips in a scale-up domain, such as a slice of a pod."""
        return replace(self, levels=(replace(self.levels[0], chips=chips), *self.levels[1:]))


def _positive(whose: str, place: str, value: float | None) -> None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise InputError(
            f"{whose}: {place}: {value}; expected a finite number above 0, or nothing where it is unknown."
        )
