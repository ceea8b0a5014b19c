"""The forms of contracts, read from the signatures of the contract functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import Field, create_model

from gigawatt.parts.contract import FORMS, Tranche
from gigawatt.parts.terms import Name, OneOf, Term, When
from gigawatt.scenario.schema import ContractForm, Fig, Form, Month


@cache
def contract_form(name: str) -> type[Form]:
    """The model of a contract form, read from the signature of its function."""
    function = FORMS[name]
    fields = _fields(function)
    fields["form"] = (Literal[name], ...)
    title = f"{name.title().replace('_', '')}Contract"
    return create_model(title, __base__=ContractForm, __doc__=inspect.getdoc(function), **fields)


def terms_of(made: Callable[..., object]) -> dict[str, Any]:
    """The terms of a contract function, or of a rung, with their annotations."""
    hints = get_type_hints(made, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}


@cache
def tranche_form() -> type[Form]:
    """The model of a rung of a warrant."""
    return create_model("TrancheForm", __base__=Form, __doc__=inspect.getdoc(Tranche), **_fields(Tranche))


def marker(annotation: Any) -> Name | OneOf | Term | When | None:
    """What an annotation says about a term."""
    return next((m for m in get_args(annotation)[1:] if isinstance(m, Name | OneOf | Term | When)), None)


def _fields(made: Callable[..., object]) -> dict[str, Any]:
    defaults = {name: p.default for name, p in inspect.signature(made).parameters.items() if p.default is not p.empty}
    return {term: (_field(hint), defaults.get(term, ...)) for term, hint in terms_of(made).items()}


def _field(annotation: Any) -> Any:
    match marker(annotation):
        case Term(unit=unit):
            return Annotated[Any, Fig(unit)]
        case Name(kind=kind):
            return Annotated[str, Field(description=f"name of a {kind}")]
        case OneOf(words=words):
            return Literal[words]
        case When():
            return Month
    if annotation == tuple[Tranche, ...]:
        rung: Any = tranche_form()
        return Annotated[list[rung], Field(min_length=1)]
    return annotation
