"""Formulas: arithmetic over claims, such as `{amd-openai-warrant.shares} * {amd-openai-warrant.strike}`.

Figures enter in internal units, so a plain number in a formula counts internal units too.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from gigawatt.errors import CatalogError

_REFERENCE = re.compile(r"\{([^{}]+)\}")
_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Pow: operator.pow,
    }
)


def references(formula: str) -> tuple[str, ...]:
    """The ids of the claims a formula rests on, in the order of their first use."""
    return tuple(dict.fromkeys(name.strip() for name in _REFERENCE.findall(formula)))


def evaluate(formula: str, figure: Callable[[str], float]) -> float:
    """The value of a formula, in internal units.

    Arguments:
        formula: numbers and `{claim.id}` joined by + - * / ** and parentheses.
        figure: gives the central figure of a claim id in internal units.

    Raises:
        CatalogError: the formula holds anything else, or has no finite value.
    """
    names = references(formula)
    places = {name: f"claim_{index}" for index, name in enumerate(names)}
    text = _REFERENCE.sub(lambda found: places[found[1].strip()], formula)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise CatalogError(
            f"formula `{formula}` is no arithmetic; write claims as `{{id}}` and join them by + - * / **."
        ) from None
    values = {place: figure(name) for name, place in places.items()}
    try:
        result = _value(tree, values, formula)
    except (ArithmeticError, TypeError):
        raise CatalogError(f"formula `{formula}` has no value: it divides by zero or grows too large.") from None
    if isinstance(result, complex) or not math.isfinite(result):
        raise CatalogError(f"formula `{formula}` has no finite value.")
    return result


def _value(node: ast.expr, values: Mapping[str, float], formula: str) -> float:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, values, formula)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_value(left, values, formula), _value(right, values, formula))
    raise CatalogError(f"formula `{formula}` may hold only numbers, `{{claim.id}}`, + - * / ** and parentheses.")
