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

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.capacity import capacity
from gigawatt.perf.check import POSITIVE, numbers
from gigawatt.perf.collective import point_to_point_time
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.formats import Floats, format_bytes
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.inference import step_time
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.misfit import misfits, refuse_misfits
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import RECORDED, Engine

ROUNDS: Final = 6
"""Rounds of the fixed point; of 4,600 drawn loads 999 in 1,000 are then within 0.2 % of where they settle, all within
5 %."""


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
    strict: bool = True,
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
        strict: whether a layout that cannot cut its model is refused; otherwise it gives nan.
        engine, kernels: constants.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or a layout cannot cut its model.
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
    if strict:
        refuse_misfits(shape, reader, "reader")
        refuse_misfits(shape, writer, "writer")
    isl, osl, many, readers, writers = xp.broadcast_arrays(
        *(xp.asarray(part, dtype=xp.float64) for part in (isl, osl, concurrency, readers, writers))
    )
    # All groups of a reader that attend alone read a prompt each at the same time.
    together = reader.attention_dp
    passing = Passing(prompts=together, tokens=isl)
    read = step_time(shape, chips, reader, number, passing, steady=False, engine=engine, kernels=kernels).total
    most = readers * together / read
    cache = shape.kv_bytes(isl, format_bytes(number.kv)) / xp.minimum(reader.tp * reader.pp, writer.tp * writer.pp)
    transfer = point_to_point_time(cache, reader.chips, chips, kernels=kernels)

    room = capacity(shape, chips, writer, number, isl + osl, workspace_tokens=2048.0).sequences
    fits = (room >= 1) & (capacity(shape, chips, reader, number, isl).sequences >= 1)
    fits &= (misfits(shape, reader) == 0) & (misfits(shape, writer) == 0)
    room = xp.where(fits, room, 1.0)
    steps = xp.maximum(osl - 1, 0.0)
    # As in a loop on one replica, a share of the prompts arrives together.
    line = engine.burst * xp.maximum(many / (readers * together) - 1, 0.0) / 2 * read
    first = engine.front + line + read + transfer

    def passed(writing: Floats) -> tuple[Floats, Floats, Floats]:
        """Seconds of a step with so many sequences, the rate then, and the sequences there are at that rate."""
        passing = Passing(decoding=xp.maximum(writing, 1.0), context=isl + osl / 2)
        step = step_time(shape, chips, writer, number, passing, engine=engine, kernels=kernels).total
        rate = xp.minimum(xp.minimum(many / (first + steps * step), most), writers * room / xp.maximum(steps, 1) / step)
        return step, rate, xp.minimum(rate * steps * step / writers, room)

    # At `low` there would be more sequences, at `high` no more; the line through both is cut, and an end that stays is
    # drawn nearer (the Illinois rule, Dowell and Jarratt 1971).
    low, high = xp.zeros_like(many), xp.minimum(many / writers, room)
    above, below = passed(low)[2] - low, passed(high)[2] - high
    earlier = xp.full(many.shape, -1)
    for _ in range(ROUNDS):
        slope = xp.maximum(above - below, xp.finfo(xp.float64).tiny)
        writing = xp.clip(low + (high - low) * above / slope, low, high)
        step, rate, there = passed(writing)
        more = there > writing
        again = xp.where(more == earlier, 0.5, 1.0)
        above, below = (
            xp.where(more, there - writing, above * again),
            xp.where(more, below * again, there - writing),
        )
        earlier = more
        low, high = xp.where(more, writing, low), xp.where(more, high, writing)
    ttft = xp.maximum(many / rate - steps * step, first)
    found = (ttft, xp.where(osl > 1, step, 0.0), transfer, rate, rate * osl, rate / most, writing)
    return Pools(*(xp.asarray(xp.where(fits, part, xp.nan)) for part in found))


def matched(read: ArrayLike, write: ArrayLike) -> Floats:
    """How many readers keep up with one writer.

    Arguments:
        read: requests a second one reader can take, `(config,)`.
        write: requests a second one writer can take, `(config,)`.

    Raises:
        InputError: a rate is not above 0, or arrays do not line up.
    """
    require_lengths("rates", read=read, write=write)
    return xp.asarray(numbers("rates: write", write, POSITIVE) / numbers("rates: read", read, POSITIVE))
