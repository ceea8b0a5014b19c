"""What a warrant of a scenario is worth: both locks together, correlated, with unknown terms as a range.

The price of the share is risk-neutral, with its own days; gigawatts come as the simulation of the whole scenario says,
less the premium for their risk. Every draw of the unknown terms is valued by itself, so that what nobody knows stays
apart from what chance may bring.

Data types: `RungValue`, `Sensitivity`, `WarrantValue`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from gigawatt.engine.run import Progress, over_blocks
from gigawatt.parts.daily import DAYS
from gigawatt.parts.figure import Floats
from gigawatt.parts.world import figures
from gigawatt.value.case import BUMPS, Case, case, dilute, without_gigawatts, worth
from gigawatt.value.estimate import Estimate
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import Ladder
from gigawatt.value.measure import assumptions
from gigawatt.value.rough import rough
from gigawatt.views.band import LEVELS

TERM_SETS = 48
"""How many draws of the unknown terms are valued, each by itself."""

FEW = 12
"""How many of them serve for sensitivities, which are differences on common draws and so need fewer."""


@dataclass(frozen=True, slots=True)
class RungValue:
    """One tranche.

    Arguments:
        number: from 1, as in the contract.
        shares, price: means over the draws of the terms (shares, USD/share).
        value: USD.
        granted: the same if all gigawatt marks were reached at once: the fair value at grant (USD).
        price_lock, power_lock, vests: chances that each lock opens by the expiry, and both; of the price under the
            pricing measure.
    """

    number: int
    shares: float
    price: float
    value: Estimate
    granted: float
    price_lock: float
    power_lock: float
    vests: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How the value of the whole warrant moves with one of the things it rests on.

    Arguments:
        name: what moves.
        step: by how much, in words.
        change: of the value (USD), with its standard error.
    """

    name: str
    step: str
    change: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class WarrantValue:
    """A warrant under the pricing measure.

    Arguments:
        ladder: its terms.
        rungs: tranche by tranche.
        total: value to the holder (USD): mean, standard error, and the band over draws of what is unknown.
        certain_gigawatts: the same if every gigawatt mark were reached at once: what accounting calls the fair value
            at grant, with market conditions inside and performance conditions outside (USD).
        diluted: (value, fall of the share): what the total is worth where the market did not know of the warrant,
            and by how much each old share then falls (USD, USD/share); Galai and Schneller 1978.
        sensitivities: empty unless asked for.
    """

    ladder: Ladder
    rungs: tuple[RungValue, ...]
    total: Estimate
    certain_gigawatts: Estimate
    diluted: tuple[float, float]
    sensitivities: tuple[Sensitivity, ...]


