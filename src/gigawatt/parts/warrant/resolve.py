"""What is not public about a warrant, and a warrant in which it has been decided.

unknowns    every figure that is only an interval, by name
resolve     the same warrant with each of them drawn
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.warrant.terms import Between, Condition, Event, Level, Some, Strike, Warrant

Draw: TypeAlias = Callable[[str, Between], float]
_SHARES = re.compile(r"tranches\[.*\]\.shares")


def unknowns(warrant: Warrant) -> dict[str, Between]:
    """Every figure that is an interval, by name such as `tranches[2].price`, in the order of the contract."""
    found: dict[str, Between] = {}

    def note(name: str, level: Level) -> Level:
        if isinstance(level, Between):
            found[name] = level
        return level

    _each(warrant, note)
    return found


def resolve(warrant: Warrant, draw: Draw | Mapping[str, float]) -> Warrant:
    """The same warrant with every interval decided.

    Marks of one ladder that have the same interval are put in rising order, since rungs rise. Unknown numbers of
    shares are scaled, within their intervals, to what the known tranches leave, so that all sum to the warrant's total.

    Arguments:
        warrant: as signed.
        draw: gives a value for a name and its interval, or a mapping from name to value.

    Raises:
        InputError: a value is missing, or lies outside its interval.
    """
    open_ = unknowns(warrant)
    if not open_:
        return warrant
    values = {name: _drawn(name, level, draw, open_) for name, level in open_.items()}
    ladders: dict[tuple[str, Between], list[str]] = defaultdict(list)
    for name, level in open_.items():
        if not _SHARES.fullmatch(name):
            ladders[re.sub(r"\[\d+\]", "", name, count=1), level].append(name)
    for names in ladders.values():
        values.update(zip(names, sorted(values[name] for name in names), strict=True))
    values.update(_counts(warrant, {name: v for name, v in values.items() if _SHARES.fullmatch(name)}))
    return _each(warrant, lambda name, level: values.get(name, level))


def middle(_: str, level: Between) -> float:
    """The middle of an interval: a draw for those who want one definite warrant."""
    return 0.5 * (level.low + level.high)


def _drawn(name: str, level: Between, draw: Draw | Mapping[str, float], open_: Mapping[str, Between]) -> float:
    if isinstance(draw, Mapping):
        stray = next((given for given in draw if given not in open_), None)
        if stray is not None:
            raise InputError(f"`{stray}` is not open. {did_you_mean(stray, open_)}")
        if name not in draw:
            raise InputError(f"{name}: no value given for what is only known to be {level}.")
        value = float(draw[name])
    else:
        value = float(draw(name, level))
    if not level.low <= value <= level.high:
        raise InputError(f"{name}: {value:,.12g} given, it is known to be {level}.")
    return value


def _counts(warrant: Warrant, drawn: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Whole shares for the tranches of unknown size: values scaled, within their intervals, to what is left."""
    sizes = [tranche.shares for tranche in warrant.tranches]
    ends = [size for size in sizes if isinstance(size, Between)]
    left = warrant.shares - sum(size for size in sizes if not isinstance(size, Between))
    # A tranche drawn as nothing still takes what the others cannot.
    weights = [max(value, 1e-9 * end.high) for value, end in zip(drawn.values(), ends, strict=True)]

    def scaled(factor: float) -> list[float]:
        return [min(max(factor * w, end.low), end.high) for w, end in zip(weights, ends, strict=True)]

    low, high = 1e-30, 1e30
    for _ in range(100):
        between = math.sqrt(low * high)
        low, high = (between, high) if sum(scaled(between)) < left else (low, between)
    so_far = given = 0.0
    for number, (name, value) in enumerate(zip(drawn, scaled(high), strict=True), 1):
        so_far += value
        upto = left if number == len(drawn) else float(round(so_far))
        yield name, upto - given
        given = upto


def _each(warrant: Warrant, take: Callable[[str, Level], Level]) -> Warrant:
    """The warrant with every level passed through a function of its name and value."""

    def inside(condition: Condition | None, name: str) -> Condition | None:
        if condition is None or isinstance(condition, Event):
            return condition
        if isinstance(condition, Some):
            parts = tuple(inside(part, f"{name}.parts[{n}]") for n, part in enumerate(condition.parts, 1))
            return Some(condition.need, tuple(part for part in parts if part is not None))
        return replace(condition, level=take(name, condition.level))

    def strike(value: Strike | None, name: str) -> Strike | None:
        return take(name, value) if isinstance(value, float | int | Between) else value

    tranches = []
    for number, tranche in enumerate(warrant.tranches, 1):
        at = f"tranches[{number}]"
        tranches.append(
            replace(
                tranche,
                shares=take(f"{at}.shares", tranche.shares),
                price=inside(tranche.price, f"{at}.price"),
                counter=inside(tranche.counter, f"{at}.counter"),
                exercise=inside(tranche.exercise, f"{at}.exercise"),
                strike=strike(tranche.strike, f"{at}.strike"),
            )
        )
    whole = strike(warrant.strike, "strike")
    return replace(warrant, strike=warrant.strike if whole is None else whole, tranches=tuple(tranches))
