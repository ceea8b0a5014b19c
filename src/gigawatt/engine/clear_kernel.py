"""The clearing of one path after the other, compiled: members, means, ranks, and the way down to the solution.

A **member** is a party known to be in default; its **means** are what it can pay in all; its **class** is the
rank in which the means run out: lanes more senior are paid in full, those of the class share what is left, those
more junior get nothing. While nobody changes class the means depend on one another linearly. From full payment
we walk straight towards the solution of that linear system and stop wherever a member falls out of its class;
jumping on to the solution regardless would end below the greatest clearing payments.

Two facts make the walk exact. Between two stops the map from means to means is affine, and the point never drops
below its greatest fixed point. And a class only ever becomes more senior, a party only ever becomes a member, so
the walk ends after at most as many stops as there are classes and parties.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CLOSED = 1e-13  # members who pass on all but this share among themselves form a closed group
STILL = 1e-13  # a closed group whose members miss less than this share of their means stays where it is
DRAIN = 1e-30  # pivot of a closed group that loses money: its direction then reaches the next stop, however far
FRAIL = 1e-4  # below this pivot rounding is blown up enough to be worth another solve
MENDS = 2


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code that keeps the order of operations and lets other threads run."""
    return cast("Callable[P, R]", njit(nogil=True, cache=True, error_model="numpy")(function))


@compiled
def direction(
    links: Floats, leak: Floats, gap: Floats, size: Floats, pivot: Floats, step: Floats, members: int
) -> float:
    """Solves (I - links) step = gap for the members' means, in place.

    Each pivot is summed from the shares that leave the members still to be eliminated, never found by subtracting
    from one, so a closed group shows as a pivot of exactly zero (Grassmann, Taksar & Heyman 1985).

    Arguments:
        links: (member, member), share of a dollar of the column's means that reaches the row's means; overwritten.
        leak: (member,), share of such a dollar that reaches no member's means; overwritten.
        gap: (member,) USD, means that the payments allow less means assumed; overwritten.
        size: (member,) USD, magnitude against which a gap counts as rounding; overwritten.
        pivot: (member,), work space.
        step: (member,) USD, receives the solution.
        members: how many entries are in use.

    Returns:
        The smallest pivot of a group that is not closed.
    """
    least = 1.0
    for j in range(members):
        out = leak[j]
        for i in range(j + 1, members):
            out += links[i, j]
        pivot[j] = out
        if out <= CLOSED:
            for k in range(j + 1, members):
                leak[k] += links[j, k]  # what enters a closed group does not come back
            continue
        least = min(least, out)
        for i in range(j + 1, members):
            share = links[i, j] / out
            if share > 0.0:
                gap[i] += share * gap[j]
                size[i] += share * size[j]
                for k in range(j + 1, members):
                    links[i, k] += share * links[j, k]
        lost = leak[j] / out
        for k in range(j + 1, members):
            leak[k] += lost * links[j, k]
    for j in range(members - 1, -1, -1):
        total = gap[j]
        for k in range(j + 1, members):
            total += links[j, k] * step[k]
        if pivot[j] > CLOSED:
            step[j] = total / pivot[j]
        elif total < -STILL * size[j]:
            step[j] = total / max(pivot[j], DRAIN)
        else:
            step[j] = 0.0
    return least


@compiled
def _collect(paid: Floats, payee: Integers, inflow: Floats) -> None:
    """Adds up what each party is paid."""
    inflow[:] = 0.0
    for lane in range(payee.size):
        inflow[payee[lane]] += paid[lane]


@compiled
def _spend(due: Floats, means: float, low: float, at: int, classes: Integers, first: Integers, paid: Floats) -> None:
    """Pays the lanes of one member: seniors in full, its class pro rata, juniors nothing."""
    for rank in range(classes[0], classes[1]):
        share = 1.0 if rank < at else 0.0
        if rank == at:
            owed = 0.0
            for lane in range(first[rank], first[rank + 1]):
                owed += due[lane]
            share = min(max((means - low) / owed, 0.0), 1.0)
        for lane in range(first[rank], first[rank + 1]):
            paid[lane] = share * due[lane]


@compiled
def gather(values: Floats, rows: Integers, columns: Integers) -> Floats:
    """(column, row) copy of the chosen rows and columns: the kernel works through one path after the other."""
    out = np.empty((columns.size, rows.size))
    for i in range(rows.size):
        for j in range(columns.size):
            out[j, i] = values[rows[i], columns[j]]
    return out


@compiled
def scatter(values: Floats, rows: Integers, columns: Integers, into: Floats) -> None:
    """Writes (column, row) values back where `gather` took them from."""
    for i in range(rows.size):
        for j in range(columns.size):
            into[rows[i], columns[j]] = values[j, i]


