"""Tables: what every view returns; nothing is drawn here.

Data types: `Column` (a name and a unit), `Table`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Cell: TypeAlias = str | float | int | None

PERCENT = "%"
GW = "GW"
BN = "bnUSD"
BILLION = 1e9


class Column(NamedTuple):
    """What stands in a column: its name, and the unit of its numbers (empty for text, `1` for plain numbers)."""

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers and words under named columns; every number is in the unit of its column.

    Arguments:
        title: what it shows, in one line.
        columns: from left to right.
        rows: as many cells as columns; None where there is nothing to say.
        note: what a reader must know, may be empty.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> tuple[Cell, ...]:
        """The cells of one column, from top to bottom."""
        at = self.names().index(name)
        return tuple(row[at] for row in self.rows)

    def records(self) -> Iterator[dict[str, Cell]]:
        """The rows as mappings from column to cell."""
        return (dict(zip(self.names(), row, strict=True)) for row in self.rows)

    def to_dict(self) -> dict[str, object]:
        """The table in the types of JSON; what is not finite becomes None."""
        return {
            "title": self.title,
            "columns": [{"name": name, "unit": unit} for name, unit in self.columns],
            "rows": [[_plain(cell) for cell in row] for row in self.rows],
            "note": self.note,
        }


def _plain(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
