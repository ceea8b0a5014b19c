"""Laws of products, attention, streams, collectives, power and failures: limits in closed form, order, and units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.attention import decode_attention_time, prefill_attention_time
from gigawatt.perf.collective import COLLECTIVES, collective_time, members, point_to_point_time
from gigawatt.perf.failure import best_interval, failure_interval, goodput
from gigawatt.perf.formats import FORMATS, format_bytes, format_code
from gigawatt.perf.gemm import gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.library import built_in_systems, find_system
from gigawatt.perf.power import chip_power, facility_power, node_power, token_energy
from gigawatt.perf.stream import stream_time
from gigawatt.perf.system import Chip, Level, System
from laws.perf_worlds import IDEAL, better, endless, farther, faster_clock, near, quicker_kernels, systems

some = settings(max_examples=60, deadline=None)
factors = st.floats(1.001, 8.0)
sizes = st.integers(1, 40_000)
codes = st.sampled_from([format_code(name) for name in FORMATS])
groups = st.integers(2, 4096)
volumes = st.floats(1.0, 1e12)

BF16 = format_code("bf16")
ALL = hardware(list(built_in_systems().values()))


def switched(bandwidth: float, chips: float = np.inf) -> Hardware:
    return hardware([System("s", Chip("c", {"bf16": 1e15}, 1e11, 1e12), 1, (Level("switch", chips, bandwidth),))])


# Products


@some
@given(sizes, sizes, sizes, codes, systems(), factors, st.sampled_from(("peak", "hbm_bandwidth", "tdp")), st.booleans())
def test_a_better_chip_never_takes_longer_for_a_product(
    m: int, n: int, k: int, code: int, system: System, factor: float, name: str, fused: bool
) -> None:
    chips = hardware([system])
    before, after = (gemm_time(m, n, k, each, code, fused=fused).total for each in (chips, better(chips, name, factor)))
    assert after <= before * (1 + 1e-12)


@some
@given(sizes, sizes, sizes, st.integers(1, 300), codes, systems(), st.integers(1, 4096))
def test_a_larger_product_never_takes_less(
    m: int, n: int, k: int, many: int, code: int, system: System, more: int
) -> None:
    chips = hardware([system])
    before = gemm_time(m, n, k, chips, code, groups=many).total
    for sides in ((m + more, n, k, many), (m, n + more, k, many), (m, n, k + more, many), (m, n, k, many + more)):
        assert gemm_time(*sides[:3], chips, code, groups=sides[3]).total >= before * (1 - 1e-12)


@some
@given(sizes, sizes, sizes, codes, systems())
def test_with_an_endless_memory_a_product_takes_its_flop_over_the_sustained_rate(
    m: int, n: int, k: int, code: int, system: System
) -> None:
    chips = endless(hardware([system]))
    time = gemm_time(m, n, k, chips, code, kernels=IDEAL).total
    assert time == near(2.0 * m * n * k / chips.rate(code), rel=1e-3)
    real = gemm_time(m, n, k, chips, BF16)
    rate = chips.rate(BF16)
    assert real.compute == near(2.0 * m * n * k / (rate * sustained_share(rate, chips)), 1e-6)


@some
@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 4000), systems())
def test_with_endless_arrays_a_product_takes_its_bytes_over_the_bandwidth(
    m: int, n: int, k: int, system: System
) -> None:
    # Multiples of 16 values of 2 bytes fill whole accesses to memory.
    m, n, k = 16 * m, 16 * n, 16 * k
    chips = better(hardware([system]), "peak", 1e20)
    time = gemm_time(m, n, k, chips, BF16, kernels=IDEAL).total
    assert time == near(2.0 * (m * k + k * n + m * n) / chips.hbm_bandwidth, rel=1e-3)


@some
@given(sizes, sizes, sizes, codes, codes, st.integers(1, 64))
def test_equal_products_launched_together_take_no_more_than_one_after_the_other_and_no_less_than_each_needs(
    m: int, n: int, k: int, code: int, weight: int, many: int
) -> None:
    one = gemm_time(m, n, k, ALL, code, weight_format=weight)
    together = gemm_time(m, n, k, ALL, code, weight_format=weight, groups=many)
    assert np.array_equal(together.launch, one.launch)
    assert np.all(together.memory <= many * one.memory * (1 + 1e-12))
    assert np.all(together.compute <= many * one.compute * (1 + 1e-12))
    assert np.all(together.total <= many * one.total * (1 + 1e-12))
    assert np.all(together.compute >= many * 2.0 * m * n * k / ALL.rate(code))


@some
@given(sizes, sizes, sizes, codes)
def test_no_product_beats_the_peak_or_the_memory(m: int, n: int, k: int, code: int) -> None:
    time = gemm_time(m, n, k, ALL, code, fused=True).total
    assert np.all(time >= 2.0 * m * n * k / ALL.rate(code))
    assert np.all(time >= (n * k * format_bytes(code)) / ALL.hbm_bandwidth)


# Attention and streams


@some
@given(sizes, st.floats(1, 1e6), st.integers(1, 128), systems(), factors, st.sampled_from(("peak", "hbm_bandwidth")))
def test_a_better_chip_never_takes_longer_for_attention(
    tokens: int, keys: float, heads: int, system: System, factor: float, name: str
) -> None:
    chips = hardware([system])
    faster = better(chips, name, factor)
    times = [prefill_attention_time(1, tokens, keys, heads, 1, 128, 128, each, BF16) for each in (chips, faster)]
    assert times[1] <= times[0]
    times = [decode_attention_time(keys * 1e3, keys * heads, each, BF16) for each in (chips, faster)]
    assert times[1] <= times[0]


@some
@given(st.floats(1.0, 1e14), systems())
def test_a_stream_takes_its_bytes_over_the_bandwidth_and_never_less(moved: float, system: System) -> None:
    chips = hardware([system])
    assert stream_time(moved, chips, IDEAL) == near(moved / chips.hbm_bandwidth)
    assert stream_time(moved, chips) > moved / chips.hbm_bandwidth
    assert decode_attention_time(moved, 0.0, chips, BF16, kernels=IDEAL) == near(moved / chips.hbm_bandwidth)


@some
@given(st.floats(1.0, 1e12), st.integers(1, 20))
def test_one_stream_is_never_slower_than_its_parts_one_after_the_other(moved: float, parts: int) -> None:
    assert np.all(stream_time(moved, ALL) <= parts * stream_time(moved / parts, ALL) * (1 + 1e-12))


# Collectives


@some
@given(volumes, groups, st.floats(1e8, 1e13))
def test_a_ring_moves_the_share_that_closed_forms_say(volume: float, group: int, bandwidth: float) -> None:
    """(n - 1)/n of the volume, and twice that for an all-reduce (Patarasuk & Yuan 2009)."""
    once = volume * (group - 1) / group / bandwidth
    for kind in COLLECTIVES:
        time = collective_time(kind, volume, group, switched(bandwidth), kernels=IDEAL)
        assert time == near((2 if kind == "all_reduce" else 1) * once)


@some
@given(st.sampled_from(COLLECTIVES), volumes, st.integers(1, 64), systems())
def test_a_group_of_one_and_an_empty_message_take_no_time(
    kind: str, volume: float, stride: int, system: System
) -> None:
    chips = hardware([system])
    assert collective_time(kind, volume, 1, chips, stride=stride) == 0
    assert collective_time(kind, 0.0, 8, chips, stride=stride) == 0
    assert point_to_point_time(0.0, stride, chips) == 0


@some
@given(st.sampled_from(COLLECTIVES), volumes, groups, st.integers(1, 64), systems(), factors, st.integers(0, 3))
def test_a_better_network_at_any_level_never_takes_longer(
    kind: str, volume: float, group: int, stride: int, system: System, factor: float, level: int
) -> None:
    chips = hardware([system])
    at = min(level, len(chips.level_bandwidth) - 1)
    before = collective_time(kind, volume, group, chips, stride=stride)
    assert collective_time(kind, volume, group, better(chips, "level_bandwidth", factor, at), stride=stride) <= before
    assert collective_time(kind, volume, group, farther(chips, 1e-5), stride=stride) >= before
    sent = point_to_point_time(volume, group, chips)
    assert point_to_point_time(volume, group, better(chips, "level_bandwidth", factor, at)) <= sent
    assert point_to_point_time(volume, group, farther(chips, 1e-5)) > sent


@some
@given(groups, st.integers(1, 64), systems())
def test_members_at_all_levels_multiply_to_the_group(group: int, stride: int, system: System) -> None:
    joined = members(group, stride, hardware([system]))
    assert np.prod(joined, axis=0) == near(group)
    assert np.all(joined >= 1 - 1e-12)


@some
@given(volumes, groups, systems())
def test_a_reduction_in_two_halves_costs_no_less_bandwidth_than_in_one(
    volume: float, group: int, system: System
) -> None:
    """An all-reduce is a reduce-scatter and an all-gather (Patarasuk & Yuan 2009)."""
    chips = hardware([system])
    whole = collective_time("all_reduce", volume, group, chips, kernels=IDEAL)
    free = replace(chips, level_latency=np.zeros_like(chips.level_latency))
    halves = [collective_time(kind, volume, group, free, kernels=IDEAL) for kind in ("reduce_scatter", "all_gather")]
    assert collective_time("all_reduce", volume, group, free, kernels=IDEAL) == near(halves[0] + halves[1])
    assert whole >= (halves[0] + halves[1]) * (1 - 1e-12)


# Symmetry and units


@some
@given(st.lists(st.tuples(sizes, sizes, sizes, st.sampled_from([BF16, 4, 6]), systems()), min_size=1, max_size=6))
def test_configurations_do_not_see_each_other(drawn: list[tuple[int, int, int, int, System]]) -> None:
    m, n, k, number, machines = zip(*drawn, strict=True)
    chips = hardware(machines)
    together = gemm_time(m, n, k, chips, number).total
    sent = collective_time("all_to_all", np.array(m) * 1e3, n, chips)
    for at in range(len(drawn)):
        alone = chips.take([at])
        assert gemm_time(m[at], n[at], k[at], alone, number[at]).total[0] == near(together[at], rel=1e-12)
        assert collective_time("all_to_all", m[at] * 1e3, n[at], alone)[0] == near(sent[at], rel=1e-12)


@some
@given(sizes, sizes, sizes, codes, systems(), st.floats(0.01, 100.0), st.sampled_from(COLLECTIVES))
def test_another_unit_of_time_changes_all_times_alike(
    m: int, n: int, k: int, code: int, system: System, factor: float, kind: str
) -> None:
    chips, kernels = hardware([system]), quicker_kernels(factor)
    fast = faster_clock(chips, factor)
    pairs = (
        (gemm_time(m, n, k, chips, code).total, gemm_time(m, n, k, fast, code, kernels=kernels).total),
        (stream_time(m * n, chips), stream_time(m * n, fast, kernels)),
        (collective_time(kind, m * n, k, chips), collective_time(kind, m * n, k, fast, kernels=kernels)),
        (point_to_point_time(m * n, k, chips), point_to_point_time(m * n, k, fast, kernels=kernels)),
        (decode_attention_time(m * n, k, chips, code), decode_attention_time(m * n, k, fast, code, kernels=kernels)),
        (
            prefill_attention_time(1, m, n, 8, 1, 64, 64, chips, code),
            prefill_attention_time(1, m, n, 8, 1, 64, 64, fast, code, kernels=kernels),
        ),
    )
    for slow, quick in pairs:
        assert quick * factor == near(slow, rel=1e-9)


@some
@given(st.floats(0, 1e15), st.floats(0, 1e13), st.floats(0, 1e12), codes, factors)
def test_power_lies_between_idle_and_the_limit_and_grows_with_each_activity(
    flops: float, moved: float, sent: float, code: int, factor: float
) -> None:
    drawn = chip_power(ALL, code, flops, moved, sent)
    assert np.all((drawn >= ALL.idle) & (drawn <= ALL.tdp))
    assert np.array_equal(chip_power(ALL, code, 0.0, 0.0), ALL.idle)
    for more in ((flops * factor, moved, sent), (flops, moved * factor, sent), (flops, moved, sent * factor)):
        assert np.all(chip_power(ALL, code, *more) >= drawn)
    full = ALL.rate(code) * sustained_share(ALL.rate(code), ALL)
    assert chip_power(ALL, code, full, 0.0) == near(ALL.tdp)
    assert np.all(facility_power(node_power(ALL, drawn), 1.3) > 1.3 * ALL.node * drawn)
    assert token_energy(drawn, 100.0) * 100.0 == near(drawn)


# Failures


@some
@given(st.floats(10.0, 1e9), st.floats(1e-6, 1.0), st.floats(0.0, 1.0))
def test_the_best_interval_is_the_one_that_loses_least(mean: float, share: float, restart: float) -> None:
    """Daly's formula against the maximum of the exact expression; both are near Young's where failures are rare."""
    checkpoint = share * mean
    best = best_interval(checkpoint, mean)
    tried = np.sqrt(2 * checkpoint * mean) * np.geomspace(0.05, 20, 4001)
    most = goodput(mean, tried, checkpoint, restart * mean).max()
    assert goodput(mean, best, checkpoint, restart * mean) >= most * (1 - 0.01 * share - 1e-5)
    assert best <= np.sqrt(2 * checkpoint * mean)


@some
@given(st.floats(1.0, 1e9), st.floats(1e-12, 1e-9))
def test_where_failures_are_rare_the_best_interval_is_youngs(mean: float, share: float) -> None:
    assert best_interval(share * mean, mean) == near(mean * np.sqrt(2 * share), rel=1e-4)


@some
@given(st.floats(1.0, 1e9), st.floats(1e-3, 2.0), st.floats(0.0, 2.0), st.floats(0.0, 2.0), factors)
def test_more_failures_longer_checkpoints_and_slower_restarts_keep_less(
    mean: float, work: float, pause: float, again: float, factor: float
) -> None:
    kept = goodput(mean, work * mean, pause * mean, again * mean)
    assert 0 < kept <= 1
    assert goodput(mean * factor, work * mean, pause * mean, again * mean) >= kept
    assert goodput(mean, work * mean, pause * mean * factor, again * mean) <= kept
    assert goodput(mean, work * mean, pause * mean, again * mean * factor) <= kept
    # Only ratios of times matter.
    scaled = goodput(mean * factor, work * mean * factor, pause * mean * factor, again * mean * factor)
    assert scaled == near(kept, rel=1e-9)


@some
@given(st.floats(1e3, 1e12), st.integers(1, 1_000_000), st.integers(2, 16))
def test_so_many_times_the_chips_fail_so_many_times_as_often(interval: float, chips: int, factor: int) -> None:
    assert failure_interval(interval, chips * factor) * factor == near(failure_interval(interval, chips))


def test_part_of_a_group_takes_the_same_beside_many_groups() -> None:
    chips = hardware([find_system("H100-SXM-80GB")], [0, 0])
    beside = gemm_time(4.0, 64.0, 64.0, chips, [1, 1], groups=np.array([0.9, 8.0])).compute[0]
    lone = gemm_time(4.0, 64.0, 64.0, chips.take([0]), [1], groups=np.array([0.9])).compute[0]
    assert beside == lone
