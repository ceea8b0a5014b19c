"""The events of a debt contract from its terms: the door to this package.

events     date, type, payoff and state of everything that happens
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

from gigawatt.errors import InputError, ModelError
from gigawatt.parts.debt.credit import credit
from gigawatt.parts.debt.dictionary import HOLDINGS
from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.option import option
from gigawatt.parts.debt.reader import parse_moment
from gigawatt.parts.debt.reading import read_terms
from gigawatt.parts.debt.terms import Terms
from gigawatt.parts.debt.walk import Event, walk

__all__ = ["Event", "events"]


def events(
    terms: Mapping[str, object] | Terms,
    observed: Observed | None = None,
    to: datetime.datetime | str | None = None,
) -> tuple[Event, ...]:
    """Everything that happens in a contract after its status date, in order.

    Arguments:
        terms: by ACTUS name, as `read_terms` takes them, or already read.
        observed: series of rates, prices and indices, and credit events or notices; nothing is observed without.
        to: the last date to look at; the whole life without.

    Raises:
        InputError: a term or observation is missing or wrong; the message says where and what to write.
        ModelError: a sound term that this package has no rule for.
    """
    contract = terms if isinstance(terms, Terms) else read_terms(terms)
    last = parse_moment(to) if isinstance(to, str) else to
    if isinstance(to, str) and to.strip() and last is None:
        raise InputError(f"to: `{to}` is no date; write 2027-03-31 or 2027-03-31T00:00:00.")
    found = _happened(contract, observed or Observed(), last)
    for event in found:
        if not math.isfinite(event.payoff + event.notional + event.rate + event.accrued + event.exercise_amount):
            raise ModelError(
                f"{contract.place}: amounts outgrow every number on {event.date:%Y-%m-%d}; check the rates."
            )
    return found


def _happened(contract: Terms, observed: Observed, last: datetime.datetime | None) -> tuple[Event, ...]:
    if contract.contract_type in ("CEG", "CEC"):
        return credit(contract, observed, last)
    if contract.contract_type == "CAPFL":
        return option(contract, observed, last)
    if contract.contract_type in HOLDINGS:
        raise contract.fault("contractType", f"a {contract.contract_type} pays nothing by itself; it may cover a CEC.")
    return walk(contract, observed, last).events
