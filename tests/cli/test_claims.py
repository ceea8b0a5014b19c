from __future__ import annotations

import json

import pytest

from cli.command import SCENARIO, Command

STRIKE = "amd-openai-warrant.strike"


def test_claims_are_found_by_words(gigawatt: Command) -> None:
    code, out, _ = gigawatt("catalog", "list", "warrant", "strike")
    assert code == 0
    assert STRIKE in out
    found = json.loads(gigawatt("catalog", "list", "warrant", "strike", "--json").out)
    assert STRIKE in {claim["id"] for claim in found}


def test_conditions_narrow_the_list(gigawatt: Command) -> None:
    words = ["catalog", "list", "--json", "--subject", "amd-openai-warrant", "--kind", "reported"]
    found = json.loads(gigawatt(*words).out)
    assert found
    assert {(claim["subject"], claim["kind"]) for claim in found} == {("amd-openai-warrant", "reported")}
    assert json.loads(gigawatt(*words, "--limit", "2").out) == found[:2]


def test_a_list_that_is_cut_says_so(gigawatt: Command) -> None:
    assert "The first 3 of" in gigawatt("catalog", "list", "--limit", "3").out


def test_nothing_found_is_no_error(gigawatt: Command) -> None:
    code, out, _ = gigawatt("catalog", "list", "nowhere-to-be-found")
    assert code == 0
    assert "No claim meets every condition." in out


def test_a_claim_is_shown_with_its_sources(gigawatt: Command) -> None:
    code, out, _ = gigawatt("catalog", "show", STRIKE)
    assert code == 0
    assert "SEC Exhibit 4.1" in out
    found = json.loads(gigawatt("catalog", "show", STRIKE, "--json").out)
    assert found["claim"]["value"] == 0.01
    assert any("SEC Exhibit 4.1" in source["publisher"] for source in found["sources"])


def test_a_subject_is_shown_with_its_facts_and_claims(gigawatt: Command) -> None:
    code, out, _ = gigawatt("catalog", "show", "amd-openai-warrant")
    assert code == 0
    assert "AMD warrant to OpenAI" in out
    found = json.loads(gigawatt("catalog", "show", "amd-openai-warrant", "--json").out)
    assert STRIKE in {claim["id"] for claim in found["claims"]}


def test_the_past_knows_less(gigawatt: Command) -> None:
    now = json.loads(gigawatt("catalog", "coverage", "--json").out)
    then = json.loads(gigawatt("catalog", "coverage", "--json", "--as-of", "2025-10-13").out)

    def total(table: dict[str, list[list[object]]]) -> int:
        return sum(int(str(row[2])) for row in table["rows"] if row[0] == "kind")

    assert 0 < total(then) < total(now)


def test_a_claim_of_the_future_is_refused_with_its_date(gigawatt: Command) -> None:
    code, _, err = gigawatt("catalog", "show", STRIKE, "--as-of", "2025-10-01")
    assert code == 2
    assert "published on 2025-10-06" in err


@pytest.mark.parametrize("words", [["catalog", "show"], ["cite"]])
def test_a_misspelt_claim_is_answered_with_the_right_one(words: list[str], gigawatt: Command) -> None:
    code, out, err = gigawatt(*words, "amd-openai-warrant.strik")
    assert (code, out) == (2, "")
    assert f"Did you mean `{STRIKE}`?" in err


def test_the_catalogue_is_sound(gigawatt: Command) -> None:
    code, out, _ = gigawatt("catalog", "check")
    assert code == 0
    assert ": 0 errors" in out
    found = json.loads(gigawatt("catalog", "check", "--json").out)
    assert found["errors"] == 0


def test_an_error_in_the_catalogue_exits_with_1(gigawatt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from gigawatt.catalog import Finding

    monkeypatch.setattr("gigawatt.catalog.check", lambda claims: [Finding("error", "a.b", "is wrong.")])
    code, out, _ = gigawatt("catalog", "check")
    assert code == 1
    assert out.startswith("error: a.b: is wrong.\n")


def test_claims_are_cited_in_three_forms(gigawatt: Command) -> None:
    assert "SEC Exhibit 4.1" in gigawatt("cite", STRIKE).out
    assert "@misc{amd-sec-exhibit-4-1-2025-10-06," in gigawatt("cite", STRIKE, "--form", "bibtex").out
    items = json.loads(gigawatt("cite", STRIKE, "--form", "csl").out)
    assert items == json.loads(gigawatt("cite", STRIKE, "--json").out)
    assert "amd-sec-exhibit-4-1-2025-10-06" in {item["id"] for item in items}


def test_a_source_is_named_once_in_a_reference_list(gigawatt: Command) -> None:
    keys = [line for line in gigawatt("cite", SCENARIO, "--form", "bibtex").out.splitlines() if line.startswith("@")]
    assert len(keys) == len(set(keys)) > 5


def test_a_scenario_is_cited_as_of_its_own_date(gigawatt: Command) -> None:
    items = json.loads(gigawatt("cite", "amd-openai-supply.capacity", "--json").out)
    then = json.loads(gigawatt("cite", "amd-openai-supply.capacity", "--json", "--as-of", "2025-10-13").out)
    assert {item["id"] for item in then} < {item["id"] for item in items}
    assert gigawatt("cite", SCENARIO).code == 0
