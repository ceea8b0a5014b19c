"""When counters reach their marks: the law of growth at random, and the days of a plan.

Data type: `Horizon` (the trading days from the issue to the expiry).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr

from gigawatt.errors import InputError
from gigawatt.parts.figure import Floats
from gigawatt.parts.price_test import TRADING_DAYS
from gigawatt.parts.warrant.course import Dates
from gigawatt.parts.warrant.terms import Between, Level, Warrant
from gigawatt.scenario.instrument import Course, Growth

DAYS_A_YEAR = 365.0

SAMPLES = 2048
"""Equally likely days on which a counter reaches a mark, as a ladder takes them."""


@dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """The trading days from the issue, which is today, to the expiry: 252 a year, evenly spread.

    Arguments:
        dates: (day,) the issue first, the expiry last.
        years: between the two, of 365 days.
    """

    dates: Dates
    years: float

    @classmethod
    def of(cls, warrant: Warrant) -> Horizon:
        """The horizon of a warrant."""
        days = (warrant.expiry - warrant.issued).days
        years = days / DAYS_A_YEAR
        steps = max(round(years * TRADING_DAYS), 1)
        after = np.rint(np.arange(steps + 1) * (days / steps)).astype("timedelta64[D]")
        return cls(np.datetime64(warrant.issued, "D") + after, years)

    @property
    def steps(self) -> int:
        """Trading days after the issue."""
        return len(self.dates) - 1

    def row(self, day: datetime.date) -> int:
        """The first trading day on or after a day, from 0; past the end where there is none."""
        return int(np.searchsorted(self.dates, np.datetime64(day, "D")))

    def until(self, day: datetime.date) -> int:
        """The last trading day on or before a day."""
        return int(np.searchsorted(self.dates, np.datetime64(day, "D"), side="right")) - 1

    def time(self, row: int) -> float:
        """Years from the issue to a trading day."""
        return self.years * row / self.steps


def sure(level: Level) -> float:
    """A figure that has been decided."""
    if isinstance(level, Between):
        raise InputError(f"a figure of {level}: decide it with `resolve` before valuing.")
    return level


def random(course: Course | None) -> bool:
    """Whether a counter can take more than one way."""
    return isinstance(course, Growth) and sure(course.volatility) > 0.0


def touched(distance: float, drift: float, volatility: float, years: Floats) -> Floats:
    """The chance that Brownian motion with drift has covered a distance by some time, by the reflection principle.

    Arguments:
        distance: above the start, above 0.
        drift: a year.
        volatility: for one year, above 0.
        years: any shape, above 0.
    """
    spread = volatility * np.sqrt(years)
    mirrored = np.exp(2.0 * drift * distance / volatility**2 + log_ndtr(-(distance + drift * years) / spread))
    return np.asarray(ndtr((drift * years - distance) / spread) + mirrored)


def first_day(course: Course, level: float, horizon: Horizon) -> float:
    """The trading day, from 0, on which a counter without chance reaches a level; infinite where it never does."""
    if isinstance(course, Growth):
        distance, drift = level - sure(course.opening), sure(course.drift)
        years = 0.0 if distance <= 0 else distance / drift if drift > 0 else np.inf
        return float(years * horizon.steps / horizon.years)
    for day, reached in zip(course.months, course.levels, strict=True):
        if sure(reached) >= level * (1.0 - 1e-9):
            return float(horizon.row(day))
    return 0.0 if level <= 0 else np.inf


def first_days(course: Course, level: float, horizon: Horizon, count: int = SAMPLES) -> Floats:
    """The trading days on which a counter reaches a level.

    Arguments:
        course: how the counter goes on.
        level: its mark.
        horizon: the trading days.
        count: how many equally likely days.

    Returns:
        (count,) rising, in the middle of as many equal parts of the law of first passage (inverse Gaussian; Folks and
        Chhikara 1978), so that they need no random numbers; infinite where the level is not reached by the expiry.
    """
    if not isinstance(course, Growth) or not random(course):
        return np.full(count, first_day(course, level, horizon))
    distance, drift, spread = level - sure(course.opening), sure(course.drift), sure(course.volatility)
    if distance <= 0:
        return np.zeros(count)
    middle = (np.arange(count) + 0.5) / count
    early, late = np.full(count, 1e-12), np.full(count, horizon.years)
    for _ in range(50):
        between = 0.5 * (early + late)
        before = touched(distance, drift, spread, between) < middle
        early, late = np.where(before, between, early), np.where(before, late, between)
    never = middle > touched(distance, drift, spread, np.array(horizon.years))
    return np.where(never, np.inf, late * horizon.steps / horizon.years)


def discounted(chance: Callable[[Floats], Floats], rate: float, first: float, last: float, nodes: int = 24) -> float:
    """What remains of one dollar paid when something has happened, but no sooner than `first`, and by `last` or never.

    Arguments:
        chance: that it has happened by each of several times (years, above 0).
        rate: by which later is worth less, per year, continuous.
        first, last: years.
        nodes: of the quadrature over time.
    """
    end = float(np.exp(-rate * last) * chance(np.array([last]))[0])
    if rate == 0.0 or last <= first:
        return end
    places, weights = np.polynomial.legendre.leggauss(nodes)
    times = first + 0.5 * (last - first) * (places + 1.0)
    # By parts: exp(-c t) is exp(-c T) and what is lost between t and T.
    return end + float(0.5 * (last - first) * weights @ (rate * np.exp(-rate * times) * chance(times)))
