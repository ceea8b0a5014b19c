from __future__ import annotations

import json
import math

import pytest

from gigawatt.units import unit
from gigawatt.views.overview import overview
from gigawatt.views.power import campuses
from gigawatt.views.table import Column, Table
from report.world import run


@pytest.fixture
def table() -> Table:
    return Table("Two rows", (Column("who"), Column("much", "GW")), (("a", 1.5), ("b", math.nan)), "a note")


def test_a_column_is_read_by_its_name(table: Table) -> None:
    assert table.column("who") == ("a", "b")


def test_records_name_every_cell(table: Table) -> None:
    assert next(iter(table.records())) == {"who": "a", "much": 1.5}


def test_what_is_not_finite_is_absent_in_json(table: Table) -> None:
    assert table.to_dict()["rows"] == [["a", 1.5], ["b", None]]
    assert json.loads(json.dumps(table.to_dict(), allow_nan=False))["columns"][1] == {"name": "much", "unit": "GW"}


@pytest.mark.parametrize("keep", ["month", "year", "all"])
def test_every_table_of_the_overview_is_complete_and_its_numbers_have_units(keep: str) -> None:
    tables = overview(run(keep)) | {"campuses": campuses(run(keep))}
    assert len(tables) >= 11
    for table in tables.values():
        assert all(len(row) == len(table.columns) for row in table.rows)
        for column in table.columns:
            numbers = [cell for cell in table.column(column.name) if not isinstance(cell, str | None)]
            assert bool(column.unit) or not numbers, f"{table.title}: {column.name}"
            assert unit(column.unit).text


def test_an_overview_can_be_written_as_json() -> None:
    assert json.dumps({name: table.to_dict() for name, table in overview(run()).items()}, allow_nan=False)
