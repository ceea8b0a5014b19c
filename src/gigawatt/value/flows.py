"""What every lane pays over the months of a scenario, discounted, and how far each deal has come.

Data types: `Task` (what a block is asked), `Flows` (the answer for all paths).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gigawatt.engine.block import Block, block
from gigawatt.engine.layout import Layout, layout
from gigawatt.engine.month import step
from gigawatt.engine.run import Progress, over_blocks
from gigawatt.engine.state import model, opening
from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.loan import Loan
from gigawatt.parts.observable import Read
from gigawatt.parts.stream import BLOCK
from gigawatt.parts.view import walk
from gigawatt.parts.wrapper import Arrears
from gigawatt.scenario.scenario import Scenario
from gigawatt.value.measure import Measure, assumptions, paid, under
from gigawatt.views.focus import focus

COUNTERS = ("bought", "received", "running")
"""Gigawatts as the parties state them, on which warrants vest."""

COUNTED = "counter/"


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Present values by lane and path, in USD at the start of the scenario.

    Arguments:
        scenario, places, measure: what was simulated, and under which probabilities.
        value: (lane, path) what is paid, discounted at the curve; lanes in kind at the share's price of the month.
        payer, payee: (lane, path) the same, discounted at the curve plus that side's spread.
        missed: (lane, path) what is due and never paid, discounted at the curve; where what stays unpaid is due again,
            what is left of it at the end.
        shares: (lane in kind, path) shares handed over.
        yearly: (year, lane, path) what is paid in each calendar year, not discounted; lanes in kind in money.
        after: (year, lane, path) what is still to be paid after each year, discounted to its end at the curve.
        counters: (month, path) gigawatts as the parties state them, for each `counter/deal` that a warrant looks at.
        speed: (path,) gigawatts energised for the first lab, averaged over the horizon: high where all comes early.
        martingales: (share, path) discounted share prices at the end with dividends kept, less the opening price;
            of mean 0 under `risk-neutral`.
        draws: (figure, path) what each uncertain figure came out as, in the order of the scenario's figures.
    """

    scenario: Scenario
    places: Layout
    measure: Measure
    value: Floats
    payer: Floats
    payee: Floats
    missed: Floats
    shares: Floats
    yearly: Floats
    after: Floats
    counters: dict[str, Floats]
    speed: Floats
    martingales: Floats
    draws: Floats

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return int(self.value.shape[-1])

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of the horizon."""
        return tuple(range(self.scenario.first // 12, self.scenario.last // 12 + 1))

    def lanes(self, contract: str) -> list[int]:
        """The rows of a contract."""
        return [row for row, (name, _) in enumerate(self.places.lanes) if name == contract]

    @property
    def uncertain(self) -> list[Figure]:
        """The uncertain figures of the scenario, in the order of `draws`."""
        return _uncertain(self.scenario)

    def drawn(self, name: str) -> Floats:
        """What an uncertain figure came out as (path,)."""
        row = [figure.name for figure in self.uncertain].index(name)
        return np.asarray(self.draws[row])

    def of(self, figure: Figure) -> Floats:
        """What a figure came out as: (path,) where it is uncertain, (1,) where every path has the same."""
        return np.array(figure.terms[:1]) if figure.certain else self.drawn(figure.name)


def flows(
    scenario: Scenario,
    measure: Measure,
    paths: int | None = None,
    seed: int | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Flows:
    """Simulate a scenario under a measure and discount what every lane pays.

    Arguments:
        scenario: must have `pricing`.
        measure: `real-world` or `risk-neutral`.
        paths, seed: the scenario's own if not given.
        workers: how many processes; the machine's cores by default. The answer does not depend on it.
        progress: is told the number of blocks done and of all blocks.

    Raises:
        InputError: the scenario has no `pricing`.
    """
    moved = under(scenario, measure)
    assumptions(scenario)
    paths = scenario.paths if paths is None else paths
    seed = scenario.seed if seed is None else seed
    count = -(-paths // BLOCK)
    parts: list[dict[str, Floats]] = [{}] * count
    task = partial(value_block, moved, seed, paths)
    for done, (index, arrays) in enumerate(over_blocks(task, range(count), workers or os.cpu_count() or 1), start=1):
        parts[index] = arrays
        if progress:
            progress(done, count)
    whole = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    counters = {name.removeprefix(COUNTED): whole.pop(name) for name in list(whole) if name.startswith(COUNTED)}
    return Flows(scenario=moved, places=layout(moved), measure=measure, counters=counters, **whole)


def value_block(scenario: Scenario, seed: int, paths: int, index: int) -> dict[str, Floats]:
    """The arrays of `Flows` for one block.

    Arguments:
        scenario: with the probabilities of the measure.
        seed, index: name the block's random streams.
        paths: of the whole run.
    """
    places = layout(scenario)
    drawn = block(scenario, places, seed, index, min(BLOCK, paths - index * BLOCK))
    fixed = model(scenario, places, drawn)
    state = opening(fixed)
    count, lanes = drawn.draws.paths, len(places.lanes)
    pricing = assumptions(scenario)
    factors = pricing.curve.months(scenario.months)
    spreads = dict(pricing.spreads)
    nothing = np.zeros(1)
    costs = [drawn.draws.of(spreads[p.name]) if p.name in spreads else nothing for p in scenario.parties]
    by_party = np.stack(np.broadcast_arrays(*costs))
    party, share = places.row["party"], places.row["share"]
    sides = [[party[getattr(lane, side)] for _, lane in places.lanes] for side in ("payer", "payee")]
    assets = [share[lane.asset] for _, lane in places.lanes[places.cash :]]
    years = scenario.last // 12 - scenario.first // 12 + 1
    out = {name: np.zeros((lanes, count)) for name in ("value", "payer", "payee", "missed")}
    yearly, discounted = np.zeros((years, lanes, count)), np.zeros((years, lanes, count))
    carried = _due_again(scenario)
    again = [row for row, (name, _) in enumerate(places.lanes[: places.cash]) if name in carried]
    shares, speed = np.zeros((lanes - places.cash, count)), np.zeros(count)
    own = list(focus(scenario).deals)
    counted = {f"{name}/{deal}": (name, places.row["deal"][deal]) for name, deal in marks(scenario)}
    counters = {key: np.zeros((scenario.months, count)) for key in counted}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for t in range(scenario.months):
            state, tables = step(fixed, state, t)
            told, missed = tables["told"].copy(), tables["due"] - tables["told"]
            shares += told[places.cash :]
            told[places.cash :] *= tables["price"][assets] if assets else 1.0
            year = (scenario.first + t) // 12 - scenario.first // 12
            present = told * factors[t]
            discounts = np.exp(-by_party * (t + 1.0))
            out["value"] += present
            out["missed"][again] = 0.0
            out["missed"][: places.cash] += missed[: places.cash] * factors[t]
            for side, rows in zip(("payer", "payee"), sides, strict=True):
                out[side] += present * discounts[rows]
            speed += tables["online"][own].sum(axis=0) / scenario.months
            yearly[year] += told
            discounted[year] += present
            for key, (name, row) in counted.items():
                counters[key][t] = tables[name][row]
    return {
        **out,
        "shares": shares,
        "yearly": yearly,
        "after": _after(discounted, pricing.curve.discount(_year_ends(scenario))),
        **{f"{COUNTED}{key}": values for key, values in counters.items()},
        "speed": speed,
        "martingales": _martingales(scenario, drawn, tables["price"] * factors[-1]),
        "draws": _draws(scenario, drawn.draws.of, count),
    }


def marks(scenario: Scenario) -> list[tuple[str, str]]:
    """The (counter, deal) pairs on which contracts that hand over shares look."""
    found = [
        (node.table, node.name)
        for contract in scenario.contracts
        if any(lane.asset != CASH for lane in contract.clause.lanes)
        for node in walk(contract.clause)
        if isinstance(node, Read) and node.table in COUNTERS
    ]
    return list(dict.fromkeys(found))


def _martingales(scenario: Scenario, drawn: Block, prices: Floats) -> Floats:
    dividends = dict(assumptions(scenario).dividends)
    rows = []
    for share, price in zip(scenario.shares, prices, strict=True):
        process = next(p for p in scenario.processes if p.name == share.price)
        kept = np.exp(paid(dividends.get(share.name)) * scenario.months)
        rows.append(price * kept - drawn.draws.of(process.opening))
    return np.stack(rows) if rows else np.zeros((0, drawn.draws.paths))


def _due_again(scenario: Scenario) -> frozenset[str]:
    """Contracts in which what stays unpaid is due again the month after."""
    return frozenset(c.name for c in scenario.contracts if any(isinstance(n, Arrears | Loan) for n in walk(c.clause)))


def _uncertain(scenario: Scenario) -> list[Figure]:
    return [figure for figure in scenario.figures() if not figure.certain]


def _draws(scenario: Scenario, of: Callable[[Figure], Floats], count: int) -> Floats:
    rows = [of(figure) for figure in _uncertain(scenario)]
    return np.stack(rows) if rows else np.zeros((0, count))


def _year_ends(scenario: Scenario) -> Floats:
    """Years from the start of the horizon to the ends of its calendar years (year,)."""
    decembers = np.arange(scenario.first // 12, scenario.last // 12 + 1) * 12 + 12 - scenario.first
    return np.minimum(decembers, scenario.months) / 12.0


def _after(discounted: Floats, factors: Floats) -> Floats:
    """What is still to be paid after each year, in money of its end, from what is paid in it, in money of today."""
    rest = np.zeros_like(discounted)
    rest[:-1] = np.cumsum(discounted[:0:-1], axis=0)[::-1]
    return rest / factors[:, np.newaxis, np.newaxis]
