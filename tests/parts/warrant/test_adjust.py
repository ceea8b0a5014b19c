import dataclasses
import datetime

import numpy as np
import pytest

from gigawatt.parts.warrant.adjust import adjusted
from gigawatt.parts.warrant.course import Dividend, Split, Transfer
from gigawatt.parts.warrant.machine import run
from gigawatt.parts.warrant.terms import Adjustment, Mark, PriceMark, Tranche, TransferLock, Warrant
from warrants import ISSUED, course, warrant

THIRD_DAY = datetime.date(2026, 1, 7)


def for_dividends(kind: str) -> Warrant:
    return warrant(Tranche(shares=100.0), adjustment=Adjustment(dividends=kind))


def test_a_split_brings_later_closes_to_the_basis_of_the_issue() -> None:
    found = adjusted(course([20.0, 20.0, 10.0], splits=(Split(THIRD_DAY, 2.0),)), warrant(Tranche(shares=100.0)))
    assert found.closes[:, 0].tolist() == [20.0, 20.0, 20.0]


def test_a_split_before_the_issue_brings_the_history_to_its_basis() -> None:
    first = datetime.date(2026, 1, 1)
    found = adjusted(
        course([40.0, 20.0, 20.0], first, splits=(Split(ISSUED - datetime.timedelta(3), 2.0),)),
        warrant(Tranche(shares=100.0)),
    )
    assert found.closes[:, 0].tolist() == [20.0, 20.0, 20.0]


def test_a_split_rescales_shares_strike_and_marks() -> None:
    owner = warrant(Tranche(shares=100.0, price=PriceMark(30.0)))
    found = run(owner, course([20.0, 20.0, 12.0, 15.0], splits=(Split(THIRD_DAY, 2.0),)))
    assert found.vested[0, 0] == 3
    assert (found.gross[0, 0], found.strike[0, 0], found.cash[0, 0]) == (200.0, 5.0, 1000.0)


def test_a_warrant_that_does_not_adjust_for_splits_keeps_its_figures() -> None:
    owner = warrant(Tranche(shares=100.0, price=PriceMark(30.0)), adjustment=Adjustment(splits=False))
    found = run(owner, course([20.0, 20.0, 12.0, 30.0], splits=(Split(THIRD_DAY, 2.0),)))
    assert (found.gross[0, 0], found.strike[0, 0]) == (100.0, 10.0)


def test_a_split_of_three_for_two_leaves_whole_shares() -> None:
    found = run(warrant(Tranche(shares=101.0)), course([5.0, 5.0, 20.0], splits=(Split(THIRD_DAY, 1.5),)))
    assert found.gross[0, 0] == 151.0


def test_splitting_everything_changes_no_vesting_and_no_value() -> None:
    rng = np.random.default_rng(3)
    closes = 20.0 * np.exp(np.cumsum(0.05 * rng.standard_normal((60, 50)), axis=0))
    halved = closes.copy()
    halved[2:] /= 4.0
    owner = warrant(Tranche(shares=1000.0, price=PriceMark(22.0)))
    plain, split = run(owner, course(closes)), run(owner, course(halved, splits=(Split(THIRD_DAY, 4.0),)))
    assert (plain.vested == split.vested).all()
    assert (plain.exercised == split.exercised).all()
    assert split.value() == pytest.approx(plain.value(), rel=1e-9)


def test_a_dividend_lowers_the_strike() -> None:
    paths = course([5.0, 9.0, 9.0], dividends=(Dividend(THIRD_DAY, 2.0),))
    assert run(for_dividends("strike"), paths).strike[0, 0] == 8.0
    assert np.isnan(run(for_dividends("none"), paths).strike[0, 0])


def test_a_dividend_buys_shares_at_the_close_before_and_lowers_the_strike_in_proportion() -> None:
    found = run(for_dividends("shares"), course([5.0, 8.0, 12.0], dividends=(Dividend(THIRD_DAY, 1.6),)))
    # 8 / (8 - 1.6) = 1.25
    assert found.gross[0, 0] == 125.0
    assert found.strike[0, 0] == pytest.approx(8.0)


def test_a_dividend_up_to_the_issue_changes_nothing() -> None:
    paths = course([12.0, 12.0], dividends=(Dividend(ISSUED, 2.0),))
    assert run(for_dividends("strike"), paths).strike[0, 0] == 10.0


def test_a_dividend_after_a_split_counts_for_all_the_shares_one_has_become() -> None:
    paths = course(
        [5.0, 5.0, 6.0], splits=(Split(datetime.date(2026, 1, 6), 2.0),), dividends=(Dividend(THIRD_DAY, 1.0),)
    )
    found = run(for_dividends("strike"), paths)
    # 10 USD at issue less 2 x 1 USD are 8 USD, or 4 USD for each of the two shares.
    assert (found.gross[0, 0], found.strike[0, 0]) == (200.0, 4.0)


def test_a_transfer_changes_the_holder_and_nothing_else() -> None:
    owner = warrant(Tranche(shares=100.0, counter=Mark("paid", 1.0)))
    paid = {"paid": [[0.0, 1.0], [0.0, 1.0], [1.0, 1.0]]}
    kept = run(owner, course(np.full((3, 2), 20.0), counters=paid))
    moved = run(owner, course(np.full((3, 2), 20.0), counters=paid, transfers=(Transfer(THIRD_DAY, "Other"),)))
    assert moved.holders == ("Holder", "Other")
    assert (moved.holder.tolist(), kept.holder.tolist()) == ([[1, 0]], [[0, 0]])
    assert (moved.gross == kept.gross).all()


def test_a_transfer_before_the_lock_opens_changes_nothing() -> None:
    lock = TransferLock(until=datetime.date(2027, 1, 1), event="launch")
    owner = dataclasses.replace(warrant(Tranche(shares=100.0, counter=Mark("paid", 1.0))), transfer=lock)
    paths = course(
        np.full((4, 2), 20.0),
        counters={"paid": [0.0, 0.0, 0.0, 1.0]},
        events={"launch": [1, 3]},
        transfers=(Transfer(THIRD_DAY, "Other"),),
    )
    assert run(owner, paths).holder.tolist() == [[1, 0]]
