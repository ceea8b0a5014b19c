"""Binding: expressions of equal shape are stacked, and each still sees its own rows and figures."""

from __future__ import annotations

import numpy as np

from gigawatt.parts.clause import Clause, Pay
from gigawatt.parts.figure import Draws, Figure
from gigawatt.parts.observable import lift
from gigawatt.parts.readings import growth, online
from gigawatt.parts.view import Bound, View, bind
from gigawatt.parts.wrapper import Arrears, Upto
from gigawatt.units import unit

ROWS = {"a": 0, "b": 1, "c": 2}
DRAWS = Draws({"cap": np.array([4.0, 40.0])}, 2)
CAP = Figure("cap", unit("USD"), "uniform", (1.0, 50.0))


def bound(*clauses: Clause) -> Bound:
    return bind(clauses, lambda kind, name: ROWS[name], DRAWS.stack)


def rent(deal: str, rate: str) -> Pay:
    return Pay("lab", "cloud", online(deal) * rate)


def view(*gigawatts: float) -> View:
    return View(0, 2, {"online": np.array([[g, g] for g in gigawatts])})


def test_stacked_contracts_see_their_own_rows_and_figures() -> None:
    clauses = rent("c", "1 USD/GW/month"), rent("a", "10 USD/GW/month")
    at = bound(*clauses)
    assert at.count == 2
    _, due = clauses[0].step(at, clauses[0].start(at, view(1, 2, 3)), view(1, 2, 3))
    np.testing.assert_array_equal(due, [[[3, 3], [10, 10]]])


def test_consecutive_rows_are_read_as_a_slice_and_others_by_number() -> None:
    def rows(*deals: str) -> object:
        return bound(*(rent(deal, "1 USD/GW/month") for deal in deals)).parts[0].parts[0].rows

    assert rows("a", "b", "c") == slice(0, 3)
    assert rows("b") == slice(1, 2)
    assert isinstance(rows("a", "c"), np.ndarray)
    assert isinstance(rows("b", "a"), np.ndarray)


def test_an_uncertain_figure_differs_by_path() -> None:
    clause = Upto(lift(CAP), rent("a", "10 USD/GW/month"))
    at = bound(clause)
    _, due = clause.step(at, clause.start(at, view(1)), view(1))
    np.testing.assert_array_equal(due, [[[4, 10]]])


def test_stacked_contracts_remember_separately() -> None:
    clauses = tuple(Arrears(rent(deal, "1 USD/GW/month")) for deal in ("a", "b"))
    at = bound(*clauses)
    memory = clauses[0].start(at, view(1, 2))
    memory, due = clauses[0].step(at, memory, view(1, 2))
    memory = clauses[0].settle(at, memory, due, due * np.array([[[0.0], [1.0]]]))
    _, due = clauses[0].step(at, memory, view(1, 2))
    np.testing.assert_array_equal(due, [[[2, 2], [2, 2]]])


def test_a_node_knows_whom_it_looks_at_and_which_figures_it_holds() -> None:
    assert online("a").named() == ("deal", "a")
    assert growth(online("a")).named() is None
    assert lift(CAP).figures() == (CAP,)
    assert rent("a", "1 USD/GW/month").figures() == ()


def test_a_shape_does_not_depend_on_names_parties_or_amounts() -> None:
    assert rent("a", "1 USD/GW/month").shape() == rent("b", "9 bnUSD/GW/year").shape()
    assert Pay("x", "y", online("a") * "1 USD/GW/month").shape() == rent("a", "1 USD/GW/month").shape()


def test_cash_and_shares_have_different_shapes() -> None:
    shares = Pay("lab", "cloud", online("a") * "1 share/GW/month", asset="V")
    assert shares.shape() != rent("a", "1 USD/GW/month").shape()
