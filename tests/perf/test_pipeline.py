"""Pipelines: layers over stages, and waiting."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.pipeline import bubble, split


@pytest.mark.parametrize(
    ("layers", "stages", "head", "predictors", "expected"),
    [
        (96, 8, 2.0, 0, (12, 12)),
        (61, 16, 1.0, 0, (4, 1)),
        (37, 9, 2.5, 0, (5, 0)),
        (13, 4, 0.1, 0, (4, 1)),
        (62, 2, 4.0, 1, (33, 29)),
        (30, 1, 4.0, 1, (30, 30)),
    ],
)
def test_the_last_stage_gets_as_few_layers_as_make_the_slowest_stage_fastest(
    layers: float, stages: float, head: float, predictors: int, expected: tuple[float, float]
) -> None:
    columns = (np.array([value], np.float64) for value in (layers, stages, head))
    most, last = split(*columns, workloads(8, 128, predictors=predictors))
    assert (most[0], last[0]) == expected


def test_a_step_of_one_stage_waits_for_nothing() -> None:
    one = np.ones(3)
    for schedule in ("1f1b", "zero_bubble", "dual_pipe"):
        assert np.all(bubble(one, 0.3 * one, 8 * one, layouts(pp=[1, 1, 1], schedule=schedule)) == 0)
