"""Accuracy of the performance model in training, and the fit of its software constants.

    python3 bench/perf_accuracy.py [perf_dev.csv] [--fit] [--left-out]

prints for every source group the mean of |predicted / measured - 1|, for rows of quality A and B (all is stated, or all
but a secondary knob) and for all rows, the ten rows that are furthest off with the parts of their step, peak memory,
and configurations per CPU second. `--fit` fits the constants of `gigawatt/perf/software.py` to all groups, and
`--left-out` fits them to all groups but one and says how far that one is off; a fit takes half a minute.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from training_rows import DEFAULT, Runs, chosen, measured, predicted, runs, training_rows

from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.training import TIMES, train

Floats = NDArray[np.float64]

BOUNDS = {
    "vector": (0.8, 4.0),
    "overlap_data": (0.0, 1.0),
    "overlap_model": (0.0, 1.0),
    "host": (0.0, 60e-6),
    "hop": (0.0, 100e-6),
    "sustained": (0.9, 1.5),
    "moe_year": (0.0, 1.5),
}

FARTHEST = 1.0
"""Logarithmic errors count no more than this in a fit, so that one mistaken row does not decide."""


def groups_of(data: Runs) -> NDArray[np.str_]:
    return np.array([row["group"] for row in data.rows])


def headline(data: Runs) -> NDArray[np.bool_]:
    return np.array([row["quality"] in ("A", "B") for row in data.rows])


def loss(data: Runs, software: Software, names: Sequence[str]) -> float:
    """Mean over groups of the mean absolute logarithmic error of rows of quality A and B."""
    wrong = np.minimum(np.abs(np.log(predicted(data, software)[0] / measured(data.rows))), FARTHEST)
    groups, good = groups_of(data), headline(data)
    return float(np.mean([np.mean(wrong[(groups == group) & good]) for group in names]))


def fit(data: Runs, names: Sequence[str], steps: int = 300) -> Software:
    """The constants that are best for some groups."""
    lows, highs = (np.array(side) for side in zip(*BOUNDS.values(), strict=True))

    def constants(x: Floats) -> Software:
        return Software(**dict(zip(BOUNDS, (lows + (highs - lows) / (1 + np.exp(-x))).tolist(), strict=True)))

    share = np.clip((np.array([getattr(FITTED, name) for name in BOUNDS]) - lows) / (highs - lows), 0.02, 0.98)
    start = np.log(share / (1 - share))
    options = {"maxfev": steps, "xatol": 1e-2, "fatol": 1e-4}
    return constants(
        minimize(lambda x: loss(data, constants(x), names), start, method="Nelder-Mead", options=options).x
    )


def table(data: Runs, left_out: bool) -> None:
    said, _ = predicted(data)
    wrong = np.abs(said / measured(data.rows) - 1)
    groups, good = groups_of(data), headline(data)
    names = list(dict.fromkeys(groups.tolist()))
    fitted = [name for name in names if np.any(good & (groups == name)) and name != "DSV3"]
    print(f"{'group':12s} {'A+B rows':>8s} {'error':>7s} {'all rows':>9s} {'error':>7s}" + "  left out" * left_out)
    for name in names:
        own = groups == name
        best = f"{np.mean(wrong[own & good]):7.1%}" if name in fitted else "      -"
        line = f"{name:12s} {np.sum(own & good):8d} {best} {np.sum(own):9d} {np.mean(wrong[own]):7.1%}"
        if left_out:
            other = predicted(data, fit(data, [each for each in fitted if each != name]))[0]
            asked = own & good if name in fitted else own
            line += f"  {np.mean(np.abs(other / measured(data.rows) - 1)[asked]):8.1%}"
        print(line, flush=True)
    print(f"{'mean':12s} {'':8s} {np.mean([np.mean(wrong[(groups == n) & good]) for n in fitted]):7.1%}", end="")
    print(f" {'':9s} {np.mean([np.mean(wrong[groups == n]) for n in names]):7.1%}")


def worst(data: Runs, count: int = 10) -> None:
    said, done = predicted(data)
    value, good, places = measured(data.rows), headline(data), chosen(data, done)
    order = [at for at in np.argsort(-np.abs(said / value - 1)) if good[at]][:count]
    print("\nfurthest off, quality A and B, with the largest parts of the step")
    for at in order:
        row, first = data.rows[at], int(places[at])
        parts = {name: float(getattr(done, name)[first] / done.step[first]) for name in TIMES}
        largest = sorted(parts, key=lambda name: -parts[name])[:3]
        shares = ", ".join(f"{name} {parts[name]:.0%}" for name in largest)
        where = f"{row['model']} on {row['n_accelerators']} {row['accelerator']}"
        print(f"  {row['case_id']:16s} {said[at] / value[at] - 1:+7.0%}  {where}: {shares}")


def memory(data: Runs) -> None:
    _, done = predicted(data)
    places = chosen(data, done)
    print("\npeak memory")
    errors: dict[str, list[float]] = {}
    for at, row in enumerate(data.rows):
        found = re.search(r"peak_mem_gb=([\d.]+)", row["notes"])
        if found:
            first = int(places[at])
            said = float(done.memory.total[first]) / 1e9 / float(found[1]) - 1
            errors.setdefault(f"{row['group']} {row['model'].split('-')[0]}", []).append(said)
    for name, own in errors.items():
        low = np.mean(np.array(own) < -0.03)
        print(f"  {name:24s} {len(own):4d} rows, error {np.mean(np.abs(own)):.1%}, {low:.0%} more than 3 % below")


def speed(count: int = 65536) -> None:
    draw = np.random.default_rng(1)
    degrees = {name: draw.choice([1, 2, 4, 8], count) for name in ("tp", "pp", "dp", "micro_batch")}
    shape, chips = shapes([find_model("GPT3-175B")]), hardware([find_system("A100-SXM-80GB")])
    layout, work = layouts(**degrees), workloads(1536, 2048)
    train(shape, chips, layout.take(slice(0, 4096)), work, strict=False)
    start = time.process_time()
    train(shape, chips, layout, work, strict=False)
    print(f"\n{count / (time.process_time() - start):,.0f} configurations per CPU second")


def main(arguments: Sequence[str]) -> None:
    paths = [Path(word) for word in arguments if not word.startswith("--")]
    data = runs(training_rows(paths[0] if paths else DEFAULT))
    if "--fit" in arguments:
        groups, good = groups_of(data), headline(data)
        best = fit(data, sorted(set(groups[good].tolist()) - {"DSV3"}), 600)
        for name, value in asdict(best).items():
            print(f"    {name}: float = {value:.4g}")
    table(data, "--left-out" in arguments)
    worst(data)
    memory(data)
    speed()


if __name__ == "__main__":
    main(sys.argv[1:])
