"""One month: draw, build, operate, owe, fund, clear, settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.build import build, operate, pledged
from gigawatt.engine.clear import SHORT, clear_columns
from gigawatt.engine.layout import Layout
from gigawatt.engine.state import Model, State, by_party, collect
from gigawatt.parts.figure import Floats
from gigawatt.parts.view import Memory, View


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """Cash and solvency after payment (party, path); `missed` is the month of the first missed payment, -1 if none."""

    cash: Floats
    solvent: Floats
    missed: NDArray[np.int32]


def step(model: Model, state: State, t: int) -> tuple[State, dict[str, Floats]]:
    """One month of one block.

    Arguments:
        model: what stays the same.
        state: at the end of the month before; its rings and what was paid are updated in place.
        t: months since the scenario's first.

    Returns:
        The state at the end of the month, and the month's quantities by name (entity, path).
    """
    levels, drawn = model.block.levels[t], model.block
    tables = build(model, state, t)
    tables |= operate(model, tables["working"], t)
    tables |= {"cash": state.cash, "solvent": state.solvent}
    if "debt" in model.reads:
        tables["debt"] = by_party(model.places, state.debt)
    tables |= {"level": levels, "price": levels[model.prices], "average": drawn.averages[t]}
    tables |= {"highest": drawn.highest[t], "latest": drawn.latest[t], "outstanding": model.outstanding}
    memories, due = owe(model, state, View(model.scenario.first + t, state.cash.shape[1], tables))
    broken = _mend(state, due)
    flows = _flows(model.places, due)
    promised = pledged(model, tables)
    funded = fund(model, state, flows, promised, t)
    told, books = _clear(model, state, due, flows, funded["cash"], t)
    service = slice(model.places.contracted, model.places.cash)
    debt = funded["debt"] + state.debt * model.rules["interest"] - told[service]
    following = State(
        **{name: tables[name] for name in ("powered", "feeding", "purchased", "financed", "delivered", "online")},
        working=tables["working"],
        financed_past=state.financed_past,
        online_past=state.online_past,
        cash=books.cash,
        solvent=books.solvent,
        debt=debt,
        outflow=funded["outflow"],
        room=_room(model, books, funded),
        promised=promised,
        moved=state.moved + due[model.places.cash :],
        paid=np.add(state.paid, told[: model.places.cash], out=state.paid),
        missed=books.missed,
        broken=broken,
        memories=_tell(model, memories, due, told),
    )
    tables |= {"cash": following.cash, "debt": debt, "moved": following.moved, "paid": following.paid}
    tables |= {"raised": funded["raised"], "gap": funded["gap"], "due": due, "told": told}
    return following, tables


def owe(model: Model, state: State, view: View) -> tuple[list[Memory], Floats]:
    """What every contract states as due, and the service of debt raised under funding rules.

    Returns:
        The contracts' memories, and dues (lane, path) in USD or shares.
    """
    due = np.empty((len(model.places.lanes), view.paths))
    memories = []
    for group, bound, memory in zip(model.places.groups, model.bound, state.memories, strict=True):
        remembered, owed = group.clauses[0].step(bound, memory, view)
        memories.append(remembered)
        for lane, rows in enumerate(group.rows):
            due[rows] = owed[lane]
    service = slice(model.places.contracted, model.places.cash)
    np.multiply(state.debt, model.rules["service"], due[service])
    return memories, due


def _mend(state: State, due: Floats) -> NDArray[np.bool_]:
    """Paths on which a contract's due was not a finite number so far; such a due counts as nothing."""
    if np.isfinite(due.sum()):
        return state.broken
    wrong = ~np.isfinite(due)
    due[wrong] = 0.0
    return state.broken | wrong.any(axis=0)


