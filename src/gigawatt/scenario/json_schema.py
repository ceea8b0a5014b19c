"""The JSON Schema (draft 7) of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from gigawatt.parts.contract import FORMS
from gigawatt.scenario.form import FIGURE_SCHEMA
from gigawatt.scenario.schema import PROCESS_FORMS, ScenarioForm
from gigawatt.scenario.terms import contract_form


def json_schema() -> dict[str, Any]:
    """A schema under which a whole scenario must be complete, and one that `extends` another need not be."""
    whole = ScenarioForm.model_json_schema(ref_template="#/definitions/{model}")
    definitions = whole.pop("$defs", {})
    contracts = {name: contract_form(name) for name in FORMS}
    for key, forms in (("processes", PROCESS_FORMS), ("contracts", contracts)):
        for form in forms.values():
            inner = form.model_json_schema(ref_template="#/definitions/{model}")
            definitions |= inner.pop("$defs", {})
            definitions[form.__name__] = inner
        choices = [{"$ref": f"#/definitions/{form.__name__}"} for form in forms.values()]
        whole["properties"][key]["additionalProperties"] = {"anyOf": choices}
    whole["properties"]["figures"]["additionalProperties"] = FIGURE_SCHEMA
    definitions["Scenario"] = whole
    definitions = {name: _shared(inner) for name, inner in definitions.items()}
    definitions["Figure"] = FIGURE_SCHEMA
    patches = {f"{name}Patch": _patch(inner) for name, inner in definitions.items()}
    patches["ScenarioPatch"]["properties"]["extends"] = {
        "type": "string",
        "description": "a built-in scenario, or a file beside this one, to start from",
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "gigawatt scenario",
        "definitions": {**definitions, **patches},
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/definitions/ScenarioPatch"},
        "else": {"$ref": "#/definitions/Scenario"},
    }


def _shared(schema: Any) -> Any:
    """The same schema with the form of a figure written once and referred to."""
    if isinstance(schema, list):
        return [_shared(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("anyOf") == FIGURE_SCHEMA["anyOf"]:
        return {"$ref": "#/definitions/Figure"}
    return {key: _shared(value) for key, value in schema.items()}


def _patch(schema: Any) -> Any:
    """The same schema where nothing is required and everything may be removed with null."""
    if isinstance(schema, list):
        return [_patch(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    patched = {key: _patch(value) for key, value in schema.items() if key not in ("required", "default")}
    if "$ref" in patched:
        return {"anyOf": [{"$ref": f"{patched['$ref']}Patch"}, {"type": "null"}]}
    if "properties" in patched:
        patched["properties"] = {
            name: {"anyOf": [inner, {"type": "null"}]} for name, inner in patched["properties"].items()
        }
    return patched
