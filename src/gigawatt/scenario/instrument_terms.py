"""The terms of a warrant as a file states them, turned into those of `parts.warrant`.

TermsReader    reads figures, dates and locks, and knows where each was written
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gigawatt import dates
from gigawatt.errors import GigawattError, UnitError
from gigawatt.parts.figure import Figure
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.warrant.ladder import rungs
from gigawatt.parts.warrant.terms import (
    COUNTERS,
    POWERS,
    Adjustment,
    Between,
    Condition,
    EarlyExpiry,
    Event,
    Level,
    Mark,
    MeanStrike,
    Place,
    PriceMark,
    Some,
    Strike,
    Tranche,
    TransferLock,
    Warrant,
)
from gigawatt.scenario import instrument_form as form
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.nodes import Path

_GROUPS = ("either", "both", "some")
_LOCKS = ("power", "paid", "when")
_LEVELS = ("mark", "value", "ratio")
_ANY_DAY = datetime.date(2000, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class TermsReader:
    """Reads the terms of one file and notes every problem at its place.

    Arguments:
        builder: reads figures and collects problems.
        origin: for each tranche of the warrant, which item of the file it came from.
    """

    builder: Builder
    origin: list[int] = field(default_factory=list)

    def level(self, raw: Any, path: Path, unit: str, low: float | None = 0.0, high: float | None = None) -> Level:
        """A figure, or an interval of two."""
        if isinstance(raw, list):
            if len(raw) != 2:
                self.builder.wrong(path, f"{len(raw)} values given; an interval is `[low, high]`.")
                return 0.0
            ends = [self.number(item, (*path, number), unit, low, high) for number, item in enumerate(raw)]
            if ends[0] > ends[1]:
                self.builder.wrong(path, "the interval runs backwards; write the lower end first.")
            return Between(ends[0], ends[1])
        figure = self.builder.reader.read(raw, path, unit, low, high)
        if figure.kind == "uniform":
            return Between(figure.terms[0], figure.terms[1])
        return self._certain(figure, path)

    def number(self, raw: Any, path: Path, unit: str, low: float | None = 0.0, high: float | None = None) -> float:
        """A figure that is certain."""
        return self._certain(self.builder.reader.read(raw, path, unit, low, high), path)

    def whole(self, raw: Any, path: Path, unit: str) -> float:
        """A certain whole number."""
        value = self.number(raw, path, unit)
        if value != int(value):
            self.builder.wrong(path, f"{value:,.12g} given, a whole number expected.")
        return float(int(value))

    def day(self, text: str, path: Path, latest: bool = False) -> datetime.date:
        """A date."""
        try:
            return dates.day(text, latest=latest)
        except UnitError as error:
            self.builder.wrong(path, str(error))
            return _ANY_DAY

    def warrant(self, given: form.WarrantForm) -> Callable[[], Warrant]:
        """The warrant, made by the call once nothing was found wrong with its figures."""
        at: Path = ("warrant",)
        tranches: list[Tranche] = []
        for number, item in enumerate(given.tranches):
            made = self._tranche(item, (*at, "tranches", number))
            tranches.extend(made)
            self.origin.extend([number] * len(made))
        shares = self.number(given.shares, (*at, "shares"), "share")
        strike = self._strike(given.strike, (*at, "strike"))
        issued, expiry = self.day(given.issued, (*at, "issued")), self.day(given.expiry, (*at, "expiry"), latest=True)
        registered = self._day(given.registered, (*at, "registered"))
        early = None if given.early is None else EarlyExpiry(given.early.event, given.early.days)
        transfer = None
        if given.transfer is not None:
            transfer = TransferLock(self._day(given.transfer.until, (*at, "transfer", "until")), given.transfer.event)
        return lambda: Warrant(
            issuer=given.issuer,
            holder=given.holder,
            share=given.share or f"{given.issuer} share",
            shares=shares,
            strike=strike,
            issued=issued,
            expiry=expiry,
            tranches=tuple(tranches),
            early=early,
            exercise=given.exercise,
            automatic=given.automatic,
            unexercisable=given.unexercisable,
            holding=given.holding,
            registered=registered,
            transfer=transfer,
            adjustment=Adjustment(given.adjustment.splits, given.adjustment.dividends),
        )

    def place(self, place: Place) -> Path:
        """Where in the file a term of the warrant was written, as near as it can be told."""
        path: list[str | int] = ["warrant"]
        here: Any = self.builder.layers.data.get("warrant")
        for step in place:
            # A price test has no mapping of its own in the file.
            if step == "test":
                continue
            options: tuple[str | int, ...] = (step,)
            if len(path) == 2 and path[1] == "tranches" and isinstance(step, int):
                options = (self.origin[step],)
            elif step == "counter":
                options = (*_LOCKS, "ladder", "counter")
            elif step == "level":
                options = _LEVELS
            known = here if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
            found = next((option for option in options if option in known), None)
            if found is not None:
                path.append(found)
                here = here[found]
        return tuple(path)

    def _certain(self, figure: Figure, path: Path) -> float:
        if not figure.certain:
            self.builder.wrong(path, "one value or an interval `[low, high]` expected, not a distribution.")
        return figure.terms[0]

    def _day(self, text: str | None, path: Path) -> datetime.date | None:
        return None if text is None else self.day(text, path)

    def _strike(self, raw: Any, path: Path) -> Strike:
        if isinstance(raw, dict) and {"share", "days", "after"} & raw.keys():
            given = self.builder.form(form.StrikeForm, raw, path)
            if given is None:
                return 0.0
            return MeanStrike(self.number(given.share, (*path, "share"), "1"), given.days, given.after, given.weighted)
        return self.level(raw, path, "USD/share")

    def _tranche(self, given: form.TrancheForm, path: Path) -> tuple[Tranche, ...]:
        locks = [(name, getattr(given, name)) for name in _LOCKS]
        counts = [self._count(lock, (*path, name), name) for name, lock in locks if lock is not None]
        price = None if given.price is None else self._price(given.price, (*path, "price"))
        ready = None if given.exercise is None else self._count(given.exercise, (*path, "exercise"), "when")
        shape = Tranche(
            shares=0.0 if given.ladder else self.level(given.shares, (*path, "shares"), "share"),
            price=price,
            counter=None if not counts else counts[0] if len(counts) == 1 else Some(len(counts), tuple(counts)),
            joined=given.joined,
            not_before=self._day(given.not_before, (*path, "not_before")),
            deadline=self._day(given.deadline, (*path, "deadline")),
            exercise=ready,
            strike=None if given.strike is None else self._strike(given.strike, (*path, "strike")),
            name=given.name,
        )
        if given.ladder is None:
            return (shape,)
        if counts:
            self.builder.wrong((*path, "ladder"), "a ladder is the counter lock itself; remove power, paid and when.")
        return self._ladder(given, given.ladder, shape, path)

    def _ladder(
        self, given: form.TrancheForm, ladder: form.LadderForm, shape: Tranche, path: Path
    ) -> tuple[Tranche, ...]:
        at = (*path, "ladder")
        unit = unit_of(ladder.counter)
        step = self.number(ladder.step, (*at, "step"), unit)
        start = 0.0 if ladder.start is None else self.number(ladder.start, (*at, "start"), unit)
        if step <= 0:
            self.builder.wrong((*at, "step"), "a step above 0 expected.")
            step = 1.0
        shares = int(self.whole(given.shares, (*path, "shares"), "share"))
        name = given.name or "rung"
        return rungs(shares, ladder.count, step, ladder.counter, start=start, template=shape, name=name)

    def _price(self, given: form.PriceForm, path: Path) -> Condition:
        group = self._group(given, path, lambda part, at: self._price(part, at), _LEVELS)
        if group is not None:
            return group
        name = next(name for name in _LEVELS if getattr(given, name) is not None)
        unit = {"mark": "USD/share", "value": "USD", "ratio": "1"}[name]
        try:
            test = PriceTest(given.test, given.days, given.need, given.index)
        except GigawattError as error:
            self.builder.wrong((*path, "days"), str(error))
            test = PriceTest()
        return PriceMark(
            level=self.level(getattr(given, name), (*path, name), unit),
            test=test,
            of="price" if name == "mark" else "value" if name == "value" else "index",
            latched=given.latched,
            after=self._day(given.after, (*path, "after")),
            before=self._day(given.before, (*path, "before")),
        )

    def _count(self, given: form.CountForm, path: Path, lock: str) -> Condition:
        group = self._group(given, path, lambda part, at: self._count(part, at, lock), ("mark", "event"))
        if group is not None:
            return group
        if given.event is not None:
            return Event(given.event)
        counter = given.counter or {"paid": "paid", "power": "purchased"}.get(lock, "")
        if lock == "power":
            self.builder.known(counter, POWERS, "counter of gigawatts", (*path, "counter"))
        elif lock == "paid" and counter != "paid":
            self.builder.wrong((*path, "counter"), "what is paid has the counter `paid`; leave this out.")
        elif not counter:
            self.builder.wrong(path, f"`counter` is missing; {', '.join(COUNTERS)} or the name of a measure.", key=True)
        return Mark(
            counter=counter,
            level=self.level(given.mark, (*path, "mark"), unit_of(counter)),
            latched=given.latched,
            after=self._day(given.after, (*path, "after")),
            before=self._day(given.before, (*path, "before")),
        )

    def _group(
        self, given: Any, path: Path, inner: Callable[[Any, Path], Condition], single: tuple[str, ...]
    ) -> Condition | None:
        """Several conditions joined, or none where a single one is given."""
        said = [name for name in (*single, *_GROUPS) if getattr(given, name) is not None]
        if len(said) != 1:
            what = f"{' and '.join(f'`{name}`' for name in said)}" if said else "none"
            self.builder.wrong(
                path, f"exactly one of {', '.join((*single, *_GROUPS))} expected, {what} given.", key=True
            )
            return Event("unreadable")
        name = said[0]
        if name in single:
            return None
        parts = tuple(inner(part, (*path, name, number)) for number, part in enumerate(getattr(given, name)))
        need = {"either": 1, "both": len(parts)}.get(name, given.of)
        if need is None:
            self.builder.wrong(path, "`some` needs `of`, how many of the conditions must hold.", key=True)
            need = 1
        return Some(need, parts)


def unit_of(counter: str) -> str:
    """The unit a counter is written in; empty for a measure, which may have any."""
    return "GW" if counter in POWERS else "USD" if counter == "paid" else ""
