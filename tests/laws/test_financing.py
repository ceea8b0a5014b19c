"""Laws of financing contracts in the engine: money is conserved, seniors come first, balances add up to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt import dates
from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.clause import Clause
from gigawatt.parts.contract import lease
from gigawatt.parts.cumulative import ramp
from gigawatt.parts.facility import Chips, Draw, Income, Step, delayed_draw_loan, term_loan
from gigawatt.parts.figure import Floats, literal
from gigawatt.parts.financing import (
    Round,
    capped_return,
    convertible,
    preferred,
    residual_value_guarantee,
    staged_equity,
)
from gigawatt.parts.observable import lift
from gigawatt.parts.offtake import Exit, power_purchase, prepaid_cloud, prepaid_purchase, take_or_pay
from gigawatt.parts.process import MeanReverting
from gigawatt.parts.wrapper import Arrears, Guaranteed, Ranked
from gigawatt.scenario.scenario import Scenario
from gigawatt.units import unit
from worlds import START, bare, contracts, deal, toy, worlds
from worlds import Draw as Drawing

some = settings(max_examples=40, deadline=None)
CENT = 0.01
ROUNDING = 1e-12


def month(after: int) -> str:
    return dates.month_text(START + after)


def financing(d: Drawing) -> Clause:
    """One financing contract of a random world, with random terms."""
    (payer, payee), deal = d.others(), d.one(*d.deals)
    first, window, life = d.integer(0, 9), d.integer(0, 9), d.integer(1, 20)
    begin, end, due = month(first), month(first + window), month(first + window + life)
    price, rate = d.figure(5, 40, "bnUSD/GW"), d.figure(0, 40, "%/year")
    rent, index = d.figure(0, 20, "bnUSD/GW/year"), d.one("", "interest") or None
    chips = (Chips(deal, price, d.figure(0, 60, "%/year"), rental=d.one("", "rental") or None),)
    asked: dict[str, Any] = {
        "income": (Income(deal, rent, d.one("running", "loaded"), d.one("", payer) or None),),
        "repayment": d.one("bullet", "straight", "level", "sculpted"),
        "sweep": d.figure(0, 1),
        "dscr": d.figure(0, 3),
        "collateral": chips if d.yes() else (),
        "steps": (Step(rate, first=end), Step(rate, missed_by=payer))[: d.integer(0, 2)],
        "index": index,
    }
    energy = (payer, payee, d.figure(0, 1, "GW"), d.figure(20, 90, "USD/MWh"), begin, due)
    exits = (Exit("0.2 GW", begin, d.figure(0, 1, "bnUSD"), "0.7", end, "0.3 GW"),)
    rounds = (Round(begin, d.figure(50, 200, "bnUSD")), Round(due, d.figure(50, 200, "bnUSD")))
    forms: tuple[Callable[[], Clause], ...] = (
        lambda: delayed_draw_loan(
            payer,
            payee,
            d.figure(0, 30, "bnUSD"),
            (Draw(deal, price, "0.8", d.one("received", "running")),),
            begin,
            end,
            due,
            rate,
            unused_fee="1 %/year",
            capitalised=d.figure(0, 1),
            drawn=d.figure(0, 4, "bnUSD"),
            **asked,
        ),
        lambda: term_loan(
            payer, payee, d.figure(0, 20, "bnUSD"), due, rate, d.one("", begin) or None, interest_only=end, **asked
        ),
        lambda: lease(payer, payee, deal, rent, begin, due, "0.4", end, due, rate),
        lambda: take_or_pay(payer, payee, deal, rent, "0.8", d.integer(1, 9), begin, due, exits),
        lambda: prepaid_purchase(payer, payee, deal, price, d.figure(0, 9, "bnUSD"), begin, "0.4"),
        lambda: prepaid_cloud(payer, payee, deal, rent, "0.8", begin, due, d.figure(0, 9, "bnUSD"), begin, "0.4"),
        lambda: power_purchase(*energy, deal=deal, take_or_pay="0.6", escalation="2 %/year"),
        lambda: power_purchase(*energy, market="power"),
        lambda: staged_equity(payer, payee, "S", deal, price, d.figure(0, 9, "bnUSD"), discount="0.1"),
        lambda: staged_equity(
            payer, payee, "S", deal, price, d.figure(0, 9, "bnUSD"), rounds=rounds, outstanding="1e9 shares"
        ),
        lambda: convertible(
            payer, payee, "S", d.figure(0, 9, "bnUSD"), begin, rate, end, due, "110 USD/share", "0.1", "90 USD/share"
        ),
        lambda: preferred(
            payer, payee, d.figure(0, 9, "bnUSD"), begin, rate, due, d.one("cash", "accrues"), reserve="1 bnUSD"
        ),
        lambda: residual_value_guarantee(payer, payee, due, d.figure(0, 20, "bnUSD"), d.figure(0, 9, "bnUSD"), chips),
        lambda: capped_return(payer, payee, d.figure(0, 9, "bnUSD"), begin, "0.3", "2.5", begin, due),
    )
    # The last form needs a payee that is a lab.
    clause = forms[d.integer(0, len(forms) - (1 if payee in d.labs else 2))]()
    wraps: tuple[Callable[[], Clause], ...] = (
        lambda: clause,
        lambda: Arrears(clause),
        lambda: Ranked(d.integer(0, 2), clause),
        lambda: Guaranteed(
            d.anyone(), lift("4 bnUSD") - ramp(begin, due) * "3 bnUSD", clause, d.one("", payer) or None
        ),
    )
    return wraps[d.integer(0, 3)]()


@st.composite
def financed(draw: st.DrawFn) -> Scenario:
    """A random world with financing contracts beside its own."""
    world = draw(worlds())
    d = Drawing(draw, count=1000)
    d.inside = tuple(p.name for p in world.parties if not p.outside)
    d.deals, d.labs = tuple(one.name for one in world.deals), tuple(lab.party for lab in world.labs)
    moving = [
        MeanReverting(
            name, unit(of), literal(f"{level} {of}"), literal(f"{level} {of}"), literal("9 month"), literal(0.4)
        )
        for name, of, level in (("interest", "1/year", 0.05), ("power", "USD/MWh", 50))
    ]
    added = contracts(*(financing(d) for _ in range(d.integer(1, 6))))
    added = tuple(replace(one, name=f"f{one.name}") for one in added)
    return replace(world, processes=(*world.processes, *moving), contracts=(*world.contracts, *added))


def run(world: Scenario, paths: int = 6) -> Result:
    return simulate(world, paths, world.seed, keep="all", workers=1)


def ledger(result: Result) -> tuple[Floats, Floats]:
    due, told = (np.asarray(result.array(name), float) for name in ("due", "told"))
    return due, told


def breaches(result: Result) -> int:
    """Months and paths in which a junior lane got something though a senior one of the same payer did not get all."""
    due, told = ledger(result)
    outside = {p.name for p in result.scenario.parties if p.outside}
    rows: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, (_, lane) in enumerate(result.places.lanes[: result.places.cash]):
        if lane.payer not in outside:
            rows[lane.payer][lane.rank].append(row)
    total, slack = 0, 1e-9 * (1.0 + due.max(initial=0.0))
    for ranks in rows.values():
        short = np.zeros((len(due), due.shape[-1]), dtype=bool)
        for rank in sorted(ranks):
            paid, owed = told[:, ranks[rank]], due[:, ranks[rank]]
            total += int((short & (paid.sum(axis=1) > slack)).sum())
            short |= (owed - paid).max(axis=1) > slack
    return total


@some
@given(financed())
def test_financing_neither_makes_nor_loses_money_and_pays_seniors_first(world: Scenario) -> None:
    result = run(world)
    due, told = ledger(result)
    assert due.min() >= 0
    assert not np.asarray(result.array("broken")).any()
    assert (told <= due * (1 + 1e-12)).all()
    np.testing.assert_array_equal(due[:, result.places.cash :], told[:, result.places.cash :])
    total = result["cash"].sum("party").values
    scale = max(np.abs(result["cash"].values).max(), due.max(), 1.0)
    assert np.abs(total - total[0]).max() <= ROUNDING * scale * world.months
    assert breaches(result) == 0


LOANS = {
    "facility": delayed_draw_loan(
        "cloud",
        "lab",
        "30 bnUSD",
        (Draw("d", "30 bnUSD/GW", "0.7"),),
        "2026-01",
        "2027-06",
        "2030-06",
        "9 %/year",
        repayment="level",
    ),
    "bullet": term_loan("cloud", "lab", "4 bnUSD", "2028-12", "8 %/year", month="2026-03"),
    "old": term_loan("cloud", "vendor", "3 bnUSD", "2029-12", "6 %/year", repayment="straight"),
}
RATE = {"facility": 0.09, "bullet": 0.08, "old": 0.06}
OWED = {"facility": 0.0, "bullet": 0.0, "old": 3e9}


def test_draws_less_repayments_are_the_balance_that_bears_interest_to_the_cent_on_every_path() -> None:
    world = toy()
    added = tuple(replace(contracts(clause)[0], name=name, clause=clause) for name, clause in LOANS.items())
    result = run(replace(world, contracts=(*world.contracts, *added)), paths=200)
    due, told = ledger(result)
    lanes = [name for name, _ in result.places.lanes]
    missed = 0
    for name in LOANS:
        lent, cost, back = (row for row, owner in enumerate(lanes) if owner == name)
        balance, overdue = np.full(due.shape[-1], OWED[name]), np.zeros(due.shape[-1])
        for month_due, month_told in zip(due, told, strict=True):
            interest = overdue + RATE[name] / 12 * (balance + overdue)
            assert np.abs(month_due[cost] - interest).max() < CENT
            assert (month_due[back] <= balance + CENT).all()
            balance = balance + month_told[lent] - month_told[back]
            overdue = month_due[cost] - month_told[cost]
            missed += int((overdue > CENT).sum())
        assert balance.min() > -CENT
        assert (due[:, back].sum(axis=0) > 0).any()
    assert missed > 0
    assert (told[:, next(row for row, owner in enumerate(lanes) if owner == "facility")].sum(axis=0) > 1e9).any()


def test_loans_of_one_form_are_stacked_and_each_is_what_it_is_alone() -> None:
    first = term_loan("world", "lab", "4 bnUSD", "2026-07", "8 %/year", month="2026-02", repayment="level")
    second = term_loan("world", "cloud", "7 bnUSD", "2027-05", "5 %/year", month="2026-03", repayment="level")
    rich = {"cash": {"lab": "50 bnUSD", "cloud": "50 bnUSD"}, "deals": (deal(),)}
    together = run(bare(first, second, **rich))
    assert len(together.places.groups) == 1
    for number, clause in enumerate((first, second)):
        np.testing.assert_array_equal(ledger(together)[1][:, number::2], ledger(run(bare(clause, **rich)))[1])
