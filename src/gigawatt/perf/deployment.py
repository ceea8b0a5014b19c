"""Deployments: how a model is laid over chips to answer requests, in which number formats, and what passes through.

Deployment, deployments  how a model is cut over the chips of one replica
Formats, formats         the number formats of weights, products, cache and experts
Passing                  what passes in a step: sequences that decode, and prompts
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import COUNT, FROM_ZERO, Bounds, numbers
from gigawatt.perf.formats import Codes, Floats, format_code

WIDTH: Final = Bounds(1)
"""New tokens of a sequence that decodes: its own, and the guesses that are checked with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Deployment:
    """How one replica is cut, `(config,)` each; build with `deployments`.

    Arguments:
        tp: chips a layer's attention is cut over.
        pp: stages of layers.
        ep: chips the experts of a layer are spread over; each is cut over the rest of the stage.
        attention_dp: groups of a stage that attend to their own sequences.
    """

    tp: Floats
    pp: Floats
    ep: Floats
    attention_dp: Floats

    @property
    def group(self) -> Floats:
        """Chips of one stage."""
        return self.tp * self.attention_dp

    @property
    def chips(self) -> Floats:
        """Chips of one replica."""
        return self.group * self.pp


def deployments(tp: ArrayLike = 1, pp: ArrayLike = 1, ep: ArrayLike = 1, attention_dp: ArrayLike = 1) -> Deployment:
    """Deployments from counts, checked.

    Arguments:
        tp, pp, ep, attention_dp: counts, `(config,)` or one for all.

    Raises:
        InputError: a count is not a whole number above 0, there are different numbers of them, or `ep` does not divide
            the chips of a stage. What a model allows is known when it meets the deployment (`misfits`).
    """
    given = {"tp": tp, "pp": pp, "ep": ep, "attention_dp": attention_dp}
    counts = {name: numbers(f"layout: {name}", part, COUNT) for name, part in given.items()}
    require_lengths("layout", **counts)
    arrays = xp.broadcast_arrays(*counts.values())
    made = Deployment(*arrays)
    uneven = xp.atleast_1d(made.group % made.ep != 0)
    if xp.any(uneven):
        group, experts = xp.atleast_1d(made.group)[uneven][0], xp.atleast_1d(made.ep)[uneven][0]
        fits = max(count for count in range(1, int(min(group, experts)) + 1) if group % count == 0)
        raise InputError(
            f"layout: ep: {experts:g}; expected a divisor of tp x attention_dp, {group:g}. The nearest is {fits}."
        )
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Formats:
    """Codes of number formats, `(config,)` each: of weights in memory, of products, of the cache, of experts."""

    weight: Codes
    product: Codes
    kv: Codes
    expert: Codes


def formats(weight: str, product: str | None = None, kv: str = "bf16", expert: str | None = None) -> Formats:
    """The formats of all configurations, by name.

    Arguments:
        weight: of weights in memory.
        product: of products; that of the weights by default.
        kv: of keys and values in the cache.
        expert: of the experts' weights and products; that of the other weights by default.

    Raises:
        InputError: there is no such format.
    """
    names = (weight, product or weight, kv, expert or weight)
    return Formats(*(xp.array([format_code(name)], dtype=xp.intp) for name in names))


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """What passes through one replica in a step, `(config,)` each.

    Arguments:
        decoding: sequences that get their next token.
        context: tokens in the cache of each of them.
        width: new tokens of each, above 1 where guesses of a draft are checked.
        prompts: sequences whose prompt, or a part of it, is read.
        tokens: new tokens of each.
        prefix: tokens of each that are in the cache already.

    Raises:
        InputError: a figure is negative or no number, or `width` below 1.
    """

    decoding: ArrayLike = 0.0
    context: ArrayLike = 0.0
    width: ArrayLike = 1.0
    prompts: ArrayLike = 0.0
    tokens: ArrayLike = 0.0
    prefix: ArrayLike = 0.0

    def __post_init__(self) -> None:
        for name in Passing.__slots__:
            numbers(f"passing: {name}", getattr(self, name), WIDTH if name == "width" else FROM_ZERO)
