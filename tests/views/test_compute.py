from __future__ import annotations

import numpy as np
import pytest

from gigawatt.views.compute import accelerators, operations
from report.world import run


def row_of(rows: tuple[tuple[object, ...], ...], what: str, month: str) -> np.ndarray:
    return np.array(next(row[2:] for row in rows if row[:2] == (what, month)), dtype=float)


def test_accelerators_are_those_that_work_in_all_deals() -> None:
    chips = run().at("chips", "2029-12").values.astype(float).sum(axis=0)
    found = row_of(accelerators(run()).rows, "accelerators", "2029-12")
    np.testing.assert_allclose(found, np.quantile(chips, [0.1, 0.5, 0.9]), rtol=1e-6)


def test_equivalents_are_those_the_engine_kept() -> None:
    kept = run().at("h100e", "2029-12").values.astype(float).sum(axis=0)
    found = row_of(accelerators(run()).rows, "H100-equivalents", "2029-12")
    np.testing.assert_allclose(found, np.quantile(kept, [0.1, 0.5, 0.9]), rtol=1e-6)


def test_a_lean_run_shows_the_same_compute_as_a_full_one() -> None:
    for view in (accelerators, operations):
        for lean, full in zip(view(run("year")).rows, view(run()).rows, strict=True):
            assert lean[:2] == full[:2]
            assert lean[2:] == pytest.approx(full[2:], rel=1e-6)


def test_operations_are_shown_in_zettaflops() -> None:
    kept = run().at("flops", "2029-12").values.astype(float).sum(axis=0)
    found = row_of(operations(run()).rows, "dense FP8", "2029-12")
    np.testing.assert_allclose(found, np.quantile(kept, [0.1, 0.5, 0.9]) / 1e21, rtol=1e-6)
