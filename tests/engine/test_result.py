"""Results are read by name, month and label, and carry what they rest on."""

from __future__ import annotations

import numpy as np
import pytest

import gigawatt as gw
from gigawatt.engine.result import Result
from gigawatt.errors import InputError


@pytest.fixture(scope="module")
def result() -> Result:
    return gw.simulate(gw.load("openai-2025-10"), paths=40, seed=1)


def test_the_example_of_the_readme_has_the_shape_it_promises(result: Result) -> None:
    band = result["online"].sel(deal="amd").quantile([0.1, 0.5, 0.9])
    assert band.shape == (3, 99)
    assert band.unit == "GW"
    assert band.labels["month"][0] == "2025-10"
    assert (np.diff(band.values, axis=0) >= 0).all()


def test_an_unknown_quantity_gets_the_nearest(result: Result) -> None:
    with pytest.raises(InputError, match=r"no quantity `onlin`.*Did you mean `online`"):
        result["onlin"]


def test_one_month_is_the_same_read_alone_as_cut_from_the_whole(result: Result) -> None:
    alone = result.at("cash", "2030-12")
    np.testing.assert_array_equal(alone.values, result["cash"].sel(month="2030-12").values)
    with pytest.raises(InputError, match=r"not kept for 2040-01"):
        result.at("cash", "2040-01")


def test_every_result_says_what_it_rests_on(result: Result) -> None:
    scenario = gw.load("openai-2025-10")
    assert result.provenance.scenario_hash == scenario.hash
    assert result.provenance.catalog_version == scenario.catalog_version
    assert str(result.provenance) in repr(result)
    assert result["online"].source == str(result.provenance)


def test_a_lean_run_keeps_year_ends_and_says_so() -> None:
    lean = gw.simulate(gw.load("openai-2025-10"), paths=3, seed=1, keep="year")
    assert lean.months("online") == lean.year_ends
    assert "demand" not in lean.keys()  # noqa: SIM118 - a result is no mapping


@pytest.mark.parametrize(("terms", "message"), [({"paths": 0}, "at least 1"), ({"keep": "weekly"}, "`month`")])
def test_a_run_that_makes_no_sense_is_refused(terms: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        gw.simulate(gw.load("openai-2025-10"), **terms)  # type: ignore[arg-type]


def test_tranches_are_numbered_as_the_contract_states_them_whatever_each_of_them_counts() -> None:
    scenario = gw.load("openai-2025-10", [("contracts.amd_warrant.tranches[3].counts", "received")])
    result = gw.simulate(scenario, paths=400, seed=1)
    assert result.labels["grant"] == tuple(f"amd_warrant#{i}" for i in range(1, 7))
    drawn = dict(zip(result.labels["figure"], result.array("figures"), strict=True))
    last = result["moved"].sel(month=result.year_ends[-1]).values
    vested = np.asarray(result.array("vested")) >= 0
    assert vested[0].any()
    for i in range(6):
        shares = drawn[f"contracts.amd_warrant.tranches[{i}].shares"]
        np.testing.assert_allclose(last[i][vested[i]], shares[vested[i]], rtol=1e-6)
