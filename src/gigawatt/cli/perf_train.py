"""The verb `perf train`: a model in training, in the layout given or in the best there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import Json
from gigawatt.cli.perf_given import (
    LARGEST,
    LONGEST,
    Chips,
    Explain,
    FormatOption,
    LayoutOption,
    ModelOption,
    Out,
    Price,
    Pue,
    SystemOption,
)

if TYPE_CHECKING:
    from gigawatt.cli.perf_search import Searched
    from gigawatt.cli.perf_told import Told
    from gigawatt.perf.model import Transformer
    from gigawatt.perf.trained import Trained

TOKENS = 4096
"""Tokens of a sequence, where nothing is said."""

STEP_TOKENS = 4_194_304
"""Tokens of a step, about, where nothing is said: what large runs use."""

PARTS_OF_STEP = {
    "forward": "products, forward",
    "backward": "products, backward",
    "attention": "attention",
    "vector": "element-wise work",
    "recompute": "recomputation",
    "host": "waiting for the host",
    "head": "output and loss",
    "tensor": "tensor-parallel traffic",
    "expert": "expert traffic",
    "context": "context-parallel traffic",
    "pipeline": "sends between stages",
    "bubble": "pipeline bubble",
    "data": "data-parallel traffic",
    "optimiser": "optimiser",
}
"""What people call the parts of a step."""

SOFTWARE = "2026"
"""Date of the software, where nothing is said: the one the constants stand for."""


def train(
    model: ModelOption,
    system: SystemOption,
    chips: Chips,
    layout: LayoutOption = None,
    search: Annotated[
        bool, typer.Option("--search", help="Go through every layout there is; show the best and the front.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many of the best layouts --search shows.")] = 5,
    batch: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="Sequences of a step; about 4 million tokens if not given.")
    ] = None,
    tokens: Annotated[int | None, typer.Option(min=1, max=LONGEST, help="Tokens of a sequence; 4096.")] = None,
    format_: FormatOption = None,
    adapters: Annotated[
        bool, typer.Option("--adapters", help="Fine-tune small adapters (LoRA); the weights stay as they are.")
    ] = False,
    date: Annotated[str, typer.Option(metavar="DATE", help="Of the software.")] = SOFTWARE,
    pue: Pue = None,
    price: Price = None,
    explain: Explain = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Predict a training run: time, memory, power, cost, and what binds it.

    Without a layout the best of a small grid is taken; --search goes through all of them.
    """
    from gigawatt.cli.perf_given import format_of, layout_of, model_of, system_of, year_of
    from gigawatt.cli.perf_screen import tell
    from gigawatt.cli.perf_search import searched
    from gigawatt.errors import InputError
    from gigawatt.perf.layout import workloads
    from gigawatt.perf.trained import train_on

    if search and layout is not None:
        raise InputError("`--layout` and `--search` exclude each other; choose one.")
    what, where = model_of(model), system_of(system)
    name, said = format_of(format_, where)
    length = tokens or (min(TOKENS, what.positions) if what.positions else TOKENS)
    many = batch or usual_batch(length, chips)
    work = workloads(many, length, number_format=name, year=year_of(date), frozen=adapters)
    assumed = [
        f"{many:,} sequences of {length:,} tokens a step{'' if batch and tokens else ' (default)'}",
        said,
        f"software of {date}{' (default)' if date == SOFTWARE else ''}",
        *(["only adapters are trained, and their own work is left out"] if adapters else []),
    ]
    found = searched(what, where, chips, work, top) if search else None
    chosen = None if layout is None else layout_of(layout, chips)
    run = train_on(what, where, chips, work, found.layout if found else chosen)
    how = "given" if chosen is not None else found.how if found else ""
    told = _told(run, assumed, pue, price, how, found)
    tell(told, explain=explain, as_json=json, out=out)


def usual_batch(tokens: int, chips: int) -> int:
    """About STEP_TOKENS tokens, as a multiple of what makes the chips an odd number, and a power of two besides."""
    odd = chips // (chips & -chips)
    wanted = max(STEP_TOKENS / tokens, 1.0)
    if odd > wanted:
        return odd
    return odd * max(1, 1 << round_log2(wanted / odd))


