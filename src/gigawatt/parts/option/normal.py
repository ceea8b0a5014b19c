"""The normal law in one and two dimensions, exact to rounding also far out and near perfect correlation."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, owens_t

from gigawatt.parts.option.argument import Array, Floats, correlation


def normal(x: Floats) -> Array:
    """Probability that a standard normal number is at most `x`.

    Arguments:
        x: any shape; infinities are allowed.

    Returns:
        Probability, shape of `x`.
    """
    return np.asarray(ndtr(np.asarray(x, dtype=np.float64)))


def normal_density(x: Floats) -> Array:
    """Density of a standard normal number at `x`."""
    return np.asarray(np.exp(-0.5 * np.square(np.asarray(x, dtype=np.float64))) / np.sqrt(2.0 * np.pi))


def bivariate_normal(x: Floats, y: Floats, rho: Floats) -> Array:
    """Probability that two standard normal numbers of correlation `rho` are at most `x` and at most `y`.

    Arguments:
        x, y: bounds, broadcast against one another; infinities are allowed.
        rho: correlation from -1 to 1.

    Returns:
        Probability, of the common shape; the absolute error is of the order of 1e-16.

    Raises:
        UnitError: a correlation outside -1 to 1.

    Source: Owen 1956, by his function T.
    """
    x, y, rho = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float), correlation("rho", rho))
    # So near to zero only products of the two would still tell the difference, by underflow.
    x, y = np.where(np.abs(x) < 1e-100, 0.0, x), np.where(np.abs(y) < 1e-100, 0.0, y)
    slack = np.sqrt((1.0 - rho) * (1.0 + rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (
            0.5 * (ndtr(x) + ndtr(y))
            - owens_t(x, _slope(x, y, rho, slack))
            - owens_t(y, _slope(y, x, rho, slack))
            - np.where((x * y > 0.0) | ((x * y == 0.0) & (x + y >= 0.0)), 0.0, 0.5)
        )
    together, against = ndtr(np.minimum(x, y)), np.maximum(ndtr(x) + ndtr(y) - 1.0, 0.0)
    inner = np.where(slack > 0.0, inner, np.where(rho > 0.0, together, against))
    # Both at zero is the one place where Owen's form is zero over zero.
    inner = np.where((x == 0.0) & (y == 0.0), 0.25 + np.arcsin(rho) / (2.0 * np.pi), inner)
    inner = np.where(np.isinf(x) | np.isinf(y), ndtr(x) * ndtr(y), inner)
    return np.asarray(np.clip(inner, against, together))


def _slope(x: Array, y: Array, rho: Array, slack: Array) -> Array:
    return np.where(x == 0.0, np.copysign(np.inf, y), (y - rho * x) / (x * slack))
