"""Small warrants and courses for tests."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.parts.warrant.course import Course, trading_dates
from gigawatt.parts.warrant.terms import Tranche, Warrant

ISSUED = datetime.date(2026, 1, 5)
"""A Monday."""


def series(values: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Values as (day, path); a list of numbers is one path."""
    found = np.asarray(values, dtype=np.float64)
    return found[:, None] if found.ndim == 1 else found


def course(
    closes: ArrayLike,
    first: datetime.date = ISSUED,
    *,
    counters: Mapping[str, ArrayLike] | None = None,
    events: Mapping[str, ArrayLike] | None = None,
    **more: Any,
) -> Course:
    """A course on weekdays from a day on."""
    prices = series(closes)
    return Course(
        dates=trading_dates(first, len(prices)),
        closes=prices,
        counters={name: series(values) for name, values in (counters or {}).items()},
        events={name: np.asarray(rows, np.int64) for name, rows in (events or {}).items()},
        **more,
    )


def warrant(*tranches: Tranche, **terms: Any) -> Warrant:
    """A warrant over the given tranches at 10 USD, exercised for cash, from a Monday over two years."""
    given: dict[str, Any] = {
        "issuer": "Issuer",
        "holder": "Holder",
        "share": "share",
        "shares": float(sum(float(t.shares) for t in tranches if isinstance(t.shares, int | float))),
        "strike": 10.0,
        "issued": ISSUED,
        "expiry": datetime.date(2028, 1, 5),
        "tranches": tranches,
        "exercise": "cash",
        "automatic": False,
    }
    return Warrant(**(given | terms))
