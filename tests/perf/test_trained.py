"""Runs in training."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.candidates import training_candidates
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes
from gigawatt.perf.trained import layout_words, train_on
from gigawatt.perf.training import train

H100 = find_system("H100-SXM-80GB")
LLAMA = find_model("Llama3-70B")
WORK = workloads(128, 4096)


def test_the_layout_that_is_found_is_the_fastest_candidate_that_fits() -> None:
    run = train_on(LLAMA, H100, 128, WORK)
    grid = training_candidates(LLAMA, H100, 128, WORK)
    done = train(shapes([LLAMA]), hardware([H100]), grid, WORK)
    assert run.step == pytest.approx(float(np.min(done.step[done.feasible.astype(bool)])))
    assert (run.tried, run.fitting) == (grid.tp.size, int(np.sum(done.feasible)))


def test_a_layout_that_is_given_is_taken() -> None:
    run = train_on(LLAMA, H100, 128, WORK, layouts(tp=8, pp=4, dp=4, interleave=2))
    assert layout_words(run.layout) == "tp=8,pp=4,dp=4,interleave=2"
    assert run.rate == pytest.approx(128 * 4096 / run.step)


def test_a_busy_chip_draws_more_than_an_idle_one_and_less_than_its_node_at_the_limit() -> None:
    run = train_on(LLAMA, H100, 128, WORK)
    assert 300 < run.watts / 128 < 1.5 * 700


def test_spare_chips_are_paid_for_and_idle() -> None:
    work = workloads(64, 4096)
    run = train_on(find_model("Llama3-8B"), H100, 77, work, spare=True)
    assert run.layout.chips[0] <= 64 < run.chips == 77


@pytest.mark.parametrize(
    "words",
    [
        {"tp": 8, "pp": 2, "dp": 8},
        {"tp": 4, "dp": 32, "zero": 3, "recompute": "full"},
        {"tp": 2, "pp": 4, "dp": 8, "cp": 2, "interleave": 5, "micro_batch": 2, "schedule": "zero_bubble"},
        {"tp": 4, "dp": 32, "ep": 8, "expert_tp": 2, "shards": 16, "sequence_parallel": False},
    ],
)
def test_a_layout_is_written_as_it_is_read(words: dict[str, int | str]) -> None:
    given = {name: str(int(value) if isinstance(value, bool) else value) for name, value in words.items()}
    written = dict(word.split("=") for word in layout_words(layouts(**words)).split(","))
    assert given.items() <= written.items()


def test_a_model_that_fits_nowhere_is_refused_with_the_part_and_the_chips_that_would_do() -> None:
    with pytest.raises(InputError, match=r"does not fit on 8 H100.*no room for states.*together .* chips would do"):
        train_on(LLAMA, H100, 8, WORK)


def test_a_layout_that_is_too_large_is_refused_with_the_nearest_that_fits() -> None:
    with pytest.raises(InputError, match="no room for") as caught:
        train_on(LLAMA, H100, 128, WORK, layouts(tp=1, dp=128))
    near = str(caught.value).partition("Nearest layout that fits: `")[2].partition("`")[0]
    words = dict(word.split("=") for word in near.split(","))
    numbers = {name: int(value) for name, value in words.items() if value.isdigit()}
    again = train_on(LLAMA, H100, 128, WORK, layouts(**numbers, recompute=words.get("recompute", "none")))
    assert again.done.feasible[0]


def test_chips_that_do_not_divide_are_refused_with_the_nearest_number() -> None:
    with pytest.raises(InputError, match="Nearest number of chips below: 64") as caught:
        train_on(LLAMA, H100, 67, workloads(64, 4096))
    batch = int(str(caught.value).rpartition("such as ")[2].rstrip(".").replace(",", ""))
    assert training_candidates(LLAMA, H100, 67, workloads(batch, 4096)).tp.size
