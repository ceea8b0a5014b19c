import pytest

from gigawatt.errors import InputError, UnitError
from gigawatt.parts.option.product import PRODUCTS, price

CALL = {"cp": 1, "S": 100.0, "K": 95.0, "T": 1.0, "r": 0.05, "q": 0.0, "v": 0.2}


def test_a_product_is_called_by_name_with_its_letters() -> None:
    assert price("european", **CALL) == PRODUCTS["european"](**CALL)


def test_a_note_is_left_aside() -> None:
    assert price("european", **CALL, note="from a filing") == price("european", **CALL)


def test_an_unknown_product_is_refused_with_the_likely_one() -> None:
    with pytest.raises(InputError, match=r"Did you mean `two_asset_barrier`"):
        price("two_asset_barier")


def test_an_unknown_term_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"barrier: it has no term `kin`.*Did you mean `kind`"):
        price("barrier", kin="do")


def test_missing_terms_are_named() -> None:
    with pytest.raises(InputError, match=r"european: missing K, v; the terms are cp, S, K, T, r, q, v"):
        price("european", cp=1, S=100.0, T=1.0, r=0.0, q=0.0)


@pytest.mark.parametrize("wrong", [None, "100", True, float("nan"), [100.0, 110.0]])
def test_a_term_that_is_no_single_number_is_refused(wrong: float) -> None:
    with pytest.raises(UnitError, match="european: S: "):
        price("european", **{**CALL, "S": wrong})


def test_a_term_out_of_range_is_refused_with_the_product() -> None:
    with pytest.raises(UnitError, match=r"european: volatility: -0.2 given"):
        price("european", **{**CALL, "v": -0.2})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="barrier: which: `dp` is unknown"):
        price("barrier", kind="dp", H=90.0, **CALL)


def test_a_rebate_is_nothing_unless_given() -> None:
    terms = {**CALL, "kind": "do", "H": 90.0}
    assert price("barrier", **terms) == price("barrier", **terms, R=0.0)


def test_dates_are_given_by_the_first_and_the_last_or_by_expiry() -> None:
    terms = {key: value for key, value in CALL.items() if key != "T"}
    ends = price("geometric_asian_discrete", **terms, n=4, first=0.25, last=1.0)
    assert price("geometric_asian_discrete", **terms, n=4, T=1.0) == ends
    with pytest.raises(InputError, match="either `first` and `last`, or `T` alone"):
        price("geometric_asian_discrete", **terms, n=4, T=1.0, first=0.25)


@pytest.mark.parametrize("family", ["discrete", "partial_time_start", "partial_time_end", "partial_time_end_b2"])
@pytest.mark.parametrize("option", ["call", "put"])
def test_in_and_out_of_each_family_add_up_to_the_european(family: str, option: str) -> None:
    terms = {"S": 100.0, "K": 95.0, "H": 90.0, "T": 1.0, "r": 0.05, "q": 0.0, "v": 0.2}
    more = {"m": 12} if family == "discrete" else {"t1": 0.4}
    both = sum(price(f"{family}_down_{one}_{option}", **terms, **more) for one in ("in", "out"))
    assert both == pytest.approx(price("european", **{**CALL, "cp": 1 if option == "call" else -1}), abs=1e-9)


def test_counts_may_be_written_as_floats() -> None:
    terms = {"S": 203.71, "H": 300.0, "T": 0.25, "r": 0.037, "q": 0.0, "v": 0.5}
    whole = price("share_on_x_of_y_days", **terms, m=63, window=5, need=3)
    assert price("share_on_x_of_y_days", **terms, m=63.0, window=5.0, need=3.0) == whole
