"""Price tests by day inside monthly steps against closed forms, a discrete recursion and brute force.

Sources: the chance of a Brownian motion with drift to reach a line, by reflection (Harrison 1985, section 1.8); a walk
watched at every close, by integration of its density from day to day; means of closes, by simulating every day in
order, as nobody does here who has only months. Samples are judged by four standard errors.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from gigawatt.parts.daily import DAYS, Daily
from gigawatt.parts.figure import Draws, Floats, literal
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.process import SharePrice, Surroundings, mixing
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.parts.watch import Watch, watched
from gigawatt.units import unit

BLOCKS, MONTHS = 4, 6
VOLATILITY, DRIFT = 0.6, 0.12
RATE = "3 1/year", "-0.1", "0.15"
SPREAD, MEAN = VOLATILITY / np.sqrt(252), (DRIFT - VOLATILITY**2 / 2) / 252
MARK = 125.0


def reached(test: PriceTest, jumps: bool = False, tie: float = 0.0) -> Floats:
    """1 on every path on which a test reached the mark within the months."""
    found = []
    for index in range(BLOCKS):
        dailies = {}
        lower = mixing(["V", "W"], {("V", "W"): tie})
        normals = [stream(5, name, index).standard_normal((MONTHS, BLOCK)) for name in ("V", "W")]
        for i, (name, volatility) in enumerate((("V", VOLATILITY), ("W", 0.3))):
            process = SharePrice(
                name,
                unit("USD/share"),
                literal("100 USD/share"),
                literal("12 %/year"),
                literal(str(volatility)),
                literal("0 %/year"),
                (literal(RATE[0]), literal(RATE[1]), literal(RATE[2])) if jumps else None,
            )
            shocks = lower[i, 0] * normals[0] + lower[i, 1] * normals[1]
            world = Surroundings(5, index, MONTHS, shocks, np.zeros((MONTHS, BLOCK)), Draws({}))
            dailies[name] = Daily(process, *process.moves(world), world)
        highest, _ = watched([Watch("V", test)], {"V": "V", "W": "W"}, dailies, {("V", "W"): tie} if tie else {}, 0)
        found.append((highest[:, 0] >= MARK).any(axis=0))
    return np.concatenate(found).astype(float)


def near(sample: Floats, expected: float) -> bool:
    return bool(abs(sample.mean() - expected) <= 4 * sample.std() / np.sqrt(sample.size))


def touch(volatility: float, drift: float) -> float:
    """Chance that a geometric Brownian motion touches the mark within the months."""
    years = MONTHS / 12
    line, mean, spread = np.log(MARK / 100), (drift - volatility**2 / 2) * years, volatility * np.sqrt(years)
    reflected = np.exp(2 * mean * line / spread**2) * ndtr((-line - mean) / spread)
    return float(ndtr((mean - line) / spread) + reflected)


def closing_above() -> float:
    """Chance that some close reaches the mark: the density of paths below it is carried from day to day."""
    points, weights = np.polynomial.legendre.leggauss(600)
    line, days = np.log(MARK / 100), MONTHS * DAYS
    low = -8 * SPREAD * np.sqrt(days)
    x, w = low + (points + 1) * (line - low) / 2, weights * (line - low) / 2
    density = np.exp(-0.5 * ((x - MEAN) / SPREAD) ** 2) / (SPREAD * np.sqrt(2 * np.pi))
    kernel = np.exp(-0.5 * ((x[:, None] - x[None, :] - MEAN) / SPREAD) ** 2) / (SPREAD * np.sqrt(2 * np.pi)) * w
    for _ in range(days - 1):
        density = kernel @ density
    return float(1 - (density * w).sum())


def every_day(test: PriceTest, jumps: bool = False) -> Floats:
    """The same by simulating every day in order, jumps included."""
    random = np.random.default_rng(17)
    days, paths = MONTHS * DAYS, BLOCKS * BLOCK
    moves = random.normal(MEAN, SPREAD, (days, paths))
    if jumps:
        rate, mean, spread = 3 / 252, -0.1, 0.15
        counts = random.poisson(rate, (days, paths))
        moves += counts * mean + np.sqrt(counts) * spread * random.standard_normal((days, paths))
        moves -= rate * (np.exp(mean + spread**2 / 2) - 1)
    return test.holds(100 * np.exp(moves.cumsum(axis=0)), MARK).any(axis=0).astype(float)


def test_a_spot_touches_its_mark_as_often_as_the_closed_form_says() -> None:
    assert near(reached(PriceTest("spot")), touch(VOLATILITY, DRIFT))


def test_a_spot_against_an_index_touches_as_often_as_the_closed_form_of_the_ratio_says() -> None:
    """A ratio of two geometric Brownian motions is one: its volatility and drift follow from theirs."""
    tie, other = 0.5, 0.3
    volatility = np.sqrt(VOLATILITY**2 + other**2 - 2 * tie * VOLATILITY * other)
    drift = (DRIFT - VOLATILITY**2 / 2) - (DRIFT - other**2 / 2) + volatility**2 / 2
    assert near(reached(PriceTest("spot", 1, 0, "W"), tie=tie), touch(float(volatility), float(drift)))


def test_a_close_reaches_its_mark_as_often_as_the_recursion_over_days_says() -> None:
    exact = closing_above()
    assert near(reached(PriceTest("close")), exact)
    assert touch(VOLATILITY, DRIFT) - exact > 0.02, "the two are told apart"


TESTS = [PriceTest("mean", 30), PriceTest("geometric", 45), PriceTest("stay", 10), PriceTest("days", 30, 20)]


@pytest.mark.parametrize("jumps", [False, True], ids=["smooth", "jumps"])
@pytest.mark.parametrize("test", [*TESTS, PriceTest("close")], ids=str)
def test_a_window_over_days_is_reached_as_often_as_when_every_day_is_simulated(test: PriceTest, jumps: bool) -> None:
    ours, theirs = reached(test, jumps), every_day(test, jumps)
    error = np.sqrt(ours.var() / ours.size + theirs.var() / theirs.size)
    assert abs(ours.mean() - theirs.mean()) <= 4 * error
    assert ours.mean() > 0.05
