"""Warrants: what each lock, date and way to exercise does to a tranche, and which terms contradict each other."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.errors import UnitError
from gigawatt.parts.clause import Clause
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.view import View, walk
from viewing import dues, view

START = 2026 * 12
RUNG = Tranche("10 shares", "2 GW", "100 USD/share")


def months(
    gigawatts: list[float], highest: list[float], prices: list[float] | None = None, **tables: list[float]
) -> list[View]:
    """An opening and January, February, ... 2026; the last close is at half the highest mark."""
    rows = {
        "bought": gigawatts,
        "received": [g / 2 for g in gigawatts],
        "running": [g / 4 for g in gigawatts],
        "highest": highest,
        "latest": [mark / 2 for mark in highest],
        "price": prices or highest,
        "outstanding": [1000.0] * len(highest),
        **tables,
    }
    return [
        view(START + t, {name: [row[max(t, 0)] if t >= 0 else 0.0] for name, row in rows.items()})
        for t in range(-1, len(highest))
    ]


def amd(*tranches: Tranche, expiry: str = "2030-10", strike: str = "3 USD/share", **terms: Any) -> Clause:
    return warrant("amd", "lab", "V", "amd", strike, 30, expiry, tranches or (RUNG,), **terms)


def shares(clause: Clause, views: list[View]) -> list[float]:
    """Shares handed over by month."""
    kinds = [lane.asset != "cash" for lane in clause.lanes]
    return [sum(due for due, kind in zip(month, kinds, strict=True) if kind) for month in dues(clause, views)]


def strikes(clause: Clause, views: list[View]) -> list[float]:
    kinds = [lane.asset == "cash" for lane in clause.lanes]
    return [sum(due for due, kind in zip(month, kinds, strict=True) if kind) for month in dues(clause, views)]


def test_a_tranche_vests_when_gigawatts_and_price_have_both_been_reached_and_the_strike_is_paid() -> None:
    rungs = (
        RUNG,
        Tranche("20 shares", "5 GW", "90 USD/share"),
        Tranche("40 shares", "8 GW", "500 USD/share"),
    )
    paid = dues(amd(*rungs), months([2, 6, 6], [90, 100, 300]))
    assert [month[0::2] for month in paid] == [[0, 0, 0], [10, 20, 0], [0, 0, 0]]
    assert [month[1::2] for month in paid] == [[0, 0, 0], [30, 60, 0], [0, 0, 0]]


def test_marks_need_not_be_reached_in_the_same_month() -> None:
    assert shares(amd(), months([0, 1, 3], [120, 90, 90])) == [0, 0, 10]


@pytest.mark.parametrize(("counts", "month"), [("bought", 0), ("received", 1), ("running", 2)])
def test_a_rung_may_count_what_is_bought_received_or_energised(counts: str, month: int) -> None:
    rung = Tranche("10 shares", "2 GW", "100 USD/share", counts)
    assert shares(amd(rung), months([2, 4, 8], [200, 200, 200])).index(10) == month


def test_a_price_that_must_hold_now_holds_at_the_last_close_of_the_month_of_vesting() -> None:
    views = months([0, 0, 3, 3], [300, 100, 100, 200])
    assert shares(amd(price_latched=True), views) == [0, 0, 10, 0]
    assert shares(amd(price_latched=False), views) == [0, 0, 0, 10]


def test_gigawatts_that_must_hold_now_are_asked_for_in_the_month_of_vesting() -> None:
    views = months([3, 1, 3], [90, 200, 200])
    assert shares(amd(power_latched=True), views) == [0, 10, 0]
    assert shares(amd(power_latched=False), views) == [0, 0, 10]


def test_nothing_vests_after_expiry() -> None:
    assert shares(amd(expiry="2026-01"), months([0, 3], [200, 200])) == [0, 0]


def test_a_dated_rung_vests_within_its_dates_alone() -> None:
    views = months([3, 3, 3, 3], [200, 200, 200, 200])
    dated = Tranche("10 shares", "2 GW", "100 USD/share", not_before="2026-02", not_after="2026-03")
    assert shares(amd(dated), views) == [0, 10, 0, 0]
    assert shares(amd(dated), months([0, 0, 0, 3], [200] * 4)) == [0, 0, 0, 0]


def test_a_rung_may_wait_for_a_date_alone() -> None:
    assert shares(amd(Tranche("10 shares", not_before="2026-02")), months([0, 0], [1, 1], [5, 5])) == [0, 10]


def test_what_vested_in_time_may_be_exercised_after_the_last_month_of_its_rung() -> None:
    dated = Tranche("10 shares", "2 GW", not_after="2026-01")
    views = months([3, 3, 3], [9, 9, 9])
    assert shares(amd(dated, exercisable_from="2026-03"), views) == [0, 0, 10]


def test_a_market_value_is_the_price_times_the_shares_outstanding() -> None:
    rung = Tranche("10 shares", market_value="150 kUSD")
    assert shares(amd(rung), months([0, 0], [149, 150])) == [0, 10]


def test_performance_is_the_revenue_of_the_lab_and_stays_reached() -> None:
    rung = Tranche("10 shares", "2 GW", performance="7 USD/month")
    views = months([0, 0, 3], [9, 9, 9], revenue=[0.0, 8.0, 0.0])
    assert shares(amd(rung, lab="lab"), views) == [0, 0, 10]


def test_nothing_is_exercised_before_its_date_and_its_gigawatts() -> None:
    views = months([3, 3, 8], [200, 200, 200])
    assert shares(amd(exercisable_from="2026-02"), views) == [0, 10, 0]
    assert shares(amd(exercisable_power="2 GW"), views) == [0, 0, 10]


def test_a_vested_tranche_stays_vested_while_it_waits_to_be_exercisable() -> None:
    views = months([3, 3, 3], [300, 20, 20])
    assert shares(amd(price_latched=False, exercisable_from="2026-03"), views) == [0, 0, 10]


def test_nobody_pays_a_strike_above_the_price() -> None:
    views = months([3, 3], [200, 200], [2, 4])
    assert shares(amd(), views) == [0, 10]
    assert strikes(amd(), views) == [0, 30]


def test_a_net_exercise_keeps_back_shares_worth_the_strike() -> None:
    clause = amd(exercise="net")
    views = months([3], [200], [12])
    assert shares(clause, views) == [10 * (1 - 3 / 12)]
    assert strikes(clause, views) == [0]


def test_a_net_exercise_below_the_strike_gives_nothing() -> None:
    assert shares(amd(exercise="net"), months([3, 3], [200, 200], [2, 12])) == [0, 0]


def test_a_warrant_kept_to_its_expiry_is_exercised_net_at_the_price_of_that_month() -> None:
    clause = amd(exercise="expiry", expiry="2026-03")
    assert shares(clause, months([3] * 4, [200] * 4, [12, 12, 6, 12])) == [0, 0, 5, 0]
    assert strikes(clause, months([3] * 4, [200] * 4)) == [0] * 4


def test_what_may_not_be_exercised_at_expiry_lapses_or_is_exercised_net() -> None:
    views = months([3] * 3, [200] * 3, [12, 6, 6])
    terms: dict[str, Any] = {"expiry": "2026-02", "exercisable_power": "9 GW"}
    assert shares(amd(**terms), views) == [0, 0, 0]
    for exercise in ("cash", "net", "expiry"):
        forced = amd(**terms, when_not_exercisable="exercise", exercise=exercise)
        assert shares(forced, views) == [0, 5, 0], exercise
        assert strikes(forced, views) == [0, 0, 0]


def test_what_was_exercised_for_cash_is_not_exercised_again_at_expiry() -> None:
    clause = amd(expiry="2026-03", exercisable_from="2026-02", when_not_exercisable="exercise")
    views = months([3] * 4, [200] * 4, [12] * 4)
    assert shares(clause, views) == [0, 10, 0, 0]
    assert strikes(clause, views) == [0, 30, 0, 0]


def test_a_rung_without_a_price_mark_draws_no_days() -> None:
    kinds = {node.named() for node in walk(amd(Tranche("10 shares", "2 GW")))}
    assert not any(named is not None and named[0] == "watch" for named in kinds)


def test_a_warrant_reads_as_a_sentence() -> None:
    assert "in the mean of 30 closes, relative to W at least 100 USD/share, once reached" in str(
        amd(test="mean", relative_to="W")
    )


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a test without a day": ({"days": 0}, "days: 0 trading days"),
    "a spot over a month": ({"test": "spot"}, "days: the test `spot` looks at 1 day, not at 30"),
    "more days than the window": ({"test": "days", "need": 31}, "need: 31 of 30 days"),
    "days needed by a mean": ({"test": "mean", "need": 3}, "need: `need` belongs to the test `days`"),
    "a share against itself": ({"relative_to": "V"}, "relative_to: `V` cannot be measured against itself"),
    "a holding period below 0": ({"holding": -1}, "holding: -1 months"),
    "an exercise after expiry": ({"exercisable_from": "2031-01"}, "exercisable_from: after the expiry"),
    "a total that is another": ({"total": "11 shares"}, "total: `11 shares` given, but the tranches add up to 10"),
    "a tranche without a mark": ({"tranches": (Tranche("1 share"),)}, "tranches.0: a tranche without any mark"),
    "performance of nobody": (
        {"tranches": (Tranche("1 share", performance="1 USD/month"),)},
        "tranches.0.performance: whose revenue",
    ),
    "dates that cross": (
        {"tranches": (Tranche("1 share", not_before="2027-02", not_after="2027-01"),)},
        "tranches.0.not_after: `2027-01` is before",
    ),
    "a date after expiry": (
        {"tranches": (Tranche("1 share", not_before="2031-01"),)},
        "tranches.0.not_before: `2031-01` is after the expiry",
    ),
    "power in shares": ({"tranches": (Tranche("1 share", "1 share", "1 USD/share"),)}, "not of the same kind"),
}


@pytest.mark.parametrize(("terms", "message"), WRONG.values(), ids=WRONG.keys())
def test_terms_that_contradict_each_other_are_refused_where_they_stand(terms: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"strike": "3 USD/share", "days": 30, "expiry": "2030-10", "tranches": (RUNG,)}
    with pytest.raises(UnitError) as error:
        warrant("amd", "lab", "V", "amd", **(right | terms))
    assert message in str(error.value)
