from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.parts.option.dilution import warrant_diluted
from gigawatt.parts.option.wedge import share_on_price_and_gw
from gigawatt.parts.warrant.machine import Policy
from gigawatt.scenario.instrument import Growth, Instrument, Plan, load, loads
from gigawatt.value.counter import Horizon, first_day, first_days, touched
from gigawatt.value.daily import simulate
from gigawatt.value.direct import Sampling, Worth, direct
from gigawatt.value.instrument import InstrumentValue, value_instrument
from gigawatt.value.instrument_table import overview

PUBLISHED = Path(__file__).parents[1] / "published" / "warrants"
SHARES = 160e6
CHECK = 81.19518447
"""USD for one AMD share on a touch of 600 USD, in closed form."""

SPOT = "price: {mark: 600 USD/share, test: spot}"
POWER = "power: {mark: 6 GW, counter: purchased}"
GROWS = "gigawatts: {drift: 1.2 GW/year, volatility: 0.8 GW, correlation: 0.3}"
ALONE = "gigawatts: {drift: 1.2 GW/year, volatility: 0.8 GW}"
PLAN = "gigawatts: {months: [2026-12, 2028-06], levels: [3 GW, 6 GW]}"
MARKET = "market: {price: 164.67 USD/share, volatility: 50 %, rate: 3.7 %/year, outstanding: 1.63e9 shares}"


def text(terms: str = SPOT, more: str = "", *, strike: float = 0.01, dividend: float = 0.0, market: str = "") -> str:
    """The file of AMD's warrant to OpenAI as one tranche of the given terms."""
    return f"""\
warrant:
  issuer: AMD
  holder: OpenAI
  shares: 160e6 shares
  strike: {strike} USD/share
  issued: 2025-10-06
  expiry: 2030-10-05
  tranches:
    - {{shares: 160e6 shares, {terms}}}
market:
  price: 164.67 USD/share
  volatility: 50 %
  rate: 3.7 %/year
  dividend: {dividend} %/year
  outstanding: 1.63e9 shares
  {market}
{more}
"""


def amd(
    terms: str = SPOT, more: str = "", *, strike: float = 0.01, dividend: float = 0.0, market: str = ""
) -> Instrument:
    return loads(text(terms, more, strike=strike, dividend=dividend, market=market))


def value(
    instrument: Instrument,
    policy: Policy | None = None,
    *,
    log2_paths: int = 8,
    replicates: int = 4,
    draws: int = 8,
    greeks: bool = False,
    worth: str | None = None,
    seed: int = 1,
) -> InstrumentValue:
    """With few paths."""
    return value_instrument(
        instrument,
        policy=policy,
        draws=draws,
        log2_paths=log2_paths,
        replicates=replicates,
        seed=seed,
        greeks=greeks,
        worth=worth,
    )


def at_price(instrument: Instrument, price: float) -> Instrument:
    return replace(instrument, market=replace(instrument.market, price=price))


def test_a_touch_of_one_mark_is_worth_the_published_check() -> None:
    found = value(amd())
    assert found.method == "closed form"
    assert found.per_share == pytest.approx(CHECK, abs=1e-8)
    assert found.total.mean == pytest.approx(12.99122951e9, rel=1e-9)
    assert found.total.error == 0.0


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.3])
def test_a_touch_with_gigawatts_that_grow_at_random_is_the_wedge(correlation: float) -> None:
    found = value(amd(f"{SPOT}, {POWER}", GROWS.replace("0.3", str(correlation)), strike=0.0))
    wedge = share_on_price_and_gw(164.67, 600.0, 5.0, 0.037, 0.0, 0.5, 0.0, 6.0, 1.2, 0.8, correlation)
    assert found.per_share == pytest.approx(wedge, abs=1e-7)


