"""Published training runs, and what the model says to each of them.

Rows are read from their columns alone. What a row leaves open gets the same rule as in all other rows:

- Attention is fused and collectives are hidden from 2023 on; sequence parallelism came with selective recomputation in
  2022 and is the rule from 2023 on.
- A missing micro-batch, interleaving or degree is the one the model finds fastest of those that fit into memory, and a
  missing policy of recomputation the leanest that fits; where the batch is not stated there are 32 micro-batches.
- A model spread over slices of pods is sharded inside a slice and copied between slices.
- Fewer sequences than replicas: each sequence is cut over the rest.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rows import DEFAULT, Answer, Row, model_of, number, read, system_of
from training_metrics import METRICS, figure

from gigawatt.errors import GigawattError, InputError
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.layout import Layout, Workload, layouts, workloads
from gigawatt.perf.model import Transformer
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.system import System
from gigawatt.perf.training import TIMES, Training, train

Floats = NDArray[np.float64]

FORMATS = (("fp4", "fp4"), ("mxfp8", "fp8_block"), ("fp8-mx", "fp8_block"), ("int8", "int8"), ("fp8", "fp8"))
"""Words in a precision or a table, and the format of the products; the first that occurs counts."""

SCHEDULES = {"zero-bubble": "zero_bubble", "zbv": "zero_bubble", "v-half": "zero_bubble", "dualpipe": "dual_pipe"}

PREDICTORS = {"DeepSeek-V3": 1, "DeepSeek-R1": 1, "GLM-4.5": 1, "Qwen3-Next": 1}
"""Further tokens that published models learn to predict."""

SPARE = 1.1
"""Memory over that of a chip up to which a run may still have fitted: the error of the peak."""

POWERS = (1, 2, 4, 8, 16)


@dataclass(frozen=True)
class Runs:
    """Rows as configurations; a row with something tuned has several, `row` says which each belongs to."""

    rows: list[Row]
    row: NDArray[np.intp]
    shape: Shape
    chips: Hardware
    layout: Layout
    work: Workload


def training_rows(path: Path = DEFAULT) -> list[Row]:
    """The rows of the file about training that the model can predict."""
    return [row for row in read(path) if row.get("workload") == "training" and not _refused(row)]


def answers(rows: Sequence[Row], software: Software = FITTED) -> list[Answer]:
    """What the model says to rows of training; nan and the reason where it has nothing to say."""
    reasons = [_refused(row) for row in rows]
    kept = [row for row, why in zip(rows, reasons, strict=True) if not why]
    if not kept:
        return [Answer(row, float("nan"), _regime(row), why=why) for row, why in zip(rows, reasons, strict=True)]
    data = runs(kept)
    said, done = predicted(data, software)
    places = iter(zip(said.tolist(), chosen(data, done).tolist(), strict=True))
    found = []
    for row, why in zip(rows, reasons, strict=True):
        if why:
            found.append(Answer(row, float("nan"), _regime(row), why=why))
            continue
        value, at = next(places)
        parts = {name: float(getattr(done, name)[at] / done.step[at]) for name in TIMES}
        found.append(Answer(row, value, _regime(row), parts))
    return found


def runs(rows: Sequence[Row]) -> Runs:
    """Configurations of rows that the model can predict."""
    made = [(index, entry) for index, row in enumerate(rows) for entry in _entries(row)]
    if not made:
        raise InputError("rows: none has a layout; expected degrees of parallelism that fit the model.")
    names = ["model", "system", "batch", "tokens"]
    names += [item.name for kind in (Layout, Workload) for item in fields(kind)]
    columns = {name: [entry[name] for _, entry in made] for name in dict.fromkeys(names) if made and name in made[0][1]}
    layout_names = [item.name for item in fields(Layout) if item.name in columns]
    work_names = [item.name for item in fields(Workload) if item.name in columns and item.name not in names[2:4]]
    return Runs(
        list(rows),
        np.array([index for index, _ in made], dtype=np.intp),
        shapes(columns["model"]),
        hardware(columns["system"]),
        layouts(**{name: columns[name] for name in layout_names}),
        workloads(columns["batch"], columns["tokens"], **{name: columns[name] for name in work_names}),
    )


def predicted(data: Runs, software: Software = FITTED) -> tuple[Floats, Training]:
    """Each row's metric as the model has it, and the training of all configurations."""
    done = train(data.shape, data.chips, data.layout, data.work, strict=False, software=software)
    places = chosen(data, done)
    parts = data.shape, data.chips, data.layout, data.work
    said = [figure(row, done, int(at), *parts) for row, at in zip(data.rows, places, strict=True)]
    return np.array(said), done


