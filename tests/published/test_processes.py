"""Processes, figures and luck against closed forms; samples are judged by four standard errors.

Sources: lognormal moments and compensated jumps, Merton 1976; mean reversion, Uhlenbeck and Ornstein 1930; logistic
growth, Verhulst 1838; order statistics and flat Dirichlet parts, David and Nagaraja 2003; discretely watched barriers,
exactly by integration of the monthly transition density, and approximately by the continuity correction of Broadie,
Glasserman and Kou 1997.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from gigawatt.engine.block import NEVER, Block, block
from gigawatt.engine.layout import layout
from gigawatt.parts.figure import Z90, Draws, Figure, Floats, literal
from gigawatt.parts.process import DAYS, MeanReverting, Process, Regime, SCurve, SharePrice, Surroundings, poisson
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.parts.world import Phase
from gigawatt.units import unit
from worlds import START, bare, campus, deal

BLOCKS = 6


def world(index: int, months: int, bust: float = 0.0) -> Surroundings:
    shocks = stream(11, "shocks", index).standard_normal((months, BLOCK))
    return Surroundings(11, index, months, shocks, np.full((months, BLOCK), bust), Draws({}))


def paths(process: Process, months: int, bust: float = 0.0) -> Floats:
    """(month, path) of several blocks."""
    return np.concatenate([process.run(world(index, months, bust)) for index in range(BLOCKS)], axis=1)


def share(drift: str = "12 %/year", volatility: str = "0.6", jumps: tuple[str, str, str] | None = None) -> SharePrice:
    rates = tuple(literal(j) for j in jumps) if jumps else None
    return SharePrice(
        "price",
        unit("USD/share"),
        literal("100 USD/share"),
        literal(drift),
        literal(volatility),
        literal("-40 %/year"),
        rates,  # type: ignore[arg-type]
    )


def near_mean(sample: Floats, expected: float) -> bool:
    """Whether a sample's mean lies within four standard errors of the expected one."""
    return bool(abs(sample.mean() - expected) <= 4 * sample.std() / np.sqrt(sample.size))


def near_variance(sample: Floats, expected: float) -> bool:
    return near_mean((sample - sample.mean()) ** 2, expected)


@pytest.mark.parametrize("jumps", [None, ("2 1/year", "-0.2", "0.15")], ids=["smooth", "jumps"])
@pytest.mark.parametrize("months", [1, 12, 36])
def test_a_share_price_grows_by_its_drift_whether_it_jumps_or_not(
    jumps: tuple[str, str, str] | None, months: int
) -> None:
    last = paths(share(jumps=jumps), months)[-1]
    assert near_mean(last, 100 * np.exp(0.12 * months / 12))


def test_the_logarithm_of_a_share_price_has_the_mean_and_variance_of_its_diffusion_and_jumps() -> None:
    logs = np.log(paths(share(jumps=("2 1/year", "-0.2", "0.15")), 24)[-1] / 100)
    compensation = 2 * (np.exp(-0.2 + 0.15**2 / 2) - 1)
    assert near_mean(logs, 2 * (0.12 - 0.6**2 / 2 - compensation + 2 * -0.2))
    assert near_variance(logs, 2 * (0.6**2 + 2 * (0.2**2 + 0.15**2)))


def test_in_a_bust_a_share_price_grows_by_the_other_drift() -> None:
    assert near_mean(paths(share(), 12, bust=1.0)[-1], 100 * np.exp(-0.4))


@pytest.mark.parametrize("rate", [0.0, 0.04, 2.5, 40.0])
def test_poisson_counts_are_the_inverse_of_the_distribution(rate: float) -> None:
    u = stream(1, "poisson", 0).random((50, 400))
    np.testing.assert_array_equal(poisson(u, np.full(400, rate)), stats.poisson.ppf(u, rate) if rate else u * 0)


