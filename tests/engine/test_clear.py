"""Clearing agrees with slow exact methods, keeps seniority, and treats each path as if it were alone."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from gigawatt.engine.clear import Lanes, clear, clear_columns, shortfall

Floats = NDArray[np.float64]
exhaustive = settings(max_examples=150, deadline=None)


@dataclass(frozen=True)
class Web:
    """One path: lanes as (payer, payee, rank, due), cash and the shares kept in default by party."""

    owes: list[tuple[int, int, int, float]]
    cash: list[float]
    kept_cash: list[float]
    kept_inflow: list[float]
    outside: list[bool]

    @property
    def lanes(self) -> Lanes:
        payer, payee, rank = (np.array([lane[k] for lane in self.owes], np.int64) for k in range(3))
        return Lanes(payer, payee, rank, len(self.cash))

    @property
    def due(self) -> Floats:
        return np.array([lane[3] for lane in self.owes], float)

    def paid(self) -> Floats:
        return cleared([self])[:, 0]


def web(
    owes: list[tuple[int, int, int, float]],
    cash: list[float],
    kept_cash: list[float] | None = None,
    kept_inflow: list[float] | None = None,
    outside: tuple[int, ...] = (),
) -> Web:
    ones = [1.0] * len(cash)
    return Web(owes, cash, kept_cash or ones, kept_inflow or ones, [party in outside for party in range(len(cash))])


def cleared(webs: list[Web]) -> Floats:
    """Paid (lane, path) of webs that differ in amounts only, cleared together."""
    cash, keep, keep_in = (
        np.array([getattr(w, name) for w in webs]).T for name in ("cash", "kept_cash", "kept_inflow")
    )
    due = np.array([w.due for w in webs]).T
    return clear(cash, due, webs[0].lanes, keep, keep_in, np.array(webs[0].outside))


def respond(w: Web, paid: list[float]) -> list[float]:
    """What every party would pay if it were paid `paid`: one turn of the crank, in the plainest form."""
    inflow, owed = [0.0] * len(w.cash), [0.0] * len(w.cash)
    for (payer, payee, _, due), got in zip(w.owes, paid, strict=True):
        owed[payer] += due
        inflow[payee] += got
    answer = [due for *_, due in w.owes]
    for party, cash in enumerate(w.cash):
        if w.outside[party] or cash + inflow[party] >= owed[party] * (1 - 1e-12):
            continue
        left = w.kept_cash[party] * cash + w.kept_inflow[party] * inflow[party]
        own = [lane for lane, (payer, *_) in enumerate(w.owes) if payer == party]
        for rank in sorted({w.owes[lane][2] for lane in own}):
            group = [lane for lane in own if w.owes[lane][2] == rank]
            total = sum(w.owes[lane][3] for lane in group)
            for lane in group:
                answer[lane] = w.owes[lane][3] * min(1.0, left / total) if total else 0.0
            left = max(left - total, 0.0)
    return answer


def descended(w: Web, sweeps: int) -> tuple[list[float], bool]:
    """The response iterated from full payment: always at or above the greatest clearing payments."""
    paid = [due for *_, due in w.owes]
    for _ in range(sweeps):
        after = respond(w, paid)
        if max((abs(a - b) for a, b in zip(after, paid, strict=True)), default=0.0) <= 1e-13:
            return after, True
        paid = after
    return paid, False


def jumped(w: Web) -> Floats:
    """Fictitious default that jumps to the linear solution even where that pushes a party out of its class."""
    due, parties = w.due, range(len(w.cash))
    totals = [{r: sum(d for p, _, s, d in w.owes if (p, s) == (i, r)) for r in range(3)} for i in parties]

    def edge(party: int, rank: int) -> float:
        return sum(totals[party][senior] for senior in range(rank))

    def rank_of(party: int, means: float) -> int:
        return max([r for r in range(3) if totals[party][r] and edge(party, r) < means] or [0])

    at: dict[int, int] = {}
    paid = due.copy()
    while True:
        inflow = [sum(paid[k] for k, lane in enumerate(w.owes) if lane[1] == i) for i in parties]
        fallen = [i for i in parties if i not in at and not w.outside[i] and w.cash[i] + inflow[i] < edge(i, 3)]
        if not fallen:
            return paid
        at.update({i: rank_of(i, w.cash[i] + inflow[i]) for i in fallen})
        while True:
            matrix, constant = np.eye(len(w.cash)), np.array(w.cash)
            for payer, payee, rank, owed in w.owes:
                if payer not in at or rank < at[payer]:
                    constant[payee] += owed
                elif rank == at[payer]:
                    matrix[payee, payer] -= owed / totals[payer][rank]
                    constant[payee] -= owed / totals[payer][rank] * edge(payer, rank)
            means = np.linalg.solve(matrix, constant)
            moved = {i: rank_of(i, means[i]) for i in at if means[i] < edge(i, at[i]) - 1e-12}
            if not moved:
                break
            at.update(moved)
        for k, (payer, _, rank, owed) in enumerate(w.owes):
            if payer in at:
                room = (means[payer] - edge(payer, at[payer])) / max(totals[payer][at[payer]], 1e-300)
                paid[k] = owed * (1.0 if rank < at[payer] else min(max(room, 0.0), 1.0) if rank == at[payer] else 0.0)


amounts = st.one_of(st.integers(0, 6).map(float), st.floats(0.01, 50.0))
shares = st.sampled_from([1.0, 1.0, 0.9, 0.3, 0.0])


@st.composite
def webs(draw: st.DrawFn, *, parties: int = 8, ranks: int = 3, costs: bool = True, shareable: bool = False) -> Web:
    """Small networks, most of them in trouble: no cash, closed cycles, debts of nothing, total loss in default."""
    n = draw(st.integers(2, parties))
    pair = st.tuples(st.integers(0, n - 1), st.integers(1, n - 1)).map(lambda p: (p[0], (p[0] + p[1]) % n))
    ends = draw(st.lists(pair, min_size=1, max_size=2 * n))
    owes = [(a, b, draw(st.integers(0, ranks - 1)), draw(amounts)) for a, b in ends]
    cash = [draw(st.one_of(st.just(0.0), amounts)) for _ in range(n)]
    keep, keep_in = ([draw(shares) if costs else 1.0 for _ in range(n)] for _ in range(2))
    outside = () if shareable else draw(st.sampled_from([(), (0,)]))
    return web(owes, cash, keep, keep_in, outside)


def test_importing_the_module_does_not_load_the_compiler() -> None:
    code = "import sys, gigawatt.engine.clear, gigawatt.engine.network; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_where_nobody_is_short_the_dues_are_paid_without_loading_the_compiler() -> None:
    code = (
        "import sys, numpy as np\n"
        "from gigawatt.engine.clear import Lanes, clear\n"
        "lanes = Lanes(np.array([0]), np.array([1]), np.array([0]), 2)\n"
        "cash, due, one = np.ones((2, 3)), np.ones((1, 3)), np.ones((2, 1))\n"
        "print(clear(cash, due, lanes, one, one, np.zeros(2, bool)).tolist(), 'numba' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout == "[[1.0, 1.0, 1.0]] False\n"


def test_seniors_are_paid_before_juniors_and_equals_share_pro_rata() -> None:
    w = web([(0, 1, 1, 30.0), (0, 2, 1, 10.0), (0, 1, 0, 5.0), (0, 2, 2, 9.0)], cash=[13.0, 0.0, 0.0])
    assert w.paid().tolist() == [6.0, 2.0, 5.0, 0.0]


def test_the_cost_of_default_is_paid_to_nobody() -> None:
    w = web([(1, 0, 0, 6.0), (0, 2, 0, 20.0)], [10.0, 6.0, 0.0], kept_cash=[0.5, 1, 1], kept_inflow=[0.25, 1, 1])
    assert w.paid().tolist() == [6.0, 0.5 * 10.0 + 0.25 * 6.0]


def test_the_world_outside_pays_whatever_it_owes() -> None:
    assert web([(0, 1, 0, 7.0), (1, 0, 0, 8.0)], [0.0, 0.0], outside=(0,)).paid().tolist() == [7.0, 7.0]


def test_a_shortfall_spreads_to_whoever_counted_on_the_money() -> None:
    w = web([(0, 1, 0, 10.0), (1, 2, 0, 10.0), (2, 3, 0, 10.0)], [4.0, 1.0, 2.0, 0.0])
    np.testing.assert_allclose(w.paid(), [4.0, 5.0, 7.0], rtol=1e-14)


def test_a_closed_cycle_without_cash_pays_in_full() -> None:
    assert web([(0, 1, 0, 3.0), (1, 2, 0, 3.0), (2, 0, 0, 3.0)], [0.0] * 3).paid().tolist() == [3.0, 3.0, 3.0]


@pytest.mark.parametrize("senior", [10.0, 1e-3, 1e-9])
def test_a_closed_cycle_that_leaks_to_a_senior_creditor_collapses_however_small_the_leak(senior: float) -> None:
    w = web([(0, 2, 0, senior), (0, 1, 1, 100.0), (1, 0, 0, 100.0)], [0.0, 0.0, 0.0], outside=(2,))
    np.testing.assert_allclose(w.paid(), 0.0, atol=1e-9)


def test_lacking_no_more_than_rounding_is_not_a_default() -> None:
    owed = 0.1 + 0.2
    w = web([(0, 1, 0, owed), (1, 2, 0, owed)], [0.3, 0.0, 0.0], kept_cash=[0, 0, 0], kept_inflow=[0, 0, 0])
    assert w.paid().tolist() == [owed, owed]


def test_jumping_to_the_linear_solution_ends_below_the_greatest_payments() -> None:
    owes = [(1, 3, 0, 4.0), (1, 2, 1, 2.0), (1, 0, 1, 6.0), (2, 0, 1, 4.0), (0, 2, 0, 9.0), (0, 1, 1, 6.0)]
    w = web(owes, [7.0, 0.0, 4.0, 0.0], outside=(3,))
    greatest = [2.0, 0.0, 0.0, 4.0, 9.0, 2.0]
    assert respond(w, greatest) == greatest
    np.testing.assert_allclose(w.paid(), greatest, rtol=0, atol=1e-12)
    np.testing.assert_allclose(jumped(w), [0.0, 0.0, 0.0, 4.0, 9.0, 0.0], rtol=0, atol=1e-12)


def test_twenty_sweeps_miss_by_more_than_a_tenth_what_the_kernel_hits() -> None:
    w = web([(0, 1, 0, 95.0), (0, 2, 0, 5.0), (1, 0, 0, 100.0)], [0.0, 1.0, 0.0], outside=(2,))
    greatest = np.array([19.0, 1.0, 20.0])
    np.testing.assert_allclose(w.paid(), greatest, rtol=1e-13)
    assert (np.array(descended(w, sweeps=20)[0]) > 1.1 * greatest).all()


@exhaustive
@given(webs())
def test_the_payments_are_those_that_a_long_descent_from_full_payment_reaches(w: Web) -> None:
    slow, arrived = descended(w, sweeps=2000)
    paid = w.paid()
    assert (paid <= np.array(slow) + 1e-9).all()
    if arrived:
        np.testing.assert_allclose(paid, slow, rtol=0, atol=1e-7)


@exhaustive
@given(webs())
def test_everybody_pays_exactly_what_its_means_and_ranks_allow(w: Web) -> None:
    paid = w.paid()
    np.testing.assert_allclose(paid, respond(w, paid.tolist()), rtol=0, atol=1e-9)


@exhaustive
@given(webs())
def test_nobody_pays_more_than_it_owes_or_has(w: Web) -> None:
    paid = w.paid()
    held, spent = np.array(w.cash), np.zeros(len(w.cash))
    np.add.at(held, w.lanes.payee, paid)
    np.add.at(spent, w.lanes.payer, paid)
    assert ((paid >= 0) & (paid <= w.due)).all()
    assert (spent <= held * (1 + 1e-9) + 1e-12)[~np.array(w.outside)].all()


@exhaustive
@given(webs(ranks=1, costs=False, shareable=True))
def test_without_ranks_and_costs_the_payments_solve_the_linear_programme(w: Web) -> None:
    parties = len(w.cash)
    owed, shares = np.zeros(parties), np.zeros((parties, parties))
    np.add.at(owed, w.lanes.payer, w.due)
    np.add.at(shares, (w.lanes.payee, w.lanes.payer), w.due)
    shares /= np.where(owed > 0, owed, 1.0)
    best = linprog(-np.ones(parties), np.eye(parties) - shares, w.cash, bounds=[(0, top) for top in owed])
    assert best.status == 0
    paid = np.zeros(parties)
    np.add.at(paid, w.lanes.payer, w.paid())
    np.testing.assert_allclose(paid, np.array(best.x, float), rtol=0, atol=1e-6)


@exhaustive
@given(webs(), st.integers(0, 1000))
def test_the_order_of_the_lanes_does_not_matter(w: Web, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(w.owes))
    shuffled = web([w.owes[k] for k in order], w.cash, w.kept_cash, w.kept_inflow, tuple(np.flatnonzero(w.outside)))
    np.testing.assert_allclose(shuffled.paid(), w.paid()[order], rtol=0, atol=1e-9)


@exhaustive
@given(webs())
def test_paths_without_a_shortfall_are_paid_in_full_and_the_others_are_not(w: Web) -> None:
    short = shortfall(np.array(w.cash)[:, None], w.due[:, None], w.lanes, np.array(w.outside))
    in_full = (w.paid() == w.due).all()
    assert short.tolist() == [not in_full]


def many(paths: int) -> tuple[Lanes, list[Floats], NDArray[np.bool_]]:
    rng = np.random.default_rng(5)
    payer = np.repeat(np.arange(12), 4)
    lanes = Lanes(payer, (payer + rng.integers(1, 12, payer.size)) % 12, rng.integers(0, 3, payer.size), 12)
    cash, due = 6.0 * rng.random((12, paths)) ** 3, rng.random((48, paths))
    return lanes, [cash, due, 0.5 + rng.random((12, paths)) / 2, 0.5 + rng.random((12, paths)) / 2], np.arange(12) == 0


def test_a_path_gets_the_same_bytes_whatever_other_paths_are_there() -> None:
    lanes, (cash, due, keep, keep_in), outside = many(300)
    together = clear(cash, due, lanes, keep, keep_in, outside)
    chosen = np.array([299, 7, 8, 150])
    few = clear(cash[:, chosen], due[:, chosen], lanes, keep[:, chosen], keep_in[:, chosen], outside)
    assert 100 < shortfall(cash, due, lanes, outside).sum() < 300
    assert few.tobytes() == together[:, chosen].tobytes()


def test_shares_kept_may_be_given_once_for_all_paths() -> None:
    lanes, (cash, due, keep, keep_in), outside = many(50)
    once = clear(cash, due, lanes, keep[:, :1], keep_in[:, :1], outside)
    ones = np.ones((1, 50))
    assert once.tobytes() == clear(cash, due, lanes, keep[:, :1] * ones, keep_in[:, :1] * ones, outside).tobytes()


def test_what_is_given_is_left_as_it_was() -> None:
    lanes, arrays, outside = many(50)
    before = [array.copy() for array in arrays]
    cash, due, keep, keep_in = arrays
    assert (clear(cash, due, lanes, keep, keep_in, outside) != due).any()
    assert all((a == b).all() for a, b in zip(before, arrays, strict=True))


def test_read_only_and_strided_arrays_are_cleared_alike() -> None:
    lanes, arrays, outside = many(50)
    odd = [np.asfortranarray(array) for array in arrays]
    for array in odd:
        array.flags.writeable = False
    paid = [clear(cash, due, lanes, keep, keep_in, outside) for cash, due, keep, keep_in in (arrays, odd)]
    assert paid[0].tobytes() == paid[1].tobytes()


def test_the_waves_tell_who_fell_at_once_and_who_was_dragged_down() -> None:
    w = web([(0, 1, 0, 10.0), (1, 2, 0, 10.0), (2, 3, 0, 1.0)], [4.0, 1.0, 2.0, 0.0])
    one = np.ones((4, 1))
    cash, due = np.array(w.cash)[:, None], w.due[:, None]
    wave = clear_columns(cash, due, w.lanes, one, one, np.zeros(4, bool), np.array([0])).wave
    assert wave[:, 0].tolist() == [0, 1, -1, -1]
