"""How far inference predictions are from published measurements, and how many configurations a second are predicted.

    python3 bench/perf_serving.py MEASUREMENTS.csv [--fit]

MEASUREMENTS.csv is a table of public measurements, one a row. The script prints mean |predicted / measured - 1| of each
group and metric, the worst ten rows, and the speed. With `--fit` it also fits the constants of the engine, on all
groups and with each group left out, and prints what a left-out group would have got.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from gigawatt.perf.deployment import Formats, deployments
from gigawatt.perf.formats import format_code
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.serving import Requests, decode_latency, prompt_latency, serve, static_latency
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import LAUNCHED, RECORDED, Engine

Floats = NDArray[np.float64]
Row = dict[str, str]

GROUPS = ("FT", "AIC-D", "INF2", "TRTLLM10", "MLPERF-INF", "DSV3", "POWER-D")
MOST = 2048.0
"""Most requests an engine runs at once where the source does not say: the default of the engines measured."""

FITTED = {
    "launched": (LAUNCHED, ("FT", "INF2"), {"layer_gap": (0.0, 200e-6), "wait": (1.0, 5.0)}),
    "recorded": (
        RECORDED,
        ("AIC-D", "TRTLLM10"),
        {"grouped": (1.0, 3.0), "sequence_gap": (0.0, 100e-6)},
    ),
}
"""Kinds of engines: constants as they stand, groups that measured such engines, and bounds of what is fitted."""

STANDING = {kind: engine for kind, (engine, _, _) in FITTED.items()}


def number(row: Row, name: str, default: float = 1.0) -> float:
    return float(row[name]) if row[name] else default


def precision(row: Row) -> tuple[str, str, str]:
    """Formats of weights, products and cache."""
    text = row["precision"]
    if "int8 weights" in text:
        return "int8", "bf16", "bf16"
    weight = "fp4" if "fp4" in text else "fp8_block" if "fp8_block" in text else "fp8" if "fp8" in text else "bf16"
    if "DeepSeek" in row["model"] and weight == "fp8":
        weight = "fp8_block"
    # TensorRT-LLM reads the format of the cache from its quantised checkpoints.
    narrow = (
        "fp8 KV" in text
        or row["group"] in ("MLPERF-INF", "POWER-D")
        or ("trtllm" in row["software"] and weight != "bf16")
    )
    kv = "fp8" if narrow else "bf16"
    return weight, weight, kv


def cuts(row: Row) -> tuple[float, float, float, float, float]:
    """tp, pp, ep, attention_dp, and the replicas that share the load."""
    chips, tp, pp = number(row, "n_accelerators"), number(row, "tp", 0), number(row, "pp")
    ep, dp = number(row, "ep"), number(row, "dp")
    if row["group"] == "INF2":
        return chips, 1, 1, 1, 1  # tp counts cores, two a chip
    if row["group"] == "DSV3":
        return 1, 1, chips, chips, 1
    if row["group"] in ("MLPERF-INF", "POWER-D"):
        # As few chips as hold the weights; the rest are replicas.
        size = {"Llama2-70B": 1, "Llama3-8B": 1, "Llama3.1-405B": 4, "DeepSeek-V3": 8}[row["model"]]
        size = min(size, int(chips))
        return (1, 1, size, size, chips / size) if row["model"] == "DeepSeek-V3" else (size, 1, 1, 1, chips / size)
    if row["group"] == "TRTLLM10" and row["experts"]:
        return (1, pp, tp, tp, 1) if tp > 1 else (1, pp, 1, 1, 1)
    found = re.search(r"moe_tp=(\d+)", row["notes"])
    if row["group"] == "AIC-D" and row["notes"].startswith("agg") and found and row["experts"] and ep > 1:
        # The source gives moe_tp and ep of one worker, and their product times ep as tp.
        group = float(found[1])
        return group, pp, min(ep, group) if group % min(ep, group) == 0 else 1, 1, 1
    if row["group"] == "AIC-D" and row["attention"] == "mla" and tp > 8 and row["notes"].startswith("agg"):
        return (
            1,
            pp,
            tp,
            tp,
            1,
        )  # a latent is copied to every chip of a group: beyond a node, groups of one attend alone
    decode = row["notes"].partition("decode")[2]
    if row["group"] == "AIC-D" and decode:
        own = {name: float(value) for name, value in re.findall(r"(\w+)=(\d+)", decode)}
        attention, workers = own.get("attention_dp_size", 1), own.get("num_workers", 1)
        group = own.get("tp_size", tp)
        if row["attention"] == "mla" and group > 8:
            return 1, own.get("pp_size", 1), group, group, workers
        return group, own.get("pp_size", 1), own.get("moe_ep_size", 1), attention, workers
    return tp or 1, pp, ep if (tp * dp) % ep == 0 else 1, dp if row["experts"] else 1, 1


class Table:
    """Rows as arrays of configurations."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        models = sorted({row["model"] for row in rows})
        systems = sorted({row["accelerator"] for row in rows})
        self.shape = shapes([find_model(name) for name in models], [models.index(row["model"]) for row in rows])
        self.chips = hardware(
            [find_system(name) for name in systems], [systems.index(row["accelerator"]) for row in rows]
        )
        parts = np.array([cuts(row) for row in rows]).T
        self.cut = deployments(*parts[:4])
        self.replicas = parts[4]
        names = [precision(row) for row in rows]
        codes = np.array([[format_code(name) for name in row] for row in names]).T
        self.number = Formats(codes[0], codes[1], codes[2], codes[0])
        self.isl, self.osl = (np.array([number(row, name, 512.0) for row in rows]) for name in ("isl", "osl"))
        self.many = np.array([number(row, "concurrency", 1e6) for row in rows])
        self.measured = np.array([float(row["value"]) for row in rows])
        self.groups = np.array([row["group"] for row in rows])
        self.metric = np.array([row["metric"] for row in rows])
        self.headline = np.array([row["quality"] in "AB" for row in rows])

    def take(self, chosen: NDArray[np.bool_]) -> Table:
        return Table([row for row, kept in zip(self.rows, chosen, strict=True) if kept])

    def parts(self) -> dict[str, tuple[NDArray[np.intp], Table]]:
        """The rows of each group, and where they stand in this table."""
        found = {name: np.flatnonzero(self.groups == name) for name in GROUPS}
        return {name: (at, Table([self.rows[i] for i in at])) for name, at in found.items() if at.size}


