"""Checks: what passes, what is refused, and with which words."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.check import (
    COUNT,
    FLAG,
    FROM_ZERO,
    POSITIVE,
    SHARE,
    YEAR,
    Bounds,
    numbers,
    positions,
    require_flag,
    require_number,
)

pytestmark = pytest.mark.filterwarnings("error")


def refused(make: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("given_figure", "bounds", "said"),
    [
        (0, POSITIVE, "x: 0; expected a finite number above 0."),
        (math.inf, POSITIVE, "x: inf; expected a finite number above 0."),
        (-1.0, FROM_ZERO, "x: -1.0; expected a finite number of at least 0."),
        (1.5, COUNT, "x: 1.5; expected a whole number of at least 1."),
        (math.nan, COUNT, "x: nan; expected a whole number of at least 1."),
        (True, COUNT, "x: True; expected a whole number of at least 1."),
        ("3e12", POSITIVE, "x: the text `3e12`; expected a finite number above 0."),
        (None, POSITIVE, "x: None; expected a finite number above 0."),
        (1j, POSITIVE, "x: 1j; expected a finite number above 0."),
        (1.2, SHARE, "x: 1.2; expected a number from 0 to 1."),
        (2, FLAG, "x: 2; expected a whole number from 0 to 1."),
        (3000, YEAR, "x: 3000; expected a number from 1990 to 2100, in years, such as 2024.5."),
        (2e12, Bounds(1, 1e12, whole=True), "x: 2000000000000.0; expected a whole number of at most 1e+12."),
        (7.5, Bounds(1, whole=True, endless=True), "x: 7.5; expected a whole number of at least 1, or infinite."),
    ],
)
def test_a_figure_that_may_not_be_is_refused_with_what_may(given_figure: object, bounds: Bounds, said: str) -> None:
    assert refused(lambda: require_number("x", given_figure, bounds)) == said


def test_a_figure_too_long_to_print_is_refused() -> None:
    said = "x: a number of about 5001 digits; expected a finite number above 0."
    assert refused(lambda: require_number("x", 10**5000, POSITIVE)) == said


@pytest.mark.parametrize(
    ("figure", "bounds"),
    [(1, COUNT), (8.0, COUNT), (np.int64(8), COUNT), (np.float64(0.5), SHARE), (math.inf, Bounds(1, endless=True))],
)
def test_a_figure_that_may_be_passes(figure: object, bounds: Bounds) -> None:
    require_number("x", figure, bounds)


@pytest.mark.parametrize("figure", [0, 1, "no", None])
def test_only_truth_values_are_flags(figure: object) -> None:
    require_flag("x", True)
    require_flag("x", np.False_)
    assert refused(lambda: require_flag("x", figure)).endswith("expected True or False.")


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ([1, 2, 0], "x[2]: 0; expected a finite number above 0."),
        (0, "x: 0; expected a finite number above 0."),
        ([1, "2"], "x[1]: the text `2`; expected a finite number above 0."),
        ("8", "x: the text `8`; expected a finite number above 0."),
        (None, "x: None; expected a finite number above 0."),
        ([1.0, None], "x[1]: None; expected a finite number above 0."),
        ([True, True], "x[0]: True; expected a finite number above 0."),
        ([1, 10**400], "x[1]: a number of about 401 digits; expected a finite number above 0."),
        ([], "x: empty; expected a number or a list of them."),
        ([[1, 2], [3, 4]], "x: an array of shape (2, 2); expected a number or a list of them."),
        ([[1, 2], [3]], "x: lists of lists; expected a number or a list of them."),
    ],
)
def test_figures_of_configurations_are_refused_with_the_place_of_the_first_that_is_wrong(
    figures: object, said: str
) -> None:
    assert refused(lambda: numbers("x", figures, POSITIVE)) == said  # type: ignore[arg-type]


def test_whose_figure_it_is_comes_before_the_configuration() -> None:
    assert refused(lambda: numbers("tp", [1, 1.5], COUNT, whose="layout")).startswith("layout[1].tp: 1.5; expected ")


def test_truth_values_are_numbers_where_nothing_else_may_be() -> None:
    assert numbers("x", [True, False], FLAG).tolist() == [1.0, 0.0]
    assert numbers("x", True, SHARE) == 1.0


@given(st.one_of(st.floats(0, 1e300), st.lists(st.floats(0, 1e300), min_size=1, max_size=5)))
def test_figures_that_may_be_come_back_as_they_are(figures: float | list[float]) -> None:
    assert numbers("x", figures, FROM_ZERO).tolist() == figures


@given(st.lists(st.integers(0, 4), max_size=6))
def test_places_in_a_list_come_back_as_they_are(places: list[int]) -> None:
    assert positions("x", places, 5).tolist() == places


@pytest.mark.parametrize("place", [-1, 5, 0.7, "1", None, math.nan])
def test_what_is_no_place_in_a_list_is_refused(place: object) -> None:
    message = refused(lambda: positions("x", [0, place], 5))  # type: ignore[list-item]
    assert "expected a whole number from 0 to 4." in message


def test_truth_values_are_no_places_in_a_list() -> None:
    assert refused(lambda: positions("x", [True, False], 2)) == "x: True; expected a whole number from 0 to 1."
