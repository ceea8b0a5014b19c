"""A warrant of a scenario as a ladder of rungs: its terms on one path, and when its gigawatts come on all paths.

Data type: `Ladder` (the terms of a warrant, as figures).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from gigawatt import dates
from gigawatt.errors import InputError
from gigawatt.parts.daily import DAYS
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.grant import Tranche
from gigawatt.parts.observable import Constant
from gigawatt.parts.option.rung import Exercise, Market, Rung
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.process import SharePrice
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.value.flows import Flows
from gigawatt.value.measure import assumptions, paid

PENNY = 0.01
"""A strike below this share of the price is as good as none, so the holder exercises when a tranche vests."""

LEAST_MARK = 1e-6
"""A price mark below this, in USD a share, is always met."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a warrant of a scenario says, as figures that may differ by path.

    Arguments:
        contract: the contract.
        issuer, holder, share, deal: names.
        strike: USD/share.
        test: how the share price is looked at.
        tranches: its rungs, in the order of the contract.
        latched: whether a price mark that was once met stays met.
        months: from the scenario's start to the end of the month of expiry.
    """

    contract: Contract
    issuer: str
    holder: str
    share: str
    deal: str
    strike: Figure
    test: PriceTest
    tranches: tuple[Tranche, ...]
    latched: bool
    months: int

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure among its terms."""
        found = [getattr(t, key) for t in self.tranches for key in ("shares", "power", "price", "market_value")]
        return tuple(amount.figure for amount in found if isinstance(amount, Constant))

    @property
    def certain(self) -> bool:
        """Whether all of its terms are known."""
        return all(figure.certain for figure in self.figures)


def ladder(scenario: Scenario, contract: Contract) -> Ladder:
    """The ladder of a warrant.

    Arguments:
        scenario: where it stands.
        contract: one of its contracts, of the form `warrant`.

    Raises:
        InputError: it has terms that a ladder cannot hold; says which.
    """
    terms = dict(contract.terms)
    name = f"contracts.{contract.name}"
    if contract.form != "warrant" or not terms:
        raise InputError(f"{name}: a contract of the form `warrant` expected, `{contract.form}` given.")
    for key, missing in (("relative_to", None), ("exercisable_power", None), ("exercisable_from", None)):
        if terms.get(key) is not missing:
            raise InputError(
                f"{name}.{key}: the ladder knows neither a second share nor conditions of exercise; the value from the "
                "monthly simulation counts them."
            )
    tranches = tuple(t for t in _tuple(terms["tranches"]) if isinstance(t, Tranche))
    for i, tranche in enumerate(tranches):
        for key in ("performance", "not_before", "not_after"):
            if getattr(tranche, key) is not None:
                raise InputError(f"{name}.tranches[{i}].{key}: only the monthly simulation counts this condition.")
    end = dates.period(str(terms["expiry"])).last
    statistic = next(known for known in STATISTICS if known == terms["test"])
    return Ladder(
        contract=contract,
        issuer=str(terms["issuer"]),
        holder=str(terms["holder"]),
        share=str(terms["share"]),
        deal=str(terms["deal"]),
        strike=_figure(terms["strike"], f"{name}.strike"),
        test=PriceTest(statistic, int(str(terms["days"])), int(str(terms["need"]))),
        tranches=tranches,
        latched=bool(terms["price_latched"]),
        months=end - scenario.first + 1,
    )


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _figure(value: object, place: str) -> Figure:
    if isinstance(value, Constant):
        return value.figure
    raise InputError(f"{place}: a figure expected; an expression is valued by the monthly simulation alone.")


