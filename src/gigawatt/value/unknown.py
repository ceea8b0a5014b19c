"""Draws of what is not public about one warrant, spread evenly over the intervals.

Data type: `Open` (a figure that is not public, and what hangs on it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from gigawatt.parts.figure import Floats
from gigawatt.parts.stream import stream
from gigawatt.parts.warrant.terms import POWERS, Between
from gigawatt.scenario.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Open:
    """A figure that is not public: its name and interval, and the rank correlation of the value with it."""

    name: str
    between: Between
    moves: float


def scores(instrument: Instrument, draws: int, seed: int) -> dict[str, Floats]:
    """Where in its interval each open figure lies (draw,): evenly spread, each in its own order (McKay et al. 1979)."""
    found = {}
    for name in instrument.unknowns():
        rng = stream(seed, f"value/instrument/{_shared(instrument, name)}", 0)
        found[name] = (rng.permutation(draws) + rng.random(draws)) / draws
    return found


def decided(instrument: Instrument, places: Mapping[str, Floats], draw: int) -> Instrument:
    """The instrument of one draw."""
    if not places:
        return instrument
    return instrument.resolve(lambda name, level: level.low + float(places[name][draw]) * (level.high - level.low))


def opened(instrument: Instrument, places: Mapping[str, Floats], totals: Floats) -> tuple[Open, ...]:
    """What is not public, with the rank correlation of the values of all draws (draw,) with each figure."""
    order = rankdata(totals)

    def moves(score: Floats) -> float:
        return float(np.corrcoef(rankdata(score), order)[0, 1]) if np.ptp(totals) else 0.0

    return tuple(Open(name, between, moves(places[name])) for name, between in instrument.unknowns().items())


def _shared(instrument: Instrument, name: str) -> str:
    """One name for a figure that several counters take from one line on gigawatts."""
    part, _, rest = name.partition(".")
    counter = rest.partition(".")[0]
    if part != "counters" or counter not in POWERS:
        return name
    course = instrument.deployment[counter]
    first = next(one for one, other in instrument.deployment.items() if other is course)
    return name.replace(counter, first, 1)