def predicted(table: Table, engines: dict[str, Engine]) -> Floats:
    result = np.full(len(table.rows), np.nan)
    for name, (at, own) in table.parts().items():
        result[at] = ASKED[name](own, engines[kind_of(name)])
    return result


def kind_of(group: str) -> str:
    return next((kind for kind, (_, groups, _) in FITTED.items() if group in groups), "recorded")


def static(table: Table, engine: Engine) -> Floats:
    where = (table.shape, table.chips, table.cut, table.number)
    return 1e3 * static_latency(*where, table.isl, table.osl, table.many, engine=engine)


def neuron(table: Table, engine: Engine) -> Floats:
    where = (table.shape, table.chips, table.cut, table.number)
    # A step is compiled for the longest context and reads all of it; prompts of a batch are read one after the other.
    step = decode_latency(*where, table.isl + table.osl, batch=table.many, engine=engine).total
    read = prompt_latency(*where, table.isl, engine=engine).total * table.many
    return 1e3 * np.where(table.metric == "tpot_ms", step, read)


def asked(table: Table) -> Requests:
    return Requests(table.isl, table.osl, table.many / table.replicas, most=MOST)


def closed_loop(table: Table, engine: Engine) -> Floats:
    got = serve(table.shape, table.chips, table.cut, table.number, asked(table), engine=engine)
    return 1e3 * np.where(table.metric == "tpot_ms", got.tpot, got.ttft)


def offline(table: Table, engine: Engine) -> Floats:
    """Tokens a second when all requests are queued at the start: full batches, and what is left for the last one."""
    where = (table.shape, table.chips, table.cut, table.number)
    wanted = asked(table)
    got = serve(*where, wanted, engine=engine)
    rounds = np.floor(wanted.concurrency / got.running)
    left = wanted.concurrency - rounds * got.running
    last = serve(*where, replace(wanted, concurrency=np.maximum(left, 1.0)), engine=engine)
    spent = rounds * got.running / got.requests + np.where(left >= 1, last.running / last.requests, 0.0)
    finite = np.array([bool(row["concurrency"]) for row in table.rows])
    return np.asarray(table.replicas * np.where(finite, wanted.concurrency * table.osl / spent, got.tokens))


def production(table: Table, engine: Engine) -> Floats:
    where = (table.shape, table.chips, table.cut, table.number)
    # 14,800 tokens a second of a node at 20-22 a user: 88 sequences on a chip; prompts taken as 4,096 tokens.
    users = table.cut.group * 14800 / 8 / 21
    step = decode_latency(*where, 4989.0, batch=users, engine=engine).total
    chunk = prompt_latency(*where, 4096 * 0.437, batch=table.cut.group * 4, prefix=4096 * 0.563, engine=engine).total
    read = 8 * 4 * 4096 / chunk
    return np.where(
        np.array([row["workload"] for row in table.rows]) == "decode", 8 * users / table.cut.group / step, read
    )


def loaded(table: Table, engine: Engine) -> Floats:
    """Power of a node at the throughput that was measured with it: power is tested here, not throughput."""
    where = (table.shape, table.chips, table.cut, table.number)
    got = serve(*where, asked(table), engine=engine)
    stated = [re.search(r"result ([\d.]+) tokens/s", row["notes"]) for row in table.rows]
    rate = np.array([float(found[1]) if found else np.nan for found in stated]) / table.replicas / got.tokens
    activity = (rate * got.flops, rate * got.moved, rate * got.sent)
    return node_power(table.chips, chip_power(table.chips, table.number.product, *activity))


ASKED = {
    "FT": static,
    "INF2": neuron,
    "AIC-D": closed_loop,
    "TRTLLM10": offline,
    "MLPERF-INF": offline,
    "DSV3": production,
    "POWER-D": loaded,
}


