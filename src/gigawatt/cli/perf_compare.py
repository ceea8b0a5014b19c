"""The verb `perf compare`: systems side by side with equal chips, equal power or equal money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import Json
from gigawatt.cli.perf_given import LARGEST, LONGEST, Answer, FormatOption, ModelOption, Out, Prompt, Pue

if TYPE_CHECKING:
    from gigawatt.cli.perf_told import Told
    from gigawatt.perf.comparison import Contender, Row
    from gigawatt.perf.model import Transformer
    from gigawatt.perf.served import Served
    from gigawatt.perf.spread import Band
    from gigawatt.perf.system import System
    from gigawatt.views.table import Table

SYSTEMS = ("H100-SXM-80GB", "H200-SXM-141GB", "GB200-NVL72", "MI355X", "TPU-v7", "Trainium2")
"""Compared where no system is named."""


class Basis(StrEnum):
    """What is held equal; a list of words that the library under Typer can check."""

    chips = "chips"
    power = "power"
    money = "money"


EQUAL = {
    "chips": "equal chips",
    "power": "equal power at the meter",
    "money": "equal dollars an hour",
}

REPLICA = 1024
"""Chips beyond which no deployment is tried."""

Find = Callable[["System", int], tuple[str, float, float]]
"""Of a system and a number of chips: the layout in words, tokens a second, and watts of the nodes."""


def compare(
    model: ModelOption,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="NAME|FILE", help="May be repeated; the first sets the measure."),
    ] = None,
    chips: Annotated[int, typer.Option(min=1, max=LARGEST, help="How many chips the first system has.")] = 1024,
    equal: Annotated[
        list[Basis] | None,
        typer.Option(help="What is held equal; may be repeated, all three if not given."),
    ] = None,
    workload: Annotated[Literal["serve", "train"], typer.Option(help="What the systems do.")] = "serve",
    isl: Prompt = 2048,
    osl: Answer = 512,
    ttft: Annotated[str | None, typer.Option(metavar="TIME", help="Target of serving; 2 s.")] = None,
    tpot: Annotated[str | None, typer.Option(metavar="TIME", help="Target of serving; 50 ms.")] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, max=LARGEST, help="Sequences of a training step; about 4 million tokens.")
    ] = None,
    tokens: Annotated[int, typer.Option(min=1, max=LONGEST, help="Tokens of a training sequence.")] = 4096,
    format_: FormatOption = None,
    pue: Pue = None,
    price: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="SYSTEM=AMOUNT", help="Such as `GB200-NVL72=4 USD/hour`; may be repeated."),
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Compare systems at equal chips, power and money, each in its best layout.

    Prices are the newest claims on rental; where there is none, it says so.
    """
    from gigawatt.cli.perf_given import model_of, seconds_of, system_of
    from gigawatt.cli.perf_price import price_of, pue_of
    from gigawatt.cli.perf_screen import tell
    from gigawatt.perf.comparison import Contender
    from gigawatt.perf.spread import training_kind

    what = model_of(model)
    named = list(dict.fromkeys(system or SYSTEMS))
    prices = _prices(price or (), named)
    contenders = []
    for name in named:
        one = system_of(name)
        known = price_of(one, prices.get(name))
        contenders.append(Contender(one, known.value, known.source))
    ratio = pue_of(pue)
    if workload == "serve":
        find, said = _serving(what, isl, osl, seconds_of(ttft, "--ttft"), seconds_of(tpot, "--tpot"), format_)
    else:
        find, said = _training(what, batch, tokens, chips, format_)
    rows = {
        basis: _rows(contenders, basis, chips, ratio.value or 1.0, find)
        for basis in dict.fromkeys(map(str, equal or EQUAL))
    }
    said.append(f"PUE {ratio.value:.3g} ({ratio.source}); equal power is what chips at their limits need at the meter")
    regime = "throughput" if workload == "serve" else training_kind(what)
    doing = "tokens of answers a second" if workload == "serve" else "tokens a second in training"
    tell(_told(what, contenders, chips, rows, said, regime, doing), as_json=json, out=out)


def _prices(given: Sequence[str], named: Sequence[str]) -> dict[str, str]:
    from gigawatt.errors import InputError, did_you_mean

    found = {}
    for text in given:
        name, sign, amount = (part.strip() for part in text.partition("="))
        if not sign:
            raise InputError(f"--price `{text}`; expected a system and a price, such as `{named[0]}=2.5 USD/hour`.")
        if name not in named:
            raise InputError(f"--price: no system `{name}` in this comparison. {did_you_mean(name, named)}")
        found[name] = amount
    return found


