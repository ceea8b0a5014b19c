"""Units: pint is the oracle for sizes; the rest says what is refused and how it is explained."""

from __future__ import annotations

import math
import subprocess
import sys
import timeit
from fractions import Fraction

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import UnitError
from gigawatt.unit_words import ALIASES, BASES, WORDS
from gigawatt.units import ONE, Quantity, number, quantity, show, unit

PIECES = ("share", "chip", "wafer", "user", "unit", "stack", "rack", "link")
# What each word means in pint, written independently of our own table: word=meaning.
MEANINGS = """
W=watt kW=kilowatt MW=megawatt GW=gigawatt TW=terawatt
Wh=watt_hour kWh=kilowatt_hour MWh=megawatt_hour GWh=gigawatt_hour TWh=terawatt_hour
fJ=femtojoule pJ=picojoule nJ=nanojoule uJ=microjoule mJ=millijoule J=joule kJ=kilojoule MJ=megajoule GJ=gigajoule
USD=dollar kUSD=kilodollar mnUSD=megadollar bnUSD=gigadollar tnUSD=teradollar cent=centidollar
EUR=euro kEUR=kiloeuro mnEUR=megaeuro bnEUR=gigaeuro tnEUR=teraeuro
FLOP=flop kFLOP=kiloflop MFLOP=megaflop GFLOP=gigaflop TFLOP=teraflop
PFLOP=petaflop EFLOP=exaflop ZFLOP=zettaflop YFLOP=yottaflop
token=word ktoken=kiloword Mtoken=megaword Gtoken=gigaword Ttoken=teraword
byte=eight kB=kiloeight MB=megaeight GB=gigaeight TB=teraeight PB=petaeight EB=exaeight
bit=one kbit=kiloone Mbit=megaone Gbit=gigaone Tbit=teraone
nm=nanometer um=micrometer mm=millimeter cm=centimeter m=meter km=kilometer
s=second min=minute hour=hour day=day week=week month=month quarter=threemonths year=year
%=hundredth bp=tenthousandth ratio=dimensionless x=dimensionless
share=share_piece chip=chip_piece wafer=wafer_piece user=user_piece
unit=unit_piece stack=stack_piece rack=rack_piece link=link_piece
"""
PINT = dict(pair.split("=") for pair in MEANINGS.split())
# The internal units the design fixes, in pint's words.
INTERNAL = {base: PINT[base] for base in ("GW", "USD", "EUR", "FLOP", "token", "byte", "mm", "month", *PIECES)}


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    registry = pint.UnitRegistry()
    registry.define("dollar = [money]")
    registry.define("euro = [other_money]")
    registry.define("flop = [compute]")
    registry.define("word = [text]")
    registry.define("one = [information]")
    registry.define("eight = 8 * one")
    registry.define("hundredth = 0.01")
    registry.define("tenthousandth = 0.0001")
    registry.define("threemonths = 3 * month")
    for piece in PIECES:
        registry.define(f"{piece}_piece = [{piece}]")
    return registry


words = st.sampled_from(sorted(WORDS))
powers = st.integers(-3, 3).filter(bool)
figures = st.floats(1e-6, 1e12) | st.integers(-(10**9), 10**9).filter(bool)
unit_texts = st.dictionaries(words, powers, min_size=1, max_size=4).map(
    lambda terms: "*".join(f"{word}^{power}" for word, power in terms.items())
)


def in_pint(registry: pint.UnitRegistry, terms: dict[str, int]) -> tuple[float, dict[str, float]]:
    """The size of a product of words in internal units, and its dimensionality, according to pint."""
    size = registry.Quantity(1.0)
    for word, power in terms.items():
        size = size * registry.Quantity(1.0, PINT[word]) ** power
    internal = registry.Quantity(1.0)
    for base, power in zip(BASES, unit("*".join(f"{w}^{p}" for w, p in terms.items())).dims, strict=True):
        if power:
            internal = internal * registry.Quantity(1.0, INTERNAL[base]) ** power
    ratio = (size / internal).to_base_units()
    return float(ratio.magnitude), dict(ratio.dimensionality)


# --- sizes, against pint


def test_every_word_has_a_meaning_in_the_oracle():
    assert set(WORDS) == set(PINT)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_word_has_the_size_pint_gives_it(registry, word):
    size, leftover = in_pint(registry, {word: 1})
    assert leftover == {}
    assert quantity(f"1 {word}").value == pytest.approx(size, rel=1e-12)


