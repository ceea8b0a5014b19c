"""The things a scenario is made of: frozen values whose figures can be found."""

from __future__ import annotations

import dataclasses

import pytest

from gigawatt.parts.figure import literal
from gigawatt.parts.world import Campus, Deal, Earning, Funding, Lab, Party, Phase, Share, figures
from worlds import START, campus, deal, party, toy


def test_every_figure_inside_a_value_is_found_in_the_order_of_its_fields() -> None:
    site = campus("site", Phase(START, literal("1 GW"), "d"), Phase(START, literal("2 GW"), "d"), built="0.9")
    assert [str(figure) for figure in figures(site)] == ["1 GW", "2 GW", "0 month", "0", "0.9"]


def test_a_party_without_funding_rules_has_only_its_own_figures() -> None:
    assert len(list(figures(party("lab", "1 bnUSD")))) == 3


def test_the_figures_of_a_whole_scenario_are_found() -> None:
    world = toy()
    uncertain = {figure.name for figure in world.figures() if not figure.certain}
    assert uncertain == {"volatility", "saturation", "delay", "capacity", "slip", "factor"}


def test_text_and_numbers_hold_no_figures() -> None:
    assert list(figures(("a", 1, None))) == []


@pytest.mark.parametrize("kind", [Funding, Party, Share, Phase, Campus, Deal, Earning, Lab])
def test_values_are_frozen_and_say_what_their_fields_mean(kind: type) -> None:
    value = deal() if kind is Deal else None
    if value is not None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            value.lead = 3  # type: ignore[misc]
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}(")


def test_equal_values_are_equal() -> None:
    assert deal(lead=3) == deal(lead=3)
    assert deal(lead=3) != deal(lead=4)
