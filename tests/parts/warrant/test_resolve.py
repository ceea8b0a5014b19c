import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.warrant.resolve import middle, resolve, unknowns
from gigawatt.parts.warrant.terms import Between, Mark, MeanStrike, PriceMark, Tranche, Warrant, either
from warrants import warrant

RANGE = Between(1.0, 6.0)
SIZE = Between(0.0, 300.0)


def ladder() -> Warrant:
    open_ = [Tranche(shares=SIZE, counter=Mark("purchased", RANGE)) for _ in range(3)]
    return warrant(Tranche(shares=100.0), *open_, shares=400.0)


def test_unknowns_are_named_by_their_place() -> None:
    found = warrant(
        Tranche(shares=100.0, price=PriceMark(RANGE), counter=either(Mark("paid", 3.0), Mark("paid", RANGE))),
        strike=Between(1.0, 2.0),
    )
    assert unknowns(found) == {
        "tranches[1].price": RANGE,
        "tranches[1].counter.parts[2]": RANGE,
        "strike": Between(1.0, 2.0),
    }


def test_a_warrant_without_unknowns_is_left_as_it_is() -> None:
    known = warrant(Tranche(shares=100.0), Tranche(shares=5.0, strike=MeanStrike(0.9, 3, "1")))
    assert resolve(known, middle) is known


def test_rungs_with_one_interval_are_put_in_rising_order() -> None:
    draws = iter([5.0, 2.0, 3.0])
    decided = resolve(ladder(), lambda name, level: next(draws) if "counter" in name else 1.0)
    assert [tranche.counter for tranche in decided.tranches[1:]] == [Mark("purchased", n) for n in (2.0, 3.0, 5.0)]


@given(st.lists(st.floats(0.0, 300.0), min_size=3, max_size=3))
def test_unknown_numbers_of_shares_are_whole_and_sum_to_what_is_left(drawn: list[float]) -> None:
    values = itertools.cycle(drawn)
    decided = resolve(ladder(), lambda name, level: next(values) if "shares" in name else 2.0)
    sizes = [float(str(tranche.shares)) for tranche in decided.tranches]
    assert sum(sizes) == 400.0
    assert all(size == int(size) >= 0 for size in sizes)


def test_unknown_numbers_of_shares_stay_within_their_intervals() -> None:
    found = warrant(
        Tranche(shares=Between(0.0, 20.0)), Tranche(shares=Between(10.0, 100.0)), Tranche(shares=60.0), shares=150.0
    )
    decided = resolve(found, {"tranches[1].shares": 15.0, "tranches[2].shares": 10.0})
    # 90 shares are left; in proportion the first would get 54, but it can have 20 at most.
    assert [tranche.shares for tranche in decided.tranches] == [20.0, 70.0, 60.0]
    least = resolve(found, {"tranches[1].shares": 0.0, "tranches[2].shares": 100.0})
    assert [tranche.shares for tranche in least.tranches] == [0.0, 90.0, 60.0]


def test_a_mapping_decides_by_name() -> None:
    found = warrant(Tranche(shares=100.0, counter=Mark("purchased", RANGE)))
    assert resolve(found, {"tranches[1].counter": 4.0}).tranches[0].counter == Mark("purchased", 4.0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, r"tranches\[1\].counter: no value given for what is only known to be 1 to 6"),
        ({"tranches[1].counter": 7.0}, "7 given, it is known to be 1 to 6"),
        ({"tranches[1].conter": 4.0}, r"Did you mean `tranches\[1\].counter`"),
    ],
)
def test_a_value_that_is_missing_outside_or_astray_is_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        resolve(warrant(Tranche(shares=100.0, counter=Mark("purchased", RANGE))), values)
