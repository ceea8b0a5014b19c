"""A scenario is a base plus patches: merging them, setting one value, and what differs between two.

merge      a patch laid over a base
set_at     one value replaced, at a path such as `deals.amd.phases[2].capacity`
diff       what would have to be set to come from one to the other
Layers     a chain of documents under `extends:`, merged, that still knows who wrote what
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import NoReturn

from gigawatt.errors import Problem, ScenarioError, did_you_mean
from gigawatt.scenario.files import SUFFIXES, siblings
from gigawatt.scenario.nodes import Data, Path, copied, dotted
from gigawatt.scenario.text import Document, kind, read, value

_STEP = re.compile(r"\[(?P<at>[0-9]{1,9})\]|(?P<dot>\.?)(?P<name>[^\s.\[\]\"=]+)|\[(?P<quoted>\"(?:[^\"\\]|\\.)*\")\]")


_DISTRIBUTIONS = ("choice", "split", "ordered", "uniform", "triangular", "normal", "lognormal", "beta")
WHOLE = frozenset(("claim", "claims", "figure", *_DISTRIBUTIONS))
"""Keys that make a mapping a figure: a figure replaces another as a whole, because its keys mean nothing apart."""


def merge(base: Data, patch: Data) -> Data:
    """A patch laid over a base: mappings merge key by key, a null removes its key, figures and all else replace.

    Arguments:
        base, patch: what there is and what changes; both stay as they were, and the result shares nothing with them.

    Source: the rules are those of JSON Merge Patch (IETF RFC 7396, 2014, section 2).
    """
    if not isinstance(patch, dict) or WHOLE & patch.keys():
        return copied(patch)
    return _laid(base if isinstance(base, dict) else {}, patch)


def set_at(data: dict[str, Data], path: str, new: Data, file: str = "--set") -> dict[str, Data]:
    """The same data with one value replaced; null removes a key, as it does in `merge`.

    Arguments:
        data: what there is; left as it was.
        path: where, such as `deals.amd.phases[2].capacity`; all but its last name must exist.
        new: the value to put there.
        file: what to call the origin of the path in an error.

    Raises:
        ScenarioError: the path is malformed or leads nowhere; names what is known and the likely fix.
    """
    where = steps(path, file)
    changed = {key: copied(old) for key, old in data.items()}
    here: Data = changed
    for done, step in enumerate(where[:-1]):
        here = _inside(here, step, where[:done], file)
    last = where[-1]
    if isinstance(here, dict) and isinstance(last, str) and new is not None:
        here[last] = copied(new)
        return changed
    _inside(here, last, where[:-1], file)
    if isinstance(here, dict):
        del here[str(last)]
    elif isinstance(here, list):
        here[int(last)] = copied(new)
    return changed


def diff(a: Data, b: Data) -> list[tuple[str, Data, Data]]:
    """What differs between two values: path, old and new; None stands for absent.

    Setting every path to its new value with `set_at`, in order, turns `a` into `b`.
    Lists of equal length are compared item by item, others as a whole.
    """
    return [(dotted(path), copied(old), copied(new)) for path, old, new in _differences((), a, b)]


def steps(path: str, file: str = "--set") -> Path:
    """The names and list positions in a dotted path; the inverse of `dotted`.

    Arguments:
        path: such as `deals.amd.phases[2]`; a name with a dot or a space is written `deals["gpt 5.1"]`.
        file: what to call the origin of the path in an error.

    Raises:
        ScenarioError: it is not a path.
    """
    found: list[str | int] = []
    at = 0
    while at < len(path) and (match := _STEP.match(path, at)):
        # A dot stands between two names: neither before the first nor missing before a later one.
        if match["name"] is not None and bool(match["dot"]) != bool(found):
            break
        try:
            found.append(_step(match))
        except ValueError:
            break
        at = match.end()
    if not found or at < len(path):
        rest = f" from `{path[at:]}` on" if found else ""
        _stop(file, "", f"`{path}` is not a path{rest}; expected names and positions such as `deals.amd.phases[2]`")
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Documents laid over each other, and who wrote which value last.

    Arguments:
        data: the merged values, without `extends`.
        documents: from the lowest base to the file that was asked for.
        settings: paths set afterwards from the command line, oldest first.
    """

    data: dict[str, Data]
    documents: tuple[Document, ...]
    settings: tuple[Path, ...] = ()

    def set(self, path: str, text: str) -> Layers:
        """The same layers with one more value, given as YAML text, as `--set path=text` does."""
        origin = f"--set {path}"
        changed = set_at(self.data, path, value(text, origin), origin)
        return replace(self, data=changed, settings=(*self.settings, steps(path)))

    def document(self, path: Path) -> Document:
        """The document that has the last word on a path, or on the nearest thing around it."""
        for length in range(len(path), 0, -1):
            for document in reversed(self.documents):
                reached, hidden = _reach(document.data, path[:length])
                if reached:
                    return document
                if hidden:
                    break
        return self.documents[-1]

    def problem(self, path: Path, message: str, key: bool = False) -> Problem:
        """Something wrong at a path, placed in the file or the `--set` that wrote it."""
        for setting in reversed(self.settings):
            if path[: len(setting)] == setting:
                return Problem(f"--set {dotted(setting)}", 0, 0, dotted(path), message)
        return self.document(path).problem(path, message, key)


