"""A warrant on a page: the worth of each tranche, which lock stops it, what it pays at imagined ends, what moves it."""

from __future__ import annotations

from dataclasses import replace

from gigawatt.report.bars import Bar, Row, bars
from gigawatt.report.cells import plus, shown
from gigawatt.report.heat import heat
from gigawatt.report.marks import marks
from gigawatt.report.markup import Html, bn, el, figure, join, legend, number, percent
from gigawatt.report.series import both
from gigawatt.report.subject import Subject
from gigawatt.report.told import title
from gigawatt.value.flows import Flows
from gigawatt.value.ladder_table import moves, payoffs, required, summary, tranches
from gigawatt.value.payoff import Grid
from gigawatt.value.published import implied
from gigawatt.value.valuation import Detail
from gigawatt.value.warrant import RungValue, WarrantValue
from gigawatt.views.table import BILLION, Column

LOCKS = (("price lock", "c3"), ("gigawatt lock", "c2"), ("both: vests", "ci"))
"""What a chance is the chance of, and its colour class."""

MILLION = 1e6


def warrant_value(page: Subject, flows: Flows, detail: Detail, colour: str) -> Html:
    """Everything about one warrant under the pricing measure.

    Arguments:
        page: the scenario.
        flows: what the paths drew.
        detail: the warrant.
        colour: colour class of the pricing measure.
    """
    value, name = detail.value, title(detail.contract)
    if value is None:
        return el("p", f"Valued by the monthly simulation alone: {detail.why}", class_="note")
    parts = [
        el("p", sentences(page, value)),
        _by_tranche(value, name, colour),
        _locks(value, name),
        shown(tranches(value), f"{name}: tranche by tranche, risk-neutral", snug=True),
        shown(summary(value), f"{name}: in sum, risk-neutral", note=False),
        marks(page, flows, value.ladder, name, colour),
    ]
    if detail.grid is not None:
        parts.append(_payoffs(detail, detail.grid, name, colour))
    if value.sensitivities:
        parts += [_moves(value, name), shown(moves(value), f"{name}: how its value moves", words=(1,))]
    if detail.rebate is not None:
        parts.append(shown(detail.rebate, f"{name}: as a rebate on each gigawatt"))
    if detail.books is not None:
        parts.append(shown(detail.books, f"{name}: what it takes from its issuer's revenue", words=(1,)))
    arithmetic = implied(value, page.catalog)
    parts.append(shown(arithmetic, f"{name}: published arithmetic, and what it assumes", named=page.claimed))
    if detail.truths:
        amount = bn(detail.amount or 0.0)
        parts.append(shown(required(detail), f"{name}: what must be true for it to be worth {amount} bn USD"))
    return join(parts)


def sentences(page: Subject, value: WarrantValue) -> Html:
    """The warrant in a paragraph."""
    shares = sum(rung.shares for rung in value.rungs)
    holder, issuer = page.party(value.ladder.holder), page.party(value.ladder.issuer)
    diluted, fall = value.diluted
    low, _, high = (number(end / BILLION) for end in value.total.band)
    known = "its terms are public" if low == high else f"80 % of the draws of what is not public give {low} to {high}"
    return join(
        [
            "Tested on every trading day, tranche by tranche, it is worth ",
            el("b", f"{plus(value.total)} bn USD"),
            f" to {holder} under the pricing measure; {known}. That is {number(value.total.mean / shares)} USD for "
            f"each of {number(shares / MILLION)} million shares. If every gigawatt mark were reached at once it would "
            f"be worth {plus(value.certain_gigawatts)} bn USD, which is what accounting calls its fair value at grant: "
            f"price marks inside, gigawatts outside. It is worth {bn(diluted)} bn USD if what moves at random is the "
            "firm, of which the new shares take their part (Galai and Schneller 1978). Had the market not known of it, "
            f"each old share of {issuer} would fall by {number(fall)} USD. The simulation of the whole scenario gives "
            "less or more than this because it knows no correlation of deployment and share price.",
        ]
    )


