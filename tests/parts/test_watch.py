"""Tests over days: the highest mark at which a test holds, window by window and month by month."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.parts.daily import DAYS, Daily, Month, mixed
from gigawatt.parts.figure import Draws, Floats, literal
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.process import SharePrice, Surroundings
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.parts.watch import NO_END, Watch, held_at, watched
from gigawatt.units import unit

PRICES = {"V": "V_price", "W": "W_price", "twin of V": "V_price"}
TIED = {("V_price", "W_price"): 0.6}


def daily(name: str = "V_price", volatility: str = "0.5", months: int = 8, paths: int = 40, block: int = 0) -> Daily:
    process = SharePrice(
        name,
        unit("USD/share"),
        literal("100 USD/share"),
        literal("10 %/year"),
        literal(volatility),
        literal("0 %/year"),
        (literal("4 1/year"), literal("0"), literal("0.1")),
    )
    shocks = stream(3, name, block).standard_normal((months, BLOCK))[:, :paths]
    world = Surroundings(3, block, months, shocks, np.zeros((months, paths)), Draws({}, paths))
    prices, jumps = process.moves(world)
    return Daily(process, prices, jumps, world)


def closes(one: Daily, name: str = "V_price") -> Floats:
    """All closes (day, path) of a share price that correlates with no other."""
    months = [Month({name: one}, mixed((name,), {}), t).days(name) for t in range(len(one.prices))]
    return np.asarray(np.exp(np.concatenate([days.closes[1:] for days in months])))


def marks(*watches: Watch, months: int = 8, paths: int = 40, tied: bool = False) -> tuple[Floats, Floats]:
    dailies = {
        name: daily(name, "0.3" if name == "W_price" else "0.5", months, paths) for name in ("V_price", "W_price")
    }
    return watched(watches, PRICES, dailies, TIED if tied else {}, 0)


def price_tests() -> st.SearchStrategy[PriceTest]:
    def made(statistic: str, days: int, need: int) -> PriceTest:
        single = statistic in ("spot", "close")
        known = next(word for word in STATISTICS if word == statistic)
        return PriceTest(known, 1 if single else days, min(need, days) if statistic == "days" else 0)

    return st.builds(made, st.sampled_from(STATISTICS[1:]), st.integers(1, 60), st.integers(1, 60))


@settings(max_examples=80, deadline=None)
@given(price_tests(), st.floats(70, 140), st.integers(0, 1000))
def test_a_test_holds_at_a_mark_exactly_when_the_highest_mark_reaches_it(
    test: PriceTest, mark: float, seed: int
) -> None:
    prices = 100 * np.exp(np.random.default_rng(seed).normal(0, 0.05, (80, 6)).cumsum(axis=0))
    held = held_at(test, prices)
    np.testing.assert_array_equal(held >= mark, test.holds(prices, mark)[test.days - 1 :])


def test_a_window_longer_than_all_days_holds_at_no_mark() -> None:
    assert len(held_at(PriceTest("mean", 30), np.zeros((29, 4)))) == 0


@pytest.mark.parametrize("test", [PriceTest("mean", 30), PriceTest("stay", 45), PriceTest("days", 126, 40)], ids=str)
def test_windows_reach_over_month_ends(test: PriceTest) -> None:
    one = daily()
    highest, latest = watched([Watch("V", test)], PRICES, {"V_price": one}, {}, 0)
    whole = np.zeros((8 * DAYS, 40))
    whole[test.days - 1 :] = held_at(test, closes(one))
    by_month = whole.reshape(8, DAYS, 40)
    np.testing.assert_allclose(highest[:, 0], by_month.max(axis=1), rtol=1e-12)
    np.testing.assert_allclose(latest[:, 0], by_month[:, -1], rtol=1e-12)
    full = (test.days - 1) // DAYS
    assert (highest[:full] == 0).all()
    assert (highest[full:] > 0).all()


def test_the_close_at_a_months_end_is_the_price_of_the_month() -> None:
    _, latest = marks(Watch("V", PriceTest("close")))
    np.testing.assert_allclose(latest[:, 0], daily().prices, rtol=1e-12)


def test_a_test_that_must_hold_now_holds_no_more_often_than_one_that_is_latched() -> None:
    for test in (PriceTest("close"), PriceTest("mean", 30), PriceTest("spot"), PriceTest("stay", 5)):
        highest, latest = marks(Watch("V", test))
        assert (latest <= highest).all()
        assert (latest < highest).any()


def test_a_spot_reaches_no_less_than_a_close_and_a_stay_no_more_than_a_mean() -> None:
    tests = (PriceTest("spot"), PriceTest("close"), PriceTest("mean", 10), PriceTest("stay", 10))
    spot, close, mean, stay = marks(*(Watch("V", test) for test in tests))[0].swapaxes(0, 1)
    assert (spot >= close).all()
    assert (mean >= stay).all()


def test_a_test_ends_to_count_after_its_last_month() -> None:
    ending, endless = Watch("V", PriceTest("mean", 30), last=4), Watch("V", PriceTest("mean", 30))
    highest, latest = marks(ending, endless)
    assert (highest[5:, 0] == 0).all()
    assert (latest[5:, 0] == 0).all()
    np.testing.assert_array_equal(highest[:5, 0], highest[:5, 1])


def test_days_do_not_depend_on_how_many_paths_there_are() -> None:
    watches = [
        Watch("V", PriceTest("mean", 30)),
        Watch("V", PriceTest("spot")),
        Watch("V", PriceTest("spot", 1, 0, "W")),
    ]
    few, many = marks(*watches, paths=7, tied=True), marks(*watches, paths=60, tied=True)
    np.testing.assert_array_equal(few[0], many[0][..., :7])
    np.testing.assert_array_equal(few[1], many[1][..., :7])


def test_a_test_of_one_share_changes_nothing_about_another() -> None:
    alone = marks(Watch("V", PriceTest("spot")))[0][:, 0]
    beside = marks(Watch("V", PriceTest("spot")), Watch("W", PriceTest("mean", 9)))[0][:, 0]
    np.testing.assert_array_equal(alone, beside)


def test_a_share_measured_against_an_index_that_moves_as_it_does_never_moves() -> None:
    (highest, latest) = marks(Watch("V", PriceTest("mean", 30, 0, "twin of V")))
    np.testing.assert_allclose(highest[1:], 100, rtol=1e-12)
    np.testing.assert_allclose(latest[1:], 100, rtol=1e-12)


def test_a_share_is_measured_against_what_its_index_grew_since_the_start() -> None:
    _, latest = marks(Watch("V", PriceTest("close", 1, 0, "W")), tied=True)
    index = daily("W_price", "0.3").prices / 100
    np.testing.assert_allclose(latest[:, 0], daily().prices / index, rtol=1e-12)


@settings(max_examples=50, deadline=None)
@given(price_tests(), st.sampled_from((None, "W")), st.sampled_from((7, NO_END)))
def test_a_watch_is_read_back_from_its_label(test: PriceTest, index: str | None, last: int) -> None:
    watch = Watch("V", PriceTest(test.statistic, test.days, test.need, index), last)
    assert Watch.read(watch.label) == watch
