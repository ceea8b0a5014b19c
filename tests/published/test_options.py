"""Options and warrants with printed or independently recomputed values; each row names its source."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from gigawatt.parts.option.product import PRODUCTS, price

with Path(__file__).with_name("options.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def tolerance(row: dict[str, str]) -> float:
    """As stated, or three of the standard errors that a sampled value names in its source."""
    error = re.search(r"Monte Carlo.* se ([0-9.]+[0-9])", row["source"])
    return max(float(row["tol_abs"]), 3.0 * float(error[1]) if error else 0.0)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_value_is_the_published_one(row: dict[str, str]) -> None:
    value = price(row["product"], **json.loads(row["params_json"]))
    assert float(row["value"]) == pytest.approx(value, abs=tolerance(row), rel=0.0)


EXACT = [row for row in ROWS if not any(word in row["checked_by"] for word in ("Monte Carlo", "Sobol", "brute"))]


@pytest.mark.parametrize("row", EXACT, ids=[row["id"] for row in EXACT])
def test_value_has_all_digits_of_the_independent_computation(row: dict[str, str]) -> None:
    value = price(row["product"], **json.loads(row["params_json"]))
    assert float(row["check_value"]) == pytest.approx(value, rel=2e-9, abs=2e-9)


@pytest.mark.parametrize(
    ("spot", "years", "rate", "volatility", "expected"),
    [
        (2.0, 1.0, 0.02, 0.10, 0.0559860415),
        (2.0, 1.0, 0.18, 0.30, 0.2183875466),
        (2.0, 2.0, 0.0125, 0.25, 0.1722687410),
        (1.9, 1.0, 0.05, 0.50, 0.1931737903),
        (2.0, 1.0, 0.05, 0.50, 0.2464156905),
        (2.1, 1.0, 0.05, 0.50, 0.3062203648),
        (2.0, 2.0, 0.05, 0.50, 0.3500952190),
    ],
)
def test_continuous_mean_has_the_ten_digits_of_linetsky(
    spot: float, years: float, rate: float, volatility: float, expected: float
) -> None:
    """Linetsky 2004, the seven cases of Fu, Madan and Wang."""
    value = price("arithmetic_asian_continuous", cp=1, S=spot, K=2.0, T=years, r=rate, q=0.0, v=volatility)
    assert expected == pytest.approx(value, abs=2e-10, rel=0.0)


def test_every_published_product_is_listed() -> None:
    assert {row["product"] for row in ROWS} <= set(PRODUCTS)
