"""Cases: the ways in which a published measurement of inference may have been made, read from its columns alone.

A source never seen is read by the same rules. What a row leaves open gets one rule for all rows: a layout that is not
stated is the fastest one that fits; a request has 512 tokens where no length is stated; latent attention is not cut
over more than eight chips; where there are more parts of a model than chips, they are cores, which work each on its own
part in its own part of the memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from rows import Row, model_of, number, system_of

from gigawatt.errors import GigawattError, InputError
from gigawatt.perf.model import Transformer
from gigawatt.perf.system import Level, System

Degrees = tuple[float, float, float, float]
"""tp, pp, ep and attention_dp of a replica."""

Layouts = tuple[Degrees, float, Degrees, float]
"""A layout and how many copies there are, and the same for replicas that only read."""

ONE: Degrees = (1.0, 1.0, 1.0, 1.0)

LENGTH = 512.0
"""Tokens of a prompt or an answer of unstated length."""

CUT = 8.0
"""Most chips a latent attention is cut over: each of them keeps the whole latent."""

REPLAYS = r"vllm|sglang|trt|tensorrt|tgi|lmdeploy|jetstream|max-?text"
"""Software that keeps many requests in work, and replays a recorded step for their next tokens."""

WIDTHS = {"int4": "fp4", "w4": "fp4", "awq": "fp4", "gptq": "fp4", "fp4": "fp4", "fp8_block": "fp8_block", "fp8": "fp8"}
WIDTHS |= {"int8": "int8", "w8": "int8", "bf16": "bf16", "fp16": "bf16", "half": "bf16", "fp32": "fp32"}
"""Words for formats in a column, the first that is found counts."""


@dataclass(frozen=True)
class Case:
    """One way a row may have been measured.

    Arguments:
        row: position of the row.
        kind: which question it asks, a name of ASKED.
        model, system, engine: what ran, where, in which kind of engine.
        cut: tp, pp, ep and attention_dp of a replica; `readers` the same of those that only read.
        copies: replicas that share the load; `reading` those that only read.
        names: formats of weights, products and cache.
        isl, osl, many: tokens of prompts and answers, and requests at once or in all.
        scale: what seconds or tokens a second are multiplied with for the row's unit.
        cached: share of prompts in the cache.
        rate: tokens a second stated beside the value, nan where none are.
        pace: seconds a token that a user was given, nan where none are stated.
    """

    row: int
    kind: str
    model: Transformer
    system: System
    engine: str
    cut: Degrees
    copies: float
    readers: Degrees
    reading: float
    names: tuple[str, str, str]
    isl: float
    osl: float
    many: float
    scale: float
    cached: float
    rate: float
    pace: float


def wanted(row: Row) -> bool:
    """Whether a row is about inference; training has a reader of its own, its power included."""
    return row.get("workload", "training") != "training"


def read_cases(rows: Sequence[Row]) -> tuple[list[Case], dict[int, str]]:
    """All ways the rows may have been measured, and why others cannot be read, by position."""
    static = {_place(row) for row in rows if row.get("workload") == "decode" and "ms" in row["metric"]}
    cases: list[Case] = []
    refused: dict[int, str] = {}
    for at, row in enumerate(rows):
        try:
            cases += _cases(at, row, _place(row) in static)
        except (GigawattError, ValueError, KeyError) as error:
            refused[at] = str(error)
    return cases, refused


def _place(row: Row) -> tuple[str, ...]:
    return tuple(row.get(name) or "" for name in ("source", "software", "accelerator", "precision"))


def cores_of(system: System, cores: float) -> System:
    """The same system with each core as a chip of its own, which meets the others of its chip in their memory."""
    chip, names = system.chip, ("hbm_capacity", "hbm_bandwidth", "sram", "tdp", "idle")
    shares = {name: getattr(chip, name) and getattr(chip, name) / cores for name in names}
    arrays = chip.arrays and max(1, round(chip.arrays / cores))
    rates = {name: rate / cores for name, rate in chip.flops.items()}
    part = replace(chip, name=f"{chip.name} / {cores:g}", flops=rates, arrays=arrays, **shares)
    inside = Level("memory", cores, chip.hbm_bandwidth / cores / 2)
    outside = [replace(one, chips=one.chips * cores, bandwidth=one.bandwidth / cores) for one in system.levels]
    return replace(system, name=part.name, chip=part, node=round(system.node * cores), levels=(inside, *outside))


def _cases(at: int, row: Row, static: bool) -> list[Case]:
    model, system, notes = model_of(row), system_of(row), row.get("notes") or ""
    chips, degrees = number(row, "n_accelerators", 1.0), number(row, "tp", 1.0) * number(row, "pp", 1.0)
    if degrees > chips:
        system, chips = cores_of(system, degrees / chips), degrees
    replays = re.search(REPLAYS, (row.get("software") or "").lower()) is not None
    kind = _kind(row, static, replays)
    hit, rate = re.search(r"([\d.]+)% cache hits", notes), re.search(r"result ([\d.]+) tokens/s", notes)
    pace = re.search(r"([\d.]+)(?:-([\d.]+))? tokens/s per user", notes)
    held = re.search(r"average KV length ([\d.]+)", notes)
    users = [float(part) for part in pace.groups() if part] if pace else [np.nan]
    common = Case(
        row=at,
        kind=kind,
        model=model,
        system=system,
        engine="recorded" if replays or kind in ("reading", "writing", "loaded") else "launched",
        cut=ONE,
        copies=1.0,
        readers=ONE,
        reading=0.0,
        names=_formats(row),
        isl=float(held[1]) if held else number(row, "isl", number(row, "seq_len", LENGTH)),
        osl=0.0 if held else number(row, "osl", LENGTH),
        many=number(row, "concurrency", number(row, "global_batch", 1.0 if "ms" in row["metric"] else np.nan)),
        scale=_scale(row, system, chips),
        cached=float(hit[1]) / 100 if hit else 0.0,
        rate=float(rate[1]) if rate else np.nan,
        pace=1 / float(np.mean(users)),
    )
    return [
        replace(common, model=padded(model, cut, readers), cut=cut, copies=copies, readers=readers, reading=reading)
        for cut, copies, readers, reading in _layouts(row, model, chips)
    ]


def padded(model: Transformer, *cuts: Degrees) -> Transformer:
    """The same model with heads and copies of experts added until layouts divide them, as engines do."""
    tp, ep = (math.lcm(*(int(cut[place]) for cut in cuts)) for place in (0, 2))
    heads = -(-model.heads // tp) * tp
    # Keys are kept once or more on each chip.
    kv = heads if model.kv_heads == model.heads else max(model.kv_heads, 1)
    kv = kv if kv % tp == 0 or tp % kv == 0 else -(-kv // tp) * tp
    experts = model.experts and replace(model.experts, count=-(-model.experts.count // ep) * ep)
    if heads == model.heads and experts == model.experts and kv == model.kv_heads:
        return model
    return replace(model, name=f"{model.name} for tp {tp}, ep {ep}", heads=heads, kv_heads=kv, experts=experts)


def _kind(row: Row, static: bool, replays: bool) -> str:
    metric, work = row["metric"], row.get("workload") or "serving"
    words = f"{row.get('table')} {row.get('notes')}".lower()
    if not wanted(row):
        raise InputError(f"{row['case_id']}: workload: {work}; expected serving, prefill or decode.")
    if "power_w" in metric:
        return "loaded"
    if metric.startswith(("request_latency", "e2e_latency", "latency")):
        return "static"
    apart = "disagg" in words and "decode" in words
    if metric.startswith(("tpot", "itl")):
        return "step" if work == "decode" else "pool_token" if apart else "token"
    if metric.startswith("ttft"):
        return "prompt" if static or not replays else "pool_first" if apart else "first"
    if "per_s" in metric:
        if work in ("prefill", "decode"):
            return {"prefill": "reading", "decode": "writing"}[work]
        if not replays and "queued" not in words:
            return "batch"
        return "offline" if not row.get("concurrency") or re.search(r"offline|queued", words) else "rate"
    raise InputError(f"{row['case_id']}: metric: {metric}; expected a latency, a rate, or power.")


def _scale(row: Row, system: System, chips: float) -> float:
    metric = row["metric"]
    if "power_w" in metric:
        return 1.0 if metric.startswith("node") else 1.0 / system.node
    if "per_s" not in metric:
        return 1e3 if metric.endswith("_ms") else 1.0
    isl, osl = number(row, "isl", LENGTH), number(row, "osl", LENGTH)
    each = 1 / osl if metric.startswith("requests") else (isl + osl) / osl if metric.startswith("total_tokens") else 1.0
    if metric.endswith(("_per_gpu", "_per_chip", "_per_accelerator")):
        return each / chips
    if metric.endswith("_per_user"):
        return each / number(row, "concurrency", number(row, "global_batch"))
    return each * min(system.node, chips) / chips if metric.endswith("_per_node") else each


def _formats(row: Row) -> tuple[str, str, str]:
    """Formats of weights, products and cache."""
    text = (row.get("precision") or "").lower()
    kv = re.search(r"(\w+) kv", text)
    parts = re.match(r"(\w+) compute, (\w+) weights", text)
    found = next((mine for word, mine in WIDTHS.items() if word in re.sub(r"\w+ kv", "", text)), "bf16")
    weight, product = (WIDTHS[parts[2]], WIDTHS[parts[1]]) if parts else (found, found)
    if re.search(r"w\d+a16|int4|awq|gptq", text):
        product = "bf16"
    if "mla" in (row.get("attention") or "") and weight == "fp8":
        weight = product = "fp8_block"  # the checkpoints of those models have a scale for each block
    # TensorRT-LLM reads the format of the cache from its quantised checkpoints.
    narrow = re.search("trt", (row.get("software") or "").lower().replace("tensorrt", "trt")) and product != "bf16"
    return weight, product, WIDTHS[kv[1]] if kv else "fp8" if narrow else "bf16"


def _layouts(row: Row, model: Transformer, chips: float) -> list[Layouts]:
    """Layouts a row may have had."""
    notes, moe, latent = row.get("notes") or "", model.experts is not None, model.latent is not None
    tp, pp, dp, ep = (number(row, name, 0.0) for name in ("tp", "pp", "dp", "ep"))
    if not tp:
        sizes = [2.0**power for power in range(int(np.log2(chips)) + 1) if 2.0**power <= CUT]
        spread: list[Degrees] = [(1.0, 1.0, size, size) for size in sizes] if moe else []
        whole: list[Degrees] = [(size, 1.0, 1.0, 1.0) for size in sizes]
        return [(cut, chips / _chips(cut), ONE, 0.0) for cut in [*spread, *whole]]
    pp, dp, ep = max(pp, 1.0), max(dp, 1.0), max(ep, 1.0)
    writer, reader = (_worker(notes, word, latent) for word in ("decode", "prefill"))
    if writer:
        cut, copies = writer[0], writer[1] or 1.0
        first, many = reader or (cut, 1.0)
        return [(cut, copies, first, many or max(np.floor((chips - copies * _chips(cut)) / _chips(first)), 1.0))]
    found = re.search(r"moe_tp=(\d+)", notes)
    if moe and found and ep > 1 and float(found[1]) % ep == 0:
        # Some sources give the chips an expert is cut over and ep of one worker, and their product as tp.
        return [((float(found[1]), pp, ep, 1.0), 1.0, ONE, 0.0)]
    if moe and tp > 1 and ("attention dp" in notes.lower() or (latent and tp > CUT)):
        return [((1.0, pp, tp, tp), max(chips / tp / pp, 1.0), ONE, 0.0)]
    groups = dp if moe else 1.0
    cut = (tp, pp, ep if (tp * groups) % ep == 0 else 1.0, groups)
    return [(cut, max(chips / _chips(cut), 1.0), ONE, 0.0)]


def _chips(cut: Degrees) -> float:
    return cut[0] * cut[1] * cut[3]


def _worker(notes: str, word: str, latent: bool) -> tuple[Degrees, float] | None:
    """The layout of a worker described after a word, and how many there are, 0 where that is not stated."""
    text = notes.partition(word + " ")[2].partition(";")[0]
    own = {name: float(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}
    if "tp_size" not in own:
        return None
    group, pp = own["tp_size"], own.get("pp_size", 1.0)
    if latent and group > CUT:
        return (1.0, pp, group, group), own.get("num_workers", 0.0)
    return (group, pp, own.get("moe_ep_size", 1.0), own.get("attention_dp_size", 1.0)), own.get("num_workers", 0.0)