@settings(max_examples=200, deadline=None)
@given(figure=figures, terms=st.dictionaries(words, powers, min_size=1, max_size=4))
def test_any_product_of_words_has_the_size_pint_gives_it(registry, figure, terms):
    size, leftover = in_pint(registry, terms)
    assert leftover == {}
    text = f"{figure} " + "*".join(f"{word}^{power}" for word, power in terms.items())
    assert quantity(text).value == pytest.approx(float(figure) * size, rel=1e-11)


@settings(max_examples=100, deadline=None)
@given(left=words, right=words)
def test_two_words_have_the_same_dimension_exactly_when_pint_says_so(registry, left, right):
    compatible = registry.Quantity(1.0, PINT[left]).is_compatible_with(registry.Quantity(1.0, PINT[right]))
    assert unit(left).same_dimension(unit(right)) == compatible


@settings(max_examples=100, deadline=None)
@given(top=words, bottoms=st.lists(words, min_size=1, max_size=3))
def test_each_slash_divides_by_the_next_word_only(top, bottoms):
    expected = WORDS[top].exact / math.prod((WORDS[word].exact for word in bottoms), start=Fraction(1))
    assert unit("/".join([top, *bottoms])).exact == expected


# --- sizes, by hand


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6 GW", 6.0),
        ("300 MW", 0.3),
        ("47 bnUSD/GW", 47e9),
        ("12 bnUSD/GW/year", 1e9),
        ("55 %/year", 0.55 / 12),
        ("730.5 h", 1.0),
        ("30.4375 days", 1.0),
        ("365.25 days", 12.0),
        ("1 GWh", 1 / 730.5),
        ("3.6 MJ", 1e-6 / 730.5),
        ("0.01 USD/share", 0.01),
        ("1 cent", 0.01),
        ("25 bp", 0.0025),
        ("8 bit", 1.0),
        ("2 USD/chip/hour", 1461.0),
        ("814 mm2", 814.0),
        ("8 cm2", 800.0),
        ("0.1/cm2", 0.001),
        ("0.1 1/cm2", 0.001),
        ("1.3", 1.3),
        ("1.3 x", 1.3),
        ("-2.5 bnUSD", -2.5e9),
    ],
)
def test_a_text_has_its_value_in_internal_units(text, value):
    assert quantity(text).value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "160_000_000 shares",
        "160,000,000 shares",
        "160000000 share",
        "1.6e8 shares",
        "160e6shares",
        " 160000000  shares ",
    ],
)
def test_a_large_number_may_be_written_in_several_ways(text):
    assert quantity(text) == quantity("160000000 shares")


@pytest.mark.parametrize("text", ["GW*month", "GW·month", "month*GW", " GW * month ", "GW·months"])
def test_a_product_may_be_written_in_several_ways(text):
    assert unit(text) == unit("GW*month")


@pytest.mark.parametrize(("one", "other"), [("mm2", "mm^2"), ("s^-1", "1/s"), ("1/cm2", "cm^-2"), ("kW*h", "kWh")])
def test_a_power_may_be_written_in_several_ways(one, other):
    assert unit(one) == unit(other)


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_plurals_and_short_forms_mean_the_word_itself(alias):
    assert unit(alias) == unit(ALIASES[alias])


@settings(max_examples=100, deadline=None)
@given(thousandths=st.integers(1, 10**12))
def test_changing_the_prefix_changes_no_bit(thousandths):
    whole, rest = divmod(thousandths, 1000)
    assert quantity(f"{thousandths} MW").value == quantity(f"{whole}.{rest:03d} GW").value


@settings(max_examples=100, deadline=None)
@given(figure=st.floats(1e-9, 1e12), text=unit_texts)
def test_a_quantity_read_back_in_its_own_unit_is_what_was_written(figure, text):
    assert quantity(f"{figure} {text}").to(text) == pytest.approx(figure, rel=1e-15)


def test_a_megabyte_is_not_a_megawatt():
    assert quantity("1 MB").value == 1e6
    assert quantity("1 MW").value == 1e-3


def test_yearly_and_monthly_rates_meet_in_the_same_value():
    assert quantity("12 bnUSD/GW/year") == quantity("1 bnUSD/GW/month")


# --- units


