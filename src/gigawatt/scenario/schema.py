"""The form of a scenario file, as pydantic models; what the values mean is decided in `build.py`.

A field annotated with `Fig` holds a figure in any of its written forms; its unit is checked when it is built.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from gigawatt.parts.clause import Clause
from gigawatt.parts.contract import FORMS, Name, Term, Tranche, When

FIGURE_KEYS = {
    "claim": "id of a claim",
    "claims": "ids of rival claims",
    "choose": "value, median, newest, any, or range",
    "figure": "name of a shared figure under `figures`",
    "hindsight": "true where a claim published after the scenario's date may be used (physical constants only)",
    "times": "a literal to multiply a claim by",
    "uniform": "[low, high]",
    "triangular": "[low, most likely, high]",
    "normal": "[10 % quantile, 90 % quantile]",
    "lognormal": "[10 % quantile, 90 % quantile]",
    "choice": "[value, ...]",
    "weights": "[probability, ...] of a choice",
    "beta": "[alpha, beta, low, high]",
    "ordered": "[low, high]; with rank, of and group",
    "split": "a total; with part, of and group",
    "rank": "which of the ordered draws, from 1",
    "part": "which part, from 1",
    "of": "how many draws or parts there are",
    "group": "name shared by figures that are drawn together",
    "because": "why this is assumed",
}

FIGURE_SCHEMA: dict[str, Any] = {
    "description": "A figure: text with a unit (`47 bnUSD/GW`), a claim's id, a plain ratio, or a distribution.",
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: {"description": meaning} for key, meaning in FIGURE_KEYS.items()},
        },
    ],
}


@dataclass(frozen=True, slots=True)
class Expect:
    """The kind of unit a figure must have."""

    unit: str


def Fig(unit: str) -> Any:  # noqa: N802 - reads as a type in annotations
    """The annotation of a field that holds a figure in this kind of unit."""
    return Annotated[Any, Expect(unit), WithJsonSchema({**FIGURE_SCHEMA, "title": f"figure in {unit}"})]


Month = Annotated[str, Field(description="a month or period such as `2026-07`, `2026-H2` or `2027Q2`")]
PositiveMonths = Annotated[int, Field(ge=0, le=600)]


class Form(BaseModel):
    """What all models share: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class RecoveryForm(Form):
    """What is left for creditors in the month of a first default."""

    cash: Fig("1")
    inflow: Fig("1")


class FundingForm(Form):
    """The rules by which a party raises money."""

    target: Fig("month")
    horizon: Fig("month")
    equity: Fig("USD/month")
    equity_bust: Fig("USD/month")
    lending: Fig("USD/month")
    lending_bust: Fig("USD/month")
    debt: Fig("USD") = "0 USD"
    interest: Fig("1/month")
    term: Fig("month")


class PartyForm(Form):
    """Somebody who pays and is paid."""

    title: str
    cash: Fig("USD") = "0 USD"
    outside: bool = False
    funding: FundingForm | None = None


class ShareForm(Form):
    """A share and the process of its price."""

    issuer: str
    outstanding: Fig("share")
    price: str


class RegimeForm(Form):
    """Boom and bust as a two-state Markov chain."""

    form: Literal["regime"]
    boom: Fig("month")
    bust: Fig("month")
    begins: Fig("1") = 0


class JumpsForm(Form):
    """Sudden moves of a share price."""

    rate: Fig("1/month")
    mean: Fig("1")
    spread: Fig("1")


class SharePriceForm(Form):
    """Geometric Brownian motion with optional jumps."""

    form: Literal["share_price"]
    first: Fig("USD/share")
    drift: Fig("1/month")
    volatility: Fig("1")
    bust_drift: Fig("1/month")
    jumps: JumpsForm | None = None


class MeanRevertingForm(Form):
    """A price whose logarithm is pulled back to a level."""

    form: Literal["mean_reverting"]
    unit: str
    first: Fig("")
    level: Fig("")
    half_life: Fig("month")
    volatility: Fig("1")


class SCurveForm(Form):
    """Logistic growth to a saturation."""

    form: Literal["s_curve"]
    unit: str
    first: Fig("")
    saturation: Fig("")
    growth: Fig("1/month")
    bust_pace: Fig("1")


PROCESS_FORMS: dict[str, type[Form]] = {
    "regime": RegimeForm,
    "share_price": SharePriceForm,
    "mean_reverting": MeanRevertingForm,
    "s_curve": SCurveForm,
}


