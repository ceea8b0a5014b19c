"""Options and arguments that several verbs share, and how their values are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from gigawatt.errors import InputError


def scenario_names(incomplete: str) -> list[str]:
    """Built-in scenarios that start so, for the shell; read without loading anything."""
    folder = Path(__file__).parents[1] / "data" / "scenarios"
    return sorted(file.stem for file in folder.glob("*.yaml") if file.stem.startswith(incomplete))


ScenarioArgument: TypeAlias = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A built-in scenario or a YAML file.", autocompletion=scenario_names),
]
RunArgument: TypeAlias = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Only claims that were public by then, such as 2025-10-13."),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Settings: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value of the scenario; may be repeated."),
]
Workers: TypeAlias = Annotated[
    int | None, typer.Option("--workers", "--threads", min=1, help="Blocks at a time; the machine's cores by default.")
]


def settings(given: Sequence[str] | None) -> list[tuple[str, str]]:
    """Paths and values of `--set path=value`.

    Raises:
        InputError: there is no `=`, or nothing before it.
    """
    found = []
    for text in given or ():
        path, sign, value = text.partition("=")
        if not sign or not path.strip():
            raise InputError(f"--set `{text}`: expected a path and a value, such as `deals.amd.binding=2 GW`.")
        found.append((path.strip(), value.strip()))
    return found


def print_json(data: object) -> None:
    """Data on standard output, as JSON without NaN."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1))