@pytest.mark.parametrize(
    ("terms", "more", "strike", "dividend", "policy"),
    [
        (SPOT, "", 0.01, 2.0, "soon"),
        ("price: {mark: 400 USD/share}", "", 0.01, 0.0, "soon"),
        ("price: {value: 650 bnUSD, test: mean, days: 30}", "", 0.01, 0.0, "soon"),
        ("price: {mark: 400 USD/share, test: days, days: 30, need: 20}", "", 0.01, 3.0, "soon"),
        (f"{SPOT}, {POWER}", GROWS, 0.01, 0.0, "soon"),
        (f"price: {{mark: 300 USD/share, latched: false}}, {POWER}", ALONE, 0.01, 0.0, "soon"),
        (f"price: {{mark: 300 USD/share, latched: false}}, {POWER}", PLAN, 0.01, 0.0, "soon"),
        (POWER, GROWS, 1.0, 2.0, "soon"),
        (POWER, GROWS, 150.0, 2.0, "expiry"),
        (f"deadline: 2029-06-01, {POWER}", GROWS, 150.0, 2.0, "expiry"),
        (f"price: {{mark: 400 USD/share}}, {POWER}", ALONE, 150.0, 0.0, "expiry"),
        ("not_before: 2027-10-06", "", 0.01, 2.0, "soon"),
    ],
)
def test_both_ways_of_valuing_agree(terms: str, more: str, strike: float, dividend: float, policy: Policy) -> None:
    instrument = amd(terms, more, strike=strike, dividend=dividend)
    exact = direct(instrument, Sampling(policy, 9, 8, 1))
    assert isinstance(exact, Worth)
    simulated = simulate(instrument, Sampling(policy, 8, 24, 2)).worth
    assert simulated.total > 0
    # A penny of rounding to whole shares and to days is allowed on top of the errors.
    assert abs(simulated.total - exact.total) < 3 * np.hypot(simulated.error, exact.error) + 2e-4 * exact.total


def test_correlation_outside_the_wedge_is_simulated_and_the_value_says_so() -> None:
    found = value(amd(f"price: {{mark: 400 USD/share}}, {POWER}", GROWS))
    assert found.method == "simulation"
    assert any("correlated with the price" in note for note in found.notes)
    assert found.total.mean > 1.1 * value(amd(f"price: {{mark: 400 USD/share}}, {POWER}", ALONE)).total.mean


def test_what_is_not_public_gives_a_range() -> None:
    found = value(amd("price: {mark: [400 USD/share, 600 USD/share], test: spot}"), draws=16)
    low, middle, high = found.total.band
    assert not found.known
    assert CHECK * SHARES < low < middle < high
    assert high > 1.2 * low
    assert high < value(amd("price: {mark: 400 USD/share, test: spot}")).total.mean
    (only,) = found.opened
    assert (only.name, only.between.low, only.between.high) == ("tranches[1].price", 400.0, 600.0)
    assert only.moves < -0.99


def test_a_table_of_unknown_terms_shows_no_point_alone() -> None:
    tables = overview(value(amd("price: {mark: [400 USD/share, 600 USD/share], test: spot}"), draws=8))
    assert tables["worth"].names()[1:5] == ("p10", "p50", "p90", "±")
    assert "value" not in tables["worth"].names() + tables["tranches"].names()
    assert tables["open"].column("figure") == ("tranches[1].price",)


def test_gigawatts_given_in_one_line_are_drawn_together() -> None:
    tranches = "\n".join(
        f"    - {{shares: 80e6 shares, power: {{mark: 6 GW, counter: {name}}}}}" for name in ("purchased", "delivered")
    )
    more = "gigawatts: {drift: [0.5 GW/year, 2 GW/year], volatility: 0.8 GW}"
    found = value(loads(text(POWER, more).replace(f"    - {{shares: 160e6 shares, {POWER}}}", tranches)))
    assert len(found.opened) == 2
    assert found.tranches[0].value.band == found.tranches[1].value.band


def test_without_a_deployment_the_value_says_that_it_bears_no_gigawatt_risk() -> None:
    found = value(amd(f"{SPOT}, {POWER}"))
    assert found.per_share == pytest.approx(CHECK, abs=1e-8)
    assert "The file gives no course of `purchased`: no gigawatt risk is borne, and these marks count as reached." in (
        found.notes
    )
    assert found.certain is None


def test_with_a_deployment_the_value_without_its_risk_stands_beside() -> None:
    found = value(amd(f"{SPOT}, {POWER}", GROWS))
    assert found.certain is not None
    assert found.certain.mean == pytest.approx(CHECK * SHARES, rel=1e-9)
    assert found.total.mean < 0.8 * found.certain.mean


