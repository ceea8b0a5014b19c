"""The JSON Schema accepts what the reader accepts and refuses the commonest mistakes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from gigawatt.scenario.json_schema import json_schema
from gigawatt.scenario.load import built_in, find
from gigawatt.scenario.text import read


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.mark.parametrize("name", built_in())
def test_a_built_in_scenario_fits_the_schema(name: str, validator: jsonschema.Draft7Validator) -> None:
    data = read(find(name) or "").data
    assert [error.message for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize(
    "patch",
    [
        {"deals": {"amd": {"binding": "2 GW"}}},
        {"contracts": {"amd_rent": None}},
        {"campuses": {"uae": {"built": {"uniform": [0.1, 0.2], "because": "why"}}}},
    ],
)
def test_a_patch_need_not_be_complete(patch: dict[str, Any], validator: jsonschema.Draft7Validator) -> None:
    assert validator.is_valid({"extends": "openai-2025-10", **patch})


@pytest.mark.parametrize(
    "wrong",
    [
        {"deals": {"amd": {"capacty": "2 GW"}}},
        {"deals": {"amd": {"lead": "six"}}},
        {"deals": {"amd": {"slip": {"unifrom": [0, 1]}}}},
        {"dealz": {}},
    ],
)
def test_a_misspelt_key_or_a_wrong_kind_is_refused(
    wrong: dict[str, Any], validator: jsonschema.Draft7Validator
) -> None:
    assert not validator.is_valid({"extends": "openai-2025-10", **wrong})


def test_a_whole_scenario_must_be_complete(validator: jsonschema.Draft7Validator) -> None:
    assert not validator.is_valid({"name": "half"})


@pytest.mark.parametrize("name", built_in())
def test_a_built_in_scenario_tells_editors_where_its_schema_is(name: str) -> None:
    file = find(name)
    assert file is not None
    first = file.read_text(encoding="utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=./scenario.schema.json"
    kept = json.loads(file.with_name("scenario.schema.json").read_text(encoding="utf-8"))
    assert kept == json_schema(), "write it anew with `gigawatt schema --out`"
