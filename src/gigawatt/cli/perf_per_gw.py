"""The verb that turns gigawatts into tokens: what a gigawatt of each deal holds, yields, draws and costs."""

from __future__ import annotations

from typing import Annotated

import typer

from gigawatt.cli.options import Json, ScenarioArgument, Settings, print_json, settings


def per_gw(
    scenario: ScenarioArgument,
    paths: Annotated[int, typer.Option(min=1, max=2500, help="How many draws of the open figures.")] = 2500,
    seed: Annotated[int | None, typer.Option(help="Names the draws; the scenario's own if not given.")] = None,
    set_: Settings = None,
    json: Json = False,
) -> None:
    """Say what a gigawatt of each deal's system holds, yields, draws and costs on the mix of its lab.

    Chips a gigawatt stand beside those that the power model gives. Bands are 10 %, 50 % and 90 % over what is open in
    spec sheets and over the errors of the performance model. Nothing is simulated.
    """
    from gigawatt.scenario.load import load
    from gigawatt.views.per_gigawatt import per_gigawatt

    loaded = load(scenario, settings(set_))
    tables = per_gigawatt(loaded, paths, seed)
    if json:
        found = {name: table.to_dict() for name, table in tables.items()}
        print_json({"scenario": loaded.name, "notes": list(loaded.notes), "tables": found})
        return
    from gigawatt.cli.screen import draw

    draw(tables.values())
