"""What loans cost: contracts of 60 periods per CPU second, stacked as arrays and one by one through the schedule.

Run with `python bench/debt.py`. Every figure is the median of repeats of CPU time (one thread).
"""

import time
from collections.abc import Callable

import numpy as np

from gigawatt.parts.debt.balances import Kind, balances
from gigawatt.parts.debt.contract import events

PERIODS = 60
LOAN = {
    "contractType": "LAM",
    "contractRole": "RPA",
    "statusDate": "2025-12-31",
    "initialExchangeDate": "2026-01-01",
    "maturityDate": "2031-01-01",
    "notionalPrincipal": "100000000000",
    "nominalInterestRate": "0.08",
    "dayCountConvention": "30E360",
    "cycleAnchorDateOfInterestPayment": "2026-02-01",
    "cycleOfInterestPayment": "P1ML1",
    "cycleAnchorDateOfPrincipalRedemption": "2026-02-01",
    "cycleOfPrincipalRedemption": "P1ML1",
}


def cpu_seconds(work: Callable[[], object], repeats: int) -> float:
    work()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def stacked(kind: Kind, contracts: int, repeats: int = 9) -> float:
    rng = np.random.default_rng(1)
    notional, rate = rng.uniform(1e9, 1e11, contracts), rng.uniform(0.04, 0.12, contracts)
    payment = notional / 50 if kind == "NAM" else None
    return contracts / cpu_seconds(lambda: balances(kind, notional, rate, PERIODS, payment=payment), repeats)


def main() -> None:
    print(f"{'way':22} {'contracts/CPU s':>16}")
    for kind in ("LAM", "PAM", "NAM", "ANN"):
        for contracts in (1_000, 100_000):
            print(f"{f'{kind}, {contracts:,} stacked':22} {stacked(kind, contracts):16,.0f}")
    print(f"{'LAM, one by one':22} {1 / cpu_seconds(lambda: events(LOAN), 31):16,.0f}")


if __name__ == "__main__":
    main()
