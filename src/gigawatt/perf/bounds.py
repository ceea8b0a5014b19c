"""Bounds: what figures of inference may be, and how many of them there are.

BOUNDS           what each figure of inference may be
require_bounds   refuses a figure that may not be
require_lengths  refuses arrays that do not line up
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.check import FROM_ZERO, POSITIVE, Bounds, numbers
from gigawatt.perf.formats import Floats

FROM_ONE: Final = Bounds(1)
LIMIT: Final = Bounds(1, endless=True)
TARGET: Final = Bounds(0, above=True, endless=True)

BOUNDS: Final[Mapping[str, Bounds]] = {
    "isl": FROM_ONE,
    "osl": FROM_ONE,
    "concurrency": FROM_ONE,
    "chunk": LIMIT,
    "most": LIMIT,
    "cached": Bounds(0, 0.999),
    "guesses": FROM_ZERO,
    "accepted": Bounds(0, 0.999),
    "draft": FROM_ZERO,
    "skew": FROM_ONE,
    "tokens": POSITIVE,
    "prefix": FROM_ZERO,
    "context": FROM_ZERO,
    "batch": POSITIVE,
    "width": FROM_ONE,
    "readers": POSITIVE,
    "writers": POSITIVE,
    "ttft": TARGET,
    "tpot": TARGET,
    "length": POSITIVE,
    "workspace_tokens": Bounds(0, endless=True),
}
"""What each figure of inference may be; of a prompt at least one token in a thousand is read, and no
draft is always right."""


def require_bounds(place: str, **given: ArrayLike) -> None:
    """Refuses figures that are out of their bounds, or not numbers.

    Arguments:
        place: what they belong to, for the message.
        given: figures by name, those of BOUNDS, `(config,)` each.

    Raises:
        InputError: one is; the message has its name, the value and the bounds.
    """
    for name, part in given.items():
        numbers(f"{place}: {name}", part, BOUNDS[name])


def require_lengths(place: str, **given: Floats | ArrayLike) -> int:
    """Refuses arrays that are neither single nor as long as the others.

    Arguments:
        place: what they belong to, for the message.
        given: arrays by name, `(config,)` or one for all; leading axes are not looked at.

    Returns:
        How many configurations there are.

    Raises:
        InputError: two lengths above 1 differ; the message names both.
    """
    sizes: dict[str, int] = {name: (xp.shape(part) or (1,))[-1] for name, part in given.items()}
    longest = max(sizes, key=lambda name: sizes[name])
    for name, size in sizes.items():
        if size not in (1, sizes[longest]):
            raise InputError(
                f"{place}: {name}: {size} values, and {longest} has {sizes[longest]}; "
                f"expected one for all configurations, or {sizes[longest]}."
            )
    return sizes[longest]
