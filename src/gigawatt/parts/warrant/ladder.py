"""Ladders: many tranches of one shape, each behind the next step of one counter.

divided    a whole number cut into whole parts
rungs      the tranches of a ladder
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from gigawatt.errors import InputError
from gigawatt.parts.warrant.terms import Mark, Tranche


def divided(total: int, count: int) -> tuple[int, ...]:
    """A total in parts that sum exactly and differ by at most one, by rounding what has accumulated.

    Arguments:
        total: whole shares.
        count: number of parts.

    Raises:
        InputError: a negative total or no parts.
    """
    if total < 0 or count < 1:
        raise InputError(f"{total} shares in {count} parts: shares from 0 and at least 1 part expected.")
    # (2 n total + count) // (2 count) rounds n total / count to the nearest whole number, without floating point.
    edges = [(2 * number * total + count) // (2 * count) for number in range(count + 1)]
    return tuple(high - low for low, high in itertools.pairwise(edges))


def rungs(
    shares_total: int,
    count: int,
    step: float,
    counter: str = "paid",
    *,
    start: float = 0.0,
    template: Tranche | None = None,
    name: str = "rung",
) -> tuple[Tranche, ...]:
    """A ladder: each step of a counter vests a further part of the shares.

    Arguments:
        shares_total: of all rungs together.
        count: number of rungs.
        step: from one rung to the next, in the counter's unit.
        counter: what is counted; USD paid by default.
        start: where the ladder begins; its first mark is one step above.
        template: a tranche whose other terms (price lock, deadline, strike) every rung shares.
        name: rungs are called `name 1`, `name 2` and so on.

    Raises:
        InputError: nothing to divide, or a step that does not rise.
    """
    if not step > 0:
        raise InputError(f"a ladder of steps of {step:g}: a step above 0 expected.")
    shape = template or Tranche(shares=0.0)
    return tuple(
        replace(shape, shares=float(part), counter=Mark(counter, start + number * step), name=f"{name} {number}")
        for number, part in enumerate(divided(shares_total, count), 1)
    )
