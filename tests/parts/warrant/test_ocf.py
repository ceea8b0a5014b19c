import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant import ocf
from gigawatt.parts.warrant.codec import plain, restored
from gigawatt.parts.warrant.terms import (
    Adjustment,
    Between,
    EarlyExpiry,
    Event,
    Mark,
    MeanStrike,
    PriceMark,
    TermsError,
    Tranche,
    TransferLock,
    Warrant,
    both,
    either,
)
from warrants import ISSUED, warrant

names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
numbers = st.floats(0.0, 1e12)
levels = numbers | st.tuples(numbers, numbers).map(lambda pair: Between(min(pair), max(pair)))
dates = st.none() | st.integers(1, 700).map(lambda n: ISSUED + datetime.timedelta(days=n))
tests = st.sampled_from([PriceTest(), PriceTest("spot"), PriceTest("vwap", 30), PriceTest("days", 30, 20)])
price_marks = st.builds(PriceMark, levels, tests, st.sampled_from(["price", "value"]), st.booleans()) | st.builds(
    PriceMark, levels, names.map(lambda name: PriceTest("close", index=name)), st.just("index")
)
counts = st.builds(Mark, st.sampled_from(["purchased", "paid"]) | names, levels, st.booleans()) | st.builds(
    Event, names
)
prices = price_marks | st.builds(both, price_marks, price_marks)
counters = counts | st.builds(either, counts, counts, st.builds(both, counts, counts))
rules = st.sampled_from([0.01, 206.58, 0.00001, 0, Between(1.0, 2.5)])


@st.composite
def warrants(draw: st.DrawFn) -> Warrant:
    size = draw(st.integers(1, 10**9).map(float))
    last = draw(dates)
    first = Tranche(
        shares=size,
        price=draw(st.none() | prices),
        counter=draw(st.none() | counters),
        exercise=draw(st.none() | counters),
        not_before=draw(dates) if last is None else None,
        deadline=last,
        strike=draw(st.none() | rules),
        name="first",
    )
    second = Tranche(shares=draw(st.just(7.0) | st.just(Between(0.0, 7.0))), strike=MeanStrike(0.9, 30, "first"))
    return warrant(
        first,
        second,
        shares=size + 7.0,
        issuer=draw(names),
        holder=draw(names),
        share=draw(names),
        strike=draw(rules),
        early=draw(st.none() | st.builds(EarlyExpiry, names, st.integers(0, 30))),
        exercise=draw(st.sampled_from(["cash", "net"])),
        automatic=draw(st.booleans()),
        unexercisable=draw(st.sampled_from(["exercised", "lapsed"])),
        holding=draw(st.integers(0, 2000)),
        registered=draw(dates),
        transfer=draw(st.none() | st.builds(TransferLock, dates, names)),
        adjustment=draw(st.builds(Adjustment, st.booleans(), st.sampled_from(["none", "strike", "shares"]))),
    )


@settings(max_examples=150)
@given(warrants())
def test_a_warrant_survives_the_open_cap_format(tmp_path_factory: pytest.TempPathFactory, owner: Warrant) -> None:
    folder = tmp_path_factory.mktemp("ocf")
    ocf.write(owner, folder)
    assert ocf.read(folder) == ocf.Reading(owner, ())


@settings(max_examples=50)
@given(warrants())
def test_a_warrant_survives_plain_values(owner: Warrant) -> None:
    assert restored(json.loads(json.dumps(plain(owner)))) == owner


OWNER = warrant(
    Tranche(shares=60.0, not_before=datetime.date(2026, 6, 1)),
    Tranche(shares=40.0, price=PriceMark(600.0), counter=Mark("purchased", 6.0), name="last"),
)


