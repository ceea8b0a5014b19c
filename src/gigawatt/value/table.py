"""Tables of values: each contract to each side, its cash by year, and who is exposed to whom."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Floats
from gigawatt.value.contract import ContractValue, path_weights
from gigawatt.value.estimate import Estimate, estimate
from gigawatt.value.flows import Flows
from gigawatt.value.measure import EXPLAINED
from gigawatt.views.band import LEVELS, band_columns, tidy
from gigawatt.views.table import BILLION, BN, Cell, Column, Table

ALONE = (
    "Cash and shares alone: what a buyer does with the hardware or the rent is another contract's revenue. "
    "± is the standard error from the number of paths, nothing else; p10 to p90 is the spread of the paths."
)


def worth(values: tuple[ContractValue, ...]) -> Table:
    """What each contract is worth to each side, under one measure.

    Arguments:
        values: of one measure.
    """
    rows = tuple(
        (value.contract.name, side.party, *cells(side.value), billions(side.lost), billions(side.exposure))
        for value in values
        for side in value.sides
    )
    measure = values[0].measure if values else "real-world"
    return Table(
        f"What contracts are worth, {measure}",
        (
            Column("contract"),
            Column("side"),
            Column("value", BN),
            Column("±", BN),
            *band_columns(BN),
            Column("never paid", BN),
            Column("most still to come", BN),
        ),
        rows,
        f"{EXPLAINED[measure]} {ALONE} Most still to come: nine of ten paths have less outstanding at any year's end.",
    )


def cells(estimate: Estimate) -> tuple[Cell, ...]:
    """Mean, standard error and band in billions."""
    return tuple(billions(amount) for amount in (estimate.mean, estimate.error, *estimate.band))


def billions(amount: float) -> float:
    """USD in bn USD; what is less than a cent is nothing."""
    return tidy(amount / BILLION) if abs(amount) >= 0.01 else 0.0


def fan(flows: Flows, contract: str) -> Table:
    """What a contract pays in each year, way by way, not discounted.

    Arguments:
        flows: a simulation under a measure.
        contract: its name.
    """
    rows: list[tuple[Cell, ...]] = []
    weights = path_weights(flows)
    for way, amounts in ways(flows, contract).items():
        for year, paths in zip(flows.years, amounts, strict=True):
            rows.append((way, f"{year}-12", *(billions(end) for end in estimate(paths, weights).band)))
    return Table(
        f"What `{contract}` pays in each year, {flows.measure}",
        (Column("way"), Column("month"), *band_columns(BN)),
        tuple(rows),
        "Shares are counted at the price of the month in which they are handed over.",
    )


def ways(flows: Flows, contract: str) -> dict[str, Floats]:
    """Cash and shares of a contract by payer, payee and asset: (year, path) in USD."""
    found: dict[str, Floats] = {}
    for row in flows.lanes(contract):
        lane = flows.places.lanes[row][1]
        way = f"{lane.payer} > {lane.payee}" + ("" if lane.asset == CASH else f", {lane.asset} shares")
        found[way] = found.get(way, 0.0) + flows.yearly[:, row]
    return found


def exposure(flows: Flows) -> Table:
    """Who is exposed to whom: what is still to come over the years, and what is never paid.

    Arguments:
        flows: a simulation under a measure.
    """
    weights = path_weights(flows)
    pairs: dict[tuple[str, str], list[int]] = {}
    for row, (_, lane) in enumerate(flows.places.lanes[: flows.places.contracted]):
        pairs.setdefault((lane.payee, lane.payer), []).append(row)
    rows: list[tuple[Cell, ...]] = []
    for (creditor, debtor), lanes in pairs.items():
        left = flows.after[:, lanes].sum(axis=1)
        high = np.quantile(left, LEVELS[-1], axis=-1)
        present = np.average(flows.value[lanes].sum(axis=0), weights=weights)
        lost = np.average(flows.missed[lanes].sum(axis=0), weights=weights)
        year = flows.years[int(high.argmax())]
        rows.append((creditor, debtor, *(billions(float(x)) for x in (present, high.max(), lost)), f"{year}-12"))
    rows.sort(key=lambda row: -float(row[4] or 0.0))
    return Table(
        f"Who is exposed to whom, {flows.measure}",
        (
            Column("creditor"),
            Column("debtor"),
            Column("still to be paid", BN),
            Column("most, in nine of ten cases", BN),
            Column("never paid", BN),
            Column("most in"),
        ),
        tuple(rows),
        "Payments of contracts, discounted at the curve; `never paid` is what is due and missed, by which the rows are "
        "ordered. No netting between contracts, and no recovery beyond what the clearing of the month pays.",
    )
