"""The forms of contracts, read from the signatures of the contract functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Field, create_model

from gigawatt.parts.contract import FORMS
from gigawatt.parts.terms import Count, Name, OneOf, Term, When
from gigawatt.scenario.form import Fig, Form, Month
from gigawatt.scenario.schema import ContractForm


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
def group_form(group: type) -> type[Form]:
    """The model of a group of terms, such as a rung of a warrant."""
    fields: dict[str, Any] = _fields(group)
    return create_model(f"{group.__name__}Form", __base__=Form, __doc__=inspect.getdoc(group), **fields)


def listed(annotation: Any) -> type | None:
    """The group of terms of which a term is a list, such as the rungs of a warrant."""
    first = next(iter(get_args(annotation)), None)
    return first if get_origin(annotation) is tuple and isinstance(first, type) and is_dataclass(first) else None


def given(annotation: Any) -> Any:
    """The annotation of a term that is given, where it may also be left out."""
    inside = [part for part in get_args(annotation) if part is not NoneType]
    return inside[0] if isinstance(annotation, UnionType) or get_origin(annotation) is Union else annotation


def marker(annotation: Any) -> Count | Name | OneOf | Term | When | None:
    """What an annotation says about a term."""
    annotation = given(annotation)
    return next((m for m in get_args(annotation)[1:] if isinstance(m, Count | Name | OneOf | Term | When)), None)


def _fields(made: Callable[..., object]) -> dict[str, Any]:
    defaults = {name: p.default for name, p in inspect.signature(made).parameters.items() if p.default is not p.empty}
    return {term: (_field(hint), defaults.get(term, ...)) for term, hint in terms_of(made).items()}


def _field(annotation: Any) -> Any:
    if given(annotation) is not annotation:
        return _field(given(annotation)) | None
    match marker(annotation):
        case Term(unit=unit):
            return Annotated[Any, Fig(unit)]
        case Name(kind=kind):
            return Annotated[str, Field(description=f"name of a {kind}")]
        case OneOf(words=words):
            return Literal[words]
        case When():
            return Month
        case Count(low=low, high=high):
            return Annotated[int, Field(ge=low, le=high)]
    if (group := listed(annotation)) is not None:
        form: Any = group_form(group)
        return Annotated[list[form], Field(min_length=1)]
    return annotation
