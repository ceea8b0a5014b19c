"""A warrant as plain JSON values and back, without loss.

plain      terms as mappings, lists, texts and numbers
restored   the terms again
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import TypeAlias

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.price_test import STATISTICS, PriceTest
from gigawatt.parts.warrant.terms import (
    Adjustment,
    Between,
    EarlyExpiry,
    Event,
    Mark,
    MeanStrike,
    PriceMark,
    Some,
    Tranche,
    TransferLock,
    Warrant,
)

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Term: TypeAlias = (
    Adjustment
    | Between
    | EarlyExpiry
    | Event
    | Mark
    | MeanStrike
    | PriceMark
    | PriceTest
    | Some
    | TransferLock
    | Tranche
    | Warrant
)

# What a field of each kind may hold; fields that hold terms name the kinds they take.
_TEXT, _NUMBER, _WHOLE, _TRUTH, _DAY = "text", "number", "whole number", "true or false", "date"
_CONDITION = ("mark", "price_mark", "event", "some")
_LEVEL = (_NUMBER, "between")
_STRIKE = (*_LEVEL, "mean_strike")
_MARK = {"level": _LEVEL, "latched": (_TRUTH,), "after": (_DAY,), "before": (_DAY,)}
_KINDS: dict[str, tuple[Callable[..., Term], dict[str, tuple[str, ...]]]] = {
    "between": (Between, {"low": (_NUMBER,), "high": (_NUMBER,)}),
    "mark": (Mark, {"counter": (_TEXT,), **_MARK}),
    "price_test": (
        PriceTest,
        {"statistic": STATISTICS, "days": (_WHOLE,), "need": (_WHOLE,), "index": (_TEXT,)},
    ),
    "price_mark": (PriceMark, {"test": ("price_test",), "of": ("price", "value", "index"), **_MARK}),
    "event": (Event, {"name": (_TEXT,)}),
    "some": (Some, {"need": (_WHOLE,), "parts": ("list", *_CONDITION)}),
    "mean_strike": (
        MeanStrike,
        {"share": (_NUMBER,), "days": (_WHOLE,), "after": (_TEXT,), "weighted": (_TRUTH,)},
    ),
    "early_expiry": (EarlyExpiry, {"event": (_TEXT,), "days": (_WHOLE,)}),
    "transfer_lock": (TransferLock, {"until": (_DAY,), "event": (_TEXT,)}),
    "adjustment": (Adjustment, {"splits": (_TRUTH,), "dividends": ("none", "strike", "shares")}),
    "tranche": (
        Tranche,
        {
            "shares": _LEVEL,
            "price": _CONDITION,
            "counter": _CONDITION,
            "joined": ("both", "either"),
            "not_before": (_DAY,),
            "deadline": (_DAY,),
            "exercise": _CONDITION,
            "strike": _STRIKE,
            "name": (_TEXT,),
        },
    ),
    "warrant": (
        Warrant,
        {
            "issuer": (_TEXT,),
            "holder": (_TEXT,),
            "share": (_TEXT,),
            "shares": (_NUMBER,),
            "strike": _STRIKE,
            "issued": (_DAY,),
            "expiry": (_DAY,),
            "tranches": ("list", "tranche"),
            "early": ("early_expiry",),
            "exercise": ("cash", "net"),
            "automatic": (_TRUTH,),
            "unexercisable": ("exercised", "lapsed"),
            "holding": (_WHOLE,),
            "registered": (_DAY,),
            "transfer": ("transfer_lock",),
            "adjustment": ("adjustment",),
        },
    ),
}
_NAMES = {make: kind for kind, (make, _) in _KINDS.items()}


def plain(term: Term) -> dict[str, Json]:
    """Terms as plain values; what equals its default is left out.

    Arguments:
        term: a warrant or a part of one.
    """
    found: dict[str, Json] = {"is": _NAMES[type(term)]}
    for field in fields(term):
        value = getattr(term, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if default is MISSING or value != default:
            found[field.name] = _value(value)
    return found


def restored(data: Json, place: str = "terms") -> Warrant:
    """The warrant in plain values.

    Arguments:
        data: as `plain` gives it.
        place: what opens every message.

    Raises:
        InputError: it is no warrant; the message names the place and what is expected there.
        TermsError: its terms contradict themselves.
    """
    warrant = _term(data, ("warrant",), place)
    if not isinstance(warrant, Warrant):
        raise InputError(f"{place}: no warrant.")
    return warrant


def _value(value: object) -> Json:
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Term):
        return plain(value)
    raise InputError(f"`{value}` is no term of a warrant.")


def _term(data: Json, kinds: tuple[str, ...], place: str) -> Term:
    if not isinstance(data, dict):
        raise InputError(f"{place}: `{data}` given, a mapping expected ({', '.join(kinds)}).")
    kind = data.get("is")
    if not isinstance(kind, str) or kind not in kinds or kind not in _KINDS:
        raise InputError(f"{place}.is: `{kind}` given. {did_you_mean(str(kind), kinds)}")
    make, known = _KINDS[kind]
    given: dict[str, object] = {}
    for name, value in data.items():
        if name == "is":
            continue
        if name not in known:
            raise InputError(f"{place}: `{name}` is no term of a {kind}. {did_you_mean(name, known)}")
        given[name] = _read(value, known[name], f"{place}.{name}")
    try:
        return make(**given)
    except TypeError:
        raise InputError(f"{place}: a term of this {kind} is missing. Known: {', '.join(known)}.") from None


def _read(value: Json, kinds: tuple[str, ...], place: str) -> object:
    if value is None:
        raise InputError(f"{place}: nothing given; leave the term out, or give: {', '.join(kinds)}.")
    if isinstance(value, dict):
        return _term(value, kinds, place)
    if kinds[0] == "list":
        if not isinstance(value, list):
            raise InputError(f"{place}: `{value}` given, a list expected.")
        return tuple(_term(item, kinds[1:], f"{place}[{number}]") for number, item in enumerate(value, 1))
    for kind in kinds:
        read = _SCALARS.get(kind)
        found = read(value) if read else value if value == kind else None
        if found is not None:
            return found
    raise InputError(f"{place}: `{value}` given, expected: {', '.join(kinds)}.")


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        return None
    return float(value)


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9 else None


def _day(value: Json) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


_SCALARS: Mapping[str, Callable[[Json], object]] = {
    _TEXT: lambda value: value if isinstance(value, str) else None,
    _NUMBER: _number,
    _WHOLE: _whole,
    _TRUTH: lambda value: value if isinstance(value, bool) else None,
    _DAY: _day,
}
