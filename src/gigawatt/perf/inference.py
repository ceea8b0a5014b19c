"""One step of inference: how long a batch of prompts and of next tokens takes to pass through a model.

StepTime             where the time of a step goes, and what a chip computed, moved and sent
step_time            all of it, for many configurations at once
products_of          the products with weights, which all steps of a configuration share

Layers are cut over `tp` chips, whole layers over `pp` stages, experts over `ep` of the `tp * attention_dp` chips of a
stage; with `attention_dp` above 1 there are so many groups that attend each to its own sequences and meet at the
experts. A step with `pp` stages runs as up to `pp` smaller batches in turn, so that all stages work; a prompt passes as
a whole in one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.perf.arrays import xp
from gigawatt.perf.attention import decode_attention_time, prefill_attention_time, prompt_keys
from gigawatt.perf.bounds import require_bounds, require_lengths
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.exchange import exchange_time
from gigawatt.perf.formats import Floats, format_bytes, format_code
from gigawatt.perf.gemm import RESULT_BYTES, gemm_time, sustained_share
from gigawatt.perf.hardware import Hardware
from gigawatt.perf.kernels import CALIBRATED, Kernels
from gigawatt.perf.matmul import EXPERT, NAMES, Matmuls, matmuls
from gigawatt.perf.shape import Shape
from gigawatt.perf.software import RECORDED, Engine
from gigawatt.perf.stream import stream_time

PASSES: Final = 8.0
"""Times a layer's vector work reads or writes the hidden state: two norms with their sums, and copies between."""

SORTS: Final = 6.0
"""Times a row is read or written for each of its experts: sorted, scaled, taken from the result, weighted, summed."""

_EXPERTS: Final = xp.array([name in EXPERT for name in NAMES])
_HEAD: Final = xp.array([name == "head" for name in NAMES])
_WIDE: Final = xp.array([name in ("head", "router") for name in NAMES])
_PLAIN: Final = ~_EXPERTS & ~_WIDE
_BF16: Final = format_code("bf16")


@dataclass(frozen=True, slots=True, eq=False)
class StepTime:
    """Where the time of a step goes, s, and what the busiest chip does in it; `(config,)` each.

    Of a pipeline the times are those of its slowest batch, as often as the others have to keep its pace.

    Arguments:
        products: matrix products outside of experts, the head included.
        experts: products of experts.
        attention: over prompts and caches.
        vector: norms, activations and other small kernels.
        exchange: between the chips of a stage and between stages.
        idle: of a stage that waits for others while the pipeline fills and drains.
        gap: of chips that wait for the host.
        total: of all of it.
        flops: FLOP of a chip.
        moved: bytes a chip reads and writes in its memory.
        sent: bytes a chip sends.
    """

    products: Floats
    experts: Floats
    attention: Floats
    vector: Floats
    exchange: Floats
    idle: Floats
    gap: Floats
    total: Floats
    flops: Floats
    moved: Floats
    sent: Floats


