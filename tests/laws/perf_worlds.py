"""Strategies for the laws of the performance model: models, systems (invented ones too), layouts, workloads, requests.

transformers, systems          one of each
trainings                      a layout of a model that breaks no rule, and a workload
training_worlds                some configurations of training, each with such a layout
serving_worlds                 some configurations of a step of inference
cuts                           whether so many chips share a model's heads
better, farther, endless       the same chips with more of one figure, farther networks, and no limit but the peak
faster_clock, quicker_...      the same chips and constants in another unit of time
near                           equal to a share, however small
IDEAL, BARE, BARE_ENGINE       kernels that reach every limit, and software that adds nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from gigawatt.perf.deployment import Deployment, Formats, Passing, deployments
from gigawatt.perf.formats import Floats, format_code
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.layout import ATTENTION, RECOMPUTE, SCHEDULES, Layout, Workload, layouts, workloads
from gigawatt.perf.library import built_in_models, built_in_systems
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED, Engine, Software
from gigawatt.perf.system import TOPOLOGIES, Chip, Level, System

KERNEL_TIMES = (
    "launch",
    "hbm_ramp",
    "scaling_tensor",
    "scaling_block",
    "scaling_fp4",
    "attention_vector",
    "decode_latency",
    "collective",
    "step",
    "exchange_base",
    "exchange_step",
)
"""Constants of kernels that are seconds."""

SOFTWARE_TIMES = ("host", "hop", "gap")
ENGINE_TIMES = ("layer_gap", "sequence_gap", "eager", "front")

_WHOLE = ("best", "block", "hbm", "decode_hbm", "attention_best")

IDEAL = Kernels(
    **{item.name: float(item.name in _WHOLE or item.name.startswith("wire_")) for item in fields(Kernels)}
    | {"blend": 1e4}
)
"""No latencies, no losses, a roofline without a rounded corner."""

BARE = Software(**{item.name: float(item.name == "sustained") for item in fields(Software)})
"""Software that adds nothing and hides nothing."""

BARE_ENGINE = Engine(**{item.name: float(item.name in ("wait", "grouped")) for item in fields(Engine)})
"""An engine that adds nothing."""


@st.composite
def plain_models(draw: st.DrawFn) -> Transformer:
    """Dense models with one kind of attention."""
    kv_heads = 2 ** draw(st.integers(0, 4))
    heads = kv_heads * 2 ** draw(st.integers(0, 3))
    hidden = draw(st.integers(64, 16_384))
    return Transformer(
        name="drawn",
        layers=draw(st.integers(1, 100)),
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=draw(st.sampled_from((64, 80, 128, 192))),
        ffn=draw(st.integers(64, 4 * hidden)),
        gated=draw(st.booleans()),
        vocab=draw(st.integers(1_000, 260_000)),
        tied=draw(st.booleans()),
        positions=draw(st.sampled_from((0, 2048))),
        biased=draw(st.booleans()),
    )


@st.composite
def invented_models(draw: st.DrawFn) -> Transformer:
    """Models of any kind: latents, experts, windows and states on top of a plain one."""
    model = draw(plain_models())
    kind = draw(st.sampled_from(("plain", "latent", "window", "recurrent")))
    if kind == "latent":
        latent = Latent(draw(st.sampled_from((0, 384, 1536))), 512, 64, 128, draw(st.sampled_from((64, 128))))
        model = replace(model, latent=latent, kv_heads=model.heads)
    elif kind == "window":
        model = replace(model, window=Window(draw(st.integers(1, 8192)), draw(st.integers(0, 6))))
    elif kind == "recurrent":
        model = replace(
            model, recurrent=Recurrent(draw(st.integers(1, 6)), 16, draw(st.sampled_from((16, 32))), 128, 128)
        )
    if draw(st.booleans()):
        count = 2 ** draw(st.integers(0, 8))
        active = draw(st.integers(1, min(count, 8)))
        first = draw(st.integers(0, min(3, model.layers)))
        experts = Experts(count, active, draw(st.integers(64, 8192)), draw(st.integers(0, 2)), first)
        model = replace(model, experts=experts)
    return model


def transformers() -> st.SearchStrategy[Transformer]:
    """Known and invented models."""
    return st.one_of(st.sampled_from(list(built_in_models().values())), invented_models())


@st.composite
def invented_chips(draw: st.DrawFn) -> Chip:
    """Chips from spec sheets with gaps; often with nothing but a peak, the memory and its bandwidth."""
    peak = 10 ** draw(st.floats(13.5, 16.5))

    def perhaps(low: float, high: float) -> float | None:
        return draw(st.one_of(st.none(), st.floats(low, high)))

    narrow = draw(st.booleans())
    return Chip(
        name="invented",
        flops={"bf16": peak, **({"fp8": 2 * peak, "fp4": 4 * peak} if narrow else {})},
        hbm_capacity=draw(st.floats(8e9, 1e12)),
        hbm_bandwidth=10 ** draw(st.floats(11, 13.5)),
        arrays=draw(st.one_of(st.none(), st.integers(1, 512))),
        clock=perhaps(0.5e9, 3e9),
        tile=draw(st.one_of(st.none(), st.sampled_from(((16, 16, 16), (64, 256, 64), (128, 128, 128), (256, 256, 8))))),
        sram=perhaps(1e6, 1e9),
        tdp=perhaps(50.0, 3000.0),
    )


@st.composite
def invented_systems(draw: st.DrawFn) -> System:
    """Invented chips on one to three networks of any topology."""
    levels, joined = [], 1.0
    for _ in range(draw(st.integers(1, 3))):
        joined = joined * 2 ** draw(st.integers(1, 6))
        topology = draw(st.sampled_from(TOPOLOGIES))
        dimensions = draw(st.integers(1, 3)) if topology == "torus" else 1
        latency = draw(st.one_of(st.none(), st.floats(0.0, 1e-4)))
        levels.append(Level("net", joined, 10 ** draw(st.floats(9.5, 12)), topology, dimensions, latency))
    return System("invented", draw(invented_chips()), draw(st.sampled_from((1, 4, 8))), tuple(levels))


def systems() -> st.SearchStrategy[System]:
    """Known and invented systems."""
    return st.one_of(st.sampled_from(list(built_in_systems().values())), invented_systems())


@dataclass(frozen=True, slots=True)
class TrainingWorld:
    """Some configurations of training: the arguments of `train` in order."""

    shape: Shape
    chips: Hardware
    layout: Layout
    work: Workload

    @property
    def parts(self) -> tuple[Shape, Hardware, Layout, Workload]:
        """All four, to be passed on."""
        return self.shape, self.chips, self.layout, self.work

    @property
    def count(self) -> int:
        """Configurations."""
        return int(self.layout.tp.size)

    def take(self, index: Sequence[int]) -> TrainingWorld:
        """The configurations at some positions."""
        at = np.asarray(index, dtype=np.intp)
        return TrainingWorld(self.shape.take(at), self.chips.take(at), self.layout.take(at), self.work.take(at))

    @property
    def even(self) -> Floats:
        """Where layers divide over stages: elsewhere a layer may move to another stage, which rounds."""
        return np.asarray((np.mod(self.shape.layers, self.layout.pp) == 0) & (self.work.predictors == 0))


def _divisors(number: int) -> list[int]:
    return [size for size in range(1, number + 1) if number % size == 0]


def cuts(model: Transformer, tp: int) -> bool:
    """Whether so many chips share a model's heads."""
    return model.heads % tp == 0 and 0 in (model.kv_heads % tp, tp % model.kv_heads)


