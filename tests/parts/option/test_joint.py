"""A share on a price and on gigawatts, watched at every moment: simulation against the exact series."""

import math

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.option.joint import share_on_price_and_gw_simulated
from gigawatt.parts.option.touch import share_at_touch
from gigawatt.parts.option.wedge import share_on_price_and_gw

TERMS = {"S": 203.71, "H": 400.0, "T": 5.0, "r": 0.037, "q": 0.0, "v": 0.5}
GIGAWATTS = {"G0": 0.0, "G_target": 6.0, "G_drift": 1.2, "G_vol": 0.8}


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.3, 0.6])
@pytest.mark.parametrize("q", [0.0, 0.04])
def test_simulation_agrees_with_the_series(rho, q) -> None:
    terms = {**TERMS, **GIGAWATTS, "q": q, "rho": rho}
    exact = share_on_price_and_gw(**terms)
    found = share_on_price_and_gw_simulated(**terms)
    assert abs(found.value - exact) < 4.0 * found.error + 0.0003 * exact
    assert found.error < 0.0006 * exact


@pytest.mark.parametrize("rho", [-0.4, 0.6])
def test_few_steps_cost_little_accuracy(rho) -> None:
    terms = {**TERMS, **GIGAWATTS, "rho": rho}
    exact = share_on_price_and_gw(**terms)
    found = share_on_price_and_gw_simulated(**terms, steps=4, log2_paths=15)
    assert abs(found.value - exact) < 4.0 * found.error + 0.001 * exact


def test_gigawatts_that_are_there_leave_the_one_touch() -> None:
    terms = {**TERMS, **GIGAWATTS, "G0": 7.0, "rho": 0.3}
    exact = float(share_at_touch(203.71, 400.0, 5.0, 0.037, 0.0, 0.5, "up"))
    # The control variate is the payoff itself.
    assert share_on_price_and_gw_simulated(**terms, log2_paths=8).value == pytest.approx(exact, rel=1e-9)


def test_the_same_seed_gives_the_same_bytes() -> None:
    terms = {**TERMS, **GIGAWATTS, "rho": 0.3, "log2_paths": 6, "steps": 4}
    assert share_on_price_and_gw_simulated(**terms) == share_on_price_and_gw_simulated(**terms)
    assert share_on_price_and_gw_simulated(**terms) != share_on_price_and_gw_simulated(**terms, seed=2)


@pytest.mark.parametrize("wrong", [{"rho": 1.0}, {"v": -0.5}, {"H": math.nan}, {"steps": 1}, {"replicates": 1}])
def test_wrong_input_is_refused(wrong) -> None:
    with pytest.raises(UnitError, match=next(iter(wrong))):
        share_on_price_and_gw_simulated(**{**TERMS, **GIGAWATTS, "rho": 0.3, **wrong})
