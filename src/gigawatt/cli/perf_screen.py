"""Predictions on the terminal: tables, stacked bars and rooflines in text; or as JSON, or as a page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gigawatt.cli.options import print_json
from gigawatt.cli.perf_told import Roof, Stack, Told, letter

if TYPE_CHECKING:
    from gigawatt.perf.roofline import Roofline

FILLS = "█▓▒░▚═╱·"
"""What parts of a bar are made of, so that they can be told apart without colours."""

STYLES = ("blue", "red", "green", "yellow", "magenta", "cyan", "bright_black", "white")

TALL = 14
"""Lines of a roofline in text."""

WIDTH = 72
"""Columns of a picture in text, and fewer where the terminal is narrow."""


def tell(told: Told, *, explain: bool = False, as_json: bool = False, out: Path | None = None) -> None:
    """Everything that is asked for, where it is asked for.

    Arguments:
        told: what there is to tell.
        explain: also show the details.
        as_json: print JSON and nothing else.
        out: write a page too.
    """
    from gigawatt.cli.progress import talk
    from gigawatt.cli.screen import draw, say

    if out is not None:
        from gigawatt.cli.perf_page import write

        write(told, out)
    if as_json:
        print_json(as_data(told))
    else:
        draw(told.tables.values())
        print()
        say(told.notes)
        if explain:
            _explained(told)
    if out is not None:
        talk(f"Written: {out}")


def as_data(told: Told) -> dict[str, object]:
    """All of it in the types of JSON, details included."""
    tables = {**told.tables, **told.details}
    return {
        "title": told.title,
        "notes": list(told.notes),
        "tables": {name: table.to_dict() for name, table in tables.items()},
        "rests_on": told.made,
    }


def _explained(told: Told) -> None:
    from gigawatt.cli.screen import console, draw

    out = console()
    width = min(WIDTH, out.width - 2)
    for stack in told.stacks:
        out.print()
        out.print(stack.title, style="bold")
        _bar(stack, width)
    for name, table in told.details.items():
        if name.startswith("parts"):
            continue
        print()
        roof = next((roof for roof in told.roofs if roof.title == table.title), None)
        if roof is not None:
            out.print(roof.title, style="bold")
            for line in roofline_text(roof, width):
                out.print(line, style="default")
            print()
        draw((table,))


def _bar(stack: Stack, width: int) -> None:
    from rich.text import Text

    from gigawatt.cli.screen import console, number

    out, whole = console(), stack.whole
    bar, legend = Text(), []
    for at, ((name, seconds), cells) in enumerate(zip(stack.parts, cells_of(stack, width), strict=True)):
        fill, style = FILLS[at % len(FILLS)], STYLES[at % len(STYLES)]
        bar.append(fill * cells, style)
        line = Text("  ")
        line.append(fill * 2, style)
        line.append(f" {name}  {number(1e3 * seconds)} ms, {100 * seconds / whole:.1f} %")
        legend.append(line)
    out.print(bar)
    for line in legend:
        out.print(line)


def cells_of(stack: Stack, width: int) -> list[int]:
    """Columns of each part of a bar, by largest remainders; they add up to the width."""
    exact = [width * seconds / stack.whole for _, seconds in stack.parts]
    cells = [math.floor(part) for part in exact]
    order = sorted(range(len(cells)), key=lambda at: cells[at] - exact[at])
    for at in order[: width - sum(cells)]:
        cells[at] += 1
    return cells


def roofline_text(roof: Roof, width: int) -> Iterator[str]:
    """A roofline as lines of text: both axes logarithmic, kernels as letters, the roofs as lines.

    Arguments:
        roof: what to draw.
        width: columns.
    """
    line = roof.line
    (left, right), (low, high) = spans(line)
    inner = width - 10

    def place(intensity: float, rate: float) -> tuple[int, int]:
        x = round((math.log10(intensity) - left) / (right - left) * (inner - 1))
        y = round((math.log10(rate) - low) / (high - low) * (TALL - 1))
        return min(max(x, 0), inner - 1), min(max(y, 0), TALL - 1)

    grid = [[" "] * inner for _ in range(TALL)]
    for ceiling in line.ceilings.values():
        for column in range(inner):
            intensity = 10 ** (left + (right - left) * column / (inner - 1))
            rate = min(ceiling, line.bandwidth * intensity)
            if math.log10(rate) >= low:
                grid[place(intensity, rate)[1]][column] = "─" if rate == ceiling else "/"
    # The longest is drawn last, so that nothing hides it.
    for at, kernel in reversed(list(enumerate(line.kernels))):
        x, y = place(kernel.intensity, kernel.rate)
        grid[y][x] = letter(at)
    marks = {place(1.0, value)[1]: f"{value / 1e12:,.6g}" for value in round_values(low, high)}
    yield f"{'TFLOP/s':>8}"
    for y in reversed(range(TALL)):
        yield f"{marks.get(y, ''):>7} │{''.join(grid[y])}"
    yield f"{'':7} └{'─' * inner}"
    ruler, free = [" "] * (inner + 20), 0
    for value in round_values(left, right):
        word, start = f"{value:,g}", 9 + place(value, 1e12)[0]
        if start >= free and start + len(word) <= inner + 9:
            ruler[start : start + len(word)] = word
            free = start + len(word) + 1
    yield "".join(ruler).rstrip() + " FLOP/byte"


def round_values(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten between two powers of ten."""
    tens = range(math.floor(low), math.ceil(high) + 1)
    values = [step * 10.0**power for power in tens for step in (1, 2, 5)]
    return [value for value in values if 10**low <= value <= 10**high]


def spans(line: Roofline) -> tuple[tuple[float, float], tuple[float, float]]:
    """Powers of ten at the ends of both axes, so that all kernels, corners and roofs are inside."""
    corners = [ceiling / line.bandwidth for ceiling in line.ceilings.values()]
    xs = [math.log10(value) for value in (*corners, *(kernel.intensity for kernel in line.kernels))]
    ys = [math.log10(value) for value in (*line.ceilings.values(), *(kernel.rate for kernel in line.kernels))]
    return (min(xs) - 0.4, max(xs) + 0.5), (min(ys) - 0.3, max(ys) + 0.2)
