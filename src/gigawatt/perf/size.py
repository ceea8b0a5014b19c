"""Sizes: what is computed and sent is counted in finite numbers, and there are as many sizes as configurations.

require_sizes    refuses sizes that are none
"""

from __future__ import annotations

from numpy.typing import NDArray

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware


def require_sizes(place: str, chips: Hardware, least: float = 0.0, **given: Floats) -> None:
    """Refuses sizes that are no finite numbers, too small, or not as many as there are configurations.

    Arguments:
        place: what asks, for the message.
        chips: hardware, `(config,)`.
        least: the least each may be.
        given: sizes by name, `(config,)` or with leading axes.

    Raises:
        InputError: one is; the message has its name, the value and what was expected.
    """
    for name, values in given.items():
        # The least of numbers with a nan among them is nan, which is no more than anything.
        if values.size and not (xp.min(values) >= least and xp.max(values) < xp.inf):
            wrong: NDArray[xp.bool_] = ~((values >= least) & (values < xp.inf))
            raise InputError(
                f"{place}: {name}: {values[wrong].flat[0]:g}; expected a finite number of at least {least:g}."
            )
    try:
        xp.broadcast_shapes(chips.arrays.shape, *(values.shape for values in given.values()))
    except ValueError:
        counts = ", ".join(f"{name} {values.shape[-1]}" for name, values in given.items() if values.ndim)
        raise InputError(
            f"{place}: lengths differ: chips {chips.arrays.size}, {counts}; "
            "expected one entry for all configurations, or one each."
        ) from None
