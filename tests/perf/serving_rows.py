"""What the model says to published measurements of inference and of the power it draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rows import Answer, Row
from serving_cases import Case, read_cases

from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Deployment, Formats, deployments
from gigawatt.perf.formats import format_code
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.pools import pool_service
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.serving import Requests, decode_latency, prompt_latency, serve, static_latency
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import LAUNCHED, RECORDED, Engine

Floats = NDArray[np.float64]
Engines = Mapping[str, Engine]

STANDING: Engines = {"launched": LAUNCHED, "recorded": RECORDED}
"""The constants as they stand, by kind of engine."""

MOST = 2048.0
"""Most requests an engine runs at once where the source does not say: the default of the engines measured."""


@dataclass(frozen=True)
class Cases:
    """Cases of one kind and engine as arrays of configurations."""

    cases: Sequence[Case]
    shape: Shape
    chips: Hardware
    cut: Deployment
    number: Formats

    @property
    def where(self) -> tuple[Shape, Hardware, Deployment, Formats]:
        return self.shape, self.chips, self.cut, self.number

    def column(self, name: str) -> Floats:
        return np.array([getattr(case, name) for case in self.cases], dtype=np.float64)


def answers(rows: Sequence[Row], engines: Engines = STANDING) -> list[Answer]:
    """What the model says to rows about inference and power, in their order.

    Arguments:
        rows: rows of any source.
        engines: constants by kind of engine.
    """
    return solved(rows, read_cases(rows), engines)


def solved(rows: Sequence[Row], read: tuple[list[Case], dict[int, str]], engines: Engines) -> list[Answer]:
    """Answers to rows from their cases: of several, the one that is fastest, or draws least for what it does."""
    cases, refused = read
    said = np.full(len(cases), np.nan)
    for kind, engine in sorted({(case.kind, case.engine) for case in cases}):
        chosen = [at for at, case in enumerate(cases) if (case.kind, case.engine) == (kind, engine)]
        said[chosen] = ASKED[kind](stacked([cases[at] for at in chosen]), engines[engine])
    best: dict[int, float] = {}
    for value, case in zip(said, cases, strict=True):
        earlier = best.get(case.row, np.nan)
        better = value > earlier if REGIMES[case.kind] == "throughput" else value < earlier
        if np.isfinite(value) and (better or not np.isfinite(earlier)):
            best[case.row] = float(value)
    kinds = {case.row: case.kind for case in cases}
    return [
        Answer(
            row,
            best.get(at, np.nan),
            REGIMES.get(kinds.get(at, ""), "unknown"),
            why=refused.get(at, "" if np.isfinite(best.get(at, np.nan)) else "the weights do not fit"),
        )
        for at, row in enumerate(rows)
    ]


def stacked(cases: Sequence[Case]) -> Cases:
    """Cases as arrays."""
    models = list({case.model.name + str(case.model.layers): case.model for case in cases}.values())
    systems = list({case.system.name: case.system for case in cases}.values())
    codes = np.array([[format_code(name) for name in case.names] for case in cases], dtype=np.intp).T
    return Cases(
        cases,
        shapes(models, [models.index(case.model) for case in cases]),
        hardware(systems, [systems.index(case.system) for case in cases]),
        deployments(*np.array([case.cut for case in cases]).T),
        Formats(codes[0], codes[1], codes[2], codes[0]),
    )


def _static(data: Cases, engine: Engine) -> Floats:
    many = data.column("many") / data.column("copies")
    return data.column("scale") * static_latency(
        *data.where, data.column("isl"), data.column("osl"), many, engine=engine
    )


def _batch(data: Cases, engine: Engine) -> Floats:
    """Tokens a second of one batch after the other."""
    many = np.nan_to_num(data.column("many"), nan=1.0)
    spent = static_latency(
        *data.where, data.column("isl"), data.column("osl"), many / data.column("copies"), engine=engine
    )
    return np.asarray(data.column("scale") * many * data.column("osl") / spent)


def _step(data: Cases, engine: Engine) -> Floats:
    # A static batch is given room for its longest context, and a step reads all of it.
    context, many = data.column("isl") + data.column("osl"), data.column("many") / data.column("copies")
    return data.column("scale") * decode_latency(*data.where, context, batch=many, engine=engine).total


def _prompt(data: Cases, engine: Engine) -> Floats:
    many = data.column("many") / data.column("copies")
    read = prompt_latency(*data.where, data.column("isl"), batch=many, engine=engine).total
    return np.asarray(data.column("scale") * (engine.front + read))


def requests(data: Cases) -> Requests:
    """What users of each case ask of one replica."""
    many = np.nan_to_num(data.column("many"), nan=1e6)
    return Requests(data.column("isl"), data.column("osl"), np.maximum(many / data.column("copies"), 1.0), most=MOST)


def _token(data: Cases, engine: Engine) -> Floats:
    return np.asarray(data.column("scale") * serve(*data.where, requests(data), engine=engine).tpot)


def _first(data: Cases, engine: Engine) -> Floats:
    return np.asarray(data.column("scale") * serve(*data.where, requests(data), engine=engine).ttft)


def _pool(data: Cases, engine: Engine, name: str) -> Floats:
    readers = deployments(*np.array([case.readers for case in data.cases]).T)
    got = pool_service(
        data.shape,
        data.chips,
        readers,
        data.cut,
        data.number,
        data.column("isl"),
        data.column("osl"),
        data.column("many"),
        readers=data.column("reading"),
        writers=data.column("copies"),
        engine=engine,
    )
    return np.asarray(data.column("scale") * getattr(got, name))


def _pool_token(data: Cases, engine: Engine) -> Floats:
    return _pool(data, engine, "tpot")


def _pool_first(data: Cases, engine: Engine) -> Floats:
    return _pool(data, engine, "ttft")


def _rate(data: Cases, engine: Engine) -> Floats:
    got = serve(*data.where, requests(data), engine=engine)
    return np.asarray(data.column("scale") * data.column("copies") * got.tokens)


def _offline(data: Cases, engine: Engine) -> Floats:
    """Tokens a second when all requests are queued at the start: full batches, and what is left for the last one."""
    # Requests of one length that start together end together, and so do those that take their places.
    asked, engine = requests(data), replace(engine, burst=1.0)
    got = serve(*data.where, asked, engine=engine)
    every = np.asarray(asked.concurrency)
    rounds = np.floor(every / got.running)
    left = np.nan_to_num(every - rounds * got.running, nan=1.0)
    last = serve(*data.where, replace(asked, concurrency=np.maximum(left, 1.0)), engine=engine)
    spent = rounds * got.running / got.requests + np.where(left >= 1, last.running / last.requests, 0.0)
    whole = np.where(np.isnan(data.column("many")), got.tokens, every * data.column("osl") / spent)
    return np.asarray(data.column("scale") * data.column("copies") * whole)


def _reading(data: Cases, engine: Engine) -> Floats:
    isl, cached = data.column("isl"), data.column("cached")
    fresh = isl * (1 - cached)
    together = data.cut.attention_dp * np.maximum(np.floor(8192.0 / fresh), 1.0)
    spent = prompt_latency(*data.where, fresh, batch=together, prefix=isl * cached, engine=engine).total
    return np.asarray(data.column("scale") * data.column("copies") * together * isl / spent)


def _writing(data: Cases, engine: Engine) -> Floats:
    context, pace = data.column("isl") + data.column("osl") / 2, data.column("pace")

    def step(users: Floats) -> Floats:
        return decode_latency(*data.where, context, batch=users, engine=engine).total

    # Where users were given a pace, there are as many as still get it.
    full = capacity(*data.where, context, workspace_tokens=2048.0).sequences
    low, high = np.ones_like(pace), full
    for _ in range(30):
        middle = np.sqrt(low * np.maximum(high, 1.0))
        slow = step(middle) > pace
        low, high = np.where(slow, low, middle), np.where(slow, middle, high)
    stated = data.column("many") / data.column("copies")
    users = np.where(np.isnan(pace), np.where(np.isnan(stated), full, stated), low)
    return np.asarray(data.column("scale") * data.column("copies") * users / step(users))


def _loaded(data: Cases, engine: Engine) -> Floats:
    """Power of a node at the rate that was measured with it, where there is one: this tests power, not throughput."""
    got = serve(*data.where, requests(data), engine=engine)
    stated = data.column("rate") / data.column("copies") / got.tokens
    share = np.where(np.isnan(stated), 1.0, stated)
    drawn = chip_power(data.chips, data.number.product, *(share * part for part in (got.flops, got.moved, got.sent)))
    return np.asarray(data.column("scale") * node_power(data.chips, drawn))


ASKED: Mapping[str, Callable[[Cases, Engine], Floats]] = {
    "static": _static,
    "batch": _batch,
    "step": _step,
    "prompt": _prompt,
    "token": _token,
    "first": _first,
    "pool_token": _pool_token,
    "pool_first": _pool_first,
    "rate": _rate,
    "offline": _offline,
    "reading": _reading,
    "writing": _writing,
    "loaded": _loaded,
}
"""What the model is asked, by kind of row."""

REGIMES = {
    "static": "static",
    "step": "token",
    "prompt": "static",
    "token": "token",
    "first": "first",
    "pool_token": "token",
    "pool_first": "first",
    "batch": "throughput",
    "rate": "throughput",
    "offline": "throughput",
    "reading": "throughput",
    "writing": "throughput",
    "loaded": "power",
}
"""Words for kinds of figures, for each of which one interval holds."""
