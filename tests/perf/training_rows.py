"""Published training runs, and what the model says to each of them.

A row that leaves something open gets the same rule as all rows of its kind, never a value of its own:
attention is fused and collectives are hidden from 2023 on; a missing micro-batch or interleaving of a tuned run is the
one the model finds fastest; where the batch is not stated there are 32 micro-batches; a model spread over slices of
pods is sharded inside a slice and copied between slices.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.layout import Layout, Workload, layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.model import Transformer
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED, Software
from gigawatt.perf.system import System
from gigawatt.perf.training import Training, model_flops, train

Floats = NDArray[np.float64]
Row = Mapping[str, str]

DEFAULT = Path(__file__).parent / "data" / "perf_dev.csv"

TRAINING = ("MOSAIC", "MBRIDGE", "BLOOM22", "MAXTEXT", "TPU-REC", "MEGATRON21", "KORTH22", "PRIMUS", "MLPERF-D", "DSV3")
"""Groups of rows."""

FORMATS = {"fp8-cs": "fp8", "fp8-mx": "fp8_block", "mxfp8": "fp8_block", "nvfp4": "fp4", "fp16": "bf16", "int8": "int8"}

SCHEDULES = {"zero-bubble": "zero_bubble", "zbv": "zero_bubble", "v-half": "zero_bubble", "DualPipe": "dual_pipe"}


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
    """The rows of the file about training."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["group"] in TRAINING and row.get("workload", "training") == "training"
        ]


def runs(rows: Sequence[Row]) -> Runs:
    """Configurations of rows."""
    made = [(index, entry) for index, row in enumerate(rows) for entry in _entries(row)]
    columns = {name: [entry[name] for _, entry in made] for name in made[0][1]}
    layout_names = [item.name for item in fields(Layout) if item.name != "expert_tp"]
    work_names = [item.name for item in fields(Workload) if item.name not in ("batch", "tokens")]
    return Runs(
        list(rows),
        np.array([index for index, _ in made]),
        shapes(columns["model"]),
        hardware(columns["system"]),
        layouts(**{name: columns[name] for name in layout_names}),
        workloads(columns["batch"], columns["tokens"], **{name: columns[name] for name in work_names}),
    )


def predicted(data: Runs, software: Software = FITTED) -> tuple[Floats, Training]:
    """Each row's metric as the model has it, and the training of all configurations."""
    done = train(data.shape, data.chips, data.layout, data.work, strict=False, software=software)
    said = np.array([_metric(data, done, at, data.rows[index]) for at, index in enumerate(data.row)])
    return said[chosen(data, done)], done


def chosen(data: Runs, done: Training) -> NDArray[np.intp]:
    """The position of each row's configuration, the fastest one that fits where something is tuned."""
    best = {data.row[at]: at for at in sorted(range(data.row.size), key=lambda at: -_step(done, at))}
    return np.array([best[index] for index in range(len(data.rows))])


def measured(rows: Sequence[Row]) -> Floats:
    return np.array([float(row["value"]) for row in rows])


def _step(done: Training, at: int) -> float:
    # What does not fit into memory loses against everything that does.
    return float(done.step[at] * (1.0 if done.memory.total[at] <= done.capacity[at] else 1e6))


def _metric(data: Runs, done: Training, at: int, row: Row) -> float:
    metric, step = row["metric"], float(done.step[at])
    tokens, chips = float(done.tokens[at]), float(done.chips[at])
    if metric == "tokens_per_s_per_gpu":
        return tokens / step / chips
    if metric == "step_time_s":
        return step
    if metric == "layer_fwd_plus_bwd_ms":
        names = ["forward", "backward", "attention", "vector", "recompute", "host", "tensor"]
        return 1e3 * sum(float(getattr(done, name)[at]) for name in names) / float(data.shape.layers[at])
    assert metric == "tflops_per_gpu", metric
    convention = "weights" if row["group"] == "MAXTEXT" else "recomputed"
    shape, work = data.shape.take([at]), data.work.take([at])
    return float(model_flops(shape, work, convention)[0]) / step / chips / 1e12


