"""Faults: layouts that cannot be, as codes for searches and as an error with the nearest layout that can.

RULES            what must divide what
layout_faults    the first rule each configuration breaks
refuse_faults    the first configuration that breaks a rule, as an error
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.shape import Shape

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a layout must respect.

    Arguments:
        field: the degree that is to blame.
        says: what it must do, to follow `expected`.
        holds: whether it does, `(config,)`.
    """

    field: str
    says: str
    holds: Callable[[Shape, Layout, Workload], Flags]


def _divides(part: Floats, whole: Floats) -> Flags:
    return np.asarray(np.mod(whole, part) == 0)


def _heads(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.tp, shape.heads)


def _kv_heads(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.tp, shape.kv_heads) | _divides(shape.kv_heads, layout.tp)


def _stages(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return np.asarray(layout.pp * layout.interleave <= shape.layers + work.predictors)


def _experts(shape: Shape, layout: Layout, work: Workload) -> Flags:
    fine = (layout.ep == 1) | ((shape.experts > 0) & _divides(layout.ep, shape.experts))
    return np.asarray(fine)


def _expert_chips(shape: Shape, layout: Layout, work: Workload) -> Flags:
    whole = _divides(layout.ep * layout.expert_tp, layout.tp * layout.dp * layout.cp)
    return np.asarray(whole | (shape.experts == 0))


def _shards(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.shards, layout.dp * layout.cp)


def _tokens(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.cp, work.tokens)


def _replicas(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.dp, work.batch)


def _passes(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.dp * layout.micro_batch, work.batch)


RULES: Final = (
    Rule("tp", "a divisor of the heads", _heads),
    Rule("tp", "a divisor or a multiple of the key-value heads", _kv_heads),
    Rule("pp", "no more stages, each with its interleaved parts, than layers", _stages),
    Rule("ep", "1, or a divisor of the experts", _experts),
    Rule("ep", "with expert_tp a divisor of the chips of a stage", _expert_chips),
    Rule("shards", "a divisor of dp times cp", _shards),
    Rule("cp", "a divisor of the tokens of a sequence", _tokens),
    Rule("dp", "a divisor of the batch", _replicas),
    Rule("micro_batch", "a divisor of the sequences a replica has in a step", _passes),
)
"""In the order they are tested; the code of a fault is the position of its rule plus one."""


def layout_faults(shape: Shape, layout: Layout, work: Workload) -> Codes:
    """The first rule each configuration breaks.

    Returns:
        Position in RULES plus one, 0 where none is broken, `(config,)`.
    """
    codes: Codes = np.zeros(layout.tp.shape, dtype=np.intp)
    for code, rule in reversed(list(enumerate(RULES, start=1))):
        codes = np.where(rule.holds(shape, layout, work), codes, code)
    return codes


def refuse_faults(shape: Shape, layout: Layout, work: Workload) -> None:
    """Raise the first fault there is.

    Raises:
        InputError: a configuration breaks a rule; the message has the nearest value that breaks none.
    """
    codes = layout_faults(shape, layout, work)
    if not np.any(codes):
        return
    at = int(np.argmax(codes > 0))
    rule = RULES[int(codes[at]) - 1]
    one = Shape(**{item.name: np.broadcast_to(getattr(shape, item.name), codes.shape)[[at]] for item in fields(shape)})
    given = float(getattr(layout, rule.field)[at])
    near = _nearest(one, layout.take([at]), work.take([at]), rule.field, given)
    fix = f" Nearest that fits: {near:g}." if near else " No other value of it fits; change another degree."
    raise InputError(f"layout[{at}].{rule.field}: {given:g}; expected {rule.says}.{fix}")


def _nearest(shape: Shape, layout: Layout, work: Workload, field: str, given: float) -> float | None:
    tried = np.arange(1.0, 2 * given + 1)
    tried = tried[np.argsort(np.abs(tried - given), kind="stable")]
    many = layout.take(np.zeros(tried.size, dtype=np.intp))
    changed = replace(many, **{field: tried})
    if np.all(layout.shards == layout.dp * layout.cp):
        changed = replace(changed, shards=changed.dp * changed.cp)
    fine = layout_faults(shape, changed, work) == 0
    return float(tried[fine][0]) if np.any(fine) else None
