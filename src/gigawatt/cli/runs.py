"""Run folders from the command line: where a run is kept, and how it is opened again."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

from gigawatt.engine.folder import MANIFEST, Folder
from gigawatt.engine.result import Provenance
from gigawatt.engine.run import MONTHLY_PATHS
from gigawatt.errors import RunError
from gigawatt.parts.stream import BLOCK
from gigawatt.scenario.load import rebuild
from gigawatt.scenario.scenario import Scenario
from gigawatt.version import VERSION

RUNS = Path("runs")
"""Where runs are kept, below the current folder."""


def provenance(scenario: Scenario, paths: int | None, seed: int | None, keep: str | None) -> Provenance:
    """What a run rests on, with the scenario's own numbers where none are given."""
    paths = scenario.paths if paths is None else paths
    seed = scenario.seed if seed is None else seed
    keep = keep or ("month" if paths <= MONTHLY_PATHS else "year")
    return Provenance(scenario.name, scenario.hash, scenario.catalog_version, VERSION, seed, paths, keep)


def default_folder(wanted: Provenance) -> Path:
    """The folder of this very run, or the first one that is free: `runs/NAME-HASH-SEED`, then `-2`, `-3`, ..."""
    plain = re.sub(r"[^\w.-]+", "-", wanted.scenario).strip("-.") or "scenario"
    base = f"{plain}-{wanted.scenario_hash}-{wanted.seed}"
    candidates = (RUNS / (base if n == 1 else f"{base}-{n}") for n in count(1))
    return next(path for path in candidates if _free(path) or _holds(path, wanted))


def blocks(of: Provenance) -> int:
    """How many blocks a whole run has."""
    return -(-of.paths // BLOCK)


def done(folder: Folder) -> int:
    """How many blocks of a run are there."""
    return sum(folder.has(block) for block in range(blocks(folder.provenance)))


def existing(path: Path) -> Folder | None:
    """The run in a folder, None where none was begun."""
    return Folder.open(path) if (path / MANIFEST).exists() else None


def scenario_of(folder: Folder) -> Scenario:
    """The scenario of a run that is to be continued, refused where its further paths would not fit the others.

    Raises:
        RunError: code, catalogue or scenario have changed; says which, and what to do.
    """
    made = folder.provenance
    if made.code_version != VERSION:
        raise _changed(folder, f"gigawatt {made.code_version}", f"gigawatt {VERSION}")
    scenario = rebuild(folder.scenario)
    if made.catalog_version != scenario.catalog_version:
        raise _changed(folder, f"catalogue {made.catalog_version}", f"catalogue {scenario.catalog_version}")
    if made.scenario_hash != scenario.hash:
        raise _changed(folder, f"scenario {made.scenario_hash}", f"scenario {scenario.hash}")
    return scenario


def _changed(folder: Folder, was: str, now: str) -> RunError:
    return RunError(
        f"{folder.path}: the run was made with {was}, and here is {now}, so its paths would not fit together. "
        "Run the scenario again, or use what the run was made with."
    )


def _free(path: Path) -> bool:
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def _holds(path: Path, wanted: Provenance) -> bool:
    try:
        return Folder.open(path).provenance == wanted
    except RunError:
        return False
