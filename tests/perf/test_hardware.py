"""Rules for what a spec sheet leaves open: dates, processes, dies and stacks of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.hardware import HOST_SHARE, Hardware, hardware
from gigawatt.perf.library import built_in_chips, find_system
from gigawatt.perf.system import Chip, Level, System

BARE = Chip("bare", {"bf16": 1e15}, 100e9, 4e12)


def figures(chip: Chip) -> Hardware:
    return hardware([System("s", chip, 8, (Level("net", 8, 400e9),))])


def test_what_the_sheet_says_is_taken_as_it_is() -> None:
    said = figures(replace(BARE, available=2023.5, process=6.0, dies=4, hbm_stacks=5))
    assert [float(each[0]) for each in (said.available, said.process, said.dies, said.hbm_stacks)] == [2023.5, 6, 4, 5]


def test_the_date_is_that_of_the_narrowest_format_or_of_the_process_whichever_is_later() -> None:
    assert figures(BARE).available == 2020.0
    assert figures(replace(BARE, flops={"bf16": 1e15, "fp8": 2e15})).available == 2022.625
    assert figures(replace(BARE, flops={"bf16": 1e15, "fp8": 2e15}, process=3.0)).available == 2025.0
    assert figures(replace(BARE, flops={"bf16": 1e15, "fp4": 4e15}, process=5.0)).available == 2024.875


def test_a_variant_of_a_process_has_the_date_of_the_process() -> None:
    assert figures(replace(BARE, process=4.0)).available == figures(replace(BARE, process=5.0)).available


def test_the_process_is_the_one_of_the_date() -> None:
    assert figures(replace(BARE, available=2021.0)).process == 7.0
    assert figures(replace(BARE, available=2025.5)).process == 3.0
    assert figures(replace(BARE, available=2012.0)).process == 16.0


def test_one_die_is_assumed() -> None:
    assert figures(BARE).dies == 1


def test_a_stack_moves_twice_as_much_after_three_years() -> None:
    assert figures(replace(BARE, available=2020.0, hbm_bandwidth=2.8e12)).hbm_stacks == 8
    assert figures(replace(BARE, available=2023.0, hbm_bandwidth=2.8e12)).hbm_stacks == 4


def test_the_rule_for_stacks_is_within_a_factor_of_two_of_nearly_all_that_are_known() -> None:
    known = [chip for chip in built_in_chips().values() if chip.hbm_stacks]
    ratios = [float(figures(replace(chip, hbm_stacks=None)).hbm_stacks[0]) / (chip.hbm_stacks or 1) for chip in known]
    assert len(known) > 30
    assert sum(0.5 <= ratio <= 2 for ratio in ratios) >= 0.9 * len(ratios)


def test_the_rules_for_date_and_process_are_near_what_is_known() -> None:
    known = [chip for chip in built_in_chips().values() if chip.available and chip.process]
    years = [abs(float(figures(replace(chip, available=None)).available[0]) - (chip.available or 0)) for chip in known]
    sizes = [float(figures(replace(chip, process=None)).process[0]) / (chip.process or 1) for chip in known]
    assert len(known) > 40
    assert sum(years) / len(years) < 1.5
    assert sum(0.5 <= size <= 2 for size in sizes) >= 0.9 * len(sizes)


@given(st.floats(2010, 2035), st.floats(1.4, 28))
def test_gaps_are_filled_with_figures_above_zero(available: float, process: float) -> None:
    for chip in (replace(BARE, available=available), replace(BARE, process=process)):
        filled = figures(chip)
        assert filled.available > 2000
        assert min(filled.process, filled.dies, filled.hbm_stacks) >= 1


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("available", lambda: replace(BARE, available=0.0)),
        ("process", lambda: replace(BARE, process=-5.0)),
        ("dies", lambda: replace(BARE, dies=0)),
        ("hbm_stacks", lambda: replace(BARE, hbm_stacks=0)),
    ],
)
def test_figures_that_are_not_above_zero_are_refused(name: str, make: Callable[[], Chip]) -> None:
    with pytest.raises(InputError, match=f"chip `bare`: {name}: "):
        make()


def test_a_host_of_known_power_takes_the_place_of_the_share() -> None:
    known = replace(find_system("GB200-NVL72"), host=5000.0)
    other = replace(known, host=None)
    found = hardware([known, other])
    assert found.host[0] == 5000.0
    assert found.host[1] == pytest.approx(HOST_SHARE * found.tdp[1] * found.node[1])
