"""The verb that values, on scenarios and on debt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import Command

PUBLISHED = Path(__file__).parents[1] / "published" / "actus"


def test_a_contract_is_valued_for_both_sides(gigawatt: Command) -> None:
    code, out, _ = gigawatt("value", "openai-2025-10", "--contract", "coreweave_1", "--paths", "60", "--json")
    found = json.loads(out)
    assert code == 0
    own = ["coreweave_1_by_year", "coreweave_1_movers"]
    assert list(found["tables"]) == ["worth_real-world", "worth_risk-neutral", *own]
    sides = found["tables"]["worth_risk-neutral"]["rows"]
    assert [row[1] for row in sides] == ["openai", "coreweave"]
    assert sides[0][2] == -sides[1][2] < -5


def test_one_measure_is_shown_where_one_is_asked_for(gigawatt: Command) -> None:
    options = ("--contract", "coreweave_2", "--paths", "20", "--measure", "real-world")
    code, out, _ = gigawatt("value", "openai-2025-10", *options)
    assert code == 0
    assert "What contracts are worth, real-world" in out
    assert "risk-neutral" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of them"),
        (("openai-2025-10", "--debt", "x.json"), "one of them"),
        (("openai-2025-10", "--contract", "amd_warant"), "Did you mean `amd_warrant`"),
        (("openai-2025-10", "--worth", "34"), "worth `34`"),
        (("openai-2025-10", "--rate", "4 %/year"), "`--rate` belongs to `--debt FILE`"),
        (("openai-2025-1",), "Did you mean"),
        (("openai-2025-10", "--set", "contracts.amd_warrant.deal=amdd"), "Did you mean `amd`"),
        (("--debt", str(PUBLISHED / "actus-tests-pam.json"), "--rate", "8"), "such as `4 %/year`"),
        (("--debt", str(PUBLISHED / "actus-tests-pam.json"), "--contract", "pam01"), "says nothing about --debt"),
        (("--debt", "none.json"), "no such file"),
        (("--warrant", "none.yaml"), "no such file"),
    ],
)
def test_what_cannot_be_valued_is_refused_without_a_traceback(
    gigawatt: Command, words: tuple[str, ...], said: str
) -> None:
    code, out, err = gigawatt("value", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_debt_is_shown_event_by_event(gigawatt: Command, tmp_path: Path) -> None:
    whole = json.loads((PUBLISHED / "actus-tests-pam.json").read_text("utf-8"))
    (tmp_path / "one.json").write_text(json.dumps(whole["pam01"]), "utf-8")
    code, out, _ = gigawatt("value", "--debt", str(tmp_path / "one.json"), "--rate", "4 %/year", "--json")
    tables = json.loads(out)["tables"]
    assert code == 0
    assert len(tables["events"]["rows"]) == len(whole["pam01"]["results"])
    assert "discounted to the status date" in tables["contracts"]["note"]
