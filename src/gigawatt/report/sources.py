"""The section on assumptions: every figure of the scenario with its claims, sources and reasons, and every contract."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlsplit

from gigawatt.catalog import Claim
from gigawatt.parts.figure import Figure
from gigawatt.report.markup import Html, details, el, join, table
from gigawatt.report.subject import Subject, anchor


def assumptions(page: Subject, *, contracts: bool = True) -> Html:
    """All figures by the part of the scenario they stand in, then contracts, then sources.

    Arguments:
        page: the scenario.
        contracts: whether contracts are told in words, for pages that do so nowhere else.
    """
    named = [f for f in page.scenario.figures() if f.name]
    groups: dict[str, list[Figure]] = defaultdict(list)
    for figure in named:
        groups[figure.name.split(".")[0]].append(figure)
    numbers = {source: i + 1 for i, source in enumerate(_sources(page, named))}
    tables = [
        details(
            f"{part.replace('_', ' ').capitalize()}: {len(group)} figures",
            table(
                f"Figures of {part}",
                ["Figure", "Value", "Rests on", "Why"],
                _rows(page, group, numbers),
                words=(1, 2, 3),
                computed=False,
            ),
        )
        for part, group in groups.items()
    ]
    backed = sum(1 for figure in named if figure.claims)
    drawn = sum(1 for figure in named if not figure.certain)
    reasoned = sum(1 for figure in named if figure.because and not figure.claims)
    lead = (
        f"{len(named)} figures, of which {drawn} are drawn anew on every path; {backed} rest on claims of the "
        f"catalogue with {len(numbers)} sources, {reasoned} are assumptions that give their reason, and the others are "
        "plain settings of the scenario or terms of its contracts."
    )
    said = [[c.title or c.name, c.form.replace("_", " "), str(c.clause)] for c in page.scenario.contracts]
    words = table("Contracts in words", ["Contract", "Form", "What it says"], said, words=(1, 2), computed=False)
    return join(
        [
            el("p", lead),
            *tables,
            details(f"Contracts in words: {len(said)}", words) if contracts else "",
            details(f"Sources: {len(numbers)}", _bibliography(page, numbers)) if numbers else "",
        ]
    )


def _sources(page: Subject, figures: list[Figure]) -> list[str]:
    """Ids of all sources of all claims, once, in the order in which the figures name them."""
    return list(dict.fromkeys(s.id for f in figures for claim in f.claims for s in page.sources(claim)))


def _rows(page: Subject, figures: list[Figure], numbers: dict[str, int]) -> list[list[str]]:
    rows = []
    seen: set[str] = set()
    for figure in figures:
        # Only the first row of a name carries its fragment, since fragments must be unique.
        name = figure.name if figure.name in seen else el("span", figure.name, id=anchor(figure.name))
        seen.add(figure.name)
        claims = join([_claim(page, c, numbers) for c in figure.claims], "; ") if figure.claims else "–"
        value = el("span", str(figure), title=page.source_line(figure))
        rows.append([name, value, claims, figure.because or "–"])
    return rows


def _claim(page: Subject, name: str, numbers: dict[str, int]) -> Html:
    found = page.claim(name)
    if found is None:
        return el("span", f"{name} (not in the catalogue at hand)")
    links = [
        el("a", f"[{numbers[s.id]}]", href=f"#s-{numbers[s.id]}", title=f"{s.publisher}, {s.date or 'undated'}")
        for s in page.sources(name)
        if s.id in numbers
    ]
    return join([el("span", _said(found)), " ", *links])


def _said(claim: Claim) -> str:
    note = f" {claim.note}" if claim.note else ""
    return f"{claim}.{note}"


def _bibliography(page: Subject, numbers: dict[str, int]) -> Html:
    items = []
    for source_id, number in numbers.items():
        source = page.catalog.source(source_id)
        words = f"{source.publisher}, {source.date or 'undated'}"
        caveat = {"secondary": "known through a summary", "transcribed": "read in a public transcription"}
        tail = ". ".join(part for part in (caveat.get(source.access, ""), source.licence) if part)
        # Only pages of the web become links: a catalogue file may hold any text.
        safe = urlsplit(source.url).scheme in ("http", "https")
        shown = el("a", words, href=source.url, rel="noopener noreferrer") if safe else el("span", words)
        items.append(el("li", shown, f". {tail}" if tail else "", id=f"s-{number}"))
    return el("ol", *items, class_="sources")
