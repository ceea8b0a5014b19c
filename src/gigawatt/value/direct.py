"""One warrant without simulating days: in closed form where there is one, else by the thresholds of paths.

A tranche fits where it hangs on at most one price mark and one counter mark, both latched or without chance, and on
nothing else that bears risk. A correlated counter fits in closed form alone: the ladder of thresholds would correlate
the share with the rank of the deployment, which against the wedge is off by up to 4 % of a tranche.

Data types: `Worth` (values with errors and slopes), `Sampling` (how it is worked out).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.parts.option.lock import value_ladder
from gigawatt.parts.option.rung import Market, Rung
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.machine import Policy
from gigawatt.parts.warrant.terms import Mark, MeanStrike, PriceMark, Some, Tranche
from gigawatt.scenario.instrument import Growth, Instrument
from gigawatt.value.counter import SAMPLES, Horizon, first_days, random, sure
from gigawatt.value.piece import Piece, formula, in_wedge, slopes
from gigawatt.value.risk import locks, settled

Method = Literal["closed form", "ladder", "simulation"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a value is worked out.

    Arguments:
        policy: exercise as `soon` as possible or at `expiry`.
        log2_paths: base-2 logarithm of the paths in a scrambling.
        replicates: independent scramblings, at least 2.
        seed: names the quasi-random numbers.
    """

    policy: Policy
    log2_paths: int
    replicates: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What a warrant with no open figure is worth.

    Arguments:
        method: how it was worked out.
        values, errors: (tranche,) USD and standard errors.
        totals: (replicate,) USD of all tranches; one number where there are no replicates to compare.
        error: standard error of the sum (USD).
        delta, vega: of the sum: USD per USD of spot, and per unit of volatility; none where they are not known.
    """

    method: Method
    values: Floats
    errors: Floats
    totals: Floats
    error: float
    delta: float | None = None
    vega: float | None = None

    @property
    def total(self) -> float:
        """All tranches (USD)."""
        return float(self.values.sum())


def lognormal(instrument: Instrument) -> Market:
    """The share of a warrant whose figures are decided; raises UnitError for what cannot be priced."""
    given = instrument.market
    return Market(*(sure(level) for level in (given.price, given.volatility, given.rate, given.dividend)))


def direct(instrument: Instrument, how: Sampling, greeks: bool = False) -> Worth | str:
    """The value of a warrant, or why it has to be simulated day by day.

    Arguments:
        instrument: with no figure open.
        how: policy and numbers of paths.
        greeks: whether slopes are wanted; without a ladder they take more time than the value.
    """
    horizon, market = Horizon.of(instrument.warrant), lognormal(instrument)
    if instrument.warrant.adjustment.dividends != "none" and market.dividend:
        return "dividends adjust the terms"
    pieces: list[Piece] = []
    for name, tranche in zip(instrument.warrant.names, instrument.warrant.tranches, strict=True):
        piece = _piece(tranche, instrument, horizon, how.policy)
        if isinstance(piece, str):
            return f"tranche `{name}` {piece}"
        pieces.append(piece)
    exact = [formula(piece, market, horizon, how.policy) for piece in pieces]
    values = np.array([value or 0.0 for value in exact])
    shares = np.array([piece.shares for piece in pieces])
    errors = np.zeros(len(pieces))
    known = [piece for piece, value in zip(pieces, exact, strict=True) if value is not None]
    delta, vega = slopes(known, market, horizon, how.policy) if greeks else (0.0, 0.0)
    error = 0.0
    groups: dict[tuple[float, bool], list[int]] = {}
    for row, value in enumerate(exact):
        if value is None:
            groups.setdefault((pieces[row].strike, pieces[row].latched), []).append(row)
    for (strike, latched), rows in groups.items():
        ladder = value_ladder(
            market,
            [_rung(pieces[row], horizon) for row in rows],
            horizon.years,
            days=round(horizon.steps / horizon.years),
            latched=latched,
            strike=strike,
            exercise="at vesting" if how.policy == "soon" else "at expiry",
            log2_paths=how.log2_paths,
            replicates=how.replicates,
            seed=how.seed,
        )
        values[rows] = [rung.value for rung in ladder.rungs]
        errors[rows] = [rung.error for rung in ladder.rungs]
        delta, vega = delta + ladder.total.delta, vega + ladder.total.vega
        # The same paths serve every group, so their errors may all go one way.
        error += ladder.total.error
    values *= shares
    method: Method = "ladder" if groups else "closed form"
    found = Worth(method, values, errors * shares, np.array([values.sum()]), error)
    return replace(found, delta=delta, vega=vega) if greeks else found


def _piece(tranche: Tranche, instrument: Instrument, horizon: Horizon, policy: Policy) -> Piece | str:
    """A tranche, or what about it does not fit."""
    warrant, market = instrument.warrant, instrument.market
    price, counter = locks(tranche, instrument)
    rule = warrant.strike_of(tranche)
    if isinstance(rule, MeanStrike):
        return "has a strike that is a mean price"
    if settled(tranche.exercise, instrument) is not None:
        return "has a condition of exercise"
    if tranche.joined == "either" and price is not None:
        return "vests by either lock"
    for lock in (price, counter):
        if isinstance(lock, Some):
            return "has a lock of several conditions"
        if isinstance(lock, Mark | PriceMark) and (lock.after is not None or lock.before is not None):
            return "has a mark between dates"
    first = 0 if tranche.not_before is None else horizon.row(tranche.not_before)
    last = horizon.steps if tranche.deadline is None else horizon.until(tranche.deadline)
    course = instrument.deployment.get(counter.counter) if isinstance(counter, Mark) else None
    level = sure(counter.level) if isinstance(counter, Mark) else 0.0
    if isinstance(counter, Mark) and not counter.latched:
        return "has a counter mark that must hold on the day of vesting"
    test, mark, latched = None, 0.0, True
    if isinstance(price, PriceMark):
        if price.of == "index":
            return "has a price mark relative to an index"
        test, latched = price.test, price.latched
        mark = sure(price.level) / (sure(market.outstanding) if price.of == "value" else 1.0)
        if test.days == 1 and latched and mark <= sure(market.price):
            test = None
        elif test.days > 1 and market.history:
            return "has a window that looks back before the issue"
        elif mark <= sure(market.price):
            return "has a price mark at or below the price of today"
        elif last < horizon.steps:
            return "has a price mark and a deadline"
    correlated = isinstance(course, Growth) and random(course) and sure(course.correlation) != 0.0
    piece = Piece(
        sure(tranche.shares),
        sure(rule),
        test,
        mark,
        latched or test is None,
        course,
        level,
        first,
        min(last, horizon.steps),
    )
    if correlated and test is not None and not in_wedge(piece, policy):
        return "has a counter that is correlated with the price"
    return piece


def _rung(piece: Piece, horizon: Horizon) -> Rung:
    """The same as the ladder takes it."""
    days = None
    if piece.course is not None or piece.first > 0:
        # All rungs take equally many days, the fastest deployment of one with the fastest of the others.
        days = np.zeros(SAMPLES) if piece.course is None else first_days(piece.course, piece.level, horizon)
        days = np.maximum(days, float(piece.first))
    return Rung(piece.test or PriceTest("close"), piece.mark, days, piece.shares)
