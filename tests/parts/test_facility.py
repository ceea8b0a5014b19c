"""Loans by hand: draws, interest, repayment, covenants, sweeps and acceleration, month by month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt import dates
from gigawatt.errors import InputError
from gigawatt.parts.clause import Clause
from gigawatt.parts.debt.contract import events
from gigawatt.parts.facility import Chips, Draw, Income, Step, delayed_draw_loan, term_loan
from gigawatt.parts.observable import lift
from gigawatt.parts.view import View
from gigawatt.parts.wrapper import Guaranteed
from viewing import dues, view

START = 2026 * 12
Table = Mapping[str, Sequence[float]]


def months(count: int, **tables: Sequence[float]) -> list[View]:
    """An opening and so many months; a table of one value holds throughout, others begin with the opening."""
    always = {"solvent": [1.0], "cash": [1e15], "received": [0.0], "running": [0.0], "level": [0.0]} | tables
    return [
        view(START + t, {name: [float(row[min(t + 1, len(row) - 1)])] for name, row in always.items()})
        for t in range(-1, count)
    ]


def drawn_for(**changed: object) -> Clause:
    """A facility of 100 USD drawn from January to March 2026 at 12 % a year, due in July."""
    terms: dict[str, object] = {
        "commitment": "100 USD",
        "draws": (Draw("amd", "50 USD/GW", "0.8"),),
        "first": "2026-01",
        "available": "2026-03",
        "maturity": "2026-07",
        "margin": "12 %/year",
    }
    return delayed_draw_loan("cloud", "lab", **(terms | changed))  # type: ignore[arg-type]


def rounded(found: list[list[float]]) -> list[list[float]]:
    return [[round(amount, 9) for amount in month] for month in found]


def test_a_facility_funds_its_share_of_what_arrives_up_to_its_commitment() -> None:
    found = dues(drawn_for(), months(7, received=[0, 1, 2, 4, 9, 9, 9, 9]))
    assert [lent for lent, _, _ in found] == [40, 40, 20, 0, 0, 0, 0]


def test_interest_is_a_twelfth_of_the_yearly_rate_on_what_was_owed_at_the_start_of_the_month() -> None:
    found = dues(drawn_for(), months(8, received=[0, 1, 2, 4]))
    assert rounded(found)[1:] == [[40, 0.4, 0], [20, 0.8, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 100], [0, 0, 0]]


def test_what_is_not_drawn_costs_a_fee_while_it_may_be() -> None:
    found = dues(drawn_for(unused_fee="1.2 %/year", margin="0 %/year"), months(5, received=[0, 1, 2]))
    assert rounded([[cost] for _, cost, _ in found]) == [[0.1], [0.06], [0.02], [0], [0]]


def test_interest_that_is_capitalised_joins_the_principal_while_the_loan_may_be_drawn() -> None:
    found = rounded(dues(drawn_for(capitalised="1"), months(7, received=[0, 1])))
    assert [cost for _, cost, _ in found] == [0, 0, 0, *[pytest.approx(0.01 * 40 * 1.01**2)] * 4]
    assert found[-1][2] == pytest.approx(40 * 1.01**2)


def test_what_was_drawn_before_the_scenario_is_owed_and_uses_up_the_commitment() -> None:
    found = rounded(dues(drawn_for(drawn="70 USD"), months(2, received=[0, 1])))
    assert found == [[30, 0.7, 0], [0, 1, 0]]


def test_energised_gigawatts_may_be_funded_instead_of_delivered_ones() -> None:
    clause = drawn_for(draws=(Draw("amd", "50 USD/GW", counts="running"),))
    assert [d[0] for d in dues(clause, months(2, received=[0, 2], running=[0, 0, 1]))] == [0, 50]


def test_a_lender_that_pays_less_than_asked_is_owed_less() -> None:
    found = dues(drawn_for(), months(3, received=[0, 1, 1, 2]), paid=[0.5])
    assert rounded(found) == [[40, 0, 0], [0, 0.2, 0], [40, 0.2, 0]]


@pytest.mark.parametrize(
    ("repayment", "expected"),
    [
        ("bullet", [0, 0, 0, 40]),
        ("straight", [10, 10, 10, 10]),
        ("level", [40 * 0.01 / (1.01**4 - 1) * 1.01**k for k in range(4)]),
    ],
)
def test_the_loan_is_repaid_after_the_window_as_agreed(repayment: str, expected: list[float]) -> None:
    found = dues(drawn_for(repayment=repayment), months(8, received=[0, 1]))
    assert [back for _, _, back in found] == pytest.approx([0, 0, 0, *expected, 0])


def test_a_sculpted_repayment_is_cut_to_cash_flow_over_its_cover() -> None:
    clause = drawn_for(repayment="sculpted", cover="2", income=(Income("amd", "10 USD/GW/month"),))
    found = rounded(dues(clause, months(8, received=[0, 1], running=[0, 0, 0, 0, 1, 2, 0, 3])))
    assert [cost + back for _, cost, back in found][3:6] == [5, 10, 0.25754]
    assert sum(back for _, _, back in found) == pytest.approx(40)


def test_income_ends_when_the_tenant_has_missed_a_payment() -> None:
    income = (Income("amd", "10 USD/GW/month", tenant="lab"),)
    clause = delayed_draw_loan(
        "cloud", "rental", "40 USD", (Draw("amd", "40 USD/GW"),), "2026-01", "2026-01", "2026-07", "0 %/year",
        repayment="sculpted", income=income,
    )  # fmt: skip
    both = months(4, received=[0, 1], running=[0, 1], solvent=[1, 1, 1, 0])
    # `lab` and `rental` share a row here, so that acceleration shows what the missing income no longer repays.
    assert [back for _, _, back in dues(clause, both)] == [0, 10, 30, 0]


def test_a_sweep_takes_its_share_of_last_months_excess_and_no_more_than_the_cash_at_hand() -> None:
    clause = drawn_for(sweep="0.5", income=(Income("amd", "10 USD/GW/month"),), margin="0 %/year")
    rich = dues(clause, months(6, received=[0, 1], running=[0, 1]))
    assert [back for _, _, back in rich] == [0, 0, 0, 5, 5, 5]
    poor = dues(clause, months(6, received=[0, 1], running=[0, 1], cash=[4, 4, 4, 4, 4, 4, 0]))
    assert [back for _, _, back in poor] == [0, 0, 0, 2, 2, 0]


def test_a_cover_below_the_one_asked_for_stops_draws_and_sweeps_all_excess() -> None:
    covenant = {"dscr": "1.5", "tested": "2026-02", "income": (Income("amd", "0.25 USD/GW/month"),)}
    gigawatts = {"received": [0, 1, 1, 1.5, 2], "running": [0, 0, 0, 4, 4]}
    sound = rounded(dues(drawn_for(**covenant), months(4, **(gigawatts | {"running": [0, 4]}))))
    assert [lent for lent, _, _ in sound] == [40, 0, 20, 0]
    broken = rounded(dues(drawn_for(**covenant), months(4, **gigawatts)))
    # Interest of 0.4 a month from February on and income of 1 from March on: 1.5 times is covered in no month yet.
    assert [lent for lent, _, _ in broken] == [40, 0, 0, 0]
    assert [back for _, _, back in broken] == [0, 0, 0, 0.6]


def test_cover_looks_back_twelve_months() -> None:
    clause = term_loan(
        "cloud", "lab", "1200 USD", "2030-01", "12 %/year", month="2026-01", dscr="1.5", tested="2026-01", sweep="0",
        income=(Income("amd", "15.9 USD/GW/month"),),
    )  # fmt: skip
    # Interest is 12 a month. Twelve months of 15.9 do not cover 1.5 times it, but January, which bears none, helps.
    found = dues(clause, months(26, running=[0, 1]))
    first = next(t for t, (_, _, back) in enumerate(found) if back > 0)
    incomes = [15.9] * first
    services = [0.0, *[12.0] * (first - 1)]
    assert sum(incomes[-12:]) < 1.5 * sum(services[-12:])
    assert sum(incomes[:-1][-12:]) >= 1.5 * sum(services[:-1][-12:])


def test_collateral_limits_draws_and_its_depreciation_stops_them() -> None:
    chips = (Chips("amd", "50 USD/GW", depreciation="120 %/year"),)
    clause = drawn_for(draws=(Draw("amd", "50 USD/GW"),), collateral=chips, loan_to_value="0.5", margin="0 %/year")
    found = rounded(dues(clause, months(3, received=[0, 1, 1, 2])))
    # 25 against 50. In February 45 back 22.5, so that 25 is too much; March brings 50 new beside 40.5 left of the old.
    assert [lent for lent, _, _ in found] == [25, 0, 20.25]


def test_collateral_may_follow_a_rental_price() -> None:
    chips = (Chips("amd", "50 USD/GW", rental="rental"),)
    clause = drawn_for(draws=(Draw("amd", "50 USD/GW"),), collateral=chips)
    assert dues(clause, months(1, received=[0, 1], level=[10, 5]))[0][0] == 25


def test_once_the_borrower_has_missed_a_payment_everything_is_due_and_nothing_is_lent() -> None:
    clause = drawn_for(unused_fee="1.2 %/year")
    found = rounded(dues(clause, months(4, received=[0, 1, 2, 3], solvent=[1, 1, 0, 0]), paid=[1, 0.5, 0]))
    assert found == [[40, 0.1, 0], [0, 0.4, 40], [0, 0.402, 20], [0, 0.60602, 20]]


def test_interest_that_was_not_paid_stays_owed_and_bears_interest() -> None:
    found = rounded(dues(term_loan("cloud", "lab", "100 USD", "2030-01", "12 %/year"), months(3), paid=[0]))
    assert found == [[0, 1, 0], [0, 2.01, 0], [0, 1, 0]]


def test_a_floating_rate_is_that_of_the_end_of_the_month_before() -> None:
    clause = term_loan("cloud", "lab", "100 USD", "2030-01", "12 %/year", index="rental")
    found = rounded(dues(clause, months(3, level=[0.01, 0.02, 0.03, 0.04])))
    assert [cost for _, cost, _ in found] == [2, 3, 4]


def test_the_margin_steps_up_on_a_date_and_when_a_party_has_missed_a_payment() -> None:
    steps = (Step("12 %/year", first="2026-02"), Step("24 %/year", missed_by="lab"))
    clause = term_loan("cloud", "rental", "100 USD", "2026-12", "12 %/year", steps=steps)
    found = rounded(dues(clause, months(3, solvent=[1, 1, 1, 0]), paid=[1, 1]))
    assert [cost for _, cost, _ in found] == [1, 2, 4]


def test_a_loan_that_was_lent_before_the_scenario_begins_is_only_repaid() -> None:
    found = dues(term_loan("cloud", "lab", "90 USD", "2026-03", "0 %/year", repayment="straight"), months(4))
    assert found == [[0, 0, 30], [0, 0, 30], [0, 0, 30], [0, 0, 0]]


def test_repayment_may_begin_after_a_time_of_interest_only() -> None:
    clause = term_loan(
        "cloud", "lab", "90 USD", "2026-05", "0 %/year", month="2026-01", repayment="straight", interest_only="2026-03"
    )
    assert [back for _, _, back in dues(clause, months(6))] == [0, 0, 0, 45, 45, 0]


def test_a_guarantor_of_the_borrower_does_not_stand_in_for_the_lender() -> None:
    clause = Guaranteed("rental", lift("30 USD"), drawn_for(margin="0 %/year"), of="lab")
    assert [lane.payer for lane in clause.lanes] == ["cloud", "lab", "lab", "rental", "rental"]
    found = dues(clause, months(9, received=[0, 1]), paid=[1] * 6 + [0, 1])
    assert found[6:] == [[0, 0, 40, 0, 0], [0, 0, 0, 0, 30], [0, 0, 0, 0, 0]]


ACTUS = {"bullet": "PAM", "straight": "LAM", "level": "ANN"}


@pytest.mark.parametrize("repayment", ACTUS)
def test_a_loan_of_100_bn_agrees_with_the_actus_schedule_within_a_cent(repayment: str) -> None:
    count = 60
    terms = {
        "contractType": ACTUS[repayment],
        "contractID": "loan",
        "contractRole": "RPA",
        "currency": "USD",
        "statusDate": "2025-12-31",
        "initialExchangeDate": "2026-01-01",
        "maturityDate": "2031-01-01",
        "notionalPrincipal": "100000000000",
        "nominalInterestRate": "0.0725",
        "dayCountConvention": "30E360",
        "cycleAnchorDateOfInterestPayment": "2026-02-01",
        "cycleOfInterestPayment": "P1ML1",
    }
    if repayment != "bullet":
        terms |= {
            "cycleAnchorDateOfPrincipalRedemption": "2026-02-01",
            "cycleOfPrincipalRedemption": "P1ML1",
        }
    if repayment == "straight":
        terms["nextPrincipalRedemptionPayment"] = repr(100e9 / count)
    costs, backs = np.zeros(count + 1), np.zeros(count + 1)
    for event in events(terms):
        at = dates.month(f"{event.date:%Y-%m}") - START
        if event.kind == "IP":
            costs[at] += event.payoff
        elif event.kind in ("PR", "MD"):
            backs[at] += event.payoff
    clause = term_loan("cloud", "lab", "100 bnUSD", "2031-01", "7.25 %/year", month="2026-01", repayment=repayment)
    found = np.array(dues(clause, months(count + 1)))
    assert np.count_nonzero(costs) == count
    np.testing.assert_allclose(found[:, 1], costs, rtol=0, atol=0.01)
    np.testing.assert_allclose(found[:, 2], backs, rtol=0, atol=0.01)


def by_hand(terms: dict[str, float], world: list[dict[str, float]]) -> list[tuple[float, float, float]]:
    """The same facility by a slow reader of docs/guide/contracts.md: one path, plain numbers."""
    balance = drawn = overdue = excess = worth = 0.0
    incomes: list[float] = []
    services: list[float] = []
    found = []
    for t, (before, now) in enumerate(pairwise(world)):
        rate, income = terms["margin"], now["running"] * terms["rent"]
        grown = max(now["received"] - before["received"], 0.0)
        worth = worth * (1 - terms["loss"]) + grown * terms["price"]
        base = worth * terms["advance"]
        whole = now["solvent"] == 0 or t >= terms["maturity"]
        breach = balance > base * (1 + 1e-9) or (
            t >= terms["tested"] and sum(incomes[-12:]) < terms["dscr"] * sum(services[-12:]) * (1 - 1e-9)
        )
        fee = terms["fee"] * (terms["commitment"] - drawn) if t <= terms["available"] and not whole else 0.0
        cost = overdue + rate * (balance + overdue) + fee
        left = max(terms["maturity"] - t + 1, 1)
        part = balance / left if t > terms["available"] else 0.0
        share = 1.0 if breach else terms["sweep"]
        early = 0.0
        if breach or t > terms["available"]:
            early = share * min(excess, max(now["cash"] - cost - part, 0.0))
        back = balance if whole else min(part + early, balance)
        lent = 0.0
        if t <= terms["available"] and not whole and not breach:
            room = max(min(terms["commitment"] - drawn, base - balance), 0.0)
            lent = min(grown * terms["price"] * terms["share"], room)
        found.append((lent, cost, back))
        excess = max(income - cost - part, 0.0)
        incomes.append(income)
        services.append(cost + part)
        balance += lent * now["lent"] - back * now["paid"]
        drawn += lent * now["lent"]
        overdue = cost - cost * now["paid"]
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Terms of a facility, and an opening and 20 months of the world around it."""

    def number(low: float, high: float) -> float:
        return low + (high - low) * draw(st.integers(0, 40)) / 40

    available = draw(st.integers(1, 8))
    terms = {
        "commitment": number(20, 400), "price": 50.0, "share": number(0, 1), "margin": number(0, 0.03),
        "fee": number(0, 0.01), "available": available, "maturity": available + draw(st.integers(1, 10)),
        "rent": number(0, 30), "sweep": number(0, 1), "dscr": number(0, 3), "tested": draw(st.integers(0, 15)),
        "loss": number(0, 0.1), "advance": number(0.3, 1.5),
    }  # fmt: skip
    default = draw(st.integers(2, 40))
    world, gigawatts = [], 0.0
    for t in range(21):
        gigawatts += number(0, 1) if t else 0.0
        world.append(
            {
                "received": gigawatts,
                "running": number(0, 2),
                "cash": number(0, 60),
                "solvent": float(t < default),
                "lent": number(0.5, 1) if draw(st.booleans()) else 1.0,
                "paid": 1.0 if t <= default - 1 else number(0, 1),
            }
        )
    return terms, world


