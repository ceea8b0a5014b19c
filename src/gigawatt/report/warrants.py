"""The section on shares that vest: the ladder of gigawatt and price marks, and how likely each rung is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gigawatt.parts.clause import CASH, Clause, Once, Pay
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Binary, Constant, Observable, Read
from gigawatt.report import svg
from gigawatt.report.context import Context, when
from gigawatt.report.markup import Html, figure, join, number, percent, table
from gigawatt.report.series import both
from gigawatt.scenario.scenario import Contract
from gigawatt.units import unit
from gigawatt.views.fan import Timing, fan, timings

MARKS = {"power": unit("GW"), "price": unit("USD/share")}


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """Shares that change hands once: how many, what must be reached first, and when it is."""

    label: str
    shares: Figure | None
    power: Figure | None
    price: Figure | None
    timing: Timing


def warrants(page: Context) -> Html:
    """Every contract that moves shares, rung by rung."""
    ladders = [(contract, rungs) for contract in page.result.scenario.contracts if (rungs := _rungs(page, contract))]
    if not ladders:
        return join(["No contract of this scenario moves shares."])
    return join(_ladder(page, contract, rungs) for contract, rungs in ladders)


def _rungs(page: Context, contract: Contract) -> list[Rung]:
    leaves = [leaf for leaf in _leaves(contract.clause) if leaf.asset != CASH]
    if not leaves:
        return []
    found = {timing.label: timing for timing in timings(page.result, "vested")}
    rungs = []
    for i, leaf in enumerate(leaves):
        conditions = list(_marks(leaf.when)) if isinstance(leaf, Once) else []
        of_kind = {kind: next((f for f in conditions if f.unit.same_dimension(of)), None) for kind, of in MARKS.items()}
        amount = leaf.amount if isinstance(leaf, Once) else leaf.rate
        shares = amount.figure if isinstance(amount, Constant) else None
        rungs.append(Rung(f"{i + 1}", shares, of_kind["power"], of_kind["price"], found[f"{contract.name}#{i + 1}"]))
    return rungs


def _leaves(clause: Clause) -> Iterator[Once | Pay]:
    if isinstance(clause, Once | Pay):
        yield clause
    for part in clause.parts():
        if isinstance(part, Clause):
            yield from _leaves(part)


def _marks(condition: Observable) -> Iterator[Figure]:
    """The figures that something must reach: the right sides of all comparisons with what is read."""
    if isinstance(condition, Binary) and condition.operation == ">=" and isinstance(condition.right, Constant):
        yield condition.right.figure
    for part in condition.parts():
        yield from _marks(part)


def _reads(condition: Observable) -> Iterator[str]:
    if isinstance(condition, Read):
        yield condition.table
    for part in condition.parts():
        yield from _reads(part)


def _ladder(page: Context, contract: Contract, rungs: list[Rung]) -> Html:
    lanes = [lane for lane in contract.clause.lanes if lane.asset != CASH]
    issuer, holder = page.party(lanes[0].payer), page.party(lanes[0].payee)
    moved = fan(page.result, "moved", months=[page.mark]).sel(month=page.mark)
    labels = moved.labels[moved.dims[-1]]
    expected = sum(float(moved.values[3, labels.index(r.timing.label)]) for r in rungs)

    def draw(width: float, class_: str) -> Html:
        return _rows(page, contract, rungs, width, class_)

    reads = sorted({name for leaf in _leaves(contract.clause) if isinstance(leaf, Once) for name in _reads(leaf.when)})
    note = (
        f"{issuer} gives shares to {holder}, each tranche once, when all of its marks have been reached "
        f"(read from: {', '.join(reads) or 'nothing'}). Bar: share of paths on which the tranche vests within the "
        "horizon; dot and line at the right: median month and 10 % to 90 % quantile of those paths. "
        f"On average {number(expected / 1e6)} million shares have vested by {page.mark}."
    )
    head = ["Tranche", "Shares", "Gigawatt mark", "Price mark", "Vests", "Median month (p10 to p90)"]
    rows = [
        [
            r.label,
            page.cited(r.shares) if r.shares else "–",
            page.cited(r.power) if r.power else "–",
            page.cited(r.price) if r.price else "–",
            *when(r.timing),
        ]
        for r in rungs
    ]
    title = f"{contract.title or contract.name}: marks, chances and dates"
    return join([figure(title, note, both(draw)), table(f"{contract.title}: tranches", head, rows, words=(5,))])


def _rows(page: Context, contract: Contract, rungs: list[Rung], width: float, class_: str) -> Html:
    beside = width > 500
    tall = 34.0 if beside else 60.0
    words = 250.0 if beside else 0.0
    bar = (words, words + (220 if beside else 110))
    time = svg.Scale(*page.span, bar[1] + (70 if beside else 52), width - 14)
    top = 30.0
    height = top + tall * len(rungs) + 26
    frame = svg.Plot(width, height, time, svg.Scale(0, 1, height - 26, top))
    tint = page.tint(contract.clause.lanes[0].payer)
    parts = [svg.year_axis(frame, grid=True), svg.text(bar[0], 16, "chance to vest", "unit")]
    parts += [svg.text(frame.left, 16, "when it vests", "unit")]
    if beside:
        parts.append(svg.text(0, 16, "tranche: marks", "unit"))
    for i, rung in enumerate(rungs):
        y = top + tall * (i + 0.5) if beside else top + tall * i + 40
        marks = ", ".join(str(f) for f in (rung.power, rung.price) if f is not None) or "no marks"
        label = f"{rung.label}: {marks}"
        parts.append(
            svg.text(0, y + 4 if beside else y - 17, svg.fit(label, words - 12 if beside else width), "strong")
        )
        full = (bar[1] - bar[0]) * 0.98
        parts.append(svg.rect(bar[0], y - 8, full, 16, "track"))
        chance, month = when(rung.timing)
        parts.append(svg.rect(bar[0], y - 8, full * rung.timing.chance, 16, f"layer {tint}", f"{label}: {chance}"))
        parts.append(svg.text(bar[1] + 6, y + 4, chance, "strong"))
        if rung.timing.quantiles:
            a, b, c = (time.inside(m) for m in rung.timing.quantiles)
            parts.append(
                svg.group(
                    svg.rule(a, y, c, y, f"delay stroke {tint}"),
                    svg.dot(b, y, 4, f"fill {tint}"),
                    title=f"{label}: {month}",
                )
            )
    said = "; ".join(f"tranche {r.label} {percent(r.timing.chance)}" for r in rungs)
    return svg.svg(frame, f"{contract.title}: chance to vest of each tranche: {said}.", *parts, class_=class_)
