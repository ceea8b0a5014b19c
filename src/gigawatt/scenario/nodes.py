"""The values of one YAML text, each with the place it was written at.

Data    dict, list, str, int, float, bool or None
Path    the way to a value inside a document: names and list positions
Place   line and column, both 1-based
Spot    the places of a value, of its key and of all that is inside it
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NamedTuple, NoReturn, TypeAlias

import yaml
from yaml import events

from gigawatt.errors import Problem, ScenarioError, did_you_mean
from gigawatt.scenario import files, syntax

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | float | bool | None"
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

MOST_NODES = 100_000
MOST_DEPTH = 64
MOST_PROBLEMS = 200

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_NAME = re.compile(r"[^\s.\[\]\"=]+")
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Spot(NamedTuple):
    """Where one value and its key were written, and the same for what lies inside it."""

    key: Place
    value: Place
    inside: dict[str, Spot] | list[Spot] | None

    def at(self, step: str | int) -> Spot | None:
        """The spot of one value inside, None where there is none of that name or position."""
        if isinstance(self.inside, dict):
            return self.inside.get(step) if isinstance(step, str) else None
        if self.inside is None or isinstance(step, str):
            return None
        return self.inside[step] if 0 <= step < len(self.inside) else None


def built(text: str, file: str) -> tuple[Data, Spot]:
    """The value of a text and its places; an empty text is None.

    Raises:
        ScenarioError: the text is refused; holds every problem found up to the first error of syntax.
    """
    return _Builder(file).run(text)


def dotted(path: Path) -> str:
    """A path as it is shown to people: `contracts.amd_warrant.tranches[2].shares`."""
    shown = ""
    for step in path:
        if isinstance(step, str) and _PLAIN_NAME.fullmatch(step):
            shown += f".{step}" if shown else step
        else:
            shown += f"[{json.dumps(step, ensure_ascii=False)}]"
    return shown


def copied(data: Data) -> Data:
    """The same value, sharing no mapping or list with the original."""
    if isinstance(data, dict):
        return {key: copied(inner) for key, inner in data.items()}
    return [copied(inner) for inner in data] if isinstance(data, list) else data


class _Named(NamedTuple):
    """What an alias stands for."""

    data: Data
    inside: dict[str, Spot] | list[Spot] | None
    nodes: int
    height: int


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    data: dict[str, Data] | list[Data]
    inside: dict[str, Spot] | list[Spot]
    start: Place
    anchor: str | None
    nodes_before: int
    height: int = 1
    key: str | None = None
    key_place: Place = (0, 0)


class _Builder:
    """Builds one document from parser events, without recursion, so that no text can exhaust the stack."""

    __slots__ = ("file", "named", "nodes", "problems", "root", "stack")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.named: dict[str, _Named] = {}
        self.nodes = 0
        self.root: tuple[Data, Spot] | None = None

    def run(self, text: str) -> tuple[Data, Spot]:
        text = files.checked(text, self.file)
        if "\\u" in text:
            # JSON writes a character beyond U+FFFF as two escapes, which YAML does not know.
            text = _PAIR.sub(_joined, text)
        parser = _PARSER(text)
        try:
            while True:
                try:
                    event = parser.get_event()
                # The pure Python parser lets the last two through for absurd escapes and version numbers.
                except (yaml.YAMLError, ValueError, OverflowError) as error:
                    line, column, message = syntax.explained(error, text)
                    self.stop((line, column), message, path=False)
                if isinstance(event, events.StreamEndEvent):
                    break
                self.take(event)
        finally:
            parser.dispose()
        if self.problems:
            raise ScenarioError(self.problems)
        return self.root or (None, Spot((1, 1), (1, 1), None))

    def take(self, event: events.Event) -> None:
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        if isinstance(event, events.ScalarEvent):
            self.count(1, place)
            self.scalar(event, place)
        elif isinstance(event, events.CollectionStartEvent):
            self.count(1, place)
            self.open(event, place)
        elif isinstance(event, events.CollectionEndEvent):
            self.close()
        elif isinstance(event, events.AliasEvent):
            self.alias(event.anchor or "", place)
        elif isinstance(event, events.DocumentStartEvent) and self.root:
            self.stop(place, "a second document starts here; a file holds one, so remove this `---`", path=False)

    def scalar(self, event: events.ScalarEvent, place: Place) -> None:
        top = self.stack[-1] if self.stack else None
        is_key = top is not None and isinstance(top.data, dict) and top.key is None
        data: Data = event.value
        if event.tag:
            self.tag(event.tag, place)
        elif event.implicit[0]:
            try:
                data = syntax.scalar(event.value)
            except ValueError as error:
                data = None
                if not is_key:
                    self.add(place, str(error))
        elif not event.value.isascii() and _SURROGATE.search(event.value):
            self.add(place, r"half of a pair of escapes (`\ud800` to `\udfff`) is no character; write both halves")
        if event.anchor:
            self.named[event.anchor] = _Named(data, None, 1, 0)
        if top is None or not is_key:
            self.put(data, None, place)
            return
        if not isinstance(data, str):
            shown = event.value or " "
            self.add(place, f'a key is a text, but `{syntax.short(shown)}` is not: quote it, as in `"{shown}":`')
        elif data == "<<" and event.implicit[0]:
            self.add(place, "merge keys (`<<`) are not supported; to build on another scenario write `extends: name`")
        elif isinstance(top.inside, dict) and event.value in top.inside:
            line, column = top.inside[event.value].key
            first = f"first at line {line}, column {column}"
            self.add(place, f"the key `{syntax.short(event.value)}` is written twice, {first}; keep one", event.value)
        top.key, top.key_place = event.value, place

    def open(self, event: events.CollectionStartEvent, place: Place) -> None:
        if event.tag:
            self.tag(event.tag, place)
        self.refuse_as_key("a mapping or list", place)
        if len(self.stack) >= MOST_DEPTH:
            self.stop(place, f"this is nested deeper than {MOST_DEPTH} levels; a scenario needs fewer than ten")
        if isinstance(event, events.MappingStartEvent):
            self.stack.append(_Open({}, {}, place, event.anchor, self.nodes))
        else:
            self.stack.append(_Open([], [], place, event.anchor, self.nodes))

    def close(self) -> None:
        done = self.stack.pop()
        if done.anchor:
            self.named[done.anchor] = _Named(done.data, done.inside, self.nodes - done.nodes_before + 1, done.height)
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, done.height + 1)
        self.put(done.data, done.inside, done.start)

    def alias(self, name: str, place: Place) -> None:
        self.refuse_as_key("an alias", place)
        target = self.named.get(name)
        self.count(target.nodes if target else 1, place)
        if any(around.anchor == name for around in self.stack):
            self.add(place, f"`*{name}` stands for something that contains it; write the inner value out")
        elif target is None:
            known = did_you_mean(name, self.named)
            self.add(place, f"`*{name}` has no anchor `&{name}` before it; if it is a text, quote it. {known}".rstrip())
        else:
            if len(self.stack) + target.height > MOST_DEPTH:
                self.stop(place, f"with what `*{name}` stands for, this is nested deeper than {MOST_DEPTH} levels")
            self.stack[-1].height = max(self.stack[-1].height, target.height + 1)
            self.put(copied(target.data), target.inside, place)
            return
        self.put(None, None, place)

    def put(self, data: Data, inside: dict[str, Spot] | list[Spot] | None, place: Place) -> None:
        if not self.stack:
            self.root = data, Spot(place, place, inside)
            return
        top = self.stack[-1]
        if isinstance(top.data, list) and isinstance(top.inside, list):
            top.data.append(data)
            top.inside.append(Spot(place, place, inside))
        elif isinstance(top.data, dict) and isinstance(top.inside, dict):
            if top.key is None:
                # What was read is a key that has been refused already; it only keeps keys and values in step.
                top.key, top.key_place = "?", place
                return
            # Of two equal keys the first keeps its place, so that a third one still names the first.
            top.inside.setdefault(top.key, Spot(top.key_place, place, inside))
            top.data[top.key] = data
            top.key = None

    def refuse_as_key(self, what: str, place: Place) -> None:
        if self.stack and isinstance(self.stack[-1].data, dict) and self.stack[-1].key is None:
            self.add(place, f"a key is a text, but this is {what}; write the key out, or quote it if it is a text")

    def tag(self, tag: str, place: Place) -> None:
        shown = syntax.short(tag.replace("tag:yaml.org,2002:", "!!"))
        self.add(place, f"the tag `{shown}` is not allowed; remove it, and quote the value if it is a text")

    def count(self, nodes: int, place: Place) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            self.stop(
                place, f"there are more than {MOST_NODES:,} values here, with aliases written out; split the file"
            )

    def add(self, place: Place, message: str, *key: str) -> None:
        steps = [len(around.data) if isinstance(around.data, list) else around.key for around in self.stack]
        path = (*(step for step in steps if step is not None), *key)
        self.problems.append(Problem(self.file, *place, dotted(path), message))
        if len(self.problems) == MOST_PROBLEMS:
            self.stop(place, f"these are {MOST_PROBLEMS} problems; what follows was not read", path=False)

    def stop(self, place: Place, message: str, path: bool = True) -> NoReturn:
        if path:
            self.add(place, message)
        else:
            self.problems.append(Problem(self.file, *place, "", message))
        raise ScenarioError(self.problems) from None


def _joined(pair: re.Match[str]) -> str:
    high, low = int(pair[2], 16) - 0xD800, int(pair[3], 16) - 0xDC00
    return f"{pair[1]}\\U{0x10000 + (high << 10) + low:08X}"
