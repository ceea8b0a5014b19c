"""Collectives: limits in closed form on every topology, and what more of anything does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.collective import COLLECTIVES, collective_time, members, point_to_point_time
from gigawatt.perf.hardware import hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.library import built_in_systems, find_system
from gigawatt.perf.system import Chip, Level, System

CHIP = Chip("c", {"bf16": 1e15}, 80e9, 3e12)
ALL = hardware(list(built_in_systems().values()))
H100 = hardware([find_system("H100-SXM-80GB")])
IDEAL = Kernels(
    **{f"wire_{name}": 1.0 for name in ("gather", "scatter", "reduce", "exchange")},
    **{f"copy_{name}": 0.0 for name in ("gather", "scatter", "reduce", "exchange")},
    collective=0.0,
    step=0.0,
    exchange_base=0.0,
    exchange_step=0.0,
)


def joined(*levels: Level) -> object:
    return hardware([System("s", CHIP, 1, levels)])


def ideal(kind: str, volume: float, group: float, *levels: Level) -> float:
    return float(collective_time(kind, volume, group, joined(*levels), kernels=IDEAL)[0])  # type: ignore[arg-type]


SWITCH = Level("switch", np.inf, 100e9)


def test_a_ring_over_a_switch_moves_all_but_a_chips_own_part() -> None:
    # Time of a bandwidth-optimal ring (Patarasuk & Yuan 2009): (n - 1)/n of the volume, twice that for an all-reduce.
    assert ideal("all_gather", 8e9, 8, SWITCH) == pytest.approx(7 / 8 * 8e9 / 100e9)
    assert ideal("reduce_scatter", 8e9, 8, SWITCH) == pytest.approx(7 / 8 * 8e9 / 100e9)
    assert ideal("all_to_all", 8e9, 8, SWITCH) == pytest.approx(7 / 8 * 8e9 / 100e9)
    assert ideal("all_reduce", 8e9, 8, SWITCH) == pytest.approx(2 * 7 / 8 * 8e9 / 100e9)


def test_an_all_reduce_is_a_reduce_scatter_and_an_all_gather() -> None:
    parts = ideal("reduce_scatter", 1e9, 16, SWITCH) + ideal("all_gather", 1e9, 16, SWITCH)
    assert ideal("all_reduce", 1e9, 16, SWITCH) == pytest.approx(parts)


def test_between_domains_only_what_is_left_after_the_part_inside_is_sent() -> None:
    levels = Level("in", 8, 450e9), Level("out", np.inf, 50e9)
    # 8e9 bytes over 4 domains of 8: each chip sends 3/4 of an eighth outside, 7/8 inside; the slower decides.
    assert ideal("all_gather", 8e9, 32, *levels) == pytest.approx(max(3 / 4 * 1e9 / 50e9, 7 / 8 * 8e9 / 450e9))
    assert ideal("all_to_all", 8e9, 32, *levels) == pytest.approx(24 / 32 * 8e9 / 50e9)


def test_groups_with_a_stride_reach_fewer_members_inside_a_domain() -> None:
    assert members(64, 1, H100)[:, 0].tolist() == [8, 8]
    assert members(64, 4, H100)[:, 0].tolist() == [2, 32]
    assert members(64, 8, H100)[:, 0].tolist() == [1, 64]
    assert members(4, 1, H100)[:, 0].tolist() == [4, 1]


def test_a_group_that_does_not_fill_its_domains_is_spread_evenly() -> None:
    assert members(12, 1, H100)[:, 0].tolist() == [6, 2]


def test_a_group_along_one_axis_of_a_torus_uses_the_links_of_that_axis() -> None:
    torus = Level("torus", 4096, 300e9, "torus", 3)
    assert ideal("all_gather", 1e9, 16, torus) == pytest.approx(15 / 16 * 1e9 / 100e9)
    assert ideal("all_gather", 1e9, 4096, torus) == pytest.approx(4095 / 4096 * 1e9 / 300e9)


def test_an_all_to_all_on_a_torus_is_bound_by_its_bisection() -> None:
    # 256 chips as 16 x 16: half the data of all chips crosses 2 x 16 links of a quarter of a chip's bandwidth twice.
    torus = Level("torus", 256, 200e9, "torus", 2)
    crossing, links = 256 / 2 * 1e9 / 2, 2 * 16 * 50e9
    assert ideal("all_to_all", 1e9, 256, torus) == pytest.approx(255 / 256 * crossing / links, rel=1e-9)


def test_a_part_of_a_mesh_has_only_the_links_inside_it() -> None:
    mesh = Level("mesh", 8, 448e9, "mesh")
    assert ideal("all_gather", 1e9, 2, mesh) == pytest.approx(0.5e9 / 64e9)
    assert ideal("all_gather", 1e9, 8, mesh) == pytest.approx(7 / 8 * 1e9 / 448e9)


@pytest.mark.parametrize("kind", COLLECTIVES)
def test_a_group_of_one_and_an_empty_message_take_no_time(kind: str) -> None:
    assert np.all(collective_time(kind, 1e9, 1, ALL) == 0)
    assert np.all(collective_time(kind, 0.0, 8, ALL) == 0)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(COLLECTIVES),
    st.floats(1.0, 1e11),
    st.integers(2, 4096),
    st.integers(1, 64),
    st.floats(1.01, 10),
)
def test_more_bytes_take_longer_and_more_bandwidth_never(
    kind: str, volume: float, group: int, stride: int, factor: float
) -> None:
    before = collective_time(kind, volume, group, ALL, stride=stride)
    assert np.all(before > 0)
    assert np.all(collective_time(kind, volume * factor, group, ALL, stride=stride) > before)
    faster = replace(ALL, level_bandwidth=ALL.level_bandwidth * factor)
    assert np.all(collective_time(kind, volume, group, faster, stride=stride) <= before)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(COLLECTIVES), st.integers(1, 7))
def test_a_larger_group_in_a_switched_domain_takes_longer_to_reduce(kind: str, group: int) -> None:
    ideal_times = [ideal(kind, 1e9, size, SWITCH) for size in (group, group + 1)]
    assert ideal_times[1] > ideal_times[0]


def test_a_latency_of_a_network_counts_for_each_step() -> None:
    slow = Level("far", np.inf, 100e9, latency=1e-3)
    extra = ideal("all_gather", 1e6, 4, slow) - ideal("all_gather", 1e6, 4, SWITCH)
    assert extra == pytest.approx(3e-3)


def test_neighbours_in_a_domain_use_its_links_and_others_the_network() -> None:
    near, far = (point_to_point_time(1e9, distance, H100)[0] for distance in (1, 8))
    assert near == pytest.approx(1e9 * CALIBRATED.wire_gather / 450e9, rel=0.01)
    assert far == pytest.approx(1e9 * CALIBRATED.wire_gather / 50e9, rel=0.01)
    assert point_to_point_time(0.0, 1, H100) == 0


def test_one_link_of_a_torus_carries_a_message_between_neighbours() -> None:
    pod = hardware([find_system("TPU-v5p")])
    assert point_to_point_time(1e9, 1, pod) == pytest.approx(1e9 * CALIBRATED.wire_gather / 100e9, rel=0.01)


def test_an_unknown_collective_is_refused_with_the_fix() -> None:
    with pytest.raises(InputError, match="Did you mean `all_reduce`"):
        collective_time("allreduce", 1.0, 2, H100)


def test_a_token_crosses_the_network_once_for_all_members_of_a_domain() -> None:
    levels = Level("inner", 8, 1e15), Level("outer", np.inf, 50e9)
    system = joined(*levels)
    often = np.array([1.0, 2.0, 8.0, 1e6])
    # Of each member's share 7 of 8 leave; so many copies go to 8 (1 - (7/8)^k) of 8 domains.
    times = [
        float(collective_time("all_to_all", 8e9, 64, system, copies=many, kernels=IDEAL)[0])  # type: ignore[arg-type]
        for many in often
    ]
    first = 8 * (1 - (7 / 8) ** often) / often
    assert times == pytest.approx(8e9 * 7 / 8 * first / 50e9, rel=1e-6)
    assert times == sorted(times, reverse=True)


def test_copies_do_not_matter_inside_one_domain() -> None:
    once, eight = (collective_time("all_to_all", 1e9, 8, H100, copies=many) for many in (1, 8))
    assert once == eight


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"volume": np.nan}, "collective all_gather: volume: nan; expected a finite number of at least 0"),
        ({"volume": -1.0}, "volume: -1; expected"),
        ({"group": 0}, "group: 0; expected a finite number of at least 1"),
        ({"stride": 0}, "stride: 0; expected"),
        ({"copies": -1}, "copies: -1; expected"),
        ({"group": [2, 4], "stride": [1, 2, 4]}, "lengths differ: chips 1, group 2, stride 3"),
    ],
)
def test_messages_and_groups_that_are_none_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        collective_time("all_gather", **{"volume": 1.0, "group": 2, "chips": H100} | given)  # type: ignore[arg-type]


def test_a_message_of_no_size_to_nowhere_is_refused() -> None:
    for volume, distance in ((np.nan, 1), (-1.0, 1), (1.0, -1)):
        with pytest.raises(InputError, match="sending: "):
            point_to_point_time(volume, distance, H100)
