"""Figures on a warrant that have been published, and which assumption each of them implies."""

from __future__ import annotations

from gigawatt.catalog import Catalog
from gigawatt.units import unit
from gigawatt.value.warrant import WarrantValue
from gigawatt.views.band import tidy
from gigawatt.views.table import BILLION, BN, Cell, Column, Table

MONEY = unit("USD")

LEAST = 1.0
"""Amounts below a dollar a share are exercise costs and the like."""


def implied(value: WarrantValue, catalog: Catalog) -> Table:
    """What one gets by multiplying all shares by one price, and what that takes for granted, beside the model's value.

    Arguments:
        value: the warrant.
        catalog: claims as of the scenario's date; prices of the warrant's share are read from it.
    """
    shares = sum(rung.shares for rung in value.rungs)
    name = value.ladder.share
    about = {claim.split(".")[0] for figure in value.ladder.contract.figures for claim in figure.claims} - {name}
    rows: list[tuple[Cell, ...]] = []
    for claim in sorted(catalog, key=lambda claim: (claim.quantity, claim.as_of)):
        if claim.value is None:
            continue
        amount = claim.value * (1.0 if claim.unit in ("date", "1") else unit(claim.unit).factor)
        if claim.quantity == "share_price" and claim.subject == name:
            rows.append((claim.id, tidy(amount), tidy(shares * amount / BILLION), "all vests; held at this price"))
        elif claim.subject in about and unit(claim.unit).same_dimension(MONEY) and amount > LEAST * shares:
            rows.append((claim.id, tidy(amount / shares), tidy(amount / BILLION), "all vests; sold at this price"))
    last = max(rung.price for rung in value.rungs)
    rows.append(("last mark", tidy(last), tidy(shares * last / BILLION), "all vests; sold at the last mark"))
    for label, amount, words in (
        ("fair value without gigawatt risk", value.certain_gigawatts.mean, "price marks alone; all gigawatts come"),
        ("this model", value.total.mean, "both locks, correlated; unknown terms drawn"),
    ):
        rows.append((label, tidy(amount / shares), tidy(amount / BILLION), words))
    return Table(
        f"Published arithmetic on `{value.ladder.contract.name}`, and what it assumes",
        (Column("figure"), Column("each share at", "USD/share"), Column("all shares", BN), Column("assumes")),
        tuple(rows),
        "An amount quoted for the whole warrant, divided by its shares, is the price of a share it takes for granted.",
    )
