"""Loans by the terms in which they are written: delayed-draw facilities and term loans.

Data types, each a group of terms: `Draw` (what is borrowed for), `Income` (cash flow that pays for it), `Step` (more
margin from some event on), `Chips` (hardware and what it is worth).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Annotated, cast

from gigawatt import dates
from gigawatt.errors import InputError
from gigawatt.parts.clause import Clause
from gigawatt.parts.cover import Cover
from gigawatt.parts.cumulative import aged, before, closing, moment, opposite, relative, since
from gigawatt.parts.figure import Figure
from gigawatt.parts.loan import Loan, Repayment
from gigawatt.parts.observable import Amount, Observable, lift
from gigawatt.parts.readings import cash, during, growth, larger, level, loaded, received, running, solvent
from gigawatt.parts.terms import (
    Date,
    Deal,
    Interest,
    Load,
    Money,
    MoneyPerPower,
    MoneyPerPowerMonth,
    OneOf,
    Part,
    Party,
    Progress,
    Rate,
    Ratio,
    RentalPrice,
    nonzero,
    ordered,
)
from gigawatt.units import ONE

Repaid = Annotated[str, OneOf(("bullet", "straight", "level", "sculpted"))]


@dataclass(frozen=True, slots=True)
class Draw:
    """What a facility is drawn for: a share of what each further gigawatt of a deal costs.

    Arguments:
        per_gw: cost of a gigawatt, as the parties state it (USD/GW).
        share: of the cost that is borrowed (ratio).
        counts: when it is drawn: as hardware is `received`, or as it is energised (`running`).
    """

    deal: Deal
    per_gw: MoneyPerPower
    share: Part = "1"
    counts: Progress = "received"


@dataclass(frozen=True, slots=True)
class Income:
    """Cash flow for debt service: what each gigawatt of a deal brings in after costs.

    Arguments:
        per_gw: rent less costs of a gigawatt, as the parties state it (USD/GW/month).
        counts: gigawatts that are energised (`running`), or those that carry load (`loaded`).
        tenant: who pays it; nothing comes in once it has missed a payment.
    """

    deal: Deal
    per_gw: MoneyPerPowerMonth
    counts: Load = "running"
    tenant: Party | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """More margin from a date on, after a party has missed a payment, or when both hold.

    Arguments:
        add: to the margin (1/month).
        first: from this date on.
        missed_by: once this party has missed a payment.
    """

    add: Rate
    first: Date | None = None
    missed_by: Party | None = None

    def __post_init__(self) -> None:
        if self.first is None and self.missed_by is None:
            raise InputError("steps: a step of the margin needs `first`, `missed_by`, or both.")


@dataclass(frozen=True, slots=True)
class Chips:
    """Hardware of a deal and what it is worth.

    Arguments:
        per_gw: worth of a gigawatt when it is new, as the parties state it (USD/GW).
        depreciation: share of its worth that is lost each month (1/month); `30 %/year` loses 2.5 % a month.
        counts: hardware that was `received`, or that is energised (`running`).
        opening: what there is before the first month is worth (USD).
        rental: a rental price that all of it moves with, in proportion.
    """

    deal: Deal
    per_gw: MoneyPerPower
    depreciation: Rate = "0 %/year"
    counts: Progress = "received"
    opening: Money = "0 USD"
    rental: RentalPrice | None = None


def delayed_draw_loan(
    lender: Party,
    borrower: Party,
    commitment: Money,
    draws: tuple[Draw, ...],
    first: Date,
    available: Date,
    maturity: Date,
    margin: Rate,
    index: Interest | None = None,
    steps: tuple[Step, ...] = (),
    unused_fee: Rate = "0 %/year",
    capitalised: Part = "0",
    drawn: Money = "0 USD",
    repayment: Repaid = "bullet",
    income: tuple[Income, ...] = (),
    cover: Ratio = "1",
    sweep: Part = "0",
    dscr: Ratio = "0",
    tested: Date | None = None,
    collateral: tuple[Chips, ...] = (),
    loan_to_value: Ratio = "1",
) -> Clause:
    """A lender funds a share of what gigawatts cost as they come, and is repaid from what they earn.

    It is drawn between `first` and `available`, up to the commitment, and repaid after `available` until `maturity`.
    A breach of the cover of debt service (`dscr`, over twelve months, from `tested` on) or of `loan_to_value` stops
    draws and sends all excess cash flow to early repayment; when the borrower has missed a payment, everything is due.

    Raises:
        InputError: the dates are not in order, or a covenant, a sweep or a sculpted repayment has no income.
    """
    ordered(first=first, available=available, maturity=maturity)
    limit = lift(commitment)
    if nonzero(drawn):
        limit = larger(limit - drawn, "0 USD")
    asked = [growth(_gigawatts(d.deal, d.counts)) * d.per_gw * d.share for d in draws]
    window = during(dates.month_text(dates.period(first).first), available)
    return Loan(
        lender,
        borrower,
        draw=reduce(add, asked),
        limit=limit,
        rate=_rate(margin, index, steps),
        fee=lift(unused_fee),
        joins=lift(capitalised) * window if nonzero(capitalised) else lift("0"),
        opening=lift(drawn),
        solvent=solvent(borrower),
        first=moment(first),
        available=closing(available),
        begins=closing(available),
        maturity=closing(maturity),
        repayment=cast(Repayment, repayment),
        cover=_cover(borrower, repayment, income, cover, sweep, dscr, tested or available, collateral, loan_to_value),
    )


def term_loan(
    lender: Party,
    borrower: Party,
    amount: Money,
    maturity: Date,
    margin: Rate,
    month: Date | None = None,
    index: Interest | None = None,
    steps: tuple[Step, ...] = (),
    repayment: Repaid = "bullet",
    interest_only: Date | None = None,
    income: tuple[Income, ...] = (),
    cover: Ratio = "1",
    sweep: Part = "0",
    dscr: Ratio = "0",
    tested: Date | None = None,
    collateral: tuple[Chips, ...] = (),
    loan_to_value: Ratio = "1",
) -> Clause:
    """A sum lent in one month and repaid until maturity: at once, in equal parts, as an annuity, or sculpted.

    Without `month` it was lent before the scenario begins, and `amount` is what is still owed.

    Raises:
        InputError: the dates are not in order, or a covenant, a sweep or a sculpted repayment has no income.
    """
    ordered(month=month, interest_only=interest_only, maturity=maturity)
    lent = moment(month) if month else Figure("", ONE)
    amount = lift(amount)
    return Loan(
        lender,
        borrower,
        draw=amount / "1 month",
        limit=amount if month else lift("0 USD"),
        rate=_rate(margin, index, steps),
        fee=lift("0 %/year"),
        joins=lift("0"),
        opening=lift("0 USD") if month else amount,
        solvent=solvent(borrower),
        first=lent,
        available=lent,
        begins=closing(interest_only) if interest_only else lent,
        maturity=closing(maturity),
        repayment=cast(Repayment, repayment),
        cover=_cover(borrower, repayment, income, cover, sweep, dscr, tested or month, collateral, loan_to_value),
    )


def worth(chips: Iterable[Chips]) -> Observable:
    """What hardware is worth this month (USD)."""
    values = []
    for c in chips:
        value = aged(growth(_gigawatts(c.deal, c.counts)) * c.per_gw, c.depreciation, c.opening)
        values.append(value * relative(level(c.rental, "USD/GW/month")) if c.rental else value)
    return reduce(add, values)


def _gigawatts(deal: str, counts: str) -> Observable:
    return {"received": received, "running": running, "loaded": loaded}[counts](deal)


def _rate(margin: Amount, index: str | None, steps: Iterable[Step]) -> Observable:
    """Margin and steps, and the index as it stood at the end of the month before."""
    rate = lift(margin)
    if index is not None:
        rate = before(level(index, "1/month")) + rate
    for step in steps:
        more = lift(step.add)
        more = more * since(step.first) if step.first else more
        rate = rate + (more * opposite(solvent(step.missed_by)) if step.missed_by else more)
    return rate


def _cover(
    borrower: str,
    repayment: str,
    income: tuple[Income, ...],
    cover: Amount,
    sweep: Amount,
    dscr: Amount,
    tested: str | None,
    collateral: tuple[Chips, ...],
    loan_to_value: Amount,
) -> Cover:
    wanting = {"repayment: sculpted": repayment == "sculpted", "sweep": nonzero(sweep), "dscr": nonzero(dscr)}
    for what, wants in wanting.items():
        if wants and not income:
            raise InputError(f"income: missing; `{what}` needs to know what cash flow there is.")
    if not nonzero(cover):
        raise InputError("cover: `0` given, a ratio above 0 expected, such as 1.3.")
    found = Cover() if tested is None else Cover(tested=moment(tested))
    if income:
        flows = [_flow(i) for i in income]
        found = replace(found, income=reduce(add, flows), sculpt=lift(cover), sweep=lift(sweep), dscr=lift(dscr))
    if income or collateral:
        found = replace(found, cash=cash(borrower))
    if collateral:
        found = replace(found, base=worth(collateral) * loan_to_value)
    return found


def _flow(income: Income) -> Observable:
    flow = _gigawatts(income.deal, income.counts) * income.per_gw
    return flow * solvent(income.tenant) if income.tenant else flow
