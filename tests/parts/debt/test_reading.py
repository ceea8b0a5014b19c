"""Terms as they are written in files: what is read, and what is refused with place and fix."""

from datetime import datetime

import pytest

from gigawatt.errors import InputError, ModelError
from gigawatt.parts.debt.calendar import Cycle, Recurrence
from gigawatt.parts.debt.market import read_observed
from gigawatt.parts.debt.reading import read_terms

LOAN: dict[str, object] = {
    "contractType": "LAM",
    "contractID": "loan7",
    "contractRole": "RPL",
    "statusDate": "2026-12-31T00:00",
    "initialExchangeDate": "2027-01-01T00:00:00",
    "maturityDate": "2028-01-01",
    "notionalPrincipal": " 5000 ",
    "nominalInterestRate": 0.08,
    "dayCountConvention": "A365",
    "cycleOfPrincipalRedemption": "P1ML0",
}


def test_numbers_dates_and_words_are_read_in_every_form_of_the_files() -> None:
    terms = read_terms(LOAN)
    assert (terms.notional_principal, terms.sign, terms.place) == (5000.0, -1, "loan7")
    assert terms.status_date == datetime(2026, 12, 31)
    assert terms.redemption == Recurrence(datetime(2027, 2, 1), Cycle(1, "M"))
    assert read_terms({**LOAN, "notionalPrincipal": 5000}).notional_principal == 5000.0
    assert read_terms({**LOAN, "statusDate": "2026-12-31T23:59:59"}).status_date == datetime(2026, 12, 31, 23, 59, 59)
    assert read_terms({**LOAN, "statusDate": "2026-12-30T24:00"}).status_date == datetime(2026, 12, 31)


def test_an_empty_text_is_no_value() -> None:
    assert read_terms({**LOAN, "lifeCap": " ", "cycleOfRateReset": ""}).resets == Recurrence()


