"""Everything about the worth of a scenario's contracts, worked out in one call.

Data types: `Detail` (one warrant), `Valuation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gigawatt.engine.run import Progress
from gigawatt.errors import InputError, did_you_mean
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.value.books import books, rebate
from gigawatt.value.case import case
from gigawatt.value.contract import ContractValue, contract_values
from gigawatt.value.flows import Flows, flows
from gigawatt.value.ladder import ladder
from gigawatt.value.measure import MEASURES, Measure, assumptions
from gigawatt.value.payoff import Grid, Truth, final_prices, grid, money, truths
from gigawatt.value.warrant import WarrantValue, warrant_value
from gigawatt.views.table import Table

TRIED = 4
"""Draws of the terms on which it is tried what must be true."""


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """A warrant in detail.

    Arguments:
        contract: the contract.
        value: under the pricing measure; none where the ladder cannot hold its terms.
        why: why not, where it is none.
        grid: payoff over final price and gigawatts.
        truths: what must be true for the amount asked about; empty where none was.
        amount: that amount (USD).
        books: what it takes from its issuer's revenue; none without real-world probabilities.
        rebate: what it gives back for each gigawatt; none where no gigawatts come.
    """

    contract: Contract
    value: WarrantValue | None
    why: str = ""
    grid: Grid | None = None
    truths: tuple[Truth, ...] = ()
    amount: float | None = None
    books: Table | None = None
    rebate: Table | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Valuation:
    """What contracts of a scenario are worth.

    Arguments:
        scenario: with real-world processes.
        seed, paths: of the simulations.
        flows: by measure.
        contracts: by measure, those asked for.
        details: the warrants among them.
        chosen: names of the contracts asked for; empty for all.
    """

    scenario: Scenario
    seed: int
    paths: int
    flows: dict[Measure, Flows]
    contracts: dict[Measure, tuple[ContractValue, ...]]
    details: tuple[Detail, ...]
    chosen: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.scenario.name} {self.scenario.hash}, catalogue {self.scenario.catalog_version}, "
            f"seed {self.seed}, {self.paths:,} paths"
        )


def valuation(
    scenario: Scenario,
    measure: Literal["real-world", "risk-neutral", "both"] = "both",
    contracts: Sequence[str] | None = None,
    paths: int | None = None,
    seed: int | None = None,
    *,
    greeks: bool = False,
    worth: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Valuation:
    """What contracts are worth to each side, under one measure or both, and every warrant among them in detail.

    Arguments:
        scenario: must have `pricing`.
        measure: `real-world`, `risk-neutral` or `both`.
        contracts: names; all contracts if none are given.
        paths, seed: the scenario's own if not given.
        greeks: whether to work out how warrants move with what they rest on.
        worth: an amount such as `34 bnUSD`: what must be true for a warrant to be worth it.
        workers: how many processes; the machine's cores by default. The answer does not depend on it.
        progress: is told the parts done and of all.

    Raises:
        InputError: no such contract, no `pricing`, or an amount that is no money.
    """
    chosen = _chosen(scenario, tuple(contracts or ()))
    assumptions(scenario)
    amount = None if worth is None else money(worth)
    paths = scenario.paths if paths is None else paths
    seed = scenario.seed if seed is None else seed
    if paths < 1:
        raise InputError(f"paths = {paths}: at least 1 expected.")
    measures = MEASURES if measure == "both" else (measure,)
    grants = [c for c in scenario.contracts if c.name in chosen and c.form == "warrant"]
    parts, done = len(measures) + len(grants), 0
    simulated: dict[Measure, Flows] = {}
    for one in measures:
        simulated[one] = flows(scenario, one, paths, seed, workers=workers)
        done += 1
        if progress:
            progress(done, parts)
    details = []
    for contract in grants:
        details.append(_detail(simulated, contract, seed, greeks, amount, workers))
        done += 1
        if progress:
            progress(done, parts)
    values = {one: contract_values(simulated[one], chosen) for one in measures}
    return Valuation(scenario, seed, paths, simulated, values, tuple(details), tuple(contracts or ()))


def _detail(
    simulated: dict[Measure, Flows],
    contract: Contract,
    seed: int,
    greeks: bool,
    amount: float | None,
    workers: int | None,
) -> Detail:
    found = list(simulated.values())[-1]
    try:
        this = ladder(found.scenario, contract)
    except InputError as error:
        return Detail(contract, None, str(error))
    value = warrant_value(found, this, seed, greeks=greeks, workers=workers)
    asked: tuple[Truth, ...] = ()
    if amount is not None:
        cases = tuple(case(found, this, path) for path in range(min(TRIED, found.paths)))
        asked = (*truths(cases, amount, value.total.mean, seed), *final_prices(found, this, amount))
    planned = simulated.get("real-world")
    return Detail(
        contract=contract,
        value=value,
        grid=grid(found, this),
        truths=asked,
        amount=amount,
        books=books(planned, value) if planned else None,
        rebate=rebate(found, this),
    )


def _chosen(scenario: Scenario, names: tuple[str, ...]) -> tuple[str, ...]:
    known = [contract.name for contract in scenario.contracts]
    for name in names:
        if name not in known:
            raise InputError(
                f"--contract `{name}`: `{scenario.name}` has no such contract. {did_you_mean(name, known)}"
            )
    return names or tuple(known)
