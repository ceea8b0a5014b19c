"""Law 3: the order of contracts, names, units and idle parties change nothing."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.figure import Figure, literal
from gigawatt.parts.observable import Read
from gigawatt.scenario.scenario import Scenario
from worlds import party, toy, worlds

some = settings(max_examples=20, deadline=None)
QUANTITIES = ("cash", "online", "delivered", "financed", "revenue", "price", "debt", "gap", "raised", "used", "powered")


def run(world: Scenario) -> Result:
    return simulate(world, 6, world.seed, keep="all", workers=1)


def rebuilt(value: Any, change: Callable[[Any], Any]) -> Any:
    """A scenario made anew with every part changed, from the inside out."""
    if isinstance(value, tuple):
        return tuple(rebuilt(item, change) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and type(value).__module__ != "gigawatt.units":
        fields = {f.name: rebuilt(getattr(value, f.name), change) for f in dataclasses.fields(value)}
        return change(type(value)(**fields))
    return change(value)


def same_bytes(one: NDArray[Any], two: NDArray[Any]) -> bool:
    return one.dtype == two.dtype and one.shape == two.shape and one.tobytes() == two.tobytes()


@some
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_contracts_changes_nothing_but_the_order_of_sums(world: Scenario, dice: random.Random) -> None:
    """To 1e-9 of the largest amount: what a party owes is summed in the order of contracts, and rounds accordingly."""
    contracts = list(world.contracts)
    dice.shuffle(contracts)
    one, two = run(world), run(replace(world, contracts=tuple(contracts)))
    for name in QUANTITIES:
        a, b = one[name].values, two[name].values
        assert np.abs(a - b).max(initial=0.0) <= 1e-9 * max(1.0, np.abs(a).max(initial=0.0)), name
    np.testing.assert_array_equal(one.array("missed"), two.array("missed"))


@some
@given(worlds())
def test_the_names_of_parties_change_nothing(world: Scenario) -> None:
    """To the bit: random streams are named after processes, campuses, deals and figures, never after parties."""
    names = {party.name for party in world.parties}

    def renamed(value: object) -> object:
        if isinstance(value, str):
            return f"{value[::-1]} inc" if value in names else value
        return value

    one, two = run(world), run(rebuilt(world, renamed))
    assert {f"{name[::-1]} inc" for name in names} == set(two.labels["party"])
    for name in (*QUANTITIES, "due", "told", "missed", "vested"):
        assert same_bytes(one.array(name), two.array(name)), name


@some
@given(worlds())
def test_an_idle_party_changes_nothing(world: Scenario) -> None:
    """To the bit: a party without lanes takes part in no sum."""
    idle = replace(world, parties=(*world.parties, party("idle", "7 bnUSD")))
    one, two = run(world), run(idle)
    count = len(world.parties)
    assert (two["cash"].values[:, count] == 7e9).all()
    for name in QUANTITIES:
        pick = slice(0, count) if name == "cash" else slice(None)
        assert same_bytes(one.array(name), np.ascontiguousarray(two.array(name)[:, pick])), name
    for name in ("due", "told"):
        assert same_bytes(one.array(name), two.array(name)), name


FINER = {"GW": ("MW", 1000), "bnUSD": ("kUSD", 1_000_000), "year": ("month", None), "shares": ("share", 1)}


def finer(text: str) -> str:
    """The same amount in smaller units: `0.3 GW` as `300 MW`, `2 bnUSD/GW` as `2000 kUSD/MW`."""
    number, _, of = text.partition(" ")
    above, *below = of.split("/")
    scale = 1.0
    if above in ("GW", "bnUSD"):
        above, factor = FINER[above]
        scale *= float(factor or 1)
    for i, word in enumerate(below):
        if word == "GW":
            below[i], scale = "MW", scale / 1000
    return f"{float(number) * scale:.12g} {'/'.join((above, *below))}"


def test_the_change_of_units_under_test_is_the_right_one() -> None:
    assert [finer(t) for t in ("0.3 GW", "2 bnUSD/GW", "7 bnUSD/GW/year")] == [
        "300 MW",
        "2000 kUSD/MW",
        "7000 kUSD/MW/year",
    ]


def test_megawatts_and_thousands_of_dollars_mean_the_same_bits() -> None:
    """To the bit: a literal is scaled by exact fractions and rounded once."""
    changed = 0

    def rewritten(value: object) -> object:
        nonlocal changed
        if not isinstance(value, Figure) or value.kind != "constant" or not re.search("GW|bnUSD", value.unit.text):
            return value
        of = value.unit.text
        shown = f"{value.terms[0] / value.unit.factor:.12g} {of}"
        written = literal(finer(shown), value.name)
        changed += written.unit.text != of
        return written

    world = toy(40)
    finely = rebuilt(world, rewritten)
    assert changed > 25
    one, two = (simulate(w, 50, 3, keep="all", workers=1) for w in (world, finely))
    for name in (*QUANTITIES, "due", "told", "missed", "vested"):
        assert same_bytes(one.array(name), two.array(name)), name


def test_the_unit_a_process_is_declared_in_changes_nothing() -> None:
    """To the bit: inside, every process is in internal units, so its declared unit is for people only."""

    def in_millions(value: object) -> object:
        if isinstance(value, Read) and value.table == "level":
            return replace(value, of=literal("1 kUSD/MW/month").unit)
        return value

    one, two = (simulate(w, 20, 3, keep="all", workers=1) for w in (toy(30), rebuilt(toy(30), in_millions)))
    assert same_bytes(one.array("cash"), two.array("cash"))
