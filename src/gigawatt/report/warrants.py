"""The section on shares that vest: the ladder of gigawatt and price marks, and how likely each rung is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gigawatt.parts.clause import CASH, Clause, Once, Pay
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Binary, Constant, Observable, Read
from gigawatt.report import svg
from gigawatt.report.context import Context, when
from gigawatt.report.markup import Html, figure, join, number, percent, table
from gigawatt.report.series import both
from gigawatt.scenario.scenario import Contract
from gigawatt.units import Unit, unit
from gigawatt.views.fan import Timing, draws, fan, timings

Spans: TypeAlias = dict[str, tuple[float, float, float]]
"""Name of an uncertain figure to the 10, 50 and 90 % quantile of what it was drawn as, in internal units."""

LEAST = 1e-3
"""A certain mark below this, in GW or USD a share, is always met."""

SHARE, MILLION = unit("share"), 1e6
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
        of_kind = {kind: next((f for f in conditions if _asks(f, of)), None) for kind, of in MARKS.items()}
        amount = leaf.amount if isinstance(leaf, Once) else leaf.rate
        shares = amount.figure if isinstance(amount, Constant) else None
        rungs.append(Rung(f"{i + 1}", shares, of_kind["power"], of_kind["price"], found[f"{contract.name}#{i + 1}"]))
    return rungs


def _asks(figure: Figure, of: Unit) -> bool:
    """Whether a mark asks for anything: forms want a mark of each kind, so a tiny one stands for none."""
    return figure.unit.same_dimension(of) and not (figure.certain and figure.terms[0] < LEAST)


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
        return _rows(page, contract, rungs, spans, width, class_)

    spans = _spans(page, rungs)
    reads = sorted({name for leaf in _leaves(contract.clause) if isinstance(leaf, Once) for name in _reads(leaf.when)})
    note = (
        f"{issuer} gives shares to {holder}, each tranche once, when all of its marks have been reached "
        f"(read from: {', '.join(reads) or 'nothing'}). Bar: share of paths on which the tranche vests within the "
        "horizon; marks that are drawn are given by their 10 % and 90 % quantile; dot and line at the right: median "
        "month and 10 % to 90 % quantile of those paths. "
        f"On average {number(expected / MILLION)} million shares have vested by {page.mark}."
    )
    head = ["Tranche", "Shares", "Gigawatt mark", "Price mark", "Vests", "Median month (p10 to p90)"]
    rows = [
        [
            r.label,
            *(page.cited(f, _table_text(f, spans)) if f else "–" for f in (r.shares, r.power, r.price)),
            *when(r.timing),
        ]
        for r in rungs
    ]
    title = f"{contract.title or contract.name}: marks, chances and dates"
    return join([figure(title, note, both(draw)), table(f"{contract.title}: tranches", head, rows, words=(1, 2, 3, 5))])


def _spans(page: Context, rungs: list[Rung]) -> Spans:
    """What uncertain marks and amounts were drawn as."""
    figures = [f for r in rungs for f in (r.shares, r.power, r.price) if f is not None and not f.certain]
    names = list(dict.fromkeys(f.name for f in figures))
    low, middle, high = draws(page.result, names).values
    return {name: (float(a), float(b), float(c)) for name, a, b, c in zip(names, low, middle, high, strict=True)}


def _table_text(figure: Figure, spans: Spans) -> str:
    if figure.name not in spans:
        return f"{number(figure.central / MILLION)} mn shares" if figure.unit.same_dimension(SHARE) else str(figure)
    factor, words = (MILLION, "mn shares") if figure.unit.same_dimension(SHARE) else (figure.unit.factor, figure.unit)
    low, middle, high = (number(value / factor) for value in spans[figure.name])
    return f"{middle} {words} ({low} to {high})"


def _short_text(figure: Figure, spans: Spans) -> str:
    """The mark in a picture: `1.2–2.9 GW` where it is drawn."""
    if figure.name not in spans:
        return str(figure)
    low, _, high = spans[figure.name]
    return f"{number(low / figure.unit.factor)}–{number(high / figure.unit.factor)} {figure.unit}"


def _rows(page: Context, contract: Contract, rungs: list[Rung], spans: Spans, width: float, class_: str) -> Html:
    beside = width > 500
    tall = 34.0 if beside else 60.0
    words = 270.0 if beside else 0.0
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
        marks = ", ".join(_short_text(f, spans) for f in (rung.power, rung.price) if f is not None) or "no marks"
        label = f"{rung.label}: {marks}"
        parts.append(
            svg.text(0, y + 4 if beside else y - 17, svg.fit(label, words - 10 if beside else width, 6.7), "strong")
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
