"""Tables on one warrant from a file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from gigawatt.parts.warrant.terms import Tranche
from gigawatt.value.estimate import Estimate
from gigawatt.value.instrument import InstrumentValue, TrancheWorth
from gigawatt.value.risk import words
from gigawatt.value.table import billions
from gigawatt.views.band import band_columns, percent, tidy
from gigawatt.views.table import BILLION, BN, PERCENT, Cell, Column, Table

MILLION = 1e6

MOST_ROWS = 24
"""Longer ladders are shown in as many groups of rungs."""


def overview(found: InstrumentValue) -> dict[str, Table]:
    """All tables, by name.

    Arguments:
        found: a warrant's value.
    """
    tables = {"worth": worth(found), "tranches": tranches(found), "vesting": vesting(found)}
    if found.opened:
        tables["open"] = opened(found)
    if found.sensitivities:
        tables["moves"] = moves(found)
    if found.truths:
        tables["required"] = required(found)
    return tables


def worth(found: InstrumentValue) -> Table:
    """The warrant in sum, in several senses of the word.

    Arguments:
        found: a warrant's value.
    """
    warrant, shares = found.instrument.warrant, found.instrument.warrant.shares

    def row(what: str, value: Estimate) -> tuple[Cell, ...]:
        each = value.band[::2] if not found.known else (value.mean,)
        return (what, *_value(found, value), *(tidy(one / shares) for one in each))

    rows = [row("to the holder", found.total)]
    if found.certain is not None:
        rows.append(row("if every counter mark were reached at once", found.certain))
    if found.method != "simulation":
        rows.append(row("check: simulated day by day", found.simulated))
    ratio = found.diluted[0] / found.total.mean if found.total.mean else 1.0
    thinner = Estimate(found.diluted[0], ratio * found.total.error, _scaled(found.total.band, ratio))
    rows.append(row("diluted: the firm is what moves", thinner))
    return Table(
        f"What the warrant of {warrant.issuer} to {warrant.holder} is worth, risk-neutral",
        (
            Column("what"),
            *_value_columns(found),
            *(Column(f"each share{end}", "USD/share") for end in ([""] if found.known else [", p10", ", p90"])),
        ),
        tuple(rows),
        f"± is the standard error of the simulation{'' if found.known else ' of one draw'} alone. Diluted as in "
        "Galai and Schneller (1978). Where the market does not know of the warrant yet, each old share falls by "
        f"{found.diluted[1]:,.3g} USD.",
    )


def tranches(found: InstrumentValue) -> Table:
    """Value and locks of each tranche, or of groups of rungs where there are many.

    Arguments:
        found: a warrant's value.
    """
    rows = tuple(
        (
            name,
            tidy(sum(t.shares for t in group) / MILLION),
            *_value(found, _together([t.value for t in group])),
            *(percent(_mean(group, lock)) for lock in ("price_opens", "counter_opens", "vests")),
        )
        for name, group in _groups(found.tranches)
    )
    return Table(
        "Tranche by tranche, risk-neutral",
        (
            Column("tranche"),
            Column("shares", "million"),
            *_value_columns(found),
            Column("price lock opens", PERCENT),
            Column("counter lock opens", PERCENT),
            Column("vests", PERCENT),
        ),
        rows,
        "Chances are under the pricing measure, in which shares only earn interest; a forecast is another one. "
        "They come from simulated days, so their third digit does not count.",
    )


def vesting(found: InstrumentValue) -> Table:
    """What each tranche waits for, and when it vests.

    Arguments:
        found: a warrant's value.
    """
    terms = dict(zip(found.instrument.warrant.names, found.instrument.warrant.tranches, strict=True))
    rows = tuple(
        (name, _waits(terms[group[-1].name]), *(_day(group, number) for number in range(3)))
        for name, group in _groups(found.tranches)
    )
    return Table(
        "When tranches vest, risk-neutral",
        (Column("tranche"), Column("waits for"), *(Column(f"{level} % by") for level in (10, 50, 90))),
        rows,
        "Day by which it has vested in as many cases; `never` where it does not in time. Of a group, its last rung.",
    )


def opened(found: InstrumentValue) -> Table:
    """What is not public, and what of it the value depends on.

    Arguments:
        found: a warrant's value with open figures.
    """
    listed = sorted(found.opened, key=lambda one: -abs(one.moves))[:MOST_ROWS]
    return Table(
        "What is not public",
        (Column("figure"), Column("low", "1"), Column("high", "1"), Column("rank correlation", "1")),
        tuple((one.name, tidy(one.between.low), tidy(one.between.high), round(one.moves, 2)) for one in listed),
        "In GW, USD, shares, USD/share and shares of one. The rank correlation of each figure with the value over "
        f"draws says which matters; with {found.draws}, less than {2.0 / math.sqrt(found.draws):.1f} may be chance.",
    )


def moves(found: InstrumentValue) -> Table:
    """How the value moves with what it rests on.

    Arguments:
        found: a value whose sensitivities were asked for.
    """
    exact = found.method != "simulation"
    return Table(
        "How the value moves, risk-neutral",
        (Column("what"), Column("step"), Column("change", BN), Column("±", BN)),
        tuple((s.name, s.step, tidy(s.change / BILLION), tidy(s.error / BILLION)) for s in found.sensitivities),
        "Slopes in share price and volatility are exact on every path; the others are differences on the same draws."
        if exact
        else "Differences on the same draws. A payoff that jumps at a mark makes them noisy: mind the ±.",
    )


def required(found: InstrumentValue) -> Table:
    """What must be true for the warrant to be worth the amount asked about.

    Arguments:
        found: a value with an amount.
    """

    def cell(value: float | None) -> Cell:
        return None if value is None else tidy(value)

    return Table(
        f"What must be true for the warrant to be worth {(found.amount or 0.0) / BILLION:,.4g} bnUSD",
        (Column("one of these, all else as it is"), Column("needed", "1"), Column("now", "1"), Column("unit")),
        tuple((t.what, cell(t.needed), cell(t.now), t.unit) for t in found.truths),
        "– where no value within reason will do. Found on few paths, so two digits count.",
    )


def _value_columns(found: InstrumentValue) -> tuple[Column, ...]:
    return (Column("value", BN), Column("±", BN)) if found.known else (*band_columns(BN), Column("±", BN))


def _value(found: InstrumentValue, value: Estimate) -> tuple[Cell, ...]:
    """A point where everything is known, else the range."""
    shown = (value.mean,) if found.known else value.band
    return (*(billions(one) for one in shown), billions(value.error))


def _scaled(band: tuple[float, float, float], ratio: float) -> tuple[float, float, float]:
    return (band[0] * ratio, band[1] * ratio, band[2] * ratio)


def _together(values: Sequence[Estimate]) -> Estimate:
    """The sum, as if all went one way."""
    ends = (sum(value.band[number] for value in values) for number in range(3))
    low, middle, high = ends
    return Estimate(sum(v.mean for v in values), sum(v.error for v in values), (low, middle, high))


def _groups(tranches: Sequence[TrancheWorth]) -> Iterator[tuple[str, Sequence[TrancheWorth]]]:
    """Tranches one by one, or rungs of one name in as many groups as fit."""
    if len(tranches) <= MOST_ROWS:
        yield from ((one.name, (one,)) for one in tranches)
        return
    for stem, members in groupby(tranches, key=lambda one: re.sub(r"\s*\d+$", "", one.name)):
        rungs = tuple(members)
        size = max(1, math.ceil(len(rungs) * 1.5 / MOST_ROWS))
        for start in range(0, len(rungs), size):
            group = rungs[start : start + size]
            last = group[-1].name.removeprefix(stem).strip()
            yield group[0].name if len(group) == 1 else f"{group[0].name} to {last}", group


def _mean(group: Sequence[TrancheWorth], lock: str) -> float:
    return sum(float(getattr(one, lock)) for one in group) / len(group)


def _waits(tranche: Tranche) -> str:
    parts = [text for text in (words(tranche.price), words(tranche.counter)) if text]
    said = [(" or " if tranche.joined == "either" else "; ").join(parts)] if parts else []
    said += [f"not before {tranche.not_before}"] if tranche.not_before else []
    said += [f"until {tranche.deadline}"] if tranche.deadline else []
    return ", ".join(said) or "nothing"


def _day(group: Sequence[TrancheWorth], number: int) -> str:
    day = group[-1].dates[number]
    return "never" if day is None else str(day)
