"""Guarantees and collateral: what becomes due when a covered contract fails.

Source: ACTUS technical specification, contract types CEG and CEC.
"""

from __future__ import annotations

import datetime
import itertools
from dataclasses import replace

from gigawatt.parts.debt.calendar import place
from gigawatt.parts.debt.dictionary import HOLDINGS
from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.maturity import maturity
from gigawatt.parts.debt.schedule import ORDER, Span
from gigawatt.parts.debt.state import accrue, years
from gigawatt.parts.debt.terms import Terms
from gigawatt.parts.debt.walk import Event, walk

Moment = datetime.datetime


def credit(terms: Terms, observed: Observed, to: Moment | None) -> tuple[Event, ...]:
    """The events of a guarantee (CEG) or of collateral (CEC).

    A credit event of a covered contract calls on the cover (XD); what is due is settled after the settlement period
    (STD), even when that lies after the last date looked at. Without such an event the cover ends unused (MD).

    Arguments:
        terms: of the cover, with the contracts it covers and, for collateral, those that stand behind it.
        observed: credit events, and the prices and rates that the contracts need.
        to: the last date to look at.
    """
    end = maturity(terms)
    if end is None:
        raise terms.fault("maturityDate", "missing, and no covered contract says when the cover ends; give a date.")
    failed = _failure(terms, observed, end, to)
    dates = [(date, "FP") for date in Span(terms, end).dates(terms.fees, with_end=True) if not failed or date <= failed]
    if terms.purchase_date:
        dates = [(date, kind) for date, kind in dates if date > terms.purchase_date]
        dates.append((terms.purchase_date, "PRD"))
    if terms.termination_date and not (failed and failed <= terms.termination_date):
        failed, end = None, min(end, terms.termination_date)
        dates = [(date, kind) for date, kind in dates if date <= end]
    if failed is None:
        dates.append((end, "TD" if end == terms.termination_date else "MD"))
    found: list[Event] = []
    charged = terms.purchase_date or terms.status_date
    for date, kind in sorted(dates, key=lambda one: (one[0], ORDER[one[1]])):
        if not terms.status_date < date or (to is not None and date > to):
            continue
        cover = 0.0 if kind in ("MD", "TD") else terms.sign * exposure(terms, observed, date)
        payoff = 0.0
        if kind == "PRD":
            payoff = -terms.sign * terms.price_at_purchase_date
        elif kind == "TD":
            payoff = terms.sign * terms.price_at_termination_date
        elif kind == "FP" and terms.fee_basis == "N":
            payoff = years(terms, charged, date) * cover * terms.fee_rate
        elif kind == "FP":
            payoff = terms.sign * terms.fee_rate
        charged = date if kind == "FP" else charged
        found.append(Event(date, kind, payoff, cover, currency=terms.currency))
    return (*found, *_called_on(terms, observed, failed, charged)) if failed else tuple(found)


def exposure(terms: Terms, observed: Observed, date: Moment) -> float:
    """What a cover stands for on a date, unsigned: the stated amount, or what the covered contracts have outstanding.

    Arguments:
        terms: of the cover; `guaranteedExposure` says whether interest counts (NI) or the market decides (MV).
        observed: what the covered contracts need.
        date: on which they are looked at, its events included.
    """
    if terms.notional_principal is not None:
        return terms.coverage * terms.notional_principal
    covered = [one.terms for one in terms.structure if one.role == "COVE" and one.terms]
    return terms.coverage * sum(_outstanding(one, observed, date, terms.exposure) for one in covered)


def _called_on(terms: Terms, observed: Observed, failed: Moment, charged: Moment) -> tuple[Event, Event]:
    cover = exposure(terms, observed, failed)
    claim = cover
    if terms.contract_type == "CEC":
        behind = [one.terms for one in terms.structure if one.role == "COVI" and one.terms]
        claim = min(cover, sum(_outstanding(one, observed, failed, "NO") for one in behind))
    fee = years(terms, charged, failed) * cover * terms.fee_rate if terms.fee_basis == "N" else 0.0
    if terms.fee_basis == "A" and terms.fees.anchor and terms.fees.cycle and terms.fees.anchor <= failed:
        fee = terms.fee_rate * _part_of_cycle(terms, failed)
    settled = place(terms.settlement.after(failed, 1), terms.business_days, terms.calendar).date
    called_on = Event(
        failed,
        "XD",
        0.0,
        terms.sign * cover,
        currency=terms.currency,
        exercise_date=failed,
        exercise_amount=terms.sign * claim,
    )
    paid = replace(called_on, date=settled, kind="STD", payoff=terms.sign * (claim + fee), notional=0.0)
    return called_on, paid


def _part_of_cycle(terms: Terms, date: Moment) -> float:
    """Which part of the running fee period has passed, in days."""
    dates = terms.fees.endless(end_of_month=terms.end_of_month)
    for sooner, later in itertools.pairwise(dates):
        if later > date:
            return (date - sooner) / (later - sooner)
    return 0.0


def _failure(terms: Terms, observed: Observed, end: Moment, to: Moment | None) -> Moment | None:
    """The first credit event that the cover answers for."""
    names = {one.name for one in terms.structure if one.role == "COVE"}
    for event in observed.events:
        in_time = terms.status_date < event.date <= end and (to is None or event.date <= to)
        bought = terms.purchase_date is None or event.date >= terms.purchase_date
        answers = event.contract_id in names and event.performance in terms.credit_events
        if event.kind == "CE" and in_time and bought and answers:
            return event.date
    return None


def _outstanding(terms: Terms, observed: Observed, date: Moment, kind: str) -> float:
    if terms.contract_type in HOLDINGS or kind == "MV":
        if not terms.market_object:
            raise terms.fault("marketObjectCode", "missing. A market value follows an observed price.")
        return terms.quantity * observed.value(terms.market_object, date, f"{terms.place}.marketObjectCode")
    state = accrue(walk(terms, observed, date).state, terms, date)
    return abs(state.notional) + (abs(state.accrued + state.floating) if kind == "NI" else 0.0)
