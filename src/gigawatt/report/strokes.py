"""Many marks of one look as one path, for pictures that come by the hundred."""

from __future__ import annotations

from collections.abc import Iterable

from gigawatt.report.markup import Html, coordinate, el


def lines(ends: Iterable[tuple[float, float, float, float]], class_: str) -> Html:
    """Straight lines, each from one place to another: (x, y, x, y)."""
    c = coordinate
    return el("path", d="".join(f"M{c(a)} {c(b)}L{c(x)} {c(y)}" for a, b, x, y in ends), class_=class_)


def boxes(places: Iterable[tuple[float, float, float, float]], class_: str) -> Html:
    """Rectangles: x, y, width, height."""
    c = coordinate
    return el("path", d="".join(f"M{c(x)} {c(y)}h{c(w)}v{c(h)}h{c(-w)}z" for x, y, w, h in places), class_=class_)


def dots(places: Iterable[tuple[float, float]], class_: str) -> Html:
    """Dots as lines of no length, whose round ends the style makes visible."""
    return el("path", d="".join(f"M{coordinate(x)} {coordinate(y)}h0" for x, y in places), class_=f"dots {class_}")