def _serving(
    model: Transformer, isl: int, osl: int, ttft: float | None, tpot: float | None, given: str | None
) -> tuple[Find, list[str]]:
    from gigawatt.cli.perf_given import serving_formats
    from gigawatt.cli.perf_serve import load_of
    from gigawatt.perf.served import deployment_words, serve_on

    load, said = load_of(isl, osl, None, ttft, tpot)
    known: dict[tuple[str, int], Served] = {}

    def find(system: System, chips: int) -> tuple[str, float, float]:
        number, words = serving_formats(given, None, system)
        # More chips than a replica takes at most only mean more of the same replicas.
        key = system.name, min(chips, REPLICA)
        if key not in known:
            known[key] = serve_on(model, system, number, key[1], load)
        run = known[key].on(chips)
        return f"{run.replicas:,} x {deployment_words(run.cut)}, {words.split()[0]}", run.rate, run.watts

    return find, [said, f"{given or 'fp8, where a chip has it, otherwise bf16'} weights and products, bf16 cache"]


def _training(
    model: Transformer, batch: int | None, tokens: int, chips: int, given: str | None
) -> tuple[Find, list[str]]:
    from gigawatt.cli.perf_given import format_of
    from gigawatt.cli.perf_train import usual_batch
    from gigawatt.perf.layout import workloads
    from gigawatt.perf.trained import layout_words, train_on

    many = batch or usual_batch(tokens, chips)

    def find(system: System, count: int) -> tuple[str, float, float]:
        name, _ = format_of(given, system)
        run = train_on(model, system, count, workloads(many, tokens, number_format=name), spare=True)
        used = int(run.layout.chips[0])
        idle = f", {count - used:,} idle" if used < count else ""
        return f"{layout_words(run.layout)}, {name}{idle}", run.rate, run.watts

    said = f"{many:,} sequences of {tokens:,} tokens a step{'' if batch else ' (default)'}"
    return find, [said, f"{given or 'bf16'} products"]


def _rows(contenders: Sequence[Contender], basis: str, chips: int, pue: float, find: Find) -> list[Row]:
    from gigawatt.cli.perf_price import NO_PRICE
    from gigawatt.errors import InputError
    from gigawatt.perf.comparison import Row, chips_at

    rows = []
    for each, count in zip(contenders, chips_at(contenders, basis, chips, pue), strict=True):
        name = each.system.name
        if count is None:
            missing = contenders[0] if contenders[0].price is None else each
            rows.append(Row(name, None, why_not=f"{NO_PRICE} for {missing.system.name}"))
            continue
        if count < 1:
            rows.append(Row(name, 0, price=each.price, why_not="the budget buys no chip"))
            continue
        try:
            layout, rate, watts = find(each.system, count)
        except InputError as error:
            rows.append(Row(name, count, price=each.price, why_not=str(error)))
            continue
        rows.append(Row(name, count, layout, rate, watts * pue, each.price))
    if all(row.rate is None for row in rows):
        reasons = "\n".join(f"{row.name}: {row.why_not}" for row in rows)
        # Prices that nobody knows are an answer; a model that fits nowhere is a mistake in the question.
        if basis != "money":
            raise InputError(reasons)
    return rows


def _told(
    model: Transformer,
    contenders: Sequence[Contender],
    chips: int,
    rows: dict[str, list[Row]],
    said: list[str],
    regime: str,
    doing: str,
) -> Told:
    from gigawatt.cli.perf_told import INSIDE, Told
    from gigawatt.cli.perf_train import model_words
    from gigawatt.perf.spread import band
    from gigawatt.version import VERSION

    first = contenders[0].system.name
    bands = {each.system.name: band(regime, each.system) for each in contenders}
    tables = {basis: _table(model.name, basis, found, first, chips, bands) for basis, found in rows.items()}
    whys = {f"{row.name}: {row.why_not}" for found in rows.values() for row in found if row.why_not}
    known = (f"{each.system.name} {each.price:.3g} ({each.source})" for each in contenders if each.price is not None)
    prices = "; ".join(known)
    notes = [
        f"Assumed: {'; '.join(said)}.",
        f"{INSIDE} The band is that of each system by itself; much of it is shared.",
        *(f"{text.rstrip('.')}." for text in sorted(whys)),
        f"USD a chip-hour: {prices}." if prices else "No price is known for any of them; give them with --price.",
    ]
    title = f"{model.name} on {len(contenders)} systems: {doing}"
    return Told(title, tables, tuple(notes), {}, made=f"gigawatt {VERSION}, performance model; {model_words(model)}")


def _table(model: str, basis: str, rows: list[Row], first: str, chips: int, bands: dict[str, Band]) -> Table:
    from gigawatt.views.table import Column, Table

    columns = (
        Column("system"),
        Column("chips", "1"),
        Column("tokens", "ktoken/s"),
        Column("low", "ktoken/s"),
        Column("high", "ktoken/s"),
        Column("energy", "J/token"),
        Column("cost", "USD/Mtoken"),
        Column("layout"),
    )
    cells = tuple(
        (
            row.name,
            None if row.chips is None else float(row.chips),
            *(
                None if row.rate is None else row.rate / 1e3 * factor
                for factor in (1.0, bands[row.name].low, bands[row.name].high)
            ),
            row.joules,
            row.dollars,
            row.layout or row.why_not[:40],
        )
        for row in rows
    )
    return Table(f"{model} at {EQUAL[basis]} as {chips:,} {first}", columns, cells)
