from __future__ import annotations

import re

import pytest

from gigawatt.report.context import context
from gigawatt.report.tokens import tokens
from gigawatt.views.tokens import COULD, DO, answers
from report.world import run, yielding


def test_where_no_yield_is_known_the_section_says_so() -> None:
    assert "does not say what the systems of these deals yield" in tokens(context(run()))


def cells(markup: str, caption: str, month: str) -> list[float]:
    """The numbers of a month in the table of a caption."""
    own = markup[markup.index(f">{caption}") :]
    row = re.search(rf"<tr><th[^>]*>{month}</th>(.*?)</tr>", own, re.DOTALL)
    assert row is not None
    return [float(text.replace(",", "")) for text in re.findall(r">([\d.,]+)<", row.group(1))]


@pytest.mark.parametrize("what", [COULD, DO])
def test_tokens_of_a_table_are_those_of_the_view(what: str) -> None:
    rows = answers(yielding())["tokens"].rows
    expected = next(row[2:] for row in rows if row[:2] == (what, "2030-12"))
    shown = cells(tokens(context(yielding())), f"Tokens a day that {what}", "2030-12")
    assert shown == [pytest.approx(float(str(value)), rel=0.006, abs=0.006) for value in expected]


def test_power_of_the_answers_stands_in_a_table_of_its_own() -> None:
    last = answers(yielding())["serving_power"].rows[-1]
    shown = cells(tokens(context(yielding())), "Power that these answers draw", str(last[1]))
    assert shown == [pytest.approx(float(str(value)), rel=0.006, abs=0.006) for value in last[2:]]


def test_the_picture_says_the_last_band_in_words() -> None:
    assert "80 % of paths between" in tokens(context(yielding()))


def test_a_lean_run_draws_what_could_be_answered() -> None:
    found = tokens(context(yielding("year")))
    assert "Tokens a day that could be answered" in found
    assert "Tokens a day that are answered" not in found
    assert "draw at the meter" not in found
