"""A slow, obvious bookkeeper, written from docs/guide/model.md alone: one path, one month, one lane at a time.

Data types: `Month` (what the books say at the end of a month), `Books` (all months of one path).
It takes random numbers from the engine and nothing else; amounts are plain floats in dictionaries by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import exp, floor, inf, log, sqrt
from typing import Any

from gigawatt.engine.block import Block, block
from gigawatt.engine.layout import layout
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.cumulative import Ramp
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Binary, Constant, Growth, Latch, Observable, Read, Window
from gigawatt.parts.performance import Axis, Performance
from gigawatt.parts.process import SharePrice
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.parts.world import Deal, Funding, Lab, Party
from gigawatt.parts.wrapper import All, Arrears, Guaranteed, Ranked, Upto, While
from gigawatt.scenario.scenario import Scenario

Amounts = dict[str, float]
Key = tuple[object, ...]


@dataclass(frozen=True)
class Line:
    """One lane of one contract."""

    contract: str
    payer: str
    payee: str
    asset: str
    rank: int

    def __str__(self) -> str:
        return f"{self.contract}: {self.payer} > {self.payee} ({self.asset})"


@dataclass(frozen=True)
class Month:
    """The books at the end of one month."""

    lines: list[Line]
    due: list[float]
    paid: list[float]
    cash: Amounts
    debt: Amounts
    gap: Amounts
    raised: Amounts
    tables: dict[str, Amounts]


@dataclass(frozen=True)
class Books:
    """All months of one path, and the month of each party's first missed payment (-1: none)."""

    months: list[Month]
    missed: dict[str, int]


def keep_books(scenario: Scenario, seed: int, path: int) -> Books:
    """The books of one path.

    Arguments:
        scenario: what is simulated.
        seed: names the random streams.
        path: which path.
    """
    keeper = Bookkeeper(scenario, seed, path)
    return Books([keeper.month(t) for t in range(scenario.months)], keeper.missed)


