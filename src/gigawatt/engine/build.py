"""The physical half of a month: power, orders, deliveries, chips, and what the labs earn with them."""

from __future__ import annotations

import numpy as np

from gigawatt.engine.state import Integers, Model, State, collect
from gigawatt.parts.figure import Floats

NOTHING = 1e-200
"""Added above and below, so that nothing out of nothing is all of it: an order that costs nothing is financed."""


def build(model: Model, state: State, t: int) -> dict[str, Floats]:
    """Campuses energise, orders are placed and financed, products arrive, chips age.

    Arguments:
        model: what stays the same.
        state: at the end of the month before; its rings receive this month's row.
        t: months since the scenario's first.

    Returns:
        This month's tables (entity, path), in GW.
    """
    events, deal = model.block.events, model.block.deal
    now = slice(events.first[t], events.first[t + 1])
    powered, feeding = state.powered, state.feeding
    if now.start < now.stop:
        powered, feeding = powered.copy(), feeding.copy()
        np.add.at(powered.reshape(-1), events.campus[now], events.power[now])
        np.add.at(feeding.reshape(-1), events.deal[now], events.power[now])

    contracted = model.binding
    if t < model.decided:
        contracted = deal["binding"] + deal["optional"] * (deal["decided"] <= t)
    # A buyer that has missed a payment orders nothing more.
    purchased = _announced(model, t + model.leads)
    np.minimum(contracted, purchased, out=purchased)
    purchased *= state.solvent[model.buyers]
    np.maximum(state.purchased, purchased, out=purchased)
    financed = _finance(model, state, purchased)
    state.financed_past[t % len(state.financed_past)] = financed
    delivered = _deliver(model, state, t)
    online = np.minimum(delivered, feeding)
    np.maximum(state.online, online, out=online)
    state.online_past[t % len(state.online_past)] = online
    tables = {
        "powered": powered,
        "feeding": feeding,
        "announced": _announced(model, np.full_like(model.leads, t)),
        "contracted": np.broadcast_to(contracted, online.shape),
        "purchased": purchased,
        "financed": financed,
        "delivered": delivered,
        "online": online,
        "working": _age(model, state, online, t),
    }
    stated = {"bought": (financed, deal["opening"]), "received": (delivered, deal["opening"]), "running": (online, 0.0)}
    for name, (built, before) in stated.items():
        if name in model.reads:
            tables[name] = (built - before) / deal["to_facility"]
    return tables


def _announced(model: Model, months: Integers) -> Floats:
    """Gigawatts announced for one month of each deal (deal, path)."""
    deal = model.block.deal
    share = model.plan[months, np.arange(len(months))][:, np.newaxis]
    announced = np.empty((len(months), model.block.draws.paths))
    np.multiply(deal["span"], share, out=announced)
    announced += deal["opening"]
    return announced


def _finance(model: Model, state: State, purchased: Floats) -> Floats:
    """Orders find money in proportion to what their financier has left to commit."""
    orders = purchased - state.financed
    asked = collect(orders * model.block.deal["capex"], model.financier, len(model.payers))
    left = np.maximum(state.room[model.payers] - state.promised[model.payers], 0.0)
    share = np.minimum(1.0, (left + NOTHING) / (asked + NOTHING))
    orders *= share[model.financier]
    orders += state.financed
    return np.minimum(orders, purchased, out=orders)


def pledged(model: Model, tables: dict[str, Floats]) -> Floats:
    """What each party must still pay for orders it has financed and not received (party, path) in USD."""
    owed = tables["financed"] - tables["delivered"]
    owed *= model.block.deal["capex"]
    return collect(owed, model.payers[model.financier], len(model.scenario.parties))


def _deliver(model: Model, state: State, t: int) -> Floats:
    """Financed orders arrive after their lead, once the product exists, no faster than the supplier's pace."""
    deal, leads = model.block.deal, model.leads
    past = state.financed_past
    arrived = past[np.maximum(t - leads, 0) % len(past), np.arange(len(leads))]
    early = leads > t
    if early.any():
        arrived[early] = np.broadcast_to(deal["opening"], arrived.shape)[early]
    if t < model.all_ship:
        arrived *= t >= model.ships
    reached = state.delivered + deal["pace"]
    np.minimum(arrived, reached, out=reached)
    return np.maximum(reached, state.delivered, out=reached)


def _age(model: Model, state: State, online: Floats, t: int) -> Floats:
    """Energised gigawatts whose chips still work: failures thin them out, and each cohort retires at its age."""
    if t == 0:
        return online
    working = online - state.online
    working += state.working * model.kept
    ring = len(state.online_past)
    for row, deal in enumerate(model.scenario.deals):
        if deal.lifetime <= t:
            old = state.online_past[(t - deal.lifetime) % ring, row]
            # The first cohort is all that was energised by the end of the first month.
            young = state.online_past[(t - deal.lifetime - 1) % ring, row] if deal.lifetime < t else 0.0
            working[row] = np.maximum(working[row] - (old - young) * model.old[row], 0.0)
    return working


def operate(model: Model, working: Floats, t: int) -> dict[str, Floats]:
    """Demand meets compute: what each lab earns, and how much of each deal's compute carries load.

    Arguments:
        model: what stays the same.
        working: (deal, path) gigawatts with working chips (GW).
        t: months since the scenario's first.

    Returns:
        `used` (deal, path) in GW, `loaded` the same as the parties state it; `revenue` and `demand` (lab, path) in
        USD/month.
    """
    used = working.copy()
    levels, labs = model.block.levels[t], model.labs
    demand = np.zeros((len(model.customers), working.shape[1]))
    revenue = np.zeros_like(demand)
    for row, (earnings, deals, counts) in enumerate(zip(model.earnings, model.customers, model.counts, strict=True)):
        for process, factor in earnings:
            demand[row] += levels[process] * factor
        research = labs["research"][row]
        earns = labs["earns"][row] * (1.0 + labs["improves"][row]) ** t
        serving = working[deals] if counts is None else working[deals] * counts
        supported = earns * (1.0 - research) * serving.sum(axis=0)
        revenue[row] = np.minimum(demand[row], supported)
        load = (revenue[row] + NOTHING) / (supported + NOTHING)
        used[deals] *= research + (1.0 - research) * load
    tables = {"used": used, "revenue": revenue, "demand": demand}
    if "loaded" in model.reads:
        tables["loaded"] = used / model.block.deal["to_facility"]
    return tables