@pytest.mark.parametrize(("strike", "policy"), [(0.01, "soon"), (150.0, "expiry")])
def test_a_penny_strike_is_exercised_soon_and_any_other_at_expiry(strike: float, policy: str) -> None:
    assert value(amd("name: all", strike=strike)).policy == policy


def test_a_plain_call_is_diluted_as_galai_and_schneller_say() -> None:
    found = value(amd("name: all", strike=150.0))
    expected = float(warrant_diluted(164.67, 150.0, 5.0, 0.037, 0.0, 0.5, 1.63e9, SHARES))
    assert found.diluted[0] / SHARES == pytest.approx(expected, rel=1e-3)


def test_chances_and_days_are_those_of_the_locks() -> None:
    (tranche,) = value(amd(f"{SPOT}, {POWER}", ALONE), log2_paths=10).tranches
    chance = float(touched(6.0, 1.2, 0.8, np.array(5.0)))
    assert tranche.counter_opens == pytest.approx(chance, abs=0.02)
    assert tranche.price_opens == pytest.approx(0.150, abs=0.01)
    assert tranche.vests == pytest.approx(chance * 0.150, abs=0.01)
    assert tranche.dates == (None, None, None)
    (dated,) = value(amd("not_before: 2027-10-06", strike=0.0)).tranches
    assert set(dated.dates) == {datetime.date(2027, 10, 6)}
    assert dated.vests == 1.0


def test_slopes_are_those_of_the_formula() -> None:
    found = {s.name: s for s in value(amd(), greeks=True).sensitivities}
    dearer = value(at_price(amd(), 165.67)).total.mean
    cheaper = value(at_price(amd(), 163.67)).total.mean
    assert found["share price"].change == pytest.approx((dearer - cheaper) / 2, rel=1e-4)
    assert found["volatility"].change > 0
    assert set(found) == {"share price", "volatility", "interest"}


def test_simulated_slopes_agree_with_exact_ones_within_their_errors() -> None:
    correlated = f"price: {{mark: 400 USD/share}}, {POWER}"
    nearly = GROWS.replace("0.3", "0.000001")
    simulated = {s.name: s for s in value(amd(correlated, nearly), greeks=True, replicates=8).sensitivities}
    exact = {s.name: s for s in value(amd(correlated, ALONE), greeks=True).sensitivities}
    for name in ("share price", "volatility"):
        assert simulated[name].error > 0
        assert abs(simulated[name].change - exact[name].change) < 4 * simulated[name].error
    assert simulated["growth of counters"].change < 0


def test_what_must_be_true_for_an_amount_brings_that_amount() -> None:
    found = value(amd(), worth="20 bnUSD")
    truths = {truth.what: truth for truth in found.truths}
    price = truths["share price today"].needed
    assert found.amount == 20e9
    assert price is not None
    again = value(at_price(amd(), price))
    assert again.total.mean == pytest.approx(20e9, rel=0.02)


@pytest.mark.parametrize("amount", ["20 GW", "-1 bnUSD", "much"])
def test_an_amount_that_is_no_money_is_refused(amount: str) -> None:
    with pytest.raises(InputError, match="worth `"):
        value(amd(), worth=amount)


def test_a_ladder_of_240_rungs_is_valued_rung_by_rung() -> None:
    terms = (PUBLISHED / "marvell-google.yaml").read_text("utf-8")
    market = "market: {price: 206.58 USD/share, volatility: 60 %, rate: 3.7 %/year, outstanding: 8.6e8 shares}\n"
    paid = "counters: {paid: {drift: 15 bnUSD/year, volatility: 10 bnUSD, correlation: 0.3}}\n"
    found = value(loads(terms + market + paid), log2_paths=7, replicates=2)
    assert (found.method, found.policy, len(found.tranches)) == ("closed form", "expiry", 244)
    values = [tranche.value.mean / tranche.shares for tranche in found.tranches[4:]]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1.5 * values[-1]
    assert abs(found.simulated.mean / found.total.mean - 1.0) < 0.01
    assert len(overview(found)["tranches"].rows) < 30


