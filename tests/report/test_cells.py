from __future__ import annotations

import pytest

from gigawatt.report.cells import plus, shown, span, text
from gigawatt.value.estimate import Estimate
from gigawatt.views.table import BN, PERCENT, Cell, Column, Table

FOUND = Table(
    "in the terminal",
    (Column("what"), Column("value", BN), Column("p10", BN), Column("lock opens", PERCENT), Column("why")),
    (("`first`", 8.3458, None, 12.5, "words"),),
    "Read `this`.",
)


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        (None, BN, "–"),
        ("as it is", "", "as it is"),
        (1234, "1", "1,234"),
        (8.3458, BN, "8.35"),
        (-31.46, BN, "−31.5"),
        (0.4, PERCENT, "<1 %"),
        (100.0, PERCENT, "100 %"),
    ],
)
def test_a_cell_is_written_for_people(cell: Cell, unit: str, expected: str) -> None:
    assert text(cell, unit) == expected


def test_heads_name_units_once_and_quantiles_keep_their_small_letter() -> None:
    heads = shown(FOUND, "caption").split("<thead>")[1].split("</thead>")[0]
    for head in (">What<", ">Value (bn USD)<", ">p10 (bn USD)<", ">Lock opens<", ">Why<"):
        assert head in heads


def test_columns_without_a_unit_hold_words() -> None:
    assert '<td class="w">words</td>' in shown(FOUND, "caption")
    assert "<td>8.35</td>" in shown(FOUND, "caption")


def test_the_note_stands_below_unless_it_is_told_elsewhere() -> None:
    assert '<p class="note">Read <code>this</code>.</p>' in shown(FOUND, "caption")
    assert "Read" not in shown(FOUND, "caption", note=False)


def test_the_first_column_can_be_told_in_another_way() -> None:
    assert '<th scope="row">FIRST</th>' in shown(FOUND, "caption", named=lambda word: word.strip("`").upper())


def test_an_estimate_is_told_with_its_error_and_its_band_in_billions() -> None:
    found = Estimate(8.3458e9, 1.658e8, (-5.7e9, 8.2e9, 1.17e10))
    assert plus(found) == "8.35 ± 0.17"
    assert span(found) == '<span class="solid">−5.70 to 11.7</span>'
