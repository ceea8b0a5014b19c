from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.cli.main import VERBS
from gigawatt.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "cli.md"


def test_the_page_is_what_the_program_says_of_itself() -> None:
    assert PAGE.read_text("utf-8") == reference(), "write it anew: python -m gigawatt.cli.reference > docs/guide/cli.md"


def test_every_verb_has_a_section() -> None:
    page = reference()
    assert [verb.__name__ for verb in VERBS if f"## `gigawatt {verb.__name__}`" not in page] == []
    assert "## `gigawatt catalog coverage`" in page


def test_the_page_is_as_wide_as_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = reference()
    monkeypatch.setenv("COLUMNS", "40")
    assert reference() == wide
    assert max(map(len, wide.splitlines())) <= 120
