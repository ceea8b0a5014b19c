"""The words of YAML 1.2 and, where a text is no YAML, what its author most likely meant.

scalar(word)             the value of an unquoted word
explained(error, text)   a parser's complaint as line, column and fix
"""

from __future__ import annotations

import math
import re

import yaml

LARGEST_DIGITS = 400

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# `NaN` and `Infinity` are no YAML numbers, but many JSON writers leave them where a number is missing.
_NOT_FINITE = re.compile(r"\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF)|NaN|-?Infinity")

_QUOTE_IT = "put the whole text in quotes"
_STARTS = {
    "\t": "a tab cannot start a value; use spaces",
    "@": f"a text cannot start with `@`; {_QUOTE_IT}",
    "`": f"a text cannot start with a backquote; {_QUOTE_IT}",
    "%": f"a text cannot start with `%`; {_QUOTE_IT}",
}
_TAB = "a tab is used to indent this line; replace it by spaces"
_INDENT = "this line does not fit the ones above it; keys of one mapping, and `-` of one list, start in the same column"
_AFTER_END = f"the value before this has ended; expected the next line, or {_QUOTE_IT}"
# (what the parser says, whether the place to show is where the thing began, what to tell)
_MEANINGS: tuple[tuple[str, bool, str], ...] = (
    (r"violates indentation|indentation space", False, _TAB),
    (r"quoted scalar.*(end of stream|document)", True, "this quote is never closed; add the closing quote"),
    (r"flow sequence", True, "this `[` is not closed, or a comma is missing in it; expected `,` or `]`"),
    (r"flow mapping", True, "this `{` is not closed, or a comma is missing in it; expected `,` or `}`"),
    (r"cannot start any token", False, f"this character cannot start a value; {_QUOTE_IT}"),
    (
        r"mapping values are not allowed",
        False,
        "a `:` is not expected here; quote a text that contains `: `, or check the indentation of this line",
    ),
    (r"sequence entries are not allowed", False, "a list cannot start here; begin its `-` on a line of its own"),
    (r"could not find expected ':'", True, "there is no `:` after this; expected `key: value`"),
    (r"unknown escape", False, r"this backslash starts no known escape; use single quotes, or write `\\`"),
    (
        r"invalid Unicode|expected hexdecimal|escape sequence of",
        False,
        r"this escape is no character; check its digits",
    ),
    (r"undefined tag handle|tag", True, "a tag (`!...`) is not allowed here; remove it, or quote the text"),
    (r"an alias", True, f"`*` stands for an anchor and needs its name; if it is a text, {_QUOTE_IT}"),
    (r"an anchor", True, f"`&` marks an anchor and needs a name; if it is a text, {_QUOTE_IT}"),
    (r"block scalar", True, f"after `|` or `>` the text starts on the next line; if it is a text, {_QUOTE_IT}"),
    (r"directive|incompatible YAML", False, "a line starting with `%` is a directive of YAML; remove it"),
    (r"node content", False, f"a value is missing before this; write one, or {_QUOTE_IT}"),
    (r"document start", False, "everything has ended before this; remove what follows the last bracket or `...`"),
    (r"key|block end|'-' indicator", False, _INDENT),
)


def scalar(word: str) -> str | int | float | bool | None:
    """What an unquoted word means in YAML 1.2: null, a truth value, a number, or the word itself.

    Raises:
        ValueError: it is a number, but none that is finite and can be held.

    Source: YAML 1.2.2, section 10.3.2 (core schema).
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "-+.0123456789NI":
        return word
    if _NOT_FINITE.fullmatch(word):
        raise ValueError(f"`{word}` is not a finite number; write a number, leave the key out, or quote a text")
    whole = _WHOLE.fullmatch(word)
    if not whole and not _DECIMAL.fullmatch(word):
        return word
    if len(word) > LARGEST_DIGITS:
        raise ValueError(f"this number has {len(word)} characters; write it as `1.5e9`, or quote it if it is a text")
    number = int(word, {"0o": 8, "0x": 16}.get(word[:2], 10)) if whole else float(word)
    if number.bit_length() > 1023 if isinstance(number, int) else math.isinf(number):
        raise ValueError(f"the number `{short(word)}` is too large; expected one below 1e308")
    return number


def explained(error: Exception, text: str) -> tuple[int, int, str]:
    """Where a text stops being YAML (1-based line and column) and how to mend it.

    Arguments:
        error: what the YAML parser raised.
        text: the text it was given.
    """
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, 0, "this is not valid YAML; look for a backslash in double quotes or a line starting with `%`"
    here = error.problem_mark or error.context_mark
    said = f"{error.context or ''}: {error.problem or ''}"
    meaning = next((found for found in _MEANINGS if re.search(found[0], said)), None)
    if meaning and meaning[1]:
        here = error.context_mark or here
    line, column = (here.line, here.column) if here else (0, 0)
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent and (meaning is None or not meaning[1]):
        return line + 1, indent.index("\t") + 1, _TAB
    if meaning is None:
        return line + 1, column + 1, f"this is not valid YAML: {error.problem}"
    message = meaning[2]
    if "cannot start" in meaning[0]:
        message = _STARTS.get(written[column : column + 1], message)
    if message == _INDENT and column > len(indent):
        message = _AFTER_END
    return line + 1, column + 1, message


def short(text: str, most: int = 40) -> str:
    """A text cut to fit into a message."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
