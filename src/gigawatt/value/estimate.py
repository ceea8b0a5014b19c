"""Means with their standard errors, over paths that may have weights and controls.

Data type: `Estimate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from gigawatt.parts.figure import Floats
from gigawatt.views.band import LEVELS


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over paths, how sure it is, and how far the paths lie apart.

    Arguments:
        mean: the value (unit of the paths).
        error: standard error of the mean, by the number of paths alone.
        band: the 10 %, 50 % and 90 % quantile of the paths.
    """

    mean: float
    error: float
    band: tuple[float, float, float]


def estimate(values: Floats, weights: Floats | None = None, controls: Floats | None = None) -> Estimate:
    """The mean of paths.

    Arguments:
        values: (path,).
        weights: (path,) likelihood ratios of the pricing measure; equal when absent.
        controls: (control, path) whose mean is known to be 0; what the paths share with them is taken off, which
            leaves the mean and lowers the error (regression control variates; Glasserman 2003, section 4.1).

    Returns:
        The mean, its standard error and the band; the error counts the weights as given, not as estimated.
    """
    weights = np.ones_like(values) if weights is None else np.broadcast_to(weights, values.shape)
    share = weights / weights.sum()
    plain = values
    if controls is not None and len(controls) and len(values) > 10 * len(controls):
        centred = values - share @ values
        slopes = np.linalg.lstsq(controls.T * np.sqrt(share)[:, np.newaxis], centred * np.sqrt(share), rcond=None)[0]
        values = values - slopes @ controls
    mean = float(share @ values)
    error = float(np.sqrt(np.square(share * (values - mean)).sum())) if len(values) > 1 else float("nan")
    order = np.argsort(plain)
    below = np.cumsum(share[order])
    at = np.minimum(np.searchsorted(below, LEVELS), len(order) - 1)
    low, middle, high = (float(value) for value in plain[order[at]])
    return Estimate(mean, error, (low, middle, high))


def premium_weights(score: Floats, premium: Floats) -> Floats:
    """Likelihood ratios that lower a normal score by a premium (Wang 2000, eq. 6; Cameron and Martin 1944).

    Arguments:
        score: (path,) normal scores of what carries the risk.
        premium: (path,) or (1,) Sharpe ratio of bearing it.

    Returns:
        (path,) weights of mean 1 for normal scores.
    """
    return np.asarray(np.exp(-premium * score - 0.5 * premium**2))


def normal_score(values: Floats) -> Floats:
    """The standard normal quantile of each value's rank among all; ties share theirs.

    Arguments:
        values: (path,).
    """
    return np.asarray(ndtri((rankdata(values) - 0.5) / len(values)))
