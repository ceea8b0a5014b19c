import dataclasses
import datetime
import math

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.terms import (
    Adjustment,
    Between,
    EarlyExpiry,
    Event,
    Mark,
    MeanStrike,
    PriceMark,
    Some,
    TermsError,
    Tranche,
    TransferLock,
    both,
    either,
    leaves,
)
from warrants import ISSUED, warrant

ONE = Tranche(shares=100.0)


def faults(**terms: object) -> str:
    with pytest.raises(TermsError) as caught:
        warrant(*terms.pop("tranches", (ONE,)), **terms)
    return str(caught.value)


def test_a_warrant_without_locks_is_one_tranche_of_all_its_shares() -> None:
    assert warrant(ONE).shares == 100.0


def test_tranches_without_a_name_are_called_by_their_number() -> None:
    assert warrant(ONE, dataclasses.replace(ONE, name="last")).names == ("1", "last")


def test_the_strike_of_a_tranche_is_its_own_or_else_the_warrants() -> None:
    found = warrant(ONE, dataclasses.replace(ONE, strike=12.0))
    assert [found.strike_of(tranche) for tranche in found.tranches] == [10.0, 12.0]


def test_leaves_are_listed_through_all_nesting() -> None:
    a, b, c = Event("a"), Mark("paid", 1.0), PriceMark(2.0)
    assert list(leaves(both(a, either(b, c)))) == [a, b, c]
    assert list(leaves(None)) == []


def test_either_needs_one_part_and_both_need_all() -> None:
    parts = (Event("a"), Event("b"))
    assert (either(*parts), both(*parts)) == (Some(1, parts), Some(2, parts))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"shares": 120.0}, "the tranches sum to 100 shares, the warrant is over 120: 20 too few"),
        ({"shares": 90.0}, "10 too many"),
        ({"shares": 100.5}, "a whole number expected"),
        ({"shares": math.nan}, "is not finite"),
        ({"expiry": ISSUED}, "expiry: 2026-01-05 is not after the issue"),
        ({"expiry": datetime.date(2025, 1, 1)}, "is not after the issue"),
        ({"strike": -1.0}, "strike: -1 is negative"),
        ({"strike": Between(2.0, 1.0)}, "runs backwards"),
        ({"strike": Between(-1.0, 1.0)}, "partly negative"),
        ({"strike": Between(0.0, math.inf)}, "is not finite"),
        ({"strike": MeanStrike(0.0, 0, "x")}, "a share above 0"),
        ({"strike": MeanStrike(0.9, 0, "1")}, "at least 1 expected"),
        ({"strike": MeanStrike(0.9, 30, "secnd")}, "no other tranche `secnd`"),
        ({"holding": -1}, "holding: -1 days"),
        ({"early": EarlyExpiry("end", -5)}, "early.days: -5 days"),
        ({"transfer": TransferLock()}, "a transfer lock without an end"),
        (
            {"tranches": (dataclasses.replace(ONE, shares=Between(0.0, 20.0)),), "shares": 30.0},
            "the tranches sum to 0 to 20 shares, which leaves out the warrant's 30",
        ),
        ({"tranches": (), "shares": 1.0}, "no tranche given"),
        ({"tranches": (ONE, dataclasses.replace(ONE, name="1"))}, "a second tranche is called `1`"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_the_place_and_the_fix(terms: dict[str, object], said: str) -> None:
    assert said in faults(**terms)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": PriceMark(-3.0)}, "tranches[1].price.level: -3 is negative"),
        ({"counter": Mark("paid", math.inf)}, "tranches[1].counter.level: inf is not finite"),
        ({"counter": Mark(" ", 1.0)}, "a mark without a counter"),
        ({"counter": Event("")}, "an event without a name"),
        ({"counter": PriceMark(3.0)}, "a price mark stands in the counter lock"),
        ({"price": Mark("paid", 3.0)}, "the price lock is made of price marks"),
        ({"price": PriceMark(3.0, PriceTest("mean", 5000))}, "5000 days is longer than the 523 trading days"),
        ({"price": PriceMark(3.0, of="index")}, "a ratio to an index needs the index in its test"),
        ({"price": PriceMark(3.0, PriceTest(index="SOX"))}, "the test's index is SOX"),
        ({"counter": Some(3, (Event("a"), Event("b")))}, "3 of 2 conditions"),
        ({"joined": "either", "price": PriceMark(3.0)}, "`either` needs two locks"),
        ({"not_before": datetime.date(2025, 1, 1)}, "2025-01-01 lies outside 2026-01-05 to 2028-01-05"),
        ({"deadline": datetime.date(2029, 1, 1)}, "2029-01-01 lies outside"),
        (
            {"deadline": datetime.date(2026, 2, 1), "not_before": datetime.date(2026, 3, 1)},
            "2026-02-01 is before `not_before` on 2026-03-01",
        ),
        (
            {"counter": Mark("paid", 1.0, after=datetime.date(2027, 1, 1), before=datetime.date(2026, 6, 1))},
            "2026-06-01 is earlier than `after`, 2027-01-01",
        ),
    ],
)
def test_locks_that_cannot_be_are_refused(change: dict[str, object], said: str) -> None:
    assert said in faults(tranches=(dataclasses.replace(ONE, **change),))


@pytest.mark.parametrize(
    "marks",
    [
        ({"counter": Mark("purchased", 6.0)}, {"counter": Mark("purchased", 1.0)}),
        ({"price": PriceMark(600.0)}, {"price": PriceMark(500.0)}),
        ({"counter": Mark("purchased", Between(4.0, 6.0))}, {"counter": Mark("purchased", 3.0)}),
    ],
)
def test_marks_that_fall_from_one_tranche_to_the_next_are_refused(marks: tuple[dict[str, object], ...]) -> None:
    tranches = tuple(dataclasses.replace(ONE, **mark) for mark in marks)
    assert "marks of a ladder rise" in faults(tranches=tranches)


def test_marks_on_different_counters_are_no_ladder() -> None:
    first = dataclasses.replace(ONE, counter=Mark("purchased", 6.0))
    assert warrant(first, dataclasses.replace(ONE, counter=Mark("delivered", 1.0))).shares == 200.0


def test_all_faults_are_found_at_once() -> None:
    bad = dataclasses.replace(ONE, price=PriceMark(-1.0), counter=Mark("paid", -1.0))
    with pytest.raises(TermsError) as caught:
        warrant(bad, expiry=ISSUED, strike=-1.0, shares=99.0)
    assert [fault.place[0] for fault in caught.value.faults] == [
        "expiry",
        "strike",
        "tranches",
        "tranches",
        "tranches",
    ]
    assert str(caught.value).count("Issuer warrant to Holder: ") == 5


def test_adjustments_are_for_splits_and_not_for_dividends_unless_said() -> None:
    assert Adjustment() == Adjustment(splits=True, dividends="none")


def test_a_test_of_the_price_that_cannot_be_is_refused_before_it_gets_here() -> None:
    with pytest.raises(UnitError, match="looks at 1 day"):
        PriceTest("spot", 3)
