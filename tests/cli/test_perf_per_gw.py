"""The verb that turns gigawatts into tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import SCENARIO, Command


def test_every_deal_is_told_in_tables_for_machines(gigawatt: Command) -> None:
    code, out, _ = gigawatt("perf", "per-gw", SCENARIO, "--paths", "100", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["scenario"] == SCENARIO
    assert list(found["tables"]) == ["chips", "tokens", "energy", "cost", "spread"]
    assert "abilene" in [row[0] for row in found["tables"]["tokens"]["rows"]]


def test_the_same_seed_says_the_same_and_a_setting_moves_it(gigawatt: Command) -> None:
    words = ("perf", "per-gw", SCENARIO, "--paths", "50", "--json")
    one, two = gigawatt(*words).out, gigawatt(*words).out
    other = gigawatt(*words, "--set", "systems.titan.performance.bandwidth=4 TB/s/chip").out
    assert one == two != other


def test_tables_are_drawn_on_a_screen(gigawatt: Command) -> None:
    code, out, _ = gigawatt("perf", "per-gw", SCENARIO, "--paths", "20")
    assert code == 0
    assert "Tokens a second of answers" in out
    assert "What the band of tokens a second" in out


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("systems.gb200.performance.sheet=GB200-NVL27", "Did you mean `GB200-NVL72`?"),
        ("workloads.assistant.large.model=DeepSeek-V4", "Did you mean `DeepSeek-V3`?"),
        ("systems.titan.performance.bandwidth=0 TB/s/chip", "above 0 expected"),
    ],
)
def test_a_mistake_ends_with_its_likely_fix_and_code_2(setting: str, said: str, gigawatt: Command) -> None:
    code, out, err = gigawatt("perf", "per-gw", SCENARIO, "--set", setting)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_mistake_in_a_file_is_said_at_its_line_and_column(gigawatt: Command, tmp_path: Path) -> None:
    text = f"extends: {SCENARIO}\nname: mine\nsystems: {{gb200: {{performance: {{sheet: GB200-NVL27}}}}}}\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    code, _, err = gigawatt("perf", "per-gw", "mine.yaml")
    assert code == 2
    assert "mine.yaml:3:40: systems.gb200.performance.sheet: no system `GB200-NVL27`" in err
