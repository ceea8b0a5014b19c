"""Terms of a warrant that contradict each other are said at their place in the file, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gigawatt.errors import ScenarioError
from gigawatt.scenario.load import load

WRONG = {
    "a window longer than the horizon": (
        "days: 5000",
        "3:33: contracts.amd_warrant.days",
        "the scenario has 2079, 21 a month",
    ),
    "a window of no day": ("days: 0", "3:33: contracts.amd_warrant.days", "at least 1 day expected"),
    "more days than the window has": (
        "test: days, days: 21, need: 22",
        "3:55: contracts.amd_warrant.need",
        "from 1 to 21",
    ),
    "an unknown test": ("test: means", "contracts.amd_warrant.test", "'mean'"),
    "an unknown share": ("relative_to: nvidea", "3:40: contracts.amd_warrant.relative_to", "`nvidia`"),
    "an expiry before the start": ("expiry: 2025-09", "contracts.amd_warrant.expiry", "starts in 2025-10"),
    "tranches that do not sum": (
        "total: 150000000 shares",
        "contracts.amd_warrant.total",
        "add up to 160,000,000 shares",
    ),
    "a market value that falls": (
        "total: null, tranches: [{shares: 1 share, market_value: 2 bnUSD}, {shares: 1 share, market_value: 1 bnUSD}]",
        "contracts.amd_warrant.tranches[1].market_value",
        "below the mark of the tranche before",
    ),
    "a tranche without a mark": (
        "total: null, tranches: [{shares: 1 share}]",
        "contracts.amd_warrant.tranches[0]",
        "without any mark",
    ),
    "performance of nobody": (
        "total: null, tranches: [{shares: 1 share, performance: 1 bnUSD/year}]",
        "contracts.amd_warrant.tranches[0].performance",
        "Name the `lab`",
    ),
    "an unknown counter": (
        "tranches: [{shares: 1 share, power: 1 GW, counts: signed}]",
        "contracts.amd_warrant.tranches[0].counts",
        "running",
    ),
    "a sale before exercise": ("holding: -1", "contracts.amd_warrant.holding", "at least 0 expected"),
}


def with_terms(folder: Path, terms: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(f"extends: openai-2025-10\nname: mine\ncontracts: {{amd_warrant: {{{terms}}}}}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("terms", "place", "fix"), WRONG.values(), ids=WRONG.keys())
def test_a_term_that_is_wrong_is_named_with_its_place_and_its_fix(
    terms: str, place: str, fix: str, tmp_path: Path
) -> None:
    file = with_terms(tmp_path, terms)
    with pytest.raises(ScenarioError) as error:
        load(file)
    assert str(file) in str(error.value)
    assert place in str(error.value)
    assert fix in str(error.value)


def test_every_term_of_a_warrant_can_be_written(tmp_path: Path) -> None:
    terms = (
        "test: days, days: 30, need: 20, relative_to: nvidia, price_latched: false, power_latched: true, lab: openai, "
        "exercisable_from: 2027-H1, exercisable_power: 0.5 GW, exercise: net, when_not_exercisable: exercise, "
        "holding: 6, total: 3 shares, tranches: [{shares: 1 share, power: 1 GW, price: 300 USD/share, "
        "counts: running}, {shares: 2 shares, market_value: 1 tnUSD, performance: 30 bnUSD/year, "
        "not_before: 2027-01, not_after: 2029-06}]"
    )
    found = next(c for c in load(with_terms(tmp_path, terms)).contracts if c.name == "amd_warrant")
    assert dict(found.terms)["holding"] == 6
    assert "at 20 of 30 closes, relative to nvidia" in str(found.clause)
