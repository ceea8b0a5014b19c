"""One small world twice: as a gigawatt scenario, and written the usual way for SimPy, one environment a path.

A lab rents what a cloud buys from a vendor and energises on one campus in twelve phases; the customers pay the lab,
the lab pays take-or-pay rent, the cloud pays for deliveries, and the vendor's shares vest to the lab in six tranches.
The world may have several such clouds, each with its deal and campus. All parties have cash enough, so nobody defaults;
what is drawn and what is computed each month is the same in both. `bench/engine.py` times both and checks that they
agree.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random

import simpy

from gigawatt import dates
from gigawatt.parts.clause import Clause, Once
from gigawatt.parts.contract import cloud, operating_costs, purchase, sales
from gigawatt.parts.figure import Z90, Figure, literal
from gigawatt.parts.observable import Constant, lift
from gigawatt.parts.process import DAYS, Regime, SCurve, SharePrice
from gigawatt.parts.readings import average, bought, during, once_reached
from gigawatt.parts.view import walk
from gigawatt.parts.world import Campus, Deal, Earning, Lab, Party, Phase, Share
from gigawatt.parts.wrapper import All
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import unit

FIRST = dates.month("2025-10")
MONTHS = 99
PHASES = tuple(5 + 6 * i for i in range(12))
BEGINS, ENDS, LEAD, LIFETIME, DECIDED = 5, 50, 9, 60, 6
LAB_CASH, VENDOR_CASH, CLOUD_CASH = 300, "50 bnUSD", "1000 bnUSD"
RENT, SHARE_OF_REVENUE, FIXED, PRICE_PER_GW = "13 bnUSD/GW/year", "0.3", "3 bnUSD/year", "30 bnUSD/GW"
STRIKE, TRANCHE, DAYS_AVERAGED = "0.01 USD/share", "26_666_666 shares", 30
MARKS = tuple((float(k), 200.0 + 66.0 * k) for k in range(1, 7))


def amount(text: str) -> float:
    """A quantity in internal units."""
    return literal(text).terms[0]


def scenario(clouds: int = 1) -> Scenario:
    """The world as gigawatt reads it."""
    each = range(clouds)

    def uniform(low: str, high: str, name: str) -> Figure:
        return Figure(name, literal(low).unit, "uniform", (amount(low), amount(high)))

    def party(name: str, cash: str, *, outside: bool = False) -> Party:
        return Party(name, name, literal(cash), literal(1), literal(1), outside=outside)

    def contract(name: str, clause: Clause) -> Contract:
        return Contract(name, name, name, clause, tuple(n.figure for n in walk(clause) if isinstance(n, Constant)))

    rungs: list[Clause] = []
    for power, price in MARKS:
        # By month, because that is how the world in SimPy looks at the price; the form `warrant` looks at days.
        both = once_reached(bought("deal0") >= f"{power} GW") * once_reached(
            average("V", DAYS_AVERAGED) >= f"{price} USD/share"
        )
        when = both * during("2000-01", "2030-10")
        rungs += [
            Once("vendor", "lab", lift(TRANCHE), when, asset="V"),
            Once("lab", "vendor", lift(TRANCHE) * STRIKE, when),
        ]
    return Scenario(
        name="small",
        title="A small world",
        as_of="2025-10-13",
        first=FIRST,
        last=FIRST + MONTHS - 1,
        paths=2500,
        seed=1,
        capital="world",
        regime="market",
        parties=(
            party("lab", f"{LAB_CASH * clouds} bnUSD"), party("vendor", VENDOR_CASH),
            *(party(f"cloud{i}", CLOUD_CASH) for i in each), party("world", "0 USD", outside=True),
        ),
        shares=(Share("V", "vendor", literal("1.6e9 shares"), "price"),),
        processes=(
            Regime("market", unit("1"), literal("48 month"), literal("18 month"), literal(0)),
            SharePrice(
                "price", unit("USD/share"), literal("204 USD/share"), literal("8 %/year"), literal("0.55"),
                literal("-30 %/year"),
            ),
            SCurve(
                "users", unit("USD/month"), literal(f"{13 * clouds} bnUSD/year"),
                uniform(f"{100 * clouds} bnUSD/year", f"{400 * clouds} bnUSD/year", "saturation"),
                literal("60 %/year"), literal("0.2"),
            ),
        ),
        correlations=(),
        campuses=tuple(
            Campus(
                f"site{i}", "Site", f"cloud{i}",
                tuple(Phase(FIRST + month, literal("0.5 GW"), f"deal{i}") for month in PHASES),
                Figure(f"delay{i}", unit("month"), "lognormal", (1.0, 12.0)), literal(0), literal("0.95"),
            )
            for i in each
        ),
        deals=tuple(
            Deal(
                name=f"deal{i}", title="Deal", buyer="lab", supplier="vendor", financier=f"cloud{i}", system="gb200",
                stated="facility", status="definitive", begins=FIRST + BEGINS, ends=FIRST + ENDS, lead=LEAD,
                capacity=uniform("4 GW", "6 GW", f"capacity{i}"), to_facility=literal(1), opening=literal("0.2 GW"),
                binding=literal("1 GW"), becomes_binding=literal("0.7"), decided=literal(f"{DECIDED} month"),
                slip=uniform("0 month", "9 month", f"slip{i}"), pace=literal("0.3 GW/month"),
                capex=literal("40 bnUSD/GW"),
                chips=literal("340_000 chip/GW"), h100e=literal("2.5"), flops=literal("5e15 FLOP/s/chip"),
                failures=literal("3 %/year"), lifetime=LIFETIME, lab="lab",
            )
            for i in each
        ),
        labs=(Lab("lab", (Earning("users", "users", ()),), literal("0.4"), literal("20 bnUSD/GW/year"),
                  literal("10 %/year")),),
        contracts=(
            contract("sales", sales("world", "lab")),
            contract("costs", operating_costs("lab", "world", SHARE_OF_REVENUE, FIXED)),
            *(
                contract(f"rent{i}", cloud("lab", f"cloud{i}", f"deal{i}", RENT, "0.7", "2025-01", "2040-01"))
                for i in each
            ),
            *(contract(f"purchase{i}", purchase(f"cloud{i}", "vendor", f"deal{i}", PRICE_PER_GW)) for i in each),
            contract("warrant", All(tuple(rungs))),
        ),
    )  # fmt: skip


@dataclass(slots=True)
class Site:
    """One cloud with its deal and its campus (GW, USD)."""

    cash: float = amount(CLOUD_CASH)
    power: float = 0.2
    ordered: float = 0.2
    delivered: float = 0.2
    online: float = 0.2
    working: float = 0.2


@dataclass(slots=True)
class World:
    """What the SimPy processes of one path share."""

    env: simpy.Environment
    random: Random
    sites: list[Site]
    lab: float
    vendor: float = amount(VENDOR_CASH)
    bust: bool = False
    price: float = 204.0
    average: float = 204.0
    demand: float = 0.0
    vested: int = 0
    record: list[tuple[float, float, float, float]] = field(default_factory=list)


Steps = Generator[simpy.Event, None, None]


def market(world: World) -> Steps:
    """Boom and bust."""
    into, out = 1 - math.exp(-1 / 48), 1 - math.exp(-1 / 18)
    while True:
        luck = world.random.random()
        world.bust = luck >= out if world.bust else luck < into
        yield world.env.timeout(1)


def shares(world: World) -> Steps:
    """The share price at the month's end, and its average over the last days (a Brownian bridge)."""
    sigma = 0.55 / math.sqrt(12)
    boom, bust = amount("8 %/year"), amount("-30 %/year")
    window = DAYS_AVERAGED / DAYS
    spread = sigma * math.sqrt(window / 3 - window**2 / 4)
    while True:
        step = (bust if world.bust else boom) - sigma**2 / 2 + sigma * world.random.gauss(0, 1)
        world.price *= math.exp(step)
        world.average = world.price * math.exp(spread * world.random.gauss(0, 1) - step * window / 2)
        yield world.env.timeout(1)


