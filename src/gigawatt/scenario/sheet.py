"""Spec sheets in numbers: one of the performance library, one between two of them, or one of its own.

Data type: `Sheet`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from gigawatt.errors import InputError
from gigawatt.perf.formats import format_code
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_system
from gigawatt.perf.system import Chip, Level, System


@dataclass(frozen=True, slots=True)
class Sheet:
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
            InputError: a sheet of its own lacks a figure, or there is no system of a name.
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

    def _own(self) -> System:
        if not (self.flops and self.bandwidth and self.memory and self.scale_up and self.domain):
            raise InputError("a sheet of its own needs flops, bandwidth, memory, scale_up and domain.")
        chip = Chip("own sheet", {"fp8": self.flops}, self.memory, self.bandwidth, tdp=self.limit)
        return System("own sheet", chip, 4, (Level("scale-up", self.domain, self.scale_up),))


def _rate(system: System) -> float:
    return float(hardware([system]).rate(format_code("fp8"))[0])


H100 = Sheet(("H100-SXM-80GB",))
"""The sheet whose yield is an H100-equivalent."""
