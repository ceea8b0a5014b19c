"""The forms of contracts, read from the signatures of the contract functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import Field, create_model

from gigawatt.parts.contract import FORMS, Name, Term, Tranche, When
from gigawatt.scenario.schema import ContractForm, Fig, Form, Month


@cache
def contract_form(name: str) -> type[Form]:
    """The model of a contract form, read from the signature of its function."""
    function = FORMS[name]
    fields: dict[str, Any] = {term: (_field(hint), ...) for term, hint in terms_of(function).items()}
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
    fields: dict[str, Any] = {term: (_field(hint), ...) for term, hint in terms_of(Tranche).items()}
    return create_model("TrancheForm", __base__=Form, __doc__=inspect.getdoc(Tranche), **fields)


def marker(annotation: Any) -> Name | Term | When | None:
    """What an annotation says about a term."""
    return next((m for m in get_args(annotation)[1:] if isinstance(m, Name | Term | When)), None)


def _field(annotation: Any) -> Any:
    match marker(annotation):
        case Term(unit=unit):
            return Annotated[Any, Fig(unit)]
        case Name(kind=kind):
            return Annotated[str, Field(description=f"name of a {kind}")]
        case When():
            return Month
    if annotation == tuple[Tranche, ...]:
        rung: Any = tranche_form()
        return Annotated[list[rung], Field(min_length=1)]
    return annotation
