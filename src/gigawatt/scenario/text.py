"""Scenario files as plain values that remember where they were written; what they mean is decided elsewhere.

    Data       dict, list, str, int, float, bool or None
    Path       the way to a value inside a document: names and list positions
    Document   the values of one file, with the line and column of each

The text is YAML 1.2 (core schema), of which JSON is a part. What makes YAML surprising or dangerous is refused:
duplicate keys, tags, merge keys, keys that are no text, infinities, and aliases that grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath

from gigawatt.errors import Problem, ScenarioError
from gigawatt.scenario import files, syntax
from gigawatt.scenario.nodes import Data, Path, Place, Spot, built, dotted


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """The values of one file, each with the place it was written at.

    Arguments:
        file: the file's name as the user gave it, or `<text>`.
        data: plain values, a mapping at the top.
        spot: the places, in the same shape as the data.
        source: the file on disk; None for a text from elsewhere.
    """

    file: str
    data: dict[str, Data]
    spot: Spot = field(repr=False)
    source: FilePath | None = None

    def place(self, path: Path, key: bool = False) -> Place:
        """Line and column (1-based) of the value at a path, or of the nearest thing around it that was written.

        Arguments:
            path: names and list positions from the top.
            key: True for the place of the key instead of the value.
        """
        spot = self.spot
        for step in path:
            inner = spot.at(step)
            if inner is None:
                break
            spot = inner
        return spot.key if key else spot.value

    def problem(self, path: Path, message: str, key: bool = False) -> Problem:
        """Something wrong with the value (or the key) at a path, ready for a `ScenarioError`."""
        line, column = self.place(path, key)
        return Problem(self.file, line, column, dotted(path), message)


def read(file: str | FilePath) -> Document:
    """The document in a file.

    Arguments:
        file: a YAML or JSON file in UTF-8 of at most 5 MB.

    Raises:
        ScenarioError: the file cannot be read, or its text is refused; holds every problem found.
    """
    document = parse(files.text_of(file), str(file))
    return Document(document.file, document.data, document.spot, FilePath(file))


def parse(text: str, file: str = "<text>") -> Document:
    """The document in a text, as `read` but from memory.

    Raises:
        ScenarioError: the text is refused; holds every problem found up to the first error of syntax.
    """
    data, spot = built(text, file)
    if isinstance(data, dict):
        return Document(file, data, spot)
    found = "there is nothing in it" if data is None else f"the whole of it is {kind(data)}"
    message = f"{found}; expected keys with values at the top, such as `name: example`"
    raise ScenarioError([Problem(file, *spot.value, "", message)])


def value(text: str, file: str = "<text>") -> Data:
    """One value written as YAML, such as `5 GW`, `0.3` or `[1, 2]`; raises as `parse` does."""
    return built(text, file)[0]


def kind(data: Data) -> str:
    """What a value is, in words for a message."""
    if isinstance(data, dict | list) or data is None:
        return "empty" if data is None else "a mapping" if isinstance(data, dict) else "a list"
    if isinstance(data, str):
        return f"the text `{syntax.short(data)}`"
    return f"the truth value `{str(data).lower()}`" if isinstance(data, bool) else f"the number `{data}`"
