"""Yields: what a chip brings on a mix, and how that follows from its sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.interval import regime
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.system import System
from gigawatt.perf.yields import Use, errors, yields

LARGE = Use(find_model("DeepSeek-V3"), 1.0, 2000.0, 500.0, 10.0, 0.05)
SMALL = Use(find_model("Llama3-8B"), 1.0, 1000.0, 300.0, 10.0, 0.03)
H100, GB200 = find_system("H100-SXM-80GB"), find_system("GB200-NVL72")


def faster(system: System, **changed: float) -> System:
    return replace(system, chip=replace(system.chip, **changed))


def test_a_chip_divides_its_time_so_that_answers_come_in_the_shares_of_the_mix() -> None:
    one, two = (yields([H100], [use]).tokens[0] for use in (LARGE, SMALL))
    mixed = yields([H100], [replace(LARGE, share=3.0), SMALL]).tokens[0]
    assert mixed == pytest.approx(4 / (3 / one + 1 / two), rel=1e-12)


def test_shares_count_relative_to_their_sum() -> None:
    once = yields([H100], [LARGE, SMALL])
    twice = yields([H100], [replace(use, share=2.0) for use in (LARGE, SMALL)])
    assert twice.tokens[0] == pytest.approx(once.tokens[0], rel=1e-12)
    assert twice.power[0] == pytest.approx(once.power[0], rel=1e-12)


def test_what_is_promised_is_served_in_time() -> None:
    """The layout of eight chips at the load found keeps the target, and a third more load does not."""
    use = replace(SMALL, tpot=0.02)
    found = yields([H100], [use])
    chips = float(found.replica[0, 0])
    cut = deployments(tp=chips)
    model, number = shapes([use.model]), formats("fp8", kv="fp8")
    loads = np.geomspace(1, 4000, 400)
    got = serve(model, hardware([H100]), cut, number, Requests(use.isl, use.osl, loads * chips))
    in_time = (got.tpot <= use.tpot) & (got.ttft <= use.ttft)
    assert 0 < in_time.sum() < len(loads)
    assert found.tokens[0] == pytest.approx(float((got.tokens / chips)[in_time].max()), rel=0.05)


def test_a_later_target_never_yields_less() -> None:
    rates = [yields([GB200], [replace(LARGE, tpot=tpot)]).tokens[0] for tpot in (0.02, 0.03, 0.05, 0.1)]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


@pytest.mark.parametrize("figure", ["hbm_bandwidth", "hbm_capacity"])
def test_more_memory_or_a_faster_one_never_yields_less(figure: str) -> None:
    sheets = [faster(H100, **{figure: factor * getattr(H100.chip, figure)}) for factor in (1.0, 1.3, 2.0)]
    rates = yields(sheets, [LARGE, SMALL]).tokens
    assert rates[0] <= rates[1] * 1.001
    assert rates[1] <= rates[2] * 1.001
    assert rates[2] > rates[0] or figure == "hbm_capacity"


def test_sheets_of_one_chip_yield_alike_whether_cut_alike_or_on_their_own() -> None:
    sheets = [faster(GB200, hbm_bandwidth=factor * GB200.chip.hbm_bandwidth) for factor in (0.7, 1.0, 1.4)]
    alone, alike = yields(sheets, [LARGE, SMALL]), yields(sheets, [LARGE, SMALL], like=(1, 1, 1))
    np.testing.assert_allclose(alike.tokens, alone.tokens, rtol=0.02)
    assert alike.tokens[1] == alone.tokens[1]


def test_a_sheet_whose_memory_is_too_small_for_the_layouts_of_the_middle_one_gets_one_of_its_own() -> None:
    sheets = [faster(H100, hbm_capacity=size) for size in (32e9, 288e9)]
    found = yields(sheets, [LARGE], like=(1, 1))
    assert found.replica[0, 0] > found.replica[0, 1]
    assert found.tokens[0] > 0


def test_a_chip_draws_between_idle_and_its_limit() -> None:
    found = yields([H100, GB200], [LARGE, SMALL])
    limits = hardware([H100, GB200]).tdp
    assert found.limit.tolist() == limits.tolist()
    assert (found.power > hardware([H100, GB200]).idle).all()
    assert (found.power <= limits).all()


def test_errors_are_split_into_what_is_shared_and_what_is_not() -> None:
    """On a chip like those that were measured, both together are as far off as the residuals are."""
    shared, own = errors(H100)
    whole = regime("throughput")
    assert shared.deviation > 0
    assert np.hypot(shared.deviation, own.deviation) == pytest.approx(whole.deviation)
    assert shared.median * own.median == pytest.approx(float(whole.quantile(0.5)))
    assert errors(find_system("Trainium2"))[0] == shared


def test_a_chip_unlike_those_measured_is_less_certain_and_leans_to_no_side() -> None:
    own = errors(find_system("Trainium2"))[1]
    assert own.median == 1.0
    assert own.deviation >= abs(np.log(regime("throughput unseen").quantile(0.5) / regime("throughput").quantile(0.5)))


def test_a_use_that_fits_nowhere_in_time_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match=r"DeepSeek-V3 on H100-SXM-80GB: no replica .* later targets"):
        yields([H100], [replace(LARGE, tpot=1e-6)])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"share": 0.0}, "share: 0"),
        ({"tpot": float("nan")}, "tpot: nan"),
        ({"format": "fp9"}, "no number format `fp9`"),
        ({"isl": 0.0}, "isl: 0"),
        ({"most": 0.5}, "most: 0.5"),
    ],
)
def test_a_use_out_of_bounds_is_refused(changed: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(SMALL, **changed)


def test_nothing_yields_nothing() -> None:
    with pytest.raises(InputError, match="at least one"):
        yields([H100], [])