def test_an_award_of_many_conditions_is_simulated() -> None:
    terms = (PUBLISHED / "tesla-2018.yaml").read_text("utf-8")
    market = "market: {price: 350.02 USD/share, volatility: 40 %, rate: 2.6 %/year, outstanding: 1.69e8 shares}\n"
    found = value(loads(terms + market), log2_paths=7, replicates=2)
    assert (found.method, found.policy) == ("simulation", "expiry")
    assert any("has a lock of several conditions" in note for note in found.notes)
    values = [tranche.value.mean for tranche in found.tranches]
    assert values == sorted(values, reverse=True)
    assert found.tranches[0].vests > 0.3


def test_a_strike_that_is_a_mean_price_and_events_are_simulated() -> None:
    terms = (PUBLISHED / "plug-amazon-2017.yaml").read_text("utf-8")
    market = "market: {price: 1.19 USD/share, volatility: 80 %, rate: 2 %/year, outstanding: 1.8e8 shares}\n"
    paid = "counters: {paid: {drift: 100 mnUSD/year, volatility: 20 mnUSD}}\n"
    found = value(loads(terms + market + paid), log2_paths=7, replicates=2)
    assert found.method == "simulation"
    assert found.tranches[0].value.mean > 0
    assert found.tranches[-1].value.mean > 0


def test_what_is_assumed_on_events_and_indices_is_said() -> None:
    terms = "price: {ratio: 1.2, index: SOX}, when: {event: loan received}"
    notes = " ".join(value(amd(terms)).notes)
    assert "`loan received` counts as having happened at the issue." in notes
    assert "`SOX` is taken to grow by interest alone" in notes


def test_a_strike_that_looks_back_further_than_the_history_is_refused_with_its_place() -> None:
    terms = (PUBLISHED / "plug-amazon-2017.yaml").read_text("utf-8")
    with pytest.raises(InputError, match=r"market\.history: the strike is a mean of 30 days"):
        value(loads(terms + MARKET), log2_paths=7, replicates=2)


def test_history_lets_windows_look_back() -> None:
    closes = ", ".join(["700 USD/share"] * 30)
    terms = "price: {mark: 600 USD/share, test: mean, days: 30}"
    (tranche,) = value(amd(terms, market=f"history: [{closes}]")).tranches
    assert tranche.dates[0] == datetime.date(2025, 10, 6)
    assert tranche.vests == 1.0


@pytest.mark.parametrize(("draws", "replicates"), [(3, 4), (8, 1)])
def test_too_few_draws_or_replicates_are_refused(draws: int, replicates: int) -> None:
    with pytest.raises(InputError, match="at least"):
        value_instrument(amd(), draws=draws, replicates=replicates)


def test_the_same_seed_gives_the_same_value() -> None:
    instrument = amd("price: {mark: [400 USD/share, 600 USD/share]}", GROWS.replace("gigawatts", "#"))
    first, again, other = (value(instrument, draws=4, seed=seed).total for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_first_passage_days_follow_the_law_of_first_passage() -> None:
    horizon = Horizon.of(amd().warrant)
    days = first_days(Growth(0.0, 1.2, 0.8, 0.0), 6.0, horizon, 4000)
    assert (horizon.steps, horizon.years) == (1260, 5.0)
    for years in (2.0, 3.0, 5.0):
        expected = float(touched(6.0, 1.2, 0.8, np.array(years)))
        assert np.mean(days <= 252 * years) == pytest.approx(expected, abs=3e-4)


def test_a_plan_opens_on_the_last_day_of_its_month() -> None:
    horizon = Horizon.of(amd().warrant)
    plan = Plan((datetime.date(2026, 12, 31), datetime.date(2028, 6, 30)), (3.0, 6.0))
    day = int(first_day(plan, 6.0, horizon))
    assert horizon.dates[day - 1] < np.datetime64("2028-06-30") <= horizon.dates[day]
    assert first_day(plan, 7.0, horizon) == np.inf


def test_the_file_of_a_published_warrant_lacks_a_market_and_says_so() -> None:
    with pytest.raises(InputError, match="`market` is missing"):
        load(PUBLISHED / "amd-openai.yaml")
