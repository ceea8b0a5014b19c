"""Arrays of another library: the same formulas, with JAX's arrays in place of NumPy's, say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import jax
import numpy as np
import pytest

from gigawatt.perf.arrays import xp
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.training import train


@pytest.fixture(autouse=True)
def wide() -> Iterator[None]:
    """Numbers of 64 bits, as everywhere else; JAX's own default is 32."""
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


def on_jax(part: Any) -> Any:
    """A dataclass of arrays with JAX's arrays in it."""
    values = (getattr(part, item.name) for item in fields(part))
    return type(part)(*(on_jax(value) if is_dataclass(value) else jax.numpy.asarray(value) for value in values))


def leaves(part: Any) -> Iterator[tuple[str, Any]]:
    for item in fields(part):
        value = getattr(part, item.name)
        yield from leaves(value) if is_dataclass(value) else [(item.name, value)]


def same(run: Callable[..., Any], *parts: Any) -> None:
    """A function gives JAX's arrays for JAX's arrays, and the numbers that it gives for NumPy's."""
    plain, other = dict(leaves(run(*parts))), dict(leaves(run(*(on_jax(part) for part in parts))))
    for name, values in plain.items():
        assert isinstance(other[name], jax.Array), f"{name} left the library"
        assert np.asarray(other[name]) == pytest.approx(values, rel=1e-12, nan_ok=True), name


def test_training_runs_on_arrays_of_another_library() -> None:
    draw = np.random.default_rng(5)
    degrees = {name: draw.choice([1, 2, 4, 8], 24) for name in ("tp", "pp", "dp", "ep", "micro_batch")}
    parts = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H100-SXM-80GB")])
    same(lambda *each: train(*each, strict=False), *parts, layouts(**degrees, recompute="full"), workloads(1536, 4096))


def test_serving_runs_on_arrays_of_another_library() -> None:
    parts = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H200-SXM-141GB")])
    cut = deployments(tp=[8, 8, 4], ep=[8, 1, 4], attention_dp=[1, 1, 2])
    asked = Requests(*(np.array(part) for part in ([1000.0, 2000.0, 512.0], [100.0, 200.0, 512.0], [8.0, 64.0, 256.0])))
    shape, chips, number = parts[0], parts[1], formats("fp8")

    def run(*each: Any) -> Any:
        return serve(*each[:4], asked)

    same(run, shape, chips, cut, number)


def test_without_other_arrays_the_functions_are_those_of_numpy() -> None:
    assert isinstance(xp.where([True, False], 1.0, 2.0), np.ndarray)
    assert xp.float64 is np.float64
