"""Explanations: what binds a configuration, and what would help it most.

Sensitivity      what one resource is worth
RESOURCES        the resources, with what they are called
sensitivities    of one configuration, all resources of the chip and its networks in one call
hastened         constants with shorter fixed times

The time of a step falls as a resource grows, by its elasticity: the share of the time that waits for it. A chip with
everything faster by a factor is faster by that factor, so that the elasticities of all rates and of all fixed times
add up to one (Euler). That makes them shares of what binds, whatever overlaps with what.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Constants = TypeVar("Constants", bound="DataclassInstance")

RESOURCES: Final = MappingProxyType(
    {
        "compute": "peak FLOP/s",
        "power": "power limit",
        "memory": "HBM bandwidth",
        "capacity": "HBM capacity",
        "inside": "scale-up bandwidth",
        "outside": "scale-out bandwidth",
        "fixed": "fixed times: launches, latencies, host",
    }
)
"""What can be more of; the last one shorter."""

GROWN: Final = MappingProxyType(
    {
        "compute": ("peak", slice(None)),
        "power": ("tdp", slice(None)),
        "memory": ("hbm_bandwidth", slice(None)),
        "capacity": ("hbm_capacity", slice(None)),
        "inside": ("level_bandwidth", slice(0, 1)),
        "outside": ("level_bandwidth", slice(1, None)),
    }
)
"""The field of the hardware each resource is, and which rows of it."""

SMALL: Final = 1e-4
"""Growth of a resource by which an elasticity is taken."""

FIXED: Final = (
    "launch",
    "hbm_ramp",
    "scaling_tensor",
    "scaling_block",
    "scaling_fp4",
    "attention_vector",
    "decode_latency",
    "collective",
    "step",
    "exchange_base",
    "exchange_step",
    "host",
    "hop",
    "gap",
    "layer_gap",
    "sequence_gap",
    "eager",
    "front",
)
"""Constants of kernels, frameworks and engines that are times, and none of a rate of the chip."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a resource is worth.

    Arguments:
        resource: one of RESOURCES.
        gain: how much the rate grows, as a share of it, with so much more of the resource.
        share: elasticity of the rate: the share of the time that waits for the resource.
    """

    resource: str
    gain: float
    share: float


def sensitivities(
    rate: Callable[[Hardware, float], Floats], chips: Hardware, more: float = 1.1
) -> tuple[Sensitivity, ...]:
    """What each resource is worth, the most first.

    Arguments:
        rate: of some hardware, `(config,)`, and of how much shorter fixed times are: tokens a second, `(config,)`.
        chips: one system.
        more: factor by which a resource grows.
    """
    names, steps = list(RESOURCES)[:-1], (more, 1 + SMALL)
    changes = [(name, step) for step in steps for name in names]
    many = chips.take(np.zeros(len(changes) + 1, dtype=np.intp))
    for at, (name, step) in enumerate(changes, start=1):
        many = _more(many, name, at, step)
    rates = np.broadcast_to(np.asarray(rate(many, 1.0)), (len(changes) + 1,)).tolist()
    found = dict(zip(changes, (value / rates[0] for value in rates[1:]), strict=True))
    found |= {("fixed", step): float(np.ravel(rate(chips, step))[0]) / rates[0] for step in steps}
    values = [
        Sensitivity(name, found[name, more] - 1, math.log(found[name, steps[1]]) / math.log(steps[1]))
        for name in RESOURCES
    ]
    return tuple(sorted(values, key=lambda each: -each.share))


def hastened(constants: Constants, more: float) -> Constants:
    """The same constants with fixed times divided by a factor.

    Arguments:
        constants: of kernels, a framework or an engine.
        more: the factor.
    """
    times = {item.name: getattr(constants, item.name) / more for item in fields(constants) if item.name in FIXED}
    return replace(constants, **times)


def _more(chips: Hardware, name: str, at: int, more: float) -> Hardware:
    field, levels = GROWN[name]
    grown = np.array(getattr(chips, field), dtype=np.float64)
    # A figure of the chip is one row, those of its networks are one for each.
    np.atleast_2d(grown)[levels, at] *= more
    return replace(chips, **{field: grown})
