"""The report on a run: its sections, in order, on one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gigawatt.catalog import Catalog
from gigawatt.engine.result import Result
from gigawatt.report import campuses, cash, curves, funding, gigawatts, head, payments, sources, tokens, warrants
from gigawatt.report.context import Context, context
from gigawatt.report.markup import Html
from gigawatt.report.shell import Section, save, shell

SECTIONS: tuple[tuple[str, str, Callable[[Context], Html]], ...] = (
    ("energised", "What comes online", gigawatts.energised),
    ("announced", "From announcement to power", curves.announced_to_energised),
    ("campuses", "Campuses", campuses.campuses),
    ("tokens", "Gigawatts into tokens", tokens.tokens),
    ("cash", "Cash, and who runs dry", cash.cash),
    ("payments", "Who pays whom", payments.payments),
    ("warrants", "Shares that vest", warrants.warrants),
    ("gap", "Funding gap", funding.gaps),
    ("revenue", "Revenue and demand", funding.revenue),
    ("assumptions", "Assumptions and sources", lambda page: sources.assumptions(page.subject)),
)
"""Fragment, heading and content of every section, in order."""


def render(result: Result, catalog: Catalog | None = None) -> str:
    """A report as the text of one HTML file.

    Arguments:
        result: the run.
        catalog: where the claims of its figures are looked up; the built-in catalogue by default.

    Returns:
        HTML with inline pictures, style and script, and a content security policy that allows nothing else.

    Raises:
        RunError: the run's files cannot be read.
    """
    page = context(result, catalog)
    sections = [Section(name, title, draw(page)) for name, title, draw in SECTIONS]
    return shell(result.scenario.title, "report", head.head(page), sections, str(result.provenance))


def write(result: Result, path: Path, catalog: Catalog | None = None) -> None:
    """Write a report.

    Arguments:
        result: the run.
        path: the file to write.
        catalog: as for `render`.

    Raises:
        RunError: the file cannot be written, or the run cannot be read.
    """
    save(render(result, catalog), path)
