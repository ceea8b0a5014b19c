"""Power: what a chip, a node and a facility draw for what they do, and the energy of a token.

chip_power        W of a chip, from FLOP, bytes of memory and bytes of links a second
node_power        W of a chip with its share of hosts, fans and network cards
facility_power    W at the meter
token_energy      J a token

A chip that sustains all the FLOP/s it can draws its limit, because it is the limit that clocks it down; so a FLOP costs
(limit - idle) / sustained rate. Bytes cost what moving them costs, whatever the chip. The sum is capped at the limit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.errors import InputError
from gigawatt.perf.formats import Floats
from gigawatt.perf.gemm import sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels

MEMORY_ENERGY: Final = 60e-12
"""J for each byte from or to stacked memory, 7.5 pJ/bit: some 4 in the stack (O'Connor et al. 2017) and the way there
and across the chip; an estimate."""

LINK_ENERGY: Final = 40e-12
"""J for each byte sent over a link, 5 pJ/bit; an estimate for electrical links between packages."""

HOST_SHARE: Final = 0.3
"""Power of hosts, fans and network cards over the limit of their chips. Set by the loaded nodes of eight H100 (median
reading 7,261 W in MLPerf Training 4.0) and of eight B200 (10,401 W in MLPerf Inference 5.1)."""


def chip_power(
    chips: Hardware,
    number_format: ArrayLike,
    flops: ArrayLike,
    moved: ArrayLike,
    sent: ArrayLike = 0.0,
    *,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """What one chip draws, W, `(config,)`.

    Arguments:
        chips: hardware, `(config,)`.
        number_format: format codes in which most FLOP are done, `(config,)`.
        flops: FLOP a second, `(config,)`.
        moved: bytes of memory a second, `(config,)`.
        sent: bytes of links a second, `(config,)`.
        kernels: constants.

    Raises:
        InputError: a rate is negative.
    """
    rates = {name: np.asarray(rate, dtype=np.float64) for name, rate in _named(flops, moved, sent)}
    for name, given in rates.items():
        if np.any(given < 0):
            raise InputError(f"{name}: {given[given < 0].flat[0]:g} a second; expected 0 or more.")
    peak = chips.rate(number_format)
    joule = (chips.tdp - chips.idle) / (peak * sustained_share(peak, chips, kernels))
    drawn = rates["flops"] * joule + rates["moved"] * MEMORY_ENERGY + rates["sent"] * LINK_ENERGY
    return np.asarray(np.minimum(chips.idle + drawn, chips.tdp))


def _named(flops: ArrayLike, moved: ArrayLike, sent: ArrayLike) -> tuple[tuple[str, ArrayLike], ...]:
    return ("flops", flops), ("moved", moved), ("sent", sent)


def node_power(chips: Hardware, drawn: ArrayLike, *, host: ArrayLike | None = None) -> Floats:
    """What a node draws, W, `(config,)`.

    Arguments:
        chips: hardware, `(config,)`.
        drawn: power of one chip, W, `(config,)`.
        host: power of hosts, fans and network cards of a node, W, `(config,)`; by default HOST_SHARE of the chips'
            limits.
    """
    around = HOST_SHARE * chips.tdp * chips.node if host is None else np.asarray(host, dtype=np.float64)
    return np.asarray(chips.node * np.asarray(drawn, dtype=np.float64) + around)


def facility_power(it_power: ArrayLike, pue: ArrayLike) -> Floats:
    """What a facility draws at the meter, W, `(config,)`.

    Arguments:
        it_power: power of all nodes, W, `(config,)`.
        pue: power at the meter over power of the nodes, at least 1.

    Raises:
        InputError: the PUE is below 1.
    """
    ratio = np.asarray(pue, dtype=np.float64)
    if np.any(~(ratio >= 1)):
        raise InputError(f"pue: {ratio[~(ratio >= 1)].flat[0]:g}; expected at least 1, such as 1.2.")
    return np.asarray(np.asarray(it_power, dtype=np.float64) * ratio)


def token_energy(power: ArrayLike, tokens: ArrayLike) -> Floats:
    """Energy of a token, J, `(config,)`.

    Arguments:
        power: W, `(config,)`.
        tokens: tokens a second of what draws it, `(config,)`.

    Raises:
        InputError: there are no tokens.
    """
    rate = np.asarray(tokens, dtype=np.float64)
    if np.any(rate <= 0):
        raise InputError(f"tokens: {rate[rate <= 0].flat[0]:g} a second; expected more than 0.")
    return np.asarray(np.asarray(power, dtype=np.float64) / rate)
