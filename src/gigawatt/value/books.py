"""What a warrant does to its issuer's revenue: the accounting view of a simulated warrant."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Constant
from gigawatt.value.accounting.holder import rebate_per_gigawatt
from gigawatt.value.accounting.measurement import award, counted
from gigawatt.value.accounting.revenue import Reduction, progress, reduction
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import Ladder
from gigawatt.value.warrant import WarrantValue
from gigawatt.views.band import LEVELS, band, band_columns, tidy
from gigawatt.views.table import BILLION, BN, Cell, Column, Table

PROBABLE = 0.75
"""Chance from which a tranche counts as probable; the standards name no number, practice speaks of 70 to 80 %."""


def contra(flows: Flows, value: WarrantValue) -> Reduction:
    """What the warrant takes from the issuer's revenue from the holder, year by year (ASC 606-10-32-25, ASC 718).

    The fair value at grant is that of the price marks alone. A tranche counts once its gigawatts are probable, or have
    come; its chance is the share of all paths on which they come by the expiry. Purchases still to come are expected
    as they come on average.

    Arguments:
        flows: real-world, so that chances are those a plan sees.
        value: the warrant.
    """
    this = value.ladder
    years = [i for i, year in enumerate(flows.years) if year * 12 <= flows.scenario.first + this.months - 1]
    revenue = _revenue(flows, this)[years]
    met = np.stack([_met(flows, this, row, years) for row in range(len(value.rungs))]).astype(np.float64)
    chance = np.broadcast_to(met[:, -1].mean(axis=-1)[:, np.newaxis, np.newaxis], met.shape).copy()
    chance[:, -1] = met[:, -1]
    so_far = np.cumsum(revenue, axis=0)
    rest = (so_far[-1] - so_far).mean(axis=-1, keepdims=True)
    given = award(
        [rung.shares for rung in value.rungs],
        [rung.granted / rung.shares for rung in value.rungs],
        this.strike.central,
    )
    count = counted(np.maximum(chance, met), met, threshold=PROBABLE, standard="ASU 2025-04")
    return reduction(given, count, met, revenue, progress(revenue, so_far + rest))


def _revenue(flows: Flows, this: Ladder) -> Floats:
    """What the issuer receives from the holder for other things than the warrant (year, path), USD."""
    return np.asarray(flows.yearly[:, _purchases(flows, this)].sum(axis=1))


def _purchases(flows: Flows, this: Ladder) -> list[int]:
    """The lanes on which the holder pays the issuer for other things than the warrant."""
    return [
        row
        for row, (name, lane) in enumerate(flows.places.lanes)
        if lane.asset == CASH and (lane.payer, lane.payee) == (this.holder, this.issuer) and name != this.contract.name
    ]


def _met(flows: Flows, this: Ladder, row: int, years: list[int]) -> Floats:
    """Whether a tranche's gigawatts have come by the ends of years (year, path)."""
    tranche, first = this.tranches[row], flows.scenario.first
    if not isinstance(tranche.power, Constant):
        return np.ones((len(years), flows.paths))
    mark = flows.of(tranche.power.figure) * (1.0 - 1e-9)
    last = min(this.months, flows.scenario.months) - 1
    ends = [min(flows.years[i] * 12 + 11 - first, last) for i in years]
    return np.asarray(flows.counters[f"{tranche.counts}/{this.deal}"][ends] >= mark)


def books(flows: Flows, value: WarrantValue) -> Table:
    """The issuer's revenue from the holder and what the warrant takes from it, by year.

    Arguments:
        flows: real-world.
        value: the warrant.
    """
    this, found = value.ladder, contra(flows, value)
    rows: list[tuple[Cell, ...]] = []
    lines = (("revenue before", found.gross), ("taken by the warrant", found.contra), ("vested ahead", found.asset))
    for label, amounts in lines:
        for year, paths in zip(flows.years, amounts, strict=False):
            rows.append((label, f"{year}-12", *band(paths, BILLION)))
    total, taken = found.gross.sum(axis=0), found.contra.sum(axis=0)
    part = 100.0 * taken[total > 0] / total[total > 0] if (total > 0).any() else np.zeros(1)
    low, middle, high = (tidy(float(q)) for q in np.quantile(part, LEVELS))
    return Table(
        f"What `{this.contract.name}` takes from the revenue of {this.issuer} from {this.holder}",
        (Column("line"), Column("month"), *band_columns(BN)),
        tuple(rows),
        f"In all {middle:.3g} % of revenue to the expiry ({low:.3g} to {high:.3g} %). Fair value at grant with price "
        "marks inside and gigawatts outside, equity from the start; a tranche counts once its gigawatts are probable "
        f"(chance of {100 * PROBABLE:.0f} % or more) or have come, and is caught up then; see the guide on accounting.",
    )


def rebate(flows: Flows, this: Ladder) -> Table | None:
    """What the warrant gives back to the holder for each gigawatt it buys; None where it buys none.

    Arguments:
        flows: a simulation under a measure.
        this: the warrant.
    """
    counted = [key for key in flows.counters if key.endswith(f"/{this.deal}")]
    if not counted:
        return None
    last = min(this.months, flows.scenario.months) - 1
    gigawatts = flows.counters[next((key for key in counted if key.startswith("received")), counted[0])][last]
    bought = gigawatts > 0
    if not bought.any():
        return None
    lanes = {row: flows.places.lanes[row][1] for row in flows.lanes(this.contract.name)}
    got = flows.value[[row for row, lane in lanes.items() if lane.payee == this.holder]].sum(axis=0)
    gave = flows.value[[row for row, lane in lanes.items() if lane.payer == this.holder]].sum(axis=0)
    paid = flows.value[_purchases(flows, this)].sum(axis=0)
    worth = np.maximum(got - gave, 0.0)
    rows: list[tuple[Cell, ...]] = []
    for label, amount in (("rebate", worth), ("paid for hardware and all else", paid)):
        each = rebate_per_gigawatt(amount, gigawatts)
        rows.append((label, tidy(each.overall / BILLION), *(tidy(end / BILLION) for end in each.band())))
    part = 100.0 * worth.sum() / paid.sum() if paid.any() else 0.0
    return Table(
        f"`{this.contract.name}` as a rebate on each gigawatt, {flows.measure}",
        (Column("what"), Column("mean", "bnUSD/GW"), *band_columns("bnUSD/GW")),
        tuple(rows),
        f"Present values over gigawatts received by the expiry; {part:.3g} % of what {this.holder} pays {this.issuer}. "
        f"Mean value over mean gigawatts; bands over the {100 * bought.mean():.0f} % of paths on which any come.",
    )
