"""Synthetic scenarios of any size, with the shape of a real one: what `bench/engine.py` measures on.

One lab rents gigawatts from clouds, which buy them from vendors; two outside parties are the customers, the builders
and the capital market. Every deal has its own purchase, rent, building and power contracts; steady flows fill up the
lanes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from gigawatt import dates
from gigawatt.parts.clause import Clause
from gigawatt.parts.contract import (
    build,
    cloud,
    flow,
    operating_costs,
    power_bill,
    purchase,
    sales,
    staged_investment,
)
from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import Constant
from gigawatt.parts.process import Process, Regime, SCurve, SharePrice
from gigawatt.parts.view import walk
from gigawatt.parts.world import Campus, Deal, Earning, Funding, Lab, Party, Phase, Share
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import unit

FIRST = dates.month("2025-10")
OUTSIDE = ("world", "capital")
RICH = 18.0
"""Cash of each party at the start where defaults are to be rare (bnUSD for each deal)."""


def between(low: str, high: str, name: str) -> Figure:
    """A figure that is uniform between two amounts."""
    ends = literal(low), literal(high)
    return Figure(name, ends[0].unit, "uniform", (ends[0].terms[0], ends[1].terms[0]))


def world(
    deals: int = 12, campuses: int = 16, parties: int = 16, lanes: int = 60, months: int = 99, strained: bool = False
) -> Scenario:
    """A scenario of the asked size.

    Arguments:
        deals, campuses: how many; campuses feed the deals in turn, six phases each.
        parties: how many, of which two are outside, one is the lab and the others clouds and vendors in turn.
        lanes: rows of the due matrix, debt service and shares included; at least what a warrant and the lab need.
        months: length of the horizon.
        strained: whether parties begin with so little cash that defaults are common.
    """
    inside = ["lab", *(f"{'cloud' if i % 2 else 'vendor'}{i}" for i in range(1, parties - 2))]
    clouds = [name for name in inside if name.startswith("cloud")]
    vendors = [name for name in inside if name.startswith("vendor")]
    funded = inside[:4]
    names = [f"deal{i}" for i in range(deals)]
    chosen: list[Contract] = []
    left = lanes - len(funded)
    for form, clause in _contracts(names, clouds, vendors, inside):
        if len(clause.lanes) <= left:
            figures = tuple(node.figure for node in walk(clause) if isinstance(node, Constant))
            chosen.append(Contract(f"c{len(chosen)}", form, form, clause, figures))
            left -= len(clause.lanes)
        if not left:
            break
    return Scenario(
        name=f"synthetic-{deals}-{campuses}-{parties}-{lanes}",
        title="A synthetic world",
        as_of="2025-10-13",
        first=FIRST,
        last=FIRST + months - 1,
        paths=10_000,
        seed=1,
        capital="capital",
        regime="market",
        parties=tuple(_party(name, name in funded, (0.2 if strained else RICH) * deals) for name in inside)
        + tuple(Party(name, name, literal("0 USD"), literal(1), literal(1), outside=True) for name in OUTSIDE),
        shares=(Share("V", vendors[0], literal("1.6e9 shares"), "V_price"),),
        processes=_processes(deals),
        correlations=(("V_price", "W_price", 0.6),),
        campuses=tuple(_campus(i, names[i % deals], clouds[i % len(clouds)]) for i in range(campuses)),
        deals=tuple(
            _deal(name, clouds[i % len(clouds)], vendors[i % len(vendors)], "lab" if i % 3 else None)
            for i, name in enumerate(names)
        ),
        labs=(
            Lab(
                "lab",
                (Earning("users", "users", ()), Earning("api", "api", ())),
                between("30 %", "50 %", "research"),
                between("15 bnUSD/GW/year", "25 bnUSD/GW/year", "earns"),
                literal("10 %/year"),
            ),
        ),
        contracts=tuple(chosen),
    )


def _party(name: str, funded: bool, cash: float) -> Party:
    rules = Funding(
        target=literal("6 month"),
        horizon=literal("12 month"),
        equity=literal("20 bnUSD/year"),
        equity_bust=literal("2 bnUSD/year"),
        lending=literal("20 bnUSD/year"),
        lending_bust=literal("1 bnUSD/year"),
        debt=literal("1 bnUSD"),
        interest=literal("8 %/year"),
        term=literal("60 month"),
    )
    return Party(
        name, name, literal(f"{cash} bnUSD"), literal("0.9"), literal("0.8"), funding=rules if funded else None
    )


def _processes(deals: int) -> tuple[Process, ...]:
    def share(name: str, *, jumps: bool) -> SharePrice:
        drawn = (literal("0.5 1/year"), literal("-0.1"), literal("0.2")) if jumps else None
        return SharePrice(
            name, unit("USD/share"), literal("200 USD/share"), literal("8 %/year"), literal("0.5"),
            literal("-30 %/year"), drawn,
        )  # fmt: skip

    def demand(name: str) -> SCurve:
        top = between(f"{5 * deals} bnUSD/year", f"{25 * deals} bnUSD/year", f"{name}.saturation")
        return SCurve(
            name, unit("USD/month"), literal(f"{0.5 * deals} bnUSD/year"), top, literal("60 %/year"), literal("0.2")
        )

    market = Regime("market", unit("1"), literal("48 month"), literal("18 month"), literal(0))
    return (market, share("V_price", jumps=True), share("W_price", jumps=False), demand("users"), demand("api"))


def _campus(i: int, deal: str, owner: str) -> Campus:
    phases = tuple(Phase(FIRST + 4 + i % 5 + 8 * step, literal("0.3 GW"), deal) for step in range(6))
    late = Figure(f"campus{i}.delay", unit("month"), "lognormal", (1.0, 12.0))
    return Campus(f"campus{i}", f"Campus {i}", owner, phases, late, literal("0.5"), literal("0.95"))


def _deal(name: str, buyer: str, supplier: str, lab: str | None) -> Deal:
    return Deal(
        name=name,
        title=name,
        buyer=buyer,
        supplier=supplier,
        financier=buyer,
        system="gb200",
        stated="facility",
        status="definitive",
        begins=FIRST + 5,
        ends=FIRST + 60,
        lead=6,
        capacity=between("2 GW", "4 GW", f"{name}.capacity"),
        to_facility=literal(1),
        opening=literal("0.1 GW"),
        binding=literal("1 GW"),
        becomes_binding=literal("0.7"),
        decided=literal("6 month"),
        slip=between("0 month", "9 month", f"{name}.slip"),
        pace=literal("0.2 GW/month"),
        capex=between("35 bnUSD/GW", "50 bnUSD/GW", f"{name}.capex"),
        chips=literal("340_000 chip/GW"),
        h100e=literal("2.5"),
        flops=literal("5e15 FLOP/s/chip"),
        failures=literal("3 %/year"),
        lifetime=60,
        lab=lab,
    )


def _contracts(
    deals: list[str], clouds: list[str], vendors: list[str], inside: list[str]
) -> Iterator[tuple[str, Clause]]:
    """First what every world has, then the deals' contracts, then flows without end."""
    rungs = tuple(Tranche("20e6 shares", f"{0.5 * k} GW", f"{200 + 60 * k} USD/share") for k in range(1, 5))
    yield "sales", sales("world", "lab")
    yield "operating_costs", operating_costs("lab", "world", "0.3", "1 bnUSD/year")
    yield "staged_investment", staged_investment(vendors[0], "lab", deals[0], "5 bnUSD/GW", "20 bnUSD")
    yield "warrant", warrant(vendors[0], "lab", "V", deals[0], "0.01 USD/share", 30, "2031-10", rungs)
    for i, deal in enumerate(deals):
        owner, maker = clouds[i % len(clouds)], vendors[i % len(vendors)]
        rent = between("11 bnUSD/GW/year", "14 bnUSD/GW/year", f"rent{i}")
        price = between("28 bnUSD/GW", "34 bnUSD/GW", f"price{i}")
        yield "cloud", cloud("lab" if i % 3 else "world", owner, deal, rent, "0.7", "2025-10", "2031-12")
        yield "purchase", purchase(owner, maker, deal, price)
        yield "build", build(owner, "world", deal, "12 bnUSD/GW")
        yield "power_bill", power_bill(owner, "world", deal, "60 USD/MWh")
    for i in count():
        payer, payee = inside[i % len(inside)], inside[(i + 1) % len(inside)]
        rate = between("0.1 bnUSD/year", "0.5 bnUSD/year", f"flow{i}")
        yield "flow", flow(payer, payee, rate, "2025-10", "2033-12")
