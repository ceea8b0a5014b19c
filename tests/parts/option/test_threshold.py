"""A path passes its price test exactly when the terminal shock is at its threshold or above."""

import numpy as np
import pytest

from gigawatt.parts.option.threshold import Fan, lowest, rolling_rank, rolling_sum, threshold
from gigawatt.parts.price_test import PriceTest

STEPS, PATHS = 40, 300
TESTS = [
    PriceTest("close"),
    PriceTest("mean", 7),
    PriceTest("vwap", 7),
    PriceTest("geometric", 7),
    PriceTest("stay", 7),
    PriceTest("days", 7, 2),
    PriceTest("days", 7, 4),
    PriceTest("days", 7, 6),
]


def fan(seed: int = 0) -> Fan:
    rng = np.random.default_rng(seed)
    level = np.concatenate([np.zeros((1, PATHS)), 0.1 * rng.standard_normal((STEPS, PATHS)).cumsum(axis=0)])
    time = np.arange(STEPS + 1)[:, None] / STEPS
    level -= time * level[-1]
    excess = 0.005 * rng.standard_exponential((STEPS, PATHS))
    return Fan(level, 0.6 * time, excess)


def prices(lines: Fan, shock: np.ndarray) -> np.ndarray:
    return np.exp(lines.level[1:] + lines.slope[1:] * shock)


@pytest.mark.parametrize("test", TESTS, ids=str)
@pytest.mark.parametrize("ranged", [False, True], ids=["any day", "from a day to a day"])
def test_a_path_passes_just_above_its_threshold_and_fails_just_below(test, ranged) -> None:
    lines, rng = fan(), np.random.default_rng(5)
    first = rng.integers(1, 20, PATHS) if ranged else np.array([1])
    last = rng.integers(20, STEPS + 1, PATHS) if ranged else np.array([STEPS])
    point = threshold(test, lines, np.array([0.3]), first, last)
    day = np.arange(1, STEPS + 1)[:, None]
    counted = (day >= first) & (day <= last)
    for nudge, passes in ((1e-6, True), (-1e-6, False)):
        holds = test.holds(prices(lines, point.shock + nudge), np.exp(0.3)) & counted
        np.testing.assert_array_equal(holds.any(axis=0), np.full(PATHS, passes))


def test_the_highest_price_between_closes_is_where_the_drawn_excess_takes_it() -> None:
    lines = fan()
    point = threshold(PriceTest("spot"), lines, np.array([0.3]), np.array([1]), np.array([STEPS]))
    closes = np.concatenate([np.zeros((1, PATHS)), np.log(prices(lines, point.shock))])
    rise = np.diff(closes, axis=0)
    highs = 0.5 * (closes[:-1] + closes[1:] + np.sqrt(np.square(rise) + 4.0 * lines.excess))
    np.testing.assert_allclose(highs.max(axis=0), 0.3, atol=1e-9)


def test_a_mark_below_the_price_today_is_touched_whatever_the_shock() -> None:
    point = threshold(PriceTest("spot"), fan(), np.array([-0.1]), np.array([1]), np.array([STEPS]))
    assert np.isneginf(point.shock).all()


@pytest.mark.parametrize("test", TESTS, ids=str)
def test_days_that_never_come_have_no_threshold(test) -> None:
    point = threshold(test, fan(), np.array([0.3]), np.array([STEPS + 1]), np.array([STEPS]))
    assert np.isposinf(point.shock).all()
    assert np.isfinite(point.time).all()
    assert (point.time > 0.0).all()


@pytest.mark.parametrize(("window", "need"), [(1, 1), (5, 1), (5, 2), (5, 3), (5, 5), (12, 9), (30, 30)])
def test_a_rolling_rank_is_the_sorted_window_counted_from_below(window, need) -> None:
    rows = np.random.default_rng(1).standard_normal((31, 50))
    expected = [np.sort(rows[end - window : end], axis=0)[need - 1] for end in range(window, 32)]
    np.testing.assert_array_equal(rolling_rank(rows, window, need)[window - 1 :], expected)


def test_a_rolling_sum_is_the_sum_of_the_window() -> None:
    rows = np.random.default_rng(1).standard_normal((20, 6))
    expected = [rows[end - 4 : end].sum(axis=0) for end in range(4, 21)]
    np.testing.assert_allclose(rolling_sum(rows, 4)[3:], expected, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 2, 3, 17, 40])
def test_the_lowest_row_is_that_of_the_plain_search(rows) -> None:
    lines = np.random.default_rng(rows).standard_normal((rows, 200))
    np.testing.assert_array_equal(lowest(lines), lines.argmin(axis=0))
