"""The shell of a page: one file that holds its pictures, style and script, and asks nothing of any network.

Data type: `Section`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from gigawatt.errors import RunError
from gigawatt.report import colours
from gigawatt.report.markup import Html, el


class Section(NamedTuple):
    """A part of a page: its fragment, heading and content."""

    name: str
    title: str
    content: Html


def shell(title: str, kind: str, head: Html, sections: Sequence[Section], made: str) -> str:
    """A page as the text of one HTML file.

    Arguments:
        title: what it is about.
        kind: what sort of page it is, such as `report`.
        head: what stands above the sections.
        sections: in order; a list of links leads to them.
        made: what its numbers rest on, for the foot and for readers who point at one.

    Returns:
        HTML with inline pictures, style and script, and a content security policy that allows nothing else.
    """
    style, script = Html(colours.rules() + _asset("style.css")), Html(_asset("script.js"))
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_digest(style)}; script-src {_digest(script)}"
    )
    links = [el("a", section.title, href=f"#{section.name}") for section in sections]
    body = el(
        "body",
        el("a", f"Skip to the {kind}", href=f"#{sections[0].name}", class_="skip"),
        el("button", "Dark", type="button", id="theme", hidden=True),
        head,
        el("nav", *links, aria_label="Sections"),
        el("main", *(el("section", el("h2", s.title), s.content, id=s.name) for s in sections)),
        el("footer", el("p", made)),
        el("div", id="tip", role="status", hidden=True),
        el("script", script),
        data_made=f"Computed by the simulation: {made}",
    )
    top = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title} – gigawatt"),
        el("style", style),
    )
    return "<!doctype html>\n" + el("html", top, body, lang="en") + "\n"


def save(page: str, path: Path) -> None:
    """Write a page to a file.

    Arguments:
        page: its text.
        path: the file to write.

    Raises:
        RunError: the file cannot be written.
    """
    try:
        Path(path).write_text(page, encoding="utf-8")
    except OSError as failed:
        raise RunError(
            f"{path}: cannot be written ({failed.strerror or failed}); name a file in a folder that exists."
        ) from failed


def _asset(name: str) -> str:
    return (resources.files("gigawatt.report") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """How a content security policy names an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
