import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import UnitError
from gigawatt.parts.option.argument import Kind
from gigawatt.parts.option.barrier import barrier
from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.normal import bivariate_normal
from gigawatt.parts.option.two_asset import two_asset_barrier, two_asset_correlation

PRICE = st.floats(50.0, 200.0)
VOLATILITY = st.floats(0.05, 1.0)
RHO = st.floats(-1.0, 1.0)
RATE = st.floats(0.0, 0.15)


def heynen_kat(
    which: Kind,
    sign: int,
    paid: float,
    watched: float,
    strike: float,
    mark: float,
    years: float,
    rate: float,
    yields: tuple[float, float],
    volatilities: tuple[float, float],
    rho: float,
) -> float:
    """The knock-out in closed form (Heynen & Kat 1994a), with four bivariate normals."""
    (first, second), side = volatilities, 1.0 if which == "do" else -1.0
    root, gap = math.sqrt(years), math.log(mark / watched)
    growth, drift = rate - yields[0], rate - yields[1] - 0.5 * second**2
    total = 0.0
    for amount, tilt in ((paid * math.exp(growth * years), first), (-strike, 0.0)):
        ahead = (math.log(paid / strike) + (growth - 0.5 * first**2 + tilt * first) * years) / (first * root)
        slope = drift + rho * tilt * second
        safe = (-gap + slope * years) / (second * root)
        image = math.exp(2.0 * slope * gap / second**2)
        shift = 2.0 * gap / (second * root)
        direct = bivariate_normal(sign * ahead, side * safe, sign * side * rho)
        mirror = bivariate_normal(sign * (ahead + rho * shift), side * (safe + shift), sign * side * rho)
        total += sign * amount * float(direct - image * mirror)
    return math.exp(-rate * years) * total


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.0, 0.6, 0.99])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("which", "mark"), [("do", 90.0), ("uo", 112.0)])
def test_a_knock_out_agrees_with_its_closed_form(which: Kind, mark: float, sign: int, rho: float) -> None:
    value = two_asset_barrier(which, sign, 100.0, 100.0, 95.0, mark, 1.2, 0.06, 0.01, 0.03, 0.35, 0.25, rho)
    closed = heynen_kat(which, sign, 100.0, 100.0, 95.0, mark, 1.2, 0.06, (0.01, 0.03), (0.35, 0.25), rho)
    assert value == pytest.approx(closed, abs=1e-11)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("which", "mark"), [("do", 90.0), ("uo", 125.0), ("di", 80.0), ("ui", 110.0)])
def test_a_share_watched_for_itself_is_an_ordinary_barrier(which: Kind, mark: float, sign: int) -> None:
    value = two_asset_barrier(which, sign, 100.0, 100.0, 95.0, mark, 1.0, 0.05, 0.02, 0.02, 0.3, 0.3, 1.0)
    expected = float(barrier(which, sign, 100.0, 95.0, mark, 0.0, 1.0, 0.05, 0.02, 0.3))
    assert value == pytest.approx(expected, abs=1e-10)


@settings(max_examples=60)
@given(st.sampled_from([1.0, -1.0]), PRICE, PRICE, PRICE, RATE, VOLATILITY, VOLATILITY, RHO)
def test_a_barrier_on_another_share_never_adds_value(
    sign: float, watched: float, strike: float, mark: float, rate: float, first: float, second: float, rho: float
) -> None:
    vanilla = float(black_scholes(sign, 100.0, strike, 1.0, rate, 0.01, first))
    for which in ("do", "ui"):
        value = two_asset_barrier(which, sign, 100.0, watched, strike, mark, 1.0, rate, 0.01, 0.02, first, second, rho)
        assert 0.0 <= value <= vanilla + 1e-9


def test_a_watched_share_beyond_the_barrier_has_touched_it() -> None:
    terms = (1, 100.0, 105.0, 95.0, 105.0, 1.0, 0.05, 0.0, 0.0, 0.3, 0.2, 0.4)
    assert two_asset_barrier("uo", *terms) == 0.0
    assert two_asset_barrier("ui", *terms) == float(black_scholes(1, 100.0, 95.0, 1.0, 0.05, 0.0, 0.3))


def test_without_volatility_the_watched_share_survives_for_certain_or_not() -> None:
    survives, sinks = (
        two_asset_barrier("do", 1, 100.0, 100.0, 95.0, 90.0, 1.0, 0.05, 0.0, one, 0.3, 0.0, 0.4) for one in (0.0, 0.3)
    )
    assert survives == pytest.approx(float(black_scholes(1, 100.0, 95.0, 1.0, 0.05, 0.0, 0.3)), abs=1e-10)
    assert sinks == 0.0


@given(st.sampled_from([1.0, -1.0]), PRICE, PRICE, PRICE, RATE, VOLATILITY, VOLATILITY, RHO)
def test_a_gate_on_another_share_never_adds_value(
    sign: float, gate: float, level: float, strike: float, rate: float, first: float, second: float, rho: float
) -> None:
    value = two_asset_correlation(sign, gate, 100.0, level, strike, 1.0, rate, 0.0, 0.02, first, second, rho)
    assert 0.0 <= value <= black_scholes(sign, 100.0, strike, 1.0, rate, 0.02, second) + 1e-10


@pytest.mark.parametrize("rho", [-1.0, 0.3, 1.0])
def test_a_gate_that_is_always_open_leaves_the_option_itself(rho: float) -> None:
    value = two_asset_correlation(1, 100.0, 100.0, 0.0, 105.0, 1.0, 0.05, 0.0, 0.02, 0.2, 0.3, rho)
    assert float(value) == pytest.approx(float(black_scholes(1, 100.0, 105.0, 1.0, 0.05, 0.02, 0.3)), abs=1e-12)


def test_a_correlation_beyond_one_is_refused() -> None:
    with pytest.raises(UnitError, match=r"rho: 1.2 given"):
        two_asset_barrier("do", 1, 100.0, 100.0, 95.0, 90.0, 1.0, 0.05, 0.0, 0.0, 0.3, 0.2, 1.2)
    with pytest.raises(UnitError, match=r"rho: 1.2 given"):
        two_asset_correlation(1, 100.0, 100.0, 90.0, 105.0, 1.0, 0.05, 0.0, 0.02, 0.2, 0.3, 1.2)