def changed(tmp_path: Path, place: str, value: Any) -> Path:
    """The file of a warrant with one field of its issuance replaced, or removed for None."""
    file, _ = ocf.write(OWNER, tmp_path)
    data = json.loads(file.read_text("utf-8"))
    here = data["items"][0]
    *way, last = place.split(".")
    for step in way:
        here = here[step]
    here[last] = value
    if value is None:
        del here[last]
    file.write_text(json.dumps(data), "utf-8")
    return file


def test_the_file_states_what_the_format_can(tmp_path: Path) -> None:
    issuance, vesting = ocf.written(OWNER)
    assert issuance["object_type"] == "TX_WARRANT_ISSUANCE"
    assert issuance["quantity"] == "100"
    assert issuance["exercise_price"] == {"amount": "10", "currency": "USD"}
    assert issuance["warrant_expiration_date"] == "2028-01-05"
    assert issuance["vesting_terms_id"] == vesting["id"]
    assert [item["trigger"]["type"] for item in vesting["vesting_conditions"]] == [
        "VESTING_START_DATE",
        "VESTING_SCHEDULE_ABSOLUTE",
        "VESTING_EVENT",
    ]


def test_the_fields_are_those_of_the_formats_schema() -> None:
    issuance, vesting = ocf.written(OWNER)
    # Of the schema of 2025: it permits no others, and these must be there.
    permitted = {
        *("id", "comments", "object_type", "date", "security_id", "custom_id", "stakeholder_id", "quantity"),
        *("board_approval_date", "stockholder_approval_date", "consideration_text", "security_law_exemptions"),
        *("exercise_price", "purchase_price", "exercise_triggers", "warrant_expiration_date", "vesting_terms_id"),
        *("vestings", "quantity_source"),
    }
    needed = {"id", "object_type", "date", "security_id", "custom_id", "stakeholder_id", "security_law_exemptions"}
    assert issuance.keys() <= permitted
    assert needed | {"exercise_triggers", "purchase_price"} <= issuance.keys()
    assert vesting.keys() == {"id", "object_type", "name", "description", "allocation_type", "vesting_conditions"}


def test_the_whole_terms_travel_in_a_comment() -> None:
    comments = ocf.written(OWNER)[0]["comments"]
    assert isinstance(comments, list)
    assert [str(comment).startswith(ocf.EXTENSION) for comment in comments] == [True]


def test_without_the_comment_the_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = ocf.read(changed(tmp_path, "comments", None))
    assert found.warrant is not None
    assert [(t.name, t.shares, t.counter, t.price) for t in found.warrant.tranches] == [
        ("tranche 1", 60.0, None, None),
        ("tranche last", 40.0, Event("tranche last"), None),
    ]
    assert found.warrant.tranches[0].not_before == datetime.date(2026, 6, 1)
    assert (found.warrant.strike, found.warrant.holder) == (10.0, "Holder")
    assert any("`tranche last`" in line and "no gigawatts or prices" in line for line in found.missing)
    assert any(line.startswith("issuer and share") for line in found.missing)


def test_without_a_price_there_are_no_terms_but_a_list_of_what_is_missing(tmp_path: Path) -> None:
    file = changed(tmp_path, "comments", None)
    data = json.loads(file.read_text("utf-8"))
    del data["items"][0]["exercise_price"]
    file.write_text(json.dumps(data), "utf-8")
    found = ocf.read(file)
    assert found.warrant is None
    assert "exercise_price: not given; without it there are no terms." in found.missing


def issuance_with(tmp_path: Path, conditions: list[dict[str, Any]], **more: Any) -> Path:
    """A file that another program might have written."""
    issuance = {
        "object_type": "TX_WARRANT_ISSUANCE",
        "id": "a",
        "date": "2026-01-31",
        "security_id": "w",
        "custom_id": "W-1",
        "stakeholder_id": "someone",
        "security_law_exemptions": [],
        "quantity": "100",
        "exercise_price": {"amount": "1.5", "currency": "USD"},
        "purchase_price": {"amount": "0", "currency": "USD"},
        "exercise_triggers": [],
        "warrant_expiration_date": "2030-01-31",
        "vesting_terms_id": "v",
        **more,
    }
    vesting = {
        "object_type": "VESTING_TERMS",
        "id": "v",
        "name": "v",
        "description": "v",
        "allocation_type": "CUMULATIVE_ROUNDING",
        "vesting_conditions": conditions,
    }
    file = tmp_path / "theirs.ocf.json"
    file.write_text(json.dumps({"file_type": "OCF_TRANSACTIONS_FILE", "items": [issuance, vesting]}), "utf-8")
    return file


