"""Products: limits in closed form, and what more of anything does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.formats import format_code
from gigawatt.perf.gemm import gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.library import built_in_systems, find_system
from gigawatt.perf.stream import stream_time

BF16, FP8, FP4 = (format_code(name) for name in ("bf16", "fp8", "fp4"))
H100 = hardware([find_system("H100-SXM-80GB")])
ALL = hardware(list(built_in_systems().values()))

sizes = st.integers(1, 40_000)


def faster(chips: Hardware, **factors: float) -> Hardware:
    return replace(chips, **{name: getattr(chips, name) * factor for name, factor in factors.items()})


def test_a_huge_product_takes_its_flop_over_the_sustained_rate() -> None:
    side = 131_072
    time = gemm_time(side, side, side, H100, BF16).total[0]
    rate = H100.rate(BF16) * sustained_share(H100.rate(BF16), H100)
    assert time == pytest.approx(2 * side**3 / rate[0], rel=0.01)


def test_a_product_with_one_row_takes_the_stream_of_its_weights() -> None:
    time = gemm_time(1, 16384, 16384, H100, BF16).total[0]
    stream = stream_time(2 * 16384**2, H100)[0] + CALIBRATED.launch
    assert time == pytest.approx(stream, rel=0.02)


def test_a_tiny_product_takes_little_more_than_a_launch() -> None:
    assert CALIBRATED.launch < gemm_time(1, 16, 16, H100, BF16).total[0] < 2 * CALIBRATED.launch


def test_a_product_without_rows_takes_no_time() -> None:
    none, some = gemm_time([0, 1], 4096, 4096, H100, FP8).total
    assert none == 0 < some


def test_no_product_is_faster_than_the_peak_or_the_memory_allows() -> None:
    for m in (1, 64, 1024, 16384):
        time = gemm_time(m, 8192, 8192, ALL, BF16).total
        assert np.all(time > 2 * m * 8192**2 / ALL.rate(BF16))
        assert np.all(time > 2 * 8192**2 / ALL.hbm_bandwidth)


@settings(max_examples=100, deadline=None)
@given(sizes, sizes, sizes, st.sampled_from([BF16, FP8, FP4]), st.floats(1.01, 8))
def test_more_bandwidth_power_or_compute_never_takes_longer(m: int, n: int, k: int, code: int, factor: float) -> None:
    before = gemm_time(m, n, k, ALL, code).total
    for better in (
        faster(ALL, hbm_bandwidth=factor),
        faster(ALL, tdp=factor),
        faster(ALL, peak=factor, cycle_flops=factor),
    ):
        assert np.all(gemm_time(m, n, k, better, code).total <= before * (1 + 1e-12))


@settings(max_examples=100, deadline=None)
@given(sizes, sizes, sizes, st.integers(2, 4))
def test_a_product_several_times_as_large_takes_longer(m: int, n: int, k: int, factor: int) -> None:
    before = gemm_time(m, n, k, ALL, BF16).total
    for sides in ((factor * m, n, k), (m, factor * n, k), (m, n, factor * k)):
        assert np.all(gemm_time(*sides, ALL, BF16).total >= before * (1 - 1e-12))


def test_a_wave_that_is_just_too_full_costs_another_one() -> None:
    # 132 arrays and as many blocks of 128 x 128 fill one wave; one row more begins a second.
    full, over = gemm_time([132 * 128, 132 * 128 + 1], 128, 8192, H100, BF16).compute
    assert over > 1.4 * full


def test_depth_is_split_where_arrays_would_stand_idle() -> None:
    narrow = gemm_time(64, 128, 16384, H100, BF16).compute[0]
    rate = H100.rate(BF16)[0] * sustained_share(H100.rate(BF16), H100)[0]
    alone = 2 * 64 * 128 * 16384 / (rate / 132)
    assert narrow == pytest.approx(alone / 32)


def test_rows_that_end_inside_a_memory_access_cost_more_memory() -> None:
    odd, even = gemm_time(1, 8192, [8193, 8208], H100, BF16).memory
    assert odd == even


def test_a_systolic_array_pads_to_its_width() -> None:
    tpu = hardware([find_system("TPU-v6e")])
    wide, odd = gemm_time(4096, [256, 1], 4096, tpu, BF16).compute
    assert odd == wide


def test_a_chip_with_less_power_for_each_flop_sustains_a_smaller_share() -> None:
    share = sustained_share(H100.rate(BF16), H100)
    assert sustained_share(H100.rate(BF16), faster(H100, tdp=0.5)) < share < CALIBRATED.best
    assert sustained_share(H100.rate(FP8), H100) < share


def test_narrow_formats_first_scale_their_activations_unless_that_is_fused() -> None:
    apart = gemm_time(512, 8192, 8192, H100, FP8)
    fused = gemm_time(512, 8192, 8192, H100, FP8, fused=True)
    assert apart.scaling > CALIBRATED.scaling_tensor
    assert fused.scaling == 0
    assert fused.total == pytest.approx(apart.total - apart.scaling)
    assert gemm_time(512, 8192, 8192, H100, BF16).scaling == 0


def test_weights_stored_narrower_stream_faster_at_the_same_rate() -> None:
    plain = gemm_time(1, 8192, 8192, H100, BF16)
    narrow = gemm_time(1, 8192, 8192, H100, BF16, weight_format=FP8)
    assert narrow.memory < plain.memory
    assert narrow.compute == plain.compute


def test_grouped_products_share_one_launch() -> None:
    one, many = gemm_time(64, 2048, 7168, H100, BF16, groups=[1, 32]).total
    assert one < many < 32 * one


def test_matrices_lead_and_configurations_come_last() -> None:
    assert gemm_time(128, np.ones((3, 1)) * 4096, 4096, ALL, BF16).total.shape == (3, len(ALL.arrays))


def test_configurations_do_not_see_each_other() -> None:
    together = gemm_time([7, 4096], [640, 8192], 4096, ALL.take([3, 8]), [BF16, FP8]).total
    apart = [
        gemm_time(7, 640, 4096, ALL.take([3]), BF16).total[0],
        gemm_time(4096, 8192, 4096, ALL.take([8]), FP8).total[0],
    ]
    assert together.tolist() == apart


def test_a_package_of_more_dies_sustains_less_and_one_of_one_die_what_it_did() -> None:
    shares = [sustained_share(H100.rate(BF16), replace(H100, dies=np.array([count])))[0] for count in (1.0, 2.0, 12.0)]
    power = 700 / H100.rate(BF16)[0]
    size = (H100.cycle_flops[0] / CALIBRATED.small_array) ** 3
    alone = CALIBRATED.best * power / (power + CALIBRATED.power_cap) * size / (size + 1)
    assert shares[0] == pytest.approx(alone)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("name", "published"), [("MI300X", 0.514), ("MI325X", 0.604), ("MI355X", 0.68), ("Gaudi3", 0.741)]
)
def test_the_share_of_a_chip_without_calibrated_kernels_is_near_the_published_one(name: str, published: float) -> None:
    # Largest products found by measurement over the peak, in bf16 (Bekman, Machine Learning Engineering, 2025, "Maximum
    # achievable matmul FLOPS"); none of them was used in a fit.
    chips = hardware([find_system(name)])
    assert sustained_share(chips.rate(BF16), chips)[0] == pytest.approx(published, rel=0.12)


def test_scales_of_blocks_slow_products_where_matrix_units_do_not_apply_them() -> None:
    block = format_code("fp8_block")
    old, new = (hardware([find_system(name)]) for name in ("H100-SXM-80GB", "B200-SXM-180GB"))
    for chips, slower in ((old, 1 / CALIBRATED.block), (new, 1.0)):
        plain, scaled = (gemm_time(8192, 8192, 8192, chips, code).compute[0] for code in (FP8, block))
        assert scaled == pytest.approx(slower * plain)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((np.nan, 8, 8), "product: m: nan; expected a finite number of at least 0"),
        ((8, -1, 8), "product: n: -1; expected"),
        ((8, 8, np.inf), "product: k: inf; expected"),
        (([8, 8, 8], 8, 8), "product: lengths differ: chips 2, m 3"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes: tuple[object, object, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        gemm_time(*sizes, ALL.take([3, 8]), BF16)  # type: ignore[arg-type]
