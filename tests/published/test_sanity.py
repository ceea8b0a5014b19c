"""The built-in scenarios against published figures: not forecasts, but nothing they say may be physically absurd.

Every test runs on 2,500 paths of each scenario with seed 1. Tolerances are wide and stated where they are used.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from gigawatt.catalog import Catalog
from gigawatt.catalog import load as load_catalog
from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.scenario.load import load
from gigawatt.units import quantity

Paths = NDArray[np.float64]
BN = 1e9
CATALOG = load_catalog()
ALL_IN = (
    "openai-50",
    "cnbc-rule",
    "bernstein",
    "nvidia-2025",
    "nvidia-2026",
    "barclays",
    "mckinsey",
    "epoch",
    "orennia",
    "vera-rubin",
    "summit-model",
    "crusoe",
)
"""Records of all-in cost a gigawatt; their claims are `<record>.cost_per_power`."""


@pytest.fixture(scope="module", params=["openai-2025-10", "openai-2026-10"])
def result(request: pytest.FixtureRequest) -> Result:
    return simulate(load(request.param), paths=2500, seed=1)


def visible(result: Result) -> Catalog:
    """The claims that the scenario may use."""
    return CATALOG.as_of(result.scenario.as_of)


def ends(claim_id: str, catalog: Catalog = CATALOG) -> tuple[float, float]:
    """Low and high end of a claim in internal units; its value twice where it has no range."""
    claim = catalog[claim_id]
    found = [end for end in (claim.low, claim.value, claim.high) if end is not None]
    scale = quantity(f"1 {claim.unit}").value
    return min(found) * scale, max(found) * scale


def drawn(result: Result, name: str) -> Paths:
    """What an uncertain figure was on every path."""
    return np.asarray(result.array("figures")[result.labels["figure"].index(name)], dtype=np.float64)


def running_on(result: Result, *systems: str) -> list[str]:
    return [deal.name for deal in result.scenario.deals if deal.system in systems]


def of_openai(result: Result) -> list[str]:
    return [deal.name for deal in result.scenario.deals if deal.lab == "openai"]


def revenue(result: Result, months: Sequence[str]) -> float:
    """OpenAI's middle revenue over some months, in USD."""
    return float(np.median(result["revenue"].sel(lab="openai", month=list(months)).values.sum(axis=0)))


def in_year(result: Result, year: int) -> list[str]:
    return [month for month in result.months("revenue") if month.startswith(str(year))]


def burn(result: Result, first: int, last: int) -> float:
    """What OpenAI spends beyond what it earns in whole years, on the middle path; money raised is not earned.

    Money raised is equity and debt under its funding rules, and what NVIDIA and SoftBank invest.
    """
    spans = [f"{first - 1}-12", f"{last}-12"]
    investors = [pair for pair in result.labels["pair"] if pair in ("nvidia > openai", "softbank > openai")]
    before, after = (
        result["cash"].sel(party="openai", month=month).values
        - result["raised"].sel(party="openai", month=month).values
        - result["paid"].sel(pair=investors, month=month).values.sum(axis=0)
        for month in spans
    )
    return float(np.median(before - after))


def test_a_gigawatt_of_gb200_class_systems_holds_as_many_h100_equivalents_as_energised_sites_do(
    result: Result,
) -> None:
    """0.86 million a facility gigawatt over energised sites, 0.63 to 1.01 by site.

    The published figure is over all kinds of chips; GB200 sites are near its middle. The middle 80 % of the simulation
    must overlap the range of sites, and its median lie within 25 % of the fleet's value.
    """
    deals = running_on(result, "gb200")
    power, chips = (result[name].sel(deal=deals, month="2027-12").values.sum(axis=0) for name in ("working", "h100e"))
    low, median, high = np.quantile(chips / power, [0.1, 0.5, 0.9])
    published = CATALOG["h100e_per_gw_2026.h100e_per_power"]
    lowest, highest = ends(published.id)
    assert low < highest
    assert high > lowest
    assert published.value is not None
    assert median == pytest.approx(published.value, rel=0.25)


def test_ten_gigawatts_of_nvidia_systems_are_millions_of_packages(result: Result) -> None:
    """4 to 5 million GPUs were named for the 10 GW of the letter of September 2025.

    What is compared: ten times the chips in a stated gigawatt, for the generation the letter speaks of (Vera Rubin) and
    the one before (GB200) together. The basis of the ten gigawatts is unknown, so what the scenario draws for facility
    over stated power multiplies the chips in a facility gigawatt. The count fits GB200 packages; a Vera Rubin package
    draws nearly twice the power, and its ten gigawatts are about three million. Hence the middle 80 % of both together
    must overlap 4 to 5 million, and the median lie between 2.3 and 5.
    """
    basis = drawn(result, "figures.basis")
    counts = 10 * np.concatenate([basis * drawn(result, f"systems.{system}.chips") for system in ("gb200", "rubin")])
    low, median, high = np.quantile(counts, [0.1, 0.5, 0.9])
    assert low < 5e6
    assert high > 4e6
    assert 2.3e6 < median < 5e6


