"""The form of a scenario file, as pydantic models; what the values mean is decided in `build.py`.

A field annotated with `Fig` holds a figure in any of its written forms; its unit is checked when it is built.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from gigawatt.scenario.form import Fig, Form, Month, PositiveMonths
from gigawatt.scenario.pricing import PricingForm


class RecoveryForm(Form):
    """What is left for creditors in the month of a first default."""

    cash: Annotated[Any, Fig("1")]
    inflow: Annotated[Any, Fig("1")]


class FundingForm(Form):
    """The rules by which a party raises money."""

    target: Annotated[Any, Fig("month")]
    horizon: Annotated[Any, Fig("month")]
    equity: Annotated[Any, Fig("USD/month")]
    equity_bust: Annotated[Any, Fig("USD/month")]
    lending: Annotated[Any, Fig("USD/month")]
    lending_bust: Annotated[Any, Fig("USD/month")]
    debt: Annotated[Any, Fig("USD")] = "0 USD"
    interest: Annotated[Any, Fig("1/month")]
    term: Annotated[Any, Fig("month")]


class PartyForm(Form):
    """Somebody who pays and is paid."""

    title: str
    cash: Annotated[Any, Fig("USD")] = "0 USD"
    outside: bool = False
    funding: FundingForm | None = None


class ShareForm(Form):
    """A share and the process of its price."""

    issuer: str
    outstanding: Annotated[Any, Fig("share")]
    price: str


class RegimeForm(Form):
    """Boom and bust as a two-state Markov chain."""

    form: Literal["regime"]
    boom: Annotated[Any, Fig("month")]
    bust: Annotated[Any, Fig("month")]
    begins: Annotated[Any, Fig("1")] = 0


class JumpsForm(Form):
    """Sudden moves of a share price."""

    rate: Annotated[Any, Fig("1/month")]
    mean: Annotated[Any, Fig("1")]
    spread: Annotated[Any, Fig("1")]


class SharePriceForm(Form):
    """Geometric Brownian motion with optional jumps."""

    form: Literal["share_price"]
    first: Annotated[Any, Fig("USD/share")]
    drift: Annotated[Any, Fig("1/month")]
    volatility: Annotated[Any, Fig("1")]
    bust_drift: Annotated[Any, Fig("1/month")]
    jumps: JumpsForm | None = None


class MeanRevertingForm(Form):
    """A price whose logarithm is pulled back to a level."""

    form: Literal["mean_reverting"]
    unit: str
    first: Annotated[Any, Fig("")]
    level: Annotated[Any, Fig("")]
    half_life: Annotated[Any, Fig("month")]
    volatility: Annotated[Any, Fig("1")]


class SCurveForm(Form):
    """Logistic growth to a saturation."""

    form: Literal["s_curve"]
    unit: str
    first: Annotated[Any, Fig("")]
    saturation: Annotated[Any, Fig("")]
    growth: Annotated[Any, Fig("1/month")]
    bust_pace: Annotated[Any, Fig("1")]


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


class UseForm(Form):
    """One part of a mix: a model of the performance library, its share of all tokens, and how soon users want them."""

    model: str
    share: Annotated[float, Field(gt=0)]
    isl: Annotated[float, Field(ge=1)]
    osl: Annotated[float, Field(ge=1)]
    ttft: Annotated[Any, Fig("s")]
    tpot: Annotated[Any, Fig("s")]
    format: str = "fp8"
    cache: str = "fp8"
    cached: Annotated[float, Field(ge=0, le=0.999)] = 0.0
    most: Annotated[float, Field(ge=1)] | None = None
    because: str = ""


class PerformanceForm(Form):
    """The spec sheet of a system: one of the performance library, between two of them, or one of its own.

    What is given here replaces what the sheet has; the rates are scaled to the `flops` of the system.
    """

    sheet: str | Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    bandwidth: Annotated[Any, Fig("byte/s/chip")] = None
    memory: Annotated[Any, Fig("byte/chip")] = None
    scale_up: Annotated[Any, Fig("byte/s/chip")] = None
    limit: Annotated[Any, Fig("W/chip")] = None
    domain: Annotated[int, Field(ge=1)] | None = None
    host: Annotated[Any, Fig("1")] = None
    pue: Annotated[Any, Fig("1")] = 1.25
    because: str = ""


class SystemForm(Form):
    """A row of the hardware catalogue as the engine uses it."""

    chips: Annotated[Any, Fig("chip/GW")]
    h100e: Annotated[Any, Fig("1")] = None
    flops: Annotated[Any, Fig("FLOP/s/chip")]
    failures: Annotated[Any, Fig("1/month")]
    lifetime: PositiveMonths
    capex: Annotated[Any, Fig("USD/GW")]
    performance: PerformanceForm | None = None


class PhaseForm(Form):
    """A step in a campus's power."""

    month: Month
    power: Annotated[Any, Fig("GW")]
    deal: str
    certain: bool = False


class CampusForm(Form):
    """A site that is energised in phases."""

    title: str
    owner: str
    delay: Annotated[Any, Fig("month")]
    built: Annotated[Any, Fig("1")] = 1
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
    capacity: Annotated[Any, Fig("GW")]
    to_facility: Annotated[Any, Fig("1")]
    opening: Annotated[Any, Fig("GW")] = "0 GW"
    binding: Annotated[Any, Fig("GW")]
    becomes_binding: Annotated[Any, Fig("1")]
    decided: Annotated[Any, Fig("month")]
    lead: PositiveMonths
    slip: Annotated[Any, Fig("month")]
    pace: Annotated[Any, Fig("GW/month")]
    lab: str | None = None


class EarningForm(Form):
    """One source of a lab's revenue."""

    process: str
    factors: list[Annotated[Any, Fig("")]] = Field(default_factory=list)


class LabForm(Form):
    """What an AI lab can sell, and what its compute supports."""

    earnings: dict[str, EarningForm]
    research: Annotated[Any, Fig("1")]
    earns: Annotated[Any, Fig("USD/GW/month")]
    improves: Annotated[Any, Fig("1/month")]
    earns_on: str | None = None
    workload: str | None = None


class GuaranteeForm(Form):
    """A guarantor makes good what is missed, by all sides or by one, up to a cap that may fall between two dates."""

    by: str
    of: str | None = None
    cap: Annotated[Any, Fig("USD")]
    falls_to: Annotated[Any, Fig("USD")] = None
    first: Month | None = None
    last: Month | None = None


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
    notes: list[str] = Field(default_factory=list)
    recovery: RecoveryForm
    common_delay: Annotated[Any, Fig("1")]
    figures: dict[str, Any] = Field(default_factory=dict)
    parties: dict[str, PartyForm]
    shares: dict[str, ShareForm] = Field(default_factory=dict)
    processes: dict[str, dict[str, Any]]
    correlation: list[CorrelationForm] = Field(default_factory=list)
    workloads: dict[str, dict[str, UseForm]] = Field(default_factory=dict)
    systems: dict[str, SystemForm] = Field(default_factory=dict)
    campuses: dict[str, CampusForm] = Field(default_factory=dict)
    deals: dict[str, DealForm] = Field(default_factory=dict)
    labs: dict[str, LabForm] = Field(default_factory=dict)
    contracts: dict[str, dict[str, Any]] = Field(default_factory=dict)
    pricing: PricingForm | None = None
