"""Debt contracts from a file: one contract by its ACTUS terms, or several by name, as the public test cases are kept.

Data type: `Loan` (a contract that has been read).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from gigawatt.errors import GigawattError, InputError, Problem, ScenarioError
from gigawatt.parts.debt.contract import Event, events
from gigawatt.parts.debt.market import Observed, read_observed
from gigawatt.parts.debt.reading import read_terms
from gigawatt.parts.debt.terms import Terms
from gigawatt.scenario.nodes import Data, Path, dotted
from gigawatt.scenario.text import Document, kind, read

AROUND = ("terms", "dataObserved", "eventsObserved", "to", "identifier", "results")
"""What may stand around the terms; `results` are another program's and are not looked at."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A debt contract with what is observed of the market, and its events.

    Arguments:
        name: its name in the file, or its own.
        terms: by ACTUS name.
        events: everything that happens, in the order of the standard.
    """

    name: str
    terms: Terms
    events: tuple[Event, ...]


def load(file: str | FilePath) -> tuple[Loan, ...]:
    """The debt contracts in a JSON or YAML file.

    Arguments:
        file: holds the terms of one contract (`contractType`, ...), or `terms` with `dataObserved`, `eventsObserved`
            and `to` beside them, or several of either by name.

    Raises:
        ScenarioError: something is missing, misspelt or impossible; every contract's first problem with its place.
        ModelError: a sound term without a rule here.
    """
    document = read(file)
    top = document.data
    single = "terms" in top or any(str(key).casefold() == "contracttype" for key in top)
    problems: list[Problem] = []
    loans = []
    for path, data in [((), top)] if single else [((name,), data) for name, data in top.items()]:
        found = _loan(document, path, data, problems)
        if found is not None:
            loans.append(found)
    if problems:
        raise ScenarioError(problems)
    return tuple(loans)


def _loan(document: Document, path: Path, data: Data, problems: list[Problem]) -> Loan | None:
    if not isinstance(data, dict):
        message = (
            f"the terms of a contract expected, {kind(data)} given; write `contractType: PAM` and what belongs to it."
        )
        problems.append(document.problem(path, message))
        return None
    whole = data if "terms" in data else {"terms": data}
    inside: Path = (*path, "terms") if "terms" in data else path
    strange = next((key for key in whole if key not in AROUND), None)
    if strange is not None:
        message = f"unknown key; beside `terms` stand {', '.join(AROUND[1:4])}."
        problems.append(document.problem((*path, strange), message, key=True))
        return None
    raw, until = whole["terms"], whole.get("to")
    if not isinstance(raw, dict):
        problems.append(document.problem(inside, f"terms by name expected, {kind(raw)} given."))
        return None
    try:
        observed = _observed(whole, path)
        terms = read_terms(raw, place=dotted(inside) or "contract")
        found = events(terms, observed, str(until) if until else None)
    except InputError as error:
        problems.append(_placed(document, path, inside, str(error)))
        return None
    except GigawattError as error:
        raise type(error)(f"{document.file}: {error}") from error
    return Loan(terms.contract_id or dotted(path) or "contract", terms, found)


def _observed(whole: Mapping[str, Data], path: Path) -> Observed:
    """What is observed, in pairs of date and value or in the points of the public test cases."""
    series: dict[str, list[tuple[object, object]]] = {}
    given = whole.get("dataObserved") or {}
    place = dotted((*path, "dataObserved"))
    if not isinstance(given, dict):
        raise InputError(f"{place}: series by name expected, {kind(given)} given.")
    for name, one in given.items():
        points = one.get("data") if isinstance(one, dict) else one
        if not isinstance(points, list):
            raise InputError(f"{place}.{name}: a list of dates and values expected, {kind(points)} given.")
        series[name] = [_pair(point, f"{place}.{name}[{i}]") for i, point in enumerate(points)]
    happened = whole.get("eventsObserved") or []
    if not isinstance(happened, list) or not all(isinstance(one, dict) for one in happened):
        raise InputError(f"{dotted((*path, 'eventsObserved'))}: a list of events expected.")
    return read_observed(series, [one for one in happened if isinstance(one, dict)], place=place)


def _pair(point: Data, place: str) -> tuple[object, object]:
    if isinstance(point, dict) and {"timestamp", "value"} <= set(point):
        return point["timestamp"], point["value"]
    if isinstance(point, list) and len(point) == 2:
        return point[0], point[1]
    raise InputError(f"{place}: a date and a value expected, such as `[2027-01-01, 0.03]`.")


_LEADS = re.compile(r"^((?:[^\s:\[\]]|\[\d+\])+): (.*)$", re.DOTALL)


def _placed(document: Document, path: Path, inside: Path, message: str) -> Problem:
    """A problem whose message opens with the way to it, at its line and column."""
    match = _LEADS.match(message)
    if match is None:
        return document.problem(path, message)
    way, said = match.groups()
    spoken = {"contract": (), dotted(inside): inside, dotted(path): path}
    for opening, start in sorted(spoken.items(), key=lambda item: -len(item[0])):
        if opening and way.startswith(f"{opening}."):
            rest = re.findall(r"[^.\[\]]+", way[len(opening) + 1 :])
            steps: Path = (*(start or inside), *(int(step) if step.isdigit() else step for step in rest))
            return document.problem(_as_written(document.data, steps), said)
    return document.problem(path, message)


def _as_written(data: Data, path: Path) -> Path:
    """The path with names as the file has them: ACTUS names are read whatever their capitals."""
    found: list[str | int] = []
    for step in path:
        if isinstance(data, dict):
            names = {str(key).casefold(): key for key in data}
            step = names.get(str(step).casefold(), step)
            data = data.get(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            data = None
        found.append(step)
    return tuple(found)
