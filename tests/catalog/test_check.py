from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from gigawatt.catalog import Catalog, Claim, check, coverage, load, recompute
from gigawatt.errors import CatalogError

CATALOG = load()
COST = CATALOG["openai-50.cost_per_power"]


def findings(claim: Claim) -> list[str]:
    """What is found in a catalogue in which one claim is replaced."""
    changed = Catalog(CATALOG.records, None, MappingProxyType({**CATALOG.claims, claim.id: claim}))
    return [str(finding) for finding in check(changed) if finding.claim == claim.id]


@pytest.mark.parametrize("date", [None, "2025-10-13", "2026-06-30"])
def test_the_shipped_catalogue_has_no_errors(date: str | None) -> None:
    assert [str(finding) for finding in check(CATALOG.as_of(date)) if finding.level == "error"] == []


def test_every_formula_of_the_shipped_catalogue_recomputes() -> None:
    derived = [claim for claim in CATALOG if claim.formula]
    assert len(derived) > 200
    for claim in derived:
        if not claim.one_sided:
            assert recompute(claim, CATALOG) == pytest.approx(claim.central, rel=0.005), claim.id


def test_the_warrant_is_worth_its_shares_at_the_last_target() -> None:
    assert recompute(CATALOG["amd-openai-warrant.milestone_value.full"], CATALOG) == 96e9


def test_a_claim_without_formula_cannot_be_recomputed() -> None:
    with pytest.raises(CatalogError, match="has no formula"):
        recompute(COST, CATALOG)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "GW"}, "error: openai-50.cost_per_power: unit `GW` does not fit `bnUSD/GW`"),
        ({"unit": "bnUSD/GWW"}, "GWW"),
        ({"unit": "date"}, "unit `date` does not fit"),
        ({"quantity": "cost_per_powr"}, "unknown quantity `cost_per_powr`. "),
        ({"sources": ("nobody",)}, "unknown source `nobody`"),
        ({"sources": ()}, "a reported figure needs a source"),
        ({"low": 60.0}, "low, value and high must rise; they are 60, 50."),
        ({"kind": "derived", "formula": "{amd-openai-supply.capacity}"}, "its formula gives 6e-09 bnUSD/GW"),
        ({"kind": "derived", "formula": "{nothing}"}, "no claim `nothing`"),
        ({"kind": "derived", "formula": "1 +"}, "is no arithmetic"),
        ({"kind": "derived", "note": ""}, "needs a formula, or a note"),
    ],
)
def test_a_wrong_claim_is_found(change: dict[str, Any], message: str) -> None:
    assert findings(COST) == []
    assert any(message in line for line in findings(replace(COST, **change)))


def test_an_old_price_is_a_warning_and_a_fresh_one_is_not() -> None:
    assert findings(CATALOG["amd.share_price.2025-10-06"])[0].startswith("warning: amd.share_price.2025-10-06: is of")
    assert findings(CATALOG["amd.share_price.2026-10-09"]) == []


def test_errors_come_before_warnings() -> None:
    broken = replace(COST, low=60.0)
    changed = Catalog(CATALOG.records, None, MappingProxyType({**CATALOG.claims, broken.id: broken}))
    levels = [finding.level for finding in check(changed)]
    assert levels == sorted(levels)
    assert set(levels) == {"error", "warning"}


def test_the_shares_of_each_group_add_up_to_one() -> None:
    rows = coverage(CATALOG).rows()
    for group in ("file", "kind", "confidence"):
        assert sum(share for name, _, _, share in rows if name == group) == pytest.approx(1.0)


def test_coverage_counts_every_claim() -> None:
    assert sum(coverage(CATALOG).files.values()) == coverage(CATALOG).total == len(CATALOG)