@st.composite
def trainings(draw: st.DrawFn, model: Transformer) -> tuple[dict[str, float | str], dict[str, float | str]]:
    """What to give to `layouts` and to `workloads` for a layout that breaks no rule of a model."""
    tp = draw(
        st.sampled_from(
            [
                size
                for size in _divisors(model.heads)
                if size <= 64 and 0 in (model.kv_heads % size, size % model.kv_heads)
            ]
        )
    )
    cp, dp = 2 ** draw(st.integers(0, 3)), 2 ** draw(st.integers(0, 7))
    most = min(model.layers, 16)
    # Mostly even stages: others are rounded, and some laws hold up to a layer only.
    pp = draw(
        st.one_of(st.sampled_from([size for size in _divisors(model.layers) if size <= most]), st.integers(1, most))
    )
    stage = tp * cp * dp
    many = model.experts.count if model.experts else 1
    ep = draw(st.sampled_from([size for size in _divisors(many) if stage % size == 0]))
    micro = draw(st.integers(1, 4))
    layout = {
        "tp": tp,
        "pp": pp,
        "dp": dp,
        "cp": cp,
        "ep": ep,
        "shards": draw(st.sampled_from(_divisors(dp * cp))),
        "zero": draw(st.integers(0, 3)),
        "interleave": draw(st.integers(1, max(1, model.layers // pp))) if pp > 1 else 1,
        "micro_batch": micro,
        "recompute": draw(st.sampled_from(RECOMPUTE)),
        "schedule": draw(st.sampled_from(SCHEDULES)),
        "sequence_parallel": draw(st.booleans()),
    }
    work = {
        "batch": dp * micro * draw(st.integers(1, 64)),
        "tokens": cp * draw(st.integers(1, 8192)),
        "number_format": draw(st.sampled_from(("bf16", "fp8", "fp8_block", "fp4"))),
        "year": draw(st.floats(2020, 2026)),
        "gradient_bytes": draw(st.sampled_from((2.0, 4.0))),
        "attention": draw(st.sampled_from(ATTENTION)),
        "overlapped": draw(st.booleans()),
        "frozen": draw(st.booleans()),
        "predictors": draw(st.sampled_from((0, 0, 0, 1))),
    }
    return layout, work


@st.composite
def training_worlds(draw: st.DrawFn, most: int = 3) -> TrainingWorld:
    """Up to `most` configurations of training."""
    models = draw(st.lists(transformers(), min_size=1, max_size=most))
    machines = [draw(systems()) for _ in models]
    drawn = [draw(trainings(model)) for model in models]
    layout, work = ({name: [one[part][name] for one in drawn] for name in drawn[0][part]} for part in (0, 1))
    return TrainingWorld(
        shapes(models),
        hardware(machines),
        layouts(**layout),  # type: ignore[arg-type]
        workloads(work.pop("batch"), work.pop("tokens"), **work),  # type: ignore[arg-type]
    )


@dataclass(frozen=True, slots=True)
class ServingWorld:
    """Some configurations of inference: what runs where, and what passes in a step."""

    shape: Shape
    chips: Hardware
    cut: Deployment
    number: Formats
    batch: Passing

    @property
    def place(self) -> tuple[Shape, Hardware, Deployment, Formats]:
        """What runs where, to be passed on."""
        return self.shape, self.chips, self.cut, self.number

    @property
    def count(self) -> int:
        """Configurations."""
        return int(self.cut.tp.size)

    def take(self, index: Sequence[int]) -> ServingWorld:
        """The configurations at some positions."""
        at = np.asarray(index, dtype=np.intp)
        return ServingWorld(
            self.shape.take(at),
            self.chips.take(at),
            picked(self.cut, at),
            picked(self.number, at),
            picked(self.batch, at),
        )


Part = TypeVar("Part", Deployment, Formats, Passing)


def picked(part: Part, at: NDArray[np.intp]) -> Part:
    """The configurations at some positions of a dataclass of arrays."""
    return type(part)(**{item.name: np.asarray(getattr(part, item.name))[at] for item in fields(part)})


@st.composite
def serving_worlds(draw: st.DrawFn, most: int = 3) -> ServingWorld:
    """Up to `most` configurations of inference, each with sequences that decode, prompts, or both."""
    models = draw(st.lists(transformers(), min_size=1, max_size=most))
    machines = [draw(systems()) for _ in models]
    degrees, passing = [], []
    for model in models:
        whole = [(tp, groups) for tp, groups in ((1, 1), (2, 1), (8, 1), (1, 8), (2, 4), (16, 1)) if cuts(model, tp)]
        tp, groups = draw(st.sampled_from(whole))
        many = model.experts.count if model.experts else 1
        ep = draw(st.sampled_from([size for size in _divisors(many) if (tp * groups) % size == 0]))
        degrees.append((tp, draw(st.integers(1, min(model.layers, 4))), ep, groups))
        decoding = draw(st.integers(0, 512))
        prompts = draw(st.integers(0 if decoding else 1, 4))
        tokens = draw(st.integers(1, 8192))
        passing.append((decoding, draw(st.integers(0, 65_536)), draw(st.integers(1, 4)), prompts, tokens, 0))
    codes = [format_code(name) for name in ("bf16", "fp8", "fp8_block", "fp4")]
    number = [[draw(st.sampled_from(codes)) for _ in models] for _ in range(4)]
    return ServingWorld(
        shapes(models),
        hardware(machines),
        deployments(*np.array(degrees, dtype=np.float64).T),
        Formats(*(np.array(code, dtype=np.intp) for code in number)),
        Passing(*np.array(passing, dtype=np.float64).T),
    )


def better(chips: Hardware, name: str, factor: float, level: int | None = None) -> Hardware:
    """The same chips with so many times as much of one figure, at one network or at all."""
    values = getattr(chips, name).copy()
    values[slice(None) if level is None else level] *= factor
    return replace(chips, **{name: values})


def farther(chips: Hardware, seconds: float) -> Hardware:
    """The same chips with more latency in all networks."""
    return replace(chips, level_latency=chips.level_latency + seconds)


def faster_clock(chips: Hardware, factor: float) -> Hardware:
    """The same chips in another unit of time: all rates so many times as high, powers with them, latencies as short."""
    rates = {
        name: getattr(chips, name) * factor for name in ("peak", "hbm_bandwidth", "tdp", "idle", "level_bandwidth")
    }
    return replace(chips, **rates, level_latency=chips.level_latency / factor)


def quicker_kernels(factor: float) -> Kernels:
    """The calibrated kernels in another unit of time."""
    return replace(CALIBRATED, **{name: getattr(CALIBRATED, name) / factor for name in KERNEL_TIMES})


def quicker_software(factor: float) -> Software:
    """The fitted software of training in another unit of time."""
    return replace(FITTED, **{name: getattr(FITTED, name) / factor for name in SOFTWARE_TIMES})


def quicker_engine(engine: Engine, factor: float) -> Engine:
    """An engine of inference in another unit of time."""
    return replace(engine, **{name: getattr(engine, name) / factor for name in ENGINE_TIMES})


def endless(chips: Hardware) -> Hardware:
    """The same peaks with memory and networks without end, on one array that works on blocks of next to nothing."""
    tiny, one = np.full_like(chips.arrays, 2.0**-30), np.ones_like(chips.arrays)
    return replace(
        chips,
        rows=tiny,
        columns=tiny,
        depth=tiny,
        arrays=one,
        hbm_bandwidth=1e30 * one,
        level_bandwidth=np.full_like(chips.level_bandwidth, 1e30),
        level_latency=np.zeros_like(chips.level_latency),
    )


def near(expected: object, rel: float = 1e-9, slack: float = 0.0) -> object:
    """Equal to a share, however small, or to an amount; nan where nan is expected."""
    return pytest.approx(expected, rel=rel, abs=slack, nan_ok=True)
