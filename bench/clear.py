"""What clearing costs: CPU microseconds per cleared path-month, and the check for a shortfall per path.

Run with `python bench/clear.py`. Every figure is the median of repeats of CPU time (one thread, no BLAS). The last
table is the measurement behind the choice of the row-by-row form in `gigawatt.engine.clear.shortfall`.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gigawatt.engine.clear import Lanes, clear, clear_columns, shortfall

PATHS = 2048
Floats = NDArray[np.float64]


def web(parties: int, lanes: int) -> tuple[Lanes, Floats, Floats]:
    """Lanes spread evenly over payers in two ranks, dues, and cash that lets everybody pay."""
    rng = np.random.default_rng(1)
    payer = np.sort(np.arange(lanes) % parties)
    payee = (payer + rng.integers(1, parties, lanes)) % parties
    due = 0.5 + rng.random((lanes, PATHS))
    owed = np.zeros((parties, PATHS))
    np.add.at(owed, payer, due)
    return Lanes(payer, payee, np.arange(lanes) % 2, parties), 0.6 * owed + cash_missing(payer, payee, due, owed), due


def cash_missing(payer: NDArray[np.int64], payee: NDArray[np.int64], due: Floats, owed: Floats) -> Floats:
    inflow = np.zeros_like(owed)
    np.add.at(inflow, payee, due)
    return np.maximum(owed - inflow, 0.0)


def stressed(parties: int, hit: int) -> tuple[Lanes, Floats, Floats]:
    """The web with the first parties left without cash and owing more than they can ever be paid."""
    lanes, cash, due = web(parties, 4 * parties)
    inflow, owed = np.zeros_like(cash), np.zeros_like(cash)
    np.add.at(inflow, lanes.payee, due)
    np.add.at(owed, lanes.payer, due)
    for party in range(1, hit + 1):
        cash[party] = 0.1 * owed[party]
        due[lanes.payer == party] *= 2.0 * np.maximum(inflow[party] / owed[party], 0.5)
    return lanes, cash, due


def cpu_us(work: Callable[[], object], repeats: int = 31) -> float:
    work()
    spent = []
    for _ in range(repeats):
        start = time.process_time_ns()
        work()
        spent.append(time.process_time_ns() - start)
    return float(np.median(spent)) / 1000


def cleared_paths() -> None:
    print(f"clear(), {PATHS} paths, all of them short, 4 lanes per party in 2 ranks\n")
    print("parties  hit  in default (mean)  waves (max)  us/path")
    for parties in (6, 16, 30):
        for hit in (1, 3, 6, 12):
            if hit >= parties:
                continue
            lanes, cash, due = stressed(parties, hit)
            one, outside = np.ones((parties, 1)), np.arange(parties) == 0
            short = np.flatnonzero(shortfall(cash, due, lanes, outside))
            wave = clear_columns(cash, due, lanes, one, one, outside, short).wave
            spent = cpu_us(partial(clear, cash, due, lanes, one, one, outside))
            fallen = (wave >= 0).sum(axis=0).mean()
            print(f"{parties:7d} {hit:4d} {fallen:18.1f} {wave.max() + 1:12d} {spent / short.size:8.2f}")


def by_indexed_rows(cash: Floats, due: Floats, lanes: Lanes) -> Floats:
    left = cash.copy()
    for lane in range(len(due)):
        left[lanes.payer[lane]] -= due[lane]
        left[lanes.payee[lane]] += due[lane]
    return left


def by_row_views(cash: Floats, due: Floats, lanes: Lanes) -> Floats:
    left = cash.copy()
    rows = list(left)
    for payer, payee, lane in zip(lanes.payer.tolist(), lanes.payee.tolist(), due, strict=True):
        np.subtract(rows[payer], lane, rows[payer])
        np.add(rows[payee], lane, rows[payee])
    return left


def by_reduceat(cash: Floats, due: Floats, lanes: Lanes) -> Floats:
    left = cash.copy()
    for ends, sign in ((lanes.payer, -1.0), (lanes.payee, 1.0)):
        order = np.argsort(ends, kind="stable")
        parties, starts = np.unique(ends[order], return_index=True)
        left[parties] += sign * np.add.reduceat(due[order], starts, axis=0)
    return left


@njit(nogil=True)
def compiled(cash: Floats, due: Floats, payer: NDArray[np.int64], payee: NDArray[np.int64]) -> Floats:
    left = cash.copy()
    for lane in range(payer.size):
        for path in range(due.shape[1]):
            left[payer[lane], path] -= due[lane, path]
        for path in range(due.shape[1]):
            left[payee[lane], path] += due[lane, path]
    return left


def shortfall_check() -> None:
    lanes, cash, due = web(16, 60)
    outside = np.arange(16) == 0
    forms: dict[str, Callable[[], object]] = {
        "shortfall(), nobody short": lambda: shortfall(cash, due, lanes, outside),
        "  sums only: row views, in place (chosen)": lambda: by_row_views(cash, due, lanes),
        "  sums only: indexed rows": lambda: by_indexed_rows(cash, due, lanes),
        "  sums only: np.add.reduceat over sorted lanes": lambda: by_reduceat(cash, due, lanes),
        "  sums only: numba": lambda: compiled(cash, due, lanes.payer, lanes.payee),
    }
    print(f"\nthe check, 16 parties, 60 lanes, {PATHS} paths\n")
    for name, work in forms.items():
        print(f"{name:48s} {1000 * cpu_us(work, 201) / PATHS:8.1f} ns/path")


if __name__ == "__main__":
    cleared_paths()
    shortfall_check()
