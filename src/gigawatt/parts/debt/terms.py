"""The terms of one debt contract, read once and then trusted.

Terms      what the contract says, in the words of the ACTUS dictionary
Linked     another contract that this one refers to, by its terms or by its name alone
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gigawatt.errors import InputError
from gigawatt.parts.debt.calendar import Cycle, Recurrence

Moment = datetime.datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """A contract that another one refers to.

    Arguments:
        role: `COVE` covered, `COVI` covering, `UDL` underlying.
        name: its identifier.
        terms: its own terms, none where only the name is known.
    """

    role: str
    name: str
    terms: Terms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A contract as written; names are those of the ACTUS dictionary with words parted by underscores.

    Amounts are in the contract's currency and unsigned: `sign` is +1 for who receives principal or protection and
    -1 for the other side. Rates are shares a year.
    """

    place: str
    contract_type: str
    contract_id: str
    currency: str
    sign: int
    status_date: Moment
    initial_exchange_date: Moment | None
    maturity_date: Moment | None
    amortization_date: Moment | None
    purchase_date: Moment | None
    termination_date: Moment | None
    capitalization_end_date: Moment | None
    notional_principal: float | None
    premium_discount_at_ied: float
    price_at_purchase_date: float
    price_at_termination_date: float
    nominal_interest_rate: float | None
    nominal_interest_rate2: float
    accrued_interest: float | None
    next_principal_redemption_payment: float | None
    day_count: str
    business_days: str
    calendar: str
    end_of_month: bool
    interest: Recurrence
    redemption: Recurrence
    base: Recurrence
    resets: Recurrence
    scaling: Recurrence
    fees: Recurrence
    base_kind: str
    base_amount: float | None
    rate_index: str
    rate_multiplier: float
    rate_spread: float
    life_cap: float
    life_floor: float
    period_cap: float
    period_floor: float
    next_reset_rate: float | None
    scaling_index: str
    scaling_start: float
    scaling_effect: str
    notional_scale: float
    interest_scale: float
    fee_rate: float
    fee_basis: str
    fee_accrued: float
    notice: Cycle
    physical: bool
    interest_anchors: tuple[Moment, ...]
    interest_cycles: tuple[Cycle, ...]
    redemption_anchors: tuple[Moment, ...]
    redemption_cycles: tuple[Cycle, ...]
    redemption_amounts: tuple[float, ...]
    redemption_signs: tuple[str, ...]
    reset_anchors: tuple[Moment, ...]
    reset_cycles: tuple[Cycle, ...]
    reset_rates: tuple[float, ...]
    reset_kinds: tuple[str, ...]
    coverage: float
    credit_events: tuple[str, ...]
    exposure: str
    settlement: Cycle
    market_object: str
    quantity: float
    structure: tuple[Linked, ...]

    def fault(self, name: str, problem: str) -> InputError:
        """The error for one term."""
        return InputError(f"{self.place}.{name}: {problem}")

    @property
    def start(self) -> Moment:
        """The initial exchange date, which every type with a schedule has."""
        if self.initial_exchange_date is None:
            raise self.fault("initialExchangeDate", f"missing. A {self.contract_type} begins on a date.")
        return self.initial_exchange_date

    @property
    def notional(self) -> float:
        """The unsigned notional, which every type with a schedule has."""
        if self.notional_principal is None:
            raise self.fault("notionalPrincipal", f"missing. A {self.contract_type} has an amount.")
        return self.notional_principal