def _model(row: Row) -> Transformer:
    if "BLOOM-dev" not in row["model"]:
        return find_model(row["model"])
    sizes = (int(float(row[name])) for name in ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn"))
    return Transformer(
        row["model"], *sizes, row["ffn_gated"] == "1", int(row["vocab"]), tied=True, positions=2048, biased=True
    )


def _system(row: Row) -> System:
    system, nodes = find_system(row["accelerator"]), int(row["nodes"])
    if row["accelerator"].startswith("TPU"):
        return system.with_domain(int(row["n_accelerators"]) / nodes) if nodes > 1 else system
    links = re.search(r"(\d+)x(\d+)Gb/s Omni-Path", row["notes"])
    return system.with_scale_out(int(links[1]) * int(links[2]) * 1e9 / 8 / 8) if links else system


def _entries(row: Row) -> list[dict[str, object]]:
    """All configurations a row may have been run in."""
    year, notes, chips = int(row["year"]), row["notes"], int(row["n_accelerators"])
    release = re.search(r"Megatron-Bridge (\d\d)\.(\d\d)", row["software"])
    degrees = {name: int(row[name] or 1) for name in ("tp", "pp", "ep", "cp")}
    dp = int(row["dp"] or chips // (degrees["tp"] * degrees["pp"] * degrees["cp"]))
    if row["group"] == "MLPERF-D" and int(row["global_batch"]) < dp:
        # Fewer sequences than replicas: each sequence is cut over the rest.
        degrees["cp"], dp = degrees["cp"] * dp // int(row["global_batch"]), int(row["global_batch"])
    slices = int(row["nodes"]) if row["accelerator"].startswith("TPU") else 1
    precision = (
        "fp8" if "FP8" in row["table"] else re.split(r"[ (/-]*(?:amp|pure|quant|lora|inferred)|/", row["precision"])[0]
    )
    model = _model(row)
    passes = row["micro_batch"] and [int(row["micro_batch"])]
    parts = row["interleave"] and [int(row["interleave"])]
    if row["group"] == "MEGATRON21" and degrees["pp"] > 1:
        each = max(1, model.layers // degrees["pp"])
        parts = [1] if row["zero_stage"] == "3" else [size for size in range(1, each + 1) if each % size == 0]
    if not passes:
        whole = int(row["global_batch"] or 0) / dp
        passes = (
            [max(1, int(whole))] if row["zero_stage"] == "3" else [1, 2, 4, 8] if row["group"] == "MEGATRON21" else [1]
        )
    pure = "pure" in row["precision"]
    # DeepSpeed keeps 16-bit gradients for fp16 and both kinds for bf16; pure bf16 has no others.
    gradient = 2.0 if pure else 4.0 if row["group"] != "BLOOM22" else 2.0 if row["precision"] == "fp16" else 6.0
    schedule = next((mine for word, mine in SCHEDULES.items() if word in notes), "1f1b")
    pure = "pure" in row["precision"]
    without = ("no sequence parallel", "sequence_parallel=0")
    parallel = year >= 2023 or (row["group"] == "KORTH22" and not any(word in notes for word in without))
    mtp = model.name == "DeepSeek-V3" and row["accelerator"][:3] != "TPU" and "without MTP" not in notes
    recompute = row["recompute"].split("(")[0]
    known = {"none": "none", "selective": "selective", "full": "full", "custom remat/offload ": "full"}
    return [
        {
            "model": model,
            "system": _system(row),
            **degrees,
            "dp": dp,
            "shards": dp * degrees["cp"] // slices,
            "zero": int(row["zero_stage"] or 0),
            "interleave": part,
            "micro_batch": size,
            "recompute": known.get(recompute, "none"),
            "schedule": schedule,
            "sequence_parallel": parallel,
            "batch": int(row["global_batch"] or 32 * size * dp),
            "tokens": int(row["seq_len"]),
            "number_format": FORMATS.get(precision, precision),
            "year": 2000 + int(release[1]) + (int(release[2]) - 1) / 12 if release else year + 0.5,
            "gradient_bytes": gradient,
            "state_bytes": 6.0 if pure else 12.0,
            "attention": "stored"
            if year < 2023
            else "fused"
            if "FlashAttention-2" in row["software"]
            else "asynchronous",
            "overlapped": year >= 2023,
            "frozen": "lora" in row["precision"],
            "predictors": int(mtp),
        }
        for size in passes
        for part in parts or [1]
    ]
