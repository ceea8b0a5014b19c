"""Networks with known clearing payments: printed by their authors, run with other packages, or solved exactly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gigawatt.engine.network import Clearing, clear_network

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("clearing.yaml").read_text("utf-8"))["cases"]


def cleared(case: dict[str, Any]) -> Clearing:
    inputs = dict(case["inputs"])
    classes = inputs.pop("classes_senior_first", None)
    if classes:
        inputs["liabilities"] = [one["liabilities"] for one in classes]
        inputs["outside_liabilities"] = [one["outside_liabilities"] for one in classes]
    return clear_network(**inputs)


def knows(*names: str) -> pytest.MarkDecorator:
    """Parameters: the cases that state one of the expected values."""
    known = [case for case in CASES if any(case["expected"].get(name) is not None for name in names)]
    return pytest.mark.parametrize("case", known, ids=[case["id"] for case in known])


@knows("payments", "greatest_payments", "payments_by_class")
def test_the_greatest_clearing_payments_are_the_known_ones(case: dict[str, Any]) -> None:
    expected = case["expected"]
    by_class = expected.get("payments_by_class")
    known = np.transpose(by_class) if by_class else np.array(expected.get("payments") or expected["greatest_payments"])
    np.testing.assert_allclose(cleared(case).payments, known, rtol=0, atol=case["tolerance"])


@knows("equity")
def test_equity_is_the_known_one(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(cleared(case).equity, case["expected"]["equity"], rtol=0, atol=case["tolerance"])


@knows("default")
def test_the_known_parties_default(case: dict[str, Any]) -> None:
    assert cleared(case).default == tuple(case["expected"]["default"])


@knows("default_round")
def test_parties_fall_in_the_known_waves(case: dict[str, Any]) -> None:
    assert cleared(case).default_round.tolist() == case["expected"]["default_round"]


@knows("least_payments")
def test_the_least_clearing_payments_are_the_known_ones(case: dict[str, Any]) -> None:
    known = case["expected"]["least_payments"]
    np.testing.assert_allclose(cleared(case).least_payments, known, rtol=0, atol=case["tolerance"])


@knows("clearing_vectors_found")
def test_a_network_with_several_clearing_vectors_is_told_from_one_with_a_single_one(case: dict[str, Any]) -> None:
    assert cleared(case).unique == (case["expected"]["clearing_vectors_found"] == 1)


def test_two_parties_that_owe_each_other_and_have_no_cash_pay_in_full_though_not_uniquely() -> None:
    case = next(case for case in CASES if case["id"] == "en-two-mutual-no-cash")
    result = cleared(case)
    assert (result.payments.tolist(), result.least_payments.tolist(), result.unique) == ([1, 1], [0, 0], False)


def test_every_kind_of_network_is_represented() -> None:
    assert {case["kind"] for case in CASES} == {"eisenberg_noe", "rogers_veraart", "seniority"}
