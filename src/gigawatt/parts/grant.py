"""Warrants: shares that vest in tranches behind locks, and are exercised once they may be.

A tranche is a machine of two locks, gigawatts and share price, each latched or to be held at the moment of vesting;
dates and a lab's revenue may be locks as well. What has vested stays vested, and is handed over when it may be
exercised.

Data type: `Tranche` (a rung of a warrant).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from gigawatt import dates
from gigawatt.errors import UnitError
from gigawatt.parts.clause import Clause, Once
from gigawatt.parts.daily import DAYS
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Constant, Observable, lift
from gigawatt.parts.price_test import STATISTICS, PriceTest, Statistic
from gigawatt.parts.readings import (
    bought,
    during,
    highest,
    larger,
    latest,
    once_reached,
    outstanding,
    price,
    received,
    revenue,
    running,
)
from gigawatt.parts.terms import (
    Counter,
    Date,
    Deal,
    Lab,
    Money,
    MoneyPerMonth,
    MoneyPerShare,
    OneOf,
    Party,
    Power,
    Share,
    Shares,
)
from gigawatt.parts.wrapper import All

Test: TypeAlias = Annotated[Statistic, OneOf(STATISTICS)]
Exercise: TypeAlias = Annotated[str, OneOf(("cash", "net", "expiry"))]
Leftover: TypeAlias = Annotated[str, OneOf(("lapse", "exercise"))]
Place: TypeAlias = tuple[str | int, ...]

EVER = ("0001", "9999")
"""Dates before and after all others."""


@dataclass(frozen=True, slots=True)
class Tranche:
    """A rung of a warrant: this many shares vest when all of its marks have been reached; at least one is needed.

    Arguments:
        shares: how many vest (shares).
        power: gigawatts as the parties state them (GW).
        price: mark of the share price under the warrant's test (USD/share).
        counts: which gigawatts count: `bought` (ordered and paid for or financed), `received` (delivered) or
            `running` (energised).
        market_value: mark of the share price under the test, times shares outstanding (USD).
        performance: mark of the monthly revenue of the warrant's lab, latched (USD/month).
        not_before, not_after: first and last month in which the tranche can vest.
    """

    shares: Shares
    power: Power | None = None
    price: MoneyPerShare | None = None
    counts: Counter = "bought"
    market_value: Money | None = None
    performance: MoneyPerMonth | None = None
    not_before: Date | None = None
    not_after: Date | None = None


def warrant(
    issuer: Party,
    holder: Party,
    share: Share,
    deal: Deal,
    strike: MoneyPerShare,
    days: int,
    expiry: Date,
    tranches: tuple[Tranche, ...],
    test: Test = "geometric",
    need: int = 0,
    relative_to: Share | None = None,
    price_latched: bool = True,
    power_latched: bool = True,
    lab: Lab | None = None,
    exercisable_from: Date | None = None,
    exercisable_power: Power | None = None,
    exercise: Exercise = "cash",
    when_not_exercisable: Leftover = "lapse",
    holding: int = 0,
    total: Shares | None = None,
) -> Clause:
    """Shares vest in tranches, each when enough gigawatts are bought AND the share price has passed its test.

    The price passes when the `test` over `days` trading days (`need` of them for `days`) reaches the mark on any day,
    against the share `relative_to` where one is named; a mark that is not latched must hold in the month of vesting,
    the price at its last close. Gigawatts count on the basis the parties state them. What has vested is exercised up
    to `expiry`, once `exercisable_from` has come and `exercisable_power` is energised: for `cash` in the first month
    in which the share is worth the strike; `net`, shares worth the strike being kept back; or net at `expiry`. What
    may not be exercised by then lapses, or is exercised net all the same. Shares may be sold after `holding` months.

    Raises:
        UnitError: terms that contradict each other; the first of `faults`.
    """
    for place, message in faults(locals()):
        raise UnitError(f"{'.'.join(str(part) for part in place) or 'tranches'}: {message}")
    end = dates.month_text(dates.period(expiry).last)
    until, at_expiry = during(EVER[0], end), during(end, end)
    tested = PriceTest(test, days, need, relative_to)
    mark = highest(share, tested, end) if price_latched else latest(share, tested, end)
    ready: list[Observable] = []
    if exercisable_from is not None:
        ready.append(during(exercisable_from, EVER[1]))
    if exercisable_power is not None:
        ready.append(running(deal) >= exercisable_power)
    forced = when_not_exercisable == "exercise" and bool(ready)
    kept = lift(strike) / price(share)
    lanes: list[Clause] = []
    for tranche in tranches:
        vested = _both([*_locks(tranche, deal, share, mark, lab, price_latched, power_latched), until])
        if tranche.not_after is not None or not (price_latched and power_latched):
            vested = once_reached(vested) * until
        may = _both([vested, *ready])
        left = (vested if forced else may) * at_expiry
        now = may * (price(share) >= strike) if exercise == "cash" else may
        amount = lift(tranche.shares)
        if exercise == "cash":
            # Whoever is made to exercise at expiry does so net.
            given = amount * (lift(1) - kept * (lift(1) - now)) if forced else amount
            lanes.append(Once(issuer, holder, given, larger(now, left) if forced else now, asset=share))
            lanes.append(Once(holder, issuer, amount * strike, now))
        else:
            when = left if exercise == "expiry" else larger(now, left) if forced else now
            lanes.append(Once(issuer, holder, amount * (lift(1) - kept), when, asset=share))
    return All(tuple(lanes))


def _locks(
    tranche: Tranche,
    deal: str,
    share: str,
    tested: Observable,
    lab: str | None,
    price_latched: bool,
    power_latched: bool,
) -> Iterator[Observable]:
    """The conditions of a tranche."""
    if tranche.power is not None:
        counted = _COUNTERS[tranche.counts](deal) >= tranche.power
        yield once_reached(counted) if power_latched else counted
    prices = [tested >= tranche.price] if tranche.price is not None else []
    if tranche.market_value is not None:
        prices.append(tested * outstanding(share) >= tranche.market_value)
    for priced in prices:
        yield once_reached(priced) if price_latched else priced
    if tranche.performance is not None and lab is not None:
        yield once_reached(revenue(lab) >= tranche.performance)
    if tranche.not_before is not None or tranche.not_after is not None:
        yield during(tranche.not_before or EVER[0], tranche.not_after or EVER[1])


_COUNTERS = {"bought": bought, "received": received, "running": running}


def _both(conditions: Sequence[Observable]) -> Observable:
    """All of the conditions."""
    first, *others = conditions
    for condition in others:
        first = first * condition
    return first


def faults(terms: Mapping[str, Any], horizon: dates.Period | None = None) -> Iterator[tuple[Place, str]]:
    """What is wrong with the terms of a warrant: the place, and what to do.

    Arguments:
        terms: as `warrant` takes them, by name.
        horizon: first and last month of the scenario, where it is known.
    """
    days, need, test, tranches = terms["days"], terms["need"], terms["test"], terms["tranches"]
    end = dates.period(terms["expiry"]).last
    if horizon is not None and end < horizon.first:
        yield ("expiry",), f"`{terms['expiry']}` is before the scenario starts in {dates.month_text(horizon.first)}."
    elif horizon is not None and days > DAYS * len(horizon):
        yield ("days",), f"{days} trading days, but the scenario has {DAYS * len(horizon)}, {DAYS} a month."
    if days < 1:
        yield ("days",), f"{days} trading days; a window of at least 1 day expected, 21 for about a month."
    elif test in ("spot", "close") and days != 1:
        yield ("days",), f"the test `{test}` looks at 1 day, not at {days}; write `days: 1` or the test `mean`."
    elif test == "days" and not 1 <= need <= days:
        yield ("need",), f"{need} of {days} days; a number from 1 to {days} expected."
    elif test != "days" and need:
        yield ("need",), f"`need` belongs to the test `days`, not to `{test}`."
    if terms["relative_to"] == terms["share"]:
        yield ("relative_to",), f"`{terms['share']}` cannot be measured against itself; name another share."
    if terms["holding"] < 0:
        yield ("holding",), f"{terms['holding']} months; at least 0 expected."
    may = dates.period(terms["exercisable_from"]).first if terms["exercisable_from"] else 0
    if may > end and terms["when_not_exercisable"] == "lapse":
        yield ("exercisable_from",), f"after the expiry `{terms['expiry']}` nothing can be exercised."
    for i, tranche in enumerate(tranches):
        yield from ((("tranches", i, *place), message) for place, message in _faults(tranche, terms, end))
    if terms["total"] is not None:
        whole, parts = lift(terms["total"]), _sum([lift(tranche.shares) for tranche in tranches])
        if parts is not None and isinstance(whole, Constant) and whole.figure.certain:
            all_ = Fraction(whole.figure.terms[0])
            if abs(parts - all_) > all_ / 10**9:
                yield ("total",), f"`{whole}` given, but the tranches add up to {float(parts):,.12g} shares."


def _faults(tranche: Tranche, terms: Mapping[str, Any], end: int) -> Iterator[tuple[Place, str]]:
    locks = (tranche.power, tranche.price, tranche.market_value, tranche.performance, tranche.not_before)
    if all(lock is None for lock in locks):
        yield (), "a tranche without any mark; give `power`, `price`, `market_value`, `performance` or `not_before`."
    if tranche.performance is not None and terms["lab"] is None:
        yield ("performance",), "whose revenue? Name the `lab` of the warrant."
    first = dates.period(tranche.not_before).first if tranche.not_before else 0
    last = dates.period(tranche.not_after).last if tranche.not_after else end
    if first > end:
        yield ("not_before",), f"`{tranche.not_before}` is after the expiry `{terms['expiry']}`."
    elif first > last:
        yield ("not_after",), f"`{tranche.not_after}` is before `not_before`, `{tranche.not_before}`."


def _sum(amounts: Sequence[Observable]) -> Fraction | None:
    """What amounts add up to where that is certain: parts of one total may be drawn, if all of them are there."""
    figures: list[Figure] = [amount.figure for amount in amounts if isinstance(amount, Constant)]
    parts = [figure for figure in figures if figure.kind == "split"]
    known = [figure for figure in figures if figure.certain]
    whole = Fraction(0)
    for group in {figure.group for figure in parts}:
        own = [figure.terms for figure in parts if figure.group == group]
        if sorted(term[1] for term in own) != list(range(1, int(own[0][2]) + 1)):
            return None
        whole += Fraction(own[0][0])
    if len(known) + len(parts) < len(amounts):
        return None
    return whole + sum((Fraction(figure.terms[0]) for figure in known), Fraction(0))
