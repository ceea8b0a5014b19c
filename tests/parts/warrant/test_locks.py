import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.course import NEVER
from gigawatt.parts.warrant.locks import first_reached, scene
from gigawatt.parts.warrant.terms import Condition, Event, Mark, PriceMark, Some, Tranche, both, either
from warrants import course, warrant

DAY_3 = datetime.date(2026, 1, 8)


def opens(condition: Condition, closes: object, **more: object) -> list[int]:
    lock = "price" if isinstance(condition, PriceMark) else "counter"
    owner = warrant(Tranche(shares=100.0, **{lock: condition}))
    return scene(owner, course(closes, **more)).opens(condition).tolist()


@settings(max_examples=100)
@given(
    st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=1, max_size=12),
    st.lists(st.integers(0, 7), min_size=1, max_size=9),
)
def test_all_rungs_of_a_ladder_are_found_as_if_each_were_looked_for_alone(
    rows: list[list[int]], levels: list[int]
) -> None:
    counter = np.array(rows, dtype=np.float64)
    expected = [
        [next((day for day, row in enumerate(rows) if row[path] >= level), NEVER) for path in range(2)]
        for level in levels
    ]
    assert first_reached(counter, np.array(levels, dtype=np.float64)).tolist() == expected


def test_a_counter_that_sums_to_its_mark_but_for_rounding_has_reached_it() -> None:
    gigawatts = np.cumsum(np.full(60, 0.1))
    assert gigawatts[-1] < 6.0
    assert opens(Mark("purchased", 6.0), np.ones(60), counters={"purchased": gigawatts}) == [59]


def test_a_mark_counts_from_the_issue() -> None:
    first = datetime.date(2025, 12, 31)
    assert opens(Mark("paid", 1.0), np.ones(6), first=first, counters={"paid": np.ones(6)}) == [3]
    assert opens(Event("loan"), np.ones(6), first=first, events={"loan": [0]}) == [3]
    assert opens(PriceMark(1.0), np.ones(6), first=first) == [3]


def test_history_before_the_issue_fills_a_window() -> None:
    first = datetime.date(2025, 12, 31)
    assert opens(PriceMark(4.0, PriceTest("mean", 4)), [4.0, 4.0, 4.0, 4.0, 1.0], first=first) == [3]


def test_a_mark_reached_too_early_or_too_late_does_not_count() -> None:
    levels = [5.0, 0.0, 0.0, 0.0, 5.0]
    assert opens(Mark("EBITDA", 5.0, after=DAY_3), np.ones(5), counters={"EBITDA": levels}) == [4]
    assert opens(PriceMark(5.0, after=DAY_3), [5.0, 1.0, 1.0, 1.0, 5.0]) == [4]
    assert opens(PriceMark(5.0, before=DAY_3), [1.0, 1.0, 1.0, 1.0, 5.0]) == [NEVER]
    assert opens(Mark("paid", 5.0, before=DAY_3), np.ones(5), counters={"paid": [0.0, 0.0, 0.0, 0.0, 5.0]}) == [NEVER]
    assert opens(Mark("paid", 5.0, after=datetime.date(2027, 1, 1)), np.ones(5), counters={"paid": levels}) == [NEVER]


def test_conditions_join_by_number() -> None:
    parts = (Event("a"), Event("b"), Event("c"))
    events = {"a": [1, NEVER], "b": [4, 2], "c": [2, NEVER]}
    rows = [opens(Some(need, parts), np.ones((6, 2)), events=events) for need in (1, 2, 3)]
    assert rows == [[1, 2], [2, NEVER], [4, NEVER]]


def test_conditions_of_both_kinds_join() -> None:
    latched, now = Mark("paid", 1.0), Mark("EBITDA", 1.0, latched=False)
    counters = {"paid": [0.0, 1.0, 1.0, 1.0], "EBITDA": [1.0, 0.0, 0.0, 1.0]}
    assert opens(both(latched, now), np.ones(4), counters=counters) == [3]
    assert opens(either(latched, now), np.ones(4), counters=counters) == [0]


def test_market_value_is_the_price_of_all_shares() -> None:
    assert opens(PriceMark(40e9, of="value"), [159.0, 160.0], outstanding=250e6) == [1]
    with pytest.raises(InputError, match="needs the number of shares"):
        opens(PriceMark(40e9, of="value"), [159.0, 160.0])


def test_a_ratio_is_to_an_index_since_the_issue() -> None:
    mark = PriceMark(1.5, PriceTest(index="SOX"), of="index")
    assert opens(mark, [10.0, 18.0, 18.0], indices={"SOX": np.array([[100.0], [130.0], [120.0]])}) == [2]


def test_a_weighted_mean_weighs_by_volume() -> None:
    mark = PriceMark(15.0, PriceTest("vwap", 2))
    volumes = np.array([[1.0], [1.0], [3.0]])
    assert opens(mark, [10.0, 10.0, 17.0], volumes=volumes) == [2]
    assert opens(mark, [10.0, 10.0, 17.0]) == [NEVER]


def test_a_window_longer_than_the_course_is_refused() -> None:
    with pytest.raises(InputError, match="30 days needs as many closes, the course has 5"):
        opens(PriceMark(1.0, PriceTest("mean", 30)), np.ones(5))
