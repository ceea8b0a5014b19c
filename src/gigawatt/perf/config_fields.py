"""Fields of a `config.json`, read one by one, so that a mistake names its file, line, place and fix.

Fields    one JSON object of the file
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gigawatt.errors import InputError, Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of a file.

    Arguments:
        file: the file's name as the user gave it.
        text: the file.
        values: the object.
        prefix: where in the file it is, such as `text_config.`; empty for the whole.
    """

    file: str
    text: str
    values: Mapping[str, object]
    prefix: str = ""

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(name) is not None

    def whole(self, *names: str, default: int | None = None) -> int:
        """A whole number of at least 0.

        Arguments:
            names: the names it may have, the usual one first.
            default: its value where it is missing or null.

        Raises:
            InputError: it is missing without a default, or no whole number.
        """
        for name in names:
            value = self.values.get(name)
            if value is None:
                continue
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                self.refuse(name, f"{_shown(value)}; expected a whole number, such as {_example(name)}")
            return value
        if default is None:
            self.missing(names[0])
        return default

    def flag(self, name: str, default: bool) -> bool:
        """A truth value.

        Raises:
            InputError: it is something else.
        """
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, f"{_shown(value)}; expected true or false")
        return value

    def word(self, name: str, default: str = "") -> str:
        """A text.

        Raises:
            InputError: it is something else.
        """
        value = self.values.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str):
            self.refuse(name, f'{_shown(value)}; expected a text, such as "llama"')
        return value

    def words(self, name: str) -> list[str]:
        """A list of texts; empty where it is missing.

        Raises:
            InputError: it is something else.
        """
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(name, f"{_shown(value)}; expected a list of texts")
        return [str(item) for item in value]

    def switches(self, name: str) -> list[bool]:
        """A list of zeros and ones; empty where it is missing.

        Raises:
            InputError: it is something else.
        """
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(type(item) is int and item in (0, 1) for item in value):
            self.refuse(name, f"{_shown(value)}; expected a list of zeros and ones")
        return [item == 1 for item in value]

    def part(self, name: str) -> Fields:
        """The object in a field; empty where it is missing.

        Raises:
            InputError: it is something else.
        """
        value = self.values.get(name)
        if value is None:
            return Fields(self.file, self.text, {}, f"{self.prefix}{name}.")
        if not isinstance(value, dict):
            self.refuse(name, f"{_shown(value)}; expected an object in braces")
        return Fields(self.file, self.text, value, f"{self.prefix}{name}.")

    def missing(self, name: str) -> NoReturn:
        """Say that a field is missing."""
        fix = f"Add `{name}`, such as {_example(name)}. {did_you_mean(name, self.values)}"
        problem = Problem(self.file, 0, 0, self.prefix + name, f"missing. {fix}")
        raise InputError(str(problem))

    def refuse(self, name: str, message: str) -> NoReturn:
        """Say that a field is wrong, with the line it is on."""
        found = re.search(rf'"{re.escape(name)}"\s*:', self.text)
        before = self.text[: found.start()] if found else ""
        line = before.count("\n") + 1 if found else 0
        column = len(before) - (before.rfind("\n") + 1) + 1 if found else 0
        raise InputError(str(Problem(self.file, line, column, self.prefix + name, f"{message}.")))


def read_fields(path: Path) -> Fields:
    """The fields of a JSON file.

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
    return Fields(file, text, values)


def _shown(value: object) -> str:
    try:
        return json.dumps(value)[:60]
    except (ValueError, RecursionError):
        return "a value too large to show"


def _example(name: str) -> str:
    examples = {"vocab": "128256", "layer": "32", "head_dim": "128", "heads": "32", "expert": "8", "rank": "512"}
    return next((value for part, value in examples.items() if part in name), "4096")
