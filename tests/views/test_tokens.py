"""Tokens: what working chips could answer and do answer, from what a run kept."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.engine.result import Result
from gigawatt.views.overview import overview
from gigawatt.views.tokens import COULD, DO, answers, known
from report.world import run, yielding

RATE, WATTS = 1000.0, 800.0


def told(keep: str = "month") -> Result:
    """The small world, in which the first deal's system yields 1,000 tokens a second."""
    return yielding(keep)


def row_of(rows: tuple[tuple[object, ...], ...], *names: str) -> np.ndarray:
    return np.array(next(row[2:] for row in rows if row[:2] == names), dtype=float)


def drawn_error() -> np.ndarray:
    return np.asarray(told().array("figures")[told().labels["figure"].index("model")], dtype=float)


def test_what_could_be_answered_is_all_that_works_times_what_a_chip_yields() -> None:
    chips = told().at("chips", "2029-12").values[0].astype(float)
    expected = np.quantile(chips * RATE * drawn_error(), [0.1, 0.5, 0.9]) * 86_400 / 1e12
    np.testing.assert_allclose(row_of(answers(told())["tokens"].rows, COULD, "2029-12"), expected, rtol=1e-5)


def test_what_is_answered_leaves_out_research_and_idle_compute() -> None:
    """A lab whose revenue is its demand answers no more than the load of what it keeps for serving."""
    used, working = (told().at(name, "2029-12").values[0].astype(float) for name in ("used", "working"))
    serving = np.maximum(used - 0.4 * working, 0.0) * 340_000
    expected = np.quantile(serving * RATE * drawn_error(), [0.1, 0.5, 0.9]) * 86_400 / 1e12
    found = row_of(answers(told())["tokens"].rows, DO, "2029-12")
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert (found <= 0.6 * row_of(answers(told())["tokens"].rows, COULD, "2029-12") * (1 + 1e-5)).all()


def test_power_of_answers_is_that_of_the_chips_that_answer() -> None:
    used, working = (told().at(name, "2029-12").values[0].astype(float) for name in ("used", "working"))
    chips = np.maximum(used - 0.4 * working, 0.0) * 340_000
    expected = np.quantile(chips * 1.2 * (WATTS + 0.5 * 1000.0), [0.1, 0.5, 0.9]) / 1e9
    np.testing.assert_allclose(
        row_of(answers(told())["serving_power"].rows, "of answers", "2029-12"), expected, rtol=1e-5
    )


def test_deals_whose_yield_nobody_knows_are_named() -> None:
    assert known(told()) == (0,)
    assert "Without second" in answers(told())["tokens"].note


def test_a_lean_run_tells_what_could_be_answered_and_says_what_it_did_not_keep() -> None:
    lean = answers(told("year"))["tokens"]
    assert set(lean.column("tokens")) == {COULD}
    np.testing.assert_allclose(
        row_of(lean.rows, COULD, "2029-12"), row_of(answers(told())["tokens"].rows, COULD, "2029-12"), rtol=1e-5
    )
    assert "does not keep" in lean.note
    assert list(answers(told("year"))) == ["tokens"]


def test_an_overview_has_tokens_where_a_yield_is_known() -> None:
    assert {"tokens", "serving_power"} <= set(overview(told()))
    assert "tokens" not in overview(run())


@pytest.mark.parametrize("name", ["online", "cash", "revenue", "used"])
def test_knowing_a_yield_changes_nothing_where_no_lab_names_a_reference(name: str) -> None:
    np.testing.assert_array_equal(told().array(name), run().array(name))
