"""What a gigawatt of each deal holds, yields, draws and costs, read off the scenario."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.parts.figure import Draws, draw
from gigawatt.parts.observable import Constant
from gigawatt.scenario.load import load
from gigawatt.scenario.scenario import Scenario
from gigawatt.views.per_gigawatt import per_gigawatt, price_of
from gigawatt.views.table import Cell, Table

PATHS = 600


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load("openai-2025-10")


@pytest.fixture(scope="module")
def tables(base: Scenario) -> dict[str, Table]:
    return per_gigawatt(base, PATHS, 1)


@pytest.fixture(scope="module")
def draws(base: Scenario) -> Draws:
    return draw(base.figures(), 1, 0, PATHS)


def of(table: Table, deal: str) -> dict[str, Cell]:
    return next(row for row in table.records() if row["deal"] == deal)


def number(cell: Cell) -> float:
    assert isinstance(cell, float | int)
    return float(cell)


def test_every_deal_has_a_row_in_every_table(base: Scenario, tables: dict[str, Table]) -> None:
    names = tuple(deal.name for deal in base.deals)
    found = {name: table.column("deal") for name, table in tables.items()}
    assert found == dict.fromkeys(tables, names)


def test_sourced_chips_stand_beside_those_of_the_power_model(tables: dict[str, Table]) -> None:
    row = of(tables["chips"], "abilene")
    sourced, modelled = number(row["p50"]), number(row["by power"])
    assert 340_000 < sourced < 400_000
    assert number(row["over"]) == pytest.approx(modelled / sourced, rel=0.05)


def test_tokens_of_a_gigawatt_are_those_of_its_chips(base: Scenario, draws: Draws, tables: dict[str, Table]) -> None:
    deal = next(d for d in base.deals if d.name == "nvidia")
    assert deal.performance is not None
    whole = draws.of(deal.chips) * deal.performance.rate(draws.of) * draws.of(deal.performance.shared)
    row = of(tables["tokens"], "nvidia")
    found = [number(row[f"p{q}"]) for q in (10, 50, 90)]
    np.testing.assert_allclose(found, np.quantile(whole, [0.1, 0.5, 0.9]) / 1e6, rtol=1e-6)


def test_energy_by_the_power_model_is_at_most_all_that_there_must_be_room_for(tables: dict[str, Table]) -> None:
    for row in tables["energy"].records():
        assert 0.02 < number(row["p10"]) < number(row["p50"]) < number(row["p90"]) < 20
        assert number(row["a chip"]) > 100


def test_a_cloud_is_paid_by_the_gigawatt_as_the_parties_state_it(base: Scenario, draws: Draws) -> None:
    deal = next(d for d in base.deals if d.name == "oracle")
    contract = next(c for c in base.contracts if c.name == "oracle_cloud")
    rate = dict(contract.terms)["per_gw"]
    assert isinstance(rate, Constant)
    price = price_of(base, deal, draws)
    assert price is not None
    assert price.under == "oracle_cloud"
    np.testing.assert_allclose(price.amount, draws.of(rate.figure) / draws.of(deal.to_facility), rtol=1e-12)


def test_without_a_rent_hardware_counts_in_equal_parts_over_its_life(base: Scenario, draws: Draws) -> None:
    deal = next(d for d in base.deals if d.name == "google_tpu")
    terms = dict(next(c for c in base.contracts if c.name == "google_chips").terms)
    rate = terms["per_gw"]
    assert isinstance(rate, Constant)
    price = price_of(base, deal, draws)
    assert price is not None
    np.testing.assert_allclose(price.amount, draws.of(rate.figure) / deal.lifetime, rtol=1e-12)


def test_a_deal_under_no_contract_has_no_price(base: Scenario) -> None:
    bare = base.with_contracts(())
    rows = per_gigawatt(bare, 50)["cost"].records()
    assert {(row["paid under"], row["p50"]) for row in rows} == {("no price", None)}


def test_a_million_tokens_cost_the_rent_over_the_tokens(base: Scenario, draws: Draws, tables: dict[str, Table]) -> None:
    """1.11 bn USD a gigawatt and month over some 3e15 tokens a month."""
    deal = next(d for d in base.deals if d.name == "abilene")
    assert deal.performance is not None
    tokens = deal.performance.per_gigawatt(draws.of) * draws.of(deal.performance.shared) * 2_629_800
    rent = 13.333333333e9 / 12
    found = number(of(tables["cost"], "abilene")["p50"])
    assert found == pytest.approx(float(np.median(1e6 * rent / tokens)), rel=1e-6)


def test_shares_of_the_band_add_up_to_all_of_it(tables: dict[str, Table]) -> None:
    for row in tables["spread"].rows:
        assert sum(number(cell) for cell in row[2:]) == pytest.approx(100.0, abs=1e-4)
    titan, gb200 = (of(tables["spread"], deal) for deal in ("broadcom", "abilene"))
    assert number(titan["open figures"]) > 3 * number(gb200["open figures"])


def test_a_system_without_performance_shows_what_is_known_of_it() -> None:
    tables = per_gigawatt(load("openai-2026-10"), 50)
    assert of(tables["tokens"], "cerebras")["p50"] is None
    assert number(of(tables["chips"], "cerebras")["p50"]) > 0
    assert "cerebras" not in tables["spread"].column("deal")
    cost = of(tables["cost"], "cerebras")
    assert cost["p50"] is None
    assert cost["paid under"] == "cerebras_cloud"
