import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gigawatt.errors import InputError, UnitError
from gigawatt.parts.option.argument import Kind
from gigawatt.parts.option.barrier import barrier, partial_time_end, partial_time_start
from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.touch import cash_at_touch, cash_if_untouched

PRICE = st.floats(20.0, 300.0)
SIGN = st.sampled_from([1.0, -1.0])
OUT: st.SearchStrategy[Kind] = st.sampled_from(["do", "uo"])
TERMS = st.tuples(st.floats(0.0, 5.0), st.floats(-0.05, 0.2), st.floats(-0.05, 0.2), st.floats(0.0, 1.5))
IN: dict[Kind, Kind] = {"do": "di", "uo": "ui"}


def by_density(
    which: Kind, sign: int, strike: float, mark: float, years: float, rate: float, dividend: float, volatility: float
) -> float:
    """A knock-out on a spot of 100 by the density of the log price on paths that never touch."""
    spread, line = volatility * math.sqrt(years), math.log(mark)
    start, drift = math.log(100.0), (rate - dividend - 0.5 * volatility**2) * years

    def value(x: float) -> float:
        bell = math.exp(-0.5 * ((x - start - drift) / spread) ** 2) / (spread * math.sqrt(2.0 * math.pi))
        alive = -math.expm1(-2.0 * (start - line) * (x - line) / spread**2)
        return max(sign * (math.exp(x) - strike), 0.0) * alive * bell

    low, high = (line, start + drift + 12 * spread) if which == "do" else (start + drift - 12 * spread, line)
    bends = [math.log(strike)] if low < math.log(strike) < high else None
    total = quad(value, low, high, points=bends, epsabs=1e-12, epsrel=1e-12, limit=500)[0]
    return math.exp(-rate * years) * float(total)


@pytest.mark.parametrize(("which", "mark"), [("do", 90.0), ("do", 60.0), ("uo", 110.0), ("uo", 170.0)])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("strike", [75.0, 100.0, 140.0])
def test_a_knock_out_is_the_payoff_over_the_surviving_density(
    which: Kind, mark: float, sign: int, strike: float
) -> None:
    terms = (1.5, 0.05, 0.02, 0.35)
    value = barrier(which, sign, 100.0, strike, mark, 0.0, *terms)
    assert float(value) == pytest.approx(by_density(which, sign, strike, mark, *terms), abs=1e-10)


@given(OUT, SIGN, PRICE, PRICE, PRICE, TERMS)
def test_in_and_out_together_are_the_option_itself(
    which: Kind, sign: float, spot: float, strike: float, mark: float, terms: tuple[float, float, float, float]
) -> None:
    both = barrier(which, sign, spot, strike, mark, 0.0, *terms) + barrier(
        IN[which], sign, spot, strike, mark, 0.0, *terms
    )
    assert float(both) == pytest.approx(float(black_scholes(sign, spot, strike, *terms)), abs=1e-9)


@given(OUT, SIGN, PRICE, PRICE, PRICE, TERMS)
def test_a_barrier_never_adds_value(
    which: Kind, sign: float, spot: float, strike: float, mark: float, terms: tuple[float, float, float, float]
) -> None:
    out = barrier(which, sign, spot, strike, mark, 0.0, *terms)
    assert 0.0 <= out <= black_scholes(sign, spot, strike, *terms) + 1e-9


@given(PRICE, st.floats(50.0, 99.0), TERMS)
def test_a_lower_barrier_spares_more_paths(
    strike: float, mark: float, terms: tuple[float, float, float, float]
) -> None:
    near, far = (barrier("do", 1, 100.0, strike, one, 0.0, *terms) for one in (mark, 0.9 * mark))
    assert far >= near - 1e-10


@pytest.mark.parametrize(("kinds", "mark"), [(("do", "di"), 90.0), (("uo", "ui"), 115.0)])
def test_rebates_are_paid_at_the_touch_or_at_expiry(kinds: tuple[Kind, Kind], mark: float) -> None:
    terms = (0.5, 0.08, 0.04, 0.25)
    out, into = (
        float(barrier(one, 1, 100.0, 100.0, mark, 3.0, *terms) - barrier(one, 1, 100.0, 100.0, mark, 0.0, *terms))
        for one in kinds
    )
    assert out == pytest.approx(float(cash_at_touch(100.0, mark, 3.0, *terms)), abs=1e-12)
    assert into == pytest.approx(float(cash_if_untouched(100.0, mark, 3.0, *terms)), abs=1e-12)


