"""Trees that lead from a number of a scenario down to its sources, and contracts in plain English.

Data type: `Node` (a label, a value and what lies below).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from gigawatt.catalog import Catalog, Claim
from gigawatt.catalog.formula import references
from gigawatt.dates import month_text
from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.clause import Clause
from gigawatt.parts.figure import Figure
from gigawatt.scenario.nodes import Path, dotted
from gigawatt.scenario.patch import steps
from gigawatt.scenario.scenario import Contract, Scenario

GROUPS = ("contracts", "deals", "parties", "campuses", "shares", "processes", "labs")
MONTHS = ("begins", "ends", "month")
MOST_RIVALS = 6


@dataclass(frozen=True, slots=True)
class Node:
    """One line of an explanation and the lines it rests on.

    Arguments:
        label: what it is, such as a path, a claim's id or `source`.
        value: what it says.
        children: what it rests on.
    """

    label: str
    value: str = ""
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_dict(self) -> dict[str, object]:
        """The tree in the types of JSON."""
        return {"label": self.label, "value": self.value, "children": [child.to_dict() for child in self.children]}

    def __str__(self) -> str:
        own = f"{self.label}: {self.value}" if self.value else self.label
        return "\n".join([own, *(f"  {line}" for child in self.children for line in str(child).split("\n"))])


def explain(scenario: Scenario, catalog: Catalog, path: str) -> Node:
    """Where a number of a scenario comes from, down to source and locator.

    Arguments:
        scenario: the scenario.
        catalog: where its claims are looked up.
        path: such as `contracts.amd_warrant`, `deals.amd.capacity` or `parties.openai.cash`.

    Raises:
        InputError: the path leads nowhere; names what is known and the likely fix.
    """
    way = steps(path, "explain")
    if way[0] == "contracts":
        return _contract_part(scenario, catalog, way)
    if way[0] in GROUPS:
        return _value(dotted(way), _reach(scenario, way), catalog)
    found = [f for f in scenario.figures() if _below(f.name, path)]
    if not found:
        named = [steps(f.name)[: len(way)] for f in scenario.figures() if f.name]
        near = [dotted(other) for other in named if other[0] == way[0]] or [
            *GROUPS,
            *(str(other[0]) for other in named),
        ]
        raise InputError(f"explain: the scenario has no `{path}`. {did_you_mean(path, near)}")
    if len(found) == 1 and found[0].name == path:
        return figure_node(found[0], catalog, path)
    return Node(path, "", tuple(figure_node(f, catalog, _short(f.name, path)) for f in found))


def show(scenario: Scenario, catalog: Catalog) -> tuple[Node, ...]:
    """Every contract in English, with its figures and the claims they rest on, one line a claim."""
    return tuple(
        Node(
            f"contracts.{contract.name}",
            f"{contract.title} ({contract.form.replace('_', ' ')})",
            (
                *(Node("in words", line) for line in english(contract.clause)),
                *(_brief(figure, catalog, f"contracts.{contract.name}") for figure in _distinct(contract.figures)),
            ),
        )
        for contract in scenario.contracts
    )


def english(clause: Clause) -> tuple[str, ...]:
    """A contract in sentences, one for each of its parts."""
    counted = Counter(part.strip() for part in str(clause).split(";") if part.strip())
    return tuple(f"{part} ({count} times)" if count > 1 else part for part, count in counted.items())


def known_paths(scenario: Scenario) -> Iterator[str]:
    """Everything that `explain` can be asked for, one level deep, in the order of the scenario."""
    for group in GROUPS:
        yield from (f"{group}.{_name(item)}" for item in getattr(scenario, group))


def figure_node(figure: Figure, catalog: Catalog, label: str) -> Node:
    """A figure and what it rests on: claims with their sources, or the reason it is assumed."""
    below = [claim_node(*looked_up(name, catalog), ()) for name in dict.fromkeys(figure.claims)]
    late = [name for name in figure.claims if name not in catalog]
    if late:
        below.append(Node("hindsight", f"published after {catalog.date}: {', '.join(dict.fromkeys(late))}"))
    if figure.because:
        below.append(Node("because", figure.because))
    if not below:
        below.append(Node("assumed", "the scenario states it and names no claim"))
    return Node(label, str(figure), tuple(below))


def claim_node(claim: Claim, catalog: Catalog, above: tuple[str, ...]) -> Node:
    """A claim, its sources, the claims it is derived from and its rivals.

    Arguments:
        claim: the claim.
        catalog: where sources and other claims are looked up.
        above: claims that led here, so that no circle is followed.
    """
    below = [source_node(claim, name, catalog) for name in claim.sources]
    if claim.formula:
        way = (*above, claim.id)
        inner = [n for n in references(claim.formula) if n not in way and n in catalog]
        below.append(Node("formula", claim.formula, tuple(claim_node(catalog[n], catalog, way) for n in inner)))
    if claim.note:
        below.append(Node("note", claim.note))
    rivals = catalog.rivals(claim) if not above else ()
    if rivals:
        more = f" and {len(rivals) - MOST_RIVALS} more" if len(rivals) > MOST_RIVALS else ""
        shown = tuple(Node(rival.id, _said(rival)) for rival in rivals[:MOST_RIVALS])
        below.append(Node("rival claims", f"{len(rivals)}{more and f', of which {MOST_RIVALS} shown'}", shown))
    return Node(claim.id, _said(claim), tuple(below))


def looked_up(name: str, catalog: Catalog) -> tuple[Claim, Catalog]:
    """A claim and the catalogue to look its sources up in: all of it where a figure was taken with hindsight.

    Raises:
        CatalogError: there is no such claim at any date.
    """
    known = catalog if name in catalog else catalog.as_of(None)
    return known[name], known


def source_node(claim: Claim, name: str, catalog: Catalog) -> Node:
    """A source of a claim: publisher, date and access; below them locator and address."""
    source = catalog.source(name)
    told = ", ".join(part for part in (source.publisher, source.date or "undated", source.access) if part)
    below = (("locator", claim.locator), ("address", source.url), ("licence", source.licence))
    return Node("source", told, tuple(Node(label, value) for label, value in below if value))


def _said(claim: Claim) -> str:
    figure = str(claim).removeprefix(f"{claim.id}: ").rpartition(" (")[0]
    return f"{figure}; {claim.kind}, confidence {claim.confidence}, as of {claim.as_of}, published {claim.published}"


def _brief(figure: Figure, catalog: Catalog, path: str) -> Node:
    claims = []
    for name in dict.fromkeys(figure.claims):
        claim, known = looked_up(name, catalog)
        sources = "; ".join(known.source(source).publisher for source in claim.sources)
        claims.append(Node(name, f"{_said(claim)}; {sources}" if sources else _said(claim)))
    why = (Node("because", figure.because),) if figure.because else ()
    return Node(_short(figure.name, path) or "figure", str(figure), (*claims, *why))


def _contract_part(scenario: Scenario, catalog: Catalog, way: Path) -> Node:
    contract = _item(scenario.contracts, way, 1) if len(way) > 1 else None
    if not isinstance(contract, Contract):
        raise InputError(f"explain: name a contract. {did_you_mean('', [c.name for c in scenario.contracts])}")
    path = dotted(way[:2])
    if len(way) == 2:
        lanes = dict.fromkeys(f"{lane.payer} to {lane.payee} ({lane.asset})" for lane in contract.clause.lanes)
        return Node(
            path,
            contract.title,
            (
                Node("form", contract.form),
                *(Node("lane", lane) for lane in lanes),
                *(Node("in words", line) for line in english(contract.clause)),
                *(figure_node(f, catalog, _short(f.name, path) or "figure") for f in _distinct(contract.figures)),
            ),
        )
    part = dotted(way)
    shared = f"figures.{_shared(scenario.text, way)}"
    found = [f for f in contract.figures if _below(f.name, part) or f.name == shared]
    if not found:
        known = [_short(f.name, path) for f in contract.figures if f.name.startswith(path)]
        raise InputError(
            f"explain: `{path}` has no figure `{part[len(path) + 1 :]}`. {did_you_mean(str(way[-1]), known)}"
        )
    nodes = tuple(figure_node(f, catalog, _short(f.name, part) or part) for f in found)
    return nodes[0] if len(nodes) == 1 else Node(part, "", nodes)


def _value(label: str, value: object, catalog: Catalog) -> Node:
    """Any part of a scenario as a tree of its fields."""
    if isinstance(value, Figure):
        return figure_node(value, catalog, label)
    if isinstance(value, tuple):
        inner = [_value(_name(item) or f"[{i}]", item, catalog) for i, item in enumerate(value)]
        return Node(label, "" if inner else "none", tuple(inner))
    if is_dataclass(value):
        named = [(f.name, getattr(value, f.name)) for f in fields(value)]
        title = str(getattr(value, "title", ""))
        inner = [
            _value(name, part, catalog) for name, part in named if name not in ("name", "title") and part is not None
        ]
        return Node(label, title, tuple(inner))
    if label in MONTHS and isinstance(value, int):
        return Node(label, month_text(value))
    return Node(label, str(value))


def _reach(scenario: Scenario, way: Path) -> Any:
    here: Any = scenario
    for depth in range(len(way)):
        here = _item(here, way, depth)
    return here


def _item(here: object, way: Path, depth: int) -> Any:
    """The part of a value that one step of a way leads to."""
    step, at = way[depth], dotted(way[:depth]) or "the scenario"
    names: Iterable[str] = ()
    if isinstance(here, tuple) and isinstance(step, int):
        if step < len(here):
            return here[step]
        raise InputError(f"explain: `{at}` has {len(here)} items, so there is no [{step}]; the first is [0].")
    if isinstance(here, tuple):
        named = {_name(item): item for item in here}
        if step in named:
            return named[str(step)]
        names = [name for name in named if name]
    elif is_dataclass(here) and not isinstance(here, Figure):
        names = [f.name for f in fields(here)] if not isinstance(here, Scenario) else GROUPS
        if step in names:
            return getattr(here, str(step))
    raise InputError(f"explain: `{at}` has no `{step}`. {did_you_mean(str(step), names)}".rstrip())


def _shared(text: str, way: Path) -> str:
    """The shared figure that stands at a way in the scenario's text, empty if there is none."""
    here: Any = json.loads(text) if text else {}
    for step in way:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(here["figure"]) if isinstance(here, dict) and "figure" in here else ""


def _distinct(found: Iterable[Figure]) -> tuple[Figure, ...]:
    return tuple({(f.name, f.terms): f for f in found}.values())


def _below(name: str, path: str) -> bool:
    return name == path or name.startswith((f"{path}.", f"{path}["))


def _short(name: str, path: str) -> str:
    return name[len(path) :].removeprefix(".") if _below(name, path) else name


def _name(item: object) -> str:
    return str(getattr(item, "name", "") or getattr(item, "party", ""))
