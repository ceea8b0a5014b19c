"""What a block keeps while it is stepped through the months.

Data types: `Model` (what stays the same), `State` (what moves).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.block import Block
from gigawatt.engine.layout import Layout
from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Read
from gigawatt.parts.view import Bound, Memory, Rows, View, compact, walk
from gigawatt.parts.world import Deal, Lab
from gigawatt.scenario.scenario import Scenario

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What stays the same through the months of one block.

    Arguments:
        scenario, places, block: what is simulated, where it stands, what was drawn.
        bound: the contract groups bound to this block.
        reads: the tables that contracts look at.
        plan: (month, deal) share of each deal's capacity that is announced for a month; longer than the horizon
            by the longest lead.
        binding: (deal, path or 1) what is binding once all options are decided (GW).
        decided: months until the last option is decided on every path.
        ships, all_ship: (deal, path or 1) month from which a deal's product arrives, and the last of them.
        kept, old: (deal, path or 1) share of chips that survive a month, and their whole lifetime.
        kept_cash, kept_inflow: (party, path or 1) default costs.
        rules: funding rules by name (funded party, path or 1).
        labs: figures of the labs by name (lab, path or 1).
        earnings: for each lab, rows of its demand processes and the factors on them.
        customers: for each lab, the rows of the deals whose compute it uses.
        counts: for each lab, what a gigawatt of each of these counts for (deal, path or 1); none where all count one.
        leads: of the deals (month).
        buyers: party row of each deal's buyer.
        payers, financier: the parties that finance deals, and for each deal its place among them.
        funded: rows of the parties with funding rules.
        prices: process row of each share.
        outstanding: (share, path) shares outstanding.
        inside: rows of the parties that can fail.
    """

    scenario: Scenario
    places: Layout
    block: Block
    bound: tuple[Bound, ...]
    reads: frozenset[str]
    plan: Floats
    binding: Floats
    decided: float
    ships: Floats
    all_ship: float
    kept: Floats
    old: Floats
    kept_cash: Floats
    kept_inflow: Floats
    rules: dict[str, Floats]
    labs: dict[str, Floats]
    earnings: tuple[tuple[tuple[int, Floats], ...], ...]
    customers: tuple[Rows, ...]
    counts: tuple[Floats | None, ...]
    leads: Integers
    buyers: Integers
    payers: Integers
    financier: Integers
    funded: Rows
    prices: Rows
    outstanding: Floats
    inside: Rows


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What moves from month to month; arrays are (entity, path) unless said otherwise.

    Arguments:
        powered, feeding: power of campuses, and of the phases that feed each deal (GW).
        purchased, financed, delivered, online, working: the deals' gigawatts (GW).
        financed_past, online_past: (month, deal, path) rings of earlier values, for leads and lifetimes.
        cash, solvent: of parties (USD, 0 or 1).
        debt, outflow: of funded parties (USD, USD/month averaged).
        room: what each party may still commit to orders (USD).
        promised: what each party must still pay for orders it has financed and not received (USD).
        moved: (lane in kind, path) what was handed over so far.
        paid: (cash lane, path) what was paid so far (USD).
        missed: month of a party's first missed payment, -1 if none.
        broken: (path,) whether some due was not a finite number.
        memories: one for each contract group.
    """

    powered: Floats
    feeding: Floats
    purchased: Floats
    financed: Floats
    delivered: Floats
    online: Floats
    working: Floats
    financed_past: Floats
    online_past: Floats
    cash: Floats
    solvent: Floats
    debt: Floats
    outflow: Floats
    room: Floats
    promised: Floats
    moved: Floats
    paid: Floats
    missed: NDArray[np.int32]
    broken: NDArray[np.bool_]
    memories: tuple[Memory, ...]


def model(scenario: Scenario, places: Layout, block: Block) -> Model:
    """Everything about a block that does not change by month."""
    stack = block.draws.stack
    funding = [p.funding for p in scenario.parties if p.funding]
    party, process, deals = places.row["party"], places.row["process"], scenario.deals
    deal = block.deal
    kept = 1.0 - deal["failures"]
    ships = deal["slip"] + np.array([[float(d.begins - scenario.first)] for d in deals]).reshape(len(deals), 1)
    payers, financier = np.unique(np.array([party[d.financier] for d in deals], dtype=np.intp), return_inverse=True)
    rules = {
        name: stack(getattr(rule, name) for rule in funding)
        for name in ("target", "horizon", "equity", "equity_bust", "lending", "lending_bust", "interest", "term")
    }
    return Model(
        scenario=scenario,
        places=places,
        block=block,
        bound=tuple(places.bind(group, block.draws) for group in places.groups),
        reads=frozenset(n.table for group in places.groups for n in walk(group.clauses[0]) if isinstance(n, Read)),
        plan=_plan(scenario),
        binding=deal["binding"] + deal["optional"],
        decided=float(deal["decided"].max(initial=0.0)),
        ships=ships,
        all_ship=float(ships.max(initial=0.0)),
        kept=kept,
        old=kept ** np.array([[d.lifetime] for d in deals]).reshape(len(deals), 1),
        kept_cash=stack(p.kept_cash for p in scenario.parties),
        kept_inflow=stack(p.kept_inflow for p in scenario.parties),
        rules={**rules, "service": rules["interest"] + 1.0 / rules["term"]},
        labs={name: stack(getattr(b, name) for b in scenario.labs) for name in ("research", "earns", "improves")},
        earnings=tuple(
            tuple((process[e.process], stack(e.factors).prod(axis=0)) for e in lab.earnings) for lab in scenario.labs
        ),
        customers=tuple(compact([i for i, d in enumerate(deals) if d.lab == lab.party]) for lab in scenario.labs),
        counts=tuple(_counts(lab, deals, block) for lab in scenario.labs),
        leads=np.array([d.lead for d in deals], dtype=np.intp),
        buyers=np.array([party[d.buyer] for d in deals], dtype=np.intp),
        payers=payers,
        financier=financier,
        funded=compact(places.funded.tolist()),
        prices=compact([process[share.price] for share in scenario.shares]),
        outstanding=stack(share.outstanding for share in scenario.shares),
        inside=compact(np.flatnonzero(~places.outside).tolist()),
    )


def _counts(lab: Lab, deals: tuple[Deal, ...], block: Block) -> Floats | None:
    """What a gigawatt of each of a lab's deals counts for (deal, path or 1)."""
    if lab.reference is None:
        return None
    found = [lab.counts(deal, block.draws.of) for deal in deals if deal.lab == lab.party]
    return np.stack(np.broadcast_arrays(*found)) if found else None


