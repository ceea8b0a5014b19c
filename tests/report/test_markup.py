from __future__ import annotations

import pytest

from gigawatt.report.markup import Html, el, join, legend, number, percent, prose, table


def test_text_is_escaped_and_markup_is_not() -> None:
    assert el("p", "a < b", el("b", "&")) == "<p>a &lt; b<b>&amp;</b></p>"
    assert join(["<i>", Html("<br>")]) == "&lt;i&gt;<br>"


def test_attributes_are_escaped_and_empty_ones_left_out() -> None:
    made = el("a", "x", href='"><script>', class_="k", title=None, hidden=True, data_tip="'")
    assert made == '<a href="&quot;&gt;&lt;script&gt;" class="k" hidden data-tip="&#x27;">x</a>'


def test_json_in_an_attribute_cannot_end_it() -> None:
    assert el("p", data_hover='{"a":"it\'s <b>"}') == '<p data-hover=\'{"a":"it&#39;s &lt;b&gt;"}\'></p>'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (4.2, "4.20"),
        (-3.1, "−3.10"),
        (9.996, "10.0"),
        (31.46, "31.5"),
        (1239.6, "1,240"),
        (0.001, "<0.01"),
        (-1e-9, "0"),
        (float("inf"), "–"),
    ],
)
def test_a_number_shows_the_digits_that_matter(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.004, "<1 %"), (0.174, "17 %"), (0.995, ">99 %"), (1, "100 %")]
)
def test_a_chance_is_never_rounded_to_certainty(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_table_names_its_rows_and_columns_and_scrolls_in_its_box() -> None:
    made = table("Power (GW)", ["Month", "p50"], [["2030-12", "4.2"]])
    assert '<th scope="row">2030-12</th><td>4.2</td>' in made
    assert '<th scope="col">p50</th>' in made
    assert '<div class="scroll" tabindex="0" role="region" aria-label="Power (GW)">' in made


def test_a_legend_shows_each_name_beside_its_colour() -> None:
    assert '<span class="chip c1"></span>NVIDIA' in legend([("c1", "NVIDIA")])


def test_words_between_backticks_are_code() -> None:
    assert prose("set `--set` & run") == "set <code>--set</code> &amp; run"
    assert prose("one ` <alone>") == "one ` &lt;alone&gt;"


def test_a_snug_table_says_so_to_the_style() -> None:
    assert '<table class="computed snug">' in table("Deals", ["Deal"], [["one"]], snug=True)
    assert "snug" not in table("Deals", ["Deal"], [["one"]])
