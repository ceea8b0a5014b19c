"""Service levels: the concurrency found is in time, one more is not, and targets that ask less allow more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.serving import Requests, Service, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.slo import latency_bound

LLAMA = shapes([find_model("Llama3-70B")])
H200 = hardware([find_system("H200-SXM-141GB")])
WHERE = (LLAMA, H200, deployments(tp=[2, 4, 8]), formats("fp8"))


def at(concurrency: np.ndarray) -> Service:
    return serve(*WHERE, Requests(1024.0, 512.0, concurrency))


@settings(max_examples=12, deadline=None)
@given(st.floats(0.1, 5.0), st.floats(0.005, 0.2))
def test_users_are_served_in_time_and_one_more_would_not_be(ttft: float, tpot: float) -> None:
    found = latency_bound(*WHERE, 1024.0, 512.0, ttft=ttft, tpot=tpot)
    some = found.concurrency >= 1
    assert np.all(found.service.ttft[some] <= ttft)
    assert np.all(found.service.tpot[some] <= tpot)
    more = at(found.concurrency + 1)
    room = capacity(*WHERE, 1536.0).sequences
    assert np.all((more.ttft > ttft) | (more.tpot > tpot) | (found.concurrency == room))


def test_without_targets_memory_decides() -> None:
    found = latency_bound(*WHERE, 1024.0, 512.0)
    np.testing.assert_array_equal(found.concurrency, capacity(*WHERE, 1536.0).sequences)
    np.testing.assert_array_equal(found.service.tokens, at(found.concurrency).tokens)


def test_the_most_requests_of_the_engine_are_not_exceeded() -> None:
    found = latency_bound(*WHERE, 1024.0, 512.0, asked=Requests(1.0, 1.0, 1.0, most=7.0))
    np.testing.assert_array_equal(found.concurrency, [7.0, 7.0, 7.0])


def test_targets_out_of_reach_and_weights_that_do_not_fit_give_no_number() -> None:
    impossible = latency_bound(*WHERE, 1024.0, 512.0, tpot=[1e-4, 1.0, 1e-4])
    assert (impossible.concurrency > 0).tolist() == [False, True, False]
    assert np.isnan(impossible.service.tokens).tolist() == [True, False, True]
    large = latency_bound(LLAMA, H200, deployments(tp=[1, 4]), formats("bf16"), 1024.0, 512.0)
    assert large.concurrency[0] == 0 < large.concurrency[1]


@settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 0.1), st.floats(1.0, 3.0))
def test_looser_targets_never_allow_fewer(tpot: float, factor: float) -> None:
    strict, loose = (
        latency_bound(*WHERE, 1024.0, 512.0, ttft=2.0, tpot=target).concurrency for target in (tpot, tpot * factor)
    )
    assert np.all(loose >= strict)


def test_each_configuration_is_found_by_itself() -> None:
    together = latency_bound(*WHERE, 1024.0, 512.0, ttft=1.0, tpot=0.03).concurrency
    alone = [
        latency_bound(LLAMA, H200, deployments(tp=tp), WHERE[3], 1024.0, 512.0, ttft=1.0, tpot=0.03).concurrency.item()
        for tp in (2, 4, 8)
    ]
    assert together.tolist() == alone


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"ttft": 0.0}, r"targets: ttft: 0; expected a number above 0\."),
        ({"tpot": float("nan")}, r"targets: tpot: nan; expected a number above 0\."),
        ({"tpot": [0.1, 0.2]}, r"targets: tpot: 2 values, and layout has 3; expected one"),
    ],
)
def test_targets_that_cannot_be_are_refused(targets: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        latency_bound(*WHERE, 1024.0, 512.0, **targets)
