"""Everything of one block of paths that does not depend on anybody's books, drawn before the first month.

Data types: `Events` (which campus gains power on which path in a month), `Block`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from gigawatt.engine.layout import Layout
from gigawatt.parts.daily import Daily
from gigawatt.parts.figure import Draws, Floats, draw
from gigawatt.parts.process import MeanReverting, Process, SharePrice, Surroundings, mixing
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.parts.watch import Watch, watched
from gigawatt.parts.world import Campus, Deal
from gigawatt.scenario.scenario import Scenario

NEVER = 1_000_000.0
"""A month beyond every horizon."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Power phases in the order in which they come.

    Arguments:
        campus, deal: places in the flat (row, path) arrays, one for each phase and path that comes in the horizon.
        power: (GW).
        first: (month + 1,) where each month's entries begin; entries before the horizon belong to month 0.
        ready: (phase, path) calendar month in which each phase comes, `NEVER` if it is not built.
    """

    campus: NDArray[np.intp]
    deal: NDArray[np.intp]
    power: Floats
    first: NDArray[np.intp]
    ready: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One block of paths, ready to be stepped through.

    Arguments:
        draws: values of the uncertain figures.
        levels: (month, process, path) values of the processes.
        opening: (process, path or 1) their values before the first month.
        averages: (month, average, path) averaged share prices.
        highest, latest: (month, watch, path) highest marks at which tests over days hold, in the month and at its end.
        bust: (month, path) 1 in a bust.
        events: campus phases.
        deal: figures of the deals by name (deal, path or 1), in facility gigawatts; `span` is what is announced
            beyond the opening, `binding` what is binding with it, `optional` what may become binding.
    """

    draws: Draws
    levels: Floats
    opening: Floats
    averages: Floats
    highest: Floats
    latest: Floats
    bust: Floats
    events: Events
    deal: dict[str, Floats]


def block(scenario: Scenario, places: Layout, seed: int, index: int, paths: int = BLOCK) -> Block:
    """Draw one block.

    Arguments:
        scenario: what is simulated.
        places: its layout.
        seed: the run's seed.
        index: which block.
        paths: how many paths of it are wanted, at most `BLOCK`.
    """
    draws = draw(scenario.figures(), seed, index, paths)
    worlds, bust = _worlds(scenario, draws, seed, index)
    levels, highest, latest = _levels(scenario, places, worlds, bust)
    return Block(
        draws=draws,
        levels=levels,
        opening=draws.stack(process.opening for process in scenario.processes),
        averages=_averages(scenario, places, levels, worlds),
        highest=highest,
        latest=latest,
        bust=bust,
        events=_events(scenario, places, draws, seed, index),
        deal=_deals(scenario.deals, draws, seed, index),
    )


def _worlds(scenario: Scenario, draws: Draws, seed: int, index: int) -> tuple[dict[str, Surroundings], Floats]:
    """What each process is given, and the months of bust."""
    still = np.zeros((1, 1))
    regime = next(process for process in scenario.processes if process.name == scenario.regime)
    bust = regime.run(Surroundings(seed, index, scenario.months, still, still, draws))
    shocks = _shocks(scenario, seed, index, draws.paths)
    names = [process.name for process in scenario.processes]
    return {
        name: Surroundings(seed, index, scenario.months, shocks.get(name, still), bust, draws) for name in names
    }, bust


def _levels(
    scenario: Scenario, places: Layout, worlds: dict[str, Surroundings], bust: Floats
) -> tuple[Floats, Floats, Floats]:
    """Values of the processes (month, process, path), and what tests over days read off them (month, watch, path)."""
    watches = [Watch.read(label) for label in places.row["watch"]]
    prices = {share.name: share.price for share in scenario.shares}
    tested = {prices[share] for watch in watches for share in watch.shares}
    levels = np.empty((scenario.months, len(scenario.processes), bust.shape[1]))
    dailies = {}
    for row, process in enumerate(scenario.processes):
        world = worlds[process.name]
        if process.name in tested and isinstance(process, SharePrice):
            levels[:, row], jumps = process.moves(world)
            dailies[process.name] = Daily(process, levels[:, row], jumps, world)
        else:
            levels[:, row] = bust if process.name == scenario.regime else process.run(world)
    if not watches:
        nothing = np.zeros((scenario.months, 0, bust.shape[1]))
        return levels, nothing, nothing
    correlations = {(a, b): value for a, b, value in scenario.correlations}
    return levels, *watched(watches, prices, dailies, correlations, scenario.first)


