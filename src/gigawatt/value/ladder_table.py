"""Tables on one warrant: tranche by tranche, in sum, how it moves, and what must be true."""

from __future__ import annotations

from gigawatt.value.estimate import Estimate
from gigawatt.value.payoff import Truth
from gigawatt.value.table import billions
from gigawatt.value.valuation import Detail
from gigawatt.value.warrant import WarrantValue
from gigawatt.views.band import band_columns, percent, tidy
from gigawatt.views.table import BILLION, BN, PERCENT, Cell, Column, Table

MILLION = 1e6


def tranches(value: WarrantValue) -> Table:
    """Value and locks of each tranche.

    Arguments:
        value: a warrant under the pricing measure.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            rung.number,
            tidy(rung.shares / MILLION),
            tidy(rung.price),
            billions(rung.value.mean),
            billions(rung.value.error),
            *(billions(end) for end in rung.value.band),
            percent(rung.price_lock),
            percent(rung.power_lock),
            percent(rung.vests),
            _stops(rung.price_lock, rung.power_lock, rung.vests),
        )
        for rung in value.rungs
    ]
    return Table(
        f"`{value.ladder.contract.name}` tranche by tranche, risk-neutral",
        (
            Column("tranche", "1"),
            Column("shares", "million"),
            Column("price mark", "USD/share"),
            Column("value", BN),
            Column("±", BN),
            *band_columns(BN),
            Column("price lock opens", PERCENT),
            Column("gigawatt lock opens", PERCENT),
            Column("vests", PERCENT),
            Column("mostly stopped by"),
        ),
        tuple(rows),
        f"The price is tested {value.ladder.test}. Shares and marks are means over the draws of what is not public; "
        "p10 to p90 is the range over these draws, each with its own value, not the spread of outcomes. Chances are "
        "under the pricing measure, in which shares only earn interest; a forecast is another one.",
    )


def _stops(price: float, power: float, vests: float) -> str:
    """Which lock stays shut more often while the other is open."""
    if vests > 0.999:
        return "neither"
    return "share price" if power - vests > price - vests else "gigawatts"


def summary(value: WarrantValue) -> Table:
    """The warrant in sum, in several senses of the word.

    Arguments:
        value: a warrant under the pricing measure.
    """
    shares = sum(rung.shares for rung in value.rungs)
    diluted, fall = value.diluted

    def row(what: str, found: Estimate) -> tuple[Cell, ...]:
        band = tuple(billions(end) for end in found.band)
        return (what, billions(found.mean), billions(found.error), *band, tidy(found.mean / shares))

    nothing: tuple[Cell, ...] = (None, None, None, None)
    return Table(
        f"`{value.ladder.contract.name}` in sum, risk-neutral",
        (Column("what"), Column("value", BN), Column("±", BN), *band_columns(BN), Column("each share", "USD/share")),
        (
            row("both locks", value.total),
            row("if every gigawatt mark were reached at once", value.certain_gigawatts),
            ("both locks, diluted: the firm is what moves", billions(diluted), *nothing, tidy(diluted / shares)),
            ("fall of each old share, had nobody known", None, *nothing, tidy(-fall)),
        ),
        f"To {value.ladder.holder}; {value.ladder.issuer} bears as much. Without gigawatt risk it is what accounting "
        "standards call the fair value at grant: price marks inside, gigawatts outside. Diluted as in Galai and "
        "Schneller 1978. The simulation of the whole scenario knows no correlation of deployment and share price, "
        "which this counts.",
    )


def moves(value: WarrantValue) -> Table:
    """How the value moves with what it rests on.

    Arguments:
        value: a warrant whose sensitivities were asked for.
    """
    return Table(
        f"How `{value.ladder.contract.name}` moves, risk-neutral",
        (Column("what"), Column("step"), Column("change", BN), Column("±", BN)),
        tuple((s.name, s.step, tidy(s.change / BILLION), tidy(s.error / BILLION)) for s in value.sensitivities),
        "Slopes in share price and volatility are exact on every path, with the terminal shock integrated out; the "
        "others are differences on the same draws. ± is the standard error over draws of the unknown terms.",
    )


def required(detail: Detail) -> Table:
    """What must be true for the warrant to be worth the amount asked about.

    Arguments:
        detail: a warrant with an amount.
    """
    amount = tidy((detail.amount or 0.0) / BILLION)
    return Table(
        f"What must be true for `{detail.contract.name}` to be worth {amount:,.4g} bnUSD",
        (Column("one of these, all else as it is"), Column("needed", "1"), Column("now", "1"), Column("unit")),
        tuple(_truth(truth) for truth in detail.truths),
        "– where no value within reason will do. Found on a few draws of the unknown terms, so two digits count.",
    )


def _truth(truth: Truth) -> tuple[Cell, ...]:
    needed = None if truth.needed is None else tidy(truth.needed)
    return (truth.what, needed, None if truth.now is None else tidy(truth.now), truth.unit)


def payoffs(detail: Detail) -> Table:
    """The payoff over final price and gigawatts.

    Arguments:
        detail: a warrant with its grid.
    """
    if detail.grid is None:
        return Table(f"Payoff of `{detail.contract.name}`", (), (), detail.why)
    prices = [f"{price:,.0f} USD" for price in detail.grid.prices]
    rows = tuple(
        (tidy(float(power)), *(billions(float(v)) for v in line))
        for power, line in zip(detail.grid.gigawatts, detail.grid.values, strict=True)
    )
    return Table(
        f"Payoff of `{detail.contract.name}` over final share price and gigawatts",
        (Column("gigawatts", "GW"), *(Column(name, BN) for name in prices)),
        rows,
        "If the price rises straight to its final value and the gigawatts come in time; mean over unknown terms.",
    )
