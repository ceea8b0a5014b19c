"""Layouts and workloads: words and numbers, and what is refused with the nearest that fits."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.fault import RULES, layout_faults, refuse_faults
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import RECOMPUTE, layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes
from gigawatt.perf.training import train

LLAMA, QWEN = shapes([find_model("Llama3-70B")]), shapes([find_model("Qwen3-30B-A3B")])
WORK = workloads(128, 8192)


def test_chips_are_the_product_of_all_groups() -> None:
    assert layouts(tp=8, pp=[2, 4], dp=3, cp=2, ep=8).chips.tolist() == [96, 192]


def test_states_are_sharded_over_data_and_context_by_default() -> None:
    assert layouts(dp=4, cp=2).shards.tolist() == [8]
    assert layouts(dp=4, cp=2, shards=4).shards.tolist() == [4]


def test_experts_are_not_cut_once_they_are_spread() -> None:
    assert layouts(tp=4, ep=[1, 8]).expert_tp.tolist() == [4, 1]


def test_words_become_codes() -> None:
    assert layouts(recompute=list(RECOMPUTE)).recompute.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"recompute": "fully"}, "recompute: no `fully`.*Did you mean `full`"),
        ({"schedule": "gpipe"}, "schedule: no `gpipe`"),
        ({"tp": [1, 0]}, r"layout\[1\].tp: 0; expected a whole number, 1 or more"),
        ({"pp": 2.5}, r"layout\[0\].pp: 2.5; expected a whole number"),
        ({"zero": 4}, "zero: 4; expected a whole number, 0 or more, at most 3"),
        ({"dp": np.nan}, "dp: nan"),
    ],
)
def test_a_mistake_in_a_layout_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        layouts(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"batch": 0}, r"workload\[0\].batch: 0; expected a number, 1 or more"),
        ({"tokens": np.inf}, "tokens: inf"),
        ({"number_format": "fp7"}, "no number format `fp7`"),
        ({"attention": "flash"}, "attention: no `flash`"),
    ],
)
def test_a_mistake_in_a_workload_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        workloads(**({"batch": 8, "tokens": 2048} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tp": 6}, r"layout\[0\].tp: 6; expected a divisor of the heads. Nearest that fits: 4"),
        ({"pp": 96}, "pp: 96; expected no more stages.*Nearest that fits: 80"),
        ({"ep": 8}, "ep: 8; expected 1, or a divisor of the experts. Nearest that fits: 1"),
        ({"dp": 24}, "dp: 24; expected a divisor of the batch. Nearest that fits: 16"),
        ({"dp": 2, "micro_batch": 3}, "micro_batch: 3; expected a divisor of the sequences.*Nearest that fits: 2"),
        ({"dp": 4, "shards": 3}, "shards: 3; expected a divisor of dp times cp. Nearest that fits: 2"),
        ({"cp": 3}, "cp: 3; expected a divisor of the tokens.*Nearest that fits: 2"),
    ],
)
def test_a_layout_that_does_not_divide_is_refused_with_the_nearest(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        refuse_faults(LLAMA, layouts(**given), WORK)  # type: ignore[arg-type]


def test_experts_are_spread_over_chips_of_a_stage() -> None:
    with pytest.raises(InputError, match=r"ep: 64; expected with expert_tp a divisor of the chips of a stage"):
        refuse_faults(QWEN, layouts(tp=2, dp=8, ep=64), WORK)


def test_a_search_gets_codes_in_place_of_an_error() -> None:
    tried = layouts(tp=[1, 6, 8], dp=[2, 2, 3])
    codes = layout_faults(LLAMA, tried, WORK)
    assert [code and RULES[code - 1].field for code in codes.tolist()] == [0, "tp", "dp"]
    done = train(LLAMA, hardware([find_system("H100-SXM-80GB")]), tried, WORK, strict=False)
    assert done.fault.tolist() == codes.tolist()
    assert np.all(np.isfinite(done.step))
    assert not np.any(done.feasible[1:])


def test_training_refuses_what_cannot_be() -> None:
    with pytest.raises(InputError, match="Nearest that fits: 4"):
        train(LLAMA, hardware([find_system("H100-SXM-80GB")]), layouts(tp=6), WORK)
