"""Named observables: each reads its own table in its own unit."""

from __future__ import annotations

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts import readings
from gigawatt.parts.observable import Read
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.watch import NO_END
from viewing import values, view

TABLES = {
    "GW": (
        *("announced", "contracted", "purchased", "financed", "delivered", "online", "working", "used", "powered"),
        *("bought", "received", "running", "loaded"),
    ),
    "USD": ("cash", "debt"),
    "USD/share": ("price",),
    "share": ("outstanding",),
    "USD/month": ("revenue",),
    "1": ("solvent",),
}


@pytest.mark.parametrize(("of", "name"), [(of, name) for of, names in TABLES.items() for name in names])
def test_a_reading_looks_at_the_table_of_its_name_in_its_unit(of: str, name: str) -> None:
    reading = getattr(readings, name)("amd")
    assert str(reading.unit) == of
    assert values(reading, [view(0, {name: [1.0]}), view(1, {name: [7.0]})]) == [[7.0]]


@pytest.mark.parametrize("name", [name for names in TABLES.values() for name in names])
def test_every_reading_says_what_it_is_and_in_which_unit(name: str) -> None:
    text = getattr(readings, name).__doc__
    assert text.endswith(".")
    assert len(text) > 25


def test_a_level_has_the_unit_its_process_was_declared_with() -> None:
    rent = readings.level("rental", "bnUSD/GW/year")
    assert str(rent.unit) == "bnUSD/GW/year"
    assert rent.named() == ("process", "rental")


def test_an_average_names_its_share_and_its_window() -> None:
    average = readings.average("V", 30)
    assert isinstance(average, Read)
    assert average.named() == ("average", "V/30")


def test_a_test_over_days_names_its_share_its_test_and_its_last_month() -> None:
    high = readings.highest("V", PriceTest("mean", 21), "2030-H1")
    low = readings.latest("V", PriceTest("spot", 1, 0, "W"))
    assert (high.named(), low.named()) == (
        ("watch", f"V/mean/21/0//{2030 * 12 + 5}"),
        ("watch", f"V/spot/1/0/W/{NO_END}"),
    )
    assert str(high.unit) == "USD/share"
    assert str(low) == "the last share price of V, at any moment, relative to W"


@pytest.mark.parametrize("days", [0, -3, 31, 90])
def test_a_window_longer_than_a_month_is_refused(days: int) -> None:
    with pytest.raises(UnitError, match="1 to 30 days expected"):
        readings.average("V", days)


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(UnitError, match="`2027-13` is no date"):
        readings.during("2027-13", "2028-01")


def test_a_half_year_is_a_window_of_its_months() -> None:
    window = readings.during("2029-H2", "2029-H2")
    months = [view(2029 * 12 + month, {}) for month in range(-1, 12)]
    assert [value for [value] in values(window, months)] == [0.0] * 6 + [1.0] * 6
