"""A scenario: a frozen value with everything a simulation needs, and nothing else.

Data types: `Contract` (a named clause with its form and terms), `Scenario`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from gigawatt.parts.clause import Clause
from gigawatt.parts.figure import Figure
from gigawatt.parts.pricing import Pricing
from gigawatt.parts.process import Process
from gigawatt.parts.view import walk
from gigawatt.parts.world import Campus, Deal, Lab, Party, Share, figures


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of the scenario.

    Arguments:
        name: its key in the scenario.
        form: the contract function that made it.
        title: what people call it.
        clause: the expression.
        figures: the figures among its terms, with their claims.
        terms: what the contract function was called with, by name; empty for a clause made in Python.
    """

    name: str
    form: str
    title: str
    clause: Clause
    figures: tuple[Figure, ...]
    terms: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A build-out and the world around it.

    Arguments:
        name, title: what it is called.
        as_of: date up to which claims exist, such as `2025-10-13`.
        first, last: months of the horizon (year * 12 + month - 1).
        paths, seed: defaults of a run.
        capital: the outside party that lends, invests and takes what defaults destroy.
        regime: the process that tells boom from bust.
        correlations: pairs of processes.
        catalog_version: of the catalogue its claims were read from.
        text: canonical text of everything above; its hash names the scenario.
        notes: what a reader of results must know.
        pricing: what a valuation assumes; none where the scenario is not to be valued.
    """

    name: str
    title: str
    as_of: str
    first: int
    last: int
    paths: int
    seed: int
    capital: str
    regime: str
    parties: tuple[Party, ...]
    shares: tuple[Share, ...]
    processes: tuple[Process, ...]
    correlations: tuple[tuple[str, str, float], ...]
    campuses: tuple[Campus, ...]
    deals: tuple[Deal, ...]
    labs: tuple[Lab, ...]
    contracts: tuple[Contract, ...]
    catalog_version: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()
    pricing: Pricing | None = None

    @property
    def months(self) -> int:
        """Length of the horizon in months."""
        return self.last - self.first + 1

    @property
    def hash(self) -> str:
        """Twelve hex digits that change when anything in the scenario changes."""
        whole: tuple[object, ...] = (self.text, self.contracts, self.parties, self.deals, self.campuses, self.processes)
        known = [p for p in (*(d.performance for d in self.deals), *(b.reference for b in self.labs)) if p]
        whole = (*whole, self.labs, *known)
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:12]

    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the scenario, once, in order."""
        groups = (self.parties, self.shares, self.processes, self.campuses, self.deals, self.labs, self.pricing)
        found = [f for group in groups for f in figures(group)]
        found += [f for contract in self.contracts for node in walk(contract.clause) for f in node.figures() if f.name]
        return tuple({(f.name, f.terms): f for f in found}.values())

    def with_contracts(self, contracts: tuple[Contract, ...]) -> Scenario:
        """The same world with other contracts."""
        return replace(self, contracts=contracts)
