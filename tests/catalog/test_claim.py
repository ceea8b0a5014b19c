from dataclasses import FrozenInstanceError, replace

import pytest

from gigawatt.catalog import Claim
from gigawatt.catalog.claim import days
from gigawatt.errors import CatalogError

PRICE = Claim(
    id="amd.share_price.2025-10-06",
    quantity="share_price",
    subject="amd",
    value=200.0,
    low=None,
    high=None,
    unit="USD/share",
    as_of="2025-10-06",
    period="",
    published="2025-10-08",
    vintage="source",
    kind="measured",
    confidence="B",
    grade="medium",
    sources=(),
)


@pytest.mark.parametrize(("band", "factor"), [("A", 1.05), ("B", 1.25), ("C", 2.0), ("D", 5.0)])
def test_a_bare_value_has_the_interval_of_its_confidence_band(band: str, factor: float) -> None:
    assert replace(PRICE, confidence=band).band() == (200.0 / factor, 200.0, 200.0 * factor)


def test_given_ends_stand_and_only_the_missing_one_is_filled() -> None:
    assert replace(PRICE, low=190.0).band() == (190.0, 200.0, 250.0)


def test_a_range_is_centred_geometrically_where_both_ends_are_positive() -> None:
    assert replace(PRICE, value=None, low=100.0, high=400.0).band() == (100.0, 200.0, 400.0)


def test_a_range_that_touches_zero_is_centred_in_the_middle() -> None:
    assert replace(PRICE, value=None, low=0.0, high=400.0).central == 200.0


def test_the_interval_of_a_negative_figure_rises() -> None:
    assert replace(PRICE, value=-200.0).band() == (-250.0, -200.0, -160.0)


def test_a_band_is_in_internal_units() -> None:
    claim = replace(PRICE, value=47.0, unit="bnUSD/GW", confidence="C")
    assert claim.band() == (23.5e9, 47e9, 94e9)
    assert claim.figure().to("bnUSD/GW") == 47.0


def test_a_claim_with_one_end_says_so_instead_of_inventing_a_centre() -> None:
    claim = replace(PRICE, value=None, low=16000.0)
    assert claim.one_sided == "low"
    assert "at least 16,000 USD/share" in str(claim)
    with pytest.raises(CatalogError, match=r"gives only the low end \(16000 USD/share\)"):
        claim.band()


def test_a_date_is_not_a_number() -> None:
    with pytest.raises(CatalogError, match=r"is a date \(`2026-H2`\)"):
        replace(PRICE, value=None, unit="date", text="2026-H2").band()


def test_a_claim_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PRICE.__setattr__("value", 1.0)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2026-H2", "2026-07-01", "2026-12-31"),
        ("2027Q1", "2027-01-01", "2027-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-10-06", "2025-10-06", "2025-10-06"),
        ("2023-Q3/2025-Q4", "2023-07-01", "2025-12-31"),
    ],
)
def test_a_date_covers_days(text: str, first: str, last: str) -> None:
    assert days(text) == (first, last)


@pytest.mark.parametrize("text", ["", "FY2026", "2026-13", "2026-02-30", "soon"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(CatalogError, match="is no date"):
        days(text)
