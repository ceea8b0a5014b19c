import datetime

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.parts.warrant.course import NEVER, Course, Dividend, Split, by_day, trading_dates
from warrants import ISSUED, course


def test_trading_dates_are_weekdays() -> None:
    assert [str(day) for day in trading_dates(datetime.date(2026, 1, 9), 3)] == [
        "2026-01-09",
        "2026-01-12",
        "2026-01-13",
    ]


def test_a_day_between_two_rows_belongs_to_the_next_from_it_and_to_the_one_before_until_it() -> None:
    found = course(np.ones(10))
    saturday = datetime.date(2026, 1, 10)
    assert (found.from_day(saturday), found.until_day(saturday)) == (5, 4)
    assert found.from_day(datetime.date(2027, 1, 1)) == NEVER
    assert found.until_day(datetime.date(2025, 1, 1)) == -1


def test_a_course_reaches_a_weekend_after_its_last_friday_and_no_further() -> None:
    found = course(np.ones(5))
    assert found.reaches(datetime.date(2026, 1, 11))
    assert not found.reaches(datetime.date(2026, 1, 12))


def test_what_a_month_adds_is_known_on_its_last_trading_day() -> None:
    dates = trading_dates(datetime.date(2026, 1, 29), 24)
    monthly = np.array([[1.0], [5.0]])
    found = by_day(monthly, datetime.date(2026, 1, 15), dates)[:, 0]
    # Rows 0 and 1 are 29 and 30 January; row 21 is 27 February, the last trading day of its month.
    assert found.tolist() == [0.0, *[1.0] * 20, 5.0, 5.0, 5.0]


def test_a_month_in_which_the_course_stops_is_not_known_yet() -> None:
    dates = trading_dates(datetime.date(2026, 1, 5), 3)
    assert by_day(np.array([[7.0]]), ISSUED, dates).tolist() == [[0.0], [0.0], [0.0]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"closes": np.ones(3)}, r"an array \(day, path\)"),
        ({"dates": trading_dates(ISSUED, 2)}, "dates: 2 given for 3 rows"),
        ({"dates": trading_dates(ISSUED, 3)[::-1]}, "put the days in order"),
        ({"closes": np.array([[1.0], [np.nan], [1.0]])}, "a price is missing"),
        ({"closes": np.array([[1.0], [0.0], [1.0]])}, "zero or negative"),
        ({"counters": {"paid": np.ones((2, 1))}}, r"paid: \(2, 1\) given"),
        ({"counters": {"paid": np.full((3, 1), np.inf)}}, "paid: a figure is missing or not finite"),
        ({"volumes": np.ones((3, 7))}, "volumes"),
        ({"outstanding": np.ones((3, 7))}, "outstanding"),
        ({"events": {"loan": np.zeros(4, np.int64)}}, "loan"),
        ({"splits": (Split(ISSUED, 0.0),)}, "a ratio above 0"),
        ({"dividends": (Dividend(ISSUED, -1.0),)}, "USD/share from 0"),
    ],
)
def test_a_course_that_does_not_fit_together_is_refused(change: dict[str, object], said: str) -> None:
    given: dict[str, object] = {"dates": trading_dates(ISSUED, 3), "closes": np.ones((3, 1))}
    with pytest.raises(InputError, match=said):
        Course(**(given | change))


def test_what_the_course_lacks_is_named_with_the_likely_fix() -> None:
    found = course(np.ones(3), counters={"purchased": np.ones(3)})
    with pytest.raises(InputError, match="Did you mean `purchased`"):
        found.counter("purchsed")
    with pytest.raises(InputError, match=r"waits for `loan`.*none at all"):
        found.event("loan")
    with pytest.raises(InputError, match="measures against `SOX`"):
        found.index("SOX")
