"""Intervals: a share of measurements inside, wider where less is known, refused where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.interval import LEVELS, Regime, interval, regime, regimes
from gigawatt.perf.library import find_system

WIDE = Regime("wide", 10, 2, tuple(np.exp(np.linspace(-1.0, 1.0, len(LEVELS))).tolist()))


def test_an_interval_of_half_of_the_measurements_lies_between_the_quartiles() -> None:
    found = interval([10.0, 20.0], WIDE, 0.5)
    assert found.low == pytest.approx(np.array([10.0, 20.0]) * WIDE.quantiles[2])
    assert found.high == pytest.approx(np.array([10.0, 20.0]) * WIDE.quantiles[4])


def test_more_measurements_need_a_wider_interval() -> None:
    narrow, wide = interval(1.0, WIDE, 0.5), interval(1.0, WIDE, 0.9)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("share", [0.0, 0.95, float("nan"), None])
def test_a_share_beyond_what_residuals_tell_is_refused(share: float) -> None:
    with pytest.raises(InputError, match=r"share: .*expected a number (above 0 and |of )at most 0\.9"):
        interval(1.0, WIDE, share)


@pytest.mark.parametrize("level", [float("nan"), -0.1, 1.1, "half", None, [0.5, float("nan")]])
def test_a_level_that_is_none_is_refused(level: object) -> None:
    with pytest.raises(InputError, match=r"level.*expected a number from 0 to 1"):
        WIDE.quantile(level)  # type: ignore[arg-type]


@pytest.mark.parametrize("predicted", [float("nan"), -1.0, [1.0, float("inf")], None])
def test_a_prediction_that_is_no_number_has_no_interval(predicted: object) -> None:
    with pytest.raises(InputError, match=r"predicted.*expected a finite number of at least 0"):
        interval(predicted, WIDE)  # type: ignore[arg-type]


def test_quantiles_of_every_regime_rise() -> None:
    assert all(np.all(np.diff(each.quantiles) >= 0) for each in regimes().values())


def test_the_deviation_of_a_lognormal_regime_is_its_own() -> None:
    normal = (-1.64485, -1.28155, -0.67449, 0.0, 0.67449, 1.28155, 1.64485)
    assert Regime("", 1, 1, tuple(np.exp(0.3 * np.array(normal)).tolist())).deviation == pytest.approx(0.3, rel=1e-4)


def test_a_chip_without_calibrated_kernels_has_a_regime_of_its_own() -> None:
    assert regime("training dense", find_system("H100-SXM-80GB")).name == "training dense"
    assert regime("training dense", find_system("MI300X")).name == "training dense unseen"


def test_an_unknown_kind_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InputError, match="token"):
        regime("tokens")
