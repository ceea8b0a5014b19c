"""Systems: spec sheets of chips and the networks that join them; what a sheet leaves open is None.

Chip      compute arrays, memory, power
Level     one network: how many chips it joins, how fast, in which topology
System    a chip, the chips of a node, and its networks from the inside out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.check import COUNT, POSITIVE, YEAR, Bounds, require_kind, require_number
from gigawatt.perf.formats import RATES

TOPOLOGIES: Final = ("switch", "torus", "mesh")
"""How a level joins its chips: through switches, to neighbours in a torus, or each with each."""

NEEDED: Final = ("hbm_capacity", "hbm_bandwidth")
"""The figures without which there is no chip."""

FIGURES: Final = MappingProxyType(
    {
        "hbm_capacity": POSITIVE,
        "hbm_bandwidth": POSITIVE,
        "arrays": COUNT,
        "clock": POSITIVE,
        "sram": POSITIVE,
        "tdp": POSITIVE,
        "idle": POSITIVE,
        "available": YEAR,
        "process": POSITIVE,
        "dies": COUNT,
        "hbm_stacks": COUNT,
    }
)
"""The figures of a chip that are one number each, and what they may be."""

SIDES: Final = ("rows", "columns", "depth")
"""The sides of the smallest block one array works on."""

LEVEL: Final = MappingProxyType(
    {
        "chips": Bounds(1, whole=True, endless=True),
        "bandwidth": POSITIVE,
        "dimensions": COUNT,
        "latency": Bounds(0, hint="in seconds"),
    }
)
"""The figures of a network, and what they may be."""


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
        available: when it could first be had in volume, in years (2022.625 is the middle of the third quarter of 2022).
        process: the process of its compute dies as marketed, nm (7, 5, 4, 3).
        dies: dies in the package, memory left out.
        hbm_stacks: stacks of memory; None also where the memory is not stacked.

    Raises:
        InputError: a figure is not positive or not whole where it counts something, a format is unknown, or a chip
            draws more when idle than it may at all.
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
    available: float | None = None
    process: float | None = None
    dies: int | None = None
    hbm_stacks: int | None = None

    def __post_init__(self) -> None:
        own = f"chip `{self.name}`"
        if not isinstance(self.flops, Mapping) or not self.flops:
            given = "empty" if isinstance(self.flops, Mapping) else str(self.flops)
            raise InputError(f"{own}: flops: {given}; expected FLOP/s of at least one of {', '.join(RATES)}, by name.")
        for rate, value in self.flops.items():
            if rate not in RATES:
                raise InputError(f"{own}: flops: no rate for `{rate}`. {did_you_mean(str(rate), RATES)}")
            require_number(f"{own}: flops.{rate}", value, POSITIVE)
        for name, bounds in FIGURES.items():
            if name in NEEDED or getattr(self, name) is not None:
                require_number(f"{own}: {name}", getattr(self, name), bounds)
        if self.tile is not None:
            if not isinstance(self.tile, tuple | list) or len(self.tile) != len(SIDES):
                raise InputError(f"{own}: tile: {self.tile}; expected {', '.join(SIDES)}, such as (64, 128, 32).")
            for side, size in zip(SIDES, self.tile, strict=True):
                require_number(f"{own}: tile.{side}", size, COUNT)
        if self.idle is not None and self.tdp is not None and self.idle > self.tdp:
            raise InputError(f"{own}: idle: {self.idle:g}; expected at most tdp, {self.tdp:g}, both in W.")
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

    Raises:
        InputError: the topology is unknown, or a figure no number or out of its bounds.
    """

    name: str
    chips: float
    bandwidth: float
    topology: str = "switch"
    dimensions: int = 1
    latency: float | None = None

    def __post_init__(self) -> None:
        if self.topology not in TOPOLOGIES:
            known = did_you_mean(str(self.topology), TOPOLOGIES)
            raise InputError(f"network `{self.name}`: no topology `{self.topology}`. {known}")
        for name, bounds in LEVEL.items():
            if name != "latency" or self.latency is not None:
                require_number(f"network `{self.name}`: {name}", getattr(self, name), bounds)


@dataclass(frozen=True, slots=True)
class System:
    """Chips joined by networks.

    Arguments:
        name: what people call it.
        chip: the accelerator.
        node: chips of one host.
        levels: its networks, from the fastest and smallest to the one that joins everything.
        host: power of a node beside its chips, W: processors, fans, network cards.

    Raises:
        InputError: there is no chip or no network, or an outer one joins fewer chips than an inner one.
    """

    name: str
    chip: Chip
    node: int
    levels: tuple[Level, ...] = field(default=())
    host: float | None = None

    def __post_init__(self) -> None:
        require_number(f"system `{self.name}`: node", self.node, COUNT)
        if self.host is not None:
            require_number(f"system `{self.name}`: host", self.host, POSITIVE)
        require_kind(f"system `{self.name}`: chip", self.chip, Chip, "`find_system('H100').chip`")
        if not self.levels:
            raise InputError(f"system `{self.name}`: levels: empty; expected at least one network.")
        if not isinstance(self.levels, tuple | list):
            raise InputError(f"system `{self.name}`: levels: {self.levels}; expected a tuple of networks.")
        require_kind(f"system `{self.name}`: levels", self.levels, Level, "`Level('NVLink', 8, 450e9)`")
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
