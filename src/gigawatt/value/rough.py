"""A rough value of a ladder on every path's draw of its terms, in closed form: a control for the exact ones."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from gigawatt.parts.figure import Floats
from gigawatt.parts.observable import Constant
from gigawatt.parts.option.touch import share_at_touch
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import LEAST_MARK, Ladder, markets
from gigawatt.value.measure import assumptions


def rough(flows: Flows, this: Ladder) -> tuple[Floats, Floats]:
    """Shares x price x chance that the price ever touches its mark x chance that the gigawatts come.

    The locks count as independent and the price as looked at at any moment, so this is no value; but it moves with
    the drawn terms, and with the simulated deployments, much as the value does.

    Arguments:
        flows: the simulation.
        this: the warrant.

    Returns:
        By draw of the terms, over all deployments, and by deployment, over all draws; both (rung, path).
    """
    pricing = assumptions(flows.scenario)
    share = next(s for s in flows.scenario.shares if s.name == this.share)
    spot, volatility, rate, dividend = markets(flows, this)
    premium = flows.of(pricing.premium)
    by_terms, by_course = [], []
    for tranche in this.tranches:
        mark = np.full(flows.paths, LEAST_MARK)
        if isinstance(tranche.price, Constant):
            mark = np.maximum(mark, flows.of(tranche.price.figure))
        if isinstance(tranche.market_value, Constant):
            mark = np.maximum(mark, flows.of(tranche.market_value.figure) / flows.of(share.outstanding))
        touched = share_at_touch(spot, np.maximum(mark, spot), this.months / 12.0, rate, dividend, volatility)
        shares = flows.of(tranche.shares.figure) if isinstance(tranche.shares, Constant) else np.zeros(1)
        row = np.broadcast_to(shares * touched, flows.paths)
        course = np.full(flows.paths, row.mean())
        if isinstance(tranche.power, Constant):
            month = min(this.months, flows.scenario.months) - 1
            reached = flows.counters[f"{tranche.counts}/{this.deal}"][month]
            powers = np.broadcast_to(flows.of(tranche.power.figure) * (1.0 - 1e-9), flows.paths)
            course = course * np.searchsorted(np.sort(powers), reached, side="right") / flows.paths
            below = np.searchsorted(np.sort(reached), powers) / flows.paths
            row = row * ndtr(ndtri(1.0 - below) - premium)
        by_terms.append(row)
        by_course.append(course)
    return np.stack(by_terms), np.stack(by_course)
