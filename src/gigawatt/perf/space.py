"""Spaces: every layout a training run may have on some chips, numbered, so that any part can be made when it is needed.

Space            layouts by number
training_space   all layouts for a model, numbers of chips and a workload
said             a layout in words

A layout is a family, which fixes how many chips each kind of parallelism gets, and a choice from each of the menus the
family allows. The number of a layout is the number of the first of its family plus its choices as digits, each with the
length of its menu as base; so layouts that break a rule have no number, and none is ever held that is not asked for.

Layouts that say the same in other words have one number: without a pipeline there is one schedule and nothing to
interleave, without a tensor-parallel group no sequence parallelism, without a data-parallel group nothing is sharded,
and one shard is none. Two directions at once (`dual_pipe`) take the place of interleaving. Interleaved parts are equal,
unless uneven ones are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import prod
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.fault import layout_faults
from gigawatt.perf.formats import Codes, Floats, format_code
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, Layout, Workload, layouts
from gigawatt.perf.shape import Shape

Indices = NDArray[np.int64]
Only = Mapping[str, Sequence[float | str]]
Choice = tuple[float, ...]

DEGREES: Final = ("tp", "pp", "dp", "cp", "ep", "expert_tp")
"""What a family fixes."""

WORDS: Final[Mapping[str, Sequence[str]]] = {"recompute": RECOMPUTE, "schedule": SCHEDULES}
"""Fields that are said in words."""


@dataclass(frozen=True, slots=True, eq=False)
class Menu:
    """What a family may choose from, for some fields of a layout together.

    Arguments:
        names: the fields.
        values: all choices of all families, `(field, choice)`.
        start, count: where a family's choices begin, and how many it has, `(family,)`.
    """

    names: tuple[str, ...]
    values: Floats
    start: Indices
    count: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Layouts by number; build with `training_space`.

    Arguments:
        shape: the model, one.
        work: what it is trained on, one; its number format is the first of `number_formats`.
        number_formats: codes of the formats of products that are tried.
        families: degrees of each family, fields of DEGREES `(field, family)`.
        menus: what a family may choose; the last one holds ways to shard, and its digit is the lowest.
        starts: number of the first layout of each family, and of all, `(family + 1,)`.
        grid: points of the full grid of all values, those that break a rule or repeat another included.
        uneven: whether interleaved parts may differ.
    """

    shape: Shape
    work: Workload
    number_formats: tuple[int, ...]
    families: Floats
    menus: tuple[Menu, ...]
    starts: Indices
    grid: int
    uneven: bool

    @property
    def size(self) -> int:
        """How many layouts there are, all number formats together."""
        return int(self.starts[-1]) * len(self.number_formats)

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of chips, ascending."""
        return tuple(int(count) for count in np.unique(np.prod(self.families[:4], axis=0)))

    def blocks(self, size: int) -> Iterator[Indices]:
        """The numbers of all layouts in blocks of at most `size`, each with a single number format."""
        inner = int(self.starts[-1])
        for first in range(0, self.size, inner):
            for start in range(first, first + inner, size):
                yield np.arange(start, min(start + size, first + inner))

    def family(self, index: ArrayLike) -> Indices:
        """The families of the layouts with some numbers, `(config,)`."""
        rest = np.asarray(index, dtype=np.int64) % int(self.starts[-1])
        return np.asarray(np.searchsorted(self.starts, rest, side="right") - 1)

    def layout(self, index: ArrayLike) -> Layout:
        """The layouts with some numbers.

        Arguments:
            index: numbers of layouts, `(config,)`.
        """
        family = self.family(index)
        rest = np.asarray(index, dtype=np.int64) % int(self.starts[-1]) - self.starts[family]
        columns = dict(zip(DEGREES, self.families[:, family], strict=True))
        for menu in reversed(self.menus):
            count = menu.count[family]
            higher = rest // count
            columns |= zip(menu.names, menu.values[:, menu.start[family] + rest - higher * count], strict=True)
            rest = higher
        return Layout(**columns)

    def formats(self, index: ArrayLike) -> Codes:
        """Codes of the number formats of the layouts with some numbers, `(config,)`."""
        which = np.asarray(index, dtype=np.int64) // int(self.starts[-1])
        return np.asarray(np.array(self.number_formats, dtype=np.intp)[which])

    def workload(self, index: ArrayLike) -> Workload:
        """The workloads of the layouts with some numbers: one for all if they share their number format."""
        codes = self.formats(index)
        codes = codes[:1] if np.all(codes == codes[0]) else codes
        same = {item.name: np.broadcast_to(getattr(self.work, item.name), codes.shape) for item in fields(Workload)}
        return replace(Workload(**same), number_format=codes)


def training_space(
    shape: Shape,
    chips: int | Sequence[int],
    work: Workload,
    *,
    number_formats: Sequence[str] = (),
    only: Only | None = None,
    uneven: bool = False,
) -> Space:
    """All layouts a model may be trained in, each once.

    Arguments:
        shape: the model, one (`shapes`).
        chips: how many chips, or several numbers to choose from; a layout uses all of them.
        work: what it is trained on, one (`workloads`).
        number_formats: formats of products to try; by default that of `work`.
        only: values some fields of a layout are held to, numbers or words: `{"tp": [8], "recompute": ["full"]}`.
        uneven: also interleave by numbers that do not divide the layers of a stage.

    Raises:
        InputError: there is not one model and one workload, a field, word or format is unknown, a number of chips is
            none, or no layout divides.
    """
    counts = sorted({chips} if isinstance(chips, int) else set(chips))
    if shape.layers.size != 1 or work.batch.size != 1:
        raise InputError(f"space: {shape.layers.size} models, {work.batch.size} workloads; expected one of each.")
    if not counts or any(count < 1 or count != int(count) for count in counts):
        raise InputError(f"space: chips: {counts}; expected whole numbers of at least 1.")
    allowed = _allowed(only or {})
    codes = tuple(format_code(name) for name in number_formats) or (int(work.number_format[0]),)
    families, tried = _families(shape, counts, work, allowed)
    if families.shape[1] == 0:
        raise InputError(
            f"space: no layout of {', '.join(map(str, counts))} chips divides: expected chips that are the product of "
            f"a divisor of the {shape.heads[0]:g} heads, at most {shape.layers[0]:g} stages, a divisor of the batch, "
            f"{work.batch[0]:g}, and one of the tokens, {work.tokens[0]:g}."
        )
    layers, batch = int(shape.layers[0] + work.predictors[0]), int(work.batch[0])
    tp, pp, dp, cp = (families[at].astype(np.int64) for at in range(4))
    menus = (
        _menu(("micro_batch",), dp, lambda n: [(float(m),) for m in divisors(batch // n)], allowed),
        _menu(("recompute",), 0 * tp, lambda _: [(float(code),) for code in range(len(RECOMPUTE))], allowed),
        _menu(("sequence_parallel",), tp, lambda n: [(1.0,), (0.0,)] if n > 1 else [(0.0,)], allowed),
        _menu(("schedule", "interleave"), pp, lambda n: _passes(n, layers, uneven), allowed),
        _menu(("zero", "shards"), dp * cp, _shardings, allowed),
    )
    counted = np.prod([menu.count for menu in menus], axis=0)
    starts = np.concatenate([[0], np.cumsum(counted)]).astype(np.int64)
    if starts[-1] == 0:
        raise InputError(f"space: no layout is left under {dict(only or {})}; widen one of the fields.")
    most = (len(divisors(batch)), len(RECOMPUTE), 2, len(SCHEDULES) * max(layers // 2, 1))
    shardings = [1 + 3 * len(divisors(count)) for count in counts]
    grid = prod(most) * sum(many * each for many, each in zip(tried, shardings, strict=True))
    work = replace(work, number_format=np.array(codes[:1], dtype=np.intp))
    return Space(shape, work, codes, families, menus, starts, grid * len(codes), uneven)


def divisors(whole: int) -> list[int]:
    """The divisors of a whole number, ascending."""
    low = [number for number in range(1, int(whole**0.5) + 1) if whole % number == 0]
    return sorted({*low, *(whole // number for number in low)})


def _allowed(only: Only) -> dict[str, set[float]]:
    known = [item.name for item in fields(Layout)]
    found: dict[str, set[float]] = {}
    for name, values in only.items():
        if name not in known:
            raise InputError(f"space: only: a layout has no `{name}`. {did_you_mean(name, known)}")
        words = WORDS.get(name, ())
        for value in values:
            if isinstance(value, str) and value not in words:
                raise InputError(f"space: only: {name}: no `{value}`. {did_you_mean(value, words)}")
        found[name] = {float(words.index(value) if isinstance(value, str) else value) for value in values}
    return found


def _families(
    shape: Shape, counts: Sequence[int], work: Workload, allowed: Mapping[str, set[float]]
) -> tuple[Floats, list[int]]:
    """Degrees that break no rule, `(field, family)`, and for each number of chips how many were tried."""
    experts = int(shape.experts[0])
    spreads = divisors(experts) if experts else [1]
    kept, tried = [], []
    for count in counts:
        rows = []
        for tp, pp, cp in product(divisors(count), repeat=3):
            if count % (tp * pp * cp) == 0:
                cuts = divisors(tp) if experts else [tp]
                rows += [(tp, pp, count // (tp * pp * cp), cp, ep, cut) for ep, cut in product(spreads, cuts)]
        tried.append(len(rows))
        degrees = np.array(rows, dtype=np.float64).T
        fine = np.ones(len(rows), dtype=np.bool_)
        for name, column in zip(DEGREES, degrees, strict=True):
            fine &= np.isin(column, list(allowed[name])) if name in allowed else True
        degrees = degrees[:, fine]
        if degrees.shape[1]:
            whole = layouts(**dict(zip(DEGREES, degrees, strict=True)))
            kept.append(degrees[:, layout_faults(shape, whole, work) == 0])
    return np.concatenate(kept, axis=1) if kept else np.zeros((len(DEGREES), 0)), tried


def _passes(stages: int, layers: int, uneven: bool) -> list[Choice]:
    one_way, zero_bubble, both_ways = (float(SCHEDULES.index(word)) for word in ("1f1b", "zero_bubble", "dual_pipe"))
    if stages == 1:
        return [(one_way, 1.0)]
    parts = [part for part in range(1, layers // stages + 1) if part == 1 or uneven or layers % (stages * part) == 0]
    return [*((way, float(part)) for way in (one_way, zero_bubble) for part in parts), (both_ways, 1.0)]


def _shardings(group: int) -> list[Choice]:
    whole: Choice = (0.0, float(group))
    return [whole, *((float(zero), float(part)) for zero in (1, 2, 3) for part in divisors(group)[1:])]


def _menu(
    names: tuple[str, ...], keys: Indices, choices: Callable[[int], list[Choice]], allowed: Mapping[str, set[float]]
) -> Menu:
    values: list[Choice] = []
    places = {}
    for key in np.unique(keys).tolist():
        own = [row for row in choices(key) if all(row[at] in allowed.get(name, row) for at, name in enumerate(names))]
        places[key] = len(values), len(own)
        values += own
    columns = np.array(values, dtype=np.float64).reshape(-1, len(names)).T
    start, count = (np.array([places[key][at] for key in keys.tolist()], dtype=np.int64) for at in range(2))
    return Menu(names, np.ascontiguousarray(columns), start, count)


def said(layout: Layout, at: int, names: Sequence[str] = ()) -> str:
    """A layout in words, such as `tp 8, pp 4, dp 32, micro-batch 1, recompute full`.

    Arguments:
        layout: layouts, `(config,)`.
        at: which of them.
        names: the fields to say; by default those that are not at their least, and the degrees.
    """
    values = {item.name: float(getattr(layout, item.name)[at]) for item in fields(Layout)}
    quiet = {"cp": 1, "ep": 1, "expert_tp": values["tp"] if values["ep"] == 1 else 1, "interleave": 1, "recompute": 0}
    quiet |= {"shards": values["dp"] * values["cp"], "schedule": 0, "sequence_parallel": 0}
    chosen = names or [name for name, value in values.items() if value != quiet.get(name)]
    return ", ".join(f"{name.replace('_', ' ')} {_word(name, values[name])}" for name in chosen)


def _word(name: str, value: float) -> str:
    if name == "sequence_parallel":
        return "on" if value else "off"
    return WORDS[name][int(value)].replace("_", " ") if name in WORDS else f"{value:g}"
