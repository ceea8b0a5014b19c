"""Contracts of a scenario: checked terms become the call of a contract function, with wrappers around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from gigawatt.errors import GigawattError
from gigawatt.parts.clause import Clause, Pay
from gigawatt.parts.contract import FORMS
from gigawatt.parts.cumulative import ramp
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Constant, Observable, lift
from gigawatt.parts.terms import Name, Term, When
from gigawatt.parts.wrapper import Arrears, Guaranteed, Ranked
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.rungs import check_warrant
from gigawatt.scenario.scenario import Contract
from gigawatt.scenario.schema import GuaranteeForm
from gigawatt.scenario.terms import given, listed, marker, terms_of
from gigawatt.units import unit


def contract(b: Builder, name: str, kind: str, form: Any, names: Mapping[str, tuple[str, ...]]) -> Contract:
    """One contract from its checked form; problems are noted in the builder.

    Arguments:
        b: collects problems.
        name: the contract's key.
        kind: which contract function.
        form: its checked terms.
        names: what exists, by kind.
    """
    path: Path = ("contracts", name)
    used: list[Figure] = []
    terms = {}
    before = len(b.problems)
    for term, annotation in terms_of(FORMS[kind]).items():
        said = used if term in form.model_fields_set else []
        terms[term] = _term(b, annotation, getattr(form, term), (*path, term), names, said)
    if kind == "warrant" and len(b.problems) == before:
        check_warrant(b, terms, path)
    clause: Clause = Pay("?", "?", Constant(Figure("", unit("USD/month"))))
    if len(b.problems) == before:
        try:
            clause = FORMS[kind](**terms)
        except GigawattError as error:
            b.wrong(path, str(error), key=True)
    if form.guarantee is not None:
        if form.arrears:
            b.wrong((*path, "arrears"), "a guarantee already takes over what is missed; choose one of the two.")
        for key in ("by", "of"):
            if (who := getattr(form.guarantee, key)) is not None:
                b.known(who, names["party"], "party", (*path, "guarantee", key))
        clause = Guaranteed(form.guarantee.by, _cap(b, form.guarantee, path, used), clause, form.guarantee.of)
    elif form.arrears:
        clause = Arrears(clause)
    if form.rank is not None:
        clause = Ranked(form.rank, clause)
    return Contract(name, kind, form.title, clause, tuple(used), tuple(terms.items()))


def _term(
    b: Builder, annotation: Any, raw: Any, path: Path, names: Mapping[str, tuple[str, ...]], used: list[Figure]
) -> Any:
    if raw is None and given(annotation) is not annotation:
        return None
    match marker(annotation):
        case Name(kind=kind, unit=of):
            b.known(raw, names[kind], kind, path)
            if of and raw in names[kind]:
                _check_process(b, raw, of, path)
            return raw
        case Term(unit=of, most=most):
            figure = b.figure(raw, path, of) if most is None else b.reader.read(raw, path, of, 0.0, most)
            used.append(figure)
            return lift(figure)
        case When():
            b.month(raw, path)
            return raw
    group = listed(annotation)
    if group is not None:
        return tuple(_group(b, group, item, (*path, i), names, used) for i, item in enumerate(raw))
    return raw


def _group(
    b: Builder,
    group: type,
    form: BaseModel,
    path: Path,
    names: Mapping[str, tuple[str, ...]],
    used: list[Figure],
) -> object:
    hints = terms_of(group)
    read = {}
    for key, hint in hints.items():
        said = used if key in form.model_fields_set else []
        read[key] = _term(b, hint, getattr(form, key), (*path, key), names, said)
    try:
        return group(**read)
    except GigawattError as error:
        b.wrong(path, str(error), key=True)
        return None


def _check_process(b: Builder, name: str, of: str, path: Path) -> None:
    """Note a process that is in another kind of unit than the term needs."""
    written: Any = b.layers.data["processes"]
    own = {"share_price": "USD/share"}.get(written[name].get("form"), written[name].get("unit", "1"))
    try:
        fine = unit(own).same_dimension(unit(of))
    except GigawattError:
        return  # said where the process is written
    if not fine:
        b.wrong(path, f"the process `{name}` is in `{own}`, but one in a unit such as `{of}` is expected.")


def _cap(b: Builder, form: GuaranteeForm, path: Path, used: list[Figure]) -> Observable:
    """The cap of a guarantee, which may fall between two dates."""
    path = (*path, "guarantee")
    used.append(b.figure(form.cap, (*path, "cap"), "USD"))
    cap = lift(used[-1])
    if form.falls_to is None and form.first is None and form.last is None:
        return cap
    if form.falls_to is None or form.first is None or form.last is None:
        b.wrong(path, "a cap that falls needs `falls_to`, `first` and `last`.", key=True)
        return cap
    used.append(b.figure(form.falls_to, (*path, "falls_to"), "USD"))
    before = len(b.problems)
    first, last = b.month(form.first, (*path, "first")), b.month(form.last, (*path, "last"))
    if last < first:
        b.wrong((*path, "last"), f"`{form.last}` lies before `first`, which is `{form.first}`.")
    if len(b.problems) > before:
        return cap
    falls = ramp(form.first, form.last)
    return cap - cap * falls + lift(used[-1]) * falls
