"""Runs in pools."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import formats
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.pooled import pool_on
from gigawatt.perf.served import Load

H100 = find_system("H100-SXM-80GB")
LLAMA = find_model("Llama3-70B")
FP8 = formats("fp8")


def test_both_pools_together_take_no_more_chips_than_there_are() -> None:
    run = pool_on(LLAMA, H100, FP8, 24, Load(2048, 256, ttft=2.0, tpot=0.05))
    assert run.readers * run.reader.chips[0] + run.writers * run.writer.chips[0] <= 24
    assert min(run.readers, run.writers) >= 1


def test_targets_are_met() -> None:
    run = pool_on(LLAMA, H100, FP8, 24, Load(2048, 256, ttft=1.0, tpot=0.03))
    assert run.service.ttft[0] <= 1.0
    assert run.service.tpot[0] <= 0.03
    assert run.rate > 0


def test_a_number_of_users_is_taken_as_it_is() -> None:
    assert pool_on(LLAMA, H100, FP8, 16, Load(2048, 256, users=8)).users == 8


def test_longer_answers_want_more_chips_that_write() -> None:
    short, long = (pool_on(LLAMA, H100, FP8, 64, Load(2048, osl, tpot=0.05)) for osl in (32, 2048))
    assert long.writers * long.writer.chips[0] > short.writers * short.writer.chips[0]


def test_more_draw_more() -> None:
    few, many = (pool_on(LLAMA, H100, FP8, chips, Load(2048, 256, ttft=2.0, tpot=0.05)) for chips in (16, 64))
    assert few.watts < many.watts


@pytest.mark.parametrize(
    ("chips", "load", "said"),
    [
        (1, Load(1024, 128), "at least 2"),
        (2, Load(1024, 128), "does not fit|hold no reader"),
        (16, Load(1024, 128, tpot=1e-4), "out of reach"),
        (16, Load(1024, 128, cached=0.5), "expected neither"),
    ],
)
def test_what_cannot_be_is_refused(chips: int, load: Load, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pool_on(LLAMA, H100, formats("bf16"), chips, load)