def step_time(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    batch: Passing,
    *,
    steady: bool = True,
    skew: ArrayLike = 1.0,
    table: Matmuls | None = None,
    engine: Engine = RECORDED,
    kernels: Kernels = CALIBRATED,
) -> StepTime:
    """How long one step of a replica takes.

    Arguments:
        shape: models, `(config,)`.
        chips: hardware, `(config,)`.
        cut: layouts.
        number: formats.
        batch: what passes.
        steady: whether the next batch follows at once, so that the pipeline never drains.
        skew: tokens of the busiest chip's experts over the mean of all, `(config,)`.
        table: products of the models in these layouts, where they are known from another step (`products_of`).
        engine, kernels: constants.

    Returns:
        Parts that add up to the total.

    Raises:
        InputError: arrays do not line up, or the skew is below 1. Whether a deployment can cut a model is not looked
            at (`misfits`).
    """
    parts = {name: getattr(batch, name) for name in Passing.__slots__}
    require_bounds("step", skew=skew)
    require_lengths(
        "step", shape=shape.layers, chips=chips.arrays, layout=cut.tp, formats=number.weight, skew=skew, **parts
    )
    decoding, context, width, prompts, tokens, prefix = xp.broadcast_arrays(
        *(xp.asarray(part, dtype=xp.float64) for part in parts.values())
    )
    host = engine.sequence_gap * (decoding + prompts) / cut.attention_dp
    lots = xp.maximum(xp.minimum(cut.pp, decoding + prompts), 1.0)
    # The slowest batch sets the pace of a pipeline, and a prompt is in one of them as a whole.
    decoding, whole = decoding / lots, xp.maximum(prompts / lots, xp.minimum(prompts, 1.0))
    together = decoding * width + whole * tokens
    # What is done in all of them, over what is done if all were like that one: of prompts, tokens and sequences.
    mean = tuple(
        xp.where(busy > 0, (rest + prompts / lots * each) / xp.maximum(busy, 1e-300), 1.0)
        for busy, rest, each in (
            (whole, xp.zeros(()), xp.ones(())),
            (together, decoding * width, tokens),
            (decoding + whole, decoding, xp.ones(())),
        )
    )
    # The busiest group counts: one that attends alone has whole sequences or none.
    decoding, prompts = (many / xp.clip(cut.attention_dp, 1.0, xp.maximum(many, 1.0)) for many in (decoding, whole))
    rows = decoding * width + prompts * tokens

    stage = xp.ceil(shape.layers / cut.pp) / shape.layers
    turns = xp.where(steady, xp.maximum(lots, cut.pp), lots + cut.pp - 1)

    table = products_of(shape, cut) if table is None else table
    dense, grouped, flops, weights = _products(
        table, shape, chips, cut, number, rows, together, decoding + prompts, mean[1:], stage, skew, engine, kernels
    )
    attended, pair_flops, cache = _attention(
        shape, chips, cut, number, decoding, context, width, prompts, tokens, prefix, mean[0], stage, engine, kernels
    )
    vector, passed = _vector(shape, chips, cut, rows, stage, engine, kernels)
    exchange, sent = exchange_time(shape, chips, cut, number, rows, decoding + prompts, stage, engine, kernels)

    spent = (dense, grouped, attended, vector, exchange)
    once = xp.sum(xp.stack(xp.broadcast_arrays(*spent)), axis=0)
    dense, grouped, attended, vector, exchange = (xp.asarray(part * lots) for part in spent)
    gap = xp.where(rows > 0, host, 0.0) + xp.where(prompts > 0, engine.eager * shape.layers * stage * lots, 0.0)
    return StepTime(
        products=dense,
        experts=grouped,
        attention=attended,
        vector=vector,
        exchange=exchange,
        idle=xp.asarray(once * (turns - lots)),
        gap=xp.asarray(gap),
        total=xp.asarray(once * turns + gap),
        flops=xp.asarray((flops + pair_flops) * lots),
        moved=xp.asarray((weights + cache + passed * mean[1]) * lots),
        sent=xp.asarray(sent * mean[1] * lots),
    )


def products_of(shape: Shape, cut: Deployment) -> Matmuls:
    """The products of models in layouts of inference.

    Arguments:
        shape, cut: models and layouts, `(config,)`.
    """
    return matmuls(shape, cut.tp, cut.group / cut.ep)


