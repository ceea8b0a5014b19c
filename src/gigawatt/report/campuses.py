"""The section on campuses: planned months of power against what the paths give."""

from __future__ import annotations

from collections.abc import Sequence
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
"""Up to so many phases of a campus each have a line of their own; of more, only the first and the last are drawn."""


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
    def condensed(self) -> bool:
        """Whether its phases are drawn as three bars instead of one by one."""
        return len(self.phases) > FEW

    @property
    def tall(self) -> float:
        """Height of its drawing in pixels."""
        return 30.0 if self.condensed else 12.0 * len(self.phases)

    @property
    def power(self) -> float:
        """Planned facility power of all phases (GW), in the middle of what is known."""
        return sum(phase.power.central for phase, _ in self.phases)


def campuses(page: Context) -> Html:
    """A Gantt chart of the campuses that feed the focus, by their first phase, and one of the others."""
    found = iter(timings(page.result, "ready"))
    rows = [
        Row(campus, tuple((phase, next(found)) for phase in campus.phases)) for campus in page.result.scenario.campuses
    ]
    if not rows:
        return join(["This scenario names no campuses."])
    rows.sort(key=lambda row: min(phase.month for phase, _ in row.phases))
    own = [row for row in rows if any(phase.deal in page.own for phase, _ in row.phases)]
    rest = [row for row in rows if row not in own]
    note = (
        "Each line is a phase of power: the upright mark is the planned month, the dot the median (p50) and the end of "
        "the thin line the 90 % quantile (p90) of the paths on which the campus is built. The chance that it is built "
        "at all stands beside its name. A square is power that ran when the scenario began; an arrow lies after the "
        f"horizon. A campus of more than {FEW} phases has three bars, each from its first phase to its last: as "
        "planned (outlined), at the median, and at the 90 % quantile (pale). Power that has come is energised only "
        "once hardware has arrived."
    )
    parts = [_figure(page, own, "Planned months of power, and the months the paths give", note)] if own else []
    if rest:
        title = "Campuses of other programmes"
        parts.append(details(f"{title}: {len(rest)}", _figure(page, rest, title, "Drawn as those above.")))
    return join([*parts, details("Every phase of every campus", _phases(page, [*own, *rest]))])


def _figure(page: Context, rows: Sequence[Row], title: str, note: str) -> Html:
    def draw(width: float, class_: str) -> Html:
        return _gantt(page, rows, width, class_)

    return figure(title, note, both(draw), class_="tall")


def _phases(page: Context, rows: Sequence[Row]) -> Html:
    head = ["Campus", "Owner", "Deal", "Power", "Planned", "p10", "p50", "p90", "Built"]
    cells = []
    for row in rows:
        for phase, when in row.phases:
            ends = [dates.month_text(m) for m in when.quantiles] or ["–"] * 3
            facts = [row.campus.title, page.party(row.campus.owner), page.deal(phase.deal), page.cited(phase.power)]
            cells.append([*facts, dates.month_text(phase.month), *ends, percent(when.chance)])
    caption = "Phases of every campus: planned month, quantiles of the month in which power comes where it is built"
    return table(caption, head, cells, words=(1, 2, 4))


def _gantt(page: Context, rows: Sequence[Row], width: float, class_: str) -> Html:
    beside = width > 500
    left = 294.0 if beside else 14.0
    heights = [max(row.tall, HEAD * 2) + 10 if beside else row.tall + HEAD * 2 + 10 for row in rows]
    top = 26.0
    height = top + sum(heights) + 28
    frame = svg.Plot(width, height, svg.Scale(*page.span, left, width - 68), svg.Scale(0, 1, height - 28, top))
    parts = [svg.year_axis(frame, grid=True), _years_above(frame)]
    y = top
    for i, (row, tall) in enumerate(zip(rows, heights, strict=True)):
        if i:
            parts.append(svg.rule(0, y, width, y, "grid"))
        parts += _names(page, row, y, left if beside else width, beside)
        start, tint = y + (5 if beside else HEAD * 2 + 1), page.tint(row.campus.owner)
        if row.condensed:
            parts.append(_window(frame, row, start + 2, tint))
        else:
            parts += [_phase(frame, *pair, start + 12 * (k + 0.5), tint) for k, pair in enumerate(row.phases)]
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
    owner = row.campus.owner
    deals = ", ".join(dict.fromkeys(page.deal(phase.deal) for phase, _ in row.phases))
    certain = all(phase.certain for phase, _ in row.phases)
    state = "running" if certain else f"{percent(row.chance)} built"
    steps = f" in {len(row.phases)} phases" if len(row.phases) > 1 else ""
    second = f"{number(row.power)} GW{steps}, {state}"
    full = f"{row.campus.title}: {second}; {page.party(owner)}; for {deals}"
    # Two lines beside the phases on a desk, above them on a phone.
    return [
        svg.group(
            svg.text(0, y + 15, svg.fit(row.campus.title, room - 8), f"label {page.tint(owner)}"),
            svg.text(0, y + (29 if beside else 30), svg.fit(f"{second}; {page.short(owner)}", room - 8, 6.1), "small"),
            title=full,
        )
    ]


