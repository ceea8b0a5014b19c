from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.debt.calendar import Cycle, Recurrence, parse_cycle, place

MONTHLY = Cycle(1, "M", long_stub=False)


def days(*texts: str) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(text) for text in texts)


def test_a_cycle_is_read_with_and_without_its_stub() -> None:
    assert parse_cycle(" p3ml1 ") == Cycle(3, "M", long_stub=False)
    assert parse_cycle("P31D") == Cycle(31, "D", long_stub=True)


@pytest.mark.parametrize("text", ["", "3M", "P3X", "PM", "P3ML2", "P-3M", "P1.5M", "P3M L1"])
def test_what_is_no_cycle_is_none(text: str) -> None:
    assert parse_cycle(text) is None


def test_months_are_counted_from_the_anchor_so_that_the_day_is_not_lost() -> None:
    found = Recurrence(datetime(2027, 1, 31), MONTHLY).dates(datetime(2027, 4, 30))
    assert found == days("2027-01-31", "2027-02-28", "2027-03-31")


def test_an_anchor_on_the_last_day_of_its_month_stays_on_last_days_if_asked() -> None:
    recurrence = Recurrence(datetime(2027, 2, 28), MONTHLY)
    assert recurrence.dates(datetime(2027, 4, 30), end_of_month=True) == days("2027-02-28", "2027-03-31")
    assert recurrence.dates(datetime(2027, 4, 30)) == days("2027-02-28", "2027-03-28", "2027-04-28")


def test_weeks_know_no_end_of_month() -> None:
    found = Recurrence(datetime(2027, 1, 31), Cycle(2, "W", long_stub=False)).dates(
        datetime(2027, 3, 1), end_of_month=True
    )
    assert found == days("2027-01-31", "2027-02-14", "2027-02-28")


@pytest.mark.parametrize(
    ("long_stub", "expected"),
    [
        (True, ("2027-01-01", "2027-02-01", "2027-03-15")),
        (False, ("2027-01-01", "2027-02-01", "2027-03-01", "2027-03-15")),
    ],
)
def test_an_odd_rest_joins_the_interval_before_it_or_stands_alone(long_stub: bool, expected: tuple[str, ...]) -> None:
    recurrence = Recurrence(datetime(2027, 1, 1), Cycle(1, "M", long_stub))
    assert recurrence.dates(datetime(2027, 3, 15), with_end=True) == days(*expected)


def test_an_end_on_the_grid_leaves_no_stub() -> None:
    found = Recurrence(datetime(2027, 1, 1), Cycle(1, "M")).dates(datetime(2027, 3, 1), with_end=True)
    assert found == days("2027-01-01", "2027-02-01", "2027-03-01")


def test_a_long_stub_never_takes_the_anchor() -> None:
    found = Recurrence(datetime(2027, 1, 1), Cycle(1, "Y")).dates(datetime(2027, 3, 1), with_end=True)
    assert found == days("2027-01-01", "2027-03-01")


def test_nothing_recurs_without_an_anchor() -> None:
    assert Recurrence(None, MONTHLY).dates(datetime(2027, 3, 1), with_end=True) == ()


@pytest.mark.parametrize(
    ("convention", "date", "paid", "counted"),
    [
        ("NOS", "2027-01-30", "2027-01-30", "2027-01-30"),
        ("SCF", "2027-01-30", "2027-02-01", "2027-02-01"),
        ("SCMF", "2027-01-30", "2027-01-29", "2027-01-29"),
        ("CSF", "2027-01-30", "2027-02-01", "2027-01-30"),
        ("CSMF", "2027-01-30", "2027-01-29", "2027-01-30"),
        ("SCP", "2027-05-01", "2027-04-30", "2027-04-30"),
        ("SCMP", "2027-05-01", "2027-05-03", "2027-05-03"),
        ("CSP", "2027-05-01", "2027-04-30", "2027-05-01"),
        ("CSMP", "2027-05-01", "2027-05-03", "2027-05-01"),
    ],
)
def test_a_weekend_is_avoided_as_the_convention_says(convention: str, date: str, paid: str, counted: str) -> None:
    found = place(datetime.fromisoformat(date), convention, "MF")
    assert (found.date, found.basis) == days(paid, counted)


def test_a_calendar_without_holidays_moves_nothing() -> None:
    saturday = datetime(2027, 1, 30)
    assert place(saturday, "SCF", "NC").date == saturday


def test_a_date_beyond_the_calendar_is_refused_with_the_fix() -> None:
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        Cycle(9000, "Y").after(datetime(2027, 1, 1), 1)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    st.integers(1, 500),
    st.sampled_from("DWMQHY"),
    st.booleans(),
    st.integers(0, 3000),
)
def test_dates_rise_begin_at_the_anchor_and_stop_before_the_end(
    anchor: datetime, count: int, unit: str, long_stub: bool, length: int
) -> None:
    end = Cycle(1, "D").after(anchor, length)
    found = Recurrence(anchor, Cycle(count, unit, long_stub)).dates(end)
    assert list(found) == sorted(set(found))
    assert all(anchor <= date < end for date in found)
    assert not length or found[0] == anchor
