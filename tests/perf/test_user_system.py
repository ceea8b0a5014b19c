"""Systems described by users."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
import yaml

from gigawatt.perf import user_system
from gigawatt.perf.hardware import hardware
from gigawatt.perf.sheet import SheetError
from gigawatt.perf.user_system import system_from

SHEET: dict[str, Any] = yaml.safe_load(user_system.EXAMPLE)


def changed(*path: str | int, to: object) -> dict[str, Any]:
    sheet = copy.deepcopy(SHEET)
    inner: Any = sheet
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return sheet


def test_the_example_is_a_chip_that_can_be_computed_with() -> None:
    made = system_from(SHEET, "file")
    assert (made.name, made.node, made.domain) == ("my-chip", 8, 64)
    assert made.chip.flops["fp8"] == pytest.approx(3e15)
    assert math.isinf(made.levels[-1].chips)
    assert hardware([made]).hbm_bandwidth[0] == pytest.approx(6e12)


def test_clocks_tiles_and_latencies_are_read() -> None:
    sheet = changed("chip", "clock", to="1.7 GHz")
    sheet["chip"] |= {"tile": [64, 128, 32], "arrays": 100, "sram": "40 MB"}
    sheet["networks"][0] |= {"latency": "2 us", "topology": "torus", "dimensions": 3}
    made = system_from(sheet, "file")
    assert (made.chip.clock, made.chip.tile, made.chip.arrays) == (pytest.approx(1.7e9), (64, 128, 32), 100)
    assert made.levels[0].latency == pytest.approx(2e-6)
    assert made.levels[0].dimensions == 3


@pytest.mark.parametrize(
    ("path", "value", "place", "said"),
    [
        (("chip", "hbm_bandwidth"), "0 TB/s", ("chip", "hbm_bandwidth"), "more than 0"),
        (("chip", "hbm_bandwidth"), "-3 TB/s", ("chip", "hbm_bandwidth"), "more than 0"),
        (("chip", "hbm_bandwidth"), "nan TB/s", ("chip", "hbm_bandwidth"), "finite number"),
        (("chip", "hbm_bandwidth"), "6 TB", ("chip", "hbm_bandwidth"), "rate"),
        (("chip", "hbm_bandwidth"), 6, ("chip", "hbm_bandwidth"), "no unit"),
        (("chip", "hbm_bandwidth"), None, ("chip",), "`hbm_bandwidth` is missing"),
        (("chip", "hbm_capcity"), "3 GB", ("chip", "hbm_capcity"), "Did you mean `hbm_capacity`"),
        (("chip", "flops", "fp9"), "1 TFLOP/s", ("chip", "flops", "fp9"), "Did you mean `fp8`"),
        (("chip", "flops"), {}, ("chip", "flops"), "at least one of"),
        (("chip", "flops"), None, ("chip",), "`flops` is missing"),
        (("chip", "arrays"), 1.5, ("chip", "arrays"), "whole number"),
        (("chip", "tile"), [64, 128], ("chip", "tile"), "rows, columns and depth"),
        (("chip",), None, (), "`chip` is missing"),
        (("chip",), 3, ("chip",), "mapping"),
        (("networks",), None, (), "`networks` is missing"),
        (("networks",), [], ("networks",), "at least one network"),
        (("networks", 0, "bandwidth"), None, ("networks", 0), "`bandwidth` is missing"),
        (("networks", 0, "topology"), "ring", ("networks", 0, "topology"), "switch, torus, mesh"),
        (("networks", 1, "chips"), 4, ("networks",), "smallest to the largest"),
        (("networks", 0, "chips"), 10**400, ("networks", 0, "chips"), "a number of about 401 digits"),
        (("networks", 0, "dimensions"), 10**400, ("networks", 0, "dimensions"), "a number of about 401 digits"),
        (("chip", "idle"), "950 W", ("chip", "idle"), "expected at most tdp, 900, both in W"),
        (("chip", "available"), 24, ("chip", "available"), "in years, such as 2024.5"),
        (("node",), 10**400, ("node",), "a number of about 401 digits"),
        (("node",), 0, ("node",), "at least 1"),
        (("nodes",), 8, ("nodes",), "Did you mean `node`"),
    ],
)
def test_a_mistake_names_its_place_and_fix(
    path: tuple[str | int, ...], value: object, place: tuple[str | int, ...], said: str
) -> None:
    with pytest.raises(SheetError) as caught:
        system_from(changed(*path, to=value), "file")
    fault = next(fault for fault in caught.value.faults if fault.place == place)
    assert said in fault.message
