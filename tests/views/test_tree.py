from __future__ import annotations

import json
import re
from functools import lru_cache

import pytest

from gigawatt.catalog import Catalog
from gigawatt.catalog import load as load_claims
from gigawatt.errors import InputError
from gigawatt.scenario.load import load
from gigawatt.scenario.scenario import Scenario
from gigawatt.views.tree import Node, english, explain, figure_node, known_paths, show

NAME = "openai-2025-10"


@lru_cache(maxsize=1)
def world() -> tuple[Scenario, Catalog]:
    return load(NAME), load_claims(load(NAME).as_of)


def below(path: str) -> Node:
    return explain(*world(), path)


def labels(node: Node) -> set[str]:
    return {inner.label for inner in node.walk()}


def test_a_warrant_is_explained_down_to_source_and_locator() -> None:
    tree = below("contracts.amd_warrant")
    assert {"strike", "amd-openai-warrant.strike", "source", "locator", "address", "in words"} <= labels(tree)
    sources = [node.value for node in tree.walk() if node.label == "source"]
    assert any("Exhibit 4.1" in source and "2025-10-06" in source for source in sources)


def test_a_claim_says_how_sure_it_is() -> None:
    claim = next(n for n in below("deals.amd.capacity").walk() if n.label == "amd-openai-supply.capacity")
    assert "6 GW; reported, confidence A, as of 2025-10-05, published 2025-10-06" in claim.value


def test_an_assumption_shows_why_it_was_made() -> None:
    (why,) = below("parties.openai.cash").children
    assert why.label == "because"
    assert len(why.value) > 20


def test_one_figure_of_a_contract_is_explained_on_its_own() -> None:
    assert below("contracts.amd_warrant.strike").children[0].label == "amd-openai-warrant.strike"


def test_a_shared_figure_is_found_through_the_term_that_names_it() -> None:
    contract = next(c for c in world()[0].contracts if any(f.name.startswith("figures.") for f in c.figures))
    terms = json.loads(world()[0].text)["contracts"][contract.name]
    term, shared = next((k, v["figure"]) for k, v in terms.items() if isinstance(v, dict) and "figure" in v)
    assert below(f"contracts.{contract.name}.{term}").value == below(f"figures.{shared}").value


def test_derived_claims_lead_to_the_claims_they_are_derived_from() -> None:
    tree = below("contracts.abilene_cloud")
    formula = next(node for node in tree.walk() if node.label == "formula")
    inside = set(re.findall(r"\{([^}]+)\}", formula.value))
    assert inside <= {child.label for child in formula.children}


def test_everything_that_is_offered_can_be_explained() -> None:
    for path in known_paths(world()[0]):
        assert below(path).children, path


def test_every_figure_of_the_scenario_rests_on_a_source_a_reason_or_says_that_it_does_not() -> None:
    scenario, catalog = world()
    found = {figure: labels(figure_node(figure, catalog, "figure")) for figure in scenario.figures()}
    assert len(found) > 100
    assert [figure.name for figure, below in found.items() if not below & {"source", "because", "assumed"}] == []


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("deals.amdd", "Did you mean `amd`"),
        ("contracts.amd_warant", "Did you mean `amd_warrant`"),
        ("contracts.amd_warrant.strik", "Did you mean `strike`"),
        ("deals.amd.capacitance", "Did you mean `capacity`"),
        ("partis.openai", "Did you mean `parties`"),
        ("systems.gb300", "Did you mean `systems.gb200`"),
        ("campuses.abilene.phases[99]", "the first is [0]"),
        ("contracts", "name a contract"),
        ("deals.amd..capacity", "is not a path"),
    ],
)
def test_a_path_that_leads_nowhere_is_answered_with_the_likely_fix(path: str, fix: str) -> None:
    with pytest.raises(InputError, match=re.escape(fix)):
        below(path)


def test_every_contract_is_shown_in_english_with_its_figures() -> None:
    nodes = show(*world())
    assert [node.label for node in nodes] == [f"contracts.{c.name}" for c in world()[0].contracts]
    assert all(any(child.label == "in words" for child in node.children) for node in nodes)
    warrant = next(node for node in nodes if node.label == "contracts.amd_warrant")
    assert any("SEC Exhibit 4.1" in node.value for node in warrant.walk())


def test_months_in_contracts_are_dates() -> None:
    said = " ".join(line for contract in world()[0].contracts for line in english(contract.clause))
    assert "from 2025-10 to" in said
    assert not re.search(r"\bmonth \d{5}", said)


def test_sentences_that_are_the_same_are_said_once_and_counted() -> None:
    warrant = next(c for c in world()[0].contracts if c.name == "amd_warrant")
    said = english(warrant.clause)
    assert len(said) == len(set(said)) < 12
    assert any(line.endswith("(4 times)") for line in said)


def test_a_tree_is_text_with_indentation_and_json() -> None:
    node = Node("a", "1", (Node("b", "2"), Node("c")))
    assert str(node) == "a: 1\n  b: 2\n  c"
    assert node.to_dict()["children"] == [{"label": "b", "value": "2", "children": []}, Node("c").to_dict()]
