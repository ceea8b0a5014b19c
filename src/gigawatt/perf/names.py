"""Names people write for models and systems, and which entry of a catalogue each of them means.

Entry      what an entry is called: its words, its memory, how many chips join it
resolve    the id a name means

A name is cut into words; words that name the vendor, the board, the memory or a release of weights say nothing and are
dropped; `80GB` is compared with the chip's memory. What is left has to be among the words of the entry. An entry whose
own words are all there wins; where the form is not said (SXM, PCIe, NVL72), the one with the largest scale-up domain is
meant. Whatever is then still open is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from gigawatt.errors import InputError, did_you_mean

SILENT: Final = re.compile(
    "nvidia|amd|instinct|google|cloud|aws|amazon|intel|huawei|microsoft|azure|meta|habana|geforce|tesla|quadro"
    "|gpus?|accelerators?|chip|tensor|core|superchip|grace|hopper|blackwell|ampere|volta|turing|lovelace"
    "|server|edition|generation|virtualized|cts|oam|rack|based|series|dgx|hgx|pod"
    "|instruct|chat|base|hf|it|pt|preview|thinking|fp8|bf16|fp16|fp4|nvfp4|mxfp4|awq|gptq|int4|int8"
)
"""Words that name who made it, where it is plugged in or how its weights were tuned and stored, not what it is."""

SPELLED: Final = {"trn": "trainium", "inf": "inferentia", "tpuv": "tpu v", "sxm": "sxm "}
"""How instance types and sockets begin, before a number, and what that stands for."""

TOLERANCE: Final = 0.08
"""How far a stated memory may be from the usable one: 192 GB of stacks are sold as 180 GB."""

MANY: Final = 12
"""Most entries a message lists."""

LONGEST: Final = 40
"""Characters that a message repeats of what is no name."""

_MEMORY: Final = re.compile(r"(\d+(?:\.\d+)?)(?:gb|gib|g)")
_DROPPED: Final = re.compile(r"hbm\d?\w?|gddr\d\w?|v0\.\d+|[01]\d{3}|2[4-6]\d\d")
_PREFIX: Final = re.compile(rf"\b({'|'.join(SPELLED)})(\d)")
_FORM: Final = re.compile(r"sxm|pcie|nvl\d*")
_BEFORE: Final = re.compile(r"^\s*\d+\s*x\s*(?=[a-z])|^[\w.-]+/(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry of a catalogue is called.

    Arguments:
        id: in the catalogue.
        title: what people call it.
        also: further names, such as that of the repository its figures come from.
        memory: of a chip, bytes; 0 where it has none.
        domain: chips of one scale-up domain; the same for all where there is none.
    """

    id: str
    title: str
    also: tuple[str, ...] = ()
    memory: float = 0.0
    domain: float = 1.0
    own: tuple[frozenset[str], ...] = field(init=False)
    words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = [_words(name)[0] for name in (self.title, self.id.replace("_", " "), *self.also)]
        known = {word for words in named for word in (*words, *map("".join, pairwise(words)))}
        object.__setattr__(self, "own", tuple(frozenset(words) for words in named))
        object.__setattr__(self, "words", frozenset(known))


def resolve(name: str, entries: Mapping[str, Entry], kind: str) -> str:
    """The id of the entry a name means.

    Arguments:
        name: what was written.
        entries: what there is, by id.
        kind: `model` or `system`, for messages.

    Raises:
        InputError: it is no text, or no entry or several fit.
    """
    if not isinstance(name, str) or not name.strip():
        given = "an empty text" if isinstance(name, str) else f"`{str(name)[:LONGEST]}`"
        example = next((entry.title for entry in entries.values()), "")
        raise InputError(f"{kind}: {given}; expected the name of a {kind}, such as `{example}`.")
    exact = [entry.id for entry in entries.values() if name.lower() in (entry.id, entry.title.lower())]
    if exact:
        return exact[0]
    words, memory = _words(name)
    fitting = [entry for entry in entries.values() if words and _fits(words, entry.words)]
    if memory and any(entry.memory for entry in fitting):
        others = fitting
        fitting = [entry for entry in fitting if abs(entry.memory / 1e9 / memory - 1) <= TOLERANCE]
        if not fitting:
            sizes = ", ".join(f"{entry.title} with {entry.memory / 1e9:g} GB" for entry in others)
            raise InputError(f"no {kind} `{name}`: no such memory. There are: {sizes}.")
    if not fitting:
        # Half a name is as open as one that fits several: `MI300`, `TPU v5`.
        begun = [entry for entry in entries.values() if words and _plain(entry.title).startswith("".join(words))]
        if 0 < len(begun) <= MANY:
            raise _open(name, begun, kind)
        raise InputError(f"no {kind} `{name}`. {did_you_mean(name, [entry.title for entry in entries.values()])}")
    best = _meant(words, fitting)
    if len(best) > 1:
        raise _open(name, best, kind)
    return best[0].id


def _open(name: str, entries: list[Entry], kind: str) -> InputError:
    titles = ", ".join(sorted(entry.title for entry in entries))
    many = "one of " if len(entries) > 1 else "only the beginning of "
    return InputError(f"{kind} `{name}` is {many}{titles}; expected a name that says which.")


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", title.lower())


def _meant(words: list[str], fitting: list[Entry]) -> list[Entry]:
    said = frozenset(words) | frozenset(map("".join, pairwise(words)))
    bare = [entry for entry in fitting if any(own - _form(own) <= said for own in entry.own)] or fitting
    whole = [entry for entry in bare if any(own <= said for own in entry.own)]
    if len(whole) == 1:
        return whole
    usual = _form(max(bare, key=lambda entry: entry.domain).own[0])
    return [entry for entry in bare if _form(entry.own[0]) == usual]


def _form(own: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in own if _FORM.fullmatch(word))


def _fits(words: list[str], known: frozenset[str]) -> bool:
    """Whether all words are known, two neighbours read as one where that helps: `Gaudi 3` is `Gaudi3`."""
    if not words:
        return True
    if words[0] in known and _fits(words[1:], known):
        return True
    return len(words) > 1 and words[0] + words[1] in known and _fits(words[2:], known)


def _words(name: str) -> tuple[list[str], float]:
    """The words of a name that say something, and the memory it states, GB (0 for none)."""
    words, memory = [], 0.0
    for word in re.findall(r"[a-z0-9]+(?:\.[0-9]+[a-z]*)*", _PREFIX.sub(_spelled, _BEFORE.sub("", name.lower()))):
        size = _MEMORY.fullmatch(word)
        if size:
            memory = float(size[1])
        elif not SILENT.fullmatch(word) and not _DROPPED.fullmatch(word):
            words.append(word)
    return words, memory


def _spelled(found: re.Match[str]) -> str:
    # The generation of a socket is that of its chip, and is dropped.
    return SPELLED[found[1]] + ("" if found[1] == "sxm" else found[2])