def _window(frame: svg.Plot, row: Row, y: float, tint: str) -> Html:
    """Three bars from the first phase to the last: planned, at the median, and at the 90 % quantile."""
    coming = [pair for pair in row.phases if not pair[0].certain] or list(row.phases)
    (first, early), (last, late) = coming[0], coming[-1]
    x, planned = frame.x.inside, (first.month, last.month)
    power = f"{number(sum(phase.power.central for phase, _ in coming))} GW in {len(coming)} phases"
    told = [f"planned {_span(*planned)}"]
    parts = [svg.rect(x(planned[0]), y, max(x(planned[1]) - x(planned[0]), 2), 6, "window")]
    furthest = planned[1]
    if early.quantiles and late.quantiles:
        for k, (name, look) in enumerate((("median", f"layer {tint}"), ("p90", f"later {tint}"))):
            begin, end = early.quantiles[k + 1], late.quantiles[k + 1]
            parts.append(svg.rect(x(begin), y + 9 * (k + 1), max(x(end) - x(begin), 2), 7, look))
            told.append(f"{name} {_span(begin, end)}")
            furthest = max(furthest, end)
    if len(coming) < len(row.phases):
        parts.append(svg.rect(frame.left, y, 6, 6, f"fill {tint}"))
    arrow = "→ " if furthest > frame.x.high else ""
    parts.append(svg.text(x(furthest) + 6, y + 17, f"{arrow}{number(row.power)} GW", "small"))
    return svg.group(*parts, title=f"{row.campus.title}, {power}: {', '.join(told)} where it is built")


def _span(first: int, last: int) -> str:
    return f"{dates.month_text(first)} to {dates.month_text(last)}"


def _phase(frame: svg.Plot, phase: Phase, when: Timing, y: float, tint: str) -> Html:
    power = f"{number(phase.power.central)} GW"
    planned = dates.month_text(phase.month)
    if phase.certain or not when.quantiles:
        x = frame.x.inside(phase.month)
        title = f"{power}, energised by {planned}" if phase.certain else f"{power}, planned for {planned}: never built"
        mark = svg.rect(x, y - 4, 8, 8, f"fill {tint}") if phase.certain else svg.rule(x, y - 5, x, y + 5, "plan")
        return svg.group(mark, svg.text(x + 13, y + 4, power, "small"), title=title)
    ends = [dates.month_text(month) for month in when.quantiles]
    title = f"{power}: planned {planned}, p10 {ends[0]}, median {ends[1]}, p90 {ends[2]} where it is built"
    x, half, late = (frame.x.inside(month) for month in (phase.month, when.quantiles[1], when.quantiles[2]))
    parts = [
        svg.rule(x, y, late, y, f"whisker stroke {tint}"),
        svg.rule(x, y, half, y, f"delay stroke {tint}"),
        svg.rule(x, y - 5, x, y + 5, "plan"),
    ]
    if when.quantiles[1] <= frame.x.high:
        parts.append(svg.dot(half, y, 3.4, f"fill {tint}"))
    arrow = "→ " if when.quantiles[2] > frame.x.high else ""
    parts.append(svg.text(late + 6, y + 4, f"{arrow}{power}", "small"))
    return svg.group(*parts, title=title)
