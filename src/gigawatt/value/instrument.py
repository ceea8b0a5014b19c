"""What one warrant from a file is worth, with no scenario around it.

Where the file leaves figures open, each draw of them is valued by itself and the answer is a range.

Data types: `TrancheWorth`, `InstrumentValue`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.errors import InputError
from gigawatt.parts.figure import Floats
from gigawatt.parts.warrant.machine import Policy
from gigawatt.parts.warrant.terms import PriceMark
from gigawatt.scenario.instrument import Instrument
from gigawatt.value.assumed import assumed, policy_of
from gigawatt.value.counter import Horizon, random, sure
from gigawatt.value.daily import Daily, require_windows, simulate
from gigawatt.value.direct import Method, Sampling, Worth, direct
from gigawatt.value.estimate import Estimate
from gigawatt.value.payoff import Truth, money
from gigawatt.value.risk import marks
from gigawatt.value.shift import diluted, evaluate, moved, needed
from gigawatt.value.unknown import Open, decided, opened, scores
from gigawatt.value.warrant import Sensitivity
from gigawatt.views.band import LEVELS

DRAWS = 32
"""How many draws of what is not public are valued, each by itself."""

FEW = 4
"""How many of them serve for sensitivities, dilution and what must be true."""

LOG2_PATHS, REPLICATES = 10, 16
"""Paths where every figure is known; many scramblings, so that the standard error is itself known."""

LOG2_OF_DRAW, REPLICATES_OF_DRAW = 9, 2
"""Paths of each draw: few, because the range of the draws is far wider than their errors."""

MANY = 8
"""Price marks over windows beyond which fewer paths are drawn, since each window takes as long as a draw of prices."""


@dataclass(frozen=True, slots=True)
class TrancheWorth:
    """One tranche.

    Arguments:
        name: as in the contract.
        shares: mean over the draws.
        value: USD; the band is over draws of what is not public.
        price_opens, counter_opens, vests: chances by the expiry under the pricing measure.
        dates: day by which it has vested in 10 %, 50 % and 90 % of cases; none where it does not in as many.
    """

    name: str
    shares: float
    value: Estimate
    price_opens: float
    counter_opens: float
    vests: float
    dates: tuple[datetime.date | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class InstrumentValue:
    """A warrant under the pricing measure.

    Arguments:
        instrument: terms, market and deployment as in the file.
        policy: when the holder exercises.
        method: how the value was worked out, that of the first draw.
        known: whether every figure is; then `total` is a point, otherwise its band is the answer.
        draws: how many were valued.
        tranches: in the order of the contract.
        total: USD: mean, standard error of the simulation of one draw, and band over draws.
        simulated: the same by simulating days; equals `total` where that is the method.
        certain: the same if every counter mark were reached at once; none where no counter bears risk.
        diluted: value where the firm is what moves at random (USD), and fall of an old share that did not know of the
            warrant (USD/share).
        opened: figures that are not public.
        sensitivities: empty unless asked for.
        amount, truths: USD asked about and what it needs; none and empty unless asked for.
        notes: what is assumed.
    """

    instrument: Instrument
    policy: Policy
    method: Method
    known: bool
    draws: int
    tranches: tuple[TrancheWorth, ...]
    total: Estimate
    simulated: Estimate
    certain: Estimate | None
    diluted: tuple[float, float]
    opened: tuple[Open, ...]
    sensitivities: tuple[Sensitivity, ...]
    amount: float | None
    truths: tuple[Truth, ...]
    notes: tuple[str, ...]

    @property
    def per_share(self) -> float:
        """Value of each of the warrant's shares (USD)."""
        return self.total.mean / self.instrument.warrant.shares


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """One draw: its terms, its value, why it had to be simulated if it had to, its days."""

    instrument: Instrument
    worth: Worth
    why: str
    daily: Daily
    certain: Worth | None


