import numpy as np
import pytest

from gigawatt.parts.option.quadrature import panels


def test_a_thin_layer_is_integrated_as_well_as_a_wide_one() -> None:
    points, weights = panels(-9.0, 9.0, [(0.0, 1.0), (0.4, 1e-6)])
    values = np.exp(-0.5 * points**2) * (1.0 + np.tanh((points - 0.4) / 1e-6))
    points_wide, weights_wide = panels(0.4, 9.0, [(0.0, 1.0)])
    assert weights @ values == pytest.approx(2.0 * weights_wide @ np.exp(-0.5 * points_wide**2), rel=1e-10)


def test_the_bounds_are_kept() -> None:
    points, weights = panels(-1.0, 2.0, [(0.0, 1.0)])
    assert weights.sum() == pytest.approx(3.0, rel=1e-14)
    assert points.min() > -1.0 and points.max() < 2.0


def test_an_interval_the_wrong_way_round_is_empty() -> None:
    points, weights = panels(1.0, 0.0, [(0.0, 1.0)])
    assert points.size == weights.size == 0
