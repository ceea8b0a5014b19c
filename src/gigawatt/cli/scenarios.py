"""The verbs about scenarios: `init`, `check`, `show`, `explain`, `schema`."""

from __future__ import annotations

import json as text_json
import re
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import AsOf, Json, ScenarioArgument, Settings, print_json, scenario_names, settings
from gigawatt.cli.progress import talk

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog
    from gigawatt.scenario.scenario import Scenario

SCHEMA = "gigawatt.schema.json"

FIRST_FILE = """\
# yaml-language-server: $schema={schema}
#
# A scenario of your own. It starts from a built-in one, and what stands here is laid over it, key by key.
#
#   gigawatt check {file}      lists every problem, with its line
#   gigawatt run {file}        simulates it
#   gigawatt explain {file} {example}
#                   shows where a number comes from

extends: {base}
name: {name}
title: {title}
paths: 2000

# Change what you doubt. A figure is a number with a unit, the id of a claim, or a distribution:
#
# deals:
#   {deal}:
#     pace: 0.3 GW/month
#     slip: {{uniform: [0 month, 12 month], because: new products are late more often than not}}
#
# `gigawatt catalog list` finds claims; a key without a value removes what the base has.
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="NAME.yaml", help="The file to write.")] = Path("scenario.yaml"),
    extends: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="The built-in scenario to start from; the newest if not given.",
            autocompletion=scenario_names,
        ),
    ] = None,
) -> None:
    """Write a small scenario file to start from.

    It extends a built-in scenario and points editors to the schema. An existing file is never overwritten.
    """
    from gigawatt.errors import InputError, did_you_mean
    from gigawatt.scenario.load import built_in, layers

    if file.suffix not in (".yaml", ".yml"):
        raise InputError(f"`{file}` is no name of a scenario file; did you mean `{file.with_suffix('.yaml')}`?")
    if extends is not None and extends not in built_in():
        raise InputError(f"--extends `{extends}`: no built-in scenario. {did_you_mean(extends, built_in())}")
    base = extends or built_in()[-1]
    data = layers(base).data
    deals = data.get("deals")
    deal = next(iter(deals), "amd") if isinstance(deals, dict) else "amd"
    name = re.sub(r"[^A-Za-z0-9]+", "-", file.stem).strip("-").lower() or "scenario"
    title = text_json.dumps(f"{name}, a variation of {base}", ensure_ascii=False)
    text = FIRST_FILE.format(
        schema=SCHEMA,
        file=file,
        example=f"deals.{deal}.pace",
        base=base,
        name=text_json.dumps(name),
        title=title,
        deal=deal,
    )
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(f"{file}: exists, and is not overwritten; name another file.") from None
    except OSError as failed:
        raise InputError(f"{file}: cannot be written ({failed.strerror or failed}).") from failed
    talk(f"Written: {file}, which extends {base}")
    beside = file.with_name(SCHEMA)
    if not beside.exists():
        _write(beside, _schema_text())
        talk(f"Written: {beside}, by which editors complete and check it")


def check(scenario: ScenarioArgument, set_: Settings = None, json: Json = False) -> None:
    """List every problem of a scenario, or what it contains.

    Problems are printed as file:line:col with the likely fix, and the exit code is 2.
    """
    from gigawatt.cli.screen import say
    from gigawatt.engine.layout import layout
    from gigawatt.errors import ScenarioError
    from gigawatt.scenario.load import load

    try:
        loaded = load(scenario, settings(set_))
        layout(loaded)
    except ScenarioError as wrong:
        if not json:
            raise
        print_json({"ok": False, "problems": [asdict(problem) for problem in wrong.problems]})
        raise typer.Exit(wrong.exit_code) from None
    found = contents(loaded)
    if json:
        print_json({"ok": True, "problems": [], "contains": found})
        return
    width = max(map(len, found))
    for key, value in found.items():
        print(f"{key:<{width}}  {value}")
    say(f"Note: {note}" for note in loaded.notes)


def show(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|RUN", help="A scenario, or the folder of a run.", autocompletion=scenario_names
        ),
    ],
    set_: Settings = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Print every contract in English with its claims, or a run.

    For a scenario: its contracts, their figures and the claims these rest on. For the folder of a run: its tables.
    """
    from gigawatt.cli.screen import draw_trees
    from gigawatt.views.tree import show as contracts

    if Path(scenario).is_dir():
        from gigawatt.cli.simulation import screen
        from gigawatt.engine.run import open_run

        screen(open_run(scenario), Path(scenario), json)
        return
    loaded, catalog = _loaded(scenario, set_, as_of)
    nodes = contracts(loaded, catalog)
    if json:
        print_json([node.to_dict() for node in nodes])
        return
    draw_trees(nodes)


