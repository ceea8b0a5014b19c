"""Predictions on one page, and as pictures in text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.command import Command
from gigawatt.cli.perf_screen import cells_of, roofline_text, spans
from gigawatt.cli.perf_told import Figure, Roof, Stack, binds_line, figures, stacked
from gigawatt.perf.explain import Sensitivity
from gigawatt.perf.roofline import Kernel, Roofline
from gigawatt.perf.spread import Band

SMALL = ("--model", "Llama3-8B", "--system", "H100-SXM-80GB", "--chips", "8")
FAST, SLOW = Kernel("fast", 4e15, 1e12, 8.0, 1e15), Kernel("slow", 1e12, 1e12, 1.0, 1e15)
ROOF = Roof("Kernels", Roofline((FAST, SLOW), bandwidth=2e12, ceilings={"bf16": 1e15}))


def page(gigawatt: Command, *words: str) -> str:
    code, _, err = gigawatt("perf", *words, "--out", "page.html")
    assert (code, err) == (0, "Written: page.html\n")
    return Path("page.html").read_text("utf-8")


@pytest.mark.parametrize("verb", ["train", "serve", "prefill", "decode"])
def test_a_page_has_the_answer_its_explanation_and_what_it_assumes(gigawatt: Command, verb: str) -> None:
    text = page(gigawatt, verb, *SMALL)
    for title in ("The answer", "Where the time goes", "What binds", "Kernels and the roofline", "What it assumes"):
        assert f">{title}" in text
    assert text.count("<svg") >= 6


def test_a_page_of_a_comparison_has_a_picture_for_each_basis(gigawatt: Command) -> None:
    words = ("--model", "Llama3-8B", "--system", "H100-SXM-80GB", "--system", "B200-SXM-180GB")
    text = page(gigawatt, "compare", *words)
    for basis in ("equal chips", "equal power", "equal dollars"):
        assert basis in text
    assert text.count("<svg") == 6


def test_a_page_asks_nothing_of_any_network(gigawatt: Command) -> None:
    text = page(gigawatt, "train", *SMALL)
    assert "default-src &#x27;none&#x27;" in text
    assert re.findall(r"(?:src|href)=[\"']?https?:", text) == []


def test_names_of_users_are_escaped_on_a_page(gigawatt: Command) -> None:
    model = "name: <script>alert(1)</script>\nlayers: 4\nhidden: 512\nheads: 8\nffn: 1024\nvocab: 1000\n"
    Path("mine.yaml").write_text(model, "utf-8")
    text = page(gigawatt, "serve", "--model", "mine.yaml", "--system", "H100-SXM-80GB", "--chips", "1")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=12), st.integers(20, 120))
def test_the_cells_of_a_bar_fill_it(parts: list[float], width: int) -> None:
    stack = Stack("x", tuple((str(at), seconds) for at, seconds in enumerate(parts)))
    cells = cells_of(stack, width)
    assert sum(cells) == width
    assert all(abs(many - width * seconds / stack.whole) < 1 for many, seconds in zip(cells, parts, strict=True))


@given(st.dictionaries(st.text(min_size=1), st.floats(0, 1e3), min_size=1))
def test_a_stack_loses_no_time(parts: dict[str, float]) -> None:
    assert stacked("x", parts).whole == pytest.approx(sum(parts.values()), rel=1e-6, abs=1e-12)


def test_a_roofline_in_text_shows_every_kernel_below_its_roof() -> None:
    lines = list(roofline_text(ROOF, 60))
    assert max(map(len, lines)) <= 80
    drawn = "\n".join(lines)
    assert {"a", "b", "─", "/"} <= set(drawn)
    rows = {letter: next(at for at, line in enumerate(lines[1:-2]) if letter in line) for letter in "ab─"}
    assert rows["─"] < rows["a"] < rows["b"]


def test_kernels_and_corners_are_inside_the_axes() -> None:
    (left, right), (low, high) = spans(ROOF.line)
    assert left < 0 < right
    assert low < 12 < 15 < high


def test_a_figure_without_a_band_has_no_ends_and_one_without_a_value_says_why() -> None:
    table = figures("x", [Figure("a", 2.0, "s", Band(0.5, 3.0)), Figure("b", 1.0, "s"), Figure("c", None, "no price")])
    assert table.rows == (
        ("a", 2.0, 1.0, 6.0, "s"),
        ("b", 1.0, None, None, "s"),
        ("c", None, None, None, "no price"),
    )


def test_what_binds_is_said_in_a_sentence() -> None:
    found = (Sensitivity("memory", 0.06, 0.7), Sensitivity("fixed", 0.02, 0.26), Sensitivity("compute", 0.003, 0.04))
    assert binds_line(found, "tokens/s") == (
        "Binds: HBM bandwidth 70 %, fixed times 26 % of the time. "
        "Helps most: 10 % more HBM bandwidth gives +6.0 % tokens/s."
    )
