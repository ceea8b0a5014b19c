"""Every contract form is documented, and every documented form exists."""

from __future__ import annotations

import re
from pathlib import Path

from gigawatt.parts.contract import FORMS

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "contracts.md"


def test_every_contract_form_is_documented_and_no_other() -> None:
    part = PAGE.read_text(encoding="utf-8").split("## Forms a scenario may use")[1].split("\n#")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE)) == set(FORMS)


def test_every_contract_form_says_in_a_sentence_what_it_means() -> None:
    first_lines = {name: (form.__doc__ or "").strip().split("\n")[0] for name, form in FORMS.items()}
    assert {name for name, line in first_lines.items() if not line.endswith(".")} == set()