def test_a_schedule_of_months_becomes_dated_tranches_that_sum_exactly(tmp_path: Path) -> None:
    start = {"id": "start", "quantity": "0", "trigger": {"type": "VESTING_START_DATE"}, "next_condition_ids": ["m"]}
    months = {
        "id": "m",
        "portion": {"numerator": "1", "denominator": "3"},
        "trigger": {
            "type": "VESTING_SCHEDULE_RELATIVE",
            "period": {"length": 1, "type": "MONTHS", "occurrences": 3},
            "relative_to_condition_id": "start",
        },
        "next_condition_ids": [],
    }
    found = ocf.read(issuance_with(tmp_path, [start, months])).warrant
    assert found is not None
    assert [(str(t.not_before), t.shares) for t in found.tranches] == [
        ("2026-02-28", 33.0),
        ("2026-03-31", 34.0),
        ("2026-04-30", 33.0),
    ]


def test_exact_vestings_take_the_place_of_the_terms(tmp_path: Path) -> None:
    file = issuance_with(tmp_path, [], vestings=[{"date": "2027-01-01", "amount": "60"}])
    found = ocf.read(file)
    assert found.warrant is not None
    assert [(str(t.not_before), t.shares) for t in found.warrant.tranches] == [("2027-01-01", 60.0), ("None", 40.0)]
    assert any("when the other 40 shares vest" in line for line in found.missing)


