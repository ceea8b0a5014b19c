"""Plan, simulate, price and stress-test gigawatt-scale AI-compute build-outs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gigawatt import version

if TYPE_CHECKING:
    from gigawatt import catalog
    from gigawatt.engine.array import Labelled
    from gigawatt.engine.network import clear_network
    from gigawatt.engine.result import Result
    from gigawatt.engine.run import open_run, simulate
    from gigawatt.scenario.load import load
    from gigawatt.scenario.scenario import Scenario
    from gigawatt.value.valuation import valuation

__version__ = version.VERSION

_HOMES = {
    "Labelled": "gigawatt.engine.array",
    "Result": "gigawatt.engine.result",
    "Scenario": "gigawatt.scenario.scenario",
    "clear_network": "gigawatt.engine.network",
    "load": "gigawatt.scenario.load",
    "open_run": "gigawatt.engine.run",
    "simulate": "gigawatt.engine.run",
    "valuation": "gigawatt.value.valuation",
}

__all__ = [
    "Labelled",
    "Result",
    "Scenario",
    "__version__",
    "catalog",
    "clear_network",
    "load",
    "open_run",
    "simulate",
    "valuation",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that the command line starts at once."""
    if name == "catalog":
        return import_module("gigawatt.catalog")
    if name not in _HOMES:
        raise AttributeError(f"module `gigawatt` has no attribute `{name}`")
    found: object = getattr(import_module(_HOMES[name]), name)
    return found
