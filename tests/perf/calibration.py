"""The kernel measurements, and what the model says to each of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.perf.attention import decode_attention_time, prefill_attention_time
from gigawatt.perf.collective import collective_time
from gigawatt.perf.formats import format_code
from gigawatt.perf.gemm import gemm_time
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import Kernels
from gigawatt.perf.library import find_system

Floats = NDArray[np.float64]

WIDTHS = np.array([4096.0, 5120.0, 6144.0, 7168.0, 8192.0, 10240.0, 12288.0, 16384.0])
"""The n and k of the measured products, each with each."""

MEGABYTES = 256e6
"""A message well above 64 MB."""


@dataclass(frozen=True)
class Measured:
    """Measurements of one kind: chip, abscissa and rate (FLOP/s, bytes/s) or latency (s)."""

    kind: str
    names: NDArray[np.str_]
    words: NDArray[np.str_]
    x: Floats
    value: Floats
    chips: Hardware

    def take(self, chosen: NDArray[np.bool_]) -> Measured:
        index = np.flatnonzero(chosen)
        parts = self.names[index], self.words[index], self.x[index], self.value[index]
        return Measured(self.kind, *parts, self.chips.take(index))


def measurements() -> dict[str, Measured]:
    with (Path(__file__).parent / "kernel_calibration.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    systems = {name: find_system(name) for name in sorted({row["accelerator"] for row in rows})}
    found = {}
    for kind in ("gemm", "hbm", "prefill_attention", "decode_attention", "latency", "bandwidth"):
        own = [row for row in rows if _kind(row) == kind]
        names = np.array([row["accelerator"] for row in own])
        index = [list(systems).index(name) for name in names]
        found[kind] = Measured(
            kind,
            names,
            np.array([row["precision"] if kind == "gemm" else row["op"].split()[0] for row in own]),
            np.array([float(row["x"]) for row in own]),
            np.array([float(row["value"]) * _unit(row["unit"]) for row in own]),
            hardware(list(systems.values()), index),
        )
    return found


def _kind(row: dict[str, str]) -> str:
    if row["kind"] != "collective":
        return row["kind"]
    return "latency" if "latency" in row["op"] else "bandwidth"


def _unit(text: str) -> float:
    if text in ("us", "GB/s"):
        return {"us": 1e-6, "GB/s": 1e9}[text]
    found = re.fullmatch(r"fraction of ([\d.]+) T(?:B|FLOP)/s", text)
    assert found, text
    return float(found[1]) * 1e12


def _gemm(data: Measured, kernels: Kernels) -> Floats:
    n, k = (side.reshape(-1, 1) for side in np.meshgrid(WIDTHS, WIDTHS))
    codes = np.array([format_code(word) for word in data.words])
    time = gemm_time(data.x, n, k, data.chips, codes, kernels=kernels).total
    return np.median(2 * data.x * n * k / time, axis=0)


def _hbm(data: Measured, kernels: Kernels) -> Floats:
    side = np.sqrt(data.x / 2)
    return data.x / gemm_time(1, side, side, data.chips, format_code("bf16"), kernels=kernels).total


def _prefill(data: Measured, kernels: Kernels) -> Floats:
    # Enough heads and sequences that the launch does not count; 32 heads of 128, 8 of them with keys.
    time = prefill_attention_time(64, data.x, data.x / 2, 32, 8, 128, 128, data.chips, 2, kernels=kernels)
    return 2 * 64 * data.x**2 * 32 * 128 / time


def _decode(data: Measured, kernels: Kernels) -> Floats:
    return data.x / decode_attention_time(data.x, 0.0, data.chips, 2, kernels=kernels)


def _each(data: Measured, ask: Callable[[str, Measured], Floats]) -> Floats:
    result = np.empty_like(data.x)
    for word in np.unique(data.words):
        chosen = data.words == word
        result[chosen] = ask(str(word).replace("alltoall", "all_to_all"), data.take(chosen))
    return result


def _latency(data: Measured, kernels: Kernels) -> Floats:
    return _each(data, lambda kind, own: collective_time(kind, 1e-3, own.x, own.chips, kernels=kernels))


def _bandwidth(data: Measured, kernels: Kernels) -> Floats:
    def bus(kind: str, own: Measured) -> Floats:
        time = collective_time(kind, MEGABYTES, own.x, own.chips, kernels=kernels)
        time = time - collective_time(kind, 1e-3, own.x, own.chips, kernels=kernels)
        passes = 2 if kind == "all_reduce" else 1
        return passes * MEGABYTES * (own.x - 1) / own.x / time

    return _each(data, bus)


SAID: dict[str, Callable[[Measured, Kernels], Floats]] = {
    "gemm": _gemm,
    "hbm": _hbm,
    "prefill_attention": _prefill,
    "decode_attention": _decode,
    "latency": _latency,
    "bandwidth": _bandwidth,
}


def errors(data: Measured, kernels: Kernels) -> Floats:
    """Natural logarithm of what the model says over what was measured."""
    return np.log(SAID[data.kind](data, kernels) / data.value)


def kin(name: str) -> tuple[str, ...]:
    """The chips of the same architecture, which a fair test leaves out together."""
    families = (("H100-SXM-80GB", "H200-SXM-141GB"), ("B200-SXM-180GB", "GB200-NVL72", "B300-SXM", "GB300-NVL72"))
    return next((family for family in families if name in family), (name,))


def chips_of(found: Sequence[Measured]) -> list[str]:
    return sorted({str(name) for data in found for name in data.names})
