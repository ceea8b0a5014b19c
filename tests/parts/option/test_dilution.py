import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import UnitError
from gigawatt.parts.option.black_scholes import black_scholes
from gigawatt.parts.option.dilution import warrant_announced, warrant_diluted

TERMS = st.tuples(
    st.floats(1.0, 300.0),
    st.floats(0.0, 300.0),
    st.floats(0.0, 10.0),
    st.floats(-0.02, 0.15),
    st.floats(0.0, 0.1),
    st.floats(0.0, 2.0),
)


@given(TERMS, st.floats(0.01, 100.0), st.floats(0.0, 100.0))
def test_the_diluted_warrant_solves_its_own_equation(
    terms: tuple[float, float, float, float, float, float], shares: float, warrants: float
) -> None:
    spot, *others = terms
    value = warrant_diluted(*terms, shares, warrants)
    option = black_scholes(1, spot + warrants / shares * value, *others)
    assert float(value) == pytest.approx(float(shares / (shares + warrants) * option), rel=1e-12, abs=1e-12)


@given(TERMS, st.floats(0.0, 100.0))
def test_dilution_takes_value_yet_less_than_if_it_were_priced_in(
    terms: tuple[float, float, float, float, float, float], warrants: float
) -> None:
    announced, diluted = warrant_announced(*terms, 10.0, warrants), warrant_diluted(*terms, 10.0, warrants)
    tiny = 1e-12 * terms[0]
    assert announced - tiny <= diluted <= black_scholes(1, *terms) + tiny


def test_no_warrants_dilute_nothing() -> None:
    terms = (40.0, 60.0, 5.0, 0.03, 0.0, 0.3)
    assert float(warrant_diluted(*terms, 10.0, 0.0)) == pytest.approx(float(black_scholes(1, *terms)), rel=1e-15)


def test_numbers_of_warrants_broadcast() -> None:
    values = warrant_diluted(40.0, 60.0, 5.0, 0.03, 0.0, 0.3, 10.0, np.array([0.0, 1.0, 5.0]))
    assert values.shape == (3,)
    assert (np.diff(values) < 0.0).all()


def test_a_company_without_shares_is_refused() -> None:
    with pytest.raises(UnitError, match=r"shares: 0.0 given"):
        warrant_diluted(40.0, 60.0, 5.0, 0.03, 0.0, 0.3, 0.0, 1.0)
