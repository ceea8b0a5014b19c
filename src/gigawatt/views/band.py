"""Bands over paths: quantiles at year ends, read from a result a few months at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gigawatt.dates import month_text
from gigawatt.engine.block import NEVER
from gigawatt.engine.record import KEPT
from gigawatt.engine.result import Result
from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.figure import Figure, Floats
from gigawatt.views.table import Cell, Column

LEVELS = (0.1, 0.5, 0.9)
"""The quantiles every band shows."""

MOST_NUMBERS = 2**25
"""How many numbers of a result are held at a time; more are read month by month."""

Values = NDArray[np.floating]


def band(values: Values, scale: float = 1.0) -> tuple[float, ...]:
    """The 10 %, 50 % and 90 % quantile over paths.

    Arguments:
        values: (path,) in internal units.
        scale: how many internal units one unit of the table is.
    """
    return tuple(tidy(float(value) / scale) for value in np.quantile(values, LEVELS))


def tidy(value: float) -> float:
    """A number without the digits that single precision made up."""
    return float(f"{value:.7g}")


def percent(share: float | np.floating) -> float:
    """A share in percent."""
    return tidy(100.0 * float(share))


def band_columns(unit: str) -> tuple[Column, ...]:
    """The columns p10, p50 and p90 in a unit."""
    return tuple(Column(f"p{100 * level:g}", unit) for level in LEVELS)


def year_ends(result: Result, name: str = "online") -> tuple[str, ...]:
    """The Decembers in which a quantity was kept, and the last month where it is no December."""
    months = result.months(name)
    return tuple(month for month in months if month.endswith("-12") or month == months[-1])


def year_end(result: Result, wanted: str | None = None) -> str:
    """The year end wanted, or by default December 2030 where the horizon reaches it, else the last.

    Raises:
        InputError: the month is no year end of this result.
    """
    known = year_ends(result)
    if wanted is None:
        return "2030-12" if "2030-12" in known else known[-1]
    if wanted not in known:
        raise InputError(f"`{wanted}` is no year end of this result. {did_you_mean(wanted, known)}")
    return wanted


def monthly(result: Result, name: str, months: Sequence[str]) -> Iterator[tuple[str, Values]]:
    """A quantity (entity, path) in each of some months, in internal units.

    Arguments:
        result: what to read.
        name: the quantity, such as `online`.
        months: months in which it was kept.
    """
    kept = result.months(name)
    size = max(len(result.labels[KEPT[name].axis]) * result.provenance.paths, 1)
    step = max(1, MOST_NUMBERS // size)
    for start in range(0, len(months), step):
        chunk = months[start : start + step]
        values = result.array(name, [kept.index(month) for month in chunk])
        yield from zip(chunk, np.asarray(values, dtype=np.float64), strict=True)


def drawn(result: Result, figure: Figure) -> Floats:
    """What a figure came out as: (path,) where it is uncertain, (1,) where every path has the same."""
    if figure.certain:
        return np.array(figure.terms[:1])
    row = result.labels["figure"].index(figure.name)
    return np.asarray(result.array("figures", [row])[0], dtype=np.float64)


def when(months: Values, first: int = 0) -> tuple[Cell, ...]:
    """The 10 %, 50 % and 90 % quantile of a month, as text; `never` where it is beyond every horizon.

    Arguments:
        months: (path,) months; calendar months, or months since `first`.
        first: calendar month that is counted as 0.
    """
    if not months.size:
        return (None,) * len(LEVELS)
    # No mean of two months: between a month and never there is nothing.
    found = np.quantile(months, LEVELS, method="inverted_cdf")
    return tuple("never" if month >= NEVER else month_text(first + int(month)) for month in found)
