"""Curves of zero rates."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.pricing import Curve

CURVE = Curve((1.0, 5.0, 10.0), (0.036, 0.037, 0.041))


def test_a_dollar_at_a_maturity_is_discounted_at_its_own_rate():
    np.testing.assert_allclose(CURVE.discount(5.0), np.exp(-5 * 0.037), rtol=1e-15)
    np.testing.assert_allclose(CURVE.discount(7.5), np.exp(-7.5 * 0.039), rtol=1e-15)


def test_a_curve_is_flat_beyond_its_ends():
    assert CURVE.zero(0.25) == 0.036
    assert CURVE.zero(30.0) == 0.041


def test_forward_rates_of_the_months_multiply_to_the_discount_factors():
    np.testing.assert_allclose(np.exp(-np.cumsum(CURVE.forwards(120))), CURVE.months(120), rtol=1e-12)


@pytest.mark.parametrize(
    ("years", "rates", "said"),
    [
        ((), (), "at least one maturity"),
        ((5.0, 3.0), (0.03, 0.03), "must rise"),
        ((0.0, 3.0), (0.03, 0.03), "must rise from above 0"),
        ((1.0,), (float("nan"),), "ordinary numbers"),
    ],
)
def test_a_curve_that_makes_no_sense_is_refused(years, rates, said):
    with pytest.raises(UnitError, match=said):
        Curve(years, rates)
