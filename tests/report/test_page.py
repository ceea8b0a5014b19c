from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
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
from report.world import run, scenario


class Reader(HTMLParser):
    """Notes elements in order, and whether every one that opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture(scope="module")
def page() -> str:
    return render(run())


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
    assert percent(float((result.at("gap", "2030-12").values.sum(axis=0) > 0).mean())) in page


def test_the_sources_of_claims_are_links_and_figures_tell_their_reasons(page: str, reader: Reader) -> None:
    outside = [str(a["href"]) for a in reader.all("a") if not str(a["href"]).startswith("#")]
    assert outside
    assert all(href.startswith(("https://", "http://")) for href in outside)
    assert "amd-openai-supply.capacity" in page
    assert "a number of the test" in page


def test_a_source_that_is_no_page_of_the_web_does_not_become_a_link() -> None:
    world = context(run())
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


def test_the_same_run_gives_the_same_bytes(page: str) -> None:
    assert render(run()) == page


def test_a_report_is_written_to_a_file(tmp_path: Path, page: str) -> None:
    write(run(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8") == page


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="missing"):
        write(run(), tmp_path / "missing" / "report.html")
