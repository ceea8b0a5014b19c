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
    lines = [Line(what, xs, bands[what][1], "ci", "dashed") for what in bands if what != shown]
    lines.append(Line(shown, xs, middle, tint, "thick"))
    band = Band(f"{shown}, p10 to p90", xs, low, high, tint)
    label = (
        f"Tokens a day of {page.theirs}: median {number(float(middle[-1]))} trillion in {long_month(xs[-1])}, 80 % of "
        f"paths between {number(float(low[-1]))} and {number(float(high[-1]))}."
    )

    def draw(width: float, class_: str) -> Html:
        return chart((width, 360 if width > 500 else 300), page.span, label, UNIT, lines, band, class_=class_)

    drawn = told["serving_power"].rows if "serving_power" in told else ()
    power = {str(row[1]): [number(float(str(cell))) for cell in row[2:]] for row in drawn}
    head = ["Month", *(f"{what}: {q}" for what in bands for q in ("p10", "p50", "p90"))]
    head += [f"power of answers: {q}, GW" for q in ("p10", "p50", "p90")] if power else []
    rows = [
        [month, *(number(float(part[i])) for parts in bands.values() for part in parts), *power.get(month, [])]
        for i, month in enumerate(months)
    ]
    title = f"Tokens a day of {page.theirs}"
    return join([figure(title, found.note, both(draw)), table(f"{title} ({UNIT})", head, rows)])


def _bands(found: Table, what: str) -> tuple[Floats, Floats, Floats]:
    """The 10 %, 50 % and 90 % quantile of one kind of tokens, by month."""
    values = np.array([row[2:] for row in found.rows if row[0] == what], dtype=np.float64)
    return values[:, 0], values[:, 1], values[:, 2]
