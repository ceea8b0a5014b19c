from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

import pytest

from gigawatt.errors import RunError
from gigawatt.report.cells import plus
from gigawatt.report.markup import bn, number, percent
from gigawatt.report.valuation import render, write
from gigawatt.value.table import exposure
from gigawatt.value.valuation import Valuation, valuation
from gigawatt.value.warrant import WarrantValue
from report.reader import Reader
from report.valued import chosen, every, priced


@pytest.fixture(scope="module")
def page() -> str:
    return render(every())


@pytest.fixture(scope="module")
def told() -> str:
    return render(chosen())


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def card(page: str, name: str) -> str:
    """The markup of a contract's card, up to the next one."""
    return page.split(f'id="k-{name}"')[1].split('<details class="card"')[0].split("</section>")[0]


def warrant(found: Valuation) -> WarrantValue:
    value = found.details[0].value
    assert value is not None
    return value


def real_world_alone(found: Valuation) -> Valuation:
    """The same with the real-world measure alone."""
    return replace(
        found,
        flows={"real-world": found.flows["real-world"]},
        contracts={"real-world": found.contracts["real-world"]},
    )


def test_every_element_is_closed(reader: Reader, told: str) -> None:
    assert len(reader.found) > 1000
    assert (reader.open, Reader(told).open) == ([], [])


def test_every_link_within_the_page_leads_somewhere_and_ids_are_unique(page: str, told: str) -> None:
    for text in (page, told):
        read = Reader(text)
        ids = [attrs["id"] for _, attrs in read.found if "id" in attrs]
        assert len(ids) == len(set(ids))
        inner = {str(attrs["href"])[1:] for attrs in read.all("a") if str(attrs["href"]).startswith("#")}
        assert len(inner) > 10
        assert inner - set(ids) == set()


def test_every_picture_has_words(reader: Reader) -> None:
    pictures = [attrs for attrs in reader.all("svg") if attrs.get("aria-hidden") != "true"]
    assert len(pictures) > 12
    assert all(attrs["role"] == "img" and len(str(attrs["aria-label"])) > 20 for attrs in pictures)


def test_no_number_is_broken(page: str, told: str) -> None:
    assert re.findall(r'[ "(,>]nan\b|\binf\b|[MLC ]-?nan', page + told) == []


def test_titles_with_markup_are_shown_and_not_obeyed(page: str) -> None:
    assert "Lab &amp; &lt;b&gt;Sons&lt;/b&gt;" in page
    assert "<b>Sons" not in page


