"""Spaces: every layout that breaks no rule, once, and none besides."""

from __future__ import annotations

from dataclasses import astuple
from itertools import product

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.perf.fault import layout_faults
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, layouts, workloads
from gigawatt.perf.library import find_model
from gigawatt.perf.shape import shapes
from gigawatt.perf.space import divisors, said, training_space

GPT3, MIXTRAL = (shapes([find_model(name)]) for name in ("GPT3-175B", "Mixtral-8x22B"))
WORK = workloads(24, 2048)
Rows = list[tuple[float, ...]]
NAMES = (
    *("tp", "pp", "dp", "cp", "ep", "expert_tp", "micro_batch", "recompute", "sequence_parallel"),
    *("schedule", "interleave", "zero", "shards"),
)


def rows(layout: object) -> Rows:
    return list(zip(*(part.tolist() for part in astuple(layout)), strict=True))


def plain(model: str, chips: int, batch: int) -> Rows:
    """The layouts of a space, found by trying everything."""
    shape = GPT3 if model == "GPT3-175B" else MIXTRAL
    layers, experts = int(shape.layers[0]), int(shape.experts[0])
    degrees = [part for part in product(divisors(chips), repeat=4) if np.prod(part) == chips]
    columns: dict[str, list[object]] = {name: [] for name in NAMES}
    for tp, pp, dp, cp in degrees:
        group = dp * cp
        pipes = [("1f1b", 1)]
        if pp > 1:
            parts = [v for v in range(1, layers // pp + 1) if v == 1 or layers % (pp * v) == 0]
            pipes = [*product(("1f1b", "zero_bubble"), parts), ("dual_pipe", 1)]
        spread = [(e, c) for e in range(1, experts + 1) for c in range(1, tp + 1) if tp % c == 0] or [(1, tp)]
        shard = [(0, group), *((zero, part) for zero in (1, 2, 3) for part in divisors(group) if part > 1)]
        for choice in product(spread, range(1, batch + 1), RECOMPUTE, (0, 1) if tp > 1 else (0,), pipes, shard):
            (ep, cut), micro, recompute, sequence, (schedule, parts_), (zero, shards) = choice
            values = tp, pp, dp, cp, ep, cut, micro, recompute, sequence, schedule, parts_, zero, shards
            for name, value in zip(NAMES, values, strict=True):
                columns[name].append(value)
    made = layouts(**columns)
    return rows(made.take(layout_faults(shape, made, workloads(batch, 2048)) == 0))


@pytest.mark.parametrize(
    ("model", "chips", "batch"),
    [("GPT3-175B", 12, 24), ("GPT3-175B", 8, 16), ("GPT3-175B", 5, 10), ("Mixtral-8x22B", 4, 8)],
)
def test_a_space_is_every_layout_that_breaks_no_rule_and_repeats_none(model: str, chips: int, batch: int) -> None:
    work = workloads(batch, 2048)
    space = training_space(GPT3 if model == "GPT3-175B" else MIXTRAL, chips, work)
    listed = rows(space.layout(np.arange(space.size)))
    assert len(set(listed)) == len(listed) == space.size
    assert set(listed) == set(plain(model, chips, batch))
    assert space.size <= space.grid


def test_uneven_interleaving_adds_every_number_of_parts_there_are_layers_for() -> None:
    space = training_space(GPT3, 4, WORK, only={"pp": [4], "schedule": ["1f1b"]}, uneven=True)
    assert set(space.layout(np.arange(space.size)).interleave) == set(range(1, 25))


def test_every_number_of_chips_and_every_format_is_there() -> None:
    space = training_space(GPT3, [4, 8], WORK, number_formats=["bf16", "fp8"])
    index = np.arange(space.size)
    assert space.counts == (4, 8)
    assert set(space.layout(index).chips) == {4, 8}
    assert space.size == 2 * training_space(GPT3, 4, WORK).size + 2 * training_space(GPT3, 8, WORK).size
    assert len(set(space.formats(index).tolist())) == 2
    assert space.workload(index).number_format.tolist() == space.formats(index).tolist()


def test_blocks_hold_every_number_once_and_one_format_each() -> None:
    space = training_space(GPT3, 4, WORK, number_formats=["bf16", "fp8"])
    blocks = list(space.blocks(1000))
    assert np.array_equal(np.concatenate(blocks), np.arange(space.size))
    assert all(block.size <= 1000 and np.ptp(space.formats(block)) == 0 for block in blocks)


def test_only_holds_fields_to_values() -> None:
    space = training_space(GPT3, 16, WORK, only={"tp": [8], "recompute": ["full"], "zero": [1, 3]})
    layout = space.layout(np.arange(space.size))
    assert space.size > 0
    assert set(layout.tp) == {8}
    assert set(layout.recompute) == {RECOMPUTE.index("full")}
    assert set(layout.zero) == {1, 3}


def test_the_study_of_gpt_3_on_1024_chips_has_millions_of_layouts_in_a_blink() -> None:
    space = training_space(GPT3, 1024, workloads(1536, 2048), uneven=True)
    assert 5e6 < space.size < 2e7
    last = space.layout([space.size - 1])
    assert layout_faults(GPT3, last, space.work).tolist() == [0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"chips": 0}, "expected whole numbers"),
        ({"chips": 7919}, "divides: expected chips that are the product of a divisor of the 96 heads"),
        ({"only": {"ttp": [8]}}, "Did you mean `tp`"),
        ({"only": {"recompute": ["ful"]}}, "Did you mean `full`"),
        ({"only": {"zero": [4]}}, "no layout is left"),
        ({"number_formats": ["fp88"]}, "Did you mean `fp8`"),
    ],
)
def test_a_space_that_cannot_be_says_why(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        training_space(GPT3, **({"chips": 8, "work": WORK} | arguments))


def test_a_layout_is_said_by_what_is_not_usual_about_it() -> None:
    layout = layouts(tp=8, dp=2, zero=3, recompute="full", sequence_parallel=True)
    assert said(layout, 0) == "tp 8, pp 1, dp 2, zero 3, micro batch 1, recompute full, sequence parallel on"
    assert said(layout, 0, ["schedule", "tp"]) == "schedule 1f1b, tp 8"
    assert SCHEDULES[0] == "1f1b"