def test_terms_that_describe_the_parties_are_let_through() -> None:
    described = {"creatorID": "LEI01", "counterpartyID": "LEI02", "myNote": "signed", "fixingDays": "P2D"}
    assert read_terms({**LOAN, **described}) == read_terms(LOAN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contractType": "PAMM"}, r"loan7\.contractType: `PAMM` is no contract type .* Did you mean `PAM`"),
        ({"contractType": ""}, r"loan7\.contractType: missing"),
        ({"contractType": "SWAPS"}, r"`SWAPS` is no contract type with rules here"),
        ({"contractRole": "BUY"}, r"loan7\.contractRole: `BUY` is not known. Known: RPA, RPL"),
        ({"notionalPrincipal": None}, r"loan7\.notionalPrincipal: missing. A LAM has no schedule without it"),
        ({"notionalPrincipal": "-5"}, r"loan7\.notionalPrincipal: -5 is out of range, .* sign follows contractRole"),
        ({"notionalPrincipal": "nan"}, r"loan7\.notionalPrincipal: `nan` is no finite number"),
        ({"notionalPrincipal": float("inf")}, r"`inf` is no finite number"),
        ({"notionalPrincipal": "5,000"}, r"loan7\.notionalPrincipal: `5,000` is no number; write digits"),
        ({"notionalPrincipal": True}, r"`True` is no finite number"),
        ({"nominalInterestRate": "8 %"}, r"loan7\.nominalInterestRate: `8 %` is no number"),
        ({"nominalIntrestRate": 0.1, "nominalInterestRate": ""}, r"no such term. Did you mean `nominalInterestRate`"),
        ({"dayCountConvention": ""}, r"loan7\.dayCountConvention: missing. A rate needs a way to count days"),
        ({"dayCountConvention": "ACT"}, r"loan7\.dayCountConvention: `ACT` is not known. Known: .*A365"),
        ({"maturityDate": "01.01.2028"}, r"loan7\.maturityDate: `01.01.2028` is no date; write 2027-03-31"),
        ({"maturityDate": "2028-02-30"}, r"`2028-02-30` is no date"),
        ({"maturityDate": "0028-02-01"}, r"`0028-02-01` is no date"),
        ({"maturityDate": "2027-01-01"}, r"2027-01-01 is not after initialExchangeDate 2027-01-01"),
        ({"cycleOfPrincipalRedemption": "1M"}, r"loan7\.cycleOfPrincipalRedemption: `1M` is no cycle; write P"),
        ({"cycleOfPrincipalRedemption": "P0M"}, r"`P0M` is no cycle; write P, a count from 1"),
        ({"cycleOfPrincipalRedemption": ""}, r"loan7\.cycleOfPrincipalRedemption: missing. A LAM repays on a cycle"),
        ({"maturityDate": ""}, r"loan7\.nextPrincipalRedemptionPayment: missing. .* the loan has no end"),
        ({"cycleOfRateReset": "P3ML1"}, r"loan7\.marketObjectCodeOfRateReset: missing"),
        ({"cycleOfFee": "P3ML1"}, r"loan7\.feeRate: missing"),
        ({"lifeFloor": 0.3, "lifeCap": 0.1}, r"loan7\.lifeFloor: 0.3 lies above lifeCap 0.1"),
        ({"purchaseDate": "2027-05-01", "terminationDate": "2027-04-01"}, r"comes before purchaseDate"),
        ({"MATURITYDATE": "2029-01-01"}, r"given twice, with other capitals"),
        ({"cycleOfScalingIndex": "P1YL1"}, r"loan7\.marketObjectCodeOfScalingIndex: missing"),
        ({"currency": 7}, r"loan7\.currency: `7` is no text"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_fix(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_terms({**LOAN, **change})


def test_sound_terms_without_a_rule_are_said_to_have_none() -> None:
    with pytest.raises(ModelError, match="paying USD in EUR has no rule"):
        read_terms({**LOAN, "currency": "USD", "settlementCurrency": "EUR"})
    with pytest.raises(ModelError, match="interest paid in advance has no rule"):
        read_terms({**LOAN, "cyclePointOfInterestPayment": "B"})


def test_arrays_must_be_of_one_length_and_their_dates_rise() -> None:
    exotic = {**LOAN, "contractType": "LAX", "arrayIncreaseDecrease": "DEC"}
    exotic |= {"arrayNextPrincipalRedemptionPayment": [20, 20]}
    one, two = "2027-02-01", "2027-03-01"
    with pytest.raises(InputError, match=r"arrayNextPrincipalRedemptionPayment: has 2 values for 1 anchor dates"):
        read_terms({**exotic, "arrayCycleAnchorDateOfPrincipalRedemption": one})
    with pytest.raises(InputError, match=r"the dates do not rise"):
        read_terms({**exotic, "arrayCycleAnchorDateOfPrincipalRedemption": [two, one]})


COVER: dict[str, object] = {
    "contractType": "CEC",
    "contractID": "cover",
    "contractRole": "BUY",
    "statusDate": "2026-12-31",
    "creditEventTypeCovered": "DF",
}


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        ("loan7", r"cover\.contractStructure: is no list"),
        (["loan7"], r"cover\.contractStructure\[0\]: has no `object`"),
        ([{"object": LOAN, "referenceRole": "COVR"}], r"\[0\]\.referenceRole: `COVR` is not known"),
        ([{"object": {}, "referenceRole": "COVE"}], r"\[0\]\.object: names no contract"),
        ([{"object": LOAN, "referenceRole": "COVE"}], r"holds no covering contract"),
        ([{"object": {"contractIdentifier": "x"}, "referenceRole": "COVI"}], r"holds no covered contract"),
        (
            [{"object": {**LOAN, "notionalPrincipal": "?"}, "referenceRole": "COVE"}],
            r"cover\.contractStructure\[0\]\.notionalPrincipal: `\?` is no number",
        ),
    ],
)
def test_a_broken_reference_is_refused_with_its_place(structure: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_terms({**COVER, "contractStructure": structure})


@pytest.mark.parametrize(
    ("series", "happened", "message"),
    [
        ({"GOLD": [("2027-13-01", 5)]}, [], r"observed\.GOLD\[0\]\.date: `2027-13-01` is no date"),
        ({"GOLD": [("2027-01-01", "nan")]}, [], r"observed\.GOLD\[0\]\.value: `nan` is no finite number"),
        ({"GOLD": [("2027-01-01", 5), ("2027-01-01", 6)]}, [], r"two values on 2027-01-01"),
        ({}, [{"time": "2027-01-01", "type": "PP"}], r"observed\.events\[0\]\.type: `PP` is not known. Known: CE, XD"),
        ({}, [{"type": "XD"}], r"observed\.events\[0\]\.time: missing"),
        ({}, [{"time": "2027-01-01", "type": "CE"}], r"contractPerformance: missing"),
    ],
)
def test_broken_observations_are_refused_with_their_place(
    series: dict[str, list[tuple[object, object]]], happened: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_observed(series, happened)
