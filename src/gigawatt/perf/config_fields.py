"""Fields of a `config.json`: by the names they may have, and where in the file a mistake stands.

ConfigFile                 the file
read_file                  it, from the disk
whole, words, switches     its fields, beside those that every sheet has
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gigawatt.errors import InputError, Problem, did_you_mean
from gigawatt.perf.sheet import Fault, Place, Sheet, shown


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file with one JSON object.

    Arguments:
        name: of the file, as the user gave it.
        text: what is in it.
        values: the object.
    """

    name: str
    text: str
    values: Mapping[str, object]

    def problem(self, fault: Fault) -> Problem:
        """A mistake with its line; a field that is missing has none."""
        place = (*fault.place, fault.absent) if fault.absent else fault.place
        path = ".".join(map(str, place))
        if fault.absent:
            fix = (
                f"Add `{fault.absent}`, such as {fault.example}. {did_you_mean(fault.absent, self._names(fault.place))}"
            )
            return Problem(self.name, 0, 0, path, f"missing. {fix}")
        start, end = 0, 0
        for step in place:
            found = re.compile(rf'"{re.escape(str(step))}"\s*:').search(self.text, end)
            if found is None:
                return Problem(self.name, 0, 0, path, fault.message)
            start, end = found.span()
        before = self.text[:start]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(self.name, line, column, path, fault.message)

    def _names(self, place: Place) -> Mapping[str, object]:
        values = self.values
        for step in place:
            inner = values.get(str(step))
            values = inner if isinstance(inner, dict) else {}
        return values


def read_file(path: Path) -> ConfigFile:
    """A JSON file with one object.

    Raises:
        InputError: the file cannot be read, or is no JSON object.
    """
    file = str(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{file}: {reason}. Expected the config.json that lies beside a model's weights.") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: no UTF-8 text. Expected the config.json beside a model's weights.") from None
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        problem = Problem(file, error.lineno, error.colno, "", f"no JSON: {error.msg}")
        raise InputError(str(problem)) from None
    except RecursionError:
        raise InputError(f"{file}: nested too deeply. Expected the config.json beside a model's weights.") from None
    except ValueError:
        # Python refuses to read a number of thousands of digits.
        raise InputError(f"{file}: a number of thousands of digits. Expected sizes of a model, such as 4096.") from None
    if not isinstance(values, dict):
        raise InputError(f"{file}:1:1: {text.strip()[:20]}; expected an object in braces, as in a model's config.json.")
    return ConfigFile(file, text, values)


def whole(fields: Sheet, *names: str, default: int | None = None) -> int:
    """A whole number of at least 0; 0 stands in for one that is missing without a default, or wrong.

    Arguments:
        fields: the object.
        names: the names it may have, the usual one first.
        default: its value where it is missing or null.
    """
    name = next((name for name in names if fields.has(name)), names[0])
    return fields.whole(name, example(name), default=default, least=0)


def words(fields: Sheet, name: str) -> list[str]:
    """A list of texts; empty where it is missing.

    Raises:
        SheetError: it is something else.
    """
    value = fields.values.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        fields.refuse(name, f"{shown(value)}; expected a list of texts.")
    return [str(item) for item in value]


def switches(fields: Sheet, name: str) -> list[bool]:
    """A list of zeros and ones; empty where it is missing.

    Raises:
        SheetError: it is something else.
    """
    value = fields.values.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(type(item) is int and item in (0, 1) for item in value):
        fields.refuse(name, f"{shown(value)}; expected a list of zeros and ones.")
    return [item == 1 for item in value]


def example(name: str) -> str:
    """What one writes in a field."""
    examples = {"vocab": "128256", "layer": "32", "head_dim": "128", "heads": "32", "expert": "8", "rank": "512"}
    return next((value for part, value in examples.items() if part in name), "4096")
