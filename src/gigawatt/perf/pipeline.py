"""Pipelines: how layers are spread over stages, and how long stages wait for one another.

split           layers of the fullest stage and of the last one
bubble          waiting at the start and the end of a step
weight_share    share of the work that gradients of weights are, which can fill the wait
"""

from __future__ import annotations

from gigawatt.perf.arrays import xp
from gigawatt.perf.formats import Floats
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, Layout, Workload
from gigawatt.perf.shape import Shape


def split(layers: Floats, stages: Floats, head: Floats, work: Workload) -> tuple[Floats, Floats]:
    """Layers of the fullest stage and of the last one, which has the output as well.

    Where layers do not divide, or a model has further outputs, the last stage gets as few as make the slowest stage
    the fastest: the fullest has as many as its share, rounded down or up.

    Arguments:
        layers: all of them, those that predict further tokens included, `(config,)`.
        stages: of the pipeline, `(config,)`.
        head: time of the output over that of a layer, `(config,)`.
        work: what is trained, `(config,)`.

    Returns:
        Layers of the fullest stage and of the last one, `(config,)`.
    """
    even = (xp.mod(layers, stages) == 0) & (work.predictors == 0)
    if xp.all(even):
        return layers / stages, layers / stages
    share, others, fewest = (layers + head) / stages, xp.maximum(stages - 1, 1.0), xp.floor(layers / stages)
    best = most = last = layers / stages
    for number, fullest in enumerate((xp.floor(share), xp.ceil(share))):
        tail = xp.clip(layers - fullest * others, 0.0, fewest)
        others_have = xp.ceil((layers - tail) / others)
        slowest = xp.maximum(others_have, tail + head)
        better = ~even & ((slowest <= best) | (number == 0))
        best, most, last = (
            xp.where(better, new, old) for new, old in ((slowest, best), (others_have, most), (tail, last))
        )
    return xp.where(stages > 1, most, layers), xp.where(stages > 1, last, layers)


def bubble(mean: Floats, weight: Floats, count: Floats, layout: Layout) -> Floats:
    """Waiting in a pipeline: all other stages once for each part (Narayanan et al. 2021, section 2.2).

    Gradients of weights fill part of the wait in a zero-bubble schedule (Qi et al. 2023, table 2), and two directions
    at once halve it (DeepSeek-V3, 2024, table 2).

    Arguments:
        mean: time of a micro-batch in a mean stage, s `(config,)`.
        weight: of it, time of the gradients of weights, s `(config,)`.
        count: micro-batches of a step, `(config,)`.
        layout: how models are cut, `(config,)`.

    Returns:
        Seconds of a step, `(config,)`.
    """
    both = layout.schedule == SCHEDULES.index("dual_pipe")
    others = xp.where(both, xp.maximum(layout.pp / 2 - 1, 0.0), (layout.pp - 1) / layout.interleave)
    # There is no more to fill with than all gradients of weights of a step.
    filled = xp.where(layout.schedule > 0, xp.minimum(2 * others, count) * weight, 0.0)
    return xp.maximum(others * mean - filled, 0.0)


def weight_share(shape: Shape, layout: Layout, work: Workload) -> Floats:
    """Share of the work in layers that gradients of weights are.

    Of work and not of time, so that a chip that is faster at them never waits longer for it.

    Arguments:
        shape, layout, work: `(config,)`.

    Returns:
        Shares below a half, `(config,)`.
    """
    products = shape.matmul_flops - 2 * shape.hidden * shape.vocab
    attention = shape.attention_flops(work.tokens)
    again = xp.where(layout.recompute == RECOMPUTE.index("full"), 1.0, 0.0)
    whole = (3 - work.frozen + again) * products + (3.5 + again) * attention
    return (1 - work.frozen) * products / whole
