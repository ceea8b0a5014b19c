"""Rooflines: what the kernels of a step compute and move, against what a chip can.

Kernel             one kind of kernel: FLOP, bytes of memory and seconds of a step on one chip
Roofline           the kernels, and the ceilings they meet
training_roofline  of a training step
step_roofline      of a step of inference
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gigawatt.perf.attention import decode_attention_time, prefill_attention_time, prompt_keys
from gigawatt.perf.compute import BACKWARD_ATTENTION
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.formats import FORMATS, Floats, format_bytes, format_code
from gigawatt.perf.gemm import gemm_time
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import RECOMPUTE, Layout, Workload
from gigawatt.perf.matmul import EXPERT, NAMES, matmuls
from gigawatt.perf.shape import Shape

KINDS: Final = {
    "qkv": "attention projections",
    "q_down": "attention projections",
    "q_up": "attention projections",
    "kv_down": "attention projections",
    "kv_up": "attention projections",
    "out": "attention projections",
    "state_in": "linear attention",
    "state_out": "linear attention",
    "up": "feed-forward",
    "down": "feed-forward",
    "router": "router",
    "expert_up": "experts",
    "expert_down": "experts",
    "shared_up": "shared experts",
    "shared_down": "shared experts",
    "head": "output",
}
"""What people call the kinds of matrices."""

BACKWARD_FLOPS: Final = 2.5
"""Products of a fused attention backward over forward: five for two."""

BF16: Final = format_code("bf16")


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kind of kernel in a step, on one chip.

    Arguments:
        name: what people call it.
        flops: FLOP.
        moved: bytes from and to memory.
        seconds: how long all of them take.
        ceiling: FLOP/s of the chip in its number format.
    """

    name: str
    flops: float
    moved: float
    seconds: float
    ceiling: float

    @property
    def intensity(self) -> float:
        """FLOP for each byte."""
        return self.flops / self.moved

    @property
    def rate(self) -> float:
        """FLOP/s while it runs."""
        return self.flops / self.seconds


@dataclass(frozen=True, slots=True)
class Roofline:
    """Kernels and what bounds them.

    Arguments:
        kernels: those that compute anything, the longest first.
        bandwidth: of the memory, bytes/s.
        ceilings: FLOP/s by number format, of the formats in use.
    """

    kernels: tuple[Kernel, ...]
    bandwidth: float
    ceilings: dict[str, float]

    def roof(self, kernel: Kernel) -> float:
        """FLOP/s the chip could reach at most at a kernel's intensity."""
        return min(kernel.ceiling, self.bandwidth * kernel.intensity)

    def bound(self, kernel: Kernel) -> str:
        """What is above a kernel: `compute` or `memory`."""
        return "compute" if kernel.ceiling <= self.bandwidth * kernel.intensity else "memory"

    @property
    def flops(self) -> float:
        """FLOP of all kernels."""
        return sum(kernel.flops for kernel in self.kernels)

    @property
    def moved(self) -> float:
        """Bytes of all kernels."""
        return sum(kernel.moved for kernel in self.kernels)


def training_roofline(shape: Shape, chips: Hardware, layout: Layout, work: Workload) -> Roofline:
    """The kernels of a training step, both ways and again where layers are recomputed.

    Arguments:
        shape, chips, layout, work: one configuration.
    """
    rows = layout.micro_batch * work.tokens / layout.cp
    passes = float(work.batch[0] / (layout.dp[0] * layout.micro_batch[0]))
    stages = float(layout.pp[0])
    again = float(layout.recompute[0] == RECOMPUTE.index("full"))
    table = matmuls(shape, layout.tp, layout.expert_tp)
    expert = np.isin(np.array(NAMES), EXPERT)[:, None]
    m = rows * table.share * np.where(expert, layout.ep * layout.expert_tp / layout.tp, 1.0)
    groups = np.where(expert, table.experts / layout.ep, 1.0)
    found: dict[str, list[float]] = {}
    for at, name in enumerate(NAMES):
        layers = float(table.layers[at, 0])
        if layers == 0:
            continue
        code = BF16 if name == "head" else int(work.number_format[0])
        a, b, c, many = (float(part[at, 0]) for part in (m, table.n, table.k, groups))
        ways = ((a, b, c, 1 + (again if name != "head" else 0.0)), (a, c, b, 1.0), (c, b, a, 1 - float(work.frozen[0])))
        for x, y, z, times in ways:
            spent = float(gemm_time(x, y, z, chips, code, groups=many, fused=(x, y, z) == (c, b, a)).total[0])
            value = float(format_bytes(code))
            moved = many * (value * (y * z + x * z) + 2 * x * y)
            _add(found, KINDS[name], passes * layers / stages * times, 2 * many * x * y * z, moved, spent, code, chips)
    attending = float(shape.full[0] + shape.windowed[0])
    if attending:
        heads, kv_heads = shape.heads / layout.tp, np.maximum(shape.kv_heads / layout.tp, 1.0)
        for kind, keys in zip((shape.full, shape.windowed), shape.keys(work.tokens), strict=True):
            sizes = layout.micro_batch, work.tokens / layout.cp, keys, heads, kv_heads, shape.qk_dim, shape.v_dim
            spent = float(prefill_attention_time(*sizes, chips, BF16)[0])
            queries = float(rows[0])
            flops = float((2 * queries * heads * (shape.qk_dim + shape.v_dim) * keys)[0])
            moved = float((2 * queries * (heads + kv_heads) * (shape.qk_dim + shape.v_dim))[0])
            many = passes * float(kind[0]) / stages
            _add(found, "attention", many * (1 + again), flops, moved, spent, BF16, chips)
            backward = BACKWARD_FLOPS * flops, 2 * moved, BACKWARD_ATTENTION * spent
            _add(found, "attention", many, *backward, BF16, chips)
    return _roofline(found, chips, {int(work.number_format[0]), BF16})