@compiled
def clear_paths(
    due: Floats,
    cash: Floats,
    kept_cash: Floats,
    kept_inflow: Floats,
    payee: Integers,
    first: Integers,
    classes: Integers,
    outside: NDArray[np.bool_],
    short: float,
    paid: Floats,
    wave: Integers,
    left: Floats,
) -> None:
    """The greatest clearing payments of each path, written into `paid` (Eisenberg & Noe 2001; ranks as in Elsinger
    2009; default costs as in Rogers & Veraart 2013).

    Arguments:
        due: (path, lane) USD, lanes sorted by payer, then rank.
        cash: (path, party) USD.
        kept_cash: (path, party), share of its cash that a member can use.
        kept_inflow: (path, party), share of what it is paid that a member can use.
        payee: (lane,).
        first: (class + 1,), first lane of each class of each payer.
        classes: (party + 1,), first class of each payer.
        outside: (party,), parties that never default.
        short: a party is in default when it lacks more than this share of what it owes.
        paid: (path, lane) USD, receives the payments.
        wave: (path, party), receives the round of fictitious default in which a party fell, -1 for none.
        left: (path, party) USD, receives what each party has after paying and being paid, default costs not taken off.
    """
    parties = cash.shape[1]
    ranks = first.size - 1
    total = np.empty(ranks)
    owed = np.empty(parties)
    inflow = np.empty(parties)
    means = np.empty(parties)
    low = np.empty(parties)
    at = np.empty(parties, np.int64)
    place = np.empty(parties, np.int64)
    member = np.empty(parties, np.int64)
    links = np.empty((parties, parties))
    leak = np.empty(parties)
    gap = np.empty(parties)
    size = np.empty(parties)
    pivot = np.empty(parties)
    step = np.empty(parties)

    for path in range(due.shape[0]):
        claim = due[path]
        pay = paid[path]
        for i in range(parties):
            owed[i] = 0.0
            place[i] = -1
            wave[path, i] = -1
            for rank in range(classes[i], classes[i + 1]):
                total[rank] = 0.0
                for lane in range(first[rank], first[rank + 1]):
                    total[rank] += claim[lane]
                    pay[lane] = claim[lane]
                owed[i] += total[rank]
        members = 0
        round_ = 0
        mends = 0
        settled = True
        frail = False
        while True:
            _collect(pay, payee, inflow)
            if settled:
                known = members
                for i in range(parties):
                    held = max(cash[path, i], 0.0)
                    if place[i] >= 0 or outside[i] or held + inflow[i] >= owed[i] * (1.0 - short):
                        continue
                    place[i] = members
                    member[members] = i
                    members += 1
                    wave[path, i] = round_
                    means[i] = kept_cash[path, i] * held + kept_inflow[path, i] * inflow[i]
                    low[i] = 0.0
                    at[i] = -1
                    senior = 0.0
                    for rank in range(classes[i], classes[i + 1]):
                        if total[rank] > 0.0 and (at[i] < 0 or senior < means[i]):
                            at[i] = rank
                            low[i] = senior
                        senior += total[rank]
                    _spend(claim, means[i], low[i], at[i], classes[i : i + 2], first, pay)
                if members == known:
                    if not frail or mends == MENDS:
                        break
                    mends += 1
                else:
                    round_ += 1
                    mends = 0
                    _collect(pay, payee, inflow)

            for k in range(members):
                i = member[k]
                target = kept_cash[path, i] * max(cash[path, i], 0.0) + kept_inflow[path, i] * inflow[i]
                gap[k] = target - means[i]
                size[k] = target + means[i]
                leak[k] = 0.0
                for j in range(members):
                    links[j, k] = 0.0
                for lane in range(first[at[i]], first[at[i] + 1]):
                    share = claim[lane] / total[at[i]]
                    to = place[payee[lane]]
                    if to < 0:
                        leak[k] += share
                    else:
                        kept = kept_inflow[path, payee[lane]]
                        leak[k] += (1.0 - kept) * share
                        if to != k:
                            links[to, k] += kept * share
            frail = direction(links, leak, gap, size, pivot, step, members) < FRAIL

            reach = 1.0
            stop = -1
            for k in range(members):
                i = member[k]
                # at the lower edge of the most senior class a member pays nothing: no stop, there is no further class
                if low[i] > 0.0 and means[i] + step[k] < low[i]:
                    reached = max((low[i] - means[i]) / step[k], 0.0)
                    if reached < reach:
                        reach = reached
                        stop = i
            for k in range(members):
                i = member[k]
                means[i] = max(means[i] + reach * step[k], low[i])
            settled = stop < 0
            if not settled:
                means[stop] = low[stop]
                at[stop] -= 1
                while total[at[stop]] <= 0.0:
                    at[stop] -= 1
                low[stop] = 0.0
                for rank in range(classes[stop], at[stop]):
                    low[stop] += total[rank]
            for k in range(members):
                i = member[k]
                _spend(claim, means[i], low[i], at[i], classes[i : i + 2], first, pay)

        for i in range(parties):
            spent = 0.0
            for lane in range(first[classes[i]], first[classes[i + 1]]):
                spent += pay[lane]
            left[path, i] = cash[path, i] + inflow[i] - spent
