"""Results of MLPerf as rows, and what the model says to each: tokens a second of a whole system, nothing fitted.

Task                  what a benchmark asks
Prediction            what the model says to a row
predictions           that of every row
best_rate             tokens a second of the best deployment on so many chips

A row states the chips and how many there are; how the model is laid over them is not in the table. So all deployments
that fit are tried at all concurrencies, in the narrowest format the chip multiplies in, and the fastest is taken; for
`Server` of those whose mean latencies are within the limits, though the limits hold for 99 of 100 requests. Every
request has the mean lengths of its data set.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from gigawatt.errors import InputError
from gigawatt.perf.candidates import deployment_candidates
from gigawatt.perf.deployment import Deployment, formats
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.system import System

Row = Mapping[str, str]

LEVELS = tuple(2**power for power in range(14))
"""Requests a replica has at once."""


@dataclass(frozen=True)
class Task:
    """What a benchmark asks: tokens of prompt and answer on average, and the limits of `Server`, s.

    The lengths are those of the reference implementations of github.com/mlcommons/inference, folder language, and the
    means of their data sets; a prompt of nan is not stated there. The limits of Llama 2 and of Llama 3.1 405B were read
    there, the others are as remembered from the rules of rounds 5.1 and 6.0.
    """

    model: str
    isl: float
    osl: float
    ttft: float
    tpot: float


TASKS = {
    "llama2-70b-99.9": Task("Llama2-70B", 294, 294.45, 2.0, 0.2),
    "llama3.1-405b": Task("Llama3.1-405B", 9428, 684.68, 6.0, 0.175),
    "llama3.1-8b": Task("Llama3.1-8B", 778, 128, 2.0, 0.1),
    "deepseek-r1": Task("DeepSeek-R1", math.nan, 3886, 2.0, 0.08),
    "mixtral-8x7b": Task("Mixtral-8x7B", math.nan, 144.84, 2.0, 0.2),
    "gpt-oss-120b": Task("gpt-oss-120b", math.nan, 1278.2, 3.0, 0.08),
}

SHORT = 512.0
"""Tokens taken for a prompt that is not stated, where the answer is much longer."""

LONG = 3000.0
"""Tokens of an answer from which on that is done: a prompt twice as long then costs about an eighth of the tokens."""


@dataclass(frozen=True)
class Prediction:
    """What the model says to a row.

    Arguments:
        row: the result.
        predicted: tokens a second; nan where there is no prediction.
        reason: why there is none.
        assumed: whether the length of its prompts is.
    """

    row: Row
    predicted: float
    reason: str = ""
    assumed: bool = False

    @property
    def ratio(self) -> float:
        """Predicted over measured."""
        return self.predicted / float(self.row["value"])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def predictions(rows: Iterable[Row]) -> list[Prediction]:
    """What the model says to each row, or why it says nothing."""
    return [_prediction(row) for row in rows]


def _prediction(row: Row) -> Prediction:
    if row["metric"] != "throughput":
        return Prediction(row, math.nan, "training: samples to convergence not stated")
    if row["scenario"] not in ("Offline", "Server"):
        return Prediction(row, math.nan, "neither Offline nor Server")
    if not row["accelerator"]:
        return Prediction(row, math.nan, "no accelerator")
    task = TASKS[row["benchmark"]]
    if math.isnan(task.isl) and task.osl < LONG:
        return Prediction(row, math.nan, "length of prompts not stated")
    try:
        find_system(row["accelerator"])
    except InputError:
        return Prediction(row, math.nan, "system not in the catalogue")
    limits = (task.ttft, task.tpot) if row["scenario"] == "Server" else (math.inf, math.inf)
    assumed = math.isnan(task.isl)
    isl = SHORT if assumed else task.isl
    rate = best_rate(task.model, row["accelerator"], int(row["count"]), isl, task.osl, *limits)
    return Prediction(row, rate, "" if rate > 0 else "nothing fits or is fast enough", assumed)


@cache
def best_rate(model: str, system: str, count: int, isl: float, osl: float, ttft: float, tpot: float) -> float:
    """Tokens a second of the best deployment; nan where none fits or is within the limits.

    Arguments:
        model, system: names.
        count: chips; replicas fill them as far as they go.
        isl, osl: tokens of a prompt and an answer.
        ttft, tpot: limits, s.
    """
    shape, place = find_model(model), find_system(system)
    grid = deployment_candidates(shape, place, min(count, 64))
    many = np.repeat(np.arange(grid.tp.size), len(LEVELS))
    cut = Deployment(*(getattr(grid, name)[many] for name in ("tp", "pp", "ep", "attention_dp")))
    index = np.zeros(many.size, dtype=np.intp)
    asked = Requests(isl, osl, np.tile(np.array(LEVELS, dtype=np.float64), grid.tp.size))
    got = serve(shapes([shape], index), hardware([place], index), cut, formats(*narrowest(place)), asked)
    within = (got.ttft <= ttft) & (got.tpot <= tpot)
    rates: Floats = np.where(within, got.tokens * np.floor(count / cut.chips), np.nan)
    return float(np.nanmax(rates)) if np.any(within) else math.nan


def narrowest(system: System) -> tuple[str, str, str]:
    """Formats of weights, products and cache: the narrowest the chip multiplies in, and eight bits where it can."""
    rates = system.chip.flops
    kv = "fp8" if "fp8" in rates else "bf16"
    weight = next((name for name in ("fp4", "fp8", "int8") if name in rates), "bf16")
    return weight, weight, kv
