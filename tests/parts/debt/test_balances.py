from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError
from gigawatt.parts.debt.balances import balances
from gigawatt.parts.debt.contract import events

CENT = 0.005


def scheduled(kind: str, notional: float, rate: float, **more: object) -> dict[str, list[float]]:
    """Interest, principal and principal left of 60 monthly periods, one contract led through its schedule."""
    terms = {
        "contractType": kind,
        "contractRole": "RPA",
        "statusDate": "2025-12-31",
        "initialExchangeDate": "2026-01-01",
        "maturityDate": "2031-01-01",
        "notionalPrincipal": notional,
        "nominalInterestRate": rate,
        "dayCountConvention": "30E360",
        "cycleAnchorDateOfInterestPayment": "2026-02-01",
        "cycleOfInterestPayment": "P1ML1",
        "cycleAnchorDateOfPrincipalRedemption": "2026-02-01",
        "cycleOfPrincipalRedemption": "P1ML1",
        **more,
    }
    found = [event for event in events(terms) if event.date > datetime(2026, 1, 1)]
    principal = {event.date: event for event in found if event.kind in ("PR", "MD")}
    return {
        "interest": [event.payoff for event in found if event.kind == "IP"],
        "principal": [event.payoff for event in principal.values()],
        "closing": [event.notional for event in principal.values()],
    }


def assert_to_the_cent(kind: str, notional: list[float], rate: list[float], payment: list[float] | None = None) -> None:
    found = balances(kind, notional, rate, 60, payment=payment)
    for index, (amount, share) in enumerate(zip(notional, rate, strict=True)):
        given_payment = {} if payment is None else {"nextPrincipalRedemptionPayment": payment[index]}
        known = scheduled(kind, amount, share, **given_payment)
        for name, values in known.items():
            np.testing.assert_allclose(getattr(found, name)[index], values, rtol=0, atol=CENT)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1e11), st.floats(0, 0.2))
def test_stacked_linear_loans_agree_with_the_schedule_to_the_cent(notional: float, rate: float) -> None:
    assert_to_the_cent("LAM", [notional, 1e11, 3.0], [rate, rate, 0.05])


def test_a_hundred_billion_agrees_to_the_cent_where_the_last_part_is_smaller() -> None:
    assert_to_the_cent("LAM", [1e11, 1e11], [0.0875, 0.1], [1.7e9, 2.1e9])


def test_stacked_loans_with_interest_first_agree_with_the_schedule_to_the_cent() -> None:
    assert_to_the_cent("NAM", [1e11, 5e10], [0.08, 0.12], [2e9, 1e8])


def test_stacked_annuities_agree_with_the_schedule_to_the_cent() -> None:
    assert_to_the_cent("ANN", [1e11, 5e10], [0.08, 0.12], [2e9, 1.1e9])


def test_an_annuity_without_a_payment_finds_the_one_that_repays_it() -> None:
    found = balances("ANN", [1e11], [0.08], 60)
    paid = found.principal + found.interest
    np.testing.assert_allclose(paid, paid[0, 0], rtol=1e-12)
    assert found.closing[0, -1] == 0.0


def test_a_bullet_loan_repays_at_the_end() -> None:
    found = balances("PAM", [100.0], [0.12], 3)
    np.testing.assert_allclose(found.principal, [[0, 0, 100]])
    np.testing.assert_allclose(found.interest, [[1, 1, 1]])


def test_paths_are_the_last_axis() -> None:
    notional = np.array([[60.0, 120.0], [30.0, 0.0]])
    found = balances("LAM", notional, [0.12, 0.0], 3)
    assert found.closing.shape == (2, 3, 2)
    np.testing.assert_allclose(found.closing[0, :, 1], [80, 40, 0])
    np.testing.assert_allclose(found.interest[0, :, 1], [1.2, 0.8, 0.4])
    assert not found.interest[1].any()


def test_all_principal_is_repaid_once() -> None:
    for kind, payment in (("PAM", None), ("LAM", 1.0), ("LAM", 50.0), ("NAM", 3.0), ("ANN", None)):
        found = balances(kind, [100.0, 7.0], [0.1, -0.01], 12, payment=payment)
        np.testing.assert_allclose(found.principal.sum(axis=1), [100.0, 7.0], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "LAMM"}, "Did you mean `LAM`"),
        ({"notional": [5.0, -1.0]}, r"notional\[1\]: -1 is out of range"),
        ({"notional": [np.nan]}, r"notional\[0\]: nan is out of range"),
        ({"notional": 5.0}, "write a list"),
        ({"notional": ["ten"]}, "holds something that is no number"),
        ({"rate": [0.1, 0.1, 0.1]}, "use the same shape"),
        ({"periods": 0}, "at least 1"),
        ({"years": [0.1, 0.2]}, "one a period"),
        ({"kind": "NAM"}, "payment: missing"),
        ({"kind": "ANN", "rate": -20.0}, "no annuity exists"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_fix(change: dict[str, object], message: str) -> None:
    sound: dict[str, object] = {"kind": "LAM", "notional": [5.0, 6.0], "rate": 0.1, "periods": 3}
    with pytest.raises(InputError, match=message):
        balances(**(sound | change))
