from __future__ import annotations

import re

import numpy as np
import pytest

from gigawatt.report.subject import subject
from gigawatt.report.years import fans, spread
from gigawatt.value.contract import path_weights
from gigawatt.value.flows import Flows
from report.valued import every


@pytest.fixture(scope="module")
def flows() -> Flows:
    return every().flows["real-world"]


def test_under_the_real_measure_every_path_counts_the_same(flows: Flows) -> None:
    amounts = flows.yearly[:, flows.lanes("rent")].sum(axis=1)
    found = spread(flows, amounts)
    assert [year.year for year in found] == list(flows.years)
    assert [year.mean for year in found] == pytest.approx(amounts.mean(axis=1))
    assert [year.high for year in found] == pytest.approx(np.quantile(amounts, 0.9, axis=1))


def test_under_the_pricing_measure_fast_paths_count_less() -> None:
    flows = every().flows["risk-neutral"]
    amounts = flows.yearly[:, flows.lanes("purchase")].sum(axis=1)
    weights = path_weights(flows)
    assert weights.std() > 0.1
    assert [year.mean for year in spread(flows, amounts)] == pytest.approx(np.average(amounts, axis=1, weights=weights))


def test_each_way_has_a_picture_and_pennies_have_words(flows: Flows) -> None:
    shown = fans(subject(flows.scenario), flows, "warrant", "c0")
    assert shown.count("<svg") == 1
    assert "Vendor to Lab &amp; &lt;b&gt;Sons&lt;/b&gt;, shares of Vendor, real-world" in shown
    assert "to Vendor, real-world: less than 0.01 bn USD on nine of ten paths in every year." in shown


def test_a_picture_can_be_walked_through_where_there_is_room_for_it(flows: Flows) -> None:
    page = subject(flows.scenario)
    assert "data-hover" in fans(page, flows, "rent", "c0")
    assert "data-hover" not in fans(page, flows, "rent", "c0", walked=False)


def test_years_without_a_payment_are_left_out_of_the_table(flows: Flows) -> None:
    paid = flows.yearly[:, flows.lanes("stake")].sum(axis=(1, 2)) > 0
    rows = re.findall(r'<th scope="row">(\d{4})</th>', fans(subject(flows.scenario), flows, "stake", "c0"))
    assert 0 < len(rows) < len(flows.years)
    assert [int(row) for row in rows] == [year for year, some in zip(flows.years, paid, strict=True) if some]
