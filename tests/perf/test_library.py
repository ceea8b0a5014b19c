"""The catalogue: where its figures come from, and whether they agree with each other."""

from __future__ import annotations

import math

import pytest

from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import built_in_chips, built_in_models, built_in_systems, rows_of
from gigawatt.perf.system import Chip

TABLES = ("models", "chips", "systems", "networks")


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_where_it_is_from_and_how_sure_it_is(table: str) -> None:
    rows = rows_of(table)
    assert rows
    assert all(row["source"].startswith("https://") for row in rows)
    assert {row["confidence"] for row in rows} <= {"high", "medium", "low"}


def test_no_figure_is_given_twice() -> None:
    given = [(row["chip"], row["field"]) for row in rows_of("chips")]
    assert len(given) == len(set(given))
    for table, name in (("models", "model"), ("systems", "system")):
        assert len({row[name] for row in rows_of(table)}) == len(rows_of(table))


def test_all_rows_are_reached_from_a_system() -> None:
    systems = {row["system"] for row in rows_of("systems")}
    assert {row["system"] for row in rows_of("networks")} == systems == set(built_in_systems())
    assert {row["chip"] for row in rows_of("chips")} == {row["chip"] for row in rows_of("systems")}


@pytest.mark.parametrize("chip", [chip for chip in built_in_chips().values() if chip.arrays and chip.clock])
def test_the_peak_is_a_whole_number_of_operations_an_array_and_cycle(chip: Chip) -> None:
    bf16 = chip.flops.get("bf16") or 4 * chip.flops["tf32"]
    done = math.log2(bf16 / ((chip.arrays or 1) * (chip.clock or 1)))
    assert abs(2 ** (done - round(done)) - 1) < 0.02


def test_narrower_formats_are_never_slower() -> None:
    for chip in built_in_chips().values():
        rates = [chip.flops[name] for name in ("tf32", "bf16", "fp8", "fp4") if name in chip.flops]
        assert rates == sorted(rates), chip.name


def test_figures_are_of_the_size_of_a_chip() -> None:
    figures = hardware(list(built_in_systems().values()))
    assert (figures.hbm_capacity >= 12e9).all() and (figures.hbm_capacity <= 600e9).all()
    assert (figures.hbm_bandwidth >= 0.2e12).all() and (figures.hbm_bandwidth <= 25e12).all()
    assert (figures.tdp >= 60).all() and (figures.tdp <= 2500).all()
    assert (figures.available >= 2017).all() and (figures.available <= 2028).all()
    # HBM is read in a few ms, cheaper memory in up to a second.
    turned = figures.hbm_capacity / figures.hbm_bandwidth
    assert (turned >= 4e-3).all() and (turned <= 1).all()


def test_networks_are_listed_from_the_smallest_and_get_no_faster() -> None:
    for system in built_in_systems().values():
        speeds = [level.bandwidth for level in system.levels]
        assert speeds == sorted(speeds, reverse=True), system.name


def test_heads_and_layers_divide_as_they_must() -> None:
    for model in built_in_models().values():
        assert model.heads % model.kv_heads == 0, model.name
        if model.experts:
            assert model.experts.active <= model.experts.count
