"""Money for build-outs other than loans: equity by the gigawatt, notes, preferred shares, returns that are capped.

Data type: `Round` (a valuation and its date).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Annotated

from gigawatt.errors import InputError
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.credit import Returned
from gigawatt.parts.cumulative import opposite, since
from gigawatt.parts.equity import Convertible, Issue, Preferred
from gigawatt.parts.facility import Chips, worth
from gigawatt.parts.observable import Amount, Observable, lift
from gigawatt.parts.readings import cash, during, growth, price, revenue, running, smaller, solvent
from gigawatt.parts.terms import (
    Date,
    Deal,
    Discount,
    Lab,
    Money,
    MoneyPerPower,
    MoneyPerShare,
    OneOf,
    Part,
    Party,
    Rate,
    Ratio,
    Share,
    Shares,
    nonzero,
    ordered,
)
from gigawatt.parts.wrapper import Upto, While

Dividends = Annotated[str, OneOf(("cash", "accrues"))]


@dataclass(frozen=True, slots=True)
class Round:
    """A round in which a company was, or is assumed to be, valued.

    Arguments:
        month: from this date on it is the last round.
        valuation: of all shares (USD).
    """

    month: Date
    valuation: Money


def staged_equity(
    investor: Party,
    issuer: Party,
    share: Share,
    deal: Deal,
    per_gw: MoneyPerPower,
    cap: Money,
    rounds: tuple[Round, ...] = (),
    outstanding: Shares | None = None,
    discount: Discount = "0",
) -> Clause:
    """Each gigawatt that is energised draws a slice of money for shares, at a valuation or at the market price.

    The price is the valuation of the last of `rounds` over `outstanding` shares; one round is an agreed valuation, and
    without rounds the price is that of the market. A discount is taken off either. Shares are given the month after
    money was paid, for what was paid. Gigawatts count on the basis the parties state them.

    Raises:
        InputError: rounds without outstanding shares, or not in order.
    """
    money = While(solvent(issuer), Pay(investor, issuer, growth(running(deal)) * per_gw))
    return Issue(share, _less(_price(share, rounds, outstanding), discount), Upto(lift(cap), money))


def convertible(
    investor: Party,
    issuer: Party,
    share: Share,
    amount: Money,
    month: Date,
    coupon: Rate,
    converts: Date,
    maturity: Date,
    cap: MoneyPerShare,
    discount: Discount = "0",
    qualifies: MoneyPerShare = "0 USD/share",
) -> Clause:
    """Money now that becomes shares at a cap or a discount, whichever is the lower price, or is repaid with interest.

    It converts in the first month from `converts` on in which the share price has reached `qualifies`, interest
    included. What has not converted is due at maturity, or once the issuer has missed a payment.

    Raises:
        InputError: the dates are not in order.
    """
    ordered(month=month, converts=converts, maturity=maturity)
    return Convertible(
        investor,
        issuer,
        share,
        amount=lift(amount),
        lent=during(month, month),
        rate=lift(coupon),
        price=smaller(cap, _less(price(share), discount)),
        converts=since(converts) * (price(share) >= qualifies),
        matured=since(maturity),
        solvent=solvent(issuer),
    )


def preferred(
    investor: Party,
    issuer: Party,
    amount: Money,
    month: Date,
    dividend: Rate,
    redemption: Date,
    dividends: Dividends = "cash",
    preference: Ratio = "1",
    reserve: Money = "0 USD",
) -> Clause:
    """Money in for a fixed dividend, paid or accruing, a liquidation preference, and redemption at a date.

    A solvent issuer pays out of its cash at the start of the month beyond `reserve`; what that does not cover stays
    owed and earns the dividend. In a default the preference ranks behind debt (rank 2).

    Raises:
        InputError: the dates are not in order.
    """
    ordered(month=month, redemption=redemption)
    return Preferred(
        investor,
        issuer,
        amount=lift(amount),
        paid_in=during(month, month),
        rate=lift(dividend),
        current=lift("1" if dividends == "cash" else "0"),
        redeemed=since(redemption),
        preference=lift(preference),
        cash=cash(issuer),
        reserve=lift(reserve),
        solvent=solvent(issuer),
    )


def capped_return(
    investor: Party,
    lab: Lab,
    amount: Money,
    month: Date,
    of_revenue: Part,
    multiple: Ratio,
    first: Date,
    last: Date,
) -> Clause:
    """Money in for a share of revenue that ends at a multiple of what was put in.

    Raises:
        InputError: the dates are not in order.
    """
    ordered(first=first, last=last)
    put_in = Once(investor, lab, lift(amount), during(month, month) * solvent(lab))
    back = While(during(first, last), Pay(lab, investor, revenue(lab) * of_revenue))
    return Returned(lift(multiple), put_in, back)


def residual_value_guarantee(
    guarantor: Party, owner: Party, month: Date, guaranteed: Money, cap: Money, assets: tuple[Chips, ...]
) -> Clause:
    """In one month the guarantor pays what assets are worth less than a guaranteed amount, up to a cap."""
    return Once(guarantor, owner, smaller(cap, lift(guaranteed) - worth(assets)), during(month, month))


def _less(price: Observable, discount: Amount) -> Observable:
    """A price less a discount (USD/share)."""
    return price - price * discount if nonzero(discount) else price


def _price(share: str, rounds: tuple[Round, ...], outstanding: Amount | None) -> Observable:
    """Price by the last round, or that of the market (USD/share)."""
    if not rounds:
        return price(share)
    if outstanding is None:
        raise InputError("outstanding: missing; a valuation needs the number of shares it is spread over.")
    ordered(**{f"rounds.{i}.month": one.month for i, one in enumerate(rounds)})
    prices = [lift(one.valuation) / outstanding for one in rounds]
    for i, two in enumerate(rounds[1:]):
        prices[i], prices[i + 1] = prices[i] * opposite(since(two.month)), prices[i + 1] * since(two.month)
    return reduce(add, prices)
