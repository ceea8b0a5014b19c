"""Loans, guarantees, collateral, swaps and caps of the public ACTUS test set: dates, order, payoffs and states.

Data by the ACTUS Financial Research Foundation, CC BY-SA 4.0; see actus/NOTICE.md.
"""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path
from typing import Any

import pytest

from gigawatt.parts.debt.contract import Event, events
from gigawatt.parts.debt.market import Observed, read_observed

TYPES = ("pam", "lam", "nam", "ann", "lax", "clm", "ceg", "cec", "swppv", "capfl")
FILES = {kind: Path(__file__).parent / "actus" / f"actus-tests-{kind}.json" for kind in TYPES}
CASES: dict[str, dict[str, Any]] = {
    name: case for path in FILES.values() for name, case in json.loads(path.read_text("utf-8")).items()
}


def observed(case: dict[str, Any]) -> Observed:
    series = {
        name: [(point["timestamp"], point["value"]) for point in one["data"]]
        for name, one in case["dataObserved"].items()
    }
    return read_observed(series, case["eventsObserved"])


def happened(case: dict[str, Any]) -> tuple[Event, ...]:
    return events(case["terms"], observed(case), case["to"])


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def near(known: float, value: float) -> bool:
    return math.isclose(known, value, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_events_fall_on_the_published_dates_in_the_published_order(name: str) -> None:
    found = [(event.date, event.kind) for event in happened(CASES[name])]
    assert found == [(moment(row["eventDate"]), row["eventType"]) for row in CASES[name]["results"]]


FIELDS = {
    "payoff": "payoff",
    "notionalPrincipal": "notional",
    "nominalInterestRate": "rate",
    "accruedInterest": "accrued",
    "exerciseAmount": "exercise_amount",
}

# Printed numbers that cannot be right, each with the proof. Dates, order and every other number of the case are tested.
MISPRINTS = {
    ("guarantee14", "STD", "payoff"): (
        "The claim is half of what is outstanding on 2020-09-20: 0.5 * (5,000,000 + 6,000,000 - 8 * 500,000) ="
        " 3,500,000, as the case prints itself. The fee of 10,000 runs 92 days, from 2020-07-02 to 2020-10-02,"
        " of which 80 have passed: 10,000 * 80 / 92 = 8,695.652.... The print, 3,508,695, is their sum cut to whole"
        " dollars; rounding would give 3,508,696."
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_published_number_is_met(name: str) -> None:
    rows = CASES[name]["results"]
    for row, event in zip(rows, happened(CASES[name]), strict=True):
        for term, field in FIELDS.items():
            if term in row and (name, row["eventType"], term) not in MISPRINTS:
                assert near(float(row[term]), getattr(event, field)), (row, event)


def test_the_guarantee_whose_print_is_cut_to_dollars_pays_claim_and_fee_to_the_cent() -> None:
    last = happened(CASES["guarantee14"])[-1]
    printed = CASES["guarantee14"]["results"][-1]["payoff"]
    assert near(3_500_000 + 10_000 * 80 / 92, last.payoff)
    assert printed == math.floor(last.payoff)


@pytest.mark.parametrize("name", CASES)
def test_the_date_of_exercise_and_the_currency_are_the_published_ones(name: str) -> None:
    rows = CASES[name]["results"]
    for row, event in zip(rows, happened(CASES[name]), strict=True):
        assert event.exercise_date == (moment(row["exerciseDate"]) if row.get("exerciseDate") else None)
        assert event.currency in (row.get("currency", ""), "")


def test_every_case_of_every_type_is_run() -> None:
    counts = {kind: len(json.loads(path.read_text("utf-8"))) for kind, path in FILES.items()}
    assert counts == {
        "pam": 15, "lam": 19, "nam": 13, "ann": 19, "lax": 11, "clm": 9, "ceg": 8, "cec": 9, "swppv": 8, "capfl": 2,
    }  # fmt: skip
    assert len(CASES) == sum(counts.values())
