"""What a page is about: a scenario, what its parties and deals are called, and who says so of its figures.

Data type: `Subject`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gigawatt.catalog import Catalog, Claim, Source, load
from gigawatt.parts.figure import Figure
from gigawatt.report import svg
from gigawatt.report.markup import Html, el
from gigawatt.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Subject:
    """A scenario, ready to be told.

    Arguments:
        scenario: the scenario.
        catalog: claims as of its date.
    """

    scenario: Scenario
    catalog: Catalog

    def party(self, name: str) -> str:
        """What people call a party."""
        return next((p.title for p in self.scenario.parties if p.name == name), name)

    def deal(self, name: str) -> str:
        """What people call a deal."""
        return next((d.title for d in self.scenario.deals if d.name == name), name)

    def share(self, name: str) -> str:
        """Whose share it is, as people call them."""
        return next((self.party(s.issuer) for s in self.scenario.shares if s.name == name), name)

    def short(self, party: str) -> str:
        """What people call a party, short enough for a picture."""
        return svg.short(self.party(party))

    def cited(self, figure: Figure, words: str = "") -> Html:
        """A figure of the scenario that tells its source when pointed at, and leads to its row among all figures."""
        shown = words or str(figure)
        if not figure.name:
            return el("span", shown, title=self.source_line(figure))
        return el("a", shown, href=f"#{anchor(figure.name)}", class_="src", title=self.source_line(figure))

    def source_line(self, figure: Figure) -> str:
        """In one line who says so: the claims of a figure with their first source, or why it was assumed."""
        claims = [f"{name}: {self._sources(name)}" for name in figure.claims]
        return "; ".join([*claims, *([figure.because] if figure.because else [])]) or "assumed in the scenario"

    def claimed(self, name: str) -> Html:
        """A claim's name that tells its first source when pointed at; other words as they are."""
        return el("span", name, title=self._sources(name)) if self.claim(name) else el("span", name)

    def claim(self, name: str) -> Claim | None:
        """A claim, None where the catalogue at hand does not hold it."""
        return self.catalog.claims.get(name)

    def sources(self, name: str) -> tuple[Source, ...]:
        """The sources of a claim that the catalogue knows."""
        found = self.claim(name)
        return tuple(self.catalog.source(s) for s in found.sources) if found else ()

    def _sources(self, name: str) -> str:
        found = self.sources(name)
        if not found:
            return "not in the catalogue at hand" if self.claim(name) is None else "no public source"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{found[0].publisher}, {found[0].date or 'undated'}{more}"


def subject(scenario: Scenario, catalog: Catalog | None = None) -> Subject:
    """What a page about a scenario draws from.

    Arguments:
        scenario: the scenario.
        catalog: where claims are looked up; the built-in catalogue by default.
    """
    return Subject(scenario, (catalog or load()).as_of(scenario.as_of))


def anchor(name: str) -> str:
    """The fragment that leads to a figure's row."""
    return "f-" + re.sub(r"[^\w.-]+", "-", name)
