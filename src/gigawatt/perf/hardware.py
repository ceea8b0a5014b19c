"""Hardware: many systems as arrays, one entry a configuration, with every gap of a spec sheet filled by a rule.

Hardware    figures of chips and networks, the configurations last
hardware    the systems of some configurations, stacked

The rules for gaps, the same for all products: a format without a rate runs at the rate of the next wider one, and where
there is no wider one slower than a narrower one by the ratio of their bits; clock 1.8 GHz; arrays of 4,096 bf16 FLOP a
cycle, not necessarily a whole number of them; blocks of 64 x 128 with depth 32; power 0.49 pJ for each FLOP of the bf16
peak (the median of the chips on which the kernels were calibrated); idle power a tenth of the limit (an assumption);
hosts, fans and network cards draw HOST_SHARE of the limit of their chips; on-chip memory 50 MB; beyond an outermost
network with a bound, one without bound at a sixteenth of its speed; the process is the one that accelerators of its
date had, the date the first at which accelerators had its process and its narrowest format; one die; a stack of memory
moves 0.35 TB/s in 2020 and twice as much every three years.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import positions, require_kind
from gigawatt.perf.formats import FORMATS, RATES, Codes, Floats
from gigawatt.perf.system import TOPOLOGIES, Chip, Level, System

CLOCK: Final = 1.8e9
CYCLE_FLOPS: Final = 4096.0
TILE: Final = (64, 128, 32)
JOULES_PER_FLOP: Final = 0.49e-12
IDLE_SHARE: Final = 0.1
SRAM: Final = 50e6
HOST_SHARE: Final = 0.3
"""Power of hosts, fans and network cards over the limit of their chips. Set by the loaded nodes of eight H100 (median
reading 7,261 W in MLPerf Training 4.0) and of eight B200 (10,401 W in MLPerf Inference 5.1)."""
SCALE_OUT_SHARE: Final = 1 / 16

PROCESS_YEARS: Final = ((16.0, 2016.5), (12.0, 2017.5), (7.0, 2020.0), (5.0, 2022.5), (3.0, 2025.0), (2.0, 2026.5))
"""When each process, in nm, came into accelerators."""

FORMAT_YEARS: Final = {"tf32": 2020.0, "bf16": 2020.0, "int8": 2020.0, "fp8": 2022.625, "fp4": 2024.875}
"""When the matrix units of accelerators in volume first knew a format."""

STACK_BANDWIDTH: Final = 0.35e12
STACK_YEAR: Final = 2020.0
STACK_DOUBLING: Final = 3.0

BITS: Final = {"tf32": 32, "bf16": 16, "int8": 8, "fp8": 8, "fp4": 4}

_PATHS: Final = {"fp32": "tf32", "fp8_block": "fp8"}


@dataclass(frozen=True, slots=True, eq=False)
class Hardware:
    """Figures of systems as arrays; build with `hardware`.

    Arguments:
        peak: dense FLOP/s, `(format, config)`.
        arrays: compute arrays, `(config,)`.
        cycle_flops: bf16 FLOP one array does in a cycle, `(config,)`.
        rows, columns, depth: of the smallest block one array works on, `(config,)`.
        sram, hbm_capacity: bytes, `(config,)`.
        hbm_bandwidth: bytes/s, `(config,)`.
        tdp, idle: W, `(config,)`.
        node: chips of a host, `(config,)`.
        host: power of a node beside its chips, W, `(config,)`.
        available: year of first volume, `(config,)`.
        process: nm as marketed, `(config,)`.
        dies, hbm_stacks: counts, `(config,)`.
        level_chips: chips each network joins, `(level, config)`; systems with fewer networks repeat their last.
        level_bandwidth: bytes/s a chip sends, `(level, config)`.
        level_topology: position in TOPOLOGIES, `(level, config)`.
        level_dimensions: of a torus, `(level, config)`.
        level_latency: s, `(level, config)`.
    """

    peak: Floats
    arrays: Floats
    cycle_flops: Floats
    rows: Floats
    columns: Floats
    depth: Floats
    sram: Floats
    hbm_capacity: Floats
    hbm_bandwidth: Floats
    tdp: Floats
    idle: Floats
    node: Floats
    host: Floats
    available: Floats
    process: Floats
    dies: Floats
    hbm_stacks: Floats
    level_chips: Floats
    level_bandwidth: Floats
    level_topology: Floats
    level_dimensions: Floats
    level_latency: Floats

    def take(self, index: ArrayLike) -> Hardware:
        """The systems at some positions, in that order.

        Arguments:
            index: integers `(config,)`.

        Raises:
            InputError: there is no such position.
        """
        chosen = positions("system", index, self.node.size)
        return Hardware(**{item.name: getattr(self, item.name)[..., chosen] for item in fields(self)})

    def rate(self, format_code: ArrayLike) -> Floats:
        """Dense peak of each configuration in its number format.

        Arguments:
            format_code: codes, `(config,)` or one for all.

        Returns:
            FLOP/s, `(config,)`.

        Raises:
            InputError: there is no such code, or not one for all nor one each.
        """
        require_lengths("rate", systems=self.arrays, number_format=format_code)
        codes: Codes = xp.broadcast_to(positions("number format", format_code, len(FORMATS)), self.arrays.shape)
        return xp.asarray(xp.take_along_axis(self.peak, codes[None, :], axis=0)[0])


def hardware(systems: Sequence[System], index: ArrayLike | None = None) -> Hardware:
    """The figures of systems, stacked into arrays, with gaps filled by the rules above.

    Arguments:
        systems: different systems, or one for each configuration.
        index: which system each configuration has, integers `(config,)`; by default all in order.

    Raises:
        InputError: there is no system, or none at a position.
    """
    example = "`find_system('H100-SXM-80GB')`"
    if isinstance(systems, System) or not systems:
        given = "empty" if not isinstance(systems, System) else "one that is in no list"
        raise InputError(f"systems: {given}; expected a list of at least one, such as [{example}].")
    require_kind("systems", systems, System, example)
    chips = [_chip(system.chip) for system in systems]
    stacks = [_levels(system) for system in systems]
    depth = max(len(stack) for stack in stacks)
    levels = [[*stack, *[stack[-1]] * (depth - len(stack))] for stack in stacks]
    columns: dict[str, Floats] = {
        "peak": xp.array([_peaks(system.chip) for system in systems]).T,
        "node": xp.array([system.node for system in systems], dtype=xp.float64),
    }
    shares = [HOST_SHARE * chip["tdp"] * system.node for chip, system in zip(chips, systems, strict=True)]
    columns["host"] = xp.array([system.host or share for system, share in zip(systems, shares, strict=True)])
    for name in chips[0]:
        columns[name] = xp.array([chip[name] for chip in chips], dtype=xp.float64)
    for name in ("chips", "bandwidth", "topology", "dimensions", "latency"):
        rows = [[_level(level, name) for level in stack] for stack in levels]
        columns[f"level_{name}"] = xp.array(rows, dtype=xp.float64).T
    stacked = Hardware(**columns)
    return stacked if index is None else stacked.take(index)


def _levels(system: System) -> list[Level]:
    outermost = system.levels[-1]
    if math.isinf(outermost.chips):
        return list(system.levels)
    return [*system.levels, Level("assumed", math.inf, outermost.bandwidth * SCALE_OUT_SHARE)]


def _level(level: Level, name: str) -> float:
    if name == "topology":
        return float(TOPOLOGIES.index(level.topology))
    return float(getattr(level, name) or 0.0)


def _peaks(chip: Chip) -> list[float]:
    return [_peak(chip, RATES.index(_PATHS.get(name, name))) for name in FORMATS]


def _peak(chip: Chip, rate: int) -> float:
    for name in reversed(RATES[: rate + 1]):
        # Integer rates say nothing about floating point, so only int8 itself uses them.
        if name in chip.flops and (name != "int8" or RATES[rate] == "int8"):
            return chip.flops[name]
    narrower = sorted((name for name in RATES[rate + 1 :] if name in chip.flops), key=lambda name: name == "int8")
    return chip.flops[narrower[0]] * BITS[narrower[0]] / BITS[RATES[rate]]


def _chip(chip: Chip) -> dict[str, float]:
    bf16 = _peak(chip, RATES.index("bf16"))
    clock = chip.clock or CLOCK
    # Not rounded: a little more peak would otherwise come with fewer FLOP an array in a cycle and slow small products.
    arrays = chip.arrays or max(1.0, bf16 / (clock * CYCLE_FLOPS))
    rows, columns, depth = chip.tile or TILE
    tdp = chip.tdp or max(JOULES_PER_FLOP * bf16, chip.idle or 0.0)
    available, process = _generation(chip)
    stack = STACK_BANDWIDTH * 2 ** ((available - STACK_YEAR) / STACK_DOUBLING)
    return {
        "arrays": arrays,
        "cycle_flops": bf16 / (arrays * clock),
        "rows": rows,
        "columns": columns,
        "depth": depth,
        "sram": chip.sram or SRAM,
        "hbm_capacity": chip.hbm_capacity,
        "hbm_bandwidth": chip.hbm_bandwidth,
        "tdp": tdp,
        "idle": chip.idle or IDLE_SHARE * tdp,
        "available": available,
        "process": process,
        "dies": chip.dies or 1,
        "hbm_stacks": chip.hbm_stacks or max(1, round(chip.hbm_bandwidth / stack)),
    }


def _generation(chip: Chip) -> tuple[float, float]:
    available = chip.available
    if available is None:
        # A process between two of the list is a variant of the coarser one: 4 nm of 5 nm.
        size = chip.process or math.inf
        since = [year for coarser, year in PROCESS_YEARS if coarser >= size]
        available = max([FORMAT_YEARS[rate] for rate in chip.flops] + since[-1:])
    reached = [size for size, year in PROCESS_YEARS if year <= available]
    return available, chip.process or (reached[-1] if reached else PROCESS_YEARS[0][0])
