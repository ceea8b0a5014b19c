"""Cost of tokens: by hand, and refused where it would be meaningless."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.cost import million_tokens, power_price


def test_a_million_tokens_cost_the_chip_hours_they_take() -> None:
    # 8 chips at 2 USD an hour that yield 16e6 tokens an hour: 1 USD a million.
    assert million_tokens(2.0, 8.0, 16e6 / 3600) == pytest.approx(1.0)
    assert million_tokens(2.0, 8.0, 16e6 / 3600, used=0.5) == pytest.approx(2.0)


def test_a_kilowatt_at_fifty_dollars_a_megawatt_hour_costs_five_cents_an_hour() -> None:
    assert power_price(1000.0, 50.0) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((-1.0, 1.0, 1.0), "price: -1; expected a finite number of at least 0"),
        ((1.0, 0.0, 1.0), "chips: 0; expected a finite number above 0"),
        ((1.0, 1.0, float("nan")), "tokens: nan; expected a finite number above 0"),
    ],
)
def test_what_has_no_price_is_refused(given: tuple[float, float, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        million_tokens(*given)


def test_more_hours_than_there_are_cannot_be_worked() -> None:
    with pytest.raises(InputError, match=r"used: 1\.2; expected a number of at most 1"):
        million_tokens(1.0, 1.0, 1.0, used=1.2)
