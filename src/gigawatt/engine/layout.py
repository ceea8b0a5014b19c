"""Where everything stands in the arrays of a run: rows of entities, stacked contracts, lanes.

Data types: `Group` (contracts of equal shape), `Layout`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.clear import Lanes
from gigawatt.errors import Problem, ScenarioError, did_you_mean
from gigawatt.parts.clause import CASH, Clause, Lane
from gigawatt.parts.figure import Draws
from gigawatt.parts.observable import Read
from gigawatt.parts.process import SharePrice
from gigawatt.parts.view import Bound, Node, bind, walk
from gigawatt.parts.watch import Watch
from gigawatt.parts.wrapper import All
from gigawatt.scenario.scenario import Scenario

DEBT_SERVICE = "debt service"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Contracts of equal shape, which step as one.

    Arguments:
        names: of the contracts.
        clauses: their expressions; the first one's methods serve all.
        rows: for each lane of the shape, the rows of the due matrix that belong to these contracts.
        listens: whether these contracts remember what they were paid.
    """

    names: tuple[str, ...]
    clauses: tuple[Clause, ...]
    rows: tuple[slice, ...]
    listens: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Rows of every entity and lane.

    Arguments:
        row: kind of entity to name to row; kinds are party, deal, campus, share, lab, process, average, watch.
        groups: the contracts, stacked.
        lanes: (contract, lane) of every row of the due matrix: cash lanes, then debt service, then lanes in kind.
        cash: how many of the rows are cash (contracts and debt service).
        grants: the lanes in kind (counted from the first of them) in the order in which the contracts state them.
        contracted: how many of the cash rows come from contracts.
        clearing: the cash rows as the clearing kernel wants them.
        funded: rows of the parties with funding rules.
        outside: (party,) True for the outside world.
        capital: row of the party that lends, invests and takes what defaults destroy.
        pairs: (payer, payee) of every pair with a cash lane, and for each the rows that belong to it.
    """

    row: dict[str, dict[str, int]]
    groups: tuple[Group, ...]
    lanes: tuple[tuple[str, Lane], ...]
    cash: int
    grants: NDArray[np.intp]
    contracted: int
    clearing: Lanes
    funded: NDArray[np.intp]
    outside: NDArray[np.bool_]
    capital: int
    pairs: tuple[tuple[str, str, NDArray[np.intp]], ...]

    def bind(self, group: Group, draws: Draws) -> Bound:
        """The contracts of a group bound to these rows and to the draws of one block."""
        nodes: tuple[Node, ...] = group.clauses
        return bind(nodes, lambda kind, name: self.row[kind][name], draws.stack)


def layout(scenario: Scenario) -> Layout:
    """Give every entity and lane of a scenario its place.

    Raises:
        ScenarioError: a contract names something the scenario does not have.
    """
    row = {
        "party": _rows(p.name for p in scenario.parties),
        "deal": _rows(d.name for d in scenario.deals),
        "campus": _rows(c.name for c in scenario.campuses),
        "share": _rows(s.name for s in scenario.shares),
        "lab": _rows(b.party for b in scenario.labs),
        "process": _rows(p.name for p in scenario.processes),
    }
    _check_names(scenario, row)
    for drawn in ("average", "watch"):
        row[drawn] = _rows(
            sorted({name for c in scenario.contracts for kind, name in _named(c.clause) if kind == drawn})
        )
    stacks: dict[object, list[tuple[int, int, Clause]]] = defaultdict(list)
    for nth, contract in enumerate(scenario.contracts):
        for part, clause in enumerate(_pieces(contract.clause)):
            stacks[clause.shape()].append((nth, part, clause))
    named = [contract.name for contract in scenario.contracts]
    lanes: list[tuple[str, Lane]] = []
    written: list[tuple[int, int, int]] = []
    groups: dict[object, list[slice]] = {shape: [] for shape in stacks}
    kinds: dict[object, list[int]] = {}
    # Cash rows come first, so that clearing reads one contiguous piece of the due matrix.
    for in_kind in (False, True):
        if in_kind:
            contracted = len(lanes)
            lanes += [(DEBT_SERVICE, Lane(p.name, scenario.capital, CASH, 0)) for p in scenario.parties if p.funding]
            cash = len(lanes)
            written.clear()
        for shape, members in stacks.items():
            for i, lane in enumerate(members[0][2].lanes):
                if (lane.asset != CASH) == in_kind:
                    groups[shape].append(slice(len(lanes), len(lanes) + len(members)))
                    kinds.setdefault(shape, []).append(i)
                    lanes += [(named[nth], clause.lanes[i]) for nth, _, clause in members]
                    written += [(nth, part, i) for nth, part, _ in members]
    party = row["party"]
    payers = [party[lane.payer] for _, lane in lanes[:cash]]
    payees = [party[lane.payee] for _, lane in lanes[:cash]]
    ranks = [lane.rank for _, lane in lanes[:cash]]
    pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, (_, lane) in enumerate(lanes[:cash]):
        pairs[lane.payer, lane.payee].append(i)
    return Layout(
        row=row,
        groups=tuple(
            Group(
                tuple(named[nth] for nth, _, _ in members),
                tuple(clause for _, _, clause in members),
                _in_order(groups[shape], kinds[shape]),
                members[0][2].listens,
            )
            for shape, members in stacks.items()
        ),
        lanes=tuple(lanes),
        cash=cash,
        grants=np.array(sorted(range(len(written)), key=written.__getitem__), dtype=np.intp),
        contracted=contracted,
        clearing=Lanes(np.array(payers, np.int64), np.array(payees, np.int64), np.array(ranks, np.int64), len(party)),
        funded=np.array([party[p.name] for p in scenario.parties if p.funding], dtype=np.intp),
        outside=np.array([p.outside for p in scenario.parties]),
        capital=party[scenario.capital],
        pairs=tuple((a, b, np.array(rows, dtype=np.intp)) for (a, b), rows in sorted(pairs.items())),
    )


def _rows(names: Iterable[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _pieces(clause: Clause) -> list[Clause]:
    """The members of a group at the top of a contract, which owe independently and so can be stacked one by one."""
    return [piece for inner in clause.clauses for piece in _pieces(inner)] if isinstance(clause, All) else [clause]


def _in_order(rows: list[slice], lane: list[int]) -> tuple[slice, ...]:
    return tuple(rows[lane.index(i)] for i in range(len(lane)))


def _named(clause: Clause) -> list[tuple[str, str]]:
    return [named for node in walk(clause) if (named := node.named()) is not None]


def _check_names(scenario: Scenario, row: dict[str, dict[str, int]]) -> None:
    problems = []
    units = {process.name: process.unit for process in scenario.processes}
    prices = {share.name: share.price for share in scenario.shares}
    moving = {process.name for process in scenario.processes if isinstance(process, SharePrice)}
    for contract in scenario.contracts:
        wanted = []
        for kind, name in _named(contract.clause):
            shares = Watch.read(name).shares if kind == "watch" else (name.split("/")[0],)
            wanted += [("share", share) for share in shares] if kind in ("average", "watch") else [(kind, name)]
        for lane in contract.clause.lanes:
            wanted += [("party", lane.payer), ("party", lane.payee)]
            wanted += [("share", lane.asset)] if lane.asset != CASH else []
        for node in walk(contract.clause):
            if not isinstance(node, Read) or node.table != "level" or node.name not in units:
                continue
            if not node.unit.same_dimension(units[node.name]):
                message = f"`{node}` is read in `{node.unit}`, but the process is in `{units[node.name]}`."
                problems.append(Problem("<scenario>", 0, 0, f"contracts.{contract.name}", message))
        for share in (
            share for kind, name in _named(contract.clause) if kind == "watch" for share in Watch.read(name).shares
        ):
            if share in prices and prices[share] not in moving:
                message = f"the price of `{share}` is no share_price process, so it has no days that could be tested."
                problems.append(Problem("<scenario>", 0, 0, f"contracts.{contract.name}", message))
        for kind, name in dict.fromkeys(wanted):
            if name not in row[kind]:
                message = f"no {kind} `{name}`. {did_you_mean(name, row[kind])}"
                problems.append(Problem("<scenario>", 0, 0, f"contracts.{contract.name}", message))
    if problems:
        raise ScenarioError(problems)
