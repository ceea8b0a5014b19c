"""The section on tokens: what the working accelerators of the focus could answer a day, and what they do."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.report.context import Context, counts, long_month
from gigawatt.report.markup import Html, figure, join, number, table
from gigawatt.report.series import Band, Line, both, chart
from gigawatt.views.table import Table
from gigawatt.views.tokens import COULD, DO, answers

UNIT = "trillion tokens a day"

HEAD = ("Month", "p10", "p50", "p90")

SHORT = {COULD: "possible", DO: "answered"}
"""Names of lines, short enough for a phone."""


def tokens(page: Context) -> Html:
    """Tokens a day at year ends, what could be answered against what is, and the power of the latter."""
    told = answers(page.result)
    if not told:
        return join(["This scenario does not say what the systems of these deals yield."])
    found = told["tokens"]
    months = list(dict.fromkeys(str(month) for month in found.column("month")))
    xs = counts(months)
    shown = DO if DO in found.column("tokens") else COULD
    bands = {what: _bands(found, what) for what in (COULD, DO) if what in found.column("tokens")}
    low, middle, high = bands[shown]
    tint = page.tint(page.focus.lab or "")
    lines = [Line(SHORT[what], xs, bands[what][1], "ci", "dashed") for what in bands if what != shown]
    lines.append(Line(SHORT[shown], xs, middle, tint, "thick"))
    band = Band(f"{shown}, p10 to p90", xs, low, high, tint)
    label = (
        f"Tokens a day of {page.theirs}: median {number(float(middle[-1]))} trillion in {long_month(xs[-1])}, 80 % of "
        f"paths between {number(float(low[-1]))} and {number(float(high[-1]))}."
    )

    def draw(width: float, class_: str) -> Html:
        return chart((width, 360 if width > 500 else 300), page.span, label, UNIT, lines, band, class_=class_)

    title = f"Tokens a day of {page.theirs}"
    inside = [figure(title, found.note, both(draw))]
    for what, parts in bands.items():
        rows = [[month, *(number(float(part[i])) for part in parts)] for i, month in enumerate(months)]
        inside.append(table(f"Tokens a day that {what} (trillion)", HEAD, rows))
    if "serving_power" in told:
        inside.append(_power(told["serving_power"]))
    return join(inside)


def _power(drawn: Table) -> Html:
    rows = [[str(row[1]), *(number(float(str(cell))) for cell in row[2:])] for row in drawn.rows]
    return table("Power that these answers draw at the meter (GW)", HEAD, rows)


def _bands(found: Table, what: str) -> tuple[Floats, Floats, Floats]:
    """The 10 %, 50 % and 90 % quantile of one kind of tokens, by month."""
    values = np.array([row[2:] for row in found.rows if row[0] == what], dtype=np.float64)
    return values[:, 0], values[:, 1], values[:, 2]
