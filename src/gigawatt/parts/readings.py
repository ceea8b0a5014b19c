"""Named observables: what contracts may look at, one short function each."""

from __future__ import annotations

from collections.abc import Callable

from gigawatt import dates
from gigawatt.errors import UnitError
from gigawatt.parts.figure import Figure
from gigawatt.parts.observable import Amount, Binary, Growth, Latch, Observable, Read, Window, lift
from gigawatt.parts.price_test import PriceTest
from gigawatt.parts.watch import NO_END, Watch
from gigawatt.units import ONE, unit


def _reader(table: str, kind: str, of: str, meaning: str) -> Callable[[str], Observable]:
    of_unit = unit(of)

    def read(name: str) -> Observable:
        return Read(table, kind, name, of_unit)

    read.__name__ = table
    read.__doc__ = meaning
    return read


announced = _reader("announced", "deal", "GW", "Gigawatts of a deal announced for this month, cumulative (GW).")
contracted = _reader("contracted", "deal", "GW", "Gigawatts of a deal that are binding, cumulative (GW).")
purchased = _reader("purchased", "deal", "GW", "Gigawatts of a deal that are ordered, cumulative (GW).")
financed = _reader("financed", "deal", "GW", "Ordered gigawatts for which money was found, cumulative (GW).")
bought = _reader(
    "bought", "deal", "GW", "Financed orders since the start, in gigawatts as the parties state them (GW)."
)
received = _reader("received", "deal", "GW", "Deliveries since the start, in gigawatts as the parties state them (GW).")
running = _reader("running", "deal", "GW", "Energised gigawatts as the parties state them (GW).")
loaded = _reader("loaded", "deal", "GW", "Gigawatts that carry load, as the parties state them (GW).")
delivered = _reader("delivered", "deal", "GW", "Gigawatts of a deal whose hardware has arrived, cumulative (GW).")
online = _reader("online", "deal", "GW", "Gigawatts of a deal that are energised, cumulative (GW).")
working = _reader("working", "deal", "GW", "Energised gigawatts whose chips are not retired (GW).")
used = _reader("used", "deal", "GW", "Working gigawatts that carry load (GW).")
powered = _reader("powered", "campus", "GW", "Gigawatts of facility power a campus has energised (GW).")
price = _reader("price", "share", "USD/share", "Price of a share at the month's end (USD/share).")
outstanding = _reader("outstanding", "share", "share", "Shares outstanding, the same in every month (share).")
cash = _reader("cash", "party", "USD", "Cash of a party at the start of the month (USD).")
debt = _reader("debt", "party", "USD", "Debt of a party raised under its funding rules (USD).")
revenue = _reader("revenue", "lab", "USD/month", "Revenue of an AI lab in this month (USD/month).")
solvent = _reader("solvent", "party", "1", "1 while a party has never missed a payment, 0 afterwards.")


def level(process: str, of: str = "1") -> Observable:
    """Value of an exogenous process, such as a rental price or an interest rate, in the unit it was declared with."""
    return Read("level", "process", process, unit(of))


def average(share: str, days: int) -> Observable:
    """Average price of a share over the last days of the month (USD/share).

    Arguments:
        share: name of the share.
        days: length of the window, 1 to 30; the average is the geometric mean of the price path between
            month ends, drawn exactly given both (a Brownian bridge).

    Raises:
        UnitError: the window does not fit into a month.
    """
    if not 1 <= days <= 30:
        raise UnitError(f"average({share}, {days} days): 1 to 30 days expected, because prices are kept by month.")
    return Read("average", "average", f"{share}/{days}", unit("USD/share"))


def highest(share: str, test: PriceTest, last: str | None = None) -> Observable:
    """The highest mark at which a test of the share price held on any day of the month (USD/share).

    `highest("amd", PriceTest("mean", 21)) >= "600 USD/share"` is 1 in months in which the mean of 21 closes reached
    600 USD on at least one trading day.

    Arguments:
        share: name of the share.
        test: how it is tested; against an index, the price is divided by what the index grew since the start.
        last: month or period after which the test no longer counts; none for the whole horizon.

    Raises:
        UnitError: `last` is no date.
    """
    return Read("highest", "watch", _watch(share, test, last), unit("USD/share"))


def latest(share: str, test: PriceTest, last: str | None = None) -> Observable:
    """The highest mark at which a test of the share price holds at the month's last close (USD/share).

    Arguments:
        share, test, last: as for `highest`.
    """
    return Read("latest", "watch", _watch(share, test, last), unit("USD/share"))


def _watch(share: str, test: PriceTest, last: str | None) -> str:
    return Watch(share, test, NO_END if last is None else dates.period(last).last).label


def growth(of: Observable) -> Observable:
    """How much an observable rose in the month (its unit per month); falls count as nothing."""
    return Growth(of)


def once_reached(condition: Observable) -> Observable:
    """1 from the first month the condition held."""
    return Latch(condition)


def larger(a: Amount, b: Amount) -> Observable:
    """The larger of two observables of the same kind."""
    return Binary("larger", lift(a), lift(b))


def smaller(a: Amount, b: Amount) -> Observable:
    """The smaller of two observables of the same kind."""
    return Binary("smaller", lift(a), lift(b))


def during(first: str, last: str) -> Observable:
    """1 from the first to the last of two dates such as `2027-01` or `2029-H2`, 0 outside."""
    at = [Figure(name="", unit=ONE, terms=(float(d),)) for d in (dates.period(first).first, dates.period(last).last)]
    return Window(at[0], at[1])
