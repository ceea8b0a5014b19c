"""What gigawatts of two systems yield relative to each other, held against measurements nobody fitted here."""

from __future__ import annotations

import numpy as np
import pytest

from gigawatt import catalog
from gigawatt.parts.figure import draw
from gigawatt.scenario.load import load

CATALOG = catalog.load()


def measured(name: str) -> float:
    value = CATALOG[name].value
    assert value is not None
    return value


def test_a_gigawatt_of_rubin_counts_for_as_many_of_gb200_as_tokens_by_the_watt_in_mlperf() -> None:
    """MLPerf Inference 6.1, DeepSeek-R1, server: 7.1 and 4.58 tokens a second and watt of chip; within a third.

    The basis differs (watts of chips there, of the facility here), and so do format and targets.
    """
    scenario = load("openai-2026-10")
    draws = draw(scenario.figures(), 1, 0)
    deal = next(d for d in scenario.deals if d.system == "rubin" and d.lab == "openai")
    counts = float(np.median(scenario.labs[0].counts(deal, draws.of)))
    published = [
        measured(f"mlperf61_dsr1_server_per_w_{name}.tokens_per_chip_power_server") for name in ("vr", "gb200")
    ]
    assert counts == pytest.approx(published[0] / published[1], rel=0.33)
