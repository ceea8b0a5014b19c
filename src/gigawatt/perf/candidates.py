"""Candidates: small grids of layouts and deployments, good enough for an answer at once; computed in one call.

training_candidates    layouts of a model on some chips
deployment_candidates  deployments of one replica on at most so many chips
one_deployment         a deployment that is given, refused where it does not divide
taken                  some of many deployments

All that divides is in the grid for degrees that are powers of two or divisors of the layers; sharding, recomputation,
interleaving and the size of a pass have the few values that are worth trying. `gigawatt.perf.search` goes through
everything there is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError
from gigawatt.perf.deployment import Deployment
from gigawatt.perf.fault import layout_faults
from gigawatt.perf.formats import Floats
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, Layout, Workload
from gigawatt.perf.misfit import refuse_misfits
from gigawatt.perf.model import Transformer
from gigawatt.perf.shape import shapes
from gigawatt.perf.space import divisors
from gigawatt.perf.system import System

WIDEST: Final = 64
"""Most chips of a tensor-parallel group, and most stages."""

LONG: Final = 8192
"""Tokens of a sequence that a chip of a context-parallel group is left with at least."""

PASSES: Final = (1, 2, 4, 8)
"""Sequences of one pass."""

PARTS: Final = (1, 2, 4)
"""Parts of a model that a stage holds."""


def powers(most: float) -> list[int]:
    """1, 2, 4 and so on, up to a bound."""
    return [1 << power for power in range(int(math.log2(max(most, 1))) + 1)]


def training_candidates(
    model: Transformer, system: System, chips: int, work: Workload, *, spare: bool = False
) -> Layout:
    """Layouts of a model in training that break no rule.

    Arguments:
        model, system: what is trained on what.
        chips: all chips.
        work: one workload; its batch and tokens decide what divides.
        spare: whether chips may be left over, where no layout uses all of them.

    Returns:
        Layouts, `(config,)`; possibly none.
    """
    tokens, batch = float(work.tokens[0]), int(work.batch[0])
    stages = sorted({d for d in (*divisors(model.layers), *powers(WIDEST)) if d <= min(model.layers, WIDEST)})
    contexts = [1, *(cut for cut in (2, 4, 8, 16) if tokens / cut >= LONG)]
    spreads = [1] if model.experts is None else [d for d in powers(chips) if model.experts.count % d == 0]
    grid = _grid(tensor_degrees(model, system), stages, contexts, spreads, PASSES, PARTS, (1, 3), (0, 1))
    tp, pp, cp, ep, micro, interleave, zero, again = grid
    group = np.floor(chips / (tp * pp * cp))
    if spare:
        replicas = np.array(divisors(batch), dtype=np.float64)
        dp = replicas[np.maximum(np.searchsorted(replicas, group, side="right") - 1, 0)]
        fine = group >= 1
    else:
        dp, fine = np.maximum(group, 1.0), tp * pp * cp * group == chips
    # Sharded weights are gathered for each pass, so that a pipeline pays for them many times over.
    fine &= ((pp == 1) | (zero < 3)) & ((pp > 1) | (interleave == 1)) & (ep <= dp * cp * tp)
    layout = Layout(
        tp=tp,
        pp=pp,
        dp=dp,
        cp=cp,
        ep=ep,
        expert_tp=np.where(ep > 1, 1.0, tp),
        shards=dp * cp,
        zero=zero,
        interleave=interleave,
        micro_batch=micro,
        recompute=again * RECOMPUTE.index("full"),
        schedule=np.full_like(tp, SCHEDULES.index("1f1b")),
        sequence_parallel=np.ones_like(tp),
    ).take(np.flatnonzero(fine))
    if not layout.tp.size:
        return layout
    return layout.take(np.flatnonzero(layout_faults(shapes([model]), layout, work) == 0))


def deployment_candidates(model: Transformer, system: System, chips: int) -> Deployment:
    """Deployments of one replica.

    Arguments:
        model, system: what is served on what.
        chips: most chips of a replica.

    Returns:
        Deployments, `(config,)`; one chip alone is always among them.
    """
    groups = [1] if model.experts is None else powers(min(chips, WIDEST))
    stages = [many for many in powers(16) if many <= model.layers]
    tp, pp, alone, spread = _grid(tensor_degrees(model, system), stages, groups, (0, 1))
    ep = np.where(spread > 0, tp * alone, 1.0)
    fine = (tp * pp * alone <= chips) & ((spread == 0) | (ep > 1))
    if model.experts is None:
        fine &= spread == 0
    else:
        fine &= np.mod(model.experts.count, ep) == 0
        # Groups with sequences of their own meet at the experts, which are spread over all of them.
        fine &= (alone == 1) | (spread > 0)
    kept = np.flatnonzero(fine)
    return Deployment(tp[kept], pp[kept], ep[kept], alone[kept])


def one_deployment(cut: Deployment, model: Transformer, chips: int) -> Deployment:
    """A single deployment as an array, refused where it does not divide the model or needs more chips than there are.

    Arguments:
        cut: the deployment.
        model: what it cuts.
        chips: all chips.

    Raises:
        InputError: with the nearest count that divides.
    """
    one = taken(cut, [0])
    refuse_misfits(shapes([model]), one)
    if one.chips[0] > chips:
        raise InputError(
            f"layout: a replica of tp x attention_dp x pp takes {one.chips[0]:g} chips; expected at most {chips:,}."
        )
    return one


def taken(cut: Deployment, index: ArrayLike) -> Deployment:
    """The deployments at some positions, in that order.

    Arguments:
        cut: deployments, `(config,)`.
        index: integers `(config,)`.
    """
    at = np.asarray(index, dtype=np.intp)
    return Deployment(*(np.atleast_1d(part)[at] for part in (cut.tp, cut.pp, cut.ep, cut.attention_dp)))


def tensor_degrees(model: Transformer, system: System) -> list[int]:
    """Chips a layer may be cut over: inside one scale-up domain, a divisor of the heads."""
    inside = min(system.domain, WIDEST)
    shared = model.kv_heads
    return [d for d in powers(inside) if model.heads % d == 0 and (shared % d == 0 or d % shared == 0)]


def _grid(*degrees: Sequence[int]) -> list[Floats]:
    meshed: list[NDArray[np.int_]] = list(np.meshgrid(*(np.array(part) for part in degrees), indexing="ij"))
    return [part.ravel().astype(np.float64) for part in meshed]
