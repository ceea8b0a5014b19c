"""Debt contracts in numbers: what each pays, when, and what that is worth."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.pricing import Curve
from gigawatt.scenario.debt_file import Loan
from gigawatt.views.band import tidy
from gigawatt.views.table import Cell, Column, Table

YEAR = 365.25
"""Days."""


def present(loan: Loan, curve: Curve | None) -> float:
    """The events' payoffs discounted to the status date; their sum where there is no curve."""
    days = np.array([(event.date - loan.terms.status_date).total_seconds() / 86_400.0 for event in loan.events])
    payoffs = np.array([event.payoff for event in loan.events])
    return float(payoffs @ (curve.discount(days / YEAR) if curve else np.ones_like(days)))


def loans(found: tuple[Loan, ...], curve: Curve | None) -> Table:
    """One line a contract.

    Arguments:
        found: contracts.
        curve: to discount with; none for plain sums.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            loan.name,
            loan.terms.contract_type,
            f"{loan.events[0].date:%Y-%m-%d}" if loan.events else "–",
            f"{loan.events[-1].date:%Y-%m-%d}" if loan.events else "–",
            tidy(sum(event.payoff for event in loan.events if event.payoff > 0)),
            tidy(sum(-event.payoff for event in loan.events if event.payoff < 0)),
            tidy(present(loan, curve)),
            loan.terms.currency or "–",
        )
        for loan in found
    ]
    how = "discounted to the status date with the curve" if curve else "not discounted; give --rate to discount"
    return Table(
        "Debt contracts",
        (
            Column("contract"),
            Column("type"),
            Column("first"),
            Column("last"),
            Column("received", "1"),
            Column("paid", "1"),
            Column("net", "1"),
            Column("currency"),
        ),
        tuple(rows),
        f"From the side that `contractRole` names; net is {how}.",
    )


def schedule(loan: Loan) -> Table:
    """Every event of a contract.

    Arguments:
        loan: the contract.
    """
    return Table(
        f"Events of `{loan.name}` ({loan.terms.contract_type})",
        (
            Column("date"),
            Column("event"),
            Column("payoff", loan.terms.currency or "1"),
            Column("principal", loan.terms.currency or "1"),
            Column("rate", "%/year"),
            Column("accrued", loan.terms.currency or "1"),
        ),
        tuple(
            (
                f"{event.date:%Y-%m-%d}",
                event.kind,
                f"{event.payoff:,.2f}",
                f"{event.notional:,.2f}",
                tidy(100.0 * event.rate),
                f"{event.accrued:,.2f}",
            )
            for event in loan.events
        ),
        "In the order of the ACTUS standard; a positive payoff is received by the side that `contractRole` names.",
    )
