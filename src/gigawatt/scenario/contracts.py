"""Contracts of a scenario: checked terms become the call of a contract function, with wrappers around it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from gigawatt.errors import GigawattError
from gigawatt.parts.clause import Clause, Pay
from gigawatt.parts.contract import FORMS, Tranche
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Constant, lift
from gigawatt.parts.terms import Name, Term, When
from gigawatt.parts.wrapper import Arrears, Guaranteed, Ranked
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.scenario import Contract
from gigawatt.scenario.terms import marker, terms_of
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
        terms[term] = _term(b, annotation, getattr(form, term), (*path, term), names, used)
    if kind == "warrant":
        _check_rungs(b, terms["tranches"], path)
    clause: Clause = Pay("?", "?", Constant(Figure("", unit("USD/month"))))
    if len(b.problems) == before:
        try:
            clause = FORMS[kind](**terms)
        except GigawattError as error:
            b.wrong(path, str(error), key=True)
    if form.guarantee is not None:
        if form.arrears:
            b.wrong((*path, "arrears"), "a guarantee already takes over what is missed; choose one of the two.")
        b.known(form.guarantee.by, names["party"], "party", (*path, "guarantee", "by"))
        cap = b.figure(form.guarantee.cap, (*path, "guarantee", "cap"), "USD")
        used.append(cap)
        clause = Guaranteed(form.guarantee.by, lift(cap), clause)
    elif form.arrears:
        clause = Arrears(clause)
    if form.rank is not None:
        clause = Ranked(form.rank, clause)
    return Contract(name, kind, form.title, clause, tuple(used))


def _term(
    b: Builder, annotation: Any, raw: Any, path: Path, names: Mapping[str, tuple[str, ...]], used: list[Figure]
) -> Any:
    match marker(annotation):
        case Name(kind=kind):
            b.known(raw, names[kind], kind, path)
            return raw
        case Term(unit=of):
            figure = b.figure(raw, path, of)
            used.append(figure)
            return lift(figure)
        case When():
            b.month(raw, path)
            return raw
    if isinstance(raw, list):
        hints = terms_of(Tranche)
        return tuple(_tranche(b, hints, item, (*path, i), names, used) for i, item in enumerate(raw))
    return raw


def _tranche(
    b: Builder,
    hints: Mapping[str, Any],
    form: BaseModel,
    path: Path,
    names: Mapping[str, tuple[str, ...]],
    used: list[Figure],
) -> Tranche:
    read = {key: _term(b, hint, getattr(form, key), (*path, key), names, used) for key, hint in hints.items()}
    return Tranche(**read)


def _check_rungs(b: Builder, tranches: tuple[Tranche, ...], path: Path) -> None:
    """Rungs must rise: a later tranche never asks for less than an earlier one."""
    for key in ("power", "price"):
        marks = [getattr(t, key).figure for t in tranches]
        for i, (one, two) in enumerate(pairwise(marks), start=1):
            if one.certain and two.certain and two.terms[0] < one.terms[0]:
                b.wrong((*path, "tranches", i, key), f"`{two}` is below the mark of the tranche before, `{one}`.")
