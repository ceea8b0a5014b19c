"""What users write of models and chips, field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.sheet import Fault, Sheet, SheetError, amount


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("3.35 TB/s", "byte/s", 3.35e12),
        ("989 TFLOP/s", "FLOP/s", 989e12),
        ("80 GB", "byte", 80e9),
        ("700 W", "W", 700.0),
        ("1.755 GHz", "1/s", 1.755e9),
        ("1755MHz", "1/s", 1.755e9),
        ("50 ms", "s", 0.05),
        ("2us", "s", 2e-6),
        ("1.5 µs", "s", 1.5e-6),
        ("2 s", "s", 2.0),
        (128, "1", 128.0),
    ],
)
def test_quantities_are_read_with_their_units(text: object, of: str, value: float) -> None:
    assert amount(text, of, "x") == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["3", "nan GB", "3 GB/s", "", "many", "1e999 GB", True, None, [1], "3 ms", "inf GB"])
def test_what_is_no_such_quantity_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(InputError, match="such as `80 GB`"):
        amount(text, "byte", "80 GB")


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.lists(st.integers())))
def test_whatever_is_written_is_a_value_or_a_fault(raw: object) -> None:
    sheet = Sheet({"a": raw})
    value = sheet.number("a", "byte", "80 GB")
    assert (value is not None and value > 0) or raw is None or len(sheet.faults) == 1


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text()))
def test_whatever_is_written_is_a_whole_number_or_a_fault(raw: object) -> None:
    sheet = Sheet({"a": raw})
    assert sheet.whole("a", "8") >= 1
    fine = isinstance(raw, int | float) and not isinstance(raw, bool) and raw == raw and raw >= 1 and raw % 1 == 0
    assert bool(sheet.faults) != fine


def test_all_mistakes_are_told_at_once_each_with_its_place() -> None:
    sheet = Sheet({"chip": {"tdp": "x", "wrong": 1}, "list": [3]})
    inner = sheet.part("chip")
    assert inner is not None
    inner.only(["tdp"])
    inner.number("tdp", "W", "700 W")
    sheet.parts("list")
    with pytest.raises(SheetError) as caught:
        sheet.stop()
    places = [fault.place for fault in caught.value.faults]
    assert places == [("chip", "wrong"), ("chip", "tdp"), ("list", 0)]
    assert caught.value.faults[0].key


def test_a_sheet_without_mistakes_goes_on() -> None:
    sheet = Sheet({"a": 3})
    assert sheet.whole("a", "8") == 3
    sheet.stop()
    assert sheet.faults == []


def test_a_missing_field_is_told_at_the_mapping_it_is_missing_from() -> None:
    sheet = Sheet({}, ("chip",))
    sheet.whole("arrays", "132")
    said = "`arrays` is missing; add it, such as `arrays: 132`."
    assert sheet.faults == [Fault(("chip",), said, absent="arrays", example="132")]


@pytest.mark.parametrize(("raw", "said"), [("80", '`"80"`'), (True, "`true`"), ([80], "`[80]`"), (80.5, "`80.5`")])
def test_a_wrong_value_is_repeated_as_it_stands_in_the_file(raw: object, said: str) -> None:
    sheet = Sheet({"layers": raw})
    sheet.whole("layers", "32")
    assert sheet.faults[0].message == f"{said}; expected a whole number of at least 1, such as 32."


def test_after_a_refusal_nothing_else_is_read() -> None:
    sheet = Sheet({"a": "x", "b": 0})
    sheet.flag("a", True)
    with pytest.raises(SheetError) as caught:
        sheet.refuse("b", "0; expected 1 or more.")
    assert [fault.place for fault in caught.value.faults] == [("a",), ("b",)]
