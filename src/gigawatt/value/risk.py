"""What of a warrant's locks bears risk, given what its file says about counters; and locks in words.

A counter without a course, and every event, bears none: it counts as reached from the issue.
"""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.parts.warrant.terms import (
    POWERS,
    Between,
    Condition,
    Event,
    Level,
    Mark,
    PriceMark,
    Some,
    Tranche,
    Warrant,
    leaves,
)
from gigawatt.scenario.instrument import Instrument
from gigawatt.units import show


def marks(warrant: Warrant) -> Iterator[Mark | PriceMark | Event]:
    """Every mark and event of a warrant, in order."""
    for tranche in warrant.tranches:
        for lock in (tranche.price, tranche.counter, tranche.exercise):
            yield from leaves(lock)


def riskless(instrument: Instrument) -> tuple[str, ...]:
    """Counters of which nothing is said, so that their marks count as reached, in order."""
    found = (leaf.counter for leaf in marks(instrument.warrant) if isinstance(leaf, Mark))
    return tuple(dict.fromkeys(name for name in found if name not in instrument.deployment))


def events(warrant: Warrant) -> tuple[str, ...]:
    """Events that locks wait for, in order."""
    return tuple(dict.fromkeys(leaf.name for leaf in marks(warrant) if isinstance(leaf, Event)))


def indices(warrant: Warrant) -> tuple[str, ...]:
    """Indices against which prices are measured, in order."""
    tests = (leaf.test.index for leaf in marks(warrant) if isinstance(leaf, PriceMark))
    return tuple(dict.fromkeys(name for name in tests if name is not None))


def settled(condition: Condition | None, instrument: Instrument) -> Condition | None:
    """What is left of a condition once everything without risk counts as reached; none where that is enough."""
    if condition is None or isinstance(condition, Event):
        return None
    if isinstance(condition, Mark):
        issued = instrument.warrant.issued
        later = condition.after is not None and condition.after > issued
        early = condition.before is not None and condition.before < issued
        return condition if condition.counter in instrument.deployment or later or early else None
    if isinstance(condition, PriceMark):
        return condition
    left = [part for part in (settled(part, instrument) for part in condition.parts) if part is not None]
    need = condition.need - (len(condition.parts) - len(left))
    if need <= 0:
        return None
    return left[0] if len(left) == 1 else Some(need, tuple(left))


def locks(tranche: Tranche, instrument: Instrument) -> tuple[Condition | None, Condition | None]:
    """What is left of the price lock and of the counter lock of a tranche."""
    price, counter = settled(tranche.price, instrument), settled(tranche.counter, instrument)
    return (None, None) if tranche.joined == "either" and None in (price, counter) else (price, counter)


def words(condition: Condition | None) -> str:
    """A condition in a few words."""
    if condition is None:
        return ""
    if isinstance(condition, Event):
        return condition.name
    if isinstance(condition, Some):
        parts = [words(part) for part in condition.parts]
        if condition.need in (1, len(parts)) and len(parts) <= 3:
            return (" or " if condition.need == 1 else " and ").join(parts)
        return f"{condition.need} of {len(parts)} conditions"
    if isinstance(condition, Mark):
        unit = "GW" if condition.counter in POWERS else "USD" if condition.counter == "paid" else ""
        said = f"{_level(condition.level, unit)} {condition.counter}"
    else:
        unit = {"price": "USD/share", "value": "USD", "index": ""}[condition.of]
        said = f"{_level(condition.level, unit)} {condition.test}"
    return said if condition.before is None else f"{said}, until {condition.before}"


def _level(level: Level, unit: str) -> str:
    if isinstance(level, Between):
        return f"{_level(level.low, unit)} to {_level(level.high, unit)}"
    return show(level, unit) if unit else f"{level:,.6g}"
