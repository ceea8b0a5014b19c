"""What became of each tranche on each path.

State      where a tranche stands at the end
Lock       which lock bound it
Outcome    days, shares and money, (tranche, path)
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Floats
from gigawatt.parts.warrant.course import NEVER, Dates, Rows

Step: TypeAlias = Literal["price_opened", "counter_opened", "vested", "exercisable", "exercised", "saleable", "lapsed"]


class State(IntEnum):
    """Where a tranche stands at the end of the course."""

    LOCKED = 0
    VESTED = 1
    EXERCISABLE = 2
    EXERCISED = 3
    SALEABLE = 4
    LAPSED = 5


class Lock(IntEnum):
    """What a tranche waited for: the last to open, or, where it never vested, what is still shut."""

    NONE = 0
    PRICE = 1
    COUNTER = 2
    BOTH = 3
    TIME = 4


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of each tranche on each path; rows count trading days, `NEVER` where a step was not taken.

    Arguments:
        tranches: (tranche,) names.
        dates: (day,).
        price_opened, counter_opened: (tranche, path) rows from which the lock stayed open until the tranche vested;
            the issue where there is no such lock.
        vested, exercisable, exercised, saleable, lapsed: (tranche, path) rows.
        gross: (tranche, path) shares exercised, in shares of that day; 0 where none are.
        delivered: (tranche, path) shares the holder receives: all of them for cash, fewer net.
        strike: (tranche, path) USD/share of that day; nan where none are exercised.
        price: (tranche, path) close of that day; nan where none are exercised.
        cash: (tranche, path) USD the holder pays.
        binds: (tranche, path) codes of `Lock`.
        state: (tranche, path) codes of `State`.
        expiry: (path,) last row of the warrant; `NEVER` where the course ends before.
        holders: who held the warrant, in order; the original holder first.
        holder: (tranche, path) position in `holders` of who exercised; -1 where nobody has.
    """

    tranches: tuple[str, ...]
    dates: Dates
    price_opened: Rows
    counter_opened: Rows
    vested: Rows
    exercisable: Rows
    exercised: Rows
    saleable: Rows
    lapsed: Rows
    gross: Floats
    delivered: Floats
    strike: Floats
    price: Floats
    cash: Floats
    binds: NDArray[np.int8]
    state: NDArray[np.int8]
    expiry: Rows
    holders: tuple[str, ...]
    holder: Rows

    def number(self, tranche: str) -> int:
        """The position of a tranche.

        Raises:
            InputError: there is none of that name.
        """
        if tranche not in self.tranches:
            raise InputError(f"no tranche `{tranche}`. {did_you_mean(tranche, self.tranches)}")
        return self.tranches.index(tranche)

    def day(self, step: Step, tranche: str, path: int = 0) -> datetime.date | None:
        """The day on which one tranche took a step on one path; None where it did not."""
        row = int({name: getattr(self, name) for name in _STEPS}[step][self.number(tranche), path])
        return None if row >= NEVER else self.dates[row].astype(datetime.date)

    def value(self) -> Floats:
        """(tranche, path) what the exercise is worth on its day (USD): shares at the close less what is paid."""
        worth = self.delivered * np.nan_to_num(self.price)
        return np.asarray(worth - self.cash)


_STEPS: tuple[Step, ...] = (
    "price_opened",
    "counter_opened",
    "vested",
    "exercisable",
    "exercised",
    "saleable",
    "lapsed",
)