class Bookkeeper:
    """Keeps the books of one path, month by month."""

    def __init__(self, scenario: Scenario, seed: int, path: int) -> None:
        places = layout(scenario)
        self.scenario, self.path, self.averages = scenario, path % BLOCK, tuple(places.row["average"])
        self.seed, self.block, self.tests = seed, path // BLOCK, tuple(places.row["watch"])
        self.drawn: Block = block(scenario, places, seed, path // BLOCK, self.path + 1)
        self.parties = {party.name: party for party in scenario.parties}
        self.rules: dict[str, Funding] = {p.name: p.funding for p in scenario.parties if p.funding}
        of = self.of
        self.cash = {p.name: of(p.cash) for p in scenario.parties}
        self.debt = {name: of(rule.debt) for name, rule in self.rules.items()}
        self.solvent = dict.fromkeys(self.parties, 1.0)
        self.outflow = dict.fromkeys(self.parties, 0.0)
        self.room = {name: inf if p.outside else self.cash[name] for name, p in self.parties.items()}
        self.missed = dict.fromkeys(self.parties, -1)
        self.opening = {d.name: of(d.opening) for d in scenario.deals}
        self.gigawatts = {
            name: dict(self.opening) for name in ("purchased", "financed", "delivered", "online", "working")
        }
        self.history: dict[str, list[Amounts]] = {"financed": [], "online": []}
        self.powered = {c.name: 0.0 for c in scenario.campuses}
        self.feeding = dict(self.opening)
        self.memory: dict[Key, Any] = {}
        for contract in scenario.contracts:
            self.open(contract.clause, (contract.name,), self.opening_view())

    def of(self, figure: Figure) -> float:
        """A figure on this path."""
        return float(self.drawn.draws.of(figure)[0 if figure.certain else self.path])

    def level(self, t: int) -> Amounts:
        """The processes in a month; -1 is before the first."""
        opening = {p.name: self.of(p.opening) for p in self.scenario.processes}
        rows = self.drawn.levels[t, :, self.path] if t >= 0 else ()
        return opening if t < 0 else {p.name: float(v) for p, v in zip(self.scenario.processes, rows, strict=True)}

    def prices(self, t: int) -> Amounts:
        level = self.level(t)
        return {s.name: level[s.price] for s in self.scenario.shares}

    def outstanding(self) -> Amounts:
        return {s.name: self.of(s.outstanding) for s in self.scenario.shares}

    # 1 draw: days of the share prices that are under a test

    def uniform(self, name: str, count: int) -> list[float]:
        """This path's numbers of a stream that is drawn path by path."""
        return list(stream(self.seed, name, self.block).random((self.path + 1, count))[self.path])

    def shocks(self, process: str, t: int) -> list[float]:
        """Standard normals of the days of a month, correlated as those of the months."""
        shares = [share for label in self.tests for share in (label.split("/")[0], label.split("/")[4]) if share]
        price = {s.name: s.price for s in self.scenario.shares}
        daily = [p.name for p in self.scenario.processes if p.name in {price[share] for share in shares}]
        tie = {frozenset((a, b)): value for a, b, value in self.scenario.correlations if {a, b} <= set(daily)}
        lower: list[list[float]] = []
        for i, one in enumerate(daily[: daily.index(process) + 1]):
            lower.append([])
            for j, two in enumerate(daily[: i + 1]):
                value = 1.0 if i == j else tie.get(frozenset((one, two)), 0.0)
                value -= sum(lower[i][k] * lower[j][k] for k in range(j))
                lower[i].append(sqrt(max(value, 0.0)) if i == j else value / lower[j][j] if lower[j][j] else 0.0)
        total = [0.0] * 21
        for weight, name in zip(lower[-1], daily, strict=False):
            random = stream(self.seed, f"days/{name}/{t}", self.block)
            normals = random.standard_normal((self.path + 1, 21))[self.path]
            total = [a + weight * b for a, b in zip(total, normals, strict=True)]
        return total

    def days(self, share: str, t: int) -> tuple[list[float], list[float]]:
        """Logarithms of what each day of a month opens at and closes at."""
        name = next(s.price for s in self.scenario.shares if s.name == share)
        process = next(p for p in self.scenario.processes if p.name == name)
        assert isinstance(process, SharePrice)
        begin, end = log(self.level(t - 1)[name]), log(self.level(t)[name])
        jumps = self.jumps(process, t)
        shocks, sigma = self.shocks(name, t), self.of(process.volatility) / sqrt(252.0)
        mean, rest = sum(shocks) / 21, end - begin - sum(size for _, size in jumps)
        opens, closes, close = [], [], begin
        for day, shock in enumerate(shocks):
            opens.append(close + sum(size for when, size in jumps if when == day))
            close = opens[-1] + rest / 21 + sigma * (shock - mean)
            closes.append(close)
        return opens, closes

    def jumps(self, process: SharePrice, t: int) -> list[tuple[int, float]]:
        """Day and size of the jumps of a month."""
        if process.jumps is None:
            return []
        rate, mean, spread = (self.of(figure) for figure in process.jumps)
        random = stream(self.seed, f"jumps/{process.name}", self.block)
        u = random.random((self.scenario.months, BLOCK))[t, self.path]
        z = random.standard_normal((self.scenario.months, BLOCK))[t, self.path]
        count, term = 0, exp(-rate)
        total = term
        while u > total and term > 0:
            count += 1
            term *= rate / count
            total += term
        whole = count * mean + sqrt(count) * spread * z
        random = stream(self.seed, f"jump days/{process.name}/{t}", self.block)
        drawn = [(random.random(BLOCK)[self.path], random.standard_normal(BLOCK)[self.path]) for _ in range(count)]
        middle = sum(size for _, size in drawn) / max(count, 1)
        return [(floor(21 * when), whole / count + spread * (size - middle)) for when, size in drawn]

    def test(self, t: int) -> dict[str, Amounts]:
        """The highest marks at which each test held on a day of the month, and at which it holds on the last."""
        highest, latest = {}, {}
        for label in self.tests:
            share, statistic, window, need, index, last = label.split("/")
            held = []
            if self.scenario.first + t <= int(last):
                held = self.marks(share, index, t, statistic, int(window), int(need))
            highest[label], latest[label] = max(held, default=0.0), held[-1] if held else 0.0
        return {"highest": highest, "latest": latest}

    def marks(self, share: str, index: str, t: int, statistic: str, window: int, need: int) -> list[float]:
        """The highest mark at which a test holds on each day of a month that has a full window."""
        opens, closes = [], []
        for month in range(max(t - (window - 2) // 21 - 1, 0), t + 1):
            one, two = self.days(share, month)
            if index:
                price = next(s.price for s in self.scenario.shares if s.name == index)
                below, first = self.days(index, month), log(self.level(-1)[price])
                one = [a - b + first for a, b in zip(one, below[0], strict=True)]
                two = [a - b + first for a, b in zip(two, below[1], strict=True)]
            opens += one
            closes += two
        if statistic == "spot":
            spread, between = self.day_variance(share, index), "/".join(self.prices_of(share, index))
            luck = self.uniform(f"moments/{between}/{t}", 21)
            days = zip(opens[-21:], closes[-21:], luck, strict=True)
            return [exp((a + b + sqrt((a - b) ** 2 - 2 * spread * log(1 - u))) / 2) for a, b, u in days]
        value: dict[str, Callable[[list[float]], float]] = {
            "close": lambda seen: seen[-1],
            "mean": lambda seen: sum(seen) / window,
            "vwap": lambda seen: sum(seen) / window,
            "geometric": lambda seen: exp(sum(log(price) for price in seen) / window),
            "stay": min,
            "days": lambda seen: sorted(seen, reverse=True)[need - 1],
        }
        full = range(max(window, len(closes) - 20), len(closes) + 1)
        return [value[statistic]([exp(close) for close in closes[day - window : day]]) for day in full]

    def prices_of(self, *shares: str) -> list[str]:
        return [s.price for share in shares for s in self.scenario.shares if s.name == share]

    def day_variance(self, share: str, index: str) -> float:
        """Variance of a day of the price, or of the price over its index."""
        names = self.prices_of(share, index)
        processes = [p for name in names for p in self.scenario.processes if p.name == name]
        sigma = [self.of(p.volatility) / sqrt(252.0) for p in processes if isinstance(p, SharePrice)]
        if len(sigma) == 1:
            return sigma[0] ** 2
        tie = sum(value for a, b, value in self.scenario.correlations if {a, b} == set(names))
        return sigma[0] ** 2 + sigma[1] ** 2 - 2 * tie * sigma[0] * sigma[1]

    # 2 build

    def build(self, t: int) -> dict[str, Amounts]:
        """Gigawatts of campuses and deals in a month; the books of the month before are still open."""
        number = 0
        for campus in self.scenario.campuses:
            for phase in campus.phases:
                ready = self.drawn.events.ready[number, self.path] - self.scenario.first
                number += 1
                if ready == t or (t == 0 and ready < 0):
                    self.powered[campus.name] += self.of(phase.power)
                    self.feeding[phase.deal] += self.of(phase.power)
        old = self.gigawatts
        deals = {deal.name: deal for deal in self.scenario.deals}
        contracted, purchased, financed = {}, {}, {}
        for row, (name, deal) in enumerate(deals.items()):
            contracted[name] = self.opening[name] + self.binding(deal)
            if self.of(deal.decided) <= t and self.drawn.deal["optional"][row, self.path] > 0:
                contracted[name] += self.capacity(deal) - self.binding(deal)
            wanted = min(contracted[name], self.announced(deal, t + deal.lead))
            orders = self.solvent[deal.buyer] > 0
            purchased[name] = max(old["purchased"][name], wanted) if orders else old["purchased"][name]
        for party in self.parties:
            own = [deal for deal in deals.values() if deal.financier == party]
            asked = sum(
                (purchased[d.name] - old["financed"][d.name]) * self.of(d.capex) / self.of(d.to_facility) for d in own
            )
            left = max(self.room[party] - self.pledged(party), 0.0)
            share = 1.0 if asked <= left else left / asked
            for d in own:
                order = purchased[d.name] - old["financed"][d.name]
                financed[d.name] = min(old["financed"][d.name] + order * share, purchased[d.name])
        self.history["financed"].append(financed)
        delivered, online = {}, {}
        for name, deal in deals.items():
            before = old["delivered"][name]
            arrived = self.history["financed"][t - deal.lead][name] if t >= deal.lead else self.opening[name]
            exists = t >= deal.begins - self.scenario.first + self.of(deal.slip)
            delivered[name] = max(min(arrived, before + self.of(deal.pace)), before) if exists else before
            online[name] = max(old["online"][name], min(delivered[name], self.feeding[name]))
        self.history["online"].append(online)
        working = {name: self.working(deal, online[name], t) for name, deal in deals.items()}
        self.gigawatts = {
            "purchased": purchased,
            "financed": financed,
            "delivered": delivered,
            "online": online,
            "working": working,
        }
        return {
            **self.gigawatts,
            "bought": {n: (financed[n] - self.opening[n]) / self.of(d.to_facility) for n, d in deals.items()},
            "received": {n: (delivered[n] - self.opening[n]) / self.of(d.to_facility) for n, d in deals.items()},
            "running": {n: online[n] / self.of(d.to_facility) for n, d in deals.items()},
            "powered": dict(self.powered),
            "announced": {name: self.announced(deal, t) for name, deal in deals.items()},
            "contracted": contracted,
        }

    def pledged(self, party: str) -> float:
        """What a financier has promised for orders that have not arrived (USD)."""
        now = self.gigawatts
        own = [deal for deal in self.scenario.deals if deal.financier == party]
        return sum(
            (now["financed"][d.name] - now["delivered"][d.name]) * self.of(d.capex) / self.of(d.to_facility)
            for d in own
        )

    def capacity(self, deal: Deal) -> float:
        return self.of(deal.capacity) * self.of(deal.to_facility)

    def binding(self, deal: Deal) -> float:
        return min(self.of(deal.binding) * self.of(deal.to_facility), self.capacity(deal))

    def announced(self, deal: Deal, t: int) -> float:
        month, length = self.scenario.first + t, deal.ends - deal.begins + 1
        share = min(max((month - deal.begins + 1) / max(length, 1), 0.0), 1.0)
        return self.opening[deal.name] + self.capacity(deal) * share

    def working(self, deal: Deal, online: float, t: int) -> float:
        if t == 0:
            return online
        kept, past = 1.0 - self.of(deal.failures), self.history["online"]
        working = self.gigawatts["working"][deal.name] * kept + online - self.gigawatts["online"][deal.name]
        born = t - deal.lifetime
        if born >= 0:
            before = past[born - 1][deal.name] if born > 0 else 0.0
            working -= (past[born][deal.name] - before) * kept**deal.lifetime
        return max(working, 0.0)

    # 3 operate

    def operate(self, t: int) -> dict[str, Amounts]:
        """Revenue and demand of labs, and the load of every deal."""
        level, working = self.level(t), self.gigawatts["working"]
        used, demand, revenue = dict(working), {}, {}
        for lab in self.scenario.labs:
            wanted = 0.0
            for earning in lab.earnings:
                product = 1.0
                for factor in earning.factors:
                    product *= self.of(factor)
                wanted += level[earning.process] * product
            own = [d.name for d in self.scenario.deals if d.lab == lab.party]
            research = self.of(lab.research)
            earns = self.of(lab.earns) * (1.0 + self.of(lab.improves)) ** t
            counted = sum(working[d.name] * self.counts(d, lab) for d in self.scenario.deals if d.lab == lab.party)
            supported = earns * (1.0 - research) * counted
            demand[lab.party], revenue[lab.party] = wanted, min(wanted, supported)
            load = revenue[lab.party] / supported if supported > 0 else 1.0
            for name in own:
                used[name] = working[name] * (research + (1.0 - research) * load)
        loaded = {d.name: used[d.name] / self.of(d.to_facility) for d in self.scenario.deals}
        return {"used": used, "loaded": loaded, "demand": demand, "revenue": revenue}

    def counts(self, deal: Deal, lab: Lab) -> float:
        """Gigawatts of the lab's reference system that a gigawatt of a deal counts for."""
        if lab.reference is None or deal.performance is None:
            return 1.0
        return self.tokens_per_gigawatt(deal.performance) / self.tokens_per_gigawatt(lab.reference)

    def tokens_per_gigawatt(self, performance: Performance) -> float:
        tokens = exp(self.logarithm(performance.tokens, performance.axes))
        return self.of(performance.chips) * tokens * self.of(performance.own)

    def logarithm(self, table: tuple[float, ...], axes: tuple[Axis, ...]) -> float:
        """The logarithm of a table on this path, one axis after the other."""
        if not axes:
            return log(table[0])
        values, drawn = axes[0].values, self.of(axes[0].figure)
        low = max(sum(value < drawn for value in values[:-1]) - 1, 0)
        share = (log(drawn) - log(values[low])) / (log(values[low + 1]) - log(values[low]))
        size = len(table) // len(values)
        below, above = (table[i * size : (i + 1) * size] for i in (low, low + 1))
        return (1.0 - share) * self.logarithm(below, axes[1:]) + share * self.logarithm(above, axes[1:])

    # 4 owe

    def opening_view(self) -> dict[str, Amounts]:
        deals = ("purchased", "financed", "delivered", "online", "working", "used", "contracted", "announced")
        prices = self.prices(-1)
        stated = {d.name: self.opening[d.name] / self.of(d.to_facility) for d in self.scenario.deals}
        return {
            **{name: dict(self.opening) for name in deals},
            **{name: dict.fromkeys(self.opening, 0.0) for name in ("bought", "received")},
            **{name: dict(stated) for name in ("running", "loaded")},
            "powered": dict.fromkeys(self.powered, 0.0),
            "cash": dict(self.cash),
            "solvent": dict(self.solvent),
            "debt": self.debts(),
            "level": self.level(-1),
            "price": prices,
            "average": {label: prices[label.split("/")[0]] for label in self.averages},
            "highest": dict.fromkeys(self.tests, 0.0),
            "latest": dict.fromkeys(self.tests, 0.0),
            "outstanding": self.outstanding(),
            "revenue": {lab.party: 0.0 for lab in self.scenario.labs},
            "month": {"": self.scenario.first - 1.0},
        }

    def debts(self) -> Amounts:
        return {name: self.debt.get(name, 0.0) for name in self.parties}

    def open(self, node: Clause | Observable, key: Key, view: dict[str, Amounts]) -> None:
        """What a node remembers before the first month."""
        for number, part in enumerate(inside(node)):
            self.open(part, (*key, number), view)
        match node:
            case Growth(inner=inner):
                self.memory[key] = self.value(inner, (*key, 0), view)
            case Latch() | Once():
                self.memory[key] = False
            case Upto():
                self.memory[key] = 0.0
            case Arrears():
                self.memory[key] = [0.0] * len(lanes(node))
            case Guaranteed(inner=inner):
                self.memory[key] = (0.0, [0.0] * len(lanes(inner)))

    def value(self, node: Observable, key: Key, view: dict[str, Amounts]) -> float:
        """An observable in this month; must be asked once a month."""
        match node:
            case Read(table=table, name=name):
                return view[table][name]
            case Constant(figure=figure):
                return self.of(figure)
            case Window(first=first, last=last):
                return float(first.terms[0] <= view["month"][""] <= last.terms[0])
            case Ramp(first=first, last=last):
                begun = view["month"][""] - first.terms[0] + 1.0
                return min(max(begun / (last.terms[0] - first.terms[0] + 1.0), 0.0), 1.0)
            case Binary(operation=operation, left=left, right=right):
                one, two = self.value(left, (*key, 0), view), self.value(right, (*key, 1), view)
                return OPERATIONS[operation](one, two)
            case Growth(inner=inner):
                before: float = self.memory[key]
                self.memory[key] = now = self.value(inner, (*key, 0), view)
                return max(now - before, 0.0)
            case Latch(inner=inner):
                self.memory[key] |= self.value(inner, (*key, 0), view) > 0
                return float(self.memory[key])
        raise NotImplementedError(type(node))

    def owe(self, node: Clause, key: Key, view: dict[str, Amounts]) -> list[float]:
        """What a clause states as due on each of its lanes; must be asked once a month."""
        match node:
            case Pay(rate=rate):
                return [max(self.value(rate, (*key, 0), view), 0.0)]
            case Once(amount=amount, when=when):
                worth, holds = self.value(amount, (*key, 0), view), self.value(when, (*key, 1), view) > 0
                first, self.memory[key] = holds and not self.memory[key], holds or self.memory[key]
                return [max(worth, 0.0) if first else 0.0]
            case While(condition=condition, inner=inner):
                holds, due = self.value(condition, (*key, 0), view) > 0, self.owe(inner, (*key, 1), view)
                return [amount if holds else 0.0 for amount in due]
            case Upto(cap=cap, inner=inner):
                room, due = self.value(cap, (*key, 0), view) - self.memory[key], self.owe(inner, (*key, 1), view)
                return cut(due, max(room, 0.0))
            case Arrears(inner=inner):
                return [a + b for a, b in zip(self.owe(inner, (*key, 0), view), self.memory[key], strict=True)]
            case Guaranteed(cap=cap, inner=inner):
                spent, missing = self.memory[key]
                room, due = self.value(cap, (*key, 0), view) - spent, self.owe(inner, (*key, 1), view)
                return [*due, *cut(missing, max(room, 0.0))]
            case Ranked(inner=inner):
                return self.owe(inner, (*key, 0), view)
            case All(clauses=clauses):
                return [due for number, c in enumerate(clauses) for due in self.owe(c, (*key, number), view)]
        raise NotImplementedError(type(node))

    def tell(self, node: Clause, key: Key, due: list[float], paid: list[float]) -> None:
        """A clause learns what was asked of its lanes and what they were paid."""
        match node:
            case While(inner=inner):
                self.tell(inner, (*key, 1), due, paid)
            case Upto(inner=inner):
                self.memory[key] += sum(paid)
                self.tell(inner, (*key, 1), due, paid)
            case Arrears(inner=inner):
                fresh = [d - owed for d, owed in zip(due, self.memory[key], strict=True)]
                self.memory[key] = [d - p for d, p in zip(due, paid, strict=True)]
                self.tell(inner, (*key, 0), fresh, fresh)
            case Guaranteed(inner=inner):
                own = len(lanes(inner))
                missing = [d - p for d, p in zip(due[:own], paid[:own], strict=True)]
                self.memory[key] = (self.memory[key][0] + sum(paid[own:]), missing)
                self.tell(inner, (*key, 1), due[:own], due[:own])
            case Ranked(inner=inner):
                self.tell(inner, (*key, 0), due, paid)
            case All(clauses=clauses):
                first = 0
                for number, clause in enumerate(clauses):
                    last = first + len(lanes(clause))
                    self.tell(clause, (*key, number), due[first:last], paid[first:last])
                    first = last

    # 5 fund, 6 clear, 7 settle

    def month(self, t: int) -> Month:
        """One month from beginning to end."""
        tables = self.build(t) | self.operate(t)
        bust = self.drawn.bust[t, self.path] > 0
        view = tables | {"cash": dict(self.cash), "solvent": dict(self.solvent), "debt": self.debts()}
        view |= {"level": self.level(t), "price": self.prices(t), "month": {"": float(self.scenario.first + t)}}
        view["average"] = dict(zip(self.averages, self.drawn.averages[t, :, self.path].tolist(), strict=True))
        view |= self.test(t) | {"outstanding": self.outstanding()}
        lines: list[Line] = []
        due: list[float] = []
        spans = []
        for contract in self.scenario.contracts:
            own = [Line(contract.name, *lane) for lane in lanes(contract.clause)]
            spans.append((len(lines), len(lines) + len(own)))
            lines += own
            due += self.owe(contract.clause, (contract.name,), view)
        for name, rule in self.rules.items():
            lines.append(Line("debt service", name, self.scenario.capital, "cash", 0))
            due.append(self.debt[name] * (self.of(rule.interest) + 1.0 / self.of(rule.term)))

        owed, expected = (self.sums(lines, due, side) for side in ("payer", "payee"))
        raised, gap, lent = {}, {}, {}
        for name, rule in self.rules.items():
            before = self.outflow[name]
            self.outflow[name] = 0.75 * before + 0.25 * owed[name] if before > 0 else owed[name]
            after = self.cash[name] + expected[name] - owed[name]
            need = max(self.of(rule.target) * self.outflow[name] + self.pledged(name) - after, 0.0)
            able = self.solvent[name] > 0
            equity = min(need, self.of(rule.equity_bust if bust else rule.equity)) if able else 0.0
            lent[name] = min(need - equity, self.of(rule.lending_bust if bust else rule.lending)) if able else 0.0
            raised[name], gap[name] = equity + lent[name], need - equity - lent[name]
        for name, amount in raised.items():
            self.cash[name] += amount
            self.cash[self.scenario.capital] -= amount

        paid = clear(self.parties, self.cash, self.solvent, lines, due, self.of)
        out, into = (self.sums(lines, paid, side) for side in ("payer", "payee"))
        short = [n for n, p in self.parties.items() if not p.outside and out[n] < owed[n] * (1.0 - 1e-12)]
        for name in self.parties:
            self.cash[name] += into[name] - out[name]
        for name in short:
            if self.missed[name] < 0:
                self.cash[self.scenario.capital] += self.cash[name]
                self.cash[name], self.missed[name], self.solvent[name] = 0.0, t, 0.0
        served = {line.payer: p for line, p in zip(lines, paid, strict=True) if line.contract == "debt service"}
        for name, rule in self.rules.items():
            self.debt[name] += lent[name] + self.debt[name] * self.of(rule.interest) - served[name]
        for name, party in self.parties.items():
            self.room[name] = inf if party.outside else self.room_of(name, bust)
        for contract, (first, last) in zip(self.scenario.contracts, spans, strict=True):
            self.tell(contract.clause, (contract.name,), due[first:last], paid[first:last])
        return Month(lines, due, paid, dict(self.cash), dict(self.debt), gap, raised, tables)

    def sums(self, lines: list[Line], amounts: list[float], side: str) -> Amounts:
        """Cash by payer or by payee."""
        total = dict.fromkeys(self.parties, 0.0)
        for line, amount in zip(lines, amounts, strict=True):
            total[getattr(line, side)] += amount if line.asset == "cash" else 0.0
        return total

    def room_of(self, name: str, bust: bool) -> float:
        if self.solvent[name] == 0:
            return 0.0
        if name not in self.rules:
            return self.cash[name]
        rule = self.rules[name]
        limits = self.of(rule.equity_bust if bust else rule.equity) + self.of(
            rule.lending_bust if bust else rule.lending
        )
        free = self.cash[name] - self.of(rule.target) * self.outflow[name] + self.of(rule.horizon) * limits
        return max(free, 0.0)


OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "larger": max,
    "smaller": min,
    ">=": lambda a, b: float(a >= b - 1e-9 * abs(b)),
}


def inside(node: Clause | Observable) -> tuple[Clause | Observable, ...]:
    """The expressions inside a node, in the order in which they are written."""
    match node:
        case Pay(rate=rate):
            return (rate,)
        case Once(amount=amount, when=when):
            return (amount, when)
        case While(condition=first, inner=inner) | Upto(cap=first, inner=inner) | Guaranteed(cap=first, inner=inner):
            return (first, inner)
        case Arrears(inner=inner) | Ranked(inner=inner):
            return (inner,)
        case All(clauses=clauses):
            return clauses
        case Binary(left=left, right=right):
            return (left, right)
        case Growth(inner=one) | Latch(inner=one):
            return (one,)
    return ()


def lanes(clause: Clause) -> list[tuple[str, str, str, int]]:
    """(payer, payee, asset, rank) of every lane of a clause."""
    match clause:
        case Pay(payer=payer, payee=payee, asset=asset) | Once(payer=payer, payee=payee, asset=asset):
            return [(payer, payee, asset, 1)]
        case Guaranteed(guarantor=guarantor, inner=inner):
            return [*lanes(inner), *((guarantor, payee, asset, rank) for _, payee, asset, rank in lanes(inner))]
        case Ranked(rank=rank, inner=inner):
            return [(payer, payee, asset, rank) for payer, payee, asset, _ in lanes(inner)]
    return [lane for part in inside(clause) if isinstance(part, Clause) for lane in lanes(part)]


def cut(due: list[float], room: float) -> list[float]:
    """All amounts in the same proportion, so that they add up to no more than the room."""
    total = sum(due)
    return due if total <= room else [amount * (room / total) for amount in due]


def clear(
    parties: dict[str, Party],
    cash: Amounts,
    solvent: Amounts,
    lines: list[Line],
    due: list[float],
    of: Callable[[Figure], float],
) -> list[float]:
    """The greatest payments at which everybody pays what it can: down from full payment until nothing moves.

    Who is short, and in which rank its means run out, is read off there; what exactly is paid then follows from
    linear equations, solved in fractions.
    """
    names = [name for name, party in parties.items() if not party.outside]
    held = {name: max(cash[name], 0.0) for name in names}
    # Default costs are borne in the month of the first missed payment.
    first = {name: solvent[name] > 0 for name in names}
    kept = {n: (of(parties[n].kept_cash), of(parties[n].kept_inflow)) if first[n] else (1.0, 1.0) for n in names}
    own = {n: [i for i, line in enumerate(lines) if line.payer == n and line.asset == "cash"] for n in names}
    into = {n: [i for i, line in enumerate(lines) if line.payee == n and line.asset == "cash"] for n in names}
    owed = {n: sum(due[i] for i in own[n]) for n in names}

    def means(paid: list[float]) -> Amounts:
        """What each party that is short can pay."""
        found = {}
        for n in names:
            inflow = sum(paid[i] for i in into[n])
            if held[n] + inflow < owed[n] * (1.0 - 1e-12):
                found[n] = kept[n][0] * held[n] + kept[n][1] * inflow
        return found

    paid = list(due)
    for _ in range(20_000):
        after = list(due)
        for n, left in means(paid).items():
            for rank in sorted({lines[i].rank for i in own[n]}):
                group = [i for i in own[n] if lines[i].rank == rank]
                total = sum(due[i] for i in group)
                for i in group:
                    after[i] = due[i] * min(1.0, max(left, 0.0) / total) if total > 0 else 0.0
                left -= total
        moved = max((abs(a - b) - 4e-16 * b for a, b in zip(after, paid, strict=True)), default=0.0)
        paid = after
        if moved <= 0:
            break
    return exact(means(paid), kept, held, own, into, lines, due) or paid


def exact(
    short: Amounts,
    kept: dict[str, tuple[float, float]],
    held: Amounts,
    own: dict[str, list[int]],
    into: dict[str, list[int]],
    lines: list[Line],
    due: list[float],
) -> list[float] | None:
    """Payments in fractions, given roughly what the means of each short party are; None if they are not unique."""
    fixed = [Fraction(amount) for amount in due]
    slope: dict[int, tuple[str, Fraction, Fraction]] = {}
    for n, rough in short.items():
        senior = Fraction(0)
        for rank in sorted({lines[i].rank for i in own[n]}):
            group = [i for i in own[n] if lines[i].rank == rank]
            total = sum((Fraction(due[i]) for i in group), Fraction(0))
            if total and (senior < rough <= senior + total or (not senior and not rough)):
                slope |= {i: (n, Fraction(due[i]) / total, senior) for i in group}
            elif rough <= senior:
                for i in group:
                    fixed[i] = Fraction(0)
            senior += total
    names = list(short)
    rows = []
    for n in names:
        keep = Fraction(kept[n][1])
        row = [Fraction(int(m == n)) for m in names] + [Fraction(kept[n][0]) * Fraction(held[n])]
        for i in into[n]:
            if i in slope:
                payer, share, senior = slope[i]
                row[names.index(payer)] -= keep * share
                row[-1] -= keep * share * senior
            else:
                row[-1] += keep * fixed[i]
        rows.append(row)
    for k in range(len(rows)):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for r in range(len(rows)):
            if r != k:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    solved = {n: rows[k][-1] for k, n in enumerate(names)}
    for i, (n, share, senior) in slope.items():
        fixed[i] = min(max(share * (solved[n] - senior), Fraction(0)), Fraction(due[i]))
    return [float(amount) for amount in fixed]


def walk(node: Clause | Observable) -> Iterator[Clause | Observable]:
    """A node and everything inside it."""
    yield node
    for part in inside(node):
        yield from walk(part)
