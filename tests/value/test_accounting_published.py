"""Published figures of customers' warrants, each with what it implies and what must be assumed to say so."""

import pytest

from gigawatt.value.accounting.holder import rebate_per_gigawatt
from gigawatt.value.accounting.ledger import ledger
from gigawatt.value.accounting.measurement import award, counted

BN = 1e9

CEREBRAS = award([4_459_337, 5_574_171, 23_411_518], 82.02, 1e-5)
CEREBRAS_CONTRACT = 24.6 * BN
"""Remaining performance obligation of the 750 MW contract."""


def test_the_cerebras_warrant_is_worth_what_the_filing_says() -> None:
    # 33,445,026 x 82.02 = 2,743,161,032.52
    assert CEREBRAS.shares.sum() == 33_445_026
    assert CEREBRAS.grant_value.sum() == pytest.approx(2_743_161_032.52, abs=0.005)


def test_the_cerebras_warrant_takes_between_3_and_12_percent_of_the_contract() -> None:
    # The loan tranche is met and the second probable; which part of the third is probable is not public, so it is
    # taken as none and as all. 10,033,508 x 82.02 = 822,948,326.16 is 3.3 % of 24.6 bn; all shares are 11.2 %.
    shares = []
    for third in (0.0, 1.0):
        count = counted(
            [[[1.0]], [[0.9]], [[third]]], [[[1.0]], [[0.0]], [[0.0]]], threshold=0.75, standard="ASU 2025-04"
        )
        books = ledger(CEREBRAS, count, [[[1.0]], [[0.0]], [[0.0]]], [[CEREBRAS_CONTRACT]], 1.0)
        shares.append(float(books.balance("contra-revenue")[0, 0]) / CEREBRAS_CONTRACT)
    assert shares == pytest.approx([822_948_326.16 / CEREBRAS_CONTRACT, 2_743_161_032.52 / CEREBRAS_CONTRACT])
    assert (round(shares[0], 3), round(shares[1], 3)) == (0.033, 0.112)


def test_the_cerebras_loan_tranche_vested_ahead_of_revenue() -> None:
    # Met in January 2026 before the contract is served: 4,459,337 x 82.02 = 365,754,820.74 wait as an asset.
    met = [[[1.0]], [[0.0]], [[0.0]]]
    books = ledger(CEREBRAS, met, met, [[0.0]], 0.0)
    assert books.balance("contract asset")[0, 0] == pytest.approx(365_754_820.74, abs=0.005)
    assert books.balance("contra-revenue")[0, 0] == 0.0


def test_the_marvell_warrant_of_aws_agrees_within_the_rounding_of_its_shares() -> None:
    # 4.2 M x 54.44 = 228.648 M; published 227.6 M, which is 4.181 M shares, 4.2 M when rounded.
    assert award([4.2e6], 54.44, 87.77).grant_value[0] == pytest.approx(228_648_000)
    assert round(227.6e6 / 54.44 / 1e6, 1) == 4.2


def test_five_percent_of_the_amd_contract_is_a_seventh_of_the_share_price_at_signing() -> None:
    # AMD publishes no fair value. If all 160 M shares counted and took 5 % of 90 to 100 bn (outside estimates of 6 GW),
    # fair value at grant would be 28 to 31 USD a share: 14 to 15 % of the close of 203.71 on the day of issue.
    implied = [0.05 * contract * BN / 160e6 for contract in (90, 100)]
    assert implied == pytest.approx([28.125, 31.25])
    assert [round(value / 203.71, 2) for value in implied] == [0.14, 0.15]


def test_at_the_last_price_target_the_amd_warrant_gives_back_about_its_price() -> None:
    # Gross of all conditions: 160 M x 600 = 96 bn over 6 GW is 16 bn/GW, against 15 to 16.7 bn/GW paid.
    found = rebate_per_gigawatt(160e6 * 600.0, 6.0)
    assert found.overall == pytest.approx(16 * BN)
    assert found.discount(15 * BN)[1] == pytest.approx(1.07, abs=0.005)
    assert found.discount(100 * BN / 6)[1] == pytest.approx(0.96)
