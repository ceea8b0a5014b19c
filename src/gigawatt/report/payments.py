"""The section on who pays whom, summed up to one month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gigawatt.report import svg
from gigawatt.report.context import Context, long_month
from gigawatt.report.markup import Html, bn, details, figure, join, number, table
from gigawatt.report.series import both
from gigawatt.views.fan import fan

LEAST = 0.002
"""Payments below this share of all are left to the table."""

PITCH = 16.0


@dataclass(frozen=True, slots=True)
class Flow:
    """What one party has paid another: quantiles and mean (USD); `raised` for equity and debt under funding rules."""

    payer: str
    payee: str
    low: float
    middle: float
    high: float
    mean: float
    raised: bool


def payments(page: Context) -> Html:
    """Cumulative payments between all pairs."""
    flows = sorted(_flows(page), key=lambda flow: -flow.mean)
    total = sum(flow.mean for flow in flows)
    if not total > 0:
        return join(["Nobody has paid anybody by then."])
    shown = [flow for flow in flows if flow.mean >= LEAST * total]

    def draw(width: float, class_: str) -> Html:
        return _ribbons(page, shown, width, class_)

    note = (
        f"Mean cash paid from the first month to {long_month(page.mark)}, in bn USD; payers at the left, in their "
        "colours, payees at the right. Paler bands are equity and debt raised under funding rules. Payments below "
        f"{100 * LEAST:g} % of the whole stand in the table only."
    )
    if not any(flow.raised for flow in flows):
        note += " Money raised under funding rules is not shown: none was, or this run did not keep it."
    head = ["Payer", "Payee", "For", "Mean", "p10", "p50", "p90"]
    rows = [
        [
            page.party(f.payer),
            page.party(f.payee),
            "equity and debt raised" if f.raised else "contracts and debt service",
            *(bn(v) for v in (f.mean, f.low, f.middle, f.high)),
        ]
        for f in flows
        if f.mean > 0
    ]
    caption = f"Cash paid by {page.mark} (bn USD)"
    top = table(f"{caption}: the ten largest", head, rows[:10], words=(1, 2))
    rest = details("Every pair", table(caption, head, rows, words=(1, 2))) if len(rows) > 10 else join([])
    title = f"Cash paid by {long_month(page.mark)}"
    return join([figure(title, note, both(draw)), top, rest])


def _flows(page: Context) -> list[Flow]:
    pairs = [(payer, payee) for payer, payee, _ in page.result.places.pairs]
    found = [Flow(*pair, *row, raised=False) for pair, row in zip(pairs, _spread(page, "paid"), strict=True)]
    if page.kept("raised"):
        given = [(page.result.scenario.capital, name) for name in page.result.labels["funded"]]
        found += [Flow(*pair, *row, raised=True) for pair, row in zip(given, _spread(page, "raised"), strict=True)]
    return found


def _spread(page: Context, name: str) -> list[tuple[float, float, float, float]]:
    """10, 50 and 90 % quantile and mean of each row at the mark (USD)."""
    values = fan(page.result, name, months=[page.mark]).values[:, 0]
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in values[:4].T]


def _ribbons(page: Context, flows: Sequence[Flow], width: float, class_: str) -> Html:
    beside = 210.0 if width > 500 else 116.0
    out, into = _sums(flows, lambda f: f.payer), _sums(flows, lambda f: f.payee)
    rows = max(len(out), len(into))
    tall = 420.0 if width > 500 else 380.0
    scale = tall / sum(out.values())
    left, right = _places(out, scale), _places(into, scale)
    height = max(left[1], right[1], rows * PITCH) + 34
    frame = svg.Plot(width, height, svg.Scale(0, 1, beside, width - beside), svg.Scale(0, 1, height, 0))
    tops = ({**left[0]}, {**right[0]})
    bands, heads = (
        [],
        [svg.text(beside - 12, 14, "pays", "unit", "end"), svg.text(width - beside + 12, 14, "is paid", "unit")],
    )
    order = {name: i for i, name in enumerate(into)}
    # Bands leave in the order in which they arrive, so that fewer of them cross.
    for flow in sorted(flows, key=lambda f: (list(out).index(f.payer), order[f.payee])):
        thick = flow.mean * scale
        a, b = tops[0][flow.payer], tops[1][flow.payee]
        tops[0][flow.payer], tops[1][flow.payee] = a + thick, b + thick
        title = f"{page.party(flow.payer)} to {page.party(flow.payee)}: mean {bn(flow.mean)} bn USD"
        look = f"ribbon {'raised ' if flow.raised else ''}{page.tint(flow.payer)}"
        bands.append(svg.ribbon((frame.left, a, a + thick), (frame.right, b, b + thick), look, title))
    for sums, places, x, side in ((out, left[0], frame.left - 8, "end"), (into, right[0], frame.right, "start")):
        for name, value in sums.items():
            y, thick = places[name], max(value * scale, 1.0)
            words = f"{page.party(name)}, all: mean {bn(value)} bn USD"
            heads.append(svg.rect(x, y, 8, thick, f"fill {page.tint(name)}", words))
            amount = f" {number(value / 1e9)}"
            label = svg.fit(page.short(name), beside - 18 - 7.4 * len(amount)) + amount
            at, look = x - 5 if side == "end" else x + 13, f"label {page.tint(name)}"
            heads.append(svg.named(at, y + thick / 2 + 4, label, page.party(name), look, side))
    biggest = flows[0]
    label = (
        f"Payments between {len({*out, *into})} parties; the largest is {page.party(biggest.payer)} to "
        f"{page.party(biggest.payee)} with {bn(biggest.mean)} bn USD."
    )
    return svg.svg(frame, label, *bands, *heads, class_=class_)


def _sums(flows: Sequence[Flow], side: Callable[[Flow], str]) -> dict[str, float]:
    """Sums by party, largest first."""
    found: dict[str, float] = defaultdict(float)
    for flow in flows:
        found[side(flow)] += flow.mean
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _places(sums: dict[str, float], scale: float) -> tuple[dict[str, float], float]:
    """Top of each party's block, far enough apart for its name, and where the last one ends."""
    places, y = {}, 26.0
    for name, value in sums.items():
        thick = value * scale
        # A thin block stands in the middle of the room that its name takes.
        room = max(thick + 5, PITCH)
        places[name] = y + (room - thick) / 2
        y += room
    return places, y
