"""The shipped figures: how many there are, and samples of every group against the sources."""

import csv
from pathlib import Path

import pytest

import gigawatt
from gigawatt.catalog import load
from gigawatt.catalog.claim import FACTORS

CATALOG = load()
DATA = Path(gigawatt.__file__).parent / "data"


def origin(name: str) -> list[str]:
    return [claim.id for claim in CATALOG if claim.origin == name]


def missing(quantities: set[str]) -> int:
    """Figures that were looked for and not found; they are recorded in words, never filled."""
    return sum(
        name.split(".")[0] in quantities and ".missing" in name
        for rows in CATALOG.records.attributes.values()
        for name in {entry.name for entry in rows}
    )


@pytest.mark.parametrize(("kind", "number"), [("deal", 72), ("accelerator", 40), ("campus", 84), ("debt", 26)])
def test_every_record_is_a_subject(kind: str, number: int) -> None:
    assert len(CATALOG.subjects(kind)) == number


def test_every_dated_point_of_a_campus_is_there() -> None:
    powers = ("it_power", "it_power_projected", "facility_power", "facility_power_projected")
    points = {(c.subject, c.id.rsplit(".", 1)[1]) for c in CATALOG if c.quantity in powers}
    assert len(points) == 204


@pytest.mark.parametrize(
    ("group", "records", "unknown"),
    [
        ("facility", 210, {"utilisation"}),
        (
            "silicon",
            197,
            {
                "defect_density",
                "formula",
                "tapeout_cost",
                "sram_cell_area",
                "edge_bandwidth",
                "energy_per_bit",
                "chip_gross_margin",
            },
        ),
        ("rental", 61, {"rental_price", "ownership_cost"}),
    ],
)
def test_every_record_is_a_claim_or_a_figure_known_to_be_missing(group: str, records: int, unknown: set[str]) -> None:
    assert len(origin(group)) + missing(unknown) == records


def test_every_estimate_of_a_gigawatt_is_there() -> None:
    totals = ("cost_per_power", "vendor_revenue_per_power", "shell_cost_per_power", "guarantee_cap_per_it_power")
    assert len({name.split(".")[0] for name in origin("costs") if name.split(".")[1] in totals}) == 18


def test_every_flow_and_every_forecast_is_there() -> None:
    assert len(CATALOG.subjects("flow")) == 39
    assert len({claim.as_of for claim in CATALOG if claim.origin == "forecasts"}) == 5


