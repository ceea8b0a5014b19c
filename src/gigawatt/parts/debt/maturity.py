"""When a contract ends where no date is written: after as many payments as the principal takes.

Step       one payment of principal in a contract with arrays (LAX)
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from gigawatt.parts.debt.calendar import LONGEST, Cycle, Recurrence
from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.state import years
from gigawatt.parts.debt.terms import Terms


@dataclass(frozen=True, slots=True)
class Step:
    """One payment of principal.

    Arguments:
        date: when.
        amount: unsigned.
        grows: principal is drawn, not repaid.
    """

    date: datetime.datetime
    amount: float
    grows: bool


def maturity(terms: Terms) -> datetime.datetime | None:
    """The last date of a contract; none for one that is open until it is called.

    Arguments:
        terms: of the contract.

    Raises:
        InputError: the payments never repay the principal, or nothing says when the contract ends.

    Source: ACTUS technical specification, initialisation of Md.
    """
    if terms.maturity_date:
        return terms.maturity_date
    if terms.contract_type == "LAX":
        return _last_step(terms)
    if terms.contract_type == "ANN" and terms.amortization_date:
        return terms.amortization_date
    if terms.contract_type in ("LAM", "NAM", "ANN"):
        return _last_payment(terms)
    if terms.contract_type in ("CEG", "CEC"):
        ends = [maturity(one.terms) for one in terms.structure if one.role == "COVE" and one.terms]
        dated = [end for end in ends if end]
        if not dated:
            raise terms.fault("maturityDate", "missing, and no covered contract has one; give a date.")
        return max(dated)
    return None


def called(terms: Terms, observed: Observed) -> datetime.datetime | None:
    """The date on which an open loan was called, if it was, after its status date and before its end."""
    if terms.contract_type != "CLM":
        return None
    end = terms.maturity_date
    for one in observed.events:
        in_time = max(terms.status_date, terms.start) < one.date and (not end or one.date < end)
        if one.kind == "XD" and in_time and one.contract_id in ("", terms.contract_id):
            return one.date
    return None


def steps(terms: Terms) -> Iterator[Step]:
    """Every change of principal that arrays prescribe, without an end where the last one repeats."""
    anchors = terms.redemption_anchors
    for index, anchor in enumerate(anchors):
        following = anchors[index + 1] if index + 1 < len(anchors) else terms.maturity_date
        repeats = Recurrence(anchor, cycle_of(terms.redemption_cycles, index))
        dates = (
            repeats.dates(following, end_of_month=terms.end_of_month)
            if following
            else repeats.endless(end_of_month=terms.end_of_month)
        )
        for date in dates:
            yield Step(date, terms.redemption_amounts[index], terms.redemption_signs[index] == "INC")


def cycle_of(cycles: tuple[Cycle, ...], index: int) -> Cycle | None:
    """The cycle of one segment, where one cycle may serve all and none makes each anchor a single date."""
    return None if not cycles else cycles[0] if len(cycles) == 1 else cycles[index]


def _last_payment(terms: Terms) -> datetime.datetime:
    """The grid date of the payment that brings the principal to nothing, were it all repaid by cycles."""
    payment = terms.next_principal_redemption_payment or 0.0
    anchor, cycle = terms.redemption.anchor, terms.redemption.cycle
    if anchor is None or cycle is None:
        raise terms.fault("cycleOfPrincipalRedemption", "missing. Without it and maturityDate the loan has no end.")
    grid = terms.redemption.endless(end_of_month=terms.end_of_month)
    index, first = next((n, date) for n, date in enumerate(grid) if date > terms.status_date)
    if terms.contract_type != "LAM":
        second = cycle.after(anchor, index + 1, end_of_month=terms.end_of_month)
        payment -= terms.notional * (terms.nominal_interest_rate or 0.0) * years(terms, first, second)
    if payment <= 0 or terms.notional / payment > LONGEST:
        raise terms.fault(
            "nextPrincipalRedemptionPayment",
            f"{terms.next_principal_redemption_payment:g} a cycle never repays {terms.notional:g} with its interest; "
            "pay more or give maturityDate.",
        )
    # A hair above a whole number of payments is rounding, not one payment more.
    count = max(math.ceil(round(terms.notional / payment, 9)), 1)
    return cycle.after(anchor, index + count - 1, end_of_month=terms.end_of_month)


def _last_step(terms: Terms) -> datetime.datetime:
    left, last = terms.notional, None
    for step in itertools.islice(steps(terms), LONGEST):
        if step.date <= terms.status_date:
            continue
        left += step.amount if step.grows else -step.amount
        last = step
        if left <= 1e-9 * terms.notional:
            return step.date
    if last is None or last.grows or cycle_of(terms.redemption_cycles, len(terms.redemption_anchors) - 1):
        raise terms.fault("maturityDate", f"missing, and the payments never repay {terms.notional:g}; give a date.")
    return last.date
