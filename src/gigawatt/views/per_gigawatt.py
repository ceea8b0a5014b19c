"""Gigawatts into tokens: what a gigawatt of each deal holds, yields, draws and costs, before anything is simulated.

Data type: `Price` (what a gigawatt costs a month, and under which contracts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigawatt import dates
from gigawatt.parts.figure import Draws, Floats, draw
from gigawatt.parts.observable import Constant
from gigawatt.parts.performance import Performance
from gigawatt.parts.stream import BLOCK
from gigawatt.parts.world import Deal
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import unit
from gigawatt.views.band import band, band_columns, percent, tidy
from gigawatt.views.table import PERCENT, Cell, Column, Table

NOTHING_KNOWN = "-"

TENANTS = {"cloud": "customer", "lease": "tenant"}
"""Contracts with a rent by the gigawatt, and who pays it."""


@dataclass(frozen=True, slots=True, eq=False)
class Price:
    """What a gigawatt of facility power costs a month.

    Arguments:
        amount: (path or 1,) in USD/GW/month.
        under: the contracts it is read off.
    """

    amount: Floats
    under: str


def per_gigawatt(scenario: Scenario, paths: int = BLOCK, seed: int | None = None) -> dict[str, Table]:
    """What a gigawatt of each deal's system yields on the mix of its lab, as tables by name.

    Arguments:
        scenario: whose deals; those without a `performance` show what is known of them.
        paths: draws of the open figures, at most a block.
        seed: names the draws; the scenario's own by default.
    """
    draws = draw(scenario.figures(), scenario.seed if seed is None else seed, 0, min(paths, BLOCK))
    deals = scenario.deals
    return {
        "chips": _chips(deals, draws),
        "tokens": _tokens(scenario, draws),
        "energy": _energy(deals, draws),
        "cost": _cost(scenario, draws),
        "spread": _spread(deals, draws),
    }


def _chips(deals: tuple[Deal, ...], draws: Draws) -> Table:
    def row(deal: Deal) -> tuple[Cell, ...]:
        sourced, known = band(_all(draws.of(deal.chips), draws)), deal.performance
        if known is None:
            return (deal.name, deal.system, NOTHING_KNOWN, *sourced, None, None)
        modelled = 1e9 / known.most_power(draws.of)
        ratio = tidy(float(np.median(modelled / draws.of(deal.chips))))
        return (deal.name, deal.system, known.sheet, *sourced, tidy(float(np.median(modelled))), ratio)

    return Table(
        "Chips in a gigawatt of facility power: as the scenario has it, and by the power model",
        (
            *(Column(name) for name in ("deal", "system", "sheet")),
            *band_columns("chip"),
            Column("by power", "chip"),
            Column("over", "1"),
        ),
        tuple(row(deal) for deal in deals),
        "By power: a gigawatt over the limits of a chip, its host and the facility around it, median; and that over "
        "the sourced figure, which the engine uses. Where they are far apart, chips, limits or overheads are off.",
    )


def _tokens(scenario: Scenario, draws: Draws) -> Table:
    labs = {lab.party: lab for lab in scenario.labs}

    def row(deal: Deal) -> tuple[Cell, ...]:
        known = deal.performance
        if known is None:
            return (deal.name, deal.system, *(None,) * 5)
        rate = known.rate(draws.of) * draws.of(known.shared)
        lab = labs.get(deal.lab or "")
        counts = None if lab is None or lab.reference is None else tidy(float(np.median(lab.counts(deal, draws.of))))
        each = tidy(float(np.median(rate)))
        return (deal.name, deal.system, each, *band(_all(draws.of(deal.chips) * rate, draws), 1e6), counts)

    return Table(
        "Tokens a second of answers, by chip and by gigawatt",
        (
            Column("deal"),
            Column("system"),
            Column("a chip", "token/s"),
            *band_columns("Mtoken/s/GW"),
            Column("counts for", "1"),
        ),
        tuple(row(deal) for deal in scenario.deals),
        "All working chips serve, at full load and within the targets of the mix, and none is kept for research. "
        "`counts for`: gigawatts of the system that the lab's `earns` speaks of, by their yields; the median.",
    )


def _energy(deals: tuple[Deal, ...], draws: Draws) -> Table:
    def row(deal: Deal) -> tuple[Cell, ...]:
        known = deal.performance
        if known is None:
            return (deal.name, deal.system, *(None,) * 5)
        rate, power = known.rate(draws.of) * draws.of(known.shared), known.power(draws.of)
        whole = 1e9 / (draws.of(deal.chips) * rate)
        joules = band(_all(1e6 * power / rate, draws), 1e6)
        return (deal.name, deal.system, tidy(float(np.median(power))), *joules, tidy(float(np.median(whole))))

    return Table(
        "Energy of a million tokens at the meter",
        (
            Column("deal"),
            Column("system"),
            Column("a chip", "W"),
            *band_columns("MJ/Mtoken"),
            Column("of all power", "MJ/Mtoken"),
        ),
        tuple(row(deal) for deal in deals),
        "By the power model, for a chip at work with its host and the facility around it. `of all power`: the whole "
        "gigawatt over its tokens, as if all that is energised were drawn; the median.",
    )


def _cost(scenario: Scenario, draws: Draws) -> Table:
    def row(deal: Deal) -> tuple[Cell, ...]:
        price = price_of(scenario, deal, draws)
        if price is None:
            return (deal.name, deal.system, None, *(None,) * 3, "no price")
        yearly = tidy(float(np.median(price.amount)) * 12 / 1e9)
        known = deal.performance
        if known is None:
            return (deal.name, deal.system, yearly, *(None,) * 3, price.under)
        tokens = known.per_gigawatt(draws.of) * draws.of(known.shared) / unit("s").factor
        return (deal.name, deal.system, yearly, *band(_all(1e6 * price.amount / tokens, draws)), price.under)

    return Table(
        "What a million tokens of answers cost whoever pays for the chips, at full load",
        (
            Column("deal"),
            Column("system"),
            Column("a gigawatt", "bnUSD/year"),
            *band_columns("USD/Mtoken"),
            Column("paid under"),
        ),
        tuple(row(deal) for deal in scenario.deals),
        "Rents by the gigawatt in the last month of the announced schedule; without one, hardware in equal parts over "
        "its life. At half the load a token costs twice as much.",
    )


def _spread(deals: tuple[Deal, ...], draws: Draws) -> Table:
    def row(deal: Deal, known: Performance) -> tuple[Cell, ...]:
        parts = [known.sheet_rate(draws.of), draws.of(known.own), draws.of(known.shared), draws.of(deal.chips)]
        spreads = [float(np.var(np.log(part))) for part in parts]
        total = sum(spreads)
        return (deal.name, deal.system, *(percent(spread / total if total else 0.0) for spread in spreads))

    names = ("open figures", "model, own", "model, shared", "chips a gigawatt")
    return Table(
        "What the band of tokens a second of a gigawatt is made of",
        (Column("deal"), Column("system"), *(Column(name, PERCENT) for name in names)),
        tuple(row(deal, deal.performance) for deal in deals if deal.performance is not None),
        "Shares of the variance of the logarithm. Errors that all systems share cancel where two are "
        "held against each other.",
    )


def price_of(scenario: Scenario, deal: Deal, draws: Draws) -> Price | None:
    """What a gigawatt of a deal costs a month, by the scenario's own contracts; none where they do not say.

    Arguments:
        scenario: whose contracts.
        deal: which deal.
        draws: of the figures.

    Returns:
        The first that is found of: what its lab, its buyer, its financier pays by the gigawatt.
    """
    own = [contract for contract in scenario.contracts if dict(contract.terms).get("deal") == deal.name]
    for payer in dict.fromkeys(who for who in (deal.lab, deal.buyer, deal.financier) if who):
        found = list(_paid(own, deal, payer, min(deal.ends, scenario.last), draws))
        if any(form in ("cloud", "lease", "purchase") for form, _, _ in found):
            rents = [part for part in found if part[0] == "cloud"][:1] or found
            return Price(np.asarray(sum(amount for _, amount, _ in rents)), " + ".join(name for *_, name in rents))
    return None


def _paid(own: list[Contract], deal: Deal, payer: str, month: int, draws: Draws) -> Iterator[tuple[str, Floats, str]]:
    """Form, USD/GW/month of facility power, and name of each contract under which somebody pays for a deal."""
    for contract in own:
        terms = dict(contract.terms)
        stated = draws.of(deal.to_facility)
        if contract.form in TENANTS and terms.get(TENANTS[contract.form]) == payer:
            first, last = dates.period(str(terms["first"])).first, dates.period(str(terms["last"])).last
            rate = terms["per_gw"]
            if first <= month <= last and isinstance(rate, Constant):
                # Rent is for energised facility power, cloud for gigawatts as the parties state them.
                yield (
                    contract.form,
                    draws.of(rate.figure) / (stated if contract.form == "cloud" else 1.0),
                    contract.name,
                )
        elif contract.form == "purchase" and terms.get("buyer") == payer:
            price = terms["per_gw"]
            if isinstance(price, Constant) and deal.lifetime:
                yield contract.form, draws.of(price.figure) / stated / deal.lifetime, contract.name
        elif contract.form == "power_bill" and terms.get("operator") == payer:
            energy = terms["per_energy"]
            if isinstance(energy, Constant):
                yield contract.form, draws.of(energy.figure), contract.name


def _all(values: Floats, draws: Draws) -> Floats:
    return np.broadcast_to(values, (draws.paths,))
