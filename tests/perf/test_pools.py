"""Pools: as many requests as there are stay in the loop, and caches are sent in the time of their bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.hardware import hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.pools import matched, pool_service
from gigawatt.perf.serving import prompt_latency
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import RECORDED

LLAMA = shapes([find_model("Llama3-70B")])
H200 = hardware([find_system("H200-SXM-141GB")])
POOLS = (LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"))


def test_a_faster_link_never_keeps_a_user_of_pools_waiting_longer() -> None:
    faster = replace(H200, level_bandwidth=4 * H200.level_bandwidth)
    slow, fast = (
        pool_service(LLAMA, chips, *POOLS[2:], 8192.0, np.array([16.0, 512.0]), 64.0) for chips in (H200, faster)
    )
    assert np.all(fast.transfer < slow.transfer)
    assert np.all(fast.ttft <= slow.ttft)
    assert np.all(fast.tokens >= slow.tokens)


def test_a_cache_is_sent_in_the_time_of_its_bytes_when_links_are_slow() -> None:
    slow = replace(H200, level_bandwidth=1e-6 * H200.level_bandwidth)
    got = pool_service(LLAMA, slow, deployments(tp=1), deployments(tp=1), formats("fp8"), 8192.0, 2.0, 1.0)
    size = LLAMA.kv_bytes(8192.0, 2.0)
    assert got.transfer == pytest.approx(CALIBRATED.wire_gather * size / slow.level_bandwidth[0], rel=1e-3)


def test_readers_and_writers_keep_as_many_requests_in_the_loop_as_there_are() -> None:
    for many in (1.0, 32.0, 5000.0):
        got = pool_service(LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"), 2048.0, 256.0, many)
        assert got.requests * (got.ttft + 255 * got.tpot) == pytest.approx(many, rel=1e-6)
        assert 0 < got.reading <= 1


def test_the_first_token_of_one_request_takes_the_reading_and_the_sending() -> None:
    got = pool_service(LLAMA, H200, deployments(tp=2), deployments(tp=4), formats("fp8"), 2048.0, 256.0, 1.0)
    read = prompt_latency(LLAMA, H200, deployments(tp=2), formats("fp8"), 2048.0).total
    assert got.transfer > 0
    assert got.ttft == pytest.approx(RECORDED.front + read + got.transfer)


def test_matched_readers_are_busy_when_the_writers_are_full() -> None:
    where = (LLAMA, H200, deployments(tp=2), deployments(tp=8), formats("fp8"), 4096.0, 256.0, 5000.0)
    alone = pool_service(*where, readers=1000.0)
    one = pool_service(*where, readers=1.0)
    many = matched(one.requests, alone.requests)
    both = pool_service(*where, readers=np.ceil(many))
    assert both.requests == pytest.approx(alone.requests)
    assert many / np.ceil(many) == pytest.approx(both.reading, rel=1e-6)


@pytest.mark.parametrize(
    ("read", "write", "name"), [(0.0, 1.0, "read"), (1.0, -1.0, "write"), (float("nan"), 1.0, "read")]
)
def test_rates_that_are_none_are_not_matched(read: float, write: float, name: str) -> None:
    with pytest.raises(InputError, match=rf"rates: {name}: .*; expected a finite number above 0\."):
        matched(read, write)
