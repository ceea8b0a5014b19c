import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.catalog.formula import evaluate, references
from gigawatt.errors import CatalogError

FIGURES = {"a.b": 6.0, "c-d.e.2025-10": 4.0, "zero": 0.0}


def value(formula: str) -> float:
    return evaluate(formula, FIGURES.__getitem__)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("{a.b} * {c-d.e.2025-10}", 24.0),
        ("1 - {a.b} / 12", 0.5),
        ("-({a.b} + 2) ** 2", -64.0),
        ("90e9 / { a.b }", 15e9),
        ("2", 2.0),
    ],
)
def test_arithmetic_over_claims_has_a_value(formula: str, expected: float) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "claim_0",
        "{a.b}.real",
        "[1][0]",
        "{a.b} if 1 else 2",
        "'x'",
        "True",
        "1 // 2",
        "lambda: 1",
        "",
    ],
)
def test_anything_but_arithmetic_is_refused(formula: str) -> None:
    with pytest.raises(CatalogError, match="formula"):
        value(formula)


@pytest.mark.parametrize("formula", ["{a.b} / {zero}", "1e308 * 10", "10 ** 400.0", "(0 - 8) ** 0.5"])
def test_a_formula_without_a_finite_value_is_refused(formula: str) -> None:
    with pytest.raises(CatalogError, match="has no"):
        value(formula)


def test_references_are_listed_once_in_order() -> None:
    assert references("{b} * {a} - {b}") == ("b", "a")


@settings(max_examples=100)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_formula_computes_what_python_does(a: float, b: float) -> None:
    assert evaluate("{a} + {b} * ({a} - 3)", {"a": a, "b": b}.__getitem__) == a + b * (a - 3)
