"""What splits and dividends do to a warrant: everything brought to the basis of the issue.

On that basis strike and marks stand still while prices move, which is the same as rescaling them and spares every
window a break on the day of a split.

Adjusted     prices on the basis of the issue, and the way back to shares and dollars of a day
adjusted     a course seen by a warrant
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gigawatt.parts.figure import Floats
from gigawatt.parts.warrant.course import NEVER, Course
from gigawatt.parts.warrant.terms import Warrant


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Prices on the basis of the issue.

    Arguments:
        closes: (day, path) USD for what was one share at issue.
        volumes: (day, path) or (day, 1) in shares as at issue; none where they are not known.
        split: (day, 1) shares that one share at issue has become.
        grown: (day, path) or (day, 1) further shares through dividends, as a factor.
        cheaper: (day, 1) dividends that have lowered the strike, in USD for one share at issue.
    """

    closes: Floats
    volumes: Floats | None = field(repr=False)
    split: Floats
    grown: Floats
    cheaper: Floats

    def strike(self, first: Floats) -> Floats:
        """The strike on each day on the basis of the issue.

        Arguments:
            first: (path,) or (1,) USD/share as fixed.

        Returns:
            (day, path) or (day, 1); never below 0.
        """
        return np.asarray(np.maximum(first - self.cheaper, 0.0) / self.grown)


def adjusted(course: Course, warrant: Warrant) -> Adjusted:
    """The course as the warrant sees it.

    Arguments:
        course: as quoted.
        warrant: whose adjustment terms apply; what happened before its issue is history.
    """
    ones = np.ones((course.days, 1))
    issue = course.from_day(warrant.issued)
    split = ones.copy()
    if warrant.adjustment.splits:
        for event in course.splits:
            row = course.from_day(event.day)
            # A split before the issue changes what earlier closes mean, one after it what later closes mean.
            if row <= issue:
                split[:row] /= event.ratio
            elif row != NEVER:
                split[row:] *= event.ratio
    closes = course.closes * split
    volumes = None if course.volumes is None else course.volumes / split
    cheaper, grown = 0.0 * ones, ones
    if warrant.adjustment.dividends != "none":
        paid = [(course.from_day(d.day), d.amount) for d in course.dividends]
        for row, amount in ((row, amount) for row, amount in sorted(paid) if issue < row < NEVER):
            value = amount * split[row]
            if warrant.adjustment.dividends == "strike":
                cheaper = cheaper + np.where(np.arange(course.days)[:, None] >= row, value, 0.0)
            else:
                before = closes[row - 1]
                bought = before / np.maximum(before - value, 1e-9 * before)
                grown = grown * np.where(np.arange(course.days)[:, None] >= row, bought, 1.0)
    return Adjusted(closes, volumes, split, grown, cheaper)