def customers(world: World) -> Steps:
    """Demand grows to a saturation, slower in a bust."""
    scale, growth = len(world.sites), amount("60 %/year")
    first = scale * amount("13 bnUSD/year")
    top = scale * world.random.uniform(amount("100 bnUSD/year"), amount("400 bnUSD/year"))
    clock = 0.0
    while True:
        clock += 0.2 if world.bust else 1.0
        world.demand = top / (1 + (top / first - 1) * math.exp(-growth * clock))
        yield world.env.timeout(1)


def campus(world: World, site: Site) -> Steps:
    """Phases energise, all late by the same delay, if the campus is built at all."""
    if world.random.random() >= 0.95:
        return
    spread = math.log(12) / (2 * Z90)
    delay = max(math.exp(0.5 * math.log(12) + spread * world.random.gauss(0, 1)), 0.0)
    for planned in PHASES:
        # Half a month early, so that the power is there when the month is counted.
        yield world.env.timeout(max(math.ceil(planned + delay) - 0.5 - world.env.now, 0.0))
        site.power += 0.5


def supply(world: World, site: Site) -> Steps:
    """Orders follow the announced schedule, and arrive after their lead no faster than the pace; arrivals are paid."""
    price = amount(PRICE_PER_GW)
    capacity = world.random.uniform(4, 6)
    optional = capacity - 1 if world.random.random() < 0.7 else 0.0
    starts = BEGINS + world.random.uniform(0, 9)
    orders = []
    while True:
        month = int(world.env.now)
        announced = capacity * min(max((month + LEAD - BEGINS + 1) / (ENDS - BEGINS + 1), 0.0), 1.0)
        contracted = 1 + (optional if month >= DECIDED else 0.0)
        site.ordered = max(site.ordered, 0.2 + min(contracted, announced))
        orders.append(site.ordered)
        before = site.delivered
        if month >= starts:
            arriving = orders[month - LEAD] if month >= LEAD else 0.2
            site.delivered = max(before, min(arriving, before + 0.3))
        paid = price * (site.delivered - before)
        site.cash -= paid
        world.vendor += paid
        yield world.env.timeout(1)


