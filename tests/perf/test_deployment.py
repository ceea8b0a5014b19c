"""Deployments: a layout or a format that cannot be is refused with what would be right."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import Passing, deployments, formats


def test_a_replica_has_the_chips_of_all_its_stages() -> None:
    cut = deployments(tp=[8, 1], pp=[2, 1], attention_dp=[1, 32])
    assert cut.group.tolist() == [8, 32]
    assert cut.chips.tolist() == [16, 32]


@pytest.mark.parametrize("tp", [0, -1, 2.5, float("nan"), float("inf")])
def test_a_layout_that_is_no_whole_number_is_refused(tp: float) -> None:
    with pytest.raises(InputError, match=r"layout: tp: .*expected a whole number of at least 1"):
        deployments(tp=tp)


def test_experts_over_a_part_of_the_chips_that_does_not_divide_them_are_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"ep: 6; expected a divisor of tp x attention_dp, 8\. The nearest is 4"):
        deployments(tp=8, ep=6)


def test_counts_of_different_number_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"layout: tp: 2 values, and pp has 3; expected one for all configurations, or 3"
    ):
        deployments(tp=[1, 2], pp=[1, 2, 4])


def test_text_and_nothing_are_no_counts() -> None:
    with pytest.raises(InputError, match=r"layout: tp: the text `eight`; expected a whole number"):
        deployments(tp="eight")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"layout: pp: empty; expected"):
        deployments(pp=[])


@pytest.mark.parametrize("wrong", [float("nan"), -1.0, float("inf")])
@pytest.mark.parametrize("name", Passing.__slots__)
def test_what_passes_is_counted_from_none(name: str, wrong: float) -> None:
    with pytest.raises(InputError, match=rf"passing: {name}: {wrong:g}; expected a finite number of at least [01]"):
        Passing(**{name: wrong})


def test_products_cache_and_experts_follow_the_weights_unless_told() -> None:
    same, other = formats("fp8"), formats("fp8", product="bf16", kv="fp8", expert="fp4")
    assert same.product == same.weight == same.expert != same.kv
    assert len({int(code[0]) for code in (other.weight, other.product, other.expert)}) == 3


def test_an_unknown_format_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError, match="Did you mean `fp8`"):
        formats("fp88")