@settings(max_examples=150, deadline=None)
@given(cases())
def test_a_facility_agrees_with_a_reader_of_the_guide_to_the_cent(
    case: tuple[dict[str, float], list[dict[str, float]]],
) -> None:
    terms, world = case
    clause = delayed_draw_loan(
        "cloud",
        "lab",
        f"{terms['commitment']!r} USD",
        (Draw("amd", "50 USD/GW", repr(terms["share"])),),
        "2026-01",
        dates.month_text(START + int(terms["available"])),
        dates.month_text(START + int(terms["maturity"])),
        f"{terms['margin']!r} 1/month",
        unused_fee=f"{terms['fee']!r} 1/month",
        repayment="straight",
        income=(Income("amd", f"{terms['rent']!r} USD/GW/month"),),
        sweep=repr(terms["sweep"]),
        dscr=repr(terms["dscr"]),
        tested=dates.month_text(START + int(terms["tested"])),
        collateral=(Chips("amd", "50 USD/GW", f"{terms['loss']!r} 1/month"),),
        loan_to_value=repr(terms["advance"]),
    )
    views = [
        view(START + t, {key: [month[key]] for key in ("received", "running", "cash", "solvent")})
        for t, month in enumerate(world, start=-1)
    ]
    shares = [np.array([month["lent"], month["paid"], month["paid"]]) for month in world[1:]]
    np.testing.assert_allclose(dues(clause, views, shares), by_hand(terms, world), rtol=1e-9, atol=1e-6)