def chosen(data: Runs, done: Training) -> NDArray[np.intp]:
    """The position of each row's configuration, the fastest one that fits where something is tuned."""
    # What does not fit into memory loses against everything that does, and then the smallest is best.
    over = done.memory.total / done.capacity
    cost = done.step / data.work.batch * np.where(over <= SPARE, 1.02**data.layout.recompute, 1e6 * over**8)
    order = np.lexsort((cost, data.row))
    return order[np.unique(data.row[order], return_index=True)[1]]


def measured(rows: Sequence[Row]) -> Floats:
    return np.array([float(row["value"]) for row in rows])


def _regime(row: Row) -> str:
    return "experts" if row.get("experts") else "dense"


def _refused(row: Row) -> str:
    """Why a row cannot be predicted; nothing where it can."""
    if row.get("metric") not in METRICS:
        return f"metric `{row.get('metric')}` is not one of {', '.join(METRICS)}"
    try:
        data = runs([row])
    except (GigawattError, ValueError, ZeroDivisionError) as error:
        return str(error)
    return "" if data.row.size else "no layout"


def system_of_run(row: Row) -> System:
    """The system of a row, with the slices and the links of its network that the row names."""
    system, nodes = system_of(row), int(number(row, "nodes", 1))
    chips = number(row, "n_accelerators")
    if system.levels[0].topology == "torus":
        # Nodes are slices of a pod, unless they are so small that they are hosts.
        return system.with_domain(chips / nodes) if nodes > 1 and chips / nodes > system.node else system
    links = re.search(r"(\d+)x(\d+) ?Gb/s", f"{row.get('notes')} {row.get('table')}")
    return system.with_scale_out(int(links[1]) * int(links[2]) * 1e9 / 8 / system.node) if links else system


def _text(row: Row, *names: str) -> str:
    return " ".join(row.get(name) or "" for name in names).lower()


def _year(row: Row) -> float:
    # Releases that are numbered by year and month say more than the year of a source.
    release = re.search(r"\b(2\d)\.(0[1-9]|1[0-2])\b", row.get("software") or "")
    return 2000 + int(release[1]) + (int(release[2]) - 1) / 12 if release else number(row, "year", 2025) + 0.5


def _format(row: Row) -> str:
    for column in ("precision", "table"):
        for word, name in FORMATS:
            if word in _text(row, column):
                return name
    return "bf16"


def _whole(row: Row, name: str, other: Sequence[int]) -> list[int]:
    return [int(number(row, name))] if (row.get(name) or "").strip() else list(other)


def _policies(row: Row, stored: bool) -> list[str]:
    said = _text(row, "recompute")
    if not said or "unknown" in said:
        return ["none", "selective"]
    if "remat" in said:
        return ["full"]
    if "/" in said or "offload" in said:
        return ["none", "selective"]
    for word in ("full", "selective"):
        if word in said:
            return [word]
    return ["none"] if stored or said == "none" else ["selective"]


def _sharded(row: Row, year: float) -> int:
    said = _text(row, "software", "notes")
    default = 3 if "fsdp" in said or "zero-3" in said or "maxtext" in said else 1 if year >= 2023 else 0
    return int(number(row, "zero_stage", default))