@settings(max_examples=100, deadline=None)
@given(left=unit_texts, right=unit_texts)
def test_the_text_of_a_product_or_quotient_reads_back_as_the_same_unit(left, right):
    for built in (unit(left) * unit(right), unit(left) / unit(right), unit(left).inverse(), unit(left) ** 2):
        assert unit(str(built)) == built


@settings(max_examples=100, deadline=None)
@given(left=unit_texts, right=unit_texts)
def test_dividing_by_what_was_multiplied_gives_the_unit_back(left, right):
    assert unit(left) * unit(right) / unit(right) == unit(left)


@settings(max_examples=100, deadline=None)
@given(left=unit_texts, right=unit_texts)
def test_the_size_of_a_product_is_the_product_of_the_sizes(left, right):
    assert (unit(left) * unit(right)).exact == unit(left).exact * unit(right).exact


@pytest.mark.parametrize(
    ("built", "text"),
    [
        (unit("USD/month") / unit("GW"), "USD/GW/month"),
        (unit("GW") * unit("USD/month"), "GW·USD/month"),
        (unit("bnUSD/GW/year") * unit("GW"), "bnUSD/year"),
        (unit("USD/months") * unit("month"), "USD"),
        (unit("cm") ** -2, "1/cm2"),
        (unit("mm") * unit("mm"), "mm2"),
        (unit("GW") / unit("GW"), "1"),
        (unit("bnUSD/GW/year").internal(), "USD/GW/month"),
        (unit("kWh").internal(), "GW·month"),
        (unit("%").internal(), "1"),
    ],
)
def test_a_unit_built_by_arithmetic_has_a_plain_text(built, text):
    assert str(built) == text


def test_a_unit_keeps_the_text_it_was_written_in():
    assert str(unit("USD/chip/hour")) == "USD/chip/hour"


def test_the_empty_text_is_the_plain_number():
    assert unit("") == ONE == unit("1")


def test_the_internal_unit_of_any_dimension_has_size_one():
    assert all(unit(word).internal().exact == 1 for word in WORDS)


# --- quantities


def test_quantities_of_one_dimension_add_and_subtract():
    assert quantity("6 GW") + quantity("500 MW") == quantity("6.5 GW")
    assert quantity("6 GW") - quantity("500 MW") == quantity("5.5 GW")


@pytest.mark.parametrize(
    ("product", "text"),
    [
        (quantity("47 bnUSD/GW") * quantity("6 GW"), "282 bnUSD"),
        (quantity("47 bnUSD/GW") * quantity("500 MW"), "23,500,000,000 USD"),
        (quantity("50 %") * quantity("6 GW"), "3 GW"),
        (quantity("12 bnUSD") / quantity("3 GW"), "4 bnUSD/GW"),
        (quantity("6 GW") / quantity("500 MW"), "12"),
        (quantity("100 USD/kWh") * quantity("1 kWh"), "100 USD"),
        (2 * quantity("3 GW"), "6 GW"),
        (quantity("3 GW") / 2, "1.5 GW"),
        (-quantity("3 GW"), "-3 GW"),
    ],
)
def test_products_and_quotients_carry_the_right_unit(product, text):
    assert str(product) == text


def test_quantities_compare_across_prefixes():
    assert quantity("300 MW") < quantity("0.4 GW") <= quantity("400 MW")
    assert quantity("0.4 GW") > quantity("300 MW") >= quantity("0.3 GW")


def test_equal_quantities_hash_alike():
    assert len({quantity("300 MW"), quantity("0.3 GW"), quantity("300 MWh")}) == 2


def test_quantities_of_different_dimension_are_unequal_rather_than_an_error():
    assert quantity("6 GW") != quantity("6 USD")


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: quantity("6 GW") + quantity("5 USD"), r"`6 GW` and `5 USD` cannot be added: `GW` and `USD` measure"),
        (lambda: quantity("6 GW") - quantity("5 GWh"), r"`6 GW` and `5 GWh` cannot be subtracted: one is an amount"),
        (lambda: quantity("6 bnUSD") < quantity("5 bnUSD/year"), r"`6 bnUSD` and `5 bnUSD/year` cannot be compared"),
        (lambda: quantity("6 bnUSD") >= quantity("5 GW"), r"`5 GW` and `6 bnUSD` cannot be compared"),
        (lambda: quantity("6 EUR") + quantity("5 USD"), r"never converted silently"),
        (lambda: quantity("6 GW").to("USD"), r"`6 GW` cannot be expressed in `USD`"),
        (lambda: quantity("6 GW") / quantity("0 GW"), r"`6 GW` cannot be divided by `0 GW`"),
        (lambda: quantity("6 GW") / 0, r"`6 GW` cannot be divided by `0`"),
        (lambda: quantity("6 GW") * math.inf, r"not finite"),
        (lambda: Quantity(math.nan, ONE), r"not finite"),
    ],
)
def test_arithmetic_that_makes_no_sense_is_refused_naming_both_sides(act, message):
    with pytest.raises(UnitError, match=message):
        act()


