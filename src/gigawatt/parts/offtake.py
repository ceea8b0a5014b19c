"""Capacity and energy bought ahead: minimum bills with credits and exits, prepaid bills, power purchase agreements.

Data type: `Exit` (capacity that the customer may give up).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

from gigawatt.errors import InputError
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.credit import SetOff, TakeOrPay
from gigawatt.parts.cumulative import closing, escalator, opposite, since
from gigawatt.parts.observable import Observable, Window, lift
from gigawatt.parts.readings import (
    during,
    growth,
    larger,
    level,
    loaded,
    once_reached,
    received,
    running,
    smaller,
    solvent,
    used,
)
from gigawatt.parts.terms import (
    Date,
    Deal,
    Money,
    MoneyPerEnergy,
    MoneyPerPower,
    MoneyPerPowerMonth,
    Months,
    Part,
    Party,
    Power,
    PowerPrice,
    Rate,
    nonzero,
    ordered,
)
from gigawatt.parts.wrapper import All, While


@dataclass(frozen=True, slots=True)
class Exit:
    """Capacity that the customer gives up for good, for a fee when it does not need it, for nothing when it is late.

    Arguments:
        power: given up, as the parties state it (GW).
        first: from this date on it may be given up for the fee, and is in the first month in which at least `power` is
            energised and no more than `below` of all that is energised carries load.
        fee: paid in that month (USD).
        below: share of what is energised (ratio).
        by: at the end of this date it is given up for nothing where less than `milestone` is energised.
        milestone: gigawatts, as the parties state them (GW).
    """

    power: Power
    first: Date | None = None
    fee: Money = "0 USD"
    below: Part = "0"
    by: Date | None = None
    milestone: Power = "0 GW"

    def __post_init__(self) -> None:
        if self.first is None and self.by is None:
            raise InputError("exits: an exit needs `first` (for a fee), `by` (for a missed milestone), or both.")


def take_or_pay(
    customer: Party,
    provider: Party,
    deal: Deal,
    per_gw: MoneyPerPowerMonth,
    minimum: Part,
    credit: Months,
    first: Date,
    last: Date,
    exits: tuple[Exit, ...] = (),
) -> Clause:
    """The customer pays for what it uses and at least for a share of what is energised; a paid shortfall is credited.

    The credit counts against use above the minimum for so many months, the oldest first. Gigawatts count on the basis
    the parties state them, less those given up; what is used beyond the capacity that is left is not billed.

    Raises:
        InputError: the dates are not in order.
    """
    ordered(first=first, last=last)
    pairs = [_leaves(deal, one) for one in exits]
    capacity = running(deal)
    if exits:
        lost = reduce(add, (larger(*pair) * one.power for pair, one in zip(pairs, exits, strict=True)))
        capacity = larger(capacity - lost, "0 GW")
    use = smaller(loaded(deal), capacity) if exits else loaded(deal)
    bill = TakeOrPay(customer, provider, use * per_gw, capacity * minimum * per_gw, credit)
    fees = [
        Once(customer, provider, lift(one.fee), unwanted * opposite(late) * during(first, last))
        for one, (unwanted, late) in zip(exits, pairs, strict=True)
        if one.first is not None
    ]
    owed = While(during(first, last), bill)
    return All((owed, *fees)) if fees else owed


def prepaid_purchase(
    buyer: Party, supplier: Party, deal: Deal, per_gw: MoneyPerPower, amount: Money, month: Date, share: Part
) -> Clause:
    """The buyer pays part of the price up front and sets it off against a share of each bill for hardware delivered."""
    return SetOff(
        lift(share), _advance(buyer, supplier, amount, month), Pay(buyer, supplier, growth(received(deal)) * per_gw)
    )


def prepaid_cloud(
    customer: Party,
    provider: Party,
    deal: Deal,
    per_gw: MoneyPerPowerMonth,
    take_or_pay: Part,
    first: Date,
    last: Date,
    amount: Money,
    month: Date,
    share: Part,
) -> Clause:
    """The customer pays part of the rent up front and sets it off against a share of each month's bill.

    Raises:
        InputError: the dates are not in order.
    """
    ordered(first=first, last=last)
    billed = larger(loaded(deal), running(deal) * take_or_pay)
    bill = While(during(first, last), Pay(customer, provider, billed * per_gw))
    return SetOff(lift(share), _advance(customer, provider, amount, month), bill)


def power_purchase(
    buyer: Party,
    seller: Party,
    power: Power,
    per_energy: MoneyPerEnergy,
    first: Date,
    last: Date,
    deal: Deal | None = None,
    take_or_pay: Part = "1",
    escalation: Rate = "0 %/year",
    market: PowerPrice | None = None,
) -> Clause:
    """Energy at a fixed price: what a deal uses of the contracted power, and at least a share of it.

    Energy is taken around the clock. Without a deal all of the contracted power is taken. With a `market` price no
    energy is sold: the sides settle the difference between the fixed price and the market's on the contracted power
    (contract for differences). The fixed price rises by `escalation` on each anniversary of `first`.

    Raises:
        InputError: the dates are not in order, or both a deal and a market price are given.
    """
    ordered(first=first, last=last)
    if deal is not None and market is not None:
        raise InputError("market: a contract for differences settles the contracted power; leave `deal` out.")
    fixed = lift(per_energy) * escalator(escalation, first) if nonzero(escalation) else lift(per_energy)
    window = during(first, last)
    if market is not None:
        agreed, floating = fixed * power, level(market, "USD/MWh") * power
        return While(window, All((Pay(buyer, seller, agreed - floating), Pay(seller, buyer, floating - agreed))))
    taken = lift(power)
    if deal is not None:
        taken = larger(smaller(used(deal), power), lift(power) * take_or_pay)
    return While(window, Pay(buyer, seller, taken * fixed))


def _advance(payer: str, payee: str, amount: Money, month: str) -> Clause:
    return Once(payer, payee, lift(amount), during(month, month) * solvent(payee))


def _leaves(deal: str, one: Exit) -> tuple[Observable, Observable]:
    """Whether capacity was given up because it was not needed, and because it was late; both hold from then on."""
    unwanted, late = lift("0"), lift("0")
    if one.first is not None:
        idle = running(deal) * one.below >= loaded(deal)
        unwanted = once_reached(since(one.first) * (running(deal) >= one.power) * idle)
    if one.by is not None:
        due = Window(closing(one.by), closing(one.by))
        late = once_reached(due * opposite(running(deal) >= one.milestone))
    return unwanted, late
