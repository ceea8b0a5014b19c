"""What a run keeps of each month, and how often.

Data type: `Kept` (one quantity: its axis, unit and rhythm).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.layout import Layout
from gigawatt.engine.state import Model, State
from gigawatt.parts.figure import Floats
from gigawatt.scenario.scenario import Scenario
from gigawatt.units import unit

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Kept:
    """A quantity that a run keeps.

    Arguments:
        axis: what its rows are.
        unit: what its numbers count; the internal unit, but for operations, which are kept per second.
        monthly: kept each month in ordinary runs; otherwise at the end of each year.
        lean: kept (at year ends) even in runs of very many paths.
        meaning: one sentence for people.
    """

    axis: str
    unit: str
    monthly: bool
    lean: bool
    meaning: str


KEPT = {
    "online": Kept("deal", "GW", True, True, "Energised gigawatts, cumulative, facility power."),
    "cash": Kept("party", "USD", True, True, "Cash at the end of the month."),
    "price": Kept("share", "USD/share", True, True, "Share price at the end of the month."),
    "revenue": Kept("lab", "USD/month", True, True, "Revenue of an AI lab in the month."),
    "demand": Kept("lab", "USD/month", True, False, "What the lab's customers would pay had it compute for all."),
    "announced": Kept("deal", "GW", True, False, "Gigawatts announced for this month, cumulative."),
    "contracted": Kept("deal", "GW", True, False, "Binding gigawatts, cumulative."),
    "purchased": Kept("deal", "GW", False, False, "Ordered gigawatts, cumulative."),
    "financed": Kept("deal", "GW", False, False, "Ordered gigawatts for which money was found, cumulative."),
    "delivered": Kept("deal", "GW", False, True, "Gigawatts whose hardware has arrived, cumulative."),
    "working": Kept("deal", "GW", False, False, "Energised gigawatts with chips that still work."),
    "used": Kept("deal", "GW", False, False, "Working gigawatts that carry load."),
    "chips": Kept("deal", "chip", False, True, "Working accelerators."),
    "h100e": Kept("deal", "chip", False, False, "Working accelerators in H100-equivalents."),
    "flops": Kept("deal", "FLOP/s", False, False, "Dense FP8 operations per second of the working accelerators."),
    "powered": Kept("campus", "GW", False, False, "Energised facility power of a campus."),
    "gap": Kept("funded", "USD", False, True, "Cash a party lacks to its target after raising all it can."),
    "debt": Kept("funded", "USD", False, False, "Debt raised under funding rules."),
    "raised": Kept("funded", "USD", False, False, "Equity and debt raised so far."),
    "paid": Kept("pair", "USD", False, True, "Cash paid so far, payer > payee."),
    "moved": Kept("grant", "share", False, True, "Shares vested or handed over so far."),
}
"""Quantities of a result, by name."""


def labels(scenario: Scenario, places: Layout) -> dict[str, tuple[str, ...]]:
    """Labels of every axis a quantity may have."""
    grants = [places.lanes[places.cash + row] for row in places.grants]
    seen: dict[str, int] = {}
    named = []
    for name, _ in grants:
        seen[name] = seen.get(name, 0) + 1
        named.append(f"{name}#{seen[name]}")
    parties = tuple(p.name for p in scenario.parties)
    return {
        "deal": tuple(d.name for d in scenario.deals),
        "campus": tuple(c.name for c in scenario.campuses),
        "party": parties,
        "funded": tuple(parties[i] for i in places.funded),
        "share": tuple(s.name for s in scenario.shares),
        "lab": tuple(b.party for b in scenario.labs),
        "pair": tuple(f"{a} > {b}" for a, b, _ in places.pairs),
        "grant": tuple(named),
        "phase": tuple(f"{c.name}#{i + 1}" for c in scenario.campuses for i in range(len(c.phases))),
        "figure": tuple(f.name for f in scenario.figures() if not f.certain),
        "lane": tuple(f"{name}: {lane.payer} > {lane.payee} ({lane.asset})" for name, lane in places.lanes),
        "process": tuple(p.name for p in scenario.processes),
    }


def rhythm(scenario: Scenario, keep: str, kept: Kept) -> tuple[int, ...]:
    """Months (since the first) in which a quantity is kept."""
    every = range(scenario.months)
    if keep == "all" or (keep == "month" and kept.monthly):
        return tuple(every)
    return tuple(t for t in every if (scenario.first + t) % 12 == 11 or t == every[-1])


def names(keep: str) -> tuple[str, ...]:
    """Quantities that a run keeps at this level: `month`, `year` (lean) or `all`."""
    return tuple(name for name, kept in KEPT.items() if keep != "year" or kept.lean)


class Recorder:
    """Fills the arrays of one block, month by month.

    Arguments:
        model: the block's model.
        keep: `month`, `year` or `all`; `all` keeps every month in float64, the others float32.
    """

    def __init__(self, model: Model, keep: str) -> None:
        places, self.model, self.keep = model.places, model, keep
        sizes = {axis: len(found) for axis, found in labels(model.scenario, places).items()}
        paths = model.block.draws.paths
        kind = np.float64 if keep == "all" else np.float32
        self.slot: dict[str, dict[int, int]] = {}
        self.arrays: dict[str, Array] = {}
        for name in names(keep):
            months = rhythm(model.scenario, keep, KEPT[name])
            self.slot[name] = {t: i for i, t in enumerate(months)}
            self.arrays[name] = np.empty((len(months), sizes[KEPT[name].axis], paths), dtype=kind)
        self.ledger: dict[str, Array] = {}
        if keep == "all":
            for name in ("due", "told"):
                self.ledger[name] = np.empty((model.scenario.months, sizes["lane"], paths))
        self.raised = np.zeros((sizes["funded"], paths))
        self.vested = np.full((sizes["grant"], paths), -1, dtype=np.int32)

    def month(self, t: int, tables: dict[str, Floats]) -> None:
        """Keep what this month calls for."""
        self.raised += tables["raised"]
        places, deal = self.model.places, self.model.block.deal
        self.vested[(self.vested < 0) & (tables["moved"] > 0)] = t
        for name, slot in self.slot.items():
            if t not in slot:
                continue
            out = self.arrays[name][slot[t]]
            if name == "paid":
                for i, (_, _, rows) in enumerate(places.pairs):
                    out[i] = tables["paid"][rows].sum(axis=0)
            elif name in ("chips", "h100e", "flops"):
                chips = tables["working"] * deal["chips"]
                out[:] = chips if name == "chips" else chips * (deal[name] / unit(KEPT[name].unit).factor)
            else:
                found = self.raised if name == "raised" else tables[name]
                out[:] = found[places.grants] if name == "moved" else found
        for name, array in self.ledger.items():
            array[t] = tables[name]

    def finish(self, state: State) -> dict[str, NDArray[np.generic]]:
        """All arrays of the block by name; extra ones: missed, broken, vested, ready, figures, bust."""
        block = self.model.block
        uncertain = [f for f in self.model.scenario.figures() if not f.certain]
        return {
            **self.arrays,
            **self.ledger,
            "missed": state.missed,
            "broken": state.broken,
            "vested": self.vested[self.model.places.grants],
            "ready": block.events.ready.astype(np.float32),
            "figures": block.draws.stack(uncertain) if uncertain else np.zeros((0, block.draws.paths)),
            "bust": block.bust.astype(np.int8),
        }
