"""Colours: one hue for each party, in a light and a dark form that can both be read as text."""

from __future__ import annotations

from collections.abc import Iterable

HUES = (
    ("#1d5c9f", "#78aee8"),
    ("#ad2447", "#f08aa0"),
    ("#0b766f", "#55c5ba"),
    ("#8f5c07", "#e0ae55"),
    ("#6546a8", "#b5a0ee"),
    ("#41742a", "#98c97b"),
    ("#b0470f", "#f29a68"),
    ("#1f7196", "#6ac2e5"),
    ("#98378c", "#df94d5"),
    ("#77513f", "#caa796"),
    ("#66660f", "#c6c664"),
    ("#43607a", "#9ebbd3"),
)
"""Light and dark form of each hue; all reach a contrast of 4.5 against the page."""

PAGE = ("#fdfcfa", "#15181b")
"""Background of the page, light and dark."""

OTHER = "cx"
"""Class of what has no hue of its own."""


def classes(names: Iterable[str]) -> dict[str, str]:
    """A colour class for each name; the first twelve have a hue of their own, later ones begin again."""
    return {name: f"c{i % len(HUES)}" for i, name in enumerate(dict.fromkeys(names))}


def rules() -> str:
    """The style rules that give the classes their colours, light and dark."""
    light = "".join(f"--h{i}:{pair[0]};" for i, pair in enumerate(HUES))
    dark = "".join(f"--h{i}:{pair[1]};" for i, pair in enumerate(HUES))
    named = "".join(f".c{i}{{--c:var(--h{i})}}" for i in range(len(HUES)))
    return (
        f":root{{--page:{PAGE[0]};{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{--page:{PAGE[1]};{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{--page:{PAGE[1]};{dark}}}}}"
        f"{named}.{OTHER}{{--c:var(--soft)}}"
    )
