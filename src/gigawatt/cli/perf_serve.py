"""The verb `perf serve`: a model in service under a load, on replicas or in pools that read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import Json
from gigawatt.cli.perf_given import (
    Answer,
    Chips,
    Explain,
    FormatOption,
    LayoutOption,
    ModelOption,
    Out,
    Price,
    Prompt,
    Pue,
    SystemOption,
)

if TYPE_CHECKING:
    from gigawatt.cli.perf_search import SearchedDeployments
    from gigawatt.cli.perf_told import Figure, Stack, Told
    from gigawatt.perf.inference import StepTime
    from gigawatt.perf.pooled import Pooled
    from gigawatt.perf.served import Load, Served

TTFT, TPOT = "2 s", "50 ms"
"""Targets, where neither targets nor a concurrency are given: a short wait, and faster than one reads."""

PARTS_OF_STEP = {
    "products": "products with weights",
    "experts": "products of experts",
    "attention": "attention",
    "vector": "element-wise work",
    "exchange": "traffic between chips",
    "idle": "pipeline bubble",
    "gap": "waiting for the host",
}
"""What people call the parts of a step."""


def serve(
    model: ModelOption,
    system: SystemOption,
    chips: Chips,
    layout: LayoutOption = None,
    search: Annotated[
        bool, typer.Option("--search", help="Go through every deployment there is; show the best and the front.")
    ] = False,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many of the best --search shows.")] = 5,
    isl: Prompt = 2048,
    osl: Answer = 512,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=100_000_000, help="Requests at any time, all chips together.")
    ] = None,
    ttft: Annotated[
        str | None, typer.Option(metavar="TIME", help="Most time to the first token, such as `2 s`.")
    ] = None,
    tpot: Annotated[
        str | None, typer.Option(metavar="TIME", help="Most time from token to token, such as `50 ms`.")
    ] = None,
    disaggregate: Annotated[
        bool, typer.Option("--disaggregate", help="Read prompts on some replicas, write answers on others.")
    ] = False,
    cached: Annotated[float, typer.Option(help="Share of a prompt that is in the cache already.")] = 0.0,
    guesses: Annotated[int, typer.Option(min=0, max=64, help="Tokens a draft proposes a step.")] = 0,
    accepted: Annotated[float, typer.Option(help="Chance that a proposed token is right.")] = 0.0,
    format_: FormatOption = None,
    kv: Annotated[str | None, typer.Option(metavar="NAME", help="Number format of the cache; bf16.")] = None,
    pue: Pue = None,
    price: Price = None,
    explain: Explain = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Predict a model in service: latency, tokens a second, power, cost.

    With targets it takes as many requests at once as they allow; with a concurrency it says how fast answers come.
    """
    from gigawatt.cli.perf_given import deployment_of, model_of, seconds_of, serving_formats, system_of
    from gigawatt.cli.perf_screen import tell
    from gigawatt.cli.perf_search import searched_deployments
    from gigawatt.errors import InputError
    from gigawatt.perf.pooled import pool_on
    from gigawatt.perf.served import serve_on

    what, where = model_of(model), system_of(system)
    number, said = serving_formats(format_, kv, where)
    if accepted and not guesses:
        raise InputError("`--accepted` says nothing without `--guesses`, the tokens a draft proposes.")
    load, asked = load_of(isl, osl, concurrency, seconds_of(ttft, "--ttft"), seconds_of(tpot, "--tpot"))
    load = type(load)(load.isl, load.osl, load.users, load.ttft, load.tpot, cached, float(guesses), accepted)
    assumed = [asked, said]
    if cached:
        assumed.append(f"{100 * cached:.3g} % of a prompt cached")
    if guesses:
        assumed.append(f"{guesses} guesses a step, each right with a chance of {accepted:.3g}")
    chosen = [name for name, given in (("--layout", layout), ("--search", search)) if given]
    if len(chosen) > 1:
        raise InputError("`--layout` and `--search` exclude each other; choose one.")
    if search and concurrency is not None:
        raise InputError(
            "`--search` chooses how many requests there are; give it `--ttft` and `--tpot`, and no number."
        )
    if disaggregate:
        if chosen:
            raise InputError(
                f"`{chosen[0]}` says nothing about `--disaggregate`, which finds two layouts; leave one out."
            )
        told = _pooled(pool_on(what, where, number, chips, load), assumed, pue, price)
    else:
        found = searched_deployments(what, where, number, chips, load, top) if search else None
        cut = found.cut if found else None if layout is None else deployment_of(layout)
        told = _served(serve_on(what, where, number, chips, load, cut), assumed, pue, price, cut is not None, found)
    tell(told, explain=explain, as_json=json, out=out)