def errors(table: Table, engines: dict[str, Engine]) -> Floats:
    return np.asarray(np.abs(predicted(table, engines) / table.measured - 1))


def fitted(table: Table, kind: str, without: str = "") -> Engine:
    """The engine whose predictions of the headline rows are nearest, each group weighing the same."""
    start, groups, bounds = FITTED[kind]
    low, high = (np.array([pair[side] for pair in bounds.values()]) for side in (0, 1))
    chosen = [name for name in groups if name != without]
    parts = [table.take((table.groups == name) & table.headline & (table.metric != "ttft_ms")) for name in chosen]

    def engine(scaled: Floats) -> Engine:
        return replace(start, **dict(zip(bounds, (low + (high - low) * scaled).tolist(), strict=True)))

    def residuals(scaled: Floats) -> Floats:
        own = engine(scaled)
        ratios = [np.log(ASKED[str(part.groups[0])](part, own) / part.measured) for part in parts]
        return np.concatenate([np.nan_to_num(ratio) / np.sqrt(ratio.size) for ratio in ratios])

    first = (np.array([getattr(start, name) for name in bounds]) - low) / (high - low)
    found = least_squares(residuals, np.clip(first, 0.01, 0.99), bounds=(0, 1), loss="soft_l1", f_scale=0.01)
    return engine(found.x)


def early(table: Table) -> NDArray[np.bool_]:
    """Times to the first token at up to 64 requests at once."""
    return np.asarray((table.groups == "AIC-D") & (table.metric == "ttft_ms") & (table.many <= 64))


def report(table: Table, engines: dict[str, Engine]) -> None:
    off = errors(table, engines)
    print(f"{'group':12}{'metric':28}{'A+B rows':>9}{'mean':>8}{'median':>8}{'C rows':>8}{'mean':>8}{'none':>6}")
    for name in GROUPS:
        for metric in dict.fromkeys(table.metric[table.groups == name]):
            cells = []
            for wanted in (table.headline, ~table.headline):
                own = off[(table.groups == name) & (table.metric == metric) & wanted]
                cells.append(own)
            a, c = cells
            known = [part[np.isfinite(part)] for part in cells]
            words = [f"{np.mean(part):8.1%}" if part.size else "       -" for part in known]
            median = f"{np.median(known[0]):8.1%}" if known[0].size else "       -"
            none = int(np.sum(~np.isfinite(a)) + np.sum(~np.isfinite(c)))
            print(f"{name:12}{metric:28}{a.size:9}{words[0]}{median}{c.size:8}{words[1]}{none:6}")

    own = off[early(table)]
    print(f"TTFT up to concurrency 64: mean {np.nanmean(own):.1%}, median {np.nanmedian(own):.1%} of {own.size} rows")


def worst(table: Table, engines: dict[str, Engine], many: int = 10) -> None:
    said = predicted(table, engines)
    off = np.where(table.headline, np.abs(said / table.measured - 1), -1.0)
    for at in np.argsort(-np.nan_to_num(off, nan=-1.0))[:many]:
        row = table.rows[at]
        words = " ".join(row[name] for name in ("model", "accelerator", "precision", "isl", "osl", "concurrency"))
        print(f"{row['case_id']:16}{row['metric']:26}{row['value']:>10} said {said[at]:10.1f}  {words} tp {row['tp']}")


def speed(table: Table) -> None:
    chosen = np.resize(np.flatnonzero(table.groups == "AIC-D"), 2000)
    many = Table([table.rows[at] for at in chosen])
    for name, ask in (("one step", neuron), ("serving, fixed point", closed_loop)):
        start = time.process_time()
        ask(many, RECORDED)
        print(f"{name}: {len(many.rows) / (time.process_time() - start):,.0f} configurations a CPU second")


def main(words: Sequence[str]) -> None:
    if not words or not Path(words[0]).is_file():
        sys.exit("expected a table of measurements: python3 bench/perf_serving.py MEASUREMENTS.csv [--fit]")
    with Path(words[0]).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["workload"] != "training" and row["group"] in GROUPS]
    table = Table(rows)
    report(table, STANDING)
    worst(table, STANDING)
    speed(table)
    if "--fit" in words:
        best = {kind: fitted(table, kind) for kind in FITTED}
        print(best)
        report(table, best)
        out = np.full(len(rows), np.nan)
        for kind, (_, groups, _) in FITTED.items():
            for name in groups:
                rest = best | {kind: fitted(table, kind, without=name)}
                own = (table.groups == name) & table.headline & (table.metric != "ttft_ms")
                out[own] = predicted(table, rest)[own] / table.measured[own]
                print(f"{name} left out: {np.nanmean(np.abs(out[own] - 1)):.1%} with {rest[kind]}")
        out[early(table)] = predicted(table, best)[early(table)] / table.measured[early(table)]
        for metric in ("request_latency_ms", "tpot_ms", "output_tokens_per_s_total", "ttft_ms"):
            own = np.isfinite(out) & (table.metric == metric)
            print(f"{metric}: 90 % within a factor of {np.exp(np.quantile(np.abs(np.log(out[own])), 0.9)):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
