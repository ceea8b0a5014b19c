"""The section on how far announcements are from power: five curves of the focus, of each deal, and what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gigawatt import dates
from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.world import Deal
from gigawatt.report.context import Context, counts
from gigawatt.report.markup import Html, details, el, figure, join, legend, number, solid, table
from gigawatt.report.series import Line, both, chart
from gigawatt.views.fan import fan

TOTAL = "total"
CURVES = {
    "announced": ("announced", "cx", "dashed"),
    "contracted": ("binding", "ci", "thin"),
    "financed": ("financed", "ci", "dotted"),
    "delivered": ("delivered", "ci", "dashdot"),
    "online": ("energised", "ca", "thick"),
}
"""The five gigawatt curves: what they are called, and how they look everywhere."""

RANGES = {"uniform": (0, 1), "triangular": (0, 2), "normal": (0, 1), "lognormal": (0, 1)}
"""Where the ends of a range stand among the terms of a distribution."""

STATED = {"unknown": "not said", "it": "IT power"}
"""What the parties' gigawatts mean, where `… power` does not say it."""

Bands: TypeAlias = Mapping[str, tuple[Floats, Floats, Floats]]
"""Deal, or the total, to its 10, 50 and 90 % quantile by month."""

Curves: TypeAlias = Mapping[str, tuple[tuple[str, ...], Bands]]
"""Curve to the months in which it was kept, and its bands."""


def announced_to_energised(page: Context) -> Html:
    """The five curves of the focus, then of each deal, its own first."""
    deals = page.result.scenario.deals
    own = [deal for deal in deals if deal.name in page.own]
    rest = [deal for deal in deals if deal.name not in page.own]
    curves = _curves(page)
    missing = [CURVES[name][0] for name in CURVES if name not in curves]
    total = _lines(curves, TOTAL, "ca")
    theirs = f"{page.theirs[0].upper()}{page.theirs[1:]}"

    def draw(width: float, class_: str) -> Html:
        size = (width, 400.0 if width > 500 else 340.0)
        return chart(size, page.span, _sentence(total, theirs), "GW", total, class_=class_)

    note = (
        f"Medians of the sums over {page.theirs}; gigawatts of facility power. "
        "Announced: the parties' words. Binding: what they must take or deliver. Financed: orders for which money was "
        "found. Delivered: hardware that has arrived. Energised: delivered hardware that has power. "
        "Curves with dots were kept at year ends."
    )
    if missing:
        note += f" This run did not keep: {', '.join(missing)}."
    others = "Other programmes in the market, deal by deal"
    market = [el("h3", others), _cards(page, curves, rest)] if rest else []
    return join(
        [
            figure(f"Announced, binding, financed, delivered, energised: {page.theirs}", note, both(draw)),
            table(f"{theirs} at year ends: medians (GW)", _head(curves), _rows(page, curves, TOTAL)),
            el("h3", f"{theirs}, one by one" if rest else "Deal by deal"),
            legend([(f"{CURVES[n][1]} {CURVES[n][2]}", CURVES[n][0]) for n in curves if n != "online"], lines=True),
            el("p", "The thick line, in the supplier's colour, is what is energised.", class_="note"),
            _cards(page, curves, own),
            _agreed(page, curves, own, f"What was agreed, as stated, and what is energised: {page.theirs}"),
            *market,
            details("What was agreed on them", _agreed(page, curves, rest, others)) if rest else "",
        ]
    )


def _curves(page: Context) -> Curves:
    groups = {TOTAL: page.own, **{deal.name: (deal.name,) for deal in page.result.scenario.deals}}
    curves: dict[str, tuple[tuple[str, ...], Bands]] = {}
    for name in page.kept(*CURVES):
        found = fan(page.result, name, groups=groups)
        lows, middles, highs = found.values[:3]
        bands = {group: (lows[:, i], middles[:, i], highs[:, i]) for i, group in enumerate(groups)}
        curves[name] = found.labels["month"], bands
    return curves


def _lines(curves: Curves, group: str, tint: str) -> list[Line]:
    found = []
    for name, (months, bands) in curves.items():
        words, colour, look = CURVES[name]
        found.append(Line(words, counts(months), bands[group][1], tint if name == "online" else colour, look))
    return found


def _head(curves: Curves) -> list[str]:
    return ["Month", *(CURVES[name][0].capitalize() for name in curves)]


def _rows(page: Context, curves: Curves, group: str) -> list[list[str]]:
    """Medians of each curve at year ends."""
    columns = []
    for months, bands in curves.values():
        at = {month: i for i, month in enumerate(months)}
        columns.append([bands[group][1][at[month]] for month in page.result.year_ends])
    return [[month, *(number(float(c[i])) for c in columns)] for i, month in enumerate(page.result.year_ends)]


def _sentence(lines: Sequence[Line], what: str) -> str:
    ends = ", ".join(f"{this.name} {number(float(this.values[-1]))} GW" for this in lines)
    return f"{what}, medians at the end of the horizon: {ends}."


def _cards(page: Context, curves: Curves, deals: Sequence[Deal]) -> Html:
    return el("div", *(_card(page, curves, deal) for deal in deals), class_="cards")


def _card(page: Context, curves: Curves, deal: Deal) -> Html:
    lines = _lines(curves, deal.name, page.tint(deal.supplier))
    picture = chart((300, 190), page.span, _sentence(lines, deal.title), "GW", lines, named=False)
    who = f"{page.party(deal.supplier)} supplies {page.party(deal.buyer)}; {page.party(deal.financier)} pays"
    numbers = table(f"{deal.title}: medians (GW)", _head(curves), _rows(page, curves, deal.name))
    return el("article", el("h4", deal.title), el("p", who, class_="note"), picture, details("Numbers", numbers))


def _agreed(page: Context, curves: Curves, deals: Sequence[Deal], caption: str) -> Html:
    """What the parties said, beside what the paths give at the mark."""
    months, bands = curves["online"]
    at = months.index(page.mark)
    rows = []
    for deal in deals:
        low, middle, high = (number(float(curve[at])) for curve in bands[deal.name])
        schedule = join((solid(dates.month_text(month)) for month in (deal.begins, deal.ends)), " to ")
        stated = STATED.get(deal.stated, f"{deal.stated} power")
        facts = [join([f"{deal.status.replace('_', ' ')}, ", schedule]), deal.system.replace("_", " ")]
        cited = [deal.capacity, deal.binding, deal.becomes_binding]
        costs = [deal.to_facility, deal.capex]
        rows.append(
            [
                deal.title,
                join([solid(middle), " ", solid(f"({low} to {high})")]),
                *(page.cited(f, _brief(f)) for f in cited),
                stated,
                *(page.cited(f, _brief(f)) for f in costs),
                *facts,
            ]
        )
    head = [
        "Deal",
        f"Energised {page.mark}: p50 (p10 to p90), GW",
        "Announced",
        "Binding",
        "Rest becomes binding",
        "Stated as",
        "To facility power",
        "To be financed",
        "Status, schedule",
        "System",
    ]
    return table(caption, head, rows, words=(5, 8, 9), snug=True)


def _brief(figure: Figure) -> str:
    """A range with three digits and its unit said once: `28 to 38 bnUSD/GW`; its row among all figures tells all."""
    ends = RANGES.get(figure.kind)
    if ends is None:
        return str(figure)
    low, high = (figure.terms[i] / figure.unit.factor for i in ends)
    name = str(figure.unit)
    return f"{low:.3g} to {high:.3g}{'' if name in ('1', 'ratio') else f' {name}'}"
