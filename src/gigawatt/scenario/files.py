"""The text of a file a user names: found, small enough, and really text.

text_of(file)   the decoded text of a file
checked(text)   the same text once it holds nothing that YAML forbids
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import NoReturn

from gigawatt.errors import Problem, ScenarioError, did_you_mean

LARGEST_FILE = 5_000_000
"""Bytes; a scenario of a thousand contracts has about a tenth of it."""

SUFFIXES = (".yaml", ".yml", ".json")

# The line breaks that no editor shows (U+0085, U+2028, U+2029) would put every later line number in doubt.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MAGIC = {
    b"PK\x03\x04": "a zip archive, as Excel workbooks are",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"PAR1": "a Parquet table",
}
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def text_of(file: str | Path) -> str:
    """The text of a file, without a byte-order mark.

    Arguments:
        file: a file in UTF-8 of at most `LARGEST_FILE` bytes; a larger one is refused before it is read.

    Raises:
        ScenarioError: it is missing, a folder, unreadable, too large, or no UTF-8 text.
    """
    name, path = str(file), Path(file)
    try:
        if path.is_dir():
            _stop(name, f"this is a folder; name a file in it. {did_you_mean('', siblings(path))}")
        with path.open("rb") as stream:
            size = path.stat().st_size
            # A pipe has no size, so one byte more than allowed is asked for and its presence is the answer.
            content = b"" if size > LARGEST_FILE else stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        folder = path.parent
        if not folder.is_dir():
            _stop(name, f"there is no folder `{folder}`")
        _stop(name, f"there is no such file. {did_you_mean(path.name, siblings(folder))}")
    except PermissionError:
        _stop(name, "you have no permission to read this file; change its permissions or copy it")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        _stop(name, f"it cannot be opened: {reason}")
    if max(size, len(content)) > LARGEST_FILE:
        shown = f"{size / 1e6:.1f} MB" if size else f"more than {LARGEST_FILE / 1e6:.0f} MB"
        _stop(name, f"the file has {shown}; a scenario has at most {LARGEST_FILE / 1e6:.0f} MB. Is it the right file?")
    return _decoded(content, name)


def checked(text: str, file: str) -> str:
    """The text itself, once it is small enough and holds no character that YAML forbids.

    Raises:
        ScenarioError: with the place and the code point of the first such character.
    """
    if len(text) > LARGEST_FILE:
        _stop(file, f"the text has {len(text) / 1e6:.1f} MB; a scenario has at most {LARGEST_FILE / 1e6:.0f} MB")
    text = text.removeprefix("\ufeff")
    if bad := _FORBIDDEN.search(text):
        at = bad.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        code = f"U+{ord(bad[0]):04X}"
        message = f"the character {code} cannot be part of a scenario; remove it, or write it as an escape in quotes"
        raise ScenarioError([Problem(file, line, column, "", message)])
    return text


def siblings(folder: Path) -> list[str]:
    """The names of the YAML and JSON files in a folder; none where it cannot be listed."""
    try:
        return [entry.name for entry in islice(folder.iterdir(), 1000) if entry.suffix.lower() in SUFFIXES]
    except (OSError, ValueError):
        return []


def _decoded(content: bytes, file: str) -> str:
    for magic, what in _MAGIC.items():
        if content.startswith(magic):
            _stop(file, f"this is {what}, not a text; expected a YAML or JSON file")
    # Two ASCII characters in UTF-16 have a zero in exactly one byte of each pair, with or without a mark.
    halves = content[0:2].count(0), content[2:4].count(0)
    if content.startswith(_UTF32) or content.startswith(_UTF16) or halves == (1, 1):
        name = "UTF-32" if content.startswith(_UTF32) else "UTF-16"
        _stop(file, f"the file is written in {name}; save it as UTF-8")
    if (zero := content.find(0)) >= 0:
        _stop_at(content, zero, file, "is zero, so this is a binary file; expected a YAML or JSON text in UTF-8")
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = f"is 0x{content[error.start]:02X}, which is not UTF-8; save the file as UTF-8"
        _stop_at(content, error.start, file, f"{found} (it may be Latin-1 or Windows-1252 now)")


def _stop(file: str, message: str) -> NoReturn:
    raise ScenarioError([Problem(file, 0, 0, "", message.rstrip())]) from None


def _stop_at(content: bytes, at: int, file: str, message: str) -> NoReturn:
    start = content.rfind(b"\n", 0, at) + 1
    line, column = content.count(b"\n", 0, at) + 1, len(content[start:at].decode("utf-8", "replace")) + 1
    raise ScenarioError([Problem(file, line, column, "", f"byte {at + 1} of the file {message}")]) from None
