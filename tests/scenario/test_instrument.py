import datetime
from pathlib import Path

import pytest

from gigawatt.catalog import load as load_catalog
from gigawatt.errors import InputError, ScenarioError
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.terms import Between, Event, Mark, MeanStrike, PriceMark, Some, both, either
from gigawatt.scenario.instrument import Growth, Instrument, Market, Plan, load, load_terms, loads

CATALOG = load_catalog()
TEXT = """\
warrant:
  issuer: AMD
  holder: OpenAI
  shares: 160e6 shares
  strike: 0.01 USD/share
  issued: 2025-10-06
  expiry: 2030-10-05
  tranches:
    - shares: 60e6 shares
      power: {mark: 1 GW, counter: delivered}
    - shares: 100e6 shares
      price: {mark: 600 USD/share, test: mean, days: 30}
      power: {mark: 6 GW, counter: purchased}
market:
  price: 164.67 USD/share
  volatility: 50 %
  rate: 3.7 %/year
  dividend: 1.2 %/year
  outstanding: 1.63e9 shares
gigawatts: {drift: 1.2 GW/year, volatility: 0.8 GW, correlation: 0.3}
"""


def read(*changes: tuple[str, str]) -> Instrument:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text, "amd.yaml", CATALOG)


def problems(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(*changes)
    return str(caught.value).split("\n")


def lock(kind: str, text: str) -> object:
    """The first tranche's lock of a kind, written as given."""
    found = read(("power: {mark: 1 GW, counter: delivered}", f"{kind}: {text}"), ("\ngigawatts:", "\n#"))
    tranche = found.warrant.tranches[0]
    return tranche.price if kind == "price" else tranche.exercise if kind == "exercise" else tranche.counter


def test_a_file_is_read_with_its_market_and_its_gigawatts() -> None:
    found = read()
    assert found.warrant.shares == 160_000_000.0
    assert found.warrant.expiry == datetime.date(2030, 10, 5)
    assert found.warrant.tranches[1].price == PriceMark(600.0, PriceTest("mean", 30))
    assert found.warrant.tranches[0].counter == Mark("delivered", 1.0)
    assert found.market.price == 164.67
    assert found.market.rate == pytest.approx(0.037)
    assert found.market.dividend == pytest.approx(0.012)
    growth = found.deployment["purchased"]
    assert isinstance(growth, Growth)
    assert (growth.opening, growth.drift, growth.volatility, growth.correlation) == (0.0, pytest.approx(1.2), 0.8, 0.3)


def test_one_line_on_gigawatts_is_for_every_counter_of_gigawatts() -> None:
    assert set(read().deployment) == {"delivered", "purchased"}


def test_without_gigawatts_there_is_no_risk_of_them() -> None:
    assert read(("\ngigawatts:", "\n#")).deployment == {}


def test_a_counter_may_follow_a_plan() -> None:
    plan = "counters: {purchased: {months: [2026-12, 2027-12], levels: [1 GW, [5 GW, 6 GW]]}}\n#"
    found = read(("gigawatts:", plan)).deployment["purchased"]
    assert found == Plan((datetime.date(2026, 12, 31), datetime.date(2027, 12, 31)), (1.0, Between(5.0, 6.0)))


def test_figures_may_be_claims_and_intervals() -> None:
    found = read(("0.01 USD/share", "amd-openai-warrant.strike"), ("volatility: 50 %", "volatility: [40 %, 60 %]"))
    assert found.warrant.strike == 0.01
    assert found.unknowns() == {"market.volatility": Between(0.4, 0.6)}


def test_what_is_open_is_decided_together() -> None:
    found = read(("mark: 6 GW", "mark: [5 GW, 6 GW]"), ("50 %", "[40 %, 60 %]"), ("0.8 GW", "[0.5 GW, 1.1 GW]"))
    decided = found.resolve(lambda name, level: level.low)
    assert decided.unknowns() == {}
    assert decided.warrant.tranches[1].counter == Mark("purchased", 5.0)
    assert decided.market.volatility == 0.4
    assert decided.deployment["purchased"] == Growth(0.0, pytest.approx(1.2), 0.5, 0.3)
    with pytest.raises(InputError, match="it is known to be"):
        found.resolve(lambda name, level: level.high + 1.0)


def test_history_is_kept_for_windows_that_look_back() -> None:
    found = read(("  outstanding", "  history: [160 USD/share, 162.5 USD/share]\n  outstanding")).market
    assert isinstance(found, Market)
    assert found.history == (160.0, 162.5)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("price", "{value: 40 bnUSD, test: vwap, days: 30}", PriceMark(40e9, PriceTest("vwap", 30), of="value")),
        ("price", "{ratio: 1.2, index: SOX}", PriceMark(1.2, PriceTest(index="SOX"), of="index")),
        (
            "price",
            "{mark: 5 USD/share, test: days, days: 30, need: 20, latched: false}",
            PriceMark(5.0, PriceTest("days", 30, 20), latched=False),
        ),
        (
            "price",
            "{both: [{mark: 5 USD/share}, {mark: 6 USD/share}]}",
            both(PriceMark(5.0), PriceMark(6.0)),
        ),
        ("power", "{mark: 2 GW}", Mark("purchased", 2.0)),
        ("paid", "{mark: 500 mnUSD, before: 2028-01-01}", Mark("paid", 5e8, before=datetime.date(2028, 1, 1))),
        ("when", "{event: loan received}", Event("loan received")),
        ("when", "{counter: EBITDA, mark: 3 bnUSD}", Mark("EBITDA", 3e9)),
        ("when", "{either: [{event: a}, {counter: paid, mark: 1 USD}]}", either(Event("a"), Mark("paid", 1.0))),
        (
            "when",
            "{some: [{event: a}, {event: b}, {event: c}], of: 2}",
            Some(2, (Event("a"), Event("b"), Event("c"))),
        ),
        ("exercise", "{event: tested}", Event("tested")),
    ],
)
def test_locks_are_read(kind: str, text: str, expected: object) -> None:
    assert lock(kind, text) == expected


