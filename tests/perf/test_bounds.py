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
        ("isl", 0.5, r"a finite number of at least 1\."),
        ("isl", np.inf, r"a finite number of at "),
        ("isl", np.nan, r"a finite number of at least 1\."),
        ("batch", 0.0, r"a finite number above 0\."),
        ("cached", 1.0, r"a number from 0 to 0\.999\."),
        ("most", 0.0, r"a number of at least 1\."),
    ],
)
def test_a_figure_out_of_its_bounds_is_refused(name: str, wrong: float, expected: str) -> None:
    with pytest.raises(InputError, match=rf"place: {name}: {wrong:g}; expected {expected}"):
        require_bounds("place", **{name: wrong})


def test_single_figures_line_up_with_any_number_of_others() -> None:
    assert require_lengths("place", one=1.0, many=np.zeros(5), single=np.zeros(1)) == 5
    with pytest.raises(InputError, match=r"place: few: 2 values, and many has 5; expected one for all .*, or 5\."):
        require_lengths("place", many=np.zeros(5), few=np.zeros(2))


def test_the_figure_of_many_that_is_refused_is_named_with_its_position() -> None:
    with pytest.raises(InputError, match=r"place: isl\[2\]: 0; expected a finite number of at least 1\."):
        require_bounds("place", isl=[1.0, 2.0, 0.0])


def test_text_in_the_place_of_a_figure_is_refused() -> None:
    with pytest.raises(InputError, match=r"place: isl: the text `many`; expected a finite number"):
        require_bounds("place", isl="many")
