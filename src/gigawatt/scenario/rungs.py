"""What must hold between the terms of a warrant, said at the term that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from gigawatt import dates
from gigawatt.parts.grant import Tranche, faults
from gigawatt.parts.observable import Constant, lift
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.nodes import Path

MARKS = ("power", "price", "market_value", "performance")


def check_warrant(b: Builder, terms: Mapping[str, Any], path: Path) -> None:
    """Note what is wrong with the terms of a warrant.

    Arguments:
        b: collects problems.
        terms: as the function `warrant` takes them, each right by itself.
        path: of the contract.
    """
    start, end = (str(b.layers.data[key]) for key in ("start", "end"))
    first, last = b.month(start, ("start",)), b.month(end, ("end",), last=True)
    horizon = dates.Period(first, last) if 0 < first <= last else None
    for place, message in faults(terms, horizon):
        b.wrong((*path, *place), message, key=isinstance(place[-1], int))
    _check_order(b, terms["tranches"], path)


def _check_order(b: Builder, tranches: tuple[Tranche, ...], path: Path) -> None:
    """Rungs must rise: a later tranche never asks for less than an earlier one."""
    for key in MARKS:
        marks = [(i, lift(mark)) for i, t in enumerate(tranches) if (mark := getattr(t, key)) is not None]
        for (_, one), (i, two) in pairwise(marks):
            if not (isinstance(one, Constant) and isinstance(two, Constant)):
                continue
            if one.figure.certain and two.figure.certain and two.figure.terms[0] < one.figure.terms[0]:
                b.wrong((*path, "tranches", i, key), f"`{two}` is below the mark of the tranche before, `{one}`.")
