from __future__ import annotations

import numpy as np
import pytest

from gigawatt.engine.block import NEVER
from gigawatt.errors import InputError
from gigawatt.views import band as module
from gigawatt.views.band import band, drawn, monthly, percent, tidy, when, year_end, year_ends
from report.world import run


def test_a_band_is_three_quantiles_in_the_unit_of_the_table() -> None:
    assert band(np.arange(0.0, 11e9, 1e9), 1e9) == (1.0, 5.0, 9.0)


def test_digits_of_single_precision_are_left_out() -> None:
    assert tidy(float(np.float32(0.2))) == 0.2
    assert percent(np.float32(0.3)) == 30.0


def test_year_ends_are_decembers_and_the_last_month_however_much_was_kept() -> None:
    assert year_ends(run("all")) == year_ends(run("year")) == year_ends(run("month"))
    assert all(month.endswith("-12") for month in year_ends(run())[:-1])


def test_the_year_end_of_single_dates_is_2030() -> None:
    assert year_end(run()) == "2030-12"
    assert year_end(run(), "2027-12") == "2027-12"


def test_another_month_is_refused_with_the_nearest_year_end() -> None:
    with pytest.raises(InputError, match="Did you mean `2027-12`"):
        year_end(run(), "2027-11")


def test_reading_in_pieces_gives_the_same_as_reading_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    months = year_ends(run())
    at_once = dict(monthly(run(), "online", months))
    monkeypatch.setattr(module, "MOST_NUMBERS", 1)
    in_pieces = dict(monthly(run(), "online", months))
    assert list(in_pieces) == list(months)
    for month in months:
        np.testing.assert_array_equal(at_once[month], in_pieces[month])
        np.testing.assert_array_equal(at_once[month], run().at("online", month).values)


def test_a_certain_figure_is_one_number_and_an_uncertain_one_a_number_a_path() -> None:
    deal = run().scenario.deals[0]
    assert drawn(run(), deal.h100e).tolist() == [2.5]
    slips = drawn(run(), deal.slip)
    assert slips.shape == (200,)
    assert 0.0 <= slips.min() < slips.max() <= 9.0


def test_between_a_month_and_never_there_is_nothing() -> None:
    months = np.array([24324.0, 24324.0, 24327.0, NEVER])
    assert when(months) == ("2027-01", "2027-01", "never")


def test_months_can_be_counted_from_a_first_one() -> None:
    assert when(np.array([3.0]), first=24309) == ("2026-01",) * 3


def test_no_month_at_all_is_no_text() -> None:
    assert when(np.array([])) == (None, None, None)
