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
        ({"tp": [1, 0]}, r"layout\[1\].tp: 0; expected a whole number of at least 1"),
        ({"pp": 2.5}, r"layout\[0\].pp: 2.5; expected a whole number"),
        ({"zero": 4}, "zero: 4; expected a whole number from 0 to 3"),
        ({"dp": np.nan}, "dp: nan"),
        ({"tp": "eight"}, r"layout\[0\].tp: the text `eight`; expected a whole number"),
        ({"tp": []}, "layout.tp: empty; expected a number or a list of them"),
        ({"tp": [[1, 2]]}, r"layout.tp: an array of shape \(1, 2\)"),
        ({"recompute": 1}, "layout.recompute: 1; expected a word"),
        ({"recompute": []}, "layout.recompute: no words"),
        ({"sequence_parallel": 7}, "sequence_parallel: 7; expected a whole number from 0 to 1"),
        ({"tp": [1, 2], "pp": [1, 2, 4]}, "layout: tp: 2 values, and pp has 3; expected one for all configurations"),
    ],
)
def test_a_mistake_in_a_layout_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        layouts(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"batch": 0}, r"workload\[0\].batch: 0; expected a whole number of at least 1"),
        ({"tokens": np.inf}, "tokens: inf"),
        ({"number_format": "fp7"}, "no number format `fp7`"),
        ({"attention": "flash"}, "workload: attention: no `flash`"),
        ({"number_format": None}, "workload.number_format: None; expected a word"),
        ({"batch": 1.5}, "batch: 1.5; expected a whole number"),
        ({"year": 0}, "year: 0; expected a number from 1990 to 2100"),
        ({"year": 3000}, "year: 3000; expected"),
        ({"overlapped": 5}, "overlapped: 5; expected a number from 0 to 1"),
        ({"frozen": 5}, "frozen: 5; expected a whole number from 0 to 1"),
        ({"predictors": 0.5}, "predictors: 0.5; expected a whole number"),
        ({"state_bytes": -1}, "state_bytes: -1; expected"),
        ({"tokens": [1, 2], "year": [2024.0, 2025.0, 2026.0]}, "workload: tokens: 2 values, and year has 3"),
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


def test_the_nearest_degree_takes_along_what_follows_it_by_default() -> None:
    mixtral = shapes([find_model("Mixtral-8x7B")])
    with pytest.raises(InputError, match=r"layout\[0\].tp: 3; expected a divisor of the heads. Nearest that fits: 2"):
        refuse_faults(mixtral, layouts(tp=3, dp=8), WORK)
    with pytest.raises(InputError, match=r"ep: 3; expected 1, or a divisor of the experts. Nearest that fits: 2"):
        refuse_faults(mixtral, layouts(tp=4, dp=8, ep=3), WORK)
    # A cut of experts that was asked for stays.
    with pytest.raises(InputError, match=r"layout\[0\].tp: 3; expected .* Nearest that fits: 4"):
        refuse_faults(mixtral, layouts(tp=3, expert_tp=4), WORK)


def test_where_several_degrees_are_wrong_a_layout_is_offered_that_works() -> None:
    degrees = {"tp": 6, "pp": 4, "dp": 24, "micro_batch": 3}
    with pytest.raises(InputError, match="No other value of it fits; together these do: ") as caught:
        refuse_faults(LLAMA, layouts(**degrees), WORK)  # type: ignore[arg-type]
    changes = dict(change.split("=") for change in str(caught.value).rstrip(".").split("these do: ")[1].split(", "))
    assert changes == {"tp": "4", "dp": "16", "micro_batch": "2"}
    refuse_faults(LLAMA, layouts(**degrees | {name: int(value) for name, value in changes.items()}), WORK)  # type: ignore[arg-type]


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
