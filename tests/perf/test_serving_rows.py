"""Rows of inference: read from their columns alone, and answered or refused with a reason, never with a crash."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rows import Row, read
from serving_cases import cores_of, read_cases, wanted
from serving_rows import REGIMES, answers

from gigawatt.perf.library import find_system

ROWS = [row for row in read() if wanted(row)]


def row(**columns: str) -> Row:
    """A row of a source nobody knows."""
    empty = dict.fromkeys(ROWS[0], "")
    known = {
        "case_id": "NEW-1",
        "group": "NEW",
        "source": "a new source",
        "software": "vllm 1.0",
        "workload": "serving",
    }
    known |= {"model": "Llama3-70B", "accelerator": "MI300X", "n_accelerators": "8", "tp": "8", "precision": "fp8"}
    known |= {"isl": "1024", "osl": "512", "concurrency": "16", "metric": "tpot_ms", "value": "10", "quality": "B"}
    return empty | known | columns


def said(**columns: str) -> float:
    return answers([row(**columns)])[0].predicted


def test_every_published_row_has_an_answer() -> None:
    found = answers(ROWS)
    assert [each.row["case_id"] for each in found if not math.isfinite(each.predicted)] == []
    assert {each.regime for each in found} <= set(REGIMES.values())


def test_most_published_rows_are_within_a_factor_of_two() -> None:
    off = np.abs(np.log([each.predicted / float(each.row["value"]) for each in answers(ROWS)]))
    assert np.mean(off < np.log(2)) > 0.9


def test_names_of_groups_sources_and_rows_do_not_matter() -> None:
    some = ROWS[:: max(len(ROWS) // 60, 1)]
    renamed = [{**each, "group": "X", "case_id": f"X-{at}"} for at, each in enumerate(some)]
    for mine, other in zip(answers(some), answers(renamed), strict=True):
        assert mine.predicted == other.predicted


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"accelerator": "Nonesuch-9"}, "no system `Nonesuch-9`"),
        ({"model": "Nonesuch", "layers": ""}, "layers: empty"),
        ({"metric": "smiles"}, "expected a latency, a rate, or power"),
        ({"isl": "many"}, "could not convert string to float"),
        ({"tp": "1", "n_accelerators": "1", "precision": "bf16", "accelerator": "H100-SXM-80GB"}, "weights do not fit"),
        ({"workload": "training"}, "workload: training"),
    ],
)
def test_a_row_that_cannot_be_predicted_says_why(columns: dict[str, str], reason: str) -> None:
    (answer,) = answers([row(**columns)])
    assert math.isnan(answer.predicted)
    assert reason in answer.why


def test_a_model_nobody_knows_is_built_from_its_columns() -> None:
    sizes = {"layers": "80", "hidden": "8192", "heads": "64", "kv_heads": "8", "head_dim": "128", "ffn": "28672"}
    unknown = said(model="Mystery-70B", ffn_gated="1", vocab="128256", attention="gqa", **sizes)
    assert unknown == pytest.approx(said(), rel=1e-6)


@pytest.mark.parametrize(
    ("metric", "times"),
    [("output_tokens_per_s_per_gpu", 1 / 8), ("requests_per_s", 1 / 512), ("total_tokens_per_s", 3.0)],
)
def test_rates_are_counted_as_their_metric_says(metric: str, times: float) -> None:
    assert said(metric=metric) == pytest.approx(times * said(metric="output_tokens_per_s_total"))


def test_replicas_share_the_users() -> None:
    assert said(tp="4", concurrency="32") == pytest.approx(said(tp="4", n_accelerators="4", concurrency="16"))


def test_a_layout_that_is_not_stated_is_the_fastest_that_fits() -> None:
    rates = [said(tp=str(tp), metric="output_tokens_per_s_total") for tp in (1, 2, 4, 8)]
    assert said(tp="", metric="output_tokens_per_s_total") == pytest.approx(np.nanmax(rates))


def test_cores_of_a_chip_add_up_to_it() -> None:
    whole, part = find_system("Inferentia2"), cores_of(find_system("Inferentia2"), 2.0)
    assert 2 * part.chip.flops["bf16"] == whole.chip.flops["bf16"]
    assert 2 * part.chip.hbm_bandwidth == whole.chip.hbm_bandwidth
    assert part.levels[1].chips == 2 * whole.levels[0].chips


def test_rows_without_a_case_are_named_by_their_position() -> None:
    cases, refused = read_cases([row(), row(metric="smiles"), row()])
    assert {case.row for case in cases} == {0, 2}
    assert set(refused) == {1}
