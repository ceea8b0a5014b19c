"""The vocabulary of units: every word that may stand in `bnUSD/GW/year`, and how such a text is read.

    Word        the dimension of a unit word and its exact size in internal units
    WORDS       all words in their one spelling; ALIASES maps plurals and short forms to it
    LADDERS     words that differ by a factor of 1,000 each, smallest first

`gigawatt.units` builds units out of these; nothing else needs this module.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from gigawatt.errors import UnitError

_IN_ORDER = "GW USD EUR share FLOP token byte chip wafer mm user unit stack rack link month"
BASES = tuple(_IN_ORDER.split())
"""The dimensions, in the fixed order of their exponents, each named by its internal unit; time comes last in texts."""


@dataclass(frozen=True, slots=True)
class Word:
    """One unit word: the exponents over BASES and how many internal units it is."""

    dims: tuple[int, ...]
    exact: Fraction


_DAY = Fraction(16, 487)  # months: a month is a twelfth of 365.25 days
_HOUR = _DAY / 24
_WATT = Fraction(1, 10**9)

_RUNGS: tuple[tuple[str, Fraction, str], ...] = (
    # bases, size of the first word, words each 1,000 times the one before
    ("GW", _WATT, "W kW MW GW TW"),
    ("GW month", _WATT * _HOUR, "Wh kWh MWh GWh TWh"),
    ("GW month", _WATT * _HOUR / 3600 / 10**15, "fJ pJ nJ uJ mJ J kJ MJ GJ"),
    ("USD", Fraction(1), "USD kUSD mnUSD bnUSD tnUSD"),
    ("EUR", Fraction(1), "EUR kEUR mnEUR bnEUR tnEUR"),
    ("FLOP", Fraction(1), "FLOP kFLOP MFLOP GFLOP TFLOP PFLOP EFLOP ZFLOP YFLOP"),
    ("token", Fraction(1), "token ktoken Mtoken Gtoken Ttoken"),
    ("byte", Fraction(1), "byte kB MB GB TB PB EB"),
    ("byte", Fraction(1, 8), "bit kbit Mbit Gbit Tbit"),
    ("mm", Fraction(1, 10**6), "nm um mm m km"),
)
_OTHERS: tuple[tuple[str, str, Fraction], ...] = (
    ("s", "month", _HOUR / 3600),
    ("min", "month", _HOUR / 60),
    ("hour", "month", _HOUR),
    ("day", "month", _DAY),
    ("week", "month", _DAY * 7),
    ("month", "month", Fraction(1)),
    ("quarter", "month", Fraction(3)),
    ("year", "month", Fraction(12)),
    ("cent", "USD", Fraction(1, 100)),
    ("cm", "mm", Fraction(10)),
    ("%", "", Fraction(1, 100)),
    ("bp", "", Fraction(1, 10_000)),
    ("ratio", "", Fraction(1)),
    ("x", "", Fraction(1)),
    *((base, base, Fraction(1)) for base in ("share", "chip", "wafer", "user", "unit", "stack", "rack", "link")),
)
_PLURALS = (
    "hour day week month quarter year cent share token ktoken Mtoken Gtoken Ttoken byte bit chip wafer user unit stack"
    " rack link"
)


def _dims(bases: str) -> tuple[int, ...]:
    return tuple(int(base in bases.split()) for base in BASES)


LADDERS: tuple[tuple[str, ...], ...] = tuple(tuple(words.split()) for _, _, words in _RUNGS)
WORDS: Mapping[str, Word] = MappingProxyType(
    {word: Word(_dims(base), size) for word, base, size in _OTHERS}
    | {
        word: Word(_dims(bases), first * 1000**rung)
        for bases, first, words in _RUNGS
        for rung, word in enumerate(words.split())
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {"h": "hour", "gpu": "chip", "gpus": "chip", "GPU": "chip", "GPUs": "chip"}
    | {word + "s": word for word in _PLURALS.split()}
)

TERM = re.compile(r"([^\W\d_]+|%)(?:\^?(-?\d{1,2}))?")
_OPERATOR = re.compile(r"\s*([/*·])\s*")
_MONEY = re.compile(r"(k|thousand|mm|mn|mio|m|million|bn|b|billion|tn|t|trillion)?\s*(usd|eur|\$|€)?", re.IGNORECASE)


@lru_cache(maxsize=4096)
def terms(text: str) -> Mapping[str, int]:
    """The words of a unit text with their powers: `USD/GW/years` has USD 1, GW -1, year -1.

    Arguments:
        text: words joined by `/`, `*` or `·`; empty or `1` for a plain number.

    Returns:
        Power by word, in the one spelling of WORDS; words that cancel are left out.

    Raises:
        UnitError: an unknown word or an ambiguous form; the message holds the likely fix.
    """
    powers: dict[str, int] = {}
    sign = 1
    pieces = _OPERATOR.split(text.strip() or "1")
    for operator, piece in zip(["*", *pieces[1::2]], pieces[::2], strict=True):
        if operator == "/":
            sign = -1
        elif sign < 0:
            raise UnitError(
                f"`{text.strip()}` is ambiguous; write `USD/GW/month` to divide by both, `USD*month/GW` otherwise."
            )
        if piece == "1":
            continue
        word, power = _term(piece)
        powers[word] = powers.get(word, 0) + sign * power
    return MappingProxyType({word: power for word, power in powers.items() if power})


def text_of(powers: Mapping[str, int]) -> str:
    """The text of words with powers, in the order of BASES: `GW·month`, `USD/GW/month`, `1/cm2`."""

    def rank(word: str) -> tuple[int, str]:
        dims = WORDS[word].dims
        return (dims.index(1) if 1 in dims else -1, word)

    ordered = sorted(powers, key=rank)
    above = [f"{word}{powers[word] if powers[word] > 1 else ''}" for word in ordered if powers[word] > 0]
    below = [f"/{word}{-powers[word] if powers[word] < -1 else ''}" for word in ordered if powers[word] < 0]
    return ("·".join(above) or "1") + "".join(below)


def dims_of(text: str) -> tuple[int, ...]:
    """The power of every dimension in a unit text, in the order of BASES."""
    powers = terms(text).items()
    return tuple(sum(power * WORDS[word].dims[base] for word, power in powers) for base in range(len(BASES)))


def internal_text(dims: tuple[int, ...]) -> str:
    """The text of the internal unit with these powers of BASES."""
    return text_of({base: power for base, power in zip(BASES, dims, strict=True) if power})


@lru_cache(maxsize=4096)
def product(left: str, right: str, power: int) -> str:
    """The text of `left * right**power`, with equal words cancelled."""
    powers = dict(terms(left))
    for word, exponent in terms(right).items():
        powers[word] = powers.get(word, 0) + exponent * power
    return text_of({word: total for word, total in powers.items() if total})


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """The unit in which to show a product: without ratios, and internal where two words share a dimension."""
    powers = {word: power for word, power in terms(text).items() if any(WORDS[word].dims)}
    uses = [sum(WORDS[word].dims[base] for word in powers) for base in range(len(BASES))]
    return internal_text(dims_of(text)) if max(uses) > 1 else text_of(powers or terms(text))


def time_word(text: str, default: str) -> str:
    """The word of time that a unit text divides by, such as `year` in `bnUSD/GW/year`."""
    month = BASES.index("month")
    return next((word for word, power in terms(text).items() if power < 0 and WORDS[word].dims[month]), default)


def shown(amount: float, text: str, digits: int) -> str:
    """A number of a unit, with the prefix of the unit's first word changed so that the number is short.

    Arguments:
        amount: how many of the unit.
        text: the unit's text.
        digits: significant digits.
    """
    first = TERM.match(text)
    word = ALIASES.get(first[1], first[1]) if first and not first[2] else ""
    ladder = next((words for words in LADDERS if word in words), ())
    if first is None or not ladder or amount == 0 or not math.isfinite(amount):
        return labelled(_significant(amount, digits), text)
    steps = range(-ladder.index(word), len(ladder) - ladder.index(word))
    # Rounded before the choice, so that 999.9 MW becomes 1.00 GW and never 1,000 MW.
    fits = (step for step in reversed(steps) if abs(float(f"{amount / 1000.0**step:.{digits - 1}e}")) >= 1)
    step = next(fits, steps[0])
    name = ladder[ladder.index(word) + step] if step else first[1]
    return labelled(_significant(amount / 1000.0**step, digits), name + text[first.end(1) :])


def labelled(figure: str, text: str) -> str:
    """A written number and its unit: `1.30`, `47.0 bnUSD/GW`, `0.10 /cm2`."""
    return figure if text == "1" else f"{figure} {text.removeprefix('1')}"


def _significant(amount: float, digits: int) -> str:
    """A number with so many significant digits, thousands separated, and an exponent only where it is needed."""
    if amount == 0 or not math.isfinite(amount):
        return f"{amount:.0f}"
    rounded = float(f"{amount:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if not -5 < exponent < 15:
        return f"{rounded:.{digits - 1}e}"
    return f"{rounded:,.{max(0, digits - 1 - exponent)}f}"


def _term(piece: str) -> tuple[str, int]:
    found = TERM.fullmatch(piece)
    word = ALIASES.get(found[1], found[1]) if found else ""
    if found is None or word not in WORDS:
        raise UnitError(_fix(piece, found[1] if found else piece))
    power = int(found[2] or 1)
    if power == 0:
        raise UnitError(f"`{piece}` has the power 0; leave `{found[1]}` out.")
    return word, power


def _fix(piece: str, word: str) -> str:
    """What is wrong with a piece that is no unit, and what to write in its place."""
    if not piece:
        return "a unit word is missing beside `/`, `*` or `·`; write for example `USD/GW/year` or `mm2`."
    money = _MONEY.fullmatch(word)
    if money and (money[1] or money[2]):
        scale = (money[1] or "").lower()
        currency = "EUR" if (money[2] or "").lower() in ("eur", "€") else "USD"
        prefix = {"": "", "k": "k", "m": "mn", "b": "bn"}.get(scale[:1], "k" if scale == "thousand" else "tn")
        meant = f"`{prefix}{currency}`"
        other = {"M": " (a mega prefix stands before its unit: `MW`, `Mtoken`)", "B": " or `byte`"}.get(word, "")
        return f"`{piece}` is no unit of money; write {meant}{other}."
    if "(" in piece or ")" in piece:
        return f"`{piece}`: brackets are not read; write `USD/GW/month` for USD/(GW*month)."
    if word.upper().endswith("FLOPS"):
        count = word[:-1] if word[:-1] in WORDS else "EFLOP"
        return f"`{piece}` may be a count or a rate; write `{count}` or `{count}/s`."
    if re.search(r"\bper\b", piece):
        return f"`{piece}`: write `/` for per, as in `USD/GW/year`."
    if found := re.fullmatch(r"(.*?)([²³])", piece):
        return f"`{piece}`: write the power as a digit, `{found[1]}{'2' if found[2] == '²' else '3'}`."
    known = [*WORDS, *ALIASES]
    same = [name for name in known if name.lower() == word.lower()]
    close = _SLIPS.get(word) or same or difflib.get_close_matches(word, known, n=2, cutoff=0.5)
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else f"Units include {_SAMPLE}."
    return f"unknown unit `{piece}`. {hint}"


_SLIPS = {
    "kb": ["kbit", "kB"],
    "Mb": ["Mbit", "MB"],
    "Gb": ["Gbit", "GB"],
    "Tb": ["Tbit", "TB"],
    "Btoken": ["Gtoken"],
    "Btokens": ["Gtoken"],
}
_SAMPLE = ", ".join(
    f"`{word}`" for word in ("GW", "bnUSD", "share", "month", "FLOP", "token", "GB", "chip", "mm2", "%")
)
