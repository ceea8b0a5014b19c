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

from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import FROM_ZERO, POSITIVE, numbers
from gigawatt.perf.formats import Floats


def failure_interval(interval: ArrayLike, chips: ArrayLike) -> Floats:
    """Mean time between two failures of a run, s, `(config,)`.

    Arguments:
        interval: mean time between two failures of one chip and its share of everything around it, s, `(config,)`.
        chips: chips of the run, `(config,)`.

    Raises:
        InputError: one of them is not above 0.
    """
    require_lengths("failures", interval=interval, chips=chips)
    return numbers("interval", interval, POSITIVE) / numbers("chips", chips, POSITIVE)


def best_interval(checkpoint: ArrayLike, mean: ArrayLike) -> Floats:
    """Work between two checkpoints that loses least, s, `(config,)` (Daly 2006, equation 37).

    Arguments:
        checkpoint: s the run stands still for a checkpoint, `(config,)`.
        mean: mean time between two failures of the run, s, `(config,)`.

    Raises:
        InputError: one of them is not above 0.
    """
    require_lengths("failures", checkpoint=checkpoint, mean=mean)
    cost, between = numbers("checkpoint", checkpoint, POSITIVE), numbers("mean", mean, POSITIVE)
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
    require_lengths("failures", mean=mean, interval=interval, checkpoint=checkpoint, restart=restart)
    between, work = numbers("mean", mean, POSITIVE), numbers("interval", interval, POSITIVE)
    pause, again = numbers("checkpoint", checkpoint, FROM_ZERO), numbers("restart", restart, FROM_ZERO)
    piece = (work + pause) / between
    # With negative exponents, because a run that fails all the time would overflow; its share is zero.
    return np.asarray(work / between * np.exp(-again / between - piece) / -np.expm1(-piece))
