"""One financial network given as tables: who pays whom what, who defaults, in which wave, and is that the only way.

The conventions are those of the literature: outside creditors share equally with creditors inside unless they are put
in a class of their own, equity is what is left after all debts and never negative, and of several clearing vectors the
greatest is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.engine.clear import SHORT, Lanes, clear_columns
from gigawatt.errors import InputError

SAME = 1e-9  # two clearing vectors nearer than this share of what is owed are one


@dataclass(frozen=True, slots=True, eq=False)
class Clearing:
    """How a network clears.

    Arguments:
        payments: (party,), or (party, class) when classes were given, senior first: what each party pays in all.
        equity: (party,), assets less debts where positive, else 0; a party in default has none.
        default: the parties that pay less than they owe.
        default_round: (party,), wave of the fictitious default algorithm in which a party is first short, -1 if never.
        unique: whether no other payments clear the network.
        least_payments: shaped like `payments`, the least clearing vector; equal to `payments` when unique.
    """

    payments: NDArray[np.float64]
    equity: NDArray[np.float64]
    default: tuple[int, ...]
    default_round: NDArray[np.int64]
    unique: bool
    least_payments: NDArray[np.float64]


def clear_network(
    liabilities: ArrayLike,
    outside_liabilities: ArrayLike,
    outside_assets: ArrayLike,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
) -> Clearing:
    """The greatest clearing payments of one network, with or without seniority and default costs.

    Arguments:
        liabilities: (party, party), what the row's party owes the column's, in any one currency unit; or
            (class, party, party), the most senior class first.
        outside_liabilities: (party,) or (class, party), what each party owes creditors outside the network.
        outside_assets: (party,), what each party has besides its claims inside the network.
        alpha: share of its outside assets that a party in default can use, 0 to 1.
        beta: share of what it is paid that a party in default can use, 0 to 1.

    Returns:
        Payments, equity, defaults and their waves, and whether the clearing vector is the only one.

    Raises:
        InputError: a table of the wrong shape, a negative or missing amount, a debt to oneself, a share outside 0..1.

    Source: Eisenberg & Noe 2001; classes as in Elsinger 2009; alpha and beta as in Rogers & Veraart 2013.
    """
    inside = _amounts("liabilities", liabilities)
    outer = _amounts("outside_liabilities", outside_liabilities)
    assets = _amounts("outside_assets", outside_assets)
    kept_cash, kept_inflow = _share("alpha", alpha), _share("beta", beta)
    _check_shapes(inside, outer, assets)

    ranked = inside.ndim == 3
    parties = assets.size
    dues = np.zeros((len(inside) if ranked else 1, parties + 1, parties + 1))
    dues[:, :parties, :parties] = inside
    dues[:, :parties, parties] = outer
    cash = np.append(assets, 0.0)
    outside = np.arange(parties + 1) == parties

    rank, payer, payee = np.nonzero(dues)
    lanes = Lanes(payer.astype(np.int64), payee.astype(np.int64), rank.astype(np.int64), parties + 1)
    cleared = clear_columns(
        cash[:, None],
        dues[rank, payer, payee][:, None],
        lanes,
        np.full((parties + 1, 1), kept_cash),
        np.full((parties + 1, 1), kept_inflow),
        outside,
        np.zeros(1, np.int64),
    )
    payments = np.zeros((len(dues), parties))
    np.add.at(payments, (rank, payer), cleared.paid[:, 0])
    inflow = np.zeros(parties + 1)
    np.add.at(inflow, payee, cleared.paid[:, 0])
    owed = dues.sum(axis=(0, 2))[:parties]
    least = _least_payments(dues, cash, kept_cash, kept_inflow)[:, :parties]
    rounds = cleared.wave[:parties, 0]
    return Clearing(
        payments=payments.T if ranked else payments[0],
        equity=np.where(rounds < 0, np.maximum(assets + inflow[:parties] - owed, 0.0), 0.0),
        default=tuple(np.flatnonzero(rounds >= 0).tolist()),
        default_round=rounds,
        unique=bool(np.all(np.abs(payments - least) <= SAME * owed)),
        least_payments=least.T if ranked else least[0],
    )


def _least_payments(
    dues: NDArray[np.float64], cash: NDArray[np.float64], alpha: float, beta: float
) -> NDArray[np.float64]:
    """The least clearing vector, by the mirror image of the way the kernel finds the greatest.

    Everybody starts in default and pays nothing. We walk up to the solution of the linear system, stop wherever a
    party has filled a class, and release a party as soon as its full assets cover its debts. Without the release an
    upward iteration may end at payments that do not clear (Rogers & Veraart 2013, Example 3.3).

    Arguments:
        dues: (class, party, party), the last party being the world outside, which owes nothing.
        cash: (party,).
        alpha: share of its cash that a party in default can use.
        beta: share of what it is paid that a party in default can use.

    Returns:
        (class, party), what each party pays in each class.
    """
    # Loaded here because the kernel loads its compiler, which nothing needs until a network is cleared.
    from gigawatt.engine.clear_kernel import direction

    total = dues.sum(axis=2)
    edges = np.concatenate([np.zeros((1, cash.size)), np.cumsum(total, axis=0)])
    owed = edges[-1]
    shares = np.divide(dues, total[:, :, None], out=np.zeros_like(dues), where=total[:, :, None] > 0)
    means = np.zeros(cash.size)
    at = np.argmax(total > 0, axis=0)
    released = owed <= 0
    everyone = np.arange(cash.size)
    settled = False
    while True:
        filled = np.clip(means - edges[:-1], 0.0, total)
        # which class is being filled is known from `at`; means alone cannot tell at an edge
        ranks = np.arange(len(total))[:, None]
        payments = np.where(released | (ranks < at), total, np.where(ranks == at, filled, 0.0))
        inflow = np.einsum("cij,ci->j", shares, payments)
        freed = ~released & (cash + inflow >= owed * (1.0 - SHORT))
        if freed.any():
            released |= freed
            settled = False
            continue
        members = np.flatnonzero(~released)
        if settled or not members.size:
            return payments
        target = (alpha * cash + beta * inflow)[members]
        marginal = shares[at, everyone][members]
        links = beta * marginal[:, members].T
        leak = (1.0 - beta) * marginal[:, members].sum(axis=1) + np.delete(marginal, members, axis=1).sum(axis=1)
        step = np.empty(members.size)
        pivot = np.empty(members.size)
        gap, size = means[members] - target, means[members] + target
        direction(np.ascontiguousarray(links), leak, gap, size, pivot, step, members.size)
        step = np.maximum(-step, 0.0)
        room = np.maximum(edges[at[members] + 1, members] - means[members], 0.0)
        reach = np.divide(room, step, out=np.full(step.size, np.inf), where=step > room)
        first = int(np.argmin(reach))
        means[members] += min(1.0, reach[first]) * step
        settled = bool(reach[first] > 1.0)
        if not settled:
            party = members[first]
            means[party] = edges[at[party] + 1, party]
            junior = np.flatnonzero(total[at[party] + 1 :, party] > 0)
            if junior.size:
                at[party] += 1 + junior[0]


def _amounts(name: str, given: ArrayLike) -> NDArray[np.float64]:
    """The table as an array of finite amounts that are not negative."""
    try:
        table = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: not a table of numbers with rows of equal length: {given!r:.80}.") from None
    for wrong, what, fix in (
        (~np.isfinite(table), "is not a finite amount", "Write 0 where nothing is owed or held."),
        (table < 0, "is negative", "Amounts are 0 or more; a negative debt is a debt of the other party."),
    ):
        if wrong.any():
            where = tuple(int(index) for index in np.argwhere(wrong)[0])
            place = name + "".join(f"[{index}]" for index in where)
            raise InputError(f"{place}: {table[where]:g} {what}. {fix}")
    return table


def _share(name: str, given: float) -> float:
    """The share as a number from 0 to 1."""
    try:
        share = float(given)
    except (TypeError, ValueError):
        raise InputError(f"{name}: {given!r:.80} is not a number. Expected a share from 0 to 1, such as 0.8.") from None
    if not 0.0 <= share <= 1.0:
        raise InputError(f"{name}: {share:g} is outside 0..1. Expected a share; write 80 % as 0.8.")
    return share


def _check_shapes(inside: NDArray[np.float64], outer: NDArray[np.float64], assets: NDArray[np.float64]) -> None:
    """Refuses tables that do not describe the same parties and classes, and debts to oneself."""
    if assets.ndim != 1 or not assets.size:
        raise InputError(f"outside_assets: shape {assets.shape}, expected one amount per party.")
    parties = assets.size
    if inside.ndim not in (2, 3) or inside.shape[-2:] != (parties, parties) or not len(inside):
        raise InputError(
            f"liabilities: shape {inside.shape}, expected ({parties}, {parties}) or (classes, {parties}, {parties}), "
            f"one row and one column for each of the {parties} parties in outside_assets."
        )
    if outer.shape != inside.shape[:-1]:
        raise InputError(
            f"outside_liabilities: shape {outer.shape}, expected {inside.shape[:-1]}, "
            "one amount per party" + (" in each class, as in liabilities." if inside.ndim == 3 else ".")
        )
    own = np.argwhere(np.diagonal(inside, axis1=-2, axis2=-1) > 0)
    if own.size:
        party = int(own[0][-1])
        place = "".join(f"[{int(index)}]" for index in (*own[0], party))
        raise InputError(f"liabilities{place}: party {party} owes itself. Write 0 on the diagonal.")