def _plan(scenario: Scenario) -> Floats:
    """Linear from the first to the last month of each announced schedule."""
    months = scenario.first + np.arange(scenario.months + max((d.lead for d in scenario.deals), default=0))
    begins = np.array([d.begins for d in scenario.deals])
    length = np.array([max(d.ends - d.begins + 1, 1) for d in scenario.deals])
    return np.asarray(np.clip((months[:, np.newaxis] - begins + 1) / length, 0.0, 1.0))


def opening(model: Model) -> State:
    """The state before the first month."""
    scenario, places, block = model.scenario, model.places, model.block
    paths, deals = block.draws.paths, len(scenario.deals)

    def wide(rows: Floats) -> Floats:
        return np.array(np.broadcast_to(rows, (len(rows), paths)))

    stack = block.draws.stack
    built = wide(block.deal["opening"])
    cash = wide(stack(p.cash for p in scenario.parties))
    debt = wide(stack(p.funding.debt for p in scenario.parties if p.funding))
    solvent = np.ones_like(cash)
    tables = {
        **dict.fromkeys(("purchased", "financed", "delivered", "online", "working", "used", "contracted"), built),
        "announced": built,
        **dict.fromkeys(("bought", "received"), np.zeros_like(built)),
        **dict.fromkeys(("running", "loaded"), built / block.deal["to_facility"]),
        "powered": np.zeros((len(scenario.campuses), paths)),
        "cash": cash,
        "solvent": solvent,
        "debt": by_party(places, debt),
        "level": wide(block.opening),
        "price": wide(block.opening)[model.prices],
        "average": wide(block.opening)[_priced(model)],
        **dict.fromkeys(("highest", "latest"), np.zeros((len(places.row["watch"]), paths))),
        "outstanding": model.outstanding,
        "revenue": np.zeros((len(scenario.labs), paths)),
        "demand": np.zeros((len(scenario.labs), paths)),
    }
    view = View(scenario.first - 1, paths, tables)
    lead, life = max(model.leads, default=0), max((d.lifetime for d in scenario.deals), default=0)
    return State(
        powered=tables["powered"],
        feeding=built,
        purchased=built,
        financed=built,
        delivered=built,
        online=built,
        working=built,
        financed_past=np.zeros((int(lead) + 1, deals, paths)),
        online_past=np.zeros((min(life + 2, scenario.months), deals, paths)),
        cash=cash,
        solvent=solvent,
        debt=debt,
        outflow=np.zeros_like(debt),
        room=np.where(places.outside[:, np.newaxis], np.inf, cash),
        promised=np.zeros_like(cash),
        moved=np.zeros((len(places.lanes) - places.cash, paths)),
        paid=np.zeros((places.cash, paths)),
        missed=np.full(cash.shape, -1, dtype=np.int32),
        broken=np.zeros(paths, dtype=bool),
        memories=tuple(
            group.clauses[0].start(bound, view) for group, bound in zip(places.groups, model.bound, strict=True)
        ),
    )


def collect(values: Floats, to: Integers, rows: int) -> Floats:
    """Rows of values (value, path) added up where they belong (row, path), in the order in which they come.

    Arguments:
        values: (value, path); values beyond `to` are left out.
        to: for each value, the row it is added to.
        rows: how many rows there are.
    """
    total = np.zeros((rows, values.shape[1]))
    # Row by row and in place is the cheapest form without compiling, and gives the same bits whatever paths there are.
    into = list(total)
    for row, value in zip(to.tolist(), values, strict=False):
        np.add(into[row], value, into[row])
    return total


def by_party(places: Layout, funded: Floats) -> Floats:
    """Values of funded parties as values of all parties (party, path), 0 for those without funding rules."""
    values = np.zeros((len(places.outside), funded.shape[1]))
    values[places.funded] = funded
    return values


def _priced(model: Model) -> Integers:
    """Process row of the share behind each averaged price."""
    shares = model.places.row["share"]
    labels = model.places.row["average"]
    process = model.places.row["process"]
    prices = [process[share.price] for share in model.scenario.shares]
    return np.array([prices[shares[label.partition("/")[0]]] for label in labels], dtype=np.intp)
