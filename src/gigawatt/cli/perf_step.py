"""The verbs `perf prefill` and `perf decode`: prompts read at once, and the next token of a batch."""

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
    Prompt,
    SystemOption,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gigawatt.cli.perf_told import Told
    from gigawatt.perf.deployment import Passing
    from gigawatt.perf.stepped import Stepped

KvOption = Annotated[str | None, typer.Option("--kv", metavar="NAME", help="Number format of the cache; bf16.")]


def prefill(
    model: ModelOption,
    system: SystemOption,
    chips: Chips,
    layout: LayoutOption = None,
    isl: Prompt = 2048,
    batch: Annotated[int, typer.Option(min=1, max=LARGEST, help="Prompts read together.")] = 1,
    prefix: Annotated[int, typer.Option(min=0, max=LONGEST, help="Tokens of each that are cached, besides.")] = 0,
    format_: FormatOption = None,
    kv: KvOption = None,
    explain: Explain = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Predict how long one replica reads prompts, up to the first token."""
    from gigawatt.perf.deployment import Passing

    passing = Passing(prompts=float(batch), tokens=float(isl), prefix=float(prefix))
    cached = f", {prefix:,} tokens of each cached" if prefix else ""
    said = f"{batch:,} prompt{'s' * (batch > 1)} of {isl:,} tokens{cached}"
    _step(model, system, chips, layout, passing, said, "static", (format_, kv), (explain, json, out))


def decode(
    model: ModelOption,
    system: SystemOption,
    chips: Chips,
    layout: LayoutOption = None,
    context: Annotated[int, typer.Option(min=1, max=LONGEST, help="Tokens in the cache of each sequence.")] = 2048,
    batch: Annotated[int, typer.Option(min=1, max=LARGEST, help="Sequences that decode together.")] = 32,
    width: Annotated[int, typer.Option(min=1, max=64, help="New tokens of each: above 1 for guesses.")] = 1,
    format_: FormatOption = None,
    kv: KvOption = None,
    explain: Explain = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Predict how long one replica takes for the next token of a batch."""
    from gigawatt.perf.deployment import Passing

    passing = Passing(decoding=float(batch), context=float(context), width=float(width))
    said = f"{batch:,} sequence{'s' * (batch > 1)} with {context:,} tokens in the cache of each"
    _step(model, system, chips, layout, passing, said, "token", (format_, kv), (explain, json, out))


def _step(
    model: str,
    system: str,
    chips: int,
    layout: str | None,
    passing: Passing,
    said: str,
    regime: str,
    formats: tuple[str | None, str | None],
    wanted: tuple[bool, bool, Path | None],
) -> None:
    from gigawatt.cli.perf_given import deployment_of, model_of, serving_formats, system_of
    from gigawatt.cli.perf_screen import tell
    from gigawatt.perf.stepped import step_on

    what, where = model_of(model), system_of(system)
    number, words = serving_formats(*formats, where)
    cut = None if layout is None else deployment_of(layout)
    run = step_on(what, where, number, chips, passing, cut)
    tell(_told(run, said, words, regime, cut is not None), explain=wanted[0], as_json=wanted[1], out=wanted[2])


def _told(run: Stepped, said: str, words: str, regime: str, given: bool) -> Told:
    from gigawatt.cli.perf_serve import steps_stack
    from gigawatt.cli.perf_told import (
        Figure,
        Roof,
        Told,
        binds_line,
        binds_table,
        figures,
        parts_table,
        roof_table,
    )
    from gigawatt.cli.perf_train import model_words
    from gigawatt.perf.served import deployment_words
    from gigawatt.perf.spread import band
    from gigawatt.version import VERSION

    wide, reads = band(regime, run.system), regime == "static"
    rate = wide.inverse()
    doing = "reading prompts" if reads else "decoding"
    title = f"{run.model.name} on {run.cut.chips[0]:g} of {run.chips:,} {run.system.name}, {doing}"
    latency = "time to the first token" if reads else "time to the next tokens"
    answer = [
        Figure(latency, 1e3 * run.seconds, "ms", wide),
        Figure("tokens read" if reads else "tokens written", run.tokens / run.seconds, "token/s", rate),
        Figure("tokens a chip", run.tokens / run.seconds / float(run.cut.chips[0]), "token/s", rate),
        Figure("work done", float(run.step.flops[0]) / run.seconds / 1e12, "TFLOP/s a chip", rate),
        Figure("memory moved", float(run.step.moved[0]) / run.seconds / 1e12, "TB/s a chip", rate),
        Figure("node power", run.watts, "W a chip", band("power")),
    ]
    stack = steps_stack("Where the time goes", run.step)
    roof = Roof("Kernels under the roofline of the chip", run.roofline)
    sensed = run.sensitivities()
    how = "given" if given else f"fastest of {run.fitting} deployments that fit"
    return Told(
        title=title,
        tables={"run": figures(title, answer)},
        notes=(
            f"Layout: {deployment_words(run.cut)} ({how}).",
            binds_line(sensed, "tokens/s"),
            f"Assumed: {said}; {words}.",
        ),
        details={
            "parts": parts_table(stack),
            "binds": binds_table(sensed, "tokens/s"),
            "roofline": roof_table(roof, stack.whole),
        },
        stacks=(stack,),
        roofs=(roof,),
        made=f"gigawatt {VERSION}, performance model; {model_words(run.model)}; {said}; {words}",
    )
