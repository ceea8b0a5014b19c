"""Which uncertain figures of a scenario the value of a contract moves with."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Figure, Floats
from gigawatt.value.contract import ContractValue, net
from gigawatt.value.flows import Flows
from gigawatt.value.table import billions
from gigawatt.views.band import tidy
from gigawatt.views.drivers import spearman
from gigawatt.views.table import BN, Cell, Column, Table

MOST = 6
"""How many figures are shown."""

NOISE = 4.0
"""A rank correlation counts from this many standard errors on, so that hundreds of idle figures bring up none."""


def movers(flows: Flows, value: ContractValue) -> Table:
    """The figures that move a contract's value most, by rank correlation over the paths, with no further runs.

    Arguments:
        flows: the simulation the value was taken from.
        value: the contract.
    """
    side = max(value.sides, key=lambda side: side.value.mean)
    paths = net(flows, value.contract, side.party)
    figures = flows.uncertain
    found = [spearman(drawn, paths) for drawn in flows.draws] if paths.std() > 0 else []
    clear = [row for row, value in enumerate(found) if abs(value) * np.sqrt(flows.paths) >= NOISE]
    chosen = sorted(clear, key=lambda row: -abs(found[row]))[:MOST]
    kind = "cash" if all(lane.asset == CASH for lane in value.contract.clause.lanes) else "cash and shares"
    return Table(
        f"What moves the value of `{value.contract.name}` to {side.party}, {flows.measure}",
        (
            Column("figure"),
            Column("rank correlation", "1"),
            Column("value where it is low", BN),
            Column("value where it is high", BN),
        ),
        tuple(_row(figures[row], flows.draws[row], found[row], paths) for row in chosen),
        f"Mean value ({kind}) on the tenth of paths with the lowest and with the highest draw of the figure. Figures "
        f"below {NOISE:g} standard errors are left out; what is no figure of the scenario (the path of a share, of "
        "demand, of delays) is not listed.",
    )


def _row(figure: Figure, drawn: Floats, correlation: float, paths: Floats) -> tuple[Cell, ...]:
    order = np.argsort(drawn, kind="stable")
    tenth = max(len(order) // 10, 1)
    low, high = float(paths[order[:tenth]].mean()), float(paths[order[-tenth:]].mean())
    return (figure.name, tidy(correlation), billions(low), billions(high))
