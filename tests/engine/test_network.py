"""One network at a time: several solutions, seniority, and the refusal of tables that make no sense."""

from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gigawatt.engine.network import clear_network
from gigawatt.errors import InputError

Floats = NDArray[np.float64]
RING = [[0, 1], [1, 0]]


@st.composite
def networks(draw: st.DrawFn, parties: int = 5) -> tuple[Floats, Floats, Floats]:
    """Debts inside, debts outside, assets, in whole numbers so that knife edges are common."""
    n = draw(st.integers(1, parties))
    whole = st.integers(0, 5)
    inside = np.array(draw(st.lists(st.lists(whole, min_size=n, max_size=n), min_size=n, max_size=n)), float)
    np.fill_diagonal(inside, 0.0)
    outer, assets = (np.array(draw(st.lists(whole, min_size=n, max_size=n)), float) for _ in range(2))
    return inside, outer, assets


def clearing_vectors(inside: Floats, outer: Floats, assets: Floats, alpha: float, beta: float) -> list[Floats]:
    """Every clearing vector, found by trying every set of parties in default; needs beta below 1."""
    owed = inside.sum(axis=1) + outer
    shares = (inside / np.where(owed > 0, owed, 1.0)[:, None]).T
    parties = range(owed.size)
    found: list[Floats] = []
    for fallen in chain.from_iterable(combinations(parties, size) for size in range(owed.size + 1)):
        down = np.isin(parties, fallen)
        matrix = np.eye(owed.size) - np.where(down[:, None], beta * shares, 0.0)
        payments = np.linalg.solve(matrix, np.where(down, alpha * assets, owed))
        short = assets + shares @ payments < owed * (1 - 1e-12)
        if (short == down).all():
            found.append(np.asarray(payments, np.float64))
    return found


@settings(max_examples=150, deadline=None)
@given(networks(), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.3, 0.9]))
def test_greatest_and_least_payments_are_those_found_by_trying_every_set_of_defaults(
    network: tuple[Floats, Floats, Floats], alpha: float, beta: float
) -> None:
    found = clearing_vectors(*network, alpha, beta)
    result = clear_network(*network, alpha=alpha, beta=beta)
    np.testing.assert_allclose(result.payments, np.max(found, axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(result.least_payments, np.min(found, axis=0), rtol=0, atol=1e-9)
    assert result.unique == (len(found) == 1)


@settings(max_examples=100, deadline=None)
@given(networks())
def test_without_default_costs_every_clearing_vector_leaves_the_same_equity(
    network: tuple[Floats, Floats, Floats],
) -> None:
    inside, outer, assets = network
    result = clear_network(*network)
    owed = inside.sum(axis=1) + outer
    least = assets + (inside / np.where(owed > 0, owed, 1.0)[:, None]).T @ result.least_payments - owed
    np.testing.assert_allclose(result.equity, np.maximum(least, 0.0), rtol=0, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(networks(), networks())
def test_least_payments_with_classes_clear_as_well(a: tuple[Floats, ...], b: tuple[Floats, ...]) -> None:
    n = min(len(a[1]), len(b[1]))
    inside, outer = np.array([a[0][:n, :n], b[0][:n, :n]]), np.array([a[1][:n], b[1][:n]])
    result = clear_network(inside, outer, a[2][:n])
    totals = inside.sum(axis=2) + outer
    shares = inside / np.where(totals > 0, totals, 1.0)[:, :, None]
    for payments in (result.payments, result.least_payments):
        held = a[2][:n] + np.einsum("cij,ic->j", shares, payments)
        senior = np.minimum(held, totals[0])
        junior = np.minimum(held - senior, totals[1])
        np.testing.assert_allclose(payments.T, [senior, junior], rtol=0, atol=1e-9)
    assert (result.least_payments <= result.payments + 1e-9).all()


def test_a_class_of_its_own_for_outside_creditors_puts_them_first() -> None:
    nothing, debts = np.zeros((2, 2)), np.array([[0.0, 6.0], [0.0, 0.0]])
    result = clear_network([nothing, debts], [[4, 0], [0, 0]], [5, 0])
    assert result.payments.tolist() == [[4.0, 1.0], [0.0, 0.0]]


def test_equal_standing_for_outside_creditors_makes_them_share() -> None:
    assert clear_network([[0, 6], [0, 0]], [4, 0], [5, 0]).payments.tolist() == [5.0, 0.0]


def test_a_network_without_debts_clears() -> None:
    result = clear_network(np.zeros((2, 2)), [0, 0], [3, 0])
    assert (result.payments.tolist(), result.equity.tolist(), result.default, result.unique) == (
        [0, 0],
        [3, 0],
        (),
        True,
    )


def test_a_cash_free_ring_behind_a_senior_debt_is_known_to_have_several_solutions() -> None:
    nothing = [[0, 0], [0, 0]]
    assert not clear_network([nothing, RING], [[1, 0], [0, 0]], [1, 0]).unique
    assert clear_network([nothing, RING], [[1, 0], [0, 0]], [2, 0]).unique


@pytest.mark.parametrize(
    ("inputs", "place"),
    [
        ({"liabilities": [[0, -1], [0, 0]]}, r"liabilities\[0\]\[1\]: -1 is negative"),
        ({"outside_assets": [1, float("nan")]}, r"outside_assets\[1\]: nan is not a finite amount"),
        ({"outside_liabilities": [float("inf"), 0]}, r"outside_liabilities\[0\]: inf is not a finite amount"),
        ({"liabilities": [[0, 1, 2], [1, 0, 2]]}, r"liabilities: shape \(2, 3\), expected \(2, 2\)"),
        ({"liabilities": [[0, 1], [1]]}, "liabilities: not a table of numbers"),
        ({"liabilities": [[0, "x"], [1, 0]]}, "liabilities: not a table of numbers"),
        ({"liabilities": [[0, 1], [1, 3]]}, r"liabilities\[1\]\[1\]: party 1 owes itself"),
        (
            {"liabilities": [RING, [[2, 0], [0, 0]]], "outside_liabilities": RING},
            r"liabilities\[1\]\[0\]\[0\]: party 0",
        ),
        ({"liabilities": [RING, RING]}, r"outside_liabilities: shape \(2,\), expected \(2, 2\)"),
        ({"outside_liabilities": [0]}, r"outside_liabilities: shape \(1,\), expected \(2,\)"),
        ({"outside_assets": []}, "outside_assets: shape"),
        ({"outside_assets": 3}, "outside_assets: shape"),
        ({"alpha": 80}, r"alpha: 80 is outside 0\.\.1.*0\.8"),
        ({"beta": -0.1}, r"beta: -0\.1 is outside"),
        ({"beta": float("nan")}, "beta: nan is outside"),
        ({"alpha": "half"}, "alpha: 'half' is not a number"),
    ],
)
def test_nonsense_is_refused_with_its_place(inputs: dict[str, Any], place: str) -> None:
    sound: dict[str, Any] = {"liabilities": RING, "outside_liabilities": [0, 0], "outside_assets": [1, 1]}
    with pytest.raises(InputError, match=place):
        clear_network(**(sound | inputs))
