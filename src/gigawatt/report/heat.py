"""The heat map of a warrant: what it pays over the final share price and the gigawatts reached."""

from __future__ import annotations

from gigawatt.report import svg
from gigawatt.report.markup import Html, bn, el, number
from gigawatt.report.series import both
from gigawatt.value.payoff import Grid

DARKEST = 0.5
"""Opacity of the highest payoff: text on it can still be read, in the light and in the dark."""


def heat(grid: Grid, name: str, colour: str) -> Html:
    """The map in its two widths, with the payoff written in every cell.

    Arguments:
        grid: payoffs.
        name: what people call the warrant.
        colour: colour class.
    """
    most = float(grid.values.max(initial=0.0))
    label = (
        f"Payoff of {name} over final share price and gigawatts: from nothing to {bn(most)} bn USD at "
        f"{number(float(grid.prices[-1]))} USD a share and {number(float(grid.gigawatts[-1]))} GW."
    )

    def draw(width: float, class_: str) -> Html:
        return _map(grid, most or 1.0, colour, label, width, class_)

    return both(draw)


def _map(grid: Grid, most: float, colour: str, label: str, width: float, class_: str) -> Html:
    tall = 30.0 if width > 500 else 27.0
    left, top, rows = 42.0, 24.0, len(grid.gigawatts)
    height = top + tall * rows + 40
    x = svg.Scale(0, len(grid.prices), left, width)
    y = svg.Scale(0, rows, top + tall * rows, top)
    frame = svg.Plot(width, height, x, y)
    wide = x(1) - x(0)
    parts = [
        svg.text(0, 13, "GW reached", "unit"),
        svg.text(width, height - 4, "final price, USD/share", "unit", "end"),
    ]
    for i, price in enumerate(grid.prices):
        parts.append(svg.text(x(i + 0.5), y(0) + 17, number(float(price)), "tick", "middle"))
    shades, amounts = [], []
    for j, power in enumerate(grid.gigawatts):
        parts.append(svg.text(left - 6, y(j + 0.5) + 4, number(float(power)), "tick", "end"))
        for i, price in enumerate(grid.prices):
            amount = float(grid.values[j, i])
            title = f"{number(float(price))} USD a share, {number(float(power))} GW: {bn(amount)} bn USD"
            strength = f"{DARKEST * amount / most:.2f}"
            place = {"x": x(i), "y": y(j + 1), "width": wide - 1, "height": tall - 1}
            shades.append(el("rect", el("title", title), fill_opacity=strength, **place))
            amounts.append(svg.text(x(i + 0.5), y(j + 0.5) + 4, bn(amount)))
    parts.append(el("g", *shades, class_=f"fill {colour}"))
    parts.append(el("g", *amounts, class_="amounts", text_anchor="middle"))
    return svg.svg(frame, label, *parts, class_=class_)
