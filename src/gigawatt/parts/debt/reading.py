"""Reads one contract: names, values, and what must hold between them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from gigawatt.errors import InputError, ModelError, did_you_mean
from gigawatt.parts.debt.calendar import BUSINESS_DAYS, CALENDARS, END_OF_MONTH
from gigawatt.parts.debt.day_count import DAY_COUNTS
from gigawatt.parts.debt.dictionary import HOLDINGS, READ, REQUIRED, ROLES, TYPES, UNREAD
from gigawatt.parts.debt.reader import Reader
from gigawatt.parts.debt.terms import Linked, Terms


def read_terms(raw: Mapping[str, object], *, place: str = "") -> Terms:
    """The terms of a contract from ACTUS names and values.

    Arguments:
        raw: value by ACTUS name, such as `{"contractType": "PAM", "notionalPrincipal": " 3000", ...}`; numbers may be
            numbers or text, dates `2027-03-31` with or without a time, cycles `P3ML1`, lists lists or one value.
        place: opens every message; the contract's id where it is not given.

    Raises:
        InputError: an unknown type, a missing or misspelt term, or a value that cannot be.
        ModelError: a sound term that this package has no rule for.
    """
    folded: dict[str, object] = {}
    for name, value in raw.items():
        if str(name).casefold() in folded:
            raise InputError(f"{place or 'contract'}.{name}: given twice, with other capitals; keep one.")
        folded[str(name).casefold()] = value
    reader = Reader(folded, place or str(folded.get("contractid") or "contract"))
    kind = reader.text("contractType").upper()
    if kind not in TYPES and kind not in HOLDINGS:
        named = f"`{kind}` is no contract type with rules here" if kind else "missing"
        raise reader.fault("contractType", f"{named}. {did_you_mean(kind, TYPES)}")
    _check_names(raw, reader)
    for name in ("contractRole", "statusDate", *REQUIRED[kind]):
        reader.need(name, f"A {kind} has no schedule without it.")
    terms = _read(reader, kind)
    _check_sense(terms, reader)
    return terms


def _read(reader: Reader, kind: str) -> Terms:
    start, status = reader.date("initialExchangeDate"), reader.date("statusDate")
    if status is None:
        raise reader.fault("statusDate", "missing.")
    far, number, date = float("inf"), reader.number, reader.date
    return Terms(
        place=reader.place,
        contract_type=kind,
        contract_id=str(reader.raw.get("contractid") or reader.raw.get("contractidentifier") or ""),
        currency=reader.text("currency"),
        sign=ROLES[kind][reader.word("contractRole", {role: role for role in ROLES[kind]}, "")],
        status_date=status,
        initial_exchange_date=start,
        maturity_date=date("maturityDate"),
        amortization_date=date("amortizationDate"),
        purchase_date=date("purchaseDate"),
        termination_date=date("terminationDate"),
        capitalization_end_date=date("capitalizationEndDate"),
        notional_principal=number("notionalPrincipal", 0),
        premium_discount_at_ied=reader.amount("premiumDiscountAtIED", 0.0),
        price_at_purchase_date=reader.amount("priceAtPurchaseDate", 0.0),
        price_at_termination_date=reader.amount("priceAtTerminationDate", 0.0),
        nominal_interest_rate=number("nominalInterestRate"),
        nominal_interest_rate2=reader.amount("nominalInterestRate2", 0.0),
        accrued_interest=number("accruedInterest"),
        next_principal_redemption_payment=number("nextPrincipalRedemptionPayment", 0),
        day_count=reader.word("dayCountConvention", DAY_COUNTS, ""),
        business_days=reader.word(
            "businessDayConvention", {**dict(zip(BUSINESS_DAYS, BUSINESS_DAYS, strict=True)), "NULL": "NOS"}, "NOS"
        ),
        calendar=reader.word("calendar", CALENDARS, "NC"),
        end_of_month=reader.word("endOfMonthConvention", END_OF_MONTH, "SD") == "EOM",
        interest=reader.recurrence("InterestPayment", start, at_start=True),
        redemption=reader.recurrence("PrincipalRedemption", start),
        base=reader.recurrence("InterestCalculationBase", start),
        resets=reader.recurrence("RateReset", start),
        scaling=reader.recurrence("ScalingIndex", start),
        fees=reader.recurrence("Fee", start or date("purchaseDate")),
        base_kind=reader.word("interestCalculationBase", ("NT", "NTIED", "NTL"), "NT"),
        base_amount=number("interestCalculationBaseAmount", 0),
        rate_index=reader.text("marketObjectCodeOfRateReset"),
        rate_multiplier=reader.amount("rateMultiplier", 1.0),
        rate_spread=reader.amount("rateSpread", 0.0),
        life_cap=reader.amount("lifeCap", far),
        life_floor=reader.amount("lifeFloor", -far),
        period_cap=reader.amount("periodCap", far),
        period_floor=reader.amount("periodFloor", -far),
        next_reset_rate=number("nextResetRate"),
        scaling_index=reader.text("marketObjectCodeOfScalingIndex"),
        scaling_start=reader.amount("scalingIndexAtContractDealDate", 0.0, 0),
        scaling_effect=reader.word("scalingEffect", _SCALING, "").replace("O", "0"),
        notional_scale=reader.amount("notionalScalingMultiplier", 1.0, 0),
        interest_scale=reader.amount("interestScalingMultiplier", 1.0, 0),
        fee_rate=reader.amount("feeRate", 0.0),
        fee_basis=reader.word("feeBasis", ("A", "N"), ""),
        fee_accrued=reader.amount("feeAccrued", 0.0),
        notice=reader.period("xDayNotice"),
        physical=reader.word("deliverySettlement", ("D", "S"), "D") == "D",
        interest_anchors=reader.dates("arrayCycleAnchorDateOfInterestPayment"),
        interest_cycles=reader.cycles("arrayCycleOfInterestPayment"),
        redemption_anchors=reader.dates("arrayCycleAnchorDateOfPrincipalRedemption"),
        redemption_cycles=reader.cycles("arrayCycleOfPrincipalRedemption"),
        redemption_amounts=reader.numbers("arrayNextPrincipalRedemptionPayment", 0),
        redemption_signs=reader.words("arrayIncreaseDecrease", ("INC", "DEC")),
        reset_anchors=reader.dates("arrayCycleAnchorDateOfRateReset"),
        reset_cycles=reader.cycles("arrayCycleOfRateReset"),
        reset_rates=reader.numbers("arrayRate"),
        reset_kinds=reader.words("arrayFixedVariable", {"FIX": "FIX", "F": "FIX", "VAR": "VAR", "V": "VAR"}),
        coverage=reader.amount("coverageOfCreditEnhancement", 1.0, 0),
        credit_events=reader.words("creditEventTypeCovered", ("DL", "DQ", "DF")),
        exposure=reader.word("guaranteedExposure", ("NO", "NI", "MV"), "NO"),
        settlement=reader.period("settlementPeriod"),
        market_object=reader.text("marketObjectCode"),
        quantity=reader.amount("quantity", 1.0, 0),
        structure=_structure(reader),
    )


def _structure(reader: Reader) -> tuple[Linked, ...]:
    entries = reader.raw.get("contractstructure")
    if not reader.given("contractStructure"):
        return ()
    if not isinstance(entries, list | tuple):
        raise reader.fault("contractStructure", "is no list; write a list of {object, referenceType, referenceRole}.")
    return tuple(_linked(reader, f"contractStructure[{index}]", entry) for index, entry in enumerate(entries))


def _linked(reader: Reader, name: str, entry: object) -> Linked:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("object"), Mapping):
        raise reader.fault(name, "has no `object`; write {object: {...}, referenceType: CNT, referenceRole: COVE}.")
    role, raw = str(entry.get("referenceRole", "")).strip().upper(), dict(entry["object"])
    if role not in ("COVE", "COVI", "UDL"):
        raise reader.fault(f"{name}.referenceRole", f"`{role}` is not known. {did_you_mean(role, _REFERENCES)}")
    identifier = str(raw.get("contractID") or raw.get("contractId") or raw.get("contractIdentifier") or "").strip()
    if "contractType" not in raw:
        if not identifier:
            raise reader.fault(f"{name}.object", "names no contract; give contractIdentifier, or all terms.")
        return Linked(role, identifier, None)
    kind = str(raw["contractType"]).strip().upper()
    first_role = next(iter(ROLES.get(kind, {"RPA": 1})))
    inherited = {"contractRole": first_role, "statusDate": reader.raw.get("statusdate")}
    return Linked(role, identifier, read_terms({**inherited, **raw}, place=f"{reader.place}.{name}"))


def _check_names(raw: Mapping[str, object], reader: Reader) -> None:
    """A name that resembles a term not given is a misspelling; other names describe and are let through."""
    known = {name.casefold() for name in (*READ, *UNREAD)}
    absent = [name for name in READ if not reader.given(name)]
    for name in raw:
        if str(name).casefold() not in known and (meant := difflib.get_close_matches(str(name), absent, 1, 0.88)):
            raise reader.fault(str(name), f"no such term. Did you mean `{meant[0]}`?")


def _check_sense(terms: Terms, reader: Reader) -> None:
    for name, date in (("maturityDate", terms.maturity_date), ("amortizationDate", terms.amortization_date)):
        if date and terms.initial_exchange_date and date <= terms.initial_exchange_date:
            raise terms.fault(name, f"{date:%Y-%m-%d} is not after initialExchangeDate {terms.start:%Y-%m-%d}.")
    if terms.purchase_date and terms.termination_date and terms.termination_date < terms.purchase_date:
        raise terms.fault("terminationDate", f"{terms.termination_date:%Y-%m-%d} comes before purchaseDate.")
    if terms.nominal_interest_rate is not None:
        reader.need("dayCountConvention", "A rate needs a way to count days, such as A365.")
    for low, high in (("lifeFloor", "lifeCap"), ("periodFloor", "periodCap")):
        floor, cap = reader.number(low), reader.number(high)
        if floor is not None and cap is not None and floor > cap:
            raise terms.fault(low, f"{floor:g} lies above {high} {cap:g}.")
    if terms.resets.anchor or "VAR" in terms.reset_kinds:
        reader.need("marketObjectCodeOfRateReset", "A rate that resets follows an observed index.")
    if terms.fees.anchor:
        reader.need("feeRate", "A fee cycle pays a fee.")
        reader.need("feeBasis", "Write A for an amount per fee date, N for a share of the notional a year.")
        if terms.fee_basis == "N":
            reader.need("dayCountConvention", "A fee a year needs a way to count days, such as A365.")
    if terms.scaling.anchor:
        for name in ("marketObjectCodeOfScalingIndex", "scalingIndexAtContractDealDate", "scalingEffect"):
            reader.need(name, "Scaling divides an index by its value at the deal date.")
        if terms.scaling_start <= 0:
            raise terms.fault(
                "scalingIndexAtContractDealDate", "0 cannot divide the index; give its value at the deal."
            )
    if reader.text("cyclePointOfInterestPayment").upper() in ("B", "BEG"):
        raise ModelError(f"{reader.place}.cyclePointOfInterestPayment: interest paid in advance has no rule here.")
    paid_in = reader.text("settlementCurrency")
    if paid_in and paid_in != terms.currency:
        raise ModelError(f"{reader.place}.settlementCurrency: paying {terms.currency} in {paid_in} has no rule here.")
    if check := _CHECKS.get(terms.contract_type):
        check(terms, reader)


def _check_repaid(terms: Terms, reader: Reader) -> None:
    if terms.redemption.anchor is None:
        raise terms.fault("cycleOfPrincipalRedemption", f"missing. A {terms.contract_type} repays on a cycle.")
    if not terms.maturity_date and not terms.amortization_date:
        reader.need("nextPrincipalRedemptionPayment", "Without it and without maturityDate the loan has no end.")


def _check_exotic(terms: Terms, reader: Reader) -> None:
    for anchors, one, many in (
        (terms.redemption_anchors, "arrayNextPrincipalRedemptionPayment", terms.redemption_amounts),
        (terms.redemption_anchors, "arrayIncreaseDecrease", terms.redemption_signs),
        (terms.reset_anchors, "arrayRate", terms.reset_rates),
        (terms.reset_anchors, "arrayFixedVariable", terms.reset_kinds),
    ):
        if len(many) != len(anchors):
            raise terms.fault(one, f"has {len(many)} values for {len(anchors)} anchor dates; give one for each.")
    for anchors, one, cycles in (
        (terms.redemption_anchors, "arrayCycleOfPrincipalRedemption", terms.redemption_cycles),
        (terms.interest_anchors, "arrayCycleOfInterestPayment", terms.interest_cycles),
        (terms.reset_anchors, "arrayCycleOfRateReset", terms.reset_cycles),
    ):
        if len(cycles) not in (0, 1, len(anchors)):
            raise terms.fault(one, f"has {len(cycles)} cycles for {len(anchors)} anchor dates; give one, or one each.")


def _check_credit(terms: Terms, reader: Reader) -> None:
    for role, word in (("COVE", "covered"), ("COVI", "covering"))[: 1 if terms.contract_type == "CEG" else 2]:
        if not any(linked.role == role for linked in terms.structure):
            raise terms.fault("contractStructure", f"holds no {word} contract; add one with referenceRole {role}.")
    for linked in terms.structure:
        if linked.role == "COVI" and not linked.terms:
            raise terms.fault("contractStructure", f"`{linked.name}` covers, but its terms are missing; write them.")
        if linked.terms and linked.terms.contract_type in ("CEG", "CEC", "CAPFL"):
            raise ModelError(f"{linked.terms.place}: a {linked.terms.contract_type} behind another has no rule here.")
        if linked.terms and linked.terms.currency and terms.currency and linked.terms.currency != terms.currency:
            raise terms.fault("currency", f"{terms.currency} covers {linked.terms.currency}; use one currency.")
    if terms.notional_principal is None and any(one.role == "COVE" and not one.terms for one in terms.structure):
        raise terms.fault("notionalPrincipal", "missing, and the covered contract is known by name alone; give one.")


def _check_option(terms: Terms, reader: Reader) -> None:
    if not reader.given("lifeCap") and not reader.given("lifeFloor"):
        raise terms.fault("lifeCap", "missing, and so is lifeFloor; a cap or floor needs one of them.")
    if len(terms.structure) != 1 or terms.structure[0].terms is None:
        raise terms.fault("contractStructure", "holds no single underlying with its terms; add one with role UDL.")
    if terms.structure[0].terms.contract_type in ("CEG", "CEC", "CAPFL", *HOLDINGS):
        raise terms.fault("contractStructure", f"{terms.structure[0].terms.contract_type} has no rate to cap.")


_CHECKS = {
    **dict.fromkeys(("LAM", "NAM", "ANN"), _check_repaid),
    "LAX": _check_exotic,
    **dict.fromkeys(("CEG", "CEC"), _check_credit),
    "CAPFL": _check_option,
}
_REFERENCES = ("COVE", "COVI", "UDL")
_SCALING = {a + b + c: a + b + c for a in "IO0" for b in "NO0" for c in "MO0"}
