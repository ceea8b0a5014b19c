from __future__ import annotations

import pytest

from gigawatt.cli.screen import draw, draw_trees, number
from gigawatt.views.table import Column, Table
from gigawatt.views.tree import Node


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


def by_month(years: int, size: float = 1.0) -> Table:
    months = [f"{2025 + y}-12" for y in range(years)]
    rows = tuple((who, m, size, 2 * size, 3 * size) for who in ("one", "[two]") for m in months)
    columns = (Column("party"), Column("month"), *(Column(name, "chip") for name in ("p10", "p50", "p90")))
    return Table("Chips", columns, rows, "A note.")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.01234, "0.0123"), (1.749, "1.75"), (12.34, "12.3"), (1234.5, "1,234"), (-0.5, "-0.500")],
)
def test_numbers_have_three_digits_and_no_more(value: float, text: str) -> None:
    assert number(value) == text


def test_months_become_columns_called_by_their_year(capsys: pytest.CaptureFixture[str]) -> None:
    draw((by_month(3),))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Chips, chip"
    assert lines[1].split() == ["party", "2025", "2026", "2027"]
    assert lines[3].split() == ["one", "p10", "1.00", "1.00", "1.00"]
    assert lines[-1] == "A note."


def test_words_in_brackets_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    draw((by_month(1),))
    assert "[two]" in capsys.readouterr().out


def test_large_counts_are_shown_in_millions(capsys: pytest.CaptureFixture[str]) -> None:
    draw((by_month(2, 1.5e6),))
    out = capsys.readouterr().out
    assert out.startswith("Chips, million chips\n")
    assert "1.50" in out


def test_more_years_than_fit_go_into_a_second_piece(capsys: pytest.CaptureFixture[str]) -> None:
    draw((by_month(20),))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("party") == 2
    assert all(str(year) in out for year in range(2025, 2045))


def test_an_empty_table_shows_its_note(capsys: pytest.CaptureFixture[str]) -> None:
    draw((Table("Nothing", (Column("a"),), (), "Because."),))
    assert capsys.readouterr().out == "Nothing\nBecause.\n"


def test_a_single_month_stands_in_the_title(capsys: pytest.CaptureFixture[str]) -> None:
    draw((Table("Deals", (Column("deal"), Column("month"), Column("much", "GW")), (("a", "2030-12", None),)),))
    out = capsys.readouterr().out
    assert out.startswith("Deals, 2030-12\n")
    assert "–" in out


def test_addresses_are_not_cut_and_a_source_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    address = Node("address", f"https://example.org/{'long/' * 30}end")
    source = Node("source", "Somebody", (address,))
    draw_trees((Node("a", "", (Node("b", "", (source,)), Node("c", "", (source,)))),))
    out = capsys.readouterr().out
    assert out.count(address.value) == 1
    assert out.count("source: Somebody") == 2


def test_no_colour_means_no_escape_codes(capsys: pytest.CaptureFixture[str]) -> None:
    draw((by_month(2),))
    assert "\x1b" not in capsys.readouterr().out
