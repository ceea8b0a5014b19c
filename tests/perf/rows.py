"""Published measurements as rows, what the model answers to them, and what of a row every reader needs.

Row                    one measurement, its columns as text
Answer                 what the model says to a row
read                   the rows of a file
number                 a column as a number
model_of, system_of    the model and the system of a row
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gigawatt.errors import InputError
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.model import Experts, Latent, Transformer
from gigawatt.perf.system import System

Row = Mapping[str, str]

DEFAULT = Path(__file__).parent / "data" / "perf_dev.csv"
"""Public measurements of training, inference and power."""

LATENT = Latent(q_rank=1536, kv_rank=512, rope=64, nope=128, value=128)
"""Ranks of a latent attention whose row names none (DeepSeek-V2, 2024, section 3.1.2)."""

POSITIONS = 2048
"""Learned positions of a model without a gate, as those models of 2019 to 2022 had."""


@dataclass(frozen=True)
class Answer:
    """What the model says to a row.

    Arguments:
        row: the measurement.
        predicted: in the row's unit; nan where the row cannot be predicted.
        regime: word for the kind of figure, for which one interval holds.
        parts: share of the time by part, where there is one.
        why: the reason a row cannot be predicted.
    """

    row: Row
    predicted: float
    regime: str
    parts: Mapping[str, float] = field(default_factory=dict)
    why: str = ""

    @property
    def error(self) -> float:
        """Predicted over measured, less one."""
        return self.predicted / float(self.row["value"]) - 1


def read(path: Path = DEFAULT) -> list[Row]:
    """The rows of a file in the form of `perf_dev.csv`."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(row: Row, name: str, default: float | None = None) -> float:
    """A column as a number, or the default where it is empty.

    Raises:
        InputError: it is empty and there is no default.
    """
    text = (row.get(name) or "").strip()
    if text:
        return float(text)
    if default is None:
        raise InputError(f"{row['case_id']}: {name}: empty; expected a number.")
    return default


def model_of(row: Row) -> Transformer:
    """The model of that name if its dimensions are those of the row, else one of the row's dimensions.

    Raises:
        InputError: the name is unknown and a dimension is missing.
    """
    try:
        known = find_model(row["model"])
    except InputError:
        return _built(row)
    same = all(not row.get(name) or float(row[name]) == getattr(known, name) for name in ("layers", "hidden", "heads"))
    return known if same else _built(row)


def _built(row: Row) -> Transformer:
    names = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab")
    sizes = {name: int(number(row, name)) for name in names if name not in ("kv_heads", "head_dim", "ffn")}
    sizes["kv_heads"] = int(number(row, "kv_heads", sizes["heads"]))
    sizes["head_dim"] = int(number(row, "head_dim", sizes["hidden"] // sizes["heads"]))
    sizes["ffn"] = int(number(row, "ffn", 4 * sizes["hidden"]))
    gated = row.get("ffn_gated") in ("1", "True", "true")
    experts = None
    if row.get("experts"):
        counts = [int(number(row, name, 0)) for name in ("shared_experts", "dense_layers")]
        active, width = int(number(row, "experts_active")), int(number(row, "moe_ffn", sizes["ffn"]))
        experts = Experts(int(number(row, "experts")), active, width, counts[0], counts[1])
    # Models without a gate are of the kind of GPT-2: one matrix in and out, learned positions, biases.
    old = {} if gated else {"tied": True, "positions": POSITIONS, "biased": True}
    latent = LATENT if "mla" in (row.get("attention") or "") else None
    return Transformer(row["model"], **sizes, gated=gated, latent=latent, experts=experts, **old)


def system_of(row: Row) -> System:
    """The system of that name.

    Raises:
        InputError: there is none.
    """
    return find_system(row["accelerator"])
