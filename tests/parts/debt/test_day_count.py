from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.parts.debt.day_count import DAY_COUNTS, year_fraction

moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(
    lambda moment: moment.replace(hour=0, minute=0, second=0, microsecond=0)
)


@pytest.mark.parametrize(
    ("convention", "start", "end", "expected"),
    [
        ("A360", "2027-01-31", "2027-03-01", 29 / 360),
        ("A365", "2028-01-31", "2028-03-01", 30 / 365),
        ("AA", "2027-07-01", "2028-07-01", 184 / 365 + 182 / 366),
        ("AA", "2027-12-31", "2029-01-01", 1 / 365 + 1 + 0 / 365),
        ("30E360", "2027-01-31", "2027-02-28", 28 / 360),
        ("30E360", "2027-02-28", "2027-03-31", 32 / 360),
        ("30E360ISDA", "2027-01-31", "2027-02-28", 30 / 360),
        ("30E360ISDA", "2027-02-28", "2027-03-31", 30 / 360),
        ("28E336", "2027-01-31", "2027-03-28", 56 / 336),
        ("28E336", "2027-01-10", "2028-01-10", 1.0),
    ],
)
def test_each_convention_counts_as_its_definition_says(convention: str, start: str, end: str, expected: float) -> None:
    found = year_fraction(convention, datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert found == pytest.approx(expected, abs=1e-15)


def test_the_last_february_of_a_contract_keeps_its_own_length_under_isda() -> None:
    start, end = datetime(2027, 1, 31), datetime(2027, 2, 28)
    assert year_fraction("30E360ISDA", start, end, maturity=end) == 28 / 360


def test_business_days_leave_out_weekends_where_the_calendar_does() -> None:
    friday, next_friday = datetime(2027, 1, 1), datetime(2027, 1, 8)
    assert year_fraction("B252", friday, next_friday, calendar="MF") == 5 / 252
    assert year_fraction("B252", friday, next_friday, calendar="NC") == 7 / 252


def test_the_last_second_of_a_day_counts_that_day_as_passed() -> None:
    assert year_fraction("A365", datetime(2027, 7, 1), datetime(2027, 7, 1, 23, 59, 59)) == 1 / 365


@given(st.sampled_from(sorted(set(DAY_COUNTS.values()))), moments, moments)
def test_counting_backwards_turns_the_sign(convention: str, start: datetime, end: datetime) -> None:
    there, back = (year_fraction(convention, *pair, calendar="MF") for pair in ((start, end), (end, start)))
    assert there == -back


@given(st.sampled_from(["A360", "A365", "AA", "30E360", "28E336"]), moments, moments, moments)
def test_two_stretches_add_up_to_the_whole(convention: str, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = year_fraction(convention, first, middle) + year_fraction(convention, middle, last)
    assert parts == pytest.approx(year_fraction(convention, first, last), abs=1e-12)