def test_counter_locks_given_side_by_side_must_all_open() -> None:
    tranche = read(("counter: delivered}", "counter: delivered}\n      when: {event: loan}")).warrant.tranches[0]
    assert tranche.counter == both(Mark("delivered", 1.0), Event("loan"))


def test_a_ladder_becomes_its_rungs() -> None:
    found = read(
        ("power: {mark: 1 GW, counter: delivered}", "ladder: {count: 7, step: 500 mnUSD, counter: paid}"),
        ("- shares: 60e6 shares", "- name: rung\n      shares: 60e6 shares"),
    ).warrant
    assert len(found.tranches) == 8
    assert sum(float(str(t.shares)) for t in found.tranches[:7]) == 60e6
    assert found.tranches[6].counter == Mark("paid", 3.5e9)


def test_a_strike_may_be_a_rule() -> None:
    rule = "- name: first\n      shares: 60e6 shares\n      strike: {share: 90 %, days: 30, after: '2'}"
    assert read(("- shares: 60e6 shares", rule)).warrant.tranches[0].strike == MeanStrike(0.9, 30, "2")


def test_other_terms_are_read() -> None:
    more = """\
  share: AMD common stock
  exercise: cash
  automatic: false
  unexercisable: exercised
  holding: 365
  registered: 2026-05-01
  early: {event: over, days: 5}
  transfer: {until: 2027-11-10, event: launched}
  adjustment: {splits: true, dividends: strike}
  tranches:
"""
    found = read(("  tranches:\n", more)).warrant
    assert (found.share, found.exercise, found.automatic, found.unexercisable) == (
        "AMD common stock",
        "cash",
        False,
        "exercised",
    )
    assert (found.holding, found.registered) == (365, datetime.date(2026, 5, 1))
    assert found.early is not None
    assert found.transfer is not None
    assert (found.early.days, found.transfer.event, found.adjustment.dividends) == (5, "launched", "strike")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "- shares: 60e6 shares",
            "- shares: 50e6 shares",
            "amd.yaml:9:5: warrant.tranches: the tranches sum to 150,000,000",
        ),
        (
            "- shares: 60e6 shares",
            "- shares: 0.5 shares",
            "amd.yaml:9:15: warrant.tranches[0].shares: 0.5 shares given",
        ),
        (
            "mark: 1 GW, counter: delivered",
            "mark: 7 GW, counter: purchased",
            "amd.yaml:13:21: warrant.tranches[1].power",
        ),
        ("2030-10-05", "2024-10-05", "amd.yaml:7:11: warrant.expiry: 2024-10-05 is not after the issue on 2025-10-06"),
        ("2030-10-05", "2030-13-05", "amd.yaml:7:11: warrant.expiry: `2030-13-05` is no date"),
        ("50 %", "-50 %", "amd.yaml:16:15: market.volatility: `-50 %` is too small"),
        ("50 %", ".nan", "amd.yaml:16:15: market.volatility: `.nan` is not a finite number"),
        ("days: 30", "days: 5000", "amd.yaml:12:54: warrant.tranches[1].price.days: a window of 5000 days is longer"),
        ("days: 30", "days: 0", "amd.yaml:12:54: warrant.tranches[1].price.days: a price test over 0 days"),
        ("test: mean", "test: meen", "amd.yaml:12:42: warrant.tranches[1].price.test: input should be"),
        ("holder:", "holdr:", "Did you mean `holder`?"),
        ("counter: purchased", "counter: purchsed", "Did you mean `purchased`?"),
        ("0.01 USD/share", "0.01 USD", "amd.yaml:5:11: warrant.strike: `USD` given, a unit such as `USD/share`"),
        ("0.01 USD/share", "[2 USD/share, 1 USD/share]", "amd.yaml:5:11: warrant.strike: the interval runs backwards"),
        ("0.01 USD/share", "[2 USD/share]", "an interval is `[low, high]`"),
        ("0.01 USD/share", "{normal: [1 USD/share, 2 USD/share]}", "not a distribution"),
        ("0.01 USD/share", "-1 USD/share", "warrant.strike: `-1 USD/share` is too small"),
        ("correlation: 0.3", "correlation: 1.3", "too large: at most 1"),
        ("drift: 1.2 GW/year, ", "", "amd.yaml:20:1: gigawatts: either `drift` and `volatility`, or `months`"),
        (
            "gigawatts: {",
            "counters: {paid: {drift: 1 USD/year, volatility: 0 USD}}\ngigawatts: {",
            "no mark of the warrant",
        ),
        ("gigawatts: {", "counters: {purchased: {drift: 1 GW/year, volatility: 0 GW}}\ngigawatts: {", "already given"),
        ("gigawatts: {", "gigawatts: {months: [2026-12], ", "either `drift` and `volatility`, or `months`"),
        ("price: 164.67", "price: 0", "market.price: a value above 0"),
        ("{mark: 1 GW, counter: delivered}", "{}", "exactly one of mark, event, either, both, some expected, none"),
        ("{mark: 1 GW, counter: delivered}", "{mark: 1 GW, event: x}", "`mark` and `event` given"),
        ("{mark: 1 GW, counter: delivered}", "{some: [{mark: 1 GW}]}", "`some` needs `of`"),
        ("{mark: 1 GW, counter: delivered}", "{some: [{mark: 1 GW}], of: 2}", "2 of 1 conditions"),
        ("power: {mark: 1 GW, counter: delivered}", "when: {mark: 1 GW}", "`counter` is missing"),
        ("power: {mark: 1 GW, counter: delivered}", "paid: {mark: 1 USD, counter: x}", "has the counter `paid`"),
        ("power: {mark: 1 GW, counter: delivered}", "joined: either", "`either` needs two locks"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_fix(old: str, new: str, said: str) -> None:
    found = problems((old, new))
    assert any(said in line for line in found), found


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = problems(("0.01 USD/share", "0.01 USD"), ("50 %", "-50 %"), ("2025-10-06", "6 October 2025"))
    assert [line.split(": ")[1] for line in found] == ["warrant.strike", "warrant.issued", "market.volatility"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is nothing in it"),
        ("# only a comment\n", "there is nothing in it"),
        ("- a\n- b\n", "the whole of it is a list"),
        ("warrant: {}\n", "`market` is missing"),
        ("warrant: {issuer: A\n", "not closed"),
    ],
)
def test_a_file_that_is_no_instrument_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        loads(text, "x.yaml", CATALOG)


def test_a_file_is_read_from_disk_and_a_missing_one_named(tmp_path: Path) -> None:
    (tmp_path / "amd.yaml").write_text(TEXT, "utf-8")
    assert load(tmp_path / "amd.yaml", CATALOG) == read()
    with pytest.raises(ScenarioError, match="there is no such file"):
        load(tmp_path / "adm.yaml", CATALOG)


def test_terms_alone_need_no_market(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(TEXT.split("market:")[0], "utf-8")
    assert load_terms(tmp_path / "terms.yaml", CATALOG) == read().warrant
    (tmp_path / "bad.yaml").write_text(TEXT.split("market:")[0].replace("160e6", "170e6"), "utf-8")
    with pytest.raises(ScenarioError, match="10,000,000 too few"):
        load_terms(tmp_path / "bad.yaml", CATALOG)
