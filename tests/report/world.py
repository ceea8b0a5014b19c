"""A small world with one of everything a report draws: a lab, a cloud, a vendor, a warrant and a campus."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from gigawatt.dates import month
from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.clause import Clause
from gigawatt.parts.contract import cloud, operating_costs, purchase, sales, staged_investment
from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import Constant, lift
from gigawatt.parts.performance import Performance
from gigawatt.parts.process import Regime, SCurve, SharePrice
from gigawatt.parts.world import Campus, Deal, Earning, Funding, Lab, Party, Phase, Share
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import ONE, quantity


def known(name: str, text: str, *claims: str) -> Figure:
    return replace(literal(text, name), claims=claims, because="" if claims else "a number of the test")


def between(name: str, low: str, high: str) -> Figure:
    first = quantity(low)
    return Figure(name, first.unit, "uniform", (first.value, quantity(high).value), because="nobody knows")


def contract(name: str, form: str, clause: Clause) -> Contract:
    def figures(node: object) -> list[Figure]:
        own = [node.figure] if isinstance(node, Constant) else []
        return own + [f for part in getattr(node, "parts", tuple)() for f in figures(part)]

    return Contract(name, form, f"The {name}", clause, tuple(figures(clause)))


def party(name: str, title: str, cash: str, *, outside: bool = False, funding: Funding | None = None) -> Party:
    share = known("recovery.cash", "0.9"), known("recovery.inflow", "0.8")
    return Party(name, title, known(f"parties.{name}.cash", cash), *share, outside, funding)


def funding(name: str) -> Funding:
    texts = {
        "target": "6 month",
        "horizon": "12 month",
        "equity": "20 bnUSD/year",
        "equity_bust": "2 bnUSD/year",
        "lending": "20 bnUSD/year",
        "lending_bust": "1 bnUSD/year",
        "debt": "1 bnUSD",
        "interest": "8 %/year",
        "term": "60 month",
    }
    return Funding(**{key: known(f"parties.{name}.funding.{key}", text) for key, text in texts.items()})


def scenario() -> Scenario:
    """Two suppliers, so that layers stack; a title that is markup, so that escaping is tested everywhere."""
    parties = (
        party("lab", "Lab & <b>Sons</b>", "10 bnUSD", funding=funding("lab")),
        party("vendor", "Vendor", "50 bnUSD"),
        party("other", "Other vendor", "5 bnUSD"),
        party("cloud", "Cloud", "20 bnUSD", funding=funding("cloud")),
        party("world", "Everybody else", "0 USD", outside=True),
        party("capital", "Investors", "0 USD", outside=True),
    )
    processes = (
        Regime(
            "market", literal("1").unit, known("p.boom", "48 month"), known("p.bust", "18 month"), known("p.0", "0")
        ),
        SharePrice(
            "vendor_price",
            literal("1 USD/share").unit,
            known("p.price", "203.71 USD/share"),
            known("p.drift", "8 %/year"),
            known("p.vol", "0.55"),
            known("p.bust_drift", "-30 %/year"),
        ),
        SCurve(
            "users",
            literal("1 bnUSD/year").unit,
            known("p.level", "13 bnUSD/year"),
            between("p.saturation", "100 bnUSD/year", "400 bnUSD/year"),
            known("p.speed", "60 %/year"),
            known("p.pace", "0.2"),
        ),
    )
    sites = tuple(
        Campus(
            f"site_{name}",
            f"Site {name}",
            "cloud",
            tuple(
                Phase(month(f"{2026 + i // 2}-{3 + 6 * (i % 2):02d}"), known(f"campuses.{name}.{i}", power), name)
                for i in range(steps)
            ),
            Figure(f"campuses.{name}.delay", literal("1 month").unit, "lognormal", (1.0, 12.0)),
            known("common_delay", "0.5"),
            known(f"campuses.{name}.built", "0.9"),
        )
        for name, steps, power in (("first", 8, "0.4 GW"), ("second", 3, "0.2 GW"))
    )
    rungs = tuple(
        Tranche(
            known("contracts.warrant.shares", "26_666_666 shares"),
            known(f"contracts.warrant.{k}.power", f"{k / 2} GW"),
            between(f"contracts.warrant.{k}.price", f"{180 + 20 * k} USD/share", f"{200 + 66 * k} USD/share"),
        )
        for k in (1, 2, 3)
    )
    contracts = (
        contract("purchase", "purchase", purchase("cloud", "vendor", "first", "30 bnUSD/GW")),
        contract("second purchase", "purchase", purchase("cloud", "other", "second", "30 bnUSD/GW")),
        contract("rent", "cloud", cloud("lab", "cloud", "first", "13 bnUSD/GW/year", "0.7", "2025-01", "2040-01")),
        contract("sales", "sales", sales("world", "lab")),
        contract("costs", "operating_costs", operating_costs("lab", "world", "0.3", "3 bnUSD/year")),
        contract("stake", "staged_investment", staged_investment("vendor", "lab", "first", "5 bnUSD/GW", "20 bnUSD")),
        contract(
            "warrant",
            "warrant",
            warrant("vendor", "lab", "V", "first", lift("0.01 USD/share"), 30, "2030-10", rungs),
        ),
    )
    lab = Lab(
        "lab",
        (Earning("all", "users", ()),),
        known("labs.lab.research", "0.4"),
        known("labs.lab.earns", "20 bnUSD/GW/year"),
        known("labs.lab.improves", "10 %/year"),
    )
    return Scenario(
        name="small",
        title="A small world",
        as_of="2025-10-13",
        first=month("2025-10"),
        last=month("2032-12"),
        paths=200,
        seed=1,
        capital="capital",
        regime="market",
        parties=parties,
        shares=(Share("V", "vendor", known("shares.V", "1.6e9 shares"), "vendor_price"),),
        processes=processes,
        correlations=(),
        campuses=sites,
        deals=(deal("first", "vendor", "5 GW"), deal("second", "other", "1 GW")),
        labs=(lab,),
        contracts=contracts,
        notes=("The numbers of this world are invented.",),
    )


def market() -> Scenario:
    """The same world with a rival that builds for itself: a deal that feeds no lab, and a campus of many phases."""
    world = scenario()
    own = replace(deal("third", "other", "4 GW"), buyer="rival", financier="rival", lab=None)
    site = world.campuses[0]
    phases = tuple(replace(phase, deal="third") for phase in site.phases)
    return replace(
        world,
        name="market",
        parties=(*world.parties, party("rival", "Rivals, builders and other people", "900 bnUSD")),
        deals=(*world.deals, own),
        campuses=(replace(site, name="site_third", title="Site third", owner="rival", phases=phases), *world.campuses),
        contracts=(
            *world.contracts,
            contract("third purchase", "purchase", purchase("rival", "other", "third", "30 bnUSD/GW")),
        ),
        notes=("Change it with `--set`.", "A lone ` stands for itself."),
    )


def deal(name: str, supplier: str, capacity: str) -> Deal:
    figures = {
        "to_facility": "1",
        "opening": "0.1 GW",
        "binding": "1 GW",
        "becomes_binding": "0.7",
        "decided": "6 month",
        "pace": "0.3 GW/month",
        "capex": "40 bnUSD/GW",
        "chips": "340000 chip/GW",
        "h100e": "2.5",
        "flops": "5e15 FLOP/s/chip",
        "failures": "3 %/year",
    }
    return Deal(
        name=name,
        title=f"The {name} deal",
        buyer="lab",
        supplier=supplier,
        financier="cloud",
        system="gb200",
        stated="facility",
        status="definitive",
        begins=month("2026-03"),
        ends=month("2029-12"),
        lead=9,
        capacity=known(f"deals.{name}.capacity", capacity, "amd-openai-supply.capacity"),
        slip=between(f"deals.{name}.slip", "0 month", "9 month"),
        lifetime=60,
        lab="lab",
        **{key: known(f"deals.{name}.{key}", text) for key, text in figures.items()},
    )


@lru_cache(maxsize=4)
def run(keep: str = "month", paths: int = 200) -> Result:
    """A run of the small world."""
    return simulate(scenario(), paths, 1, keep=keep)


def performance() -> Performance:
    """What a chip of the small world yields: 1,000 tokens a second, give or take the error of the model."""
    return Performance(
        system="gb200",
        sheet="a sheet",
        workload="mix",
        chips=known("systems.gb200.chips", "340000 chip/GW"),
        axes=(),
        tokens=(1000.0,),
        watts=(800.0,),
        limits=(1000.0,),
        h100=400.0,
        shared=Figure("model", ONE, "lognormal", (0.8, 1.25), because="nobody knows"),
        own=known("own", "1"),
        host=known("host", "0.5"),
        pue=known("pue", "1.2"),
    )


@lru_cache(maxsize=2)
def yielding(keep: str = "month") -> Result:
    """A run of the small world in which the yield of the first deal's system is known."""
    world = scenario()
    first, second = world.deals
    return simulate(replace(world, deals=(replace(first, performance=performance()), second)), 200, 1, keep=keep)


@lru_cache(maxsize=1)
def run_market() -> Result:
    """A run of the world with a rival."""
    return simulate(market(), 200, 1)
