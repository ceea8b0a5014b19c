from __future__ import annotations

import numpy as np
import pytest

from gigawatt.views.power import TOTAL, campuses, energised, stages
from report.world import run


def test_the_total_is_summed_on_each_path_before_its_quantiles() -> None:
    table = energised(run())
    online = run().at("online", "2028-12").values.astype(float).sum(axis=0)
    row = next(row for row in table.rows if row[:2] == (TOTAL, "2028-12"))
    np.testing.assert_allclose(np.array(row[2:], dtype=float), np.quantile(online, [0.1, 0.5, 0.9]), rtol=1e-6)


def test_every_supplier_has_a_row_for_every_year_end() -> None:
    table = energised(run())
    assert set(table.column("supplier")) == {"vendor", "other", TOTAL}
    assert len(table.rows) == 3 * len(set(table.column("month")))


def test_bands_rise_and_gigawatts_never_fall() -> None:
    table = energised(run())
    assert all(float(row[2] or 0) <= float(row[3] or 0) <= float(row[4] or 0) for row in table.rows)
    total = [float(row[3] or 0) for row in table.rows if row[0] == TOTAL]
    assert total == sorted(total)


def test_nothing_is_energised_that_was_not_delivered_and_nothing_delivered_that_was_not_financed() -> None:
    for row in stages(run()).records():
        chain = [float(row[name] or 0) for name in ("energised", "delivered", "financed", "contracted")]
        assert chain == sorted(chain)


def test_the_curves_of_some_months_are_those_of_all() -> None:
    some = stages(run(), ["2029-12"])
    assert set(some.column("month")) == {"2029-12"}
    assert set(some.rows) <= set(stages(run()).rows)


def test_a_lean_run_says_which_curves_it_did_not_keep() -> None:
    table = stages(run("year"))
    assert table.names() == ("deal", "month", "delivered", "energised")
    assert "announced" in table.note
    assert table.rows[0][3] == pytest.approx(stages(run()).rows[0][6])


def test_each_phase_of_each_campus_has_a_row() -> None:
    table = campuses(run())
    assert len(table.rows) == sum(len(campus.phases) for campus in run().scenario.campuses) == 11
    assert table.rows[0][:5] == ("site_first", 1, "first", 0.4, "2026-03")


def test_half_of_the_paths_are_late_and_one_in_ten_is_never_built() -> None:
    row = next(campuses(run(paths=2000)).records())
    assert "2026-03" < str(row["p50"]) < "2027-03"
    assert float(row["built"] or 0) == pytest.approx(90.0, abs=3.0)
    assert float(row["delay"] or 0) == pytest.approx(12**0.5 + 0.5, abs=1.0)