def test_a_spot_beyond_the_barrier_has_touched_it() -> None:
    terms = (1.0, 0.05, 0.0, 0.3)
    spots = np.array([89.0, 90.0])
    assert barrier("do", 1, spots, 100.0, 90.0, 2.0, *terms).tolist() == [2.0, 2.0]
    np.testing.assert_allclose(
        barrier("di", 1, spots, 100.0, 90.0, 2.0, *terms), black_scholes(1, spots, 100.0, *terms), rtol=1e-14
    )


def test_without_volatility_a_certain_path_touches_or_not() -> None:
    sinking, rising = (float(barrier("do", -1, 100.0, 100.0, 95.0, 0.0, 1.0, 0.0, one, 0.0)) for one in (0.1, 0.02))
    assert sinking == 0.0
    assert rising == pytest.approx(100.0 * (1.0 - math.exp(-0.02)), abs=1e-10)


def test_without_time_the_knock_out_is_its_payoff() -> None:
    assert float(barrier("do", 1, 100.0, 80.0, 90.0, 5.0, 0.0, 0.05, 0.0, 0.3)) == pytest.approx(20.0, abs=1e-9)


@pytest.mark.parametrize(("which", "value"), [("do", 100.0), ("uo", 0.0)])
def test_a_strike_of_zero_gives_the_surviving_share(which: Kind, value: float) -> None:
    far = {"do": 1e-4, "uo": 100.0 + 1e-9}[which]
    assert float(barrier(which, 1, 100.0, 0.0, far, 0.0, 1.0, 0.05, 0.0, 0.3)) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("mark", [85.0, 120.0])
def test_a_watch_from_today_on_is_an_ordinary_barrier(sign: float, mark: float) -> None:
    which: Kind = "do" if mark < 100.0 else "uo"
    whole = float(barrier(which, sign, 100.0, 105.0, mark, 0.0, 1.0, 0.05, 0.02, 0.3))
    assert partial_time_end(which, sign, 100.0, 105.0, mark, 0.0, 1.0, 0.05, 0.02, 0.3) == pytest.approx(
        whole, rel=1e-13
    )
    assert partial_time_start(which, sign, 100.0, 105.0, mark, 1.0, 1.0, 0.05, 0.02, 0.3) == pytest.approx(
        whole, rel=1e-9
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_watch_of_no_length_leaves_the_option_itself(sign: float) -> None:
    vanilla = float(black_scholes(sign, 100.0, 105.0, 1.0, 0.05, 0.02, 0.3))
    assert partial_time_end("do", sign, 100.0, 105.0, 95.0, 1.0, 1.0, 0.05, 0.02, 0.3) == pytest.approx(
        vanilla, rel=1e-9
    )
    assert partial_time_start("do", sign, 100.0, 105.0, 95.0, 0.0, 1.0, 0.05, 0.02, 0.3) == pytest.approx(
        vanilla, rel=1e-9
    )


def test_touching_from_either_side_makes_up_and_down_the_same() -> None:
    down, up = (partial_time_end(one, 1, 100.0, 95.0, 102.0, 0.3, 1.0, 0.05, 0.0, 0.3) for one in ("do", "uo"))
    assert down == up


def test_the_two_one_sided_watches_together_are_the_watch_from_either_side() -> None:
    terms = (1, 100.0, 95.0, 102.0, 0.3, 1.0, 0.05, 0.0, 0.3)
    parts = sum(partial_time_end(one, *terms, one_sided=True) for one in ("do", "uo"))
    assert partial_time_end("do", *terms) == pytest.approx(parts, rel=1e-13)


def test_a_watch_after_expiry_is_refused() -> None:
    with pytest.raises(UnitError, match="later than expiry after 1"):
        partial_time_end("do", 1, 100.0, 95.0, 90.0, 2.0, 1.0, 0.05, 0.0, 0.3)


def test_an_unknown_kind_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError, match=r"Did you mean `do`"):
        barrier("doo", 1, 100.0, 95.0, 90.0, 0.0, 1.0, 0.05, 0.0, 0.3)
