"""One month: draw, build, operate, owe, fund, clear, settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.build import build, operate, pledged
from gigawatt.engine.clear import SHORT, clear_columns
from gigawatt.engine.layout import Layout
from gigawatt.engine.state import Model, State, by_party
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
        state: at the end of the month before; its rings are updated in place.
        t: months since the scenario's first.

    Returns:
        The state at the end of the month, and the month's quantities by name (entity, path).
    """
    levels = model.block.levels[t]
    tables = build(model, state, t)
    tables |= operate(model, tables["working"], t)
    tables |= {"cash": state.cash, "solvent": state.solvent, "debt": by_party(model.places, state.debt)}
    tables |= {"level": levels, "price": levels[model.prices], "average": model.block.averages[t]}
    memories, due = owe(model, state, View(model.scenario.first + t, state.cash.shape[1], tables))
    broken = _mend(state, due)
    flows = _flows(model.places, due)
    funded = fund(model, state, flows, pledged(model, tables), t)
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
        outflow=funded["outflow"],
        debt=debt,
        room=_room(model, books.cash, books.solvent, funded["outflow"], t),
        moved=state.moved + due[model.places.cash :],
        paid=state.paid + told[: model.places.cash],
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
    due[service] = state.debt * (model.rules["interest"] + 1.0 / model.rules["term"])
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
        `cash` and `outflow` (party, path); `debt`, `raised` and `gap` (funded party, path), all in USD.
    """
    rules, rows, bust = model.rules, model.places.funded, model.block.bust[t]
    owed, expected = flows[0][rows], flows[1][rows]
    average = np.where(state.outflow[rows] > 0, 0.75 * state.outflow[rows] + 0.25 * owed, owed)
    wanted = rules["target"] * average + promised[rows]
    need = np.maximum(wanted - (state.cash[rows] + expected - owed), 0.0)
    able = state.solvent[rows]
    equity = np.minimum(need, able * (rules["equity"] + (rules["equity_bust"] - rules["equity"]) * bust))
    most = able * (rules["lending"] + (rules["lending_bust"] - rules["lending"]) * bust)
    lending = np.minimum(need - equity, most)
    raised = equity + lending
    cash, outflow = state.cash.copy(), state.outflow.copy()
    cash[rows] += raised
    cash[model.places.capital] -= raised.sum(axis=0)
    outflow[rows] = average
    return {"cash": cash, "debt": state.debt + lending, "raised": raised, "gap": need - raised, "outflow": outflow}


def _flows(places: Layout, lanes: Floats) -> tuple[Floats, Floats]:
    """Sums of cash lanes by payer and by payee (party, path)."""
    out = np.zeros((places.clearing.parties, lanes.shape[1]))
    into = np.zeros_like(out)
    # Rows in place, in the order of the lanes: the cheapest form without compiling, and the same bits on any path.
    for payer, payee, lane in zip(places.clearing.payer.tolist(), places.clearing.payee.tolist(), lanes, strict=False):
        np.add(out[payer], lane, out[payer])
        np.add(into[payee], lane, into[payee])
    return out, into


def _clear(
    model: Model, state: State, due: Floats, flows: tuple[Floats, Floats], cash: Floats, t: int
) -> tuple[Floats, Books]:
    """What every lane is paid, and the books afterwards.

    Paths on which everybody can pay in full need nothing more than sums; the others are cleared exactly. What a first
    default destroys goes to the outside world, so that money is neither made nor lost.
    """
    places, inside = model.places, model.inside
    out, into = flows
    after = cash + into - out
    short_paths = np.flatnonzero((after[inside] < -SHORT * out[inside]).any(axis=0))
    if not short_paths.size:
        return due, Books(after, state.solvent, state.missed)
    before, since = state.solvent[:, short_paths], state.missed[:, short_paths]
    kept = [
        np.where(before > 0, k[:, short_paths] if k.shape[1] > 1 else k, 1.0)
        for k in (model.kept_cash, model.kept_inflow)
    ]
    cleared = clear_columns(cash, due, places.clearing, kept[0], kept[1], places.outside, short_paths)
    fallen, left = cleared.wave >= 0, cleared.left
    lost = np.where(fallen & (before > 0), left, 0.0)
    left = left - lost
    left[places.capital] += lost.sum(axis=0)
    solvent, missed = state.solvent.copy(), state.missed.copy()
    after[:, short_paths] = left
    solvent[:, short_paths] = np.where(fallen, 0.0, before)
    missed[:, short_paths] = np.where(fallen & (since < 0), np.int32(t), since)
    return cleared.paid, Books(after, solvent, missed)


def _tell(model: Model, memories: list[Memory], due: Floats, told: Floats) -> tuple[Memory, ...]:
    """Each contract is told what its own lanes were paid, where it wants to know."""
    remembered = []
    for group, bound, memory in zip(model.places.groups, model.bound, memories, strict=True):
        if group.listens:
            asked, paid = (np.stack([lanes[rows] for rows in group.rows]) for lanes in (due, told))
            memory = group.clauses[0].settle(bound, memory, asked, paid)
        remembered.append(memory)
    return tuple(remembered)


def _room(model: Model, cash: Floats, solvent: Floats, outflow: Floats, t: int) -> Floats:
    """What a party may still commit to orders (USD): cash above its target and what it can raise in its horizon."""
    places, rules, bust = model.places, model.rules, model.block.bust[t]
    room = np.where(places.outside[:, np.newaxis], np.inf, cash * solvent)
    rows = places.funded
    monthly = rules["equity"] + rules["lending"]
    monthly = monthly + (rules["equity_bust"] + rules["lending_bust"] - monthly) * bust
    free = cash[rows] - rules["target"] * outflow[rows] + rules["horizon"] * monthly
    room[rows] = np.maximum(free, 0.0) * solvent[rows]
    return room