def markets(flows: Flows, this: Ladder) -> tuple[Floats, Floats, float, float]:
    """Spot, volatility (path, or 1), rate and dividend yield of the warrant's share, all by the year.

    The variance of jumps counts as part of the volatility.

    Arguments:
        flows: what the paths drew.
        this: the warrant.
    """
    scenario = flows.scenario
    price = next(s.price for s in scenario.shares if s.name == this.share)
    process = next(p for p in scenario.processes if p.name == price)
    if not isinstance(process, SharePrice):
        raise InputError(f"shares.{this.share}.price: a process of the form `share_price` expected.")
    variance = flows.of(process.volatility) ** 2
    if process.jumps is not None:
        rate, mean, spread = (flows.of(figure) for figure in process.jumps)
        variance = variance + 12.0 * rate * (mean**2 + spread**2)
    pricing = assumptions(scenario)
    dividend = 12.0 * paid(dict(pricing.dividends).get(this.share))
    return flows.of(process.first), np.sqrt(variance), float(pricing.curve.zero(this.months / 12.0)), dividend


def market(flows: Flows, this: Ladder, path: int) -> Market:
    """The warrant's share on one path."""
    spot, volatility, rate, dividend = markets(flows, this)
    whole = (flows.paths,)
    return Market(
        spot=float(np.broadcast_to(spot, whole)[path]),
        volatility=float(np.broadcast_to(volatility, whole)[path]),
        rate=rate,
        dividend=dividend,
    )


def at(flows: Flows, figure: Figure, path: int) -> float:
    """What a figure came out as on a path."""
    return float(np.broadcast_to(flows.of(figure), flows.paths)[path])


def rungs(flows: Flows, this: Ladder, path: int, later: float = 0.0) -> list[Rung]:
    """The rungs as one path drew them, each with the day on which every path reaches its gigawatts.

    Arguments:
        flows: the simulation.
        this: the warrant.
        path: whose terms are taken.
        later: months by which all gigawatts come later.
    """
    share = next(s for s in flows.scenario.shares if s.name == this.share)
    found = []
    for tranche in this.tranches:
        marks = [LEAST_MARK]
        if tranche.price is not None:
            marks.append(_drawn(flows, tranche.price, path))
        if tranche.market_value is not None:
            marks.append(_drawn(flows, tranche.market_value, path) / at(flows, share.outstanding, path))
        days = None
        if tranche.power is not None:
            power = _drawn(flows, tranche.power, path)
            # A mark of no gigawatts is no lock.
            days = open_days(flows, f"{tranche.counts}/{this.deal}", power, later) if power > 0 else None
        found.append(Rung(this.test, max(marks), days, _drawn(flows, tranche.shares, path)))
    return found


def _drawn(flows: Flows, amount: object, path: int) -> float:
    if not isinstance(amount, Constant):
        raise InputError(f"`{amount}`: a figure expected; an expression is valued by the monthly simulation alone.")
    return at(flows, amount.figure, path)


def open_days(flows: Flows, counter: str, mark: float, later: float = 0.0) -> Floats:
    """The trading day from the start on which gigawatts reach a mark (path,), infinite where they never do.

    Arguments:
        flows: the simulation.
        counter: such as `bought/amd`.
        mark: GW.
        later: months by which they come later.
    """
    reached = flows.counters[counter] >= mark * (1.0 - 1e-9)
    first = np.argmax(reached, axis=0)
    return np.where(reached.any(axis=0), DAYS * (first + 1.0 + later), np.inf)


def under_premium(samples: Floats, speed: Floats, premium: float) -> tuple[Floats, Floats]:
    """As many deployments as before, taken so that the normal score of their speed is lower by a premium (Wang 2000).

    Arguments:
        samples: (rung, sample) open days.
        speed: (sample,) by which deployments are ranked, larger is faster.
        premium: Sharpe ratio of bearing the risk.

    Returns:
        Open days and speeds, in the order of speed.
    """
    order = np.argsort(speed, kind="stable")
    count = len(order)
    shifted = ndtr(ndtri((np.arange(count) + 0.5) / count) - premium)
    chosen = order[np.minimum((shifted * count).astype(np.intp), count - 1)]
    return samples[:, chosen], np.arange(count, dtype=np.float64)


def exercise(strike: float, spot: float) -> Exercise:
    """When a holder pays the strike: at once where it is next to nothing, else as late as it can."""
    return "at vesting" if strike < PENNY * spot else "at expiry"
