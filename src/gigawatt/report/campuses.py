"""The section on campuses: planned months of power against what the paths give."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt import dates
from gigawatt.parts.world import Campus, Phase
from gigawatt.report import svg
from gigawatt.report.context import Context
from gigawatt.report.markup import Html, details, figure, join, number, percent, table
from gigawatt.report.series import both
from gigawatt.views.fan import Timing, timings

HEAD = 17.0
FEW = 6
"""Up to so many phases of a campus each have their own words; more stand closer, and only the last tells its power."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A campus with its phases and when they come."""

    campus: Campus
    phases: tuple[tuple[Phase, Timing], ...]

    @property
    def chance(self) -> float:
        """Probability that what is not yet energised is built."""
        return min((when.chance for phase, when in self.phases if not phase.certain), default=1.0)

    @property
    def pitch(self) -> float:
        """Height of a phase in pixels."""
        return 12.0 if len(self.phases) <= FEW else 6.0

    @property
    def power(self) -> float:
        """Planned facility power of all phases (GW), in the middle of what is known."""
        return sum(phase.power.central for phase, _ in self.phases)


def campuses(page: Context) -> Html:
    """A Gantt chart of all campuses, by their first phase."""
    found = iter(timings(page.result, "ready"))
    rows = [
        Row(campus, tuple((phase, next(found)) for phase in campus.phases)) for campus in page.result.scenario.campuses
    ]
    if not rows:
        return join(["This scenario names no campuses."])
    rows.sort(key=lambda row: min(phase.month for phase, _ in row.phases))

    def draw(width: float, class_: str) -> Html:
        return _gantt(page, rows, width, class_)

    note = (
        "Each line is a phase of power: the upright mark is the planned month, the dot the median (p50) and the end of "
        "the thin line the 90 % quantile (p90) of the paths on which the campus is built. The chance that it is built "
        "at all stands beside its name. A square is power that ran when the scenario began; an arrow lies after the "
        "horizon. Where a campus has many phases, only the last tells its power. Power that has come is energised only "
        "once hardware has arrived."
    )
    head = ["Campus", "Owner", "Deal", "Power", "Planned", "p10", "p50", "p90", "Built"]
    cells = []
    for row in rows:
        for phase, when in row.phases:
            ends = [dates.month_text(m) for m in when.quantiles] or ["–"] * 3
            facts = [row.campus.title, page.party(row.campus.owner), page.deal(phase.deal), page.cited(phase.power)]
            cells.append([*facts, dates.month_text(phase.month), *ends, percent(when.chance)])
    caption = "Phases of every campus: planned month, quantiles of the month in which power comes where it is built"
    return join(
        [
            figure("Planned months of power, and the months the paths give", note, both(draw), class_="tall"),
            details("Every phase", table(caption, head, cells, words=(1, 2, 4))),
        ]
    )


def _gantt(page: Context, rows: list[Row], width: float, class_: str) -> Html:
    beside = width > 500
    left = 262.0 if beside else 14.0
    bodies = [len(r.phases) * r.pitch for r in rows]
    heights = [max(body, HEAD * 2) + 10 if beside else body + HEAD * 2 + 10 for body in bodies]
    top = 26.0
    height = top + sum(heights) + 28
    frame = svg.Plot(width, height, svg.Scale(*page.span, left, width - 62), svg.Scale(0, 1, height - 28, top))
    parts = [svg.year_axis(frame, grid=True), _years_above(frame)]
    y = top
    for i, (row, tall) in enumerate(zip(rows, heights, strict=True)):
        if i:
            parts.append(svg.rule(0, y, width, y, "grid"))
        parts += _names(page, row, y, left if beside else width, beside)
        start = y + (5 if beside else HEAD * 2 + 1)
        parts += [
            _phase(frame, row, k, start + row.pitch * (k + 0.5), page.tint(row.campus.owner))
            for k in range(len(row.phases))
        ]
        y += tall
    likely = sum(row.power * row.chance for row in rows)
    label = (
        f"{len(rows)} campuses with {number(sum(row.power for row in rows))} GW planned, of which "
        f"{number(likely)} GW are expected to be built; the table below gives every month."
    )
    return svg.svg(frame, label, *parts, class_=class_)


def _years_above(frame: svg.Plot) -> Html:
    """The years again at the top, because the picture is taller than a screen."""
    first, last = int(frame.x.low), int(frame.x.high)
    every = 1 if frame.x(12) - frame.x(0) >= 34 else 2
    found = [m for m in range(first, last + 1) if m % 12 == 0 and (m // 12) % every == 0]
    return join(svg.text(frame.x(m) + 3, frame.top - 8, str(m // 12), "tick") for m in found)


def _names(page: Context, row: Row, y: float, room: float, beside: bool) -> list[Html]:
    owner = page.party(row.campus.owner)
    deals = ", ".join(dict.fromkeys(page.deal(phase.deal) for phase, _ in row.phases))
    certain = all(phase.certain for phase, _ in row.phases)
    state = "running" if certain else f"{percent(row.chance)} built"
    steps = f" in {len(row.phases)} phases" if len(row.phases) > 1 else ""
    second = f"{number(row.power)} GW{steps}, {state}; {owner}"
    full = f"{row.campus.title}: {second}; for {deals}"
    tint = page.tint(row.campus.owner)
    first = svg.fit(row.campus.title, room - 8)
    # Two lines beside the phases on a desk, above them on a phone.
    return [
        svg.group(
            svg.text(0, y + 15, first, f"label {tint}"),
            svg.text(0, y + (29 if beside else 30), svg.fit(second, room - 8, 6.1), "small"),
            title=full,
        )
    ]


def _phase(frame: svg.Plot, row: Row, index: int, y: float, tint: str) -> Html:
    phase, when = row.phases[index]
    half_tall = min(5.0, row.pitch / 2 - 0.5)
    worded = len(row.phases) <= FEW or index == len(row.phases) - 1
    power = f"{number(phase.power.central)} GW"
    planned = dates.month_text(phase.month)
    if phase.certain or not when.quantiles:
        x = frame.x.inside(phase.month)
        title = f"{power}, energised by {planned}" if phase.certain else f"{power}, planned for {planned}: never built"
        square = svg.rect(x, y - half_tall + 1, 8, 2 * half_tall - 2, f"fill {tint}")
        mark = square if phase.certain else svg.rule(x, y - half_tall, x, y + half_tall, "plan")
        return svg.group(mark, *([svg.text(x + 13, y + 4, power, "small")] if worded else []), title=title)
    ends = [dates.month_text(month) for month in when.quantiles]
    title = f"{power}: planned {planned}, p10 {ends[0]}, median {ends[1]}, p90 {ends[2]} where it is built"
    x, half, late = (frame.x.inside(month) for month in (phase.month, when.quantiles[1], when.quantiles[2]))
    beyond = when.quantiles[2] > frame.x.high
    parts = [
        svg.rule(x, y, late, y, f"whisker stroke {tint}"),
        svg.rule(x, y, half, y, f"delay stroke {tint}"),
        svg.rule(x, y - half_tall, x, y + half_tall, "plan"),
    ]
    if when.quantiles[1] <= frame.x.high:
        parts.append(svg.dot(half, y, min(3.4, half_tall), f"fill {tint}"))
    if worded or beyond:
        parts.append(svg.text(late + 6, y + 4, f"{'→ ' if beyond else ''}{power if worded else ''}", "small"))
    return svg.group(*parts, title=title)