class CorrelationForm(Form):
    """Correlation of the monthly shocks of two processes."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)]
    value: Annotated[float, Field(ge=-1, le=1)]


class SystemForm(Form):
    """A row of the hardware catalogue as the engine uses it."""

    chips: Fig("chip/GW")
    h100e: Fig("1")
    flops: Fig("FLOP/s/chip")
    failures: Fig("1/month")
    lifetime: PositiveMonths
    capex: Fig("USD/GW")


class PhaseForm(Form):
    """A step in a campus's power."""

    month: Month
    power: Fig("GW")
    deal: str
    certain: bool = False


class CampusForm(Form):
    """A site that is energised in phases."""

    title: str
    owner: str
    delay: Fig("month")
    built: Fig("1") = 1
    phases: list[PhaseForm]


class ScheduleForm(Form):
    """First and last period of an announced schedule."""

    begins: Month
    ends: Month


class DealForm(Form):
    """An agreement about gigawatts."""

    title: str
    buyer: str
    supplier: str
    financier: str
    system: str
    stated: Literal["chip", "it", "facility", "unknown"]
    status: str
    schedule: ScheduleForm
    capacity: Fig("GW")
    to_facility: Fig("1")
    opening: Fig("GW") = "0 GW"
    binding: Fig("GW")
    becomes_binding: Fig("1")
    decided: Fig("month")
    lead: PositiveMonths
    slip: Fig("month")
    pace: Fig("GW/month")
    lab: str | None = None


class EarningForm(Form):
    """One source of a lab's revenue."""

    process: str
    factors: list[Fig("")] = []


class LabForm(Form):
    """What an AI lab can sell, and what its compute supports."""

    earnings: dict[str, EarningForm]
    research: Fig("1")
    earns: Fig("USD/GW/month")
    improves: Fig("1/month")


class GuaranteeForm(Form):
    """A guarantor makes good what is missed."""

    by: str
    cap: Fig("USD")


class ContractForm(Form):
    """What every contract may have besides its terms."""

    title: str
    rank: Annotated[int, Field(ge=0, le=9)] | None = None
    arrears: bool = False
    guarantee: GuaranteeForm | None = None


class ScenarioForm(Form):
    """A whole scenario; processes and contracts are checked by the form they name."""

    name: str
    title: str
    as_of: str
    start: Month
    end: Month
    paths: Annotated[int, Field(ge=1)] = 10_000
    seed: int = 1
    capital: str
    regime: str
    notes: list[str] = []
    recovery: RecoveryForm
    common_delay: Fig("1")
    figures: dict[str, Any] = {}
    parties: dict[str, PartyForm]
    shares: dict[str, ShareForm] = {}
    processes: dict[str, dict[str, Any]]
    correlation: list[CorrelationForm] = []
    systems: dict[str, SystemForm] = {}
    campuses: dict[str, CampusForm] = {}
    deals: dict[str, DealForm] = {}
    labs: dict[str, LabForm] = {}
    contracts: dict[str, dict[str, Any]] = {}


@cache
def contract_form(name: str) -> type[Form]:
    """The model of a contract form, read from the signature of its function."""
    function = FORMS[name]
    terms: dict[str, Any] = {}
    for term, annotation in terms_of(function).items():
        terms[term] = (_field(annotation), ...)
    return create_model(
        f"{name.title().replace('_', '')}Contract",
        __base__=ContractForm,
        __doc__=inspect.getdoc(function),
        form=(Literal[name], ...),
        **terms,
    )


def terms_of(function: Callable[..., Clause]) -> dict[str, Any]:
    """The terms of a contract function with their annotations."""
    hints = get_type_hints(function, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}


@cache
def tranche_form() -> type[Form]:
    """The model of a rung of a warrant."""
    hints = get_type_hints(Tranche, include_extras=True)
    return create_model("TrancheForm", __base__=Form, **{f.name: (_field(hints[f.name]), ...) for f in fields(Tranche)})


def marker(annotation: Any) -> Name | Term | When | None:
    """What an annotation says about a term."""
    return next((m for m in get_args(annotation)[1:] if isinstance(m, Name | Term | When)), None)


def _field(annotation: Any) -> Any:
    match marker(annotation):
        case Term(unit=unit):
            return Fig(unit)
        case Name(kind=kind):
            return Annotated[str, Field(description=f"name of a {kind}")]
        case When():
            return Month
    if annotation == tuple[Tranche, ...]:
        return Annotated[list[tranche_form()], Field(min_length=1)]  # type: ignore[misc]
    return annotation
