"""Names of the ACTUS dictionary: roles, references, and the terms that this package reads.

Source: ACTUS data dictionary.
"""

from __future__ import annotations

TYPES = ("PAM", "LAM", "NAM", "ANN", "LAX", "CLM", "CEG", "CEC", "SWPPV", "CAPFL")
"""Contract types with rules."""

HOLDINGS = ("COM", "STK")
"""Contract types that may only stand behind another one, worth a quantity at a price."""

_LENT, _BOUGHT = {"RPA": 1, "RPL": -1}, {"BUY": 1, "SEL": -1}
ROLES = {
    **dict.fromkeys(("PAM", "LAM", "NAM", "ANN", "LAX", "CLM"), _LENT),
    **dict.fromkeys(("CEG", "CEC", "CAPFL"), _BOUGHT),
    **dict.fromkeys(HOLDINGS, _LENT | _BOUGHT),
    "SWPPV": {"RF": 1, "PF": -1, "RFL": 1, "PFL": -1},
}
"""The sign of the notional by contract type and role."""

READ = (
    "accruedInterest", "amortizationDate", "arrayCycleAnchorDateOfInterestPayment",
    "arrayCycleAnchorDateOfPrincipalRedemption", "arrayCycleAnchorDateOfRateReset", "arrayCycleOfInterestPayment",
    "arrayCycleOfPrincipalRedemption", "arrayCycleOfRateReset", "arrayFixedVariable", "arrayIncreaseDecrease",
    "arrayNextPrincipalRedemptionPayment", "arrayRate", "businessDayConvention", "calendar", "capitalizationEndDate",
    "contractID", "contractRole", "contractStructure", "contractType", "coverageOfCreditEnhancement",
    "creditEventTypeCovered", "currency", "cycleAnchorDateOfFee", "cycleAnchorDateOfInterestCalculationBase",
    "cycleAnchorDateOfInterestPayment", "cycleAnchorDateOfPrincipalRedemption", "cycleAnchorDateOfRateReset",
    "cycleAnchorDateOfScalingIndex", "cycleOfFee", "cycleOfInterestCalculationBase", "cycleOfInterestPayment",
    "cycleOfPrincipalRedemption", "cycleOfRateReset", "cycleOfScalingIndex", "dayCountConvention",
    "deliverySettlement", "endOfMonthConvention", "feeAccrued", "feeBasis", "feeRate", "guaranteedExposure",
    "initialExchangeDate", "interestCalculationBase", "interestCalculationBaseAmount", "interestScalingMultiplier",
    "lifeCap", "lifeFloor", "marketObjectCode", "marketObjectCodeOfRateReset", "marketObjectCodeOfScalingIndex",
    "maturityDate", "nextPrincipalRedemptionPayment", "nextResetRate", "nominalInterestRate", "nominalInterestRate2",
    "notionalPrincipal", "notionalScalingMultiplier", "periodCap", "periodFloor", "premiumDiscountAtIED",
    "priceAtPurchaseDate", "priceAtTerminationDate", "purchaseDate", "quantity", "rateMultiplier", "rateSpread",
    "scalingEffect", "scalingIndexAtContractDealDate", "settlementCurrency", "settlementPeriod", "statusDate",
    "terminationDate", "xDayNotice",
)  # fmt: skip
"""Terms that change what is paid."""

UNREAD = (
    "contractDealDate", "contractPerformance", "contractStatus", "counterpartyID", "creatorID", "creditEventType",
    "cycleAnchorDateOfDividend", "cycleAnchorDateOfOptionality", "cycleOfDividend", "cycleOfOptionality",
    "cyclePointOfInterestPayment", "cyclePointOfRateReset", "delinquencyPeriod", "delinquencyRate", "fixingDays",
    "fixingPeriod", "gracePeriod", "guaranteedExposureType", "issueDate", "marketObjectCodeRef",
    "marketValueObserved", "nonPerformingDate", "notionalPrincipal2", "nextDividendPaymentAmount", "penaltyRate",
    "penaltyType", "prepaymentEffect", "prepaymentPeriod", "seniority", "settlementDate", "unit",
)  # fmt: skip
"""Terms of the standard that move no scheduled payment of these types, or describe the parties."""

REQUIRED = {
    "PAM": ("initialExchangeDate", "notionalPrincipal", "maturityDate"),
    "LAM": ("initialExchangeDate", "notionalPrincipal"),
    "NAM": ("initialExchangeDate", "notionalPrincipal", "nextPrincipalRedemptionPayment", "nominalInterestRate"),
    "ANN": ("initialExchangeDate", "notionalPrincipal", "nominalInterestRate"),
    "LAX": (
        "initialExchangeDate", "notionalPrincipal", "arrayCycleAnchorDateOfPrincipalRedemption",
        "arrayNextPrincipalRedemptionPayment", "arrayIncreaseDecrease",
    ),
    "CLM": ("initialExchangeDate", "notionalPrincipal"),
    "SWPPV": (
        "initialExchangeDate", "notionalPrincipal", "maturityDate", "nominalInterestRate", "nominalInterestRate2",
        "dayCountConvention",
    ),
    "CAPFL": ("contractStructure",),
    "CEG": ("contractStructure", "creditEventTypeCovered"),
    "CEC": ("contractStructure", "creditEventTypeCovered"),
    "COM": ("marketObjectCode", "quantity"),
    "STK": ("marketObjectCode",),
}  # fmt: skip
"""Terms without which a type has no schedule, beside contractRole and statusDate."""
