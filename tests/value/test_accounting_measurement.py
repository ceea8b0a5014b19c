import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.value.accounting.measurement import award, counted

YES, NO = 1.0, 0.0


def over_time(*values: float) -> list[list[list[float]]]:
    """One tranche on one path."""
    return [[[value] for value in values]]


def count(probability: list[list[list[float]]], met: object = 0.0, **more: object) -> list[float]:
    words = {"threshold": 0.75, "standard": "ASU 2019-08"} | more
    return [float(value) for value in counted(probability, met, **words)[0, :, 0]]


def test_a_tranche_counts_as_a_whole_from_the_period_in_which_it_becomes_probable() -> None:
    assert count(over_time(0.5, 0.74, 0.75, 0.9)) == [NO, NO, YES, YES]


def test_a_tranche_that_is_no_longer_probable_stops_counting() -> None:
    assert count(over_time(0.9, 0.6, 0.0)) == [YES, NO, NO]


def test_what_has_been_met_counts_whatever_the_chance_of_the_rest() -> None:
    assert count(over_time(0.1, 0.1, 0.0), met=over_time(0.0, 0.4, 0.4)) == [0.0, 0.4, 0.4]


def test_a_service_condition_counts_the_shares_expected_to_vest() -> None:
    assert count(over_time(0.9, 0.6, 0.0), condition="service") == [0.9, 0.6, 0.0]


def test_forfeitures_as_they_occur_count_all_shares_until_they_are_forfeited() -> None:
    assert count(over_time(0.1, 0.6, 0.0), condition="service", forfeitures="as they occur") == [YES, YES, NO]


@pytest.mark.parametrize("choice", [{"forfeitures": "as they occur", "condition": "service"}, {"constrained": True}])
def test_asu_2025_04_refuses_what_it_no_longer_leaves_open(choice: dict[str, object]) -> None:
    count(over_time(0.9), **choice)
    with pytest.raises(InputError, match="ASU 2025-04"):
        count(over_time(0.9), standard="ASU 2025-04", **choice)


@pytest.mark.parametrize("condition", ["performance", "service"])
def test_both_standards_agree_where_forfeitures_are_estimated(condition: str) -> None:
    chances = over_time(0.2, 0.8, 0.7)
    old, new = (count(chances, standard=name, condition=condition) for name in ("ASU 2019-08", "ASU 2025-04"))
    assert old == new


def test_a_constrained_estimate_counts_until_it_is_probable_that_nothing_vests() -> None:
    assert count(over_time(0.5, 0.26, 0.25), constrained=True) == [YES, YES, NO]


def test_each_tranche_may_have_its_own_condition() -> None:
    both = counted(
        [[[0.6]], [[0.6]]], 0.0, threshold=0.75, standard="ASU 2025-04", condition=["performance", "service"]
    )
    assert both[:, 0, 0].tolist() == [0.0, 0.6]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"standard": "ASU 2025-4"}, "Did you mean `ASU 2025-04`"),
        ({"condition": "market"}, "`market` is unknown"),
        ({"condition": ["service", "service"]}, "2 given for 1 tranches"),
        ({"threshold": 0.5}, "more than 0.5"),
        ({"threshold": float("nan")}, "threshold: nan is out of range"),
        ({"met": [[[0.5], [0.2]]]}, r"met\[0, 1, 0\]: 0.2"),
        ({"met": [[[1.5], [1.5]]]}, r"met\[0, 0, 0\]: 1.5"),
        ({"met": [[[1.0, 1.0, 1.0]]]}, "has shape"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_fix(change: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        count(over_time(0.9, 0.9), **change)


def test_chances_without_a_tranche_axis_are_refused() -> None:
    with pytest.raises(InputError, match="tranche, period, path"):
        counted([[0.9]], 0.0, threshold=0.75, standard="ASU 2019-08")


def test_one_strike_holds_for_all_tranches() -> None:
    warrant = award([10, 20], [3.0, 4.0], 0.01)
    assert warrant.strike.tolist() == [0.01, 0.01]
    assert warrant.grant_value.tolist() == [30.0, 80.0]


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (([-1], 1, 0), r"shares\[0\]: -1"),
        (([], 1, 0), "one number a tranche"),
        (([1, 2], [1, 2, 3], 0), "fair_value: has shape"),
        ((["x"], 1, 0), "no number"),
        (([1], np.inf, 0), "fair_value: inf"),
    ],
)
def test_a_broken_award_is_refused(terms: tuple[object, object, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        award(*terms)
