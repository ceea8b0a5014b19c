"""Batches: equal configurations are found, however large their figures are."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.perf.batch import distinct


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e15])
def test_configurations_are_equal_where_all_columns_are(scale: float) -> None:
    columns = [scale * np.array(column, np.float64) for column in ([2, 1, 2, 1, 2], [3, 3, 3, 4, 3], [0, 5, 0, 5, 1])]
    first, which = distinct(columns)
    assert sorted(first.tolist()) == [0, 1, 3, 4]
    for column in columns:
        assert np.array_equal(column[first][which], column)


def test_as_many_are_left_as_a_plain_search_finds() -> None:
    draw = np.random.default_rng(3)
    columns = [draw.integers(0, many, 2000).astype(np.float64) for many in (3, 5, 2, 4)]
    first, which = distinct(columns)
    assert first.size == len(set(zip(*(column.tolist() for column in columns), strict=True)))
    assert np.array_equal(which[first], np.arange(first.size))
