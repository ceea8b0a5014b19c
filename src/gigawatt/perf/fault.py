"""Faults: layouts that cannot be, as codes for searches and as an error with the nearest layout that can.

RULES            what must divide what
layout_faults    the first rule each configuration breaks
refuse_faults    the first configuration that breaks a rule, as an error
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

from numpy.typing import NDArray

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.shape import Shape

Flags = NDArray[xp.bool_]


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
    return xp.asarray(xp.mod(whole, part) == 0)


def _heads(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.tp, shape.heads)


def _kv_heads(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return _divides(layout.tp, shape.kv_heads) | _divides(shape.kv_heads, layout.tp)


def _stages(shape: Shape, layout: Layout, work: Workload) -> Flags:
    return xp.asarray(layout.pp * layout.interleave <= shape.layers + work.predictors)


def _experts(shape: Shape, layout: Layout, work: Workload) -> Flags:
    fine = (layout.ep == 1) | ((shape.experts > 0) & _divides(layout.ep, shape.experts))
    return xp.asarray(fine)


def _expert_chips(shape: Shape, layout: Layout, work: Workload) -> Flags:
    whole = _divides(layout.ep * layout.expert_tp, layout.tp * layout.dp * layout.cp)
    return xp.asarray(whole | (shape.experts == 0))


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
    codes: Codes = xp.zeros(layout.tp.shape, dtype=xp.intp)
    for code, rule in reversed(list(enumerate(RULES, start=1))):
        codes = xp.where(rule.holds(shape, layout, work), codes, code)
    return codes


def refuse_faults(shape: Shape, layout: Layout, work: Workload) -> None:
    """Raise the first fault there is.

    Raises:
        InputError: a configuration breaks a rule; the message has the nearest value that breaks none.
    """
    codes = layout_faults(shape, layout, work)
    if not xp.any(codes):
        return
    at = int(xp.argmax(codes > 0))
    rule = RULES[int(codes[at]) - 1]
    one = Shape(**{item.name: xp.broadcast_to(getattr(shape, item.name), codes.shape)[[at]] for item in fields(shape)})
    layout, work = layout.take([at]), work.take([at])
    given = _degree(layout, rule.field)
    near = _nearest(one, layout, work, rule.field)
    if near is not None:
        fix = f"Nearest that fits: {_degree(near, rule.field):g}"
    else:
        near = _repaired(one, layout, work)
        changes = [f"{name}={_degree(near, name):g}" for name in _changed(layout, near)] if near else []
        fix = "No other value of it fits; " + (f"together these do: {', '.join(changes)}" if near else "change another")
    raise InputError(f"layout[{at}].{rule.field}: {given:g}; expected {rule.says}. {fix}.")


def _degree(layout: Layout, field: str) -> float:
    return float(getattr(layout, field)[0])


def _changed(before: Layout, after: Layout) -> list[str]:
    """Degrees that differ, those left out that follow others by default."""
    names = dict.fromkeys(rule.field for rule in RULES)
    if _whole(before):
        names.pop("shards")
    return [name for name in names if _degree(before, name) != _degree(after, name)]


def _whole(layout: Layout) -> bool:
    """Whether states are sharded over the whole data- and context-parallel group, as by default."""
    return bool(xp.all(layout.shards == layout.dp * layout.cp))


def _tried(layout: Layout, field: str) -> Layout:
    """The layout with other values of a degree, nearest first, and with those that follow it by default."""
    given = _degree(layout, field)
    values = xp.arange(1.0, 2 * given + 1)
    values = values[xp.argsort(xp.abs(values - given), kind="stable")]
    changed = replace(layout.take(xp.zeros(values.size, dtype=xp.intp)), **{field: values})
    if field != "shards" and _whole(layout):
        changed = replace(changed, shards=changed.dp * changed.cp)
    if xp.all(layout.expert_tp == xp.where(layout.ep > 1, 1.0, layout.tp)):
        changed = replace(changed, expert_tp=xp.where(changed.ep > 1, 1.0, changed.tp))
    return changed


def _nearest(shape: Shape, layout: Layout, work: Workload, field: str) -> Layout | None:
    """The layout with the nearest other value of one degree that breaks no rule."""
    tried = _tried(layout, field)
    fine = layout_faults(shape, tried, work) == 0
    return tried.take([int(xp.argmax(fine))]) if xp.any(fine) else None


def _repaired(shape: Shape, layout: Layout, work: Workload) -> Layout | None:
    """The layout with one degree after the other changed until no rule is broken."""
    for _ in range(2 * len(RULES)):
        code = int(layout_faults(shape, layout, work)[0])
        if code == 0:
            return layout
        tried = _tried(layout, RULES[code - 1].field)
        found = layout_faults(shape, tried, work)
        # A step further is a layout whose first broken rule comes later.
        further = (found == 0) | (found > code)
        if not xp.any(further):
            return None
        layout = tried.take([int(xp.argmax(further))])
    return None
