"""A picture of predictions against measurements: one panel for each source and metric, both axes in tens.

picture    the picture as SVG, with styles of its own, so that it stands in a page of documentation
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from rows import Answer

from gigawatt.report.markup import Html, el
from gigawatt.report.svg import Scale, dot, line, rule, text

PANEL, MARGIN, HEAD, COLUMNS = 170.0, 34.0, 34.0, 5

NEAR = 1.15
"""Factor around the diagonal that is shaded."""

STYLE = """
svg{background:#fdfcfa;font:11px system-ui,sans-serif}
.frame{fill:none;stroke:#c8c4bc}.even{stroke:#55514a}.near{fill:#1d5c9f;opacity:.12}
.good{fill:#1d5c9f;opacity:.55}.rough{fill:#b0470f;opacity:.55}.name{font-weight:600}.soft{fill:#6b665e}
"""


def panels(answers: Sequence[Answer]) -> dict[tuple[str, str], list[Answer]]:
    """Answers that have a prediction, by source and metric."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        if math.isfinite(answer.predicted):
            found.setdefault((answer.row["group"], answer.row["metric"]), []).append(answer)
    return found


def marked(low: float, high: float) -> list[float]:
    """Powers of ten between two values; twice and five times them as well where there are fewer than two."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tens = [10.0**power for power in powers if low <= 10.0**power <= high]
    return (
        tens
        if len(tens) > 1
        else [v for p in powers for v in (1 * 10.0**p, 2 * 10.0**p, 5 * 10.0**p) if low <= v <= high]
    )


def panel(name: tuple[str, str], answers: Sequence[Answer], left: float, top: float) -> list[Html]:
    """One source and metric, in a square at a place."""
    values = [value for each in answers for value in (each.predicted, float(each.row["value"]))]
    low, high = min(values) / 1.3, max(values) * 1.3
    x = Scale(math.log(low), math.log(high), left + MARGIN, left + PANEL)
    y = Scale(math.log(low), math.log(high), top + PANEL, top + MARGIN)
    corners = (math.log(low), math.log(high))
    step = math.log(NEAR)
    band = [(x(corners[0]), y(corners[0] + step)), (x(corners[1] - step), y(corners[1]))]
    back = [(x(corners[1]), y(corners[1] - step)), (x(corners[0] + step), y(corners[0]))]
    marks = [
        line([*band, *back, band[0]], "near"),
        rule(x(corners[0]), y(corners[0]), x(corners[1]), y(corners[1]), "even"),
        el("rect", x=x.start, y=y.end, width=x.end - x.start, height=y.start - y.end, class_="frame"),
        text(left + MARGIN, top + 14, name[0], "name"),
        text(left + MARGIN, top + 28, name[1].replace("_", " "), "soft"),
    ]
    for value in marked(low, high):
        words = f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"
        marks.append(text(x(math.log(value)), top + PANEL + 13, words, "soft", "middle"))
        marks.append(text(left + MARGIN - 4, y(math.log(value)) + 4, words, "soft", "end"))
    for each in answers:
        measured = float(each.row["value"])
        kind = "good" if each.row["quality"] in ("A", "B") else "rough"
        title = f"{each.row['case_id']}: {each.predicted:.4g} predicted, {measured:.4g} measured"
        marks.append(dot(x(math.log(measured)), y(math.log(each.predicted)), 2.2, kind, title))
    return marks


def picture(answers: Sequence[Answer]) -> str:
    """All panels: measured to the right, predicted upwards."""
    found = panels(answers)
    marks: list[Html] = []
    for at, (name, own) in enumerate(found.items()):
        row, column = divmod(at, COLUMNS)
        marks += panel(name, own, column * (PANEL + 16), HEAD + row * (PANEL + 30))
    width = COLUMNS * (PANEL + 16) + 10
    height = HEAD + math.ceil(len(found) / COLUMNS) * (PANEL + 30)
    words = "Predicted (up) against measured (right); blue: all settings stated, orange: scheduling or sharding open"
    head = text(MARGIN, 20, f"{words}; shaded: within {NEAR - 1:.0%}", "soft")
    style = el("style", Html(STYLE))
    body = "".join([style, head, *marks])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}">{body}</svg>\n'
    )
