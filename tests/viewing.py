"""One contract, one path or a few: what a clause says month by month, without an engine around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gigawatt.parts.clause import Clause
from gigawatt.parts.figure import Draws, Floats
from gigawatt.parts.observable import Observable
from gigawatt.parts.view import Bound, View, bind

ROWS = {"amd": 0, "lab": 0, "V": 0, "V/30": 0, "site": 0, "rental": 0, "cloud": 1}


def view(month: int, tables: Mapping[str, Sequence[float]]) -> View:
    """A month in which the entity of row 0 has these values, one for each path."""
    paths = len(next(iter(tables.values()))) if tables else 1
    return View(month, paths, {name: np.array([values, values]) for name, values in tables.items()})


def bound(node: Clause | Observable) -> Bound:
    """A node alone, bound to rows and to certain figures."""
    return bind((node,), lambda kind, name: 0 if kind == "watch" else ROWS[name], Draws({}).stack)


def values(observable: Observable, months: Sequence[View]) -> list[list[float]]:
    """What an observable is in each month; the first view is the opening."""
    at = bound(observable)
    memory, found = observable.start(at, months[0]), []
    for month in months[1:]:
        memory, value = observable.step(at, memory, month)
        found.append(np.broadcast_to(value, (1, month.paths))[0].tolist())
    return found


def dues(clause: Clause, months: Sequence[View], paid: Sequence[Floats | float] = ()) -> list[list[float]]:
    """What a clause owes on each lane in each month on the first path, when given shares of it are paid.

    Arguments:
        clause: what owes.
        months: views; the first is the opening.
        paid: share of what is due that is paid, by month; all where it is not given.
    """
    at = bound(clause)
    memory, found = clause.start(at, months[0]), []
    for number, month in enumerate(months[1:]):
        memory, due = clause.step(at, memory, month)
        due = np.broadcast_to(due, (len(clause.lanes), 1, month.paths))
        found.append([float(amount) for amount in due[:, 0, 0]])
        share = np.asarray(paid[number] if number < len(paid) else 1.0)
        memory = clause.settle(at, memory, due, due * share.reshape(-1, 1, 1))
    return found
