import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.value.accounting.measurement import award
from gigawatt.value.accounting.revenue import Reduction, progress, reduction


def column(*values: float) -> list[list[float]]:
    """One path."""
    return [[value] for value in values]


def cut(count: object, met: object, revenue: object, expected: object, **more: str) -> Reduction:
    return reduction(TEN_SHARES, count, met, revenue, progress(revenue, expected), **more)


TEN_SHARES = award([10], [6.0], 0.01)  # 60 USD at grant


def test_progress_is_actual_over_expected_purchases() -> None:
    # 100 of 400; then (100 + 100) of 400; then all 250 of 250, because no more is expected.
    assert progress(column(100, 100, 50), column(400, 400, 250)).ravel().tolist() == [0.25, 0.5, 1.0]


def test_progress_is_complete_where_nothing_will_ever_be_bought() -> None:
    assert progress(column(0, 0), 0.0).ravel().tolist() == [1.0, 1.0]


def test_an_expectation_below_what_has_been_bought_is_refused() -> None:
    with pytest.raises(InputError, match=r"expected\[1, 0\]: 150 is out of range; it is at least what has been bought"):
        progress(column(100, 100), column(400, 150))


def test_value_at_grant_is_taken_in_proportion_to_purchases() -> None:
    # 60 USD over purchases of 400: 100/400 x 60 = 15, then (100 + 300)/400 x 60 - 15 = 45.
    books = cut(1.0, [column(0, 1)], column(100, 300), 400.0)
    assert books.contra.ravel().tolist() == [15.0, 45.0]
    assert books.net.ravel().tolist() == [85.0, 255.0]


def test_a_tranche_that_becomes_probable_later_is_caught_up_at_once() -> None:
    # Not probable: nothing. Then probable at half of the purchases: 200/400 x 60 = 30 at once. Then 15, 15.
    books = cut([column(0, 1, 1, 1)], [column(0, 0, 0, 1)], column(100, 100, 100, 100), 400.0)
    assert books.contra.ravel().tolist() == [0.0, 30.0, 15.0, 15.0]


def test_a_tranche_that_fails_its_gigawatts_gives_revenue_back() -> None:
    books = cut([column(1, 1, 0)], 0.0, column(100, 100, 0), column(400, 400, 200))
    assert books.contra.ravel().tolist() == [15.0, 15.0, -30.0]


def test_a_larger_expectation_gives_back_what_was_taken_too_early() -> None:
    # 100/200 x 60 = 30; then (100 + 20)/600 x 60 = 12, so 18 come back.
    assert cut(1.0, 0.0, column(100, 20), column(200, 600)).contra.ravel().tolist() == [30.0, -18.0]


def test_what_vests_ahead_of_revenue_waits_as_an_asset_at_value_at_grant() -> None:
    # Vested at signing: 60. By revenue of 100 of 400: 15 taken, 45 wait; then 60 - 30 = 30; then nothing.
    books = cut(1.0, 1.0, column(100, 100, 200), 400.0)
    assert books.asset.ravel().tolist() == [45.0, 30.0, 0.0]


def test_value_beyond_all_revenue_is_an_expense() -> None:
    # 60 USD of value against purchases of 40 in all: 15 and 15 against revenue of 10 and 30. So far 10 of the first 15
    # fit; of the 60 in all, 40 fit: revenue falls to nothing, 20 are an expense.
    books = cut(1.0, [column(0, 1)], column(10, 30), 40.0)
    assert books.contra.ravel().tolist() == [10.0, 30.0]
    assert books.expense.ravel().tolist() == [5.0, 15.0]
    assert books.net.ravel().tolist() == [0.0, 0.0]


def test_by_choice_the_same_value_makes_revenue_negative() -> None:
    books = cut(1.0, [column(0, 1)], column(10, 30), 40.0, excess="revenue")
    assert books.net.ravel().tolist() == [-5.0, -15.0]
    assert not books.expense.any()


def test_value_that_vests_without_any_purchase_is_an_expense_at_once() -> None:
    books = cut(1.0, 1.0, column(0, 0), 0.0)
    assert (books.expense.ravel().tolist(), books.asset.ravel().tolist()) == ([60.0, 0.0], [0.0, 0.0])


def test_tranches_may_belong_to_purchases_of_their_own() -> None:
    ladder = award([10, 10], [6.0, 2.0], 0.01)
    own = np.array([column(1.0, 1.0), column(0.0, 1.0)])
    assert reduction(ladder, 1.0, 0.0, column(100, 100), own).contra.ravel().tolist() == [60.0, 20.0]


@pytest.mark.parametrize("revenue", [100.0, column(-1.0), [[]], column(float("nan"))])
def test_revenue_that_cannot_be_is_refused(revenue: object) -> None:
    with pytest.raises(InputError, match="revenue"):
        reduction(TEN_SHARES, 1.0, 0.0, revenue, 1.0)


def test_an_unknown_way_with_the_excess_is_refused() -> None:
    with pytest.raises(InputError, match="Did you mean `expense`"):
        cut(1.0, 0.0, column(1), 1.0, excess="expenses")
