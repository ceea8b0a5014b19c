"""The things a scenario is made of: parties, shares, campuses, deals, labs.

Data types: `Funding`, `Party`, `Share`, `Phase`, `Campus`, `Deal`, `Earning`, `Lab`. All are frozen values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np

from gigawatt.parts.figure import Figure, Floats
from gigawatt.parts.performance import Of, Performance


@dataclass(frozen=True, slots=True)
class Funding:
    """The rules by which a party raises money.

    Arguments:
        target: cash it wants to hold, in months of its average outflow (month).
        horizon: how far ahead its funding capacity counts when it decides what it may order (month).
        equity, equity_bust: most equity it can raise in a boom and in a bust (USD/month).
        lending, lending_bust: most debt it can raise likewise (USD/month).
        debt: debt at the start (USD).
        interest: rate on that debt (1/month).
        term: months over which debt is repaid in equal parts of what is left (month).
    """

    target: Figure
    horizon: Figure
    equity: Figure
    equity_bust: Figure
    lending: Figure
    lending_bust: Figure
    debt: Figure
    interest: Figure
    term: Figure


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who pays and is paid.

    Arguments:
        cash: at the start (USD).
        outside: the outside world has no limit of cash and never defaults.
        funding: rules of raising money; none for a party that raises none.
        kept_cash, kept_inflow: share of cash and of inflow that is left for creditors in the month of a first
            default (ratio; Rogers & Veraart 2013); 1 = no default cost.
    """

    name: str
    title: str
    cash: Figure
    kept_cash: Figure
    kept_inflow: Figure
    outside: bool = False
    funding: Funding | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share: its issuer, how many there are (shares), and the process of its price."""

    name: str
    issuer: str
    outstanding: Figure
    price: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A step in a campus's power.

    Arguments:
        month: planned month, counted as year * 12 + month - 1.
        power: facility power added (GW).
        deal: the deal whose hardware it feeds.
        certain: already energised when the scenario begins, so no delay applies.
    """

    month: int
    power: Figure
    deal: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Campus:
    """A site that is energised in phases.

    Arguments:
        delay: by how much later than planned a phase comes (month), drawn once a campus.
        common: how much of the delay's spread is shared by all campuses (ratio, 0 to 1).
        built: probability that what is not yet energised is built at all (ratio).
    """

    name: str
    title: str
    owner: str
    phases: tuple[Phase, ...]
    delay: Figure
    common: Figure
    built: Figure


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement about gigawatts, in facility power.

    Arguments:
        capacity: gigawatts announced, as stated by the parties (GW).
        to_facility: facility gigawatts for one gigawatt of the stated basis (ratio; 1 for facility power).
        begins, ends: first and last month of the announced schedule (year * 12 + month - 1); linear in between.
        opening: gigawatts energised before the scenario begins (GW).
        binding: gigawatts binding at the start, on the stated basis (GW).
        becomes_binding: probability that the rest ever becomes binding (ratio).
        decided: months from the scenario's start until that is decided (month).
        lead: months from order to delivery.
        slip: months by which the product is later than announced (month).
        pace: most that the supplier delivers in a month once the product exists (GW/month).
        capex: what must be financed before a gigawatt, as the parties state it, is shipped (USD/GW).
        chips: accelerators in a gigawatt of facility power (chip/GW).
        h100e: H100-equivalents of an accelerator (ratio); none where its performance says it.
        flops: dense FP8 FLOP/s of an accelerator (FLOP/s/chip).
        failures: share of accelerators lost and not replaced (1/month).
        lifetime: months an accelerator is used (month).
        stated: what the parties' gigawatts mean: `chip`, `it`, `facility` or `unknown`.
        performance: what its system yields on the mix of its lab; none where nobody computed it.
    """

    name: str
    title: str
    buyer: str
    supplier: str
    financier: str
    system: str
    stated: str
    status: str
    begins: int
    ends: int
    lead: int
    capacity: Figure
    to_facility: Figure
    opening: Figure
    binding: Figure
    becomes_binding: Figure
    decided: Figure
    slip: Figure
    pace: Figure
    capex: Figure
    chips: Figure
    h100e: Figure | None
    flops: Figure
    failures: Figure
    lifetime: int
    lab: str | None = None
    # Where there is none, a deal reads as it did before there were any.
    performance: Performance | None = field(default=None, repr=False)

    def equivalents(self, of: Of) -> Floats:
        """H100-equivalents of an accelerator (path or 1,): as the scenario has it, or what it yields over an H100."""
        if self.h100e is not None:
            return of(self.h100e)
        return np.ones(1) if self.performance is None else self.performance.over_h100(of)


@dataclass(frozen=True, slots=True)
class Earning:
    """One source of a lab's revenue: a demand process times figures, in USD a month."""

    name: str
    process: str
    factors: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Lab:
    """An AI lab: what its customers would pay, and what its compute lets it serve.

    Arguments:
        party: the party that earns.
        earnings: sources of revenue.
        research: share of working compute kept for training and research (ratio).
        earns: revenue that a working gigawatt of serving compute supports (USD/GW/month).
        improves: growth of `earns` (1/month).
        reference: the system `earns` speaks of, on the lab's mix; none where a gigawatt is a gigawatt.
    """

    party: str
    earnings: tuple[Earning, ...]
    research: Figure
    earns: Figure
    improves: Figure
    reference: Performance | None = field(default=None, repr=False)

    def counts(self, deal: Deal, of: Of) -> Floats:
        """Gigawatts of the reference system that a working gigawatt of a deal counts for (path or 1,).

        The ratio of their tokens a second on the lab's mix; 1 where one of the two is not known.
        """
        if self.reference is None or deal.performance is None:
            return np.ones(1)
        return deal.performance.per_gigawatt(of) / self.reference.per_gigawatt(of)


def figures(value: object) -> Iterator[Figure]:
    """Every figure inside a value, in the order of its fields."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from figures(item)
    elif is_dataclass(value):
        for entry in fields(value):
            yield from figures(getattr(value, entry.name))
