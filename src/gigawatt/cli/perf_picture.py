"""Pictures of a prediction as SVG: a stacked bar, bars of what binds, rooflines, and systems side by side."""

from __future__ import annotations

import math
from collections.abc import Callable

from gigawatt.cli.perf_screen import round_values, spans
from gigawatt.cli.perf_told import Roof, Stack, letter
from gigawatt.report import svg
from gigawatt.report.bars import Bar, Row, bars
from gigawatt.report.colours import HUES
from gigawatt.report.markup import Html, join, legend, number
from gigawatt.views.table import Table

Draw = Callable[[float, str], Html]

TALL = 46.0
"""Height of a stacked bar in pixels."""


def colour(at: int) -> str:
    """The colour class of the part, kernel or system at a position."""
    return f"c{at % len(HUES)}"


def stack_picture(stack: Stack) -> Draw:
    """A stacked bar with its legend."""

    def draw(width: float, class_: str) -> Html:
        x = svg.Scale(0.0, stack.whole, 0.0, width)
        frame = svg.Plot(width, TALL, x, svg.Scale(0.0, 1.0, TALL, 0.0))
        marks, at = [], 0.0
        for place, (name, seconds) in enumerate(stack.parts):
            share = f"{100 * seconds / stack.whole:.0f} %"
            said = f"{name}: {number(1e3 * seconds)} ms, {share}"
            left, right = x(at), x(at + seconds)
            marks.append(svg.rect(left, 0, right - left, TALL, f"layer {colour(place)}", said))
            if right - left > 44:
                marks.append(svg.text((left + right) / 2, TALL / 2 + 4, share, "strong halo", "middle"))
            at += seconds
        label = f"{stack.title}: " + ", ".join(f"{name} {1e3 * s:.3g} ms" for name, s in stack.parts)
        # The list of colours belongs to the picture, so that a phone shows it once as well.
        return svg.svg(frame, label, *marks, class_=class_)

    def with_names(width: float, class_: str) -> Html:
        items = ((colour(at), name) for at, (name, _) in enumerate(stack.parts))
        return join([draw(width, class_), *([legend(items)] if class_ == "narrow" else [])])

    return with_names


def binds_picture(found: Table) -> Draw:
    """Bars of the shares of the time that wait for each resource."""
    shares = [(str(row[0]), float(row[1] or 0.0), float(row[2] or 0.0)) for row in found.rows]
    rows = [
        Row(name.partition(":")[0], name, (Bar(share, "ca", f"{name}: {share:.1f} %; +10 % gives {gain:+.1f} %"),))
        for name, share, gain in shares
    ]
    label = "Share of the time that waits: " + ", ".join(f"{name} {share:.0f} %" for name, share, _ in shares)
    return lambda width, class_: bars(rows, "% of the time", label, width, class_)


def bases_picture(found: Table) -> Draw:
    """Bars of tokens a second of systems, with their bands."""
    rows = []
    for at, record in enumerate(found.records()):
        value, low, high = (record[name] for name in ("tokens", "low", "high"))
        if isinstance(value, float) and isinstance(low, float) and isinstance(high, float):
            name = str(record["system"])
            said = f"{name}: {number(value)} thousand tokens a second, {number(low)} to {number(high)}"
            rows.append(Row(name, f"{name}, {record['layout']}", (Bar(value, colour(at), said, band=(low, high)),)))
    label = f"{found.title}: " + ", ".join(f"{row.name} {row.bars[0].value:.3g}" for row in rows)
    return lambda width, class_: bars(rows, "thousand tokens a second", label, width, class_)


def roofline_picture(roof: Roof) -> Draw:
    """A roofline: slope and peaks as lines, kernels as dots with their letters."""
    line = roof.line
    (left, right), (low, high) = spans(line)
    whole = sum(kernel.seconds for kernel in line.kernels)

    def draw(width: float, class_: str) -> Html:
        height = 0.55 * width if width > 500 else 0.9 * width
        x, y = svg.Scale(left, right, 52.0, width - 10), svg.Scale(low, high, height - 34, 24.0)
        frame = svg.Plot(width, height, x, y)
        parts = [svg.text(2, 12, "TFLOP/s", "unit"), svg.text(width - 10, height - 2, "FLOP/byte", "unit", "end")]
        for value in round_values(low, high):
            place = y(math.log10(value))
            parts.append(svg.rule(frame.left, place, frame.right, place, "grid"))
            parts.append(svg.text(frame.left - 6, place + 4, f"{value / 1e12:,.6g}", "tick", "end"))
        free = 0.0
        for value in round_values(left, right):
            place, word = x(math.log10(value)), f"{value:,g}"
            parts.append(svg.rule(place, frame.top, place, frame.bottom, "grid"))
            if place - 4 * len(word) > free:
                parts.append(svg.text(place, frame.bottom + 15, word, "tick", "middle"))
                free = place + 4 * len(word) + 4
        for name, ceiling in line.ceilings.items():
            corner = math.log10(ceiling / line.bandwidth)
            start = max(left, low - math.log10(line.bandwidth))
            slope = [(x(start), y(start + math.log10(line.bandwidth))), (x(corner), y(math.log10(ceiling)))]
            flat = (x(right), y(math.log10(ceiling)))
            parts.append(svg.line([*slope, flat], "line ci", f"{name}: {ceiling / 1e12:,.0f} TFLOP/s"))
            parts.append(svg.text(flat[0], flat[1] - 5, f"{name} peak", "small halo", "end"))
        for at, kernel in reversed(list(enumerate(line.kernels))):
            across, up = x(math.log10(kernel.intensity)), y(math.log10(kernel.rate))
            radius = 4 + 12 * math.sqrt(kernel.seconds / whole)
            rate = f"{kernel.rate / 1e12:,.3g} TFLOP/s at {kernel.intensity:,.3g} FLOP/byte"
            said = f"{kernel.name}: {rate}, {100 * kernel.seconds / whole:.0f} % of the kernels' time"
            parts.append(svg.dot(across, up, radius, f"fill {colour(at)}", said))
            parts.append(svg.text(across + radius + 3, up + 4, letter(at), "strong halo"))
        kernels = ", ".join(f"{kernel.name} {kernel.rate / 1e12:.3g} TFLOP/s" for kernel in line.kernels)
        return svg.svg(frame, f"{roof.title}: {kernels}", *parts, class_=class_)

    def with_names(width: float, class_: str) -> Html:
        items = ((colour(at), f"{letter(at)} {kernel.name}") for at, kernel in enumerate(line.kernels))
        return join([draw(width, class_), *([legend(items)] if class_ == "narrow" else [])])

    return with_names