def value_instrument(
    instrument: Instrument,
    *,
    policy: Policy | None = None,
    draws: int = DRAWS,
    log2_paths: int | None = None,
    replicates: int | None = None,
    seed: int = 1,
    greeks: bool = False,
    worth: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InstrumentValue:
    """What a warrant is worth to its holder.

    Arguments:
        instrument: terms, market and deployment; figures may be open.
        policy: exercise as `soon` as possible or at `expiry`; by default soon for a strike below 1 % of the price.
        draws: how many draws of what is not public are valued, at least 4; one where all is known.
        log2_paths: base-2 logarithm of the paths in a scrambling; by default 10, or 9 for each draw, and fewer where
            many windows make a path costly.
        replicates: independent scramblings, at least 2; by default 16, or 2 for each draw.
        seed: names the random and quasi-random numbers.
        greeks: whether to work out how the value moves.
        worth: an amount such as `34 bnUSD`: what must be true for the warrant to be worth it.
        progress: is told the draws done and of all.

    Raises:
        InputError: numbers of draws or paths that are too small, a window without closes, an amount that is no money.
    """
    amount = None if worth is None else money(worth)
    unknowns = instrument.unknowns()
    if draws < FEW:
        raise InputError(f"{draws} draws: at least {FEW} expected, since their range is the answer.")
    if replicates is not None and replicates < 2:
        raise InputError(f"{replicates} replicates: at least 2 expected, since they give the standard error.")
    require_windows(instrument)
    chosen = policy or policy_of(instrument)
    size, count = _effort(instrument)
    how = Sampling(chosen, size if log2_paths is None else log2_paths, replicates or count, seed)
    places = scores(instrument, draws, seed)
    found: list[_Drawn] = []
    count = draws if unknowns else 1
    for draw in range(count):
        found.append(_valued(decided(instrument, places, draw), how))
        if progress:
            progress(draw + 1, count)
    few = [one.instrument for one in found[:FEW]]
    totals = np.array([one.worth.total for one in found])
    total = _over(totals, [one.worth.error for one in found])
    return InstrumentValue(
        instrument=instrument,
        policy=chosen,
        method=found[0].worth.method,
        known=not unknowns,
        draws=count,
        tranches=_tranches(instrument, found),
        total=total,
        simulated=_over(np.array([d.daily.worth.total for d in found]), [d.daily.worth.error for d in found]),
        certain=_certain(found),
        diluted=diluted(few, how, [one.worth for one in found[:FEW]], total.mean),
        opened=opened(instrument, places, totals),
        sensitivities=moved(few, how) if greeks else (),
        amount=amount,
        truths=() if amount is None else needed(few, how, amount, total.mean),
        notes=assumed(instrument, chosen, count, {one.worth.method: one.why for one in reversed(found)}),
    )


def _effort(instrument: Instrument) -> tuple[int, int]:
    """Base-2 logarithm of the paths in a scrambling, and how many of these."""
    windows = {leaf for leaf in marks(instrument.warrant) if isinstance(leaf, PriceMark) and leaf.test.days > 1}
    if instrument.unknowns():
        return LOG2_OF_DRAW - (2 if len(windows) > MANY else 0), REPLICATES_OF_DRAW
    return (LOG2_PATHS - 2, REPLICATES // 2) if len(windows) > MANY else (LOG2_PATHS, REPLICATES)


def _valued(instrument: Instrument, how: Sampling) -> _Drawn:
    found = direct(instrument, how)
    if isinstance(found, str):
        daily = simulate(instrument, how)
        return _Drawn(instrument, daily.worth, found, daily, _sure(instrument, how))
    # Where days are simulated for chances and as a check alone, fewer do.
    fewer = replace(how, replicates=max(how.replicates // 4, 2))
    return _Drawn(instrument, found, "", simulate(instrument, fewer), _sure(instrument, how))


def _sure(instrument: Instrument, how: Sampling) -> Worth | None:
    """The same without the risk of counters, where there is such a risk and the terms make sense without it."""
    if not any(random(course) for course in instrument.deployment.values()):
        return None
    try:
        return evaluate(replace(instrument, deployment={}), how)
    except InputError:
        # A mean strike looks back from a day of vesting, which without counters is the issue.
        return None


def _over(values: Floats, errors: Sequence[float]) -> Estimate:
    """Mean and band over draws (draw,), with the error of one draw."""
    low, middle, high = (float(value) for value in np.quantile(values, LEVELS))
    return Estimate(float(values.mean()), float(np.mean(errors)), (low, middle, high))


def _certain(found: Sequence[_Drawn]) -> Estimate | None:
    values = [one.certain for one in found if one.certain is not None]
    return _over(np.array([w.total for w in values]), [w.error for w in values]) if values else None


def _tranches(instrument: Instrument, found: Sequence[_Drawn]) -> tuple[TrancheWorth, ...]:
    horizon = Horizon.of(instrument.warrant)
    values = np.stack([one.worth.values for one in found])
    errors = np.stack([one.worth.errors for one in found])
    opens = np.mean([[one.daily.price_opens, one.daily.counter_opens] for one in found], axis=0)
    vests = np.minimum(np.cumsum(np.mean([one.daily.vests for one in found], axis=0), axis=1), 1.0)
    sizes = np.mean([[sure(t.shares) for t in one.instrument.warrant.tranches] for one in found], axis=0)
    made = []
    for row, name in enumerate(instrument.warrant.names):
        days = [int(np.searchsorted(vests[row], level)) for level in LEVELS]
        dates = tuple(horizon.dates[day].item() if day <= horizon.steps else None for day in days)
        value = _over(values[:, row], errors[:, row].tolist())
        chances = float(opens[0, row]), float(opens[1, row]), float(vests[row, -1])
        made.append(TrancheWorth(name, float(sizes[row]), value, *chances, dates))
    return tuple(made)
