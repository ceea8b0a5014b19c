"""Compute: accelerators that work, in H100-equivalents, and their operations per second."""

from __future__ import annotations

import numpy as np

from gigawatt.engine.result import Result
from gigawatt.parts.figure import Floats
from gigawatt.units import unit
from gigawatt.views.band import band, band_columns, drawn, monthly, year_ends
from gigawatt.views.table import Cell, Column, Table

ACCELERATORS, H100, OPERATIONS = "accelerators", "H100-equivalents", "dense FP8"


def accelerators(result: Result) -> Table:
    """Working accelerators at year ends."""
    return _table(result, "Working accelerators at year ends", ACCELERATORS, "chip", None)


def h100_equivalents(result: Result) -> Table:
    """Working accelerators at year ends, counted as so many H100."""
    return _table(result, "Working accelerators at year ends, in H100-equivalents", H100, "chip", "h100e")


def operations(result: Result) -> Table:
    """Dense FP8 operations per second of all working accelerators at year ends."""
    return _table(result, "Dense FP8 operations per second at year ends", OPERATIONS, "ZFLOP/s", "flops")


def _table(result: Result, title: str, what: str, of: str, figure: str | None) -> Table:
    """A sum over deals of working accelerators times a figure of each deal, which lean runs do not keep."""
    rows: list[tuple[Cell, ...]] = []
    weights = _weights(result, figure)
    for month, chips in monthly(result, "chips", year_ends(result, "chips")):
        rows.append((what, month, *band((chips * weights).sum(axis=0), unit(of).factor)))
    return Table(title, (Column("quantity"), Column("month"), *band_columns(of)), tuple(rows), "Summed over all deals.")


def _weights(result: Result, figure: str | None) -> Floats:
    """(deal, path or 1) in internal units."""
    if figure is None:
        return np.ones((1, 1))
    found = [drawn(result, getattr(deal, figure)) for deal in result.scenario.deals]
    return np.stack(np.broadcast_arrays(*found)) if found else np.ones((1, 1))
