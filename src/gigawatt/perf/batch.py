"""Batches: configurations lined up to one length, and worked on in blocks that stay in cache.

lined_up     arguments of one configuration repeated for all
blockwise    a function of configurations, block by block
distinct     the first of all configurations that are equal
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Codes, Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.layout import Layout, Workload
from gigawatt.perf.shape import Shape

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = TypeVar("Part", bound="DataclassInstance")

LARGEST: Final = 2**62
"""Keys of configurations stay below it."""


def lined_up(shape: Shape, chips: Hardware, layout: Layout, work: Workload) -> tuple[Shape, Hardware, Layout, Workload]:
    """The four with as many configurations each; those with one are repeated.

    Raises:
        InputError: they have different numbers of configurations.
    """
    sizes = {
        "shape": shape.layers.size,
        "chips": chips.arrays.size,
        "layout": layout.tp.size,
        "work": work.batch.size,
    }
    count = max(sizes.values())
    for name, size in sizes.items():
        if size not in (1, count):
            raise InputError(f"{name}: {size} configurations; expected 1 or {count}, as many as the others have.")
    return _wide(shape, count), _wide(chips, count), _wide(layout, count), _wide(work, count)


def blockwise(
    function: Callable[..., Part], parts: tuple[DataclassInstance, ...], constants: tuple[object, ...], block: int
) -> Part:
    """A function of configurations, worked on block by block; the results are joined along the last axis.

    Arguments:
        function: of `parts` and `constants`, to a dataclass of arrays.
        parts: dataclasses of arrays, the configurations last and equally many, or one for all.
        constants: the same for all blocks.
        block: configurations of a block.
    """
    count = max(_count(part) for part in parts)
    cuts = [slice(at, min(at + block, count)) for at in range(0, count, block)] or [slice(0, 0)]
    done = []
    for cut in cuts:
        found = function(*(part if _count(part) < count else _cut(part, cut) for part in parts), *constants)
        done.append(_wide(found, cut.stop - cut.start))
    return done[0] if len(done) == 1 else _joined(done)


def distinct(columns: Sequence[Floats]) -> tuple[Codes, Codes]:
    """The first of all configurations that are equal in some columns.

    Arguments:
        columns: whole numbers, `(config,)` each.

    Returns:
        Positions of the first ones, `(distinct,)`, and which of them each configuration equals, `(config,)`.
    """
    key, size = xp.zeros(columns[0].shape, dtype=xp.intp), 1
    for column in columns:
        most = int(xp.max(column, initial=0.0)) + 1
        if size * most > LARGEST:
            # Numbered anew, so that a key is never larger than there are configurations.
            before, key = xp.unique(key, return_inverse=True)
            values, codes = xp.unique(column, return_inverse=True)
            size, most = before.size, values.size
        else:
            codes = column.astype(xp.intp)
        key, size = key * most + codes, size * most
    _, first, which = xp.unique(key, return_index=True, return_inverse=True)
    return first, which


def _count(part: DataclassInstance) -> int:
    return int(_values(part)[0].shape[-1])


def _values(part: DataclassInstance) -> list[Floats]:
    return [getattr(part, item.name) for item in fields(part)]


def _wide(part: Part, count: int) -> Part:
    wide = []
    for value in _values(part):
        if is_dataclass(value):
            wide.append(_wide(value, count))
        else:
            wide.append(value if value.shape[-1] == count else xp.broadcast_to(value, (*value.shape[:-1], count)))
    return type(part)(*wide)


def _cut(part: Part, cut: slice) -> Part:
    return type(part)(*(value[..., cut] for value in _values(part)))


def _joined(done: list[Part]) -> Part:
    columns = zip(*(_values(part) for part in done), strict=True)
    joined = [_joined(list(c)) if is_dataclass(c[0]) else xp.concatenate(c, axis=-1) for c in columns]
    return type(done[0])(*joined)
