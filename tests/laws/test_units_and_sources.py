"""Laws 7 and 8: every number has a unit and leads to a source; what is no number is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.engine.record import KEPT, labels
from gigawatt.engine.run import simulate
from gigawatt.errors import GigawattError, UnitError
from gigawatt.parts.clause import Pay
from gigawatt.parts.figure import Figure, Kind, literal
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import online
from gigawatt.scenario.load import built_in, load
from gigawatt.units import quantity, show, unit
from worlds import bare, toy


@pytest.mark.parametrize("name", KEPT)
def test_every_quantity_of_a_result_has_a_unit_an_axis_and_a_meaning(name: str) -> None:
    kept = KEPT[name]
    assert unit(kept.unit).factor == 1.0 or name == "flops", "results are in internal units, but for FLOP/s"
    assert show(1.0, kept.unit)
    assert kept.meaning[0].isupper()
    assert kept.meaning.endswith(".")


def test_every_axis_of_a_quantity_has_labels() -> None:
    result = simulate(toy(6), 2, 1, keep="all")
    known = labels(result.scenario, result.places)
    for name, kept in KEPT.items():
        assert result[name].shape[1] == len(known[kept.axis])
        assert result[name].unit == kept.unit


def test_numbers_are_in_the_unit_they_are_labelled_with() -> None:
    result = simulate(bare(months=3), 1, 1, keep="all")
    assert result["chips"].values[0, 0, 0] == pytest.approx(0.2 * 340_000)
    assert result["flops"].values[0, 0, 0] == pytest.approx(0.2 * 340_000 * 5e15)
    assert "340 EFLOP/s" in repr(result["flops"].sel(deal="d", month="2026-01").mean())


def test_every_number_of_a_result_is_finite() -> None:
    result = simulate(toy(30), 200, 1, keep="all")
    assert all(math.isfinite(float(abs(result[name].values).max())) for name in KEPT)


@pytest.mark.parametrize("name", built_in())
def test_every_figure_of_a_built_in_scenario_leads_to_a_claim_or_to_its_place_in_the_text(name: str) -> None:
    scenario = load(name)
    figures = [figure for figure in scenario.figures() if not (figure.claims or figure.because)]
    assert 0 < len(figures) < len(scenario.figures())
    sections = {figure.name.split(".")[0] for figure in figures}
    assert sections <= {"parties", "shares", "processes", "campuses", "deals", "labs", "contracts", "figures"}


@pytest.mark.parametrize("name", built_in())
def test_every_guess_of_a_built_in_scenario_has_a_claim_or_a_reason(name: str) -> None:
    """Marks that are drawn in rising order lean on the claims of their contract."""
    figures = load(name).figures()
    sourced = (f.name.split(".") for f in figures if f.claims)
    leaning = {place[1] for place in sourced if place[0] == "contracts"}
    lost = [
        figure.name
        for figure in figures
        if not (figure.certain or figure.claims or figure.because)
        and not (figure.kind == "ordered" and figure.name.split(".")[1] in leaning)
    ]
    assert lost == []


@pytest.mark.parametrize("name", built_in())
def test_every_uncertain_figure_of_a_built_in_scenario_has_a_name_of_its_own(name: str) -> None:
    uncertain = [figure.name for figure in load(name).figures() if not figure.certain]
    assert len(uncertain) == len(set(uncertain))
    assert all(uncertain)


@pytest.mark.parametrize("text", ["nan", "NaN GW", "inf", "-inf USD", "Infinity GW", "1e999 USD", ".nan", "1e400", ""])
def test_a_text_that_is_no_finite_number_is_refused(text: str) -> None:
    for read in (quantity, literal, lift):
        with pytest.raises(UnitError):
            read(text)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    for read in (literal, lift):
        with pytest.raises(UnitError):
            read(value)


@given(
    st.sampled_from(("constant", "uniform", "triangular", "normal", "lognormal", "choice", "beta", "ordered", "split")),
    st.integers(0, 3),
    st.sampled_from((math.nan, math.inf, -math.inf)),
)
def test_a_distribution_over_something_not_finite_is_refused_and_named(kind: Kind, place: int, bad: float) -> None:
    terms = [1.0, 2.0, 3.0, 4.0]
    terms[place] = bad
    with pytest.raises(UnitError, match=r"deals\.amd\.capacity"):
        Figure("deals.amd.capacity", unit("GW"), kind, tuple(terms))


def test_weights_that_are_not_finite_are_refused() -> None:
    with pytest.raises(GigawattError, match="finite"):
        Figure("f", unit("GW"), "choice", (1.0, 2.0), weights=(math.nan, 0.5))


def test_a_due_that_is_no_finite_number_counts_as_nothing_and_its_paths_are_counted() -> None:
    clause = Pay("lab", "cloud", lift("1 USD*GW/month") / (online("d") - online("d")))
    result = simulate(bare(clause, months=3), paths=4, seed=1, keep="all")
    assert result.broken == 4
    assert np.isfinite(result["cash"].values).all()
