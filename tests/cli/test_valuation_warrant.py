from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import Command

TEXT = """\
warrant:
  issuer: AMD
  holder: OpenAI
  shares: 160e6 shares
  strike: 0.01 USD/share
  issued: 2025-10-06
  expiry: 2030-10-05
  tranches:
    - shares: 160e6 shares
      price: {mark: 600 USD/share, test: spot}
      power: {mark: 6 GW, counter: purchased}
market:
  price: 164.67 USD/share
  volatility: 50 %
  rate: 3.7 %/year
  outstanding: 1.63e9 shares
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "amd.yaml"
    found.write_text(TEXT, "utf-8")
    return found


def test_one_warrant_is_valued_without_a_scenario(gigawatt: Command, file: Path) -> None:
    code, out, _ = gigawatt("value", "--warrant", file)
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("to the holder"))
    assert line.split()[-3:] == ["13.0", "0", "81.2"]
    assert "no gigawatt risk is borne" in " ".join(out.split())
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80


def test_json_holds_the_same_tables(gigawatt: Command, file: Path) -> None:
    code, out, _ = gigawatt("value", "--warrant", file, "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["method"], found["policy"], found["draws"]) == ("closed form", "soon", 1)
    assert list(found["tables"]) == ["worth", "tranches", "vesting"]
    assert found["tables"]["worth"]["rows"][0][-1] == pytest.approx(81.195184)
    assert any("no gigawatt risk" in note for note in found["notes"])


def test_slopes_and_what_must_be_true_are_added_when_asked_for(gigawatt: Command, file: Path) -> None:
    code, out, _ = gigawatt("value", "--warrant", file, "--greeks", "--worth", "20 bnUSD")
    assert code == 0
    assert "How the value moves, risk-neutral" in out
    assert "What must be true for the warrant to be worth 20 bnUSD" in out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (TEXT, "", "there is nothing in it"),
        ("holder: OpenAI", "holdr: OpenAI", "Did you mean `holder`?"),
        ("volatility: 50 %", "volatility: -50 %", "amd.yaml:14:"),
        ("volatility: 50 %", "volatility: 0 %", "a positive number expected"),
        ("expiry: 2030-10-05", "expiry: 2020-10-05", "is not after the issue"),
        ("    - shares: 160e6", "    - shares: 150e6", "10,000,000 too few"),
        ("test: spot", "test: mean, days: 2000", "a window of 2000 days is longer"),
        ("test: spot", "test: mean, days: 1300", "a window of 1300 days is longer than the 1261 closes"),
        ("strike: 0.01 USD/share", "strike: {share: 90 %, days: 30, after: none}", "no other tranche `none`"),
        ("market:", "markt:", "`market` is missing"),
        ("warrant:", "- warrant:", "amd.yaml:"),
    ],
)
def test_bad_files_are_refused_with_place_and_fix(gigawatt: Command, file: Path, old: str, new: str, told: str) -> None:
    assert old in TEXT
    file.write_text(TEXT.replace(old, new, 1), "utf-8")
    code, out, err = gigawatt("value", "--warrant", file)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("value", "--warrant", "missing.yaml"), "missing.yaml"),
        (("value",), "name a scenario, one warrant"),
        (("value", "--warrant", "amd.yaml", "--worth", "much"), "worth `much`"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    gigawatt: Command, file: Path, words: tuple[str, ...], told: str
) -> None:
    assert file.exists()
    code, _, err = gigawatt(*words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
