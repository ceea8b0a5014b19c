"""Clearing: who is paid how much when not everybody can pay.

Lanes say who owes whom and in which rank. `shortfall` finds the paths in which full payment fails, with plain array
operations; `clear` pays everybody in full on the other paths and hands those few to the compiled kernel, which is
loaded when it is first needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHORT = 1e-12  # a party is short when it lacks more than this share of what it owes; rounding alone never reaches it


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Who owes whom, and which debt comes first.

    Arguments:
        payer: (lane,) index of the party that owes.
        payee: (lane,) index of the party that is owed.
        rank: (lane,) 0 is the most senior; lanes of one payer with equal rank share pro rata.
        parties: how many parties there are.
    """

    payer: NDArray[np.int64]
    payee: NDArray[np.int64]
    rank: NDArray[np.int64]
    parties: int


@dataclass(frozen=True, slots=True, eq=False)
class Cleared:
    """Payments of chosen paths, and how they left the parties.

    Arguments:
        paid: (lane, path) USD, in full on paths not chosen.
        wave: (party, chosen), the round of the fictitious default algorithm (Eisenberg & Noe 2001) in which a party
            is first short, -1 for a party that pays in full.
        left: (party, chosen) USD after paying and being paid; default costs are not taken off.
    """

    paid: NDArray[np.float64]
    wave: NDArray[np.int64]
    left: NDArray[np.float64]


def clear(
    cash: NDArray[np.float64],
    due: NDArray[np.float64],
    lanes: Lanes,
    kept_cash: NDArray[np.float64],
    kept_inflow: NDArray[np.float64],
    outside: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """What each lane is paid when every payer pays what it can, seniors first: the greatest clearing payments.

    Arguments:
        cash: (party, path) USD before any payment of the month, not negative for parties inside.
        due: (lane, path) USD, not negative.
        lanes: who owes whom.
        kept_cash: (party, path) or (party, 1), share of its cash that a party in default can use; 1 means no cost.
        kept_inflow: (party, path) or (party, 1), share of what it is paid that a party in default can use. What is
            not kept is paid to nobody: booking that loss is left to the caller.
        outside: (party,), parties with unlimited cash, which never default.

    Returns:
        (lane, path) USD, between nothing and `due`; the array `due` itself when everybody can pay on every path. A
        path's payments do not depend on which other paths are in the arrays.

    Source: Eisenberg & Noe 2001; ranks as in Elsinger 2009; default costs as in Rogers & Veraart 2013.
    """
    short = np.flatnonzero(shortfall(cash, due, lanes, outside))
    if not short.size:
        return due
    return clear_columns(cash, due, lanes, kept_cash, kept_inflow, outside, short).paid


def shortfall(
    cash: NDArray[np.float64], due: NDArray[np.float64], lanes: Lanes, outside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The paths in which some party could not pay in full even if everybody else did.

    Arguments:
        cash: (party, path) USD before any payment of the month.
        due: (lane, path) USD.
        lanes: who owes whom.
        outside: (party,), parties with unlimited cash.

    Returns:
        (path,), true where a party lacks more than 1e-12 of what it owes.
    """
    # Only parties inside that owe something can be short. A row at a time with the sum written in place is the
    # cheapest form (bench/clear.py, 16 parties, 60 lanes, 2,048 paths: 55 ns a path; indexed rows 73, numba 73 or, on
    # a quiet machine, 30, reduceat over sorted lanes 390), and each path's sum is taken in the order of the lanes.
    judged = np.zeros(lanes.parties, bool)
    judged[lanes.payer] = True
    judged &= ~outside
    payers, payees = lanes.payer.tolist(), lanes.payee.tolist()
    left = cash[judged]
    row: dict[int, NDArray[np.float64]] = dict(zip(np.flatnonzero(judged).tolist(), left, strict=True))
    for payer, payee, lane in zip(payers, payees, due, strict=True):
        if payer in row:
            np.subtract(row[payer], lane, row[payer])
        if payee in row:
            np.add(row[payee], lane, row[payee])
    short: NDArray[np.bool_] = np.min(left, axis=0, initial=0.0) < 0.0
    suspects = np.flatnonzero(short)
    if not suspects.size:
        return short

    # `left` mixes up a real shortfall with the rounding of its own sum; the suspects are told apart with the amount
    # owed at hand. A shortfall beyond the tolerance is a hundred times that rounding, so no suspect is missing.
    held, owed = np.maximum(cash[:, suspects], 0.0), np.zeros((lanes.parties, suspects.size))
    for payer, payee, lane in zip(payers, payees, np.take(due, suspects, axis=1), strict=True):
        owed[payer] += lane
        held[payee] += lane
    short[suspects] = (held < owed * (1.0 - SHORT))[judged].any(axis=0)
    return short


def clear_columns(
    cash: NDArray[np.float64],
    due: NDArray[np.float64],
    lanes: Lanes,
    kept_cash: NDArray[np.float64],
    kept_inflow: NDArray[np.float64],
    outside: NDArray[np.bool_],
    columns: NDArray[np.int64],
) -> Cleared:
    """The greatest clearing payments of chosen paths.

    Arguments:
        cash, due, lanes, kept_cash, kept_inflow, outside: as for `clear`; the shares kept may also be given for the
            chosen paths alone, (party, chosen).
        columns: (chosen,) indices of the paths to clear. Rows of `due` beyond the lanes are left as they are.

    Returns:
        Payments of all paths, and the waves and means of the chosen ones.
    """
    # Loading and compiling take seconds, and most runs of the command line never see a shortfall.
    from gigawatt.engine.clear_kernel import clear_paths, gather, scatter

    order = np.lexsort((lanes.rank, lanes.payer))
    payer, rank = lanes.payer[order], lanes.rank[order]
    starts = np.ones(order.size, bool)
    starts[1:] = (payer[1:] != payer[:-1]) | (rank[1:] != rank[:-1])
    first = np.flatnonzero(starts)
    parties = np.arange(lanes.parties)
    paid = np.empty((columns.size, order.size))
    wave = np.empty((columns.size, lanes.parties), np.int64)
    left = np.empty((columns.size, lanes.parties))
    clear_paths(
        gather(np.ascontiguousarray(due), order, columns),
        gather(np.ascontiguousarray(cash), parties, columns),
        gather(np.ascontiguousarray(kept_cash), parties, _where(kept_cash, columns)),
        gather(np.ascontiguousarray(kept_inflow), parties, _where(kept_inflow, columns)),
        lanes.payee[order],
        np.append(first, order.size),
        np.searchsorted(payer[first], np.arange(lanes.parties + 1)),
        outside.copy(),
        SHORT,
        paid,
        wave,
        left,
    )
    whole = due.copy(order="C")
    scatter(paid, order, columns, whole)
    return Cleared(whole, wave.T, left.T)


def warm_up() -> None:
    """Load the compiled kernel now, so that processes forked from this one need not each do it again."""
    one, lanes = np.ones((2, 1)), Lanes(np.array([0]), np.array([1]), np.array([0]), 2)
    clear(one, 2.0 * one[:1], lanes, one, one, np.zeros(2, bool))


def _where(kept: NDArray[np.float64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The columns of a share kept that belong to the chosen paths."""
    if kept.shape[1] == columns.size:
        return np.arange(columns.size)
    return columns if kept.shape[1] > 1 else np.zeros_like(columns)
