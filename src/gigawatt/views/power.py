"""Gigawatts: what is energised, which of the five curves a deal has reached, and when campuses come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.dates import month_text
from gigawatt.engine.block import NEVER
from gigawatt.engine.result import Result
from gigawatt.views.band import LEVELS, Values, band, band_columns, monthly, percent, tidy, when, year_ends
from gigawatt.views.focus import Focus, focus, others
from gigawatt.views.table import GW, PERCENT, Cell, Column, Table

TOTAL = "total"

STAGES = ("announced", "contracted", "financed", "delivered", "online")
"""The curves of a deal, from what was said to what runs; `contracted` is what is binding."""


def energised(result: Result) -> Table:
    """Energised gigawatts of the focus by supplier at year ends, their total, and other programmes by owner."""
    deals, mine, rest = result.scenario.deals, focus(result.scenario), others(result.scenario)
    groups = {name: [i for i in mine.deals if deals[i].supplier == name] for name in _suppliers(result, mine)}
    groups[TOTAL] = list(mine.deals)
    groups |= {f"({other.title})": list(other.deals) for other in rest}
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in groups}
    for month, online in monthly(result, "online", year_ends(result)):
        for name, members in groups.items():
            rows[name].append((name, month, *band(online[members].sum(axis=0))))
    apart = " In brackets: other programmes in the same market, not part of the total." if rest else ""
    return Table(
        f"Energised gigawatts of {mine.title} by supplier at year ends",
        (Column("supplier"), Column("month"), *band_columns(GW)),
        tuple(row for found in rows.values() for row in found),
        f"Facility power. Quantiles do not add up: the total is summed on each path first.{apart}",
    )


def _suppliers(result: Result, mine: Focus) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.scenario.deals[i].supplier for i in mine.deals))


def stages(result: Result, months: Sequence[str] | None = None) -> Table:
    """How far each deal has come at year ends: announced, binding, financed, delivered, energised (medians).

    Arguments:
        result: what to read.
        months: year ends; all of them by default.
    """
    kept = tuple(name for name in STAGES if name in result.keys())  # noqa: SIM118 - a result is no mapping
    wanted = tuple(months or year_ends(result, "delivered"))
    medians = {
        (name, month): np.median(values, axis=-1) for name in kept for month, values in monthly(result, name, wanted)
    }
    order = [*focus(result.scenario).deals, *(i for other in others(result.scenario) for i in other.deals)]
    deals = [(i, result.labels["deal"][i]) for i in order]
    gone = [name for name in STAGES if name not in kept]
    return Table(
        "Gigawatts of each deal, from announced to energised, at year ends",
        (Column("deal"), Column("month"), *(Column(_word(name), GW) for name in kept)),
        tuple((deal, m, *(tidy(float(medians[name, m][i])) for name in kept)) for i, deal in deals for m in wanted),
        "Cumulative facility power, medians over paths; `contracted` is what is binding."
        + (f" A run of so many paths does not keep {' and '.join(gone)}." if gone else ""),
    )


def campuses(result: Result) -> Table:
    """When each phase of each campus was planned, and when it comes in half and in nine of ten paths."""
    ready = np.asarray(result.array("ready"), dtype=np.float64)
    phases = [(campus.name, i, phase) for campus in result.scenario.campuses for i, phase in enumerate(campus.phases)]
    return Table(
        "Campus phases: planned month, and when they are energised",
        (
            Column("campus"),
            Column("phase", "1"),
            Column("deal"),
            Column("power", GW),
            Column("planned"),
            *(Column(f"p{100 * level:g}") for level in LEVELS[1:]),
            Column("delay", "month"),
            Column("built", PERCENT),
        ),
        tuple(
            (name, i + 1, phase.deal, phase.power.central, month_text(phase.month), *_coming(months, phase.month))
            for (name, i, phase), months in zip(phases, ready, strict=True)
        ),
        "The delay is the median among the paths on which the phase is built. Energised means that power is there; "
        "whether hardware is, the deals decide.",
    )


def _coming(months: Values, planned: int) -> tuple[Cell, ...]:
    built = months[months < NEVER]
    delay = float(np.median(built)) - planned if built.size else None
    return (*when(months)[1:], delay, percent(built.size / months.size))


def _word(name: str) -> str:
    return "energised" if name == "online" else name
