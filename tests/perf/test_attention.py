"""Attention: limits in closed form, and what more of anything does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.attention import attention_share, decode_attention_time, prefill_attention_time, prompt_keys
from gigawatt.perf.formats import format_code
from gigawatt.perf.hardware import hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.library import built_in_systems, find_system
from gigawatt.perf.stream import stream_time

BF16 = format_code("bf16")
H100 = hardware([find_system("H100-SXM-80GB")])
ALL = hardware(list(built_in_systems().values()))


def prefill(tokens: float, keys: float, heads: float = 32) -> np.ndarray:
    return prefill_attention_time(1, tokens, keys, heads, 8, 128, 128, ALL, BF16)


def test_a_very_long_prompt_takes_its_flop_over_the_sustained_rate() -> None:
    tokens = 2**20
    time = prefill_attention_time(1, tokens, tokens / 2, 32, 8, 128, 128, H100, BF16)
    rate = H100.rate(BF16) * attention_share(H100)
    assert time == pytest.approx(2 * tokens**2 * 32 * 128 / rate, rel=0.01)


def test_attention_never_beats_the_peak() -> None:
    assert np.all(prefill(8192, 4096) > 4 * 8192 * 4096 * 32 * 128 / ALL.rate(BF16))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 100_000), st.floats(1.0, 100_000.0), st.floats(1.01, 8))
def test_more_tokens_keys_or_heads_take_longer(tokens: int, keys: float, factor: float) -> None:
    before = prefill(tokens, keys)
    assert np.all(prefill(tokens * factor, keys) > before)
    assert np.all(prefill(tokens, keys * factor) >= before)
    assert np.all(prefill(tokens, keys, heads=32 * factor) > before)


def test_a_large_cache_is_read_at_the_share_of_the_bandwidth_that_was_measured() -> None:
    time = decode_attention_time(100e9, 0.0, H100, BF16)
    assert time == pytest.approx(100e9 / (3.35e12 * CALIBRATED.decode_hbm), rel=0.01)


def test_an_empty_cache_takes_no_time_and_a_small_one_the_latency() -> None:
    assert decode_attention_time(0.0, 0.0, H100, BF16) == 0
    assert decode_attention_time(1.0, 0.0, H100, BF16) == pytest.approx(CALIBRATED.decode_latency)


def test_many_heads_on_one_latent_are_bound_by_compute() -> None:
    light, heavy = (decode_attention_time(1e6, work, H100, BF16) for work in (1e6, 1e12))
    assert heavy > 10 * light


def test_a_faster_memory_reads_a_cache_and_a_stream_faster() -> None:
    faster = replace(ALL, hbm_bandwidth=2 * ALL.hbm_bandwidth)
    assert np.all(decode_attention_time(1e9, 0.0, faster, BF16) < decode_attention_time(1e9, 0.0, ALL, BF16))
    assert np.all(stream_time(1e9, faster) < stream_time(1e9, ALL))


def test_short_streams_are_slower_for_each_byte() -> None:
    rates = np.array([1e5, 1e7, 1e9, 1e12]) / stream_time([1e5, 1e7, 1e9, 1e12], H100)
    assert np.all(np.diff(rates) > 0)
    assert rates[-1] == pytest.approx(CALIBRATED.hbm * 3.35e12, rel=0.01)


@given(st.integers(1, 3000), st.integers(0, 3000), st.integers(1, 4000))
def test_a_token_meets_as_many_keys_as_are_counted_one_by_one(tokens: int, prefix: int, window: int) -> None:
    # A token sees itself half: of the block on the diagonal the lower half is needed.
    each = np.minimum(prefix + np.arange(tokens) + 0.5, window)
    assert prompt_keys(tokens, prefix, window) == pytest.approx(np.mean(each), rel=1e-9)
    assert prompt_keys(tokens, prefix) == prefix + tokens / 2


def test_half_of_a_window_that_is_as_long_as_the_prompt_is_met() -> None:
    assert prompt_keys(1024.0, 0.0, 1024.0) == 512
    assert prompt_keys(1991.0, 0.0, 1231.0) == pytest.approx(1231 - 1231**2 / 2 / 1991)
    assert prompt_keys(0.0, 7.0, 5.0) == 7
