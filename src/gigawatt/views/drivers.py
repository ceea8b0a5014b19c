"""Drivers: which uncertain inputs move an output most, read from the paths that were simulated anyway.

Data type: `Input` (one uncertain input and its value on each path).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt import dates
from gigawatt.engine.record import KEPT
from gigawatt.engine.result import Result
from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Figure, Floats
from gigawatt.views.band import percent, tidy, year_end
from gigawatt.views.focus import focus
from gigawatt.views.table import PERCENT, Column, Table

MOST_BLOCKS = 16
"""Blocks of paths that are looked at; 32,768 paths tell one input from another as well as a million do."""

NOISE = 3.0
"""A share of variance counts when it exceeds so many standard deviations of what chance alone gives."""


WORDS = {"online": "energised gigawatts", "gap": "the funding gap"}
"""How outputs are called in titles."""


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An uncertain input.

    Arguments:
        name: where it stands in the scenario, or what it is.
        values: (path,) in any unit; only their order counts.
    """

    name: str
    values: Floats


def power_drivers(result: Result, month: str | None = None, count: int = 5) -> Table:
    """The inputs that move the energised gigawatts of the focus at a year end most."""
    mine = focus(result.scenario)
    return drivers(result, "online", year_end(result, month), mine.names(result.scenario), count, mine.title)


def gap_drivers(result: Result, party: str, month: str | None = None, count: int = 5) -> Table:
    """The inputs that move the funding gap of a party at a year end most."""
    return drivers(result, "gap", year_end(result, month), (party,), count, party)


def drivers(
    result: Result, quantity: str, month: str, of: Sequence[str] = (), count: int = 5, title: str = ""
) -> Table:
    """The inputs that move an output most: first-order share of its variance, and rank correlation.

    Arguments:
        result: a run; its own draws are the sample, so no further run is needed.
        quantity: the output, such as `online`, `gap` or `cash`.
        month: a month in which it was kept.
        of: entities, such as parties, whose sum counts; the sum over all by default.
        count: how many inputs at most.
        title: what the entities are called together.

    Returns:
        A table, largest share first; empty, with a note, where the output does not vary.

    Raises:
        InputError: no such entity or month.
    """
    whose = title or ", ".join(of)
    title = f"What moves {WORDS.get(quantity, quantity)}{f' of {whose}' if whose else ''} in {month} most"
    columns = (Column("input"), Column("share of variance", PERCENT), Column("rank correlation", "1"))
    output = _output(result, quantity, month, of)
    if output.size < 20 or float(np.ptp(output)) <= 1e-9 * float(np.abs(output).max()):
        why = "has too few paths to tell" if output.size < 20 else "is the same on every path, so nothing moves it"
        return Table(title, columns, (), f"The output {why}.")
    found = sorted(((sobol(this.values, output), this) for this in inputs(result, month)), key=lambda entry: -entry[0])
    bins = _bins(output.size)
    floor = NOISE * np.sqrt(2.0 * (bins - 1)) / output.size
    clear = [(share, this) for share, this in found if share > floor]
    rows = tuple((this.name, percent(share), tidy(spearman(this.values, output))) for share, this in clear[:count])
    told = sum(share for share, _ in clear)
    note = (
        f"First-order Sobol indices from {output.size:,} paths in {bins} bins; on their own, these and all other "
        f"inputs explain {min(told, 1.0):.0%} of the variance, the rest is how they act together and chance."
    )
    if len(rows) < count:
        note += f" Only {len(rows)} of {len(found)} inputs stand out of the noise of so few paths."
    return Table(title, columns, rows, note)


