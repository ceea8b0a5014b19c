"""Performance: what a chip of a system yields on a mix of work, on every path.

Data types: `Axis` (an open figure of a spec sheet and the values at which yields are known), `Performance`.
Yields are known at all combinations of the values of the axes, and in between are read off a line in logarithms.
Tokens and watts are by the second, as people speak of them; everything else is in internal units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from gigawatt.parts.figure import Figure, Floats

Of = Callable[[Figure], Floats]
"""Gives the values of a figure: (path,) where it is uncertain, (1,) where every path has the same."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An open figure, and ascending values of it (internal units) at which yields were computed."""

    figure: Figure
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Performance:
    """What a chip yields on a mix, as far as its spec sheet is known.

    Arguments:
        system: the system of the scenario.
        sheet: the spec sheet its figures lie on, in words.
        workload: the mix.
        chips: accelerators in a gigawatt of facility power (chip/GW).
        axes: open figures of the sheet.
        tokens: tokens a second of a chip at all combinations of the values of the axes, the last axis fastest.
        watts: W of a chip at work, without its host, likewise.
        limits: W of a chip at most, likewise.
        h100: tokens a second of an H100 on the mix.
        shared: factor by which the performance model is off for all systems alike (ratio).
        own: factor by which it is off for this system besides (ratio).
        host: W of hosts, fans and network cards for each W of the chips' limit (ratio).
        pue: W at the meter for each W of the hardware (ratio).
    """

    system: str
    sheet: str
    workload: str
    chips: Figure
    axes: tuple[Axis, ...]
    tokens: tuple[float, ...]
    watts: tuple[float, ...]
    limits: tuple[float, ...]
    h100: float
    shared: Figure
    own: Figure
    host: Figure
    pue: Figure

    def sheet_rate(self, of: Of) -> Floats:
        """Tokens a second of a chip, as the model has it, without its errors (path or 1,)."""
        return self._between(self.tokens, of)

    def rate(self, of: Of) -> Floats:
        """Tokens a second of a chip, but for the error that all systems share (path or 1,)."""
        return self.sheet_rate(of) * of(self.own)

    def per_gigawatt(self, of: Of) -> Floats:
        """Tokens a second of a working gigawatt, but for the error that all systems share (path or 1,)."""
        return of(self.chips) * self.rate(of)

    def over_h100(self, of: Of) -> Floats:
        """What a chip yields over what an H100 does (path or 1,)."""
        return self.rate(of) / self.h100

    def power(self, of: Of) -> Floats:
        """W at the meter for a chip at work with its share of everything around it (path or 1,)."""
        return of(self.pue) * (self._between(self.watts, of) + of(self.host) * self._between(self.limits, of))

    def most_power(self, of: Of) -> Floats:
        """W at the meter that must be there for a chip: it and everything around it at their limits (path or 1,)."""
        return of(self.pue) * (1.0 + of(self.host)) * self._between(self.limits, of)

    def _between(self, table: tuple[float, ...], of: Of) -> Floats:
        """A table at what the axes came out as: linear in logarithms of both, beyond the ends as well."""
        values, base = np.log(np.array(table)), np.zeros(1, dtype=np.intp)
        shares, steps = [], []
        stride = len(table)
        for axis in self.axes:
            stride //= len(axis.values)
            nodes, drawn = np.log(np.array(axis.values)), np.log(of(axis.figure))
            low = np.clip(np.searchsorted(nodes, drawn) - 1, 0, len(nodes) - 2)
            base = base + low * stride
            shares.append((drawn - nodes[low]) / (nodes[low + 1] - nodes[low]))
            steps.append((0, stride))
        found = [values[base + sum(corner)] for corner in product(*steps)]
        for share in reversed(shares):
            found = [one + share * (two - one) for one, two in zip(found[::2], found[1::2], strict=True)]
        return np.asarray(np.exp(found[0]))
