from __future__ import annotations

import re

import pytest

from gigawatt.report.bars import Bar, Row, bars, reach


def row(value: float, error: float = 0.0, band: tuple[float, float] | None = None) -> Row:
    return Row("A", "A in full", (Bar(value, "c0", "said", error, band),))


def rects(drawn: str) -> list[tuple[float, float]]:
    """Left and right end of each rectangle."""
    found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)
    return [(float(x), float(x) + float(wide)) for x, wide in found]


def test_the_scale_holds_bars_errors_bands_and_zero() -> None:
    assert reach([row(2.0, 0.5), row(1.0, band=(-3.0, 1.5))]) == (-3.0, 2.5)
    assert reach([row(0.0)]) == (0.0, 1.0)


def test_bars_of_one_picture_share_a_scale_that_starts_at_zero() -> None:
    (left, right), (again, half) = rects(bars([row(8.0), row(4.0)], "bn USD", "two bars", 900, "wide"))
    assert again == left
    assert half - left == pytest.approx((right - left) / 2, abs=0.2)


def test_a_negative_bar_ends_where_a_positive_one_begins() -> None:
    (_, zero), (again, _) = rects(bars([row(-3.0), row(5.0)], "bn USD", "two bars", 370, "narrow"))
    assert zero == pytest.approx(again, abs=0.2)


def test_the_strong_end_spans_one_error_to_either_side() -> None:
    (left, right), (low, high) = rects(bars([row(8.0, 2.0)], "bn USD", "a bar", 900, "wide", ends=(0.0, 10.0)))
    assert (low + high) / 2 == pytest.approx(right, abs=0.2)
    assert (high - low) / (right - left) == pytest.approx(0.5, abs=0.01)


def test_a_bar_without_a_band_has_no_line_and_one_with_a_band_has_one() -> None:
    assert "whisker" not in bars([row(8.0, 2.0)], "bn USD", "a bar", 900, "wide")
    assert bars([row(8.0, 2.0, (1.0, 9.0))], "bn USD", "a bar", 900, "wide").count("whisker") == 1


def test_every_bar_says_its_value_beside_it_and_more_when_pointed_at() -> None:
    drawn = bars([row(8.25)], "bn USD", "a bar", 900, "wide")
    assert ">8.25</text>" in drawn
    assert "<title>said</title>" in drawn
    assert "<title>A in full</title>" in drawn
