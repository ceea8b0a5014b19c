"""What chips cost and what a facility adds to their power, from claims or from the user; never invented."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigawatt.perf.system import System

NO_PRICE = "no price known"


@dataclass(frozen=True, slots=True)
class Known:
    """A figure and what it rests on.

    Arguments:
        value: the figure; None where there is none.
        source: in words.
    """

    value: float | None
    source: str


def price_of(system: System, given: str | None = None) -> Known:
    """USD a chip-hour: what the user says, or the median of the newest claims on rental.

    Arguments:
        system: a system; one that is not of the library has no claims.
        given: such as `2.5 USD/hour`.

    Raises:
        InputError: what is given is no price.
    """
    from gigawatt.catalog import load
    from gigawatt.catalog.claim import days
    from gigawatt.perf.library import built_in_systems

    if given is not None:
        return Known(_hourly(given), "given")
    names = [name for name, each in built_in_systems().items() if each == system]
    claims = load()
    found = [claim for name in names for claim in claims.select(subject=name, quantity="rental_price")]
    whole = [claim for claim in found if not claim.one_sided]
    if not whole:
        return Known(None, NO_PRICE)
    # Claims of one time disagree by provider and term; the middle one stands for them, and their range is told.
    latest = max(days(claim.as_of)[1] for claim in whole)
    newest = [claim for claim in whole if days(claim.as_of)[1] == latest]
    prices = [claim.figure().to("USD/chip/hour") for claim in newest]
    if len(newest) == 1:
        return Known(prices[0], f"claim {newest[0].id}")
    told = f"median of {len(prices)} claims of {newest[0].as_of}, {min(prices):.3g} to {max(prices):.3g}"
    return Known(statistics.median(prices), told)


def pue_of(given: float | None = None) -> Known:
    """Power at the meter over that of the nodes: what the user says, or the median of the claims on `pue`.

    Raises:
        InputError: what is given is below 1 or no number.
    """
    from gigawatt.catalog import load
    from gigawatt.errors import InputError

    if given is not None:
        if not 1 <= given < 100:
            raise InputError(f"--pue: {given:g}; expected at least 1, such as 1.2.")
        return Known(given, "given")
    claims = load()
    many = len(claims.select(quantity="pue"))
    return Known(claims.median("pue").to("ratio"), f"median of {many} claims on `pue`")


def _hourly(text: str) -> float:
    from gigawatt.errors import InputError, UnitError
    from gigawatt.units import quantity, unit

    try:
        given = quantity(text)
        each = unit("USD/chip/hour")
        value = given.to(each if given.unit.same_dimension(each) else "USD/hour")
    except UnitError as error:
        raise InputError(f"--price: {error} Expected a price a chip, such as `2.5 USD/hour`.") from None
    if value < 0:
        raise InputError(f"--price: `{text}`; expected 0 or more.")
    return value
