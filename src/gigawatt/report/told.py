"""A valuation as a page tells it: in what order, to whom a contract is worth most, and how its values are tabled.

Data type: `Told`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gigawatt.report.cells import plus, span
from gigawatt.report.markup import Html, el, table
from gigawatt.report.subject import Subject
from gigawatt.scenario.scenario import Contract
from gigawatt.value.contract import ContractValue, Side
from gigawatt.value.measure import Measure
from gigawatt.value.valuation import Detail, Valuation

COLOURS: dict[Measure, str] = {"real-world": "c0", "risk-neutral": "c6"}
"""Colour class of each measure on the whole page."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A valuation, ready to be told.

    Arguments:
        page: its scenario, with names and sources.
        found: the valuation.
    """

    page: Subject
    found: Valuation

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those at hand, the one for planning first."""
        return tuple(self.found.contracts)

    @property
    def open(self) -> tuple[str, ...]:
        """Names of the contracts that are told at length: warrants, and others that were asked for."""
        return tuple(dict.fromkeys((*(detail.contract.name for detail in self.found.details), *self.found.chosen)))

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Contracts in the order of the page: those told at length first, the largest of them ahead."""
        every = [value.contract for value in self.found.contracts[self.measures[0]]]
        first = sorted((c for c in every if c.name in self.open), key=self.size, reverse=True)
        return (*first, *(c for c in every if c.name not in self.open))

    @property
    def main(self) -> tuple[Contract, ...]:
        """The contracts whose values head the page: those told at length, or else the three largest."""
        first = tuple(contract for contract in self.contracts if contract.name in self.open)
        return first or tuple(sorted(self.contracts, key=self.size, reverse=True)[:3])

    def detail(self, contract: Contract) -> Detail | None:
        """The details of a warrant."""
        return next((d for d in self.found.details if d.contract.name == contract.name), None)

    def value(self, contract: Contract, measure: Measure) -> ContractValue:
        """What a contract is worth under a measure."""
        return next(v for v in self.found.contracts[measure] if v.contract.name == contract.name)

    def gain(self, contract: Contract, measure: Measure) -> Side:
        """The side to which a contract is worth most under the first measure, as another measure sees it."""
        party = max(self.value(contract, self.measures[0]).sides, key=lambda side: side.value.mean).party
        return next(side for side in self.value(contract, measure).sides if side.party == party)

    def gainer(self, contract: Contract) -> str:
        """What people call the party to which a contract is worth most."""
        return self.page.party(self.gain(contract, self.measures[0]).party)

    def size(self, contract: Contract) -> float:
        """How large a contract is: its larger value under any measure (USD)."""
        return max(abs(self.gain(contract, measure).value.mean) for measure in self.measures)


def title(contract: Contract) -> str:
    """What people call a contract."""
    return contract.title or contract.name


def card(contract: Contract) -> str:
    """The fragment of a contract's card."""
    return f"k-{contract.name}"


def link(contract: Contract) -> Html:
    """A contract's title, leading to its card."""
    return el("a", title(contract), href=f"#{card(contract)}")


def values(told: Told, contracts: Sequence[Contract], caption: str) -> Html:
    """Contracts and what they are worth under each measure to the party that gains, as a table."""
    head = ["Contract", "Worth most to"]
    for measure in told.measures:
        head += [f"{measure.capitalize()} ± standard error", "p10 to p90"]
    rows = []
    for contract in contracts:
        row: list[str] = [link(contract), told.gainer(contract)]
        for measure in told.measures:
            gain = told.gain(contract, measure).value
            row += [plus(gain), span(gain)]
        rows.append(row)
    return table(f"{caption} (bn USD)", head, rows, words=(1,))
