"""How many shares of a customer's warrant count, and at what value.

Award     shares, fair value at grant and strike by tranche
counted   the part of each tranche that counts towards the transaction price, by period and path

Market conditions (share-price marks) sit inside the fair value at grant and never appear here again; performance and
service conditions (gigawatts, purchases, time) are outside it and decide how many shares count.
Paragraphs are those of the FASB Codification, named topic-subtopic-section-paragraph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.value.accounting.arrays import SLACK, Floats, fitted, numbers, refuse

Standard = Literal["ASU 2019-08", "ASU 2025-04"]
Condition = Literal["performance", "service"]
Forfeitures = Literal["estimate", "as they occur"]


@dataclass(frozen=True, slots=True, eq=False)
class Award:
    """A warrant given to a customer, tranche by tranche; make it with `award`.

    Arguments:
        shares: (tranche,) shares each tranche gives when all its conditions hold.
        fair_value: (tranche,) USD a share on the grant date, lowered for share-price marks (718-10-30-14) and not for
            gigawatts or time (718-10-30-12).
        strike: (tranche,) USD a share.
    """

    shares: Floats
    fair_value: Floats
    strike: Floats

    @property
    def grant_value(self) -> Floats:
        """Fair value at grant of all shares of each tranche, (tranche,), USD."""
        return np.asarray(self.shares * self.fair_value)


def award(shares: ArrayLike, fair_value: ArrayLike, strike: ArrayLike) -> Award:
    """A warrant given to a customer.

    Arguments:
        shares: (tranche,) or one number.
        fair_value: USD a share on the grant date, (tranche,) or one number for all.
        strike: USD a share, (tranche,) or one number for all.

    Raises:
        InputError: no tranche, a number that is negative or not finite, or tranches that do not match.

    Source: 606-10-32-25A (measured on the grant date under Topic 718, whether equity or liability).
    """
    count = np.atleast_1d(numbers("shares", shares, 0.0))
    if count.ndim != 1 or not count.size:
        raise InputError(f"shares: has shape {count.shape}; write one number a tranche.")
    return Award(
        count,
        fitted("fair_value", numbers("fair_value", fair_value, 0.0), count.shape),
        fitted("strike", numbers("strike", strike, 0.0), count.shape),
    )


def counted(
    probability: ArrayLike,
    met: ArrayLike,
    *,
    threshold: float,
    standard: Standard,
    condition: Condition | Sequence[Condition] = "performance",
    forfeitures: Forfeitures = "estimate",
    constrained: bool = False,
) -> Floats:
    """The part of each tranche that counts towards the transaction price, estimated anew in every period.

    A tranche with a performance condition counts as a whole once it is probable, and not before. A tranche with a
    service condition counts by the shares expected to vest, or in full until it is forfeited. What has been met stays.

    Arguments:
        probability: (tranche, period, path) chance, as seen at the period's end, that the gigawatts, purchases or time
            will be met; 0 where forfeited. Share-price marks have no place in it.
        met: (tranche, period, path) part of the tranche whose gigawatts, purchases or time have been met; never falls.
        threshold: chance from which an outcome is called probable. The Codification says `likely to occur` and names
            no number, so there is no default.
        standard: `ASU 2019-08`, or `ASU 2025-04` for fiscal years after 2026-12-15 and early adopters.
        condition: one for all tranches, or one a tranche. Under ASU 2025-04 a vesting condition on the customer's
            purchases, by volume, money or timing, is always `performance`.
        forfeitures: for service conditions; `as they occur` is a choice of ASU 2019-08 alone.
        constrained: counts a tranche until it is probable that it will not vest, as some did who applied the
            constraint on variable consideration (606-10-32-11); ASU 2025-04 rules it out.

    Returns:
        (tranche, period, path), between 0 and 1.

    Raises:
        InputError: an unknown word, a chance or part out of range, shapes that differ, a `met` that falls, or a choice
            that the standard does not leave.

    Source: 718-10-25-20 and 718-10-30-12 (probable outcome), 718-10-35-1D (forfeitures), 606-10-65-2 (ASU 2025-04).
    """
    _known("standard", standard, get_args(Standard))
    _known("forfeitures", forfeitures, get_args(Forfeitures))
    likely = float(numbers("threshold", threshold, 0.0, 1.0))
    if likely <= 0.5:
        raise InputError(f"threshold: {likely:g} calls an even chance probable; write more than 0.5, such as 0.75.")
    if standard == "ASU 2025-04" and forfeitures == "as they occur":
        raise InputError(
            "forfeitures: `as they occur` is no choice for awards to customers under ASU 2025-04 (718-10-35-1D); "
            "write `estimate`."
        )
    if standard == "ASU 2025-04" and constrained:
        raise InputError(
            "constrained: ASU 2025-04 does not apply the constraint of 606-10-32-11 to share-based consideration; "
            "leave it out."
        )
    chance = numbers("probability", probability, 0.0, 1.0)
    if chance.ndim != 3:
        raise InputError(f"probability: has shape {chance.shape}; write (tranche, period, path).")
    done = parts("met", met, chance.shape)
    service = np.array([word == "service" for word in _conditions(condition, len(chance))])[:, None, None]
    by_service = chance if forfeitures == "estimate" else (chance > 0.0).astype(np.float64)
    by_performance = (chance > 1.0 - likely) if constrained else (chance >= likely)
    return np.asarray(np.maximum(np.where(service, by_service, by_performance), done))


def parts(name: str, value: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Parts of tranches that have been met by the end of each period; never falling.

    Arguments:
        name: what it is, for the message.
        value: of the shape wanted, or of axes that fit its last ones; between 0 and 1.
        shape: (tranche, period, path).

    Raises:
        InputError: another shape, a number out of range, or one below that of the period before.
    """
    array = fitted(name, numbers(name, value, 0.0, 1.0), shape)
    falls = np.diff(array, axis=1, prepend=0.0) < -SLACK
    refuse(name, array, falls, "it is at least that of the period before, because what has been met stays met")
    return array


def _conditions(condition: Condition | Sequence[Condition], tranches: int) -> list[str]:
    words = [condition] * tranches if isinstance(condition, str) else list(condition)
    if len(words) != tranches:
        raise InputError(f"condition: {len(words)} given for {tranches} tranches; write one for all, or one a tranche.")
    for word in words:
        _known("condition", word, get_args(Condition))
    return [str(word) for word in words]


def _known(name: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise InputError(f"{name}: `{word}` is unknown. {did_you_mean(str(word), words)}")