def test_the_policy_allows_nothing_but_the_style_and_script_of_the_page(reader: Reader) -> None:
    policy = next(a["content"] for a in reader.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'")
    assert str(policy).count("sha256-") == 2
    assert "unsafe" not in str(policy)
    assert [attrs for _, attrs in reader.found if "style" in attrs or any(k.startswith("on") for k in attrs)] == []


def test_every_contract_has_a_card_and_the_warrant_comes_first_and_open(reader: Reader) -> None:
    cards = [attrs for attrs in reader.all("details") if attrs.get("class") == "card"]
    names = [f"k-{contract.name}" for contract in every().scenario.contracts]
    assert [attrs["id"] for attrs in cards] == ["k-warrant", *(name for name in names if name != "k-warrant")]
    assert ["open" in attrs for attrs in cards] == [True] + [False] * (len(names) - 1)


def test_contracts_that_were_asked_for_stand_alone_and_open(told: str) -> None:
    cards = [attrs for attrs in Reader(told).all("details") if attrs.get("class") == "card"]
    assert {str(attrs["id"]) for attrs in cards} == {"k-rent", "k-warrant"}
    assert all("open" in attrs for attrs in cards)


def test_each_side_is_told_what_a_contract_is_worth_to_it_under_each_measure(page: str) -> None:
    for name in ("rent", "stake", "warrant"):
        shown = card(page, name)
        values = [v for found in every().contracts.values() for v in found if v.contract.name == name]
        sides = [side for value in values for side in value.sides]
        assert len(sides) == 4
        assert [escape(plus(side.value)) in shown for side in sides] == [True] * 4
        assert [f"<td>{escape(bn(side.exposure))}</td>" in shown for side in sides] == [True] * 4


def test_a_contract_is_told_in_words(page: str) -> None:
    stake = next(c for c in every().scenario.contracts if c.name == "stake")
    assert str(stake.clause) in card(page, "stake")


def test_figures_of_a_contract_tell_their_sources_and_lead_to_them(told: str) -> None:
    shown = card(told, "warrant")
    assert 'href="#f-contracts.warrant.shares" class="src" title="amd-openai-warrant.shares: ' in shown
    assert 'id="f-contracts.warrant.shares"' in told


def test_the_head_tells_the_value_of_the_warrant_by_tranches_and_as_simulated(page: str) -> None:
    head = unescape(page.split("<header>")[1].split("</header>")[0])
    simulated = [v for found in every().contracts.values() for v in found if v.contract.name == "warrant"]
    gains = [next(side for side in value.sides if side.party == "lab").value for value in simulated]
    assert f"{plus(warrant(every()).total)} bn USD risk-neutral" in head
    assert f"{plus(gains[0])} real-world, {plus(gains[1])} risk-neutral" in head


def test_the_reasons_why_measures_differ_are_figures_of_the_scenario(page: str) -> None:
    shown = page.split('<section id="measures">')[1].split("</section>")[0]
    assert "Why they differ" in shown
    assert "A share of Vendor grows by" in shown
    assert 'href="#f-p.drift"' in shown
    assert 'href="#f-pricing.spreads.lab"' in shown


def test_one_measure_alone_has_nothing_to_differ_from() -> None:
    alone = render(real_world_alone(chosen()))
    assert "Why they differ" not in alone
    assert "in sum, risk-neutral" in alone
    assert "Risk-neutral ± standard error" not in alone


def test_each_tranche_has_its_value_and_the_chances_of_its_locks(told: str) -> None:
    shown = card(told, "warrant")
    for rung in warrant(chosen()).rungs:
        low, _, high = rung.value.band
        words = f"tranche {rung.number}: {plus(rung.value)} bn USD, 80 % of draws {bn(low)} to {bn(high)}"
        assert shown.count(f"<title>{escape(words)}</title>") == 2
        assert f"<title>tranche {rung.number}, price lock: {percent(rung.price_lock)}</title>" in shown
        assert f"<title>tranche {rung.number}, both: vests: {percent(rung.vests)}</title>" in shown
    assert "mostly stopped by share price" in shown


def test_the_heat_map_holds_every_payoff_in_both_widths_and_in_a_table(told: str) -> None:
    grid = chosen().details[0].grid
    assert grid is not None
    shown = card(told, "warrant")
    for power, line in zip(grid.gigawatts, grid.values, strict=True):
        for price, value in zip(grid.prices, line, strict=True):
            words = f"{number(float(price))} USD a share, {number(float(power))} GW: {bn(float(value))} bn USD"
            assert shown.count(f"<title>{escape(words)}</title>") == 2
    table = shown.split("payoff by gigawatts and final price of a share (bn USD)</caption>")[1].split("</table>")[0]
    assert table.count("<td>") == grid.values.size


def test_what_was_asked_for_is_told(told: str, page: str) -> None:
    for words in ("how its value moves", "what must be true for it to be worth 5.00 bn USD"):
        assert words in told
        assert words not in page
    assert "<td>708</td>" in told


def test_published_figures_tell_their_source(told: str) -> None:
    assert re.search(r'<span title="[^"]+, 20\d\d[^"]*">amd-openai-warrant\.milestone_value\.full</span>', told)


def test_a_warrant_that_no_ladder_can_hold_says_so_and_keeps_its_simulated_value() -> None:
    world = priced(exercisable_from="2027-01")
    found = valuation(world, "real-world", ["warrant"], paths=8, seed=1, workers=1)
    shown = card(render(found), "warrant")
    assert "Valued by the monthly simulation alone: contracts.warrant.exercisable_from" in shown
    assert "worth to each side" in shown
    assert "tranches[" not in shown
    assert "Value by tranche" not in shown


def test_what_is_paid_in_each_year_stands_in_a_picture_and_a_table(page: str) -> None:
    shown = card(page, "rent")
    flows = every().flows["real-world"]
    paid = flows.yearly[:, flows.lanes("rent")].sum(axis=1)
    assert "Lab &amp; &lt;b&gt;Sons&lt;/b&gt; to Cloud, real-world" in shown
    for year, paths in zip(flows.years, paid, strict=True):
        if paths.mean():
            assert f'<tr><th scope="row">{year}</th><td>{escape(bn(float(paths.mean())))}</td>' in shown


def test_exposures_are_told_with_all_contracts_only(page: str, told: str) -> None:
    first = exposure(every().flows["real-world"]).rows[0]
    assert '<section id="exposure">' in page
    assert f"<td>{number(float(first[3] or 0))}</td>" in page.split('<section id="exposure">')[1]
    assert '<section id="exposure">' not in told


def test_the_notes_of_the_scenario_stand_at_the_end(page: str) -> None:
    assert page.index("The numbers of this world are invented.") > page.index('<section id="rests">')


def test_the_same_valuation_gives_the_same_bytes(page: str) -> None:
    assert render(every()) == page


def test_a_valuation_is_written_to_a_file(tmp_path: Path, page: str) -> None:
    write(every(), tmp_path / "value.html")
    assert (tmp_path / "value.html").read_text("utf-8") == page


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="missing"):
        write(every(), tmp_path / "missing" / "value.html")
