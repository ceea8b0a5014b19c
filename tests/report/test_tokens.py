from __future__ import annotations

import re

from gigawatt.report.context import context
from gigawatt.report.tokens import tokens
from gigawatt.views.tokens import COULD, DO, answers
from report.world import run, yielding


def test_where_no_yield_is_known_the_section_says_so() -> None:
    assert "does not say what the systems of these deals yield" in tokens(context(run()))


def test_tokens_of_the_table_are_those_of_the_view() -> None:
    found = tokens(context(yielding()))
    last = [row for row in answers(yielding())["tokens"].rows if row[1] == "2030-12"]
    assert [row[0] for row in last] == [COULD, DO]
    cells = re.search(r"<tr><th[^>]*>2030-12</th>(.*?)</tr>", found, re.DOTALL)
    assert cells is not None
    shown = [float(text.replace(",", "")) for text in re.findall(r">([\d.,]+)<", cells.group(1))]
    expected = [float(str(value)) for row in last for value in row[2:]]
    assert len(shown) == 9
    for one, other in zip(shown, expected, strict=False):
        assert abs(one - other) <= 0.006 * other + 0.006


def test_the_picture_says_the_last_band_in_words() -> None:
    assert "80 % of paths between" in tokens(context(yielding()))


def test_a_lean_run_draws_what_could_be_answered() -> None:
    found = tokens(context(yielding("year")))
    assert "could be answered: p50" in found
    assert "are answered: p50" not in found
