"""Money: who paid whom how much, who lacks how much, and who misses a payment when."""

from __future__ import annotations

import numpy as np

from gigawatt.engine.result import Result
from gigawatt.views.band import LEVELS, band, band_columns, monthly, percent, when, year_end, year_ends
from gigawatt.views.table import BILLION, BN, PERCENT, Cell, Column, Table


def payments(result: Result, month: str | None = None, count: int = 12) -> Table:
    """Cumulative payments between the parties that paid each other most, largest median first.

    Arguments:
        result: what to read.
        month: a year end; December 2030 or the last one by default.
        count: how many pairs at most.
    """
    at = year_end(result, month)
    paid = next(values for _, values in monthly(result, "paid", (at,)))
    found = [(pair, band(row, BILLION)) for pair, row in zip(result.labels["pair"], paid, strict=True)]
    largest = sorted((entry for entry in found if entry[1][2] > 0), key=lambda entry: (-entry[1][1], -entry[1][2]))
    rows: list[tuple[Cell, ...]] = []
    for pair, values in largest[:count]:
        payer, _, payee = pair.partition(" > ")
        rows.append((payer, payee, *values))
    left = len(largest) - len(rows)
    return Table(
        f"Payments from the start to {at}",
        (Column("from"), Column("to"), *band_columns(BN)),
        tuple(rows),
        "Cash that was really paid." + (f" {left} smaller pairs are left out." if left else ""),
    )


def funding_gaps(result: Result) -> Table:
    """What each party with funding rules lacks at year ends after raising all it can."""
    months = year_ends(result, "gap")
    rows: dict[str, list[tuple[Cell, ...]]] = {party: [] for party in result.labels["funded"]}
    for month, gaps in monthly(result, "gap", months):
        for party, gap in zip(rows, gaps, strict=True):
            rows[party].append((party, month, *band(gap, BILLION), percent((gap > 0).mean())))
    return Table(
        "Funding gap at year ends",
        (Column("party"), Column("month"), *band_columns(BN), Column("paths", PERCENT)),
        tuple(row for found in rows.values() for row in found),
        "Cash short of the party's own target in that month, after all equity and debt it can raise; "
        "`paths` is the share of paths that lack anything then."
        if rows
        else "No party has funding rules.",
    )


def missed_payments(result: Result) -> Table:
    """How likely each party misses a payment, and when it first does; likeliest first."""
    missed = np.asarray(result.array("missed"), dtype=np.float64)
    first = result.scenario.first
    rows: list[tuple[Cell, ...]] = []
    for party, months in zip(result.scenario.parties, missed, strict=True):
        if not party.outside:
            late = months[months >= 0]
            rows.append((party.name, percent(late.size / months.size), *when(late, first)))
    ranked = sorted((row for row in rows if row[1]), key=lambda row: -float(row[1] or 0.0))
    never = [str(row[0]) for row in rows if not row[1]]
    return Table(
        "First missed payment",
        (Column("party"), Column("probability", PERCENT), *(Column(f"p{100 * level:g}") for level in LEVELS)),
        tuple(ranked),
        "Months among the paths on which the party misses one by the end of the horizon."
        + (f" On no path: {', '.join(never)}." if never else ""),
    )
