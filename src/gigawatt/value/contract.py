"""What each contract is worth to each of its sides.

Data types: `Side` (one party of one contract), `ContractValue`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.parts.clause import CASH
from gigawatt.parts.figure import Floats
from gigawatt.parts.view import walk
from gigawatt.parts.wrapper import Guaranteed
from gigawatt.scenario.scenario import Contract
from gigawatt.value.estimate import Estimate, estimate, normal_score, premium_weights
from gigawatt.value.flows import Flows
from gigawatt.value.measure import Measure, assumptions


@dataclass(frozen=True, slots=True)
class Side:
    """What a contract is worth to one party: what it receives less what it pays, discounted.

    Arguments:
        party: its name.
        value: net present value (USD); cash and shares alone, not the use of what is bought with them.
        received, paid: present values of the two directions (USD).
        lost: present value of what is due to it and never paid, neither by the debtor nor by a guarantor (USD).
        exposure: the most that is still to come to it at any year's end, in nine of ten cases (USD of that time).
    """

    party: str
    value: Estimate
    received: float
    paid: float
    lost: float
    exposure: float


@dataclass(frozen=True, slots=True)
class ContractValue:
    """A contract and what it is worth.

    Arguments:
        contract: the contract.
        measure: under which probabilities.
        sides: its parties, in the order in which its lanes name them.
    """

    contract: Contract
    measure: Measure
    sides: tuple[Side, ...]


def contract_values(flows: Flows, names: tuple[str, ...] | None = None) -> tuple[ContractValue, ...]:
    """The value of contracts to each side.

    Arguments:
        flows: a simulation under a measure. Under `real-world` each side discounts at the curve plus its own
            spread, so that the values of the sides need not sum to 0; under `risk-neutral` they do.
        names: contracts, in order; all of the scenario by default.
    """
    chosen = flows.scenario.contracts if names is None else [c for c in flows.scenario.contracts if c.name in names]
    weights = path_weights(flows)
    return tuple(ContractValue(c, flows.measure, _sides(flows, c, weights)) for c in chosen)


def path_weights(flows: Flows) -> Floats:
    """How much each path counts (path,): 1, or less where gigawatts come early under a premium for their risk."""
    if flows.measure == "real-world":
        return np.ones(flows.paths)
    return premium_weights(normal_score(flows.speed), flows.of(assumptions(flows.scenario).premium))


def net(flows: Flows, contract: Contract, party: str) -> Floats:
    """What a contract brings a party, less what it takes, discounted (path,), USD.

    Arguments:
        flows: a simulation under a measure.
        contract: one of its scenario.
        party: one of the contract's.
    """
    own = flows.measure == "real-world"
    rows = {row: flows.places.lanes[row][1] for row in flows.lanes(contract.name)}
    into = [row for row, lane in rows.items() if lane.payee == party]
    out = [row for row, lane in rows.items() if lane.payer == party]
    got, gave = (flows.payee, flows.payer) if own else (flows.value, flows.value)
    return np.asarray(got[into].sum(axis=0) - gave[out].sum(axis=0))


def _sides(flows: Flows, contract: Contract, weights: Floats) -> tuple[Side, ...]:
    rows = flows.lanes(contract.name)
    lanes = {row: flows.places.lanes[row][1] for row in rows}
    parties = dict.fromkeys(name for lane in lanes.values() for name in (lane.payer, lane.payee))
    guarantors = {node.guarantor for node in walk(contract.clause) if isinstance(node, Guaranteed)}
    own = flows.measure == "real-world"
    controls = None if own or all(lane.asset == CASH for lane in lanes.values()) else flows.martingales
    sides = []
    for party in parties:
        into = [row for row, lane in lanes.items() if lane.payee == party]
        out = [row for row, lane in lanes.items() if lane.payer == party]
        got = (flows.payee if own else flows.value)[into].sum(axis=0)
        gave = (flows.payer if own else flows.value)[out].sum(axis=0)
        made_good = [row for row in into if lanes[row].payer in guarantors]
        missed = flows.missed[[row for row in into if row not in made_good]].sum(axis=0)
        lost = np.maximum(missed - flows.value[made_good].sum(axis=0), 0.0)
        left = np.quantile(flows.after[:, into].sum(axis=1), 0.9, axis=-1)
        sides.append(
            Side(
                party=party,
                value=estimate(net(flows, contract, party), weights, controls),
                received=float(np.average(got, weights=weights)),
                paid=float(np.average(gave, weights=weights)),
                lost=float(np.average(lost, weights=weights)),
                exposure=float(left.max(initial=0.0)),
            )
        )
    return tuple(sides)
