"""Warrants in the Open Cap Format: one `TX_WARRANT_ISSUANCE` and the `VESTING_TERMS` it refers to.

The format states quantity, price, dates and the graph of vesting; it has no field for a gigawatt or a price mark. The
whole terms therefore travel along as one comment of the issuance that begins with `gigawatt-terms:`, so that the file
stays valid under the format's own schema, and what both state must agree.

written    the two objects of a warrant
write      the two files of a warrant
read       what a file or folder says of its warrant

Source: Open Cap Table Coalition, Open Cap Format 1.2, objects WarrantIssuance and VestingTerms, types VestingCondition
and conversion triggers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gigawatt.errors import InputError
from gigawatt.parts.warrant.codec import Json, plain, restored
from gigawatt.parts.warrant.ocf_file import Found, find
from gigawatt.parts.warrant.ocf_vesting import Partial, conditions, tranches
from gigawatt.parts.warrant.terms import Tranche, Warrant

EXTENSION = "gigawatt-terms:"
"""How the comment begins that carries the whole terms as JSON."""

TRANSACTIONS, VESTING = "Transactions.ocf.json", "VestingTerms.ocf.json"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says of its warrant.

    Arguments:
        warrant: the terms; none where the file lacks too much to state them.
        missing: what the file does not say, each in a sentence; empty where it carries the extension.
    """

    warrant: Warrant | None
    missing: tuple[str, ...]


def written(warrant: Warrant) -> tuple[dict[str, Json], dict[str, Json]]:
    """The issuance and the vesting terms of a warrant.

    Arguments:
        warrant: with or without open figures; an open strike leaves out `exercise_price`.

    Returns:
        A `TX_WARRANT_ISSUANCE` and a `VESTING_TERMS` object.
    """
    name = f"{warrant.issuer} warrant to {warrant.holder} {warrant.issued}"
    vesting: dict[str, Json] = {
        "id": f"{name} vesting",
        "object_type": "VESTING_TERMS",
        "name": name,
        "description": "Tranches that vest on their own; conditions in figures are in the comment of the issuance.",
        "allocation_type": "CUMULATIVE_ROUNDING",
        "vesting_conditions": conditions(warrant),
    }
    right: Json = {
        "type": "WARRANT_CONVERSION_RIGHT",
        "conversion_mechanism": {
            "type": "FIXED_AMOUNT_CONVERSION",
            "converts_to_quantity": _numeric(warrant.shares),
        },
        "converts_to_stock_class_id": warrant.share,
    }
    issuance: dict[str, Json] = {
        "id": f"{name} issuance",
        "object_type": "TX_WARRANT_ISSUANCE",
        "comments": [EXTENSION + json.dumps(plain(warrant), ensure_ascii=True, separators=(",", ":"))],
        "date": warrant.issued.isoformat(),
        "security_id": name,
        "custom_id": name,
        "stakeholder_id": warrant.holder,
        "security_law_exemptions": [],
        "quantity": _numeric(warrant.shares),
        "quantity_source": "INSTRUMENT_FIXED",
        "purchase_price": {"amount": "0", "currency": "USD"},
        "exercise_triggers": [
            {
                "trigger_id": f"{name} exercise",
                "type": "ELECTIVE_IN_RANGE",
                "start_date": warrant.issued.isoformat(),
                "end_date": warrant.expiry.isoformat(),
                "conversion_right": right,
            }
        ],
        "warrant_expiration_date": warrant.expiry.isoformat(),
        "vesting_terms_id": str(vesting["id"]),
    }
    if isinstance(warrant.strike, float | int):
        issuance["exercise_price"] = {"amount": _numeric(warrant.strike), "currency": "USD"}
    return issuance, vesting