# --- texts that are refused, with the fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("5 MUSD", "write `mnUSD`"),
        ("5 M USD", "write `mnUSD`"),
        ("5 MUSD/GW", "write `mnUSD`"),
        ("5 million USD", "write `mnUSD`"),
        ("5 MEUR", "write `mnEUR`"),
        ("5 M", "write `mnUSD`"),
        ("5 BUSD", "write `bnUSD`"),
        ("5 B USD", "write `bnUSD`"),
        ("5 bn USD", "write `bnUSD`"),
        ("5 B", "write `bnUSD` or `byte`"),
        ("5 T USD", "write `tnUSD`"),
        ("5 k USD", "write `kUSD`"),
        ("5 thousand USD", "write `kUSD`"),
        ("5 usd", "write `USD`"),
        ("5 mw", "Did you mean `MW`?"),
        ("5 GWHr", "`GWh`"),
        ("5 sahres", "`shares`"),
        ("5 Mb/s", "`Mbit` or `MB`"),
        ("5 Btoken", "`Gtoken`"),
        ("5 TFLOPS", "write `TFLOP` or `TFLOP/s`"),
        ("5 FLOPS", "write `FLOP` or `FLOP/s`"),
        ("5 mm²", "`mm2`"),
        ("5 USD/(GW*month)", "write `USD/GW/month`"),
        ("5 USD/GW*month", "is ambiguous; write `USD/GW/month`"),
        ("5 USD per GW", "write `/` for per"),
        ("5 USD/", "a unit word is missing"),
        ("5 GW^0", "leave `GW` out"),
        ("5 quux", "Units include `GW`"),
        ("1,5 GW", "write decimals with a point"),
        ("1,00,000 GW", "a comma separates thousands"),
        ("GW", "write a number and a unit, such as"),
        ("", "write a number and a unit, such as"),
        ("nan GW", "does not start with a finite number"),
        ("inf USD", "does not start with a finite number"),
        ("-inf", "does not start with a finite number"),
        ("1e999 GW", "too large"),
        ("1 YFLOP^90", "too large"),
    ],
)
def test_a_text_that_is_no_quantity_is_refused_with_the_fix(text, fix):
    with pytest.raises(UnitError) as refusal:
        quantity(text)
    assert fix in str(refusal.value)
    assert f"`{text}`" in str(refusal.value)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=20) | st.text("0159.,_eE+-/*^·% GWUSDMBxh()", max_size=14))
def test_any_text_is_either_a_finite_quantity_or_a_unit_error(text):
    try:
        assert math.isfinite(quantity(text).value)
    except UnitError as refusal:
        assert str(refusal)


# --- a number of an expected unit


