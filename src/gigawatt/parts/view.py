"""What a contract may look at in one month, and how a contract is bound to it.

Data types: `View` (the world of one month), `Bound` (contracts of equal shape, stacked, with the rows they look at).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.parts.figure import Figure, Floats

Memory: TypeAlias = Any
"""Whatever a node wants to remember until next month; only the node that made it looks inside."""

Shape = tuple[object, ...]

Rows: TypeAlias = slice | NDArray[np.intp]
"""Rows of a table; consecutive ones are a slice, which NumPy reads without a copy."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The world of one month as every contract sees it.

    Arguments:
        month: months since the scenario's first month.
        paths: number of paths.
        tables: quantity to its values (entity, path) in internal units; all contracts see the same arrays, which
            are values: nobody changes them in place, so that a part may keep what it saw.
    """

    month: int
    paths: int
    tables: Mapping[str, Floats]


class Node(Protocol):
    """What stacking needs to know of an expression: its structure and its leaves."""

    def shape(self) -> Shape:
        """Everything two expressions must share to be stacked."""
        ...

    def parts(self) -> tuple[Node, ...]:
        """The expressions inside."""
        ...

    def named(self) -> tuple[str, str] | None:
        """The kind and name of the entity it looks at, if any."""
        ...

    def figures(self) -> tuple[Figure, ...]:
        """The figures it holds itself."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Contracts of equal shape at one node of their expression.

    Arguments:
        count: how many contracts are stacked.
        rows: rows of the view's table this node looks at, one for each contract.
        values: (contract, figure, path or 1) values of the node's own figures.
        parts: the nodes inside, bound likewise.
    """

    count: int
    rows: Rows = field(default_factory=lambda: slice(0, 0))
    values: tuple[Floats, ...] = ()
    parts: tuple[Bound, ...] = ()


def walk(node: Node) -> Iterator[Node]:
    """An expression and everything inside it."""
    yield node
    for part in node.parts():
        yield from walk(part)


def bind(
    nodes: tuple[Node, ...], row: Callable[[str, str], int], values: Callable[[tuple[Figure, ...]], Floats]
) -> Bound:
    """Stack expressions of equal shape.

    Arguments:
        nodes: expressions with the same `shape()`.
        row: the row of an entity, from its kind and name.
        values: figures to their values (figure, path or 1).

    Returns:
        One bound tree for all of them.
    """
    first = nodes[0]
    places = [named for node in nodes if (named := node.named()) is not None]
    columns = zip(*(node.figures() for node in nodes), strict=True)
    return Bound(
        count=len(nodes),
        rows=compact([row(kind, name) for kind, name in places]),
        values=tuple(values(tuple(column)) for column in columns),
        parts=tuple(bind(tuple(node.parts()[i] for node in nodes), row, values) for i in range(len(first.parts()))),
    )


def compact(rows: list[int]) -> Rows:
    """Row numbers as `Rows`."""
    if rows == list(range(rows[0], rows[0] + len(rows))) if rows else True:
        return slice(rows[0], rows[0] + len(rows)) if rows else slice(0, 0)
    return np.array(rows, dtype=np.intp)