def write(warrant: Warrant, folder: str | Path) -> tuple[Path, Path]:
    """The two files of a warrant, written into a folder.

    Arguments:
        warrant: with or without open figures.
        folder: an existing one; files of the same names are replaced.

    Raises:
        InputError: the folder cannot be written to.
    """
    issuance, vesting = written(warrant)
    place = Path(folder)
    files = ((TRANSACTIONS, "OCF_TRANSACTIONS_FILE", issuance), (VESTING, "OCF_VESTING_TERMS_FILE", vesting))
    for file, kind, item in files:
        text = json.dumps({"file_type": kind, "items": [item]}, indent=2, ensure_ascii=False)
        try:
            (place / file).write_text(text + "\n", "utf-8")
        except OSError as error:
            raise InputError(f"{place / file}: cannot be written, {error.strerror}; name an existing folder.") from None
    return place / TRANSACTIONS, place / VESTING


def read(source: str | Path) -> Reading:
    """What a file, or all `.ocf.json` files of a folder, say of their one warrant.

    Arguments:
        source: an OCF file with the issuance (and the vesting terms, or those in a file beside it), or a folder.

    Raises:
        InputError: no JSON, no OCF, not exactly one warrant, a field that is wrong, or an extension that the standard
            fields contradict; with file, place and fix.
    """
    found = find(source)
    comment = next((text for text in found.comments if text.startswith(EXTENSION)), None)
    if comment is None:
        return _standard(found)
    try:
        data: Json = json.loads(comment.removeprefix(EXTENSION))
    except (ValueError, RecursionError):
        raise found.fault("comments", f"what follows `{EXTENSION}` is no JSON; restore it or drop it.") from None
    warrant = restored(data, f"{found.place('comments')}: {EXTENSION.rstrip(':')}")
    _agree(found, warrant)
    return Reading(warrant, ())


def _agree(found: Found, warrant: Warrant) -> None:
    """Refuse a file whose standard fields say something else than its extension."""
    strike = warrant.strike if isinstance(warrant.strike, float | int) else None
    pairs = (
        ("quantity", found.number("quantity"), warrant.shares),
        ("exercise_price", found.money("exercise_price"), strike),
        ("date", found.day("date"), warrant.issued),
        ("warrant_expiration_date", found.day("warrant_expiration_date"), warrant.expiry),
    )
    for name, stated, carried in pairs:
        if stated is not None and stated != carried:
            raise found.fault(
                name,
                f"{stated} given, but the comment `{EXTENSION}` says {carried}; change both, or drop it.",
            )


def _standard(found: Found) -> Reading:
    """The warrant as far as the format's own fields go."""
    missing = [
        "issuer and share: the issuance names neither; the manifest and the stock class do.",
        "method of exercise, holding period, transfer lock and adjustments: taken as net, none, none and for splits.",
    ]
    quantity, strike = found.number("quantity"), found.money("exercise_price")
    issued, expiry = found.day("date"), found.day("warrant_expiration_date")
    for name, value in (("quantity", quantity), ("exercise_price", strike), ("warrant_expiration_date", expiry)):
        if value is None:
            missing.append(f"{name}: not given; without it there are no terms.")
    if issued is None:
        raise found.fault("date", "missing; every issuance has a date, such as 2025-10-06.")
    if quantity is None or strike is None or expiry is None:
        return Reading(None, tuple(missing))
    partial: Partial = tranches(found, quantity, issued)
    missing.extend(partial.missing)
    listed = partial.tranches or (Tranche(shares=quantity),)
    gap = quantity - sum(t.shares for t in listed if isinstance(t.shares, float | int))
    if gap > 0:
        listed = (*listed, Tranche(shares=gap, counter=partial.unsaid, name="rest"))
        missing.append(f"when the other {gap:,.12g} shares vest: no condition is given for them.")
    warrant = Warrant(
        issuer="issuer",
        holder=found.text("stakeholder_id"),
        share="share",
        shares=quantity,
        strike=strike,
        issued=issued,
        expiry=expiry,
        tranches=listed,
    )
    return Reading(warrant, tuple(missing))


def _numeric(value: float) -> str:
    """A number as the format writes it: no exponent, at most ten decimals."""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    if float(text) != value:
        raise InputError(f"{value!r} needs more than the ten decimals of the Open Cap Format; round it.")
    return text