def _averages(scenario: Scenario, places: Layout, levels: Floats, worlds: dict[str, Surroundings]) -> Floats:
    price = {share.name: share.price for share in scenario.shares}
    by_name = {process.name: process for process in scenario.processes}
    averages = np.empty((scenario.months, len(places.row["average"]), levels.shape[2]))
    for label, row in places.row["average"].items():
        share, _, days = label.partition("/")
        process = by_name[price[share]]
        if isinstance(process, SharePrice):
            prices = levels[:, places.row["process"][process.name]]
            averages[:, row] = process.average(prices, int(days), worlds[process.name])
    return averages


def _shocks(scenario: Scenario, seed: int, index: int, paths: int) -> dict[str, Floats]:
    """Standard normals (month, path) of every process that uses them; correlated where the scenario says so."""
    shape = (scenario.months, BLOCK)
    moving: list[Process] = [p for p in scenario.processes if isinstance(p, SharePrice | MeanReverting)]
    normals = {p.name: stream(seed, f"process/{p.name}", index).standard_normal(shape)[:, :paths] for p in moving}
    tied = [p.name for p in moving if any(p.name in pair[:2] for pair in scenario.correlations)]
    lower = mixing(tied, {(a, b): value for a, b, value in scenario.correlations})
    mixed = dict(normals)
    for i, name in enumerate(tied):
        total = lower[i, 0] * normals[tied[0]]
        for j in range(1, i + 1):
            total += lower[i, j] * normals[tied[j]]
        mixed[name] = total
    return mixed


def _deals(deals: tuple[Deal, ...], draws: Draws, seed: int, index: int) -> dict[str, Floats]:
    scale = draws.stack(d.to_facility for d in deals)
    opening = draws.stack(d.opening for d in deals)
    capacity = draws.stack(d.capacity for d in deals) * scale
    binding = np.minimum(draws.stack(d.binding for d in deals) * scale, capacity)
    chance = draws.stack(d.becomes_binding for d in deals)
    luck = np.empty((len(deals), draws.paths))
    for row, deal in enumerate(deals):
        luck[row] = stream(seed, f"binding/{deal.name}", index).random(BLOCK)[: draws.paths]
    return {
        "opening": opening,
        "to_facility": scale,
        "span": capacity,
        "binding": binding + opening,
        "optional": (capacity - binding) * (luck < chance),
        **{
            name: draws.stack(getattr(d, name) for d in deals)
            for name in ("decided", "slip", "pace", "chips", "flops", "failures")
        },
        "h100e": _rows([d.equivalents(draws.of) for d in deals]),
        "capex": draws.stack(d.capex for d in deals) / scale,
    }


def _rows(found: list[Floats]) -> Floats:
    """(row, path), or (row, 1) where every path has the same."""
    return np.stack(np.broadcast_arrays(*found)) if found else np.zeros((0, 1))


def _events(scenario: Scenario, places: Layout, draws: Draws, seed: int, index: int) -> Events:
    ready, power, campuses, deals = [], [], [], []
    for campus in scenario.campuses:
        late = _delay(campus, draws, seed, index)
        for phase in campus.phases:
            month = np.full(draws.paths, float(phase.month))
            ready.append(month if phase.certain else np.ceil(month + late))
            power.append(np.broadcast_to(draws.of(phase.power), draws.paths))
            campuses.append(places.row["campus"][campus.name])
            deals.append(places.row["deal"][phase.deal])
    months = np.stack(ready) if ready else np.zeros((0, draws.paths))
    when = np.clip(months - scenario.first, 0, scenario.months).astype(np.int16).ravel()
    order = np.argsort(when, kind="stable")
    order = order[: int(np.searchsorted(when[order], scenario.months))]
    which, path = np.divmod(order, draws.paths)
    return Events(
        campus=np.array(campuses, dtype=np.intp)[which] * draws.paths + path,
        deal=np.array(deals, dtype=np.intp)[which] * draws.paths + path,
        power=(np.stack(power) if power else months).ravel()[order],
        first=np.searchsorted(when[order], np.arange(scenario.months + 1)),
        ready=months,
    )


def _delay(campus: Campus, draws: Draws, seed: int, index: int) -> Floats:
    """Months by which a campus is late (path,): its own luck and a common factor, joined by a Gaussian copula."""
    shared = stream(seed, "delay", index).standard_normal(BLOCK)[: draws.paths]
    own = stream(seed, f"delay/{campus.name}", index).standard_normal(BLOCK)[: draws.paths]
    weight = np.sqrt(draws.of(campus.common))
    late = campus.delay.quantile(ndtr(weight * shared + np.sqrt(1.0 - weight**2) * own))
    luck = stream(seed, f"built/{campus.name}", index).random(BLOCK)[: draws.paths]
    return np.where(luck < draws.of(campus.built), np.maximum(late, 0.0), NEVER)
