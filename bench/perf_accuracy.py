"""How far the performance model is from published measurements, of training, inference and power together.

    python3 bench/perf_accuracy.py [MEASUREMENTS.csv] [--rows ROWS.csv] [--residuals] [--page]

prints mean and median of |predicted / measured - 1| of every source group and kind of figure, the mean inside groups
and then over groups, for rows of quality A and B (all is stated, or all but a secondary knob) and for all rows, and the
ten rows that are furthest off. Rows of any group, model and chip are read by their columns; what cannot be predicted is
counted and its reasons are told. `--rows` writes every row's prediction. `--residuals` fits the constants with each
source left out (a minute or two), tells the errors that way, and writes the quantiles from which intervals are made.
`--page` writes the tables and the picture of docs/guide/perf_accuracy.md.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

import perf_serving
import perf_training
import serving_rows
import training_rows
from perf_plot import picture
from rows import DEFAULT, Answer, Row, read

from gigawatt.perf.interval import CALIBRATED_CHIPS, LEVELS, UNSEEN
from gigawatt.perf.library import DATA

Floats = NDArray[np.float64]
Place = tuple[str, str]

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"

ENOUGH = 5
"""Measurements below which a regime has no quantiles of its own."""


def answers_to(rows: Sequence[Row]) -> list[Answer]:
    """What the model says to rows of any kind, in their order."""
    training = [row.get("workload") == "training" for row in rows]
    found = iter(training_rows.answers([row for row, own in zip(rows, training, strict=True) if own]))
    others = iter(serving_rows.answers([row for row, own in zip(rows, training, strict=True) if not own]))
    return [next(found if own else others) for own in training]


def headline(answer: Answer) -> bool:
    return answer.row["quality"] in ("A", "B")


def place(answer: Answer) -> Place:
    return answer.row["group"], answer.row["metric"]


def mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def shown(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1%}"


def errors(answers: Sequence[Answer]) -> list[float]:
    return [abs(each.error) for each in answers if math.isfinite(each.error)]


def grouped(answers: Sequence[Answer]) -> dict[Place, list[Answer]]:
    found: dict[Place, list[Answer]] = {}
    for answer in answers:
        found.setdefault(place(answer), []).append(answer)
    return found


def table(answers: Sequence[Answer], apart: Mapping[int, float]) -> Iterator[tuple[str, ...]]:
    """One line for each group and kind of figure; `apart` has predictions with the row's source left out of the fit."""
    yield "group", "figure", "rows A+B", "mean", "median", "left out", "all rows", "mean", "not predicted"
    where = {id(answer): at for at, answer in enumerate(answers)}
    for (group, metric), own in grouped(answers).items():
        good = errors([each for each in own if headline(each)])
        whole = errors(own)
        out = [
            abs(apart[where[id(each)]] / float(each.row["value"]) - 1)
            for each in own
            if where[id(each)] in apart and (headline(each) or not good)
        ]
        middle = float(np.median(good)) if good else math.nan
        yield (
            group,
            metric.replace("_", " "),
            str(len(good)),
            shown(mean(good)),
            shown(middle),
            shown(mean(out)),
            str(len(whole)),
            shown(mean(whole)),
            str(len(own) - len(whole)),
        )


def summary(answers: Sequence[Answer]) -> Iterator[str]:
    """Means over groups of the means inside groups."""
    for name, kinds in (("training", ("training",)), ("inference", ("serving", "prefill", "decode")), ("all", None)):
        own = [each for each in answers if kinds is None or each.row.get("workload") in kinds]
        groups = dict.fromkeys(each.row["group"] for each in own)
        good = [errors([e for e in own if e.row["group"] == g and headline(e)]) for g in groups]
        whole = [errors([e for e in own if e.row["group"] == g]) for g in groups]
        over = mean([mean(part) for part in good if part]), mean([mean(part) for part in whole if part])
        yield f"{name}: {shown(over[0])} over groups of quality A and B, {shown(over[1])} over all rows"


def worst(answers: Sequence[Answer], count: int = 10) -> Iterator[tuple[str, ...]]:
    """The rows of quality A and B that are furthest off, by the ratio."""
    yield "row", "error", "figure", "model", "on", "most of the time"
    known = [each for each in answers if headline(each) and math.isfinite(each.error) and each.predicted > 0]
    for each in sorted(known, key=lambda answer: -abs(math.log1p(answer.error)))[:count]:
        row = each.row
        largest = sorted(each.parts, key=lambda name: -each.parts[name])[:3]
        yield (
            row["case_id"],
            f"{each.error:+.0%}",
            row["metric"].replace("_", " "),
            row["model"],
            f"{row['n_accelerators']} {row['accelerator']}",
            ", ".join(f"{name} {each.parts[name]:.0%}" for name in largest),
        )


def plain(lines: Iterator[tuple[str, ...]]) -> str:
    """Lines as columns of text."""
    cells = list(lines)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(row.rstrip() for row in rows)


def markdown(lines: Iterator[tuple[str, ...]]) -> str:
    """Lines as a table of Markdown."""
    head, *body = list(lines)
    rule = tuple("---" for _ in head)
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *body))


def kind_of(answer: Answer) -> str:
    """The regime of a row; training figures count as rates."""
    if "power" in answer.row["metric"]:
        return "power"
    return f"training {answer.regime}" if answer.row.get("workload") == "training" else answer.regime


def weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    order = np.argsort(values)
    reached = (np.cumsum(weights[order]) - weights[order] / 2) / np.sum(weights)
    return float(np.interp(level, reached, values[order]))


def ratios(answers: Sequence[Answer], apart: Mapping[int, float]) -> dict[str, list[tuple[str, float]]]:
    """Logarithms of measured over predicted by regime, each with its source group.

    The source is left out of the fit where it was in; chips without calibrated kernels have regimes of their own.
    """
    found: dict[str, list[tuple[Answer, float]]] = {}
    for at, each in enumerate(answers):
        said = apart.get(at, each.predicted)
        if not (math.isfinite(said) and said > 0) or each.regime == "unknown":
            continue
        ratio = math.log(float(each.row["value"]) / said)
        time = each.row["metric"].endswith(("_s", "_ms")) and "_per_" not in each.row["metric"]
        kind = kind_of(each)
        name = kind + (UNSEEN if kind != "power" and each.row["accelerator"] not in CALIBRATED_CHIPS else "")
        turned = -ratio if kind.startswith("training") and time else ratio
        found.setdefault(name, []).append((each, turned))
    return {name: kept(name, own) for name, own in found.items()} | {"memory": peaks(answers)}


def kept(name: str, own: Sequence[tuple[Answer, float]]) -> list[tuple[str, float]]:
    """Of a regime the rows of quality A and B where there are enough; of chips never measured all there are."""
    good = [(each, ratio) for each, ratio in own if headline(each)]
    chosen = good if len(good) >= ENOUGH and not name.endswith(UNSEEN) else own
    return [(each.row["group"], ratio) for each, ratio in chosen]


def peaks(answers: Sequence[Answer]) -> list[tuple[str, float]]:
    """Logarithms of measured over predicted peaks of memory whose rows are sound."""
    rows = [each.row for each in answers if each.row.get("workload") == "training" and math.isfinite(each.predicted)]
    found = perf_training.peaks(training_rows.runs(rows)) if rows else []
    return [(rows[peak.at]["group"], math.log(peak.measured / peak.predicted)) for peak in found if peak.sound]


def residuals(answers: Sequence[Answer], apart: Mapping[int, float]) -> list[dict[str, str]]:
    """Quantiles of measured over predicted by regime, each source group with the same weight."""
    rows = []
    for name, own in ratios(answers, apart).items():
        counts = Counter(group for group, _ in own)
        if len(own) < ENOUGH:
            continue
        weights = np.array([1 / counts[group] for group, _ in own])
        values = np.array([value for _, value in own])
        levels = {f"p{round(100 * level):02d}": weighted_quantile(values, weights, level) for level in LEVELS}
        cells = {level: f"{math.exp(value):.4f}" for level, value in levels.items()}
        rows.append({"regime": name, "rows": str(len(own)), "sources": str(len(counts))} | cells)
    return rows


def written(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def page(answers: Sequence[Answer], apart: Mapping[int, float]) -> None:
    """Tables and picture into the guide, between its two marks."""
    (GUIDE / "perf_accuracy.svg").write_text(picture(answers), encoding="utf-8")
    path = GUIDE / "perf_accuracy.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = [
        markdown(table(answers, apart)),
        "".join(f"- {line}\n" for line in summary(answers)),
        markdown(worst(answers)),
    ]
    path.write_text(before + BEGIN + "\n".join(parts) + END + after, encoding="utf-8")


def main(words: Sequence[str]) -> None:
    words = list(words)
    into = Path(words.pop(words.index("--rows") + 1)) if "--rows" in words[:-1] else None
    paths = [Path(word) for word in words if not word.startswith("--")]
    if paths and not paths[0].is_file():
        sys.exit(f"{paths[0]}: no such file; expected a table of measurements in the form of perf_dev.csv.")
    rows = read(paths[0] if paths else DEFAULT)
    answers = answers_to(rows)
    apart = left_out(rows) if "--residuals" in words else {}
    print(plain(table(answers, apart)), "", *summary(answers), "", plain(worst(answers)), sep="\n")
    reasons = Counter(each.why for each in answers if not math.isfinite(each.predicted))
    for why, count in reasons.most_common():
        print(f"{count} not predicted: {why}")
    if into:
        said = [
            {"case_id": e.row["case_id"], "predicted": f"{e.predicted:.6g}", "measured": e.row["value"]}
            for e in answers
        ]
        written(into, [each | {"why": e.why} for each, e in zip(said, answers, strict=True)])
    if "--residuals" in words:
        written(DATA / "residuals.csv", residuals(answers, apart))
    if "--page" in words:
        page(answers, apart)


def left_out(rows: Sequence[Row]) -> dict[int, float]:
    """Predictions of rows with their source left out of the fit, by position."""
    training = [at for at, row in enumerate(rows) if row.get("workload") == "training"]
    others = [at for at, row in enumerate(rows) if row.get("workload") != "training"]
    readable = [
        at
        for at, each in zip(training, training_rows.answers([rows[at] for at in training]), strict=True)
        if not each.why
    ]
    said = perf_training.left_out(training_rows.runs([rows[at] for at in readable]))
    more = perf_serving.left_out([rows[at] for at in others])
    return dict(zip(readable, said.tolist(), strict=True)) | {others[at]: value for at, value in more.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
