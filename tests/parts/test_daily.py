"""Days between month ends: where they lead, how they spread, where jumps fall."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.parts.daily import DAYS, Daily, Days, Month, mixed
from gigawatt.parts.figure import Draws, Figure, Floats, literal
from gigawatt.parts.process import Jumps, SharePrice, Surroundings
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.units import unit

JUMPS = (literal("12 1/year"), literal("-0.05"), literal("0.2"))


def daily(
    volatility: str = "0.6",
    jumps: tuple[Figure, Figure, Figure] | None = None,
    months: int = 4,
    paths: int = BLOCK,
    name: str = "price",
) -> Daily:
    process = SharePrice(
        name,
        unit("USD/share"),
        literal("100 USD/share"),
        literal("12 %/year"),
        literal(volatility),
        literal("0 %/year"),
        jumps,
    )
    shocks = stream(7, name, 0).standard_normal((months, BLOCK))[:, :paths]
    world = Surroundings(7, 0, months, shocks, np.zeros((months, paths)), Draws({}, paths))
    prices, found = process.moves(world)
    return Daily(process, prices, found, world)


def steps(one: Daily) -> Floats:
    """Daily moves of the logarithm (month, day, path)."""
    months = [one.days(t, one.normals(t)).closes for t in range(len(one.prices))]
    return np.stack([np.diff(month, axis=0) for month in months])


def gaps_of(days: Days) -> Floats:
    """By how much each day opens above the close before (day, path)."""
    return days.opens - days.closes[:-1]


def near(sample: Floats, expected: float) -> bool:
    """Whether a sample's mean lies within four standard errors of the expected one."""
    return bool(abs(sample.mean() - expected) <= 4 * sample.std() / np.sqrt(sample.size))


@pytest.mark.parametrize("jumps", [None, JUMPS], ids=["smooth", "jumps"])
def test_days_lead_from_one_month_end_to_the_next(jumps: tuple[Figure, Figure, Figure] | None) -> None:
    one = daily(jumps=jumps, paths=50)
    for t in range(4):
        days = one.days(t, one.normals(t))
        before = one.prices[t - 1] if t else np.full(50, 100.0)
        np.testing.assert_allclose(np.exp(days.closes[[0, DAYS]]), [before, one.prices[t]], rtol=1e-12)


def test_days_and_months_together_are_independent_equal_normal_steps() -> None:
    moves = steps(daily()).reshape(4 * DAYS, BLOCK)
    spread, mean = 0.6 / np.sqrt(252), (0.01 - 0.6**2 / 24) / DAYS
    assert near(moves, mean)
    z = (moves - mean) / spread
    assert near(z**2, 1.0)
    assert near(z**4, 3.0)
    for lag in (1, 5, DAYS - 1, DAYS, 2 * DAYS):
        assert near(z[lag:] * z[:-lag], 0.0), lag


def test_the_middle_of_a_month_spreads_as_a_bridge_does_given_its_ends() -> None:
    one = daily()
    days = one.days(2, one.normals(2)).closes
    line = days[0] + (days[DAYS] - days[0]) * (np.arange(DAYS + 1) / DAYS)[:, None]
    for k in (1, 7, 14, 20):
        assert near((days[k] - line[k]) ** 2, 0.6**2 / 12 * (k / DAYS) * (1 - k / DAYS)), k


def test_a_calm_price_moves_by_its_jumps_alone_each_on_its_day() -> None:
    one = daily("0", JUMPS)
    assert one.jumps is not None
    for t in range(4):
        days = one.days(t, one.normals(t))
        moves = np.diff(days.closes, axis=0) - gaps_of(days)
        np.testing.assert_allclose(moves, np.broadcast_to(moves[:1], moves.shape), atol=1e-12)
        np.testing.assert_allclose(gaps_of(days).sum(axis=0), one.jumps.sums[t], atol=1e-12)
        assert ((gaps_of(days) != 0).sum(axis=0) <= one.jumps.counts[t]).all()


def test_jumps_of_one_month_are_independent_normal_sizes_on_days_drawn_evenly() -> None:
    """A Poisson number of jumps spread evenly over the days is an independent Poisson number on each day."""
    found = daily("0.3", JUMPS, months=12)
    gaps = np.stack([gaps_of(found.days(t, found.normals(t))) for t in range(12)])
    rate = 1.0 / DAYS
    assert near((gaps == 0).astype(float), np.exp(-rate))
    for day in (0, 10, DAYS - 1):
        assert near(gaps[:, day], rate * -0.05)
        assert near(gaps[:, day] ** 2, rate * (0.2**2 + 0.05**2))
    centred = gaps - rate * -0.05
    assert near(centred[:, 3] * centred[:, 4], 0.0)


def test_two_jumps_of_a_month_add_up_to_what_the_month_says() -> None:
    process = daily("0", JUMPS, paths=BLOCK)
    known = Jumps(np.full((1, BLOCK), 2.0), np.full((1, BLOCK), 0.3), np.array([0.2]))
    two = Daily(process.process, process.prices[:1], known, process.world)
    gaps = gaps_of(two.days(0, two.normals(0)))
    np.testing.assert_allclose(gaps.sum(axis=0), 0.3, atol=1e-12)
    apart = (gaps != 0).sum(axis=0) == 2
    assert near(apart.astype(float), 1 - 1 / DAYS)
    # Two independent normals with a given sum: each has half of it, and half of its own variance.
    first = np.where(apart, gaps.max(axis=0), 0.15)[apart]
    assert near((first - 0.15) ** 2, 0.2**2 / 2)


def test_the_highest_moment_of_a_day_is_no_lower_than_its_opening_and_its_close() -> None:
    one = daily(jumps=JUMPS, paths=200)
    days = one.days(1, one.normals(1))
    tops = days.tops(one.spread, stream(1, "luck", 0).random((DAYS, 200)))
    assert (tops >= days.closes[1:]).all()
    assert (tops >= days.opens).all()


def test_days_of_two_shares_correlate_as_their_months_do() -> None:
    both = {"a": daily(name="a", months=2), "b": daily("0.3", name="b", months=2)}
    month = Month(both, mixed(("a", "b"), {("b", "a"): 0.7, ("a", "oil"): 0.9}), 1)
    one, two = (np.diff(month.days(name).closes, axis=0) for name in ("a", "b"))
    bridged = [moves - moves.mean(axis=0) for moves in (one, two)]
    products = bridged[0] * bridged[1] / (0.6 * 0.3 / 252) * (DAYS / (DAYS - 1))
    assert near(products, 0.7)


def test_days_of_shares_without_a_correlation_are_their_own() -> None:
    assert mixed(("a", "b"), {("a", "oil"): 0.9}) == {"a": {"a": 1.0}, "b": {"b": 1.0}}
