"""Exchange: what is sent follows from rows and layout, and nothing is sent where there is nobody to send it to."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.perf.deployment import Deployment, deployments, formats
from gigawatt.perf.exchange import exchange_time
from gigawatt.perf.hardware import hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import RECORDED

LLAMA = shapes([find_model("Llama3-70B")])
DEEPSEEK = shapes([find_model("DeepSeek-V3")])
H200 = hardware([find_system("H200-SXM-141GB")])


def exchanged(cut: Deployment, rows: float = 64.0, *, experts: bool = False) -> tuple[float, float]:
    shape, number = (DEEPSEEK if experts else LLAMA), formats("fp8")
    many, stage = np.array([rows]), 1 / cut.pp
    time, sent = exchange_time(shape, H200, cut, number, many, many, stage, RECORDED, CALIBRATED)
    return float(np.ravel(time)[0]), float(np.ravel(sent)[0])


def test_one_chip_sends_nothing() -> None:
    assert exchanged(deployments()) == (0.0, 0.0)


@pytest.mark.parametrize("tp", [2, 8])
def test_two_sums_a_layer_pass_each_row_on_twice_but_for_the_own_part(tp: int) -> None:
    _, sent = exchanged(deployments(tp=tp))
    assert sent == pytest.approx(2 * 80 * 2 * 2 * 64 * 8192 * (tp - 1) / tp)


def test_a_stage_hands_its_rows_to_the_next() -> None:
    time, sent = exchanged(deployments(pp=4))
    assert sent == pytest.approx(2 * 64 * 8192)
    assert time > 0


def test_groups_that_attend_alone_send_each_row_to_its_experts_and_get_it_back() -> None:
    _, sent = exchanged(deployments(ep=8, attention_dp=8), experts=True)
    # Eight experts on eight chips; there in 8 bits, back in 16.
    assert sent == pytest.approx(58 * 8 * 64 * 7168 * (1 + 2))


def test_more_rows_take_longer() -> None:
    times = [exchanged(deployments(tp=8), rows)[0] for rows in (1.0, 64.0, 8192.0)]
    assert times == sorted(set(times))
