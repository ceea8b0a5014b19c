from __future__ import annotations

import numpy as np
import pytest

from gigawatt.errors import InputError
from gigawatt.views import fan as module
from gigawatt.views.fan import draws, fan, timings
from report.world import run


def test_a_fan_holds_the_quantiles_over_paths() -> None:
    result = run()
    found = fan(result, "online")
    assert found.labels["statistic"] == ("p10", "p50", "p90", "mean", "positive")
    assert found.unit == "GW"
    expected = np.quantile(result.array("online").astype(np.float64), [0.1, 0.5, 0.9], axis=-1)
    np.testing.assert_allclose(found.values[:3], expected, rtol=1e-12)


def test_a_sum_is_formed_on_each_path_before_its_quantiles() -> None:
    result = run()
    found = fan(result, "online", groups={"both": ("first", "second")})
    total = result.array("online").astype(np.float64).sum(axis=1)
    np.testing.assert_allclose(found.sel(group="both", statistic="p90").values, np.quantile(total, 0.9, axis=-1))
    apart = fan(result, "online").values[2].sum(axis=-1)
    assert np.abs(found.values[2, :, 0] - apart).max() > 0.01


def test_means_of_parts_add_up_to_the_mean_of_the_sum() -> None:
    found = fan(run(), "cash", groups={"all": run().labels["party"]}).sel(statistic="mean", group="all")
    parts = fan(run(), "cash").sel(statistic="mean").sum("party")
    np.testing.assert_allclose(found.values, parts.values, rtol=1e-12, atol=1.0)


def test_a_fan_of_some_months_is_cut_out_of_the_whole() -> None:
    whole, part = fan(run(), "gap"), fan(run(), "gap", months=["2030-12", "2027-12"])
    assert part.labels["month"] == ("2030-12", "2027-12")
    rows = [whole.labels["month"].index(month) for month in part.labels["month"]]
    np.testing.assert_array_equal(part.values, whole.values[:, rows])


def test_reading_month_by_month_gives_the_same_fan(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fan(run(), "cash")
    monkeypatch.setattr(module, "MEMORY", 1)
    np.testing.assert_array_equal(fan(run(), "cash").values, whole.values)


def test_the_share_of_paths_above_zero_is_counted() -> None:
    found = fan(run(), "gap").sel(statistic="positive")
    np.testing.assert_allclose(found.values, (run().array("gap") > 0).mean(axis=-1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fan(run(), "onlin"), "Did you mean `online`"),
        (lambda: fan(run(), "online", groups={"x": ("frist",)}), "Did you mean `first`"),
        (lambda: fan(run(), "online", months=["2030-13"]), "not kept for `2030-13`"),
        (lambda: fan(run("year"), "demand"), "kept no `demand`"),
        (lambda: timings(run(), "mised"), "Did you mean `missed`"),
        (lambda: draws(run(), ["deals.first.capacity"]), "no uncertain figure"),
    ],
)
def test_a_wrong_name_is_answered_with_the_likely_one(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=message):
        call()


def test_first_missed_payments_are_counted_by_month() -> None:
    result = run()
    missed = result.array("missed")[result.labels["party"].index("cloud")]
    found = next(t for t in timings(result, "missed") if t.label == "cloud")
    assert found.chance == (missed >= 0).mean() > 0
    assert found.months.sum() == pytest.approx(found.chance)
    middle = np.sort(missed[missed >= 0])[(np.count_nonzero(missed >= 0) - 1) // 2]
    assert found.median == result.scenario.first + middle


def test_what_never_happens_has_no_month() -> None:
    found = next(t for t in timings(run(), "missed") if t.label == "world")
    assert (found.chance, found.quantiles, found.median) == (0.0, (), None)


def test_phases_of_a_campus_that_is_not_built_do_not_shift_its_dates() -> None:
    result = run()
    ready = result.array("ready")
    found = timings(result, "ready")
    assert tuple(t.label for t in found) == result.labels["phase"]
    assert found[0].chance == (ready[0] < 1e5).mean()
    assert 0.8 < found[0].chance < 1
    built = np.sort(ready[0][ready[0] < 1e5])
    assert found[0].quantiles[2] == built[int(np.ceil(0.9 * len(built))) - 1]


def test_draws_tell_the_range_of_an_uncertain_figure() -> None:
    found = draws(run(), ["deals.first.slip"])
    low, middle, high = found.values[:, 0]
    assert 0 < low < middle < high < 9
    assert middle == pytest.approx(4.5, abs=1)
