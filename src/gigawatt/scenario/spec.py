"""Spec sheets in numbers: one of the performance library, one between two of them, or one of its own.

Data types: `Spec`, `Host` (the power around a chip), `Mistake` (why it is no chip).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from gigawatt.errors import InputError
from gigawatt.perf.formats import format_code
from gigawatt.perf.hardware import HOST_SHARE, hardware
from gigawatt.perf.library import find_system, rows_of
from gigawatt.perf.system import Chip, Level, System

UNITS = {
    "flops": "FLOP/s/chip",
    "bandwidth": "byte/s/chip",
    "memory": "byte/chip",
    "scale_up": "byte/s/chip",
    "limit": "W/chip",
}
"""Figures of a sheet, and the units in which the performance model takes them."""

MOST = {"flops": 1e20, "bandwidth": 1e17, "memory": 1e16, "scale_up": 1e17, "limit": 1e6}
"""Figures beyond these, in UNITS, are slips of an exponent, a thousand times what is foreseen for any package."""


class Host(NamedTuple):
    """Power of all in racks and nodes that is no accelerator, over the limits of the accelerators, and where from."""

    share: float
    because: str


class Mistake(NamedTuple):
    """Why no chip is built: the figure without which one would be, empty where there is no such, and what was said."""

    figure: str
    said: str


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec sheet in numbers: what is not given is as on the sheets it lies on.

    Arguments:
        between: names of one or two systems of the library, or none.
        flops: dense 8-bit rate (FLOP/s); that of the first sheet where it is not given.
        bandwidth, memory, scale_up, limit: bytes/s of memory, bytes, bytes/s to the other chips of a domain, W.
        domain: chips of a scale-up domain.
    """

    between: tuple[str, ...]
    flops: float | None = None
    bandwidth: float | None = None
    memory: float | None = None
    scale_up: float | None = None
    limit: float | None = None
    domain: int | None = None

    def system(self) -> System:
        """The system it describes.

        Raises:
            InputError: a sheet of its own lacks a figure, there is no system of a name, or the limit is below what the
            chip draws when idle.
        """
        if not self.between:
            return self._own()
        ends = [find_system(name) for name in self.between]
        rates = [_rate(system) for system in ends]
        flops, share = self.flops or rates[0], 0.0
        if rates[0] != rates[-1]:
            share = min(max(math.log(flops / rates[0]) / math.log(rates[-1] / rates[0]), 0.0), 1.0)
        one, two = ends[0], ends[-1]
        near = two if share > 0.5 else one
        scale = flops / _rate(near)
        if self.limit and near.chip.idle and self.limit < near.chip.idle:
            raise InputError(
                f"a chip of {near.name} draws {near.chip.idle:g} W when idle; expected a limit above that."
            )

        def mean(a: float, b: float) -> float:
            return a if share == 0.0 else math.exp((1 - share) * math.log(a) + share * math.log(b))

        chip = replace(
            near.chip,
            flops={name: rate * scale for name, rate in near.chip.flops.items()},
            hbm_capacity=self.memory or mean(one.chip.hbm_capacity, two.chip.hbm_capacity),
            hbm_bandwidth=self.bandwidth or mean(one.chip.hbm_bandwidth, two.chip.hbm_bandwidth),
            tdp=self.limit or (mean(one.chip.tdp, two.chip.tdp) if one.chip.tdp and two.chip.tdp else near.chip.tdp),
        )
        inner = replace(
            near.levels[0],
            chips=self.domain or near.domain,
            bandwidth=self.scale_up or mean(one.levels[0].bandwidth, two.levels[0].bandwidth),
        )
        return replace(near, chip=chip, levels=(inner, *near.levels[1:]))

    def host(self) -> Host:
        """What is around a chip: of its racks where their power is stated, or of measured nodes of eight."""
        if self.between:
            # A sheet between two has the name of the one it is nearer to.
            near = find_system(self.system().name)
            if near.host and near.chip.tdp:
                claim = next(row["host_claim"] for row in rows_of("systems") if row["title"] == near.name)
                said = f"{near.host:,.0f} W around {near.node} chips of {near.name}, from claim {claim}"
                return Host(near.host / (near.node * near.chip.tdp), said)
        return Host(HOST_SHARE, "measured nodes of eight chips")

    def mistake(self) -> Mistake | None:
        """Why no chip is built; nothing where one is."""
        try:
            self.system()
        except InputError as error:
            return Mistake(next((name for name, less in self.without() if less._builds()), ""), str(error))
        return None

    def _builds(self) -> bool:
        try:
            self.system()
        except InputError:
            return False
        return True

    def without(self) -> Iterator[tuple[str, Spec]]:
        """For each figure that is given, its name and the sheet without it, to find the one that is to blame."""
        each = {
            "flops": replace(self, flops=None),
            "bandwidth": replace(self, bandwidth=None),
            "memory": replace(self, memory=None),
            "scale_up": replace(self, scale_up=None),
            "limit": replace(self, limit=None),
            "domain": replace(self, domain=None),
        }
        yield from ((name, less) for name, less in each.items() if less != self)

    def _own(self) -> System:
        if not (self.flops and self.bandwidth and self.memory and self.scale_up and self.domain):
            raise InputError("a sheet of its own needs flops, bandwidth, memory, scale_up and domain.")
        chip = Chip("own sheet", {"fp8": self.flops}, self.memory, self.bandwidth, tdp=self.limit)
        return System("own sheet", chip, 4, (Level("scale-up", self.domain, self.scale_up),))


def _rate(system: System) -> float:
    return float(hardware([system]).rate(format_code("fp8"))[0])


H100 = Spec(("H100-SXM-80GB",))
"""The sheet whose yield is an H100-equivalent."""
