import numpy as np
import pytest

from gigawatt.errors import InputError, UnitError
from gigawatt.parts.option.argument import call_or_put, correlation, count, finite, kind, not_negative, positive, side


def test_a_plain_number_becomes_an_array_without_axes() -> None:
    assert finite("spot", 3).shape == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.array([1.0, np.nan])])
def test_a_missing_number_is_refused_by_name(value: float) -> None:
    with pytest.raises(UnitError, match=r"rate: (nan|inf) given; a finite number expected"):
        finite("rate", value)


def test_text_is_no_number() -> None:
    with pytest.raises(UnitError, match=r"rate: 'x' is not a number"):
        finite("rate", "x")


def test_the_first_wrong_number_of_an_array_is_shown() -> None:
    with pytest.raises(UnitError, match=r"spot: -2.0 given; a number above zero expected"):
        positive("spot", np.array([1.0, -2.0, -3.0]))


def test_zero_is_not_positive_but_not_negative() -> None:
    assert not_negative("years", 0.0) == 0.0
    with pytest.raises(UnitError, match="above zero"):
        positive("years", 0.0)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(UnitError, match=r"volatility: -0.1 given; zero or a number above it"):
        not_negative("volatility", -0.1)


def test_a_correlation_beyond_one_is_refused() -> None:
    with pytest.raises(UnitError, match=r"rho: 1.01 given; a correlation from -1 to 1"):
        correlation("rho", 1.01)


def test_a_sign_is_one_or_minus_one() -> None:
    with pytest.raises(UnitError, match=r"sign: 0.0 given; 1 for a call or -1 for a put"):
        call_or_put("sign", 0.0)


@pytest.mark.parametrize("value", [0, 2.5, -1])
def test_a_count_is_whole_and_not_below_its_least(value: float) -> None:
    with pytest.raises(UnitError, match="a whole number of at least 1 expected"):
        count("dates", value)


def test_a_count_written_as_a_float_is_a_count() -> None:
    assert count("dates", 50.0) == 50


def test_an_unknown_kind_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError, match=r"Did you mean `do`"):
        kind("kind", "dox")


def test_an_unknown_side_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError, match=r"Did you mean `down`"):
        side("where", "downn")
