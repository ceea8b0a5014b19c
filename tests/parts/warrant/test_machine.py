import dataclasses
import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.course import NEVER, Course
from gigawatt.parts.warrant.machine import run
from gigawatt.parts.warrant.outcome import Lock, State
from gigawatt.parts.warrant.terms import EarlyExpiry, Event, Mark, MeanStrike, PriceMark, Tranche, Warrant
from warrants import ISSUED, course, warrant

PRICE, POWER = PriceMark(20.0), Mark("purchased", 1.0)
WEEK = datetime.date(2026, 1, 9)
FIFTH_ROW = 4


def two_locks(**more: Any) -> Tranche:
    return Tranche(shares=100.0, price=PRICE, counter=POWER, **more)


def paths(closes: Any, power: Any, **more: Any) -> Course:
    return course(closes, counters={"purchased": power}, **more)


def test_shares_vest_when_the_later_of_two_locks_opens() -> None:
    found = run(
        warrant(two_locks()), paths([[20.0, 5.0], [5.0, 5.0], [5.0, 20.0]], [[0.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    )
    assert found.price_opened.tolist() == [[0, 2]]
    assert found.counter_opened.tolist() == [[1, 0]]
    assert found.vested.tolist() == [[1, 2]]
    assert found.binds.tolist() == [[Lock.COUNTER, Lock.PRICE]]


def test_with_either_the_earlier_lock_is_enough_and_binds() -> None:
    owner = warrant(two_locks(joined="either"))
    found = run(owner, paths([[20.0, 5.0], [5.0, 5.0], [5.0, 20.0]], [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]))
    assert found.vested.tolist() == [[0, 1]]
    assert found.binds.tolist() == [[Lock.PRICE, Lock.COUNTER]]


def test_locks_that_open_on_one_day_bind_both() -> None:
    assert run(warrant(two_locks()), paths([5.0, 20.0], [0.0, 1.0])).binds.tolist() == [[Lock.BOTH]]


def test_what_is_still_shut_is_what_a_locked_tranche_waits_for() -> None:
    found = run(warrant(two_locks()), paths([[20.0, 5.0, 5.0]], [[0.0, 1.0, 0.0]]))
    assert found.binds.tolist() == [[Lock.COUNTER, Lock.PRICE, Lock.BOTH]]
    assert found.state.tolist() == [[State.LOCKED] * 3]


def test_a_mark_that_must_hold_now_shuts_again() -> None:
    tranche = dataclasses.replace(two_locks(), price=dataclasses.replace(PRICE, latched=False))
    found = run(warrant(tranche), paths([20.0, 5.0, 20.0, 20.0], [0.0, 0.0, 0.0, 1.0]))
    # The price was there on row 0, fell, and came back on row 2; the gigawatt came on row 3.
    assert (found.price_opened[0, 0], found.counter_opened[0, 0], found.vested[0, 0]) == (2, 3, 3)
    latched = run(warrant(two_locks()), paths([20.0, 5.0, 5.0, 5.0], [0.0, 0.0, 0.0, 1.0]))
    assert latched.vested[0, 0] == 3


def test_with_either_a_lock_that_has_shut_again_does_not_bind() -> None:
    price = dataclasses.replace(PRICE, latched=False)
    tranche = dataclasses.replace(two_locks(joined="either", not_before=WEEK), price=price)
    found = run(warrant(tranche), paths([20.0, 5.0, 5.0, 5.0, 5.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]))
    assert (found.vested[0, 0], found.binds[0, 0], found.price_opened[0, 0]) == (5, Lock.COUNTER, NEVER)


def test_a_tranche_without_locks_vests_on_its_day_or_at_the_issue() -> None:
    dated = Tranche(shares=100.0, not_before=WEEK)
    found = run(warrant(Tranche(shares=100.0), dated), course(np.full(6, 20.0)))
    assert found.vested[:, 0].tolist() == [0, FIFTH_ROW]
    assert found.binds[:, 0].tolist() == [Lock.NONE, Lock.TIME]


def test_a_date_binds_where_the_locks_open_before_it() -> None:
    found = run(warrant(two_locks(not_before=WEEK)), paths(np.full(6, 20.0), np.ones(6)))
    assert (found.vested[0, 0], found.binds[0, 0]) == (FIFTH_ROW, Lock.TIME)


def test_a_deadline_missed_is_missed_for_good() -> None:
    owner = warrant(two_locks(deadline=WEEK))
    gigawatts = np.zeros((6, 2))
    gigawatts[FIFTH_ROW:, 0] = 1.0
    gigawatts[FIFTH_ROW + 1 :, 1] = 1.0
    assert run(owner, paths(np.full((6, 2), 20.0), gigawatts)).vested.tolist() == [[FIFTH_ROW, NEVER]]


def test_vested_shares_wait_for_the_conditions_of_exercise() -> None:
    found = run(
        warrant(two_locks(exercise=Event("tested"))),
        paths([[20.0, 20.0]] * 3, np.ones(3), events={"tested": [2, NEVER]}),
    )
    assert found.vested.tolist() == [[0, 0]]
    assert found.exercisable.tolist() == [[2, NEVER]]
    assert found.state.tolist() == [[State.SALEABLE, State.VESTED]]


def test_conditions_of_exercise_that_must_hold_now_are_looked_at_after_vesting() -> None:
    tranche = two_locks(exercise=Mark("quality", 1.0, latched=False))
    counters = {"purchased": [0.0, 1.0, 1.0, 1.0], "quality": [1.0, 0.0, 0.0, 1.0]}
    found = run(warrant(tranche), course(np.full(4, 20.0), counters=counters))
    assert (found.vested[0, 0], found.exercisable[0, 0]) == (1, 3)


def test_nobody_exercises_below_the_strike() -> None:
    found = run(warrant(Tranche(shares=100.0)), course([[10.0, 9.0], [10.01, 9.0]]))
    assert found.exercised.tolist() == [[1, NEVER]]
    assert found.state.tolist() == [[State.SALEABLE, State.EXERCISABLE]]


def test_cash_buys_all_the_shares() -> None:
    found = run(warrant(Tranche(shares=100.0)), course([25.0]))
    assert (found.gross[0, 0], found.delivered[0, 0], found.cash[0, 0]) == (100.0, 100.0, 1000.0)
    assert found.value()[0, 0] == 1500.0


def test_net_gives_up_whole_shares_worth_the_strike() -> None:
    owner = dataclasses.replace(warrant(Tranche(shares=100.0)), exercise="net")
    found = run(owner, course([[25.0, 30.0]]))
    # 1,000 USD are 40 shares at 25, and 33.3 shares at 30, for which 34 are given up.
    assert (found.gross.tolist(), found.delivered.tolist()) == ([[100.0, 100.0]], [[60.0, 66.0]])
    assert found.cash.tolist() == [[0.0, 0.0]]


def test_net_exercise_of_many_shares_is_exact() -> None:
    owner = dataclasses.replace(warrant(Tranche(shares=160_000_000.0), strike=0.01), exercise="net")
    assert run(owner, course([200.0])).delivered[0, 0] == 160_000_000.0 - 8_000.0


SHORT = {"expiry": WEEK}


def test_at_expiry_what_is_above_the_strike_is_exercised_on_the_last_day() -> None:
    owner = warrant(Tranche(shares=100.0), **SHORT)
    found = run(owner, course(np.array([[20.0, 20.0]] * 4 + [[20.0, 9.0], [30.0, 30.0]])), policy="expiry")
    assert found.exercised.tolist() == [[FIFTH_ROW, NEVER]]
    assert found.lapsed.tolist() == [[NEVER, FIFTH_ROW]]
    assert found.cash[0, 0] == 1000.0


def test_automatic_exercise_on_the_last_day_is_net() -> None:
    owner = warrant(Tranche(shares=100.0), automatic=True, **SHORT)
    found = run(owner, course(np.full(6, 20.0)), policy="expiry")
    assert (found.delivered[0, 0], found.cash[0, 0]) == (50.0, 0.0)


@pytest.mark.parametrize(("terms", "state"), [("exercised", State.SALEABLE), ("lapsed", State.LAPSED)])
@pytest.mark.parametrize("policy", ["soon", "expiry"])
def test_what_has_vested_and_cannot_be_exercised_goes_by_the_terms_on_the_last_day(
    terms: str, state: State, policy: Any
) -> None:
    owner = warrant(two_locks(exercise=Event("tested")), unexercisable=terms, **SHORT)
    found = run(owner, paths(np.full(6, 20.0), np.ones(6), events={"tested": [5]}), policy)
    assert found.state[0, 0] == state
    assert found.delivered[0, 0] == (50.0 if terms == "exercised" else 0.0)


def test_nothing_vests_after_the_expiry_and_what_is_locked_lapses() -> None:
    owner = warrant(two_locks(), **SHORT)
    gigawatts = np.array([[0.0, 0.0]] * 4 + [[1.0, 0.0], [1.0, 1.0]])
    found = run(owner, paths(np.full((6, 2), 20.0), gigawatts))
    assert found.state.tolist() == [[State.SALEABLE, State.LAPSED]]
    assert found.expiry.tolist() == [FIFTH_ROW, FIFTH_ROW]


def test_an_expiry_on_a_weekend_is_reached_by_the_friday_before() -> None:
    owner = warrant(two_locks(), expiry=datetime.date(2026, 1, 11))
    assert run(owner, paths(np.full(5, 5.0), np.zeros(5))).state[0, 0] == State.LAPSED
    assert run(owner, paths(np.full(4, 5.0), np.zeros(4))).state[0, 0] == State.LOCKED


def test_an_early_end_comes_days_after_its_event() -> None:
    owner = warrant(two_locks(), early=EarlyExpiry("over", 2))
    gigawatts = np.zeros((6, 3))
    gigawatts[4:] = 1.0
    found = run(owner, paths(np.full((6, 3), 20.0), gigawatts, events={"over": [1, 2, 5]}))
    assert found.expiry.tolist() == [3, 4, NEVER]
    assert found.vested.tolist() == [[NEVER, 4, 4]]


def test_shares_are_held_before_they_are_sold() -> None:
    owner = warrant(Tranche(shares=100.0), holding=4, registered=datetime.date(2026, 1, 13))
    found = run(owner, course(np.array([[20.0, 5.0]] * 3 + [[20.0, 20.0]] * 7)))
    # Exercised on Monday 5 and Thursday 8 January: four days later are Friday 9 and Monday 12, registration is on 13.
    assert found.exercised.tolist() == [[0, 3]]
    assert found.saleable.tolist() == [[6, 6]]
    without = run(dataclasses.replace(owner, registered=None), course(np.array([[20.0, 5.0]] * 3 + [[20.0, 20.0]] * 7)))
    assert without.saleable.tolist() == [[4, 5]]


def test_a_strike_fixed_by_another_tranche_holds_it_back_until_then() -> None:
    owner = warrant(
        Tranche(shares=100.0, counter=POWER, name="first"),
        Tranche(shares=100.0, strike=MeanStrike(0.5, 2, "first")),
    )
    found = run(owner, paths([20.0, 30.0, 40.0], [0.0, 0.0, 1.0]))
    assert found.vested[1, 0] == 0
    assert found.exercisable[1, 0] == 2
    assert found.strike[1, 0] == 0.5 * 35.0


def test_a_strike_that_is_never_fixed_is_never_paid() -> None:
    owner = warrant(
        Tranche(shares=100.0, counter=POWER, name="first"), Tranche(shares=100.0, strike=MeanStrike(0.5, 2, "first"))
    )
    found = run(owner, paths([20.0, 30.0], [0.0, 0.0]))
    assert found.state[1, 0] == State.VESTED


def test_a_strike_weighted_by_volume_weighs_by_volume() -> None:
    owner = warrant(
        Tranche(shares=100.0, counter=POWER, name="first"),
        Tranche(shares=100.0, strike=MeanStrike(1.0, 2, "first")),
        Tranche(shares=100.0, strike=MeanStrike(1.0, 2, "first", weighted=False)),
    )
    volumes = np.array([[1.0], [3.0], [1.0]])
    found = run(owner, paths([20.0, 40.0, 90.0], [0.0, 1.0, 1.0], volumes=volumes))
    assert found.strike[1:, 0].tolist() == [35.0, 30.0]


def test_a_strike_whose_mean_outruns_the_history_is_refused() -> None:
    owner = warrant(
        Tranche(shares=100.0, counter=POWER, name="first"), Tranche(shares=100.0, strike=MeanStrike(0.9, 30, "first"))
    )
    with pytest.raises(InputError, match="put earlier closes before the issue"):
        run(owner, paths([20.0, 30.0], [0.0, 1.0]))


def test_a_misspelt_policy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="Did you mean `expiry`"):
        run(warrant(Tranche(shares=1.0)), course([1.0]), "expry")


def test_a_course_that_ends_before_the_issue_is_refused() -> None:
    with pytest.raises(InputError, match="before the issue"):
        run(warrant(Tranche(shares=1.0)), course([1.0], datetime.date(2025, 1, 1)))


def test_days_and_tranches_can_be_asked_for_by_name() -> None:
    found = run(warrant(two_locks(name="first")), paths([20.0, 20.0], [0.0, 1.0]))
    assert found.day("vested", "first") == datetime.date(2026, 1, 6)
    assert found.day("lapsed", "first") is None
    with pytest.raises(InputError, match="Did you mean `first`"):
        found.number("frist")


def followed(owner: Warrant, what: Course, path: int, policy: str) -> list[tuple[int, int, float]]:
    """What becomes of each tranche on one path, by going through the days one by one."""
    closes = what.closes[:, path]
    end = what.until_day(owner.expiry) if what.reaches(owner.expiry) else None
    found = []
    for tranche in owner.tranches:
        ever = {"price": False, "counter": False}
        vested = exercised = NEVER
        for day in range(what.days):
            if end is not None and day > end:
                break
            opened = {}
            for lock in ("price", "counter"):
                mark = getattr(tranche, lock)
                if isinstance(mark, PriceMark):
                    window = closes[max(0, day - mark.test.days + 1) : day + 1]
                    now = len(window) == mark.test.days and float(np.mean(window)) >= mark.level
                else:
                    now = mark is None or what.counters[mark.counter][day, path] >= mark.level
                ever[lock] = ever[lock] or now
                opened[lock] = ever[lock] if mark is None or mark.latched else now
            dates = (tranche.not_before or owner.issued, tranche.deadline or owner.expiry)
            in_time = dates[0] <= what.dates[day].astype(datetime.date) <= dates[1]
            both = any(opened.values()) if tranche.joined == "either" else all(opened.values())
            if vested == NEVER and both and in_time:
                vested = day
            may = day >= vested and closes[day] > owner.strike and exercised == NEVER
            if may and (policy == "soon" or day == end):
                exercised = day
        found.append((vested, exercised, float(tranche.shares) if exercised < NEVER else 0.0))
    return found


marks = st.builds(
    PriceMark,
    level=st.integers(8, 13).map(float),
    test=st.sampled_from([PriceTest(), PriceTest("mean", 2), PriceTest("mean", 4)]),
    latched=st.booleans(),
)
counts = st.builds(Mark, counter=st.just("purchased"), level=st.integers(1, 4).map(float), latched=st.booleans())
days = st.integers(0, 12).map(lambda n: ISSUED + datetime.timedelta(days=n))


@st.composite
def tranches(draw: st.DrawFn) -> Tranche:
    price, counter = draw(st.none() | marks), draw(st.none() | counts)
    first, last = sorted((draw(days), draw(days)))
    return Tranche(
        shares=draw(st.integers(1, 1000).map(float)),
        price=price,
        counter=counter,
        joined=draw(st.sampled_from(["both", "either"])) if price and counter else "both",
        not_before=draw(st.sampled_from([None, first])),
        deadline=draw(st.sampled_from([None, last])),
    )


@settings(max_examples=200)
@given(tranches(), st.integers(0, 2**32 - 1), st.sampled_from(["soon", "expiry"]), st.sampled_from([13, 60]))
def test_the_machine_agrees_with_going_through_the_days_one_by_one(
    tranche: Tranche, seed: int, policy: Any, last: int
) -> None:
    rng = np.random.default_rng(seed)
    closes = 10.0 + rng.integers(-2, 4, (12, 5))
    what = paths(closes, rng.integers(0, 5, (12, 5)).astype(np.float64))
    owner = warrant(tranche, expiry=ISSUED + datetime.timedelta(days=last))
    found = run(owner, what, policy)
    expected = [followed(owner, what, path, policy)[0] for path in range(5)]
    actual = zip(found.vested[0].tolist(), found.exercised[0].tolist(), found.gross[0].tolist(), strict=True)
    assert list(actual) == expected


@given(st.integers(0, 2**32 - 1))
def test_steps_follow_each_other_and_shares_are_those_of_the_tranche(seed: int) -> None:
    rng = np.random.default_rng(seed)
    owner = warrant(*[two_locks(exercise=Event("tested"), name=str(n)) for n in (1, 2)], holding=2)
    what = paths(
        10.0 + rng.integers(-2, 14, (20, 30)), rng.integers(0, 2, (20, 30)), events={"tested": rng.integers(0, 25, 30)}
    )
    found = run(owner, what)
    assert (found.vested <= found.exercisable).all()
    assert (found.exercisable <= found.exercised).all()
    assert (found.exercised <= found.saleable).all()
    assert (found.gross[found.exercised < NEVER] == 100.0).all()
    assert (found.delivered <= found.gross).all()


def test_a_path_is_the_same_alone_and_among_others() -> None:
    rng = np.random.default_rng(5)
    closes, power = 10.0 + rng.integers(-2, 14, (20, 30)), rng.integers(0, 2, (20, 30)).astype(np.float64)
    owner = warrant(two_locks(), **SHORT)
    whole, alone = run(owner, paths(closes, power)), run(owner, paths(closes[:, 7:8], power[:, 7:8]))
    assert whole.exercised[:, 7].tolist() == alone.exercised[:, 0].tolist()
    assert whole.binds[:, 7].tolist() == alone.binds[:, 0].tolist()
