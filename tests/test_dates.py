"""Dates: every form the field uses, and how a wrong one is explained."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.dates import Period, day, month, month_text, period
from gigawatt.errors import UnitError

years = st.integers(1, 9999)
january = 2026 * 12


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", 0, 11),
        ("2026-H1", 0, 5),
        ("2026-H2", 6, 11),
        ("2026H2", 6, 11),
        ("2026-Q1", 0, 2),
        ("2026Q2", 3, 5),
        ("2026-Q4", 9, 11),
        ("2026-07", 6, 6),
        ("2026-07-15", 6, 6),
        (" 2026-12 ", 11, 11),
    ],
)
def test_a_date_covers_its_months(text, first, last):
    assert period(text) == Period(january + first, january + last)


@settings(max_examples=50)
@given(year=years)
def test_halves_quarters_and_months_each_make_up_the_year(year):
    whole = list(range(year * 12, year * 12 + 12))
    for parts in (["H1", "H2"], ["Q1", "Q2", "Q3", "Q4"], [f"{number:02d}" for number in range(1, 13)]):
        spans = [period(f"{year:04d}-{part}") for part in parts]
        assert [count for span in spans for count in range(span.first, span.last + 1)] == whole


@settings(max_examples=100)
@given(date=st.dates())
def test_any_calendar_day_is_read_as_python_reads_it(date):
    assert day(date.isoformat()) == day(date.isoformat(), latest=True) == date
    assert month(date.isoformat()) == date.year * 12 + date.month - 1


@settings(max_examples=100)
@given(count=st.integers(12, 119_999))
def test_a_month_read_back_from_its_text_is_the_same_month(count):
    assert month(month_text(count)) == count


@settings(max_examples=100)
@given(year=years, part=st.sampled_from(["", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4", "-02", "-11"]))
def test_the_earliest_and_latest_days_bound_the_period(year, part):
    text = f"{year:04d}{part}"
    first, last, span = day(text), day(text, latest=True), period(text)
    assert (first.year * 12 + first.month - 1, first.day) == (span.first, 1)
    assert last.year * 12 + last.month - 1 == span.last
    assert last.day == calendar.monthrange(last.year, last.month)[1]


def test_july_2026_is_month_24318():
    assert month("2026-07") == 24318
    assert month_text(24318) == "2026-07"


def test_the_days_of_a_half_year_run_from_july_to_december():
    assert day("2026-H2") == datetime.date(2026, 7, 1)
    assert day("2026-H2", latest=True) == datetime.date(2026, 12, 31)


def test_a_leap_day_exists_only_in_a_leap_year():
    assert day("2028-02-29") == datetime.date(2028, 2, 29)
    with pytest.raises(UnitError, match="2026-02 has the days 01 to 28"):
        day("2026-02-29")


def test_a_period_knows_its_length_and_its_months():
    half = period("2026-H2")
    assert len(half) == 6
    assert month("2026-09") in half
    assert month("2027-01") not in half


def test_a_period_reads_as_its_first_and_last_month():
    assert str(period("2026-H2")) == "2026-07 to 2026-12"
    assert str(period("2026-07-15")) == "2026-07"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("2026-13", "months run from 01 to 12"),
        ("2026-00", "months run from 01 to 12"),
        ("2026-Q5", "a year has the quarters Q1 to Q4"),
        ("2026-Q0", "a year has the quarters Q1 to Q4"),
        ("2026H3", "a year has the half-years H1 and H2"),
        ("2026-04-31", "2026-04 has the days 01 to 30"),
        ("2026-04-00", "2026-04 has the days 01 to 30"),
        ("FY2026", "Fiscal years differ by company; write the calendar months"),
        ("FY26", "Fiscal years differ by company"),
        ("FY2026-Q3", "Fiscal years differ by company"),
        ("2026FY", "Fiscal years differ by company"),
        ("Q3 FY2026", "Fiscal years differ by company"),
        ("fiscal 2026", "Fiscal years differ by company"),
        ("2026-7", "Did you mean `2026-07`?"),
        ("2026/07", "Did you mean `2026-07`?"),
        ("07/2026", "Did you mean `2026-07`?"),
        ("2026-7-5", "Did you mean `2026-07-05`?"),
        ("July 2026", "Did you mean `2026-07`?"),
        ("Q3 2026", "Did you mean `2026-Q3`?"),
        ("3Q2026", "Did you mean `2026-Q3`?"),
        ("2026q3", "Did you mean `2026-Q3`?"),
        ("H2 2026", "Did you mean `2026-H2`?"),
        ("late 2026", "Write `2026`, `2026-H2`"),
        ("03.04.2026", "Write `2026`, `2026-H2`"),
        ("26-07", "Write `2026`, `2026-H2`"),
        ("0000-01", "Write `2026`, `2026-H2`"),
        ("", "Write `2026`, `2026-H2`"),
    ],
)
def test_a_wrong_date_is_refused_with_the_fix(text, fix):
    with pytest.raises(UnitError) as refusal:
        period(text)
    assert fix in str(refusal.value)
    assert f"`{text}`" in str(refusal.value)


@pytest.mark.parametrize(("text", "fix"), [("2026-H2", "spans 6 months"), ("2026", "such as `2026-01`")])
def test_a_longer_period_is_not_a_month(text, fix):
    with pytest.raises(UnitError, match=fix):
        month(text)


@pytest.mark.parametrize("count", [-1, 0, 11, 120_000])
def test_a_count_outside_the_calendar_is_no_month(count):
    with pytest.raises(UnitError, match="counts months since year 0"):
        month_text(count)


@settings(max_examples=200)
@given(text=st.text(max_size=12) | st.text("0123456789-/. HQFYqhJulyMa", max_size=12))
def test_any_text_is_either_a_period_or_a_unit_error(text):
    try:
        span = period(text)
    except UnitError as refusal:
        assert str(refusal)
    else:
        assert span.first <= span.last