def _entries(row: Row) -> Iterator[dict[str, object]]:
    """All configurations a row may have been run in."""
    model, system, year = model_of(row), system_of_run(row), _year(row)
    chips, zero = int(number(row, "n_accelerators")), _sharded(row, int(year))
    said, precision = _text(row, "notes", "software"), _text(row, "precision")
    tokens = int(number(row, "seq_len"))
    open_degrees = not (row.get("tp") or row.get("pp") or row.get("dp")) and zero < 3
    cut = [size for size in POWERS[:4] if model.heads % size == 0] if open_degrees else [1]
    slices = round(chips / system.domain) if system.levels[0].topology == "torus" and chips > system.domain else 1
    stored = year < 2023 and "flashattention" not in said.replace("no flashattention", "")
    fixed = _fixed(row, model, year, said, precision, stored) | {"model": model, "system": system, "tokens": tokens}
    degrees = itertools.product(
        _whole(row, "tp", cut),
        _whole(row, "pp", POWERS if open_degrees else [1]),
        _whole(row, "cp", [1]),
        _whole(row, "ep", [1]),
        _policies(row, stored),
    )
    for tp, pp, cp, ep, recompute in degrees:
        if pp > model.layers or (open_degrees and chips % (tp * pp * cp)):
            continue
        dp = max(1, chips // (tp * pp * cp))
        batch = int(number(row, "global_batch", 0))
        ring = cp
        if batch and batch < dp and dp % batch == 0:
            ring, dp = cp * dp // batch, batch
        for interleave, size in itertools.product(_parts(row, model, pp, zero), _passes(row, batch, dp, zero)):
            yield fixed | {
                "tp": tp, "pp": pp, "cp": ring, "dp": dp, "ep": ep, "zero": zero, "recompute": recompute,
                "interleave": interleave, "micro_batch": size, "batch": batch or 32 * size * dp,
                "shards": max(dp * ring // slices, 1),
            }  # fmt: skip


def _parts(row: Row, model: Transformer, pp: int, zero: int) -> list[int]:
    each = max(1, model.layers // pp)
    tuned = pp > 1 and zero < 3
    return _whole(row, "interleave", [size for size in range(1, each + 1) if each % size == 0] if tuned else [1])


def _passes(row: Row, batch: int, dp: int, zero: int) -> list[int]:
    if not batch:
        return _whole(row, "micro_batch", [1])
    own = max(1, batch // dp)
    # Sharded weights are gathered for each pass, so that all sequences go at once where they fit.
    tried = sorted({*POWERS, own} if zero == 3 else POWERS[:4])
    return _whole(row, "micro_batch", [size for size in tried if size <= own and own % size == 0])


def _fixed(row: Row, model: Transformer, year: float, said: str, precision: str, stored: bool) -> dict[str, object]:
    # DeepSpeed keeps 16-bit gradients for fp16 and both kinds for bf16; pure bf16 and JAX have no others.
    pure, half = "pure" in precision or "maxtext" in said or "jax" in said, "fp16" in precision
    gradient = 2.0 if pure or (half and "deepspeed" in said) else 6.0 if "deepspeed" in said else 4.0
    plain = said.replace("sequence_parallel", "sequence parallel")
    off = "no sequence parallel" in plain or "sequence parallel=0" in plain
    on = year >= 2023 or "sequence parallel" in plain or "selective" in _text(row, "recompute")
    without = "without mtp" in said or "no mtp" in said
    mtp = 0 if without else next((PREDICTORS[name] for name in PREDICTORS if model.name.startswith(name)), 0)
    return {
        "schedule": next((mine for word, mine in SCHEDULES.items() if word in said), "1f1b"),
        "sequence_parallel": on and not off,
        "number_format": _format(row),
        "year": year,
        "gradient_bytes": gradient,
        "state_bytes": 6.0 if "pure" in precision else 12.0,
        "attention": "stored" if stored else "fused" if "flashattention-2" in said else "asynchronous",
        # Software with sequence parallelism hides reductions of the backward pass behind gradients of weights.
        "overlapped": 1.0 if year >= 2023 else 0.5 if on or "sequence parallel" in plain else 0.0,
        "frozen": "lora" in f"{precision} {said}",
        "predictors": mtp,
    }