def test_a_schedule_that_counts_from_an_event_is_named_as_missing(tmp_path: Path) -> None:
    event = {"id": "sale", "quantity": "40", "trigger": {"type": "VESTING_EVENT"}, "next_condition_ids": ["later"]}
    later = {
        "id": "later",
        "portion": {"numerator": "1", "denominator": "1", "remainder": True},
        "trigger": {
            "type": "VESTING_SCHEDULE_RELATIVE",
            "period": {"length": 10, "type": "DAYS", "occurrences": 1},
            "relative_to_condition_id": "sale",
        },
        "next_condition_ids": [],
    }
    found = ocf.read(issuance_with(tmp_path, [event, later]))
    assert found.warrant is not None
    assert [t.shares for t in found.warrant.tranches] == [40.0, 60.0]
    assert any("counts from `sale`, which has no date" in line for line in found.missing)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("quantity", 100, r"Transactions.ocf.json: items\[1\].quantity: `100` given, a number in quotes"),
        ("quantity", "1e9", "a number in quotes"),
        ("quantity", "9" * 400, "at most 30"),
        ("quantity", "90", "90.0 given, but the comment `gigawatt-terms:` says 100"),
        ("exercise_price", {"amount": "11", "currency": "USD"}, "11.0 given, but the comment"),
        ("exercise_price.currency", "EUR", "only USD can be read"),
        ("exercise_price", "10", "an amount and a currency"),
        ("date", "05/01/2026", "a date such as 2025-10-06"),
        ("warrant_expiration_date", "2031-01-01", "2031-01-01 given, but the comment"),
        ("comments", "text", "a list of texts"),
        ("comments", ["gigawatt-terms:{"], "is no JSON"),
        ("comments", ["gigawatt-terms:[]"], "a mapping expected"),
        ("comments", ['gigawatt-terms:{"is":"warrnt"}'], "Did you mean `warrant`"),
        ("comments", ['gigawatt-terms:{"is":"warrant"}'], "a term of this warrant is missing"),
        ("comments", ['gigawatt-terms:{"is":"warrant","strike":"10"}'], "strike: `10` given, expected: number"),
        ("comments", ['gigawatt-terms:{"is":"warrant","strik":10}'], "Did you mean `strike`"),
        ("comments", ['gigawatt-terms:{"is":"warrant","strike":NaN}'], "strike: `nan` given"),
        ("comments", ['gigawatt-terms:{"is":"warrant","tranches":1}'], "a list expected"),
        ("comments", ['gigawatt-terms:{"is":"warrant","issuer":null}'], "issuer: nothing given"),
        ("vesting_terms_id", "other", "no VESTING_TERMS `other`"),
        ("object_type", "TX_STOCK_ISSUANCE", "exactly 1 expected. Found: TX_STOCK_ISSUANCE"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_file_and_place(
    tmp_path: Path, place: str, value: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        ocf.read(changed(tmp_path, place, value))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: no JSON"),
        ('{"file_type": "x", "items": [1,]}', "no JSON"),
        ("[]", "no OCF file"),
        ('{"items": []}', "`file_type` and a list `items`"),
        ('{"file_type": "OCF_TRANSACTIONS_FILE", "items": [3]}', r"items\[1\]: an object with `object_type`"),
        ('{"file_type": "OCF_TRANSACTIONS_FILE", "items": []}', "0 objects of the type TX_WARRANT_ISSUANCE"),
        ('{"file_type": "OCF_STAKEHOLDERS_FILE", "items": [{"object_type": "STAKEHOLDER"}]}', "Found: STAKEHOLDER"),
        ("1" * 5000, "too many digits"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_warrant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "some.ocf.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        ocf.read(file)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        ocf.read(tmp_path / "none.ocf.json")
    (tmp_path / "bytes.ocf.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no UTF-8"):
        ocf.read(tmp_path / "bytes.ocf.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no file that ends in `\.ocf\.json`"):
        ocf.read(tmp_path / "empty")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"id": "x", "quantity": "1"}, "`id` and `trigger`"),
        ({"id": "x", "quantity": "1", "trigger": {"type": "VESTING_MOON"}}, "`VESTING_MOON` is unknown"),
        ({"id": "x", "trigger": {"type": "VESTING_EVENT"}}, "`quantity` or `portion`"),
        (
            {"id": "x", "portion": {"numerator": "1", "denominator": "0"}, "trigger": {"type": "VESTING_EVENT"}},
            "above 0",
        ),
        ({"id": "x", "quantity": "1", "trigger": {"type": "VESTING_SCHEDULE_ABSOLUTE"}}, "a date such as"),
        ({"id": "x", "quantity": "1", "trigger": {"type": "VESTING_SCHEDULE_RELATIVE"}}, "a period of DAYS or MONTHS"),
        (
            {
                "id": "x",
                "quantity": "1",
                "trigger": {"type": "VESTING_SCHEDULE_RELATIVE", "period": {"type": "DAYS", "length": "3"}},
            },
            "whole `length`",
        ),
    ],
)
def test_a_condition_in_no_known_form_is_refused(tmp_path: Path, condition: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ocf.read(issuance_with(tmp_path, [condition]))


def test_more_vested_than_issued_is_refused(tmp_path: Path) -> None:
    condition = {"id": "x", "quantity": "200", "trigger": {"type": "VESTING_EVENT"}, "next_condition_ids": []}
    with pytest.raises(TermsError, match="100 too many"):
        ocf.read(issuance_with(tmp_path, [condition]))


def test_a_strike_the_format_cannot_write_is_refused() -> None:
    with pytest.raises(InputError, match="ten decimals"):
        ocf.written(warrant(Tranche(shares=1.0), strike=1e-11))


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name an existing folder"):
        ocf.write(OWNER, tmp_path / "none")