def _products(
    table: Matmuls,
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    rows: Floats,
    together: Floats,
    sequences: Floats,
    mean: tuple[Floats, ...],
    stage: Floats,
    skew: ArrayLike,
    engine: Engine,
    kernels: Kernels,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Seconds outside and inside experts, FLOP and bytes of weights, of one stage; `mean` of tokens and sequences."""
    met = xp.minimum(shape.experts_met(together) / cut.ep, xp.maximum(shape.experts / cut.ep, 1.0))
    routed = together * shape.active / cut.ep
    load = routed / xp.maximum(met, 1e-300) * xp.asarray(skew, dtype=xp.float64)
    here = xp.any(table.layers > 0, axis=1)
    formats = max(xp.size(number.weight), xp.size(number.product), xp.size(number.expert))
    if chips.arrays.size == 1 < formats:
        chips = chips.take(xp.zeros(formats, dtype=xp.intp))
    spent, work, read = [], xp.zeros(()), xp.zeros(())
    for kinds, expert, wide in (
        (_PLAIN & here, False, False),
        (_WIDE & here, False, True),
        (_EXPERTS & here, True, False),
    ):
        if not xp.any(kinds):
            spent.append(xp.zeros(()))
            continue
        n, k = table.n[kinds], table.k[kinds]
        many = xp.where(_HEAD[kinds, None], 1 / cut.pp, table.layers[kinds] * stage)
        m = load if expert else xp.where(_HEAD[kinds, None], sequences, rows)
        groups = xp.asarray(met) if expert else xp.ones(())
        weight, product = (number.expert,) * 2 if expert else (_BF16,) * 2 if wide else (number.weight, number.product)
        real = groups * (table.layers[kinds] > 0)
        time = gemm_time(m, n, k, chips, product, weight_format=weight, groups=real, fused=True, kernels=kernels)
        total, flops = time.total, 2 * m * n * k * real
        if expert:
            # Many rows of an expert are slower than those of a plain product; few are padded to a block, as those are.
            rate = chips.rate(product)
            bare = flops / (rate * sustained_share(rate, chips, kernels))
            compute = xp.maximum(time.compute, engine.grouped * bare)
            longer, shorter = xp.maximum(compute, time.memory), xp.minimum(compute, time.memory)
            ratio = shorter / xp.maximum(longer, xp.finfo(xp.float64).tiny)
            total = time.launch + longer * (1 + ratio**kernels.blend) ** (1 / kernels.blend)
        spent.append(xp.sum(total * many, axis=0))
        done = many if expert else many * xp.where(_HEAD[kinds, None], mean[1] / mean[0], 1.0)
        work = work + xp.sum(flops * done, axis=0)
        read = read + xp.sum(n * k * groups * many * (m > 0), axis=0) * format_bytes(weight)
    return xp.asarray(spent[0] + spent[1]), xp.asarray(spent[2]), xp.asarray(work * mean[0]), xp.asarray(read)


def _attention(
    shape: Shape,
    chips: Hardware,
    cut: Deployment,
    number: Formats,
    decoding: Floats,
    context: Floats,
    width: Floats,
    prompts: Floats,
    tokens: Floats,
    prefix: Floats,
    mean: Floats,
    stage: Floats,
    engine: Engine,
    kernels: Kernels,
) -> tuple[Floats, Floats, Floats]:
    """Seconds, FLOP and bytes of caches and scores, of one stage; `mean` of prompts."""
    # Heads are whole, and every chip keeps at least one head's keys; a latent is not cut at all.
    heads, kv_heads = (xp.ceil(count / cut.tp) for count in (shape.heads, shape.kv_heads))
    values = xp.where(shape.kv_rank > 0, shape.kv_values, shape.kv_values * kv_heads / shape.kv_heads)
    spent = flops = read = xp.zeros(())
    for layers, reach in ((shape.full, xp.inf), (shape.windowed, shape.window)):
        seen = xp.minimum(context, reach)
        cache = decoding * seen * values * format_bytes(number.kv)
        work = decoding * width * seen * shape.decode_flops * heads / shape.heads
        keys = prompt_keys(tokens, prefix, reach)
        once = decode_attention_time(cache, work, chips, _BF16, kernels=kernels)
        prompt = prefill_attention_time(
            prompts, tokens, keys, heads, kv_heads, shape.qk_dim, shape.v_dim, chips, _BF16, kernels=kernels
        )
        many = layers * stage
        spent = spent + many * (once + xp.where(prompts * tokens > 0, prompt, 0.0))
        pair = 2 * prompts * tokens * keys * heads * (shape.qk_dim + shape.v_dim)
        # Where attention is not one kernel, scores go through memory, those that a mask hides too.
        scores = engine.scores * prompts * tokens * (prefix + tokens) * heads
        spent = spent + many * xp.where(scores > 0, stream_time(scores, chips, kernels), 0.0)
        flops = flops + many * (work + pair * mean)
        read = read + many * (cache + scores * mean)
    state = 8 * (decoding + prompts) * shape.state / cut.tp
    spent = spent + shape.recurrent * stage * xp.where(
        state > 0, kernels.launch + stream_time(state, chips, kernels), 0
    )
    return xp.asarray(spent), xp.asarray(flops), xp.asarray(read + shape.recurrent * stage * state)


def _vector(
    shape: Shape, chips: Hardware, cut: Deployment, rows: Floats, stage: Floats, engine: Engine, kernels: Kernels
) -> tuple[Floats, Floats]:
    """Seconds and bytes of small kernels, of one stage."""
    inner = shape.dense * shape.ffn + shape.moe * (shape.active * shape.expert_ffn + shape.shared_ffn)
    sorted_rows = SORTS * shape.moe * shape.active / cut.tp
    width = shape.hidden * (PASSES * shape.layers + sorted_rows) + shape.mlp * inner / cut.tp
    moved = RESULT_BYTES * rows * width * stage
    gaps = shape.layers * engine.layer_gap * stage
    return xp.where(rows > 0, gaps + moved / (chips.hbm_bandwidth * kernels.hbm), 0.0), xp.asarray(moved)
