"""Figures: what they are, how they read, how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.figure import Draws, Figure, certain, draw, fits, literal
from gigawatt.parts.stream import BLOCK
from gigawatt.units import unit

GW = unit("GW")
RANGE = Figure("deals.amd.capacity", GW, "uniform", (4.0, 6.0))


def test_a_literal_is_a_certain_figure_in_internal_units() -> None:
    figure = literal("300 MW", "power")
    assert (figure.name, figure.terms, figure.certain, str(figure)) == ("power", (0.3,), True, "300 MW")


def test_a_plain_number_is_a_ratio() -> None:
    assert literal(0.7).unit == unit("1")
    assert literal(0.7).terms == (0.7,)


def test_a_distribution_is_not_certain() -> None:
    assert not RANGE.certain


@pytest.mark.parametrize(
    ("figure", "central"),
    [
        (literal("3 GW"), 3.0),
        (RANGE, 5.0),
        (Figure("f", GW, "normal", (1, 3)), 2.0),
        (Figure("f", GW, "lognormal", (1, 4)), 2.0),
        (Figure("f", GW, "triangular", (1, 2, 6)), 2.0),
        (Figure("f", GW, "choice", (1, 2), (0.25, 0.75)), 1.75),
        (Figure("f", GW, "choice", (1, 2)), 1.5),
        (Figure("f", GW, "beta", (2, 3, 10, 20)), 14.0),
        (Figure("f", GW, "ordered", (0, 6, 2, 5), group="g"), 2.0),
        (Figure("f", GW, "split", (8, 1, 4), group="g"), 2.0),
    ],
)
def test_every_kind_has_a_middle(figure: Figure, central: float) -> None:
    assert figure.central == pytest.approx(central)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (RANGE, "4 GW to 6 GW"),
        (Figure("f", GW, "triangular", (1, 2, 6)), "1 GW to 6 GW, most likely 2 GW"),
        (Figure("f", GW, "lognormal", (1, 4)), "1 GW to 4 GW (lognormal, 80 % interval)"),
        (Figure("f", GW, "choice", (1, 2)), "one of 1 GW, 2 GW"),
        (Figure("f", GW, "beta", (2, 3, 10, 20)), "10 GW to 20 GW (beta)"),
        (Figure("f", GW, "ordered", (1, 2, 1, 5), group="g"), "drawn between 1 GW and 2 GW in ascending order"),
        (Figure("f", GW, "split", (8, 1, 4), group="g"), "a random part of 8 GW"),
    ],
)
def test_every_kind_reads_as_english(figure: Figure, text: str) -> None:
    assert str(figure) == text


def test_the_same_seed_and_block_give_the_same_draws_and_others_give_others() -> None:
    np.testing.assert_array_equal(RANGE.draw(1, 0), RANGE.draw(1, 0))
    assert (RANGE.draw(1, 0) != RANGE.draw(2, 0)).any()
    assert (RANGE.draw(1, 0) != RANGE.draw(1, 1)).any()


def test_another_figure_moves_nobody_elses_draws() -> None:
    other = Figure("other", GW, "uniform", (0.0, 1.0))
    alone, together = draw([RANGE], 1, 0), draw([other, RANGE], 1, 0)
    np.testing.assert_array_equal(alone.of(RANGE), together.of(RANGE))


def test_draws_keep_the_paths_that_are_wanted_and_only_uncertain_figures() -> None:
    draws = draw([RANGE, literal("2 GW")], 1, 0, paths=7)
    assert draws.of(RANGE).shape == (7,)
    assert list(draws.values) == ["deals.amd.capacity"]
    np.testing.assert_array_equal(draws.of(RANGE), RANGE.draw(1, 0)[:7])


def test_certain_figures_stack_without_being_spread_over_paths() -> None:
    draws = draw([RANGE], 1, 0)
    assert draws.stack([literal("1 GW"), literal("2 GW")]).shape == (2, 1)
    assert draws.stack([literal("1 GW"), RANGE]).shape == (2, BLOCK)
    assert Draws({}).stack([]).shape == (0, 1)


def test_a_figure_can_be_pinned() -> None:
    pinned = certain(RANGE, 5.5)
    assert (pinned.certain, pinned.terms, pinned.name) == (True, (5.5,), RANGE.name)


def test_a_figure_of_another_kind_is_refused_with_both_units_and_the_place() -> None:
    assert fits(RANGE, "MW", "deals.amd") is RANGE
    with pytest.raises(UnitError, match=r"deals\.amd: `GW` given, a unit such as `USD` expected"):
        fits(RANGE, "USD", "deals.amd")


def test_a_figure_that_shares_a_stream_has_no_quantile_and_says_what_to_use() -> None:
    with pytest.raises(UnitError, match="use uniform, triangular or lognormal"):
        Figure("delay", GW, "split", (1, 1, 2), group="g").quantile(np.array([0.5]))


def test_the_quantiles_of_a_choice_are_its_values_in_rising_order() -> None:
    figure = Figure("f", GW, "choice", (9, 1, 5), (0.2, 0.3, 0.5))
    assert figure.quantile(np.array([0.1, 0.29, 0.31, 0.79, 0.81])).tolist() == [1, 1, 5, 5, 9]
