"""Metrics of published training runs: the figure of the model that a row's metric asks for.

METRICS    the known ones
figure     the model's value in the row's unit
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from rows import Row, number

from gigawatt.perf.formats import Floats
from gigawatt.perf.gemm import sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.shape import Shape
from gigawatt.perf.training import Training, model_flops

METRICS: Final = (
    "tokens_per_s_per_gpu",
    "tokens_per_s_per_chip",
    "tokens_per_s_per_node",
    "tokens_per_s",
    "samples_per_s_per_gpu",
    "samples_per_s",
    "step_time_s",
    "step_time_ms",
    "tflops_per_gpu",
    "tflops_per_chip",
    "mfu",
    "mfu_pct",
    "hfu",
    "hfu_pct",
    "layer_fwd_plus_bwd_ms",
    "peak_mem_gb",
    "peak_memory_gb",
    "memory_gb",
    "peak_mem_gib",
    "node_power_w",
    "gpu_power_w",
    "chip_power_w",
    "training_days",
    "gpu_hours",
)

LAYER: Final = ("forward", "backward", "attention", "vector", "recompute", "host", "tensor", "expert", "context")
"""Parts of a step that a layer has."""


def figure(row: Row, done: Training, at: int, shape: Shape, chips: Hardware, layout: Layout, work: Workload) -> float:
    """The model's value of a row's metric, in its unit."""
    metric, step, devices = row["metric"], float(done.step[at]), float(done.chips[at])
    rate = float(done.tokens[at]) / step
    if metric.startswith(("tokens_per_s", "samples_per_s")):
        per = {"gpu": devices, "chip": devices, "node": devices / float(chips.node[at])}
        each = float(work.tokens[at]) if metric.startswith("samples") else 1.0
        return rate / each / per.get(metric.rsplit("_", 1)[1], 1.0)
    if metric.startswith("step_time"):
        return step * (1e3 if metric.endswith("ms") else 1.0)
    if metric == "layer_fwd_plus_bwd_ms":
        passes = float(np.ceil(work.batch[at] / (layout.dp[at] * layout.micro_batch[at])))
        layers = float(np.ceil(shape.layers[at] / layout.pp[at]))
        return 1e3 * sum(float(getattr(done, name)[at]) for name in LAYER) / layers / passes
    if metric.endswith(("mem_gb", "memory_gb", "mem_gib")):
        return float(done.memory.total[at]) / (2**30 if metric.endswith("gib") else 1e9)
    if metric.endswith("power_w"):
        drawn = _power(done, at, chips, work)
        return float(node_power(chips.take([at]), drawn)[0]) if metric.startswith("node") else float(drawn[0])
    if metric in ("training_days", "gpu_hours"):
        tokens = number(row, "tokens", 0.0) or _tokens(row)
        return tokens / rate / 86400 if metric == "training_days" else tokens / rate / 3600 * devices
    own, load = shape.take([at]), work.take([at])
    flops = float(model_flops(own, load, "recomputed" if metric.startswith("hfu") else convention(row))[0])
    achieved = flops / step / devices
    if metric.startswith("tflops"):
        return achieved / 1e12
    percent = metric.endswith("pct") or "%" in row.get("unit", "") or float(row["value"]) > 1.5
    return achieved / float(done.peak[at]) * (100.0 if percent else 1.0)


def convention(row: Row) -> str:
    """How the row counts work."""
    said = (row.get("flops_convention") or "").lower()
    if re.search(r"recompute counted|counts full|hfu|sc21|hardware flop", said) and "no recompute" not in said:
        return "recomputed"
    if re.search(r"6 ?\*? ?n\b", said):
        return "square"
    if "non-causal" in said or "12*l" in said or "72b" in said:
        return "weights"
    return "causal"


def _tokens(row: Row) -> float:
    found = re.search(r"([\d.]+) ?([BTbt])n? tokens", row.get("notes") or "")
    return float(found[1]) * {"b": 1e9, "t": 1e12}[found[2].lower()] if found else float("nan")


def _power(done: Training, at: int, chips: Hardware, work: Workload) -> Floats:
    # While matrix units work they do all that the power limit lets them; a slower clock in a long run is that limit.
    one, code, step = chips.take([at]), work.number_format[at], float(done.step[at])
    peak = one.rate(code)
    streaming = float(done.vector[at] + done.optimiser[at]) / step
    flops = done.arithmetic[at] * peak * sustained_share(peak, one)
    return chip_power(one, code, flops, streaming * one.hbm_bandwidth)
