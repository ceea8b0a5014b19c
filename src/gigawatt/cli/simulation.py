"""The verbs that simulate: `run`, `resume`, and `report` on what they kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import Json, RunArgument, ScenarioArgument, Settings, Workers, print_json, settings
from gigawatt.cli.progress import progress, talk

if TYPE_CHECKING:
    from gigawatt.engine.result import Provenance, Result
    from gigawatt.scenario.scenario import Scenario

INTERRUPTED = 130


def run(
    scenario: ScenarioArgument,
    paths: Annotated[
        int | None, typer.Option(min=1, help="How many paths; the scenario's own number if not given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Names the random draws; the scenario's own if not given.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to keep the run; runs/NAME-HASH-SEED if not given.")
    ] = None,
    set_: Settings = None,
    workers: Workers = None,
    keep: Annotated[
        Literal["month", "year", "all"] | None,
        typer.Option(help="What to keep: months (up to 20,000 paths), year ends, or all with every ledger line."),
    ] = None,
    json: Json = False,
    no_folder: Annotated[bool, typer.Option("--no-folder", help="Keep the run in memory only.")] = False,
) -> None:
    """Simulate a scenario and show it on one screen.

    The run is kept in a folder; the same run is not simulated twice, and an interrupted one continues.
    """
    from gigawatt.cli import runs
    from gigawatt.errors import InputError
    from gigawatt.scenario.load import load

    if no_folder and out is not None:
        raise InputError("`--out` and `--no-folder` exclude each other; choose one.")
    loaded = load(scenario, settings(set_))
    wanted = runs.provenance(loaded, paths, seed, keep)
    folder = None if no_folder else out or runs.default_folder(wanted)
    _go(loaded, wanted, folder, workers, json)


def resume(run: RunArgument, workers: Workers = None, json: Json = False) -> None:
    """Continue an interrupted run to the same bytes."""
    from gigawatt.cli import runs
    from gigawatt.engine.folder import Folder

    folder = Folder.open(run)
    _go(runs.scenario_of(folder), folder.provenance, run, workers, json)


def report(
    run: RunArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page to write; RUN.html beside the run if not given.")
    ] = None,
) -> None:
    """Write a run up as one page that needs no network."""
    from gigawatt.engine.run import open_run
    from gigawatt.errors import RunError
    from gigawatt.report import write

    result = open_run(run)
    whole = run.resolve()
    page = out or whole.with_name(f"{whole.name}.html")
    try:
        write(result, page)
    except OSError as failed:
        raise RunError(f"{page}: cannot be written ({failed.strerror or failed}); name another with --out.") from failed
    talk(f"Written: {page}")


def screen(result: Result, folder: Path | None, as_json: bool) -> None:
    """One screen on a run: its main tables, the scenario's notes, what it rests on, and what to do next."""
    from gigawatt.cli.screen import draw, say
    from gigawatt.views.overview import overview

    tables, made = overview(result), result.provenance
    if as_json:
        print_json(
            {
                "provenance": asdict(made),
                "folder": None if folder is None else str(folder),
                "notes": list(result.scenario.notes),
                "tables": {name: table.to_dict() for name, table in tables.items()},
            }
        )
        return
    draw(tables.values())
    print()
    say(f"Note: {note}" for note in result.scenario.notes)
    say((f"Rests on: {made}",))
    if folder is not None:
        # Not wrapped, so that they can be copied as they are.
        print(f"Kept in:  {folder}")
        print(f"Next:     gigawatt report {folder}")
        print(f"          gigawatt show {folder}")


def _go(scenario: Scenario, wanted: Provenance, folder: Path | None, workers: int | None, as_json: bool) -> None:
    from gigawatt.cli import runs
    from gigawatt.engine.run import simulate

    found = None if folder is None else runs.existing(folder)
    already = runs.done(found) if found is not None and found.provenance == wanted else 0
    whole = runs.blocks(wanted)
    if already == whole:
        talk(f"{folder}: this very run is complete; nothing is simulated again.")
    elif already:
        talk(f"{folder}: {already} of {whole} blocks are there; the rest follows.")
    try:
        with progress(f"{scenario.name}, {wanted.paths:,} paths", already, whole) as told:
            result = simulate(
                scenario,
                wanted.paths,
                wanted.seed,
                folder=folder,
                keep=wanted.keep,
                workers=workers,
                progress=told,
            )
    except KeyboardInterrupt:
        how = f"continue with `gigawatt resume {folder}`" if folder else "it was kept in memory only and is gone"
        talk(f"Interrupted; {how}.")
        raise typer.Exit(INTERRUPTED) from None
    screen(result, folder, as_json)
