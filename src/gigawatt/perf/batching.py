"""Batching: what happens in an engine that keeps a number of requests in work, found as a fixed point.

Asked       what a request asks of the steps of a replica
Loop        steps, batches and times of one round of a request, when nothing changes any more
settled     it, for many configurations at once

A replica keeps C requests in work. One round of a request takes F + L q + (S - M) p + M m: its own reading F, L steps
of length q in line behind others, and S steps until its answer is written, M of which carry prompts of others and last
m, the rest p. Every other prompt is read once in a round, so L and M together are the prompts of the C - 1 others over
those that share a step. How many sequences decode follows from the share of the round in which one does.

Where requests of equal length end together, their successors arrive together: a share `burst` of the prompts stands in
line, on average behind half of them, and is read in steps as full as may be; the other half is met while decoding. Of
the prompts that arrive apart as many share a step as arrive during one, and so many that no more steps carry prompts
than the answer has; where not even that is enough, the rest is waiting. Both rules keep the answer in order: a better
chip never makes a user wait longer, nor do fewer users, but for blocks of a product that just fill up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gigawatt.perf.arrays import xp
from gigawatt.perf.deployment import Passing
from gigawatt.perf.formats import Floats
from gigawatt.perf.inference import StepTime
from gigawatt.perf.software import Engine

APART: Final = 1e-3
"""Prompts by which two steps have to differ to say what a prompt takes."""

ROUNDS: Final = 2
"""Rounds of the fixed point after the first; of 12,000 drawn loads the next ones would change throughput and latencies
of 999 in 1,000 by at most 0.7 %, and of any by at most 4 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a request asks of the steps of a replica, `(config,)` each.

    Arguments:
        running: requests in work at any time.
        once: one prompt, or the part of it that fits into a step.
        pieces: parts a prompt is cut into.
        context: tokens in the cache of a sequence that decodes.
        width: new tokens of each in a step.
        steps: steps until the answer is written, the prompt left out.
        slower: time of a step with its draft over that of the step.
        least, room: fewest and most prompts that share a step.
    """

    running: Floats
    once: Passing
    pieces: Floats
    context: Floats
    width: Floats
    steps: Floats
    slower: Floats
    least: Floats
    room: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """One round of a request; times in s, `(config,)` each.

    Arguments:
        alone: a prompt is read alone.
        plain, both: a step without prompts, and one with prompts.
        filled: prompts in such a step.
        decoding: sequences that decode.
        first: from the request to its first token.
        after: from there to the last one.
        round: both together.
    """

    alone: Floats
    plain: StepTime
    both: StepTime
    filled: Floats
    decoding: Floats
    first: Floats
    after: Floats
    round: Floats


def settled(step: Callable[[Passing, bool], StepTime], asked: Asked, engine: Engine) -> Loop:
    """The loop when nothing changes any more.

    Arguments:
        step: time of a step in which something passes, while others follow at once (True) or do not.
        asked: what each request asks.
        engine: constants.
    """
    many, ahead = asked.running, (asked.running - 1) * asked.pieces
    alone = step(asked.once, False).total * asked.pieces

    def mixed(decoding: Floats, prompts: Floats) -> StepTime:
        return step(
            replace(asked.once, decoding=decoding, context=asked.context, width=asked.width, prompts=prompts), True
        )

    def pure(decoding: Floats) -> StepTime:
        return step(Passing(decoding=decoding, context=asked.context, width=asked.width), True)

    # Those that arrive together share steps; of the others as many do as arrive during one.
    line = xp.clip(engine.burst * (many - 1), asked.least, asked.room)
    behind, others = engine.burst * ahead / line / 2, (1 - engine.burst) * ahead
    # There are no more steps with prompts than steps; those that wait fill them up.
    least = xp.clip(others / xp.maximum(asked.steps - behind, 1e-9), asked.least, asked.room)
    decoding, filled = many, xp.maximum(line, least)
    plain, both = pure(decoding), mixed(decoding, filled)
    # What one more prompt takes; two steps that differ by less than APART prompts tell only how they were rounded.
    more = filled - asked.least
    added = xp.maximum(both.total - mixed(decoding, asked.least).total, 0.0)
    each = xp.where(more > APART, added / xp.maximum(more, APART), 0.0)

    def round_of() -> tuple[Floats, Floats]:
        apart, pace = others / filled, plain.total
        queued = xp.maximum(both.total + each * (line - filled), pace)
        shared = apart + behind
        mean = (apart * xp.maximum(both.total, pace) + behind * queued) / xp.maximum(shared, 1e-300)
        met = xp.minimum(shared, asked.steps)
        first = engine.front + alone + behind * queued + (shared - met) * mean
        after = (asked.steps * asked.slower - met) * pace + met * mean
        return first, after

    first, after = round_of()
    for _ in range(ROUNDS):
        fixed = xp.maximum(both.total - plain.total - each * filled, 0.0)
        rest = first + after - others / filled * xp.maximum(both.total - plain.total, 0.0)
        rest = rest - (1 - engine.burst) * asked.pieces * each
        filled = (1 - engine.burst) * asked.pieces * (many * plain.total + fixed) / xp.maximum(rest, 1e-300)
        filled = xp.clip(xp.where(rest > 0, filled, xp.inf), least, asked.room)
        decoding = xp.clip(many * after / (first + after), 1.0, many)
        plain, both = pure(decoding), mixed(decoding, filled)
        first, after = round_of()
    return Loop(alone, plain, both, filled, decoding, first, after, first + after)
