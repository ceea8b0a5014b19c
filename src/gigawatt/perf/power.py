"""Power: what a chip, a node and a facility draw for what they do, and the energy of a token.

chip_power        W of a chip, from FLOP, bytes of memory and bytes of links a second
node_power        W of a chip with its share of hosts, fans and network cards
facility_power    W at the meter
token_energy      J a token
Drawn             what a replica in service draws
served_power      it, from what it does

A chip that sustains all the FLOP/s it can draws its limit, because it is the limit that clocks it down; so a FLOP costs
(limit - idle) / sustained rate. Bytes cost what moving them costs, whatever the chip. The sum is capped at the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import FROM_ZERO, POSITIVE, Bounds, numbers
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Floats
from gigawatt.perf.gemm import sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.serving import Service

MEMORY_ENERGY: Final = 60e-12
"""J for each byte from or to stacked memory, 7.5 pJ/bit: some 4 in the stack (O'Connor et al. 2017) and the way there
and across the chip; an estimate."""

LINK_ENERGY: Final = 40e-12
"""J for each byte sent over a link, 5 pJ/bit; an estimate for electrical links between packages."""

PUE: Final = Bounds(1, hint="such as 1.2")
"""What power at the meter over power of the nodes may be."""


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
        InputError: a rate is negative or no number.
    """
    require_lengths("power", chips=chips.tdp, flops=flops, moved=moved, sent=sent)
    given = {"flops": flops, "moved": moved, "sent": sent}
    rates = [numbers(f"power: {name} a second", rate, FROM_ZERO) for name, rate in given.items()]
    return _drawn(chips, number_format, kernels, *rates)


def _drawn(
    chips: Hardware, number_format: ArrayLike, kernels: Kernels, flops: Floats, moved: Floats, sent: Floats
) -> Floats:
    peak = chips.rate(number_format)
    joule = (chips.tdp - chips.idle) / (peak * sustained_share(peak, chips, kernels))
    return xp.asarray(xp.minimum(chips.idle + flops * joule + moved * MEMORY_ENERGY + sent * LINK_ENERGY, chips.tdp))


def node_power(chips: Hardware, drawn: ArrayLike, *, host: ArrayLike | None = None) -> Floats:
    """What a node draws, W, `(config,)`.

    Arguments:
        chips: hardware, `(config,)`.
        drawn: power of one chip, W, `(config,)`.
        host: power of hosts, fans and network cards of a node, W, `(config,)`; by default that of
            the systems.

    Raises:
        InputError: a power is negative or no number.
    """
    require_lengths("power", chips=chips.tdp, drawn=drawn, host=0.0 if host is None else host)
    return _node(chips, numbers("power: drawn", drawn, FROM_ZERO), _host(chips, host))


def _host(chips: Hardware, host: ArrayLike | None) -> Floats:
    return chips.host if host is None else numbers("power: host", host, FROM_ZERO)


def _node(chips: Hardware, drawn: Floats, host: Floats) -> Floats:
    return xp.asarray(chips.node * drawn + host)


def facility_power(it_power: ArrayLike, pue: ArrayLike) -> Floats:
    """What a facility draws at the meter, W, `(config,)`.

    Arguments:
        it_power: power of all nodes, W, `(config,)`.
        pue: power at the meter over power of the nodes, at least 1.

    Raises:
        InputError: the PUE is below 1, or the power negative or no number.
    """
    require_lengths("power", it_power=it_power, pue=pue)
    return xp.asarray(numbers("power: it_power", it_power, FROM_ZERO) * numbers("power: pue", pue, PUE))


def token_energy(power: ArrayLike, tokens: ArrayLike) -> Floats:
    """Energy of a token, J, `(config,)`.

    Arguments:
        power: W, `(config,)`.
        tokens: tokens a second of what draws it, `(config,)`.

    Raises:
        InputError: there are no tokens, or the power is negative or no number.
    """
    require_lengths("power", power=power, tokens=tokens)
    rate = numbers("power: tokens a second", tokens, POSITIVE)
    return xp.asarray(numbers("power: power", power, FROM_ZERO) / rate)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a replica in service draws, `(config,)` each; nan where the weights do not fit.

    Arguments:
        chip: W of a chip.
        node: W of a node full of such replicas.
        replica: W of a replica with its share of nodes, at the meter.
        token: J a token of the answers, at the meter.
    """

    chip: Floats
    node: Floats
    replica: Floats
    token: Floats


def served_power(
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    got: Service,
    *,
    pue: ArrayLike = 1.0,
    host: ArrayLike | None = None,
    kernels: Kernels = CALIBRATED,
) -> Drawn:
    """What a replica draws at a load, and what a token takes of it.

    Arguments:
        chips, cut, number: where it runs, in which layout and formats, `(config,)`.
        got: what it yields (`serve`).
        pue: power at the meter over power of the nodes, at least 1, `(config,)`.
        host: as for `node_power`.
        kernels: constants.

    Raises:
        InputError: the PUE is below 1, or the power of the hosts is negative or no number.
    """
    # What does not fit has neither rates nor power, which is no mistake here: so nothing of `got` is refused.
    chip = _drawn(chips, number.product, kernels, got.flops, got.moved, got.sent)
    node = _node(chips, chip, _host(chips, host))
    replica = node * cut.chips / chips.node * numbers("power: pue", pue, PUE)
    return Drawn(chip, node, replica, xp.asarray(replica / got.tokens))
