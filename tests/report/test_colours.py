from __future__ import annotations

import re
from importlib import resources

import pytest

from gigawatt.report.colours import HUES, PAGE, classes, rules

STYLE = (resources.files("gigawatt.report") / "style.css").read_text("utf-8")
WORDS = ("ink", "soft", "accent", "alert")


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_hue_can_be_read_as_text(theme: int) -> None:
    assert min(contrast(pair[theme], PAGE[theme]) for pair in HUES) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", WORDS)
def test_every_colour_of_words_can_be_read(name: str, theme: int) -> None:
    found = re.findall(rf"--{name}:(#[0-9a-f]{{6}})", STYLE)
    assert len(found) == 3, "light, dark as the reader prefers, dark as chosen"
    assert contrast(found[theme], PAGE[theme]) >= 4.5
    assert found[1] == found[2]


def test_parties_keep_their_colour_and_the_first_twelve_differ() -> None:
    found = classes(["a", "b", "a", *"cdefghijkl", "m"])
    assert len({found[name] for name in "abcdefghijkl"}) == 12
    assert found["m"] == found["a"]


def test_both_themes_define_every_hue() -> None:
    assert all(rules().count(f"--h{i}:") == 3 for i in range(len(HUES)))
