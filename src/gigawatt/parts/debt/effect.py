"""What each event pays and what it changes: one table of effects by event type.

    Context    what an effect may look at
    EFFECTS    by contract type and event, or by event alone, the function (context, state) -> (payoff, state)

Every effect meets a state in which interest is already counted up to the event. Payoffs are signed: positive is
received by the party whose role the contract states.

Source: ACTUS technical specification, payoff functions POF and state transitions STF.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from gigawatt.parts.debt.market import Observed
from gigawatt.parts.debt.schedule import Planned, repayments
from gigawatt.parts.debt.state import State, annuity, opened
from gigawatt.parts.debt.terms import Terms


@dataclass(frozen=True, slots=True)
class Context:
    """What an effect may look at.

    Arguments:
        terms: of the contract.
        event: that happens.
        observed: series of rates and indices.
        end: the last date of the contract.
    """

    terms: Terms
    event: Planned
    observed: Observed
    end: datetime.datetime


Effect = Callable[[Context, State], tuple[float, State]]


def first_payment(terms: Terms, state: State, end: datetime.datetime) -> float:
    """The payment of principal in force on the date of a state, unsigned; 0 where it is still to be fixed."""
    given = terms.next_principal_redemption_payment
    if given is not None:
        return given
    ahead = [event.basis for event in repayments(terms, _plan_end(terms, end)) if event.date > terms.status_date]
    if terms.contract_type == "LAM":
        return abs(state.notional) / len(ahead) if ahead else 0.0
    anchor = terms.redemption.anchor
    if terms.contract_type == "ANN" and anchor and anchor - datetime.timedelta(days=1) <= state.date:
        return annuity(terms, state, [date for date in ahead if date >= state.date])
    return 0.0


def _plan_end(terms: Terms, end: datetime.datetime) -> datetime.datetime:
    return terms.amortization_date if terms.contract_type == "ANN" and terms.amortization_date else end


def _exchange(context: Context, state: State) -> tuple[float, State]:
    terms = context.terms
    begun = opened(terms, state, terms.interest.anchor)
    payment = state.payment
    if not payment and terms.contract_type in ("LAM", "NAM", "ANN"):
        payment = first_payment(terms, begun, context.end)
    return -terms.sign * (terms.notional + terms.premium_discount_at_ied), replace(begun, payment=payment)


def _repay(context: Context, state: State) -> tuple[float, State]:
    return _redeem(context, state, state.payment if context.event.amount is None else context.event.amount)


def _repay_after_interest(context: Context, state: State) -> tuple[float, State]:
    return _redeem(context, state, state.payment - context.terms.sign * state.accrued)


def _redeem(context: Context, state: State, amount: float) -> tuple[float, State]:
    """A payment of principal, no more than is outstanding; below zero it adds to principal."""
    repaid = context.terms.sign * min(amount, abs(state.notional))
    return state.notional_scale * repaid, _with_notional(context, state, state.notional - repaid)


def _draw(context: Context, state: State) -> tuple[float, State]:
    drawn = context.terms.sign * (context.event.amount or 0.0)
    return -state.notional_scale * drawn, _with_notional(context, state, state.notional + drawn)


def _with_notional(context: Context, state: State, notional: float) -> State:
    return replace(state, notional=notional, base=notional if context.terms.base_kind == "NT" else state.base)


def _pay_interest(context: Context, state: State) -> tuple[float, State]:
    return state.interest_scale * (state.accrued + state.called), replace(state, accrued=0.0, called=0.0)


def _pay_net(context: Context, state: State) -> tuple[float, State]:
    return state.accrued + state.floating, replace(state, accrued=0.0, floating=0.0)


def _pay_fixed(context: Context, state: State) -> tuple[float, State]:
    return state.accrued, replace(state, accrued=0.0)


def _pay_floating(context: Context, state: State) -> tuple[float, State]:
    return state.floating, replace(state, floating=0.0)


def _capitalise(context: Context, state: State) -> tuple[float, State]:
    return 0.0, replace(_with_notional(context, state, state.notional + state.accrued), accrued=0.0)


def _renew_base(context: Context, state: State) -> tuple[float, State]:
    return 0.0, replace(state, base=state.notional)


def _reset(context: Context, state: State) -> tuple[float, State]:
    """The index times the multiplier plus the spread, its step and its level within their caps and floors."""
    terms, event = context.terms, context.event
    index = context.observed.value(terms.rate_index, event.basis, f"{terms.place}.marketObjectCodeOfRateReset")
    target = index * terms.rate_multiplier + (terms.rate_spread if event.amount is None else event.amount)
    # Without a period cap the target is taken as it is: adding its difference to the old rate would round it.
    if not terms.period_floor <= target - state.rate <= terms.period_cap:
        target = state.rate + min(max(target - state.rate, terms.period_floor), terms.period_cap)
    return 0.0, replace(state, rate=min(max(target, terms.life_floor), terms.life_cap))


def _fix_rate(context: Context, state: State) -> tuple[float, State]:
    return 0.0, replace(state, rate=context.event.amount or 0.0)


def _fix_payment(context: Context, state: State) -> tuple[float, State]:
    terms, event = context.terms, context.event
    plan = repayments(terms, _plan_end(terms, context.end))
    ahead = [one.basis for one in plan if one.date > event.date]
    return 0.0, replace(state, payment=annuity(terms, state, ahead))


def _rescale(context: Context, state: State) -> tuple[float, State]:
    terms = context.terms
    index = context.observed.value(
        terms.scaling_index, context.event.basis, f"{terms.place}.marketObjectCodeOfScalingIndex"
    )
    scale = index / terms.scaling_start
    return 0.0, replace(
        state,
        notional_scale=scale if terms.scaling_effect[1] == "N" else state.notional_scale,
        interest_scale=scale if terms.scaling_effect[0] == "I" else state.interest_scale,
    )


def _pay_fee(context: Context, state: State) -> tuple[float, State]:
    if context.terms.fee_basis == "A":
        return context.terms.sign * context.terms.fee_rate, replace(state, fees=0.0)
    return state.fees, replace(state, fees=0.0)


def _buy(context: Context, state: State) -> tuple[float, State]:
    """The price and the interest so far; the standard puts the role before both, whatever the sign of interest."""
    return -context.terms.sign * (context.terms.price_at_purchase_date + state.accrued), state


def _buy_swap(context: Context, state: State) -> tuple[float, State]:
    return -context.terms.sign * context.terms.price_at_purchase_date, state


def _terminate(context: Context, state: State) -> tuple[float, State]:
    return context.terms.sign * (context.terms.price_at_termination_date + state.accrued), _ended(state)


def _terminate_swap(context: Context, state: State) -> tuple[float, State]:
    return context.terms.sign * context.terms.price_at_termination_date, _ended(state)


def _mature(context: Context, state: State) -> tuple[float, State]:
    return state.notional_scale * state.notional, _ended(state)


def _expire(context: Context, state: State) -> tuple[float, State]:
    return 0.0, _ended(state)


def _call(context: Context, state: State) -> tuple[float, State]:
    """Interest stops; where the notice has to run, it is set aside until then."""
    if not context.terms.notice.count:
        return 0.0, state
    return 0.0, replace(state, accrued=0.0, called=state.accrued)


def _ended(state: State) -> State:
    return replace(state, notional=0.0, base=0.0, accrued=0.0, floating=0.0, called=0.0, fees=0.0, payment=0.0)


EFFECTS: dict[tuple[str, str], Effect] = {
    ("", "IED"): _exchange,
    ("", "PR"): _repay,
    ("NAM", "PR"): _repay_after_interest,
    ("ANN", "PR"): _repay_after_interest,
    ("", "PI"): _draw,
    ("", "IP"): _pay_interest,
    ("SWPPV", "IED"): lambda context, state: (0.0, _exchange(context, state)[1]),
    ("SWPPV", "IP"): _pay_net,
    ("SWPPV", "IPFX"): _pay_fixed,
    ("SWPPV", "IPFL"): _pay_floating,
    ("SWPPV", "PRD"): _buy_swap,
    ("SWPPV", "TD"): _terminate_swap,
    ("SWPPV", "MD"): _expire,
    ("", "IPCI"): _capitalise,
    ("", "IPCB"): _renew_base,
    ("", "RR"): _reset,
    ("", "RRF"): _fix_rate,
    ("", "PRF"): _fix_payment,
    ("", "SC"): _rescale,
    ("", "FP"): _pay_fee,
    ("", "PRD"): _buy,
    ("", "TD"): _terminate,
    ("", "MD"): _mature,
    ("CLM", "XD"): _call,
    ("CLM", "STD"): _mature,
}
"""By contract type (empty for all) and event, what is paid and what changes."""
