"""Every product by its name and the letters of the published tables.

Data type: `Product`, a formula and the letters of its arguments in the formula's order. The letters: S spot, K strike,
H mark or barrier, R rebate, C cash, T years to expiry, t1 years to an earlier date, r rate, q dividend yield, v
volatility, cp 1 for a call and -1 for a put, m number of equal dates, M and m0 highest and lowest price so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from gigawatt.errors import InputError, UnitError, did_you_mean
from gigawatt.parts.option import asian, barrier, black_scholes, dilution, lookback, touch, two_asset
from gigawatt.parts.option.argument import Array, Kind, count, finite
from gigawatt.parts.option.discrete import barrier_discrete, share_on_touch_daily
from gigawatt.parts.option.parisian import share_on_parisian
from gigawatt.parts.option.wedge import share_on_price_and_gw

SIGNS: Mapping[str, float] = MappingProxyType({"call": 1.0, "put": -1.0})
KINDS: Mapping[str, Kind] = MappingProxyType({"down_out": "do", "down_in": "di", "up_out": "uo", "up_in": "ui"})


@dataclass(frozen=True, slots=True)
class Product:
    """A claim that has a name, called with its terms by letter.

    Arguments:
        name: as in `PRODUCTS`.
        formula: takes the terms in the order of the letters.
        letters: the terms, separated by blanks.
        optional: what stands for a term that is not given.

    Raises:
        InputError: when called, a term that is missing or not one of the product's.
        UnitError: when called, a term that is not a finite number, or outside its range.
    """

    name: str
    formula: Callable[..., float | Array]
    letters: str
    optional: Mapping[str, float | None] = field(default_factory=dict)

    def __call__(self, **terms: float | str | None) -> float:
        letters = self.letters.split()
        for letter in terms:
            if letter not in letters:
                raise InputError(f"{self.name}: it has no term `{letter}`. {did_you_mean(letter, letters)}")
        missing = [letter for letter in letters if letter not in terms and letter not in self.optional]
        if missing:
            raise InputError(f"{self.name}: missing {', '.join(missing)}; the terms are {', '.join(letters)}.")
        given = {**self.optional, **terms}
        for letter in letters:
            if letter != "kind" and (given[letter] is not None or self.optional.get(letter, 0.0) is not None):
                _one_number(f"{self.name}: {letter}", given[letter])
        try:
            return float(self.formula(*(given[letter] for letter in letters)))
        except UnitError as error:
            raise UnitError(f"{self.name}: {error}") from None
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None


def price(product: str, **terms: float | str | None) -> float:
    """Value today of a product named in the list, on terms written in its letters.

    Arguments:
        product: a name in `PRODUCTS`, such as `barrier`.
        terms: the product's terms by letter, such as `S=100.0`; a `note` is left aside.

    Returns:
        Value in the money of the prices given.

    Raises:
        InputError: an unknown product, a term that is missing or not one of the product's.
        UnitError: a term that is not a finite number, or outside its range.
    """
    if product not in PRODUCTS:
        raise InputError(f"product: `{product}` is unknown. {did_you_mean(product, PRODUCTS)}")
    terms.pop("note", None)
    return PRODUCTS[product](**terms)


def _one_number(name: str, term: float | str | None) -> None:
    if isinstance(term, str | bool) or term is None or finite(name, term).ndim:
        raise UnitError(f"{name}: {term!r} given; one finite number expected.")


def _on_dates(
    formula: Callable[..., float],
    sign: float,
    spot: float,
    strike: float,
    first: float | None,
    last: float | None,
    years: float | None,
    number: int,
    *market: float,
) -> float:
    """A mean over dates from the first to the last, or else at the ends of equal steps until expiry."""
    if first is not None and last is not None and years is None:
        return formula(sign, spot, strike, first, last, number, *market)
    if years is not None and number >= 1 and first is None and last is None:
        return formula(sign, spot, strike, years / number, years, number, *market)
    raise InputError("either `first` and `last`, or `T` alone for `n` equal steps from today, expected.")


def _penny_warrant(spot: float, mark: float, strike: float, *market: float) -> Array:
    years, rate, dividend, volatility = market
    return touch.share_at_touch(spot, mark, years, rate, dividend, volatility, "up", strike)


def _discrete(which: Kind, sign: float) -> Callable[..., float]:
    def value(spot: float, strike: float, mark: float, years: float, dates: int, *market: float) -> float:
        rate, dividend, volatility = market
        return barrier_discrete(sign, spot, strike, mark, years, dates, rate, dividend, volatility, which)

    return value


def _rolling_mean(spot: float, mark: float, years: float, dates: int, window: int, *market: float) -> float:
    # Imported when asked for: the sampler behind it takes long to load, and most products do not need it.
    from gigawatt.parts.option.lock import share_on_rolling_mean_daily

    return share_on_rolling_mean_daily(spot, mark, years, count("m", dates), count("window", window), *market)


def _x_of_y_days(spot: float, mark: float, years: float, dates: int, window: int, need: int, *market: float) -> float:
    from gigawatt.parts.option.lock import share_on_x_of_y_days

    days = count("m", dates), count("window", window), count("need", need)
    return share_on_x_of_y_days(spot, mark, years, *days, *market)


EUROPEAN, TOUCH = "cp S K T r q v", "S H T r q v"
MEAN_DATES: Mapping[str, None] = MappingProxyType({"first": None, "last": None, "T": None})
ONE_EACH: Mapping[str, float] = MappingProxyType({"Q1": 1.0, "Q2": 1.0})
NO_DIVIDENDS: Mapping[str, float] = MappingProxyType({"q1": 0.0, "q2": 0.0})

_LISTED = (
    Product("european", black_scholes.black_scholes, EUROPEAN),
    Product("filed_warrant_black_scholes", black_scholes.black_scholes, EUROPEAN),
    Product("cash_or_nothing", black_scholes.cash_or_nothing, "cp S K C T r q v"),
    Product("asset_or_nothing", black_scholes.share_or_nothing, EUROPEAN),
    Product("forward_start", black_scholes.forward_start, "cp S a t1 T r q v"),
    Product("exchange_margrabe", black_scholes.exchange, "S1 S2 T q1 q2 v1 v2 rho Q1 Q2", ONE_EACH),
    Product("arithmetic_asian_continuous", asian.arithmetic_asian_continuous, EUROPEAN),
    Product(
        "arithmetic_asian_discrete",
        partial(_on_dates, asian.arithmetic_asian_discrete),
        "cp S K first last T n r q v",
        MEAN_DATES,
    ),
    Product("geometric_asian_continuous", asian.geometric_asian_continuous, EUROPEAN),
    Product(
        "geometric_asian_discrete",
        partial(_on_dates, asian.geometric_asian_discrete),
        "cp S K first last T n r q v",
        MEAN_DATES,
    ),
    Product("share_if_geometric_mean_at_T", asian.share_if_geometric_mean, "S H T window step r q v"),
    Product("barrier", barrier.barrier, "kind cp S K H R T r q v", MappingProxyType({"R": 0.0})),
    Product("one_touch_cash_at_hit", touch.cash_at_touch, "S H C T r q v"),
    Product("one_touch_cash_at_expiry", touch.cash_at_expiry, "S H C T r q v"),
    Product("no_touch_cash", touch.cash_if_untouched, "S H C T r q v"),
    Product("one_touch_asset_at_hit", touch.share_at_touch, TOUCH),
    Product("one_touch_asset_at_expiry", touch.share_at_expiry, TOUCH),
    Product("no_touch_asset", touch.share_if_untouched, TOUCH),
    Product("penny_warrant_touch_continuous", _penny_warrant, "S H K T r q v"),
    Product("share_on_touch_daily", share_on_touch_daily, "S H T m r q v"),
    Product("share_on_parisian_continuous", share_on_parisian, "S H D T r q v"),
    Product("share_on_price_and_gw", share_on_price_and_gw, "S H T r q v G0 G_target G_drift G_vol rho"),
    Product("share_on_rolling_mean_daily", _rolling_mean, "S H T m window r q v"),
    Product("share_on_x_of_y_days", _x_of_y_days, "S H T m window need r q v"),
    Product("two_asset_barrier", two_asset.two_asset_barrier, "kind cp S1 S2 K H T r q1 q2 v1 v2 rho"),
    Product("warrant_dilution_announced", dilution.warrant_announced, "S K T r q v n m"),
    Product("warrant_dilution_galai_schneller", dilution.warrant_diluted, "S K T r q v n m"),
    *(
        product
        for name, sign, extreme, other in (("call", 1.0, "M", "m0"), ("put", -1.0, "m0", "M"))
        for product in (
            Product(f"gap_{name}", partial(black_scholes.gap, sign), "S K K2 T r q v"),
            Product(
                f"lookback_fixed_{name}",
                partial(lookback.lookback_fixed, sign),
                f"S K T r q v {extreme}",
                MappingProxyType({extreme: None}),
            ),
            Product(
                f"lookback_floating_{name}",
                partial(lookback.lookback_floating, sign),
                f"S T r q v {other}",
                MappingProxyType({other: None}),
            ),
            Product(
                f"two_asset_correlation_{name}",
                partial(two_asset.two_asset_correlation, sign),
                "S1 S2 K1 K2 T r q1 q2 v1 v2 rho",
                NO_DIVIDENDS,
            ),
        )
    ),
    *(
        product
        for name, sign in SIGNS.items()
        for where, which in KINDS.items()
        for product in (
            Product(f"discrete_{where}_{name}", _discrete(which, sign), "S K H T m r q v"),
            Product(
                f"partial_time_start_{where}_{name}",
                partial(barrier.partial_time_start, which, sign),
                "S K H t1 T r q v",
            ),
            Product(
                f"partial_time_end_{where}_{name}", partial(barrier.partial_time_end, which, sign), "S K H t1 T r q v"
            ),
            Product(
                f"partial_time_end_b2_{where}_{name}",
                partial(barrier.partial_time_end, which, sign, one_sided=True),
                "S K H t1 T r q v",
            ),
        )
    ),
)

PRODUCTS: Mapping[str, Product] = MappingProxyType({product.name: product for product in _LISTED})
"""Each product by its name; called with its terms by letter."""
