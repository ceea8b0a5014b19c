import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from gigawatt.errors import UnitError
from gigawatt.parts.option.normal import bivariate_normal, normal, normal_density

BOUND = st.floats(-6.0, 6.0)
RHO = st.floats(-1.0, 1.0)


def conditioned(x: float, y: float, rho: float) -> float:
    """The same probability as one integral over the first number."""

    def inner(z: float) -> float:
        return float(normal_density(z) * ndtr((y - rho * z) / np.sqrt(1.0 - rho**2)))

    bends = [one for one in ([y / rho] if rho else []) if -10.0 < one < x]
    return float(quad(inner, -10.0, x, points=bends or None, epsabs=1e-14, epsrel=1e-13, limit=400)[0])


@pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.3, 0.95, 0.99999])
@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.0, 1.0), (-1.0, 2.0), (2.0, -3.0), (-1.5, -1.5), (1.0, 1.0)])
def test_bivariate_normal_is_the_integral_it_stands_for(x: float, y: float, rho: float) -> None:
    assert float(bivariate_normal(x, y, rho)) == pytest.approx(conditioned(x, y, rho), abs=3e-14)


@given(BOUND, BOUND, RHO)
def test_bivariate_normal_and_its_mirror_add_up_to_the_margin(x: float, y: float, rho: float) -> None:
    both = bivariate_normal(x, y, rho) + bivariate_normal(x, -y, -rho)
    assert float(both) == pytest.approx(float(normal(x)), abs=1e-15)


@given(BOUND, BOUND, RHO)
def test_bivariate_normal_does_not_care_which_number_is_first(x: float, y: float, rho: float) -> None:
    assert float(bivariate_normal(x, y, rho)) == pytest.approx(float(bivariate_normal(y, x, rho)), abs=1e-15)


@given(BOUND, BOUND)
def test_correlation_of_one_is_the_limit_of_correlations_below_it(x: float, y: float) -> None:
    near = float(bivariate_normal(x, y, 1.0 - 1e-13))
    assert float(bivariate_normal(x, y, 1.0)) == pytest.approx(near, abs=1e-6)


def test_independent_numbers_multiply() -> None:
    x, y = np.array([-1.0, 0.0, 2.0]), np.array([0.5, -0.5, 1.0])
    np.testing.assert_allclose(bivariate_normal(x, y, 0.0), normal(x) * normal(y), atol=1e-16)


def test_an_infinite_bound_leaves_the_other_number_alone() -> None:
    x = np.array([np.inf, -np.inf, 0.3])
    np.testing.assert_allclose(
        bivariate_normal(x, np.array([0.3, 0.3, np.inf]), 0.7), [ndtr(0.3), 0.0, ndtr(0.3)], atol=1e-16
    )


def test_a_correlation_outside_its_range_is_refused() -> None:
    with pytest.raises(UnitError, match="correlation from -1 to 1"):
        bivariate_normal(0.0, 0.0, -1.5)
