"""Prices and overheads from claims."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pytest

from gigawatt.catalog import load
from gigawatt.cli.perf_price import NO_PRICE, price_of, pue_of
from gigawatt.errors import InputError
from gigawatt.perf.library import built_in_systems, find_system

H100 = find_system("H100-SXM-80GB")


def test_the_newest_claim_is_the_price() -> None:
    found, claims = price_of(H100), load().select(subject="nvidia_h100_sxm", quantity="rental_price")
    assert found.value is not None
    newest = max(claim.as_of for claim in claims)
    assert found.source in [f"claim {claim.id}" for claim in claims if claim.as_of == newest]


def test_among_claims_of_one_time_the_middle_one_counts_and_their_range_is_told() -> None:
    claims = load().select(subject="nvidia_h200_sxm", quantity="rental_price")
    newest = [claim for claim in claims if claim.as_of == max(each.as_of for each in claims)]
    prices = [claim.figure().to("USD/chip/hour") for claim in newest]
    found = price_of(find_system("H200-SXM-141GB"))
    assert len(prices) > 1
    assert found.value == pytest.approx(statistics.median(prices))
    assert f"{min(prices):.3g} to {max(prices):.3g}" in found.source


def test_a_system_without_claims_has_no_price() -> None:
    assert price_of(replace(H100, name="my-chip")).value is None
    assert price_of(find_system("TPU-v5p")).source == NO_PRICE


def test_every_price_is_a_claim_of_that_very_system() -> None:
    priced = {name for name, system in built_in_systems().items() if price_of(system).value is not None}
    assert {"nvidia_h100_sxm", "nvidia_gb200_nvl72", "amd_instinct_mi300x"} <= priced
    assert priced <= {claim.subject for claim in load().select(quantity="rental_price")}


@pytest.mark.parametrize("text", ["2.5 USD/hour", "2.5 USD/chip/hour", "60 USD/day", "2.5 USD/GPU/hour"])
def test_a_price_is_read_in_any_unit_of_money_by_time(text: str) -> None:
    assert price_of(H100, text).value == pytest.approx(2.5)


@pytest.mark.parametrize("text", ["2.5", "2.5 USD", "2 EUR/hour", "-1 USD/hour", "cheap", "nan USD/hour"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--price"):
        price_of(H100, text)


def test_the_overhead_is_the_median_of_the_claims_or_what_is_given() -> None:
    assert pue_of().value == pytest.approx(load().median("pue").to("ratio"))
    assert pue_of(1.3).value == 1.3
    with pytest.raises(InputError, match="at least 1"):
        pue_of(0.5)
