"""The part of a scenario that only a valuation reads: its form, and the value made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from gigawatt.errors import GigawattError
from gigawatt.parts.figure import Figure
from gigawatt.parts.pricing import Curve, Pricing
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.form import Fig, Form


class RateForm(Form):
    """A zero rate, continuously compounded, to one maturity."""

    years: Annotated[int, Field(ge=1, le=50)]
    rate: Annotated[Any, Fig("1/month")]


class PricingForm(Form):
    """What a valuation assumes: interest, credit spreads, dividends, and the risk of gigawatts."""

    rates: Annotated[list[RateForm], Field(min_length=1)]
    spreads: dict[str, Annotated[Any, Fig("1/month")]] = Field(default_factory=dict)
    dividends: dict[str, Annotated[Any, Fig("1/month")]] = Field(default_factory=dict)
    correlation: Annotated[Any, Fig("1")] = 0
    premium: Annotated[Any, Fig("1")] = 0


def pricing(b: Builder, form: PricingForm, names: Mapping[str, tuple[str, ...]]) -> Pricing | None:
    """What a valuation assumes; None after its problems were noted.

    Arguments:
        b: reads figures and collects problems.
        form: the checked form.
        names: what exists, by kind.
    """
    spreads = _named(b, form.spreads, "spreads", "party", names)
    dividends = _named(b, form.dividends, "dividends", "share", names)
    correlation = b.reader.read(form.correlation, ("pricing", "correlation"), "1", -1.0, 1.0)
    premium = b.reader.read(form.premium, ("pricing", "premium"), "1", None, None)
    years, rates = [], []
    for i, entry in enumerate(form.rates):
        figure = b.reader.read(entry.rate, ("pricing", "rates", i, "rate"), "1/month", None, None)
        if not figure.certain:
            b.wrong(("pricing", "rates", i, "rate"), "a rate of the curve is one number; try another with --set.")
        years.append(float(entry.years))
        rates.append(12.0 * figure.terms[0])
    try:
        curve = Curve(tuple(years), tuple(rates))
    except GigawattError as error:
        b.wrong(("pricing", "rates"), str(error))
        return None
    return Pricing(curve, spreads, dividends, correlation, premium)


def _named(
    b: Builder, raw: Mapping[str, Any], key: str, kind: str, names: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, Figure], ...]:
    for name in raw:
        b.known(name, names[kind], kind, ("pricing", key, name))
    return tuple((name, b.figure(value, ("pricing", key, name), "1/month")) for name, value in raw.items())
