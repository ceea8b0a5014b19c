"""The form of a file that holds one warrant and its market; what the values mean is decided in `instrument.py`.

A figure may be an interval `[low, high]` where it is not public.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from gigawatt.parts.price_test import Statistic
from gigawatt.scenario.form import Form

Date = Annotated[str, Field(description="a day such as 2025-10-06")]
Figured = Annotated[Any, Field(description="a figure with its unit, a claim's id, or an interval [low, high]")]
Whole = Annotated[int, Field(ge=0)]


class PriceForm(Form):
    """A price lock: exactly one of mark, value, ratio, either, both, some."""

    mark: Figured | None = None
    value: Figured | None = None
    ratio: Figured | None = None
    index: str | None = None
    test: Statistic = "close"
    days: Whole = 1
    need: Whole = 0
    latched: bool = True
    after: Date | None = None
    before: Date | None = None
    either: list[PriceForm] | None = None
    both: list[PriceForm] | None = None
    some: list[PriceForm] | None = None
    of: Whole | None = None


class CountForm(Form):
    """A counter lock: exactly one of mark, event, either, both, some."""

    mark: Figured | None = None
    counter: str | None = None
    event: str | None = None
    latched: bool = True
    after: Date | None = None
    before: Date | None = None
    either: list[CountForm] | None = None
    both: list[CountForm] | None = None
    some: list[CountForm] | None = None
    of: Whole | None = None


class StrikeForm(Form):
    """A strike that is a share of a mean price, fixed when another tranche vests."""

    share: Figured
    days: Annotated[int, Field(ge=1)]
    after: str
    weighted: bool = True


class LadderForm(Form):
    """Instead of one tranche, many: each step of a counter vests a part of the shares."""

    count: Annotated[int, Field(ge=1, le=10_000)]
    step: Figured
    counter: str
    start: Figured | None = None


class TrancheForm(Form):
    """Shares that vest together."""

    shares: Figured
    name: str = ""
    price: PriceForm | None = None
    power: CountForm | None = None
    paid: CountForm | None = None
    when: CountForm | None = None
    joined: Literal["both", "either"] = "both"
    not_before: Date | None = None
    deadline: Date | None = None
    exercise: CountForm | None = None
    strike: Figured | None = None
    ladder: LadderForm | None = None


class EarlyForm(Form):
    """An end some trading days after an event."""

    event: str
    days: Whole = 0


class TransferForm(Form):
    """No transfer before the earlier of the two."""

    until: Date | None = None
    event: str | None = None


class AdjustmentForm(Form):
    """Splits and dividends."""

    splits: bool = True
    dividends: Literal["none", "strike", "shares"] = "none"


class WarrantForm(Form):
    """The terms."""

    issuer: str
    holder: str
    share: str = ""
    shares: Figured
    strike: Figured
    issued: Date
    expiry: Date
    exercise: Literal["cash", "net"] = "net"
    automatic: bool = True
    unexercisable: Literal["exercised", "lapsed"] = "lapsed"
    holding: Whole = 0
    registered: Date | None = None
    early: EarlyForm | None = None
    transfer: TransferForm | None = None
    adjustment: AdjustmentForm = Field(default_factory=AdjustmentForm)
    tranches: Annotated[list[TrancheForm], Field(min_length=1)]


class MarketForm(Form):
    """The share and the money market."""

    price: Figured
    volatility: Figured
    rate: Figured
    dividend: Figured = "0 %/year"
    outstanding: Figured
    history: Annotated[list[Figured], Field(default_factory=list)]


class CounterForm(Form):
    """How a counter goes on: drift and spread, or a plan of months and levels."""

    opening: Figured | None = None
    drift: Figured | None = None
    volatility: Figured | None = None
    correlation: Figured = 0
    months: list[Date] | None = None
    levels: list[Figured] | None = None


class TermsForm(Form):
    """A file of which only the terms are asked for; the rest may be there or not."""

    warrant: WarrantForm
    market: Any = None
    gigawatts: Any = None
    counters: Any = None
    sources: list[str] | None = None
    notes: list[str] | None = None


class InstrumentForm(Form):
    """A whole file."""

    warrant: WarrantForm
    market: MarketForm
    sources: list[str] | None = None
    notes: list[str] | None = None
    gigawatts: CounterForm | None = None
    counters: Annotated[dict[str, CounterForm], Field(default_factory=dict)]
