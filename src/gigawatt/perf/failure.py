"""Failures: which share of its time a long run spends on work that is kept.

failure_interval     s between two failures of many chips
best_interval        s of work between two checkpoints
goodput              share of the time that is kept

Failures come at random with a constant rate. A piece of work of length w and its checkpoint c take, with restarts r and
what is lost on the way, on average M exp(r/M) (exp((w + c)/M) - 1), where M is the mean time between failures (Daly
2006, equation 20). Short of failures in checkpoints, the best w is near sqrt(2 c M) (Young 1974).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.formats import Floats


def failure_interval(interval: ArrayLike, chips: ArrayLike) -> Floats:
    """Mean time between two failures of a run, s, `(config,)`.

    Arguments:
        interval: mean time between two failures of one chip and its share of everything around it, s, `(config,)`.
        chips: chips of the run, `(config,)`.
    """
    return _positive("interval", interval) / _positive("chips", chips)


def best_interval(checkpoint: ArrayLike, mean: ArrayLike) -> Floats:
    """Work between two checkpoints that loses least, s, `(config,)` (Daly 2006, equation 37).

    Arguments:
        checkpoint: s the run stands still for a checkpoint, `(config,)`.
        mean: mean time between two failures of the run, s, `(config,)`.
    """
    cost, between = _positive("checkpoint", checkpoint), _positive("mean", mean)
    share = np.minimum(cost / (2 * between), 1.0)
    refined = np.sqrt(2 * cost * between) * (1 + np.sqrt(share) / 3 + share / 9) - cost
    return np.asarray(np.where(cost < 2 * between, refined, between))


def goodput(mean: ArrayLike, interval: ArrayLike, checkpoint: ArrayLike, restart: ArrayLike) -> Floats:
    """Share of the time of a run that is kept, `(config,)`.

    Arguments:
        mean: mean time between two failures of the run, s, `(config,)`.
        interval: work between two checkpoints, s, `(config,)`.
        checkpoint: s the run stands still for a checkpoint, `(config,)`.
        restart: s from a failure until the run works again, `(config,)`.

    Raises:
        InputError: a time is not above 0, or one of checkpoint and restart is negative.
    """
    between, work = _positive("mean", mean), _positive("interval", interval)
    pause, again = _positive("checkpoint", checkpoint, zero=True), _positive("restart", restart, zero=True)
    return np.asarray(work / (between * np.exp(again / between) * np.expm1((work + pause) / between)))


def _positive(name: str, given: ArrayLike, *, zero: bool = False) -> Floats:
    values = np.asarray(given, dtype=np.float64)
    wrong = ~np.isfinite(values) | (values < 0 if zero else values <= 0)
    if np.any(wrong):
        expected = "a number of at least 0" if zero else "a number above 0"
        raise InputError(f"{name}: {values[wrong].flat[0]:g}; expected {expected}.")
    return values
