"""Serving: prompts and next tokens of many requests at once, as latency a user sees and tokens a second a chip yields.

Requests           what users ask: lengths, how many at once, what is cached, what a draft guesses
Service            what they get
prompt_latency     a prompt read alone, or a batch of them
decode_latency     the next token of a batch
static_latency     a batch of requests answered together, from the first token read to the last one written
serve              continuous batching at a concurrency

A replica keeps a number of requests in work (`batching`); those above what memory holds wait outside, for as long as it
takes to serve them: their number over the throughput.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.batching import Asked, settled
from gigawatt.perf.bounds import require_bounds
from gigawatt.perf.capacity import capacity
from gigawatt.perf.check import FROM_ZERO, SHARE, numbers
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.inference import StepTime, products_of, step_time
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.misfit import blanked, looked_at
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import LAUNCHED, RECORDED, Engine

SAMPLES: Final = (0.1127016653792583, 0.5, 0.8872983346207417)
WEIGHTS: Final = (5 / 18, 8 / 18, 5 / 18)
"""Points and weights of Gauss's rule on (0, 1): a cache grows while an answer is written."""


@dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """What users ask of one replica, `(config,)` each.

    Arguments:
        isl, osl: tokens of a prompt, and of an answer.
        concurrency: requests in work or waiting at any time.
        chunk: most tokens of prompts in one step of a group that attends alone.
        most: most requests the engine runs at once.
        cached: share of the prompt's tokens whose keys and values are in the cache already.
        guesses: tokens a draft proposes for each step; 0 for none.
        accepted: chance that a proposed token is right, given that those before it were.
        draft: cost of proposing one token, as a share of a step.
        skew: tokens of the busiest chip's experts over the mean of all.

    Raises:
        InputError: a figure is out of its bounds.
    """

    isl: ArrayLike
    osl: ArrayLike
    concurrency: ArrayLike
    chunk: ArrayLike = 8192.0
    most: ArrayLike = xp.inf
    cached: ArrayLike = 0.0
    guesses: ArrayLike = 0.0
    accepted: ArrayLike = 0.0
    draft: ArrayLike = 0.0
    skew: ArrayLike = 1.0

    def __post_init__(self) -> None:
        require_bounds("requests", **{name: getattr(self, name) for name in Requests.__slots__})


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What users get of one replica, `(config,)` each; nan where the weights do not fit.

    Arguments:
        ttft: s to the first token, wait for memory included.
        tpot: s from one token to the next.
        queue: s of `ttft` outside, until memory is free.
        requests: requests a second.
        tokens: tokens of answers a second.
        running: requests in work.
        decoding: of those, sequences that decode.
        prefill: s to read one prompt alone.
        step: s of a step without a prompt.
        flops, moved, sent: FLOP, bytes of memory and bytes of links a second of one chip.
    """

    ttft: Floats
    tpot: Floats
    queue: Floats
    requests: Floats
    tokens: Floats
    running: Floats
    decoding: Floats
    prefill: Floats
    step: Floats
    flops: Floats
    moved: Floats
    sent: Floats


def prompt_latency(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    tokens: ArrayLike,
    *,
    batch: ArrayLike = 1.0,
    prefix: ArrayLike = 0.0,
    skew: ArrayLike = 1.0,
    strict: bool = True,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long prompts take to be read at once, up to the first token of the answer.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        tokens: of each prompt; `batch` prompts; `prefix` tokens more are cached.
        strict: whether a deployment that cannot cut its model is refused; otherwise it gives nan.
        skew, engine, kernels: as for `step_time`.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or a deployment cannot cut its model.
    """
    asked = {"tokens": tokens, "batch": batch, "prefix": prefix, "skew": skew}
    wrong = looked_at("prompt", shape, chips, cut, number, asked, strict)
    passing = Passing(prompts=batch, tokens=tokens, prefix=prefix)
    found = step_time(shape, chips, cut, number, passing, steady=False, skew=skew, engine=engine, kernels=kernels)
    return blanked(found, wrong)