WRONG = {
    "maturity before the window": (lambda: drawn_for(maturity="2026-02"), "maturity: `2026-02` is too early"),
    "a window that ends before it begins": (
        lambda: drawn_for(available="2025-12"),
        "available: `2025-12` is too early",
    ),
    "a sweep of nothing": (lambda: drawn_for(sweep="0.5"), "`sweep` needs to know what cash flow"),
    "a cover of nothing": (lambda: drawn_for(dscr="1.2"), "`dscr` needs to know what cash flow"),
    "sculpted to nothing": (lambda: drawn_for(repayment="sculpted"), "sculpted` needs to know what cash flow"),
    "sculpted to no cover": (lambda: drawn_for(cover="0"), "a ratio above 0 expected"),
    "a step for no reason": (lambda: Step("1 %/year"), "needs `first`, `missed_by`, or both"),
    "a margin in dollars": (lambda: drawn_for(margin="3 USD"), "not of the same kind|must be in 1/month"),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG.keys())
def test_terms_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_a_loan_reads_as_english() -> None:
    assert str(drawn_for(dscr="1.2", income=(Income("amd", "1 USD/GW/month"),))) == (
        "cloud lends lab the growth in gigawatts received under amd times 50 USD/GW times 0.8, up to 100 USD, "
        "at 12 %/year, repaid in one sum at maturity, until 2026-07, asking for a cover of 1.2"
    )
