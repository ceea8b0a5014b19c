"""Markup: HTML and SVG elements in which text is always escaped, and tables.

Data type: `Html` (text that is markup already; every other string is escaped when it enters an element).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


VOID = frozenset({"meta", "br", "hr", "col"})


def el(tag: str, *children: str, **attributes: str | float | bool | None) -> Html:
    """An element.

    Arguments:
        tag: its name.
        children: markup as it is; other strings are escaped.
        attributes: `class_` and `for_` lose their underscore, others turn it into a hyphen; None and False are left
            out, True stands without a value.
    """
    words = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        name = key.rstrip("_").replace("_", "-")
        words.append(name if value is True else f'{name}="{escape(coordinate(value))}"')
    start = f"<{' '.join(words)}>"
    return Html(start if tag in VOID else f"{start}{join(children)}</{tag}>")


def join(parts: Iterable[str], between: str = "") -> Html:
    """Markup and texts one after the other; texts are escaped."""
    return Html(between.join(part if isinstance(part, Html) else escape(part) for part in parts))


def coordinate(value: str | float) -> str:
    """A number as short as a picture needs it; text as it is."""
    if isinstance(value, str):
        return value
    text = f"{value:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def number(value: float) -> str:
    """A number for people with two or three digits that matter: `4.20`, `31.5`, `1,240`, `−3.10`."""
    size = abs(value)
    if not math.isfinite(value):
        return "–"
    if size == 0:
        return "0"
    if size < 0.005:
        return "<0.01" if value > 0 else ">−0.01"
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{value:,.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share in percent that says 0 and 100 only where it is exactly that."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    if share < 0.01:
        return "<1 %"
    return ">99 %" if share > 0.99 else f"{100 * share:.0f} %"


def bn(dollars: float) -> str:
    """Money without its unit, in bn USD."""
    return number(dollars / 1e9)


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, words: Iterable[int] = (), class_: str = ""
) -> Html:
    """A table that scrolls inside its own box where it is too wide.

    Arguments:
        caption: what it holds, with units.
        head: names of the columns.
        rows: cells as text; the first names the row.
        words: columns of words, set left and wrapped; all others hold numbers.
        class_: further classes.
    """
    wrapped = {0, *words}
    cells = [
        join(
            el("th", cell, scope="row") if i == 0 else el("td", cell, class_="w" if i in wrapped else None)
            for i, cell in enumerate(row)
        )
        for row in rows
    ]
    heads = [el("th", name, scope="col", class_="w" if i in wrapped else None) for i, name in enumerate(head)]
    body = join(el("tr", row) for row in cells)
    inner = el("table", el("caption", caption), el("thead", el("tr", *heads)), el("tbody", body))
    return el("div", inner, class_=f"scroll {class_}".strip(), tabindex="0", role="region", aria_label=caption)


def details(summary: str, *inside: str) -> Html:
    """Something long that opens on demand."""
    return el("details", el("summary", summary), *inside)


def figure(title: str, note: str, *inside: str, class_: str | None = None) -> Html:
    """A picture with its title above and its caption below."""
    return el("figure", el("h3", title), *inside, el("figcaption", note), class_=class_)


def legend(items: Iterable[tuple[str, str]]) -> Html:
    """Names with the colours that stand for them: (colour class, name)."""
    return el("ul", *(el("li", el("span", class_=f"chip {colour}"), name) for colour, name in items), class_="legend")
