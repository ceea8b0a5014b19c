"""How far the performance model is from the results of MLPerf, which no constant was fitted to.

    python3 bench/perf_mlperf.py mlperf.csv

prints for every benchmark, scenario and accelerator how many rows there are, the median of predicted / measured, and
the mean and the median of |predicted / measured - 1|; then the same for each round, since software gets faster, for
each benchmark and for all in which the lengths of prompts are stated; and the rows without prediction and why.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from mlperf_rows import Prediction, predictions, read

from gigawatt.perf.library import find_system

Key = Callable[[Prediction], tuple[str, ...]]


def chip(said: Prediction) -> tuple[str, ...]:
    return said.row["benchmark"], said.row["scenario"], find_system(said.row["accelerator"]).name


def benchmark(said: Prediction) -> tuple[str, ...]:
    return said.row["benchmark"], said.row["scenario"], "all"


def era(said: Prediction) -> tuple[str, ...]:
    return said.row["benchmark"], said.row["scenario"], said.row["round"]


def stated(said: Prediction) -> tuple[str, ...]:
    return "prompts assumed" if said.assumed else "prompts stated", said.row["scenario"], "all"


def table(known: Sequence[Prediction], key: Key) -> None:
    for group in sorted({key(said) for said in known}):
        ratios = np.array([said.ratio for said in known if key(said) == group])
        off = np.abs(ratios - 1)
        words = "".join(f"{word:{width}}" for word, width in zip(group, (18, 9, 26), strict=True))
        print(f"{words}{ratios.size:5}{np.median(ratios):9.2f}{np.mean(off):9.1%}{np.median(off):9.1%}")


def main(words: Sequence[str]) -> None:
    if not words or not Path(words[0]).is_file():
        sys.exit("expected a table of results: python3 bench/perf_mlperf.py mlperf.csv")
    said = predictions(read(Path(words[0])))
    known = [each for each in said if not each.reason]
    print(f"{'benchmark':18}{'scenario':9}{'system':26}{'rows':>5}{'ratio':>9}{'mean':>9}{'median':>9}")
    for key in (chip, era, benchmark, stated):
        table(known, key)
        print()
    print(f"{len(known)} of {len(said)} rows predicted; of the others")
    for reason, many in Counter(each.reason for each in said if each.reason).most_common():
        print(f"{many:5} {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