def round_log2(value: float) -> int:
    """The power of two nearest to a number, as its exponent; 0 below 1."""
    import math

    return max(0, round(math.log2(value)))


def model_words(model: Transformer) -> str:
    """A model with its size."""
    from gigawatt.perf.shape import shapes

    shape = shapes([model])
    whole, active = float(shape.parameters[0]) / 1e9, float(shape.active_parameters[0]) / 1e9
    used = f", {active:.3g} bn of them active" if model.experts is not None else ""
    return f"{model.name} ({whole:.4g} bn parameters{used})"


def _told(
    run: Trained,
    assumed: list[str],
    pue_given: float | None,
    price_given: str | None,
    how: str,
    search: Searched | None,
) -> Told:
    from gigawatt.cli.perf_price import price_of, pue_of
    from gigawatt.cli.perf_told import (
        Figure,
        Roof,
        Told,
        binds_line,
        binds_table,
        figures,
        parts_table,
        roof_table,
        stacked,
    )
    from gigawatt.perf.cost import million_tokens
    from gigawatt.perf.memory import PARTS
    from gigawatt.perf.spread import band, joined, training_kind
    from gigawatt.perf.trained import layout_words
    from gigawatt.perf.training import TIMES
    from gigawatt.version import VERSION
    from gigawatt.views.table import Column, Table

    pue, price = pue_of(pue_given), price_of(run.system, price_given)
    wide, room, power = band(training_kind(run.model), run.system), band("memory"), band("power")
    peak = float(run.done.peak[0])
    meter = run.watts * (pue.value or 1.0)
    dollars = None if price.value is None else float(million_tokens(price.value, run.chips, run.rate))
    title = f"{run.model.name} on {run.chips:,} {run.system.name}, training"
    answer = figures(
        title,
        [
            Figure("step", run.step, "s", wide.inverse()),
            Figure("tokens", run.rate, "token/s", wide),
            Figure("tokens a chip", run.rate / run.chips, "token/s", wide),
            Figure("work for the model", run.mfu * peak / 1e12, "TFLOP/s a chip", wide),
            Figure("model FLOP utilisation", 100 * run.mfu, "%", wide),
            Figure(
                "peak memory", float(run.done.memory.total[0]) / 1e9, f"GB of {run.done.capacity[0] / 1e9:.0f}", room
            ),
            Figure("node power", run.watts / run.chips, "W a chip", power),
            Figure("power at the meter", meter / 1e6, "MW", power),
            Figure("energy", meter / run.rate, "J a token", joined(wide.inverse(), power)),
            Figure("cost", dollars, "USD a million tokens" if dollars is not None else price.source, wide.inverse()),
        ],
    )
    stack = stacked("Where a step goes", {PARTS_OF_STEP[name]: float(getattr(run.done, name)[0]) for name in TIMES})
    parts = {name: float(getattr(run.done.memory, name)[0]) for name in PARTS}
    memory = Table(
        "What fills the memory of the fullest chip",
        (Column("part"), Column("size", "GB"), Column("of the chip", "%")),
        tuple((name, size / 1e9, 100 * size / float(run.done.capacity[0])) for name, size in parts.items()),
    )
    roof = Roof("Kernels of a step under the roofline of the chip", run.roofline)
    sensed = run.sensitivities()
    found = how or f"the fastest of a quick grid: {run.fitting:,} of {run.tried:,} layouts fit; --search tries all"
    rests = [*assumed, f"PUE {pue.value:.3g} ({pue.source})"]
    if price.value is not None:
        rests.append(f"{price.value:.3g} USD a chip-hour ({price.source})")
    return Told(
        title=title,
        tables={"run": answer, **(search.tables if search else {})},
        notes=(
            f"Layout: {layout_words(run.layout)} ({found}).",
            binds_line(sensed, "tokens/s"),
            *(search.notes if search else ()),
            f"Assumed: {'; '.join(rests)}.",
        ),
        details={
            "parts": parts_table(stack),
            "binds": binds_table(sensed, "tokens/s", None if how == "given" else run.with_more_memory(1.1)),
            "roofline": roof_table(roof, run.step),
            "memory": memory,
        },
        stacks=(stack,),
        roofs=(roof,),
        made=f"gigawatt {VERSION}, performance model; {model_words(run.model)}; {'; '.join(rests)}",
    )
