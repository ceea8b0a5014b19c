"""Mixes and spec sheets in a scenario: what systems yield, and what is said about mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog.store import load as catalog
from gigawatt.engine.run import simulate
from gigawatt.errors import ScenarioError
from gigawatt.parts.figure import Draws, draw
from gigawatt.parts.performance import Performance
from gigawatt.perf.hardware import HOST_SHARE
from gigawatt.perf.library import find_model, find_system, rows_of
from gigawatt.perf.system import System
from gigawatt.perf.yields import Use, yields
from gigawatt.scenario.load import built_in, load
from gigawatt.scenario.scenario import Scenario
from gigawatt.scenario.spec import H100, Mistake, Spec
from gigawatt.units import unit

BASE = "openai-2025-10"

MIX = (
    Use(find_model("DeepSeek-V3"), 0.4, 4000.0, 1000.0, 10.0, 0.05),
    Use(find_model("gpt-oss-120b"), 0.6, 2000.0, 500.0, 10.0, 0.03),
)
"""The mix of the base."""


def write(folder: Path, patch: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(f"extends: {BASE}\nname: mine\n{patch}", encoding="utf-8")
    return file


def performance(scenario: Scenario, system: str) -> Performance:
    return next(d.performance for d in scenario.deals if d.system == system and d.performance is not None)


def without_performance(folder: Path) -> Scenario:
    systems = ("gb200", "rubin", "mi450", "titan", "tpu", "trainium")
    lines = [f"  {name}: {{performance: , h100e: 2}}" for name in systems]
    labs = "labs: {openai: {earns_on: , workload: }}"
    return load(write(folder, "\n".join(["systems:", *lines, labs, "workloads:", ""])))


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(BASE)


@pytest.fixture(scope="module")
def draws(base: Scenario) -> Draws:
    return draw(base.figures(), 1, 0, 400)


@pytest.mark.parametrize("name", built_in())
def test_every_deal_of_a_lab_counts_for_what_its_system_yields_but_wafers(name: str) -> None:
    scenario = load(name)
    lost = {deal.system for deal in scenario.deals if deal.performance is None}
    assert lost <= {"wafer"}
    assert all(lab.reference is not None and lab.reference.system == "gb200" for lab in scenario.labs)


def test_a_deal_on_the_reference_counts_for_exactly_one_and_others_for_something_else(
    base: Scenario, draws: Draws
) -> None:
    lab = base.labs[0]
    for deal in base.deals:
        if deal.lab == "openai":
            counts = lab.counts(deal, draws.of)
            assert (counts == 1.0).all() == (deal.system == "gb200")
            assert 0.2 < np.median(counts) < 8


def test_paths_with_a_faster_chip_have_more_tokens(base: Scenario, draws: Draws) -> None:
    titan = performance(base, "titan")
    flops = draws.of(next(axis.figure for axis in titan.axes if axis.figure.name == "systems.titan.flops"))
    rates = titan.sheet_rate(draws.of)
    assert np.corrcoef(np.log(flops), np.log(rates))[0, 1] > 0.3


@pytest.mark.parametrize("system", ["rubin", "titan"])
def test_between_the_computed_values_yields_are_near_those_of_the_model(
    system: str, base: Scenario, draws: Draws
) -> None:
    """On twelve paths, within 8 % each and 5 % on average; the model bends where one layout gives way to another."""
    known = performance(base, system)
    names = {"flops": "FLOP/s/chip", "bandwidth": "byte/s/chip", "memory": "byte/chip", "scale_up": "byte/s/chip"}
    names["limit"] = "W/chip"
    sheets = []
    for path in range(12):
        drawn = {a.figure.name.split(".")[-1]: float(draws.of(a.figure)[path]) for a in known.axes}
        numbers = {key: value / unit(names[key]).factor for key, value in drawn.items()}
        between = ("VR200-NVL72",) if system == "rubin" else ()
        sheets.append(Spec(between, domain=64 if system == "titan" else None, **numbers).system())
    expected = yields(sheets, MIX).tokens
    errors = np.abs(known.sheet_rate(draws.of)[:12] / expected - 1)
    assert errors.max() < 0.08
    assert errors.mean() < 0.05


def test_a_certain_figure_is_no_axis(base: Scenario) -> None:
    pinned = load(BASE, [("systems.rubin.flops", "12e15 FLOP/s/chip")])
    assert [axis.figure.name for axis in performance(base, "rubin").axes] == [
        "systems.rubin.flops",
        "systems.rubin.performance.bandwidth",
    ]
    assert len(performance(pinned, "rubin").axes) == 1


def test_a_sheet_between_two_is_one_of_them_at_the_ends() -> None:
    one, two = find_system("TPU-v6e"), find_system("TPU-v7")
    for end, flops in ((one, 9.18e14), (two, 4.614e15)):
        found = Spec(("TPU-v6e", "TPU-v7"), flops=flops).system()
        assert found.chip.hbm_bandwidth == pytest.approx(end.chip.hbm_bandwidth)
        assert found.chip.hbm_capacity == pytest.approx(end.chip.hbm_capacity)
        assert found.chip.flops["fp8"] == pytest.approx(flops)
    middle = Spec(("TPU-v6e", "TPU-v7"), flops=2e15).system().chip
    assert one.chip.hbm_bandwidth < middle.hbm_bandwidth < two.chip.hbm_bandwidth


def test_a_sheet_of_the_library_is_taken_as_it_is() -> None:
    assert H100.system() == find_system("H100-SXM-80GB")


def test_equivalents_follow_where_they_are_not_given(base: Scenario, draws: Draws) -> None:
    titan = next(deal for deal in base.deals if deal.system == "titan")
    assert titan.h100e is None
    assert titan.performance is not None
    np.testing.assert_array_equal(titan.equivalents(draws.of), titan.performance.over_h100(draws.of))


def test_a_scenario_without_performance_has_no_trace_of_it(tmp_path: Path) -> None:
    plain = without_performance(tmp_path)
    assert all(deal.performance is None for deal in plain.deals)
    assert all(lab.reference is None for lab in plain.labs)
    assert not [figure.name for figure in plain.figures() if "performance" in figure.name]
    assert "performance" not in repr(plain.deals) + repr(plain.labs)


def test_more_tokens_a_gigawatt_support_more_revenue_and_nothing_else_moves_before(tmp_path: Path) -> None:
    slow = load(BASE, [("systems.rubin.performance.bandwidth", "8 TB/s/chip")])
    fast = load(BASE, [("systems.rubin.performance.bandwidth", "20 TB/s/chip")])
    one, two = (simulate(scenario, 100, 1) for scenario in (slow, fast))
    assert (two["revenue"].values >= one["revenue"].values * (1 - 1e-6)).mean() > 0.98
    assert two["revenue"].values.sum() > one["revenue"].values.sum()
    np.testing.assert_array_equal(one.at("online", "2026-06").values, two.at("online", "2026-06").values)


def test_the_text_of_a_mix_or_a_sheet_names_the_scenario() -> None:
    assert load(BASE).hash == load(BASE).hash
    assert load(BASE, [("workloads.assistant.large.share", "0.5")]).hash != load(BASE).hash


WRONG = {
    "a model nobody knows": (
        "workloads: {assistant: {large: {model: DeepSeek-V4}}}",
        "3:40: workloads.assistant.large.model: no model `DeepSeek-V4`.",
        "Did you mean `DeepSeek-V3`?",
    ),
    "a sheet nobody knows": (
        "systems: {gb200: {performance: {sheet: GB200-NVL27}}}",
        "3:40: systems.gb200.performance.sheet: no system `GB200-NVL27`.",
        "`GB200-NVL72`",
    ),
    "one of two sheets nobody knows": (
        "systems: {tpu: {performance: {sheet: [TPU-v6e, TPU-v77]}}}",
        "systems.tpu.performance.sheet[1]: no system `TPU-v77`.",
        "`TPU-v7`",
    ),
    "a reference nobody knows": (
        "labs: {openai: {earns_on: gb300}}",
        "3:27: labs.openai.earns_on: no system with a performance `gb300`.",
        "`gb200`",
    ),
    "a mix nobody knows": (
        "labs: {openai: {workload: assistent}}",
        "labs.openai.workload: no workload `assistent`.",
        "`assistant`",
    ),
    "a sheet of its own with gaps": (
        "systems: {titan: {performance: {memory: , domain: }}}",
        "systems.titan.performance: a sheet of its own lacks `memory`, `domain`",
        "name a system with `sheet`",
    ),
    "no bandwidth": (
        "systems: {titan: {performance: {bandwidth: 0 TB/s/chip}}}",
        "3:44: systems.titan.performance.bandwidth: `0 TB/s/chip` given",
        "a value above 0 expected",
    ),
    "a slip of an exponent": (
        "systems: {gb200: {flops: 1e300 FLOP/s/chip}}",
        "3:26: systems.gb200.flops: `1e+300 FLOP/s/chip` given",
        "check its exponent",
    ),
    "a range that slips": (
        "systems: {gb200: {flops: {uniform: [1e15 FLOP/s/chip, 1e30 FLOP/s/chip], because: why}}}",
        "3:26: systems.gb200.flops",
        "up to 1e+20 FLOP/s/chip expected",
    ),
    "so slow a chip that nothing comes in time": (
        "systems: {gb200: {flops: 1e-9 FLOP/s/chip}}",
        "mine.yaml:3:26: systems.gb200.flops: DeepSeek-V3 on GB200-NVL72: no replica of up to 64 chips",
        "a system with more memory",
    ),
    "so little memory that nothing fits": (
        "systems: {rubin: {performance: {memory: 1 GB/chip}}}",
        "mine.yaml:3:41: systems.rubin.performance.memory: DeepSeek-V3 on VR200-NVL72",
        "a system with more memory",
    ),
    "no chips in a gigawatt": (
        "systems: {titan: {chips: 0 chip/GW}}",
        "3:26: systems.titan.chips: `0 chip/GW` given",
        "above 0 and up to 1e9 chip/GW expected",
    ),
    "chips without power": (
        "systems: {titan: {chips: 1e300 chip/GW}}",
        "3:26: systems.titan.chips: `1e+300 chip/GW` given",
        "above 0 and up to 1e9 chip/GW expected",
    ),
    "a wrong unit": (
        "systems: {titan: {performance: {bandwidth: 8 TB}}}",
        "systems.titan.performance.bandwidth: `TB` given",
        "byte/s/chip",
    ),
    "a target nothing meets": (
        "workloads: {assistant: {large: {tpot: 0.00001 s}}}",
        "workloads.assistant: DeepSeek-V3 on H100-SXM-80GB: no replica of up to 64 chips",
        "later targets",
    ),
    "an uncertain target": (
        "workloads: {assistant: {large: {tpot: {uniform: [0.01 s, 0.1 s], because: why}}}}",
        "workloads.assistant.large.tpot",
        "a single value expected",
    ),
    "an unknown number format": (
        "workloads: {assistant: {large: {format: fp9}}}",
        "workloads.assistant.large: no number format `fp9`",
        "fp8",
    ),
    "a negative share": (
        "workloads: {assistant: {large: {share: -1}}}",
        "workloads.assistant.large.share",
        "greater than 0",
    ),
    "no equivalents and no performance": (
        "systems: {titan: {performance: }}",
        "systems.titan: `h100e` is missing",
        "`performance`",
    ),
    "a figure that is drawn with others": (
        "systems: {titan: {flops: {ordered: [1e15 FLOP/s/chip, 2e15 FLOP/s/chip], rank: 1, of: 2, group: x}}}",
        "systems.titan.flops: a figure of a spec sheet cannot be `ordered`",
        "use uniform",
    ),
    "a facility that gives power back": (
        "systems: {titan: {performance: {pue: 0.9}}}",
        "systems.titan.performance.pue",
        "at least 1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_said_where_it_stands_with_the_likely_fix(name: str, tmp_path: Path) -> None:
    patch, place, fix = WRONG[name]
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, patch))
    said = [str(problem) for problem in caught.value.problems]
    assert any(place in line and fix in line for line in said), said
    assert all(problem.line > 0 for problem in caught.value.problems)


@pytest.mark.parametrize("limit", ["100 W/chip", "{uniform: [100 W/chip, 1 kW/chip], because: why}"])
def test_a_limit_below_what_the_chip_draws_when_idle_is_refused_where_it_stands(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def idle(name: str) -> System:
        found = find_system(name)
        return replace(found, chip=replace(found.chip, idle=200.0))

    monkeypatch.setattr("gigawatt.scenario.spec.find_system", idle)
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, f"systems: {{gb200: {{performance: {{limit: {limit}}}}}}}"))
    said = str(caught.value)
    assert "mine.yaml:3:40: systems.gb200.performance.limit: `100 W/chip" in said
    assert "draws 200 W when idle; expected a limit above that" in said


def test_power_around_the_chips_of_a_rack_is_that_of_its_claim() -> None:
    claims, stated = catalog(), [row for row in rows_of("systems") if row["host_power"]]
    assert len(stated) >= 3
    for row in stated:
        system, rack = find_system(row["title"]), claims[row["host_claim"]]
        watts = (system.chip.tdp or 0.0) + float(row["host_power"]) / system.node
        chips = claims[f"{row['system']}.chips_per_rack"].value
        assert chips is not None
        assert rack.unit == "kW/rack"
        ends = [end for end in (rack.low, rack.value, rack.high) if end is not None]
        assert min(ends) * 0.999 <= chips * watts / 1000 <= max(ends) * 1.001, row["system"]


def test_the_power_around_a_chip_is_of_its_rack_or_of_measured_nodes() -> None:
    assert Spec(("GB200-NVL72",)).host().share == pytest.approx(2200 / 4800)
    assert Spec(("GB200-NVL72",), limit=1000.0).host().share == pytest.approx(2200 / 4800)
    assert Spec(("H100-SXM-80GB",)).host().share == HOST_SHARE
    own = Spec((), 1e15, 3e12, 96e9, 1e11, 500.0, 64)
    assert own.host() == (HOST_SHARE, "measured nodes of eight chips")


def test_a_mistake_names_the_figure_without_which_there_would_be_a_chip() -> None:
    assert Spec(("H100-SXM-80GB",), bandwidth=-1.0).mistake() == Mistake(
        "bandwidth", "chip `H100-SXM-80GB`: hbm_bandwidth: -1.0; expected a finite number above 0."
    )
    assert Spec(("H100-SXM-80GB",)).mistake() is None
    assert Spec(()).mistake() == Mistake("", "a sheet of its own needs flops, bandwidth, memory, scale_up and domain.")


def test_mixes_are_missed_where_there_are_systems_that_would_yield_on_them(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="yields on what"):
        load(write(tmp_path, "workloads: "))
