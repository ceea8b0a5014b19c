"""Systems side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.comparison import Contender, Row, chips_at
from gigawatt.perf.library import find_system

H100 = Contender(find_system("H100-SXM-80GB"), 2.0, "given")
B200 = Contender(find_system("B200-SXM-180GB"), 5.0, "given")
UNPRICED = Contender(find_system("MI300X"), None, "no price known")


def test_equal_chips_are_equal_chips() -> None:
    assert chips_at([H100, B200, UNPRICED], "chips", 64, 1.2) == [64, 64, 64]


@given(chips=st.integers(1, 100_000), pue=st.floats(1.0, 2.0))
def test_no_system_needs_more_power_than_the_first_and_one_more_chip_would(chips: int, pue: float) -> None:
    first, second = chips_at([H100, B200], "power", chips, pue)
    assert first == chips
    assert second is not None
    budget = chips * H100.watts(pue) * (1 + 1e-9)
    assert second * B200.watts(pue) <= budget < (second + 1) * B200.watts(pue) * (1 + 1e-9)


def test_chips_at_equal_power_do_not_depend_on_the_facility() -> None:
    assert chips_at([H100, B200], "power", 1000, 1.0) == chips_at([H100, B200], "power", 1000, 1.5)


def test_money_buys_fewer_of_the_dearer_chip() -> None:
    assert chips_at([H100, B200], "money", 100, 1.2) == [100, 40]


def test_a_system_without_a_price_gets_no_chips_and_no_invented_price() -> None:
    assert chips_at([H100, UNPRICED], "money", 100, 1.2) == [100, None]
    assert chips_at([UNPRICED, H100], "money", 100, 1.2) == [None, None]


def test_a_watt_at_the_meter_holds_the_chip_its_host_and_the_facility() -> None:
    assert H100.watts(1.25) == pytest.approx(1.25 * H100.watts(1.0))
    assert H100.watts(1.0) > 700


def test_a_row_says_joules_and_dollars_of_its_tokens() -> None:
    row = Row("H100", 8, "tp=8", rate=1000.0, watts=5000.0, price=3.6)
    assert row.joules == 5.0
    assert row.dollars == pytest.approx(1e6 * 3.6 * 8 / 3600 / 1000)


def test_a_row_without_a_price_has_no_dollars() -> None:
    assert Row("H100", 8, "tp=8", rate=1000.0, watts=5000.0).dollars is None
    assert Row("H100", None, why_not="no price known").joules is None


def test_no_chips_are_refused() -> None:
    with pytest.raises(InputError, match="chips: 0"):
        chips_at([H100], "chips", 0, 1.2)
