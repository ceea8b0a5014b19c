"""What a contract remembers between two events, and how interest grows in between.

State      notional, rate, interest not yet paid, next payment, scales
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gigawatt.errors import ModelError
from gigawatt.parts.debt.day_count import year_fraction
from gigawatt.parts.debt.terms import Terms


@dataclass(frozen=True, slots=True)
class State:
    """A contract on one date; amounts are signed by the role.

    Arguments:
        date: up to which interest is counted.
        notional: principal outstanding.
        rate: interest a year; of the floating leg in a swap.
        accrued: interest earned and not paid; of the fixed leg in a swap.
        floating: interest of a swap's floating leg, with the sign of what is paid.
        called: interest fixed by a notice of call and paid when it has run.
        fees: fees earned and not paid.
        base: the amount that bears interest.
        payment: the next payment of principal (LAM) or of principal and interest (NAM, ANN), unsigned.
        notional_scale, interest_scale: factors of an index on what is paid.
    """

    date: datetime.datetime
    notional: float = 0.0
    rate: float = 0.0
    accrued: float = 0.0
    floating: float = 0.0
    called: float = 0.0
    fees: float = 0.0
    base: float = 0.0
    payment: float = 0.0
    notional_scale: float = 1.0
    interest_scale: float = 1.0


def years(terms: Terms, start: datetime.datetime, end: datetime.datetime) -> float:
    """Years between two dates as the contract counts days; 0 where it counts none."""
    if not terms.day_count:
        return 0.0
    return year_fraction(terms.day_count, start, end, maturity=terms.maturity_date, calendar=terms.calendar)


def accrue(state: State, terms: Terms, date: datetime.datetime) -> State:
    """The state with interest and yearly fees counted up to a date."""
    if date == state.date:
        return state
    passed = years(terms, state.date, date)
    fees = state.fees + (passed * state.notional * terms.fee_rate if terms.fee_basis == "N" else 0.0)
    if terms.contract_type == "SWPPV":
        fixed = terms.nominal_interest_rate or 0.0
        return replace(
            state,
            date=date,
            accrued=state.accrued + passed * fixed * state.notional,
            floating=state.floating - passed * state.rate * state.notional,
            fees=fees,
        )
    return replace(state, date=date, accrued=state.accrued + passed * state.rate * state.base, fees=fees)


def opened(terms: Terms, state: State, since: datetime.datetime | None) -> State:
    """The state once principal has been exchanged.

    Arguments:
        terms: of the contract.
        state: before, dated where interest begins to be counted.
        since: from when interest before that date is owed, if it is not stated as accruedInterest.
    """
    notional = terms.sign * terms.notional
    rate = terms.nominal_interest_rate or 0.0
    base = notional
    if terms.base_kind != "NT" and terms.base_amount is not None:
        base = terms.sign * terms.base_amount
    swap = terms.contract_type == "SWPPV"
    accrued = floating = 0.0
    if terms.accrued_interest is not None:
        accrued = terms.sign * terms.accrued_interest
    elif since is not None and since < state.date:
        accrued = years(terms, since, state.date) * rate * base
        floating = -years(terms, since, state.date) * terms.nominal_interest_rate2 * notional if swap else 0.0
    return replace(
        state,
        notional=notional,
        rate=terms.nominal_interest_rate2 if swap else rate,
        accrued=accrued,
        floating=floating,
        fees=terms.sign * terms.fee_accrued,
        base=base,
        notional_scale=terms.notional_scale,
        interest_scale=terms.interest_scale,
    )


def annuity(terms: Terms, state: State, dates: Sequence[datetime.datetime]) -> float:
    """The constant payment that repays principal and interest over the given dates, unsigned.

    Arguments:
        terms: of the contract.
        state: principal, accrued interest and rate from which to start.
        dates: the dates of payment that remain, in order, the last of the plan included.

    Raises:
        ModelError: the rate is so far below zero that no payment exists.

    Source: ACTUS technical specification, annuity amount function A.
    """
    if not dates:
        return 0.0
    owed = abs(state.notional) + abs(state.accrued) + years(terms, state.date, dates[0]) * state.rate * abs(state.base)
    growth, worth = 1.0, 1.0
    for sooner, later in itertools.pairwise(dates):
        factor = 1.0 + state.rate * years(terms, sooner, later)
        if factor <= 0:
            raise ModelError(f"{terms.place}: a rate of {state.rate:g} leaves an annuity without a payment.")
        growth /= factor
        worth += growth
    return owed / worth