@pytest.mark.parametrize(
    ("text", "expected", "value"),
    [
        ("47 bnUSD/GW", "USD/GW", 47e9),
        ("12 bnUSD/GW/year", unit("USD/GW/month"), 1e9),
        ("55 %", "ratio", 0.55),
        ("0.55", "1", 0.55),
        (0.55, "1", 0.55),
        (3, "1", 3.0),
        (quantity("6 GW"), "MW", 6.0),
        (quantity("6 GW") / quantity("3 GW"), "%", 2.0),
    ],
)
def test_a_number_that_fits_comes_in_internal_units(text, expected, value):
    assert number(text, expected) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("12 bnUSD/GW", "bnUSD/GW/year", "`12 bnUSD/GW` is an amount, a rate such as `12 bnUSD/GW/year` is expected."),
        ("12 bnUSD/GW", "USD/GW/month", "`12 bnUSD/GW` is an amount, a rate such as `12 bnUSD/GW/year` is expected."),
        ("5 EFLOP", "FLOP/s", "`5 EFLOP` is an amount, a rate such as `5 EFLOP/s` is expected."),
        ("12 bnUSD/year", "USD", "`12 bnUSD/year` is a rate, an amount such as `12 bnUSD` is expected."),
        ("5 GW", "MWh", "`5 GW` is a rate, an amount such as `5 GW·hour` is expected."),
        ("6 GW", "USD", "`6 GW` is in `GW`, `USD` is expected: `GW` and `USD` measure different things."),
        (
            "6 bnUSD",
            "bnUSD/GW",
            "`6 bnUSD` is in `bnUSD`, `bnUSD/GW` is expected: `bnUSD` and `bnUSD/GW` differ by `GW`.",
        ),
        (
            "5 USD/GW",
            "USD/kWh",
            "`5 USD/GW` is in `USD/GW`, `USD/kWh` is expected: `USD/GW` and `USD/kWh` differ by `month`.",
        ),
        ("5 months", "1", "`5 months` is in `months`, `1` is expected: `months` and `1` measure different things."),
        ("12", "GW", "`12` has no unit, `GW` is expected: write `12 GW` if that is meant."),
        (12, "GW", "`12` has no unit, `GW` is expected: write `12 GW` if that is meant."),
        ("5", "%", "`5` has no unit, `%` is expected: write `5 %` if that is meant, or `5 ratio`."),
    ],
)
def test_a_number_that_does_not_fit_is_refused_naming_both_units(text, expected, message):
    with pytest.raises(UnitError) as refusal:
        number(text, expected)
    assert str(refusal.value) == message


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True])
def test_a_value_that_is_no_finite_number_is_refused(value):
    with pytest.raises(UnitError, match="finite number"):
        number(value, "1")


@settings(max_examples=50, deadline=None)
@given(text=unit_texts, hours=st.sampled_from(["hour", "month", "year", "s"]))
def test_an_amount_where_a_rate_is_expected_is_always_refused(text, hours):
    with pytest.raises(UnitError):
        number(f"5 {text}", unit(text) / unit(hours))


# --- showing


@pytest.mark.parametrize(
    ("value", "text", "shown"),
    [
        (47e9, "USD/GW", "47.0 bnUSD/GW"),
        (0.3, "GW", "300 MW"),
        (6.0, "GW", "6.00 GW"),
        (0.9999, "GW", "1.00 GW"),
        (0.9994, "GW", "999 MW"),
        (1e9, "USD/GW/year", "12.0 bnUSD/GW/year"),
        (1.6e8, "shares", "160,000,000 shares"),
        (0.55 / 12, "%/year", "55.0 %/year"),
        (-2.5e9, "USD", "-2.50 bnUSD"),
        (0.05, "USD", "0.0500 USD"),
        (1.5e27, "FLOP", "1,500 YFLOP"),
        (0.0, "GW", "0 GW"),
        (1.3, "1", "1.30"),
        (0.001, "1/cm2", "0.100 /cm2"),
        (814.0, "mm2", "814 mm2"),
        (1e-12, "x", "1.00e-12 x"),
        (math.nan, "GW", "nan GW"),
        (math.inf, "bnUSD", "inf bnUSD"),
    ],
)
def test_a_value_is_shown_with_the_prefix_that_keeps_it_short(value, text, shown):
    assert show(value, text) == shown


def test_the_number_of_digits_shown_can_be_chosen():
    assert show(47.123e9, "USD", digits=4) == "47.12 bnUSD"
    assert show(47.123e9, "USD", digits=1) == "50 bnUSD"


@settings(max_examples=200, deadline=None)
@given(figure=st.floats(1e-9, 1e14), sign=st.sampled_from([1, -1]), text=unit_texts, digits=st.integers(1, 9))
def test_what_is_shown_reads_back_as_the_value_to_the_digits_shown(figure, sign, text, digits):
    value = sign * quantity(f"{figure} {text}").value
    again = quantity(show(value, text, digits)).value
    assert again == pytest.approx(value, rel=0.501 * 10.0 ** (1 - digits))


# --- cost


def test_importing_units_brings_in_no_array_library():
    probe = (
        "import sys, gigawatt.units, gigawatt.dates; print(sorted({'numpy', 'pint', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_a_quantity_takes_microseconds():
    quantity("47.5 bnUSD/GW")
    seconds = min(timeit.repeat(lambda: quantity("47.5 bnUSD/GW"), number=500, repeat=20)) / 500
    assert seconds < 20e-6, "five are the aim on a quiet core; the slack is for a busy one"
