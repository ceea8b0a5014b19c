"""Named contracts: each function is at once constructor, scenario form, schema, validation and docs page.

The annotations say what a term is: a name of something in the scenario, an amount with a unit, a month or a list.
Data type: `Tranche` (a rung of a warrant).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from gigawatt import dates
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.observable import Amount, lift
from gigawatt.parts.readings import (
    average,
    bought,
    during,
    growth,
    larger,
    loaded,
    once_reached,
    online,
    received,
    revenue,
    running,
    solvent,
    used,
)
from gigawatt.parts.terms import (
    Counter,
    Date,
    Deal,
    Lab,
    Money,
    MoneyPerMonth,
    MoneyPerPower,
    MoneyPerPowerMonth,
    MoneyPerShare,
    Party,
    Power,
    Ratio,
    Share,
    Shares,
    Term,
)
from gigawatt.parts.wrapper import All, Upto, While


@dataclass(frozen=True, slots=True)
class Tranche:
    """A rung of a warrant: this many shares vest when both the gigawatts and the share price have been reached.

    Arguments:
        shares: how many vest (shares).
        power: gigawatts as the parties state them (GW).
        price: mark of the averaged share price (USD/share).
        counts: which gigawatts count: `bought` (ordered and paid for or financed) or `received` (delivered).
    """

    shares: Shares
    power: Power
    price: MoneyPerShare
    counts: Counter = "bought"


def purchase(buyer: Party, supplier: Party, deal: Deal, per_gw: MoneyPerPower) -> Clause:
    """The buyer pays for each gigawatt of hardware, as the parties count them, in the month it is delivered."""
    return Pay(buyer, supplier, growth(received(deal)) * per_gw)


def build(owner: Party, builder: Party, deal: Deal, per_gw: MoneyPerPower) -> Clause:
    """The owner pays for land, shell, power and cooling of each gigawatt of facility power when it is energised."""
    return Pay(owner, builder, growth(online(deal)) * per_gw)


def cloud(
    customer: Party,
    provider: Party,
    deal: Deal,
    per_gw: MoneyPerPowerMonth,
    take_or_pay: Ratio,
    first: Date,
    last: Date,
) -> Clause:
    """The customer pays rent for the gigawatts it uses, and at least a share of those that are energised for it.

    Gigawatts count on the basis the parties state them.
    """
    billed = larger(loaded(deal), running(deal) * take_or_pay)
    return While(during(first, last), Pay(customer, provider, billed * per_gw))


def lease(tenant: Party, landlord: Party, deal: Deal, per_gw: MoneyPerPowerMonth, first: Date, last: Date) -> Clause:
    """The tenant pays rent for every gigawatt of facility power that is energised, used or not."""
    return While(during(first, last), Pay(tenant, landlord, online(deal) * per_gw))


def commitment(customer: Party, provider: Party, total: Money, first: Date, last: Date) -> Clause:
    """The customer pays a fixed total in equal monthly parts between two dates, whatever it uses."""
    months = dates.period(last).last - dates.period(first).first + 1
    return While(during(first, last), Pay(customer, provider, lift(total) / f"{months} months"))


def staged_investment(investor: Party, investee: Party, deal: Deal, per_gw: MoneyPerPower, cap: Money) -> Clause:
    """Each gigawatt that is energised draws a slice of the investment, up to a cap, while the investee is solvent.

    Gigawatts count on the basis the parties state them.
    """
    return Upto(lift(cap), While(solvent(investee), Pay(investor, investee, growth(running(deal)) * per_gw)))


def payment(payer: Party, payee: Party, amount: Money, month: Date) -> Clause:
    """One payment in one month, such as an equity round or a deposit, if the payee is solvent then."""
    return Once(payer, payee, lift(amount), during(month, month) * solvent(payee))


def flow(payer: Party, payee: Party, rate: MoneyPerMonth, first: Date, last: Date) -> Clause:
    """A steady flow of money between two dates, such as what a party earns outside this scenario."""
    return While(during(first, last), Pay(payer, payee, lift(rate)))


def sales(customers: Party, lab: Lab) -> Clause:
    """The lab's customers pay for what its demand and its compute allow."""
    return Pay(customers, lab, revenue(lab))


def operating_costs(lab: Lab, suppliers: Party, of_revenue: Ratio, fixed: MoneyPerMonth) -> Clause:
    """What a lab spends besides compute contracts: a share of revenue and a fixed part."""
    return Pay(lab, suppliers, revenue(lab) * of_revenue + fixed)


def revenue_share(lab: Lab, partner: Party, of_revenue: Ratio, cap: Money, first: Date, last: Date) -> Clause:
    """The lab passes on a share of its revenue between two dates, up to a cap."""
    return Upto(lift(cap), While(during(first, last), Pay(lab, partner, revenue(lab) * of_revenue)))


def power_bill(operator: Party, utility: Party, deal: Deal, per_energy: Annotated[Amount, Term("USD/MWh")]) -> Clause:
    """The operator pays for the energy of the gigawatts that carry load, around the clock."""
    return Pay(operator, utility, used(deal) * per_energy)


def warrant(
    issuer: Party,
    holder: Party,
    share: Share,
    deal: Deal,
    strike: MoneyPerShare,
    days: int,
    expiry: Date,
    tranches: tuple[Tranche, ...],
) -> Clause:
    """Shares vest in tranches, each when enough gigawatts are bought AND the averaged share price was high enough.

    Gigawatts count on the basis the parties state them. Both marks are latched: once reached they stay reached. The
    holder pays the strike when a tranche vests.
    """
    rungs: list[Clause] = []
    for tranche in tranches:
        counter = received(deal) if tranche.counts == "received" else bought(deal)
        counted = once_reached(counter >= tranche.power)
        priced = once_reached(average(share, days) >= tranche.price)
        open_ = during("2000-01", expiry)
        when = counted * priced * open_
        amount = lift(tranche.shares)
        rungs.append(Once(issuer, holder, amount, when, asset=share))
        rungs.append(Once(holder, issuer, amount * strike, when))
    return All(tuple(rungs))


FORMS: dict[str, Callable[..., Clause]] = {
    form.__name__: form
    for form in (
        build,
        cloud,
        commitment,
        flow,
        lease,
        operating_costs,
        payment,
        power_bill,
        purchase,
        revenue_share,
        sales,
        staged_investment,
        warrant,
    )
}
"""Contract forms a scenario may use, by name."""