def fleet(world: World, site: Site) -> Steps:
    """What is delivered and powered is energised; chips fail, and each cohort retires at its age."""
    kept = 1 - amount("3 %/year")
    cohorts: list[float] = []
    while True:
        before, site.online = site.online, max(site.online, min(site.delivered, site.power))
        if cohorts:
            site.working = site.working * kept + site.online - before
            cohorts.append(site.online - before)
        else:
            site.working = site.online
            cohorts.append(site.online)
        if len(cohorts) > LIFETIME:
            site.working = max(site.working - cohorts[len(cohorts) - 1 - LIFETIME] * kept**LIFETIME, 0.0)
        yield world.env.timeout(1)


def lab(world: World) -> Steps:
    """Demand meets compute; the lab pays its costs and take-or-pay rent."""
    earns, improves = amount("20 bnUSD/GW/year"), amount("10 %/year")
    rent, share, fixed = amount(RENT), amount(SHARE_OF_REVENUE), amount(FIXED)
    while True:
        working = sum(site.working for site in world.sites)
        supported = earns * (1 + improves) ** world.env.now * 0.6 * working
        revenue = min(world.demand, supported)
        load = 0.4 + 0.6 * (revenue / supported if supported > 0 else 0.0)
        world.lab += revenue - share * revenue - fixed
        for site in world.sites:
            due = rent * max(site.working * load, 0.7 * site.online)
            world.lab -= due
            site.cash += due
        yield world.env.timeout(1)


def tranche(world: World, power: float, price: float) -> Steps:
    """Shares vest once enough gigawatts are ordered and the average price has been high enough."""
    expires = dates.month("2030-10") - FIRST
    bought = priced = False
    while world.env.now <= expires:
        bought = bought or world.sites[0].ordered - 0.2 >= power * (1 - 1e-9)
        priced = priced or world.average >= price * (1 - 1e-9)
        if bought and priced:
            world.vested += 1
            strike = amount(TRANCHE) * amount(STRIKE)
            world.lab -= strike
            world.vendor += strike
            return
        yield world.env.timeout(1)


def books(world: World) -> Steps:
    """Energised gigawatts and cash (lab, clouds, vendor) at the end of each month."""
    while True:
        online, cash = sum(site.online for site in world.sites), sum(site.cash for site in world.sites)
        world.record.append((online, world.lab, cash, world.vendor))
        yield world.env.timeout(1)


def path(seed: int, clouds: int = 1) -> World:
    """One path of the world."""
    sites = [Site() for _ in range(clouds)]
    world = World(simpy.Environment(), Random(seed), sites, amount(f"{LAB_CASH * clouds} bnUSD"))
    # Processes that wake at the same time run in the order in which they were started.
    for process in (market, shares, customers):
        world.env.process(process(world))
    for part in (campus, supply, fleet):
        for site in sites:
            world.env.process(part(world, site))
    world.env.process(lab(world))
    for power, price in MARKS:
        world.env.process(tranche(world, power, price))
    world.env.process(books(world))
    world.env.run(until=MONTHS - 0.25)
    return world
