import re
from types import MappingProxyType

import pytest

from gigawatt.catalog import Claim, load
from gigawatt.catalog.claim import days
from gigawatt.errors import CatalogError

CATALOG = load()
SIGNING = "2025-10-13"
OLD = CATALOG.as_of(SIGNING)


def test_an_unknown_claim_is_answered_with_the_likely_one() -> None:
    with pytest.raises(CatalogError, match=r"Did you mean `amd-openai-warrant\.strike`\?"):
        CATALOG["amd-openai-warrant.strik"]


def test_an_unknown_subject_in_an_id_is_answered_with_the_likely_claim() -> None:
    with pytest.raises(CatalogError, match=r"Did you mean `amd-openai-warrant\.shares`\?"):
        CATALOG["amd-openai-warant.shares"]


def test_a_younger_claim_says_when_it_was_published() -> None:
    with pytest.raises(CatalogError, match=r"published on 2026-10-09 and does not exist at as_of 2025-10-13"):
        OLD["amd.share_price.2026-10-09"]
    assert "amd.share_price.2026-10-09" not in OLD
    assert "amd.share_price.2026-10-09" in CATALOG


def test_the_old_vintage_knows_what_a_scenario_of_the_day_needs() -> None:
    assert OLD["amd-openai-warrant.shares"].central == 160e6
    assert OLD["openai.revenue_forecast.2030.2025-09"].central * 12 == 200e9
    assert 300 < len(OLD) < len(CATALOG) / 3


@pytest.mark.parametrize("date", [SIGNING, "2025-12-31", "2026-06"])
def test_nothing_visible_is_younger_than_the_vintage(date: str) -> None:
    catalog, cut = CATALOG.as_of(date), days(date)[1]
    late = [
        claim.id
        for claim in catalog
        if catalog.records.known_by(claim.published) > cut
        or days(claim.as_of)[0] > cut
        or any(
            date and catalog.records.known_by(date) > cut for date in (CATALOG.source(s).date for s in claim.sources)
        )
    ]
    assert late == []


def ahead(claim: Claim, date: str) -> bool:
    """Whether a date begins after the signing and lies outside the period the claim speaks about."""
    first, last = days(date)
    begin, end = days(claim.period) if claim.period else ("", "")
    return first > SIGNING and not (first <= end and last >= begin)


def test_no_date_in_a_visible_id_lies_ahead_unless_it_is_the_period_spoken_about() -> None:
    written = re.compile(r"(?<![\d.-])20\d\d(?:-(?:\d\d(?:-\d\d)?|[hq]\d))?(?!\d)")
    found = [
        (claim.id, date) for claim in OLD for date in map(str.upper, written.findall(claim.id)) if ahead(claim, date)
    ]
    assert found == []


def test_attributes_of_the_old_vintage_do_not_know_the_end_of_the_letter_of_intent() -> None:
    assert OLD.attributes("nvidia-openai-loi")["status"] == "letter_of_intent"
    assert CATALOG.attributes("nvidia-openai-loi")["status"] == "changed"
    assert "note" not in OLD.attributes("nvidia-openai-loi")


def test_a_cancellation_is_not_visible_before_it_was_reported() -> None:
    assert "status" not in OLD.attributes("abilene-expansion")
    assert CATALOG.as_of("2026-04").attributes("abilene-expansion")["status"] == "cancelled"


def test_every_deal_has_a_buyer_once_it_is_visible() -> None:
    assert [deal.id for deal in OLD.subjects("deal") if "buyer" not in OLD.attributes(deal.id)] == []


def test_a_vintage_grows_with_time() -> None:
    sizes = [len(CATALOG.as_of(date)) for date in ("2022", "2024", "2025-10-13", "2026-06-30", "2026-11-22")]
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(CATALOG)


def test_a_source_that_came_later_is_not_listed_nor_found() -> None:
    late = "amd-10-q-quarter-to-2026-06-27-2026-08-05"
    assert late in CATALOG["amd-openai-supply.capacity"].sources
    assert late not in OLD["amd-openai-supply.capacity"].sources
    with pytest.raises(CatalogError, match=r"is of 2026-08-05 and does not exist at as_of 2025-10-13"):
        OLD.source(late)


def test_a_month_as_vintage_counts_to_its_last_day() -> None:
    assert "microsoft-openai-azure.value" in CATALOG.as_of("2025-10")
    assert "microsoft-openai-azure.value" not in CATALOG.as_of("2025-10-27")


def test_select_meets_every_condition() -> None:
    found = CATALOG.select(subject="amd", quantity="share_price", kind="measured")
    assert len(found) == 7
    assert {(c.subject, c.quantity, c.kind) for c in found} == {("amd", "share_price", "measured")}


def test_select_finds_words_of_the_title() -> None:
    found = CATALOG.select(text="ABILENE facility_power")
    assert {claim.subject for claim in found} >= {"openai_stargate_abilene", "crusoe_abilene_expansion"}


def test_rivals_disagree_and_stay_side_by_side() -> None:
    rivals = CATALOG.rivals("openai-50.cost_per_power")
    assert {"nvidia-2026.cost_per_power", "bernstein.cost_per_power", "mckinsey.cost_per_power"} <= {
        c.id for c in rivals
    }
    assert len({claim.band() for claim in rivals if not claim.one_sided}) > 5


def test_the_newest_price_is_the_last_close_of_the_vintage() -> None:
    assert CATALOG.newest("share_price", "amd").id == "amd.share_price.2026-10-09"
    assert OLD.newest("share_price", "amd").id == "amd.share_price.2025-10-06"


def test_the_newest_of_nothing_lists_what_there_is() -> None:
    with pytest.raises(CatalogError, match=r"Did you mean `share_price`\?"):
        CATALOG.newest("share_prize", "amd")


def test_the_median_is_in_the_middle_of_the_rivals() -> None:
    centres = sorted(claim.central for claim in CATALOG.select(quantity="wafer_price", subject="n7"))
    assert CATALOG.median("wafer_price", "n7").to("USD/wafer") == sum(centres) / 2 == 9673


def test_a_median_of_dates_is_refused() -> None:
    with pytest.raises(CatalogError, match="no claim with a figure"):
        CATALOG.median("signed")


def test_the_version_is_twelve_hex_digits_and_the_same_for_every_vintage() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", CATALOG.version)
    assert CATALOG.version == OLD.version == load().version


def test_a_catalogue_cannot_be_changed() -> None:
    assert isinstance(CATALOG.claims, MappingProxyType)
    with pytest.raises(AttributeError):
        CATALOG.__setattr__("date", "2025")


def test_iterating_gives_every_claim_once() -> None:
    assert len({claim.id for claim in CATALOG}) == len(CATALOG)
    assert all(isinstance(claim, Claim) for claim in CATALOG)
