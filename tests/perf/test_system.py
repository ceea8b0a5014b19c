"""Spec sheets: what they refuse, and how gaps are filled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.formats import FORMATS, format_bytes, format_code
from gigawatt.perf.hardware import JOULES_PER_FLOP, hardware
from gigawatt.perf.library import built_in_chips, built_in_systems, find_system, rows_of
from gigawatt.perf.system import Chip, Level, System

BARE = Chip("bare", {"bf16": 1e15}, 100e9, 4e12)
NET = Level("net", 8, 400e9)


def rate(chip: Chip, name: str) -> float:
    return float(hardware([System("s", chip, 8, (NET,))]).rate(format_code(name))[0])


def test_a_bare_spec_sheet_gets_the_stated_defaults() -> None:
    figures = hardware([System("s", BARE, 8, (NET,))])
    assert figures.arrays == 1e15 / (1.8e9 * 4096)
    assert figures.tdp == JOULES_PER_FLOP * 1e15
    assert figures.idle == 0.1 * figures.tdp
    assert (figures.rows, figures.columns, figures.depth) == (64, 128, 32)


def test_a_format_without_a_rate_runs_at_the_next_wider_one() -> None:
    assert rate(BARE, "fp4") == rate(BARE, "fp8") == rate(BARE, "bf16") == 1e15
    assert rate(replace(BARE, flops={"bf16": 1e15, "fp8": 2e15}), "nvfp4") == 2e15


def test_a_format_without_a_wider_one_is_slower_by_the_ratio_of_the_bits() -> None:
    assert rate(BARE, "tf32") == 0.5e15
    assert rate(replace(BARE, flops={"fp4": 8e15}), "bf16") == 2e15


def test_integer_rates_serve_integers_only() -> None:
    chip = replace(BARE, flops={"bf16": 1e15, "int8": 2e15})
    assert (rate(chip, "int8"), rate(chip, "fp8")) == (2e15, 1e15)


def test_a_system_with_a_bounded_network_gets_an_unbounded_one_at_a_sixteenth() -> None:
    figures = hardware([System("s", BARE, 8, (NET,))])
    assert figures.level_chips[:, 0].tolist() == [8, np.inf]
    assert figures.level_bandwidth[:, 0].tolist() == [400e9, 25e9]


def test_systems_with_fewer_networks_repeat_their_last() -> None:
    deep = System("d", BARE, 8, (NET, Level("rail", 64, 50e9), Level("core", np.inf, 25e9)))
    figures = hardware([find_system("H100-SXM-80GB"), deep])
    assert figures.level_bandwidth.T.tolist() == [[450e9, 50e9, 50e9], [400e9, 50e9, 25e9]]


def test_taking_configurations_repeats_systems_in_order() -> None:
    systems = list(built_in_systems().values())
    figures = hardware(systems, [2, 0, 2])
    assert figures.hbm_bandwidth.tolist() == [systems[place].chip.hbm_bandwidth for place in (2, 0, 2)]
    assert figures.peak.shape == (len(FORMATS), 3)


def test_each_configuration_has_the_rate_of_its_own_format() -> None:
    figures = hardware([find_system("H100-SXM-80GB")], [0, 0])
    assert figures.rate([format_code("bf16"), format_code("fp8")]).tolist() == [9.894e14, 1.979e15]


def test_names_change_nothing() -> None:
    known = find_system("H100-SXM-80GB")
    levels = tuple(replace(level, name="x") for level in known.levels)
    renamed = System("x", replace(known.chip, name="x"), known.node, levels)
    before, after = hardware([known]), hardware([renamed])
    assert all(np.array_equal(getattr(before, name), getattr(after, name)) for name in type(before).__slots__)


def test_a_slice_of_a_pod_and_another_network_are_the_same_chip() -> None:
    pod = find_system("TPU-v5p")
    assert pod.with_domain(64).domain == 64
    assert pod.with_scale_out(1e9).levels[-1].bandwidth == 1e9
    assert pod.with_domain(64).chip is pod.chip


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: replace(BARE, hbm_bandwidth=0.0), "chip `bare`: hbm_bandwidth: 0.0; expected a finite number above 0"),
        (lambda: replace(BARE, tdp=np.nan), "chip `bare`: tdp: nan"),
        (lambda: replace(BARE, flops={}), "flops: empty; expected FLOP/s of at least one of tf32, bf16"),
        (lambda: replace(BARE, flops={"bf15": 1.0}), "Did you mean `bf16`?"),
        (lambda: Level("x", 8, 1e9, "tours"), "Did you mean `torus`?"),
        (lambda: System("s", BARE, 8), "system `s`: levels: empty; expected at least one network"),
        (lambda: System("s", BARE, 8, (Level("a", 8, 1), Level("b", 4, 1))), "expected them from the smallest"),
        (lambda: find_system("H100-SMX-80GB"), "Did you mean `H100-SXM-80GB`?"),
        (lambda: format_code("fb16"), "Did you mean `fp16`?"),
    ],
)
def test_a_wrong_figure_is_refused_with_its_place_and_the_fix(make: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        make()  # type: ignore[operator]
    assert said in str(caught.value)


def test_every_built_in_figure_names_its_source() -> None:
    for table in ("models", "chips", "systems", "networks"):
        assert rows_of(table)
        assert [row for row in rows_of(table) if not row["source"].startswith("https://")] == []


def test_every_built_in_chip_belongs_to_a_system() -> None:
    used = {system.chip.name for system in built_in_systems().values()}
    assert used == {chip.name for chip in built_in_chips().values()}


def test_block_formats_carry_their_scales() -> None:
    assert format_bytes([format_code("nvfp4"), format_code("bf16")]).tolist() == [0.5625, 2.0]
