"""What can be wrong with the terms of a warrant, all found at once.

faults    every contradiction in a warrant
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

import numpy as np

from gigawatt.errors import did_you_mean
from gigawatt.parts.warrant.terms import (
    Between,
    Condition,
    Event,
    Fault,
    Level,
    Mark,
    MeanStrike,
    Place,
    PriceMark,
    Some,
    Strike,
    Tranche,
    Warrant,
    leaves,
)


def faults(warrant: Warrant) -> tuple[Fault, ...]:
    """Every contradiction in the terms, in the order of the tranches."""
    found = [*_dates(warrant), *_whole(warrant)]
    for index, tranche in enumerate(warrant.tranches):
        found.extend(_tranche(tranche, warrant, ("tranches", index)))
    found.extend(_names(warrant))
    found.extend(_ladders(warrant))
    return tuple(found)


def trading_days(first: datetime.date, last: datetime.date) -> int:
    """Weekdays from one day to another, both included; the most trading days there can be between them."""
    return max(int(np.busday_count(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)), 0)


def _dates(warrant: Warrant) -> Iterator[Fault]:
    if warrant.expiry <= warrant.issued:
        yield Fault(("expiry",), f"{warrant.expiry} is not after the issue on {warrant.issued}; swap or mend the two.")
    if warrant.holding < 0:
        yield Fault(("holding",), f"{warrant.holding} days given, 0 or more expected.")
    if warrant.early is not None and warrant.early.days < 0:
        yield Fault(("early", "days"), f"{warrant.early.days} days given, 0 or more expected.")
    lock = warrant.transfer
    if lock is not None and lock.until is None and lock.event is None:
        yield Fault(("transfer",), "a transfer lock without an end; give `until`, `event` or both.")


def _whole(warrant: Warrant) -> Iterator[Fault]:
    yield from _count(warrant.shares, ("shares",))
    yield from _strike(warrant.strike, warrant, "", ("strike",))
    if not warrant.tranches:
        yield Fault(("tranches",), "no tranche given; a warrant without locks is one tranche of all its shares.")
        return
    sizes = [tranche.shares for tranche in warrant.tranches]
    known = sum(size for size in sizes if not isinstance(size, Between))
    if not math.isfinite(known) or not math.isfinite(warrant.shares):
        return
    if all(not isinstance(size, Between) for size in sizes):
        if known != warrant.shares:
            gap = warrant.shares - known
            yield Fault(
                ("tranches",),
                f"the tranches sum to {known:,.12g} shares, the warrant is over {warrant.shares:,.12g}: "
                f"{abs(gap):,.12g} too {'few' if gap > 0 else 'many'}; mend `shares` of the warrant or of a tranche.",
            )
        return
    least = sum(size.low if isinstance(size, Between) else size for size in sizes)
    most = sum(size.high if isinstance(size, Between) else size for size in sizes)
    if not least <= warrant.shares <= most:
        yield Fault(
            ("tranches",),
            f"the tranches sum to {least:,.12g} to {most:,.12g} shares, which leaves out the warrant's "
            f"{warrant.shares:,.12g}; mend the intervals.",
        )


def _tranche(tranche: Tranche, warrant: Warrant, place: Place) -> Iterator[Fault]:
    yield from _count(tranche.shares, (*place, "shares"))
    if tranche.strike is not None:
        yield from _strike(tranche.strike, warrant, tranche.name, (*place, "strike"))
    yield from _condition(tranche.price, warrant, (*place, "price"))
    yield from _condition(tranche.counter, warrant, (*place, "counter"))
    yield from _condition(tranche.exercise, warrant, (*place, "exercise"))
    if any(not isinstance(leaf, PriceMark) for leaf in leaves(tranche.price)):
        yield Fault((*place, "price"), "the price lock is made of price marks; other marks belong to `counter`.")
    if any(isinstance(leaf, PriceMark) for leaf in leaves(tranche.counter)):
        yield Fault((*place, "counter"), "a price mark stands in the counter lock; it belongs to `price`.")
    if tranche.joined == "either" and (tranche.price is None or tranche.counter is None):
        yield Fault((*place, "joined"), "`either` needs two locks, `price` and `counter`; one of them is missing.")
    for name, day in (("not_before", tranche.not_before), ("deadline", tranche.deadline)):
        if day is not None and not warrant.issued <= day <= warrant.expiry:
            yield Fault((*place, name), f"{day} lies outside {warrant.issued} to {warrant.expiry}, issue to expiry.")
    if tranche.not_before and tranche.deadline and tranche.deadline < tranche.not_before:
        yield Fault((*place, "deadline"), f"{tranche.deadline} is before `not_before` on {tranche.not_before}.")


def _condition(condition: Condition | None, warrant: Warrant, place: Place) -> Iterator[Fault]:
    if isinstance(condition, Some):
        if not 1 <= condition.need <= len(condition.parts):
            yield Fault(
                place, f"{condition.need} of {len(condition.parts)} conditions: a number from 1 to all expected."
            )
        for part in condition.parts:
            yield from _condition(part, warrant, place)
    elif isinstance(condition, Event):
        if not condition.name.strip():
            yield Fault(place, "an event without a name; name it, such as `loan received`.")
    elif condition is not None:
        yield from _level(condition.level, (*place, "level"))
        if condition.after and condition.before and condition.before < condition.after:
            yield Fault((*place, "before"), f"{condition.before} is earlier than `after`, {condition.after}.")
        if isinstance(condition, PriceMark):
            yield from _price(condition, warrant, place)
        elif not condition.counter.strip():
            yield Fault((*place, "counter"), "a mark without a counter; name what is counted.")


def _price(mark: PriceMark, warrant: Warrant, place: Place) -> Iterator[Fault]:
    if (mark.of == "index") != (mark.test.index is not None):
        yield Fault(
            (*place, "test"),
            "a ratio to an index needs the index in its test, and only it does; "
            f"`of` is `{mark.of}` and the test's index is {mark.test.index or 'none'}.",
        )
    most = trading_days(warrant.issued, warrant.expiry)
    if mark.test.days > most > 0:
        yield Fault(
            (*place, "test", "days"),
            f"a window of {mark.test.days} days is longer than the {most} trading days from issue to expiry.",
        )


def _level(level: Level, place: Place) -> Iterator[Fault]:
    if isinstance(level, Between):
        if not (math.isfinite(level.low) and math.isfinite(level.high)):
            yield Fault(place, f"{level} is not finite; write two ordinary numbers.")
        elif level.low > level.high:
            yield Fault(place, f"{level} runs backwards; write the lower end first.")
        elif level.low < 0:
            yield Fault(place, f"{level} is partly negative; 0 or more expected.")
    elif not math.isfinite(level):
        yield Fault(place, f"{level} is not finite; write an ordinary number, or an interval if it is not known.")
    elif level < 0:
        yield Fault(place, f"{level:,.12g} is negative; 0 or more expected.")


def _count(level: Level, place: Place) -> Iterator[Fault]:
    wrong = list(_level(level, place))
    yield from wrong
    if not wrong and not isinstance(level, Between) and (level != math.floor(level) or level > 2**53):
        yield Fault(place, f"{level:,.12g} shares given, a whole number expected.")


def _strike(strike: Strike, warrant: Warrant, own: str, place: Place) -> Iterator[Fault]:
    if not isinstance(strike, MeanStrike):
        yield from _level(strike, place)
        return
    if not (math.isfinite(strike.share) and strike.share > 0):
        yield Fault((*place, "share"), f"{strike.share:g} of a mean price given, a share above 0 such as 0.9 expected.")
    if strike.days < 1:
        yield Fault((*place, "days"), f"a mean of {strike.days} days given, at least 1 expected.")
    if strike.after not in warrant.names or strike.after == own:
        others = [name for name in warrant.names if name != own]
        yield Fault((*place, "after"), f"no other tranche `{strike.after}`. {did_you_mean(strike.after, others)}")


def _names(warrant: Warrant) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, name in enumerate(warrant.names):
        if name in seen:
            yield Fault(("tranches", index, "name"), f"a second tranche is called `{name}`; names must differ.")
        seen.add(name)


def _ladders(warrant: Warrant) -> Iterator[Fault]:
    """Marks that fall from one tranche to the next, among tranches of one shape."""
    last: dict[tuple[object, ...], tuple[Level, str]] = {}
    for index, (tranche, name) in enumerate(zip(warrant.tranches, warrant.names, strict=True)):
        for lock in ("price", "counter"):
            condition: Condition | None = getattr(tranche, lock)
            for number, leaf in enumerate(leaves(condition)):
                if isinstance(leaf, Event):
                    continue
                of = (leaf.counter,) if isinstance(leaf, Mark) else (leaf.of, leaf.test)
                key = (lock, tranche.joined, number, len(list(leaves(condition))), *of)
                low = leaf.level.low if isinstance(leaf.level, Between) else leaf.level
                high = leaf.level.high if isinstance(leaf.level, Between) else leaf.level
                before, where = last.get(key, (-math.inf, ""))
                if high < (before.low if isinstance(before, Between) else before):
                    reached = before if isinstance(before, Between) else f"{before:,.12g}"
                    yield Fault(
                        ("tranches", index, lock, "level"),
                        f"the mark {low:,.12g} is below that of tranche `{where}`, {reached}; "
                        "marks of a ladder rise, so put the tranches in order.",
                    )
                last[key] = (leaf.level, name)
