"""What a scenario is about: the deals that feed its first lab, apart from other programmes in the same market.

Data type: `Focus` (deals that are told together, and what they are called).
"""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.scenario.scenario import Scenario

ALL = "all deals"
"""What the deals are called where none of them feeds a lab."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Deals that are told together.

    Arguments:
        title: what people call them, such as `OpenAI`.
        deals: their positions among the deals of the scenario.
        lab: the lab they feed; None where they are told together for another reason.
    """

    title: str
    deals: tuple[int, ...]
    lab: str | None = None

    def names(self, scenario: Scenario) -> tuple[str, ...]:
        """The names of the deals."""
        return tuple(scenario.deals[i].name for i in self.deals)


def focus(scenario: Scenario) -> Focus:
    """The deals of the first lab that any deal feeds, or all deals where none feeds a lab.

    Arguments:
        scenario: its labs stand in order of importance.
    """
    for lab in scenario.labs:
        deals = tuple(i for i, deal in enumerate(scenario.deals) if deal.lab == lab.party)
        if deals:
            return Focus(_title(scenario, lab.party), deals, lab.party)
    return Focus(ALL, tuple(range(len(scenario.deals))))


def others(scenario: Scenario) -> tuple[Focus, ...]:
    """The deals outside the focus, by the lab they feed or else by who buys.

    Arguments:
        scenario: what is divided; every deal is in the focus or in exactly one of the others.
    """
    mine = set(focus(scenario).deals)
    rest = [(i, deal) for i, deal in enumerate(scenario.deals) if i not in mine]
    groups: dict[str, list[int]] = {}
    for i, deal in rest:
        groups.setdefault(deal.lab or deal.buyer, []).append(i)
    feeds = {owner: all(scenario.deals[i].lab == owner for i in found) for owner, found in groups.items()}
    return tuple(Focus(_title(scenario, o), tuple(found), o if feeds[o] else None) for o, found in groups.items())


def _title(scenario: Scenario, party: str) -> str:
    return next((p.title for p in scenario.parties if p.name == party), party)
