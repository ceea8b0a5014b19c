"""Rows of MLPerf: which are predicted, and that the best deployment is the best."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from gigawatt.perf.library import find_system

sys.path.insert(0, str(Path(__file__).parent))

from mlperf_rows import TASKS, best_rate, narrowest, predictions

ROW = {
    "round": "inference_v5.1",
    "benchmark": "llama2-70b-99.9",
    "scenario": "Offline",
    "accelerator": "NVIDIA H100-SXM-80GB",
    "count": "8",
    "metric": "throughput",
    "value": "30000",
}


def test_a_row_with_all_stated_is_predicted() -> None:
    (said,) = predictions([ROW])
    assert said.reason == ""
    assert 0.5 < said.ratio < 2


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"metric": "time_to_train"}, "training: samples to convergence not stated"),
        ({"scenario": "Interactive"}, "neither Offline nor Server"),
        ({"accelerator": ""}, "no accelerator"),
        ({"benchmark": "mixtral-8x7b"}, "length of prompts not stated"),
        ({"accelerator": "Abacus 3000"}, "system not in the catalogue"),
        ({"benchmark": "llama3.1-405b", "count": "1"}, "nothing fits or is fast enough"),
    ],
)
def test_a_row_that_leaves_something_open_says_what(other: dict[str, str], reason: str) -> None:
    (said,) = predictions([ROW | other])
    assert said.reason == reason
    assert math.isnan(said.predicted)


def test_limits_and_fewer_chips_never_raise_the_rate() -> None:
    task = TASKS["llama2-70b-99.9"]
    free = best_rate(task.model, "H100", 8, task.isl, task.osl, math.inf, math.inf)
    assert best_rate(task.model, "H100", 8, task.isl, task.osl, task.ttft, task.tpot) <= free
    assert best_rate(task.model, "H100", 4, task.isl, task.osl, math.inf, math.inf) <= free


def test_the_format_is_the_narrowest_the_chip_multiplies_in() -> None:
    assert narrowest(find_system("B200")) == ("fp4", "fp4", "fp8")
    assert narrowest(find_system("H100")) == ("fp8", "fp8", "fp8")
    assert narrowest(find_system("A100-SXM-80GB")) == ("int8", "int8", "bf16")
