"""Caps and floors: what a bound on the rate of an underlying contract is worth on each interest date."""

from __future__ import annotations

import datetime
from dataclasses import replace

from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.terms import Terms
from gigawatt.parts.debt.walk import Event, walk


def option(terms: Terms, observed: Observed, to: datetime.datetime | None) -> tuple[Event, ...]:
    """The events of a cap, floor or both (CAPFL).

    The underlying runs twice, with and without the bounds on its rate; the option pays the difference of interest.

    Arguments:
        terms: of the option, with its underlying.
        observed: the rate that the underlying follows.
        to: the last date to look at.
    """
    underlying = terms.structure[0].terms
    if underlying is None:
        raise terms.fault("contractStructure", "holds no underlying with its terms; add one with role UDL.")
    bounded = replace(
        underlying,
        life_cap=min(underlying.life_cap, terms.life_cap),
        life_floor=max(underlying.life_floor, terms.life_floor),
    )
    currency = terms.currency or underlying.currency
    found: list[Event] = []
    for free, bound in zip(walk(underlying, observed, to).events, walk(bounded, observed, to).events, strict=True):
        if free.kind in ("IP", "IPFL"):
            found.append(Event(free.date, "IP", terms.sign * abs(bound.payoff - free.payoff), currency=currency))
    bought, sold = terms.purchase_date, terms.termination_date
    if bought and bought > terms.status_date:
        found = [event for event in found if event.date > bought]
        found.insert(0, Event(bought, "PRD", -terms.sign * terms.price_at_purchase_date, currency=currency))
    if sold and sold > terms.status_date:
        found = [event for event in found if event.date <= sold]
        found.append(Event(sold, "TD", terms.sign * terms.price_at_termination_date, currency=currency))
    return tuple(event for event in found if event.date > terms.status_date and (to is None or event.date <= to))