def warrant_value(
    flows: Flows,
    this: Ladder,
    seed: int,
    *,
    greeks: bool = False,
    draws: int = TERM_SETS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> WarrantValue:
    """Value a ladder on many draws of its terms.

    Arguments:
        flows: a simulation of its scenario; only gigawatts and draws are used, so its measure does not matter.
        this: the warrant.
        seed: names the quasi-random numbers.
        greeks: whether to work out sensitivities, which takes several times as long.
        draws: how many draws of the unknown terms are valued; one where all terms are known.
        workers: how many processes; the machine's cores by default.
        progress: is told the number of draws done and of all.
    """
    count = 1 if _all_certain(flows, this) else min(draws, flows.paths)
    cases = [case(flows, this, path) for path in range(count)]
    workers = min(workers or os.cpu_count() or 1, count)
    task = partial(_values, tuple(cases), seed, workers, greeks)
    found: list[dict[str, Floats]] = [{}] * count
    for done, (_, part) in enumerate(over_blocks(task, range(workers), workers), start=1):
        for index, arrays in part.items():
            found[index] = arrays
        if progress:
            progress(done, workers)
    return _gathered(this, cases, found, *rough(flows, this))


def _all_certain(flows: Flows, this: Ladder) -> bool:
    """Whether every path has the same ladder."""
    pricing = assumptions(flows.scenario)
    price = next(s.price for s in flows.scenario.shares if s.name == this.share)
    process = next(p for p in flows.scenario.processes if p.name == price)
    return all(f.certain for f in (*this.figures, this.strike, *figures(process), pricing.correlation, pricing.premium))


def _values(cases: Sequence[Case], seed: int, stride: int, greeks: bool, start: int) -> dict[int, dict[str, Floats]]:
    """Every so-manieth case, valued in one process."""
    return {
        index: _value(cases[index], seed, greeks and index < FEW, index < FEW)
        for index in range(start, len(cases), stride)
    }


def _value(this: Case, seed: int, greeks: bool, few: bool) -> dict[str, Floats]:
    found = worth(this, seed)
    if few:
        free = worth(without_gigawatts(this), seed)
        found |= {"certain": free["total"], "granted": free["value"], "priced": free["vests"]}
        found["diluted"] = np.array(dilute(this, seed, float(found["total"])))
    if greeks:
        found["bumps"] = np.array([float(worth(bump(this), seed)["total"] - found["total"]) for _, _, bump in BUMPS])
    return found


def _gathered(
    this: Ladder, cases: Sequence[Case], found: Sequence[dict[str, Floats]], plain: Floats, courses: Floats
) -> WarrantValue:
    """The estimates of all draws together.

    Arguments:
        this: the warrant.
        cases: the draws.
        found: what each is worth.
        plain: (rung, path) rough values of the draws of all paths, the first of which are the cases.
        courses: (rung, path) rough values on every simulated deployment.
    """

    def over(name: str) -> Floats:
        return np.stack([arrays[name] for arrays in found if name in arrays])

    values, vests = over("value"), over("vests")
    single = float(found[0]["error"]) if len(found) == 1 else None
    rungs = tuple(
        RungValue(
            number=row + 1,
            shares=float(np.mean([c.rungs[row].shares for c in cases])),
            price=float(np.mean([c.rungs[row].mark for c in cases])),
            value=_spread(values[:, row], plain[row], noise=_noise(courses[row])),
            granted=float(over("granted")[:, row].mean()),
            price_lock=float(over("priced")[:, row].mean()),
            power_lock=float(np.mean([_opens(c, row) for c in cases])),
            vests=float(vests[:, row].mean()),
        )
        for row in range(values.shape[1])
    )
    sensitivities = (
        (*_slopes(over("delta"), over("vega"), cases), *_changes(over("bumps"))) if "bumps" in found[0] else ()
    )
    diluted, fall = over("diluted").mean(axis=0).tolist()
    return WarrantValue(
        ladder=this,
        rungs=rungs,
        total=_spread(over("total"), plain.sum(axis=0), single, _noise(courses.sum(axis=0))),
        certain_gigawatts=_spread(over("certain")),
        diluted=(diluted, fall),
        sensitivities=sensitivities,
    )


def _opens(this: Case, row: int) -> float:
    days = this.rungs[row].open_days
    return 1.0 if days is None else float(np.mean(days <= DAYS * 12.0 * this.years))


def _noise(courses: Floats) -> float:
    """Standard error that comes from the number of simulated deployments."""
    return float(courses.std() / np.sqrt(len(courses)))


def _spread(values: Floats, plain: Floats | None = None, error: float | None = None, noise: float = 0.0) -> Estimate:
    """Mean over draws of the terms, its standard error, and the band of the draws.

    Arguments:
        values: (draw,).
        plain: (path,) rough values of all paths' draws, the first of which are these: what the two share is known to
            average out over all paths, so it is taken off the chosen ones.
        error: standard error where there is one draw alone.
        noise: standard error from elsewhere, independent of the draws.
    """
    low, middle, high = (float(q) for q in np.quantile(values, LEVELS))
    count = len(values)
    if count < 3 or plain is None:
        known = error if error is not None else float(values.std(ddof=1) / np.sqrt(count)) if count > 1 else 0.0
        return Estimate(float(values.mean()), float(np.hypot(known, noise)), (low, middle, high))
    own = plain[:count] - plain[:count].mean()
    slope = float(own @ values / (own @ own)) if own.any() else 0.0
    mean = float(values.mean() + slope * (plain.mean() - plain[:count].mean()))
    rest = values - values.mean() - slope * own
    return Estimate(mean, float(np.hypot(np.sqrt(rest @ rest / (count - 2) / count), noise)), (low, middle, high))


def _slopes(delta: Floats, vega: Floats, cases: Sequence[Case]) -> Iterator[Sensitivity]:
    spot = cases[0].market.spot
    yield _moved("share price", f"+1 USD from {spot:,.2f}", delta)
    yield _moved("volatility", "+1 point", 0.01 * vega)


def _changes(bumps: Floats) -> Iterator[Sensitivity]:
    for (name, step, _), changes in zip(BUMPS, bumps.T, strict=True):
        yield _moved(name, step, changes)


def _moved(name: str, step: str, changes: Floats) -> Sensitivity:
    error = float(changes.std(ddof=1) / np.sqrt(len(changes))) if len(changes) > 1 else 0.0
    return Sensitivity(name, step, float(changes.mean()), error)
