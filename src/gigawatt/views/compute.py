"""Compute: accelerators that work, in H100-equivalents, and their operations per second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigawatt.engine.result import Result
from gigawatt.parts.figure import Figure, Floats
from gigawatt.units import unit
from gigawatt.views.band import band, band_columns, drawn, monthly, year_ends
from gigawatt.views.focus import focus
from gigawatt.views.table import Cell, Column, Table

QUANTITIES = {"accelerators": "", "H100-equivalents": "h100e"}
"""Ways of counting accelerators, and the figure of a deal that each is multiplied by."""


def accelerators(result: Result) -> Table:
    """Working accelerators of the focus at year ends, as they are and in H100-equivalents."""
    rows = [row for what, figure in QUANTITIES.items() for row in _rows(result, what, "chip", figure)]
    title = f"Working accelerators of {focus(result.scenario).title} at year ends"
    return Table(title, _columns("chip"), tuple(rows), "Retired and failed accelerators are not replaced.")


def operations(result: Result) -> Table:
    """Dense FP8 operations per second of the working accelerators of the focus at year ends."""
    rows = tuple(_rows(result, "dense FP8", "ZFLOP/s", "flops"))
    return Table(f"Operations per second of {focus(result.scenario).title} at year ends", _columns("ZFLOP/s"), rows)


def _columns(of: str) -> tuple[Column, ...]:
    return (Column("quantity"), Column("month"), *band_columns(of))


def _rows(result: Result, what: str, of: str, figure: str) -> Iterator[tuple[Cell, ...]]:
    """A sum over deals of working accelerators times a figure of each deal; lean runs keep nothing but the former."""
    weights, mine = _weights(result, figure), list(focus(result.scenario).deals)
    for month, chips in monthly(result, "chips", year_ends(result, "chips")):
        yield (what, month, *band((chips * weights)[mine].sum(axis=0), unit(of).factor))


def _weights(result: Result, figure: str) -> Floats:
    """(deal, path or 1) in internal units."""

    def of(one: Figure) -> Floats:
        return drawn(result, one)

    deals = result.scenario.deals if figure else ()
    found = [deal.equivalents(of) if figure == "h100e" else of(deal.flops) for deal in deals]
    return np.stack(np.broadcast_arrays(*found)) if found else np.ones((1, 1))
