import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.warrant.ladder import divided, rungs
from gigawatt.parts.warrant.terms import Mark, PriceMark, Tranche


@given(st.integers(0, 10**9), st.integers(1, 400))
def test_parts_sum_exactly_and_differ_by_at_most_one(total: int, count: int) -> None:
    parts = divided(total, count)
    assert (len(parts), sum(parts)) == (count, total)
    assert max(parts) - min(parts) <= 1


def test_what_is_rounded_up_once_is_rounded_down_later() -> None:
    assert divided(18, 4) == (5, 4, 5, 4)
    assert divided(7, 1) == (7,)


@pytest.mark.parametrize(("total", "count"), [(-1, 3), (5, 0)])
def test_nothing_is_divided_into_no_parts(total: int, count: int) -> None:
    with pytest.raises(InputError, match="at least 1 part"):
        divided(total, count)


def test_rungs_wait_for_one_step_after_the_other() -> None:
    assert [rung.counter for rung in rungs(9, 3, 500e6)] == [
        Mark("paid", 500e6),
        Mark("paid", 1e9),
        Mark("paid", 1.5e9),
    ]


def test_rungs_share_all_but_shares_name_and_mark() -> None:
    shape = Tranche(shares=0.0, price=PriceMark(5.0), strike=2.0)
    first, second = rungs(10, 2, 1.0, "purchased", start=3.0, template=shape, name="step")
    assert first == Tranche(shares=5.0, price=PriceMark(5.0), strike=2.0, counter=Mark("purchased", 4.0), name="step 1")
    assert (second.name, second.counter) == ("step 2", Mark("purchased", 5.0))


def test_a_ladder_that_does_not_rise_is_refused() -> None:
    with pytest.raises(InputError, match="a step above 0"):
        rungs(10, 2, 0.0)
