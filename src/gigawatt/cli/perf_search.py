"""The searches behind `--search`: the best of all layouts or deployments, the front, and why the best beats another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigawatt.perf.deployment import Deployment, Formats
    from gigawatt.perf.deployment_space import Points
    from gigawatt.perf.layout import Layout, Workload
    from gigawatt.perf.model import Transformer
    from gigawatt.perf.served import Load
    from gigawatt.perf.system import System
    from gigawatt.perf.training import Training
    from gigawatt.views.table import Table

MOST_USERS = 4096
"""Requests at once of a replica up to which deployments are tried, where targets decide."""

REPLICA = 72
"""Most chips of a replica: those of the largest rack that is one domain."""

FRONT = 12
"""Most layouts of the front that are shown."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search says.

    Arguments:
        layout: the best, one.
        how: how it was found.
        tables: the best layouts, and the front.
        notes: why the best beats the second.
    """

    layout: Layout
    how: str
    tables: dict[str, Table]
    notes: tuple[str, ...]


def searched(model: Transformer, system: System, chips: int, work: Workload, top: int) -> Searched:
    """The best of all layouts.

    Raises:
        InputError: no layout divides, or none fits.
    """
    from gigawatt.errors import InputError, ModelError
    from gigawatt.perf.hardware import hardware
    from gigawatt.perf.search import search, why
    from gigawatt.perf.shape import shapes
    from gigawatt.perf.space import training_space

    space = training_space(shapes([model]), chips, work)
    try:
        found = search(space, hardware([system]), top=max(top, 2))
    except ModelError as error:
        raise InputError(f"chips: {error}") from None
    shown = min(top, int(found.top.size))
    tables = {
        "top": _table("The best layouts", found.layout, found.best, shown),
        "front": _table("The front of step time and peak memory", found.front_layout, found.front, FRONT),
    }
    notes = (f"Why the best beats the second: {why(found)}",) if found.top.size > 1 else ()
    return Searched(found.layout.take([0]), f"the fastest of all: {str(found.counts).rstrip('.')}", tables, notes)


@dataclass(frozen=True, slots=True)
class SearchedDeployments:
    """What a search of deployments says; as `Searched`, with a deployment in place of a layout."""

    cut: Deployment
    how: str
    tables: dict[str, Table]
    notes: tuple[str, ...]


def searched_deployments(
    model: Transformer, system: System, number: Formats, chips: int, load: Load, top: int
) -> SearchedDeployments:
    """The best of all deployments, and the front of tokens a second for a chip and for a user.

    Raises:
        InputError: nothing fits, or nothing is within the targets.
    """
    from gigawatt.errors import InputError, ModelError
    from gigawatt.perf.candidates import taken
    from gigawatt.perf.deployment_search import search_deployments, why_deployment
    from gigawatt.perf.deployment_space import deployment_space
    from gigawatt.perf.hardware import hardware
    from gigawatt.perf.shape import shapes

    asked = load.requests(load.users or MOST_USERS)
    try:
        space = deployment_space(shapes([model]), hardware([system]), asked, min(chips, REPLICA), [number])
        first, after = load.ttft or math.inf, load.tpot or math.inf
        found = search_deployments(space, ttft=first, tpot=after, top=max(top, 2))
    except ModelError as error:
        raise InputError(f"chips: {error}") from None
    counts = found.counts
    how = (
        f"most tokens a second and chip of all {counts.points:,} deployments with a concurrency: {counts.infeasible:,} "
        f"do not fit, {counts.waiting:,} only wait for memory, {counts.bounded:,} excluded by bounds, "
        f"{counts.computed:,} computed"
    )
    shown = min(top, int(found.best.concurrency.size))
    tables = {
        "top": _points("The best deployments", found.best, shown),
        "front": _points("The front of tokens a second for a chip and for a user", found.front, FRONT),
    }
    several = found.best.concurrency.size > 1
    notes = (f"Why the best beats the second: {why_deployment(found)}",) if several else ()
    return SearchedDeployments(taken(found.best.cut, [0]), how, tables, notes)


def _points(title: str, points: Points, most: int) -> Table:
    from gigawatt.perf.candidates import taken
    from gigawatt.perf.served import deployment_words
    from gigawatt.views.table import Column, Table

    many = int(points.concurrency.size)
    rows = tuple(
        (
            deployment_words(taken(points.cut, [at])),
            float(points.concurrency[at]),
            float(points.chip_rate[at]),
            float(points.user_rate[at]),
            1e3 * float(points.service.ttft[at]),
        )
        for at in range(min(many, most))
    )
    columns = (
        Column("layout"),
        Column("requests a replica", "1"),
        Column("tokens a chip", "token/s"),
        Column("tokens a user", "token/s"),
        Column("first token", "ms"),
    )
    return Table(title, columns, rows, f"The first {most} of {many:,}." if many > most else "")


def _table(title: str, layout: Layout, done: Training, most: int) -> Table:
    from gigawatt.perf.trained import layout_words
    from gigawatt.views.table import Column, Table

    many = int(layout.tp.size)
    rows = tuple(
        (
            layout_words(layout.take([at])),
            float(done.step[at]),
            float(done.rate[at]),
            float(done.memory.total[at]) / 1e9,
        )
        for at in range(min(many, most))
    )
    columns = (Column("layout"), Column("step", "s"), Column("tokens a chip", "token/s"), Column("peak memory", "GB"))
    return Table(title, columns, rows, f"The first {most} of {many:,}." if many > most else "")