def explain(
    scenario: ScenarioArgument,
    path: Annotated[
        str | None,
        typer.Argument(help="Such as contracts.amd_warrant or parties.openai.cash; what there is if not given."),
    ] = None,
    set_: Settings = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Print where a number comes from, down to the source.

    The tree leads from a part of a scenario over figures and claims to publisher, locator and address.
    """
    from gigawatt.cli.screen import draw_trees
    from gigawatt.views.tree import explain as tree
    from gigawatt.views.tree import known_paths

    loaded, catalog = _loaded(scenario, set_, as_of)
    if path is None:
        known = list(known_paths(loaded))
        if json:
            print_json(known)
        else:
            print("\n".join(known))
        return
    node = tree(loaded, catalog, path)
    if json:
        print_json(node.to_dict())
        return
    draw_trees((node,))


def schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file instead.")] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    text = _schema_text()
    if out is None:
        sys.stdout.write(text)
        return
    _write(out, text)
    talk(f"Written: {out}")


def contents(scenario: Scenario) -> dict[str, str | int]:
    """What a scenario contains, in words and numbers."""
    from gigawatt.dates import month_text

    figures = scenario.figures()
    uncertain = sum(not figure.certain for figure in figures)
    sourced = sum(bool(figure.claims) for figure in figures)
    phases = [phase for campus in scenario.campuses for phase in campus.phases]
    forms = Counter(contract.form.replace("_", " ") for contract in scenario.contracts)
    announced = sum(deal.capacity.central for deal in scenario.deals)
    planned = sum(phase.power.central for phase in phases)
    return {
        "scenario": f"{scenario.name}: {scenario.title}",
        "as of": scenario.as_of,
        "months": f"{month_text(scenario.first)} to {month_text(scenario.last)}",
        "parties": ", ".join(party.name for party in scenario.parties),
        "deals": f"{len(scenario.deals)}, {announced:.3g} GW as stated",
        "campuses": f"{len(scenario.campuses)} with {len(phases)} phases, {planned:.3g} GW",
        "contracts": f"{len(scenario.contracts)}: " + ", ".join(f"{n} {form}" for form, n in sorted(forms.items())),
        "processes": ", ".join(process.name for process in scenario.processes),
        "figures": f"{len(figures)}, of which {uncertain} uncertain and {sourced} with claims",
        "hash": scenario.hash,
        "catalogue": scenario.catalog_version,
    }


def _loaded(scenario: str, set_: list[str] | None, as_of: str | None) -> tuple[Scenario, Catalog]:
    """A scenario, and the claims of its own date unless another is asked for."""
    from gigawatt.catalog import load as claims
    from gigawatt.scenario.load import load

    loaded = load(scenario, settings(set_))
    return loaded, claims(as_of or loaded.as_of)


def _schema_text() -> str:
    from gigawatt.scenario.json_schema import json_schema

    return text_json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


def _write(file: Path, text: str) -> None:
    from gigawatt.errors import InputError

    try:
        file.write_text(text, encoding="utf-8")
    except OSError as failed:
        raise InputError(f"{file}: cannot be written ({failed.strerror or failed}).") from failed
