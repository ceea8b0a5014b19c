from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.value.accounting.ledger import ACCOUNTS, Ledger, ledger
from gigawatt.value.accounting.measurement import Award, award
from gigawatt.value.accounting.revenue import progress

CENT = 0.005
PERIODS, PATHS = 20, 100

TEN_SHARES = award([10], [6.0], 0.5)  # 60 USD at grant


def column(*values: float) -> list[list[float]]:
    """One path."""
    return [[value] for value in values]


def shown(books: Ledger, account: str) -> list[float]:
    return [round(float(value), 9) for value in books.balance(account)[:, 0]]


def test_an_award_in_equity_moves_only_revenue_and_equity_until_it_is_exercised() -> None:
    # 60 over purchases of 400: 15, 30, 60. All 10 shares are issued in the last period for 10 x 0.50 = 5 in cash.
    revenue = column(100, 100, 200)
    books = ledger(TEN_SHARES, 1.0, [column(0, 0, 1)], revenue, progress(revenue, 400.0), exercised=[column(0, 0, 10)])
    assert shown(books, "contra-revenue") == [15.0, 30.0, 60.0]
    assert shown(books, "equity") == [-15.0, -30.0, -65.0]
    assert shown(books, "strike cash") == [0.0, 0.0, 5.0]
    assert shown(books, "receivable") == [100.0, 200.0, 400.0]
    assert shown(books, "remeasurement") == [0.0, 0.0, 0.0]


def test_an_award_vested_at_signing_stands_in_equity_against_an_asset() -> None:
    revenue = column(100, 300)
    books = ledger(TEN_SHARES, 1.0, 1.0, revenue, progress(revenue, 400.0))
    assert shown(books, "equity") == [-60.0, -60.0]
    assert shown(books, "contract asset") == [45.0, 0.0]
    assert shown(books, "contra-revenue") == [15.0, 60.0]


def test_a_liability_is_remeasured_outside_revenue_and_becomes_equity_at_its_value_of_that_day() -> None:
    # Recognised: 2.5, 5, 7.5, 10 shares. Marks 6, 8, 9 until it is equity in period 2 at 9, then 9 for good.
    # Liability: 2.5 x 6 = 15; 5 x 8 = 40; then 0. Equity: 0, 0, 7.5 x 9 = 67.5; 10 x 9 = 90.
    # Taken from revenue: 15, 30, 45, 60 throughout. The rest is loss: 0, 10, 22.5, 30.
    revenue = column(100, 100, 100, 100)
    books = ledger(
        TEN_SHARES,
        1.0,
        [column(0, 0, 0, 1)],
        revenue,
        progress(revenue, 400.0),
        fair_values=[column(6, 8, 9, 30)],
        equity_from=2,
    )
    assert shown(books, "warrant liability") == [-15.0, -40.0, 0.0, 0.0]
    assert shown(books, "equity") == [0.0, 0.0, -67.5, -90.0]
    assert shown(books, "contra-revenue") == [15.0, 30.0, 45.0, 60.0]
    assert shown(books, "remeasurement") == [0.0, 10.0, 22.5, 30.0]
    assert books.equity.reclassified.ravel().tolist() == [0.0, 0.0, 45.0, 0.0]
    assert books.equity.recognised.ravel().tolist() == [0.0, 0.0, 22.5, 22.5]


def test_share_price_marks_that_fail_wipe_out_a_liability_and_give_no_revenue_back() -> None:
    revenue = column(100, 300, 0)
    books = ledger(
        TEN_SHARES,
        1.0,
        [column(0, 1, 1)],
        revenue,
        progress(revenue, 400.0),
        fair_values=[column(6, 5, 0)],
        equity_from=9,
    )
    assert shown(books, "contra-revenue") == [15.0, 60.0, 60.0]
    assert shown(books, "warrant liability") == [-15.0, -50.0, 0.0]
    assert shown(books, "remeasurement") == [0.0, -10.0, -60.0]


def test_share_price_marks_that_fail_leave_equity_as_it_is() -> None:
    revenue = column(100, 300, 0)
    books = ledger(TEN_SHARES, 1.0, [column(0, 1, 1)], revenue, progress(revenue, 400.0))
    assert shown(books, "contra-revenue")[-1] == 60.0
    assert shown(books, "equity")[-1] == -60.0


def test_a_cashless_exercise_brings_no_cash() -> None:
    books = ledger(TEN_SHARES, 1.0, 1.0, column(100), 1.0, exercised=10.0, cashless=True)
    assert shown(books, "strike cash") == [0.0]
    assert shown(books, "equity") == [-60.0]


@dataclass(frozen=True)
class World:
    """Random paths of a warrant that is over by the last period: every performance condition is met, or never."""

    warrant: Award
    count: np.ndarray
    met: np.ndarray
    revenue: np.ndarray
    done: np.ndarray
    exercised: np.ndarray
    fair_values: np.ndarray

    def books(self, dates: object) -> Ledger:
        return ledger(
            self.warrant,
            self.count,
            self.met,
            self.revenue,
            self.done,
            exercised=self.exercised,
            fair_values=self.fair_values,
            equity_from=dates,
        )


