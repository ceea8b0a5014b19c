"""Exchange: what the chips of a stage send each other in a step of inference, and the next stage.

exchange_time    seconds and bytes of sums, of tokens to experts and back, and of what is handed to the next stage
"""

from __future__ import annotations

from gigawatt.perf.arrays import xp
from gigawatt.perf.collective import collective_time, point_to_point_time
from gigawatt.perf.deployment import Deployment, Formats
from gigawatt.perf.formats import Floats, format_bytes
from gigawatt.perf.gemm import RESULT_BYTES
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import Kernels
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import Engine
from gigawatt.perf.system import TOPOLOGIES


def exchange_time(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    rows: Floats,
    sequences: Floats,
    stage: Floats,
    engine: Engine,
    kernels: Kernels,
) -> tuple[Floats, Floats]:
    """Seconds and bytes sent by a chip in one stage of a step.

    Arguments:
        shape, chips, cut, number: what runs where, `(config,)`.
        rows: tokens that pass, `(config,)`.
        sequences: of those, the ones whose next token is chosen, `(config,)`.
        stage: share of the layers, `(config,)`.
        engine, kernels: constants.
    """
    hidden, moe, spread = RESULT_BYTES * rows * shape.hidden, shape.moe * stage, cut.attention_dp > 1
    # Groups with sequences of their own send tokens to the experts and get results; otherwise all chips have all rows.
    sums = 2 * shape.layers * stage - xp.where(spread, moe, 0.0)
    time, sent = xp.zeros(()), xp.where(cut.tp > 1, 2 * sums * hidden * (cut.tp - 1) / cut.tp, 0.0)
    if xp.any(cut.tp > 1):
        words = RESULT_BYTES * sequences * shape.vocab
        summed = collective_time("all_reduce", hidden, cut.tp, chips, kernels=kernels)
        if engine.at_once:
            summed = xp.minimum(summed, _read_at_once(hidden, cut.tp, chips, kernels))
        time = sums * summed
        time = time + collective_time("all_gather", words, cut.tp, chips, kernels=kernels) / cut.pp
    if xp.any(spread):
        chosen = xp.maximum(xp.minimum(shape.active, cut.ep), 1.0)
        # Rows go to the experts in the format of their products, and come back in 16 bits.
        for part in (xp.minimum(format_bytes(number.expert) / RESULT_BYTES, 1.0), 1.0):
            routed = part * hidden * chosen / cut.tp
            crossed = collective_time("all_to_all", routed, cut.group, chips, copies=chosen, kernels=kernels)
            time = time + xp.where(spread, moe * crossed, 0.0)
            sent = sent + xp.where(spread, moe * routed, 0.0)
    if xp.any(cut.pp > 1):
        handed = point_to_point_time(hidden / cut.tp, cut.group, chips, kernels=kernels)
        time, sent = time + xp.where(cut.pp > 1, handed, 0.0), sent + hidden * (cut.pp > 1)
    return xp.asarray(time * engine.wait), xp.asarray(sent)


def _read_at_once(volume: Floats, group: Floats, chips: Hardware, kernels: Kernels) -> Floats:
    """Seconds of a sum for which each chip reads what all others have, in one step, where each reaches each."""
    step = kernels.collective + kernels.step + chips.level_latency[0]
    others, joined = group - 1, chips.level_chips[0]
    mesh, torus = (chips.level_topology[0] == TOPOLOGIES.index(name) for name in ("mesh", "torus"))
    links = xp.where(mesh, others / xp.maximum(joined - 1, 1.0), 1.0)
    read = kernels.wire_gather * volume * others / xp.maximum(links, 1e-9) / chips.level_bandwidth[0]
    return xp.asarray(xp.where((group <= joined) & ~torus, xp.where(others > 0, step + read, 0.0), xp.inf))
