import json
import re
from typing import Literal, cast

import pytest

from gigawatt.catalog import cite, load
from gigawatt.errors import CatalogError

CATALOG = load()


def test_a_citation_in_words_names_figure_publisher_date_and_address() -> None:
    text = cite("amd-meta-warrant.shares", CATALOG)
    assert text.splitlines()[0] == "amd-meta-warrant.shares: 160,000,000 share (reported, A, 2026-02-24)"
    assert "SECwatch digest of AMD 8-K 0000002488-26-000045, 2026-02-24" in text
    assert "https://secwatch.observer/filing/0000002488-26-000045.md" in text


def test_a_citation_says_how_the_source_was_read_and_under_which_licence() -> None:
    assert "known through a summary" in cite("nvidia-openai-equity-2026.value", CATALOG)
    assert "CC BY 4.0; attribution: Epoch AI" in cite("colossus_2.it_power.2026-06-15", CATALOG)


def test_bibtex_has_one_balanced_entry_per_source() -> None:
    text = cite("cnbc-rule.cost_per_power", CATALOG, "bibtex")
    assert text.startswith("@misc{cnbc-2025-10-23,")
    assert "  year = {2025},\n  date = {2025-10-23}," in text
    assert text.count("{") == text.count("}")


def test_bibtex_escapes_what_latex_would_read() -> None:
    text = cite("amd.share_price.2025-10-06", CATALOG, "bibtex")
    assert not re.search(r"(?<!\\)%", text)


def test_csl_is_json_with_a_date_and_an_address() -> None:
    items = json.loads(cite("cnbc-rule.cost_per_power", CATALOG, "csl"))
    assert [item["issued"] for item in items] == [{"date-parts": [[2025, 10, 23]]}]
    assert items[0]["URL"].startswith("https://www.cnbc.com/")


@pytest.mark.parametrize("form", ["text", "bibtex", "csl"])
def test_every_claim_can_be_cited_in_every_form(form: Literal["text", "bibtex", "csl"]) -> None:
    for claim in CATALOG:
        assert cite(claim, CATALOG, form) or not claim.sources


def test_a_citation_of_the_old_vintage_has_no_younger_source() -> None:
    assert "2026" not in cite("amd-openai-warrant.strike", CATALOG.as_of("2025-10-13"))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(CatalogError, match=r"Did you mean `bibtex`\?"):
        cite("openai-50.cost_per_power", CATALOG, cast("Literal['bibtex']", "bibtx"))
