"""What is told of a prediction, the same for the terminal, for programs and for a page.

Data types: `Told`, `Stack` (parts of a whole), `Roof` (a roofline with its title).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigawatt.views.table import Column, Table

if TYPE_CHECKING:
    from gigawatt.perf.explain import Sensitivity
    from gigawatt.perf.roofline import Roofline
    from gigawatt.perf.spread import Band
    from gigawatt.views.table import Cell

LEAST = 0.002
"""Share of a whole from which on a part is shown by itself."""

INSIDE = "Nine of ten measurements lie between low and high."


@dataclass(frozen=True, slots=True)
class Stack:
    """A whole and its parts, in seconds.

    Arguments:
        title: what the whole is.
        parts: name and seconds of each, the largest first; they add up to the whole.
    """

    title: str
    parts: tuple[tuple[str, float], ...]

    @property
    def whole(self) -> float:
        """All parts together."""
        return sum(seconds for _, seconds in self.parts)


@dataclass(frozen=True, slots=True)
class Roof:
    """A roofline and what it is of."""

    title: str
    line: Roofline


@dataclass(frozen=True, slots=True)
class Told:
    """All there is to tell.

    Arguments:
        title: what was predicted, in a line.
        tables: the answer, by name.
        notes: what it assumes and what stands out, sentence by sentence.
        details: tables that are shown where an explanation is asked for.
        stacks, roofs: pictures of the explanation.
        made: what the numbers rest on.
    """

    title: str
    tables: dict[str, Table]
    notes: tuple[str, ...]
    details: dict[str, Table]
    stacks: tuple[Stack, ...] = ()
    roofs: tuple[Roof, ...] = ()
    made: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an answer.

    Arguments:
        name: what it is.
        value: the figure.
        unit: its unit.
        band: around it; None where it is exact.
    """

    name: str
    value: float | None
    unit: str
    band: Band | None = None


def figures(title: str, given: Sequence[Figure], note: str = INSIDE) -> Table:
    """Figures with their bands as a table."""
    rows: list[tuple[Cell, ...]] = []
    for each in given:
        if each.value is None:
            rows.append((each.name, None, None, None, each.unit))
            continue
        ends: tuple[Cell, Cell] = (None, None)
        if each.band is not None:
            ends = (each.value * each.band.low, each.value * each.band.high)
        rows.append((each.name, each.value, *ends, each.unit))
    columns = (Column("figure"), Column("value", "1"), Column("low", "1"), Column("high", "1"), Column("unit"))
    return Table(title, columns, tuple(rows), note)


def stacked(title: str, parts: dict[str, float]) -> Stack:
    """A stack of named parts: the largest first, what is too small to see together at the end."""
    whole = sum(parts.values()) or 1.0
    large = sorted((item for item in parts.items() if item[1] >= LEAST * whole), key=lambda item: -item[1])
    rest = sum(seconds for _, seconds in parts.items()) - sum(seconds for _, seconds in large)
    return Stack(title, (*large, *((("other", rest),) if rest > 1e-9 * whole else ())))


def parts_table(stack: Stack) -> Table:
    """A stack as a table."""
    whole = stack.whole or 1.0
    rows = tuple((name, 1e3 * seconds, 100 * seconds / whole) for name, seconds in stack.parts)
    return Table(stack.title, (Column("part"), Column("time", "ms"), Column("share", "%")), rows)


def binds_table(found: Sequence[Sensitivity], what: str, memory: float | None = None) -> Table:
    """What binds and what would help, the most first.

    Arguments:
        found: what each resource is worth.
        what: what grows, such as `tokens/s`.
        memory: what 10 % more memory gives as a factor, with the layout it then allows; None where it was not asked.
    """
    from gigawatt.perf.explain import RESOURCES

    def gain(each: Sensitivity) -> float:
        return 100 * (memory - 1 if memory is not None and each.resource == "capacity" else each.gain)

    rows = tuple((RESOURCES[each.resource], 100 * each.share, gain(each)) for each in found)
    columns = (
        Column("resource"),
        Column("share of the time that waits for it", "%"),
        Column(f"+10 % gives {what}", "%"),
    )
    note = "Shares add up to 100 %. Fixed times are shorter by a tenth, not longer. The layout stays as it is"
    freed = ", but for HBM capacity, which allows another." if memory is not None else "."
    return Table("What binds, and what would help most", columns, rows, note + freed)


def binds_line(found: Sequence[Sensitivity], what: str) -> str:
    """The same in a sentence."""
    from gigawatt.perf.explain import RESOURCES

    leading = [each for each in found if each.share >= 0.05][:3] or list(found[:1])
    shares = ", ".join(f"{RESOURCES[each.resource].partition(':')[0]} {100 * each.share:.0f} %" for each in leading)
    most = max(found, key=lambda each: each.gain)
    name = RESOURCES[most.resource].partition(":")[0]
    grown = "10 % shorter fixed times give" if most.resource == "fixed" else f"10 % more {name} gives"
    return f"Binds: {shares} of the time. Helps most: {grown} {100 * most.gain:+.1f} % {what}."


def roof_table(roof: Roof, seconds: float) -> Table:
    """The kernels of a roofline as a table.

    Arguments:
        roof: the roofline.
        seconds: of the whole they are part of.
    """
    rows = tuple(
        (
            f"{letter(at)} {kernel.name}",
            kernel.intensity,
            kernel.rate / 1e12,
            100 * kernel.rate / roof.line.roof(kernel),
            100 * kernel.seconds / seconds,
            roof.line.bound(kernel),
        )
        for at, kernel in enumerate(roof.line.kernels)
    )
    columns = (
        Column("kernels"),
        Column("intensity", "FLOP/byte"),
        Column("rate", "TFLOP/s"),
        Column("of the roof", "%"),
        Column("of the time", "%"),
        Column("under the roof of"),
    )
    return Table(roof.title, columns, rows)


def letter(at: int) -> str:
    """The letter that stands for a kernel in a picture."""
    return chr(ord("a") + at % 26)
