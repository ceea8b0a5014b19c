"""Worlds to test on: a toy with everything in it, and small random ones that make sense.

`toy()` and `bare()` build fixed scenarios; `worlds()` is a hypothesis strategy of scenarios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from hypothesis import strategies as st

from gigawatt import dates
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.contract import (
    cloud,
    commitment,
    operating_costs,
    payment,
    purchase,
    sales,
    staged_investment,
)
from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.grant import Tranche, warrant
from gigawatt.parts.observable import Constant, Observable, lift
from gigawatt.parts.performance import Axis, Performance
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.process import MeanReverting, Process, Regime, SCurve, SharePrice
from gigawatt.parts.readings import (
    announced,
    average,
    cash,
    contracted,
    debt,
    delivered,
    during,
    financed,
    growth,
    highest,
    larger,
    latest,
    level,
    once_reached,
    online,
    outstanding,
    powered,
    price,
    purchased,
    revenue,
    smaller,
    solvent,
    used,
    working,
)
from gigawatt.parts.world import Campus, Deal, Earning, Funding, Lab, Party, Phase, Share
from gigawatt.parts.wrapper import All, Arrears, Guaranteed, Ranked, Upto, While
from gigawatt.scenario.scenario import Contract, Scenario
from gigawatt.units import unit
from twin import walk

START = dates.month("2026-01")


def between(low: str, high: str, name: str) -> Figure:
    """A figure that is uniform between two amounts."""
    ends = literal(low), literal(high)
    return Figure(name, ends[0].unit, "uniform", (ends[0].terms[0], ends[1].terms[0]))


def party(
    name: str,
    cash: str = "0 USD",
    *,
    kept: tuple[str, str] = ("1", "1"),
    outside: bool = False,
    funding: Funding | None = None,
) -> Party:
    """A party; `kept` are its recovery shares of cash and inflow."""
    return Party(name, name.title(), literal(cash), literal(kept[0]), literal(kept[1]), outside, funding)


def contract(name: str, clause: Clause) -> Contract:
    """A contract that knows the figures in its clause."""
    found = tuple(node.figure for node in walk(clause) if isinstance(node, Constant))
    return Contract(name, "python", name, clause, found)


def contracts(*clauses: Clause) -> tuple[Contract, ...]:
    """Contracts named c1, c2, ..."""
    return tuple(contract(f"c{number}", clause) for number, clause in enumerate(clauses, start=1))


def deal(name: str = "d", **changed: object) -> Deal:
    """A deal of 2 GW from `cloud` to `lab`, all binding, with whatever is changed."""
    terms: dict[str, object] = {
        "title": name,
        "buyer": "lab",
        "supplier": "vendor",
        "financier": "cloud",
        "system": "gb200",
        "stated": "facility",
        "status": "definitive",
        "begins": START,
        "ends": START + 11,
        "lead": 0,
        "capacity": literal("2 GW"),
        "to_facility": literal(1),
        "opening": literal("0.2 GW"),
        "binding": literal("2 GW"),
        "becomes_binding": literal(1),
        "decided": literal("0 month"),
        "slip": literal("0 month"),
        "pace": literal("1 GW/month"),
        "capex": literal("0 USD/GW"),
        "chips": literal("340_000 chip/GW"),
        "h100e": literal("2.5"),
        "flops": literal("5e15 FLOP/s/chip"),
        "failures": literal("0 %/year"),
        "lifetime": 60,
        "lab": None,
    }
    return Deal(name=name, **(terms | changed))  # type: ignore[arg-type]


def campus(name: str, *phases: Phase, delay: Figure | None = None, common: str = "0", built: str = "1") -> Campus:
    """A site of `cloud`, on time and certain to be built unless said otherwise."""
    late = literal("0 month") if delay is None else delay
    return Campus(name, name.title(), "cloud", phases, late, literal(common), literal(built))


def regime(boom: str = "1e9 month", bust: str = "1 month") -> Regime:
    """A market that stays in a boom unless said otherwise."""
    return Regime("market", unit("1"), literal(boom), literal(bust), literal(0))


def bare(*clauses: Clause, cash: dict[str, str] | None = None, months: int = 8, **changed: object) -> Scenario:
    """A world of `lab`, `vendor`, `cloud` and an outside, one deal, one campus, and these contracts.

    Arguments:
        clauses: the contracts.
        cash: at the start, by party; nothing for parties that are not named.
        months: length of the horizon.
        changed: fields of the scenario to replace.
    """
    cash = cash or {}
    fields: dict[str, object] = {
        "name": "bare",
        "title": "Bare",
        "as_of": "2025-10-13",
        "first": START,
        "last": START + months - 1,
        "paths": 8,
        "seed": 1,
        "capital": "world",
        "regime": "market",
        "parties": (
            *(party(name, cash.get(name, "0 USD")) for name in ("lab", "vendor", "cloud")),
            party("world", outside=True),
        ),
        "shares": (Share("V", "vendor", literal("1e9 shares"), "V_price"),),
        "processes": (
            regime(),
            SharePrice(
                "V_price",
                unit("USD/share"),
                literal("100 USD/share"),
                literal("10 %/year"),
                literal("0.4"),
                literal("0 %/year"),
            ),
        ),
        "correlations": (),
        "campuses": (campus("site", *(Phase(START + 2 * k, literal("0.3 GW"), "d") for k in range(1, 5))),),
        "deals": (deal(),),
        "labs": (),
        "contracts": contracts(*clauses),
    }
    return Scenario(**(fields | changed))  # type: ignore[arg-type]


def toy(months: int = 72) -> Scenario:
    """A world with everything in it: busts, jumps, delays, funding rules, defaults with costs, every form of contract.

    Arguments:
        months: length of the horizon.
    """
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
    fixed = ("0.9", "0.8")
    jumps = (literal("0.5 1/year"), literal("-0.1"), literal("0.2"))
    processes: tuple[Process, ...] = (
        regime("48 month", "18 month"),
        SharePrice(
            "price",
            unit("USD/share"),
            literal("203.71 USD/share"),
            literal("8 %/year"),
            between("0.4", "0.7", "volatility"),
            literal("-30 %/year"),
            jumps,
        ),
        SCurve(
            "users",
            unit("bnUSD/year"),
            literal("13 bnUSD/year"),
            between("100 bnUSD/year", "400 bnUSD/year", "saturation"),
            literal("60 %/year"),
            literal("0.2"),
        ),
        MeanReverting(
            "rental",
            unit("bnUSD/GW/year"),
            literal("13 bnUSD/GW/year"),
            literal("9 bnUSD/GW/year"),
            literal("12 month"),
            literal("0.3"),
        ),
    )
    phases = tuple(Phase(START + 3 * k, literal("0.25 GW"), "d" if k % 3 else "e") for k in range(12))
    delay = Figure("delay", unit("month"), "lognormal", (1.0, 12.0))
    capacity = between("4 GW", "6 GW", "capacity")
    common: dict[str, Any] = {
        "pace": literal("0.3 GW/month"),
        "failures": literal("3 %/year"),
        "ends": START + 45,
        "lab": "lab",
    }
    billed = larger(used("e"), online("e") * "0.7") * level("rental", "bnUSD/GW/year")
    rungs = tuple(Tranche("26_666_666 shares", f"{k} GW", f"{200 + 66 * k} USD/share") for k in range(1, 7))
    return bare(
        purchase("cloud", "vendor", "d", "30 bnUSD/GW"),
        Arrears(cloud("lab", "cloud", "d", "13 bnUSD/GW/year", "0.7", "2025-01", "2040-01")),
        Guaranteed("vendor", lift("4 bnUSD"), Pay("lab", "cloud", billed)),
        sales("world", "lab"),
        operating_costs("lab", "world", "0.3", "3 bnUSD/year"),
        staged_investment("vendor", "lab", "d", "5 bnUSD/GW", "20 bnUSD"),
        warrant("vendor", "lab", "V", "d", "0.01 USD/share", 30, "2030-10", rungs),
        Ranked(2, commitment("cloud", "lab", "9 bnUSD", "2026-06", "2029-05")),
        payment("cloud", "lab", "1 bnUSD", "2026-03"),
        name="toy",
        first=START,
        last=START + months - 1,
        capital="capital",
        parties=(
            party("lab", "10 bnUSD", kept=fixed, funding=rules),
            party("vendor", "50 bnUSD", kept=fixed),
            party("cloud", "20 bnUSD", kept=fixed, funding=rules),
            party("world", outside=True),
            party("capital", outside=True),
        ),
        shares=(Share("V", "vendor", literal("1.6e9 shares"), "price"),),
        processes=processes,
        correlations=(("price", "rental", 0.4),),
        campuses=(
            campus("site", *phases, delay=delay, common="0.5", built="0.95"),
            campus("annex", Phase(START + 4, literal("0.5 GW"), "d"), delay=literal("2.5 month"), common="0.2"),
        ),
        deals=(
            deal(
                lead=9,
                capacity=capacity,
                binding=literal("1 GW"),
                becomes_binding=literal("0.7"),
                decided=literal("6 month"),
                slip=between("0 month", "9 month", "slip"),
                capex=literal("40 bnUSD/GW"),
                **common,
            ),
            deal("e", capacity=literal("2 GW"), lead=2, capex=literal("10 bnUSD/GW"), lifetime=20, **common),
        ),
        labs=(
            Lab(
                "lab",
                (Earning("all", "users", (between("0.8", "1.2", "factor"), literal("0.9"))),),
                literal("0.4"),
                literal("20 bnUSD/GW/year"),
                literal("10 %/year"),
            ),
        ),
    )


@dataclass
class Draw:
    """What the parts of a random world are drawn from, with a fresh name for every uncertain figure."""

    draw: st.DrawFn
    inside: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()
    campuses: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()
    count: int = 0

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def yes(self) -> bool:
        return self.draw(st.booleans())

    def text(self, low: float, high: float, of: str = "") -> str:
        """An amount on a grid of odd values, so that hardly any two sums tie."""
        return f"{low + (high - low) * self.integer(0, 96) / 96:.5g} {of}".strip()

    def figure(self, low: float, high: float, of: str = "") -> Figure:
        """A certain figure, or one in five times an uncertain one."""
        if self.integer(0, 4):
            return literal(self.text(low, high, of))
        self.count += 1
        ends = sorted(literal(self.text(low, high, of)).terms[0] for _ in range(2))
        return Figure(f"figure {self.count}", unit(of or "1"), "uniform", (ends[0], ends[1]))

    def performance(self, system: str) -> Performance:
        """What a system yields, with up to two open figures in its sheet."""
        axes = []
        for _ in range(self.integer(0, 2)):
            self.count += 1
            low = self.integer(1, 9) * 1e15
            span = Figure(f"figure {self.count}", unit("FLOP/s/chip"), "uniform", (low, 2.5 * low))
            axes.append(Axis(span, (1.1 * low, 1.7 * low, 2.2 * low)[: self.integer(2, 3)]))
        size = prod(len(axis.values) for axis in axes)
        tokens = tuple(float(self.integer(100, 900)) for _ in range(size))
        self.count += 1
        return Performance(
            system=system,
            sheet="random",
            workload="mix",
            chips=self.figure(2e5, 9e5, "chip/GW"),
            axes=tuple(axes),
            tokens=tokens,
            watts=tuple(700.0 + rate for rate in tokens),
            limits=(1500.0,) * size,
            h100=300.0,
            shared=Figure("model", unit("1"), "lognormal", (0.8, 1.25)),
            own=Figure(f"figure {self.count}", unit("1"), "lognormal", (0.8, 1.25)),
            host=literal("0.3"),
            pue=literal("1.25"),
        )

    def anyone(self) -> str:
        return self.one(*self.inside, "world")

    def others(self) -> tuple[str, str]:
        """Two parties, not the same."""
        pair = self.draw(st.permutations((*self.inside, "world")))
        return pair[0], pair[1]

    def when(self) -> Observable:
        """A condition."""
        d, kind = self.one(*self.deals), self.integer(0, 9)
        first = START + self.integer(0, 20)
        spans = [dates.month_text(m) for m in (first, first + self.integer(0, 20))]
        conditions: tuple[Callable[[], Observable], ...] = (
            lambda: during(*spans),
            lambda: solvent(self.anyone()),
            lambda: online(d) >= self.figure(0, 1, "GW"),
            lambda: once_reached(average("S", self.integer(1, 30)) >= self.figure(80, 140, "USD/share")),
            lambda: once_reached(purchased(d) >= self.figure(0, 1.5, "GW")) * during(*spans),
            lambda: cash(self.one(*self.inside)) >= self.figure(0.1, 5, "bnUSD"),
            lambda: price("S") >= self.figure(70, 130, "USD/share"),
            lambda: once_reached(highest("S", self.test()) >= self.figure(80, 140, "USD/share")),
            lambda: latest("S", self.test(), spans[1]) >= self.figure(70, 130, "USD/share"),
            lambda: highest("I", PriceTest("close")) * outstanding("I") >= self.figure(8e10, 1.4e11, "USD"),
        )
        return conditions[kind]()

    def test(self) -> PriceTest:
        """A test of a share price, mostly over less than a month."""
        statistic = self.draw(st.sampled_from(STATISTICS))
        single = statistic in ("spot", "close")
        days = 1 if single else self.integer(1, 40) if self.integer(0, 3) else self.integer(41, 130)
        need = self.integer(1, days) if statistic == "days" else 0
        return PriceTest(statistic, days, need, self.one("I") if self.integer(0, 2) == 0 else None)

    def warrant(self, payer: str, payee: str, d: str) -> Clause:
        """A warrant of two rungs; every other one with all that its form can say."""
        marks = [(f"{0.3 * k} GW", f"{90 + 10 * k} USD/share") for k in (1, 2)]
        if self.yes():
            rungs = tuple(Tranche(self.figure(1e6, 9e6, "shares"), power, price) for power, price in marks)
            return warrant(payer, payee, "S", d, self.figure(0, 90, "USD/share"), 30, "2027-06", rungs)
        test, months = self.test(), [dates.month_text(START + self.integer(0, 9)) for _ in range(2)]
        lab = self.labs[0] if self.labs else None
        odd = (
            Tranche(self.figure(1e6, 9e6, "shares"), *marks[0], counts=self.one("bought", "received", "running")),
            Tranche("7e6 shares", "0.2 GW", not_before=min(months), not_after=max(months)),
            Tranche("8e6 shares", market_value=self.figure(8e10, 1.4e11, "USD"), not_after="2026-09"),
            Tranche("5e6 shares", None, "80 USD/share", performance="4 bnUSD/year" if lab else None),
        )
        return warrant(
            payer,
            payee,
            "S",
            d,
            self.figure(0, 130, "USD/share"),
            test.days,
            dates.month_text(START + self.integer(9, 28)) if self.yes() else "2028-12",
            tuple(rung for rung in odd if self.yes()) or odd[:1],
            test=test.statistic,
            need=test.need,
            relative_to=test.index,
            price_latched=self.yes(),
            power_latched=self.yes(),
            lab=lab,
            exercisable_from=min(months) if self.yes() else None,
            exercisable_power=self.figure(0.1, 0.8, "GW") if self.yes() else None,
            exercise=self.one("cash", "net", "expiry"),
            when_not_exercisable="exercise",
        )

    def rate(self) -> Observable:
        """What a monthly payment may be."""
        d, kind = self.one(*self.deals), self.integer(0, 10)
        gigawatts: Callable[[str], Observable] = self.draw(
            st.sampled_from((online, working, used, contracted, announced))
        )
        steps: Callable[[str], Observable] = self.draw(
            st.sampled_from((online, delivered, purchased, financed, contracted))
        )
        who = self.one(*self.inside)
        rates: tuple[Callable[[], Observable], ...] = (
            lambda: lift(self.figure(0.01, 1.5, "bnUSD/month")),
            lambda: gigawatts(d) * self.figure(1, 20, "bnUSD/GW/year"),
            lambda: growth(steps(d)) * self.figure(1, 40, "bnUSD/GW"),
            lambda: larger(used(d), online(d) * self.figure(0, 1)) * level("rental", "USD/GW/month"),
            lambda: cash(who) / "30 months",
            lambda: debt(who) * self.figure(0, 5, "%/month") + self.figure(0, 0.2, "bnUSD/month"),
            lambda: smaller(lift("1 bnUSD/month"), powered(self.one(*self.campuses)) * "9 bnUSD/GW/year"),
            lambda: growth(price("S")) * self.figure(1e6, 4e7, "shares"),
            lambda: lift(self.figure(0.1, 1, "bnUSD/month")) - online(d) * "3 bnUSD/GW/year",
            lambda: growth(cash(who)) * "0.2",
            lambda: revenue(self.one(*self.labs)) * self.figure(0, 1) if self.labs else lift("0.3 bnUSD/month"),
        )
        return rates[kind]()

    def clause(self, depth: int) -> Clause:
        """A clause of at most this many layers, in cash."""
        kind = self.integer(0, 8) if depth else self.integer(0, 1)
        payer, payee = self.others()
        clauses: tuple[Callable[[], Clause], ...] = (
            lambda: Pay(payer, payee, self.rate()),
            lambda: Once(payer, payee, lift(self.figure(0.1, 8, "bnUSD")), self.when()),
            lambda: While(self.when(), self.clause(depth - 1)),
            lambda: Upto(lift(self.figure(0.1, 8, "bnUSD")), self.clause(depth - 1)),
            lambda: Arrears(self.clause(depth - 1)),
            lambda: Guaranteed(self.anyone(), lift(self.figure(0.1, 5, "bnUSD")), self.clause(depth - 1)),
            lambda: Ranked(self.integer(0, 2), self.clause(depth - 1)),
            lambda: All(tuple(self.clause(depth - 1) for _ in range(self.integer(1, 3)))),
            lambda: While(solvent(payee), Pay(payer, payee, self.rate())),
        )
        return clauses[kind]()

    def whole(self) -> Clause:
        """A whole contract: an expression, a named form, or shares."""
        payer, payee = self.others()
        d, kind = self.one(*self.deals), self.integer(0, 7)
        if kind == 0:
            return self.warrant(payer, payee, d)
        if kind == 1:
            return Upto(lift("9e6 shares"), Pay(payer, payee, growth(online(d)) * "8e6 shares/GW", asset="S"))
        if kind == 2:
            return staged_investment(payer, payee, d, self.figure(1, 30, "bnUSD/GW"), self.figure(1, 9, "bnUSD"))
        if kind == 3:
            return cloud(payer, payee, d, self.figure(1, 20, "bnUSD/GW/year"), "0.7", "2026-02", "2030-01")
        return self.clause(3)


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    """Small scenarios that make sense: 1 to 5 parties and the outside, 1 to 3 deals and campuses, 0 to 8 contracts."""
    d = Draw(draw)
    months = d.integer(6, 30)
    d.inside = tuple(f"p{k}" for k in range(d.integer(2, 6)))
    d.deals = tuple(f"d{k}" for k in range(d.integer(1, 3)))
    d.campuses = tuple(f"c{k}" for k in range(d.integer(1, 3)))
    d.labs = d.inside[: d.integer(0, 1)]
    jumps = (d.figure(0, 6, "1/year"), literal("-0.05"), literal("0.1")) if d.yes() else None
    processes: tuple[Process, ...] = (
        regime(d.text(3, 40, "month"), d.text(2, 12, "month")),
        SharePrice(
            "price",
            unit("USD/share"),
            literal("100 USD/share"),
            d.figure(-20, 40, "%/year"),
            d.figure(0.1, 0.9),
            d.figure(-60, 0, "%/year"),
            jumps,
        ),
        SharePrice(
            "index",
            unit("USD/share"),
            literal("100 USD/share"),
            d.figure(0, 20, "%/year"),
            d.figure(0.1, 0.4),
            d.figure(-40, 0, "%/year"),
        ),
        MeanReverting(
            "rental",
            unit("bnUSD/GW/year"),
            literal("12 bnUSD/GW/year"),
            d.figure(4, 15, "bnUSD/GW/year"),
            d.figure(3, 30, "month"),
            d.figure(0.1, 0.6),
        ),
        SCurve(
            "users",
            unit("bnUSD/year"),
            d.figure(1, 10, "bnUSD/year"),
            d.figure(15, 90, "bnUSD/year"),
            d.figure(10, 150, "%/year"),
            d.figure(0, 1),
        ),
    )
    return Scenario(
        name="random",
        title="Random",
        as_of="2025-10-13",
        first=START,
        last=START + months - 1,
        paths=6,
        seed=d.integer(0, 9),
        capital="world",
        regime="market",
        parties=(*(_party(d, name) for name in d.inside), party("world", outside=True)),
        shares=(
            Share("S", d.inside[0], literal("1e9 shares"), "price"),
            Share("I", "world", d.figure(0.9e9, 1.1e9, "shares"), "index"),
        ),
        processes=processes,
        correlations=(("price", "rental", 0.5), ("index", "price", 0.4))[: d.integer(0, 2)],
        campuses=tuple(_campus(d, name) for name in d.campuses),
        deals=tuple(_deal(d, name, months) for name in d.deals),
        labs=tuple(
            Lab(
                name,
                (Earning("users", "users", (d.figure(0.5, 1.5),)),),
                d.figure(0, 0.6),
                d.figure(5, 30, "bnUSD/GW/year"),
                d.figure(0, 20, "%/year"),
                d.performance("reference") if d.yes() else None,
            )
            for name in d.labs
        ),
        contracts=contracts(*(d.whole() for _ in range(d.integer(0, 8)))),
    )


def _party(d: Draw, name: str) -> Party:
    rules = None
    if d.yes():
        rules = Funding(
            target=d.figure(0, 6, "month"),
            horizon=d.figure(0, 12, "month"),
            equity=d.figure(0, 9, "bnUSD/year"),
            equity_bust=d.figure(0, 2, "bnUSD/year"),
            lending=d.figure(0, 9, "bnUSD/year"),
            lending_bust=d.figure(0, 2, "bnUSD/year"),
            debt=d.figure(0, 5, "bnUSD"),
            interest=d.figure(0, 12, "%/year"),
            term=d.figure(12, 60, "month"),
        )
    kept = ("1", "1") if d.yes() else (d.text(0, 1), d.text(0, 1))
    cash = d.figure(0, 12, "bnUSD")
    return Party(name, name.title(), cash, literal(kept[0]), literal(kept[1]), False, rules)


def _deal(d: Draw, name: str, months: int) -> Deal:
    begins = START + d.integer(-6, months // 2)
    return deal(
        name,
        buyer=d.anyone(),
        supplier=d.anyone(),
        financier=d.anyone(),
        begins=begins,
        ends=begins + d.integer(0, 24),
        lead=d.integer(0, 6),
        capacity=d.figure(0.3, 4, "GW"),
        to_facility=d.figure(1, 1.4),
        opening=d.figure(0, 0.4, "GW"),
        binding=d.figure(0, 4, "GW"),
        becomes_binding=d.figure(0, 1),
        decided=d.figure(0, 9, "month"),
        slip=d.figure(0, 6, "month"),
        pace=d.figure(0.02, 0.6, "GW/month"),
        capex=d.figure(0, 30, "bnUSD/GW"),
        failures=d.figure(0, 10, "%/year"),
        lifetime=d.integer(1, 40),
        lab=d.one(*d.labs) if d.labs and d.yes() else None,
        performance=d.performance(name) if d.yes() else None,
    )


def _campus(d: Draw, name: str) -> Campus:
    phases = tuple(
        Phase(START + d.integer(-2, 20), d.figure(0.05, 0.6, "GW"), d.one(*d.deals), certain=not d.integer(0, 3))
        for _ in range(d.integer(0, 4))
    )
    d.count += 1
    delay = Figure(f"delay {d.count}", unit("month"), "lognormal", (0.5, 9.0)) if d.yes() else literal("1.5 month")
    return campus(name, *phases, delay=delay, common=d.text(0, 1), built=d.text(0.5, 1))