def load_of(isl: int, osl: int, concurrency: int | None, ttft: float | None, tpot: float | None) -> tuple[Load, str]:
    """The load and what to say of it; with neither a concurrency nor a target there are default targets."""
    from gigawatt.cli.perf_given import seconds_of
    from gigawatt.perf.served import Load

    default = concurrency is None and ttft is None and tpot is None
    if default:
        ttft, tpot = seconds_of(TTFT, "--ttft"), seconds_of(TPOT, "--tpot")
    said = [f"prompts of {isl:,} and answers of {osl:,} tokens"]
    if concurrency is not None:
        said.append(f"{concurrency:,} requests at any time")
    for name, value in (("first token", ttft), ("each further token", tpot)):
        if value is not None:
            said.append(f"{name} within {1e3 * value:,.4g} ms{' (default)' if default else ''}")
    return Load(isl, osl, concurrency, ttft, tpot), ", ".join(said)


def _common(
    run: Served | Pooled, assumed: list[str], pue_given: float | None, price_given: str | None
) -> tuple[list[Figure], list[str]]:
    from gigawatt.cli.perf_price import price_of, pue_of
    from gigawatt.cli.perf_told import Figure
    from gigawatt.perf.cost import million_tokens
    from gigawatt.perf.spread import band, joined

    pue, price = pue_of(pue_given), price_of(run.system, price_given)
    many, power = band("throughput", run.system), band("power")
    meter = run.watts * (pue.value or 1.0)
    dollars = None if price.value is None else float(million_tokens(price.value, run.chips, run.rate))
    rests = [*assumed, f"PUE {pue.value:.3g} ({pue.source})"]
    if price.value is not None:
        rests.append(f"{price.value:.3g} USD a chip-hour ({price.source})")
    found = [
        Figure("first token after", 1e3 * float(run.service.ttft[0]), "ms", band("first", run.system)),
        Figure("each further token", 1e3 * float(run.service.tpot[0]), "ms", band("token", run.system)),
        Figure("tokens of answers", run.rate, "token/s", many),
        Figure("tokens a chip", run.rate / run.chips, "token/s", many),
        Figure("tokens of prompts", run.rate / run.load.osl * run.load.isl, "token/s", many),
        Figure("node power", run.watts / run.chips, "W a chip", power),
        Figure("power at the meter", meter / 1e3, "kW", power),
        Figure("energy", meter / run.rate, "J a token", joined(many.inverse(), power)),
        Figure("cost", dollars, "USD a million tokens" if dollars is not None else price.source, many.inverse()),
    ]
    return found, rests


