"""Leads one contract through its schedule: each event counts interest, pays, and changes the state.

Event      what happened, what was paid, what was left
Walk       the events of a contract and its state after the last one
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from gigawatt.parts.debt.effect import EFFECTS, Context, first_payment
from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.maturity import called, maturity
from gigawatt.parts.debt.schedule import Planned, Span, schedule
from gigawatt.parts.debt.state import State, accrue, opened
from gigawatt.parts.debt.terms import Terms


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a contract and the state it leaves; amounts in the contract's currency.

    Arguments:
        date: when it is paid.
        kind: ACTUS event type, such as `IED`, `PR`, `IP`, `RR` or `MD`.
        payoff: paid to the party whose role the contract states, negative when that party pays.
        notional: principal outstanding after it, negative for the party that owes.
        rate: interest a year after it; of the floating leg in a swap.
        accrued: interest earned and not paid after it.
        currency: of the payoff, empty where the contract names none.
        exercise_date: when a guarantee or collateral was called on, if it was.
        exercise_amount: how much may be claimed from it.
    """

    date: datetime.datetime
    kind: str
    payoff: float
    notional: float = 0.0
    rate: float = 0.0
    accrued: float = 0.0
    currency: str = ""
    exercise_date: datetime.datetime | None = None
    exercise_amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Walk:
    """What became of a contract.

    Arguments:
        events: in the order in which they happen.
        state: after the last of them.
    """

    events: tuple[Event, ...]
    state: State


def walk(terms: Terms, observed: Observed, to: datetime.datetime | None = None) -> Walk:
    """All events of a loan or swap after its status date.

    Arguments:
        terms: of the contract.
        observed: series of rates and indices, and notices of call.
        to: the last date to look at; what a notice up to then has set in motion is still settled.

    Raises:
        InputError: an observation is missing, or the terms do not say when the contract ends.
    """
    span = _span(terms, observed, to)
    planned = schedule(span)
    state = _begin(terms, planned, span.end)
    bought = Planned("PRD", terms.purchase_date, terms.purchase_date) if terms.purchase_date else None
    if bought and span.foreseen and bought.date > span.end:
        raise terms.fault("purchaseDate", f"{bought.date:%Y-%m-%d} comes after the end, {span.end:%Y-%m-%d}.")
    events: list[Event] = []
    for event in planned:
        if event.date <= terms.status_date:
            continue
        if to and event.date > to and not (span.settled and event.basis == span.end):
            break
        context = Context(terms, event, observed, span.end)
        effect = EFFECTS.get((terms.contract_type, event.kind)) or EFFECTS["", event.kind]
        payoff, state = effect(context, accrue(state, terms, event.basis))
        if bought is None or bought.date <= terms.status_date or event.rank >= bought.rank:
            events.append(
                Event(event.date, event.kind, payoff, state.notional, state.rate, state.accrued, terms.currency)
            )
        if event.kind in ("TD", "MD", "STD"):
            break
    return Walk(tuple(events), state)


def _span(terms: Terms, observed: Observed, to: datetime.datetime | None) -> Span:
    notice = called(terms, observed)
    if notice and (to is None or notice <= to):
        return Span(terms, notice, foreseen=False, settled=terms.notice.after(notice, 1))
    end = maturity(terms)
    if end:
        return Span(terms, end)
    if to is None:
        raise terms.fault("maturityDate", "missing, and no notice (XD) is observed; give one of them, or a last date.")
    return Span(terms, to + datetime.timedelta(seconds=1), foreseen=False)


def _begin(terms: Terms, planned: list[Planned], end: datetime.datetime) -> State:
    """The state on the status date.

    Interest from before it is owed since a payment of interest that has passed. Where none has, or where the loan may
    be called, it is what accruedInterest states, else nothing.
    """
    state = State(terms.status_date)
    if terms.start > terms.status_date:
        return state
    paid = [event.basis for event in planned if event.kind[:2] == "IP" and event.date <= terms.status_date]
    state = opened(terms, state, None if terms.contract_type == "CLM" else max(paid, default=None))
    payment = first_payment(terms, state, end) if terms.contract_type in ("LAM", "NAM", "ANN") else 0.0
    return replace(state, payment=payment)
