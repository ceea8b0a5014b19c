from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.report import svg
from gigawatt.report.svg import Scale

ENDS = st.floats(-1e12, 1e12, allow_nan=False)


def test_a_scale_carries_its_ends_onto_its_places() -> None:
    scale = Scale(2025, 2035, 40, 340)
    assert (scale(2025), scale(2030), scale(2035)) == (40, 190, 340)
    assert scale.inside(2050) == 340


def test_a_scale_without_extent_stays_finite() -> None:
    assert Scale(3, 3, 0, 100)(3) == 0


@settings(max_examples=100)
@given(low=ENDS, span=st.floats(1e-6, 1e12))
def test_ticks_span_the_values_with_few_round_steps(low: float, span: float) -> None:
    high = low + span
    if high - low < 1e-9 * abs(low):
        return
    marks = svg.ticks(low, high)
    step = marks[1] - marks[0]
    assert 2 <= len(marks) <= 9
    assert marks[0] <= low + 1e-6 * step
    assert marks[-1] >= high - 1e-6 * step


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 60, (0, 20, 40, 60)), (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)), (-12, 30, (-20, -10, 0, 10, 20, 30))],
)
def test_ticks_are_the_ones_a_person_would_choose(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert svg.ticks(low, high) == expected


def test_ticks_of_nothing_are_still_an_axis() -> None:
    assert svg.ticks(5, 5) == (5, 6)


def test_tick_texts_have_the_decimals_of_their_step() -> None:
    assert svg.tick_texts((0, 0.25, 0.5)) == ("0.00", "0.25", "0.50")
    assert svg.tick_texts((-1000, 0, 1000)) == ("−1,000", "0", "1,000")


@settings(max_examples=100)
@given(places=st.lists(st.floats(0, 200), min_size=1, max_size=12))
def test_labels_never_overlap_and_keep_their_order(places: list[float]) -> None:
    moved = svg.spread(places, 14, 0, 200)
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert all(moved[b] - moved[a] >= 14 - 1e-9 for a, b in pairwise(order))
    assert max(moved) <= 200 + 1e-9


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert svg.spread([10, 50, 100], 14, 0, 200) == [10, 50, 100]


def test_the_years_stand_in_the_middle_of_their_months() -> None:
    frame = svg.plot((900, 300), (2026 * 12, 2029 * 12), (0, 1), (0, 0, 26, 0))
    axis = svg.year_axis(frame)
    assert all(f">{year}</text>" in axis for year in (2026, 2027, 2028))
    assert f'x="{frame.x(2026 * 12 + 6):.0f}"' in axis


def test_a_narrow_time_axis_leaves_years_out() -> None:
    frame = svg.plot((200, 100), (2025 * 12, 2034 * 12), (0, 1), (0, 0, 26, 0))
    assert svg.year_axis(frame).count("</text>") <= 5


def test_a_picture_says_in_words_what_it_shows() -> None:
    frame = svg.plot((100, 100), (0, 1), (0, 1))
    made = svg.svg(frame, "Cash falls.", svg.line([(0, 0), (10, 5.55)], "line c0", "median"))
    assert 'role="img" aria-label="Cash falls."' in made
    assert "<title>median</title>" in made
    assert 'd="M0 0L10 5.5' in made


def test_what_is_under_the_pointer_is_json() -> None:
    frame = svg.plot((100, 100), (0, 10), (0, 1), (0, 0, 0, 0))
    data = json.loads(svg.hovers(frame, [0, 10], ["2026-01", "2026-11"], "GW", [("p50", "c0", ["1", "2"])]))
    assert data["x"] == [0, 100]
    assert data["r"][0]["v"].split("|") == ["1", "2"]


def test_long_words_are_cut_to_their_room() -> None:
    assert svg.fit("Foundries and memory makers", 74) == "Foundries…"
    assert svg.fit("AMD", 74) == "AMD"


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("NVIDIA", "NVIDIA"),
        ("Foundries, memory makers, builders, staff", "Foundries, memory…"),
        ("Customers of the labs and clouds", "Customers…"),
        ("Data-centre developers and lessors", "Data-centre…"),
        ("Unternehmensberatungen", "Unternehmensberat…"),
    ],
)
def test_a_name_is_shortened_to_whole_words(words: str, label: str) -> None:
    assert svg.short(words) == label


def test_a_shortened_label_tells_the_whole_name() -> None:
    assert "<title>Foundries and builders</title>" in svg.named(0, 0, "Foundries…", "Foundries and builders", "label")
    assert "<title>" not in svg.named(0, 0, "AMD 4.20", "AMD", "label")
