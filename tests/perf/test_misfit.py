"""Misfits: a deployment that cannot cut its model is named with the rule it breaks and the nearest that breaks none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.deployment import Deployment, deployments
from gigawatt.perf.library import find_model
from gigawatt.perf.misfit import RULES, misfits, refuse_misfits
from gigawatt.perf.shape import shapes

GPT3 = shapes([find_model("GPT3-175B")])
DEEPSEEK = shapes([find_model("DeepSeek-V3")])
LLAMA = shapes([find_model("Llama3-70B")])


@pytest.mark.parametrize(
    ("shape", "cut", "message"),
    [
        (GPT3, {"tp": 7}, r"tp: 7; expected a divisor of the 96 heads\. Nearest that fits: 6\."),
        (GPT3, {"pp": 1000}, r"pp: 1000; expected no more stages than the 96 layers\. Nearest that fits: 96\."),
        (GPT3, {"tp": 8, "ep": 8}, r"ep: 8; expected a divisor of the 1 experts\. Nearest that fits: 1\."),
        (DEEPSEEK, {"attention_dp": 7, "ep": 7}, r"ep: 7; expected a divisor of the 256 experts\. Nearest .*: 1\."),
        (
            DEEPSEEK,
            {"attention_dp": 64, "ep": 64, "pp": 62},
            r"pp: 62; expected no more .* 61 layers\. Nearest .*: 61\.",
        ),
    ],
)
def test_what_does_not_divide_is_refused_with_the_nearest_that_does(
    shape: object, cut: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=f"layout: {message}"):
        refuse_misfits(shape, deployments(**cut))  # type: ignore[arg-type]


def test_keys_are_cut_or_copied_as_wholes() -> None:
    heads = replace(LLAMA, heads=np.array([48.0]), kv_heads=np.array([8.0]))
    assert misfits(heads, deployments(tp=[4, 8, 16, 24, 48])).tolist() == [0, 0, 0, 0, 0]
    with pytest.raises(
        InputError, match=r"tp: 12; expected a divisor or a multiple of the 8 key-value heads\. .*: 8\."
    ):
        refuse_misfits(heads, deployments(tp=12))


def test_a_latent_is_not_cut_so_its_heads_only_need_to_divide() -> None:
    assert misfits(DEEPSEEK, deployments(tp=[1, 2, 128])).tolist() == [0, 0, 0]


def test_each_configuration_has_the_first_rule_it_breaks() -> None:
    cuts = deployments(tp=[1, 7, 8, 8], pp=[1, 1, 97, 96], ep=[1, 1, 1, 2])
    codes = misfits(GPT3, cuts)
    assert [RULES[code - 1].field if code else "" for code in codes] == ["", "tp", "pp", "ep"]
    with pytest.raises(InputError, match=r"writer\[1\]: tp: 7"):
        refuse_misfits(GPT3, cuts, "writer")


def test_a_deployment_made_by_hand_is_looked_at_too() -> None:
    one = np.ones(1)
    with pytest.raises(InputError, match=r"ep: 8; expected a divisor of the 256 experts, and of tp x attention_dp"):
        refuse_misfits(DEEPSEEK, Deployment(4 * one, one, 8 * one, one))


def test_models_and_deployments_that_do_not_line_up_are_refused() -> None:
    with pytest.raises(InputError, match=r"layout: shape: 2 values, and layout has 3"):
        misfits(shapes([find_model("Llama3-70B"), find_model("Llama3-8B")]), deployments(tp=[1, 2, 4]))
