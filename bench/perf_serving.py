"""How far predictions of inference are from published measurements, and how many configurations a second are predicted.

    python3 bench/perf_serving.py [MEASUREMENTS.csv] [--fit]

prints mean |predicted / measured - 1| of each source and kind of figure, the worst ten rows, and the speed. With
`--fit` it also fits the constants of the engines to all sources, and with each source left out, and prints what the
source left out would have got; that takes a minute.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from rows import DEFAULT, Answer, Row, read
from serving_cases import Case, read_cases, wanted
from serving_rows import STANDING, Engines, requests, solved, stacked

from gigawatt.perf.serving import decode_latency, serve
from gigawatt.perf.software import Engine

Floats = NDArray[np.float64]

BOUNDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "launched": {"layer_gap": (0.0, 200e-6), "wait": (1.0, 5.0)},
    "recorded": {"grouped": (1.0, 10.0), "sequence_gap": (0.0, 100e-6)},
}
"""What is fitted of each kind of engine, and its bounds."""

FARTHEST = 1.0
"""Logarithmic errors count no more than this in a fit, so that one mistaken row does not decide."""

USERS = 64.0
"""First tokens count up to so many users; beyond, they are waits for memory."""


def place(answer: Answer) -> tuple[str, str]:
    """Source and kind of figure."""
    return answer.row["source"], f"{answer.row.get('workload', '')} {answer.regime}"


def headline(answer: Answer) -> bool:
    return answer.row["quality"] in ("A", "B")


def loss(answers: Sequence[Answer]) -> float:
    """Mean over sources of the mean absolute logarithmic error of what is fitted."""
    cells: dict[str, dict[str, list[float]]] = {}
    for each in answers:
        if headline(each):
            off = min(abs(float(np.log1p(each.error))), FARTHEST) if np.isfinite(each.error) else FARTHEST
            cells.setdefault(each.row["source"], {}).setdefault(each.regime, []).append(off)
    return float(np.mean([np.mean([np.mean(part) for part in kinds.values()]) for kinds in cells.values()]))


def fitted(rows: Sequence[Row], read_in: tuple[list[Case], dict[int, str]], kind: str, without: str = "") -> Engine:
    """The engine of a kind whose predictions are nearest, each source weighing the same."""
    chosen = [case for case in read_in[0] if case.engine == kind and rows[case.row]["source"] != without]
    places = sorted({case.row for case in chosen})
    own = [rows[at] for at in places]
    cases = [replace(case, row=places.index(case.row)) for case in chosen]
    lows, highs = (np.array([pair[side] for pair in BOUNDS[kind].values()]) for side in (0, 1))

    def engine(share: Floats) -> Engine:
        values = lows + (highs - lows) * np.clip(share, 0.0, 1.0)
        return replace(STANDING[kind], **dict(zip(BOUNDS[kind], values.tolist(), strict=True)))

    def off(share: Floats) -> float:
        return loss(solved(own, (cases, {}), {**STANDING, kind: engine(share)}))

    start = (np.array([getattr(STANDING[kind], name) for name in BOUNDS[kind]]) - lows) / (highs - lows)
    simplex = np.clip(np.vstack([start, start + 0.15 * np.eye(start.size)]), 0.0, 1.0)
    options = {"maxfev": 80, "xatol": 3e-3, "fatol": 1e-4, "initial_simplex": simplex}
    return engine(minimize(off, start, method="Nelder-Mead", options=options).x)


def left_out(rows: Sequence[Row]) -> dict[int, float]:
    """Predictions of rows, by position, with their source left out of the fit of the constants."""
    read_in = read_cases(rows)
    answers = solved(rows, read_in, STANDING)
    found: dict[int, float] = {}
    for kind in BOUNDS:
        used = {case.row for case in read_in[0] if case.engine == kind}
        sources = {rows[at]["source"] for at in used if headline(answers[at])}
        for name in sorted(sources) if len(sources) > 1 else []:
            engines: Engines = {**STANDING, kind: fitted(rows, read_in, kind, without=name)}
            other = solved(rows, read_in, engines)
            found |= {at: other[at].predicted for at in used if rows[at]["source"] == name}
    return found


def report(answers: Sequence[Answer], apart: Mapping[int, float]) -> None:
    """Errors by source and kind of figure; `apart` has the error of some rows, by position, without their source."""
    print(f"{'source':44}{'figure':22}{'A+B':>5}{'mean':>8}{'median':>8}{'C':>5}{'mean':>8}{'none':>6}{'left out':>10}")
    places = [place(each) for each in answers]
    for name in dict.fromkeys(places):
        own = [at for at, other in enumerate(places) if other == name]
        off = {at: abs(answers[at].error) for at in own}
        known = [at for at in own if np.isfinite(off[at])]
        good = [off[at] for at in known if headline(answers[at])]
        loose = [off[at] for at in known if not headline(answers[at])]
        out = [apart[at] for at in known if at in apart and (headline(answers[at]) or not good)]
        cells = [f"{np.mean(part):8.1%}" if part else "       -" for part in (good, loose, out)]
        middle = f"{np.median(good):8.1%}" if good else "       -"
        counts = f"{len(own) - len(known):6}"
        print(
            f"{name[0][:43]:44}{name[1]:22}{len(good):5}{cells[0]}{middle}{len(loose):5}{cells[1]}{counts}  {cells[2]}"
        )
    first = [
        abs(each.error) for each in answers if each.regime == "first" and float(each.row["concurrency"] or 1) <= USERS
    ]
    if first:
        print(f"first tokens up to {USERS:g} users: mean {np.nanmean(first):.1%}, median {np.nanmedian(first):.1%}")


def worst(answers: Sequence[Answer], many: int = 10) -> None:
    known = [each for each in answers if headline(each) and np.isfinite(each.error)]
    for each in sorted(known, key=lambda answer: -abs(float(np.log1p(answer.error))))[:many]:
        row = each.row
        words = " ".join(row[name] for name in ("model", "accelerator", "precision", "isl", "osl", "concurrency"))
        figure = f"{row['case_id']:16}{row['metric']:26}{row['value']:>10}"
        print(f"{figure} said {each.predicted:10.1f}  {words} tp {row['tp']}")


def speed(cases: Sequence[Case], count: int = 4000) -> None:
    chosen = [case for case in cases if case.kind == "token"]
    data = stacked([chosen[at % len(chosen)] for at in range(count)])
    asked = requests(data)
    start = time.process_time()
    decode_latency(*data.where, asked.isl, batch=asked.concurrency)
    middle = time.process_time()
    serve(*data.where, asked)
    done = time.process_time()
    print(f"{count / (middle - start):,.0f} steps and {count / (done - middle):,.0f} loads a CPU second")


def main(words: Sequence[str]) -> None:
    paths = [Path(word) for word in words if not word.startswith("--")]
    if paths and not paths[0].is_file():
        sys.exit(f"{paths[0]}: no such file; expected a table of measurements.")
    rows = [row for row in read(paths[0] if paths else DEFAULT) if wanted(row)]
    read_in = read_cases(rows)
    answers = solved(rows, read_in, STANDING)
    apart: dict[int, float] = {}
    if "--fit" in words:
        for kind in BOUNDS:
            print(f"{kind}: {fitted(rows, read_in, kind)}")
        apart = {at: abs(said / float(rows[at]["value"]) - 1) for at, said in left_out(rows).items()}
    report(answers, apart)
    worst(answers)
    speed(read_in[0])


if __name__ == "__main__":
    main(sys.argv[1:])
