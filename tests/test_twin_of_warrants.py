"""The engine agrees with the slow bookkeeper on every kind of price test and warrant, to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.parts.clause import Pay
from gigawatt.parts.figure import literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import Observable
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.process import SharePrice
from gigawatt.parts.readings import growth, highest, latest, outstanding, price
from gigawatt.parts.world import Share
from gigawatt.parts.wrapper import All
from gigawatt.scenario.scenario import Scenario
from gigawatt.units import unit
from test_twin import disagreements
from twin import keep_books
from worlds import bare, between, contracts, regime

JUMPY = SharePrice(
    "V_price",
    unit("USD/share"),
    literal("100 USD/share"),
    literal("30 %/year"),
    between("0.3", "0.6", "volatility"),
    literal("0 %/year"),
    (literal("12 1/year"), literal("0.02"), literal("0.1")),
)
INDEX = SharePrice(
    "W_price",
    unit("USD/share"),
    literal("50 USD/share"),
    literal("5 %/year"),
    literal("0.2"),
    literal("0 %/year"),
)


def world(*clauses: Any) -> Scenario:
    return bare(
        months=14,
        shares=(
            Share("V", "vendor", between("0.9e9 shares", "1.1e9 shares", "outstanding"), "V_price"),
            Share("W", "world", literal("1e9 shares"), "W_price"),
        ),
        processes=(regime(), INDEX, JUMPY),
        correlations=(("V_price", "W_price", 0.6),),
        contracts=contracts(*clauses),
        cash={"lab": "90 bnUSD"},
    )


def price_test(statistic: str, index: str | None) -> PriceTest:
    days = {"spot": 1, "close": 1, "mean": 30, "vwap": 21, "geometric": 64, "stay": 22, "days": 45}[statistic]
    known = next(word for word in STATISTICS if word == statistic)
    return PriceTest(known, days, 17 if statistic == "days" else 0, index)


@pytest.mark.parametrize("index", [None, "W"], ids=["price", "relative"])
@pytest.mark.parametrize("statistic", STATISTICS)
def test_every_price_test_means_the_same_to_both(statistic: str, index: str | None) -> None:
    test = price_test(statistic, index)
    rates: tuple[Observable, ...] = (highest("V", test), latest("V", test, "2026-09"))
    clause = All(tuple(Pay("lab", "cloud", rate * "1e6 shares/month") for rate in rates))
    books = keep_books(world(clause), 1, 0)
    assert all(any(month.due[lane] > 0 for month in books.months) for lane in (0, 1))
    assert books.months[9].due[1] == 0, "a test ends to count"
    assert disagreements(world(clause)) == []


def test_shares_outstanding_and_the_growth_of_a_test_mean_the_same_to_both() -> None:
    value = Pay("lab", "cloud", price("V") * outstanding("V") / "100 months")
    rise = Pay("lab", "cloud", growth(highest("V", PriceTest("close"))) * "1e7 shares")
    assert disagreements(world(value, rise)) == []


RUNGS = (
    Tranche("1e6 shares", "0.3 GW", "105 USD/share"),
    Tranche("2e6 shares", "0.4 GW", "110 USD/share", "running", not_before="2026-05"),
    Tranche("3e6 shares", market_value="105 bnUSD", not_after="2026-08"),
)
WARRANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "mean": {"test": "mean"},
    "days": {"test": "days", "need": 12},
    "relative": {"test": "mean", "relative_to": "W"},
    "price now": {"price_latched": False},
    "both now": {"price_latched": False, "power_latched": False, "test": "stay", "days": 3},
    "later": {"exercisable_from": "2026-10", "exercisable_power": "0.5 GW"},
    "net": {"exercise": "net", "strike": "40 USD/share"},
    "worth it": {"strike": "108 USD/share"},
    "at expiry": {"exercise": "expiry", "strike": "40 USD/share"},
    "lapse": {"exercisable_power": "9 GW"},
    "forced": {"exercisable_power": "9 GW", "when_not_exercisable": "exercise", "strike": "40 USD/share"},
    "forced net": {"exercisable_power": "9 GW", "when_not_exercisable": "exercise", "exercise": "net"},
}


@pytest.mark.parametrize("terms", WARRANTS.values(), ids=WARRANTS.keys())
def test_every_kind_of_warrant_means_the_same_to_both(terms: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"strike": "0.01 USD/share", "days": 21, "expiry": "2026-12", "tranches": RUNGS}
    made = world(warrant("vendor", "lab", "V", "d", **(usual | terms)))
    books = [keep_books(made, 1, path) for path in (0, 3)]
    months = [month for kept in books for month in kept.months]
    given = [due > 0 for month in months for line, due in zip(month.lines, month.due, strict=True) if line.asset == "V"]
    assert any(given) == (terms != WARRANTS["lapse"])
    assert disagreements(made) == []
