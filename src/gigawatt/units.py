"""Units and quantities: text such as `47 bnUSD/GW` becomes a number in internal units.

    Unit        what a number counts: exponents over BASES and a factor to internal units
    Quantity    a number in internal units, with the unit it was written in

The internal unit of each dimension is its name in BASES, so one unit of energy is a GW·month and every rate is
a month's worth. Factors are kept as exact fractions: `300 MW` and `0.3 GW` are the same bits.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from gigawatt.errors import UnitError
from gigawatt.unit_words import BASES, WORDS, dims_of, internal_text, labelled, product, shown, terms, tidy, time_word


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts; build one with `unit(text)` or by multiplying others, never by hand.

    Arguments:
        dims: the exponent of every dimension, in the order of BASES.
        exact: how many internal units one of this is, as a fraction.
        text: the unit as written, or in the form `USD/GW/month` if built by arithmetic.
    """

    dims: tuple[int, ...]
    exact: Fraction
    text: str = field(compare=False)

    @property
    def factor(self) -> float:
        """How many internal units one of this is."""
        return float(self.exact)

    def same_dimension(self, other: Unit) -> bool:
        """Whether numbers in the two units can be added."""
        return self.dims == other.dims

    def internal(self) -> Unit:
        """The internal unit of the same dimension: `USD/GW/month` for `bnUSD/GW/year`."""
        return unit(internal_text(self.dims))

    def inverse(self) -> Unit:
        """One over this unit."""
        return unit(product("1", self.text, -1))

    def __mul__(self, other: Unit) -> Unit:
        return unit(product(self.text, other.text, 1))

    def __truediv__(self, other: Unit) -> Unit:
        return unit(product(self.text, other.text, -1))

    def __pow__(self, power: int) -> Unit:
        return unit(product("1", self.text, power))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A number with its unit; adding, comparing and converting refuse what does not fit.

    Arguments:
        value: the number, in internal units.
        unit: the unit it was written in, used when it is shown.

    Raises:
        UnitError: the number is not finite.
    """

    value: float
    unit: Unit

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise UnitError(f"`{self.value} {self.unit}` is not finite; a quantity is an ordinary number with a unit.")

    def to(self, unit: str | Unit) -> float:
        """The number expressed in another unit.

        Raises:
            UnitError: the unit measures something else; the message names both.
        """
        wanted = _lift(unit)
        if wanted.dims != self.unit.dims:
            raise UnitError(f"`{self}` cannot be expressed in `{wanted}`: {_difference(self.unit, wanted)}.")
        return _scaled(self.value.as_integer_ratio(), 1 / wanted.exact)

    def __add__(self, other: Quantity) -> Quantity:
        self._match(other, "added")
        return Quantity(self.value + other.value, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        self._match(other, "subtracted")
        return Quantity(self.value - other.value, self.unit)

    def __mul__(self, other: Quantity | float) -> Quantity:
        if isinstance(other, Quantity):
            return Quantity(self.value * other.value, unit(tidy((self.unit * other.unit).text)))
        return Quantity(self.value * other, self.unit)

    __rmul__ = __mul__

    def __truediv__(self, other: Quantity | float) -> Quantity:
        divisor = other.value if isinstance(other, Quantity) else other
        if divisor == 0:
            raise UnitError(f"`{self}` cannot be divided by `{other}`; the divisor must not be zero.")
        if isinstance(other, Quantity):
            return Quantity(self.value / divisor, unit(tidy((self.unit / other.unit).text)))
        return Quantity(self.value / divisor, self.unit)

    def __neg__(self) -> Quantity:
        return Quantity(-self.value, self.unit)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.value == other.value and self.unit.dims == other.unit.dims

    def __hash__(self) -> int:
        return hash((self.value, self.unit.dims))

    def __lt__(self, other: Quantity) -> bool:
        return self._match(other, "compared") and self.value < other.value

    def __le__(self, other: Quantity) -> bool:
        return self._match(other, "compared") and self.value <= other.value

    def __gt__(self, other: Quantity) -> bool:
        return other < self

    def __ge__(self, other: Quantity) -> bool:
        return other <= self

    def __str__(self) -> str:
        return labelled(f"{self.to(self.unit):,.12g}", self.unit.text)

    def _match(self, other: Quantity, verb: str) -> bool:
        if self.unit.dims != other.unit.dims:
            raise UnitError(f"`{self}` and `{other}` cannot be {verb}: {_difference(self.unit, other.unit)}.")
        return True


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """The unit a text names: words joined by `/`, `*` or `·`, powers as `mm2`, `mm^2` or `s^-1`.

    Arguments:
        text: such as `bnUSD/GW/year`, `FLOP/s`, `1/cm2`, `%`; empty or `1` for a plain number.

    Raises:
        UnitError: an unknown word or an ambiguous form; the message holds the likely fix.
    """
    exact = Fraction(1)
    for word, power in terms(text).items():
        exact *= WORDS[word].exact ** power
    if max(exact.numerator, exact.denominator) > 10**300:
        raise UnitError(f"`{text}` is too large or too small a unit to calculate with; check its powers.")
    return Unit(dims_of(text), exact, text.strip() or "1")


def quantity(text: str) -> Quantity:
    """A number and its unit: `47 bnUSD/GW`, `160_000_000 shares`, `55 %/year`, `1e9 USD`.

    Arguments:
        text: a number, with `_` or `,` between thousands if wished, then a unit; no unit means a plain number.

    Raises:
        UnitError: the text is no finite number with a known unit; the message holds the likely fix.
    """
    found = _NUMBER.match(text)
    if found is None:
        raise UnitError(
            f"`{text}` does not start with a finite number; write a number and a unit, such as `47 bnUSD/GW`."
        )
    digits, rest = found[1], text[found.end() :]
    if rest[:1] == ",":
        raise UnitError(
            f"`{text}`: a comma separates thousands (`160,000,000`); write decimals with a point, as in `1.5`."
        )
    try:
        # `0.1/cm2` reads as 0.1 of the unit `1/cm2`.
        written = unit("1" + rest if rest[:1] == "/" else rest)
        return Quantity(_scaled(Decimal(digits.replace(",", "")).as_integer_ratio(), written.exact), written)
    except UnitError as error:
        raise UnitError(f"`{text}`: {error}") from None


def number(text: str | float | Quantity, expected: Unit | str) -> float:
    """The value of a text in internal units, refused unless it measures what is expected.

    Arguments:
        text: such as `47 bnUSD/GW`; a bare number only where a plain number is expected.
        expected: a unit of the dimension wanted, such as `bnUSD/GW`.

    Returns:
        The value in internal units.

    Raises:
        UnitError: the dimension differs, or a bare number stands where `%` is expected; the message names both.
    """
    wanted = _lift(expected)
    given = text if isinstance(text, Quantity) else quantity(str(text))
    name = str(text).strip()
    if (
        given.unit.text == "1"
        and not isinstance(text, Quantity)
        and (given.unit.dims != wanted.dims or wanted.exact != 1)
    ):
        other = "" if any(wanted.dims) else f", or `{name} ratio`"
        raise UnitError(
            f"`{name}` has no unit, `{wanted}` is expected: write `{name} {wanted}` if that is meant{other}."
        )
    if given.unit.dims == wanted.dims:
        return given.value
    figure = f"{given.to(given.unit):,.12g}"
    match _periods(given.unit, wanted):
        case 1:
            # Nobody quotes money per month, so the example is per year unless a finer time is asked for.
            word = time_word(wanted.text, "year").replace("month", "year")
            rate = labelled(figure, (given.unit / unit(word)).text)
            reason = f"is an amount, a rate such as `{rate}` is expected"
        case -1:
            amount = labelled(figure, (given.unit * unit(time_word(given.unit.text, "hour"))).text)
            reason = f"is a rate, an amount such as `{amount}` is expected"
        case _:
            reason = f"is in `{given.unit}`, `{wanted}` is expected: {_difference(given.unit, wanted)}"
    raise UnitError(f"`{name}` {reason}.")


def show(value: float, unit: str | Unit, digits: int = 3) -> str:
    """A number for people, with the prefix that keeps it short: 0.3 in `GW` is `300 MW`.

    Arguments:
        value: the number, in internal units.
        unit: the unit to show it in; only the prefix of its first word may change.
        digits: significant digits.
    """
    written = _lift(unit)
    return shown(value / written.factor, written.text, digits)


ONE = unit("1")
"""The unit of a plain number."""

_NUMBER = re.compile(
    r"\s*([+-]?(?:(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+(?:_\d+)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3}(?!\d))?)\s*"
)
_TIME = BASES.index("month")


def _lift(unit_or_text: Unit | str) -> Unit:
    return unit(unit_or_text) if isinstance(unit_or_text, str) else unit_or_text


def _scaled(ratio: tuple[int, int], factor: Fraction) -> float:
    """A ratio of integers times an exact factor, rounded once."""
    try:
        return (ratio[0] * factor.numerator) / (ratio[1] * factor.denominator)
    except OverflowError:
        raise UnitError("the number is too large to calculate with; check its exponent.") from None


def _periods(given: Unit, wanted: Unit) -> int:
    """1 where an amount meets a rate, -1 the other way round, 0 where the difference is not one of time alone."""
    others = [(a, b) for base, (a, b) in enumerate(zip(given.dims, wanted.dims, strict=True)) if base != _TIME]
    words = [*terms(given.text).items(), *terms(wanted.text).items()]
    # In `USD/kWh` time belongs to the energy, so it is neither an amount nor a rate.
    per_energy = any(power < 0 and WORDS[word].dims[_TIME] and sum(WORDS[word].dims) > 1 for word, power in words)
    if per_energy or all(a == b == 0 for a, b in others) or any(a != b for a, b in others):
        return 0
    gap = given.dims[_TIME] - wanted.dims[_TIME]
    return gap if abs(gap) == 1 else 0


def _difference(given: Unit, wanted: Unit) -> str:
    """Why two units of different dimension do not fit, in words."""
    gap = tuple(a - b for a, b in zip(given.dims, wanted.dims, strict=True))
    if _periods(given, wanted):
        return "one is an amount, the other a rate"
    if internal_text(gap) in ("USD/EUR", "EUR/USD"):
        return "currencies are never converted silently; multiply by a rate such as `1.1 USD/EUR`"
    if not any(a and b for a, b in zip(given.dims, wanted.dims, strict=True)):
        return f"`{given}` and `{wanted}` measure different things"
    if max(gap) <= 0:
        gap = tuple(-power for power in gap)
    return f"`{given}` and `{wanted}` differ by `{internal_text(gap)}`"
