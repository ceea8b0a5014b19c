"""The warrant in motion: from locked shares to shares that may be sold.

    LOCKED -> VESTED -> EXERCISABLE -> EXERCISED -> SALEABLE, or LAPSED

run     a warrant on a course
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Floats
from gigawatt.parts.warrant.course import NEVER, Course, Rows
from gigawatt.parts.warrant.locks import Scene, first_true, latched, opened, scene, unresolved
from gigawatt.parts.warrant.outcome import Lock, Outcome, State
from gigawatt.parts.warrant.resolve import unknowns
from gigawatt.parts.warrant.terms import Between, Condition, MeanStrike, Strike, Tranche, Warrant

Policy: TypeAlias = Literal["soon", "expiry"]
POLICIES: tuple[Policy, ...] = ("soon", "expiry")


def run(warrant: Warrant, course: Course, policy: Policy = "soon") -> Outcome:
    """What becomes of every tranche.

    Arguments:
        warrant: with no figure left open.
        course: prices, counters and events; from the issue, or earlier where windows need history.
        policy: the holder exercises as `soon` as a tranche can be exercised and the share is above the strike, or on
            the last day (`expiry`).

    Raises:
        InputError: a figure is open, the course lacks what the warrant looks at, or a window outruns its history.
    """
    if policy not in POLICIES:
        raise InputError(f"the policy `{policy}` is unknown. {did_you_mean(policy, POLICIES)}")
    open_ = unknowns(warrant)
    if open_:
        raise unresolved(open_)
    if course.from_day(warrant.issued) == NEVER:
        raise InputError(f"the course ends on {course.dates[-1]}, before the issue on {warrant.issued}.")
    seen = scene(warrant, course)
    expiry = _expiry(warrant, course)
    steps = [_vest(tranche, seen, expiry) for tranche in warrant.tranches]
    vested = np.stack([step.vested for step in steps])
    ready = np.stack([_ready(t.exercise, v, seen) for t, v in zip(warrant.tranches, vested, strict=True)])
    exercise = _exercise(warrant, seen, vested, ready, expiry, policy)
    return _outcome(warrant, seen, steps, exercise, expiry)


@dataclass(frozen=True, slots=True, eq=False)
class _Vesting:
    """One tranche: rows (path,) on which its locks opened and it vested, and which lock bound it."""

    price: Rows
    counter: Rows
    vested: Rows
    binds: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class _Exercise:
    """All tranches, (tranche, path): rows, shares of the day, USD/share of the day, and whether it was net."""

    exercisable: Rows
    row: Rows
    shares: Floats
    strike: Floats
    net: NDArray[np.bool_]


def _expiry(warrant: Warrant, course: Course) -> Rows:
    last = course.until_day(warrant.expiry) if course.reaches(warrant.expiry) else NEVER
    rows = np.full(course.paths, last, dtype=np.int64)
    if warrant.early is not None:
        early = course.event(warrant.early.event) + warrant.early.days
        rows = np.minimum(rows, np.where(early < course.days, early, NEVER))
    return rows


def _vest(tranche: Tranche, seen: Scene, expiry: Rows) -> _Vesting:
    course, price, counter = seen.course, tranche.price, tranche.counter
    begin = seen.issue if tranche.not_before is None else max(seen.issue, course.from_day(tranche.not_before))
    end = np.minimum(expiry, NEVER - 1 if tranche.deadline is None else course.until_day(tranche.deadline))
    priced, counted = seen.opens(price), seen.opens(counter)
    either = tranche.joined == "either"
    if all(lock is None or latched(lock) for lock in (price, counter)):
        vested = np.maximum(np.minimum(priced, counted) if either else np.maximum(priced, counted), begin)
        vested = np.where(vested <= end, vested, NEVER)
    else:
        now = np.logical_or if either else np.logical_and
        open_price, open_counter = seen.holds(price), seen.holds(counter)
        days = np.arange(course.days)[:, None]
        vested = first_true(now(open_price, open_counter) & (days >= begin) & (days <= end))
        # A lock that opened and shut again counts from when it opened last; one that is shut has not opened.
        at = np.minimum(vested, course.days - 1)
        back = [opened(series, at) for series in (open_price, open_counter)]
        priced = np.where(vested < NEVER, np.where(back[0] <= at, back[0], NEVER), priced)
        counted = np.where(vested < NEVER, np.where(back[1] <= at, back[1], NEVER), counted)
    return _Vesting(priced, counted, vested, _binds(tranche, priced, counted, vested, begin))


def _binds(tranche: Tranche, priced: Rows, counted: Rows, vested: Rows, begin: int) -> NDArray[np.int8]:
    """What the tranche waited for; with `either`, the lock that let it go."""
    has_price, has_counter = tranche.price is not None, tranche.counter is not None
    if not has_price and not has_counter:
        return np.full(vested.shape, Lock.TIME if tranche.not_before else Lock.NONE, dtype=np.int8)
    if not (has_price and has_counter):
        only, row = (Lock.PRICE, priced) if has_price else (Lock.COUNTER, counted)
        return np.where(row < begin, Lock.TIME, only).astype(np.int8)
    sign = -1 if tranche.joined == "either" else 1
    gap = sign * (priced - counted)
    lock = np.select([gap > 0, gap < 0], [Lock.PRICE, Lock.COUNTER], Lock.BOTH)
    # Where a tranche has not vested, a lock that did open is not what it waits for.
    shut = (priced >= NEVER) & (counted >= NEVER)
    lock = np.where((vested >= NEVER) & shut, Lock.BOTH, lock)
    last = np.minimum(priced, counted) if sign < 0 else np.maximum(priced, counted)
    return np.where(last < begin, Lock.TIME, lock).astype(np.int8)


def _ready(condition: Condition | None, vested: Rows, seen: Scene) -> Rows:
    """(path,) rows from which vested shares can be exercised."""
    if condition is None:
        return vested
    if latched(condition):
        return np.asarray(np.maximum(vested, seen.opens(condition)))
    later = np.arange(seen.course.days)[:, None] >= vested
    return first_true(seen.holds(condition) & later)


def _exercise(warrant: Warrant, seen: Scene, vested: Rows, ready: Rows, expiry: Rows, policy: Policy) -> _Exercise:
    """When each tranche is exercised; tranches with one strike go together, since they share all but their day."""
    course, prices = seen.course, seen.prices
    row = np.full(vested.shape, NEVER, dtype=np.int64)
    strike = np.full(vested.shape, np.nan)
    ready = ready.copy()
    forced = np.zeros(vested.shape, dtype=np.bool_)
    groups: dict[Strike, list[int]] = {}
    for number, tranche in enumerate(warrant.tranches):
        groups.setdefault(warrant.strike_of(tranche), []).append(number)
    last = np.minimum(expiry, course.days - 1)
    for rule, members in groups.items():
        first, fixed = _strike(rule, warrant, seen, vested)
        ready[members] = np.maximum(ready[members], fixed)
        daily = prices.strike(first)
        worth = prices.closes > daily
        days = np.arange(course.days)[:, None]
        next_ = np.minimum.accumulate(np.where(worth, days, NEVER)[::-1], axis=0)[::-1]
        at_end = np.where(np.take_along_axis(worth, last[None, :], axis=0)[0] & (expiry < NEVER), last, NEVER)
        can = ready[members]
        if policy == "soon":
            soon = np.take_along_axis(next_, np.minimum(can, course.days - 1), axis=0)
            found = np.where((can < NEVER) & (soon <= expiry), soon, NEVER)
        else:
            found = np.where(can <= expiry, at_end, NEVER)
        if warrant.unexercisable == "exercised":
            stuck = (vested[members] <= expiry) & (can > expiry) & (fixed <= expiry)
            forced[members] = stuck
            found = np.where(stuck, at_end, found)
        row[members] = np.where(found < NEVER, found, NEVER)
        whole = np.broadcast_to(daily, prices.closes.shape)
        strike[members] = np.take_along_axis(whole, np.minimum(row[members], course.days - 1), axis=0)
    done = row < NEVER
    at = np.minimum(row, course.days - 1)
    split = prices.split[at, 0]
    grown = np.take_along_axis(np.broadcast_to(prices.grown, prices.closes.shape), at, axis=0)
    sizes = np.array([_whole(tranche) for tranche in warrant.tranches])[:, None]
    # Shares are whole: rounding to a millionth first keeps 3 x (1 / 3) from losing one.
    shares = np.where(done, np.floor(np.round(sizes * split * grown, 6)), 0.0)
    automatic = warrant.automatic & (policy == "expiry")
    net = np.broadcast_to(np.asarray(warrant.exercise == "net" or automatic), row.shape) | forced
    ready = np.where(ready <= expiry, ready, NEVER)
    return _Exercise(ready, row, shares, np.where(done, strike / split, np.nan), net)


def _strike(rule: Strike, warrant: Warrant, seen: Scene, vested: Rows) -> tuple[Floats, Rows]:
    """The strike (path,) on the basis of the issue, and the row from which it is known."""
    paths = seen.course.paths
    if isinstance(rule, Between):
        raise unresolved(["strike"])
    if not isinstance(rule, MeanStrike):
        return np.array([float(rule)]), np.zeros(paths, dtype=np.int64)
    fixed = vested[warrant.names.index(rule.after)]
    done = fixed < NEVER
    short = int(np.count_nonzero(done & (fixed < rule.days - 1)))
    if short:
        raise InputError(
            f"the strike is a mean of {rule.days} days, but on {short} of {paths} paths fewer closes are known when "
            f"`{rule.after}` vests; put earlier closes before the issue."
        )
    closes, volumes = seen.prices.closes, seen.prices.volumes
    weights = np.ones_like(closes) if volumes is None or not rule.weighted else volumes + 0.0 * closes
    at = np.minimum(fixed, seen.course.days - 1)
    window = np.maximum(at[None, :] - np.arange(rule.days)[:, None], 0)
    weight = np.take_along_axis(weights, window, axis=0)
    mean = (weight * np.take_along_axis(closes, window, axis=0)).sum(axis=0) / weight.sum(axis=0)
    return np.where(done, rule.share * mean, np.inf), fixed


def _outcome(warrant: Warrant, seen: Scene, steps: list[_Vesting], exercise: _Exercise, expiry: Rows) -> Outcome:
    course, row = seen.course, exercise.row
    vested, done = np.stack([step.vested for step in steps]), row < NEVER
    at = np.minimum(row, course.days - 1)
    price = np.where(done, np.take_along_axis(course.closes, at, axis=0), np.nan)
    given_up = np.where(exercise.net & done, _ceil(exercise.shares * exercise.strike / price), 0.0)
    cash = np.where(done & ~exercise.net, exercise.shares * exercise.strike, 0.0)
    saleable = _saleable(warrant, course, row)
    lapsed = np.where((expiry < NEVER) & ~done, expiry, NEVER)
    state = np.select(
        [saleable < NEVER, done, lapsed < NEVER, exercise.exercisable < NEVER, vested < NEVER],
        [State.SALEABLE, State.EXERCISED, State.LAPSED, State.EXERCISABLE, State.VESTED],
        State.LOCKED,
    )
    holders, holder = _holders(warrant, course, row)
    return Outcome(
        tranches=warrant.names,
        dates=course.dates,
        price_opened=np.stack([step.price for step in steps]),
        counter_opened=np.stack([step.counter for step in steps]),
        vested=vested,
        exercisable=exercise.exercisable,
        exercised=row,
        saleable=saleable,
        lapsed=lapsed,
        gross=exercise.shares,
        delivered=exercise.shares - given_up,
        strike=exercise.strike,
        price=price,
        cash=cash,
        binds=np.stack([step.binds for step in steps]),
        state=state.astype(np.int8),
        expiry=expiry,
        holders=holders,
        holder=holder,
    )


def _saleable(warrant: Warrant, course: Course, row: Rows) -> Rows:
    """(tranche, path) rows from which the shares may be sold."""
    held = np.searchsorted(course.dates, course.dates + np.timedelta64(warrant.holding, "D"))
    held = np.where(held < course.days, held, NEVER)
    registered = 0 if warrant.registered is None else course.from_day(warrant.registered)
    at = np.minimum(row, course.days - 1)
    return np.where(row < NEVER, np.maximum(held[at], registered), NEVER)


def _holders(warrant: Warrant, course: Course, row: Rows) -> tuple[tuple[str, ...], Rows]:
    """Who exercised, (tranche, path); a transfer that comes too early on a path changes nothing there."""
    free = np.full(course.paths, 0 if warrant.transfer is None else NEVER, dtype=np.int64)
    if warrant.transfer is not None:
        if warrant.transfer.until is not None:
            free = np.minimum(free, course.from_day(warrant.transfer.until))
        if warrant.transfer.event is not None:
            free = np.minimum(free, course.event(warrant.transfer.event))
    transfers = sorted(course.transfers, key=lambda transfer: transfer.day)
    holder = np.where(row < NEVER, 0, -1)
    for number, transfer in enumerate(transfers, 1):
        when = course.from_day(transfer.day)
        holder = np.where((row < NEVER) & (row >= when) & (when >= free), number, holder)
    return (warrant.holder, *(transfer.to for transfer in transfers)), holder


def _whole(tranche: Tranche) -> float:
    if isinstance(tranche.shares, Between):
        raise unresolved([tranche.name or "shares"])
    return tranche.shares


def _ceil(shares: Floats) -> Floats:
    """Whole shares, rounded up; a millionth of a share is an error of arithmetic and not a share."""
    return np.asarray(np.ceil(np.round(shares, 6)))
