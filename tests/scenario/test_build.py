"""Scenarios become values, and whatever is wrong with them is said at its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import GigawattError, ScenarioError
from gigawatt.parts.figure import draw
from gigawatt.scenario.load import built_in, find, load
from gigawatt.scenario.text import read

BASE = "openai-2025-10"


def write(folder: Path, patch: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(f"extends: {BASE}\nname: mine\n{patch}", encoding="utf-8")
    return file


@pytest.mark.parametrize("name", built_in())
def test_a_built_in_scenario_loads(name: str) -> None:
    assert load(name).name == name


def test_a_patch_changes_one_figure_and_nothing_else(tmp_path: Path) -> None:
    mine = load(write(tmp_path, "deals: {amd: {binding: 2 GW}}\n"))
    base = load(BASE)
    changed = [(a.name, a.binding.terms) for a, b in zip(mine.deals, base.deals, strict=True) if a != b]
    assert changed == [("amd", (2.0,))]


def test_a_figure_of_another_kind_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    mine = load(write(tmp_path, "deals: {amd: {slip: {uniform: [0 months, 2 months], because: quicker}}}\n"))
    amd = next(d for d in mine.deals if d.name == "amd")
    assert (amd.slip.kind, amd.slip.terms, amd.slip.because) == ("uniform", (0.0, 2.0), "quicker")


def test_a_setting_on_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    file = write(tmp_path, "deals: {amd: {binding: 2 GW}}\n")
    found = load(file, [("deals.amd.binding", "3 GW")])
    assert next(d for d in found.deals if d.name == "amd").binding.terms == (3.0,)


def test_the_same_text_has_the_same_hash_and_another_text_another(tmp_path: Path) -> None:
    assert load(BASE).hash == load(BASE).hash
    assert load(BASE).hash != load(BASE, [("deals.amd.binding", "3 GW")]).hash


def test_a_multiple_of_a_shared_figure_follows_its_draws_and_leaves_it_alone(tmp_path: Path) -> None:
    half = "contracts: {amd_supply: {per_gw: {figure: nvidia_content, times: 0.5}}}\n"
    scenario = load(write(tmp_path, half))
    supply = next(c for c in scenario.contracts if c.name == "amd_supply").figures[0]
    whole = next(f for f in scenario.figures() if f.name == "figures.nvidia_content")
    drawn = draw(scenario.figures(), 1, 0)
    np.testing.assert_allclose(drawn.of(supply), 0.5 * drawn.of(whole), rtol=1e-12)
    assert 28e9 < drawn.of(whole).min() < drawn.of(whole).max() < 38e9


BAD = {
    "a misspelt party": ("deals: {amd: {buyer: opnai}}", "3:22: deals.amd.buyer: no party `opnai`", "`openai`"),
    "a misspelt deal in a contract": ("contracts: {amd_purchase: {deal: amdd}}", "no deal `amdd`", "`amd`"),
    "a misspelt key": ("deals: {amd: {capacty: 6 GW}}", "3:15: deals.amd.capacty: unknown key", "`capacity`"),
    "a misspelt section": ("dealz: {}", "dealz: unknown key", "`deals`"),
    "a wrong unit": ("deals: {amd: {capacity: 6 bnUSD}}", "deals.amd.capacity: `bnUSD` given", "`GW`"),
    "an amount instead of a rate": (
        "contracts: {amd_rent: {per_gw: 2 bnUSD/GW}}",
        "contracts.amd_rent.per_gw: `bnUSD/GW` given",
        "USD/GW/month",
    ),
    "an unknown unit": ("deals: {amd: {capacity: 6 GWatts}}", "deals.amd.capacity:", "GWatts"),
    "money with a bare M": ("parties: {amd: {cash: 5 MUSD}}", "parties.amd.cash:", "mnUSD"),
    "an unknown claim": (
        "deals: {amd: {capacity: amd-openai-suply.capacity}}",
        "amd-openai-suply.capacity",
        "amd-openai-supply.capacity",
    ),
    "a claim from the future": (
        "deals: {amd: {capacity: openai_stargate_abilene.planned_facility_power}}",
        "deals.amd.capacity:",
        "2026-10-04",
    ),
    "a claim that is only a range": (
        "systems: {mi450: {capex: broadcom-openai.vendor_revenue_per_power}}",
        "has no single value",
        "choose: range",
    ),
    "a negative capacity": ("deals: {amd: {capacity: -6 GW}}", "deals.amd.capacity:", "at least 0 expected"),
    "dates out of order": (
        "deals: {amd: {schedule: {begins: 2030-01, ends: 2026-01}}}",
        "deals.amd.schedule.ends",
        "before the start",
    ),
    "phases out of order": (
        "campuses: {uae: {phases: [{month: 2028-01, power: 1 GW, deal: amd}, "
        "{month: 2027-01, power: 1 GW, deal: amd}]}}",
        "campuses.uae.phases[1].month",
        "in order",
    ),
    "a date that is none": ("start: 2026-13", "start:", "2026-13"),
    "an end before the start": ("end: 2024-01", "end:", "1 to 600 months"),
    "a probability above 1": ("deals: {amd: {becomes_binding: 1.2}}", "deals.amd.becomes_binding", "at most 1"),
    "a range in falling order": (
        "deals: {amd: {becomes_binding: {uniform: [0.8, 0.2]}}}",
        "deals.amd.becomes_binding",
        "rising order",
    ),
    "weights that do not sum": (
        "deals: {amd: {capacity: {choice: [1 GW, 2 GW], weights: [0.5, 0.6]}}}",
        "deals.amd.capacity",
        "they sum to 1.1",
    ),
    "two distributions at once": (
        "deals: {amd: {capacity: {uniform: [1 GW, 2 GW], choice: [1 GW]}}}",
        "deals.amd.capacity",
        "exactly one of",
    ),
    "mixed units in a range": (
        "deals: {amd: {capacity: {uniform: [1 GW, 2 USD]}}}",
        "deals.amd.capacity",
        "do not go together",
    ),
    "correlations that cannot hold": (
        "correlation: [{between: [amd_price, nvidia_price], value: 0.9}, {between: [amd_price, broadcom_price], "
        "value: 0.9}, {between: [nvidia_price, broadcom_price], value: -0.9}]",
        "correlation: these correlations cannot hold together",
        "The pair `",
    ),
    "a correlation above 1": (
        "correlation: [{between: [amd_price, nvidia_price], value: 1.5}]",
        "correlation[0].value",
        "1",
    ),
    "a factor below 0": (
        "contracts: {amd_supply: {per_gw: {figure: nvidia_content, times: -0.5}}}",
        "contracts.amd_supply.per_gw",
        "above 0 expected",
    ),
    "nan": ("deals: {amd: {becomes_binding: .nan}}", "deals.amd.becomes_binding", "nan"),
    "a shared figure that is missing": ("deals: {amd: {slip: {figure: nosuch}}}", "no shared figure `nosuch`", "Known"),
    "a missing field": ("parties: {newcomer: {cash: 1 bnUSD}}", "parties.newcomer", "`title` is missing"),
    "an unknown contract form": ("contracts: {amd_rent: {form: leese}}", "no contract form `leese`", "`lease`"),
    "an unknown process form": ("processes: {rent: {form: gbm}}", "no process form `gbm`", "Known"),
    "tranche marks that fall": (
        "contracts: {amd_warrant: {tranches: [{shares: 1 share, power: 2 GW, price: 300 USD/share}, "
        "{shares: 1 share, power: 1 GW, price: 300 USD/share}]}}",
        "contracts.amd_warrant.tranches[1].power",
        "below the mark of the tranche before",
    ),
    "a guarantee and arrears at once": (
        "contracts: {amd_rent: {arrears: true, guarantee: {by: nvidia, cap: 1 bnUSD}}}",
        "contracts.amd_rent.arrears",
        "choose one",
    ),
    "capital that is not outside": ("capital: openai", "capital: no outside party `openai`", "Known"),
    "a comma in an unquoted text": (
        "deals: {amd: {slip: {uniform: [0 months, 1 month], because: late, very late}}}",
        "deals.amd.slip",
        "quote the text",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "-"))
def test_bad_input_is_named_with_its_place_and_its_fix(case: str, tmp_path: Path) -> None:
    patch, place, fix = BAD[case]
    file = write(tmp_path, patch + "\n")
    with pytest.raises(ScenarioError) as error:
        load(file)
    message = str(error.value)
    assert place in message
    assert fix in message
    assert "Traceback" not in message
    assert str(file) in message


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    patch = "deals:\n  amd:\n    capacity: -6 GW\n    buyer: opnai\nparties:\n  amd: {cash: 1 GW}\n"
    with pytest.raises(ScenarioError) as error:
        load(write(tmp_path, patch))
    assert [problem.line for problem in error.value.problems] == [5, 6, 8]


def test_a_scenario_may_not_extend_itself_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="circle"):
        load(tmp_path / "a.yaml")


def test_a_misspelt_scenario_name_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="openai-2025-10"):
        load("openai-2025-1")


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["6 GW", "openai", "amd-openai-supply.capacity", "2026-H2", "x", "", "-1 USD", "1e400 GW"]),
    st.lists(st.sampled_from(["1 GW", 2, None]), max_size=3),
    st.dictionaries(
        st.sampled_from(["uniform", "choice", "claim", "figure", "split", "of"]), st.integers(), max_size=2
    ),
)


def _ways(data: object, way: tuple[object, ...] = ()) -> list[str]:
    """Dotted paths to every value of a document that can be written as a simple path."""
    found = []
    if isinstance(data, dict):
        for key, value in data.items():
            found += _ways(value, (*way, f".{key}" if way else str(key)))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            found += _ways(value, (*way, f"[{i}]"))
    return [*found, "".join(str(step) for step in way)] if way else found


WAYS = _ways({k: v for k, v in read(find(BASE) or "").data.items() if k != "name"})


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(WAYS), LEAVES)
def test_any_value_anywhere_gives_a_scenario_or_a_clear_error(way: str, value: object) -> None:
    import json

    try:
        load(BASE, [(way, json.dumps(value))])
    except GigawattError as error:
        assert str(error)  # whatever else is raised fails the test
