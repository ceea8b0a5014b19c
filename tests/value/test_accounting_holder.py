import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.value.accounting.holder import hardware_cost, rebate_per_gigawatt


def test_a_rebate_is_value_over_gigawatts_on_each_path() -> None:
    found = rebate_per_gigawatt([12e9, 3e9], [6.0, 1.0])
    assert found.per_gigawatt.tolist() == [2e9, 3e9]
    assert found.overall == pytest.approx(15e9 / 7.0)


def test_paths_without_a_purchase_are_counted_and_left_out_of_the_band() -> None:
    found = rebate_per_gigawatt([12e9, 0.0, 0.0, 0.0], [6.0, 0.0, 0.0, 0.0])
    assert found.without == 0.75
    assert found.band() == (2e9, 2e9, 2e9)


def test_the_discount_is_the_rebate_over_the_price_of_a_gigawatt() -> None:
    found = rebate_per_gigawatt(np.linspace(0, 10e9, 101), 1.0)
    assert found.band() == pytest.approx((1e9, 5e9, 9e9))
    assert found.discount(20e9) == pytest.approx((0.05, 0.25, 0.45))


def test_the_value_comes_off_the_cost_as_hardware_is_bought_and_changes_are_caught_up() -> None:
    # 40 over 400: 100 - 10 = 90. Then the value is held to be 80: 100 - (200/400 x 80 - 10) = 70. Then 200 - 40 = 160.
    cost = hardware_cost([[100.0], [100.0], [200.0]], 400.0, [[40.0], [80.0], [80.0]])
    assert cost.ravel().tolist() == [90.0, 70.0, 160.0]


@pytest.mark.parametrize(
    ("value", "gigawatts", "told"),
    [(1.0, 0.0, "nothing is bought"), (-1.0, 1.0, "value"), ([1.0, 2.0], [1.0, 2.0, 3.0], "value: has shape")],
)
def test_a_rebate_that_cannot_be_is_refused(value: object, gigawatts: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        rebate_per_gigawatt(value, gigawatts)


@pytest.mark.parametrize("price", [0.0, [1.0, 2.0, 3.0]])
def test_a_price_that_cannot_be_is_refused(price: object) -> None:
    with pytest.raises(InputError, match="price"):
        rebate_per_gigawatt([1.0, 2.0], 1.0).discount(price)
