"""Tokens: what the working accelerators of the focus could answer and do answer, and the power that takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigawatt.engine.result import Result
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.performance import Of, Performance
from gigawatt.views.band import Values, band, band_columns, drawn, monthly, year_ends
from gigawatt.views.focus import focus
from gigawatt.views.table import GW, Cell, Column, Table

DAY = 86_400.0
"""Seconds of a day."""

TERA = 1e12

COULD, DO = "could be answered", "are answered"


def known(result: Result) -> tuple[int, ...]:
    """Positions of the deals of the focus whose systems' yields are known."""
    return tuple(i for i in focus(result.scenario).deals if result.scenario.deals[i].performance is not None)


def answers(result: Result) -> dict[str, Table]:
    """What could be and what is answered at year ends, and the power that the latter draws.

    Arguments:
        result: a run.

    Returns:
        `tokens`, a day, and `serving_power`, in GW at the meter; nothing where no yield is known.
    """
    if not known(result):
        return {}
    rows: dict[str, list[tuple[Cell, ...]]] = {COULD: [], DO: []}
    power: list[tuple[Cell, ...]] = []
    for what, month, per_second, watts in _served(result):
        rows[what].append((what, month, *band(per_second, TERA / DAY)))
        if what == DO:
            power.append(("of answers", month, *band(watts, 1e9)))
    title = focus(result.scenario).title
    day = Table(
        f"Tokens a day of {title} at year ends",
        (Column("tokens"), Column("month"), *band_columns("Ttoken/day")),
        tuple(row for found in rows.values() for row in found),
        "Tokens of answers on the mix of the lab, with the error of the performance model. What could be answered "
        f"takes all that works; what is answered leaves out research and idle compute.{_left_out(result)}",
    )
    drawn_by = Table(
        f"Power that the answers of {title} draw at year ends",
        (Column("power"), Column("month"), *band_columns(GW)),
        tuple(power),
        "Joules a second at the meter of chips while they answer, with their hosts and the facility around them, by "
        "the power model; research and idle chips draw more besides.",
    )
    return {"tokens": day, "serving_power": drawn_by} if power else {"tokens": day}


def _served(result: Result) -> Iterator[tuple[str, str, Values, Values]]:
    """What could be and what is answered in each month: tokens a second and W at the meter, (path,) each."""
    mine = list(known(result))
    deals = [result.scenario.deals[i] for i in mine]
    yields = [deal.performance for deal in deals if deal.performance is not None]

    # Reading what a figure came out as costs more than all that is done with it.
    read: dict[str, Floats] = {}

    def of(figure: Figure) -> Floats:
        if figure.certain:
            return drawn(result, figure)
        if figure.name not in read:
            read[figure.name] = drawn(result, figure)
        return read[figure.name]

    chip = {this.system: _of_chip(this, of) for this in yields}
    both = [chip[this.system] for this in yields]
    rates, watts = (np.stack(np.broadcast_arrays(*parts)) for parts in zip(*both, strict=True))
    months = year_ends(result, "chips")
    for month, chips in monthly(result, "chips", months):
        yield COULD, month, (chips[mine] * rates).sum(axis=0), (chips[mine] * watts).sum(axis=0)
    if "used" not in result.keys():  # noqa: SIM118 - a result is no mapping
        return
    labs = {lab.party: lab for lab in result.scenario.labs}
    kept = [of(labs[deal.lab].research) if deal.lab in labs else np.zeros(1) for deal in deals]
    research = np.stack(np.broadcast_arrays(*kept))
    each = np.stack(np.broadcast_arrays(*(of(deal.chips) for deal in deals)))
    used = dict(monthly(result, "used", months))
    for month, working in monthly(result, "working", months):
        chips = np.maximum(used[month][mine] - research * working[mine], 0.0) * each
        yield DO, month, (chips * rates).sum(axis=0), (chips * watts).sum(axis=0)


def _of_chip(known: Performance, of: Of) -> tuple[Floats, Floats]:
    """Tokens a second of a chip, and W at the meter while it answers."""
    return known.rate(of) * of(known.shared), known.power(of)


def _left_out(result: Result) -> str:
    every, some = focus(result.scenario).deals, known(result)
    lost = [result.scenario.deals[i].name for i in every if i not in some]
    lean = "" if "used" in result.keys() else " A run of so many paths does not keep what is used."  # noqa: SIM118
    return (f" Without {', '.join(lost)}, whose yields are not known." if lost else "") + lean
