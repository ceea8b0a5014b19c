"""Comparisons: systems side by side with as many chips each as chips, power or money of one of them buy.

BASES       what is held equal
Contender   a system with what a chip of it takes and costs
Row         what a system yields at one basis
chips_at    how many chips each system gets
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gigawatt.errors import InputError
from gigawatt.perf.hardware import hardware
from gigawatt.perf.power import facility_power, node_power
from gigawatt.perf.system import System

BASES: Final = ("chips", "power", "money")
"""Equal chips; equal power at the meter, provided for chips at their limits; equal dollars an hour for chips."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A system in a comparison.

    Arguments:
        system: the system.
        price: USD a chip-hour; None where none is known.
        source: what the price rests on.
    """

    system: System
    price: float | None
    source: str

    def watts(self, pue: float) -> float:
        """What the meter must be able to give for one chip at its limit, with its share of the node and the facility.

        Arguments:
            pue: power at the meter over power of the nodes.
        """
        hard = hardware([self.system])
        return float((facility_power(node_power(hard, hard.tdp), pue) / hard.node)[0])


@dataclass(frozen=True, slots=True)
class Row:
    """What a system yields at one basis.

    Arguments:
        name: of the system.
        chips: how many it gets.
        layout: in which it is best, in words.
        rate: tokens a second on all chips.
        watts: at the meter while it works.
        price: USD a chip-hour; None where none is known.
        why_not: why there is no answer; empty where there is one.
    """

    name: str
    chips: int | None
    layout: str = ""
    rate: float | None = None
    watts: float | None = None
    price: float | None = None
    why_not: str = ""

    @property
    def joules(self) -> float | None:
        """J a token, at the meter."""
        return None if self.rate is None or self.watts is None else self.watts / self.rate

    @property
    def dollars(self) -> float | None:
        """USD for a million tokens at the price of a chip-hour."""
        if self.rate is None or self.price is None or self.chips is None:
            return None
        return 1e6 * self.price * self.chips / (3600 * self.rate)


def chips_at(contenders: Sequence[Contender], basis: str, chips: int, pue: float) -> list[int | None]:
    """How many chips each system gets; None where its price, or that of the first, is unknown.

    Arguments:
        contenders: systems; the first sets the measure.
        basis: one of BASES.
        chips: chips of the first.
        pue: power at the meter over power of the nodes.

    Raises:
        InputError: there are no chips.
    """
    if chips < 1:
        raise InputError(f"chips: {chips}; expected at least 1.")
    if basis == "chips":
        return [chips for _ in contenders]
    if basis == "power":
        budget = chips * contenders[0].watts(pue)
        return [_whole(budget / each.watts(pue)) for each in contenders]
    first = contenders[0].price
    return [None if not first or not each.price else _whole(chips * first / each.price) for each in contenders]


def _whole(chips: float) -> int:
    # A budget that buys a whole number but for rounding buys it.
    return math.floor(chips * (1 + 1e-12))
