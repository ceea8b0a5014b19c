from __future__ import annotations

import numpy as np
import pytest

from gigawatt.views.money import funding_gaps, missed_payments, payments
from report.world import run


def test_the_largest_payments_come_first_and_are_those_of_the_ledger() -> None:
    table = payments(run(), "2029-12")
    medians = [float(row[3] or 0) for row in table.rows]
    assert medians == sorted(medians, reverse=True)
    payer, payee, *band = table.rows[0]
    paid = run().at("paid", "2029-12").sel(pair=f"{payer} > {payee}").values / 1e9
    assert band == pytest.approx(np.quantile(paid, [0.1, 0.5, 0.9]), rel=1e-6)


def test_smaller_pairs_are_counted_when_they_are_left_out() -> None:
    whole, part = payments(run(), count=100), payments(run(), count=2)
    assert part.rows == whole.rows[:2]
    assert f"{len(whole.rows) - 2} smaller pairs" in part.note


def test_a_gap_has_a_band_and_a_share_of_paths() -> None:
    table = funding_gaps(run())
    assert set(table.column("party")) == {"lab", "cloud"}
    gap = run().at("gap", "2030-12").sel(party="lab").values
    row = next(row for row in table.rows if row[:2] == ("lab", "2030-12"))
    assert row[2:] == pytest.approx((*np.quantile(gap, [0.1, 0.5, 0.9]) / 1e9, 100 * (gap > 0).mean()), rel=1e-6)


def test_first_missed_payments_are_counted_and_dated() -> None:
    table, missed = missed_payments(run()), run().array("missed")
    names = [party.name for party in run().scenario.parties]
    chances = {name: 100 * float((row >= 0).mean()) for name, row in zip(names, missed, strict=True)}
    assert table.rows, "somebody must miss a payment in this world"
    for party, chance, *months in table.rows:
        assert chance == pytest.approx(chances[str(party)])
        assert months == sorted(months, key=str)
    assert [row[1] for row in table.rows] == sorted((row[1] for row in table.rows), key=lambda c: -float(c or 0))


def test_those_who_never_miss_are_named_and_the_outside_world_is_not() -> None:
    table = missed_payments(run())
    late = set(table.column("party"))
    for party in run().scenario.parties:
        told = party.name in late or f"{party.name}" in table.note.partition("On no path")[2]
        assert told is not party.outside
