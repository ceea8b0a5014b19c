"""The verb `doctor`: whether everything the program needs is there and works.

Data type: `Finding` (one thing that was looked at).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import typer

from gigawatt.cli.options import Json, print_json
from gigawatt.errors import GigawattError
from gigawatt.version import VERSION

LIBRARIES = ("numpy", "numba", "scipy", "pydantic", "pyyaml", "typer", "rich")
LITTLE = 1e9
"""Free bytes below which a run of many paths may not fit."""


class Finding(NamedTuple):
    """One thing that was looked at: `ok`, `warning` or `broken`, and what was found."""

    name: str
    state: str
    detail: str


def doctor(json: Json = False) -> None:
    """Check the installation; exit 1 where it is broken."""
    found = list(examine())
    if json:
        print_json([finding._asdict() for finding in found])
    else:
        width = max(len(finding.name) for finding in found)
        for finding in found:
            print(f"{finding.name:<{width}}  {finding.state:<7}  {finding.detail}")
    if any(finding.state == "broken" for finding in found):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Everything that is looked at, in order."""
    yield Finding("gigawatt", "ok", VERSION)
    release = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", "ok" if sys.version_info >= (3, 11) else "broken", f"{release}, 3.11 or newer needed")
    for name in LIBRARIES:
        yield _library(name)
    yield Finding("cores", "ok", f"{os.cpu_count() or 1}")
    yield _numba_cache()
    yield from _works("catalogue", _catalogue)
    yield from _works("scenarios", _scenarios)
    yield from _works("simulation", _simulation)
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding("disk", "ok" if free > LITTLE else "warning", f"{free / 1e9:,.1f} GB free here")
    writable = os.access(Path.cwd(), os.W_OK)
    yield Finding("folder", "ok" if writable else "warning", "runs can be kept here" if writable else "not writable")


def _library(name: str) -> Finding:
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "broken", "not installed; install gigawatt again")


def _numba_cache() -> Finding:
    """Numba keeps compiled clearing beside the code, or else in a folder of the user."""
    beside = Path(__file__).parents[1] / "engine"
    for folder in (
        os.environ.get("NUMBA_CACHE_DIR"),
        beside / "__pycache__",
        beside,
        tempfile.gettempdir(),
        Path.home(),
    ):
        if folder and os.access(folder, os.W_OK):
            where = "beside the code" if Path(folder).is_relative_to(beside) else f"{folder}"
            return Finding("numba cache", "ok", f"writable ({where})")
    return Finding("numba cache", "warning", "nowhere to write: the clearing is compiled anew by every process")


def _works(name: str, what: Callable[[], Finding]) -> Iterator[Finding]:
    try:
        yield what()
    except (GigawattError, OSError, ImportError) as failed:
        yield Finding(name, "broken", str(failed).split("\n", maxsplit=1)[0])


def _catalogue() -> Finding:
    from gigawatt.catalog import check, load

    claims = load()
    found = check(claims)
    errors = sum(finding.level == "error" for finding in found)
    told = f"{len(claims):,} claims, version {claims.version}, {errors} errors, {len(found) - errors} warnings"
    return Finding("catalogue", "broken" if errors else "ok", told)


def _scenarios() -> Finding:
    from gigawatt.scenario.load import built_in, load

    names = built_in()
    for name in names:
        load(name)
    return Finding("scenarios", "ok" if names else "broken", ", ".join(names) or "none came with the program")


def _simulation() -> Finding:
    """A few paths of a built-in scenario, so that everything from the claims to the clearing has run once."""
    from gigawatt.engine.run import simulate
    from gigawatt.scenario.load import built_in, load

    began = time.perf_counter()
    simulate(load(built_in()[0]), paths=8, seed=1, workers=1)
    return Finding("simulation", "ok", f"{built_in()[0]}, 8 paths in {time.perf_counter() - began:.1f} s")
