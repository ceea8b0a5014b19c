from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import SCENARIO, Command
from gigawatt.scenario.json_schema import json_schema


def test_a_sound_scenario_is_described(gigawatt: Command) -> None:
    code, out, err = gigawatt("check", SCENARIO)
    assert (code, err) == (0, "")
    for word in (SCENARIO, "2025-10-13", "openai", "warrant", "figures"):
        assert word in out


def test_checking_says_the_same_as_json(gigawatt: Command) -> None:
    found = json.loads(gigawatt("check", SCENARIO, "--json").out)
    assert found["ok"] is True
    assert found["problems"] == []
    assert found["contains"]["as of"] == "2025-10-13"


BAD = {
    "a typo": (f"extends: {SCENARIO}\nparites: {{}}\n", "x.yaml:2:1: parites: unknown key"),
    "a wrong unit": (
        f"extends: {SCENARIO}\ndeals:\n  amd:\n    capacity: 6 bnUSD\n",
        "x.yaml:4:15: deals.amd.capacity: `bnUSD` given",
    ),
    "a negative capacity": (f"extends: {SCENARIO}\ndeals:\n  amd:\n    capacity: -6 GW\n", "x.yaml:4:15"),
    "an unknown party": (
        f"extends: {SCENARIO}\ndeals:\n  amd:\n    buyer: openia\n",
        "no party `openia`. Known:",
    ),
    "a missing claim": (
        f"extends: {SCENARIO}\ndeals:\n  amd:\n    capacity: amd-openai-supply.capacty\n",
        "Did you mean `amd-openai-supply.capacity`?",
    ),
    "a probability above 1": (
        f"extends: {SCENARIO}\ndeals:\n  amd:\n    becomes_binding: 1.2\n",
        "x.yaml:4:22: deals.amd.becomes_binding",
    ),
    "not a number": (f"extends: {SCENARIO}\ndeals:\n  amd:\n    capacity: .nan\n", "not a finite number"),
    "dates out of order": (
        f"extends: {SCENARIO}\nstart: 2040-01\n",
        "does not lie 1 to 600 months after the start `2040-01`",
    ),
    "correlations that cannot be": (
        f"extends: {SCENARIO}\ncorrelation:\n"
        "  - {between: [amd_price, nvidia_price], value: 0.9}\n"
        "  - {between: [amd_price, broadcom_price], value: 0.9}\n"
        "  - {between: [nvidia_price, broadcom_price], value: -0.9}\n",
        "correlation",
    ),
    "a circle": ("extends: x.yaml\n", "goes in a circle"),
    "nothing": ("", "there is nothing in it"),
    "no YAML": ("a: [1, 2\n", "x.yaml:1:4"),
    "bytes": ("PK\x03\x04 and more", "zip archive"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["check", "run"])
def test_bad_input_is_told_with_its_place_and_exits_with_2(name: str, verb: str, gigawatt: Command) -> None:
    text, fix = BAD[name]
    Path("x.yaml").write_text(text, "utf-8")
    code, out, err = gigawatt(verb, "x.yaml")
    assert (code, out) == (2, "")
    assert fix in err
    assert "Traceback" not in err


def test_all_problems_are_listed_at_once_in_the_order_of_the_file(gigawatt: Command) -> None:
    text = f"extends: {SCENARIO}\ndeals:\n  amd:\n    pace: 1 GW\n    capacity: 1 USD\n    binding: 2 USD\n"
    Path("x.yaml").write_text(text, "utf-8")
    lines = gigawatt("check", "x.yaml").err.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["x.yaml:4:11", "x.yaml:5:15", "x.yaml:6:14"]


def test_problems_are_data_as_json_and_still_exit_with_2(gigawatt: Command) -> None:
    Path("x.yaml").write_text(f"extends: {SCENARIO}\ndeals:\n  amd:\n    capacity: 1 USD\n", "utf-8")
    code, out, err = gigawatt("check", "x.yaml", "--json")
    assert (code, err) == (2, "")
    (problem,) = json.loads(out)["problems"]
    assert (problem["line"], problem["column"], problem["path"]) == (4, 15, "deals.amd.capacity")


def test_a_setting_changes_the_scenario_and_its_hash(gigawatt: Command) -> None:
    plain = json.loads(gigawatt("check", SCENARIO, "--json").out)["contains"]
    changed = json.loads(gigawatt("check", SCENARIO, "--json", "--set", "deals.amd.capacity=5 GW").out)["contains"]
    assert plain["hash"] != changed["hash"]


@pytest.mark.parametrize("setting", ["deals.amd.capacity", "=5 GW", "deals.amd.capactiy=5 GW", "deals.amd.capacity=x"])
def test_a_bad_setting_is_refused_and_named(setting: str, gigawatt: Command) -> None:
    code, out, err = gigawatt("check", SCENARIO, "--set", setting)
    assert (code, out) == (2, "")
    assert "--set" in err


def test_a_misspelt_scenario_is_answered_with_the_right_name(gigawatt: Command) -> None:
    code, _, err = gigawatt("check", "openai-2025-01")
    assert code == 2
    assert "Did you mean `openai-20" in err


def test_a_new_scenario_passes_its_own_check_and_points_editors_to_the_schema(gigawatt: Command) -> None:
    assert gigawatt("init", "My Plan.yaml").code == 0
    text = Path("My Plan.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=gigawatt.schema.json\n")
    assert json.loads(Path("gigawatt.schema.json").read_text("utf-8")) == json_schema()
    found = json.loads(gigawatt("check", "My Plan.yaml", "--json").out)
    assert found["contains"]["scenario"].startswith("my-plan: ")


def test_the_example_in_a_new_scenario_is_sound_once_it_is_uncommented(gigawatt: Command) -> None:
    gigawatt("init")
    lines = Path("scenario.yaml").read_text("utf-8").splitlines()
    start = lines.index("# deals:")
    loud = [line[2:] if start <= at <= start + 3 else line for at, line in enumerate(lines)]
    Path("loud.yaml").write_text("\n".join(loud), "utf-8")
    assert gigawatt("check", "loud.yaml").err == ""


def test_an_existing_file_is_not_overwritten(gigawatt: Command) -> None:
    Path("scenario.yaml").write_text("mine", "utf-8")
    code, _, err = gigawatt("init")
    assert code == 2
    assert "not overwritten" in err
    assert Path("scenario.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["plan.txt"], "did you mean `plan.yaml`?"),
        (["a.yaml", "--extends", "openai-2025-01"], "Did you mean `openai-20"),
        (["no/such/folder/a.yaml"], "cannot be written"),
    ],
)
def test_a_new_scenario_needs_a_sound_name_and_base(words: list[str], fix: str, gigawatt: Command) -> None:
    code, _, err = gigawatt("init", *words)
    assert code == 2
    assert fix in err


