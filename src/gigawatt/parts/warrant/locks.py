"""When locks open: conditions evaluated on a course.

A latched condition is known by the row on which it opens, (path,); one that must hold now is a series of days,
(day, path). Marks on one counter are found together, however many rungs there are.

Scene      a course as a warrant sees it, with every mark of the warrant found in it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import InputError
from gigawatt.parts.figure import Floats
from gigawatt.parts.warrant.adjust import Adjusted, adjusted
from gigawatt.parts.warrant.course import NEVER, Course, Rows
from gigawatt.parts.warrant.terms import Between, Condition, Day, Event, Mark, PriceMark, Some, Warrant, leaves

Leaf: TypeAlias = Mark | PriceMark | Event
Series: TypeAlias = NDArray[np.bool_]

NEAR = 1e-9
"""A counter this close below its mark, relatively, has reached it: sixty times 0.1 GW are 6 GW."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A course as a warrant sees it.

    Arguments:
        course: as quoted.
        prices: on the basis of the issue.
        issue: row of the issue, before which no mark counts.
        rows: opening row (path,) of every latched mark and event.
        series: (day, path) of every mark that must hold now.
    """

    course: Course
    prices: Adjusted
    issue: int
    rows: dict[Leaf, Rows]
    series: dict[Leaf, Series]

    def opens(self, condition: Condition | None) -> Rows:
        """(path,) first row on which a condition holds; the issue where there is none to wait for."""
        if condition is None:
            return np.full(self.course.paths, self.issue, dtype=np.int64)
        if not latched(condition):
            return first_true(self.holds(condition))
        if isinstance(condition, Some):
            found = np.sort(np.stack([self.opens(part) for part in condition.parts]), axis=0)
            return np.asarray(found[condition.need - 1])
        return self.rows[condition]

    def holds(self, condition: Condition | None) -> Series:
        """(day, path) whether a condition holds."""
        if condition is None or latched(condition):
            return np.asarray(np.arange(self.course.days)[:, None] >= self.opens(condition))
        if isinstance(condition, Some):
            count = sum(self.holds(part).astype(np.int64) for part in condition.parts)
            return np.asarray(count >= condition.need)
        return self.series[condition]


def scene(warrant: Warrant, course: Course) -> Scene:
    """Every mark of a warrant found in a course.

    Raises:
        InputError: a counter, event or index is missing, a window is longer than the course, or a figure is open.
    """
    found = {leaf for t in warrant.tranches for lock in (t.price, t.counter, t.exercise) for leaf in leaves(lock)}
    prices = adjusted(course, warrant)
    issue = course.from_day(warrant.issued)
    rows: dict[Leaf, Rows] = {}
    series: dict[Leaf, Series] = {}
    ladders: dict[tuple[str, Day | None, Day | None], list[Mark]] = defaultdict(list)
    for leaf in found:
        if isinstance(leaf, Event):
            rows[leaf] = np.maximum(course.event(leaf.name), issue)
        elif isinstance(leaf, Mark) and leaf.latched:
            ladders[leaf.counter, leaf.after, leaf.before].append(leaf)
        else:
            values = _counted(leaf, course) if isinstance(leaf, Mark) else _priced(leaf, course, prices, issue)
            begin, end = _window(leaf.after, leaf.before, issue, course)
            inside = np.zeros((course.days, course.paths), dtype=np.bool_)
            inside[begin:end] = values[begin:end]
            if leaf.latched:
                rows[leaf] = first_true(inside)
            else:
                series[leaf] = inside
    for (name, after, before), marks in ladders.items():
        begin, end = _window(after, before, issue, course)
        levels = np.array([_known(mark) for mark in marks]) * (1.0 - NEAR)
        opening = first_reached(course.counter(name)[begin:end], levels) + begin
        opening = np.broadcast_to(np.minimum(opening, NEVER), (len(marks), course.paths))
        rows.update(zip(marks, opening, strict=True))
    return Scene(course, prices, issue, rows, series)


def first_reached(counter: Floats, levels: Floats) -> Rows:
    """The first row on which a counter has reached each of several levels.

    One pass over the days serves all levels: each day is assigned the number of levels it has reached, and the days
    that have reached too few are counted.

    Arguments:
        counter: (day, path).
        levels: (level,) in any order.

    Returns:
        (level, path); `NEVER` where it is not reached.
    """
    days, paths = counter.shape
    order = np.argsort(levels, kind="stable")
    reached = np.searchsorted(levels[order], np.maximum.accumulate(counter, axis=0), side="right")
    counts = np.bincount((reached * paths + np.arange(paths)).ravel(), minlength=(len(levels) + 1) * paths)
    before = np.cumsum(counts.reshape(len(levels) + 1, paths), axis=0)[:-1]
    found = np.empty((len(levels), paths), dtype=np.int64)
    found[order] = np.where(before < days, before, NEVER)
    return found


def first_true(series: Series) -> Rows:
    """(path,) first row of a (day, path) series that is true; `NEVER` where none is."""
    return np.where(series.any(axis=0), series.argmax(axis=0), NEVER)


def latched(condition: Condition) -> bool:
    """Whether a condition, once it holds, holds for ever."""
    return all(isinstance(leaf, Event) or leaf.latched for leaf in leaves(condition))


def opened(series: Series, at: Rows) -> Rows:
    """(path,) start of the unbroken stretch of true days that includes row `at`."""
    rows = np.arange(len(series))[:, None]
    last_closed = np.maximum.accumulate(np.where(series, -1, rows), axis=0)
    return np.asarray(np.take_along_axis(last_closed, at[None, :], axis=0)[0] + 1)


def unresolved(names: Iterable[str]) -> InputError:
    """The error for a warrant with figures that are still intervals."""
    listed = ", ".join(names)
    return InputError(f"{listed}: known only as an interval; decide with `resolve(warrant, draw)` before running it.")


def _known(leaf: Mark | PriceMark) -> float:
    if isinstance(leaf.level, Between):
        raise unresolved([f"a mark of {leaf.level}"])
    return leaf.level


def _counted(leaf: Mark, course: Course) -> Series:
    reached = course.counter(leaf.counter) >= _known(leaf) * (1.0 - NEAR)
    return np.broadcast_to(reached, (course.days, course.paths))


def _priced(leaf: PriceMark, course: Course, prices: Adjusted, issue: int) -> Series:
    values, volumes = prices.closes, prices.volumes
    if leaf.test.days > course.days:
        raise InputError(
            f"a price test of {leaf.test.days} days needs as many closes, the course has {course.days}; "
            "put earlier closes before the issue."
        )
    if leaf.of == "value":
        if course.outstanding is None:
            raise InputError("a mark of market value needs the number of shares, `outstanding`, in the course.")
        values = values * course.outstanding
        # Money over value weighs a day by the shares traded, as the mean price does.
    elif leaf.test.index is not None:
        index = course.index(leaf.test.index)
        values = (values / values[issue]) / (index / index[issue])
    return leaf.test.holds(values, _known(leaf), volumes)


def _window(after: Day | None, before: Day | None, issue: int, course: Course) -> tuple[int, int]:
    begin = issue if after is None else max(issue, course.from_day(after))
    end = course.days if before is None else course.until_day(before) + 1
    begin = min(begin, course.days)
    return begin, max(end, begin)
