"""Observables that depend on more than one month: stocks, last month's value, and the calendar."""

from __future__ import annotations

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.cumulative import aged, before, escalator, opposite, ramp, relative, since, total
from gigawatt.parts.readings import growth, level, received, solvent
from viewing import values, view

START = 2026 * 12
MONTHS = [
    view(START + t, {"received": [gigawatts], "level": [price], "solvent": [float(t < 2)]})
    for t, gigawatts, price in [(-1, 0, 8), (0, 1, 10), (1, 3, 4), (2, 3, 8), (3, 4, 16)]
]


def test_a_total_is_everything_that_has_flowed_in() -> None:
    assert values(total(growth(received("amd")) * "10 USD/GW"), MONTHS) == [[10], [30], [30], [40]]


def test_hardware_loses_a_share_of_its_worth_each_month_from_the_month_after_it_came() -> None:
    worth = aged(growth(received("amd")) * "10 USD/GW", "120 %/year", "100 USD")
    assert values(worth, MONTHS) == [[pytest.approx(v)] for v in (100, 110, 99, 99.1)]


def test_the_month_before_the_first_is_the_opening() -> None:
    assert values(before(level("rental", "USD/GW/month")), MONTHS) == [[8], [10], [4], [8]]


def test_a_price_moves_as_a_multiple_of_its_opening() -> None:
    assert values(relative(level("rental", "USD/GW/month")), MONTHS) == [[1.25], [0.5], [1], [2]]


def test_since_holds_from_its_month_on() -> None:
    assert values(since("2026-02"), MONTHS) == [[0], [1], [1], [1]]


def test_a_ramp_rises_by_equal_steps_and_is_full_in_its_last_month() -> None:
    assert values(ramp("2026-02", "2026-03"), MONTHS) == [[0], [0.5], [1], [1]]


def test_a_ramp_cannot_run_backwards() -> None:
    with pytest.raises(UnitError, match="lies before the first"):
        ramp("2026-03", "2026-02")


def test_an_escalator_steps_up_once_a_year_by_the_whole_rate() -> None:
    months = [view(START + t, {}) for t in (-1, 0, 11, 12, 24)]
    assert values(escalator("10 %/year", "2026-01"), months) == [[1], [1], [pytest.approx(1.1)], [pytest.approx(1.21)]]


def test_the_opposite_of_a_condition_holds_where_it_does_not() -> None:
    assert values(opposite(solvent("lab")), MONTHS) == [[0], [0], [1], [1]]


@pytest.mark.parametrize(
    ("rate", "opening"), [("25 %", None), ("25 %/year", "3 GW")], ids=["a loss that is no rate", "an opening in power"]
)
def test_a_stock_refuses_terms_in_the_wrong_unit(rate: str, opening: str | None) -> None:
    with pytest.raises(UnitError):
        aged(growth(received("amd")) * "10 USD/GW", rate, opening)


def test_they_read_as_english() -> None:
    assert str(since("2026-02")) == "(1 from 2026-02)"
    assert str(ramp("2026-02", "2026-04")) == "(from 2026-02 rising to 1 in 2026-04)"
    assert str(opposite(solvent("lab"))) == "(1 unless lab has missed no payment)"