def fund(model: Model, state: State, flows: tuple[Floats, Floats], promised: Floats, t: int) -> dict[str, Floats]:
    """Parties short of their cash target raise equity, then debt, within their rules; the rest is their gap.

    Arguments:
        flows: what each party owes and is owed this month (party, path) in USD.
        promised: what each party must still pay for orders it has financed (party, path) in USD.

    Returns:
        `cash` (party, path); `outflow`, `debt`, `raised`, `gap` and `limit`, the most it could have raised (funded
        party, path), all in USD.
    """
    rules, rows, bust = model.rules, model.funded, model.block.bust[t]
    owed, expected = flows[0][rows], flows[1][rows]
    average = np.where(state.outflow > 0, 0.75 * state.outflow + 0.25 * owed, owed)
    wanted = rules["target"] * average + promised[rows]
    need = np.maximum(wanted - (state.cash[rows] + expected - owed), 0.0)
    most_equity = rules["equity"] + (rules["equity_bust"] - rules["equity"]) * bust
    most_lending = rules["lending"] + (rules["lending_bust"] - rules["lending"]) * bust
    able = state.solvent[rows]
    equity = np.minimum(need, able * most_equity)
    lending = np.minimum(need - equity, able * most_lending)
    raised = equity + lending
    cash = state.cash.copy()
    cash[rows] += raised
    cash[model.places.capital] -= raised.sum(axis=0)
    return {
        "cash": cash,
        "outflow": average,
        "debt": state.debt + lending,
        "raised": raised,
        "gap": need - raised,
        "limit": most_equity + most_lending,
    }


def _flows(places: Layout, lanes: Floats) -> tuple[Floats, Floats]:
    """Sums of cash lanes by payer and by payee (party, path)."""
    clearing = places.clearing
    return collect(lanes, clearing.payer, clearing.parties), collect(lanes, clearing.payee, clearing.parties)


def _clear(
    model: Model, state: State, due: Floats, flows: tuple[Floats, Floats], cash: Floats, t: int
) -> tuple[Floats, Books]:
    """What every lane is paid, and the books afterwards.

    Paths on which everybody can pay in full need nothing more than sums; the others are cleared exactly. What a first
    default destroys goes to the outside world, so that money is neither made nor lost.
    """
    places, inside = model.places, model.inside
    out, into = flows
    after = cash + into
    after -= out
    short_paths = np.flatnonzero((after[inside] < -SHORT * out[inside]).any(axis=0))
    if not short_paths.size:
        return due, Books(after, state.solvent, state.missed)
    before = state.solvent[:, short_paths]
    # Default costs strike once: whoever has missed a payment before keeps all of what it has.
    kept = [
        np.maximum(k[:, short_paths] if k.shape[1] > 1 else k, 1.0 - before)
        for k in (model.kept_cash, model.kept_inflow)
    ]
    cleared = clear_columns(cash, due, places.clearing, kept[0], kept[1], places.outside, short_paths)
    after[:, short_paths] = cleared.left
    party, nth = np.nonzero((cleared.wave >= 0) & (before > 0))
    if not party.size:
        return cleared.paid, Books(after, state.solvent, state.missed)
    path = short_paths[nth]
    np.add.at(after[places.capital], path, after[party, path])
    after[party, path] = 0.0
    solvent, missed = state.solvent.copy(), state.missed.copy()
    solvent[party, path] = 0.0
    missed[party, path] = t
    return cleared.paid, Books(after, solvent, missed)


def _tell(model: Model, memories: list[Memory], due: Floats, told: Floats) -> tuple[Memory, ...]:
    """Each contract is told what its own lanes were paid, where it wants to know."""
    remembered = []
    for group, bound, memory in zip(model.places.groups, model.bound, memories, strict=True):
        if group.listens:
            asked, paid = (_by_lane(lanes, group.rows) for lanes in (due, told))
            memory = group.clauses[0].settle(bound, memory, asked, paid)
        remembered.append(memory)
    return tuple(remembered)


def _by_lane(lanes: Floats, rows: tuple[slice, ...]) -> Floats:
    """The dues or payments of a group of contracts (lane, contract, path)."""
    return lanes[rows[0]][np.newaxis] if len(rows) == 1 else np.stack([lanes[own] for own in rows])


def _room(model: Model, books: Books, funded: dict[str, Floats]) -> Floats:
    """What a party may still commit to orders (USD): cash above its target and what it can raise in its horizon."""
    rules, rows = model.rules, model.funded
    room = books.cash * books.solvent
    room[model.places.outside] = np.inf
    free = books.cash[rows] - rules["target"] * funded["outflow"] + rules["horizon"] * funded["limit"]
    room[rows] = np.maximum(free, 0.0) * books.solvent[rows]
    return room
