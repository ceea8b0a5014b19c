"""Accuracy of the performance model in training, and the fit of its software constants.

    python3 bench/perf_training.py [perf_dev.csv] [--fit] [--left-out]

prints for every source group the mean of |predicted / measured - 1|, for rows of quality A and B (all is stated, or all
but a secondary knob) and for all rows, the ten rows that are furthest off with the parts of their step, peak memory,
whether runs that took place fit, and configurations per CPU second. `--fit` fits the constants of
`gigawatt/perf/software.py` to all groups, and `--left-out` fits them to all groups but one and says how far that one is
off; a fit takes ten seconds. `bench/perf_accuracy.py` reports training and inference together.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
    "overlap_data": (0.0, 1.0),
    "overlap_model": (0.0, 1.0),
    "host": (0.0, 100e-6),
    "hop": (0.0, 150e-6),
    "sustained": (0.9, 1.5),
    "gap": (0.0, 30e-6),
    "moe_year": (0.0, 0.25),
}

FARTHEST = 1.0
"""Logarithmic errors count no more than this in a fit, so that one mistaken row does not decide."""


ENOUGH = 10
"""Rows of quality A and B of a group that is fitted."""


def groups_of(data: Runs) -> NDArray[np.str_]:
    return np.array([row["group"] for row in data.rows])


def fitted_groups(data: Runs) -> list[str]:
    """Groups of enough rows to say something about constants: a group of one row would count like one of hundreds."""
    groups, good = groups_of(data), headline(data)
    return [name for name in dict.fromkeys(groups.tolist()) if np.sum(good & (groups == name)) >= ENOUGH]


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
    # A wide simplex first, since the loss has kinks, and a narrow one around what it finds.
    for width in (0.7, 0.2):
        simplex = np.vstack([start, start + width * np.eye(start.size)])
        options = {"maxfev": steps // 2, "xatol": 1e-2, "fatol": 1e-5, "initial_simplex": simplex}
        start = minimize(lambda x: loss(data, constants(x), names), start, method="Nelder-Mead", options=options).x
    return constants(start)


def left_out(data: Runs) -> Floats:
    """Predictions of each row with constants fitted to the other groups."""
    groups, fitted = groups_of(data), fitted_groups(data)
    said, _ = predicted(data)
    for name in fitted:
        own = groups == name
        said[own] = predicted(data, fit(data, [each for each in fitted if each != name]))[0][own]
    return said


def table(data: Runs, other: Floats | None) -> None:
    said, _ = predicted(data)
    value = measured(data.rows)
    wrong = np.abs(said / value - 1)
    groups, good = groups_of(data), headline(data)
    names = list(dict.fromkeys(groups.tolist()))
    fitted = fitted_groups(data)
    last = "" if other is None else "  left out"
    print(f"{'group':12s} {'A+B rows':>8s} {'error':>7s} {'all rows':>9s} {'error':>7s}{last}")
    for name in names:
        own = groups == name
        best = f"{np.mean(wrong[own & good]):7.1%}" if np.any(own & good) else "      -"
        line = f"{name:12s} {np.sum(own & good):8d} {best} {np.sum(own):9d} {np.mean(wrong[own]):7.1%}"
        if other is not None:
            asked = own & good if np.any(own & good) else own
            line += f"  {np.mean(np.abs(other / value - 1)[asked]):8.1%}"
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


@dataclass(frozen=True)
class Peak:
    """A measured peak of memory.

    Arguments:
        at: its row.
        measured, predicted: bytes.
        sound: whether all peaks of the source and the model hold at least the weights, gradients and states that the
            columns imply; where one does not, the setting of all of them must differ from what the columns say.
    """

    at: int
    measured: float
    predicted: float
    sound: bool


def peaks(data: Runs) -> list[Peak]:
    """All measured peaks of memory."""
    _, done = predicted(data)
    places = chosen(data, done)
    said = {at: re.search(r"peak_mem_gb=([\d.]+)", row["notes"]) for at, row in enumerate(data.rows)}
    found = {at: 1e9 * float(match[1]) for at, match in said.items() if match}
    states = done.memory.weights + done.memory.gradients + done.memory.states
    odd = {setting(data, at) for at, value in found.items() if value < states[places[at]]}
    totals = done.memory.total[places]
    return [Peak(at, value, float(totals[at]), setting(data, at) not in odd) for at, value in found.items()]


def setting(data: Runs, at: int) -> tuple[str, str]:
    return data.rows[at]["source"], data.rows[at]["model"]


def memory(data: Runs) -> None:
    print("\npeak memory")
    errors: dict[str, list[float]] = {}
    for peak in peaks(data):
        row = data.rows[peak.at]
        name = f"{row['group']} {row['model'].split('-')[0]}{'' if peak.sound else ' (not sound)'}"
        errors.setdefault(name, []).append(peak.predicted / peak.measured - 1)
    for name, own in errors.items():
        low = np.mean(np.array(own) < -0.03)
        print(f"  {name:28s} {len(own):4d} rows, error {np.mean(np.abs(own)):.1%}, {low:.0%} more than 3 % below")


def feasible(data: Runs) -> None:
    _, done = predicted(data)
    places, groups = chosen(data, done), groups_of(data)
    over = (done.memory.total / done.capacity)[places]
    print("\nruns that took place and are said not to fit")
    for name in dict.fromkeys(groups.tolist()):
        own = over[groups == name]
        print(f"  {name:12s} {np.mean(own > 1):4.0%} of {own.size:3d}, at most {max(np.max(own) - 1, 0):.0%} too much")


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
        best = fit(data, fitted_groups(data), 600)
        for name, value in asdict(best).items():
            print(f"    {name}: float = {value:.4g}")
    table(data, left_out(data) if "--left-out" in arguments else None)
    worst(data)
    memory(data)
    feasible(data)
    speed()


if __name__ == "__main__":
    main(sys.argv[1:])
