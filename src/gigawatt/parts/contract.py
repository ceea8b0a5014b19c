"""Named contracts: each function is at once constructor, scenario form, schema, validation and docs page.

The annotations say what a term is: a name of something in the scenario, an amount with a unit, a month or a list.
Loans stand in `facility.py`, equity and notes in `financing.py`, capacity and energy bought ahead in `offtake.py`,
warrants in `grant.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from gigawatt import dates
from gigawatt.errors import InputError
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.cumulative import closing, moment
from gigawatt.parts.facility import delayed_draw_loan, term_loan
from gigawatt.parts.financing import capped_return, convertible, preferred, residual_value_guarantee, staged_equity
from gigawatt.parts.grant import warrant
from gigawatt.parts.loan import Loan
from gigawatt.parts.observable import Amount, Window, lift
from gigawatt.parts.offtake import power_purchase, prepaid_cloud, prepaid_purchase, take_or_pay
from gigawatt.parts.readings import (
    during,
    growth,
    larger,
    loaded,
    online,
    received,
    revenue,
    running,
    solvent,
    used,
)
from gigawatt.parts.terms import (
    Date,
    Deal,
    Lab,
    Money,
    MoneyPerMonth,
    MoneyPerPower,
    MoneyPerPowerMonth,
    Part,
    Party,
    Rate,
    Ratio,
    Term,
    nonzero,
    ordered,
)
from gigawatt.parts.wrapper import All, Upto, While

WITHOUT_LIMIT = "1e6 bnUSD"
"""More than anybody owes."""


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


def lease(
    tenant: Party,
    landlord: Party,
    deal: Deal,
    per_gw: MoneyPerPowerMonth,
    first: Date,
    last: Date,
    deferred: Part = "0",
    until: Date | None = None,
    repaid: Date | None = None,
    deferral_rate: Rate = "0 %/year",
) -> Clause:
    """The tenant pays rent for every gigawatt of facility power that is energised, used or not.

    A share of the rent up to `until` may be deferred: it bears interest at `deferral_rate`, which joins it up to
    `until`, and is then repaid in equal parts until `repaid`; all of it is due once the tenant has missed a payment.

    Raises:
        InputError: the dates are not in order, or a deferral lacks one of its dates.
    """
    rent = online(deal) * per_gw
    if not nonzero(deferred):
        return While(during(first, last), Pay(tenant, landlord, rent))
    if until is None or repaid is None:
        raise InputError(f"{'until' if until is None else 'repaid'}: missing; deferred rent has an end and is repaid.")
    ordered(first=first, until=until, repaid=repaid)
    easy = Window(moment(first), closing(until))
    put_off = easy * lift(deferred)
    waits = Loan(
        landlord,
        tenant,
        draw=rent * put_off * during(first, last),
        limit=lift(WITHOUT_LIMIT),
        rate=lift(deferral_rate),
        fee=lift("0 %/year"),
        joins=easy * lift("1"),
        opening=lift("0 USD"),
        solvent=solvent(tenant),
        first=moment(first),
        available=closing(until),
        begins=closing(until),
        maturity=closing(repaid),
        repayment="straight",
        in_cash=False,
    )
    now = rent - rent * put_off * solvent(tenant)
    return All((While(during(first, last), Pay(tenant, landlord, now)), waits))


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


FORMS: dict[str, Callable[..., Clause]] = {
    form.__name__: form
    for form in (
        build,
        capped_return,
        cloud,
        commitment,
        convertible,
        delayed_draw_loan,
        flow,
        lease,
        operating_costs,
        payment,
        power_bill,
        power_purchase,
        preferred,
        prepaid_cloud,
        prepaid_purchase,
        purchase,
        residual_value_guarantee,
        revenue_share,
        sales,
        staged_equity,
        staged_investment,
        take_or_pay,
        term_loan,
        warrant,
    )
}
"""Contract forms a scenario may use, by name."""