def resolve(
    source: str | FilePath | Document, find: Callable[[str], FilePath | None], known: Iterable[str] = ()
) -> Layers:
    """A scenario with everything it extends.

    Arguments:
        source: a file, the name of a built-in scenario, or a document already read.
        find: the file of a built-in scenario by its name, None if there is none.
        known: the names `find` knows, to suggest one for a misspelt name.

    Raises:
        ScenarioError: a file is missing or refused, or `extends` leads in a circle.
    """
    document = source if isinstance(source, Document) else read(_asked(source, find, known))
    chain = [document]
    while "extends" in document.data:
        base = _base(document, find, known)
        chain_files = [other.source.resolve() if other.source else None for other in chain]
        if base.resolve() in chain_files:
            circle = [*(other.file for other in chain[chain_files.index(base.resolve()) :]), str(base)]
            message = f"this goes in a circle: {' -> '.join(circle)}; remove one of these `extends`"
            raise ScenarioError([document.problem(("extends",), message)])
        document = read(base)
        chain.append(document)
    documents = tuple(reversed(chain))
    data: dict[str, Data] = {}
    problems: list[Problem] = []
    for above, layer in enumerate(documents):
        patch = {key: item for key, item in layer.data.items() if key != "extends"}
        vain = _vain_removals((), data, patch) if above else ()
        problems += [layer.problem(path, _nothing_to_remove(path, data), key=True) for path in vain]
        # The lowest document keeps its nulls, so that a value left out there is reported at its own place.
        data = _laid(data, patch) if above else patch
    if problems:
        raise ScenarioError(problems)
    return Layers(data, documents)


def _named(source: str, find: Callable[[str], FilePath | None]) -> FilePath | None:
    bare = FilePath(source).name == source and not source.endswith(SUFFIXES)
    return find(source) if bare else None


def _asked(source: str | FilePath, find: Callable[[str], FilePath | None], known: Iterable[str]) -> FilePath:
    path = (isinstance(source, str) and _named(source, find)) or FilePath(source)
    if isinstance(source, str) and path.name == source and not path.suffix and not _exists(path):
        fix = did_you_mean(source, {*known, *siblings(path.parent)})
        _stop(source, "", f"there is neither a built-in scenario nor a file of this name. {fix}")
    return path