def _served(
    run: Served,
    assumed: list[str],
    pue: float | None,
    price: str | None,
    given: bool,
    search: SearchedDeployments | None,
) -> Told:
    from gigawatt.cli.perf_told import Figure, Roof, Told, binds_line, binds_table, figures, parts_table, roof_table
    from gigawatt.cli.perf_train import model_words
    from gigawatt.perf.served import deployment_words
    from gigawatt.version import VERSION

    answer, rests = _common(run, assumed, pue, price)
    title = f"{run.model.name} on {run.chips:,} {run.system.name}, in service"
    all_users = run.users * run.replicas
    users = [
        Figure("requests at once", all_users, f"on {run.replicas:,} replica{'s' * (run.replicas > 1)}"),
        Figure("of them decoding", float(run.service.decoding[0]) * run.replicas, "sequences"),
    ]
    prompt, batch = run.prompt(), run.batch()
    stacks = [
        steps_stack(f"Where the time goes: {words}", run.step(passing))
        for words, passing in (("a prompt that is read alone", prompt), ("a step of the batch that decodes", batch))
    ]
    roofs = [
        Roof("Kernels that read a prompt", run.roofline(prompt)),
        Roof("Kernels of a step that decodes", run.roofline(batch)),
    ]
    sensed = run.sensitivities()
    grid = f"most tokens a second of a quick grid: {run.fitting} of {run.tried} deployments do; --search tries all"
    how = search.how if search else "given" if given else grid
    wait = float(run.service.queue[0])
    left = run.chips - run.replicas * run.cut.chips[0]
    idle = (f"{left:g} chips are left over.",) if left else ()
    queue = (f"Memory is full: requests wait {1e3 * wait:,.3g} ms outside.",) if wait > 1e-6 else ()
    return Told(
        title=title,
        tables={"run": figures(title, [*users, *answer]), **(search.tables if search else {})},
        notes=(
            f"Layout of a replica: {deployment_words(run.cut)} ({how}).",
            binds_line(sensed, "tokens/s at this load"),
            *idle,
            *queue,
            *(search.notes if search else ()),
            f"Assumed: {'; '.join(rests)}.",
        ),
        details={
            "parts_prompt": parts_table(stacks[0]),
            "parts_step": parts_table(stacks[1]),
            "binds": binds_table(sensed, "tokens/s", run.with_more_memory(1.1)),
            **{
                f"roofline_{name}": roof_table(roof, stack.whole)
                for name, roof, stack in zip(("prompt", "step"), roofs, stacks, strict=True)
            },
        },
        stacks=tuple(stacks),
        roofs=tuple(roofs),
        made=f"gigawatt {VERSION}, performance model; {model_words(run.model)}; {'; '.join(rests)}",
    )


def _pooled(run: Pooled, assumed: list[str], pue: float | None, price: str | None) -> Told:
    from gigawatt.cli.perf_told import Figure, Told, figures
    from gigawatt.cli.perf_train import model_words
    from gigawatt.perf.served import deployment_words
    from gigawatt.version import VERSION

    answer, rests = _common(run, assumed, pue, price)
    title = f"{run.model.name} on {run.chips:,} {run.system.name}, in service with pools"
    users = [
        Figure("requests at once", run.users, "in both pools"),
        Figure("replicas that read", float(run.readers), f"of {run.reader.chips[0]:g} chips"),
        Figure("replicas that write", float(run.writers), f"of {run.writer.chips[0]:g} chips"),
        Figure("readers busy", 100 * float(run.service.reading[0]), "% of the time"),
        Figure("cache sent in", 1e3 * float(run.service.transfer[0]), "ms"),
    ]
    left = run.chips - run.readers * run.reader.chips[0] - run.writers * run.writer.chips[0]
    idle = (f"{left:g} chips are left over.",) if left else ()
    return Told(
        title=title,
        tables={"run": figures(title, [*users, *answer])},
        notes=(
            f"Layouts: {deployment_words(run.reader)} to read, {deployment_words(run.writer)} to write "
            f"(most tokens a second of a grid: {run.fitting:,} of {run.tried:,} pairs do).",
            *idle,
            f"Assumed: {'; '.join(rests)}.",
        ),
        details={},
        made=f"gigawatt {VERSION}, performance model; {model_words(run.model)}; {'; '.join(rests)}",
    )


def steps_stack(title: str, step: StepTime) -> Stack:
    """The parts of a step of inference."""
    import numpy as np

    from gigawatt.cli.perf_told import stacked

    return stacked(title, {words: float(np.ravel(getattr(step, name))[0]) for name, words in PARTS_OF_STEP.items()})
