"""Warrants with public terms: what vests when on paths that can be followed by eye."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from gigawatt.catalog import load as load_catalog
from gigawatt.errors import InputError
from gigawatt.parts.warrant.course import NEVER
from gigawatt.parts.warrant.machine import run
from gigawatt.parts.warrant.ocf import read, write
from gigawatt.parts.warrant.outcome import Lock, State
from gigawatt.parts.warrant.resolve import middle, resolve, unknowns
from gigawatt.parts.warrant.terms import Warrant
from gigawatt.scenario.instrument import load_terms
from warrants import course

FOLDER = Path(__file__).parent / "warrants"
CATALOG = load_catalog()
FILES = sorted(FOLDER.glob("*.yaml"))


def terms(name: str) -> Warrant:
    return load_terms(FOLDER / f"{name}.yaml", CATALOG)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_published_warrant_is_read_and_survives_the_open_cap_format(file: Path, tmp_path: Path) -> None:
    warrant = load_terms(file, CATALOG)
    write(warrant, tmp_path)
    assert read(tmp_path).warrant == warrant


@pytest.mark.parametrize("name", ["amd-openai", "amd-meta", "cerebras-openai", "astera-amazon-2026", "fabrinet-amazon"])
def test_a_warrant_with_terms_that_are_not_public_runs_only_once_they_are_decided(name: str) -> None:
    warrant = terms(name)
    with pytest.raises(InputError, match=r"known only as an interval; decide with `resolve"):
        run(warrant, course([100.0], warrant.issued))
    assert unknowns(resolve(warrant, middle)) == {}


def test_amd_states_as_little_as_the_filings_do() -> None:
    assert set(unknowns(terms("amd-openai"))) == {
        "tranches[1].shares",
        "tranches[1].price",
        "tranches[2].shares",
        "tranches[2].price",
        "tranches[2].counter",
        "tranches[3].shares",
    }


@pytest.mark.parametrize("name", ["amd-openai", "amd-meta"])
def test_the_last_amd_tranche_waits_for_six_gigawatts_and_for_600_dollars(name: str) -> None:
    warrant = resolve(terms(name), middle)
    closes = [[590.0, 590.0], [601.0, 590.0], [580.0, 590.0], [580.0, 605.0]]
    gigawatts = [[1.0, 1.0], [5.9, 6.0], [6.0, 6.0], [6.0, 6.0]]
    paths = course(
        closes,
        warrant.issued,
        counters={"purchased": gigawatts, "delivered": gigawatts},
        events={"conditions met": [3, 3]},
    )
    found = run(warrant, paths)
    last = found.number("last")
    assert found.vested[last].tolist() == [2, 3]
    assert found.binds[last].tolist() == [Lock.COUNTER, Lock.PRICE]
    assert found.exercisable[last].tolist() == [3, 3]
    # Net at 0.01 USD: 53,333,333 shares cost 533,333.33 USD, which is 920 shares at 580 and 882 at 605.
    assert found.gross[last].tolist() == [53_333_333.0, 53_333_333.0]
    assert found.delivered[last].tolist() == [53_333_333.0 - 920.0, 53_333_333.0 - 882.0]


def test_cerebras_part_two_vests_on_the_earlier_of_market_value_and_fees() -> None:
    warrant = resolve(terms("cerebras-openai"), lambda _, level: min(level.high, 1e9))
    days = 40
    low, high = np.full(days, 100.0), np.full(days, 200.0)
    closes = np.stack([high, low, low], axis=1)
    fees = np.zeros((days, 3))
    fees[20:, 1] = 1e9
    paths = course(
        closes,
        warrant.issued,
        counters={"paid": fees, "delivered": np.zeros((days, 1))},
        events={"loan received": [9, 9, 9], "no commitment left": [NEVER, NEVER, 30]},
        outstanding=250e6,
    )
    found = run(warrant, paths)
    part = found.number("market value")
    # 250 m shares at 200 USD are 50 bnUSD, which the mean of 30 days says on its thirtieth close.
    assert found.vested[part].tolist() == [29, 20, NEVER]
    assert found.binds[part, :2].tolist() == [Lock.PRICE, Lock.COUNTER]
    assert found.vested[found.number("loan")].tolist() == [9, 9, 9]
    assert found.expiry.tolist() == [NEVER, NEVER, 35]
    assert found.state[part, 2] == State.LAPSED


def test_the_parts_of_the_cerebras_warrant_sum_to_it() -> None:
    assert terms("cerebras-openai").shares == 4_459_337 + 5_574_171 + 23_411_518
    decided = resolve(terms("cerebras-openai"), middle)
    assert sum(tranche.shares for tranche in decided.tranches) == 33_445_026


def test_the_240_rungs_of_marvell_sum_exactly_and_differ_by_at_most_one_share() -> None:
    rungs = [t.shares for t in terms("marvell-google").tranches if t.name.startswith("revenue")]
    assert len(rungs) == 240
    assert sum(rungs) == 57_610_040
    assert set(rungs) == {240_041.0, 240_042.0}


def test_marvell_vests_a_rung_for_each_500_million_and_a_quarter_every_three_months() -> None:
    warrant = terms("marvell-google")
    closes = np.full(300, 206.0)
    closes[200:] = 207.0
    paid = np.zeros(300)
    paid[10:] = 499_999_000.0
    paid[20:] = 500_000_000.0
    paid[30:] = 1_749_000_000.0
    paths = course(closes, warrant.issued, counters={"paid": paid}, events={"Kestrel launched": [150]})
    found = run(warrant, paths)
    rungs = [found.vested[found.number(f"revenue {number}"), 0] for number in (1, 2, 3, 4)]
    assert rungs == [20, 30, 30, NEVER]
    assert found.day("vested", "quarter 1") == datetime.date(2026, 11, 18)
    assert found.day("vested", "quarter 4") == datetime.date(2027, 8, 18)
    assert found.binds[found.number("quarter 1"), 0] == Lock.TIME
    # The strike is near the market: at 206 nothing is exercised, from row 200 on all that has vested is.
    assert (found.exercised[found.vested < NEVER] == np.maximum(found.vested[found.vested < NEVER], 200)).all()
    # 240,042 shares less the 239,555 that 206.58 USD each are worth at 207, rounded up.
    first = found.number("revenue 1")
    assert found.gross[first, 0] == 240_042.0
    assert found.delivered[first, 0] == 240_042 - np.ceil(240_042 * 206.58 / 207.0)


def test_all_marvell_revenue_vests_all_marvell_shares_but_not_after_january_2033() -> None:
    warrant = terms("marvell-google")
    days = 1830
    paid = np.full((days, 2), 120e9)
    paid[:, 1] = 0.0
    late = int(np.busday_count("2026-08-18", "2033-01-31"))
    paid[late:, 1] = 120e9
    closes = np.full((days, 2), 300.0)
    found = run(warrant, course(closes, warrant.issued, counters={"paid": paid}, events={"Kestrel launched": [NEVER]}))
    assert found.gross.sum(axis=0).tolist() == [58_970_907.0, 1_360_867.0]


def test_a_tesla_tranche_waits_for_both_means_and_for_as_many_milestones_as_its_number() -> None:
    warrant = terms("tesla-2018")
    days = 300
    # 168.867 m shares: 600 USD are 101.3 bnUSD, 900 USD are 152.0 bnUSD.
    closes = np.full((days, 2), 600.0)
    closes[150:, 0] = 900.0
    closes[:, 1] = 100.0
    closes[200:220, 1] = 5000.0
    revenue = np.full((days, 1), 21e9)
    profit = np.zeros((days, 1))
    profit[170:] = 1.5e9
    paths = course(
        closes,
        warrant.issued,
        counters={"revenue of 4 quarters": revenue, "adjusted EBITDA of 4 quarters": profit},
        outstanding=168_867_000.0,
    )
    found = run(warrant, paths)
    assert found.day("vested", "tranche 1") == found.dates[125].astype(datetime.date)
    # Tranche 2 needs 150 bnUSD in the mean of 126 closes, all but one of them at 152.0 and that one at 101.3.
    in_value = 168.867e-3
    second = next(n for n in range(127) if (n * 900 + (126 - n) * 600) * in_value / 126 >= 150)
    assert found.vested[1, 0] == 149 + second
    assert found.binds[1, 0] == Lock.PRICE
    # A spike of 20 days lifts the mean of 21 days, and the mean of six months too, but only while it lasts.
    spike = next(n for n in range(1, 21) if (n * 5000 + (126 - n) * 100) * in_value / 126 >= 100)
    assert found.vested[0, 1] == 199 + spike
    assert found.vested[2].tolist() == [NEVER, NEVER]
    assert found.binds[2].tolist() == [Lock.BOTH, Lock.BOTH]
    # The spike is worth at most 148.1 bnUSD in the mean of 126 days; two milestones are met.
    assert (found.vested[1, 1], found.binds[1, 1]) == (NEVER, Lock.PRICE)


def test_tesla_shares_are_paid_in_cash_and_held_for_five_years() -> None:
    warrant = terms("tesla-2018")
    days = 1600
    measures = {
        "revenue of 4 quarters": np.full((days, 1), 200e9),
        "adjusted EBITDA of 4 quarters": np.zeros((days, 1)),
    }
    found = run(warrant, course(np.full(days, 600.0), warrant.issued, counters=measures, outstanding=168_867_000.0))
    assert found.cash[0, 0] == 1_688_670 * 350.02
    assert found.delivered[0, 0] == 1_688_670.0
    exercised = found.dates[found.exercised[0, 0]]
    assert found.dates[found.saleable[0, 0]] - exercised >= np.timedelta64(1826, "D")
    assert found.state[0, 0] == State.SALEABLE


def test_the_strike_of_plugs_third_tranche_is_90_percent_of_the_mean_when_the_second_has_vested() -> None:
    warrant = terms("plug-amazon-2017")
    days = 100
    closes = np.arange(1.0, 101.0) / 10.0 + 2.0
    paid = np.zeros(days)
    paid[40:] = 200e6
    paid[60:] = 250e6
    found = run(warrant, course(closes, warrant.issued, counters={"paid": paid}))
    assert found.vested[found.number("first"), 0] == 0
    assert [found.vested[found.number(f"second {n}"), 0] for n in (1, 4)] == [40, 40]
    assert found.strike[found.number("second 4"), 0] == 1.1893
    assert found.gross[found.number("second 4"), 0] == 7_274_565.0
    assert found.gross[found.number("third 1"), 0] == 2_546_098.0
    # Rows 11 to 40: closes from 3.2 to 6.1 by 0.1, their mean is 4.65.
    assert found.strike[found.number("third 1"), 0] == pytest.approx(0.9 * 4.65, rel=1e-12)
    assert found.vested[found.number("third 2"), 0] == NEVER
    assert sum(tranche.shares for tranche in warrant.tranches) == 55_286_696


def test_a_takeover_of_fabrinet_vests_what_payments_have_not() -> None:
    warrant = resolve(terms("fabrinet-amazon"), middle)
    events = {
        "payments made": [NEVER, 2],
        "Fabrinet acquired": [3, NEVER],
        "agreement terminated by Amazon for cause": [NEVER, NEVER],
    }
    found = run(warrant, course(np.full((5, 2), 219.97), warrant.issued, events=events))
    assert found.vested.tolist() == [[3, 2]]
    assert warrant.strike == pytest.approx(208.48)


def test_the_last_astera_tranche_vests_at_six_and_a_half_billion() -> None:
    warrant = resolve(terms("astera-amazon-2026"), middle)
    paid = [[3.25e9, 3.24e9], [6.4e9, 6.49e9], [6.5e9, 6.5e9]]
    found = run(warrant, course(np.full((3, 2), 170.0), warrant.issued, counters={"paid": paid}))
    assert found.vested.tolist() == [[0, 1], [2, 2]]
    assert found.gross.sum(axis=0).tolist() == [3_262_299.0, 3_262_299.0]