def test_chips_and_shell_together_cost_what_a_gigawatt_is_said_to_cost(result: Result) -> None:
    """50 bn USD a gigawatt all-in by OpenAI and others; published estimates run from 33 to 100 bn.

    The sum of what the scenario draws for NVIDIA hardware and for the rest must have its median in that range and, as
    50 bn is the figure of the announcements, within 30 % of it; in 2026 for both generations.
    """
    shell = drawn(result, "figures.shell_cost")
    hardware = [name for name in ("figures.nvidia_content", "figures.rubin_content") if name in result.labels["figure"]]
    assert hardware
    estimates = [end for record in ALL_IN for end in ends(f"{record}.cost_per_power")]
    for name in hardware:
        cost = float(np.median(drawn(result, name) + shell))
        assert min(estimates) <= cost <= max(estimates)
        assert cost == pytest.approx(ends("openai-50.cost_per_power")[0], rel=0.3)


def test_revenue_in_2026_follows_the_projection_of_the_day(result: Result) -> None:
    """The newest projection that was visible, within a factor of 1.6 either way.

    In October 2025 none for 2026 was: 13 bn in 2025 and 100 bn in 2029 are joined by constant growth. In October 2026
    it was 36 bn for the year; less the 5.7 bn of the first quarter, the fourth is taken as four tenths of the rest.
    """
    claims = visible(result)
    months = in_year(result, 2026)
    if len(months) == 12:
        first = ends("openai.revenue_forecast.2025.2025-09", claims)[0]
        last = ends("openai.revenue_forecast.2029.2025-09", claims)[0]
        expected = 12 * first * (last / first) ** 0.25
    else:
        year = 12 * ends("openai.revenue_forecast.2026.2026-07", claims)[0]
        begun = 3 * ends("openai.revenue.q1-2026", claims)[0]
        expected = 0.4 * (year - begun)
    assert expected / 1.6 < revenue(result, months) < expected * 1.6


def test_the_run_rate_at_the_start_is_the_one_that_was_claimed(result: Result) -> None:
    """The newest claim of each lab lies between the ends of the middle 80 %, widened by a tenth.

    In October 2025 the newest run rate, 10 bn in June, was four months old and growing; 20 bn followed in December.
    The start of that scenario must lie between the two.
    """
    start = result.months("revenue")[0]
    bands = {
        lab: np.quantile(12 * result["revenue"].sel(lab=lab, month=start).values, [0.1, 0.5, 0.9])
        for lab in result.labels["lab"]
    }
    if start == "2025-10":
        assert 12 * ends("openai.run_rate.2025-06")[0] < bands["openai"][1] < 12 * ends("openai.run_rate.2025-12")[0]
        return
    claimed = {"openai": "openai.run_rate.2026-09-30", "anthropic": "anthropic.run_rate.2026-07-31"}
    for lab, claim_id in claimed.items():
        low, _, high = bands[lab]
        assert 0.9 * low < 12 * ends(claim_id, visible(result))[0] < 1.1 * high


def test_cash_burn_is_of_the_size_that_was_projected(result: Result) -> None:
    """The newest projection that was visible, within a factor of 3 either way.

    In October 2025: 17 bn in 2026. In October 2026: 278 bn in 2026 to 2030, of which 25 bn (projected in February) fall
    in 2026, which the scenario does not cover as a whole.
    """
    claims = visible(result)
    if len(in_year(result, 2026)) == 12:
        expected = -12 * ends("openai.free_cash_flow_forecast.2026.2025-09", claims)[0]
        actual = burn(result, 2026, 2026)
    else:
        five_years = -ends("openai.cumulative_free_cash_flow_forecast.2026-07", claims)[0]
        expected = five_years + 12 * ends("openai.free_cash_flow_forecast.2026.2026-02", claims)[0]
        actual = burn(result, 2027, 2030)
    assert expected / 3 < actual < expected * 3


def test_less_is_energised_than_was_announced(result: Result) -> None:
    deals = of_openai(result)
    online, announced = (
        np.median(result[name].sel(deal=deals).values.sum(axis=1), axis=-1) for name in ("online", "announced")
    )
    assert (online <= announced).all()
    at = result.months("online").index("2030-12")
    assert online[at] < 0.75 * announced[at]


def test_nobody_misses_a_payment_at_once(result: Result) -> None:
    """In the first six months, on fewer than 3 % of paths: SoftBank's bridge loan of 40 bn falls due in the sixth."""
    missed = np.asarray(result.array("missed"), dtype=np.int32)
    assert (((missed >= 0) & (missed < 6)).mean(axis=1) < 0.03).all()


def test_shares_of_the_amd_warrant_sum_to_160_million_on_every_path(result: Result) -> None:
    parts = [drawn(result, f"contracts.amd_warrant.tranches[{i}].shares") for i in range(6)]
    np.testing.assert_allclose(np.sum(parts, axis=0), ends("amd-openai-warrant.shares")[0], rtol=1e-12)


def test_price_marks_of_the_amd_warrant_ascend_from_the_first_close_to_the_last_mark(result: Result) -> None:
    """The last mark, 600 USD, is public and the same on every path; the five before it are drawn."""
    marks = np.array([drawn(result, f"contracts.amd_warrant.tranches[{i}].price") for i in range(5)])
    lowest, highest = ends("amd.share_price.2025-10-06")[0], ends("amd-openai-warrant.price_target.final")[0]
    assert (lowest, highest) == (203.71, 600.0)
    assert (np.diff(marks, axis=0) >= 0).all()
    assert (marks >= lowest).all()
    assert (marks <= highest).all()
