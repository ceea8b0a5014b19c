"""One draw of everything a warrant rests on besides the path of the share, and its value.

Data type: `Case`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.parts.daily import DAYS
from gigawatt.parts.figure import Floats
from gigawatt.parts.option.lock import value_ladder
from gigawatt.parts.option.rung import Market, Rung
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import Ladder, at, exercise, market, rungs, under_premium
from gigawatt.value.measure import assumptions

LOG2_PATHS, REPLICATES = 7, 2
"""Paths of the share for each draw: few, because the terminal shock is integrated out on each."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One draw of everything the ladder rests on besides the share's path.

    Arguments:
        market: the share.
        rungs: tranches with marks, shares and open days.
        speed: (sample,) by which deployments are ranked.
        correlation: of the share's shock with that speed.
        premium: Sharpe ratio of the risk of gigawatts.
        strike: USD/share.
        years: to expiry.
        latched: whether a price mark once met stays met.
        outstanding: shares of the issuer.
    """

    market: Market
    rungs: tuple[Rung, ...]
    speed: Floats
    correlation: float
    premium: float
    strike: float
    years: float
    latched: bool
    outstanding: float

    @property
    def shares(self) -> float:
        """All shares of the warrant."""
        return sum(rung.shares for rung in self.rungs)


def case(flows: Flows, this: Ladder, path: int) -> Case:
    """What one path of the simulation drew, as a ladder to value."""
    pricing = assumptions(flows.scenario)
    share = next(s for s in flows.scenario.shares if s.name == this.share)
    return Case(
        market=market(flows, this, path),
        rungs=tuple(rungs(flows, this, path)),
        speed=flows.speed,
        correlation=float(np.clip(at(flows, pricing.correlation, path), -0.999, 0.999)),
        premium=at(flows, pricing.premium, path),
        strike=at(flows, this.strike, path),
        years=this.months / 12.0,
        latched=this.latched,
        outstanding=at(flows, share.outstanding, path),
    )


def worth(this: Case, seed: int, log2_paths: int = LOG2_PATHS, replicates: int = REPLICATES) -> dict[str, Floats]:
    """The value of a ladder and of each rung, with chances and slopes.

    Arguments:
        this: what is valued.
        seed: names the quasi-random numbers.
        log2_paths, replicates: how many paths.

    Returns:
        `value`, `error`, `vests` (rung,), and of the total `delta` (USD per USD of spot) and `vega` (USD per unit).
    """
    sampled = [rung for rung in this.rungs if rung.open_days is not None]
    ranked, speed = this.rungs, this.speed
    if sampled and this.premium:
        days, speed = under_premium(
            np.stack([r.open_days for r in sampled if r.open_days is not None]), speed, this.premium
        )
        row = iter(days)
        ranked = tuple(rung if rung.open_days is None else replace(rung, open_days=next(row)) for rung in this.rungs)
    paid = exercise(this.strike, this.market.spot)
    found = value_ladder(
        this.market,
        ranked,
        this.years,
        correlation=this.correlation if sampled else 0.0,
        speed=speed if sampled else None,
        latched=this.latched,
        strike=0.0 if paid == "at vesting" else this.strike,
        exercise=paid,
        log2_paths=log2_paths,
        replicates=replicates,
        seed=seed,
    )
    sizes = np.array([rung.shares for rung in this.rungs])
    vests = np.array([e.probability for e in found.rungs])
    # The day on which a next-to-nothing is paid does not matter, so it is not discounted.
    pennies = sizes * vests * (this.strike if paid == "at vesting" else 0.0)
    return {
        "value": np.array([e.value for e in found.rungs]) * sizes - pennies,
        "vests": vests,
        "total": np.array(found.total.value - pennies.sum()),
        "error": np.array(found.total.error),
        "delta": np.array(found.total.delta),
        "vega": np.array(found.total.vega),
    }


def without_gigawatts(this: Case) -> Case:
    """The same ladder if every gigawatt mark were reached at once."""
    return replace(this, rungs=tuple(replace(rung, open_days=None) for rung in this.rungs))


def delayed(this: Case, months: float) -> Case:
    """The same ladder if all gigawatts came later."""
    return replace(
        this,
        rungs=tuple(
            rung if rung.open_days is None else replace(rung, open_days=np.maximum(rung.open_days + DAYS * months, 0.0))
            for rung in this.rungs
        ),
    )


BUMPS: tuple[tuple[str, str, Callable[[Case], Case]], ...] = (
    ("correlation of deployment and share", "+0.1", lambda c: replace(c, correlation=min(c.correlation + 0.1, 0.999))),
    ("interest", "+1 point", lambda c: replace(c, market=replace(c.market, rate=c.market.rate + 0.01))),
    ("gigawatts later", "6 months", lambda c: delayed(c, 6.0)),
    ("premium for the risk of gigawatts", "+0.1", lambda c: replace(c, premium=c.premium + 0.1)),
)
"""What is bumped on common draws; spot and volatility have exact slopes."""


def dilute(this: Case, seed: int, undiluted: float) -> tuple[float, float]:
    """The value where the firm is what moves at random, and the fall of an old share that did not know of the warrant.

    New shares come out of the equity of all, so with n old shares, m new ones and a value f of the ladder per spot the
    warrant W solves W = n / (n + m) f(S + W / n), where S already knows of it (Galai and Schneller 1978). One more
    evaluation and its slope solve this to second order in m / n. Where S does not know of it yet, the warrant is worth
    n / (n + m) f(S) and takes that much from the old shares.

    Arguments:
        this: what is valued.
        seed: names the quasi-random numbers.
        undiluted: f(S) (USD).

    Returns:
        Value (USD) and fall (USD/share).
    """
    n = this.outstanding
    part = n / (n + this.shares)
    spot = this.market.spot
    firm = spot + part * undiluted / n
    found = worth(replace(this, market=replace(this.market, spot=firm)), seed)
    slope = float(found["delta"])
    value = part * (float(found["total"]) + slope * (spot - firm)) / (1.0 - part * slope / n)
    return value, part * undiluted / n
