"""Rows of published training runs: read from their columns, answered or refused with the reason."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rows import DEFAULT, read
from training_rows import answers


def test_a_row_is_answered_from_its_columns_whatever_its_group_is_called() -> None:
    rows = [row for row in read(DEFAULT) if row["workload"] == "training"][::20]
    renamed = [dict(row, group="other", source="other", case_id="other") for row in rows]
    assert [answer.predicted for answer in answers(renamed)] == [answer.predicted for answer in answers(rows)]


def test_a_model_that_nobody_knows_is_built_from_the_dimensions_of_its_row() -> None:
    row = next(row for row in read(DEFAULT) if row["model"] == "Llama3-70B" and row["workload"] == "training")
    known, unknown = answers([row, dict(row, model="Nameless-70B")])
    assert unknown.predicted == pytest.approx(known.predicted, rel=1e-2)


@pytest.mark.parametrize(("column", "text"), [("metric", "beauty"), ("accelerator", "Zorg-9"), ("tp", "many")])
def test_a_row_that_cannot_be_predicted_says_why(column: str, text: str) -> None:
    row = next(row for row in read(DEFAULT) if row["workload"] == "training")
    (answer,) = answers([dict(row, **{column: text})])
    assert np.isnan(answer.predicted)
    assert text in answer.why
