"""Financing contracts in a scenario file: all of them are read, and what makes no sense is said at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gigawatt.engine.run import simulate
from gigawatt.errors import ScenarioError
from gigawatt.parts.wrapper import Guaranteed
from gigawatt.scenario.load import load
from gigawatt.scenario.scenario import Scenario

FINANCING = {
    "capped_return",
    "convertible",
    "delayed_draw_loan",
    "lease",
    "power_purchase",
    "preferred",
    "prepaid_cloud",
    "prepaid_purchase",
    "residual_value_guarantee",
    "staged_equity",
    "take_or_pay",
    "term_loan",
}

FILE = Path(__file__).with_name("financing.yaml")


def write(folder: Path, contracts: dict[str, dict[str, object]]) -> Path:
    """A scenario file with these contracts beside the processes of `financing.yaml`."""
    data = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    data["contracts"] = {name: {"title": name} | terms for name, terms in contracts.items()}
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def whole() -> Scenario:
    return load(FILE)


def test_every_financing_form_is_read_from_a_scenario_and_simulated(whole: Scenario) -> None:
    old = {c.name for c in load("openai-2025-10").contracts}
    assert {c.form for c in whole.contracts if c.name not in old} == FINANCING
    result = simulate(whole, 20, 1, keep="all", workers=1)
    total = result["cash"].sum("party").values
    assert abs(total - total[0]).max() < 1.0


def test_a_figure_in_a_loan_is_drawn_and_named_like_any_other(whole: Scenario) -> None:
    names = {figure.name for figure in whole.figures()}
    assert "contracts.one.commitment" in names
    assert "contracts.one.draws[0].per_gw" in names


def test_terms_that_are_left_out_are_no_figures_of_the_contract(whole: Scenario) -> None:
    two = next(c for c in whole.contracts if c.name == "two")
    assert [figure.name for figure in two.figures] == ["contracts.two.amount", "contracts.two.margin"]


def test_a_guarantee_may_be_of_one_side_and_have_a_cap_that_falls(whole: Scenario) -> None:
    clause = next(c for c in whole.contracts if c.name == "one").clause
    assert isinstance(clause, Guaranteed)
    assert clause.of == "oracle"
    assert "rising to 1 in 2030-12" in str(clause.cap)


LOAN = {
    "form": "delayed_draw_loan",
    "lender": "capital",
    "borrower": "oracle",
    "commitment": "38 bnUSD",
    "draws": [{"deal": "amd", "per_gw": "35 bnUSD/GW"}],
    "first": "2026-01",
    "available": "2028-12",
    "maturity": "2033-12",
    "margin": "2.5 %/year",
}
TOP = {
    "form": "take_or_pay",
    "customer": "openai",
    "provider": "oracle",
    "deal": "amd",
    "per_gw": "1 bnUSD/GW/year",
    "minimum": 0.8,
    "credit": 12,
    "first": "2026-01",
    "last": "2030-01",
}
INCOME = [{"deal": "amd", "per_gw": "9 bnUSD/GW/year"}]
BAD: dict[str, tuple[dict[str, object], str]] = {
    "an unknown borrower": (LOAN | {"borrower": "orcale"}, "borrower: no party `orcale`. Known"),
    "an unknown deal in a draw": (
        LOAN | {"draws": [{"deal": "amdd", "per_gw": "35 bnUSD/GW"}]},
        "draws[0].deal: no deal `amdd`",
    ),
    "an unknown process": (LOAN | {"index": "sofir"}, "index: no process `sofir`"),
    "a process in another unit": (LOAN | {"index": "spot"}, "index: the process `spot` is in `USD/MWh`"),
    "a share price for an interest rate": (LOAN | {"index": "amd_price"}, "is in `USD/share`"),
    "a negative margin": (LOAN | {"margin": "-1 %/year"}, "margin: "),
    "a negative cover": (LOAN | {"dscr": -1, "income": INCOME}, "dscr: "),
    "a sweep above one": (LOAN | {"sweep": 1.5, "income": INCOME}, "sweep: "),
    "a share above one in a draw": (
        LOAN | {"draws": [{"deal": "amd", "per_gw": "35 bnUSD/GW", "share": 1.1}]},
        "draws[0].share: ",
    ),
    "no draws": (LOAN | {"draws": []}, "draws: "),
    "maturity before the window": (LOAN | {"maturity": "2027-01"}, "maturity: `2027-01` is too early"),
    "a month that is none": (LOAN | {"tested": "soon"}, "tested: `soon` is no date"),
    "a step for no reason": (LOAN | {"steps": [{"add": "1 %/year"}]}, "steps[0]: "),
    "a repayment that is none": (LOAN | {"repayment": "balloon"}, "repayment: "),
    "a sweep of nothing": (LOAN | {"sweep": 0.5}, "income: missing"),
    "a discount of everything": (
        {
            "form": "staged_equity",
            "investor": "capital",
            "issuer": "amd",
            "share": "amd",
            "deal": "amd",
            "per_gw": "1 bnUSD/GW",
            "cap": "1 bnUSD",
            "discount": 1,
        },
        "discount: ",
    ),
    "a share that is none": (
        {
            "form": "convertible",
            "investor": "capital",
            "issuer": "amd",
            "share": "amdd",
            "amount": "1 bnUSD",
            "month": "2026-03",
            "coupon": "5 %/year",
            "converts": "2027-03",
            "maturity": "2029-03",
            "cap": "300 USD/share",
        },
        "share: no share `amdd`",
    ),
    "credits that never end": (TOP | {"credit": 999}, "credit: "),
    "an exit for no reason": (TOP | {"exits": [{"power": "1 GW"}]}, "exits[0]: "),
    "a guarantor that is none": (TOP | {"guarantee": {"by": "amdd", "cap": "1 bnUSD"}}, "guarantee.by: no party"),
    "a guaranteed side that is none": (
        TOP | {"guarantee": {"by": "amd", "of": "x", "cap": "1 bnUSD"}},
        "guarantee.of: no party",
    ),
    "a cap that falls to nowhere": (
        TOP | {"guarantee": {"by": "amd", "cap": "1 bnUSD", "first": "2026-01"}},
        "needs `falls_to`, `first` and `last`",
    ),
    "a cap that falls backwards": (
        TOP
        | {
            "guarantee": {
                "by": "amd",
                "cap": "1 bnUSD",
                "falls_to": "0 USD",
                "first": "2027-01",
                "last": "2026-01",
            }
        },
        "guarantee.last: `2026-01` lies before",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_said_at_its_place(case: str, tmp_path: Path) -> None:
    terms, message = BAD[case]
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, {"bad": terms}))
    told = str(caught.value)
    assert "mine.yaml:" in told
    assert "contracts.bad" in told
    assert message in told, told
    assert len(caught.value.problems) == 1, told