def survival(months: int, barrier: float, mean: float, spread: float) -> float:
    """Chance that a walk of normal steps stays below a barrier at the end of every month, by integration.

    The density of survivors is carried from month to month on 400 Gauss-Legendre points below the barrier; with 2,000
    the result is the same to 1e-9.
    """
    points, weights = np.polynomial.legendre.leggauss(400)
    low = min(0.0, months * mean) - 9 * spread * np.sqrt(months)
    x, w = low + (points + 1) * (barrier - low) / 2, weights * (barrier - low) / 2
    density = stats.norm.pdf(x, mean, spread)
    kernel = stats.norm.pdf(x[:, None], x[None, :] + mean, spread) * w
    for _ in range(months - 1):
        density = kernel @ density
    return float((density * w).sum())


@pytest.mark.parametrize(("mark", "months"), [(120, 12), (200, 12), (200, 48), (600, 60)])
def test_a_price_watched_at_month_ends_reaches_a_mark_as_often_as_the_transition_density_says(
    mark: float, months: int
) -> None:
    spread = 0.6 / np.sqrt(12)
    exact = 1 - survival(months, np.log(mark / 100), 0.12 / 12 - spread**2 / 2, spread)
    reached = (paths(share(), months) >= mark).any(axis=0)
    assert near_mean(reached.astype(float), exact)


def test_the_continuity_correction_of_a_barrier_watched_monthly_is_close_to_the_exact_chance() -> None:
    months, spread = 48, 0.6 / np.sqrt(12)
    mean, line = 0.12 / 12 - spread**2 / 2, np.log(2.0)
    shifted = line + 0.5826 * spread
    all_, drift = spread * np.sqrt(months), mean * months
    continuous = ndtr((drift - shifted) / all_) + np.exp(2 * mean * shifted / spread**2) * ndtr(
        (-drift - shifted) / all_
    )
    assert continuous == pytest.approx(1 - survival(months, line, mean, spread), abs=2e-3)


@pytest.mark.parametrize("days", [1, 20, 30])
def test_the_average_of_the_last_days_has_the_mean_variance_and_covariance_of_brownian_motion(days: int) -> None:
    u, spread, months = days / DAYS, 0.6 / np.sqrt(12), 3
    process, ends, averages = share(), [], []
    for index in range(BLOCKS):
        around = world(index, months)
        prices = process.run(around)
        ends.append(np.log(prices[-1] / 100))
        averages.append(np.log(process.average(prices, days, around)[-1] / 100))
    end, average = np.concatenate(ends), np.concatenate(averages)
    mean = 0.12 / 12 - spread**2 / 2
    assert near_mean(average, mean * (months - u / 2))
    assert near_variance(average, spread**2 * (months - u + u / 3))
    covariance = (end - mean * months) * (average - mean * (months - u / 2))
    assert near_mean(covariance, spread**2 * (months - u / 2))


def test_mean_reversion_is_stationary_around_its_level_and_forgets_by_half_lives() -> None:
    process = MeanReverting(
        "rent", unit("USD"), literal("8 USD"), literal("8 USD"), literal("6 months"), literal("0.4")
    )
    logs = np.log(paths(process, 120) / 8)
    pull = np.log(2) / 6
    variance = 0.4**2 / 12 / (2 * pull)
    assert near_mean(logs[-1], 0.0)
    assert near_variance(logs[-1], variance)
    assert near_mean(logs[-1] * logs[-7], variance / 2)


def test_half_of_a_deviation_is_gone_after_a_half_life() -> None:
    calm = MeanReverting("rent", unit("USD"), literal("16 USD"), literal("4 USD"), literal("6 months"), literal("0"))
    assert paths(calm, 12)[[5, 11], 0] == pytest.approx([8.0, 4 * np.sqrt(2)])


