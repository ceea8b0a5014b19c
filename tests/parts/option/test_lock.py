"""Locks: closed forms, published values, honest errors, and the order that more or fewer conditions impose."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from gigawatt.errors import UnitError
from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.discrete import share_on_touch_daily
from gigawatt.parts.option.lock import (
    share_on_rolling_mean_daily,
    share_on_x_of_y_days,
    value_ladder,
    value_share,
)
from gigawatt.parts.option.rung import Market, Rung
from gigawatt.parts.option.touch import share_at_touch
from gigawatt.parts.price_test import PriceTest

AMD = Market(203.71, 0.5, 0.037)
PAYING = Market(203.71, 0.5, 0.037, 0.03)
CLOSE, SPOT = PriceTest("close"), PriceTest("spot")
FEW = {"log2_paths": 10, "replicates": 4}
TESTS = [CLOSE, SPOT, PriceTest("mean", 10), PriceTest("geometric", 10), PriceTest("stay", 5), PriceTest("days", 10, 6)]


def open_days(samples: int = 400) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.where(rng.random(samples) < 0.2, np.inf, rng.integers(5, 300, samples)).astype(float)


def plain(market: Market, test: PriceTest, mark: float, days: np.ndarray, rho: float, latched: bool, strike: float):
    """Value at vesting by indicators on independent normal draws under the pricing measure."""
    rng, paths, steps = np.random.default_rng(7), 40_000, 252
    shocks = rng.standard_normal((steps, paths)) / math.sqrt(steps)
    terminal = shocks.sum(axis=0)
    score = rho * terminal + math.sqrt(1.0 - rho**2) * rng.standard_normal(paths)
    opened = np.sort(days)[::-1][(ndtr(score) * days.size).astype(int)]
    day = np.arange(1, steps + 1)[:, None]
    prices = market.spot * np.exp(market.drift * day / steps + market.volatility * shocks.cumsum(axis=0))
    holds = test.holds(prices, mark)
    if latched:
        holds = np.logical_or.accumulate(holds, axis=0)
    vests = holds & (day >= opened)
    row = vests.argmax(axis=0)
    time = (row + 1) / steps
    # The share is kept to expiry, with the dividends it pays from the day of vesting on.
    kept = prices[-1] * np.exp(-market.rate + market.dividend * (1.0 - time))
    worth = np.where(vests.any(axis=0), kept - strike * np.exp(-market.rate * time), 0.0)
    return worth.mean(), worth.std() / math.sqrt(paths)


def test_a_share_on_the_first_close_at_a_mark_is_that_of_the_recursion() -> None:
    found = value_share(PAYING, CLOSE, 300.0, 1.0, log2_paths=12)
    exact = share_on_touch_daily(203.71, 300.0, 1.0, 252, 0.037, 0.03, 0.5)
    assert abs(found.value - exact) < 4.0 * found.error
    assert found.error < 0.001 * exact


def test_a_share_on_any_moment_at_a_mark_is_the_one_touch() -> None:
    found = value_share(PAYING, SPOT, 300.0, 1.0, log2_paths=12, days=12)
    # Dividends stop at the end of the step in which the mark is touched.
    exact = share_at_touch(203.71, 300.0, 1.0, 0.037, 0.0, 0.5, "up")
    free = value_share(AMD, SPOT, 300.0, 1.0, log2_paths=12, days=12)
    assert abs(free.value - exact) < 4.0 * free.error
    assert found.value < free.value


def test_a_geometric_mean_over_the_whole_time_has_a_closed_form() -> None:
    steps, mark = 252, 230.0
    time = np.arange(1, steps + 1) / steps
    spread = 0.5 * math.sqrt(np.minimum(time, time[:, None]).mean())
    drift = (PAYING.drift + 0.5**2) * time.mean()
    exact = 203.71 * math.exp(-0.03) * ndtr((math.log(203.71 / mark) + drift) / spread)
    found = value_share(PAYING, PriceTest("geometric", steps), mark, 1.0, log2_paths=12)
    assert abs(found.value - exact) < 4.0 * found.error


@pytest.mark.parametrize(
    ("value", "tolerance", "found"),
    [
        (129.0131, 0.1, lambda: share_on_rolling_mean_daily(203.71, 300.0, 2.0, 504, 30, 0.037, 0.0, 0.5)),
        (130.0074, 0.1, lambda: share_on_x_of_y_days(203.71, 300.0, 2.0, 504, 10, 10, 0.037, 0.0, 0.5)),
    ],
    ids=["30-day mean", "10 of 10 days"],
)
def test_independently_computed_values_are_met(value, tolerance, found) -> None:
    # Pre-integrated Monte Carlo with standard errors of 0.04, checked by half a million plain paths.
    assert found() == pytest.approx(value, abs=tolerance)


def test_the_daily_forms_equal_the_general_one() -> None:
    general = value_share(PAYING, PriceTest("days", 5, 3), 250.0, 0.25, log2_paths=13)
    daily = share_on_x_of_y_days(203.71, 250.0, 0.25, 63, 5, 3, 0.037, 0.03, 0.5)
    assert daily == pytest.approx(general.value, abs=4.0 * general.error)


@pytest.mark.parametrize("test", [CLOSE, PriceTest("mean", 10)], ids=str)
def test_standard_errors_are_honest(test) -> None:
    options = {"log2_paths": 8, "replicates": 16, "days": 42}
    exact = value_share(AMD, test, 250.0, 0.5, log2_paths=14, replicates=16, days=42, seed=1000).value
    found = [value_share(AMD, test, 250.0, 0.5, seed=seed, **options) for seed in range(60)]
    scores = np.array([(one.value - exact) / one.error for one in found])
    assert abs(scores.mean()) < 4.0 / math.sqrt(60)
    assert 0.75 < scores.std() < 1.4


@pytest.mark.parametrize("test", TESTS, ids=str)
def test_a_higher_mark_is_worth_less(test) -> None:
    values = [value_share(AMD, test, mark, 0.5, **FEW).value for mark in (180.0, 220.0, 300.0, 500.0)]
    assert values == sorted(values, reverse=True)
    assert 0.0 <= values[-1] < values[0] <= 203.71


@pytest.mark.parametrize("test", TESTS, ids=str)
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.5])
def test_a_latched_test_is_worth_no_less_than_one_that_must_hold(test, rho) -> None:
    options = {"open_days": open_days(), "correlation": rho, **FEW}
    held, latched = (value_share(AMD, test, 260.0, 1.0, latched=latched, **options) for latched in (False, True))
    assert 0.0 < held.value < latched.value
    assert held.probability < latched.probability < 0.8


@pytest.mark.parametrize("latched", [False, True])
@pytest.mark.parametrize("test", TESTS, ids=str)
def test_a_gigawatt_mark_reached_at_the_start_is_no_lock(test, latched) -> None:
    free = value_share(PAYING, test, 260.0, 0.5, **FEW)
    assert value_share(PAYING, test, 260.0, 0.5, open_days=np.zeros(1), latched=latched, **FEW) == free


def test_a_gigawatt_mark_never_reached_leaves_nothing() -> None:
    found = value_share(AMD, CLOSE, 260.0, 0.5, open_days=np.full(3, np.inf), **FEW)
    assert (found.value, found.probability, found.delta, found.vega) == (0.0, 0.0, 0.0, 0.0)


def test_fast_deployment_that_comes_with_a_high_price_is_worth_more() -> None:
    options = {"open_days": open_days(), **FEW}
    values = [value_share(AMD, CLOSE, 260.0, 1.0, correlation=rho, **options).value for rho in (-0.6, 0.0, 0.6)]
    assert values == sorted(values)


@pytest.mark.parametrize("test", [CLOSE, PriceTest("mean", 10), PriceTest("days", 10, 6)], ids=str)
@pytest.mark.parametrize(("rho", "latched"), [(0.5, False), (-0.5, True)])
def test_locks_agree_with_plain_simulation(test, rho, latched) -> None:
    expected, noise = plain(PAYING, test, 240.0, open_days(), rho, latched, 60.0)
    found = value_share(
        PAYING, test, 240.0, 1.0, open_days=open_days(), correlation=rho, latched=latched, strike=60.0, log2_paths=11
    )
    assert abs(found.value - expected) < 4.0 * math.hypot(noise, found.error)


def test_a_speed_of_its_own_decides_which_deployment_is_fast() -> None:
    days = open_days()
    backwards = np.minimum(days, 1e6)
    options = {"open_days": days, "correlation": 0.6, **FEW}
    usual = value_share(AMD, CLOSE, 260.0, 1.0, **options)
    assert value_share(AMD, CLOSE, 260.0, 1.0, speed=-backwards, **options) == usual
    assert value_share(AMD, CLOSE, 260.0, 1.0, speed=backwards, **options).value < usual.value


def test_a_mark_near_nothing_leaves_a_european_call_at_expiry() -> None:
    found = value_share(PAYING, CLOSE, 1e-6, 1.0, strike=250.0, exercise="at expiry", days=12, **FEW)
    exact = float(black_scholes(1.0, 203.71, 250.0, 1.0, 0.037, 0.03, 0.5))
    assert found.value == pytest.approx(exact, rel=1e-12)
    assert found.probability == pytest.approx(1.0)


def test_a_mark_near_nothing_delivers_the_share_on_the_first_day() -> None:
    found = value_share(PAYING, CLOSE, 1e-6, 1.0, strike=100.0, days=4, **FEW)
    exact = 203.71 * math.exp(-0.03 / 4) - 100.0 * math.exp(-0.037 / 4)
    assert found.value == pytest.approx(exact, rel=1e-3)


def test_a_penny_warrant_costs_its_pennies() -> None:
    free, penny = (value_share(AMD, CLOSE, 260.0, 0.5, strike=strike, **FEW) for strike in (0.0, 0.01))
    assert 0.0 < free.value - penny.value < 0.01 * free.probability


def test_a_total_is_the_shares_of_all_rungs() -> None:
    rungs = [Rung(PriceTest("mean", 5), 250.0, open_days(), 3.0), Rung(CLOSE, 300.0, None, 2.0)]
    ladder = value_ladder(AMD, rungs, 0.5, **FEW)
    assert ladder.total.value == pytest.approx(3.0 * ladder.rungs[0].value + 2.0 * ladder.rungs[1].value)
    assert ladder.total.delta == pytest.approx(3.0 * ladder.rungs[0].delta + 2.0 * ladder.rungs[1].delta)
    assert ladder.total.error < 3.0 * ladder.rungs[0].error + 2.0 * ladder.rungs[1].error


def test_a_rung_does_not_notice_its_neighbours() -> None:
    alone = value_ladder(AMD, [Rung(CLOSE, 300.0)], 0.5, **FEW).rungs[0]
    rungs = [Rung(SPOT, 250.0), Rung(CLOSE, 300.0), Rung(CLOSE, 300.0, open_days()), Rung(PriceTest("mean", 5), 300.0)]
    assert value_ladder(AMD, rungs, 0.5, **FEW).rungs[1] == alone


def test_unknown_marks_are_averaged_over() -> None:
    options = {"log2_paths": 12, "replicates": 8, "days": 42}
    low, high = (value_share(AMD, CLOSE, mark, 0.5, **options) for mark in (230.0, 330.0))
    both = value_share(AMD, CLOSE, np.array([330.0, 230.0]), 0.5, **options)
    assert both.value == pytest.approx(0.5 * (low.value + high.value), abs=4.0 * both.error)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (value_share(AMD, SPOT, 260.0, 0.25, seed=seed, **FEW) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Market(203.71, -0.5), "volatility"),
        (lambda: Market(0.0, 0.5), "spot"),
        (lambda: Market(203.71, 0.5, math.nan), "rate"),
        (lambda: Rung(CLOSE, 0.0), "mark of 0.0"),
        (lambda: Rung(CLOSE, np.array([300.0, -1.0])), "mark of -1.0"),
        (lambda: Rung(CLOSE, 300.0, np.array([math.nan])), "open days"),
        (lambda: Rung(CLOSE, 300.0, None, 0.0), "0.0 shares"),
        (lambda: Rung(PriceTest("close", index="S&P 500"), 300.0), "ratio"),
        (lambda: value_share(AMD, CLOSE, 300.0, -1.0), "expiry"),
        (lambda: value_share(AMD, CLOSE, 300.0, math.inf), "expiry"),
        (lambda: value_share(AMD, PriceTest("mean", 64), 300.0, 0.25), "window of 64 days is longer than the 63"),
        (lambda: value_share(AMD, CLOSE, 300.0, 1.0, correlation=1.0), "correlation"),
        (lambda: value_share(AMD, CLOSE, 300.0, 1.0, strike=-1.0), "strike"),
        (lambda: value_share(AMD, CLOSE, 300.0, 1.0, exercise="now"), "at expiry"),
        (lambda: value_share(AMD, CLOSE, 300.0, 1.0, replicates=1), "replicates"),
        (lambda: value_share(AMD, CLOSE, 300.0, 1.0, open_days=np.ones(3), speed=np.ones(2)), "speed"),
        (lambda: value_ladder(AMD, [], 1.0), "no rungs"),
        (lambda: value_ladder(AMD, [Rung(CLOSE, 1.0, np.ones(2)), Rung(CLOSE, 1.0, np.ones(3))], 1.0), "equally many"),
        (lambda: share_on_rolling_mean_daily(203.71, 300.0, 2.0, 504, 0, 0.037, 0.0, 0.5), "window"),
        (lambda: share_on_x_of_y_days(203.71, 300.0, 2.0, 504, 5, 6, 0.037, 0.0, 0.5), "need"),
    ],
)
def test_wrong_input_is_refused_with_what_was_expected(wrong, said) -> None:
    with pytest.raises(UnitError, match=said):
        wrong()