@pytest.mark.parametrize(
    ("claim_id", "unit", "expected"),
    [
        ("amd-openai-supply.capacity", "GW", 6),
        ("amd-openai-warrant.shares", "share", 160_000_000),
        ("amd-openai-warrant.strike", "USD/share", 0.01),
        ("amd-openai-warrant.price_target.final", "USD/share", 600),
        ("nvidia-sbenergy-guarantee.guarantee_cap", "bnUSD", 105),
        ("cerebras-openai-warrant.tranche_shares.3", "share", 23_411_518),
        ("crwv-ddtl-1.spread", "%", 9.6196),
        ("meta-hyperion-jv.coupon", "%/year", 6.581),
        ("nvidia_h100_sxm.bf16", "FLOP/s", 9.894e14),
        ("nvidia_gb200_nvl72.tdp", "W", 1200),
        ("amd_instinct_mi455x_mi450_series_helios_rack.fp4", "FLOP/s", 2.015e16),
        ("google_tpu_v7_ironwood_tpu7x.hbm_capacity", "GB", 192),
        ("openai_stargate_abilene.energised_it_power", "MW", 421),
        ("colossus_2.facility_power.2026-06-15", "MW", 1276),
        ("colossus_2.capex_cum_projected.2027-02-25", "bnUSD", 57.997342),
        ("peak_ratio_all_sites.peak_ratio", "ratio", 1.302),
        ("pjm_capacity_2026_27.capacity_price", "USD/MW/day", 329.17),
        ("accelerators_per_gw_gb200.chips_per_power", "chip/GW", 427_000),
        ("capex_gw_foxconn_vr.cost_per_power", "bnUSD/GW", 47),
        ("wafer_n5_cset.wafer_price", "USD/wafer", 16_988),
        ("d0_n7.defect_density", "1/cm2", 0.09),
        ("pj_flop_nvidia_a100_sxm_80gb_bf16.energy_per_flop_bf16", "pJ/FLOP", 1.28),
        ("h100_sxm_2025_q4_008.rental_price", "USD/chip/hour", 1.7),
        ("amd.share_price.2025-10-06", "USD/share", 203.71),
        ("coreweave.debt.2026-06-30", "bnUSD", 35.551),
        ("oracle.free_cash_flow.2026-08-31", "bnUSD/quarter", -5.396),
        ("amazon.capex.2026", "bnUSD/year", 220),
        ("openai.free_cash_flow_forecast.2028.2025-09", "bnUSD/year", -45),
        ("openai.compute_spend_forecast.2026-07", "bnUSD", 856),
        ("vera-rubin.rack_price", "mnUSD/rack", 9.1),
        ("flow-openai-microsoft-1.amount", "bnUSD", 250),
        ("debt-softbank-2026-03-27.amount", "bnUSD", 40),
        ("neocloud.price_per_power.iren-microsoft", "mnUSD/MW/year", 9.7),
    ],
)
def test_a_figure_is_the_one_of_the_source(claim_id: str, unit: str, expected: float) -> None:
    assert CATALOG[claim_id].figure().to(unit) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("claim_id", "text"),
    [
        ("amd-openai-supply.start", "2026-H2"),
        ("amd-openai-warrant.end", "2030-10-05"),
        ("openai_stargate_abilene.planned_by", "2026-11-01"),
        ("nvidia_gb200_nvl72.available", "2025-Q1"),
    ],
)
def test_a_date_is_the_one_of_the_source(claim_id: str, text: str) -> None:
    assert (CATALOG[claim_id].unit, CATALOG[claim_id].text) == ("date", text)


def test_the_chip_of_the_lab_has_no_rates() -> None:
    assert CATALOG.select(subject="openai_broadcom_jalapeno_project_titan", quantity="bf16") == ()
    assert CATALOG.select(subject="openai_broadcom_jalapeno_project_titan", quantity="tdp") == ()


def test_the_unclear_rate_carries_its_caveat() -> None:
    assert "factor of two" in CATALOG["amd_instinct_mi455x_mi450_series_helios_rack.fp4"].note


def test_projected_power_is_kept_apart_from_energised_power() -> None:
    projected = CATALOG.select(subject="colossus_2", quantity="facility_power_projected")
    assert [claim.period for claim in projected] == ["2027-02-25"]
    assert {claim.kind for claim in projected} == {"estimated"}


def test_a_confidence_band_never_beats_the_word_of_the_researcher() -> None:
    allowed = {"high": "ABCD", "medium": "BCD", "low": "D"}
    assert [c.id for c in CATALOG if c.confidence not in allowed[c.grade]] == []
    assert {c.confidence for c in CATALOG} == set(FACTORS)


def test_figures_of_epoch_are_attributed() -> None:
    epoch = [source for source in CATALOG.records.sources.values() if "epoch.ai" in source.url]
    assert len(epoch) > 3
    assert {source.licence for source in epoch} == {"CC BY 4.0; attribution: Epoch AI"}
    assert "creativecommons.org/licenses/by/4.0" in (DATA / "ATTRIBUTION.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((DATA / "claims").glob("*.csv")), ids=lambda path: path.stem)
def test_rows_are_sorted_by_id(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        names = [row["id"] for row in csv.DictReader(lines)]
    assert names == sorted(names)


def test_every_attribute_belongs_to_a_subject_or_a_claim() -> None:
    known = CATALOG.records.subjects.keys() | CATALOG.records.claims.keys()
    assert CATALOG.records.attributes.keys() <= known


def test_every_claim_has_a_subject() -> None:
    assert {claim.subject for claim in CATALOG} <= CATALOG.records.subjects.keys()