def test_the_share_of_months_in_a_bust_is_that_of_the_monthly_chances() -> None:
    process = Regime("market", unit("1"), literal("20 months"), literal("7 months"), literal(0))
    states = np.concatenate([process.run(world(index, 240)) for index in range(BLOCKS)], axis=1)
    into, out = 1 - np.exp(-1 / 20), 1 - np.exp(-1 / 7)
    late = states[120:]
    assert near_mean(late[-1], into / (into + out))
    assert near_mean(late.mean(axis=0), into / (into + out))
    assert near_mean(states[0], into)
    assert near_mean(late[1:][late[:-1] > 0], 1 - out)


def test_an_s_curve_is_logistic_and_half_way_at_its_inflection() -> None:
    process = SCurve("users", unit("USD"), literal("10 USD"), literal("400 USD"), literal("50 %/year"), literal("0.25"))
    t = np.arange(1, 121)
    closed = 400 / (1 + 39 * np.exp(-0.5 / 12 * t))
    np.testing.assert_allclose(process.run(world(0, 120))[:, 0], closed, rtol=1e-12)
    assert closed[round(np.log(39) / (0.5 / 12)) - 1] == pytest.approx(200, rel=0.02)


def test_an_s_curve_slows_to_its_pace_in_a_bust() -> None:
    process = SCurve("users", unit("USD"), literal("10 USD"), literal("400 USD"), literal("50 %/year"), literal("0.25"))
    slow, fast = process.run(world(0, 40, bust=1.0)), process.run(world(0, 10))
    np.testing.assert_allclose(slow[3::4, 0], fast[:, 0], rtol=1e-12)


GW = unit("GW")
CLOSED: dict[str, tuple[Figure, float, float]] = {
    "uniform": (Figure("f", GW, "uniform", (2, 5)), 3.5, 9 / 12),
    "triangular": (Figure("f", GW, "triangular", (1, 2, 6)), 3.0, (1 + 4 + 36 - 2 - 6 - 12) / 18),
    "normal": (Figure("f", GW, "normal", (2, 6)), 4.0, (2 / Z90) ** 2),
    "lognormal": (
        Figure("f", GW, "lognormal", (1, 4)),
        2 * np.exp((np.log(2) / Z90) ** 2 / 2),
        4 * (np.exp((np.log(2) / Z90) ** 2) - 1) * np.exp((np.log(2) / Z90) ** 2),
    ),
    "choice": (Figure("f", GW, "choice", (1, 2, 4), (0.5, 0.3, 0.2)), 1.9, 0.5 + 1.2 + 3.2 - 1.9**2),
    "Bernoulli": (Figure("f", GW, "choice", (0, 1), (0.7, 0.3)), 0.3, 0.21),
    "beta": (Figure("f", GW, "beta", (2, 3, 10, 20)), 14.0, 100 * 6 / (25 * 6)),
    "ordered": (Figure("f", GW, "ordered", (0, 1, 2, 5), group="g"), 2 / 6, 2 * 4 / (36 * 7)),
    "split": (Figure("f", GW, "split", (1, 2, 4), group="g"), 1 / 4, 3 / (16 * 5)),
}


@pytest.mark.parametrize(("figure", "mean", "variance"), CLOSED.values(), ids=CLOSED.keys())
def test_a_figure_has_the_mean_and_variance_of_its_distribution(figure: Figure, mean: float, variance: float) -> None:
    drawn = np.concatenate([figure.draw(3, index) for index in range(BLOCKS)])
    assert near_mean(drawn, mean)
    assert near_variance(drawn, variance)


def test_ordered_figures_rise_and_split_figures_add_up_on_every_path() -> None:
    ranks = np.stack([Figure(f"r{k}", GW, "ordered", (10, 40, k, 4), group="g").draw(3, 0) for k in (1, 2, 3, 4)])
    parts = np.stack([Figure(f"p{k}", GW, "split", (7, k, 3), group="g").draw(3, 0) for k in (1, 2, 3)])
    assert (np.diff(ranks, axis=0) > 0).all()
    np.testing.assert_allclose(parts.sum(axis=0), 7.0, rtol=1e-14)


