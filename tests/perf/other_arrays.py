"""Training and serving on JAX's arrays, compared with NumPy's; prints how far apart each figure is, and of which kind.

In a process of its own, since JAX starts threads, and other tests fork.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import jax
import numpy as np

from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.training import train


def on_jax(part: Any) -> Any:
    """A dataclass of arrays with JAX's arrays in it."""
    values = (getattr(part, item.name) for item in fields(part))
    return type(part)(*(on_jax(value) if is_dataclass(value) else jax.numpy.asarray(value) for value in values))


def leaves(part: Any, whole: str = "") -> Iterator[tuple[str, Any]]:
    for item in fields(part):
        value = getattr(part, item.name)
        yield from leaves(value, f"{item.name}.") if is_dataclass(value) else [(whole + item.name, value)]


def compared(plain: Any, other: Any) -> Iterator[dict[str, object]]:
    theirs = dict(leaves(other))
    for name, values in leaves(plain):
        apart = np.abs(np.asarray(theirs[name]) - values) / np.maximum(np.abs(values), 1e-30)
        yield {"name": name, "stayed": isinstance(theirs[name], jax.Array), "apart": float(np.max(apart))}


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    draw = np.random.default_rng(5)
    degrees = {name: draw.choice([1, 2, 4, 8], 24) for name in ("tp", "pp", "dp", "ep", "micro_batch")}
    work = workloads(1536, 4096)
    parts = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H200-SXM-141GB")])
    run = (*parts, layouts(**degrees, recompute="full"), work)
    found = list(compared(train(*run, strict=False), train(*map(on_jax, run), strict=False)))
    cut = deployments(tp=[8, 8, 4], ep=[8, 1, 4], attention_dp=[1, 1, 2])
    asked = Requests(*(np.array(part) for part in ([1000.0, 2000.0, 512.0], [100.0, 200.0, 512.0], [8.0, 64.0, 256.0])))
    load = (*parts, cut, formats("fp8"))
    found += compared(serve(*load, asked), serve(*map(on_jax, load), asked))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
