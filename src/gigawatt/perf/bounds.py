"""Bounds: figures of configurations that are numbers, within their limits, and as many as there are configurations.

BOUNDS           least and most of the figures of inference
require_bounds   refuses a figure out of its bounds
require_lengths  refuses arrays that do not line up
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.formats import Floats

ABOVE: Final = float(np.finfo(np.float64).tiny)
"""The least number above 0."""

FINITE: Final = float(np.finfo(np.float64).max)
"""The most a number can be without being infinite."""

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "isl": (1.0, FINITE),
    "osl": (1.0, FINITE),
    "concurrency": (1.0, FINITE),
    "chunk": (1.0, np.inf),
    "most": (1.0, np.inf),
    "cached": (0.0, 0.999),
    "guesses": (0.0, FINITE),
    "accepted": (0.0, 0.999),
    "draft": (0.0, FINITE),
    "skew": (1.0, FINITE),
    "tokens": (ABOVE, FINITE),
    "prefix": (0.0, FINITE),
    "context": (0.0, FINITE),
    "batch": (ABOVE, FINITE),
    "width": (1.0, FINITE),
    "readers": (ABOVE, FINITE),
    "writers": (ABOVE, FINITE),
    "ttft": (ABOVE, np.inf),
    "tpot": (ABOVE, np.inf),
}
"""Least and most of each figure of inference; of a prompt at least one token is read, and no draft is always right."""


def require_bounds(place: str, **given: ArrayLike) -> None:
    """Refuses figures that are out of their bounds, or not numbers.

    Arguments:
        place: what they belong to, for the message.
        given: figures by name, those of BOUNDS, `(config,)` each.

    Raises:
        InputError: one is; the message has its name, the value and the bounds.
    """
    for name, part in given.items():
        least, most = BOUNDS[name]
        values = np.asarray(part, dtype=np.float64)
        wrong = ~((values >= least) & (values <= most))
        if np.any(wrong):
            low = "above 0" if least == ABOVE else f"of at least {least:g}"
            high = "" if most == np.inf else ", and finite" if most == FINITE else f" and at most {most:g}"
            high = "" if most == FINITE and values[wrong].flat[0] < most else high
            raise InputError(f"{place}: {name}: {values[wrong].flat[0]:g}; expected a number {low}{high}.")


def require_lengths(place: str, **given: Floats | ArrayLike) -> int:
    """Refuses arrays that are neither single nor as long as the others.

    Arguments:
        place: what they belong to, for the message.
        given: arrays by name, `(config,)` or one for all.

    Returns:
        How many configurations there are.

    Raises:
        InputError: two lengths above 1 differ; the message names both.
    """
    sizes = {name: int(np.size(part)) for name, part in given.items()}
    longest = max(sizes, key=lambda name: sizes[name])
    for name, size in sizes.items():
        if size not in (1, sizes[longest]):
            raise InputError(
                f"{place}: {name}: {size} values, and {longest} has {sizes[longest]}; "
                f"expected one for all configurations, or {sizes[longest]}."
            )
    return sizes[longest]
