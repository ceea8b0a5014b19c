"""Loading scenarios by name or file, and naming the built-in ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from gigawatt import catalog as catalogue
from gigawatt.catalog import Catalog
from gigawatt.errors import RunError
from gigawatt.scenario.build import build
from gigawatt.scenario.patch import Layers, resolve
from gigawatt.scenario.scenario import Scenario
from gigawatt.scenario.text import parse


def built_in() -> tuple[str, ...]:
    """Names of the scenarios that come with the program."""
    return tuple(sorted(p.stem for p in _folder().glob("*.yaml")))


def find(name: str) -> Path | None:
    """The file of a built-in scenario, None if there is none of that name."""
    return _folder() / f"{name}.yaml" if name in built_in() else None


def layers(source: str | Path, settings: Iterable[tuple[str, str]] = ()) -> Layers:
    """The text of a scenario, base and patches merged, with settings laid on top.

    Arguments:
        source: a file, or the name of a built-in scenario.
        settings: paths and values, as `--set path=value` gives them.

    Raises:
        ScenarioError: the text cannot be read.
    """
    merged = resolve(source, find, built_in())
    for path, text in settings:
        merged = merged.set(path, text)
    return merged


def load(source: str | Path, settings: Iterable[tuple[str, str]] = (), catalog: Catalog | None = None) -> Scenario:
    """A scenario, checked and ready to run.

    Arguments:
        source: a file, or the name of a built-in scenario such as `openai-2025-10`.
        settings: paths and values to change, such as `("deals.amd.binding", "2 GW")`.
        catalog: the claims to use; the built-in catalogue by default.

    Raises:
        ScenarioError: everything that is wrong with it, each with its place.
    """
    return build(layers(source, settings), catalog or catalogue.load())


def rebuild(text: str, catalog: Catalog | None = None) -> Scenario:
    """The scenario a run was made from, out of its manifest's text.

    Raises:
        RunError: the run was made from a scenario built in Python, which has no text.
    """
    if not text:
        raise RunError(
            "this run was made from a scenario built in Python; only runs of scenario files can be reopened."
        )
    document = parse(json.dumps(json.loads(text)), "<manifest>")
    return build(Layers(document.data, (document,)), catalog or catalogue.load())


def _folder() -> Path:
    return Path(str(resources.files("gigawatt"))) / "data" / "scenarios"