def _base(document: Document, find: Callable[[str], FilePath | None], known: Iterable[str]) -> FilePath:
    name = document.data["extends"]
    if not isinstance(name, str) or not name:
        message = f"expected the name of one scenario or file, but this is {kind(name)}; to extend several, chain them"
    elif built_in := _named(name, find):
        return built_in
    elif document.source is None:
        fix = did_you_mean(name, known)
        message = f"there is no built-in scenario `{name}`, and a text from elsewhere cannot extend a file. {fix}"
    else:
        beside = document.source.parent / name
        if _exists(beside):
            return beside
        fix = did_you_mean(name, {*known, *siblings(document.source.parent)} - {document.source.name})
        message = f"there is neither a built-in scenario `{name}` nor a file `{beside}`. {fix}"
    raise ScenarioError([document.problem(("extends",), message.rstrip())])


def _exists(path: FilePath) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _step(match: re.Match[str]) -> str | int:
    if match["at"]:
        return int(match["at"])
    return str(json.loads(match["quoted"], strict=False)) if match["quoted"] else match["name"]


def _laid(base: dict[str, Data], patch: dict[str, Data]) -> dict[str, Data]:
    merged = {}
    # The base decides the order of the keys it has, so that a patch does not shuffle parties or contracts.
    for key in (*base, *(key for key in patch if key not in base)):
        if key not in patch:
            merged[key] = copied(base[key])
        elif patch[key] is not None:
            merged[key] = merge(base.get(key), patch[key])
    return merged


def _inside(data: Data, step: str | int, path: Path, file: str) -> Data:
    here = f"`{dotted(path)}`" if path else "the scenario"
    if isinstance(data, dict) and isinstance(step, str):
        if step not in data:
            _stop(file, dotted(path), f"there is no `{step}` in {here}. {did_you_mean(step, data)}")
        return data[step]
    if isinstance(data, list) and isinstance(step, int):
        if step >= len(data):
            _stop(file, dotted(path), f"{here} has {len(data)} of them, so there is no [{step}]; the first is [0]")
        return data[step]
    wanted = f"holds no key `{step}`" if isinstance(step, str) else f"has no item [{step}]"
    fix = "; an item of a list is written `[0]`" if isinstance(data, list) else ""
    return _stop(file, dotted(path), f"{here} is {kind(data)}, which {wanted}{fix}")


def _differences(path: Path, a: Data, b: Data) -> Iterator[tuple[Path, Data, Data]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in (*a, *(key for key in b if key not in a)):
            yield from _differences((*path, key), a.get(key), b.get(key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for at, (old, new) in enumerate(zip(a, b, strict=True)):
            yield from _differences((*path, at), old, new)
    # True == 1 == 1.0 in Python, but a truth value is no number in a scenario.
    elif a != b or isinstance(a, bool) != isinstance(b, bool):
        yield path, a, b


def _reach(data: Data, path: Path) -> tuple[bool, bool]:
    """Whether a document writes a path, and if not, whether it hides what documents below it write there."""
    for step in path:
        if isinstance(data, dict):
            if step not in data:
                return False, False
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
            data = data[step]
        else:
            return False, True
    return True, False


def _vain_removals(path: Path, base: Data, patch: Data) -> Iterator[Path]:
    if isinstance(patch, dict) and not WHOLE & patch.keys():
        below = base if isinstance(base, dict) else {}
        for key, new in patch.items():
            if new is None and key not in below:
                yield (*path, key)
            else:
                yield from _vain_removals((*path, key), below.get(key), new)


def _nothing_to_remove(path: Path, base: Data) -> str:
    for step in path[:-1]:
        base = base.get(str(step)) if isinstance(base, dict) else None
    known = did_you_mean(str(path[-1]), base) if isinstance(base, dict) else ""
    return f"a key without a value removes what it extends, but there is no such key; give it a value. {known}".rstrip()


def _stop(file: str, path: str, message: str) -> NoReturn:
    raise ScenarioError([Problem(file, 0, 0, path, message.rstrip())])
