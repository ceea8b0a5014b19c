"""Debt contracts from files: one by its terms, several by name, and every mistake at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gigawatt.errors import ModelError, ScenarioError
from gigawatt.parts.pricing import Curve
from gigawatt.scenario.debt_file import load
from gigawatt.value.debt_table import loans, present, schedule

PUBLISHED = Path(__file__).parents[1] / "published" / "actus"

LOAN = {
    "contractType": "PAM",
    "contractID": "campus",
    "contractRole": "RPA",
    "statusDate": "2026-12-30",
    "initialExchangeDate": "2026-12-31",
    "maturityDate": "2029-12-31",
    "notionalPrincipal": 9e9,
    "nominalInterestRate": 0.08,
    "dayCountConvention": "30E360",
    "cycleAnchorDateOfInterestPayment": "2027-12-31",
    "cycleOfInterestPayment": "P1YL1",
}


def wrong(tmp_path: Path, text: str) -> str:
    file = tmp_path / "loan.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    return str(caught.value).replace(str(tmp_path), "")


def test_one_contract_is_read_with_all_its_events(tmp_path: Path) -> None:
    (tmp_path / "loan.json").write_text(json.dumps(LOAN), "utf-8")
    (loan,) = load(tmp_path / "loan.json")
    assert loan.name == "campus"
    assert [event.kind for event in loan.events] == ["IED", "IP", "IP", "IP", "MD"]
    assert present(loan, None) == pytest.approx(3 * 0.72e9)
    assert abs(present(loan, Curve((1.0,), (0.0769610411,)))) < 2e6
    assert loans((loan,), None).rows[0][4:6] == (9e9 + 3 * 0.72e9, 9e9)
    assert len(schedule(loan).rows) == 5


@pytest.mark.parametrize("kind", ["pam", "lax", "ceg", "swppv", "capfl"])
def test_the_published_files_are_read_as_they_are(kind: str) -> None:
    file = PUBLISHED / f"actus-tests-{kind}.json"
    assert len(load(file)) == len(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"contractType": "PMA"}, "/loan.json:2:18: contractType: `PMA` is no contract type with rules here."),
        ({"contractType": "OPTNS"}, "Known: ANN, CAPFL"),
        ({"notionalPrincipal": "9 bn"}, "/loan.json:8:23: notionalPrincipal:"),
        ({"notionalPrincipal": None}, "notionalPrincipal"),
        ({"maturityDate": "2020-01-01"}, "maturityDate"),
        ({"cycleOfInterestPayment": "yearly"}, "/loan.json:12:28: cycleOfInterestPayment:"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, change: dict[str, object], said: str) -> None:
    assert said in wrong(tmp_path, json.dumps(LOAN | change, indent=1))


def test_the_mistakes_of_several_contracts_are_told_together(tmp_path: Path) -> None:
    bad = {"one": {"terms": LOAN | {"contractType": "X"}}, "two": 3, "three": {"terms": LOAN, "date": 1}}
    said = wrong(tmp_path, json.dumps(bad))
    assert "one.terms.contractType" in said
    assert "two: the terms of a contract expected" in said
    assert "three.date: unknown key" in said


def test_observations_are_told_by_series_and_point(tmp_path: Path) -> None:
    floating = LOAN | {"cycleOfRateReset": "P1YL1", "marketObjectCodeOfRateReset": "SOFR", "rateSpread": 0.02}
    floating |= {"cycleAnchorDateOfRateReset": "2027-12-31"}
    whole = {"terms": floating, "dataObserved": {"SOFR": [["2027-12-31", "three"]]}}
    assert "dataObserved.SOFR[0]" in wrong(tmp_path, json.dumps(whole))
    whole = {"terms": floating, "dataObserved": {"SOFR": [3]}}
    assert "a date and a value expected" in wrong(tmp_path, json.dumps(whole))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1, "a": 2}', "3"])
def test_what_is_no_file_of_contracts_is_refused(tmp_path: Path, text: str) -> None:
    assert wrong(tmp_path, text)


def test_a_sound_term_without_a_rule_here_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "loan.json").write_text(json.dumps(LOAN | {"cyclePointOfInterestPayment": "B"}), "utf-8")
    with pytest.raises(ModelError, match=r"loan\.json"):
        load(tmp_path / "loan.json")
