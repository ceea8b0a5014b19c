"""Capacity: what has to fit into a chip's memory to serve a model, and how many sequences then do.

Capacity       bytes of weights, workspace and cache, and the sequences there is room for
capacity       all of it, for many configurations at once
require_fit    refuses a configuration that does not fit, and says which part does not and what would
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import ModelError
from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.check import POSITIVE, numbers
from gigawatt.perf.deployment import Deployment, Formats, deployments
from gigawatt.perf.formats import Floats, format_bytes
from gigawatt.perf.gemm import RESULT_BYTES
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.shape import Shape

USABLE: Final = 0.92
"""Share of a chip's memory that engines fill with weights, workspace and cache; the rest is the runtime's."""

BUFFERS: Final = 4.0
"""Copies of the widest activations of a step that are alive at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Capacity:
    """What a chip holds, bytes, `(config,)` each.

    Arguments:
        usable: memory for all of it.
        weights: of the busiest stage.
        workspace: activations of the largest step.
        sequence: cache of one sequence, as its share on this chip.
        sequences: sequences a replica has room for; below 1 where not even one fits.
    """

    usable: Floats
    weights: Floats
    workspace: Floats
    sequence: Floats
    sequences: Floats


def capacity(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    length: ArrayLike,
    *,
    workspace_tokens: ArrayLike = 8192.0,
) -> Capacity:
    """How much memory weights and workspace take, and how many sequences fit beside them.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        length: tokens a sequence is given room for, prompt and answer together, `(config,)`.
        workspace_tokens: tokens of the largest step, `(config,)`.

    Raises:
        InputError: a figure is out of its bounds, or arrays do not line up.
    """
    asked = {"length": length, "workspace_tokens": workspace_tokens}
    require_bounds("capacity", **asked)
    parts = {"shape": shape.layers, "chips": chips.arrays, "layout": cut.tp, "formats": number.weight}
    require_lengths("capacity", **parts, **asked)
    stage = xp.ceil(shape.layers / cut.pp) / shape.layers
    experts = shape.moe * shape.experts * shape.expert_parameters
    rest = shape.parameters - experts - shape.embedding_parameters
    tables = RESULT_BYTES * shape.embedding_parameters / cut.tp / xp.minimum(cut.pp, 2.0)
    weights = stage * (rest * format_bytes(number.weight) / cut.tp + experts * format_bytes(number.expert) / cut.group)
    widest = xp.maximum(shape.hidden, (shape.mlp - 1) * shape.ffn / cut.tp)
    rows = xp.asarray(workspace_tokens, dtype=xp.float64)
    workspace = BUFFERS * RESULT_BYTES * rows * widest
    heads = xp.maximum(shape.kv_heads / cut.tp, 1.0) / shape.kv_heads
    share = xp.where(shape.kv_rank > 0, 1.0, heads) * stage
    sequence = shape.kv_bytes(length, format_bytes(number.kv)) * share
    usable = USABLE * chips.hbm_capacity
    room = (usable - weights - tables - workspace) / xp.maximum(sequence, 1.0) * cut.attention_dp
    return Capacity(
        *(xp.asarray(part) for part in (usable, weights + tables, workspace, sequence, xp.floor(xp.maximum(room, 0.0))))
    )


def require_fit(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    length: ArrayLike,
    concurrency: ArrayLike,
    *,
    workspace_tokens: ArrayLike = 8192.0,
) -> None:
    """Refuses configurations that do not fit, naming the first.

    Arguments:
        shape, chips, cut, number, length, workspace_tokens: as for `capacity`.
        concurrency: sequences that are to be held at once, `(config,)`.

    Raises:
        InputError: a length or concurrency is not above 0, or arrays do not line up.
        ModelError: weights, workspace or cache do not fit; with the nearest concurrency and layout that do.
    """
    wanted = numbers("capacity: concurrency", concurrency, POSITIVE)
    require_lengths("capacity", layout=cut.tp, shape=shape.layers, chips=chips.arrays, concurrency=wanted)
    found = capacity(shape, chips, cut, number, length, workspace_tokens=workspace_tokens)
    wanted, room = xp.broadcast_arrays(wanted, found.sequences)
    if xp.all(room >= wanted):
        return
    first = int(xp.argmax(xp.atleast_1d(room < wanted)))

    def at(part: Floats) -> float:
        flat = xp.atleast_1d(part)
        return float(flat[min(first, flat.size - 1)])

    weights, sequence, need = at(found.weights), at(found.sequence), at(wanted)
    parts = {"weights": weights, "workspace": at(found.workspace), "cache": sequence * need / at(cut.attention_dp)}
    listing = ", ".join(f"{name} {size / 1e9:.1f} GB" for name, size in parts.items())
    sums = xp.cumsum(list(parts.values()))
    culprit = list(parts)[int(xp.argmax(sums > at(found.usable)))]
    fits = [f"concurrency {at(room):g}"] if at(room) >= 1 else []
    for tp in (2.0**power for power in range(1, 11)):
        if tp > at(cut.tp):
            larger = deployments(tp, cut.pp, 1, cut.attention_dp)
            if at(capacity(shape, chips, larger, number, length, workspace_tokens=workspace_tokens).sequences) >= need:
                fits.append(f"tp {tp:g}")
                break
    nearest = " or ".join(fits) or "a chip with more memory, or a narrower format"
    raise ModelError(
        f"configuration {first}: no room for the {culprit}: {listing} on a chip, "
        f"of {at(found.usable) / 1e9:.1f} GB usable. Nearest that fits: {nearest}."
    )
