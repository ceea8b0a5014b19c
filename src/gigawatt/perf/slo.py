"""Service levels: how many requests a replica can have in work while users still get their tokens in time.

Level            the most requests, and what users get then
latency_bound    it, for many configurations at once
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.misfit import Flags, blanked
from gigawatt.perf.serving import Requests, Service, serve
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import RECORDED, Engine


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The most requests in work at which users get their tokens in time, `(config,)`.

    Arguments:
        concurrency: requests of a replica; 0 where not even one is served in time, or the weights do not fit.
        service: what users get at it; nan where the concurrency is 0.
    """

    concurrency: Floats
    service: Service


def latency_bound(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    isl: ArrayLike,
    osl: ArrayLike,
    *,
    ttft: ArrayLike = xp.inf,
    tpot: ArrayLike = xp.inf,
    asked: Requests | None = None,
    strict: bool = True,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> Level:
    """The most requests a replica can have in work while first and next tokens come in time.

    Latencies rise with the requests in work, but for a few percent where a block of a product is just filled; the
    answer is the edge that halving the range finds. Requests that wait for memory gain nothing and are not counted.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        isl, osl: tokens of a prompt and of an answer, `(config,)`.
        ttft, tpot: s to the first token and from one to the next at most, `(config,)`; infinite where none is asked.
        asked: cached share, draft, chunk and the like; its lengths and concurrency are not used.
        strict: whether a deployment that cannot cut its model is refused; otherwise its concurrency is 0.
        engine, kernels: constants.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or a deployment cannot cut its model.
    """
    require_bounds("targets", ttft=ttft, tpot=tpot)
    parts = {"shape": shape.layers, "chips": chips.arrays, "layout": cut.tp, "formats": number.weight}
    count = require_lengths("targets", **parts, isl=isl, osl=osl, ttft=ttft, tpot=tpot)
    wanted = replace(asked or Requests(1.0, 1.0, 1.0), isl=isl, osl=osl, concurrency=xp.ones(count))
    first, after = (xp.asarray(target, dtype=xp.float64) for target in (ttft, tpot))
    length = xp.asarray(isl, dtype=xp.float64) + xp.asarray(osl, dtype=xp.float64)
    room = capacity(shape, chips, cut, number, length, workspace_tokens=wanted.chunk).sequences
    most = xp.broadcast_to(xp.floor(xp.minimum(room, xp.asarray(wanted.most, dtype=xp.float64))), (count,))

    def at(many: Floats) -> Service:
        asking = replace(wanted, concurrency=xp.maximum(many, 1.0))
        return serve(shape, chips, cut, number, asking, strict=strict, engine=engine, kernels=kernels)

    def fine(got: Service) -> Flags:
        return xp.asarray((got.ttft <= first) & (got.tpot <= after))

    # `low` is always in time, `high` never or more than there is room for.
    low = xp.where(fine(at(xp.ones(count))) & (most >= 1), 1.0, 0.0)
    high = xp.where(low > 0, xp.maximum(most, 1.0) + 1, 1.0)
    while xp.any(high - low > 1):
        middle = xp.floor((low + high) / 2)
        good = fine(at(middle)) & (middle >= 1)
        low, high = xp.where(good, middle, low), xp.where(good, high, middle)
    return Level(low, blanked(at(low), xp.asarray(low < 1)))
