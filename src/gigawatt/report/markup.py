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
        words.append(name if value is True else f"{name}={_quoted(coordinate(value))}")
    start = f"<{' '.join(words)}>"
    return Html(start if tag in VOID else f"{start}{join(children)}</{tag}>")


def _quoted(value: str) -> str:
    # JSON is full of double quotes, which single ones around it leave as short as they are.
    if value.startswith("{"):
        return "'" + escape(value, quote=False).replace("'", "&#39;") + "'"
    return f'"{escape(value)}"'


def join(parts: Iterable[str], between: str = "") -> Html:
    """Markup and texts one after the other; texts are escaped."""
    return Html(between.join(part if isinstance(part, Html) else escape(part) for part in parts))


def prose(words: str) -> Html:
    """Text in which what stands between backticks is code."""
    parts = words.split("`")
    # An even number of parts means a backtick without its twin, which then stands for itself.
    if len(parts) % 2 == 0:
        return join([words])
    return join(el("code", part) if i % 2 else part for i, part in enumerate(parts))


def solid(words: str) -> Html:
    """Words that stay on one line."""
    return el("span", words, class_="solid")


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
        # A few dollars of a billion are rounding, not money.
        return "0" if size < 1e-6 or value < 0 else "<0.01"
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
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: Iterable[int] = (),
    computed: bool = True,
    snug: bool = False,
) -> Html:
    """A table that scrolls inside its own box where it is too wide.

    Arguments:
        caption: what it holds, with units.
        head: names of the columns.
        rows: cells as text; the first names the row.
        words: columns of words, set left and wrapped; all others hold numbers.
        computed: its numbers come out of the simulation; the page's script says so of each.
        snug: wrap numbers as well, for tables of many columns.
    """
    wrapped, listed = {0, *words}, [tuple(row) for row in rows]
    cells = [
        join(
            el("th", cell, scope="row") if i == 0 else el("td", cell, class_="w" if i in wrapped else None)
            for i, cell in enumerate(row)
        )
        for row in listed
    ]
    looks = ["w" if i in wrapped else "long" if len(name) > 18 else None for i, name in enumerate(head)]
    heads = [el("th", name, scope="col", class_=look) for name, look in zip(head, looks, strict=True)]
    body = join(el("tr", row) for row in cells)
    classes = [*(["computed"] if computed else []), *(["snug"] if snug else [])]
    if any(len(row[0]) > 12 for row in listed):
        classes.append("named")
    inner = el(
        "table",
        # A caption inside the scrolled box would leave the screen of a phone with it.
        el("caption", caption, class_="unseen"),
        el("thead", el("tr", *heads)),
        el("tbody", body),
        class_=" ".join(classes) or None,
    )
    box = el("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)
    return join([el("p", caption, class_="caption", aria_hidden="true"), box])


def details(summary: str, *inside: str) -> Html:
    """Something long that opens on demand."""
    return el("details", el("summary", summary), *inside)


def figure(title: str, note: str, *inside: str, class_: str | None = None, level: int = 3) -> Html:
    """A picture with its title above, as a heading of a level, and its caption below."""
    return el("figure", el(f"h{level}", title), *inside, el("figcaption", note), class_=class_)


def legend(items: Iterable[tuple[str, str]], *, lines: bool = False) -> Html:
    """Names with the classes of the colours, or of the lines, that stand for them: (classes, name)."""
    found = [el("li", _key(look) if lines else el("span", class_=f"chip {look}"), name) for look, name in items]
    return el("ul", *found, class_="legend")


def _key(look: str) -> Html:
    stroke = el("path", d="M1 5H33", class_=f"line {look}")
    return el("svg", stroke, viewBox="0 0 34 10", class_="key", aria_hidden="true")
