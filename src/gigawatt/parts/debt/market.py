"""What the world says about a contract: series of rates, prices and indices, and events such as a default.

Happening  one observed event
Observed   all series and events
"""

from __future__ import annotations

import bisect
import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.debt.reader import Reader


@dataclass(frozen=True, slots=True)
class Happening:
    """One observed event.

    Arguments:
        date: when it happened.
        kind: `CE` credit event, `XD` notice of call.
        contract_id: of which contract, empty for the one at hand.
        performance: what became of it: `DL` delayed, `DQ` delinquent, `DF` defaulted.
    """

    date: datetime.datetime
    kind: str
    contract_id: str = ""
    performance: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """Series of observed values and observed events; a value holds until the next one.

    Arguments:
        series: by market object, the rising dates and the value from each on.
        events: observed events in order of date.
    """

    series: Mapping[str, tuple[tuple[datetime.datetime, ...], tuple[float, ...]]] = field(default_factory=dict)
    events: tuple[Happening, ...] = ()

    def value(self, name: str, date: datetime.datetime, place: str) -> float:
        """The last value of a series at a date.

        Arguments:
            name: the market object.
            date: when it is read.
            place: the term that asks, for the message.

        Raises:
            InputError: no such series, or nothing observed up to that date.
        """
        if name not in self.series:
            known = did_you_mean(name, self.series) or "No series was given; pass them as `observed`."
            raise InputError(f"{place}: nothing is observed for `{name}`. {known}")
        dates, values = self.series[name]
        index = bisect.bisect_right(dates, date) - 1
        if index < 0:
            first = f"begins on {dates[0]:%Y-%m-%d}" if dates else "is empty"
            raise InputError(f"{place}: `{name}` is needed on {date:%Y-%m-%d}, but {first}; add an observation.")
        return values[index]


def read_observed(
    series: Mapping[str, Sequence[tuple[object, object]]] | None = None,
    events: Sequence[Mapping[str, object]] = (),
    *,
    place: str = "observed",
) -> Observed:
    """Observations from dates and values as they are written in files.

    Arguments:
        series: by market object, pairs of date and value, in any order.
        events: mappings with `time`, `type` and, for a credit event, `contractId` and `states.contractPerformance`.
        place: opens every message.

    Raises:
        InputError: a date, number or event type that cannot be, or two values on one date.
    """
    read: dict[str, tuple[tuple[datetime.datetime, ...], tuple[float, ...]]] = {}
    for name, pairs in (series or {}).items():
        points = sorted(_point(pair, f"{place}.{name}[{index}]") for index, pair in enumerate(pairs))
        for (sooner, low), (later, high) in itertools.pairwise(points):
            if sooner == later and low != high:
                raise InputError(f"{place}.{name}: two values on {sooner:%Y-%m-%d}, {low:g} and {high:g}; keep one.")
        read[name] = (tuple(date for date, _ in points), tuple(value for _, value in points))
    happened = [_happening(event, f"{place}.events[{index}]") for index, event in enumerate(events)]
    return Observed(read, tuple(sorted(happened, key=lambda one: one.date)))


def _point(pair: tuple[object, object], place: str) -> tuple[datetime.datetime, float]:
    date, value = pair
    reader = Reader({"date": date, "value": value}, place)
    for name in ("date", "value"):
        reader.need(name, "An observation has both.")
    moment = reader.date("date")
    if moment is None:
        raise reader.fault("date", "missing.")
    return moment, reader.amount("value", 0.0)


def _happening(event: Mapping[str, object], place: str) -> Happening:
    reader = Reader({str(name).casefold(): value for name, value in event.items()}, place)
    reader.need("time", "An event has a date.")
    moment = reader.date("time")
    if moment is None:
        raise reader.fault("time", "missing.")
    kind = reader.word("type", ("CE", "XD"), "")
    if not kind:
        raise reader.fault("type", "missing. Known: CE, XD.")
    states = event.get("states")
    stated = states if isinstance(states, Mapping) else {}
    inner = Reader({str(name).casefold(): value for name, value in stated.items()}, f"{place}.states")
    performance = inner.word("contractPerformance", ("PF", "DL", "DQ", "DF"), "")
    if kind == "CE" and not performance:
        raise inner.fault("contractPerformance", "missing. A credit event says what became of the contract. Known: DF.")
    return Happening(moment, kind, reader.text("contractId"), performance)