def _by_tranche(value: WarrantValue, name: str, colour: str) -> Html:
    rows = [Row(_label(rung), _label(rung), (_bar(rung, colour),)) for rung in value.rungs]
    said = "; ".join(f"tranche {r.number} {bn(r.value.mean)}" for r in value.rungs)
    label = f"Value of each tranche of {name} in bn USD: {said}."

    def draw(width: float, class_: str) -> Html:
        return bars(rows, "bn USD", label, width, class_)

    note = (
        "Bar: mean; its strong end: one standard error to either side; line: 10 % and 90 % quantile over the draws of "
        "the unknown terms, each with its own value."
    )
    return figure("Value by tranche", note, both(draw), level=4)


def _label(rung: RungValue) -> str:
    return f"{rung.number}: {number(rung.shares / MILLION)} mn shares at {number(rung.price)} USD"


def _bar(rung: RungValue, colour: str) -> Bar:
    low, _, high = rung.value.band
    title = f"tranche {rung.number}: {plus(rung.value)} bn USD, 80 % of draws {bn(low)} to {bn(high)}"
    return Bar(rung.value.mean / BILLION, colour, title, rung.value.error / BILLION, (low / BILLION, high / BILLION))


def _locks(value: WarrantValue, name: str) -> Html:
    stops = tranches(value).column("mostly stopped by")
    rows = []
    for rung, stop in zip(value.rungs, stops, strict=True):
        chances = rung.price_lock, rung.power_lock, rung.vests
        label = f"{rung.number}: {'nothing stops it' if stop == 'neither' else f'mostly stopped by {stop}'}"
        shares = tuple(
            Bar(100 * chance, look, f"tranche {rung.number}, {lock}: {percent(chance)}", shown=percent(chance))
            for chance, (lock, look) in zip(chances, LOCKS, strict=True)
        )
        rows.append(Row(label, label, shares))
    said = "; ".join(f"tranche {r.number} {percent(r.vests)}" for r in value.rungs)
    label = f"Chance that each tranche of {name} vests: {said}."

    def draw(width: float, class_: str) -> Html:
        return bars(rows, "chance by the expiry, %", label, width, class_, ends=(0.0, 100.0))

    note = "Chances under the pricing measure, in which the share only earns interest: no trader's forecast."
    return figure("Two locks", note, legend((look, lock) for lock, look in LOCKS), both(draw), level=4)


def _payoffs(detail: Detail, whole: Grid, name: str, colour: str) -> Html:
    """Heat map and table; one row where no gigawatts are asked for."""
    asked = bool((whole.values != whole.values[-1]).any())
    grid = whole if asked else replace(whole, gigawatts=whole.gigawatts[-1:], values=whole.values[-1:])
    found = payoffs(replace(detail, grid=grid))
    plain = [Column(column.name, column.unit if i == 0 else "1") for i, column in enumerate(found.columns)]
    caption = f"{name}: payoff by gigawatts and final price of a share (bn USD)"
    single = "" if asked else " No gigawatts are asked for, so one row says it all."
    note = (
        "In bn USD, if the price rises straight to its final value and stays there, and the gigawatts come in time; "
        f"mean over the draws of what is not public.{single}"
    )
    picture = figure("What it pays at an imagined end", note, heat(grid, name, colour), level=4)
    return join([picture, shown(replace(found, columns=tuple(plain)), caption, note=False, snug=True)])


def _moves(value: WarrantValue, name: str) -> Html:
    rows = []
    for s in value.sensitivities:
        step, change = f"{s.name}, {s.step}", s.change / BILLION
        rows.append(Row(step, step, (Bar(change, "c4", f"{step}: {number(change)} bn USD", s.error / BILLION),)))
    said = "; ".join(f"{s.name} {s.step}: {number(s.change / BILLION)}" for s in value.sensitivities)
    label = f"How the value of {name} moves, in bn USD: {said}."

    def draw(width: float, class_: str) -> Html:
        return bars(rows, "change of the value, bn USD", label, width, class_)

    note = "Steps are not equally likely: a long bar is a large change for that step."
    return figure("What moves it", note, both(draw), level=4)