def decode_latency(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    context: ArrayLike,
    *,
    batch: ArrayLike = 1.0,
    width: ArrayLike = 1.0,
    skew: ArrayLike = 1.0,
    strict: bool = True,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long a batch of sequences waits for its next token.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        context: tokens in the cache of each; `batch` sequences; `width` new tokens of each.
        strict: whether a deployment that cannot cut its model is refused; otherwise it gives nan.
        skew, engine, kernels: as for `step_time`.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or a deployment cannot cut its model.
    """
    asked = {"context": context, "batch": batch, "width": width, "skew": skew}
    wrong = looked_at("decode", shape, chips, cut, number, asked, strict)
    passing = Passing(decoding=batch, context=context, width=width)
    return blanked(step_time(shape, chips, cut, number, passing, skew=skew, engine=engine, kernels=kernels), wrong)


def static_latency(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    isl: ArrayLike,
    osl: ArrayLike,
    batch: ArrayLike,
    *,
    strict: bool = True,
    engine: Engine = LAUNCHED,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """How long a batch of requests takes that starts together and ends together, s, `(config,)`.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        isl, osl, batch: tokens of each prompt and answer, and requests.
        strict: whether a deployment that cannot cut its model is refused; otherwise it gives nan.
        engine, kernels: constants.

    Raises:
        InputError: a figure is out of its bounds, arrays do not line up, or a deployment cannot cut its model.
    """
    wrong = looked_at("static batch", shape, chips, cut, number, {"isl": isl, "osl": osl, "batch": batch}, strict)
    passing = Passing(prompts=batch, tokens=isl)
    read = step_time(shape, chips, cut, number, passing, steady=False, engine=engine, kernels=kernels).total
    steps = xp.asarray(osl, dtype=xp.float64) - 1
    written = xp.zeros(())
    for sample, weight in zip(SAMPLES, WEIGHTS, strict=True):
        context = xp.asarray(isl, dtype=xp.float64) + sample * steps
        passing = Passing(decoding=batch, context=context)
        written = written + weight * step_time(shape, chips, cut, number, passing, engine=engine, kernels=kernels).total
    return xp.asarray(xp.where(wrong, xp.nan, read + steps * written))


def tokens_per_step(guesses: ArrayLike, accepted: ArrayLike) -> Floats:
    """How many tokens a step yields on average with guesses of a draft (Leviathan, Kalman, Matias 2023, equation 1).

    Arguments:
        guesses: tokens proposed.
        accepted: chance that each is right, given that those before it were.

    Raises:
        InputError: a figure is out of its bounds.
    """
    chance, many = numbers("draft: accepted", accepted, SHARE), numbers("draft: guesses", guesses, FROM_ZERO) + 1
    unsure = xp.where(chance < 1, chance, 0.0)
    return xp.asarray(xp.where(chance < 1, (1 - unsure**many) / (1 - unsure), many))


def serve(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    asked: Requests,
    *,
    strict: bool = True,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> Service:
    """What a replica yields with continuous batching at a concurrency.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        asked: the requests.
        strict: whether a deployment that cannot cut its model is refused; otherwise it gives nan.
        engine, kernels: constants.

    Returns:
        Latencies and rates; nan where the weights do not fit (`capacity` says why).

    Raises:
        InputError: arrays do not line up, or a deployment cannot cut its model.
    """
    given = {name: getattr(asked, name) for name in Requests.__slots__}
    wrong = looked_at("requests", shape, chips, cut, number, given, strict)
    isl, osl, many, chunk, most, cached, guesses, accepted, draft, skew = xp.broadcast_arrays(
        *(xp.asarray(part, dtype=xp.float64) for part in given.values())
    )
    held = capacity(shape, chips, cut, number, isl + osl, workspace_tokens=chunk)
    running = xp.minimum(xp.minimum(many, most), held.sequences)
    fits = (running >= 1) & ~wrong
    running = xp.where(fits, running, 1.0)

    width, steps = guesses + 1, xp.maximum(osl - 1, 0.0) / tokens_per_step(guesses, accepted)
    context, prefix = isl + osl / 2, isl * cached
    fresh = isl - prefix

    table = products_of(shape, cut)

    def step(passing: Passing, steady: bool) -> StepTime:
        where = (shape, chips, cut, number, passing)
        return step_time(*where, steady=steady, skew=skew, table=table, engine=engine, kernels=kernels)

    pieces = xp.ceil(fresh / xp.maximum(chunk, 1.0))
    # Short prompts share a step up to the chunk; long ones are cut to it. Groups that attend alone are given theirs
    # together, as a step lasts as long as the busiest of them needs; so are batches that follow each other in stages.
    room = xp.clip(chunk * cut.attention_dp * cut.pp / fresh, 1.0, xp.maximum(running / 2, 1.0))
    found = settled(
        step,
        Asked(
            running=running,
            once=Passing(prompts=1.0, tokens=fresh / pieces, prefix=prefix + (fresh - fresh / pieces) / 2),
            pieces=pieces,
            context=context,
            width=width,
            steps=steps,
            slower=1 + guesses * draft,
            least=xp.minimum(cut.attention_dp, room),
            room=room,
        ),
        engine,
    )
    rate = running / found.round
    queue = (many - running) / rate

    def use(name: str) -> Floats:
        plain, both = getattr(found.plain, name), getattr(found.both, name)
        return xp.asarray(rate * (steps / found.decoding * plain + (both - plain) * pieces / found.filled))

    tpot = xp.where(osl > 1, found.after / xp.maximum(osl - 1, 1.0), 0.0)
    times = (found.first + queue, tpot, queue)
    counts = (rate, rate * osl, running, found.decoding, found.alone, found.plain.total)
    parts = (*times, *counts, use("flops"), use("moved"), use("sent"))
    return Service(*(xp.asarray(xp.where(fits, part, xp.nan)) for part in parts))
