"""Power, energy: limits, caps and published nodes."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import Deployment, Formats, deployments, formats
from gigawatt.perf.formats import format_code
from gigawatt.perf.gemm import sustained_share
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import built_in_systems, find_model, find_system
from gigawatt.perf.power import MEMORY_ENERGY, chip_power, facility_power, node_power, served_power, token_energy
from gigawatt.perf.serving import Requests, Service, serve
from gigawatt.perf.shape import shapes

BF16 = format_code("bf16")
ALL = hardware(list(built_in_systems().values()))
H100 = hardware([find_system("H100-SXM-80GB")])
LLAMA = shapes([find_model("Llama3-70B")])


def test_an_idle_chip_draws_its_idle_power() -> None:
    np.testing.assert_array_equal(chip_power(ALL, BF16, 0.0, 0.0), ALL.idle)


def test_a_chip_that_sustains_all_it_can_draws_its_limit() -> None:
    rate = ALL.rate(BF16)
    np.testing.assert_allclose(chip_power(ALL, BF16, rate * sustained_share(rate, ALL), 0.0), ALL.tdp, rtol=1e-12)


def test_no_chip_draws_more_than_its_limit() -> None:
    assert np.all(chip_power(ALL, BF16, 1e18, 1e15, 1e14) == ALL.tdp)


def test_a_byte_costs_what_moving_it_costs() -> None:
    drawn = chip_power(H100, BF16, 0.0, 3e12) - H100.idle
    assert drawn == pytest.approx(3e12 * MEMORY_ENERGY)


@pytest.mark.parametrize(
    ("system", "watts"),
    # Median reading of a training node under load, and mean of a serving node: MLPerf Training 4.0, Inference 5.1.
    [("H100-SXM-80GB", 7261.0), ("B200-SXM-180GB", 10401.0)],
)
def test_a_loaded_node_draws_what_was_measured(system: str, watts: float) -> None:
    chips = hardware([find_system(system)])
    assert node_power(chips, chips.tdp) == pytest.approx(watts, rel=0.08)


def test_a_known_host_replaces_the_share() -> None:
    assert node_power(H100, 500.0, host=2000.0) == 8 * 500 + 2000


def test_the_meter_shows_the_nodes_times_the_pue() -> None:
    assert facility_power(1e6, 1.3) == 1.3e6
    with pytest.raises(InputError, match=r"pue: 0\.9; expected a finite number of at least 1, such as 1\.2"):
        facility_power(1e6, 0.9)


def test_energy_of_a_token_is_power_over_rate() -> None:
    assert token_energy(10_401.0, 102_909.0) == pytest.approx(0.1011, abs=5e-5)
    with pytest.raises(InputError, match=r"tokens a second: 0; expected a finite number above 0"):
        token_energy(1.0, 0.0)


def test_negative_work_is_refused() -> None:
    with pytest.raises(InputError, match=r"moved a second: -1; expected a finite number of at least 0"):
        chip_power(H100, BF16, 0.0, -1.0)


def served() -> tuple[Deployment, Formats, Service]:
    cut, number = deployments(tp=[4, 8]), formats("fp8")
    return cut, number, serve(LLAMA, H100, cut, number, Requests(1024.0, 256.0, 32.0))


def test_a_replica_draws_its_share_of_nodes_and_a_token_what_it_yields_of_it() -> None:
    cut, number, got = served()
    drawn = served_power(H100, cut, number, got, pue=1.2)
    np.testing.assert_allclose(drawn.chip, chip_power(H100, number.product, got.flops, got.moved, got.sent))
    np.testing.assert_allclose(drawn.replica, 1.2 * node_power(H100, drawn.chip) * [0.5, 1.0])
    np.testing.assert_allclose(drawn.token, drawn.replica / got.tokens)


def test_idle_and_limit_bound_what_a_served_chip_draws() -> None:
    cut, number, got = served()
    drawn = served_power(H100, cut, number, got).chip
    assert np.all((drawn > H100.idle) & (drawn <= H100.tdp))


def test_a_replica_that_does_not_fit_draws_no_number() -> None:
    number = formats("bf16")
    got = serve(LLAMA, H100, deployments(tp=[1, 8]), number, Requests(1024.0, 256.0, 32.0))
    assert np.isnan(served_power(H100, deployments(tp=[1, 8]), number, got).token).tolist() == [True, False]
