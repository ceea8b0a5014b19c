"""Shares that vest in tranches: how surely, when, and how many."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from gigawatt.engine.result import Result
from gigawatt.views.band import LEVELS, Values, band, band_columns, monthly, percent, when, year_ends
from gigawatt.views.table import PERCENT, Cell, Column, Table

MONTHS = "Months in which shares are handed over, on the paths on which they are before expiry and the end of the run."
NOTHING = "No contract hands over shares."
JOINT = ("ordered", "split")
"""Kinds of figures that are drawn together, as the unknown rungs of a ladder are."""


def vesting(result: Result) -> Table:
    """Each tranche: the chance that it vests before it expires, its month and its shares."""
    vested = np.asarray(result.array("vested"), dtype=np.float64)
    moved = _moved(result)
    rows: list[tuple[Cell, ...]] = []
    for label, months, shares in zip(result.labels["grant"], vested, moved, strict=True):
        contract, _, rung = label.rpartition("#")
        given = months >= 0
        size = float(np.median(shares[given])) if given.any() else None
        chance = percent(given.mean())
        rows.append((contract, int(rung), size, chance, *when(months[given], result.scenario.first)))
    return Table(
        "Vesting of shares, tranche by tranche",
        (
            Column("contract"),
            Column("tranche", "1"),
            Column("shares", "share"),
            Column("probability", PERCENT),
            *(Column(f"p{100 * level:g}") for level in LEVELS),
        ),
        tuple(rows),
        f"{MONTHS} {_ladders(result)}".strip() if rows else NOTHING,
    )


def vested_shares(result: Result) -> Table:
    """All shares each contract has handed over by the end of the horizon."""
    moved, rows = _moved(result), defaultdict(list)
    for i, label in enumerate(result.labels["grant"]):
        rows[label.rpartition("#")[0]].append(i)
    return Table(
        "Shares vested by the end of the horizon",
        (Column("contract"), *band_columns("share"), Column("mean", "share")),
        tuple(
            (name, *band(moved[mine].sum(axis=0)), float(moved[mine].sum(axis=0).mean())) for name, mine in rows.items()
        ),
        _ladders(result) if rows else NOTHING,
    )


def _moved(result: Result) -> Values:
    return next(values for _, values in monthly(result, "moved", year_ends(result, "moved")[-1:]))


def _ladders(result: Result) -> str:
    """Says so when rungs are drawn, because then the result is a range of what the contract may be."""
    granting = {label.rpartition("#")[0] for label in result.labels["grant"]}
    guessed = [
        contract.name
        for contract in result.scenario.contracts
        if contract.name in granting and any(figure.kind in JOINT for figure in contract.figures)
    ]
    if not guessed:
        return ""
    return (
        f"Rungs of {', '.join(guessed)} that are not public are drawn anew on each path, "
        "so the result is a range over ladders, not the value of one known contract."
    )
