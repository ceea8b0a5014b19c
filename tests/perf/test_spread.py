"""Bands of figures."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.interval import regimes
from gigawatt.perf.library import find_model
from gigawatt.perf.spread import Band, band, joined, training_kind


@pytest.mark.parametrize("kind", sorted(regimes()))
def test_every_band_has_a_lower_and_a_higher_end(kind: str) -> None:
    found = band(kind)
    assert 0 < found.low < found.high


def test_the_band_of_a_time_is_that_of_its_rate_turned_over() -> None:
    assert Band(0.5, 4.0).inverse() == Band(0.25, 2.0)


def test_independent_errors_add_to_less_than_their_product() -> None:
    both = joined(Band(0.8, 1.25), Band(0.5, 2.0))
    assert 0.4 < both.low < 0.5
    assert 2.0 < both.high < 2.5
    assert joined(Band(0.8, 1.25)) == Band(pytest.approx(0.8), pytest.approx(1.25))


def test_models_with_experts_have_a_kind_of_their_own() -> None:
    kinds = {training_kind(find_model(name)) for name in ("Llama3-70B", "DeepSeek-V3")}
    assert len(kinds) == 2
    assert kinds <= set(regimes())


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="Did you mean `token`"):
        band("tokne")
