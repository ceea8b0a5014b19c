"""Misfits: deployments that cannot cut a model, which rule each breaks, and the nearest that breaks none.

Rule             what a deployment has to keep
RULES            all of them, in the order they are tested
misfits          the first rule each configuration breaks
refuse_misfits   raises it
looked_at        refuses what cannot be asked, and says where a deployment is a misfit
blanked          results without those of some configurations
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, TypeVar

from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.shape import Shape

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Flags = NDArray[xp.bool_]
Part = TypeVar("Part", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a deployment has to keep.

    Arguments:
        field: the degree that breaks it.
        says: what is expected, with `{have}` where the count of the model belongs.
        have: that count, `(config,)`.
        holds: where it is kept, `(config,)`.
    """

    field: str
    says: str
    have: Callable[[Shape], Floats]
    holds: Callable[[Shape, Deployment], Flags]


def _divides(part: Floats, whole: Floats) -> Flags:
    return xp.asarray(xp.mod(whole, part) == 0)


def _kv_heads(shape: Shape, cut: Deployment) -> Flags:
    # A latent is not cut, every chip keeps all of it.
    either = _divides(cut.tp, shape.kv_heads) | _divides(shape.kv_heads, cut.tp)
    return xp.asarray(either | (shape.kv_rank > 0))


RULES: Final = (
    Rule("tp", "a divisor of the {have} heads", lambda shape: shape.heads, lambda s, cut: _divides(cut.tp, s.heads)),
    Rule("tp", "a divisor or a multiple of the {have} key-value heads", lambda shape: shape.kv_heads, _kv_heads),
    Rule(
        "pp",
        "no more stages than the {have} layers",
        lambda shape: shape.layers,
        lambda shape, cut: xp.asarray(cut.pp <= shape.layers),
    ),
    Rule(
        "ep",
        "a divisor of the {have} experts",
        lambda shape: xp.maximum(shape.experts, 1.0),
        lambda shape, cut: _divides(cut.ep, xp.maximum(shape.experts, 1.0)),
    ),
    Rule(
        "ep",
        "a divisor of the {have} experts, and of tp x attention_dp",
        lambda shape: xp.maximum(shape.experts, 1.0),
        lambda shape, cut: _divides(cut.ep, cut.group),
    ),
)
"""In the order they are tested; the code of a misfit is the position of its rule plus one. A dense model counts as one
expert."""


def misfits(shape: Shape, cut: Deployment) -> Codes:
    """The first rule each configuration breaks.

    Arguments:
        shape, cut: models and deployments, `(config,)`.

    Returns:
        Position in RULES plus one, 0 where none is broken, `(config,)`.

    Raises:
        InputError: there are different numbers of them.
    """
    require_lengths("layout", shape=shape.layers, layout=cut.tp)
    codes: Codes = xp.zeros(xp.broadcast_shapes(shape.layers.shape, cut.tp.shape), dtype=xp.intp)
    for code, rule in reversed(list(enumerate(RULES, start=1))):
        codes = xp.where(rule.holds(shape, cut), codes, code)
    return codes


def refuse_misfits(shape: Shape, cut: Deployment, place: str = "layout") -> None:
    """Raises the first misfit there is.

    Arguments:
        shape, cut: models and deployments, `(config,)`.
        place: what the deployments are, for the message.

    Raises:
        InputError: a deployment breaks a rule; the message has the nearest value that breaks none.
    """
    codes = xp.atleast_1d(misfits(shape, cut))
    if not xp.any(codes):
        return
    at = int(xp.argmax(codes > 0))
    rule = RULES[int(codes[at]) - 1]
    one = Shape(**{part.name: _only(getattr(shape, part.name), at) for part in fields(Shape)})
    wrong = Deployment(**{part.name: _only(getattr(cut, part.name), at) for part in fields(Deployment)})
    given = float(getattr(wrong, rule.field)[0])
    near = _nearest(one, wrong, rule.field, given)
    fix = f"Nearest that fits: {near:g}." if near else "No other value of it fits; change another degree."
    says = rule.says.format(have=f"{float(rule.have(one)[0]):g}")
    where = f"{place}: {rule.field}" if codes.size == 1 else f"{place}[{at}]: {rule.field}"
    raise InputError(f"{where}: {given:g}; expected {says}. {fix}")


def looked_at(
    place: str,
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    asked: Mapping[str, ArrayLike],
    strict: bool,
) -> Flags:
    """Refuses what cannot be asked, and says where a deployment is a misfit.

    Arguments:
        place: what is asked, for the message.
        shape, chips, cut, number: what runs where, `(config,)`.
        asked: figures by name, those of BOUNDS, `(config,)`.
        strict: whether misfits are refused.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or, if strict, there is a misfit.
    """
    require_bounds(place, **asked)
    parts = {"shape": shape.layers, "chips": chips.arrays, "layout": cut.tp, "formats": number.weight}
    require_lengths(place, **parts, **asked)
    if strict:
        refuse_misfits(shape, cut)
    return xp.asarray(misfits(shape, cut) > 0)


def _only(part: Floats, at: int) -> Floats:
    flat = xp.ravel(part)
    return flat[[at if flat.size > 1 else 0]]


def _nearest(shape: Shape, wrong: Deployment, field: str, given: float) -> float | None:
    most = max(float(part[0]) for part in (shape.heads, shape.layers, shape.experts))
    tried = xp.arange(1.0, min(2 * given, most) + 1)
    tried = tried[xp.argsort(xp.abs(tried - given), kind="stable")]
    many = Deployment(**{part.name: xp.repeat(getattr(wrong, part.name), tried.size) for part in fields(Deployment)})
    # Where experts are spread over all chips of a stage, they stay so.
    along = replace(many, **{field: tried})
    if field == "tp" and wrong.ep[0] == wrong.group[0]:
        along = replace(along, ep=along.group)
    # Whatever else is wrong is told after this is mended.
    rules = [rule for rule in RULES if rule.field == field]
    fine = xp.all([xp.broadcast_to(rule.holds(shape, along), tried.shape) for rule in rules], axis=0)
    return float(tried[fine][0]) if xp.any(fine) else None


def blanked(found: Part, missing: Flags) -> Part:
    """Results with nan in the place of those of some configurations.

    Arguments:
        found: a dataclass of arrays, `(config,)`.
        missing: where they are left out, `(config,)`.
    """
    if not xp.any(missing):
        return found
    return type(found)(**{part.name: xp.where(missing, xp.nan, getattr(found, part.name)) for part in fields(found)})