def world(seed: int, tranches: int) -> World:
    draw = np.random.default_rng(seed)
    shape = (tranches, PERIODS, PATHS)
    warrant = award(draw.uniform(1e5, 3e7, tranches), draw.uniform(1, 200, tranches), draw.uniform(0.01, 90, tranches))
    met = (np.arange(PERIODS)[:, None] >= draw.integers(0, 2 * PERIODS, (tranches, 1, PATHS))).astype(float)
    count = np.maximum((draw.random(shape) < 0.5).astype(float), met)
    count[:, -1] = met[:, -1]
    revenue = draw.uniform(0, 1e10, (PERIODS, PATHS)) * (draw.random((PERIODS, PATHS)) < 0.7)
    so_far = revenue.cumsum(axis=0)
    expected = so_far * draw.uniform(1, 4, so_far.shape)
    expected[-1] = so_far[-1]
    exercised = np.diff(met * draw.random((tranches, 1, PATHS)), axis=1, prepend=0.0) * warrant.shares[:, None, None]
    fair_values = warrant.fair_value[:, None, None] * np.exp(0.3 * draw.standard_normal(shape).cumsum(axis=1))
    return World(warrant, count, met, revenue, progress(revenue, expected), exercised, fair_values)


SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_debits_equal_credits_to_the_cent_in_every_period_on_every_path(seed: int, tranches: int) -> None:
    books = world(seed, tranches).books(np.random.default_rng(seed + 1).integers(0, PERIODS + 3, PATHS))
    assert np.abs(books.postings).max() > 1e6
    assert books.imbalance < CENT


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 6), st.integers(0, PERIODS + 3))
def test_in_the_end_revenue_has_lost_value_at_grant_of_the_shares_that_met_their_gigawatts(
    seed: int, tranches: int, dates: int
) -> None:
    drawn = world(seed, tranches)
    books = drawn.books(dates)
    taken = books.balance("contra-revenue")[-1] + books.balance("customer incentive expense")[-1]
    np.testing.assert_allclose(taken, drawn.warrant.grant_value @ drawn.met[:, -1], rtol=0, atol=CENT)
    np.testing.assert_allclose(books.balance("contract asset")[-1], 0.0, atol=CENT)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_what_stands_in_the_balance_sheet_is_shares_times_their_mark(seed: int, tranches: int) -> None:
    drawn = world(seed, tranches)
    books = drawn.books(PERIODS + 1)
    standing = np.maximum(drawn.count * drawn.done, drawn.met) * drawn.warrant.shares[:, None, None]
    held = standing - drawn.exercised.cumsum(axis=1)
    np.testing.assert_allclose(
        -books.balance("warrant liability"), (held * drawn.fair_values).sum(axis=0), rtol=1e-12, atol=CENT
    )


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_equity_rolls_forward_to_what_the_account_shows(seed: int, tranches: int) -> None:
    books = world(seed, tranches).books(np.random.default_rng(seed + 1).integers(0, PERIODS + 3, PATHS))
    roll = books.equity
    moved = roll.recognised + roll.reclassified + roll.settled + roll.strike
    np.testing.assert_allclose(roll.opening + moved, roll.closing, rtol=0, atol=CENT)
    np.testing.assert_allclose(roll.opening[1:], roll.closing[:-1], rtol=0, atol=CENT)
    np.testing.assert_allclose(roll.closing, -books.balance("equity"), rtol=0, atol=CENT)
    assert roll.reclassified.any()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_revenue_does_not_depend_on_how_the_warrant_is_classified(seed: int, tranches: int) -> None:
    drawn = world(seed, tranches)
    equity, liability = drawn.books(0), drawn.books(PERIODS + 1)
    np.testing.assert_array_equal(equity.flow("contra-revenue"), liability.flow("contra-revenue"))
    assert not np.array_equal(equity.flow("remeasurement"), liability.flow("remeasurement"))


def test_paths_do_not_know_of_each_other() -> None:
    drawn = world(7, 3)
    alone = ledger(
        drawn.warrant,
        drawn.count[..., 5:6],
        drawn.met[..., 5:6],
        drawn.revenue[:, 5:6],
        drawn.done[:, 5:6],
        exercised=drawn.exercised[..., 5:6],
        fair_values=drawn.fair_values[..., 5:6],
        equity_from=8,
    )
    np.testing.assert_allclose(alone.postings, drawn.books(8).postings[..., 5:6], rtol=0, atol=CENT)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"exercised": 11.0}, r"exercised\[0, 0, 0\]: 11 .* no more is exercised than has been met"),
        ({"equity_from": 1}, "fair_values: missing"),
        ({"equity_from": 0.5}, "whole number"),
        ({"equity_from": [0, 1, 2]}, "equity_from: has shape"),
        ({"fair_values": [[[1.0], [2.0]]]}, "fair_values: has shape"),
        ({"excess": "none"}, "excess: `none` is unknown"),
    ],
)
def test_what_cannot_be_posted_is_refused_with_the_fix(change: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        ledger(TEN_SHARES, 1.0, 1.0, column(100), 1.0, **change)


def test_an_unknown_account_is_answered_with_the_known_ones() -> None:
    books = ledger(TEN_SHARES, 1.0, 1.0, column(100), 1.0)
    with pytest.raises(InputError, match="Did you mean `equity`"):
        books.balance("equty")
    assert len(ACCOUNTS) == len(books.postings)
