"""The page: one file that holds its pictures, style and script, and asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from gigawatt.catalog import Catalog
from gigawatt.engine.result import Result
from gigawatt.errors import RunError
from gigawatt.report import campuses, cash, colours, curves, funding, gigawatts, head, payments, sources, warrants
from gigawatt.report.context import Context, context
from gigawatt.report.markup import Html, el, join

SECTIONS: tuple[tuple[str, str, Callable[[Context], Html]], ...] = (
    ("energised", "What comes online", gigawatts.energised),
    ("announced", "From announcement to power", curves.announced_to_energised),
    ("campuses", "Campuses", campuses.campuses),
    ("cash", "Cash, and who runs dry", cash.cash),
    ("payments", "Who pays whom", payments.payments),
    ("warrants", "Shares that vest", warrants.warrants),
    ("gap", "Funding gap", funding.gaps),
    ("revenue", "Revenue and demand", funding.revenue),
    ("assumptions", "Assumptions and sources", sources.assumptions),
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
    style, script = Html(colours.rules() + _asset("style.css")), Html(_asset("script.js"))
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_digest(style)}; script-src {_digest(script)}"
    )
    links = [el("a", title, href=f"#{name}") for name, title, _ in SECTIONS]
    body = el(
        "body",
        el("a", "Skip to the report", href="#energised", class_="skip"),
        el("button", "Dark", type="button", id="theme", hidden=True),
        head.head(page),
        el("nav", *links, aria_label="Sections"),
        el("main", *(el("section", el("h2", title), draw(page), id=name) for name, title, draw in SECTIONS)),
        el("footer", el("p", str(result.provenance))),
        el("div", id="tip", role="status", hidden=True),
        el("script", script),
        data_made=f"Computed by the simulation: {result.provenance}",
    )
    top = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{result.scenario.title} – gigawatt"),
        el("style", style),
    )
    return "<!doctype html>\n" + el("html", top, body, lang="en") + "\n"


def write(result: Result, path: Path, catalog: Catalog | None = None) -> None:
    """Write a report.

    Arguments:
        result: the run.
        path: the file to write.
        catalog: as for `render`.

    Raises:
        RunError: the file cannot be written, or the run cannot be read.
    """
    text = render(result, catalog)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as failed:
        raise RunError(
            f"{path}: cannot be written ({failed.strerror or failed}); name a file in a folder that exists."
        ) from failed


def _asset(name: str) -> str:
    return join([Html((resources.files("gigawatt.report") / name).read_text(encoding="utf-8"))])


def _digest(text: str) -> str:
    """How a content security policy names an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
