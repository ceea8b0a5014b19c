"""One warrant with its market, read from a file of its own.

Market       what the share and the money market are like
Growth       a counter that grows at random
Plan         a counter that follows a plan
Instrument   a warrant, its market, and how its counters go on
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path as FilePath
from typing import Literal, TypeAlias

from gigawatt import catalog as catalogue
from gigawatt.catalog import Catalog
from gigawatt.errors import InputError, Problem, ScenarioError
from gigawatt.parts.warrant import resolve as open_terms
from gigawatt.parts.warrant.terms import POWERS, Between, Level, Mark, TermsError, Warrant, leaves
from gigawatt.scenario import instrument_form as form
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.figures import FigureReader
from gigawatt.scenario.instrument_terms import TermsReader, unit_of
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.patch import Layers
from gigawatt.scenario.text import Document, parse, read

MONTHS_A_YEAR = 12.0


@dataclass(frozen=True, slots=True)
class Market:
    """What the share and the money market are like; figures may be open.

    Arguments:
        price: of the share now (USD/share).
        volatility: of its logarithm over one year.
        rate: riskless, per year, continuous.
        dividend: yield per year, continuous.
        outstanding: shares.
        history: closes before now (USD/share), the latest last, for windows that look back.
    """

    price: Level
    volatility: Level
    rate: Level
    dividend: Level
    outstanding: Level
    history: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Growth:
    """A counter that grows at random; figures may be open.

    Arguments:
        opening: level now, in GW or USD.
        drift: growth in one year.
        volatility: standard deviation of one year's growth.
        correlation: of its shocks with those of the share price.
    """

    opening: Level
    drift: Level
    volatility: Level
    correlation: Level


@dataclass(frozen=True, slots=True)
class Plan:
    """A counter that follows a plan.

    Arguments:
        months: last days of months, rising.
        levels: the counter at each of them, in GW or USD; it stays until the next.
    """

    months: tuple[datetime.date, ...]
    levels: tuple[Level, ...]


Course: TypeAlias = Growth | Plan


@dataclass(frozen=True, slots=True)
class Instrument:
    """A warrant, its market, and how its counters go on.

    Arguments:
        warrant: the terms, possibly with open figures.
        market: the same.
        deployment: counter to how it goes on; a counter that is not named bears no risk, its marks count as reached.
    """

    warrant: Warrant
    market: Market
    deployment: Mapping[str, Course] = field(default_factory=dict)

    def unknowns(self) -> dict[str, Between]:
        """Every figure that is an interval: terms first, then `market.` and `counters.` figures."""
        found = dict(open_terms.unknowns(self.warrant))
        self._figures(lambda name, level: found.setdefault(name, level))
        return found

    def resolve(self, draw: Callable[[str, Between], float]) -> Instrument:
        """The same with every open figure decided.

        Arguments:
            draw: gives a value for a name and its interval.

        Raises:
            InputError: a value lies outside its interval.
        """

        def within(name: str, level: Between) -> float:
            value = draw(name, level)
            if not level.low <= value <= level.high:
                raise InputError(f"{name}: {value:,.12g} given, it is known to be {level}.")
            return value

        decided = self._figures(within)
        return replace(decided, warrant=open_terms.resolve(self.warrant, draw))

    def _figures(self, draw: Callable[[str, Between], Level]) -> Instrument:
        def each(name: str, level: Level) -> Level:
            return draw(name, level) if isinstance(level, Between) else level

        def all_of(part: Market | Growth, name: str) -> dict[str, Level]:
            names = [f.name for f in fields(part) if f.name != "history"]
            return {key: each(f"{name}.{key}", getattr(part, key)) for key in names}

        def course(part: Course, name: str) -> Course:
            if isinstance(part, Growth):
                return Growth(**all_of(part, name))
            levels = (each(f"{name}.levels[{n}]", level) for n, level in enumerate(part.levels, 1))
            return replace(part, levels=tuple(levels))

        market = Market(**all_of(self.market, "market"), history=self.market.history)
        deployment = {name: course(part, f"counters.{name}") for name, part in self.deployment.items()}
        return replace(self, market=market, deployment=deployment)


def load(file: str | FilePath, catalog: Catalog | None = None) -> Instrument:
    """The warrant in a file.

    Arguments:
        file: YAML or JSON.
        catalog: claims that figures may name; the built-in ones by default.

    Raises:
        ScenarioError: everything that is wrong, each with `file:line:col`, path and fix.
    """
    return build(read(file), catalog)


def load_terms(file: str | FilePath, catalog: Catalog | None = None) -> Warrant:
    """The terms alone of the warrant in a file, which may lack a market; raises as `load` does."""
    document = read(file)
    terms, problems = _reader(document, catalog)
    checked = terms.builder.form(form.TermsForm, document.data, ())
    warrant = None if checked is None else _warrant(terms, checked.warrant)
    if problems or warrant is None:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return warrant


def loads(text: str, file: str = "<text>", catalog: Catalog | None = None) -> Instrument:
    """The warrant in a text, as `load` but from memory."""
    return build(parse(text, file), catalog)


def build(document: Document, catalog: Catalog | None = None) -> Instrument:
    """The warrant in a document; raises as `load` does."""
    terms, problems = _reader(document, catalog)
    checked = terms.builder.form(form.InstrumentForm, document.data, ())
    if checked is None:
        raise ScenarioError(problems)
    warrant = _warrant(terms, checked.warrant)
    market = _market(terms, checked.market)
    deployment = _deployment(terms, checked, warrant)
    if problems or warrant is None:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return Instrument(warrant, market, deployment)


def _reader(document: Document, catalog: Catalog | None) -> tuple[TermsReader, list[Problem]]:
    claims = catalog or catalogue.load()
    layers = Layers(document.data, (document,))
    problems: list[Problem] = []
    return TermsReader(Builder(layers, FigureReader(claims, claims, layers, {}, problems), problems)), problems


def _warrant(terms: TermsReader, given: form.WarrantForm) -> Warrant | None:
    """The warrant, or none after its faults were noted where they stand."""
    before = len(terms.builder.problems)
    made = terms.warrant(given)
    # Terms that could not be read would only bring up faults of the stand-ins.
    if len(terms.builder.problems) > before:
        return None
    try:
        return made()
    except TermsError as error:
        for fault in error.faults:
            terms.builder.wrong(terms.place(fault.place), fault.message)
    return None


def _market(terms: TermsReader, given: form.MarketForm) -> Market:
    def level(name: Literal["price", "volatility", "rate", "dividend", "outstanding"], unit: str) -> Level:
        return terms.level(getattr(given, name), ("market", name), unit, None if name == "rate" else 0.0)

    closes = [terms.number(raw, ("market", "history", number), "USD/share") for number, raw in enumerate(given.history)]
    market = Market(
        price=level("price", "USD/share"),
        volatility=level("volatility", "1"),
        rate=_yearly(level("rate", "1/month")),
        dividend=_yearly(level("dividend", "1/month")),
        outstanding=level("outstanding", "share"),
        history=tuple(closes),
    )
    for name, value in (("price", market.price), ("outstanding", market.outstanding)):
        if (value.low if isinstance(value, Between) else value) <= 0:
            terms.builder.wrong(("market", name), "a value above 0 expected.")
    return market


def _deployment(terms: TermsReader, given: form.InstrumentForm, warrant: Warrant | None) -> dict[str, Course]:
    found: dict[str, Course] = {}
    used = [] if warrant is None else _counters(warrant)
    if given.gigawatts is not None:
        course = _course(terms, given.gigawatts, ("gigawatts",), "GW")
        powers = [name for name in used if name in POWERS]
        if warrant is not None and not powers:
            terms.builder.wrong(("gigawatts",), "the warrant has no mark in gigawatts; remove this.", key=True)
        found.update(dict.fromkeys(powers, course))
    for name, counter in given.counters.items():
        path: Path = ("counters", name)
        if warrant is not None:
            terms.builder.known(name, used, "mark of the warrant on", path)
        if name in found:
            terms.builder.wrong(path, "already given under `gigawatts`; keep one of the two.", key=True)
        found[name] = _course(terms, counter, path, unit_of(name))
    return found


def _course(terms: TermsReader, given: form.CounterForm, path: Path, unit: str) -> Course:
    opening = terms.level(given.opening, (*path, "opening"), unit) if given.opening is not None else 0.0
    if given.months is not None and given.levels is not None and given.drift is None and given.volatility is None:
        months = [terms.day(text, (*path, "months", n), latest=True) for n, text in enumerate(given.months)]
        levels = [terms.level(raw, (*path, "levels", n), unit) for n, raw in enumerate(given.levels)]
        if len(months) != len(levels):
            terms.builder.wrong((*path, "levels"), f"{len(levels)} levels for {len(months)} months; one each expected.")
        if months != sorted(set(months)):
            terms.builder.wrong((*path, "months"), "months in rising order expected.")
        return Plan(tuple(months), tuple(levels))
    if given.drift is None or given.volatility is None or given.months is not None or given.levels is not None:
        terms.builder.wrong(path, "either `drift` and `volatility`, or `months` and `levels` expected.", key=True)
        return Growth(0.0, 0.0, 0.0, 0.0)
    rate = f"{unit}/month" if unit else ""
    correlation = terms.level(given.correlation, (*path, "correlation"), "1", -1.0, 1.0)
    drift = terms.level(given.drift, (*path, "drift"), rate)
    return Growth(opening, _yearly(drift), terms.level(given.volatility, (*path, "volatility"), unit), correlation)


def _counters(warrant: Warrant) -> list[str]:
    marks: list[Mark] = [
        leaf
        for tranche in warrant.tranches
        for lock in (tranche.counter, tranche.exercise)
        for leaf in leaves(lock)
        if isinstance(leaf, Mark)
    ]
    return list(dict.fromkeys(mark.counter for mark in marks))


def _yearly(level: Level) -> Level:
    """A rate per month as one per year, in which markets quote."""
    if isinstance(level, Between):
        return Between(level.low * MONTHS_A_YEAR, level.high * MONTHS_A_YEAR)
    return level * MONTHS_A_YEAR