def step_roofline(shape: Shape, chips: Hardware, cut: Deployment, number: Formats, passing: Passing) -> Roofline:
    """The kernels of a step of inference.

    Arguments:
        shape, chips, cut, number, passing: one configuration.
    """
    decoding, context, width, prompts, tokens, prefix = (
        float(np.asarray(getattr(passing, name), dtype=np.float64).ravel()[0]) for name in Passing.__slots__
    )
    tp, ep, alone, stages = (float(np.ravel(part)[0]) for part in (cut.tp, cut.ep, cut.attention_dp, cut.pp))
    rows = (decoding * width + prompts * tokens) / alone
    together = rows * alone
    table = matmuls(shape, cut.tp, cut.group / cut.ep)
    met = float(np.minimum(shape.experts_met(np.array([together])) / ep, np.maximum(shape.experts / ep, 1.0))[0])
    found: dict[str, list[float]] = {}
    for at, name in enumerate(NAMES):
        layers = float(table.layers[at, 0]) / stages
        if layers == 0:
            continue
        own = name in EXPERT
        m = together * float(shape.active[0]) / ep / max(met, 1e-300) if own else rows
        m, groups = ((decoding + prompts) / alone if name == "head" else m), (met if own else 1.0)
        weight = int((number.expert if own else number.weight)[0])
        product = int((number.expert if own else number.product)[0])
        if name in ("head", "router"):
            weight = product = BF16
        n, k = float(table.n[at, 0]), float(table.k[at, 0])
        time = gemm_time(m, n, k, chips, product, weight_format=weight, groups=groups, fused=True)
        moved = groups * (n * k * float(format_bytes(weight)) + m * k * float(format_bytes(product)) + 2 * m * n)
        _add(found, KINDS[name], layers, 2 * groups * m * n * k, moved, float(time.total[0]), product, chips)
    held, kept = np.maximum(shape.heads / tp, 1.0), np.maximum(shape.kv_heads / tp, 1.0)
    values = np.where(shape.kv_rank > 0, shape.kv_values, shape.kv_values * kept / shape.kv_heads)
    for attending, reach in ((shape.full, np.inf), (shape.windowed, float(shape.window[0]))):
        many = float(attending[0]) / stages
        if many == 0:
            continue
        seen = min(context, reach)
        cache = float((decoding / alone * seen * values * format_bytes(number.kv))[0])
        flops = float((decoding / alone * width * seen * shape.decode_flops * held / shape.heads)[0])
        spent = float(decode_attention_time(cache, flops, chips, BF16)[0])
        _add(found, "attention", many, flops, cache, spent, BF16, chips)
        if prompts * tokens > 0:
            keys = float(prompt_keys(tokens, prefix, reach))
            sizes = prompts / alone, tokens, keys, held, kept, shape.qk_dim, shape.v_dim
            spent = float(prefill_attention_time(*sizes, chips, BF16)[0])
            queries = prompts / alone * tokens
            flops = float((2 * queries * held * (shape.qk_dim + shape.v_dim) * keys)[0])
            moved = float((2 * queries * (held + kept) * (shape.qk_dim + shape.v_dim))[0])
            _add(found, "attention", many, flops, moved, spent, BF16, chips)
    return _roofline(found, chips, {int(number.product[0]), int(number.expert[0]), BF16})


def _add(
    found: dict[str, list[float]],
    name: str,
    times: float,
    flops: float,
    moved: float,
    seconds: float,
    code: int,
    chips: Hardware,
) -> None:
    sums = found.setdefault(name, [0.0, 0.0, 0.0, 0.0])
    for at, part in enumerate((flops, moved, seconds)):
        sums[at] += times * part
    sums[3] = max(sums[3], _first(chips.rate(code)))


def _roofline(found: dict[str, list[float]], chips: Hardware, codes: set[int]) -> Roofline:
    kernels = [Kernel(name, *map(float, sums)) for name, sums in found.items() if min(sums) > 0]
    ordered = tuple(sorted(kernels, key=lambda kernel: -kernel.seconds))
    ceilings = {FORMATS[code]: _first(chips.rate(code)) for code in sorted(codes)}
    return Roofline(ordered, _first(chips.hbm_bandwidth), ceilings)


def _first(values: Floats) -> float:
    return float(np.ravel(values)[0])
