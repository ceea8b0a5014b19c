"""What can go wrong, drawn as a tree.

    GigawattError
    |-- InputError          wrong input: exit code 2
    |   |-- UnitError       a unit that does not fit, or text that is no quantity
    |   |-- CatalogError    an unknown, malformed or not-yet-published claim
    |   |-- ScenarioError   a scenario that cannot be read or makes no sense
    |   `-- RunError        a run folder that cannot be read, written or continued
    `-- ModelError          the input is sound and the model says no: exit code 1

Every message says what was given, where, what was expected and the likely fix.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class GigawattError(Exception):
    """The root of all errors meant for a user; its text is complete without a traceback."""

    exit_code = 1


class ModelError(GigawattError):
    """The input is sound, but the model has no answer for it."""


class InputError(GigawattError):
    """Something the user wrote is wrong."""

    exit_code = 2


class UnitError(InputError):
    """A unit does not fit, or a text is not a quantity."""


class CatalogError(InputError):
    """A claim is unknown, malformed, or did not exist yet at the date asked for."""


class RunError(InputError):
    """A run folder cannot be read, written or continued."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong at one place.

    Arguments:
        file: the file's name as the user gave it, or `<text>`.
        line: 1-based line, 0 where no line applies.
        column: 1-based column, 0 where no line applies.
        path: where in the document, such as `contracts.amd_warrant.shares`.
        message: what is wrong, what was expected and the likely fix.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ScenarioError(InputError):
    """A scenario cannot be read or makes no sense; holds every problem found, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The likely fix for a misspelt name, ready to end a message.

    Arguments:
        word: what was written.
        known: the names that would have been right.

    Returns:
        `Known: a, b. Did you mean `b`?`, shortened when there are many, or an empty string.
    """
    names = sorted(set(known))
    if not names:
        return ""
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    listing = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:12])} and {len(names) - 12} more"
    return f"Known: {listing}." + (f" Did you mean `{close[0]}`?" if close else "")
