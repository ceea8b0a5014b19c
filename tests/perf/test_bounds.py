"""Bounds: what is out of them is named with its place, its value and what was expected."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.bounds import require_bounds, require_lengths


def test_figures_within_their_bounds_pass() -> None:
    require_bounds("place", isl=[1.0, 1e6], cached=0.0, chunk=np.inf)


@pytest.mark.parametrize(
    ("name", "wrong", "expected"),
    [
        ("isl", 0.5, r"of at least 1\."),
        ("isl", np.inf, r"of at least 1, and finite\."),
        ("isl", np.nan, r"of at least 1, and finite\."),
        ("batch", 0.0, r"above 0\."),
        ("cached", 1.0, r"of at least 0 and at most 0\.999\."),
    ],
)
def test_a_figure_out_of_its_bounds_is_refused(name: str, wrong: float, expected: str) -> None:
    with pytest.raises(InputError, match=rf"place: {name}: {wrong:g}; expected a number {expected}"):
        require_bounds("place", **{name: np.array([1.0, wrong]) if name != "cached" else wrong})


def test_single_figures_line_up_with_any_number_of_others() -> None:
    assert require_lengths("place", one=1.0, many=np.zeros(5), single=np.zeros(1)) == 5
    with pytest.raises(InputError, match=r"place: few: 2 values, and many has 5; expected one for all .*, or 5\."):
        require_lengths("place", many=np.zeros(5), few=np.zeros(2))