def test_the_schema_goes_to_standard_output_or_to_a_file(gigawatt: Command) -> None:
    assert json.loads(gigawatt("schema").out) == json_schema()
    code, out, _ = gigawatt("schema", "--out", "s.json")
    assert (code, out) == (0, "")
    assert json.loads(Path("s.json").read_text("utf-8")) == json_schema()


def test_contracts_are_shown_in_english_with_their_claims(gigawatt: Command) -> None:
    code, out, _ = gigawatt("show", SCENARIO)
    assert code == 0
    assert "contracts.amd_warrant" in out
    assert "amd-openai-warrant.strike" in out
    nodes = json.loads(gigawatt("show", SCENARIO, "--json").out)
    assert all(set(node) == {"label", "value", "children"} for node in nodes)


def test_an_explanation_reaches_an_address_that_is_not_cut(gigawatt: Command) -> None:
    code, out, _ = gigawatt("explain", SCENARIO, "contracts.amd_warrant")
    assert code == 0
    address = "https://ir.amd.com/financial-information/sec-filings/content/0001193125-25-230895/d28189dex41.htm"
    assert address in out
    tree = json.loads(gigawatt("explain", SCENARIO, "contracts.amd_warrant", "--json").out)
    assert tree["label"] == "contracts.amd_warrant"


def test_what_can_be_explained_is_listed(gigawatt: Command) -> None:
    listed = gigawatt("explain", SCENARIO).out.splitlines()
    assert {"contracts.amd_warrant", "deals.amd", "parties.openai"} <= set(listed)
    assert json.loads(gigawatt("explain", SCENARIO, "--json").out) == listed


def test_claims_can_be_looked_up_as_of_a_later_date(gigawatt: Command) -> None:
    then = json.loads(gigawatt("explain", SCENARIO, "deals.amd.capacity", "--json").out)
    now = json.loads(gigawatt("explain", SCENARIO, "deals.amd.capacity", "--json", "--as-of", "2026-11").out)
    assert len(str(now)) > len(str(then))


@pytest.mark.parametrize("date", ["yesterday", "2025-13", "20251"])
def test_a_date_that_is_none_is_refused(date: str, gigawatt: Command) -> None:
    code, _, err = gigawatt("explain", SCENARIO, "deals.amd", "--as-of", date)
    assert code == 2
    assert f"`{date}` is no date" in err
