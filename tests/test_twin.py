"""The engine agrees with the slow bookkeeper on single paths, to the cent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from gigawatt.engine.record import KEPT
from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.clause import Clause, Once, Pay
from gigawatt.parts.figure import literal
from gigawatt.parts.observable import Observable, lift
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
    larger,
    level,
    once_reached,
    online,
    powered,
    price,
    purchased,
    smaller,
    solvent,
    used,
    working,
)
from gigawatt.parts.stream import BLOCK
from gigawatt.parts.world import Funding
from gigawatt.parts.wrapper import All, Arrears, Guaranteed, Ranked, Upto, While
from gigawatt.scenario.load import built_in, load
from gigawatt.scenario.scenario import Scenario
from twin import Books, keep_books
from worlds import bare, contracts, party, toy

CENT = 0.01
GRAIN = 1e-9
"""Gigawatts, in which a cent buys less than a trillionth."""


def differences(result: Result, books: Books, path: int) -> list[str]:
    """Where a result and the books of a path differ: by more than a cent, a milliwatt, or a thousandth of a share."""
    found = []
    due, told = result.array("due"), result.array("told")
    lanes: dict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(result.labels["lane"]):
        lanes[label].append(row)
    shown = {name: result[name].values[..., path] for name in KEPT}
    for t, month in enumerate(books.months):
        pairs: list[tuple[str, float, float, float]] = []
        own: dict[str, list[int]] = defaultdict(list)
        for i, line in enumerate(month.lines):
            own[str(line)].append(i)
        assert own.keys() == lanes.keys()
        for label, rows in lanes.items():
            for what, engine, twin in (("due", due, month.due), ("paid", told, month.paid)):
                # Lanes with the same label cannot be told apart, so they are compared in order of size.
                pair = zip(sorted(engine[t, rows, path]), sorted(twin[i] for i in own[label]), strict=True)
                pairs += [(f"{what} {label}", a, b, CENT) for a, b in pair]
        for quantity, amounts in (("cash", month.cash), ("debt", month.debt), ("gap", month.gap)):
            axis = "party" if quantity == "cash" else "funded"
            labels = result.labels[axis]
            pairs += [
                (f"{quantity} {name}", shown[quantity][t, row], amounts[name], CENT) for row, name in enumerate(labels)
            ]
        # What is not kept, such as gigawatts on the parties' basis, shows in the dues it leads to.
        for quantity, values in ((name, values) for name, values in month.tables.items() if name in shown):
            axis = "lab" if quantity in ("revenue", "demand") else "campus" if quantity == "powered" else "deal"
            grain = CENT if axis == "lab" else GRAIN
            labels = result.labels[axis]
            pairs += [
                (f"{quantity} {name}", shown[quantity][t, row], values[name], grain) for row, name in enumerate(labels)
            ]
        found += [f"month {t}: {what}: {a!r}, twin {b!r}" for what, a, b, grain in pairs if not abs(a - b) <= grain]
    missed = dict(zip(result.labels["party"], result.array("missed")[:, path].tolist(), strict=True))
    moved = [sum(m.paid[i] for m in books.months) for i, ln in enumerate(books.months[0].lines) if ln.asset != "cash"]
    if not np.allclose(sorted(shown["moved"][-1]), sorted(moved), rtol=1e-12, atol=1e-3):
        found.append(f"moved: {shown['moved'][-1]}, twin {moved}")
    return found + ([] if missed == books.missed else [f"missed: {missed}, twin {books.missed}"])


def disagreements(scenario: Scenario, seed: int = 1, paths: tuple[int, ...] = (0, 3)) -> list[str]:
    result = simulate(scenario, max(paths) + 1, seed, keep="all", workers=1)
    return [found for path in paths for found in differences(result, keep_books(scenario, seed, path), path)]


@pytest.fixture(scope="module")
def long() -> Result:
    return simulate(toy(), BLOCK + 152, 7, keep="all", workers=1)


def test_the_toy_world_has_defaults_busts_and_lapsed_deals(long: Result) -> None:
    missed, vested = (np.asarray(long.array(name), int) for name in ("missed", "vested"))
    assert (missed[:3] >= 0).any(axis=1).sum() >= 2
    assert 0 < long.array("bust").mean() < 0.5
    assert 0 < (vested >= 0).mean() < 1


@pytest.mark.parametrize("path", [0, 1, 2, 77, BLOCK - 1, BLOCK, BLOCK + 151])
def test_the_twin_agrees_on_a_path_of_the_toy_world(long: Result, path: int) -> None:
    assert differences(long, keep_books(long.scenario, 7, path), path) == []


def test_the_twin_agrees_on_paths_with_defaults(long: Result) -> None:
    missed = np.asarray(long.array("missed"), int)
    failing = np.flatnonzero((missed >= 0).sum(axis=0) == (missed >= 0).sum(axis=0).max())[:3]
    assert [differences(long, keep_books(long.scenario, 7, int(path)), int(path)) for path in failing] == [[]] * 3


@pytest.mark.parametrize("name", built_in())
def test_the_twin_agrees_on_a_path_of_a_built_in_scenario(name: str) -> None:
    assert disagreements(load(name), 1, (4,)) == []


def test_the_comparison_sees_a_cent(long: Result) -> None:
    books = keep_books(long.scenario, 7, 0)
    books.months[5].cash["vendor"] += 0.02
    assert len(differences(long, books, 0)) == 1


RENT = Pay("lab", "cloud", online("d") * "1 bnUSD/GW/month")
FEE = Once("lab", "cloud", lift("0.5 bnUSD"), online("d") >= "0.5 GW")
HALF = during("2026-03", "2026-05")

OBSERVABLES = {
    "announced": growth(announced("d")) * "1 bnUSD/GW",
    "contracted": contracted("d") * "1 bnUSD/GW/month",
    "purchased": growth(purchased("d")) * "1 bnUSD/GW",
    "financed": growth(financed("d")) * "1 bnUSD/GW",
    "delivered": growth(delivered("d")) * "1 bnUSD/GW",
    "working": working("d") * "1 bnUSD/GW/month",
    "used": used("d") * "1 bnUSD/GW/month",
    "powered": growth(powered("site")) * "1 bnUSD/GW",
    "price": price("V") * "1e6 shares/month",
    "average": growth(average("V", 30)) * "5e7 shares",
    "level": level("V_price", "USD/share") * "1e6 shares/month",
    "cash": cash("lab") / "10 months",
    "debt": debt("cloud") * "3 %/month",
    "debt without rules": debt("vendor") * "3 %/month" + "7 kUSD/month",
    "growth that may be a fall": growth(cash("lab")) + "0.3 bnUSD/month",
    "solvent": solvent("lab") * "0.4 bnUSD/month",
    "difference": lift("0.9 bnUSD/month") - online("d") * "1 bnUSD/GW/month",
    "sum": online("d") * "1 bnUSD/GW/month" + "7 kUSD/month",
    "larger": larger(lift("0.4 bnUSD/month"), online("d") * "1 bnUSD/GW/month"),
    "smaller": smaller(lift("0.4 bnUSD/month"), online("d") * "1 bnUSD/GW/month"),
    "at least": (online("d") >= "0.5 GW") * "0.3 bnUSD/month",
    "once reached": once_reached(price("V") >= "101 USD/share") * "0.3 bnUSD/month",
    "growth of growth": growth(growth(online("d"))) * "1 bnUSD*month/GW",
}


@pytest.mark.parametrize("rate", OBSERVABLES.values(), ids=OBSERVABLES.keys())
def test_every_observable_means_the_same_to_both(rate: Observable) -> None:
    rules = Funding(*(literal(t) for t in FUNDED))
    funded = (party("lab", "1 bnUSD"), party("vendor"), party("cloud", "1 bnUSD", funding=rules))
    world = bare(Pay("lab", "cloud", rate), RENT, parties=(*funded, party("world", outside=True)))
    assert any(keep_books(world, 1, path).months[t].due[0] for path in (0, 3) for t in range(8))
    assert disagreements(world) == []


FUNDED = (
    "2 month",
    "6 month",
    "1 bnUSD/year",
    "0.5 bnUSD/year",
    "2 bnUSD/year",
    "0.1 bnUSD/year",
    "1.5 bnUSD",
    "7 %/year",
    "24 month",
)

WRAPPED: dict[str, Clause] = {
    "pay": RENT,
    "once": FEE,
    "shares": All((Pay("lab", "cloud", growth(online("d")) * "1e6 shares/GW", asset="V"), RENT)),
    "while": While(HALF, RENT),
    "upto": Upto(lift("1.7 bnUSD"), RENT),
    "upto over several lanes": Upto(lift("1.7 bnUSD"), All((RENT, FEE, While(HALF, RENT)))),
    "arrears": Arrears(RENT),
    "guaranteed": Guaranteed("vendor", lift("0.9 bnUSD"), RENT),
    "ranked": All((Ranked(0, FEE), Ranked(2, RENT), While(HALF, RENT))),
    "all in all": All((RENT, All((FEE, While(HALF, RENT))))),
    "arrears of while": Arrears(While(HALF, RENT)),
    "while of arrears": While(HALF, Arrears(RENT)),
    "upto of arrears": Upto(lift("1.7 bnUSD"), Arrears(RENT)),
    "arrears of upto": Arrears(Upto(lift("1.7 bnUSD"), RENT)),
    "while of arrears of upto": While(HALF, Arrears(Upto(lift("1.2 bnUSD"), RENT))),
    "guaranteed upto": Guaranteed("vendor", lift("0.9 bnUSD"), Upto(lift("1.7 bnUSD"), RENT)),
    "upto of guaranteed": Upto(lift("1.7 bnUSD"), Guaranteed("vendor", lift("0.9 bnUSD"), RENT)),
    "arrears of guaranteed": Arrears(Guaranteed("vendor", lift("0.9 bnUSD"), RENT)),
    "guaranteed arrears": Guaranteed("vendor", lift("0.9 bnUSD"), Arrears(RENT)),
    "while of arrears of guaranteed": While(HALF, Arrears(Guaranteed("vendor", lift("0.9 bnUSD"), RENT))),
    "guaranteed twice": Guaranteed("world", lift("3 bnUSD"), Guaranteed("vendor", lift("0.2 bnUSD"), RENT)),
    "guaranteed group": Guaranteed("vendor", lift("0.4 bnUSD"), All((RENT, Ranked(0, FEE), While(HALF, RENT)))),
    "ranked guarantee": Ranked(0, Guaranteed("vendor", lift("0.9 bnUSD"), All((RENT, FEE)))),
    "arrears twice": Arrears(Arrears(RENT)),
    "fee in a window": While(HALF, Once("lab", "cloud", lift("0.5 bnUSD"), online("d") >= "0.3 GW")),
    "fee with a strange condition": Once("lab", "cloud", lift("0.5 bnUSD"), solvent("lab") * "0.3"),
    "negative fee": All((RENT, Once("lab", "cloud", cash("world") - "1 bnUSD", during("2026-02", "2026-02")))),
}

SALARY = Pay("lab", "world", lift("0.21 bnUSD/month"))
GIFT = Pay("world", "lab", during("2026-05", "2026-08") * "0.8 bnUSD/month")


@pytest.mark.parametrize("clause", WRAPPED.values(), ids=WRAPPED.keys())
def test_every_clause_means_the_same_to_both_when_money_runs_short(clause: Clause) -> None:
    cash = {"lab": "1 bnUSD", "vendor": "0.8 bnUSD"}
    world = bare(clause, SALARY, GIFT, Pay("cloud", "vendor", lift("0.03 bnUSD/month")), cash=cash)
    books = keep_books(world, 1, 0)
    assert books.missed["lab"] >= 0, "the test is void unless somebody falls short"
    assert disagreements(world) == []


RING = (
    Pay("lab", "cloud", lift("1.1 bnUSD/month")),
    Pay("cloud", "vendor", lift("1.3 bnUSD/month")),
    Pay("vendor", "lab", lift("0.9 bnUSD/month")),
    Ranked(0, Pay("vendor", "world", lift("0.1 bnUSD/month"))),
    Ranked(2, Pay("cloud", "lab", lift("0.4 bnUSD/month"))),
    Ranked(2, Pay("lab", "world", lift("0.2 bnUSD/month"))),
)


@pytest.mark.parametrize("kept", [("1", "1"), ("0.5", "0.9"), ("0", "0"), ("1", "0.3")])
def test_rings_with_ranks_and_default_costs_clear_alike(kept: tuple[str, str]) -> None:
    insiders = [party(name, "0.35 bnUSD", kept=kept) for name in ("lab", "vendor", "cloud")]
    world = bare(*RING, parties=(*insiders, party("world", outside=True)))
    assert min(keep_books(world, 1, 0).missed[name] for name in ("lab", "cloud")) >= 0
    assert disagreements(world) == []


def test_a_world_without_contracts_is_kept_alike() -> None:
    assert disagreements(replace(toy(20), contracts=())) == []


def test_a_party_with_funding_rules_raises_equity_then_debt_and_is_left_with_a_gap_alike() -> None:
    rules = Funding(*(literal(t) for t in FUNDED))
    parties = (party("lab", "1 bnUSD", funding=rules), party("vendor"), party("cloud"), party("world", outside=True))
    world = bare(parties=parties, contracts=contracts(RENT, SALARY))
    books = keep_books(world, 1, 0)
    assert books.months[-1].gap["lab"] > 0
    assert disagreements(world) == []