def inputs(result: Result, month: str) -> Iterator[Input]:
    """Every input that varies: figures, campus delays, options that become binding, months in a bust.

    Arguments:
        result: a run.
        month: the month of the output; what happens later is no input.
    """
    scenario, until = result.scenario, dates.month(month) - result.scenario.first + 1
    drawn = dict(zip(result.labels["figure"], _read(result, "figures"), strict=True))
    # Delays follow a common factor, so what counts is when phases came and not the figure's own draw.
    delays = {campus.delay.name for campus in scenario.campuses}
    found = [Input(name, row) for name, row in drawn.items() if name not in delays]
    ready, row = _read(result, "ready"), 0
    for campus in scenario.campuses:
        moving = [row + i for i, phase in enumerate(campus.phases) if not phase.certain]
        row += len(campus.phases)
        if moving:
            found.append(Input(f"campuses.{campus.name} comes late", ready[moving[0]]))
    if "contracted" in result.keys():  # noqa: SIM118 - a result is no mapping
        binding = _read(result, "contracted", [result.months("contracted").index(month)])[0]
        for deal, reached in zip(scenario.deals, binding, strict=True):
            whole = _of(deal.capacity, drawn) * _of(deal.to_facility, drawn) + _of(deal.opening, drawn)
            found.append(Input(f"deals.{deal.name} becomes binding", np.where(reached > 0.9999 * whole, 1.0, 0.0)))
    found.append(Input("months in a bust", _read(result, "bust")[:until].sum(axis=0)))
    return (this for this in found if float(np.ptp(this.values)) > 0)


def sobol(values: Floats, output: Floats) -> float:
    """Share of an output's variance that one input explains on its own.

    The conditional variance is taken over bins of about equal count (equal values share a bin), and what bins explain
    by chance alone is taken off, as in an adjusted coefficient of determination.

    Arguments:
        values: (path,) of the input.
        output: (path,) of the output.

    Source: Plischke, Borgonovo & Smith (2013), Global sensitivity measures from given data, European Journal of
        Operational Research 226(3), section 3.
    """
    below, _ = _order(values)
    place = below * _bins(output.size) // output.size
    _, place, counts = np.unique(place, return_inverse=True, return_counts=True)
    centred = output - output.mean()
    means = np.bincount(place, weights=centred) / counts
    total = float(centred @ centred)
    free = output.size - len(counts)
    if total <= 0 or free <= 0 or len(counts) < 2:
        return 0.0
    within = max(total - float(counts @ means**2), 0.0)
    return max(0.0, 1.0 - (within / free) / (total / (output.size - 1)))


def spearman(values: Floats, output: Floats) -> float:
    """Rank correlation of an input and an output (path,), between -1 and 1; equal values share their mean rank."""
    a, b = _ranks(values), _ranks(output)
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def _bins(paths: int) -> int:
    return int(min(48, max(4, round(paths ** (1 / 3)))))


def _order(values: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each path, how many paths have smaller values, and how many have the same."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - counts)[place], counts[place]


def _ranks(values: Floats) -> Floats:
    below, same = _order(values)
    ranks = below + 0.5 * (same - 1)
    return np.asarray(ranks - ranks.mean())


def _read(result: Result, name: str, rows: list[int] | None = None) -> Floats:
    """A raw array of the first blocks."""
    blocks = range(min(result.blocks, MOST_BLOCKS))
    found = [result.read(block, name) for block in blocks]
    picked = found if rows is None else [array[rows] for array in found]
    return np.concatenate(picked, axis=-1).astype(np.float64)


def _of(figure: Figure, drawn: Mapping[str, Floats]) -> Floats | float:
    return figure.terms[0] if figure.certain else drawn[figure.name]


def _output(result: Result, quantity: str, month: str, of: Sequence[str]) -> Floats:
    if month not in result.months(quantity):
        raise InputError(f"`{quantity}` was not kept for {month}. {did_you_mean(month, result.months(quantity))}")
    values: Floats = _read(result, quantity, [result.months(quantity).index(month)])[0]
    if not of:
        return np.asarray(values.sum(axis=0))
    names = result.labels[KEPT[quantity].axis]
    for name in of:
        if name not in names:
            raise InputError(f"`{quantity}` has no {KEPT[quantity].axis} `{name}`. {did_you_mean(name, names)}")
    return np.asarray(values[[names.index(name) for name in of]].sum(axis=0))
