"""The verbs about claims: `catalog list`, `show`, `check`, `coverage`, and `cite`."""

from __future__ import annotations

import json as text_json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import AsOf, Json, print_json, scenario_names

if TYPE_CHECKING:
    from gigawatt.catalog import Catalog, Claim
    from gigawatt.views.table import Table
    from gigawatt.views.tree import Node

SCREENFUL = 40
"""Claims listed on a terminal unless a limit is given."""

app = typer.Typer(
    help="Search and check the claims, also as they stood on a date.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_(
    text: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="Words that must all occur.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only claims on this subject.")] = None,
    quantity: Annotated[str | None, typer.Option(help="Only claims on this quantity.")] = None,
    kind: Annotated[
        Literal["reported", "measured", "derived", "estimated", "assumed"] | None,
        typer.Option(help="Only claims that came about so."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 40 on a terminal.")] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """List claims, all or those that meet conditions."""
    from gigawatt.catalog import load
    from gigawatt.cli.screen import draw

    found = load(as_of).select(subject=subject, quantity=quantity, kind=kind, text=" ".join(text or ()))
    most = limit or (SCREENFUL if sys.stdout.isatty() and not json else len(found))
    shown = found[:most]
    if json:
        print_json([asdict(claim) for claim in shown])
        return
    draw((_table(shown, len(found)),))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A claim, or a subject with all its claims.")],
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show a claim with its sources and rivals, or a subject."""
    from gigawatt.catalog import load
    from gigawatt.cli.screen import draw, draw_trees
    from gigawatt.views.tree import Node, claim_node

    claims = load(as_of)
    if name not in claims and name in {subject.id for subject in claims.subjects()}:
        found, facts = claims.select(subject=name), claims.attributes(name)
        if json:
            print_json(
                {
                    "subject": asdict(claims.subject(name)),
                    "attributes": dict(facts),
                    "claims": [asdict(c) for c in found],
                }
            )
            return
        draw_trees((Node(name, claims.subject(name).title, tuple(Node(key, value) for key, value in facts.items())),))
        draw((_table(found, len(found)),))
        return
    claim = claims[name]
    node = claim_node(claim, claims, ())
    if json:
        sources = [asdict(claims.source(source)) for source in claim.sources]
        rivals = [rival.id for rival in claims.rivals(claim)]
        print_json({"claim": asdict(claim), "sources": sources, "rivals": rivals, "tree": node.to_dict()})
        return
    draw_trees((_with_meaning(node, claim, claims),))


@app.command()
def check(as_of: AsOf = None, json: Json = False) -> None:
    """Check every claim; exit 1 where one is wrong.

    Looked at are units, sources, formulas, ranges and age.
    """
    from gigawatt.catalog import check as findings
    from gigawatt.catalog import load

    claims = load(as_of)
    found = findings(claims)
    errors = sum(finding.level == "error" for finding in found)
    if json:
        print_json({"claims": len(claims), "errors": errors, "findings": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            print(finding)
        print(f"{len(claims):,} claims: {errors} errors, {len(found) - errors} warnings.")
    if errors:
        raise typer.Exit(1)


@app.command()
def coverage(as_of: AsOf = None, json: Json = False) -> None:
    """Count claims by file, kind and confidence."""
    from gigawatt.catalog import coverage as counted
    from gigawatt.catalog import load
    from gigawatt.cli.screen import draw
    from gigawatt.views.table import PERCENT, Column, Table

    claims = load(as_of)
    rows = tuple((group, name, number, 100.0 * share) for group, name, number, share in counted(claims).rows())
    columns = (Column("by"), Column("name"), Column("claims", "1"), Column("share", PERCENT))
    until = f" as of {as_of}" if as_of else ""
    table = Table(f"{len(claims):,} claims{until}, catalogue {claims.version}", columns, rows)
    if json:
        print_json(table.to_dict())
        return
    draw((table,))


def cite(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES", help="Claims, or a scenario for all its claims.", autocompletion=scenario_names
        ),
    ],
    form: Annotated[Literal["text", "bibtex", "csl"], typer.Option(help="Sentences, BibTeX, or CSL-JSON.")] = "text",
    as_of: AsOf = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --form csl.")] = False,
) -> None:
    """Print the sources of claims or of a whole scenario.

    They are ready for a reference list; a source is named once, however many claims rest on it.
    """
    from gigawatt.catalog import cite as citation

    texts = [
        citation(claim, claims, "csl" if json else form) for name in names for claim, claims in _cited(name, as_of)
    ]
    if json or form == "csl":
        items = [item for text in texts for item in text_json.loads(text)]
        print_json(list({item["id"]: item for item in items}.values()))
        return
    if form == "bibtex":
        # Several claims rest on one source, and a reference list names it once.
        entries = [entry for text in texts for entry in text.split("\n\n") if entry]
        texts = list({entry.split(",", maxsplit=1)[0]: entry for entry in entries}.values())
    print("\n\n".join(dict.fromkeys(texts)))


def _cited(name: str, as_of: str | None) -> Iterable[tuple[Claim, Catalog]]:
    """The claims a word stands for: itself, or those of the scenario of that name as of its own date."""
    from gigawatt.catalog import load as claims_of
    from gigawatt.scenario.load import load
    from gigawatt.views.tree import looked_up

    claims = claims_of(as_of)
    if name in claims or (name not in scenario_names("") and not Path(name).is_file()):
        return ((claims[name], claims),)
    scenario = load(name)
    claims = claims_of(as_of or scenario.as_of)
    wanted = dict.fromkeys(claim for figure in scenario.figures() for claim in figure.claims)
    return (looked_up(claim, claims) for claim in wanted)


def _with_meaning(node: Node, claim: Claim, claims: Catalog) -> Node:
    from gigawatt.views.tree import Node

    subject = Node("subject", claims.subject(claim.subject).title)
    quantity = Node("quantity", f"{claim.quantity}: {claims.measure(claim.quantity).meaning}")
    return Node(node.label, node.value, (subject, quantity, *node.children))


def _table(found: tuple[Claim, ...], total: int) -> Table:
    from gigawatt.views.table import Column, Table

    columns = (Column("claim"), Column("figure"), Column("as of"), Column("kind"), Column("confidence"))
    rows = tuple((claim.id, _figure(claim), claim.as_of, claim.kind, claim.confidence) for claim in found)
    more = f"The first {len(found)} of {total:,}; narrow it by words, or give --limit." if len(found) < total else ""
    return Table(f"{total:,} claims", columns, rows, more or ("" if rows else "No claim meets every condition."))


def _figure(claim: Claim) -> str:
    return str(claim).removeprefix(f"{claim.id}: ").rpartition(" (")[0]
