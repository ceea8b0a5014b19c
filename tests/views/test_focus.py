from __future__ import annotations

from dataclasses import replace

import pytest

from gigawatt.parts.world import Deal
from gigawatt.scenario.load import load
from gigawatt.scenario.scenario import Scenario
from gigawatt.views.focus import ALL, Focus, focus, others
from report.world import market, scenario


def lab_of(world: Scenario, name: str, lab: str | None) -> Scenario:
    """The world with a deal that feeds another lab or none."""

    def changed(deal: Deal) -> Deal:
        return replace(deal, lab=lab) if deal.name == name else deal

    return replace(world, deals=tuple(changed(deal) for deal in world.deals))


def two_labs(world: Scenario, first: str, second: str) -> Scenario:
    return replace(world, labs=tuple(replace(world.labs[0], party=party) for party in (first, second)))


def test_the_focus_is_what_feeds_the_lab() -> None:
    found = focus(market())
    assert found == Focus("Lab & <b>Sons</b>", (0, 1), "lab")
    assert found.names(market()) == ("first", "second")


def test_the_others_go_by_who_buys() -> None:
    assert others(market()) == (Focus("Rivals, builders and other people", (2,)),)


def test_of_several_labs_the_first_is_the_focus_and_the_others_are_other_programmes() -> None:
    world = two_labs(lab_of(market(), "second", "cloud"), "lab", "cloud")
    assert focus(world).names(world) == ("first",)
    assert [(group.title, group.lab) for group in others(world)] == [
        ("Cloud", "cloud"),
        ("Rivals, builders and other people", None),
    ]


def test_a_first_lab_that_no_deal_feeds_is_passed_over() -> None:
    assert focus(two_labs(market(), "rival", "lab")).lab == "lab"


def test_without_a_lab_all_deals_are_the_focus() -> None:
    world = replace(scenario(), labs=())
    assert focus(world) == Focus(ALL, (0, 1))
    assert others(world) == ()


def test_deals_that_a_lab_buys_for_others_stay_outside() -> None:
    world = lab_of(market(), "second", None)
    assert focus(world).names(world) == ("first",)
    assert next((group.title, group.lab) for group in others(world)) == ("Lab & <b>Sons</b>", None)


@pytest.mark.parametrize("name", ["openai-2025-10", "openai-2026-10"])
def test_every_deal_of_a_built_in_scenario_is_told_once(name: str) -> None:
    world = load(name)
    found = focus(world)
    assert found.title == "OpenAI"
    everything = [*found.deals, *(i for group in others(world) for i in group.deals)]
    assert sorted(everything) == list(range(len(world.deals)))
    assert all(world.deals[i].lab == "openai" for i in found.deals)
