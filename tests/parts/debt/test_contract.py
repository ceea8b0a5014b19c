"""What loans, swaps, caps and covers do beyond the published cases."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError, ModelError
from gigawatt.parts.debt.contract import Event, events
from gigawatt.parts.debt.market import read_observed

LOAN = {
    "contractType": "PAM",
    "contractID": "loan",
    "contractRole": "RPA",
    "currency": "USD",
    "statusDate": "2026-12-31",
    "initialExchangeDate": "2027-01-01",
    "maturityDate": "2028-01-01",
    "notionalPrincipal": 1200,
    "nominalInterestRate": 0.1,
    "dayCountConvention": "30E360",
    "cycleOfInterestPayment": "P6ML1",
    "cycleAnchorDateOfInterestPayment": "2027-07-01",
}
REPAID = {"cycleOfPrincipalRedemption": "P6ML1", "cycleAnchorDateOfPrincipalRedemption": "2027-07-01"}
FLOATING = {
    "cycleAnchorDateOfRateReset": "2027-07-01",
    "cycleOfRateReset": "P6ML1",
    "marketObjectCodeOfRateReset": "SOFR",
}
SOFR = read_observed({"SOFR": [("2027-07-01", 0.2)]})
GOLD = {"contractType": "COM", "contractID": "gold", "marketObjectCode": "GOLD", "quantity": 2}


def rows(found: tuple[Event, ...]) -> list[tuple[str, str, float]]:
    return [(f"{event.date:%Y-%m-%d}", event.kind, pytest.approx(event.payoff)) for event in found]


def linked(role: str, terms: dict[str, object]) -> dict[str, object]:
    return {"object": terms, "referenceType": "CNT", "referenceRole": role}


def failing(date: str, contract: str = "loan") -> dict[str, object]:
    return {"time": date, "type": "CE", "contractId": contract, "states": {"contractPerformance": "DF"}}


def test_a_bullet_loan_pays_interest_and_then_principal() -> None:
    assert rows(events(LOAN)) == [
        ("2027-01-01", "IED", -1200),
        ("2027-07-01", "IP", 60),
        ("2028-01-01", "IP", 60),
        ("2028-01-01", "MD", 1200),
    ]


def test_a_loan_without_an_interest_cycle_pays_interest_at_the_end() -> None:
    loan = {name: value for name, value in LOAN.items() if "Cycle" not in name and "cycle" not in name}
    assert rows(events(loan))[1:] == [("2028-01-01", "IP", 120), ("2028-01-01", "MD", 1200)]


def test_a_loan_without_a_rate_pays_principal_alone() -> None:
    loan = {name: value for name, value in LOAN.items() if name != "nominalInterestRate"}
    assert [kind for _, kind, _ in rows(events(loan))] == ["IED", "MD"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["PAM", "LAM", "NAM", "ANN"]),
    st.floats(0, 1e11),
    st.floats(-0.05, 0.3),
    st.sampled_from(["AA", "A360", "A365", "30E360", "30E360ISDA", "28E336"]),
    st.sampled_from(["NOS", "SCF", "CSMF", "SCP", "CSMP"]),
)
def test_what_one_side_pays_the_other_receives_and_all_principal_comes_back(
    kind: str, notional: float, rate: float, count: str, shift: str
) -> None:
    payment = {"nextPrincipalRedemptionPayment": notional / 5} if kind == "NAM" else {}
    loan = {**LOAN, **REPAID, **payment, "contractType": kind, "maturityDate": "2029-07-01", "calendar": "MF"}
    loan |= {"notionalPrincipal": notional, "nominalInterestRate": rate}
    loan |= {"dayCountConvention": count, "businessDayConvention": shift}
    lent, owed = events(loan), events({**loan, "contractRole": "RPL"})
    assert [(one.date, one.kind, one.payoff) for one in lent] == [(one.date, one.kind, -one.payoff) for one in owed]
    assert sum(one.payoff for one in lent if one.kind in ("IED", "PR", "MD")) == pytest.approx(0, abs=1e-4)
    assert lent[-1].notional == 0.0


def test_an_annuity_pays_the_same_each_time_and_is_then_repaid() -> None:
    loan = {**LOAN, **REPAID, "contractType": "ANN", "maturityDate": "2030-07-01"}
    paid: dict[datetime, float] = {}
    for event in events(loan):
        if event.kind in ("PR", "IP", "MD"):
            paid[event.date] = paid.get(event.date, 0.0) + event.payoff
    assert len(paid) == 7
    assert list(paid.values()) == [pytest.approx(paid[datetime(2027, 7, 1)])] * 7


def test_an_annuity_that_pays_on_its_first_day_fixes_the_payment_when_it_begins() -> None:
    loan = {**LOAN, **REPAID, "contractType": "ANN", "cycleAnchorDateOfPrincipalRedemption": "2027-01-01"}
    found = events(loan)
    assert [event.kind for event in found][:3] == ["IED", "PR", "IP"]
    assert found[1].payoff == pytest.approx(found[-1].payoff + found[-2].payoff)


def test_a_negative_amortiser_pays_interest_with_principal_once_it_repays() -> None:
    loan = {
        **LOAN,
        **REPAID,
        "contractType": "NAM",
        "nextPrincipalRedemptionPayment": 100,
        "maturityDate": "2028-07-01",
    }
    found = events({**loan, "cycleOfInterestPayment": "P1YL1"})
    assert [event.kind for event in found] == ["IED", "PR", "IP", "PR", "IP", "IP", "MD"]


def test_a_period_cap_and_a_life_cap_hold_a_rate_back() -> None:
    def rate(**bounds: float) -> float:
        return events({**LOAN, **FLOATING, **bounds}, SOFR)[-1].rate

    assert rate() == 0.2
    assert rate(periodCap=0.03) == pytest.approx(0.13)
    assert rate(lifeCap=0.15) == 0.15
    assert rate(lifeFloor=0.25) == 0.25
    assert rate(rateMultiplier=2, rateSpread=0.01) == pytest.approx(0.41)


def test_the_last_observation_holds_until_the_next() -> None:
    found = events({**LOAN, **FLOATING}, read_observed({"SOFR": [("2027-01-01", "0.05 "), ("2027-07-02", 0.9)]}))
    assert found[-1].rate == 0.05


def test_a_fee_is_an_amount_a_date_or_a_share_of_principal_a_year() -> None:
    fee = {"cycleOfFee": "P6ML1", "cycleAnchorDateOfFee": "2027-07-01"}

    def fees(**more: object) -> list[float]:
        return [event.payoff for event in events({**LOAN, **fee, **more}) if event.kind == "FP"]

    assert fees(feeBasis="A", feeRate=7) == [7, 7]
    assert fees(feeBasis="N", feeRate=0.01) == [pytest.approx(6), pytest.approx(6)]
    assert fees(feeBasis="N", feeRate=0.01, contractRole="RPL") == [pytest.approx(-6), pytest.approx(-6)]


def test_interest_from_before_the_status_date_is_owed_since_it_was_last_paid() -> None:
    assert rows(events({**LOAN, "statusDate": "2027-10-01"}))[0] == ("2028-01-01", "IP", 60)
    assert rows(events({**LOAN, "statusDate": "2027-04-01"}))[0] == ("2027-07-01", "IP", 30)
    assert rows(events({**LOAN, "statusDate": "2027-04-01", "accruedInterest": 30}))[0] == ("2027-07-01", "IP", 60)


def test_the_last_date_looked_at_cuts_the_schedule() -> None:
    assert events(LOAN, to="2027-07-01") == events(LOAN)[:2]
    assert events(LOAN, to="") == events(LOAN)


def test_an_open_loan_runs_to_the_last_date_looked_at() -> None:
    loan = {**LOAN, "contractType": "CLM", "xDayNotice": "P1M"}
    del loan["maturityDate"]
    assert rows(events(loan, to="2028-01-01")) == [
        ("2027-01-01", "IED", -1200),
        ("2027-07-01", "IPCI", 0),
        ("2028-01-01", "IPCI", 0),
    ]


def test_a_called_loan_bears_no_interest_while_the_notice_runs() -> None:
    loan = {**LOAN, "contractType": "CLM", "xDayNotice": "P1M"}
    called = read_observed(events=[{"time": "2027-04-01", "type": "XD", "value": 0}])
    assert rows(events(loan, called, to="2027-04-15"))[1:] == [
        ("2027-04-01", "XD", 0),
        ("2027-05-01", "IP", 30),
        ("2027-05-01", "STD", 1200),
    ]


def test_an_exotic_loan_draws_repays_and_follows_an_index() -> None:
    loan = {name: value for name, value in LOAN.items() if name not in ("maturityDate", "cycleOfInterestPayment")}
    loan |= {
        "contractType": "LAX",
        "arrayCycleAnchorDateOfPrincipalRedemption": ["2027-04-01", "2027-07-01"],
        "arrayCycleOfPrincipalRedemption": "P3ML1",
        "arrayNextPrincipalRedemptionPayment": ["300", " 500 "],
        "arrayIncreaseDecrease": ["INC", "DEC"],
        "arrayCycleAnchorDateOfRateReset": ["2027-04-01", "2027-07-01"],
        "arrayRate": [0.2, 0.01],
        "arrayFixedVariable": ["FIX", "VAR"],
        "marketObjectCodeOfRateReset": "SOFR",
    }
    found = events(loan, SOFR)
    assert [(event.kind, event.notional, round(event.rate, 9)) for event in found] == [
        ("IED", 1200, 0.1),
        ("PI", 1500, 0.1),
        ("RRF", 1500, 0.2),
        ("PR", 1000, 0.2),
        ("RR", 1000, 0.21),
        ("PR", 500, 0.21),
        ("IP", 500, 0.21),
        ("MD", 0, 0.21),
    ]


def test_a_cap_pays_what_a_rate_above_it_costs() -> None:
    cap = {"contractType": "CAPFL", "contractRole": "BUY", "statusDate": "2026-12-31", "lifeCap": 0.15}
    cap["contractStructure"] = [linked("UDL", {**LOAN, **FLOATING})]
    assert rows(events(cap, SOFR)) == [("2027-07-01", "IP", 0), ("2028-01-01", "IP", 30)]
    assert rows(events({**cap, "contractRole": "SEL"}, SOFR)) == [("2027-07-01", "IP", 0), ("2028-01-01", "IP", -30)]
    traded = {**cap, "purchaseDate": "2027-08-01", "priceAtPurchaseDate": 9, "terminationDate": "2027-09-01"}
    assert rows(events(traded, SOFR)) == [("2027-08-01", "PRD", -9), ("2027-09-01", "TD", 0)]


def test_a_guarantee_pays_its_share_of_principal_and_interest() -> None:
    cover = {"contractType": "CEG", "contractRole": "SEL", "statusDate": "2026-12-31", "currency": "USD"}
    cover |= {"creditEventTypeCovered": "DQ, DF", "guaranteedExposure": "NI", "coverageOfCreditEnhancement": 0.5}
    cover["contractStructure"] = [linked("COVE", LOAN)]
    assert rows(events(cover)) == [("2028-01-01", "MD", 0)]
    failed = read_observed(events=[failing("2027-04-01")])
    assert rows(events(cover, failed)) == [("2027-04-01", "XD", 0), ("2027-04-01", "STD", -615)]
    ended = {**cover, "terminationDate": "2027-03-01", "priceAtTerminationDate": 4}
    assert rows(events(ended, failed)) == [("2027-03-01", "TD", -4)]
    yearly = {**cover, "feeBasis": "N", "feeRate": 0.02, "cycleOfFee": "P3ML1", "cycleAnchorDateOfFee": "2027-03-31"}
    assert rows(events({**yearly, "dayCountConvention": "30E360"}))[0] == (
        "2027-03-31",
        "FP",
        -0.02 * 0.25 * 0.5 * (1200 + 1200 * 0.1 * 89 / 360),
    )


def test_collateral_pays_no_more_than_it_is_worth() -> None:
    cover = {"contractType": "CEC", "contractRole": "BUY", "statusDate": "2026-12-31", "creditEventTypeCovered": "DF"}
    cover["contractStructure"] = [linked("COVE", LOAN), linked("COVI", GOLD)]
    for price, paid in ((100, 200), (900, 1200)):
        seen = read_observed({"GOLD": [("2027-01-01", price)]}, [failing("2027-04-01")])
        assert rows(events(cover, seen))[-1] == ("2027-04-01", "STD", paid)


def test_a_failure_of_another_contract_calls_on_nothing() -> None:
    cover = {"contractType": "CEG", "contractRole": "BUY", "statusDate": "2026-12-31", "creditEventTypeCovered": "DF"}
    cover["contractStructure"] = [linked("COVE", LOAN)]
    assert rows(events(cover, read_observed(events=[failing("2027-04-01", "other")]))) == [("2028-01-01", "MD", 0)]


def test_a_loan_whose_payments_never_repay_it_is_refused() -> None:
    loan = {**LOAN, **REPAID, "contractType": "NAM", "nextPrincipalRedemptionPayment": 10}
    del loan["maturityDate"]
    with pytest.raises(InputError, match=r"loan\.nextPrincipalRedemptionPayment: .* never repays 1200 .* maturityDate"):
        events(loan)


def test_a_missing_observation_is_named_with_its_date() -> None:
    with pytest.raises(InputError, match=r"nothing is observed for `SOFR`\. No series was given"):
        events({**LOAN, **FLOATING})
    with pytest.raises(InputError, match="Did you mean `SOFR1`"):
        events({**LOAN, **FLOATING}, read_observed({"SOFR1": [("2027-07-01", 0.2)]}))
    with pytest.raises(InputError, match="`SOFR` is needed on 2027-07-01, but begins on 2027-08-01"):
        events({**LOAN, **FLOATING}, read_observed({"SOFR": [("2027-08-01", 0.2)]}))


def test_an_open_loan_without_an_end_to_look_at_is_refused() -> None:
    loan = {**LOAN, "contractType": "CLM"}
    del loan["maturityDate"]
    with pytest.raises(InputError, match=r"loan\.maturityDate: missing, and no notice"):
        events(loan)


def test_gold_alone_pays_nothing_and_a_cover_of_a_cover_has_no_rule() -> None:
    with pytest.raises(InputError, match="it may cover a CEC"):
        events({**GOLD, "contractRole": "RPA", "statusDate": "2026-12-31"})
    inner = {"contractType": "CEG", "creditEventTypeCovered": "DF", "contractStructure": [linked("COVE", LOAN)]}
    cover = {**inner, "contractRole": "BUY", "statusDate": "2026-12-31", "contractStructure": [linked("COVE", inner)]}
    with pytest.raises(ModelError, match="a CEG behind another has no rule"):
        events(cover)


def test_amounts_that_outgrow_every_number_are_refused() -> None:
    with pytest.raises(ModelError, match="loan: amounts outgrow every number on 2027-07-01; check the rates"):
        events({**LOAN, "nominalInterestRate": 1e307, "notionalPrincipal": 1e12})


def test_a_cycle_with_more_dates_than_any_contract_has_is_refused() -> None:
    with pytest.raises(InputError, match="P1DL0 from 2027-07-01 to 8000-01-01 has more than 40,000 dates; check"):
        events({**LOAN, "cycleOfInterestPayment": "P1D", "maturityDate": "8000-01-01"})
