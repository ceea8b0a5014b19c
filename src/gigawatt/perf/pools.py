"""Pools: prompts read on some replicas and answers written on others, with the cache sent between them.

Pools          what both kinds of replicas yield together
pool_service   it, for many configurations at once
matched        how many replicas of one kind keep up with one of the other

With C requests in the loop, the rate is C over the time of one round, as long as the readers keep up; beyond, it is the
readers' and the wait in front of them is what is left of the round (the bounds of a closed network, Denning and Buzen
1978). A share of the prompts arrives together and waits in line. Writers are never disturbed by prompts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.capacity import capacity
from gigawatt.perf.collective import point_to_point_time
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Floats, format_bytes
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.serving import decode_latency, prompt_latency
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import RECORDED, Engine

ROUNDS: Final = 3
"""Rounds of the fixed point; the batch changes by less than a millionth in the last."""


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What readers and writers yield together, `(config,)` each; nan where the weights do not fit.

    Arguments:
        ttft: s to the first token: wait, reading, and sending the cache.
        tpot: s from one token to the next.
        transfer: s to send the cache of a prompt.
        requests, tokens: requests and tokens of answers a second, all replicas together.
        reading: share of the time the readers are busy.
        writing: sequences that decode on each writer.
    """

    ttft: Floats
    tpot: Floats
    transfer: Floats
    requests: Floats
    tokens: Floats
    reading: Floats
    writing: Floats


def pool_service(
    shape: Shape,
    chips: Hardware,
    reader: Deployment,
    writer: Deployment,
    number: Formats,
    isl: ArrayLike,
    osl: ArrayLike,
    concurrency: ArrayLike,
    *,
    readers: ArrayLike = 1.0,
    writers: ArrayLike = 1.0,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> Pools:
    """What some replicas that read and some that write yield at a concurrency.

    Arguments:
        shape, chips, number: what runs where, `(config,)`.
        reader, writer: layouts of a replica of each kind.
        isl, osl: tokens of a prompt, and of an answer.
        concurrency: requests in the loop, all replicas together.
        readers, writers: replicas of each kind.
        engine, kernels: constants.

    Raises:
        InputError: a figure is out of its bounds, or arrays do not line up.
    """
    require_bounds("pools", isl=isl, osl=osl, concurrency=concurrency, readers=readers, writers=writers)
    require_lengths(
        "pools",
        shape=shape.layers,
        chips=chips.arrays,
        reader=reader.tp,
        writer=writer.tp,
        formats=number.weight,
        isl=isl,
        osl=osl,
        concurrency=concurrency,
        readers=readers,
        writers=writers,
    )
    isl, osl, many, readers, writers = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (isl, osl, concurrency, readers, writers))
    )
    # All groups of a reader that attend alone read a prompt each at the same time.
    together = reader.attention_dp
    read = prompt_latency(shape, chips, reader, number, isl, batch=together, engine=engine, kernels=kernels).total
    most = readers * together / read
    cache = shape.kv_bytes(isl, format_bytes(number.kv)) / np.minimum(reader.tp * reader.pp, writer.tp * writer.pp)
    transfer = point_to_point_time(cache, reader.chips, chips, kernels=kernels)

    room = capacity(shape, chips, writer, number, isl + osl, workspace_tokens=2048.0).sequences
    fits = (room >= 1) & (capacity(shape, chips, reader, number, isl).sequences >= 1)
    room = np.where(fits, room, 1.0)
    steps = np.maximum(osl - 1, 0.0)
    # As in a loop on one replica, a share of the prompts arrives together.
    line = engine.burst * np.maximum(many / (readers * together) - 1, 0.0) / 2 * read
    first = engine.front + line + read + transfer
    writing = np.minimum(many / writers, room)
    for _ in range(ROUNDS):
        step = decode_latency(
            shape, chips, writer, number, isl + osl / 2, batch=np.maximum(writing, 1.0), engine=engine, kernels=kernels
        ).total
        rate = np.minimum(many / (first + steps * step), most)
        rate = np.minimum(rate, writers * room / np.maximum(steps * step, step))
        writing = np.minimum(rate * steps * step / writers, room)
    ttft = np.maximum(many / rate - steps * step, first)
    found = (ttft, np.where(osl > 1, step, 0.0), transfer, rate, rate * osl, rate / most, writing)
    return Pools(*(np.asarray(np.where(fits, part, np.nan)) for part in found))


def matched(read: ArrayLike, write: ArrayLike) -> Floats:
    """How many readers keep up with one writer.

    Arguments:
        read: requests a second one reader can take, `(config,)`.
        write: requests a second one writer can take, `(config,)`.
    """
    return np.asarray(np.asarray(write, dtype=np.float64) / np.asarray(read, dtype=np.float64))
