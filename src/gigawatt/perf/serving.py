"""Serving: prompts and next tokens of many requests at once, as latency a user sees and tokens a second a chip yields.

Requests           what users ask: lengths, how many at once, what is cached, what a draft guesses
Service            what they get
prompt_latency     a prompt read alone, or a batch of them
decode_latency     the next token of a batch
static_latency     a batch of requests answered together, from the first token read to the last one written
serve              continuous batching at a concurrency

Continuous batching is a fixed point. A replica keeps C requests in work; each passes a prefill and `osl - 1` steps.
While others are read, its steps carry a chunk of their prompts and last longer (`batching`). The batch that decodes is
what is left of C after those that are being read, and how many those are follows from the throughput.

Where requests of equal length end together, their successors arrive together: a share `burst` of the prompts waits in
line, on average behind half of them, and in turn holds up only half of the others' steps. What comes out in a cycle is
the same. Requests above what memory holds wait outside, for C_waiting / throughput.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from gigawatt.perf.batching import Asked, settled
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.capacity import capacity
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.inference import StepTime, step_time
from gigawatt.perf.kernels import CALIBRATED, Kernels
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
    most: ArrayLike = np.inf
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


def _configurations(shape: Shape, chips: Hardware, cut: Deployment, number: Formats) -> dict[str, Floats]:
    parts = {"shape": shape.layers, "chips": chips.arrays, "layout": cut.tp, "formats": number.weight}
    return {name: np.asarray(part) for name, part in parts.items()}


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
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long prompts take to be read at once, up to the first token of the answer.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        tokens: of each prompt; `batch` prompts; `prefix` tokens more are cached.
        skew, engine, kernels: as for `step_time`.

    Raises:
        InputError: a figure is out of its bounds, or arrays do not line up.
    """
    asked = {"tokens": tokens, "batch": batch, "prefix": prefix, "skew": skew}
    require_bounds("prompt", **asked)
    require_lengths("prompt", **_configurations(shape, chips, cut, number), **asked)
    passing = Passing(prompts=batch, tokens=tokens, prefix=prefix)
    return step_time(shape, chips, cut, number, passing, steady=False, skew=skew, engine=engine, kernels=kernels)


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
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long a batch of sequences waits for its next token.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        context: tokens in the cache of each; `batch` sequences; `width` new tokens of each.
        skew, engine, kernels: as for `step_time`.

    Raises:
        InputError: a figure is out of its bounds, or arrays do not line up.
    """
    asked = {"context": context, "batch": batch, "width": width, "skew": skew}
    require_bounds("decode", **asked)
    require_lengths("decode", **_configurations(shape, chips, cut, number), **asked)
    passing = Passing(decoding=batch, context=context, width=width)
    return step_time(shape, chips, cut, number, passing, skew=skew, engine=engine, kernels=kernels)


def static_latency(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    isl: ArrayLike,
    osl: ArrayLike,
    batch: ArrayLike,
    *,
    engine: Engine = LAUNCHED,
    kernels: Kernels = CALIBRATED,
) -> Floats:
    """How long a batch of requests takes that starts together and ends together, s, `(config,)`.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        isl, osl, batch: tokens of each prompt and answer, and requests.
        engine, kernels: constants.

    Raises:
        InputError: a figure is out of its bounds, or arrays do not line up.
    """
    require_bounds("static batch", isl=isl, osl=osl, batch=batch)
    require_lengths("static batch", **_configurations(shape, chips, cut, number), isl=isl, osl=osl, batch=batch)
    read = prompt_latency(shape, chips, cut, number, isl, batch=batch, engine=engine, kernels=kernels).total
    steps = np.asarray(osl, dtype=np.float64) - 1
    written = np.zeros(())
    for sample, weight in zip(SAMPLES, WEIGHTS, strict=True):
        context = np.asarray(isl, dtype=np.float64) + sample * steps
        step = decode_latency(shape, chips, cut, number, context, batch=batch, engine=engine, kernels=kernels)
        written = written + weight * step.total
    return np.asarray(read + steps * written)


def tokens_per_step(guesses: ArrayLike, accepted: ArrayLike) -> Floats:
    """How many tokens a step yields on average with guesses of a draft (Leviathan, Kalman, Matias 2023, equation 1).

    Arguments:
        guesses: tokens proposed.
        accepted: chance that each is right, given that those before it were; below 1.
    """
    chance, many = np.asarray(accepted, dtype=np.float64), np.asarray(guesses, dtype=np.float64)
    return np.asarray((1 - chance ** (many + 1)) / (1 - chance))


def serve(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    asked: Requests,
    *,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> Service:
    """What a replica yields with continuous batching at a concurrency.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        asked: the requests.
        engine, kernels: constants.

    Returns:
        Latencies and rates; nan where the weights do not fit (`capacity` says why).

    Raises:
        InputError: arrays do not line up.
    """
    given = {name: getattr(asked, name) for name in Requests.__slots__}
    require_lengths("requests", **_configurations(shape, chips, cut, number), **given)
    isl, osl, many, chunk, most, cached, guesses, accepted, draft, skew = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in given.values())
    )
    held = capacity(shape, chips, cut, number, isl + osl, workspace_tokens=chunk)
    running = np.minimum(np.minimum(many, most), held.sequences)
    fits = running >= 1
    running = np.where(fits, running, 1.0)

    width, steps = guesses + 1, np.maximum(osl - 1, 0.0) / tokens_per_step(guesses, accepted)
    context, prefix = isl + osl / 2, isl * cached
    fresh = isl - prefix

    def step(passing: Passing, steady: bool) -> StepTime:
        return step_time(shape, chips, cut, number, passing, steady=steady, skew=skew, engine=engine, kernels=kernels)

    pieces = np.ceil(fresh / np.maximum(chunk, 1.0))
    # Short prompts share a step up to the chunk; long ones are cut to it. Groups that attend alone are given theirs
    # together, as a step lasts as long as the busiest of them needs; so do batches that follow each other in a pipeline.
    room = np.clip(chunk * cut.attention_dp * cut.pp / fresh, 1.0, np.maximum(running / 2, 1.0))
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
            least=np.minimum(cut.attention_dp, room),
            room=room,
        ),
        engine,
    )
    rate = running / found.round
    queue = (many - running) / rate

    def use(name: str) -> Floats:
        plain, both = getattr(found.plain, name), getattr(found.both, name)
        return shown(rate * (steps / found.decoding * plain + (both - plain) * pieces / found.filled))

    def shown(part: Floats) -> Floats:
        return np.asarray(np.where(fits, part, np.nan))

    return Service(
        ttft=shown(found.first + queue),
        tpot=shown(np.where(osl > 1, found.after / np.maximum(osl - 1, 1.0), 0.0)),
        queue=shown(queue),
        requests=shown(rate),
        tokens=shown(rate * osl),
        running=shown(running),
        decoding=shown(found.decoding),
        prefill=shown(found.alone),
        step=shown(found.plain.total),
        flops=use("flops"),
        moved=use("moved"),
        sent=use("sent"),
    )
