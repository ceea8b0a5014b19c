"""Which events a contract has, and when: one table of rules per contract type.

    Planned    one event to come
    RULES      by contract type, the rules that together make its schedule

Events on one date follow the order of the standard, `ORDER`.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from gigawatt.parts.debt.calendar import Placed, Recurrence, place
from gigawatt.parts.debt.maturity import Step, cycle_of, steps
from gigawatt.parts.debt.terms import Terms

Moment = datetime.datetime

_SEQUENCE = "IED FP PR PI IP IPFX IPFL IPCI RRF RR PRF PRD TD SC IPCB MD XD STD"
ORDER = {name: index for index, name in enumerate(_SEQUENCE.split())}
"""What comes first when several events fall on one date."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One event to come.

    Arguments:
        kind: event type, such as `IP`.
        date: when it happens.
        basis: the date up to which interest is counted for it.
        amount: what an array says of it: a payment, a rate or a spread.
        after: the event it follows on its date, where not its own kind decides.
    """

    kind: str
    date: Moment
    basis: Moment
    amount: float | None = None
    after: str = ""

    @property
    def rank(self) -> tuple[Moment, int]:
        """Its place in time and in the order of the standard."""
        return self.date, ORDER[self.after or self.kind]


@dataclass(frozen=True, slots=True)
class Span:
    """What rules look at: the terms, and where the contract ends.

    Arguments:
        terms: of the contract.
        end: its maturity, or the notice of a loan that is called.
        foreseen: the end is known from the start, so that an odd interval before it follows the cycle's stub.
        settled: when a called loan is paid back; none for others.
    """

    terms: Terms
    end: Moment
    foreseen: bool = True
    settled: Moment | None = None

    def dates(self, recurrence: Recurrence, *, with_end: bool = False, end: Moment | None = None) -> tuple[Moment, ...]:
        """All dates of a recurrence up to the end."""
        if not self.foreseen:
            cycle = recurrence.cycle and replace(recurrence.cycle, long_stub=False)
            recurrence, with_end = Recurrence(recurrence.anchor, cycle), False
        return recurrence.dates(end or self.end, end_of_month=self.terms.end_of_month, with_end=with_end)

    def shifted(self, kind: str, date: Moment, amount: float | None = None) -> Planned:
        """An event on a business day."""
        placed: Placed = place(date, self.terms.business_days, self.terms.calendar)
        return Planned(kind, placed.date, placed.basis, amount)


Rule = Callable[[Span], Iterable[Planned]]
_BEFORE_START = ("PRD", "TD")


def schedule(span: Span) -> list[Planned]:
    """All events of a contract from its start, in order.

    Arguments:
        span: the contract and its end.
    """
    found = [event for rule in RULES[span.terms.contract_type] for event in rule(span)]
    begun = [event for event in found if event.kind in _BEFORE_START or event.date >= span.terms.start]
    return sorted(begun, key=lambda event: event.rank)


def repayments(terms: Terms, end: Moment) -> list[Planned]:
    """The payments of principal on a cycle, and the last one at an end."""
    span = Span(terms, end)
    return [span.shifted("PR", date) for date in span.dates(terms.redemption, with_end=True)]


def _exchange(span: Span) -> Iterator[Planned]:
    yield Planned("IED", span.terms.start, span.terms.start)


def _trade(span: Span) -> Iterator[Planned]:
    for kind, date in (("PRD", span.terms.purchase_date), ("TD", span.terms.termination_date)):
        if date:
            yield Planned(kind, date, date)


def _end(span: Span) -> Iterator[Planned]:
    yield span.shifted("MD", span.end)


def _interest(span: Span) -> Iterator[Planned]:
    """Interest on its cycle and at the end; before `capitalizationEndDate` it is added to principal."""
    return _capitalised(span, span.dates(span.terms.interest, with_end=True) or (span.end,))


def _interest_with_redemption(span: Span) -> Iterator[Planned]:
    """Interest on its own cycle before principal is first repaid, and from then on with every repayment."""
    redemption, interest = span.terms.redemption, span.terms.interest
    first = redemption.anchor or span.end
    # The interest of the interval before the first repayment is paid with it, so the own cycle ends where that begins.
    turn = redemption.cycle.after(first, -1, end_of_month=span.terms.end_of_month) if redemption.cycle else first
    begun = interest.anchor is not None and interest.anchor <= turn
    before = span.dates(interest, end=turn, with_end=True) if begun else ()
    return _capitalised(span, (*before, *span.dates(redemption, with_end=True)))


def _interest_arrays(span: Span) -> Iterator[Planned]:
    dates = _segments(span, span.terms.interest_anchors, "interest")
    return _capitalised(span, (*(date for _, date in dates), span.end))


def _capitalised(span: Span, dates: tuple[Moment, ...]) -> Iterator[Planned]:
    if span.terms.nominal_interest_rate is None:
        return
    stop = span.terms.capitalization_end_date and min(span.terms.capitalization_end_date, span.end)
    for date in dates:
        if stop is None or date > stop:
            yield span.shifted("IP", date)
        elif date < stop:
            yield span.shifted("IPCI", date)
    if stop is not None:
        yield span.shifted("IPCI", stop)


def _interest_on_call(span: Span) -> Iterator[Planned]:
    """Interest of a loan that may be called joins the principal on its cycle."""
    return (span.shifted("IPCI", date) for date in span.dates(span.terms.interest))


def _redemption(span: Span) -> Iterator[Planned]:
    return (span.shifted("PR", date) for date in span.dates(span.terms.redemption))


def _redemption_arrays(span: Span) -> Iterator[Planned]:
    ahead: Iterable[Step] = itertools.takewhile(lambda step: step.date < span.end, steps(span.terms))
    return (span.shifted("PI" if step.grows else "PR", step.date, step.amount) for step in ahead)


def _base(span: Span) -> Iterator[Planned]:
    if span.terms.base_kind == "NTL":
        yield from (span.shifted("IPCB", date) for date in span.dates(span.terms.base))


def _resets(span: Span) -> Iterator[Planned]:
    """Rate resets; the first after the status date is already fixed where `nextResetRate` is given."""
    fixed = span.terms.next_reset_rate
    for date in span.dates(span.terms.resets):
        event = span.shifted("RR", date)
        if event.date > span.terms.status_date and fixed is not None:
            event, fixed = span.shifted("RRF", date, fixed), None
        yield event


def _reset_arrays(span: Span) -> Iterator[Planned]:
    terms = span.terms
    for index, date in _segments(span, terms.reset_anchors, "reset"):
        yield span.shifted("RRF" if terms.reset_kinds[index] == "FIX" else "RR", date, terms.reset_rates[index])


def _annuity_fixing(span: Span) -> Iterator[Planned]:
    """The payment is fixed the day before the first repayment unless it is given, and again when the rate resets."""
    anchor = span.terms.redemption.anchor
    if span.terms.next_principal_redemption_payment is None and anchor is not None:
        before = anchor - datetime.timedelta(days=1)
        yield Planned("PRF", before, before)
    yield from (span.shifted("PRF", date) for date in span.dates(span.terms.resets))


def _scaling(span: Span) -> Iterator[Planned]:
    if span.terms.scaling_effect[:2].strip("0"):
        yield from (span.shifted("SC", date) for date in span.dates(span.terms.scaling))


def _fees(span: Span) -> Iterator[Planned]:
    if span.terms.fee_rate:
        yield from (span.shifted("FP", date) for date in span.dates(span.terms.fees, with_end=True))


def _legs(span: Span) -> Iterator[Planned]:
    for date in span.dates(span.terms.interest, with_end=True) or (span.end,):
        for kind in ("IPFX", "IPFL") if span.terms.physical else ("IP",):
            yield span.shifted(kind, date)


def _call(span: Span) -> Iterator[Planned]:
    """An open loan ends at maturity, or its interest stops at the notice and both are paid when it has run."""
    if span.settled is not None:
        yield Planned("XD", span.end, span.end)
        paid = span.shifted("STD", span.settled).date
        yield Planned("IP", paid, span.end, after="XD")
        yield Planned("STD", paid, span.end)
    elif span.foreseen:
        yield span.shifted("IP", span.end)
        yield span.shifted("MD", span.end)


def _segments(span: Span, anchors: tuple[Moment, ...], what: str) -> Iterator[tuple[int, Moment]]:
    """Index and date of everything that recurs from one anchor to the next, and from the last to the end."""
    cycles = span.terms.interest_cycles if what == "interest" else span.terms.reset_cycles
    for index, anchor in enumerate(anchors):
        end = min(anchors[index + 1], span.end) if index + 1 < len(anchors) else span.end
        for date in span.dates(Recurrence(anchor, cycle_of(cycles, index)), end=end):
            yield index, date


_COMMON = (_exchange, _trade, _fees, _scaling)
_AMORTISING = (*_COMMON, _redemption, _resets, _base, _end)
RULES: dict[str, tuple[Rule, ...]] = {
    "PAM": (*_COMMON, _interest, _resets, _end),
    "LAM": (*_AMORTISING, _interest),
    "NAM": (*_AMORTISING, _interest_with_redemption),
    "ANN": (*_AMORTISING, _interest_with_redemption, _annuity_fixing),
    "LAX": (*_COMMON, _redemption_arrays, _interest_arrays, _reset_arrays, _base, _end),
    "CLM": (*_COMMON, _interest_on_call, _resets, _call),
    "SWPPV": (_exchange, _trade, _legs, _resets, _end),
}
"""By contract type, the rules of its schedule."""
