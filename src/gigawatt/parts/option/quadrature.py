"""Integrals over one variable: Gauss-Legendre panels that are fine where a layer is thin and coarse elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.parts.option.argument import Array

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(20)
LADDER = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 11.0, 16.0, 24.0, 36.0])


def panels(low: float, high: float, layers: Sequence[tuple[float, float]]) -> tuple[Array, Array]:
    """Points and weights for a smooth integrand with thin layers.

    Arguments:
        low, high: bounds of the integral; where `high` is not above `low` the integral is empty.
        layers: centre and width of each place where the integrand bends.

    Returns:
        Points and weights, each of shape (point,), possibly empty.
    """
    if not high > low:
        return np.empty(0), np.empty(0)
    steps = np.concatenate([-LADDER[:0:-1], LADDER])
    edges = np.concatenate([[low, high], *(centre + width * steps for centre, width in layers)])
    edges = np.unique(edges[(edges >= low) & (edges <= high)])
    half, middle = 0.5 * np.diff(edges)[:, None], 0.5 * (edges[1:] + edges[:-1])[:, None]
    return (middle + half * POINTS).ravel(), (half * WEIGHTS).ravel()
