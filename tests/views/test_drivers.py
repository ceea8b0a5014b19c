from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from gigawatt.errors import InputError
from gigawatt.views.drivers import drivers, gap_drivers, inputs, power_drivers, sobol, spearman
from report.world import run

RANDOM = np.random.default_rng(7)


def ishigami(paths: int) -> tuple[np.ndarray, np.ndarray]:
    x = RANDOM.uniform(-np.pi, np.pi, (3, paths))
    return x, np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_the_indices_of_the_ishigami_function_are_the_published_ones() -> None:
    # Saltelli et al. (2008), Global Sensitivity Analysis, section 4.6, for a = 7 and b = 0.1.
    x, y = ishigami(30_000)
    np.testing.assert_allclose([sobol(row, y) for row in x], [0.3139, 0.4424, 0.0], atol=0.02)


def test_shares_of_a_sum_are_the_shares_of_its_variances() -> None:
    x = RANDOM.standard_normal((3, 20_000))
    y = 2.0 * x[0] + x[1] + 0.0 * x[2]
    np.testing.assert_allclose([sobol(row, y) for row in x], [0.8, 0.2, 0.0], atol=0.02)


def test_an_input_that_does_nothing_gets_no_share_on_average() -> None:
    found = [sobol(RANDOM.random(400), RANDOM.random(400)) for _ in range(300)]
    # Without the correction for bins the mean would be (bins - 1) / (paths - 1), which is 0.015.
    assert np.mean(found) < 0.009


def test_a_choice_between_two_values_explains_all_it_decides() -> None:
    x = RANDOM.integers(0, 2, 5_000).astype(float)
    assert sobol(x, 3.0 * x) == pytest.approx(1.0)


def test_a_bend_is_seen_by_the_index_and_not_by_the_rank_correlation() -> None:
    x = RANDOM.uniform(-1, 1, 20_000)
    assert sobol(x, x**2) > 0.95
    assert abs(spearman(x, x**2)) < 0.05


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=5, max_size=60))
def test_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert spearman(x, y) == 0.0
    else:
        assert spearman(x, y) == pytest.approx(float(spearmanr(x, y).statistic), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(20, 400), st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_a_share_is_between_nothing_and_everything(paths: int, values: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    assert 0.0 <= sobol(random.integers(0, values, paths).astype(float), random.random(paths)) <= 1.0


def test_drivers_are_ordered_and_stand_out_of_the_noise() -> None:
    table = power_drivers(run(), "2030-12")
    shares = [float(share) for share in table.column("share of variance") if share is not None]
    assert 1 <= len(shares) <= 5
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 1.0
    assert "Sobol" in table.note


def test_late_campuses_lower_the_gigawatts() -> None:
    table = drivers(run(), "online", "2028-12", count=50)
    late = [row for row in table.rows if str(row[0]).endswith("comes late")]
    assert late
    assert all(float(row[2] or 0) < 0 for row in late)


def test_a_delay_counts_as_it_happened_and_not_as_its_figure_was_drawn() -> None:
    names = {this.name for this in inputs(run(), "2030-12")}
    delays = {campus.delay.name for campus in run().scenario.campuses if not campus.delay.certain}
    assert delays
    assert names & delays == set()


def test_an_output_that_never_varies_has_no_drivers_and_says_so() -> None:
    first = run().months("online")[0]
    table = drivers(run(), "announced", first)
    assert table.rows == ()
    assert "same on every path" in table.note


def test_a_party_without_funding_rules_has_no_gap_to_explain() -> None:
    with pytest.raises(InputError, match="has no funded `vendor`"):
        gap_drivers(run(), "vendor", "2030-12")


def test_a_month_that_is_no_year_end_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="`2030-11` is no year end"):
        power_drivers(run(), "2030-11")
