from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gigawatt.engine.run import simulate
from gigawatt.errors import RunError
from gigawatt.report import render, write
from gigawatt.report.context import context
from gigawatt.report.head import summary
from gigawatt.report.markup import number, percent
from gigawatt.report.page import SECTIONS
from report.reader import Reader
from report.world import run, run_market, scenario


@pytest.fixture(scope="module")
def page() -> str:
    return render(run())


@pytest.fixture(scope="module")
def market() -> str:
    return render(run_market())


def section(page: str, name: str) -> str:
    """The markup of one section."""
    return page.split(f'<section id="{name}">')[1].split("</section>")[0]


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def test_every_element_is_closed(reader: Reader) -> None:
    assert len(reader.found) > 1000
    assert reader.open == []


def test_all_sections_stand_in_order_with_links_to_them(reader: Reader) -> None:
    names = [name for name, _, _ in SECTIONS]
    assert [attrs["id"] for attrs in reader.all("section")] == names
    links = [attrs["href"] for attrs in reader.all("a")]
    assert [f"#{name}" for name in names if f"#{name}" not in links] == []


def test_every_link_within_the_page_leads_somewhere_and_ids_are_unique(reader: Reader) -> None:
    ids = [attrs["id"] for _, attrs in reader.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    inner = {str(attrs["href"])[1:] for attrs in reader.all("a") if str(attrs["href"]).startswith("#")}
    assert len(inner) > 20
    assert inner - set(ids) == set()


def test_every_picture_has_words(reader: Reader) -> None:
    pictures = [attrs for attrs in reader.all("svg") if attrs.get("aria-hidden") != "true"]
    assert len(pictures) > 15
    assert all(attrs["role"] == "img" and len(str(attrs["aria-label"])) > 20 for attrs in pictures)


def test_no_number_is_broken(page: str) -> None:
    assert re.findall(r'[ "(,>]nan\b|\binf\b|[MLC ]-?nan', page) == []


def test_titles_with_markup_are_shown_and_not_obeyed(page: str) -> None:
    assert "Lab &amp; &lt;b&gt;Sons&lt;/b&gt;" in page
    assert "<b>Sons" not in page


def test_the_policy_allows_nothing_but_the_style_and_script_of_the_page(reader: Reader) -> None:
    policy = next(a["content"] for a in reader.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'")
    assert str(policy).count("sha256-") == 2
    assert "unsafe" not in str(policy)
    assert [attrs for _, attrs in reader.found if "style" in attrs or any(k.startswith("on") for k in attrs)] == []


def test_the_summary_says_what_the_paths_say(page: str) -> None:
    result = run()
    row = result.months("online").index("2030-12")
    total = result.array("online")[row].astype(np.float64).sum(axis=0)
    low, middle, high = (number(float(v)) for v in np.quantile(total, [0.1, 0.5, 0.9]))
    assert f"{middle} GW energised" in page
    assert f"between {low} and {high} GW" in page
    lacking = result.at("gap", "2030-12").sel(party="lab").values > 0
    assert f"cannot raise all the cash it wants to hold on {percent(float(lacking.mean()))} of paths" in page


def test_the_sources_of_claims_are_links_and_figures_tell_their_reasons(page: str, reader: Reader) -> None:
    outside = [str(a["href"]) for a in reader.all("a") if not str(a["href"]).startswith("#")]
    assert outside
    assert all(href.startswith(("https://", "http://")) for href in outside)
    assert "amd-openai-supply.capacity" in page
    assert "a number of the test" in page


def test_a_source_that_is_no_page_of_the_web_does_not_become_a_link() -> None:
    world = context(run()).subject
    source = world.sources("amd-openai-supply.capacity")[0]
    records = replace(
        world.catalog.records,
        sources={**world.catalog.records.sources, source.id: replace(source, url="javascript:alert(1)")},
    )
    assert "javascript:" not in render(run(), replace(world.catalog, records=records))


def test_without_a_monthly_run_announcements_come_from_the_scenario() -> None:
    lean, full = summary(context(run("year"))), summary(context(run("month")))
    assert lean.announced == pytest.approx(full.announced, rel=0.01)
    assert lean.online == pytest.approx(full.online, rel=1e-5)
    assert "This run did not keep: announced, binding, financed." in render(run("year"))


def test_a_world_without_labs_campuses_funding_or_warrants_still_makes_a_page() -> None:
    world = scenario()
    bare = replace(
        world,
        campuses=(),
        labs=(),
        contracts=(),
        last=world.first + 7,
        parties=tuple(replace(p, funding=None) for p in world.parties),
    )
    text = render(simulate(bare, 20, 1))
    assert Reader(text).open == []
    assert "No contract of this scenario moves shares." in text
    assert "May 2026" in text


def test_totals_leave_other_programmes_out(market: str) -> None:
    result = run_market()
    row = result.months("online").index("2030-12")
    online = result.array("online")[row].astype(np.float64)
    own, rival = np.median(online[:2].sum(axis=0)), np.median(online[2])
    assert number(float(own)) != number(float(np.median(online.sum(axis=0))))
    assert f"The median path has {number(float(own))} GW energised" in market
    assert f"have {number(float(rival))} GW energised by then in the median, which is not counted here" in market
    found = summary(context(result))
    assert found.announced == pytest.approx(summary(context(run())).announced)
    head = section(market, "energised").split("Other programmes in the market")[0]
    assert f"<td>{number(float(own))}</td>" in head


def test_other_programmes_have_their_own_table_with_a_band(market: str) -> None:
    low, middle, high = (
        number(float(v))
        for v in np.quantile(
            run_market().array("online")[run_market().months("online").index("2030-12")][2].astype(np.float64),
            [0.1, 0.5, 0.9],
        )
    )
    rival = section(market, "energised").split("energised gigawatts (GW)")[-1]
    assert '<th scope="row">Rivals, builders and other people</th><td class="w">The third deal</td>' in rival
    assert f"<td>{low}</td><td>{middle}</td><td>{high}</td>" in rival


def test_a_world_without_rivals_has_no_section_for_them(page: str) -> None:
    assert "Other programmes" not in page
    assert "other programmes" not in page


def test_the_deals_of_the_focus_come_before_the_others(market: str) -> None:
    parts = section(market, "announced").split("Other programmes in the market, deal by deal</h3>")
    assert len(parts) == 2
    titles = [re.findall(r"<h4>(.*?)</h4>", part) for part in parts]
    assert titles == [["The first deal", "The second deal"], ["The third deal"]]


def test_campuses_of_others_are_folded_away_and_many_phases_are_three_bars(market: str) -> None:
    before, folded = section(market, "campuses").split("<summary>Campuses of other programmes: 1</summary>")
    assert "Site first" in before
    assert "Site third" not in before
    assert "Site third" in folded
    assert before.count('class="window"') == 2
    assert "planned 2026-03 to 2029-09, median" in before


def test_cash_shows_the_lab_and_its_counterparties_before_other_parties(market: str) -> None:
    near, far = section(market, "cash").split("<h3>Other parties</h3>")
    assert re.findall(r"<h4>(.*?)</h4>", near)[0] == "Lab &amp; &lt;b&gt;Sons&lt;/b&gt;"
    assert {"Cloud", "Vendor", "Other vendor"} < set(re.findall(r"<h4>(.*?)</h4>", near))
    assert re.findall(r"<h4>(.*?)</h4>", far) == ["Rivals, builders and other people"]


def test_a_funding_gap_says_whose_it_is_and_is_no_sum(market: str) -> None:
    result = run_market()
    gap = result.at("gap", "2030-12").sel(party="lab").values
    found = summary(context(result)).gap
    assert found == pytest.approx((np.median(gap), np.quantile(gap, 0.9), (gap > 0).mean()))
    text = section(market, "gap")
    assert text.index("Funding gap of Lab &amp; &lt;b&gt;Sons&lt;/b&gt; at year ends") < text.index("of other parties")
    assert text.index("of other parties") < text.index('<th scope="row">Cloud</th>')


def test_notes_show_code_as_code(market: str) -> None:
    assert "<li>Change it with <code>--set</code>.</li><li>A lone ` stands for itself.</li>" in market


def test_a_page_of_two_programmes_is_well_formed(market: str) -> None:
    reader = Reader(market)
    assert reader.open == []
    ids = [attrs["id"] for _, attrs in reader.found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_same_run_gives_the_same_bytes(page: str) -> None:
    assert render(run()) == page


def test_a_report_is_written_to_a_file(tmp_path: Path, page: str) -> None:
    write(run(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8") == page


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="missing"):
        write(run(), tmp_path / "missing" / "report.html")