QUANTILES: dict[str, tuple[Figure, Callable[[Floats], Floats]]] = {
    "uniform": (Figure("f", GW, "uniform", (2, 5)), stats.uniform(2, 3).ppf),
    "triangular": (Figure("f", GW, "triangular", (1, 2, 6)), stats.triang(0.2, 1, 5).ppf),
    "normal": (Figure("f", GW, "normal", (2, 6)), stats.norm(4, 2 / Z90).ppf),
    "lognormal": (Figure("f", GW, "lognormal", (1, 4)), stats.lognorm(np.log(2) / Z90, scale=2).ppf),
    "beta": (Figure("f", GW, "beta", (2, 3, 10, 20)), stats.beta(2, 3, 10, 10).ppf),
}


@pytest.mark.parametrize(("figure", "ppf"), QUANTILES.values(), ids=QUANTILES.keys())
def test_a_figures_quantiles_are_those_of_its_distribution(figure: Figure, ppf: Callable[[Floats], Floats]) -> None:
    u = np.linspace(0.001, 0.999, 201)
    np.testing.assert_allclose(figure.quantile(u), ppf(u), rtol=1e-9)


def test_the_ends_of_a_lognormal_are_its_tenth_and_ninetieth_percentile() -> None:
    assert Figure("f", GW, "lognormal", (1, 4)).quantile(np.array([0.1, 0.5, 0.9])) == pytest.approx([1, 2, 4])


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    sites = tuple(
        campus(
            f"s{k}",
            Phase(START, literal("1 GW"), "d"),
            Phase(START, literal("1 GW"), "d", certain=True),
            delay=Figure(f"late {k}", unit("month"), "lognormal", (2, 12)),
            common="0.6",
            built="0.8",
        )
        for k in (1, 2)
    )
    deals = (deal(capacity=literal("5 GW"), binding=literal("1 GW"), becomes_binding=literal("0.3")),)
    scenario = bare(campuses=sites, deals=deals)
    return [block(scenario, layout(scenario), 5, index) for index in range(BLOCKS)]


def test_campuses_are_built_and_options_become_binding_as_often_as_they_should(blocks: list[Block]) -> None:
    ready = np.concatenate([b.events.ready for b in blocks], axis=1)
    optional = np.concatenate([b.deal["optional"][0] for b in blocks])
    assert near_mean((ready[0] < NEVER).astype(float), 0.8)
    assert near_mean(optional, 0.3 * 4)
    assert (ready[1] == START).all(), "what is certain is neither late nor lost"


def test_delays_round_up_to_months_and_share_a_common_factor(blocks: list[Block]) -> None:
    """A month's rounding leaves a little less than the correlation of the underlying normals."""
    ready = np.concatenate([b.events.ready for b in blocks], axis=1)[[0, 2]]
    late = ready[:, (ready < NEVER).all(axis=0)] - START
    assert (late == np.round(late)).all()
    assert (late[0] <= 12).mean() == pytest.approx(0.9, abs=0.015)
    assert (late[0] <= 2).mean() == pytest.approx(0.1, abs=0.015)
    assert np.corrcoef(np.log(late))[0, 1] == pytest.approx(0.6, abs=0.03)


def test_correlated_prices_have_the_correlation_that_was_asked_for() -> None:
    two = tuple(
        SharePrice(
            name,
            unit("USD/share"),
            literal("1 USD/share"),
            literal("0 1/year"),
            literal("0.5"),
            literal("0 1/year"),
        )
        for name in ("a", "V_price")
    )
    scenario = bare(months=30)
    scenario = bare(processes=(*scenario.processes[:1], *two), correlations=(("a", "V_price", -0.7),), months=30)
    logs = np.log(block(scenario, layout(scenario), 5, 0).levels[:, 1:])
    steps = np.diff(logs, axis=0).transpose(1, 0, 2).reshape(2, -1)
    assert near_mean(steps[0] * steps[1] / (0.25 / 12), -0.7)
