"""Means with their standard errors."""

from __future__ import annotations

import numpy as np

from gigawatt.value.estimate import estimate, normal_score, premium_weights

RANDOM = np.random.default_rng(3)


def test_the_error_of_a_mean_is_honest():
    scores = []
    for _ in range(400):
        found = estimate(RANDOM.exponential(1.0, 500))
        scores.append((found.mean - 1.0) / found.error)
    assert 0.85 < np.std(scores) < 1.15


def test_a_control_leaves_the_mean_and_lowers_the_error():
    shock = RANDOM.standard_normal(4000)
    values = 3.0 + 2.0 * shock + 0.1 * RANDOM.standard_normal(4000)
    plain, controlled = estimate(values), estimate(values, controls=shock[None])
    assert controlled.error < 0.1 * plain.error
    assert abs(controlled.mean - 3.0) < 4 * controlled.error
    assert controlled.band == plain.band


def test_weights_move_mean_and_band():
    values = np.arange(1000.0)
    found = estimate(values, weights=np.where(values < 500, 3.0, 1.0))
    assert abs(found.mean - (0.75 * 249.5 + 0.25 * 749.5)) < 1e-9
    assert abs(found.band[1] - 333) <= 1


def test_a_premium_lowers_the_mean_of_a_score_by_itself():
    score = normal_score(RANDOM.standard_normal(200_000))
    weights = premium_weights(score, np.array([0.3]))
    assert abs(np.average(score, weights=weights) + 0.3) < 0.01
    assert abs(np.average(score > 0, weights=weights) - 0.3821) < 0.005


def test_scores_keep_the_order_and_ties():
    np.testing.assert_allclose(
        normal_score(np.array([5.0, 1.0, 5.0, 9.0])), [0.0, -1.1503494, 0.0, 1.1503494], rtol=1e-6
    )
