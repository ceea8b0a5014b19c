"""A step of training written plainly, one configuration at a time in floats, as oracle of the vector path.

Only times of kernels and collectives, which have tests of their own, are asked from the package.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np

from gigawatt.perf.attention import attention_share, prefill_attention_time
from gigawatt.perf.collective import collective_time, point_to_point_time
from gigawatt.perf.gemm import gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import FITTED
from gigawatt.perf.stream import stream_time

BF16 = 2


def one(part: Any, at: int) -> dict[str, float]:
    return {item.name: float(getattr(part, item.name)[at]) for item in fields(part)}


def step(shape: Shape, chips: Hardware, layout: Layout, work: Workload, at: int) -> float:
    """Seconds of a step of the configuration at a position."""
    s, o, w, c = one(shape, at), one(layout, at), one(work, at), chips.take([at])
    tp, pp, cp, dp, ep, etp = (o[name] for name in ("tp", "pp", "cp", "dp", "ep", "expert_tp"))
    rows = o["micro_batch"] * w["tokens"] / cp
    slow = FITTED.sustained * (1 + FITTED.moe_year * (s["moe"] > 0)) ** (2026 - w["year"])

    def gemm(m: float, n: float, k: float, layers: float, code: float, groups: float = 1.0) -> list[float]:
        times = [
            gemm_time(*sizes, c, int(code), groups=groups, fused=fused).total
            for sizes, fused in (((m, n, k), False), ((m, k, n), False), ((k, n, m), True))
        ]
        return [slow * layers * float(time[0]) for time in times]

    h, q, f, mixing = s["hidden"], s["heads"] * s["qk_dim"], s["ffn"], s["full"] + s["windowed"]
    kv = max(s["kv_heads"] * (s["qk_dim"] + s["v_dim"]) / tp, s["qk_dim"] + s["v_dim"])
    code, up, ends = w["number_format"], s["mlp"] - 1, 0.0
    products = [gemm(rows, q / tp + kv, h, mixing, code), gemm(rows, h, s["heads"] * s["v_dim"] / tp, mixing, code)]
    if s["dense"]:
        products += [gemm(rows, up * f / tp, h, s["dense"], code), gemm(rows, h, f / tp, s["dense"], code)]
        ends += products[-1][0]
    if s["moe"]:
        seen, groups, e = rows * s["active"] / s["experts"] * ep * etp / tp, s["experts"] / ep, s["expert_ffn"]
        products += [gemm(rows, s["experts"], h, s["moe"], code)]
        products += [
            gemm(seen, up * e / etp, h, s["moe"], code, groups),
            gemm(seen, h, e / etp, s["moe"], code, groups),
        ]
        ends += products[-1][0]
        if s["shared_ffn"]:
            products += [gemm(rows, up * s["shared_ffn"] / tp, h, s["moe"], code)]
            products += [gemm(rows, h, s["shared_ffn"] / tp, s["moe"], code)]
            ends += products[-1][0]
    forward, data, weight = (sum(product[way] for product in products) for way in range(3))
    weight = 0.0 if w["frozen"] else weight
    out = gemm(rows, s["vocab"] / tp, h, 1.0, BF16)
    loss = slow * float(stream_time(30 * rows * s["vocab"] / tp, c)[0])
    head = (1 + w["predictors"]) * (out[0] + out[1] + (0 if w["frozen"] else out[2]) + loss)

    ahead, back = attention(s, o, w, c)
    ahead, back = slow * ahead, slow * back
    element = slow * elementwise(s, o, rows, c)
    full, stored = o["recompute"] == 2, w["attention"] == 0
    again = forward + ahead + element if full else 0.0
    if full and c.cycle_flops[0] >= 16384:
        again -= ends
    if o["recompute"] == 1:
        again = ahead if stored else element
    moe = s["moe"] / s["layers"]
    kernels = (15 + 30 * moe) * (2 if full else 1) + 30 + 45 * moe
    busy = forward + data + weight + ahead + back + 2.5 * element + again
    host = max(s["layers"] * kernels * FITTED.host - busy, s["layers"] * kernels * FITTED.gap)

    share = FITTED.overlap_model * w["overlapped"]
    sent = inside(s, o, w, rows, c)
    left = window = busy + host
    exposed = 0.0
    for name, most in (("tensor", share), ("context", share), ("expert", 1.0 if o["schedule"] == 2 else 0.0)):
        hidden = most * min(sent[name], left)
        exposed, left = exposed + sent[name] - hidden, left - hidden
    layer = (window + exposed) / s["layers"]

    layers = s["layers"] + w["predictors"]
    most = last = layers
    if pp > 1:
        most = last = layers / pp
        if layers % pp or w["predictors"]:
            splits = [(math.ceil((layers - tail) / (pp - 1)), tail) for tail in range(int(layers // pp) + 1)]
            # Of equally fast splits, the one whose fullest stage has the fewest layers.
            most, last = min(splits, key=lambda split: (max(split[0], split[1] + head / layer), split[0]))
    count = math.ceil(w["batch"] / (dp * o["micro_batch"]))
    ends = last * layer + head > most * layer
    boundary = 2 * rows * h / tp
    hop = 2 * float(point_to_point_time(boundary, tp * cp * dp, c)[0]) * (1 - share) if pp > 1 else 0.0
    sends = o["interleave"] * hop
    mean, gradient = (layers * layer + head) / pp + sends, weight_share(s, o, w) * window / s["layers"] * layers / pp
    others = max(pp / 2 - 1, 0) if o["schedule"] == 2 else (pp - 1) / o["interleave"]
    bubble = others * mean - (min(2 * others, count) * gradient if o["schedule"] else 0.0)
    time = count * ((last * layer + head if ends else most * layer) + sends) + max(bubble, 0.0)
    left = layers / pp / s["layers"] * left
    return time + outside(s, o, w, c, count, left)


def weight_share(s: dict[str, float], o: dict[str, float], w: dict[str, float]) -> float:
    whole = Shape(**{name: np.array([value]) for name, value in s.items()})
    products = float(whole.matmul_flops[0]) - 2 * s["hidden"] * s["vocab"]
    scores, full = float(whole.attention_flops(w["tokens"])[0]), o["recompute"] == 2
    return (1 - w["frozen"]) * products / ((3 - w["frozen"] + full) * products + (3.5 + full) * scores)


def attention(s: dict[str, float], o: dict[str, float], w: dict[str, float], c: Hardware) -> tuple[float, float]:
    heads, tokens = s["heads"] / o["tp"], w["tokens"] / o["cp"]
    if w["attention"] == 0:
        scores = o["micro_batch"] * heads * tokens * w["tokens"]
        rate = float((c.rate(BF16) * sustained_share(c.rate(BF16), c))[0])
        product = 2 * scores * (s["qk_dim"] + s["v_dim"]) / rate * (16 if s["qk_dim"] % 8 else 1)
        moved = [float(stream_time(size * scores, c)[0]) for size in (12, 14)]
        layers = s["full"] + s["windowed"]
        return layers * (product + moved[0]), layers * (2 * product + moved[1])
    ahead = 0.0
    slower = min(1.0, 4096 * 0.35 / 0.75 / float(c.cycle_flops[0])) if w["attention"] == 1 else 1.0
    c = replace(c, peak=c.peak * slower)
    seen = min(w["tokens"], s["window"])
    for layers, keys in ((s["full"], w["tokens"] / 2), (s["windowed"], seen - seen**2 / (2 * w["tokens"]))):
        sizes = o["micro_batch"], tokens, keys, heads, max(s["kv_heads"] / o["tp"], 1), s["qk_dim"], s["v_dim"]
        ahead += layers * float(prefill_attention_time(*sizes, c, BF16)[0])
    states = 6 * s["recurrent"] * s["state"] / o["tp"] * o["micro_batch"] * tokens
    ahead += states / float((c.rate(BF16) * attention_share(c))[0])
    return ahead, 2.5 / 0.85 * ahead


def elementwise(s: dict[str, float], o: dict[str, float], rows: float, c: Hardware) -> float:
    gate = 2 * (s["mlp"] - 1) + 2
    total = s["layers"] * 20 * s["hidden"] / (o["tp"] if o["sequence_parallel"] else 1)
    total += (s["dense"] * gate * s["ffn"] + s["moe"] * gate * s["shared_ffn"]) / o["tp"]
    if not s["positions"]:
        total += (s["full"] + s["windowed"]) * 4 * (s["heads"] + s["kv_heads"]) * s["qk_dim"] / o["tp"]
    own = gate * s["expert_ffn"] * o["expert_tp"] + 8 * s["hidden"]
    total += s["moe"] * s["active"] * own / o["tp"]
    return s["layers"] * float(stream_time(rows * total / s["layers"], c)[0])


def slowed(c: Hardware) -> Hardware:
    latency = np.maximum(c.level_latency, FITTED.hop)
    latency[0] = c.level_latency[0]
    return replace(c, level_latency=latency)


def inside(s: dict[str, float], o: dict[str, float], w: dict[str, float], rows: float, c: Hardware) -> dict[str, float]:
    sheet, c, passes, hidden = c, slowed(c), 3 if o["recompute"] == 2 else 2, 2 * rows * s["hidden"]
    cuts = s["layers"] + s["dense"] + (s["moe"] if o["expert_tp"] > 1 else 0)
    routed = hidden * s["active"] * o["expert_tp"] / o["tp"]
    keys = 2 * o["micro_batch"] * w["tokens"] * s["kv_heads"] * (s["qk_dim"] + s["v_dim"]) / min(o["tp"], s["kv_heads"])
    exchange = collective_time("all_to_all", routed, o["ep"], sheet, stride=o["expert_tp"], copies=s["active"])
    ring = collective_time("all_gather", keys, o["cp"], c, stride=o["tp"])
    return {
        "tensor": passes * cuts * float(collective_time("all_reduce", hidden, o["tp"], c)[0]),
        "expert": 2 * passes * s["moe"] * float(exchange[0]),
        "context": (1 + passes) * (s["full"] + s["windowed"]) * float(ring[0]),
    }


def outside(
    s: dict[str, float], o: dict[str, float], w: dict[str, float], c: Hardware, count: int, left: float
) -> float:
    whole = Shape(**{name: np.array([value]) for name, value in s.items()})
    experts = s["moe"] * s["experts"] * float(whole.expert_parameters[0])
    tables = float(whole.embedding_parameters[0])
    body = float(whole.parameters[0]) - experts - tables
    stage = math.ceil((s["layers"] + w["predictors"]) / o["pp"]) / s["layers"]
    ends = s["hidden"] * (s["vocab"] + s["positions"]) if o["pp"] > 1 else tables
    group, trained = o["dp"] * o["cp"], 1 - w["frozen"]
    spread = o["ep"] * o["expert_tp"]
    held = (
        ((body * stage + ends) / o["tp"], group, o["tp"]),
        (experts * stage / spread, max(group * o["tp"] / spread, 1), spread),
    )
    each = once = 0.0
    slow = slowed(c)
    for weights, members, stride in held:
        if o["zero"] < 3:
            volume = trained * weights * ((w["gradient_bytes"] + 2) / 2 if o["zero"] else w["gradient_bytes"])
            once += float(collective_time("all_reduce", volume, members, slow, stride=stride)[0])
            continue
        shards, messages = min(o["shards"], members), s["layers"] * (1 if w["overlapped"] else 12)
        part = 2 * weights / messages
        gather = float(collective_time("all_gather", part, shards, slow, stride=stride)[0])
        reduced = trained * weights * w["gradient_bytes"] / messages
        scatter = float(collective_time("reduce_scatter", reduced, shards, slow, stride=stride)[0])
        each += messages * (2 * gather + scatter)
        rest = trained * weights * w["gradient_bytes"] / shards
        once += float(collective_time("all_reduce", rest, members / shards, slow, stride=stride * shards)[0])
    share = w["overlapped"] * (1 if c.cycle_flops[0] >= 16384 else FITTED.overlap_data)
    hidden = share * min(each, left)
    seen = count * (each - hidden) + once - share * min(once, left - hidden)
    own = (held[0][0] + held[1][0]) / (o["shards"] if o["zero"] else 1)
    moved = (3 * w["gradient_bytes"] + 2 * w["state_bytes"] + 2) * own * trained
    return seen + float(stream_time(moved, c)[0])
