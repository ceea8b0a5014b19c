"""Labelled arrays select by label, reduce over named axes and refuse what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt.engine.array import Labelled
from gigawatt.errors import InputError


@pytest.fixture
def online() -> Labelled:
    values = np.arange(24.0).reshape(2, 3, 4)
    labels = {"month": ("2026-01", "2026-02"), "deal": ("amd", "nvidia", "oracle")}
    return Labelled("online", values, ("month", "deal", "path"), labels, "GW", "test 1")


def test_one_label_drops_its_axis_and_a_list_keeps_it(online: Labelled) -> None:
    assert online.sel(deal="nvidia").dims == ("month", "path")
    assert online.sel(deal=["oracle", "amd"]).values[0, :, 0].tolist() == [8.0, 0.0]
    assert online.sel(deal="amd", month="2026-02").values.tolist() == [12.0, 13.0, 14.0, 15.0]


def test_a_misspelt_label_or_axis_gets_the_nearest(online: Labelled) -> None:
    with pytest.raises(InputError, match=r"no deal `nvidea`.*Did you mean `nvidia`"):
        online.sel(deal="nvidea")
    with pytest.raises(InputError, match=r"no labelled axis `deals`.*Did you mean `deal`"):
        online.sel(deals="amd")


def test_quantiles_are_numpys_over_paths(online: Labelled) -> None:
    found = online.quantile([0.1, 0.5, 0.9])
    assert found.dims == ("quantile", "month", "deal")
    assert found.labels["quantile"] == ("p10", "p50", "p90")
    np.testing.assert_array_equal(found.values, np.quantile(online.values, [0.1, 0.5, 0.9], axis=-1))
    assert online.quantile(0.5).dims == ("month", "deal")


@pytest.mark.parametrize("level", [-0.1, 1.5, [0.5, 2.0]])
def test_a_level_outside_0_to_1_is_refused(online: Labelled, level: float) -> None:
    with pytest.raises(InputError, match=r"between 0 and 1"):
        online.quantile(level)


def test_sums_and_means_drop_the_axis_they_are_over(online: Labelled) -> None:
    assert online.sum("deal").dims == ("month", "path")
    assert online.sum("deal").values[0].tolist() == [12.0, 15.0, 18.0, 21.0]
    assert online.mean().values[0].tolist() == [1.5, 5.5, 9.5]
    with pytest.raises(InputError, match=r"no axis `path`"):
        online.mean().mean()


def test_arrays_add_only_where_their_labels_and_units_agree(online: Labelled) -> None:
    np.testing.assert_array_equal((online + online).values, 2 * online.values)
    assert not (online - online).values.any()
    with pytest.raises(InputError, match=r"different labels"):
        online + online.sel(deal=["amd"])
    money = Labelled("cash", online.values, online.dims, online.labels, "USD")
    with pytest.raises(InputError, match=r"GW.*USD"):
        online + money


def test_xarray_gets_names_labels_units_and_source(online: Labelled) -> None:
    found = online.to_xarray()
    assert found.dims == online.dims
    assert found.attrs == {"units": "GW", "source": "test 1"}
    assert float(found.sel(deal="nvidia", month="2026-02")[3]) == 19.0


def test_polars_gets_one_row_a_number(online: Labelled) -> None:
    found = online.to_polars()
    assert found.columns == ["month", "deal", "path", "online (GW)"]
    assert found.height == 24
    assert found.row(17) == ("2026-02", "nvidia", 1, 17.0)


def test_a_notebook_shows_a_table_of_quantiles_with_its_unit(online: Labelled) -> None:
    page = online.sel(deal="amd")._repr_html_()
    assert "<table>" in page
    assert "online in GW" in page
    assert "p90" in page


def test_what_an_array_is_can_be_read_from_it(online: Labelled) -> None:
    assert repr(online) == "<online (month: 2, deal: 3, path: 4) in GW>"
